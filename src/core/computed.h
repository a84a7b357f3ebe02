#pragma once

#include "heard.h"
#include "history.h"

G_BEGIN_DECLS

/**
 * VbComputed:
 *
 * What is computed from what was heard of a battery: values that were not sent, limits by rules,
 * and what is counted. What of the values follows at once is computed by vb_heard_derive(); here is
 * what goes by the past, or by the state, too. Made by vb_computed_init().
 */
typedef struct
{
  VbRules rules;
  guint month;        /* of the wall clock, which rules go by; 0: not known */
  VbSmoothed current; /* for the time to go */
  VbHistory history;  /* counted where config.fixed.history */
} VbComputed;

/** Makes @computed (uninitialised) that of a battery of which nothing has been heard. */
void vb_computed_init (VbComputed *computed, gint64 now);

/** Takes what is computed by @config among the items of @values that a step looks at. */
void vb_computed_activate (VbValues *values, const VbBatteryConfig *config);

/**
 * Computes, in a state that shows values, what follows from @heard, which has been looked at: the
 * limits by rules, and what is derived of @heard->values. What is counted follows from records
 * alone.
 *
 * @share: of all packs, 0 to 1: of the currents that rules supply no more is left
 * @has_record: a record that was taken led here
 */
void vb_computed_follow (
    VbComputed *computed, VbHeard *heard, double share, gboolean has_record, gint64 now);

/** The state shows no values: nothing is limited by rules, and what flows is not known. */
void vb_computed_pause (VbComputed *computed);

/** Forgets, with @heard, of which all has been forgotten, what does not outlast that. */
void vb_computed_forget (VbComputed *computed, VbHeard *heard, gint64 now);

/** Begins the counters anew, and writes them where derived values are. */
void vb_computed_clear_history (VbComputed *computed, VbValues *values, gint64 now);

/** Appends a text for what is not computed because of @heard something lacks; owned texts. */
void vb_computed_warn (const VbComputed *computed, const VbHeard *heard, GPtrArray *texts);

G_END_DECLS
