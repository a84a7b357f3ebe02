#pragma once

#include "values.h"

G_BEGIN_DECLS

/*
 * The limits of a battery: what the seat belt of the configuration makes of those that were sent,
 * and what is left of them when the source is stale. Nothing here ever raises a limit.
 */

/** Rounds a limit as it is published: towards safety, a maximum never up, a floor never down, but a
    MaxDischargeCurrent above 0 to 0.1 at least. What arithmetic has left behind the last digit does
    not count. */
void vb_limits_round (guint item, VbValue *value);

/** A limit of the configuration as the bus can show it, never beyond what was configured: a ceiling
    not up, BatteryLowVoltage not down. NAN stays NAN. */
double vb_limits_configured (VbKnown known, double limit);

/** The seat belt on one of the three maxima, as the bus can show it; NAN where it is
    not set, and for every other field. */
double vb_limits_ceiling (const VbBatteryLive *live, VbKnown known);

/** Rounds a limit towards safety (a MaxDischargeCurrent above 0 to 0.1 at least) and brings it
    within the seat belt, never beyond it by rounding. Returns: whether the belt had to change
    it. */
gboolean vb_limits_belt (const VbBatteryLive *live, guint item, VbValue *value);

/** Whether @a and @b have the same seat belt. */
gboolean vb_limits_same_belt (const VbBatteryLive *a, const VbBatteryLive *b);

/** What the source asked for where another value of @item is in force; NULL where it is what was
    asked for, or where nothing was. */
const VbValue *vb_limits_asked (const VbValues *values, guint item);

/** Appends a text where the belt changes @asked, a value for @item; other items are let be. */
void vb_limits_warn (const VbBatteryLive *live, guint item, const VbValue *asked, GPtrArray *texts);

/** What `stale` makes of the limits that were in force. */
void vb_limits_hold (VbValues *values, const VbBatteryLive *live, gint64 now);

/** In `stale`: lets the limits that were sent and are lower than those in force take effect. */
void vb_limits_lower (VbValues *values, gint64 now);

G_END_DECLS
