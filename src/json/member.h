#pragma once

#include "core/battery.h"
#include "writer.h"

G_BEGIN_DECLS

/*
 * What several answers say in the same words. Each is a member of an object, but for the value.
 */

/** @name: the moment @time of the battery's clock as wall-clock time, ISO 8601 in UTC. */
void vb_json_member_time (VbJsonWriter *json, const char *name, gint64 time);

/** `age`: in seconds, or null for VB_AGE_NEVER. */
void vb_json_member_age (VbJsonWriter *json, gint64 age);

/** @name: an array of texts. */
void vb_json_member_texts (VbJsonWriter *json, const char *name, const GPtrArray *texts);

/** `state`, `accepted`, `changed`, `missing`: what became of a record that was taken. */
void vb_json_member_accepted (
    VbJsonWriter *json, VbState state, guint accepted, guint changed, const GPtrArray *missing);

/** `errors`: an array of VbRecordError; and where there were @n_more besides, `more_errors`. */
void vb_json_member_errors (VbJsonWriter *json, const GPtrArray *errors, guint n_more);

/** The same, and nothing where @errors is NULL. */
void vb_json_member_any_errors (VbJsonWriter *json, const GPtrArray *errors, guint n_more);

/** A value, a real with @decimals places, or null. */
void vb_json_member_value (VbJsonWriter *json, const VbValue *value, int decimals);

/** `limited`: which rule holds which of the limits down, and to what; nothing where @limited, an
    array of VB_N_LIMITS, is NULL. */
void vb_json_member_limited (VbJsonWriter *json, const VbLimited *limited);

/** `source`: who sends, how much, and what was last wrong with it. */
void vb_json_member_source (VbJsonWriter *json, const VbSource *source);

/** `selected`: what Venus has chosen, each member null where that is not known. */
void vb_json_member_selected (VbJsonWriter *json, const VbBattery *battery);

G_END_DECLS
