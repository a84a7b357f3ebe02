#pragma once

#include "values.h"

G_BEGIN_DECLS

/**
 * Takes the safer part of @record, whatever becomes of the rest: in live, late and stale any of the
 * three maxima that is lower than the one in force, and an alarm that is higher than the one shown,
 * in lost too. Where a rule holds a limit down for the moment, one that is lower than what was sent
 * counts too; where rules alone supply it, one that is lower than the most that they supply. A
 * limit keeps its age: nothing of such a record makes the source any younger. What is doubted is
 * not safer.
 *
 * @refused: nothing else of @record is taken; else its right values are, and only what it has for
 * wrong ones is looked at
 * @names: flat names of what was taken are appended
 */
void vb_safer_take (VbValues *values,
                    const VbBatteryLive *live,
                    const VbRecord *record,
                    VbState state,
                    gboolean refused,
                    gint64 now,
                    GPtrArray *names);

/** Forgets limits of such records that the source has never sent otherwise: they hold until
    @record, which is taken and does not name them. */
void vb_safer_forget (VbValues *values, const VbRecord *record);

G_END_DECLS
