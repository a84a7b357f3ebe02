#include "battery-fixture.h"

/*
 * Values that are in range and hard to believe, each state with them; replays; and `check`.
 */
#define WITH_SOC(soc, charge, discharge)                                          \
  "Soc=" soc " Voltage=47 Current=1 MaxChargeVoltage=55 MaxChargeCurrent=" charge \
  " MaxDischargeCurrent=" discharge

/* The times at which a battery that got one record at START is in each state. */
static const struct
{
  VbState state;
  gint64 time;
} stands[] = {
  { VB_STATE_WAITING, 1 * SECOND }, { VB_STATE_LIVE, 2 * SECOND },
  { VB_STATE_LATE, 12 * SECOND },   { VB_STATE_STALE, 32 * SECOND },
  { VB_STATE_LOST, 182 * SECOND },  { VB_STATE_GONE, 602 * SECOND },
};

/* Leads a new battery to a state: with @record, in `waiting` without. */
static void
stand (Fixture *fixture, guint i, const char *record)
{
  g_test_message ("%s", vb_state_name (stands[i].state));
  restart (fixture);
  if (stands[i].state != VB_STATE_WAITING)
    g_assert_true (push (fixture, record));
  tick_at (fixture, stands[i].time);
  g_assert_cmpint (vb_battery_state (fixture->battery), ==, stands[i].state);
}

/* Pushes @record, of which the fields in @names, and no others, are doubted. */
static void
assert_doubted (Fixture *fixture, const char *record, const char *names)
{
  g_autoptr (GString) doubted = g_string_new (NULL);

  g_assert_true (push (fixture, record));
  for (guint i = 0; i < fixture->errors->len; i++) {
    const VbRecordError *error = g_ptr_array_index (fixture->errors, i);

    g_assert_cmpstr (vb_field_error_name (error->code), ==, "implausible");
    g_string_append_printf (doubted, "%s%s", i > 0 ? " " : "", error->field);
  }
  g_assert_cmpstr (doubted->str, ==, names);
}

static void
assert_believed (Fixture *fixture, const char *record)
{
  assert_doubted (fixture, record, "");
}

static void
assert_detail (Fixture *fixture, const char *detail)
{
  g_assert_cmpuint (fixture->errors->len, ==, 1);
  g_assert_cmpstr (((const VbRecordError *)g_ptr_array_index (fixture->errors, 0))->detail, ==,
                   detail);
}

/* The rules about MaxChargeVoltage and BatteryLowVoltage, at their limits, against what is sent and
   what is known. Doubted is one field; the rest of the record is taken. */
static void
test_charge_voltage (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *record; /* after "Voltage=52 MaxChargeVoltage=55 BatteryLowVoltage=46" */
    const char *field;  /* "": nothing is doubted */
    const char *detail;
  } records[] = {
    { "Voltage=36 MaxChargeVoltage=75.9", "MaxChargeVoltage",
      "MaxChargeVoltage is 75.9 V, above twice the Voltage of 36 V" },
    { "Voltage=78 Info/MaxChargeVoltage=38.9 BatteryLowVoltage=20", "Info/MaxChargeVoltage",
      "MaxChargeVoltage is 38.9 V, below half of the Voltage of 78 V" },
    { "MaxChargeVoltage=45.9", "MaxChargeVoltage",
      "MaxChargeVoltage is 45.9 V, below the BatteryLowVoltage of 46 V" },
    { "MaxChargeVoltage=40 /Info/BatteryLowVoltage=41", "MaxChargeVoltage",
      "MaxChargeVoltage is 40 V, below the BatteryLowVoltage of 41 V" },
    { "/Info/BatteryLowVoltage=52", "/Info/BatteryLowVoltage",
      "BatteryLowVoltage is 52 V, at or above the Voltage of 52 V" },
    { "Voltage=60 MaxChargeVoltage=60 BatteryLowVoltage=60", "BatteryLowVoltage",
      "BatteryLowVoltage is 60 V, at or above the Voltage of 60 V" },
    /* The Voltage has no part in it. */
    { "Voltage=56 BatteryLowVoltage=55.5", "BatteryLowVoltage",
      "MaxChargeVoltage is 55 V, below the BatteryLowVoltage of 55.5 V" },
    { "Voltage=36 MaxChargeVoltage=72", "", NULL },
    { "Voltage=78 MaxChargeVoltage=39 BatteryLowVoltage=20", "", NULL },
    { "MaxChargeVoltage=46", "", NULL },
    { "BatteryLowVoltage=51.9", "", NULL },
    /* It does not rise: Voltage has fallen to it. */
    { "Voltage=45 BatteryLowVoltage=46", "", NULL },
    { "Voltage=45", "", NULL },
    { "MaxChargeVoltage=40 BatteryLowVoltage=null", "", NULL },
  };

  /* Not in `waiting`, where nothing is known, nor in `gone`, where it is forgotten. */
  for (guint i = 1; i < G_N_ELEMENTS (stands) - 1; i++)
    for (guint j = 0; j < G_N_ELEMENTS (records); j++) {
      stand (fixture, i,
             "Soc=60 Voltage=52 Current=1 MaxChargeVoltage=55 MaxChargeCurrent=100"
             " MaxDischargeCurrent=150 BatteryLowVoltage=46");
      g_test_message ("%s", records[j].record);
      assert_doubted (fixture, records[j].record, records[j].field);
      if (records[j].detail != NULL)
        assert_detail (fixture, records[j].detail);
      if (stands[i].state == VB_STATE_LIVE && strstr (records[j].field, "MaxChargeVoltage") != NULL)
        assert_bus (fixture, "MaxChargeVoltage=55");
      if (stands[i].state == VB_STATE_LIVE && strstr (records[j].field, "Low") != NULL)
        assert_bus (fixture, "BatteryLowVoltage=46");
    }
}

/* In every state, where the record carries both values itself. */
static void
test_charge_voltage_alone (Fixture *fixture, gconstpointer user_data)
{
  static const char *const records[]
      = { "Voltage=36 MaxChargeVoltage=75", "Voltage=52 MaxChargeVoltage=50 BatteryLowVoltage=51" };

  for (guint i = 0; i < G_N_ELEMENTS (stands); i++)
    for (guint j = 0; j < G_N_ELEMENTS (records); j++) {
      stand (fixture, i, REQUIRED);
      assert_doubted (fixture, records[j], "MaxChargeVoltage");
    }
}

/* BatteryLowVoltage as it is after the record: configured, taken back by null. */
static void
test_low_voltage (Fixture *fixture, gconstpointer user_data)
{
  static const char lower[] = "Soc=60 Voltage=42 Current=1 MaxChargeVoltage=45"
                              " MaxChargeCurrent=10 MaxDischargeCurrent=10";

  g_assert_true (push (fixture, REQUIRED " BatteryLowVoltage=46"));
  assert_doubted (fixture, lower, "MaxChargeVoltage");

  fixture->config.live.battery_low_voltage = 47;
  restart (fixture);
  assert_doubted (fixture, lower, "MaxChargeVoltage");
  assert_detail (fixture, "MaxChargeVoltage is 45 V, below the BatteryLowVoltage of 47 V");
  assert_believed (fixture, REQUIRED " BatteryLowVoltage=40");
  assert_believed (fixture, lower);

  /* What null has made invalid binds nothing until it is named again. */
  assert_believed (fixture, REQUIRED " BatteryLowVoltage=null");
  assert_believed (fixture, lower);
}

/* Ten times the voltage is another system's, and stays doubted however often it is said. */
static void
test_steps (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *record;
    const char *doubted;
  } records[] = {
    { "Voltage=527 MaxChargeVoltage=552", "Voltage MaxChargeVoltage" },
    { "Voltage=5.27", "Voltage" },
    { "MaxChargeVoltage=5.52", "MaxChargeVoltage" },
    { "Voltage=79.06", "Voltage" },
    { "Voltage=79.05", "" },
    { "Voltage=35.1", "Voltage" },
    { "Voltage=35.2", "" },
    { "MaxChargeVoltage=82.9", "MaxChargeVoltage" },
    { "MaxChargeVoltage=82.8", "" },
  };

  for (guint i = 1; i < G_N_ELEMENTS (stands); i++)
    for (guint j = 0; j < G_N_ELEMENTS (records); j++) {
      stand (fixture, i, REQUIRED);
      g_test_message ("%s", records[j].record);
      for (guint k = 0; k < 100; k++) {
        assert_doubted (fixture, records[j].record, records[j].doubted);
        fixture->now += SECOND / 100;
      }
    }

  /* While waiting nothing has been taken that it could be measured with. */
  restart (fixture);
  assert_believed (fixture, "Voltage=5.27");
  assert_believed (fixture, "Voltage=52.7");
  assert_believed (fixture, REQUIRED);

  /* It runs the ladder, the reason says how it ends, and only DELETE or a new belt ends it. */
  for (guint i = 1; i <= 12; i++) {
    tick_at (fixture, i * SECOND);
    assert_doubted (fixture,
                    "Soc=60 Current=1 Voltage=527 MaxChargeVoltage=552 MaxChargeCurrent=9"
                    " MaxDischargeCurrent=9",
                    "Voltage MaxChargeVoltage");
    assert_bus (fixture, "Voltage=52.7 MaxChargeVoltage=55.2 MaxChargeCurrent=9");
    assert_missing (fixture, "Voltage MaxChargeVoltage");
  }
  assert_step (fixture, VB_STATE_LATE, 0);
  g_assert_cmpstr (fixture->verdict->reason->str, ==,
                   "Not usable: Voltage is 527 V after 52.7 V (DELETE forgets that)");
  fixture->config.live.max_charge_voltage = 600;
  reconfigure (fixture);
  assert_believed (fixture, "Soc=60 Current=1 Voltage=527 MaxChargeVoltage=552 MaxChargeCurrent=9"
                            " MaxDischargeCurrent=9");
  assert_step (fixture, VB_STATE_LIVE, 1);
  assert_bus (fixture, "MaxChargeVoltage=552");
  reconfigure (fixture);
  assert_doubted (fixture, "Voltage=52.7", "Voltage");
  switch_off (fixture);
  assert_believed (fixture, "Voltage=52.7");
}

/* A zero in neither voltage: `range`, and the rest of the record is taken. */
static void
test_no_zero_voltage (Fixture *fixture, gconstpointer user_data)
{
  static const char *const records[][2] = { { REQUIRED " Voltage=0", "Voltage" },
                                            { "Soc=60 Dc/0/Voltage=0", "Dc/0/Voltage" },
                                            { "Soc=60 MaxChargeVoltage=0", "MaxChargeVoltage" } };

  for (guint i = 0; i < G_N_ELEMENTS (stands); i++)
    for (guint j = 1; j < G_N_ELEMENTS (records); j++) {
      stand (fixture, i, REQUIRED);
      g_assert_true (push (fixture, records[j][0]));
      assert_refused (fixture, records[j][1], VB_FIELD_ERROR_RANGE, NULL);
    }
}

/* Soc 0: in each state until it has been repeated for warn-after, at 1 Hz and every 10 s. */
static void
test_zeros (Fixture *fixture, gconstpointer user_data)
{
  static const char *const befores[] = { WITH_SOC ("60", "100", "100"), WITH_SOC ("3", "9", "9") };
  static const gint64 intervals[] = { 1 * SECOND, 3 * SECOND, 10 * SECOND, 25 * SECOND };

  for (guint i = 0; i < G_N_ELEMENTS (stands); i++)
    for (guint before = 0; before < G_N_ELEMENTS (befores); before++)
      for (guint j = 0; j < G_N_ELEMENTS (intervals); j++) {
        const gboolean shown = vb_state_shows_values (stands[i].state);
        const gint64 believed = !shown || before == 0 ? 10 * SECOND : 0;

        if (shown && intervals[j] > 10 * SECOND)
          continue;
        stand (fixture, i, befores[before]);
        for (gint64 time = 0; time < 40 * SECOND; time += intervals[j]) {
          tick_at (fixture, stands[i].time + time);
          assert_doubted (fixture, WITH_SOC ("0", "100", "100"), time < believed ? "Soc" : "");
        }
        assert_bus (fixture, "Soc=0");
      }
}

/* While it is doubted, the Soc before stands as if it had been sent: no alarm of its own. */
static void
test_held_zero (Fixture *fixture, gconstpointer user_data)
{
  g_assert_true (push (fixture, WITH_SOC ("60", "100", "100")));
  for (guint i = 1; i < 30; i++) {
    tick_at (fixture, i * SECOND);
    assert_doubted (fixture, WITH_SOC ("0", "100", "100"), i <= 10 ? "Soc" : "");
    g_assert_cmpint (vb_battery_state (fixture->battery), ==, VB_STATE_LIVE);
    assert_bus (fixture, i <= 10 ? "Soc=60 BmsCable=0" : "Soc=0 BmsCable=0");
    g_assert_cmpuint (fixture->verdict->missing->len, ==, i <= 10 ? 1 : 0);
  }

  /* Where the voltage is that of a battery that is not empty, it takes until stale-after. */
  restart (fixture);
  g_assert_true (push (fixture, REQUIRED));
  for (guint i = 1; i <= 15; i++) {
    tick_at (fixture, i * SECOND);
    assert_doubted (fixture, MONITORED " " LIMITS " Soh=99", "");
    fixture->now += SECOND / 2;
    assert_doubted (fixture, "Soc=0 Voltage=52.7 Current=1 " LIMITS, "Soc");
    assert_bus (fixture, "Soc=63.5");
  }
  for (guint i = 16; i <= 46; i++) {
    tick_at (fixture, i * SECOND);
    assert_doubted (fixture, "Soc=0 Voltage=52.7 Current=1 " LIMITS, i < 46 ? "Soc" : "");
  }
  assert_bus (fixture, "Soc=0");

  /* At 5 % and below a fall is none; what is on the bus already is not doubted. */
  restart (fixture);
  g_assert_true (push (fixture, WITH_SOC ("5", "100", "100")));
  assert_believed (fixture, "Soc=0");
  assert_believed (fixture, "Soc=0.04");
  assert_bus (fixture, "Soc=0");
  restart (fixture);
  g_assert_true (push (fixture, WITH_SOC ("5.1", "100", "100")));
  assert_doubted (fixture, "Soc=0", "Soc");
  assert_doubted (fixture, "Soc=0.04", "Soc");
  assert_detail (fixture, "Soc is 0 %, not believed until repeated for 10 s: it was above 5 %");
  assert_believed (fixture, "Soc=0.06");
  assert_bus (fixture, "Soc=0.1");
}

/* Another Soc between begins it anew, and so do "off" and a long silence. */
static void
test_interrupted_zeros (Fixture *fixture, gconstpointer user_data)
{
  static const char zero[] = WITH_SOC ("0", "100", "100");

  assert_doubted (fixture, zero, "Soc");
  tick_at (fixture, 9 * SECOND);
  assert_believed (fixture, "Soc=60");
  tick_at (fixture, 10 * SECOND);
  assert_doubted (fixture, zero, "Soc");
  tick_at (fixture, 19 * SECOND);
  assert_doubted (fixture, zero, "Soc");
  tick_at (fixture, 20 * SECOND);
  assert_believed (fixture, zero);

  restart (fixture);
  assert_doubted (fixture, zero, "Soc");
  tick_at (fixture, 5 * SECOND);
  switch_off (fixture);
  tick_at (fixture, 10 * SECOND);
  assert_doubted (fixture, zero, "Soc");
  tick_at (fixture, 10 * SECOND + 600 * SECOND);
  assert_doubted (fixture, zero, "Soc");

  /* What is refused repeats nothing and denies nothing. */
  restart (fixture);
  assert_doubted (fixture, WITH_SOC ("0", "100", "100") " Sequence=5", "Soc");
  tick_at (fixture, 5 * SECOND);
  g_assert_false (push (fixture, WITH_SOC ("60", "100", "100") " Sequence=5"));
  assert_refused (fixture, "Sequence", VB_FIELD_ERROR_REPLAYED, NULL);
  g_assert_false (push (fixture, WITH_SOC ("60", "100", "100") " Connected=7"));
  tick_at (fixture, 10 * SECOND);
  assert_believed (fixture, WITH_SOC ("0", "100", "100") " Sequence=7");
}

/* A discharge limit of 0 beside a charge limit of 0, for which nothing gives a reason. */
static void
test_zero_limits (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *record;
    gboolean live;  /* doubted in live */
    gboolean other; /* doubted in the other states */
  } records[] = {
    { WITH_SOC ("60", "0", "0"), FALSE, TRUE },
    { WITH_SOC ("60", "0", "0") " HighVoltage=1", FALSE, FALSE },
    { WITH_SOC ("60", "0", "0") " HighVoltage=0", FALSE, TRUE },
    { WITH_SOC ("60", "5", "0"), FALSE, FALSE },
    { "MaxDischargeCurrent=0", FALSE, FALSE },
    { "MaxDischargeCurrent=0 MaxChargeCurrent=0", FALSE, TRUE },
    { "MaxDischargeCurrent=0 MaxChargeCurrent=0 Voltage=0", TRUE, TRUE },
    { "MaxDischargeCurrent=0 MaxChargeCurrent=0 MaxChargeVoltage=0", TRUE, TRUE },
    { "MaxDischargeCurrent=0 MaxChargeCurrent=0 MaxChargeVoltage=0 LowVoltage=2", FALSE, FALSE },
    { WITH_SOC ("0", "0", "0"), TRUE, TRUE },
    { WITH_SOC ("0", "0", "0") " LowVoltage=2", FALSE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (stands); i++)
    for (guint j = 0; j < G_N_ELEMENTS (records); j++) {
      const gboolean doubted
          = stands[i].state == VB_STATE_LIVE ? records[j].live : records[j].other;
      const VbRecordEntry *entry;

      stand (fixture, i, REQUIRED);
      g_test_message ("%s", records[j].record);
      g_assert_true (push (fixture, records[j].record));
      entry = vb_record_entry (fixture->record, vb_item_known (VB_KNOWN_MAX_DISCHARGE_CURRENT));
      g_assert_cmpint (entry->said == VB_SAID_DOUBTED, ==, doubted);

      /* The charge limit of 0 takes effect all the same. */
      if (vb_state_shows_values (fixture->state)
          && vb_record_entry (fixture->record, vb_item_known (VB_KNOWN_MAX_CHARGE_CURRENT)) != NULL
          && strstr (records[j].record, "MaxChargeCurrent=0") != NULL)
        assert_bus (fixture, "MaxChargeCurrent=0");
      if (vb_state_shows_values (fixture->state))
        assert_bus (fixture, doubted ? "MaxDischargeCurrent=150" : "MaxDischargeCurrent=0");
    }

  /* Repeated for warn-after it is believed. */
  restart (fixture);
  for (guint i = 0; i <= 10; i++) {
    tick_at (fixture, i * SECOND);
    assert_doubted (fixture, WITH_SOC ("60", "0", "0"), i < 10 ? "MaxDischargeCurrent" : "");
  }
  assert_step (fixture, VB_STATE_LIVE, 1);
  assert_bus (fixture, "MaxDischargeCurrent=0 MaxChargeCurrent=0");
  restart (fixture);
  assert_doubted (fixture, WITH_SOC ("60", "0", "0"), "MaxDischargeCurrent");
  assert_detail (fixture, "MaxDischargeCurrent is 0 A, not believed until repeated for 10 s: "
                          "MaxChargeCurrent is 0 too, and no alarm says why");
  tick_at (fixture, 5 * SECOND);
  assert_believed (fixture, "MaxChargeCurrent=5");
  tick_at (fixture, 10 * SECOND);
  assert_doubted (fixture, WITH_SOC ("60", "0", "0"), "MaxDischargeCurrent");
}

/* The seed's flow fills what it does not know yet with 0: while waiting, no such record leads to
   the bus before it has been repeated; while live, nothing of the zeros is on the bus. */
static void
test_seed (Fixture *fixture, gconstpointer user_data)
{
  static const char *const records[] = {
#define SEED(soc, voltage, limit, charge, discharge)                                            \
  "Soc=" soc " Current=0 Voltage=" voltage " Power=0 MinCellTemperature=0 MaxCellTemperature=0" \
  " MaxChargeCurrent=" charge " MaxDischargeCurrent=" discharge " MaxChargeVoltage=" limit      \
  " MaxCellVoltage=0 MinCellVoltage=0 ModulesBlockingCharge=0 InternalFailure=0"
    SEED ("0", "0", "0", "0", "0"),         SEED ("63", "0", "0", "0", "0"),
    SEED ("0", "52.7", "0", "0", "0"),      SEED ("0", "52.7", "55.2", "0", "0"),
    SEED ("0", "52.7", "55.2", "100", "0"), SEED ("0", "52.7", "55.2", "0", "150"),
    SEED ("63", "0", "55.2", "100", "150"), SEED ("63", "52.7", "0", "100", "150"),
  };

  for (guint i = 0; i < 2; i++)
    for (guint j = 0; j < G_N_ELEMENTS (records); j++) {
      stand (fixture, i, REQUIRED);
      for (guint k = 0; k < (i == 0 ? 10 : 7); k++) {
        g_assert_true (push (fixture, records[j]));
        g_assert_cmpint (vb_battery_state (fixture->battery), ==, stands[i].state);
        if (i == 1) {
          assert_bus (fixture, "Voltage=52.7 MaxChargeVoltage=55.2");
          g_assert_cmpfloat (vb_value_number (&fixture->bus[vb_item_known (VB_KNOWN_SOC)], 0), >=,
                             63);
          if (strstr (records[j], "MaxChargeCurrent=0") != NULL)
            assert_bus (fixture, "MaxDischargeCurrent=150 MaxChargeCurrent=0");
        }
        fixture->now += SECOND - 1;
        vb_battery_tick (fixture->battery, fixture->now);
      }
    }
}

static void
assert_replayed (Fixture *fixture, const char *record, const char *field, const char *detail)
{
  const VbState state = vb_battery_state (fixture->battery);

  g_assert_false (push (fixture, record));
  assert_refused (fixture, field, VB_FIELD_ERROR_REPLAYED, detail);
  assert_step (fixture, state, 0);
}

static void
test_sequence (Fixture *fixture, gconstpointer user_data)
{
  g_assert_true (push (fixture, REQUIRED " Sequence=7"));
  assert_replayed (fixture, "Soc=10 Sequence=7", "Sequence",
                   "Sequence is 7, not above the 7 of the record before");
  assert_replayed (fixture, "Soc=10 Sequence=5", "Sequence",
                   "Sequence is 5, not above the 7 of the record before");
  g_assert_true (push (fixture, "Soc=10 Sequence=8"));

  /* What was refused for what it said was not taken, and may come again, mended. */
  g_assert_false (push (fixture, "Soc=11 Connected=x Sequence=9"));
  g_assert_true (push (fixture, "Soc=11 Sequence=9"));

  /* 0 and 1 start anew. */
  g_assert_true (push (fixture, "Soc=11 Sequence=0"));
  g_assert_true (push (fixture, "Soc=11 Sequence=1"));
  g_assert_true (push (fixture, "Soc=11 Sequence=1"));
  assert_replayed (fixture, "Soc=10 Sequence=-3", "Sequence", NULL);
  g_assert_true (push (fixture, "Soc=11 Sequence=1"));
  g_assert_true (push (fixture, "Soc=11 Sequence=2"));
  assert_replayed (fixture, "Soc=10 Sequence=2", "Sequence", NULL);
  g_assert_true (push (fixture, "Soc=11"));
}

static void
test_timestamp (Fixture *fixture, gconstpointer user_data)
{
  g_assert_true (push (fixture, REQUIRED " Timestamp=1700000000.25"));
  assert_replayed (
      fixture, "Soc=10 Timestamp=1700000000.25", "Timestamp",
      "Timestamp is 1700000000.250, not after the 1700000000.250 of the record before");
  g_assert_true (push (fixture, "Soc=10 Timestamp=1700000000.5"));
  assert_replayed (fixture, "Soc=10 Timestamp=0", "Timestamp", NULL);
}

/* Both memories are dropped at stale, not before; and with "off". */
static void
test_replay_memory (Fixture *fixture, gconstpointer user_data)
{
  static const char *const members[] = { " Sequence=7", " Timestamp=1700000000" };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++) {
    g_autofree char *complete = g_strconcat (REQUIRED, members[i], NULL);
    const char *field = i == 0 ? "Sequence" : "Timestamp";

    restart (fixture);
    g_assert_true (push (fixture, complete));
    tick_at (fixture, 30 * SECOND - 1);
    assert_replayed (fixture, complete, field, NULL);
    tick_at (fixture, 30 * SECOND);
    g_assert_true (push (fixture, complete));
    assert_step (fixture, VB_STATE_LIVE, 1);
    assert_replayed (fixture, complete, field, NULL);

    switch_off (fixture);
    g_assert_true (push (fixture, complete));
    assert_step (fixture, VB_STATE_LIVE, 1);
  }
}

/* All that can be seen of a battery, as text. */
static char *
describe (Fixture *fixture)
{
  const VbBattery *battery = fixture->battery;
  const VbSource *source = vb_battery_source (battery);
  GString *text = g_string_new (NULL);

  g_string_append_printf (
      text,
      "%d %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %s %u %u %u %" //
      G_GINT64_FORMAT "\n",
      vb_battery_state (battery), vb_battery_since (battery), vb_battery_next_tick (battery),
      vb_battery_age (battery, fixture->now), source->address, (guint)source->records,
      (guint)source->refused, (guint)source->refusal.outcome, source->last);
  for (guint item = 0; item < vb_item_count (); item++) {
    gboolean derived;
    const gint64 age
        = vb_values_age (&vb_battery_heard (battery)->values, item, fixture->now, &derived);

    g_string_append_printf (text, "%" G_GINT64_FORMAT " %d ", age, derived);
    vb_item_format (item, vb_battery_value (battery, item), text);
    g_string_append_c (text, '\n');
  }

  return g_string_free (text, FALSE);
}

static char *
join (GPtrArray *texts)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < texts->len; i++)
    g_string_append_printf (text, "%s;", (const char *)g_ptr_array_index (texts, i));

  return g_string_free (text, FALSE);
}

static char *
join_errors (GPtrArray *errors)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < errors->len; i++) {
    const VbRecordError *error = g_ptr_array_index (errors, i);

    g_string_append_printf (text, "%s %d %s;", error->field, error->code, error->detail);
  }

  return g_string_free (text, FALSE);
}

/* Checks a record, which changes nothing, and then applies it: the verdict must be the same. */
static void
check_and_apply (Fixture *fixture, const char *description)
{
  g_autoptr (VbVerdict) verdict = vb_verdict_new ();
  g_autofree char *before = describe (fixture);
  g_autofree char *after = NULL, *missing = NULL, *warnings = NULL, *errors = NULL;
  g_autofree char *applied_missing = NULL, *applied_warnings = NULL, *applied_errors = NULL;
  gboolean taken;

  g_test_message ("%s", description);
  for (guint i = 0; i < 3; i++) {
    fixture->calls = 0;
    fill_record (fixture->record, description);
    taken = vb_battery_check (fixture->battery, NULL, fixture->record, fixture->now, verdict);
    g_assert_cmpuint (fixture->calls, ==, 0);
    assert_invariants (fixture);
  }
  after = describe (fixture);
  g_assert_cmpstr (before, ==, after);
  errors = join_errors (fixture->record->errors);

  g_assert_cmpint (push (fixture, description), ==, taken);
  applied_errors = join_errors (fixture->errors);
  g_assert_cmpstr (errors, ==, applied_errors);
  if (!taken)
    return;

  missing = join (verdict->missing);
  warnings = join (verdict->warnings);
  applied_missing = join (fixture->verdict->missing);
  applied_warnings = join (fixture->verdict->warnings);
  g_assert_cmpint (verdict->state, ==, fixture->verdict->state);
  g_assert_cmpuint (verdict->accepted, ==, fixture->verdict->accepted);
  g_assert_cmpuint (verdict->changed, ==, fixture->verdict->changed);
  g_assert_cmpstr (missing, ==, applied_missing);
  g_assert_cmpstr (warnings, ==, applied_warnings);
}

static void
test_check (Fixture *fixture, gconstpointer user_data)
{
  static const char *const records[] = {
    REQUIRED,
    REQUIRED " Temperature=20 Cell1=3.2 Cell2=3.3 ConnectionInformation='from the shed'",
    MONITORED,
    "Power=100 Voltage=50",
    "Soc=null",
    "HighVoltage=2 BmsCable=2",
    "MaxDischargeCurrent=10 MaxChargeVoltage=54",
    "MaxDischargeCurrent=500",
    "Connected=0",
    "Connected=1",
    "Soc=106",
    "Soc=106 MaxChargeCurrent=5 HighVoltage=2",
    "Soc=0",
    "Voltage=10",
    "Sequence=3",
    "Nonsense=1",
    "ProductName=x",
    "",
  };

  fixture->config.live.max_discharge_current = 400;
  fixture->config.live.battery_low_voltage = 45;
  for (guint i = 0; i < G_N_ELEMENTS (stands); i++)
    for (guint j = 0; j < G_N_ELEMENTS (records); j++) {
      g_test_message ("%s", vb_state_name (stands[i].state));
      stand (fixture, i, REQUIRED " Cell1=3.1 Cell2=3.3 HighVoltage=1 Sequence=5");
      check_and_apply (fixture, records[j]);
    }
}

/* A check counts neither as a repetition of a zero nor as the record before. */
static void
test_check_leaves_no_memory (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (VbVerdict) verdict = vb_verdict_new ();

  for (guint i = 0; i <= 10; i++) {
    tick_at (fixture, i * SECOND);
    fill_record (fixture->record, WITH_SOC ("0", "100", "100"));
    g_assert_true (
        vb_battery_check (fixture->battery, NULL, fixture->record, fixture->now, verdict));
  }
  assert_doubted (fixture, WITH_SOC ("0", "100", "100"), "Soc");
  tick_at (fixture, 15 * SECOND);
  fill_record (fixture->record, "Soc=60");
  g_assert_true (vb_battery_check (fixture->battery, NULL, fixture->record, fixture->now, verdict));
  assert_doubted (fixture, WITH_SOC ("0", "100", "100"), "Soc");
  tick_at (fixture, 20 * SECOND);
  assert_believed (fixture, WITH_SOC ("0", "100", "100"));

  fill_record (fixture->record, REQUIRED " Sequence=10 Timestamp=100");
  g_assert_true (vb_battery_check (fixture->battery, NULL, fixture->record, fixture->now, verdict));
  g_assert_true (push (fixture, REQUIRED " Sequence=5 Timestamp=50"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) g_test_add ("/doubt/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("charge-voltage", test_charge_voltage);
  ADD ("charge-voltage-alone", test_charge_voltage_alone);
  ADD ("low-voltage", test_low_voltage);
  ADD ("steps", test_steps);
  ADD ("no-zero-voltage", test_no_zero_voltage);
  ADD ("zeros", test_zeros);
  ADD ("held-zero", test_held_zero);
  ADD ("interrupted-zeros", test_interrupted_zeros);
  ADD ("zero-limits", test_zero_limits);
  ADD ("seed", test_seed);
  ADD ("sequence", test_sequence);
  ADD ("timestamp", test_timestamp);
  ADD ("replay-memory", test_replay_memory);
  ADD ("check", test_check);
  ADD ("check-leaves-no-memory", test_check_leaves_no_memory);

  return g_test_run ();
}
