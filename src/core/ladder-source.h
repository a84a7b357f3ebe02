#pragma once

#include "battery.h"

G_BEGIN_DECLS

/**
 * Makes a source that ticks @battery whenever its ladder needs it. Its priority is above HTTP's, so
 * that the ladder acts before any record. @battery must outlive the source.
 */
GSource *vb_ladder_source_new (VbBattery *battery);

G_END_DECLS
