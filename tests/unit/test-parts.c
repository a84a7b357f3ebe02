#include "rules-fixture.h"

/* Several sources that make one battery together. */

#define PACK "Voltage=52 Current=10 Soc=50 "
#define SMALL PACK "MaxChargeVoltage=55.2 MaxChargeCurrent=100 MaxDischargeCurrent=20 "

/* A part of the battery that restart() makes; @rest: as in the configuration file. */
typedef struct
{
  const char *name;
  double capacity;
  VbWhenSilent when_silent;
  const char *says;
} Part;

static void
add_part (Fixture *fixture, const Part *part)
{
  VbPartConfig *own = vb_part_config_new (part->name);
  g_auto (GStrv) says = split_words (part->says != NULL ? part->says : "");

  own->capacity = part->capacity > 0 ? part->capacity : NAN;
  own->when_silent = part->when_silent;
  own->items = g_new0 (guint, g_strv_length (says));
  for (guint i = 0; says[i] != NULL; i++)
    own->items[own->n_items++] = item_of (says[i]);
  g_ptr_array_add (fixture->config.fixed.parts, own);
}

static void
begin (Fixture *fixture, VbArrangement arrangement, const Part *parts, guint n)
{
  g_clear_pointer (&fixture->config.fixed.parts, g_ptr_array_unref);
  fixture->config.fixed.parts
      = g_ptr_array_new_with_free_func ((GDestroyNotify)vb_part_config_free);
  fixture->config.fixed.arrangement = arrangement;
  for (guint i = 0; i < n; i++)
    add_part (fixture, &parts[i]);
  restart (fixture);
}

/* Two that are alike, in parallel. */
static void
begin_pair (Fixture *fixture, VbWhenSilent right)
{
  const Part parts[] = { { .name = "left", .capacity = 280 },
                         { .name = "right", .capacity = 280, .when_silent = right } };

  begin (fixture, VB_PARTS_PARALLEL, parts, 2);
}

static guint
number_of (Fixture *fixture, const char *name)
{
  guint part;

  g_assert_true (vb_battery_find_part (fixture->battery, name, &part));

  return part;
}

static const VbPart *
part_of (Fixture *fixture, const char *name)
{
  return vb_parts_get (vb_battery_parts (fixture->battery), number_of (fixture, name));
}

static gboolean
send_part (Fixture *fixture, const char *name, const char *description, VbApplyMode mode)
{
  gboolean taken;

  fill_record (fixture->record, description);
  fixture->calls = 0;
  taken = vb_battery_apply_part (fixture->battery, number_of (fixture, name), fixture->record, mode,
                                 SOURCE, fixture->now, fixture->verdict);
  g_clear_pointer (&fixture->errors, g_ptr_array_unref);
  fixture->errors = vb_record_steal_errors (fixture->record);

  return taken;
}

static gboolean
push_part (Fixture *fixture, const char *name, const char *description)
{
  return send_part (fixture, name, description, VB_APPLY_MERGE);
}

/* Lets time pass until @seconds after the start, step by step, as the ladder source does. */
static void
pass_until (Fixture *fixture, double seconds)
{
  const gint64 end = START + (gint64)(seconds * SECOND);

  while (vb_battery_next_tick (fixture->battery) <= end) {
    fixture->now = MAX (fixture->now, vb_battery_next_tick (fixture->battery));
    vb_battery_tick (fixture->battery, fixture->now);
    g_assert_cmpint (vb_battery_next_tick (fixture->battery), >, fixture->now);
  }
  fixture->now = end;
}

/* Each of @names, separated by blanks, sends @description every second until @seconds after the
   start. */
static void
send_until (Fixture *fixture, const char *names, const char *description, double seconds)
{
  g_auto (GStrv) parts = g_strsplit (names, " ", -1);

  while (fixture->now + SECOND <= START + (gint64)(seconds * SECOND)) {
    pass_until (fixture, (double)(fixture->now + SECOND - START) / SECOND);
    for (guint i = 0; parts[i] != NULL; i++)
      g_assert_true (push_part (fixture, parts[i], description));
  }
}

static void
assert_state (Fixture *fixture, VbState state)
{
  g_assert_cmpstr (vb_state_name (vb_battery_state (fixture->battery)), ==, vb_state_name (state));
}

static void
assert_reason (Fixture *fixture, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);

  vb_battery_reason (fixture->battery, fixture->now, text);
  g_assert_cmpstr (text->str, ==, expected);
}

static void
assert_texts (const GPtrArray *texts, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < texts->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "; " : "",
                            (const char *)g_ptr_array_index (texts, i));
  g_assert_cmpstr (text->str, ==, expected);
}

static void
assert_warned (Fixture *fixture, const char *expected)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  vb_parts_warn (vb_battery_parts (fixture->battery), texts);
  assert_texts (texts, expected);
}

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

#define CONTRADICTS "Power is 2000 W, and Voltage × Current is 520 W"

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

/* Rules act on what all of them say together; what a discharge curve goes by each pack has to
   send. */
static void
test_rules (Fixture *fixture, gconstpointer user_data)
{
  const Part strings[]
      = { { .name = "left", .capacity = 280 }, { .name = "right", .capacity = 280 } };

  set_limits (fixture, "charge-voltage=56 charge-current=100 discharge-current=200 "
                       "discharge-by-cell-voltage=2.80:0;3.00:50;3.10:100");
  begin_pair (fixture, VB_WHEN_SILENT_STOP_CHARGING);
  g_assert_true (push_part (fixture, "left", PACK "MinCellVoltage=3.2"));
  g_assert_true (push_part (fixture, "right", PACK));
  assert_missing (fixture, "MinCellVoltage");
  assert_state (fixture, VB_STATE_WAITING);
  g_assert_true (push_part (fixture, "right", PACK "MinCellVoltage=3"));
  assert_state (fixture, VB_STATE_LIVE);
  assert_bus (fixture, "MaxChargeVoltage=56 MaxChargeCurrent=100 MaxDischargeCurrent=100");
  g_assert_true (push_part (fixture, "right", "MinCellVoltage=2.8"));
  assert_bus (fixture, "MaxDischargeCurrent=0");

  /* The sensor of one dies: that one is to blame. */
  send_until (fixture, "left right", PACK, 5);
  for (guint second = 6; second <= 12; second++) {
    send_until (fixture, "left", PACK "MinCellVoltage=3.2", second);
    g_assert_true (push_part (fixture, "right", PACK));
  }
  assert_state (fixture, VB_STATE_LATE);
  assert_bus (fixture, "ConnectionInformation='right: MinCellVoltage not sent for 10 s'");

  /* In parallel the pack whose cells allow the least decides; in series they are one string. */
  set_limits (fixture, "charge-voltage=56 charge-current=100 discharge-current=200 "
                       "cell-max-voltage=3.5");
  begin_pair (fixture, VB_WHEN_SILENT_STOP_CHARGING);
  g_assert_true (push_part (fixture, "left", PACK "Cell1=3.3 Cell2=3.4"));
  g_assert_true (push_part (fixture, "right", PACK "Cell1=3.2 Cell2=3.5"));
  assert_bus (fixture, "MaxChargeVoltage=6.7");
  begin (fixture, VB_PARTS_SERIES, strings, 2);
  g_assert_true (push_part (fixture, "left", PACK "Cell1=3.3 Cell2=3.4"));
  g_assert_true (push_part (fixture, "right", PACK "Cell1=3.2 Cell2=3.5"));
  assert_bus (fixture, "MaxChargeVoltage=13.4");
}

#define TEST(name) g_test_add ("/parts/" #name, Fixture, NULL, set_up, test_##name, tear_down)

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

#define HIGH "Current=10 Soc=50 MaxChargeVoltage=490 MaxChargeCurrent=100 MaxDischargeCurrent=150"

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

/* What rules supply is no more than a pack that sends limits bears, beside one that sends none. */
static void
test_rules_beside_limits (Fixture *fixture, gconstpointer user_data)
{
  set_limits (fixture, "charge-voltage=56 charge-current=100 discharge-current=200");
  begin_pair (fixture, VB_WHEN_SILENT_STOP_CHARGING);
  g_assert_true (push_part (fixture, "left", PACK));
  g_assert_true (push_part (fixture, "right", PACK));
  assert_bus (fixture, "MaxChargeVoltage=56 MaxChargeCurrent=100 MaxDischargeCurrent=200");

  g_assert_true (push_part (fixture, "left", "MaxChargeVoltage=55 MaxChargeCurrent=20"));
  assert_bus (fixture, "MaxChargeVoltage=55 MaxChargeCurrent=20 MaxDischargeCurrent=200");
}

/* A limit that a pack never sent is no safer one of a refused record: beside one that another pack
   sends it would have no age, give that pack a share, and let the battery bear more. */
static void
test_rules_beside_refused (Fixture *fixture, gconstpointer user_data)
{
  set_limits (fixture, "charge-voltage=56 charge-current=100 discharge-current=200");
  begin_pair (fixture, VB_WHEN_SILENT_STOP_CHARGING);
  g_assert_true (push_part (fixture, "left", PACK "MaxChargeCurrent=30"));
  g_assert_true (push_part (fixture, "right", PACK));
  assert_bus (fixture, "MaxChargeCurrent=30");

  g_assert_false (push_part (fixture, "right", "MaxChargeCurrent=40 Connected=2"));
  send_until (fixture, "left", PACK "MaxChargeCurrent=30", 5);
  assert_bus (fixture, "MaxChargeCurrent=30");
  g_assert_true (push_part (fixture, "right", "MaxChargeCurrent=40"));
  send_until (fixture, "left", PACK "MaxChargeCurrent=30", 9);
  assert_bus (fixture, "MaxChargeCurrent=38");

  /* Once it has sent one it is measured against that. */
  g_assert_false (push_part (fixture, "right", "MaxChargeCurrent=15 Connected=2"));
  assert_bus (fixture, "MaxChargeCurrent=30");
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

#define MAXIMA "charge-voltage=56 charge-current=140 discharge-current=200 "

/* A curve goes by the worst pack, whatever kinds of input they have, and by no pack's silence. */
static void
test_rules_by_the_worst (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *rules;
    const char *left;
    const char *right;
    const char *bus;
  } cases[] = {
    { "charge-by-temperature=0:0;10:100;40:100;50:0", "Temperature=20", "Temperature=-10",
      "MaxChargeCurrent=0" },
    { "charge-by-temperature=0:0;10:100;40:100;50:0", "Temperature=20", "Temperature=60",
      "MaxChargeCurrent=0" },
    { "charge-by-temperature=0:0;10:100;40:100;50:0", "MinCellTemperature=19 MaxCellTemperature=21",
      "Temperature=60", "MaxChargeCurrent=0" },
    { "charge-by-temperature=0:0;10:100;40:100;50:0", "MinCellTemperature=19 MaxCellTemperature=21",
      "Temperature=-10", "MaxChargeCurrent=0" },
    { "charge-by-temperature=0:0;10:100;40:100;50:0", "Temperature=20", "", "MaxChargeCurrent=0" },
    { "charge-by-temperature=0:0;10:100;40:100;50:0", "Temperature=20", "Temperature=15",
      "MaxChargeCurrent=140" },
    { "charge-by-cell-voltage=3.45:100;3.55:0", "MaxCellVoltage=3.40 Cell2=3.60",
      "MaxCellVoltage=3.3", "MaxChargeCurrent=0" },
    { "charge-by-cell-voltage=3.45:100;3.55:0", "MaxCellVoltage=3.40", "", "MaxChargeCurrent=0" },
    { "discharge-by-cell-voltage=2.80:0;3.00:100", "MinCellVoltage=3.3 Cell2=2.75",
      "MinCellVoltage=3.3", "MaxDischargeCurrent=0" },
    /* Both kinds at once are enough for what has to be sent. */
    { "discharge-by-temperature=-20:0;-10:100;50:100;60:0",
      "MinCellTemperature=19 MaxCellTemperature=21", "Temperature=55", "MaxDischargeCurrent=100" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *limits = g_strconcat (MAXIMA, cases[i].rules, NULL);
    g_autofree char *left = g_strconcat (PACK, cases[i].left, NULL);
    g_autofree char *right = g_strconcat (PACK, cases[i].right, NULL);

    set_limits (fixture, limits);
    begin_pair (fixture, VB_WHEN_SILENT_STOP_CHARGING);
    g_assert_true (push_part (fixture, "left", left));
    g_assert_true (push_part (fixture, "right", right));
    assert_state (fixture, VB_STATE_LIVE);
    assert_bus (fixture, cases[i].bus);
  }
}

/* A part that says the temperature says it for all packs. */
static void
test_rules_by_a_sayer (Fixture *fixture, gconstpointer user_data)
{
  const Part parts[]
      = { { .name = "left", .capacity = 280 }, { .name = "probe", .says = "Temperature" } };

  set_limits (fixture, MAXIMA "charge-by-temperature=0:0;10:100;40:100;50:0");
  begin (fixture, VB_PARTS_PARALLEL, parts, 2);
  g_assert_true (push_part (fixture, "left", PACK));
  g_assert_true (push_part (fixture, "probe", "Temperature=5"));
  assert_state (fixture, VB_STATE_LIVE);
  assert_bus (fixture, "MaxChargeCurrent=70");
}

/* What rules supply is for all packs: one that leaves takes its share with it. */
static void
test_rules_shared (Fixture *fixture, gconstpointer user_data)
{
  set_limits (fixture, MAXIMA);
  begin_pair (fixture, VB_WHEN_SILENT_LEAVE_OUT);
  g_assert_true (push_part (fixture, "left", PACK));
  g_assert_true (push_part (fixture, "right", PACK));
  assert_bus (fixture, "MaxChargeCurrent=140 MaxDischargeCurrent=200");
  send_until (fixture, "left", PACK, 31);
  g_assert_false (part_of (fixture, "right")->counts);
  assert_state (fixture, VB_STATE_LIVE);
  assert_bus (fixture, "MaxChargeVoltage=56 MaxChargeCurrent=70 MaxDischargeCurrent=100");
}

/* A limit that one pack in series sends is not lifted by what rules would supply for all. */
static void
test_rules_in_series (Fixture *fixture, gconstpointer user_data)
{
  const Part strings[] = { { .name = "left" }, { .name = "right" } };

  set_limits (fixture, MAXIMA);
  begin (fixture, VB_PARTS_SERIES, strings, 2);
  g_assert_true (push_part (fixture, "left", "Voltage=26 Current=10 Soc=50"));
  g_assert_true (push_part (fixture, "right", "Voltage=26 Current=10 Soc=50 MaxChargeVoltage=27"));
  assert_state (fixture, VB_STATE_WAITING);
  assert_missing (fixture, "");
  assert_reason (fixture, "Waiting for MaxChargeVoltage");

  /* Their own voltages are a part of the battery's. */
  fixture->config.live.battery_low_voltage = 44;
  begin (fixture, VB_PARTS_SERIES, strings, 2);
  g_assert_true (push_part (fixture, "left", "Voltage=26 Current=10 Soc=50"));
  g_assert_true (push_part (fixture, "right", "Voltage=26 Current=10 Soc=50"));
  assert_state (fixture, VB_STATE_LIVE);
  assert_bus (fixture, "Voltage=52 MaxChargeVoltage=56 BatteryLowVoltage=44");
  g_assert_true (push_part (fixture, "left", "Voltage=26.1 MaxChargeVoltage=27.6"));
  g_assert_true (push_part (fixture, "right", "Voltage=26.1 MaxChargeVoltage=27.6"));
  assert_bus (fixture, "Voltage=52.2 MaxChargeVoltage=55.2");
  fixture->config.live.battery_low_voltage = NAN;
}

/* A reload does not take from a pack what stands in for the limits that it does not send. */
static void
test_reload_takes_a_limit (Fixture *fixture, gconstpointer user_data)
{
  set_limits (fixture, MAXIMA);
  begin_pair (fixture, VB_WHEN_SILENT_STOP_CHARGING);
  g_assert_true (push_part (fixture, "left", PACK LIMITS));
  g_assert_true (push_part (fixture, "right", PACK));
  assert_state (fixture, VB_STATE_LIVE);
  set_limits (fixture, "");
  g_assert_cmpstr (vb_battery_loses_limit (fixture->battery, &fixture->config), ==,
                   "MaxChargeVoltage");
  vb_battery_reconfigure (fixture->battery, &fixture->config, fixture->now);
  assert_state (fixture, VB_STATE_LIVE);
}

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
  TEST (shares);
  TEST (late_switch);
  TEST (nothing_required);
  TEST (says);
  TEST (series);
  TEST (cells);
  TEST (modules);
  TEST (too_many_cells);
  TEST (no_capacity);
  TEST (warned_once);
  TEST (check);
  TEST (frozen);
  TEST (rules);
  TEST (current_and_power_grow_older);
  TEST (low_voltage);
  TEST (none_counts);
  TEST (outside_together);
  TEST (off_in_series);
  TEST (current_from_before);
  TEST (gone_switch);
  TEST (switch_and_reload);
  TEST (switch_and_late_part);
  TEST (alarm_of_refused);
  TEST (alarm_after_put);
  TEST (rules_by_the_worst);
  TEST (rules_by_a_sayer);
  TEST (rules_shared);
  TEST (rules_in_series);
  TEST (reload_takes_a_limit);
  TEST (rules_beside_limits);
  TEST (rules_beside_refused);
  TEST (alarm_said);

  return g_test_run ();
}
