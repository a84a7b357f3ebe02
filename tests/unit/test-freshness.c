#include "core/freshness.h"

#define SECOND ((gint64)G_USEC_PER_SEC)

static const VbFreshness defaults = {
  .warn_after = 10 * SECOND,
  .stale_after = 30 * SECOND,
  .drop_after = 180 * SECOND,
  .leave_after = 600 * SECOND,
};

static VbFreshness
with_on_stale (VbOnStale on_stale)
{
  VbFreshness freshness = defaults;

  freshness.on_stale = on_stale;

  return freshness;
}

static void
assert_next (
    const VbFreshness *freshness, VbState from, gint64 age, gboolean complete, VbState expected)
{
  g_test_message ("from %s at %" G_GINT64_FORMAT " µs", vb_state_name (from), age);
  g_assert_cmpstr (vb_state_name (vb_freshness_next (freshness, from, age, complete)), ==,
                   vb_state_name (expected));
}

static void
test_names (void)
{
  static const char *const names[] = { "waiting", "live", "late", "stale", "lost", "gone" };

  for (VbState state = VB_STATE_WAITING; state <= VB_STATE_GONE; state++)
    g_assert_cmpstr (vb_state_name (state), ==, names[state]);
}

/* Each step at its microsecond, and not one before. */
static void
test_boundaries (void)
{
  static const struct
  {
    gint64 age;
    VbState before, at, at_with_drop;
  } steps[] = {
    { 10 * SECOND, VB_STATE_LIVE, VB_STATE_LATE, VB_STATE_LATE },
    { 30 * SECOND, VB_STATE_LATE, VB_STATE_STALE, VB_STATE_LOST },
    { 180 * SECOND, VB_STATE_STALE, VB_STATE_LOST, VB_STATE_LOST },
    { 600 * SECOND, VB_STATE_LOST, VB_STATE_GONE, VB_STATE_GONE },
  };

  for (VbOnStale on_stale = VB_ON_STALE_STOP_CHARGING; on_stale <= VB_ON_STALE_DROP; on_stale++) {
    const VbFreshness freshness = with_on_stale (on_stale);

    for (guint i = 0; i < G_N_ELEMENTS (steps); i++) {
      const gboolean drop = on_stale == VB_ON_STALE_DROP;
      const VbState before
          = drop && steps[i].before == VB_STATE_STALE ? VB_STATE_LOST : steps[i].before;
      const VbState at = drop ? steps[i].at_with_drop : steps[i].at;

      assert_next (&freshness, before, steps[i].age - 1, FALSE, before);
      assert_next (&freshness, before, steps[i].age, FALSE, at);
      /* From higher up, too: time may pass several steps at once. */
      assert_next (&freshness, VB_STATE_LIVE, steps[i].age - 1, FALSE, before);
      assert_next (&freshness, VB_STATE_LIVE, steps[i].age, FALSE, at);
    }
  }
}

/* Every state, at every age that matters: time alone only ever leads down. */
static void
test_down_only (void)
{
  static const gint64 ages[] = { 0,
                                 10 * SECOND - 1,
                                 10 * SECOND,
                                 30 * SECOND - 1,
                                 30 * SECOND,
                                 180 * SECOND - 1,
                                 180 * SECOND,
                                 600 * SECOND - 1,
                                 600 * SECOND,
                                 VB_AGE_NEVER };
  static const VbState at_age[]
      = { VB_STATE_LIVE,  VB_STATE_LIVE, VB_STATE_LATE, VB_STATE_LATE, VB_STATE_STALE,
          VB_STATE_STALE, VB_STATE_LOST, VB_STATE_LOST, VB_STATE_GONE, VB_STATE_GONE };

  for (VbState from = VB_STATE_LIVE; from <= VB_STATE_LOST; from++)
    for (guint i = 0; i < G_N_ELEMENTS (ages); i++)
      assert_next (&defaults, from, ages[i], FALSE, MAX (from, at_age[i]));

  for (guint i = 0; i < G_N_ELEMENTS (ages); i++) {
    assert_next (&defaults, VB_STATE_WAITING, ages[i], FALSE, VB_STATE_WAITING);
    assert_next (&defaults, VB_STATE_GONE, ages[i], FALSE, VB_STATE_GONE);
  }
}

static void
test_complete (void)
{
  for (VbOnStale on_stale = VB_ON_STALE_STOP_CHARGING; on_stale <= VB_ON_STALE_DROP; on_stale++) {
    const VbFreshness freshness = with_on_stale (on_stale);

    for (VbState from = VB_STATE_WAITING; from <= VB_STATE_GONE; from++) {
      assert_next (&freshness, from, 0, TRUE, VB_STATE_LIVE);
      assert_next (&freshness, from, freshness.warn_after - 1, TRUE, VB_STATE_LIVE);
    }
  }
}

/* stale-after ≤ drop-after ≤ leave-after: steps that fall together are passed at once. */
static void
test_equal_times (void)
{
  const VbFreshness no_stale
      = { .warn_after = 1, .stale_after = 2, .drop_after = 2, .leave_after = 5, .on_stale = 0 };
  const VbFreshness no_lost
      = { .warn_after = 1, .stale_after = 2, .drop_after = 5, .leave_after = 5, .on_stale = 0 };

  assert_next (&no_stale, VB_STATE_LATE, 1, FALSE, VB_STATE_LATE);
  assert_next (&no_stale, VB_STATE_LATE, 2, FALSE, VB_STATE_LOST);
  assert_next (&no_lost, VB_STATE_STALE, 4, FALSE, VB_STATE_STALE);
  assert_next (&no_lost, VB_STATE_STALE, 5, FALSE, VB_STATE_GONE);
}

/* The deadline is the first age at which time leads on, and no state leads on before its own. */
static void
test_deadline (void)
{
  for (VbOnStale on_stale = VB_ON_STALE_STOP_CHARGING; on_stale <= VB_ON_STALE_DROP; on_stale++) {
    const VbFreshness freshness = with_on_stale (on_stale);

    for (VbState state = VB_STATE_LIVE; state <= VB_STATE_LOST; state++) {
      const gint64 deadline = vb_freshness_deadline (&freshness, state);

      assert_next (&freshness, state, deadline - 1, FALSE, state);
      g_assert_cmpint (vb_freshness_next (&freshness, state, deadline, FALSE), >, state);
    }

    g_assert_cmpint (vb_freshness_deadline (&freshness, VB_STATE_WAITING), ==, VB_AGE_NEVER);
    g_assert_cmpint (vb_freshness_deadline (&freshness, VB_STATE_GONE), ==, VB_AGE_NEVER);
  }
}

static void
test_on_bus (void)
{
  for (VbState state = VB_STATE_WAITING; state <= VB_STATE_GONE; state++) {
    g_assert_cmpint (vb_state_on_bus (state), ==,
                     state == VB_STATE_LIVE || state == VB_STATE_LATE || state == VB_STATE_STALE
                         || state == VB_STATE_LOST);
    g_assert_cmpint (vb_state_shows_values (state), ==,
                     state == VB_STATE_LIVE || state == VB_STATE_LATE);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/freshness/names", test_names);
  g_test_add_func ("/freshness/boundaries", test_boundaries);
  g_test_add_func ("/freshness/down-only", test_down_only);
  g_test_add_func ("/freshness/complete", test_complete);
  g_test_add_func ("/freshness/equal-times", test_equal_times);
  g_test_add_func ("/freshness/deadline", test_deadline);
  g_test_add_func ("/freshness/on-bus", test_on_bus);

  return g_test_run ();
}
