#pragma once

#include "core/battery.h"
#include "json/writer.h"

G_BEGIN_DECLS

/**
 * VbRecentValues:
 *
 * State of charge, voltage, current, the spread of the cells and the limits of one battery over the
 * last ten minutes, for small charts: of every five seconds the last value that a record brought,
 * and none where no record came.
 */
typedef struct _VbRecentValues VbRecentValues;

/** Length of a step, in µs, and how many are kept. */
#define VB_RECENT_STEP ((gint64)5 * G_USEC_PER_SEC)
#define VB_RECENT_STEPS 120

VbRecentValues *vb_recent_values_new (void);
void vb_recent_values_free (VbRecentValues *recent);

/** Takes what @battery shows at @now, µs of its clock, which never runs back. */
void vb_recent_values_add (VbRecentValues *recent, const VbBattery *battery, gint64 now);

/**
 * Writes an object: `interval` in seconds, and an array for each of Soc, Voltage, Current, Diff (V)
 * and the three limits in force, the oldest first, up to @now; null where there is no value.
 * `asked` has an array for each limit, of what the source asked for; null where that is in force,
 * or where it asked for nothing.
 */
void vb_recent_values_write (const VbRecentValues *recent, VbJsonWriter *json, gint64 now);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbRecentValues, vb_recent_values_free)

G_END_DECLS
