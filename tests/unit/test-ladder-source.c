#include "core/ladder-source.h"

#include "base/clock.h"

#include <time.h>

#define SECOND ((gint64)G_USEC_PER_SEC)

typedef struct
{
  GMainContext *context;
  GSource *source;
  VbBattery *battery;
  gint64 called; /* when the listener was called last; 0: not yet */
} Fixture;

static void
on_change (VbBattery *battery, const VbChange *change, gpointer user_data)
{
  ((Fixture *)user_data)->called = vb_clock_now ();
}

static const VbBatteryEvents listener_events = { .changed = on_change };

static void
start (Fixture *fixture, gint64 warn_after)
{
  g_auto (VbBatteryConfig) config = { 0 };

  vb_battery_config_init (&config, "virtual");
  config.fixed.role = VB_ROLE_MONITOR;
  config.live.freshness.warn_after = warn_after;
  fixture->battery = vb_battery_new (&config, vb_clock_now ());
  vb_battery_add_listener (fixture->battery, &listener_events, fixture);
  fixture->context = g_main_context_new ();
  fixture->source = vb_ladder_source_new (fixture->battery);
  g_source_attach (fixture->source, fixture->context);
}

static void
tear_down (Fixture *fixture, gconstpointer user_data)
{
  g_source_destroy (fixture->source);
  g_source_unref (fixture->source);
  g_main_context_unref (fixture->context);
  vb_battery_free (fixture->battery);
}

static void
push (Fixture *fixture, gint64 now)
{
  g_autoptr (VbRecord) record = vb_record_new ();
  g_autoptr (VbVerdict) verdict = vb_verdict_new ();

  vb_record_add_number (record, "Soc", 60);
  vb_record_add_number (record, "Voltage", 52);
  vb_record_add_number (record, "Current", 1);
  g_assert_true (vb_battery_apply (fixture->battery, record, VB_APPLY_MERGE, "::1", now, verdict));
  g_assert_cmpint (vb_battery_state (fixture->battery), ==, VB_STATE_LIVE);
  fixture->called = 0;
}

/* How long the loop would wait, in ms. Nothing may be there that ends the wait at once. */
static int
wait_of (Fixture *fixture)
{
  GPollFD fds[4];
  int timeout, priority, n;

  g_assert_true (g_main_context_acquire (fixture->context));
  for (guint i = 0; i < 100; i++)
    g_main_context_prepare (fixture->context, &priority);
  n = g_main_context_query (fixture->context, priority, &timeout, fds, G_N_ELEMENTS (fds));
  g_assert_cmpint (n, <=, G_N_ELEMENTS (fds));
  g_assert_cmpint (g_poll (fds, (guint)n, 0), ==, 0);
  g_main_context_release (fixture->context);

  return timeout;
}

/* The clock that goes on while the machine is suspended. */
static void
test_now (void)
{
  for (guint i = 0; i < 1000; i++) {
    struct timespec before, after;
    gint64 now;

    clock_gettime (CLOCK_BOOTTIME, &before);
    now = vb_clock_now ();
    clock_gettime (CLOCK_BOOTTIME, &after);
    g_assert_cmpint (now, >=, before.tv_sec * SECOND + before.tv_nsec / 1000);
    g_assert_cmpint (now, <=, after.tv_sec * SECOND + after.tv_nsec / 1000);
    g_assert_cmpint (now, >, 0);
  }
}

/* A moment is told alike each time, and as the wall clock had it. */
static void
test_wall (void)
{
  const gint64 before = vb_clock_now ();
  const gint64 wall = g_get_real_time ();
  const gint64 told = vb_clock_wall (before);

  g_assert_cmpint (told, >=, wall - SECOND);
  g_assert_cmpint (told, <=, wall + SECOND);
  for (guint i = 0; i < 10000; i++)
    g_assert_cmpint (vb_clock_wall (before), ==, told);
  g_assert_cmpint (vb_clock_wall (before + 5 * SECOND), ==, told + 5 * SECOND);
}

/* No wake-up while time changes nothing. */
static void
test_nothing_to_do (Fixture *fixture, gconstpointer user_data)
{
  start (fixture, 10 * SECOND);
  g_assert_cmpint (wait_of (fixture), ==, -1);
  g_assert_false (g_main_context_iteration (fixture->context, FALSE));
}

/* The wait ends when the ladder is due, rounded up to the next millisecond. */
static void
test_wait (Fixture *fixture, gconstpointer user_data)
{
  gint64 due, before, after;
  int wait;

  start (fixture, 1000 * SECOND);
  push (fixture, vb_clock_now ());
  due = vb_battery_next_tick (fixture->battery);

  before = vb_clock_now ();
  wait = wait_of (fixture);
  after = vb_clock_now ();
  g_assert_cmpint (wait, <=, (due - before + 999) / 1000);
  g_assert_cmpint (wait, >=, (due - after + 999) / 1000);
  g_assert_false (g_main_context_iteration (fixture->context, FALSE));
  g_assert_cmpint (fixture->called, ==, 0);

  /* A record puts it off, and what was computed before does not count. */
  push (fixture, vb_clock_now () + 500 * SECOND);
  g_assert_cmpint (wait_of (fixture), >, wait);

  /* Further away than a loop can wait. */
  push (fixture, vb_clock_now () + 1000000000 * SECOND);
  g_assert_cmpint (wait_of (fixture), ==, G_MAXINT);
}

static gboolean
on_idle (gpointer user_data)
{
  Fixture *fixture = user_data;

  g_assert_cmpint (vb_battery_state (fixture->battery), ==, VB_STATE_LATE);

  return G_SOURCE_REMOVE;
}

/* What is due is done at once, once, and before anything of lower priority. */
static void
test_due (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GSource) idle = g_timeout_source_new (0);

  start (fixture, 10 * SECOND);
  g_assert_cmpint (g_source_get_priority (fixture->source), ==, G_PRIORITY_HIGH);
  push (fixture, vb_clock_now () - 11 * SECOND);
  g_source_set_callback (idle, on_idle, fixture, NULL);
  g_source_attach (idle, fixture->context);

  g_assert_true (g_main_context_iteration (fixture->context, FALSE));
  g_assert_cmpint (vb_battery_state (fixture->battery), ==, VB_STATE_LATE);
  g_assert_cmpint (fixture->called, >, 0);
  g_assert_true (g_main_context_iteration (fixture->context, TRUE));
  g_assert_true (g_source_is_destroyed (idle));
  g_assert_false (g_main_context_iteration (fixture->context, FALSE));
}

/* The loop wakes by itself, and not before it is due. */
static void
test_wakes (Fixture *fixture, gconstpointer user_data)
{
  gint64 due;

  start (fixture, SECOND / 50);
  push (fixture, vb_clock_now ());
  due = vb_battery_next_tick (fixture->battery);
  while (fixture->called == 0)
    g_main_context_iteration (fixture->context, TRUE);

  g_assert_cmpint (fixture->called, >=, due);
  g_assert_cmpint (vb_battery_since (fixture->battery), >=, due);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/clock/now", test_now);
  g_test_add_func ("/clock/wall", test_wall);
#define ADD(name, function) g_test_add ("/clock/" name, Fixture, NULL, NULL, function, tear_down)
  ADD ("nothing-to-do", test_nothing_to_do);
  ADD ("wait", test_wait);
  ADD ("due", test_due);
  ADD ("wakes", test_wakes);

  return g_test_run ();
}
