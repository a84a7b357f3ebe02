#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** VbState: the ladder, in the order of its steps. */
typedef enum
{
  VB_STATE_WAITING, /* before the first complete record: not on the bus */
  VB_STATE_LIVE,
  VB_STATE_LATE,
  VB_STATE_STALE,
  VB_STATE_LOST,
  VB_STATE_GONE, /* off the bus until the next complete record */
  VB_N_STATES
} VbState;

/** VbOnStale: what `stale` does to the limits. */
typedef enum
{
  VB_ON_STALE_STOP_CHARGING,
  VB_ON_STALE_BLOCK,
  VB_ON_STALE_DROP, /* straight to lost */
} VbOnStale;

/** The times of the ladder, in microseconds. */
typedef struct
{
  gint64 warn_after;
  gint64 stale_after;
  gint64 drop_after;
  gint64 leave_after;
  VbOnStale on_stale;
} VbFreshness;

/** An age for "never": longer than every step of the ladder. */
#define VB_AGE_NEVER G_MAXINT64

/** The word for @state: `waiting`, `live`, … */
const char *vb_state_name (VbState state);

/**
 * The state that follows @state when the source's age is @age (µs, or VB_AGE_NEVER). Time alone
 * only ever leads down the ladder; @complete (every required field younger than warn_after, after a
 * record) leads to `live` from every state.
 */
VbState
vb_freshness_next (const VbFreshness *freshness, VbState state, gint64 age, gboolean complete);

/**
 * The age at which time alone leads on from @state, or VB_AGE_NEVER where it never does.
 */
gint64 vb_freshness_deadline (const VbFreshness *freshness, VbState state);

/** Whether a battery in @state is on the bus. */
gboolean vb_state_on_bus (VbState state);

/** Whether values sent by the source appear on the bus in @state: in `live` and `late` alone. */
gboolean vb_state_shows_values (VbState state);

G_END_DECLS
