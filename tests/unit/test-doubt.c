#include "battery-fixture.h"

/*
 * Records that are right field by field and refused for what they say together: roles,
 * missing fields, implausible voltages, unbelievable zeros, replays; wrong-fields; and `check`.
 */
#define BATTERY_LOW "BatteryLowVoltage=46"

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
  restart (fixture);
  if (stands[i].state != VB_STATE_WAITING)
    g_assert_true (push (fixture, record));
  tick_at (fixture, stands[i].time);
  g_assert_cmpint (vb_battery_state (fixture->battery), ==, stands[i].state);
}

/* A refused record moves nothing on the bus; the invariants compare every value. */
static void
assert_unmoved (Fixture *fixture, VbState state)
{
  assert_step (fixture, state, 0);
}

/* Where nothing that is wrong is taken without. */
static void
set_up_strict (Fixture *fixture, gconstpointer user_data)
{
  set_up (fixture, user_data);
  fixture->config.live.wrong_fields = VB_WRONG_FIELDS_REFUSE;
  restart (fixture);
}

/* The five limits are refused by a monitor in every state, whatever they say. */
static void
test_role (Fixture *fixture, gconstpointer user_data)
{
  static const char *const records[]
      = { "MaxChargeVoltage=55", "MaxChargeCurrent=0",        "MaxDischargeCurrent=100",
          "ChargeRequest=true",  "Info/BatteryLowVoltage=46", "MaxChargeCurrent=null" };

  fixture->config.fixed.role = VB_ROLE_MONITOR;
  for (guint i = 0; i < G_N_ELEMENTS (stands); i++) {
    stand (fixture, i, MONITORED);
    for (guint j = 0; j < G_N_ELEMENTS (records); j++) {
      g_autofree char *field = g_strndup (records[j], strcspn (records[j], "="));
      g_autofree char *beside = g_strconcat (MONITORED, " ", records[j], NULL);

      g_assert_false (push (fixture, records[j]));
      assert_refused (fixture, field, VB_FIELD_ERROR_ROLE, NULL);
      g_assert_false (push (fixture, beside));
      assert_refused (fixture, field, VB_FIELD_ERROR_ROLE, NULL);
      assert_unmoved (fixture, stands[i].state);
    }
  }

  g_assert_false (push (fixture, REQUIRED));
  g_assert_cmpuint (fixture->errors->len, ==, 3);
  for (guint item = 0; item < vb_item_count (); item++)
    if (vb_item (item)->field->group != VB_GROUP_IDENTITY)
      g_assert_cmpint (vb_battery_has_item (fixture->battery, item), ==,
                       vb_item (item)->field->group != VB_GROUP_LIMIT);
}

/* Whatever else is wrong with a limit, a monitor says one thing of it; where wrong optional fields
   are dropped, it is one of those. */
static void
test_role_and_wrong (Fixture *fixture, gconstpointer user_data)
{
  fixture->config.fixed.role = VB_ROLE_MONITOR;
  restart (fixture);
  g_assert_false (push (fixture, MONITORED " MaxChargeCurrent=-5"));
  assert_refused (fixture, "MaxChargeCurrent", VB_FIELD_ERROR_ROLE, NULL);

  fixture->config.live.wrong_fields = VB_WRONG_FIELDS_TAKE;
  restart (fixture);
  g_assert_true (push (fixture, MONITORED " MaxChargeCurrent=-5"));
  assert_refused (fixture, "MaxChargeCurrent", VB_FIELD_ERROR_ROLE,
                  "MaxChargeCurrent is a limit, and a battery with role=monitor has none");
  assert_step (fixture, VB_STATE_LIVE, 1);
  g_assert_true (push (fixture, MONITORED " MaxChargeCurrent=5 Soh=101"));
  g_assert_cmpuint (fixture->errors->len, ==, 2);
  g_assert_false (push (fixture, "Soc=101 MaxChargeCurrent=5"));
}

/* What is dropped decides nothing: neither whether a record is plausible nor whether a zero is. */
static void
test_dropped_decides_nothing (Fixture *fixture, gconstpointer user_data)
{
  fixture->config.fixed.role = VB_ROLE_MONITOR;
  fixture->config.live.wrong_fields = VB_WRONG_FIELDS_TAKE;
  restart (fixture);
  g_assert_true (push (fixture, "Soc=4 Voltage=52 Current=1 MaxChargeVoltage=12"));
  g_assert_true (push (fixture, "Soc=0 MaxChargeCurrent=0 MaxDischargeCurrent=0"));
  assert_bus (fixture, "Soc=0");
}

/* A Soc that is published as 0 is one, however it was sent. */
static void
test_zero_after_rounding (Fixture *fixture, gconstpointer user_data)
{
  g_assert_true (push (fixture, REQUIRED));
  g_assert_false (push (fixture, "Soc=0.04"));
  assert_refused (fixture, "Soc", VB_FIELD_ERROR_IMPLAUSIBLE, NULL);
  g_assert_true (push (fixture, "Soc=0.06"));
  assert_bus (fixture, "Soc=0.1");
}

/* PUT names every required field, or nothing changes; one error for each that it does not name. */
static void
test_missing (Fixture *fixture, gconstpointer user_data)
{
  static const char *const names[] = {
    "Voltage", "Current", "Soc", "MaxChargeVoltage", "MaxChargeCurrent", "MaxDischargeCurrent"
  };

  for (VbRole role = VB_ROLE_BMS; role <= VB_ROLE_MONITOR; role++) {
    const guint n = role == VB_ROLE_BMS ? 6 : 3;

    fixture->config.fixed.role = role;
    for (guint i = 0; i < G_N_ELEMENTS (stands); i++) {
      stand (fixture, i, role == VB_ROLE_BMS ? REQUIRED : MONITORED);
      g_assert_false (put (fixture, "Temperature=20 HighVoltage=2"));
      g_assert_cmpuint (fixture->errors->len, ==, n);
      for (guint j = 0; j < n; j++) {
        const VbRecordError *error = g_ptr_array_index (fixture->errors, j);

        g_assert_cmpstr (error->field, ==, names[j]);
        g_assert_cmpint (error->code, ==, VB_FIELD_ERROR_MISSING);
        g_assert_cmpstr (error->path, ==, vb_item (item_of (names[j]))->path);
      }
      assert_unmoved (fixture, stands[i].state);
    }
  }

  fixture->config.fixed.role = VB_ROLE_BMS;
  restart (fixture);
  g_assert_false (put (fixture, MONITORED " MaxChargeVoltage=55 MaxChargeCurrent=5"));
  assert_refused (fixture, "MaxDischargeCurrent", VB_FIELD_ERROR_MISSING,
                  "MaxDischargeCurrent is missing; PUT has to name every required field");
  g_assert_true (put (fixture, "Soc=60 Voltage=52 Power=5 " LIMITS));
  assert_step (fixture, VB_STATE_LIVE, 1);
}

static void
test_empty (Fixture *fixture, gconstpointer user_data)
{
  for (guint drop = 0; drop < 2; drop++) {
    fixture->config.live.wrong_fields = drop ? VB_WRONG_FIELDS_TAKE : VB_WRONG_FIELDS_REFUSE;
    for (guint i = 0; i < G_N_ELEMENTS (stands); i++) {
      stand (fixture, i, REQUIRED);
      g_assert_false (push (fixture, ""));
      assert_refused (fixture, NULL, VB_FIELD_ERROR_EMPTY, NULL);
      assert_unmoved (fixture, stands[i].state);
    }
  }
}

/* The three rules about MaxChargeVoltage, at their limits, against what is sent and what is
   known. */
static void
test_charge_voltage (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *record; /* after "Voltage=52 MaxChargeVoltage=55 BatteryLowVoltage=46" */
    const char *field;  /* NULL: it is taken */
    const char *detail;
  } records[] = {
    { "MaxChargeVoltage=25.9 BatteryLowVoltage=20", "MaxChargeVoltage",
      "MaxChargeVoltage is 25.9 V, below half of the Voltage of 52 V" },
    { "Info/MaxChargeVoltage=104.1", "Info/MaxChargeVoltage",
      "MaxChargeVoltage is 104.1 V, above twice the Voltage of 52 V" },
    { "MaxChargeVoltage=45.9", "MaxChargeVoltage",
      "MaxChargeVoltage is 45.9 V, below the BatteryLowVoltage of 46 V" },
    { "Voltage=27.4", "Voltage", "MaxChargeVoltage is 55 V, above twice the Voltage of 27.4 V" },
    { "Voltage=110.1", "Voltage",
      "MaxChargeVoltage is 55 V, below half of the Voltage of 110.1 V" },
    { "/Info/BatteryLowVoltage=55.1", "/Info/BatteryLowVoltage",
      "MaxChargeVoltage is 55 V, below the BatteryLowVoltage of 55.1 V" },
    { "Voltage=12 MaxChargeVoltage=55.2", "MaxChargeVoltage",
      "MaxChargeVoltage is 55.2 V, above twice the Voltage of 12 V" },
    { "Voltage=100 MaxChargeVoltage=48", "MaxChargeVoltage",
      "MaxChargeVoltage is 48 V, below half of the Voltage of 100 V" },
    { "MaxChargeVoltage=26 BatteryLowVoltage=20", NULL, NULL },
    { "MaxChargeVoltage=104", NULL, NULL },
    { "MaxChargeVoltage=46", NULL, NULL },
    { "Voltage=27.5", NULL, NULL },
    { "Voltage=110", NULL, NULL },
    { "BatteryLowVoltage=55", NULL, NULL },
    { "MaxChargeVoltage=40 BatteryLowVoltage=null", NULL, NULL },
    { "Voltage=12 MaxChargeVoltage=14.4 BatteryLowVoltage=11", NULL, NULL },
  };

  /* Not in `waiting`, where nothing is known, nor in `gone`, where it is forgotten. */
  for (guint i = 1; i < G_N_ELEMENTS (stands) - 1; i++)
    for (guint j = 0; j < G_N_ELEMENTS (records); j++) {
      g_test_message ("%s: %s", vb_state_name (stands[i].state), records[j].record);
      stand (fixture, i,
             "Soc=60 Voltage=52 Current=1 MaxChargeVoltage=55 MaxChargeCurrent=100"
             " MaxDischargeCurrent=150 " BATTERY_LOW);
      g_assert_cmpint (push (fixture, records[j].record), ==, records[j].field == NULL);
      if (records[j].field != NULL) {
        assert_refused (fixture, records[j].field, VB_FIELD_ERROR_IMPLAUSIBLE, records[j].detail);
        assert_unmoved (fixture, stands[i].state);
      }
    }
}

/* Refused in every state, where the record carries both values itself. */
static void
test_charge_voltage_alone (Fixture *fixture, gconstpointer user_data)
{
  static const char *const records[]
      = { ("Soc=60 Voltage=12 Current=1 " LIMITS), "Voltage=52 MaxChargeVoltage=25",
          "MaxChargeVoltage=50 BatteryLowVoltage=51" };

  for (guint i = 0; i < G_N_ELEMENTS (stands); i++)
    for (guint j = 0; j < G_N_ELEMENTS (records); j++) {
      stand (fixture, i, REQUIRED);
      g_assert_false (push (fixture, records[j]));
      assert_refused (fixture, "MaxChargeVoltage", VB_FIELD_ERROR_IMPLAUSIBLE, NULL);
      assert_unmoved (fixture, stands[i].state);
    }
}

/* BatteryLowVoltage as it is after the record: configured, taken back by null, left out of a
   PUT. */
static void
test_low_voltage (Fixture *fixture, gconstpointer user_data)
{
  static const char lower[] = "Soc=60 Voltage=42 Current=1 MaxChargeVoltage=45"
                              " MaxChargeCurrent=10 MaxDischargeCurrent=10";

  g_assert_true (push (fixture, REQUIRED " " BATTERY_LOW));
  g_assert_false (push (fixture, lower));
  g_assert_true (put (fixture, lower));
  g_assert_true (push (fixture, lower));

  fixture->config.live.battery_low_voltage = 47;
  restart (fixture);
  g_assert_false (push (fixture, lower));
  assert_refused (fixture, "MaxChargeVoltage", VB_FIELD_ERROR_IMPLAUSIBLE,
                  "MaxChargeVoltage is 45 V, below the BatteryLowVoltage of 47 V");
  g_assert_true (push (fixture, REQUIRED " BatteryLowVoltage=40"));
  g_assert_true (push (fixture, lower));
  g_assert_false (put (fixture, lower));

  /* What null has made invalid binds nothing until it is named again. */
  g_assert_true (push (fixture, REQUIRED " BatteryLowVoltage=null"));
  g_assert_true (push (fixture, lower));
  g_assert_false (push (fixture, "BatteryLowVoltage=48"));
}

/* A zero in neither: `range`, whatever else is right. */
static void
test_no_zero_voltage (Fixture *fixture, gconstpointer user_data)
{
  static const char *const records[][2]
      = { { "Voltage=0", "Voltage" }, { "MaxChargeVoltage=0", "MaxChargeVoltage" } };

  for (guint i = 0; i < G_N_ELEMENTS (stands); i++)
    for (guint j = 0; j < G_N_ELEMENTS (records); j++) {
      stand (fixture, i, REQUIRED);
      for (guint k = 0; k < 12; k++) {
        fixture->now += SECOND / 2;
        g_assert_false (push (fixture, records[j][0]));
        assert_refused (fixture, records[j][1], VB_FIELD_ERROR_RANGE, NULL);
      }
    }
}

static void
assert_zero_refused (Fixture *fixture, const char *record)
{
  g_assert_false (push (fixture, record));
  assert_refused (fixture, "Soc", VB_FIELD_ERROR_IMPLAUSIBLE, NULL);
  assert_unmoved (fixture, vb_battery_state (fixture->battery));
}

/* Each rule, in each state it speaks of: refused until it has been repeated for warn-after. */
static void
test_zeros (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    guint stand;
    const char *before;
    const char *record;
    const char *detail;
  } zeros[] = {
#define ZERO "Soc is 0 %, not believed until it has been repeated for 10 s: "
#define WITH_SOC(soc, charge, discharge)                                          \
  "Soc=" soc " Voltage=52 Current=1 MaxChargeVoltage=55 MaxChargeCurrent=" charge \
  " MaxDischargeCurrent=" discharge
    { 0, NULL, WITH_SOC ("0", "100", "100"), ZERO "the battery is not on the bus yet" },
    { 0, NULL, WITH_SOC ("0", "0", "0"), ZERO "the battery is not on the bus yet" },
    { 0, NULL, "Soc=0", ZERO "the battery is not on the bus yet" },
    { 5, WITH_SOC ("3", "100", "100"), WITH_SOC ("0", "100", "100"),
      ZERO "the battery is not on the bus yet" },
    { 1, WITH_SOC ("60", "100", "100"), WITH_SOC ("0", "100", "100"), ZERO "it was above 5 %" },
    { 1, WITH_SOC ("5.1", "100", "100"), "Soc=0", ZERO "it was above 5 %" },
    { 2, WITH_SOC ("60", "100", "100"), "Soc=0", ZERO "it was above 5 %" },
    { 3, WITH_SOC ("60", "100", "100"), WITH_SOC ("0", "0", "0"), ZERO "it was above 5 %" },
    { 4, WITH_SOC ("60", "100", "100"), WITH_SOC ("0", "100", "100"), ZERO "it was above 5 %" },
    { 1, WITH_SOC ("3", "100", "100"), WITH_SOC ("0", "0", "0"),
      ZERO "both current limits are 0 too" },
    { 1, WITH_SOC ("3", "0", "0"), "Soc=0", ZERO "both current limits are 0 too" },
    { 2, WITH_SOC ("3", "0", "5"), "Soc=0 MaxDischargeCurrent=0",
      ZERO "both current limits are 0 too" },
    { 3, WITH_SOC ("3", "10", "10"), WITH_SOC ("0", "0", "0"),
      ZERO "both current limits are 0 too" },
    { 4, WITH_SOC ("3", "10", "10"), WITH_SOC ("0", "0", "0"),
      ZERO "both current limits are 0 too" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (zeros); i++) {
    gint64 first;

    stand (fixture, zeros[i].stand, zeros[i].before);
    first = fixture->now - START;
    g_test_message ("%s: %s", vb_state_name (stands[zeros[i].stand].state), zeros[i].record);

    assert_zero_refused (fixture, zeros[i].record);
    assert_refused (fixture, "Soc", VB_FIELD_ERROR_IMPLAUSIBLE, zeros[i].detail);
    tick_at (fixture, first + 5 * SECOND);
    assert_zero_refused (fixture, zeros[i].record);
    tick_at (fixture, first + 10 * SECOND - 1);
    assert_zero_refused (fixture, zeros[i].record);
    tick_at (fixture, first + 10 * SECOND);
    g_assert_true (push (fixture, zeros[i].record));
    if (vb_battery_state (fixture->battery) == VB_STATE_LIVE)
      assert_bus (fixture, "Soc=0");

    /* Once believed it stays believed. */
    tick_at (fixture, first + 11 * SECOND);
    g_assert_true (push (fixture, zeros[i].record));
  }
}

/* Zeros that are no reason for doubt. */
static void
test_believable_zeros (Fixture *fixture, gconstpointer user_data)
{
  g_assert_true (push (fixture, WITH_SOC ("5", "100", "100")));
  g_assert_true (push (fixture, "Soc=0"));
  g_assert_true (push (fixture, WITH_SOC ("0", "0", "10")));
  g_assert_true (push (fixture, WITH_SOC ("0", "10", "0")));
  g_assert_true (push (fixture, WITH_SOC ("3", "0", "0")));
  g_assert_true (push (fixture, WITH_SOC ("60", "0", "0") " Power=0"));
  assert_step (fixture, VB_STATE_LIVE, 1);

  /* An absence of limits is none of 0 A. */
  fixture->config.fixed.role = VB_ROLE_MONITOR;
  restart (fixture);
  g_assert_true (push (fixture, "Soc=4 Voltage=52 Current=0"));
  g_assert_true (push (fixture, "Soc=0 Voltage=52 Current=0"));
  assert_bus (fixture, "Soc=0");
}

/* What interrupts the repetition: a gap, a denial, DELETE. */
static void
test_interrupted_zeros (Fixture *fixture, gconstpointer user_data)
{
  static const char zero[] = WITH_SOC ("0", "100", "100");

  g_assert_true (push (fixture, WITH_SOC ("60", "100", "100")));
  for (guint i = 0; i < 10; i++) {
    tick_at (fixture, i * SECOND);
    assert_zero_refused (fixture, zero);
  }
  g_assert_true (push (fixture, "Soc=59"));
  for (guint i = 10; i < 20; i++) {
    tick_at (fixture, i * SECOND);
    assert_zero_refused (fixture, zero);
  }
  tick_at (fixture, 20 * SECOND);
  g_assert_true (push (fixture, zero));

  restart (fixture);
  assert_zero_refused (fixture, zero);
  tick_at (fixture, 11 * SECOND);
  assert_zero_refused (fixture, zero);
  tick_at (fixture, 20 * SECOND);
  assert_zero_refused (fixture, zero);
  tick_at (fixture, 21 * SECOND);
  g_assert_true (push (fixture, zero));

  restart (fixture);
  assert_zero_refused (fixture, zero);
  tick_at (fixture, 5 * SECOND);
  switch_off (fixture);
  tick_at (fixture, 10 * SECOND);
  assert_zero_refused (fixture, zero);
}

/* The doubt about all three is another one than that about Soc alone, and has its own denial. */
static void
test_zeros_with_limits (Fixture *fixture, gconstpointer user_data)
{
  for (guint i = 0; i < 10; i++) {
    tick_at (fixture, i * SECOND);
    assert_zero_refused (fixture, WITH_SOC ("0", "100", "100"));
  }
  tick_at (fixture, 10 * SECOND);
  g_assert_true (push (fixture, WITH_SOC ("0", "100", "100")));
  tick_at (fixture, 11 * SECOND);
  assert_zero_refused (fixture, WITH_SOC ("0", "0", "0"));

  tick_at (fixture, 16 * SECOND);
  g_assert_true (push (fixture, WITH_SOC ("0", "10", "0")));
  tick_at (fixture, 21 * SECOND);
  assert_zero_refused (fixture, WITH_SOC ("0", "0", "0"));
  tick_at (fixture, 26 * SECOND);
  assert_zero_refused (fixture, WITH_SOC ("0", "0", "0"));
  tick_at (fixture, 31 * SECOND);
  g_assert_true (push (fixture, WITH_SOC ("0", "0", "0")));

  /* The limits come by themselves: what they say of the zero they did not bring counts not. */
  restart (fixture);
  g_assert_true (push (fixture, WITH_SOC ("3", "0", "7")));
  g_assert_true (push (fixture, "Soc=0"));
  for (guint i = 1; i <= 10; i++) {
    tick_at (fixture, i * SECOND);
    g_assert_true (push (fixture, "Soc=0 Voltage=52 Current=1 MaxChargeVoltage=55"));
    assert_zero_refused (fixture, "MaxDischargeCurrent=0");
  }
  tick_at (fixture, 11 * SECOND);
  g_assert_true (push (fixture, "MaxDischargeCurrent=0"));
}

/* What is refused for another reason repeats nothing and denies nothing. */
static void
test_uncounted_zeros (Fixture *fixture, gconstpointer user_data)
{
  static const char zero[] = WITH_SOC ("0", "100", "100");

  for (guint i = 0; i < 10; i++) {
    tick_at (fixture, i * SECOND);
    g_assert_false (push (fixture, WITH_SOC ("0", "100", "100") " HighVoltage=5"));
    assert_refused (fixture, "HighVoltage", VB_FIELD_ERROR_ENUM, NULL);
  }
  tick_at (fixture, 10 * SECOND);
  assert_zero_refused (fixture, zero);

  restart (fixture);
  assert_zero_refused (fixture, WITH_SOC ("0", "100", "100") " Sequence=5");
  tick_at (fixture, 5 * SECOND);
  g_assert_false (push (fixture, WITH_SOC ("0", "100", "100") " Sequence=5"));
  assert_refused (fixture, "Sequence", VB_FIELD_ERROR_REPLAYED, NULL);
  tick_at (fixture, 11 * SECOND);
  assert_zero_refused (fixture, WITH_SOC ("0", "100", "100") " Sequence=6");

  restart (fixture);
  assert_zero_refused (fixture, WITH_SOC ("0", "100", "100") " Sequence=5");
  tick_at (fixture, 5 * SECOND);
  assert_zero_refused (fixture, WITH_SOC ("0", "100", "100") " Sequence=6");
  g_assert_false (push (fixture, WITH_SOC ("60", "100", "100") " Sequence=6"));
  tick_at (fixture, 10 * SECOND);
  g_assert_true (push (fixture, WITH_SOC ("0", "100", "100") " Sequence=7"));
}

/* A source that goes off says so with whatever it has left. */
static void
test_off_with_zeros (Fixture *fixture, gconstpointer user_data)
{
  g_assert_true (push (fixture, REQUIRED));
  g_assert_true (push (fixture, WITH_SOC ("0", "0", "0") " Connected=0"));
  assert_step (fixture, VB_STATE_GONE, 1);
  g_assert_cmpuint (fixture->verdict->accepted, ==, 0);
  g_assert_cmpuint (fixture->verdict->warnings->len, ==, 0);

  g_assert_true (push (fixture, REQUIRED));
  g_assert_true (put (fixture, "Connected=false"));
  assert_step (fixture, VB_STATE_GONE, 1);

  g_assert_true (push (fixture, REQUIRED));
  g_assert_false (push (fixture, "Connected=0 Soc=101"));
  g_assert_true (push (fixture, REQUIRED " Connected=1"));
  assert_step (fixture, VB_STATE_LIVE, 0);
}

/* The seed's flow fills what it does not know yet with 0: not while waiting, and
   not while live, does such a record reach the bus. */
static void
test_seed (Fixture *fixture, gconstpointer user_data)
{
  static const char *const records[] = {
#define SEED(soc, voltage, limit, charge, discharge)                                            \
  "Soc=" soc " Current=0 Voltage=" voltage " Power=0 MinCellTemperature=0 MaxCellTemperature=0" \
  " MaxChargeCurrent=" charge " MaxDischargeCurrent=" discharge " MaxChargeVoltage=" limit      \
  " MaxCellVoltage=0 MinCellVoltage=0 ModulesBlockingCharge=0 InternalFailure=0"
    SEED ("0", "0", "0", "0", "0"),           SEED ("63", "0", "0", "0", "0"),
    SEED ("0", "52.7", "0", "0", "0"),        SEED ("0", "52.7", "55.2", "0", "0"),
    SEED ("0", "52.7", "55.2", "100", "0"),   SEED ("0", "52.7", "55.2", "0", "150"),
    SEED ("0", "52.7", "55.2", "100", "150"), SEED ("63", "0", "55.2", "100", "150"),
    SEED ("63", "52.7", "0", "100", "150"),
  };

  for (guint i = 0; i < 2; i++)
    for (guint j = 0; j < G_N_ELEMENTS (records); j++) {
      stand (fixture, i, REQUIRED);
      for (guint k = 0; k < 10; k++) {
        const VbState state = vb_battery_state (fixture->battery);

        g_assert_false (push (fixture, records[j]));
        assert_unmoved (fixture, state);
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
  assert_unmoved (fixture, state);
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
  g_assert_false (push (fixture, "Soc=101 Sequence=9"));
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

/* wrong-fields=take: what is wrong and not required becomes invalid; all else as ever. */
static void
test_drop (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *record;
    gboolean taken;
    guint errors;
    const char *bus;
  } records[] = {
    { "Soc=50 Temperature=500", TRUE, 1, "Soc=50 Temperature=- HighVoltage=1" },
    { "Soc=50 HighVoltage=3", TRUE, 1, "Soc=50 Temperature=20 HighVoltage=-" },
    { "Temperature=500", TRUE, 1, "Soc=63.5 Temperature=-" },
    { "Soc=50 Temprature=20 Nonsense=x", TRUE, 2, "Soc=50 Temperature=20" },
    { "Soc=50 Temperature=21 Dc/0/Temperature=22", TRUE, 1, "Soc=50 Temperature=-" },
    { "Soc=50 BatteryLowVoltage=x", TRUE, 1, "Soc=50 BatteryLowVoltage=-" },
    { "Soc=50 MinCellVoltage=9", TRUE, 1, "Soc=50 MinCellVoltage=- MaxCellVoltage=3.3" },
    { "Soc=50 Sequence=x", TRUE, 1, "Soc=50" },
    { "Soc=101 Temperature=500", FALSE, 2, "Soc=63.5 Temperature=20" },
    { "Soc=50 Voltage=x", FALSE, 1, "Soc=63.5" },
    { "Soc=50 Power=x", FALSE, 1, "Soc=63.5" },
    { "Soc=50 MaxChargeVoltage=150 Temperature=500", FALSE, 2, "Soc=63.5 Temperature=20" },
    { "Soc=0 Temperature=500", FALSE, 2, "Soc=63.5 Temperature=20" },
    { "Soc=50 Sequence=3 Temperature=500", FALSE, 2, "Soc=63.5 Temperature=20" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (records); i++)
    for (guint drop = 0; drop < 2; drop++) {
      const gboolean taken = drop && records[i].taken;

      g_test_message ("%s", records[i].record);
      fixture->config.live.wrong_fields = drop ? VB_WRONG_FIELDS_TAKE : VB_WRONG_FIELDS_REFUSE;
      restart (fixture);
      g_assert_true (push (fixture, REQUIRED " BatteryLowVoltage=46 Temperature=20 HighVoltage=1"
                                             " Cell1=3.2 Cell2=3.3 Sequence=4"));
      g_assert_cmpint (push (fixture, records[i].record), ==, taken);
      assert_bus (fixture, taken || !records[i].taken ? records[i].bus : "Soc=63.5 Temperature=20");
      if (drop)
        g_assert_cmpuint (fixture->errors->len, ==, records[i].errors);
    }

  fixture->config.fixed.role = VB_ROLE_MONITOR;
  restart (fixture);
  g_assert_true (push (fixture, MONITORED " BatteryLowVoltage=46 MaxChargeCurrent=10"));
  assert_step (fixture, VB_STATE_LIVE, 1);
  g_assert_cmpuint (fixture->errors->len, ==, 2);
  g_assert_cmpuint (fixture->verdict->accepted, ==, 3);
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
    const gint64 age = vb_battery_value_age (battery, item, fixture->now, &derived);

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
    taken = vb_battery_check (fixture->battery, fixture->record, fixture->now, verdict);
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
    "Soc=101",
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
    g_assert_false (vb_battery_check (fixture->battery, fixture->record, fixture->now, verdict));
  }
  assert_zero_refused (fixture, WITH_SOC ("0", "100", "100"));
  tick_at (fixture, 15 * SECOND);
  fill_record (fixture->record, "Soc=60");
  g_assert_true (vb_battery_check (fixture->battery, fixture->record, fixture->now, verdict));
  assert_zero_refused (fixture, WITH_SOC ("0", "100", "100"));
  tick_at (fixture, 20 * SECOND);
  g_assert_true (push (fixture, WITH_SOC ("0", "100", "100")));

  fill_record (fixture->record, REQUIRED " Sequence=10 Timestamp=100");
  g_assert_true (vb_battery_check (fixture->battery, fixture->record, fixture->now, verdict));
  g_assert_true (push (fixture, REQUIRED " Sequence=5 Timestamp=50"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) \
  g_test_add ("/doubt/" name, Fixture, NULL, set_up_strict, function, tear_down)
  ADD ("role", test_role);
  ADD ("role-and-wrong", test_role_and_wrong);
  ADD ("dropped-decides-nothing", test_dropped_decides_nothing);
  ADD ("zero-after-rounding", test_zero_after_rounding);
  ADD ("missing", test_missing);
  ADD ("empty", test_empty);
  ADD ("charge-voltage", test_charge_voltage);
  ADD ("charge-voltage-alone", test_charge_voltage_alone);
  ADD ("low-voltage", test_low_voltage);
  ADD ("no-zero-voltage", test_no_zero_voltage);
  ADD ("zeros", test_zeros);
  ADD ("believable-zeros", test_believable_zeros);
  ADD ("interrupted-zeros", test_interrupted_zeros);
  ADD ("zeros-with-limits", test_zeros_with_limits);
  ADD ("uncounted-zeros", test_uncounted_zeros);
  ADD ("off-with-zeros", test_off_with_zeros);
  ADD ("seed", test_seed);
  ADD ("sequence", test_sequence);
  ADD ("timestamp", test_timestamp);
  ADD ("replay-memory", test_replay_memory);
  ADD ("drop", test_drop);
  ADD ("check", test_check);
  ADD ("check-leaves-no-memory", test_check_leaves_no_memory);

  return g_test_run ();
}
