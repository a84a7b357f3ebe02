#include "battery-standings.h"

/* Values that are sent, called null, replaced, and that grow old. */

/* Optional values of the groups live and ChargeRequest become invalid at optional-after, to the
   microsecond, each by itself; all others stay. */
static void
test_expiry (Fixture *fixture, gconstpointer user_data)
{
  const char *const kept
      = "BatteryLowVoltage=46 HighVoltage=1 State=9 InstalledCapacity=200 ChargeCycles=5";
  gint64 time = 0;

  g_assert_true (push (fixture, REQUIRED));
  g_assert_true (push (fixture, kept));
  g_assert_true (push (fixture, "Temperature=20 ChargeRequest=1"));
  tick_at (fixture, 3 * SECOND);
  g_assert_true (push (fixture, "Soh=99 ChargeMode=Bulk"));
  for (time = 5 * SECOND; time < 120 * SECOND; time += 5 * SECOND) {
    tick_at (fixture, time);
    g_assert_true (push (fixture, REQUIRED));
    assert_step (fixture, VB_STATE_LIVE, 0);
  }

  g_assert_cmpint (vb_battery_next_tick (fixture->battery), ==, START + 120 * SECOND);
  tick_at (fixture, 120 * SECOND - 1);
  assert_step (fixture, VB_STATE_LIVE, 0);
  tick_at (fixture, 120 * SECOND);
  assert_step (fixture, VB_STATE_LIVE, 1);
  g_assert_cmpuint (fixture->last.n_items, ==, 2);
  assert_bus (fixture, "Temperature=- ChargeRequest=- Soh=99 ChargeMode=Bulk " REQUIRED);
  g_assert_cmpint (vb_battery_next_tick (fixture->battery), ==, START + 123 * SECOND);
  tick_at (fixture, 123 * SECOND - 1);
  assert_step (fixture, VB_STATE_LIVE, 0);
  tick_at (fixture, 123 * SECOND);
  assert_step (fixture, VB_STATE_LIVE, 1);
  assert_bus (fixture, "Soh=- ChargeMode=-");
  assert_bus (fixture, kept);

  for (time = 124 * SECOND; time < 1000 * SECOND; time += 5 * SECOND) {
    tick_at (fixture, time);
    g_assert_true (push (fixture, REQUIRED));
    assert_step (fixture, VB_STATE_LIVE, 0);
  }
  assert_bus (fixture, kept);
  g_assert_true (push (fixture, "Temperature=20"));
  assert_bus (fixture, "Temperature=20");
}

/* In late, too, where values are shown. */
static void
test_expiry_late (Fixture *fixture, gconstpointer user_data)
{
  fixture->config.live.optional_after = 30 * SECOND;
  restart (fixture);
  g_assert_true (push (fixture, "Temperature=20"));
  tick_at (fixture, 9 * SECOND);
  g_assert_true (push (fixture, REQUIRED));
  tick_at (fixture, 19 * SECOND);
  assert_step (fixture, VB_STATE_LATE, 1);
  tick_at (fixture, 30 * SECOND - 1);
  assert_step (fixture, VB_STATE_LATE, 0);
  tick_at (fixture, 30 * SECOND);
  assert_step (fixture, VB_STATE_LATE, 1);
  assert_bus (fixture, "Temperature=- " REQUIRED);
}

/* A sent value that expires leaves the place to a derived one that is younger by less than
   warn-after. */
static void
test_sent_expires (Fixture *fixture, gconstpointer user_data)
{
  fixture->config.live.freshness.warn_after = 20 * SECOND;
  fixture->config.live.optional_after = 30 * SECOND;
  restart (fixture);
  push (fixture, REQUIRED " InstalledCapacity=200 Capacity=130 Temperature=20");
  tick_at (fixture, 15 * SECOND);
  push (fixture, REQUIRED);
  tick_at (fixture, 30 * SECOND - 1);
  assert_bus (fixture, "Capacity=130 Temperature=20");
  tick_at (fixture, 30 * SECOND);
  assert_step (fixture, VB_STATE_LIVE, 1);
  assert_bus (fixture, "Capacity=127 Temperature=-");
}

/* null for what is not required: nothing derived takes its place until it is named again. */
static void
test_null_blocks (Fixture *fixture, gconstpointer user_data)
{
  const char *const cells = "Cell1=3.2 Cell2=3.3";

  g_assert_true (push (fixture, REQUIRED));
  g_assert_true (push (fixture, cells));
  assert_bus (fixture, "MinCellVoltage=3.2 MaxCellVoltage=3.3");
  g_assert_true (push (fixture, "MinCellVoltage=null"));
  assert_bus (fixture, "MinCellVoltage=- MaxCellVoltage=3.3 MinVoltageCellId=Cell1");
  g_assert_true (push (fixture, cells));
  assert_bus (fixture, "MinCellVoltage=-");
  g_assert_true (push (fixture, "MinCellVoltage=3.1"));
  assert_bus (fixture, "MinCellVoltage=3.1");

  fixture->config.live.battery_low_voltage = 45;
  restart (fixture);
  g_assert_true (push (fixture, REQUIRED));
  assert_bus (fixture, "BatteryLowVoltage=45");
  g_assert_true (push (fixture, "BatteryLowVoltage=null"));
  assert_bus (fixture, "BatteryLowVoltage=-");
  g_assert_true (push (fixture, REQUIRED));
  assert_bus (fixture, "BatteryLowVoltage=-");
  g_assert_true (push (fixture, "BatteryLowVoltage=46"));
  assert_bus (fixture, "BatteryLowVoltage=46");
}

/* PUT: groups live, limit and alarm that are not named become invalid, static values stay. */
static void
test_put (Fixture *fixture, gconstpointer user_data)
{
  g_assert_true (push (fixture, REQUIRED " Temperature=20 HighVoltage=1 BmsCable=2 ChargeRequest=1"
                                         " BatteryLowVoltage=46 InstalledCapacity=200 Power=-600"
                                         " ChargeMode=Bulk TotalAhDrawn=-5"));
  g_assert_true (put (fixture, "Soc=60 Voltage=52 Current=5 MaxChargeVoltage=56 MaxChargeCurrent=90"
                               " MaxDischargeCurrent=80 Soh=99"));
  assert_step (fixture, VB_STATE_LIVE, 1);
  g_assert_cmpuint (fixture->verdict->accepted, ==, 7);
  assert_bus (fixture, "Soc=60 Voltage=52 Current=5 Power=260 MaxChargeVoltage=56 Soh=99"
                       " MaxChargeCurrent=90 MaxDischargeCurrent=80 Temperature=- HighVoltage=-"
                       " BmsCable=0 ChargeRequest=- BatteryLowVoltage=- ChargeMode=-"
                       " InstalledCapacity=200 TotalAhDrawn=-5 " RECEIVING);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) g_test_add ("/values/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("expiry", test_expiry);
  ADD ("expiry-late", test_expiry_late);
  ADD ("sent-expires", test_sent_expires);
  ADD ("null-blocks", test_null_blocks);
  ADD ("put", test_put);
#undef ADD

  return g_test_run ();
}
