#include "battery-fixture.h"

/* What a battery with history=true counts in the less usual hours of its life. */

/* What flows while the source is dead or off nobody knows, however short that is. */
static void
test_while_dead (Fixture *fixture, gconstpointer user_data)
{
  fixture->config.fixed.history = TRUE;
  restart (fixture);
  g_assert_true (push (fixture, LIMITS " Soc=50 Voltage=50 Current=-360"));
  tick_at (fixture, 10 * SECOND);
  g_assert_true (push (fixture, LIMITS " Soc=50 Voltage=50 Current=-360"));
  assert_bus (fixture, "TotalAhDrawn=-1");

  switch_off (fixture);
  tick_at (fixture, 20 * SECOND);
  g_assert_true (push (fixture, LIMITS " Soc=50 Voltage=50 Current=-360"));
  assert_bus (fixture, "TotalAhDrawn=-1");

  /* A flow whose BMS has died goes on sending Soc: it is late, then stale. What it does not send is
     not counted. */
  for (guint i = 21; i < 50; i++) {
    tick_at (fixture, i * SECOND);
    g_assert_true (push (fixture, "Soc=50"));
  }
  assert_bus (fixture, "TotalAhDrawn=-1");
  tick_at (fixture, 50 * SECOND);
  g_assert_true (push (fixture, "Soc=50"));
  assert_step (fixture, VB_STATE_STALE, 0);
  tick_at (fixture, 55 * SECOND);
  g_assert_true (push (fixture, LIMITS " Soc=50 Voltage=50 Current=-360"));
  assert_step (fixture, VB_STATE_LIVE, 1);
  assert_bus (fixture, "TotalAhDrawn=-1");
  tick_at (fixture, 65 * SECOND);
  g_assert_true (push (fixture, LIMITS " Soc=50 Voltage=50 Current=-360"));
  assert_bus (fixture, "TotalAhDrawn=-2");
}

/* A record counts what it carries: 100 A that were sent once are not 29 s of 100 A because a
   temperature comes then. */
static void
test_not_carried (Fixture *fixture, gconstpointer user_data)
{
  static const char *const carriers[] = { "Current=-1800", "Power=-90000" };

  fixture->config.fixed.history = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (carriers); i++) {
    g_autofree char *full = g_strconcat (LIMITS " Soc=50 Voltage=50 ", carriers[i], NULL);

    restart (fixture);
    g_assert_true (push (fixture, full));
    tick_at (fixture, 5 * SECOND);
    g_assert_true (push (fixture, "Temperature=20"));
    tick_at (fixture, 29 * SECOND);
    g_assert_true (push (fixture, "Temperature=20"));
    assert_bus (fixture, "TotalAhDrawn=0 DischargedEnergy=0 Temperature=20");

    /* Two that carry it are joined over warn-after, and no longer. */
    g_assert_true (push (fixture, full));
    tick_at (fixture, 34 * SECOND);
    g_assert_true (push (fixture, "Temperature=20"));
    tick_at (fixture, 39 * SECOND);
    g_assert_true (push (fixture, full));
    assert_bus (fixture, "TotalAhDrawn=-5 DischargedEnergy=0.25");
    tick_at (fixture, 50 * SECOND);
    g_assert_true (push (fixture, full));
    assert_bus (fixture, "TotalAhDrawn=-5 DischargedEnergy=0.25");
  }
}

/* One MinCellVoltage of 0 is no minimum for ever. */
static void
test_cell_at_zero (Fixture *fixture, gconstpointer user_data)
{
  fixture->config.fixed.history = TRUE;
  restart (fixture);
  g_assert_true (push (fixture, LIMITS " Soc=50 Voltage=50 Current=0 MinCellVoltage=3.2"));
  g_assert_true (push (fixture, "MinCellVoltage=0"));
  assert_bus (fixture, "MinimumCellVoltage=3.2");
}

/* Counters that an earlier version let grow beyond the battery. */
static void
test_deeper_than_there_is (Fixture *fixture, gconstpointer user_data)
{
  const VbCounters counters
      = { .consumed = -1574, .last_discharge = -1574, .deepest_discharge = -1574 };

  fixture->config.fixed.history = TRUE;
  restart (fixture);
  vb_battery_set_counters (fixture->battery, &counters, fixture->now);
  g_assert_true (push (fixture, LIMITS " Soc=50 Voltage=50 Current=-36"));
  assert_bus (fixture, "DeepestDischarge=-1574 LastDischarge=-1574");
  g_assert_true (push (fixture, "InstalledCapacity=280"));
  assert_bus (fixture, "DeepestDischarge=-280 LastDischarge=-280");
}

/* Only what is on the bus is an extreme: neither what has expired nor what has been called
   unknown. */
static void
test_extremes_of_the_present (Fixture *fixture, gconstpointer user_data)
{
  const char *record = LIMITS " Soc=50 Voltage=50 Current=0";

  fixture->config.fixed.history = TRUE;
  restart (fixture);
  g_assert_true (push (fixture, LIMITS " Soc=50 Voltage=50 Current=0 MinCellVoltage=2.5"
                                       " MaxCellVoltage=3.6"));
  assert_bus (fixture, "MinimumCellVoltage=2.5 MaximumCellVoltage=3.6");
  g_assert_true (push (fixture, "Cell1=3.2 Cell2=3.3 MaxCellVoltage=null"));
  for (guint i = 1; i <= 24; i++) {
    tick_at (fixture, i * 5 * SECOND);
    g_assert_true (push (fixture, record));
  }
  assert_bus (fixture, "MinCellVoltage=- MaxCellVoltage=-");
  g_assert_true (vb_battery_clear_history (fixture->battery, fixture->now));
  g_assert_true (push (fixture, record));
  assert_bus (fixture, "MinimumCellVoltage=- MaximumCellVoltage=-");

  /* Derived ones count, unless they have been called unknown. */
  g_assert_true (push (fixture, "Cell1=3.2 Cell2=3.3"));
  assert_bus (fixture, "MinCellVoltage=3.2 MinimumCellVoltage=3.2 MaximumCellVoltage=-");
}

/* Cleared at once also where values do not appear; sent ones stay, and none appears. */
static void
test_cleared_when_stale (Fixture *fixture, gconstpointer user_data)
{
  fixture->config.fixed.history = TRUE;
  restart (fixture);
  g_assert_true (push (fixture, LIMITS " Soc=50 Voltage=50 Current=-360 ChargedEnergy=7"));
  tick_at (fixture, 10 * SECOND);
  g_assert_true (push (fixture, LIMITS " Soc=50 Voltage=50 Current=-360"));
  tick_at (fixture, 40 * SECOND);
  assert_step (fixture, VB_STATE_STALE, 1);
  g_assert_true (push (fixture, "TotalAhDrawn=50"));
  assert_step (fixture, VB_STATE_STALE, 0);
  assert_bus (fixture, "TotalAhDrawn=-1 MinimumVoltage=50 ChargedEnergy=7");

  for (guint i = 0; i < 2; i++) {
    fixture->calls = 0;
    g_assert_true (vb_battery_clear_history (fixture->battery, fixture->now));
    assert_step (fixture, VB_STATE_STALE, i == 0 ? 1 : 0);
    assert_bus (fixture, "TotalAhDrawn=0 DischargedEnergy=0 MinimumVoltage=- ChargedEnergy=7"
                         " MaxChargeCurrent=0 Soc=-");
  }
  assert_invariants (fixture);

  /* Off the bus nothing is shown, and nothing comes back. */
  switch_off (fixture);
  fixture->calls = 0;
  g_assert_true (vb_battery_clear_history (fixture->battery, fixture->now));
  assert_step (fixture, VB_STATE_GONE, 0);
  tick_at (fixture, 45 * SECOND);
  g_assert_true (push (fixture, LIMITS " Soc=50 Voltage=50 Current=-360"));
  assert_bus (fixture, "TotalAhDrawn=-50 DischargedEnergy=0 MinimumVoltage=50 ChargedEnergy=7");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) \
  g_test_add ("/battery-counters/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("while-dead", test_while_dead);
  ADD ("not-carried", test_not_carried);
  ADD ("cell-at-zero", test_cell_at_zero);
  ADD ("deeper-than-there-is", test_deeper_than_there_is);
  ADD ("extremes-of-the-present", test_extremes_of_the_present);
  ADD ("cleared-when-stale", test_cleared_when_stale);

  return g_test_run ();
}
