#include "parts-fixture.h"

/* Several sources that make one battery together: which of them count, and how it stands with
   them. */

#define CONTRADICTS "Power is 2000 W, and Voltage × Current is 520 W"

/* The battery waits for each of its parts, and says for which. */
static void
test_start (Fixture *fixture, gconstpointer user_data)
{
  begin_pair (fixture, VB_WHEN_SILENT_STOP_CHARGING);
  assert_reason (fixture, "left: No data yet");

  g_assert_true (push_part (fixture, "left", PACK LIMITS));
  assert_state (fixture, VB_STATE_WAITING);
  assert_reason (fixture, "right: No data yet");
  g_assert_cmpstr (fixture->verdict->part, ==, "left");
  g_assert_cmpstr (fixture->verdict->reason->str, ==, "right: No data yet");
  g_assert_cmpint (fixture->verdict->state, ==, VB_STATE_LIVE);
  g_assert_cmpint (fixture->verdict->battery_state, ==, VB_STATE_WAITING);
  assert_missing (fixture, "");

  g_assert_true (push_part (fixture, "right", "Voltage=52 Current=-3 " LIMITS));
  assert_state (fixture, VB_STATE_WAITING);
  assert_reason (fixture, "right: Waiting for Soc");
  assert_missing (fixture, "Soc");
  g_assert_cmpint (fixture->verdict->state, ==, VB_STATE_WAITING);

  g_assert_true (push_part (fixture, "right", "Soc=60"));
  assert_state (fixture, VB_STATE_LIVE);
  g_assert_cmpint (fixture->verdict->battery_state, ==, VB_STATE_LIVE);
  g_assert_cmpuint (fixture->calls, ==, 1);
  assert_bus (fixture, "Voltage=52 Current=7 Soc=55 MaxChargeVoltage=55.2 MaxChargeCurrent=200 "
                       "MaxDischargeCurrent=300 Power=364 NrOfBatteries=2 BatteriesParallel=2 "
                       "BatteriesSeries=1 NrOfModulesOnline=2 NrOfModulesOffline=0 BmsCable=0 "
                       "InstalledCapacity=560 Capacity=308");
  assert_warned (fixture, "");
}

/* The oldest part decides: it is named in the line. */
static void
test_ladder (Fixture *fixture, gconstpointer user_data)
{
  begin_pair (fixture, VB_WHEN_SILENT_STOP_CHARGING);
  g_assert_true (push_part (fixture, "left", PACK LIMITS));
  g_assert_true (push_part (fixture, "right", PACK LIMITS));
  send_until (fixture, "left", PACK LIMITS, 9);
  assert_state (fixture, VB_STATE_LIVE);

  send_until (fixture, "left", PACK LIMITS, 10);
  assert_state (fixture, VB_STATE_LATE);
  assert_bus (fixture, "ConnectionInformation='right: No data for 10 s' BmsCable=1 Current=20");
  g_assert_cmpint (part_of (fixture, "left")->heard.state, ==, VB_STATE_LIVE);
  g_assert_cmpint (part_of (fixture, "right")->heard.state, ==, VB_STATE_LATE);

  send_until (fixture, "left", PACK LIMITS, 30);
  assert_state (fixture, VB_STATE_STALE);
  assert_bus (fixture, "ConnectionInformation='right: No data for 30 s: charging stopped' "
                       "Current=- Soc=- MaxChargeCurrent=0 MaxDischargeCurrent=300 BmsCable=2");

  /* Towards safety at once. */
  g_assert_true (push_part (fixture, "left", "MaxDischargeCurrent=50"));
  assert_bus (fixture, "MaxDischargeCurrent=100");

  send_until (fixture, "left", PACK LIMITS, 180);
  assert_state (fixture, VB_STATE_LOST);
  send_until (fixture, "left", PACK LIMITS, 599);
  assert_state (fixture, VB_STATE_LOST);
  send_until (fixture, "left", PACK LIMITS, 600);
  assert_state (fixture, VB_STATE_GONE);
  assert_reason (fixture, "right: Waiting for Voltage");

  g_assert_true (push_part (fixture, "right", PACK LIMITS));
  assert_state (fixture, VB_STATE_LIVE);
  assert_bus (fixture, "Current=20 MaxChargeCurrent=200");
}

/* None of those that are silent all at once leaves while no other one sends. */
static void
test_all_silent (Fixture *fixture, gconstpointer user_data)
{
  const Part parts[]
      = { { .name = "left", .capacity = 280, .when_silent = VB_WHEN_SILENT_LEAVE_OUT },
          { .name = "right", .capacity = 280, .when_silent = VB_WHEN_SILENT_LEAVE_OUT } };

  begin (fixture, VB_PARTS_PARALLEL, parts, 2);
  g_assert_true (push_part (fixture, "left", PACK LIMITS));
  g_assert_true (push_part (fixture, "right", PACK LIMITS));
  pass_until (fixture, 50);
  assert_state (fixture, VB_STATE_STALE);
  assert_warned (fixture, "");

  g_assert_true (push_part (fixture, "left", PACK LIMITS));
  assert_state (fixture, VB_STATE_LIVE);
  assert_bus (fixture, "Current=10 BmsCable=1");
  send_until (fixture, "left right", PACK LIMITS, 61);
  assert_bus (fixture, "Current=20 BmsCable=0");
}

/* One leaves as it falls silent, whichever of them does first. */
static void
test_leaves_first (Fixture *fixture, gconstpointer user_data)
{
  const Part parts[]
      = { { .name = "left", .capacity = 280, .when_silent = VB_WHEN_SILENT_LEAVE_OUT },
          { .name = "right", .capacity = 280, .when_silent = VB_WHEN_SILENT_LEAVE_OUT } };

  begin (fixture, VB_PARTS_PARALLEL, parts, 2);
  g_assert_true (push_part (fixture, "left", PACK LIMITS));
  g_assert_true (push_part (fixture, "right", PACK LIMITS));
  send_until (fixture, "left", PACK LIMITS, 3);
  pass_until (fixture, 30);
  assert_state (fixture, VB_STATE_LATE);
  assert_bus (fixture, "Current=10 BmsCable=1");
  pass_until (fixture, 33);
  assert_state (fixture, VB_STATE_STALE);
}

/* A part that may be left out leaves sums and shares; its Soc stays until its leave-after, and it
   counts again after ten seconds of records. */
static void
test_leave_out (Fixture *fixture, gconstpointer user_data)
{
  begin_pair (fixture, VB_WHEN_SILENT_LEAVE_OUT);
  g_assert_true (
      push_part (fixture, "left", "Voltage=52 Current=10 Soc=50 Temperature=20 " LIMITS));
  g_assert_true (push_part (fixture, "right",
                            "Voltage=53 Current=7 Soc=70 Temperature=30 "
                            "HighTemperature=1 " LIMITS));
  assert_bus (fixture, "Voltage=52.5 Current=17 Soc=60 Temperature=30 HighTemperature=1");

  send_until (fixture, "left", "Voltage=52 Current=10 Soc=50 Temperature=20 " LIMITS, 29);
  assert_state (fixture, VB_STATE_LATE);
  assert_bus (fixture, "Current=17");
  send_until (fixture, "left", "Voltage=52 Current=10 Soc=50 Temperature=20 " LIMITS, 31);
  assert_state (fixture, VB_STATE_LIVE);
  assert_bus (fixture, "Voltage=52 Current=10 Soc=60 Temperature=20 HighTemperature=1 BmsCable=1 "
                       "MaxChargeCurrent=100 NrOfModulesOnline=1 NrOfModulesOffline=1 "
                       "NrOfBatteries=2 InstalledCapacity=280");
  assert_warned (fixture, "part right is silent: it does not count");

  /* Its Soc does not expire, and the battery is not as old as it. */
  send_until (fixture, "left", "Voltage=52 Current=10 Soc=52 Temperature=20 " LIMITS, 300);
  assert_state (fixture, VB_STATE_LIVE);
  assert_bus (fixture, "Soc=61 Current=10 NrOfModulesOffline=1");

  g_assert_true (push_part (fixture, "right", "Voltage=53 Current=7 Soc=72 " LIMITS));
  assert_bus (fixture, "Soc=62 Current=10");
  assert_warned (fixture, "part right has come back, and counts after 10 s of records");
  send_until (fixture, "left right", "Voltage=52 Current=8 Soc=60 " LIMITS, 309);
  assert_bus (fixture, "Current=8 BmsCable=1");
  send_until (fixture, "left right", "Voltage=52 Current=8 Soc=60 " LIMITS, 310);
  assert_bus (fixture, "Current=16 BmsCable=0 NrOfModulesOnline=2 MaxChargeCurrent=200");
  /* Its temperature is from before it fell silent. */
  assert_bus (fixture, "Temperature=-");
  assert_warned (fixture, "");
}

/* One that is on its way back is connected: what it bears is not exceeded. It lowers, and does
   nothing else. */
static void
test_returning_lowers (Fixture *fixture, gconstpointer user_data)
{
  begin_pair (fixture, VB_WHEN_SILENT_LEAVE_OUT);
  send_until (fixture, "left right", PACK "BatteryLowVoltage=44 " LIMITS, 1);
  send_until (fixture, "left", PACK LIMITS, 100);
  assert_bus (fixture, "MaxChargeVoltage=55.2 MaxChargeCurrent=100 MaxDischargeCurrent=150");

  g_assert_true (push_part (fixture, "right",
                            PACK "MaxChargeVoltage=58 MaxChargeCurrent=400 "
                                 "MaxDischargeCurrent=20 BatteryLowVoltage=47 AllowToCharge=1"));
  assert_bus (fixture, "MaxChargeVoltage=55.2 MaxChargeCurrent=100 MaxDischargeCurrent=40 "
                       "BatteryLowVoltage=47 AllowToCharge=- Current=10 NrOfModulesOffline=1");
  g_assert_true (push_part (fixture, "right", "MaxChargeCurrent=0 MaxChargeVoltage=54"));
  assert_bus (fixture, "MaxChargeVoltage=54 MaxChargeCurrent=0 MaxDischargeCurrent=40");

  /* Where it falls silent once more, the others are alone again. */
  send_until (fixture, "left", PACK LIMITS, 129);
  assert_bus (fixture, "MaxChargeVoltage=54 MaxChargeCurrent=0");
  send_until (fixture, "left", PACK LIMITS, 131);
  assert_bus (fixture, "MaxChargeVoltage=55.2 MaxChargeCurrent=100 MaxDischargeCurrent=150");
}

/* A record that is late does not begin its ten seconds anew, only silence does. */
static void
test_returns_slowly (Fixture *fixture, gconstpointer user_data)
{
  begin_pair (fixture, VB_WHEN_SILENT_LEAVE_OUT);
  send_until (fixture, "left right", PACK LIMITS, 1);
  send_until (fixture, "left", PACK LIMITS, 100);
  send_until (fixture, "left right", PACK LIMITS, 101);
  send_until (fixture, "left", PACK LIMITS, 112);
  g_assert_cmpint (part_of (fixture, "right")->heard.state, ==, VB_STATE_LATE);
  assert_bus (fixture, "Current=10");
  send_until (fixture, "left right", PACK LIMITS, 113);
  assert_bus (fixture, "Current=20");
}

static void
test_leaves_for_good (Fixture *fixture, gconstpointer user_data)
{
  begin_pair (fixture, VB_WHEN_SILENT_LEAVE_OUT);
  g_assert_true (push_part (fixture, "left", PACK LIMITS));
  g_assert_true (
      push_part (fixture, "right", "Voltage=53 Current=7 Soc=70 HighTemperature=2 " LIMITS));
  send_until (fixture, "left", PACK LIMITS, 599);
  assert_bus (fixture, "Soc=60 HighTemperature=2");
  send_until (fixture, "left", PACK LIMITS, 601);
  assert_bus (fixture, "Soc=50 HighTemperature=- BmsCable=1");
  assert_state (fixture, VB_STATE_LIVE);

  /* Its Soc does not come before it counts. */
  send_until (fixture, "left right", "Voltage=53 Current=7 Soc=70 " LIMITS, 605);
  send_until (fixture, "left", PACK LIMITS, 606);
  assert_bus (fixture, "Soc=50");
}

/* At the start one that may be left out is waited for as long as it takes to be stale. */
static void
test_start_without (Fixture *fixture, gconstpointer user_data)
{
  begin_pair (fixture, VB_WHEN_SILENT_LEAVE_OUT);
  send_until (fixture, "left", PACK LIMITS, 30);
  assert_state (fixture, VB_STATE_WAITING);
  assert_reason (fixture, "right: No data yet");
  send_until (fixture, "left", PACK LIMITS, 31);
  assert_state (fixture, VB_STATE_LIVE);
  assert_bus (fixture, "Current=10 Soc=50 BmsCable=1");
  send_until (fixture, "left", PACK LIMITS, 32);
  send_until (fixture, "left right", PACK LIMITS, 42);
  assert_bus (fixture, "Current=10");
  send_until (fixture, "left right", PACK LIMITS, 43);
  assert_bus (fixture, "Current=20 BmsCable=0");
}

/* DELETE of a part: it leaves at once, and without an alarm. */
static void
test_off (Fixture *fixture, gconstpointer user_data)
{
  begin_pair (fixture, VB_WHEN_SILENT_STOP_CHARGING);
  g_assert_true (push_part (fixture, "left", PACK LIMITS));
  g_assert_true (push_part (fixture, "right", "Voltage=53 Current=7 Soc=70 LowSoc=1 " LIMITS));
  vb_battery_delete_part (fixture->battery, number_of (fixture, "right"), fixture->now);
  assert_state (fixture, VB_STATE_LIVE);
  assert_bus (fixture, "Current=10 Soc=50 LowSoc=- BmsCable=0 MaxChargeCurrent=100");
  assert_warned (fixture, "part right is off: it does not count");

  send_until (fixture, "left", PACK LIMITS, 5);
  send_until (fixture, "left right", PACK LIMITS, 15);
  assert_bus (fixture, "Current=10");
  send_until (fixture, "left right", PACK LIMITS, 16);
  assert_bus (fixture, "Current=20");
  assert_warned (fixture, "");

  /* All of them: the battery is gone. */
  vb_battery_delete_part (fixture->battery, number_of (fixture, "right"), fixture->now);
  vb_battery_delete_part (fixture->battery, number_of (fixture, "left"), fixture->now);
  assert_state (fixture, VB_STATE_GONE);

  /* Also one that was not on the bus yet. */
  begin_pair (fixture, VB_WHEN_SILENT_STOP_CHARGING);
  vb_battery_delete_part (fixture->battery, number_of (fixture, "right"), fixture->now);
  assert_state (fixture, VB_STATE_WAITING);
  vb_battery_delete_part (fixture->battery, number_of (fixture, "left"), fixture->now);
  assert_state (fixture, VB_STATE_GONE);

  /* DELETE of the battery: it waits for all of them as at the start. */
  begin_pair (fixture, VB_WHEN_SILENT_STOP_CHARGING);
  g_assert_true (push_part (fixture, "left", PACK LIMITS));
  g_assert_true (push_part (fixture, "right", PACK LIMITS));
  vb_battery_delete (fixture->battery, fixture->now);
  assert_state (fixture, VB_STATE_GONE);
  g_assert_true (push_part (fixture, "left", PACK LIMITS));
  assert_state (fixture, VB_STATE_GONE);
  assert_reason (fixture, "right: Waiting for Voltage");
  g_assert_true (push_part (fixture, "right", PACK LIMITS));
  assert_state (fixture, VB_STATE_LIVE);
}

/* Connected 0 makes what becomes of a silent part come at once. */
static void
test_out_of_reach (Fixture *fixture, gconstpointer user_data)
{
  begin_pair (fixture, VB_WHEN_SILENT_STOP_CHARGING);
  send_until (fixture, "left right", PACK LIMITS, 40);
  fixture->record->connected = VB_CONNECTED_NO;
  g_assert_true (push_part (fixture, "right", "Connected=0"));
  assert_state (fixture, VB_STATE_STALE);
  assert_bus (fixture, "ConnectionInformation='right: Battery out of reach, says the source: "
                       "charging stopped'");
  g_assert_true (push_part (fixture, "left", PACK LIMITS));
  assert_state (fixture, VB_STATE_STALE);
  pass_until (fixture, 41);
  g_assert_true (push_part (fixture, "right", PACK LIMITS));
  assert_state (fixture, VB_STATE_LIVE);

  begin_pair (fixture, VB_WHEN_SILENT_LEAVE_OUT);
  send_until (fixture, "left right", PACK LIMITS, 40);
  g_assert_true (push_part (fixture, "right", "Connected=0"));
  assert_state (fixture, VB_STATE_LIVE);
  assert_bus (fixture, "Current=10 BmsCable=1 Soc=50");

  /* It has said so: that is not waited for when the other one comes back. */
  begin_pair (fixture, VB_WHEN_SILENT_LEAVE_OUT);
  send_until (fixture, "left right", PACK LIMITS, 5);
  pass_until (fixture, 50);
  g_assert_true (push_part (fixture, "right", "Connected=0"));
  assert_state (fixture, VB_STATE_STALE);
  g_assert_true (push_part (fixture, "left", PACK LIMITS));
  assert_state (fixture, VB_STATE_LIVE);
  assert_bus (fixture, "Current=10 BmsCable=1");
}

/* Doubt is each part's own. */
static void
test_doubt (Fixture *fixture, gconstpointer user_data)
{
  begin_pair (fixture, VB_WHEN_SILENT_STOP_CHARGING);
  g_assert_true (push_part (fixture, "left", PACK LIMITS));
  g_assert_true (push_part (fixture, "right", PACK LIMITS));
  g_assert_true (push_part (fixture, "left", "Soc=0"));
  assert_refused (fixture, "Soc", VB_FIELD_ERROR_IMPLAUSIBLE, NULL);
  assert_bus (fixture, "Soc=50");
  g_assert_true (push_part (fixture, "left", "Voltage=26"));
  assert_refused (fixture, "Voltage", VB_FIELD_ERROR_IMPLAUSIBLE, NULL);
  g_assert_true (push_part (fixture, "right", "Voltage=51"));
  assert_bus (fixture, "Voltage=51.5");

  /* So is what is safer: it counts by its share. */
  g_assert_false (push_part (fixture, "left", "MaxChargeCurrent=20 Connected=x"));
  assert_bus (fixture, "MaxChargeCurrent=40");
}

/* Of a part that says nothing which a battery needs all of it is required; one of which nothing is
   left to require is as old as its last record. */
static void
test_nothing_required (Fixture *fixture, gconstpointer user_data)
{
  const Part probed[]
      = { { .name = "left", .capacity = 280 }, { .name = "probe", .says = "Temperature Soh" } };
  const Part spared[] = { { .name = "left", .capacity = 280 },
                          { .name = "shunt", .says = "Voltage Current Power Soc" } };

  begin (fixture, VB_PARTS_PARALLEL, probed, 2);
  g_assert_true (push_part (fixture, "left", PACK LIMITS));
  g_assert_true (push_part (fixture, "probe", "Temperature=20"));
  assert_missing (fixture, "Soh");
  assert_state (fixture, VB_STATE_WAITING);
  assert_reason (fixture, "probe: Waiting for Soh");
  g_assert_true (push_part (fixture, "probe", "Soh=90"));
  assert_state (fixture, VB_STATE_LIVE);
  assert_bus (fixture, "Temperature=20 Soh=90");
  send_until (fixture, "left", PACK LIMITS, 10);
  assert_state (fixture, VB_STATE_LATE);
  assert_bus (fixture, "ConnectionInformation='probe: No data for 10 s'");

  fixture->config.fixed.role = VB_ROLE_MONITOR;
  begin (fixture, VB_PARTS_PARALLEL, spared, 2);
  fixture->config.fixed.role = VB_ROLE_BMS;
  g_assert_true (push_part (fixture, "shunt", PACK));
  assert_state (fixture, VB_STATE_WAITING);
  assert_reason (fixture, "left: No data yet");
  g_assert_true (push_part (fixture, "left", "Temperature=20"));
  assert_state (fixture, VB_STATE_LIVE);
  send_until (fixture, "shunt", PACK, 20);
  assert_state (fixture, VB_STATE_LATE);
  assert_bus (fixture, "ConnectionInformation='left: No data for 10 s'");
}

/* What contradicts itself in a record is told once in its verdict, and with the name of the part in
   those on the others. */
static void
test_warned_once (Fixture *fixture, gconstpointer user_data)
{
  begin_pair (fixture, VB_WHEN_SILENT_LEAVE_OUT);
  g_assert_true (push_part (fixture, "left", PACK LIMITS));
  g_assert_true (push_part (fixture, "right", PACK "Power=2000 " LIMITS));
  assert_texts (fixture->verdict->warnings, CONTRADICTS);
  g_assert_true (push_part (fixture, "left", PACK LIMITS));
  assert_texts (fixture->verdict->warnings, "part right: " CONTRADICTS);
  assert_warned (fixture, "part right: " CONTRADICTS);

  /* Of one that does not count its own verdict alone tells it. */
  send_until (fixture, "left", PACK LIMITS, 31);
  assert_texts (fixture->verdict->warnings, "part right is silent: it does not count");
  g_assert_true (push_part (fixture, "right", PACK "Power=2000 " LIMITS));
  assert_texts (fixture->verdict->warnings,
                CONTRADICTS "; part right has come back, and counts after 10 s of records");
}

/* Where one lacks a cell, nothing is known of all cells: it is told as for a battery of one source. */
static void
test_lacks_a_cell (Fixture *fixture, gconstpointer user_data)
{
  begin_pair (fixture, VB_WHEN_SILENT_STOP_CHARGING);
  g_assert_true (push_part (fixture, "left", PACK "Cell1=3.3 Cell2=3.3 " LIMITS));
  g_assert_true (push_part (fixture, "right", PACK "Cell1=3.3 Cell2=3.3 " LIMITS));
  g_assert_true (push_part (fixture, "right", "Cell2=null"));
  assert_texts (fixture->verdict->warnings, "Cell2 has no value: nothing is known of all cells");
  assert_bus (fixture, "MinCellVoltage=- MaxCellVoltage=-");
  assert_warned (fixture, "part right: Cell2 has no value: nothing is known of all cells");
  g_assert_true (push_part (fixture, "right", "Cell2=3.3"));
  assert_warned (fixture, "");
}

/* A check changes nothing. */
static void
test_check (Fixture *fixture, gconstpointer user_data)
{
  begin_pair (fixture, VB_WHEN_SILENT_STOP_CHARGING);
  g_assert_true (push_part (fixture, "left", PACK LIMITS));
  fill_record (fixture->record, PACK LIMITS);
  g_assert_true (vb_battery_check (fixture->battery, &(guint){ 1 }, fixture->record, fixture->now,
                                   fixture->verdict));
  g_assert_cmpstr (fixture->verdict->part, ==, "right");
  g_assert_cmpint (fixture->verdict->battery_state, ==, VB_STATE_LIVE);
  assert_state (fixture, VB_STATE_WAITING);
  g_assert_cmpint (part_of (fixture, "right")->heard.state, ==, VB_STATE_WAITING);
}

/* A part that is frozen makes the battery as old as it. */
static void
test_frozen (Fixture *fixture, gconstpointer user_data)
{
  fixture->config.live.frozen_after = 60 * SECOND;
  begin_pair (fixture, VB_WHEN_SILENT_STOP_CHARGING);
  g_assert_true (push_part (fixture, "right", PACK LIMITS));
  for (guint i = 1; i < 90; i++) {
    g_autofree char *text = g_strdup_printf (PACK LIMITS " Power=%u", 500 + i % 7);

    pass_until (fixture, i);
    g_assert_true (push_part (fixture, "left", text));
    g_assert_true (push_part (fixture, "right", PACK LIMITS));
    assert_state (fixture, i < 60 ? VB_STATE_LIVE : i < 80 ? VB_STATE_LATE : VB_STATE_STALE);
  }
  assert_bus (fixture, "ConnectionInformation='right: The same values for 60 s: charging stopped'");
}

/* A battery of which no pack counts has nothing to show, whatever a shunt beside them says. */
static void
test_none_counts (Fixture *fixture, gconstpointer user_data)
{
  const Part parts[] = { { .name = "left" }, { .name = "shunt", .says = "Voltage Current Soc" } };

  fixture->config.fixed.role = VB_ROLE_MONITOR;
  begin (fixture, VB_PARTS_PARALLEL, parts, 2);
  g_assert_true (push_part (fixture, "left", PACK));
  g_assert_true (push_part (fixture, "shunt", PACK));
  assert_state (fixture, VB_STATE_LIVE);

  vb_battery_delete_part (fixture->battery, number_of (fixture, "left"), fixture->now);
  assert_state (fixture, VB_STATE_GONE);
  g_assert_true (push_part (fixture, "shunt", PACK));
  assert_state (fixture, VB_STATE_GONE);

  send_until (fixture, "left shunt", PACK, 10);
  assert_state (fixture, VB_STATE_GONE);
  send_until (fixture, "left shunt", PACK, 11);
  assert_state (fixture, VB_STATE_LIVE);
}

/* A pack in series that was declared off is waited for, and what the other one sends does not stand
   for both; the battery goes on with its next complete record. */
static void
test_off_in_series (Fixture *fixture, gconstpointer user_data)
{
  const Part parts[] = { { .name = "left", .capacity = 280 },
                         { .name = "right", .capacity = 280 },
                         { .name = "probe", .says = "Temperature" } };

  begin (fixture, VB_PARTS_SERIES, parts, 3);
  g_assert_true (push_part (fixture, "left", PACK LIMITS));
  g_assert_true (push_part (fixture, "right", PACK LIMITS));
  g_assert_true (push_part (fixture, "probe", "Temperature=20"));
  assert_state (fixture, VB_STATE_LIVE);

  vb_battery_delete_part (fixture->battery, number_of (fixture, "left"), fixture->now);
  assert_state (fixture, VB_STATE_GONE);
  assert_warned (fixture, "part left is off: the battery waits for it");

  send_until (fixture, "right", PACK "Temperature=25 " LIMITS, 40);
  assert_state (fixture, VB_STATE_GONE);
  assert_warned (fixture, "part left is off: the battery waits for it");
  g_assert_true (push_part (fixture, "probe", "Temperature=20"));
  g_assert_true (push_part (fixture, "left", PACK LIMITS));
  assert_state (fixture, VB_STATE_LIVE);
  assert_bus (fixture, "Temperature=20");
  assert_warned (fixture, "");

  /* One that has gone by itself is not declared off by what becomes of another part. */
  begin (fixture, VB_PARTS_SERIES, parts, 3);
  g_assert_true (push_part (fixture, "left", PACK LIMITS));
  send_until (fixture, "right", PACK LIMITS, 601);
  vb_battery_delete_part (fixture->battery, number_of (fixture, "probe"), fixture->now);
  assert_state (fixture, VB_STATE_WAITING);
}

#define TEST(name) g_test_add ("/parts/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  TEST (start);
  TEST (ladder);
  TEST (all_silent);
  TEST (leaves_first);
  TEST (leave_out);
  TEST (returning_lowers);
  TEST (returns_slowly);
  TEST (leaves_for_good);
  TEST (start_without);
  TEST (off);
  TEST (out_of_reach);
  TEST (doubt);
  TEST (nothing_required);
  TEST (warned_once);
  TEST (lacks_a_cell);
  TEST (check);
  TEST (frozen);
  TEST (none_counts);
  TEST (off_in_series);

  return g_test_run ();
}
