#include "freshness.h"

const char *
vb_state_name (VbState state)
{
  static const char *const names[] = {
    [VB_STATE_WAITING] = "waiting", [VB_STATE_LIVE] = "live", [VB_STATE_LATE] = "late",
    [VB_STATE_STALE] = "stale",     [VB_STATE_LOST] = "lost", [VB_STATE_GONE] = "gone",
  };

  g_return_val_if_fail (state < G_N_ELEMENTS (names), NULL);

  return names[state];
}

/* The step that an age alone stands for. */
static VbState
step_at_age (const VbFreshness *freshness, gint64 age)
{
  if (age >= freshness->leave_after)
    return VB_STATE_GONE;
  if (age >= freshness->drop_after)
    return VB_STATE_LOST;
  if (age >= freshness->stale_after)
    return freshness->on_stale == VB_ON_STALE_DROP ? VB_STATE_LOST : VB_STATE_STALE;
  if (age >= freshness->warn_after)
    return VB_STATE_LATE;

  return VB_STATE_LIVE;
}

VbState
vb_freshness_next (const VbFreshness *freshness, VbState state, gint64 age, gboolean complete)
{
  if (complete)
    return VB_STATE_LIVE;

  if (!vb_state_on_bus (state))
    return state;

  /* A partial record can make the source younger again, but only a complete one leads back up. */
  return MAX (state, step_at_age (freshness, age));
}

gint64
vb_freshness_deadline (const VbFreshness *freshness, VbState state)
{
  switch (state) {
  case VB_STATE_LIVE:
    return freshness->warn_after;
  case VB_STATE_LATE:
    return freshness->stale_after;
  case VB_STATE_STALE:
    /* on-stale can have become `drop` meanwhile. */
    return freshness->on_stale == VB_ON_STALE_DROP ? freshness->stale_after : freshness->drop_after;
  case VB_STATE_LOST:
    return freshness->leave_after;
  case VB_STATE_WAITING:
  case VB_STATE_GONE:
  default:
    return VB_AGE_NEVER;
  }
}

gboolean
vb_state_on_bus (VbState state)
{
  return state != VB_STATE_WAITING && state != VB_STATE_GONE;
}

gboolean
vb_state_shows_values (VbState state)
{
  return state == VB_STATE_LIVE || state == VB_STATE_LATE;
}
