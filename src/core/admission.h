#pragma once

#include "required.h"

G_BEGIN_DECLS

/**
 * Whether @record, which was judged, can be taken by a battery, or part, with @config; else its
 * errors say why not.
 *
 * @mode: a record that is to replace and of which not all that is required can be used is merged
 */
gboolean vb_admission_check (const VbRequired *required,
                             const VbBatteryConfig *config,
                             VbRecord *record,
                             VbApplyMode *mode);

G_END_DECLS
