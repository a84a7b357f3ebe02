#pragma once

#include "core/battery.h"

G_BEGIN_DECLS

/** Appends, for each part of @batteries, its state, age, records, and whether it counts; @now in µs
    of their clock. Nothing where none has parts. */
void vb_part_metrics_append (const GPtrArray *batteries, gint64 now, GString *text);

G_END_DECLS
