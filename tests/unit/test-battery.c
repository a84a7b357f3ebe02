#include "battery-fixture.h"

#define RECEIVING "ConnectionInformation='Receiving data from " SOURCE "'"

/* Before anything was sent there is nothing: SoC 0 % and 24 V are never made up. */
static void
test_new (Fixture *fixture, gconstpointer user_data)
{
  const VbSource *source = vb_battery_source (fixture->battery);
  const VbPresence *presence = vb_battery_presence (fixture->battery);

  assert_step (fixture, VB_STATE_WAITING, 0);
  g_assert_cmpint (vb_battery_since (fixture->battery), ==, START);
  g_assert_cmpint (vb_battery_next_tick (fixture->battery), ==, G_MAXINT64);
  g_assert_cmpint (vb_battery_age (fixture->battery, START), ==, VB_AGE_NEVER);
  for (guint item = 0; item < vb_item_count (); item++) {
    gboolean derived;

    g_assert_false (vb_value_is_valid (vb_battery_value (fixture->battery, item)));
    g_assert_cmpint (
        vb_values_age (&vb_battery_heard (fixture->battery)->values, item, START, &derived), ==,
        VB_AGE_NEVER);
    g_assert_false (derived);
    g_assert_cmpint (vb_battery_has_item (fixture->battery, item), ==,
                     item != vb_item_known (VB_KNOWN_CLEAR_HISTORY)
                         && item != vb_item_known (VB_KNOWN_CAN_BE_CLEARED));
  }

  g_assert_null (source->address);
  g_assert_cmpuint (source->records, ==, 0);
  g_assert_cmpuint (source->refused, ==, 0);
  g_assert_cmpint (source->last, ==, 0);
  g_assert_cmpint (source->refusal.time, ==, 0);
  g_assert_false (presence->on_bus);
  g_assert_cmpint (presence->instance, ==, -1);
  g_assert_null (presence->service);
}

/* Limits that are not believed were sent all the same: to be a monitor would be no advice. */
static void
test_limits_not_believed (Fixture *fixture, gconstpointer user_data)
{
  g_assert_true (push (fixture, "Soc=63.5 Voltage=52.7 MaxChargeVoltage=0"));
  for (guint i = 0; i < fixture->verdict->warnings->len; i++)
    g_assert_null (strstr (g_ptr_array_index (fixture->verdict->warnings, i), "no charge limits"));
}

static void
test_verdict (Fixture *fixture, gconstpointer user_data)
{
  g_assert_true (push (fixture, "Soc=63.5 Voltage=52.7"));
  g_assert_cmpuint (fixture->verdict->accepted, ==, 2);
  g_assert_cmpuint (fixture->verdict->changed, ==, 0);
  assert_missing (fixture, "Current MaxChargeVoltage MaxChargeCurrent MaxDischargeCurrent");
  g_assert_cmpuint (fixture->verdict->warnings->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (fixture->verdict->warnings, 0), ==,
                   "no charge limits were sent: for a battery without charge limits set"
                   " role=monitor");

  g_assert_true (push (fixture, REQUIRED " Temperature=20"));
  g_assert_cmpuint (fixture->verdict->accepted, ==, 7);
  /* Those, Power, Connected, Alarm, BmsCable, ConnectionInformation and the two of the modules. */
  g_assert_cmpuint (fixture->verdict->changed, ==, 14);
  g_assert_cmpuint (fixture->last.n_items, ==, 14);
  g_assert_cmpuint (fixture->verdict->warnings->len, ==, 0);
  assert_missing (fixture, "");

  g_assert_true (push (fixture, "Soc=63.5 Voltage=52.8"));
  g_assert_cmpuint (fixture->verdict->accepted, ==, 2);
  g_assert_cmpuint (fixture->verdict->changed, ==, 2);
  assert_bus (fixture, "Voltage=52.8 Power=-649");

  g_assert_true (push (fixture, "Soc=null Temperature=null Sequence=5 ProductName=x"));
  g_assert_cmpuint (fixture->verdict->accepted, ==, 1);
  g_assert_cmpuint (fixture->verdict->changed, ==, 1);
  assert_missing (fixture, "Soc");

  /* Null where the other of the two has a value is nothing missing. */
  g_assert_true (push (fixture, "Current=null Power=-600"));
  assert_missing (fixture, "");
  g_assert_true (push (fixture, "Power=null"));
  assert_missing (fixture, "Current");

  tick_at (fixture, 10 * SECOND);
  g_assert_true (push (fixture, "Soc=60"));
  assert_missing (fixture, "Voltage Current MaxChargeVoltage MaxChargeCurrent MaxDischargeCurrent");
}

static void
push_from (Fixture *fixture, const char *address)
{
  fixture->calls = 0;
  fill_record (fixture->record, REQUIRED);
  g_assert_true (vb_battery_apply (fixture->battery, fixture->record, VB_APPLY_MERGE, address,
                                   fixture->now, fixture->verdict));
}

static void
test_source (Fixture *fixture, gconstpointer user_data)
{
  const VbSource *source = vb_battery_source (fixture->battery);
  g_autoptr (GPtrArray) errors = NULL;

  g_assert_true (push (fixture, REQUIRED));
  g_assert_cmpstr (source->address, ==, SOURCE);
  g_assert_cmpuint (source->records, ==, 1);
  g_assert_cmpint (source->last, ==, START);

  tick_at (fixture, 2 * SECOND);
  g_assert_false (push (fixture, "Soc=106 Voltage=0"));
  g_assert_cmpuint (source->records, ==, 1);
  g_assert_cmpuint (source->refused, ==, 1);
  g_assert_cmpint (source->last, ==, START);
  g_assert_cmpint (source->refusal.time, ==, START + 2 * SECOND);
  g_assert_cmpuint (source->refusal.outcome, ==, VB_OUTCOME_WRONG);
  g_assert_cmpuint (source->refusal.errors->len, ==, 2);

  /* The line names who sends: it changes with the sender, and not for one who is refused. */
  fill_record (fixture->record, "Soc=106");
  g_assert_false (vb_battery_apply (fixture->battery, fixture->record, VB_APPLY_MERGE, "192.0.2.9",
                                    fixture->now, fixture->verdict));
  errors = vb_record_steal_errors (fixture->record);
  vb_battery_refuse (fixture->battery, "192.0.2.9", VB_OUTCOME_WRONG, g_steal_pointer (&errors), 0,
                     fixture->now);
  g_assert_true (push (fixture, "Soc=63.5"));
  assert_step (fixture, VB_STATE_LIVE, 0);
  assert_bus (fixture, RECEIVING);

  /* Where two send in turn, it stays with the one that it names. */
  push_from (fixture, "192.0.2.8");
  assert_step (fixture, VB_STATE_LIVE, 0);
  assert_bus (fixture, RECEIVING);
  g_assert_cmpstr (source->address, ==, "192.0.2.8");
  for (guint i = 3; i < 12; i++) {
    tick_at (fixture, i * SECOND);
    push_from (fixture, "192.0.2.8");
    assert_step (fixture, VB_STATE_LIVE, 0);
  }
  tick_at (fixture, 12 * SECOND);
  push_from (fixture, "192.0.2.8");
  assert_step (fixture, VB_STATE_LIVE, 1);
  g_assert_cmpuint (fixture->last.n_items, ==, 1);
  assert_bus (fixture, "ConnectionInformation='Receiving data from 192.0.2.8'");
}

/* Every field of the table, sent once, is on the bus as it was sent. */
static void
test_every_field (Fixture *fixture, gconstpointer user_data)
{
  g_assert_true (push (fixture, REQUIRED));
  for (guint item = 0; item < vb_item_count (); item++) {
    const VbField *field = vb_item (item)->field;

    if (field->group == VB_GROUP_IDENTITY || field->flags & VB_FIELD_REQUIRED)
      continue;
    vb_record_reset (fixture->record);
    if (field->kind == VB_KIND_TEXT)
      vb_record_add_text (fixture->record, vb_item (item)->name, "text");
    else
      vb_record_add_number (fixture->record, vb_item (item)->name,
                            field->flags & VB_FIELD_NOT_POSITIVE ? -1 : 1);
    g_assert_true (apply_record (fixture, VB_APPLY_MERGE));
    if (field->kind == VB_KIND_TEXT)
      g_assert_cmpstr (fixture->bus[item].as.text, ==, "text");
    else if (field->decimals >= 0)
      g_assert_cmpfloat (ABS (vb_value_number (&fixture->bus[item], NAN)), ==, 1);

    /* null makes it invalid now, but for the daemon's own share of it. */
    vb_record_reset (fixture->record);
    vb_record_add_null (fixture->record, vb_item (item)->name);
    g_assert_true (apply_record (fixture, VB_APPLY_MERGE));
    g_assert_cmpint (vb_value_is_valid (&fixture->bus[item]), ==,
                     field->known == VB_KNOWN_BMS_CABLE || field->known == VB_KNOWN_ALARM
                         || field->known == VB_KNOWN_CONNECTION_INFORMATION);
  }
}

/* What is sent wins; the derived one is back when that is older than its inputs, or null was not
   meant for good. */
static void
test_derived_charge (Fixture *fixture, gconstpointer user_data)
{
  push (fixture, REQUIRED " InstalledCapacity=200");
  assert_bus (fixture, "Capacity=127 ConsumedAmphours=-73 TimeToGo=37140");
  push (fixture, REQUIRED " Capacity=130 ConsumedAmphours=70 TimeToGo=1230");
  assert_bus (fixture, "Capacity=130 ConsumedAmphours=-70 TimeToGo=1230");
  tick_at (fixture, 8 * SECOND);
  push (fixture, REQUIRED);
  assert_bus (fixture, "Capacity=130 ConsumedAmphours=-70 TimeToGo=1230");
  tick_at (fixture, 11 * SECOND);
  push (fixture, REQUIRED);
  assert_bus (fixture, "Capacity=127 ConsumedAmphours=-73 TimeToGo=37140");

  push (fixture, "Capacity=null TimeToGo=null");
  assert_bus (fixture, "Capacity=- ConsumedAmphours=-73 TimeToGo=-");
  push (fixture, "Soc=50 InstalledCapacity=null");
  assert_bus (fixture, "Capacity=- ConsumedAmphours=-70 TimeToGo=-");
}

/* The average begins anew when the battery comes back. */
static void
test_smoothed_current_is_forgotten (Fixture *fixture, gconstpointer user_data)
{
  push (fixture, REQUIRED " InstalledCapacity=200");
  tick_at (fixture, 30 * SECOND);
  assert_step (fixture, VB_STATE_STALE, 1);
  assert_bus (fixture, "Capacity=- ConsumedAmphours=- TimeToGo=- InstalledCapacity=200");
  push (fixture, LIMITS " Soc=50 Voltage=52.7 Current=-50");
  assert_bus (fixture, "TimeToGo=7200");
}

/* Power and Current: what is sent wins unless it is older than the inputs by more than
   warn-after. */
static void
test_derived_power (Fixture *fixture, gconstpointer user_data)
{
  gboolean derived;

  g_assert_true (push (fixture, "Soc=60 Voltage=50 Current=10 Power=480 " LIMITS));
  assert_bus (fixture, "Current=10 Power=480");
  for (guint i = 1; i <= 10; i++) {
    tick_at (fixture, i * SECOND);
    g_assert_true (push (fixture, "Soc=60 Voltage=50 Current=11 " LIMITS));
    assert_bus (fixture, "Current=11 Power=480");
  }
  fixture->now++;
  g_assert_true (push (fixture, "Soc=60 Voltage=50 Current=11 " LIMITS));
  assert_bus (fixture, "Current=11 Power=550");
  g_assert_cmpint (vb_values_age (&vb_battery_heard (fixture->battery)->values, item_of ("Power"),
                                  fixture->now + 3, &derived),
                   ==, 3);
  g_assert_true (derived);

  g_assert_true (push (fixture, "Power=540"));
  assert_bus (fixture, "Power=540");
  vb_values_age (&vb_battery_heard (fixture->battery)->values, item_of ("Power"), fixture->now,
                 &derived);
  g_assert_false (derived);

  /* A derived value has the age of its oldest input. */
  restart (fixture);
  g_assert_true (push (fixture, "Soc=60 Voltage=50 Power=500 " LIMITS));
  assert_bus (fixture, "Current=10");
  tick_at (fixture, 4 * SECOND);
  g_assert_true (push (fixture, "Power=400"));
  assert_bus (fixture, "Current=8");
  g_assert_cmpint (vb_values_age (&vb_battery_heard (fixture->battery)->values, item_of ("Current"),
                                  fixture->now, &derived),
                   ==, 4 * SECOND);
  g_assert_true (derived);
}

/* No aggregate over some of the cells, of those seen since joining. */
static void
test_cells (Fixture *fixture, gconstpointer user_data)
{
  const char *const none = "MinCellVoltage=- MinVoltageCellId=- MaxCellVoltage=- Sum=- Diff=-";

  g_assert_true (push (fixture, REQUIRED " Cell1=3.2 Cell2=3.3 Cell3=3.4"));
  assert_bus (fixture, "MinCellVoltage=3.2 MinVoltageCellId=Cell1 MaxCellVoltage=3.4"
                       " MaxVoltageCellId=Cell3 Sum=9.9 Diff=0.2");
  g_assert_true (push (fixture, "Cell2=null"));
  assert_bus (fixture, none);
  g_assert_true (push (fixture, "Cell2=3.1"));
  assert_bus (fixture, "MinCellVoltage=3.1 MinVoltageCellId=Cell2 Sum=9.7");

  /* A PUT that leaves one out; leaving the bus begins anew. */
  g_assert_true (put (fixture, REQUIRED " Cell1=3.2 Cell2=3.3"));
  assert_bus (fixture, none);
  switch_off (fixture);
  g_assert_true (push (fixture, REQUIRED " Cell1=3.2 Cell2=3.3"));
  assert_bus (fixture, "MinCellVoltage=3.2 MaxCellVoltage=3.3");

  g_assert_true (push (fixture, "NrOfCellsPerBattery=3"));
  assert_bus (fixture, none);
  g_assert_true (push (fixture, "Cell3=3.5"));
  assert_bus (fixture, "MinCellVoltage=3.2 MaxVoltageCellId=Cell3 MaxCellVoltage=3.5");

  /* A cell that is silent for optional-after, while the others go on. */
  for (guint i = 1; i <= 120; i++) {
    assert_bus (fixture, "MinCellVoltage=3.2");
    tick_at (fixture, i * SECOND);
    g_assert_true (push (fixture, REQUIRED " Cell1=3.2 Cell3=3.5"));
  }
  assert_bus (fixture, "Cell1=3.2 Cell2=- Cell3=3.5");
  assert_bus (fixture, none);
}

static void
test_temperatures (Fixture *fixture, gconstpointer user_data)
{
  g_assert_true (push (fixture, REQUIRED " Temperature1=20 Temperature2=25 Temperature2Name=Top"));
  assert_bus (fixture, "MinCellTemperature=20 MinTemperatureCellId=T1 MaxCellTemperature=25"
                       " MaxTemperatureCellId=Top");
  g_assert_true (push (fixture, "MaxCellTemperature=27"));
  assert_bus (fixture, "MaxCellTemperature=27");
}

#define CELLS "Cell1=3.3 Cell2=3.31 Cell3=3.29 Cell4=3.28 "

static void
assert_warned (Fixture *fixture, const char *text)
{
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  const GPtrArray *lists[] = { fixture->verdict->warnings, warnings };

  vb_battery_warnings (fixture->battery, warnings);
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++) {
    const char *about_cells = NULL;
    guint n = 0;

    /* There are fewer cells here than the voltage is of. */
    for (guint j = 0; j < lists[i]->len; j++)
      if (!g_str_has_prefix (g_ptr_array_index (lists[i], j), "Voltage is ")) {
        about_cells = g_ptr_array_index (lists[i], j);
        n++;
      }
    g_assert_cmpstr (about_cells, ==, text);
    g_assert_cmpuint (n, <=, 1);
  }
}

/* Cells that do not exist are none; one that did and has no value now takes every aggregate over
   the cells away, until it is back or DELETE. */
static void
test_cells_that_do_not_exist (Fixture *fixture, gconstpointer user_data)
{
  static const char *const nothing[] = { "Cell5=null", "Cell5=0" };

  fixture->config.fixed.history = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (nothing); i++) {
    g_autofree char *record
        = g_strconcat (REQUIRED " " CELLS "NrOfCellsPerBattery=4 Temperature3=null ", nothing[i],
                       " Temperature1=20", NULL);

    restart (fixture);
    g_assert_true (push (fixture, record));
    assert_bus (fixture, "MinCellVoltage=3.28 MaxCellVoltage=3.31 Voltages/Sum=13.18"
                         " MinCellTemperature=20 MinimumCellVoltage=3.28");
    assert_warned (fixture, NULL);

    g_assert_true (push (fixture, "Cell2=null"));
    assert_bus (fixture, "MinCellVoltage=- MaxCellVoltage=- Voltages/Sum=- Voltages/Diff=-"
                         " MaxVoltageCellId=- Cell1=3.3");
    assert_warned (fixture, "Cell2 has no value: nothing is known of all cells");
    g_assert_true (push (fixture, "Cell2=0"));
    assert_bus (fixture, "MinCellVoltage=- MinimumCellVoltage=3.28 Cell2=0");
    assert_warned (fixture, "Cell2 has no value: nothing is known of all cells");

    /* Time alone does not make one that is dead none, ... */
    tick_at (fixture, 600 * SECOND);
    assert_step (fixture, VB_STATE_GONE, 1);
    g_assert_true (push (fixture, REQUIRED " NrOfCellsPerBattery=3 Cell1=3.3 Cell3=3.29"
                                           " Temperature1=20"));
    assert_bus (fixture, "MinCellVoltage=-");
    g_assert_true (push (fixture, "Cell2=3.2"));
    assert_bus (fixture, "MinCellVoltage=3.2");
    assert_warned (fixture, NULL);

    /* ... but DELETE does. */
    switch_off (fixture);
    g_assert_true (push (fixture, REQUIRED " NrOfCellsPerBattery=2 Cell1=3.3 Cell2=3.31"));
    assert_bus (fixture, "MinCellVoltage=3.3 MaxCellVoltage=3.31");
    assert_warned (fixture, NULL);
  }
}

/* Packs of high voltage have more cells than one would think. */
static void
test_many_cells (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GString) record = g_string_new (REQUIRED);

  for (guint i = 1; i <= 256; i++)
    g_string_append_printf (record, " Cell%u=3.%u", i, 100 + i);
  g_assert_true (push (fixture, record->str));
  assert_bus (fixture, "Cell256=3.356 MinCellVoltage=3.101 MaxCellVoltage=3.356"
                       " MaxVoltageCellId=Cell256");
  g_assert_true (push (fixture, "Balance256=1"));
  assert_bus (fixture, "Balance256=1");
}

/* Counters show where the source is silent about them; what it sends wins until optional-after. */
static void
test_counters (Fixture *fixture, gconstpointer user_data)
{
  fixture->config.fixed.history = TRUE;
  restart (fixture);
  g_assert_true (vb_battery_has_item (fixture->battery, vb_item_known (VB_KNOWN_CLEAR_HISTORY)));
  g_assert_true (push (fixture, LIMITS " Soc=50 Voltage=50 Current=-100 InstalledCapacity=9.9"));
  assert_bus (fixture, "TotalAhDrawn=0 DischargedEnergy=0 ChargedEnergy=0 MinimumVoltage=50"
                       " MaximumVoltage=50 MinimumCellVoltage=- TimeSinceLastFullCharge=-"
                       " ChargeCycles=0");

  /* An hour of records. */
  for (guint i = 1; i <= 720; i++) {
    tick_at (fixture, i * 5 * SECOND);
    g_assert_true (push (fixture, LIMITS " Soc=50 Voltage=50 Current=-100 Cell1=3.2 Cell2=3.3"));
  }
  assert_bus (fixture, "TotalAhDrawn=-100 DischargedEnergy=5 ChargedEnergy=0 DeepestDischarge=-9.9"
                       " LastDischarge=-9.9 ChargeCycles=10 MinimumCellVoltage=3.2"
                       " MaximumCellVoltage=3.3");

  /* A check counts nothing, nor does a refused record. */
  tick_at (fixture, 3605 * SECOND);
  fill_record (fixture->record, LIMITS " Soc=50 Voltage=50 Current=-3000");
  g_assert_true (
      vb_battery_check (fixture->battery, NULL, fixture->record, fixture->now, fixture->verdict));
  g_assert_false (push (fixture, LIMITS " Soc=50 Voltage=50 Current=-3000 Connected=x"));
  g_assert_true (push (fixture, LIMITS " Soc=50 Voltage=50 Current=0"));
  assert_bus (fixture, "TotalAhDrawn=-100.1");

  g_assert_true (push (fixture, "TotalAhDrawn=5000"));
  assert_bus (fixture, "TotalAhDrawn=-5000 DischargedEnergy=5");
  for (guint i = 1; i <= 24; i++) {
    tick_at (fixture, (3605 + i * 5) * SECOND);
    g_assert_true (push (fixture, LIMITS " Soc=50 Voltage=50 Current=0"));
  }
  assert_bus (fixture, "TotalAhDrawn=-5000");
  tick_at (fixture, (3605 + 125) * SECOND);
  g_assert_true (push (fixture, LIMITS " Soc=50 Voltage=50 Current=0"));
  assert_bus (fixture, "TotalAhDrawn=-100.1");

  /* Cleared in one step; a value that was sent stays. */
  g_assert_true (push (fixture, "ChargedEnergy=7"));
  fixture->calls = 0;
  g_assert_true (vb_battery_clear_history (fixture->battery, fixture->now));
  assert_step (fixture, VB_STATE_LIVE, 1);
  assert_bus (fixture, "TotalAhDrawn=0 DischargedEnergy=0 DeepestDischarge=0 ChargeCycles=0"
                       " MinimumVoltage=- ChargedEnergy=7");
}

/* Without history=true nothing is counted, and there is nothing to clear. */
static void
test_no_counters (Fixture *fixture, gconstpointer user_data)
{
  g_assert_true (push (fixture, REQUIRED));
  tick_at (fixture, 5 * SECOND);
  g_assert_true (push (fixture, REQUIRED));
  assert_bus (fixture, "TotalAhDrawn=- DischargedEnergy=- MinimumVoltage=-");
  g_assert_false (vb_battery_clear_history (fixture->battery, fixture->now));
}

/* A gap longer than warn-after is not bridged; the history goes on from what was kept. */
static void
test_counters_and_gaps (Fixture *fixture, gconstpointer user_data)
{
  VbCounters kept;

  fixture->config.fixed.history = TRUE;
  restart (fixture);
  kept = vb_battery_computed (fixture->battery)->history.counters;
  kept.drawn = 40;
  kept.since_full = 120;
  vb_battery_set_counters (fixture->battery, &kept, fixture->now);
  tick_at (fixture, 60 * SECOND);
  g_assert_true (push (fixture, LIMITS " Soc=50 Voltage=50 Current=-3000"));
  assert_bus (fixture, "TotalAhDrawn=-40 TimeSinceLastFullCharge=180");
  tick_at (fixture, 120 * SECOND);
  g_assert_true (push (fixture, LIMITS " Soc=50 Voltage=50 Current=-3000"));
  assert_bus (fixture, "TotalAhDrawn=-40 TimeSinceLastFullCharge=240");
  tick_at (fixture, 129 * SECOND);
  g_assert_true (push (fixture, LIMITS " Soc=50 Voltage=50 Current=-3000"));
  assert_bus (fixture, "TotalAhDrawn=-47.5 TimeSinceLastFullCharge=240");
  tick_at (fixture, 132 * SECOND);
  g_assert_true (push (fixture, LIMITS " Soc=50 Voltage=50 Current=-3000"));
  assert_bus (fixture, "TotalAhDrawn=-50 TimeSinceLastFullCharge=240");
  g_assert_cmpint (
      vb_history_uncounted (&vb_battery_computed (fixture->battery)->history, fixture->now + 7), ==,
      7);
}

static void
test_reconfigure (Fixture *fixture, gconstpointer user_data)
{
  g_assert_true (push (fixture, REQUIRED " Temperature=20"));

  fixture->config.live.max_charge_current = 60;
  fixture->config.live.battery_low_voltage = 45;
  reconfigure (fixture);
  assert_step (fixture, VB_STATE_LIVE, 1);
  assert_bus (fixture, "MaxChargeCurrent=60 BatteryLowVoltage=45");
  reconfigure (fixture);
  assert_step (fixture, VB_STATE_LIVE, 0);

  /* What cannot change without leaving the bus stays. */
  fixture->config.fixed.role = VB_ROLE_MONITOR;
  fixture->config.fixed.history = TRUE;
  fixture->config.fixed.device_instance = 7;
  fixture->config.fixed.product_id = 7;
  reconfigure (fixture);
  assert_step (fixture, VB_STATE_LIVE, 0);
  g_assert_cmpint (vb_battery_config (fixture->battery)->fixed.role, ==, VB_ROLE_BMS);
  g_assert_false (vb_battery_config (fixture->battery)->fixed.history);
  g_assert_cmpint (vb_battery_config (fixture->battery)->fixed.device_instance, ==, 120);
  g_assert_cmpint (vb_battery_config (fixture->battery)->fixed.product_id, ==, 0xFFFF);

  /* Times take effect at once, and lead down only. */
  tick_at (fixture, 5 * SECOND);
  fixture->config.live.freshness.warn_after = 5 * SECOND;
  reconfigure (fixture);
  assert_step (fixture, VB_STATE_LATE, 1);
  assert_bus (fixture, "ConnectionInformation='No data for 5 s'");
  fixture->config.live.freshness.warn_after = 60 * SECOND;
  fixture->config.live.freshness.stale_after = 100 * SECOND;
  reconfigure (fixture);
  assert_step (fixture, VB_STATE_LATE, 0);
  g_assert_cmpint (vb_battery_next_tick (fixture->battery), ==, START + 100 * SECOND);
  fixture->config.live.optional_after = 100 * SECOND;
  reconfigure (fixture);
  tick_at (fixture, 100 * SECOND);
  assert_step (fixture, VB_STATE_STALE, 1);
}

/* In stale, what is tightened takes effect at once, and nothing is loosened. */
static void
test_reconfigure_stale (Fixture *fixture, gconstpointer user_data)
{
  g_assert_true (push (fixture, REQUIRED));
  tick_at (fixture, 30 * SECOND);
  assert_bus (fixture, "MaxChargeVoltage=55.2 MaxDischargeCurrent=150");

  fixture->config.live.max_discharge_current = 90;
  fixture->config.live.max_charge_voltage = 55;
  reconfigure (fixture);
  assert_step (fixture, VB_STATE_STALE, 1);
  assert_bus (fixture, "MaxChargeVoltage=55 MaxDischargeCurrent=90");
  fixture->config.live.stale_charge_voltage = 54;
  fixture->config.live.freshness.on_stale = VB_ON_STALE_BLOCK;
  reconfigure (fixture);
  assert_step (fixture, VB_STATE_STALE, 1);
  assert_bus (fixture, "MaxChargeVoltage=54 MaxDischargeCurrent=0");

  fixture->config.live.stale_charge_voltage = NAN;
  fixture->config.live.max_discharge_current = NAN;
  fixture->config.live.freshness.on_stale = VB_ON_STALE_STOP_CHARGING;
  reconfigure (fixture);
  assert_step (fixture, VB_STATE_STALE, 0);

  fixture->config.live.freshness.on_stale = VB_ON_STALE_DROP;
  reconfigure (fixture);
  assert_step (fixture, VB_STATE_LOST, 1);
}

/* Identity belongs to the daemon, and stays while values come and go. */
static void
test_identity (Fixture *fixture, gconstpointer user_data)
{
  const guint name = vb_item_known (VB_KNOWN_CUSTOM_NAME);
  g_auto (VbValue) shed = vb_value_text ("Shed");

  vb_battery_set_identity (fixture->battery, name, &shed);
  g_assert_cmpuint (fixture->calls, ==, 1);
  g_assert_cmpuint (fixture->last.n_items, ==, 1);
  vb_battery_set_identity (fixture->battery, name, &shed);
  g_assert_cmpuint (fixture->calls, ==, 1);
  g_assert_cmpstr (vb_battery_value (fixture->battery, name)->as.text, ==, "Shed");
  for (VbApplyMode mode = VB_APPLY_MERGE; mode <= VB_APPLY_REPLACE; mode++) {
    fill_record (fixture->record, REQUIRED " CustomName=Cellar DeviceInstance=3 Serial=null");
    g_assert_true (apply_record (fixture, mode));
    g_assert_cmpuint (fixture->verdict->accepted, ==, 6);
    g_assert_cmpuint (fixture->record->ignored->len, ==, 3);
    assert_bus (fixture, "CustomName=Shed DeviceInstance=-");
    switch_off (fixture);
    assert_bus (fixture, "CustomName=Shed");
  }
}

static void
test_presence (Fixture *fixture, gconstpointer user_data)
{
  static const char *const names[] = { NULL, "settings", "system", "name" };
  const VbPresence *presence = vb_battery_presence (fixture->battery);

  vb_battery_set_presence (fixture->battery, TRUE, VB_JOINING_NAME, "com.example.battery", 5);
  g_assert_true (presence->on_bus);
  g_assert_cmpint (presence->joining, ==, VB_JOINING_NAME);
  g_assert_cmpstr (presence->service, ==, "com.example.battery");
  g_assert_cmpint (presence->instance, ==, 5);
  vb_battery_set_presence (fixture->battery, FALSE, VB_JOINING_NOTHING, NULL, -1);
  g_assert_null (presence->service);

  for (VbJoining joining = VB_JOINING_NOTHING; joining <= VB_JOINING_NAME; joining++)
    g_assert_cmpstr (vb_joining_name (joining), ==, names[joining]);
  g_assert_cmpstr (vb_role_name (VB_ROLE_BMS), ==, "bms");
  g_assert_cmpstr (vb_role_name (VB_ROLE_MONITOR), ==, "monitor");
}

/* A battery owns a copy of its configuration. */
static void
test_config (void)
{
  g_auto (VbBatteryConfig) config = { 0 };
  g_autoptr (VbBattery) battery = NULL;

  vb_battery_config_init (&config, "shed");
  battery = vb_battery_new (&config, START);
  g_free (config.fixed.name);
  config.fixed.name = g_strdup ("cellar");
  g_assert_cmpstr (vb_battery_config (battery)->fixed.name, ==, "shed");
  g_assert_cmpint (vb_battery_config (battery)->live.freshness.warn_after, ==, 10 * SECOND);
  g_assert_cmpint (vb_battery_config (battery)->live.freshness.stale_after, ==, 30 * SECOND);
  g_assert_cmpint (vb_battery_config (battery)->live.freshness.drop_after, ==, 180 * SECOND);
  g_assert_cmpint (vb_battery_config (battery)->live.freshness.leave_after, ==, 600 * SECOND);
  g_assert_cmpint (vb_battery_config (battery)->live.optional_after, ==, 120 * SECOND);
  g_assert_cmpint (vb_battery_config (battery)->live.frozen_after, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) \
  g_test_add ("/battery/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("new", test_new);
  ADD ("verdict", test_verdict);
  ADD ("limits-not-believed", test_limits_not_believed);
  ADD ("source", test_source);
  ADD ("every-field", test_every_field);
  ADD ("derived-charge", test_derived_charge);
  ADD ("smoothed-current-is-forgotten", test_smoothed_current_is_forgotten);
  ADD ("derived-power", test_derived_power);
  ADD ("cells", test_cells);
  ADD ("temperatures", test_temperatures);
  ADD ("cells-that-do-not-exist", test_cells_that_do_not_exist);
  ADD ("many-cells", test_many_cells);
  ADD ("counters", test_counters);
  ADD ("no-counters", test_no_counters);
  ADD ("counters-and-gaps", test_counters_and_gaps);
  ADD ("reconfigure", test_reconfigure);
  ADD ("reconfigure-stale", test_reconfigure_stale);
  ADD ("identity", test_identity);
  ADD ("presence", test_presence);
  g_test_add_func ("/battery/config", test_config);

  return g_test_run ();
}
