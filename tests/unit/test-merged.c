#include "parts-fixture.h"

/* Several sources that make one battery together: what they say as one. */

#define HIGH "Current=10 Soc=50 MaxChargeVoltage=490 MaxChargeCurrent=100 MaxDischargeCurrent=150"

/* Limits by shares of the capacity, and switches. */
static void
test_shares (Fixture *fixture, gconstpointer user_data)
{
  const Part parts[]
      = { { .name = "left", .capacity = 300 }, { .name = "right", .capacity = 100 } };

  begin (fixture, VB_PARTS_PARALLEL, parts, 2);
  g_assert_true (push_part (fixture, "left", PACK LIMITS));
  g_assert_true (push_part (fixture, "right", PACK LIMITS));
  /* 100 / (300 / 400) */
  assert_bus (fixture, "MaxChargeCurrent=133.3 MaxDischargeCurrent=200");
  /* What it sends is its weight. */
  g_assert_true (push_part (fixture, "left", "InstalledCapacity=100"));
  assert_bus (fixture, "MaxChargeCurrent=200 InstalledCapacity=200");

  /* An open switch takes a part out of the share for that direction. */
  g_assert_true (push_part (fixture, "right", "AllowToCharge=0 MaxChargeCurrent=0"));
  assert_bus (fixture, "MaxChargeCurrent=100 MaxDischargeCurrent=300 AllowToCharge=0");
  g_assert_true (push_part (fixture, "left", "AllowToCharge=1"));
  assert_bus (fixture, "AllowToCharge=1");
  /* Closed, and 0. */
  g_assert_true (push_part (fixture, "right", "AllowToCharge=1"));
  assert_bus (fixture, "MaxChargeCurrent=0");
  /* It may lower at once, and raises after ten seconds. */
  g_assert_true (push_part (fixture, "right", "MaxChargeCurrent=80"));
  assert_bus (fixture, "MaxChargeCurrent=100");
  g_assert_true (push_part (fixture, "right", "MaxChargeCurrent=30"));
  assert_bus (fixture, "MaxChargeCurrent=60");
  g_assert_true (push_part (fixture, "right", "MaxChargeCurrent=80"));
  send_until (fixture, "left right", PACK "MaxChargeVoltage=55.2 MaxDischargeCurrent=150", 9);
  assert_bus (fixture, "MaxChargeCurrent=100");
  pass_until (fixture, 9.9);
  g_assert_true (push_part (fixture, "left", "MaxChargeCurrent=100"));
  g_assert_true (push_part (fixture, "right", "MaxChargeCurrent=80"));
  pass_until (fixture, 10);
  assert_bus (fixture, "MaxChargeCurrent=160");

  /* With none left there is nothing to share, but nothing can be charged either. */
  g_assert_true (push_part (fixture, "left", "AllowToCharge=0"));
  g_assert_true (push_part (fixture, "right", "AllowToCharge=0"));
  assert_bus (fixture, "MaxChargeCurrent=0 AllowToCharge=0");
}

/* A switch of a part that is not live stays as it was last seen: it does not close by getting
   old. */
static void
test_late_switch (Fixture *fixture, gconstpointer user_data)
{
  begin_pair (fixture, VB_WHEN_SILENT_STOP_CHARGING);
  g_assert_true (push_part (fixture, "left", PACK LIMITS));
  g_assert_true (push_part (fixture, "right", PACK LIMITS " AllowToCharge=0"));
  assert_bus (fixture, "MaxChargeCurrent=100");
  send_until (fixture, "left", PACK LIMITS, 29);
  assert_state (fixture, VB_STATE_LATE);
  assert_bus (fixture, "MaxChargeCurrent=100");

  /* It is live, and says nothing of it any more: that is closed, and counts after ten seconds. */
  g_assert_true (push_part (fixture, "right", PACK LIMITS));
  assert_bus (fixture, "MaxChargeCurrent=100");
  send_until (fixture, "left right", PACK LIMITS, 38);
  assert_bus (fixture, "MaxChargeCurrent=100");
  send_until (fixture, "left right", PACK LIMITS, 39);
  assert_bus (fixture, "MaxChargeCurrent=200");
}

/* What a shunt says it says alone; it is heard on nothing else but alarms. */
static void
test_says (Fixture *fixture, gconstpointer user_data)
{
  const Part parts[] = { { .name = "left", .capacity = 280 },
                         { .name = "right", .capacity = 280 },
                         { .name = "shunt", .capacity = 0, .says = "Voltage Current Power Soc" } };

  begin (fixture, VB_PARTS_PARALLEL, parts, 3);
  g_assert_true (push_part (fixture, "left", "Current=5 " LIMITS));
  assert_missing (fixture, "");
  g_assert_true (push_part (fixture, "right", LIMITS));
  assert_missing (fixture, "");
  assert_state (fixture, VB_STATE_WAITING);
  assert_reason (fixture, "shunt: No data yet");
  g_assert_true (push_part (fixture, "shunt",
                            "Voltage=52.4 Current=-30.5 Soc=81.5 "
                            "MaxChargeCurrent=1 Temperature=9 LowVoltage=1"));
  assert_state (fixture, VB_STATE_LIVE);
  g_assert_cmpuint (fixture->record->ignored->len, ==, 2);
  assert_bus (fixture, "Voltage=52.4 Current=-30.5 Power=-1598 Soc=81.5 MaxChargeCurrent=200 "
                       "Temperature=- LowVoltage=1 NrOfBatteries=2 InstalledCapacity=560");

  /* Silent, and nobody else can say it: down the ladder. */
  send_until (fixture, "left right", LIMITS, 40);
  assert_state (fixture, VB_STATE_STALE);
  assert_bus (fixture, "ConnectionInformation='shunt: No data for 30 s: charging stopped'");

  /* The others can. */
  restart (fixture);
  for (guint i = 0; i < 3; i++)
    g_assert_true (push_part (fixture, parts[i].name, PACK LIMITS));
  assert_bus (fixture, "Current=10 Soc=50");
  send_until (fixture, "left right", "Voltage=53 Current=8 Soc=60 " LIMITS, 29);
  assert_bus (fixture, "Current=10 Soc=50");
  send_until (fixture, "left right", "Voltage=53 Current=8 Soc=60 " LIMITS, 31);
  assert_state (fixture, VB_STATE_LIVE);
  assert_bus (fixture, "Voltage=53 Current=16 Soc=60 BmsCable=1 Power=848");
  assert_warned (fixture, "part shunt is silent: what it says alone is taken from the other parts, "
                          "where they send it");
}

static void
test_series (Fixture *fixture, gconstpointer user_data)
{
  const Part parts[]
      = { { .name = "left", .capacity = 280 }, { .name = "right", .capacity = 200 } };

  begin (fixture, VB_PARTS_SERIES, parts, 2);
  g_assert_true (push_part (fixture, "left",
                            "Voltage=26 Current=10 Soc=50 MaxChargeVoltage=28 "
                            "MaxChargeCurrent=100 MaxDischargeCurrent=150 "
                            "BatteryLowVoltage=22 AllowToCharge=1"));
  g_assert_true (push_part (fixture, "right",
                            "Voltage=25 Current=11 Soc=40 MaxChargeVoltage=28.4 "
                            "MaxChargeCurrent=90 MaxDischargeCurrent=160 "
                            "BatteryLowVoltage=21 AllowToCharge=0"));
  assert_state (fixture, VB_STATE_LIVE);
  assert_bus (fixture, "Voltage=51 Current=10.5 Power=535 Soc=40 MaxChargeVoltage=56.4 "
                       "MaxChargeCurrent=90 MaxDischargeCurrent=150 BatteryLowVoltage=43 "
                       "AllowToCharge=0 NrOfBatteries=2 BatteriesParallel=1 BatteriesSeries=2 "
                       "InstalledCapacity=200");

  /* Each counts. */
  vb_battery_delete_part (fixture->battery, number_of (fixture, "right"), fixture->now);
  assert_state (fixture, VB_STATE_GONE);
  g_assert_true (push_part (fixture, "left", "Voltage=26 Current=10 Soc=50"));
  assert_state (fixture, VB_STATE_GONE);
  g_assert_true (push_part (fixture, "right",
                            "Voltage=25 Current=11 Soc=40 MaxChargeVoltage=28.4 "
                            "MaxChargeCurrent=90 MaxDischargeCurrent=160"));
  assert_state (fixture, VB_STATE_LIVE);
}

/* Cells are numbered through, and ids say of which part they are. */
static void
test_cells (Fixture *fixture, gconstpointer user_data)
{
  begin_pair (fixture, VB_WHEN_SILENT_LEAVE_OUT);
  g_assert_true (push_part (fixture, "left",
                            PACK LIMITS " Cell1=3.31 Cell2=3.25 Cell3=3.3 "
                                        "Balance2=1 Temperature1=20 Temperature1Name='top'"));
  g_assert_true (push_part (fixture, "right",
                            PACK LIMITS " Cell1=3.29 Cell2=3.4 Temperature1=21 "
                                        "Temperature2=22 MinTemperatureCellId='T9' "
                                        "Module0Id='m'"));
  assert_bus (fixture,
              "Cell1=3.31 Cell2=3.25 Cell3=3.3 Cell4=3.29 Cell5=3.4 Cell6=- Balance2=1 "
              "MinCellVoltage=3.25 MinVoltageCellId='left 2' MaxCellVoltage=3.4 "
              "MaxVoltageCellId='right 2' Diff=0.15 NrOfCellsPerBattery=3 Sum=8.28 Temperature1=20 "
              "Temperature2=21 Temperature3=22 Temperature1Name='top' "
              "MinCellTemperature=20 MinTemperatureCellId='left top' "
              "MaxCellTemperature=22 MaxTemperatureCellId='right T2' Module0Id='m'");

  /* Never over some of the cells. */
  g_assert_true (push_part (fixture, "right", "Cell1=null"));
  assert_bus (fixture, "Cell4=- Cell5=3.4 MinCellVoltage=- MinVoltageCellId=- Diff=- Sum=-");
  g_assert_true (push_part (fixture, "right", "Cell1=3.2"));
  assert_bus (fixture, "Cell4=3.2 MinCellVoltage=3.2 MinVoltageCellId='right 1'");

  /* The numbers of a part stay its own. */
  vb_battery_delete_part (fixture->battery, number_of (fixture, "left"), fixture->now);
  assert_bus (fixture, "Cell1=- Cell2=- Cell3=- Cell4=3.2 Cell5=3.4 MinVoltageCellId='right 1'");
}

/* An alarm of a module that there is no number for is not lost: Alarm is 1, and a warning has its
   name. */
static void
test_modules (Fixture *fixture, gconstpointer user_data)
{
  const Part parts[] = { { .name = "left", .capacity = 280 },
                         { .name = "right", .capacity = 280 },
                         { .name = "shunt", .says = "Soc" } };

  begin (fixture, VB_PARTS_PARALLEL, parts, 3);
  g_assert_true (push_part (fixture, "left", PACK LIMITS " Module6Id='g'"));
  g_assert_true (push_part (fixture, "right", PACK LIMITS " Module2HighVoltage=2 Module4Id='e'"));
  g_assert_true (push_part (fixture, "shunt", "Soc=50 Module0HighVoltage=0"));
  assert_bus (fixture, "Module6Id='g' Module9HighVoltage=2 Alarm=1");
  assert_warned (fixture, "the parts have 2 modules too many: 10 are shown");

  g_assert_true (push_part (fixture, "right", "Module2HighVoltage=0 Module3HighVoltage=1"));
  assert_bus (fixture, "Module9HighVoltage=0 Alarm=1");
  assert_warned (fixture, "the parts have 2 modules too many: 10 are shown; "
                          "part right: Module3HighVoltage is 1, of a module that is not shown");
  g_assert_true (push_part (fixture, "right", "Alarm=0 Module4FuseBlown=2"));
  assert_bus (fixture, "Alarm=1");
  assert_warned (fixture, "the parts have 2 modules too many: 10 are shown; "
                          "part right: Module4FuseBlown is 2, of a module that is not shown, as 1 "
                          "more alarm is");
  g_assert_true (push_part (fixture, "right", "Module3HighVoltage=0 Module4FuseBlown=0"));
  assert_bus (fixture, "Alarm=0");
  assert_warned (fixture, "the parts have 2 modules too many: 10 are shown");

  /* Of a part that says some fields alone no module is shown. */
  g_assert_true (push_part (fixture, "shunt", "Module0HighVoltage=2"));
  assert_bus (fixture, "Alarm=1");
  assert_warned (fixture, "the parts have 2 modules too many: 10 are shown; "
                          "part shunt: Module0HighVoltage is 2, of a module that is not shown");
  vb_battery_delete_part (fixture->battery, number_of (fixture, "shunt"), fixture->now);
  assert_bus (fixture, "Alarm=0");
}

/* Its alarms stay, as those of the part itself do. */
static void
test_modules_of_one_that_left (Fixture *fixture, gconstpointer user_data)
{
  begin_pair (fixture, VB_WHEN_SILENT_LEAVE_OUT);
  g_assert_true (push_part (fixture, "left", PACK LIMITS " Module0HighVoltage=0 Module0Id='a'"));
  g_assert_true (push_part (fixture, "right", PACK LIMITS " Module0HighVoltage=2 Module0Id='b'"));
  assert_bus (fixture, "Module1HighVoltage=2 Module1Id='b' Alarm=1");
  send_until (fixture, "left", PACK LIMITS " Module0HighVoltage=0", 100);
  assert_bus (fixture, "Module0HighVoltage=0 Module1HighVoltage=2 Module1Id=- Alarm=1 Current=10");
  vb_battery_delete_part (fixture->battery, number_of (fixture, "right"), fixture->now);
  assert_bus (fixture, "Module1HighVoltage=- Alarm=0");
}

/* The same of cells: of these a value is lost. */
static void
test_too_many_cells (Fixture *fixture, gconstpointer user_data)
{
  begin_pair (fixture, VB_WHEN_SILENT_LEAVE_OUT);
  g_assert_true (push_part (fixture, "left", PACK LIMITS " Cell255=3.3"));
  g_assert_true (push_part (fixture, "right", PACK LIMITS " Cell1=3.31 Cell3=3.2"));
  assert_bus (fixture, "Cell255=3.3 Cell256=3.31 Alarm=0");
  assert_warned (fixture, "the parts have 2 cells too many: 256 are shown");
}

/* Capacities that are not known: the parts weigh the same, and it is said. */
static void
test_no_capacity (Fixture *fixture, gconstpointer user_data)
{
  const Part parts[] = { { .name = "left", .capacity = 300 }, { .name = "right", .capacity = 0 } };

  begin (fixture, VB_PARTS_PARALLEL, parts, 2);
  g_assert_true (push_part (fixture, "left", PACK LIMITS));
  g_assert_true (push_part (fixture, "right", "Voltage=52 Current=1 Soc=70 " LIMITS));
  assert_bus (fixture, "Soc=60 MaxChargeCurrent=200 InstalledCapacity=-");
  assert_warned (fixture, "the capacity of a part is not known: the parts weigh the same");
}

/* What is required grows older and does not expire, whichever of Current and Power each sends. */
static void
test_current_and_power_grow_older (Fixture *fixture, gconstpointer user_data)
{
  begin_pair (fixture, VB_WHEN_SILENT_STOP_CHARGING);
  g_assert_true (push_part (fixture, "left", PACK LIMITS));
  g_assert_true (push_part (fixture, "right", "Voltage=52 Power=520 Soc=50 " LIMITS));
  assert_bus (fixture, "Current=20 Power=1040");

  pass_until (fixture, 179);
  assert_state (fixture, VB_STATE_STALE);
  pass_until (fixture, 599);
  assert_state (fixture, VB_STATE_LOST);
  pass_until (fixture, 600);
  assert_state (fixture, VB_STATE_GONE);
}

/* The battery-low-voltage of the configuration stands in where no pack sends one; beside one that
   does, a pack that does not is none. */
static void
test_low_voltage (Fixture *fixture, gconstpointer user_data)
{
  fixture->config.live.battery_low_voltage = 45;
  begin_pair (fixture, VB_WHEN_SILENT_STOP_CHARGING);
  g_assert_true (push_part (fixture, "left", PACK LIMITS));
  g_assert_true (push_part (fixture, "right", PACK LIMITS));
  assert_bus (fixture, "BatteryLowVoltage=45");

  g_assert_true (push_part (fixture, "left", "BatteryLowVoltage=46"));
  g_assert_true (push_part (fixture, "right", "BatteryLowVoltage=48"));
  assert_bus (fixture, "BatteryLowVoltage=48");

  /* Replaced, it is not named any more. */
  fill_record (fixture->record, PACK LIMITS);
  g_assert_true (vb_battery_apply_part (fixture->battery, number_of (fixture, "right"),
                                        fixture->record, VB_APPLY_REPLACE, SOURCE, fixture->now,
                                        fixture->verdict));
  assert_bus (fixture, "BatteryLowVoltage=46");

  g_assert_true (push_part (fixture, "left", "BatteryLowVoltage=null"));
  assert_bus (fixture, "BatteryLowVoltage=-");
}

/* What the packs say together, and cannot be, is not taken, as from one source: the value before
   grows older, and the battery with it. */
static void
test_outside_together (Fixture *fixture, gconstpointer user_data)
{
  const Part parts[]
      = { { .name = "front", .capacity = 280 }, { .name = "rear", .capacity = 280 } };

  begin (fixture, VB_PARTS_SERIES, parts, 2);
  send_until (fixture, "front rear", "Voltage=400 " HIGH, 1);
  assert_bus (fixture, "Voltage=800");

  send_until (fixture, "front rear", "Voltage=510 " HIGH, 10);
  assert_state (fixture, VB_STATE_LIVE);
  assert_bus (fixture, "Voltage=910");
  assert_warned (fixture, "what the parts say of Voltage is together outside 0.1 to 1000 and is "
                          "not taken");
  pass_until (fixture, 11.5);
  assert_state (fixture, VB_STATE_LATE);
  send_until (fixture, "front rear", "Voltage=510 " HIGH, 32);
  assert_state (fixture, VB_STATE_STALE);
  assert_bus (fixture, "Voltage=- MaxChargeCurrent=0 MaxDischargeCurrent=150");

  send_until (fixture, "front rear", "Voltage=400 " HIGH, 33);
  assert_state (fixture, VB_STATE_LIVE);
  assert_warned (fixture, "");
}

/* A Current from before a pack was out of reach leaves its place to what follows from its Power, of
   each pack by itself: the sum is exact. */
static void
test_current_from_before (Fixture *fixture, gconstpointer user_data)
{
  begin_pair (fixture, VB_WHEN_SILENT_STOP_CHARGING);
  g_assert_true (push_part (fixture, "left", "Voltage=50 Current=10 Soc=50 " LIMITS));
  g_assert_true (push_part (fixture, "right", "Voltage=52 Current=10 Power=1040 Soc=50 " LIMITS));
  assert_bus (fixture, "Current=20");

  g_assert_true (push_part (fixture, "right", "Connected=0"));
  assert_state (fixture, VB_STATE_STALE);
  pass_until (fixture, 1);
  g_assert_true (push_part (fixture, "right", "Voltage=52 Power=2080 Soc=50 " LIMITS));
  assert_state (fixture, VB_STATE_LIVE);
  assert_bus (fixture, "Current=50 Power=2580");
}

/* A switch that was open when its pack left the bus has only just closed when that is back. */
static void
test_gone_switch (Fixture *fixture, gconstpointer user_data)
{
  begin_pair (fixture, VB_WHEN_SILENT_STOP_CHARGING);
  g_assert_true (push_part (fixture, "left", PACK LIMITS));
  g_assert_true (push_part (fixture, "right", PACK "AllowToCharge=0 " LIMITS));
  assert_bus (fixture, "MaxChargeCurrent=100");

  send_until (fixture, "left", PACK LIMITS, 601);
  assert_state (fixture, VB_STATE_GONE);
  g_assert_true (push_part (fixture, "right", PACK LIMITS));
  assert_state (fixture, VB_STATE_LIVE);
  assert_bus (fixture, "MaxChargeCurrent=100");

  send_until (fixture, "left right", PACK LIMITS, 610);
  assert_bus (fixture, "MaxChargeCurrent=200");
}

/* A reload does not close the switch of a pack that is not live. */
static void
test_switch_and_reload (Fixture *fixture, gconstpointer user_data)
{
  begin_pair (fixture, VB_WHEN_SILENT_STOP_CHARGING);
  g_assert_true (push_part (fixture, "left", PACK LIMITS));
  g_assert_true (push_part (fixture, "right", PACK "AllowToDischarge=0 " LIMITS));
  send_until (fixture, "left", PACK LIMITS, 11);
  assert_state (fixture, VB_STATE_LATE);
  assert_bus (fixture, "MaxDischargeCurrent=150");

  fixture->config.live.freshness.warn_after = 5 * SECOND;
  vb_battery_reconfigure (fixture->battery, &fixture->config, fixture->now);
  send_until (fixture, "left", PACK LIMITS, 29);
  assert_state (fixture, VB_STATE_LATE);
  assert_bus (fixture, "MaxDischargeCurrent=150");
}

/* One that was too old already when its part was last live closes by itself, once it has grown too
   old by what a reload says of late. */
static void
test_switch_and_late_part (Fixture *fixture, gconstpointer user_data)
{
  VbFreshness *freshness = &fixture->config.live.freshness;

  begin_pair (fixture, VB_WHEN_SILENT_STOP_CHARGING);
  g_assert_true (push_part (fixture, "left", PACK LIMITS));
  g_assert_true (push_part (fixture, "right", SMALL "AllowToDischarge=0"));
  send_until (fixture, "left", PACK LIMITS, 3);
  g_assert_true (push_part (fixture, "right", SMALL));
  send_until (fixture, "left", PACK LIMITS, 7);
  freshness->warn_after = 3 * SECOND;
  vb_battery_reconfigure (fixture->battery, &fixture->config, fixture->now);
  g_assert_cmpint (part_of (fixture, "right")->heard.state, ==, VB_STATE_LATE);
  freshness->warn_after = 12 * SECOND;
  vb_battery_reconfigure (fixture->battery, &fixture->config, fixture->now);

  send_until (fixture, "left", PACK LIMITS, 11);
  assert_bus (fixture, "MaxDischargeCurrent=150");
  send_until (fixture, "left", PACK LIMITS, 12);
  assert_bus (fixture, "MaxDischargeCurrent=40");
}

/* An alarm of a record that is refused is measured against what the part shows, not against what it
   showed before it left. */
static void
test_alarm_of_refused (Fixture *fixture, gconstpointer user_data)
{
  begin_pair (fixture, VB_WHEN_SILENT_STOP_CHARGING);
  g_assert_true (push_part (fixture, "left", PACK LIMITS));
  g_assert_true (push_part (fixture, "right", PACK "HighVoltage=2 " LIMITS));
  send_until (fixture, "left", PACK LIMITS, 601);
  assert_state (fixture, VB_STATE_GONE);
  g_assert_true (push_part (fixture, "right", PACK LIMITS));
  assert_state (fixture, VB_STATE_LIVE);
  assert_bus (fixture, "HighVoltage=-");

  g_assert_false (push_part (fixture, "right", "HighVoltage=2 Connected=2"));
  assert_bus (fixture, "HighVoltage=2");
}

/* Nor against what a record that replaces has left out. */
static void
test_alarm_after_put (Fixture *fixture, gconstpointer user_data)
{
  begin_pair (fixture, VB_WHEN_SILENT_STOP_CHARGING);
  g_assert_true (push_part (fixture, "left", PACK LIMITS));
  g_assert_true (push_part (fixture, "right", PACK "HighVoltage=2 " LIMITS));
  assert_bus (fixture, "HighVoltage=2");
  g_assert_true (send_part (fixture, "right", PACK LIMITS, VB_APPLY_REPLACE));
  assert_bus (fixture, "HighVoltage=-");

  g_assert_false (push_part (fixture, "right", "HighVoltage=1 Connected=2"));
  assert_bus (fixture, "HighVoltage=1");
}

/* An alarm of a pack that does not count is no reason to do without a part that says it. */
static void
test_alarm_said (Fixture *fixture, gconstpointer user_data)
{
  const Part parts[] = { { .name = "left", .when_silent = VB_WHEN_SILENT_LEAVE_OUT },
                         { .name = "right" },
                         { .name = "guard", .says = "HighVoltage" } };

  begin (fixture, VB_PARTS_PARALLEL, parts, 3);
  g_assert_true (push_part (fixture, "left", PACK "HighVoltage=0 " LIMITS));
  g_assert_true (push_part (fixture, "right", PACK LIMITS));
  g_assert_true (push_part (fixture, "guard", "HighVoltage=0"));
  assert_state (fixture, VB_STATE_LIVE);
  send_until (fixture, "right", PACK LIMITS, 20);
  g_assert_true (push_part (fixture, "guard", "HighVoltage=0"));
  send_until (fixture, "right", PACK LIMITS, 49);
  g_assert_false (part_of (fixture, "left")->counts);
  assert_state (fixture, VB_STATE_LATE);
  send_until (fixture, "right", PACK LIMITS, 50);
  assert_state (fixture, VB_STATE_STALE);
  send_until (fixture, "right", PACK LIMITS, 640);
  g_assert_true (push_part (fixture, "left", "HighVoltage=0"));
  send_until (fixture, "right", PACK LIMITS, 650);
  assert_state (fixture, VB_STATE_GONE);
}

#define TEST(name) g_test_add ("/merged/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  TEST (shares);
  TEST (late_switch);
  TEST (says);
  TEST (series);
  TEST (cells);
  TEST (modules);
  TEST (modules_of_one_that_left);
  TEST (too_many_cells);
  TEST (no_capacity);
  TEST (current_and_power_grow_older);
  TEST (low_voltage);
  TEST (outside_together);
  TEST (current_from_before);
  TEST (gone_switch);
  TEST (switch_and_reload);
  TEST (switch_and_late_part);
  TEST (alarm_of_refused);
  TEST (alarm_after_put);
  TEST (alarm_said);

  return g_test_run ();
}
