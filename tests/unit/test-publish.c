#include "battery-standings.h"

/* What each state shows, and the line that a person reads. */

/* The source's own text, while it is live and fresh. */
static void
test_own_text (Fixture *fixture, gconstpointer user_data)
{
  g_assert_true (push (fixture, REQUIRED " ConnectionInformation='from the shed'"));
  assert_bus (fixture, "ConnectionInformation='from the shed'");
  tick_at (fixture, 10 * SECOND);
  assert_bus (fixture, "ConnectionInformation='No data for 10 s'");
  g_assert_true (push (fixture, "ConnectionInformation='nearly back'"));
  assert_step (fixture, VB_STATE_LATE, 0);
  g_assert_true (push (fixture, REQUIRED));
  assert_bus (fixture, "ConnectionInformation='nearly back'");

  for (guint i = 11; i < 130; i++) {
    tick_at (fixture, i * SECOND);
    g_assert_true (push (fixture, REQUIRED));
  }
  tick_at (fixture, 130 * SECOND - 1);
  assert_bus (fixture, "ConnectionInformation='nearly back'");
  tick_at (fixture, 130 * SECOND);
  assert_step (fixture, VB_STATE_LIVE, 1);
  assert_bus (fixture, RECEIVING);
}

/* Noise below a step makes no change, and neither does an equal record. */
static void
test_rounding (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *record;
    guint calls;
    const char *bus;
  } records[] = {
    { REQUIRED, 0, REQUIRED },
    { "Soc=63.54 Voltage=52.704 MaxChargeVoltage=55.24", 0, "Soc=63.5 Voltage=52.7" },
    { "Soc=63.46", 0, "Soc=63.5" },
    { "Soc=63.56", 1, "Soc=63.6" },
    { "Voltage=52.706", 1, "Voltage=52.71" },
    { "Current=-12.26", 1, "Current=-12.3 Power=-646" },
    { "Current=-0.04", 1, "Current=0 Power=-2" },
    { "Current=0", 1, "Current=0 Power=0" },
    { "TimeToGo=1234", 1, "TimeToGo=1230" },
    { "TimeToGo=1226", 0, "TimeToGo=1230" },
    { "Cell1=3.2914", 1, "Cell1=3.291 MinCellVoltage=3.291 Sum=3.29" },
    { "Cell1=3.2912", 0, "Cell1=3.291" },
    { "Cell1=3.2918", 1, "Cell1=3.292 MinCellVoltage=3.292 Sum=3.29" },
    { "ConsumedAmphours=5", 1, "ConsumedAmphours=-5" },
    { "ConsumedAmphours=-5", 0, "ConsumedAmphours=-5" },
  };

  g_assert_true (push (fixture, REQUIRED));
  for (guint i = 0; i < G_N_ELEMENTS (records); i++) {
    g_test_message ("%s", records[i].record);
    g_assert_true (push (fixture, records[i].record));
    assert_step (fixture, VB_STATE_LIVE, records[i].calls);
    assert_bus (fixture, records[i].bus);
  }
}

/* The worse of what the source says of its cable and what the daemon knows. */
static void
test_cable (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *sent;
    const char *in[3]; /* live, late, stale */
  } cables[] = { { "BmsCable=0", { "BmsCable=0", "BmsCable=1", "BmsCable=2" } },
                 { "BmsCable=1", { "BmsCable=1", "BmsCable=1", "BmsCable=2" } },
                 { "BmsCable=2", { "BmsCable=2", "BmsCable=2", "BmsCable=2" } } };

  for (guint i = 0; i < G_N_ELEMENTS (cables); i++) {
    restart (fixture);
    g_assert_true (push (fixture, REQUIRED));
    g_assert_true (push (fixture, cables[i].sent));
    assert_bus (fixture, cables[i].in[0]);
    tick_at (fixture, 10 * SECOND);
    assert_bus (fixture, cables[i].in[1]);
    tick_at (fixture, 30 * SECOND);
    assert_bus (fixture, cables[i].in[2]);
    g_assert_true (push (fixture, "BmsCable=0"));
    assert_bus (fixture, "BmsCable=2");
    tick_at (fixture, 180 * SECOND);
    assert_bus (fixture, "BmsCable=2");
    g_assert_true (push (fixture, REQUIRED));
    assert_bus (fixture, "BmsCable=0");
  }
}

/* The line of a battery whose records are refused. */
static void
test_refusals (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    gint64 time;
    VbState state;
    const char *bus;
  } steps[] = {
    { 10, VB_STATE_LATE, TEXT ("Records refused: Soc is 106 %") },
    { 30, VB_STATE_STALE, TEXT ("Records refused: Soc is 106 %: charging stopped") },
    { 180, VB_STATE_LOST, TEXT ("Records refused: Soc is 106 %: limits withdrawn") },
  };

  g_assert_true (push (fixture, REQUIRED));
  for (guint i = 1, step = 0; i < 600; i++) {
    tick_at (fixture, i * SECOND);
    if (step < G_N_ELEMENTS (steps) && steps[step].time == i) {
      assert_step (fixture, steps[step].state, 1);
      assert_bus (fixture, steps[step++].bus);
    }
    g_assert_false (push (fixture, "Soc=106"));
    assert_step (fixture, vb_battery_state (fixture->battery), 0);
  }
}

/* Nobody balances cells that are not known any more. */
static void
test_balancing (Fixture *fixture, gconstpointer user_data)
{
  static const char *const records[] = { "Balance1=0 Balance2=1", "Balancing=1", "Status=2" };

  for (guint i = 0; i < G_N_ELEMENTS (records); i++) {
    restart (fixture);
    g_assert_true (push (fixture, REQUIRED));
    g_assert_true (push (fixture, records[i]));
    assert_bus (fixture, i < 2 ? "Balancing=1" : "Status=2");
    tick_at (fixture, 10 * SECOND);
    assert_bus (fixture, i < 2 ? "Balancing=1" : "Status=2");
    tick_at (fixture, 30 * SECOND);
    assert_step (fixture, VB_STATE_STALE, 1);
    assert_bus (fixture, "Balancing=- Status=-");
    tick_at (fixture, 180 * SECOND);
    assert_bus (fixture, "Balancing=- Status=-");
    g_assert_true (push (fixture, REQUIRED " Balance1=0"));
    assert_bus (fixture, i < 2 ? "Balancing=1" : "Status=2");
  }
}

/* A refusal of long ago is not why there is no data now, and what came later is not no data. */
static void
test_reasons (Fixture *fixture, gconstpointer user_data)
{
  g_assert_true (push (fixture, REQUIRED));
  tick_at (fixture, 1 * SECOND);
  g_assert_false (push (fixture, "Soc=106"));
  tick_at (fixture, 10 * SECOND);
  assert_bus (fixture, TEXT ("Records refused: Soc is 106 %"));
  tick_at (fixture, 15 * SECOND);
  g_assert_true (push (fixture, MONITORED));
  assert_bus (fixture, TEXT ("Records refused: Soc is 106 %"));
  tick_at (fixture, 30 * SECOND);
  assert_bus (fixture, TEXT ("MaxChargeVoltage not sent for 30 s: charging stopped"));
  tick_at (fixture, 180 * SECOND);
  assert_bus (fixture, TEXT ("MaxChargeVoltage not sent for 180 s: limits withdrawn"));

  restart (fixture);
  g_assert_true (push (fixture, REQUIRED));
  g_assert_false (push (fixture, "Soc=106"));
  tick_at (fixture, 10 * SECOND);
  assert_bus (fixture, TEXT ("No data for 10 s"));

  restart (fixture);
  g_assert_true (push (fixture, REQUIRED));
  tick_at (fixture, 9 * SECOND);
  g_assert_true (push (fixture, LIMITS));
  fixture->now += 1;
  g_assert_false (push (fixture, "Soc=106"));
  tick_at (fixture, 10 * SECOND);
  assert_bus (fixture, TEXT ("Records refused: Soc is 106 %"));

  restart (fixture);
  g_assert_true (push (fixture, REQUIRED));
  tick_at (fixture, 8 * SECOND);
  g_assert_false (push (fixture, "Soc=106"));
  tick_at (fixture, 9 * SECOND);
  g_assert_true (push (fixture, LIMITS));
  tick_at (fixture, 10 * SECOND);
  assert_bus (fixture, TEXT ("Voltage not sent for 10 s"));
}

/* Refused every 12 s is refused, and not silent. */
static void
test_seldom_refusals (Fixture *fixture, gconstpointer user_data)
{
  g_assert_true (push (fixture, REQUIRED));
  for (guint i = 1; i <= 16; i++) {
    tick_at (fixture, i * 12 * SECOND - 1);
    if (i == 3)
      assert_bus (fixture, TEXT ("Records refused: Soc is 106 %: charging stopped"));
    if (i == 16)
      assert_bus (fixture, TEXT ("Records refused: Soc is 106 %: limits withdrawn"));
    tick_at (fixture, i * 12 * SECOND);
    g_assert_false (push (fixture, "Soc=106"));
  }
}

/* What keeps a battery from being live although records are taken, and what it waits for off the
   bus. */
static void
test_wrong_and_waiting (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GString) reason = g_string_new (NULL);

  vb_battery_reason (fixture->battery, fixture->now, reason);
  g_assert_cmpstr (reason->str, ==, "No data yet");
  g_assert_true (push (fixture, MONITORED));
  g_assert_cmpstr (fixture->verdict->reason->str, ==, "Waiting for MaxChargeVoltage");
  g_assert_true (push (fixture, REQUIRED));
  g_assert_cmpstr (fixture->verdict->reason->str, ==, "");
  for (guint i = 1; i <= 31; i++) {
    tick_at (fixture, i * SECOND);
    g_assert_true (push (fixture, "Voltage=52.7 Current=1 Soc=torn " LIMITS));
    g_assert_cmpstr (fixture->verdict->reason->str, ==,
                     i < 10   ? ""
                     : i < 30 ? "Not usable: Soc is the text \"torn\""
                              : "Not usable: Soc is the text \"torn\": charging stopped");
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) \
  g_test_add ("/publish/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("own-text", test_own_text);
  ADD ("rounding", test_rounding);
  ADD ("cable", test_cable);
  ADD ("refusals", test_refusals);
  ADD ("balancing", test_balancing);
  ADD ("reasons", test_reasons);
  ADD ("seldom-refusals", test_seldom_refusals);
  ADD ("wrong-and-waiting", test_wrong_and_waiting);
#undef ADD

  return g_test_run ();
}
