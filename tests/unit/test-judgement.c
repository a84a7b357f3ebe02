#include "battery-standings.h"

/*
 * Each field of a record by itself and towards safety: what real sources were seen to send, and
 * around each a table over all fields and states.
 */
#define BASE                                                                        \
  "Soc=63.5 Voltage=52.7 Current=-12.3 MaxChargeVoltage=55.2 MaxChargeCurrent=100 " \
  "MaxDischargeCurrent=120"

/* Pushes @record, which is taken; exactly the fields in @names stand among its errors. */
static void
take (Fixture *fixture, const char *record, const char *names)
{
  g_autoptr (GString) wrong = g_string_new (NULL);

  g_test_message ("%s", record);
  g_assert_true (push (fixture, record));
  for (guint i = 0; i < fixture->errors->len; i++)
    g_string_append_printf (wrong, "%s%s", i > 0 ? " " : "",
                            ((const VbRecordError *)g_ptr_array_index (fixture->errors, i))->field);
  g_assert_cmpstr (wrong->str, ==, names);
}

static void
refuse (Fixture *fixture, const char *record, const char *safer)
{
  g_autoptr (GString) names = g_string_new (NULL);

  g_test_message ("%s", record);
  g_assert_false (push (fixture, record));
  for (guint i = 0; i < fixture->verdict->safer->len; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? " " : "",
                            (const char *)g_ptr_array_index (fixture->verdict->safer, i));
  g_assert_cmpstr (names->str, ==, safer);
}

/* A broken sensor in every record takes nothing else away. */
static void
test_broken_sensor (Fixture *fixture, gconstpointer user_data)
{
  take (fixture, BASE " Temperature1=21", "");
  for (guint i = 1; i <= 200; i++) {
    tick_at (fixture, i * SECOND);
    take (fixture,
          MONITORED " MaxChargeVoltage=55.2 MaxChargeCurrent=0 MaxDischargeCurrent=0"
                    " Temperature1=2550 HighTemperature=2",
          "Temperature1");
    assert_step (fixture, VB_STATE_LIVE, i == 1 ? 1 : 0);
    assert_bus (fixture,
                "Temperature1=- MaxDischargeCurrent=0 MaxChargeCurrent=0 HighTemperature=2");
  }
}

/* A doubted Soc holds back nothing of what makes the plant safer. */
static void
test_doubted_soc (Fixture *fixture, gconstpointer user_data)
{
  take (fixture, BASE " Soh=90", "");
  take (fixture, MONITORED " " LIMITS, "");
  take (fixture, "Soc=42", "");
  take (fixture,
        "Soc=0 Voltage=52.7 Current=-12.3 MaxChargeVoltage=55.2 MaxChargeCurrent=100"
        " MaxDischargeCurrent=0 LowCellVoltage=2 MinCellVoltage=2.4",
        "Soc");
  assert_bus (fixture, "Soc=42 MaxDischargeCurrent=0 LowCellVoltage=2 MinCellVoltage=2.4");

  restart (fixture);
  take (fixture,
        "Soc=3 Voltage=47 Current=-12.3 MaxChargeVoltage=55.2 MaxChargeCurrent=100"
        " MaxDischargeCurrent=0",
        "");
  take (fixture, "Soc=0", "");
  take (fixture, "MaxChargeCurrent=0", "");
  assert_bus (fixture, "MaxChargeCurrent=0");
  take (fixture, "MaxChargeCurrent=5", "");
  assert_bus (fixture, "MaxChargeCurrent=5");
  take (fixture,
        "Soc=0 Voltage=47 Current=-12.3 MaxChargeVoltage=55.2 MaxChargeCurrent=0"
        " MaxDischargeCurrent=0 HighChargeTemperature=2",
        "");
  assert_bus (fixture, "Soc=0 MaxChargeCurrent=0 HighChargeTemperature=2");
  for (guint i = 0; i < 10; i++) {
    take (fixture, i % 2 == 0 ? "MaxChargeCurrent=5" : "MaxChargeCurrent=0", "");
    assert_bus (fixture, i % 2 == 0 ? "MaxChargeCurrent=5" : "MaxChargeCurrent=0");
  }

  /* In stale. */
  restart (fixture);
  take (fixture, BASE, "");
  tick_at (fixture, 31 * SECOND);
  take (fixture, "Soc=0 MaxDischargeCurrent=0 LowVoltage=2", "Soc");
  assert_step (fixture, VB_STATE_STALE, 1);
  assert_bus (fixture, "MaxDischargeCurrent=0 LowVoltage=2 Soc=-");
}

/* A wrong charge voltage stops neither the charge current nor the alarm. */
static void
test_wrong_charge_voltage (Fixture *fixture, gconstpointer user_data)
{
  static const char *const wrong[] = { "MaxChargeVoltage=0", "MaxChargeVoltage=24",
                                       "MaxChargeVoltage=x", "MaxChargeVoltage=-3" };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autofree char *record = g_strconcat (
        MONITORED " MaxChargeCurrent=0 MaxDischargeCurrent=150 HighCellVoltage=2 ", wrong[i], NULL);

    restart (fixture);
    take (fixture, BASE, "");
    take (fixture, record, "MaxChargeVoltage");
    assert_bus (fixture, "MaxChargeVoltage=55.2 MaxChargeCurrent=0 MaxDischargeCurrent=120"
                         " HighCellVoltage=2");
    assert_missing (fixture, "MaxChargeVoltage MaxDischargeCurrent");
    g_assert_cmpstr (g_ptr_array_index (fixture->verdict->warnings, 0), ==,
                     "MaxDischargeCurrent does not rise to 150 A beside MaxChargeVoltage, which is "
                     "not usable");
    take (fixture, BASE " MaxDischargeCurrent=150", "MaxDischargeCurrent");
  }
}

/* The three limits rise together or not at all. */
static void
test_rising (Fixture *fixture, gconstpointer user_data)
{
  take (fixture, BASE, "");
  take (fixture, "MaxChargeVoltage=56 MaxChargeCurrent=x MaxDischargeCurrent=120",
        "MaxChargeCurrent");
  assert_bus (fixture, "MaxChargeVoltage=55.2 MaxChargeCurrent=100 MaxDischargeCurrent=120");
  assert_missing (fixture, "MaxChargeVoltage MaxChargeCurrent");
  take (fixture, "MaxChargeVoltage=54 MaxChargeCurrent=x MaxDischargeCurrent=119.94",
        "MaxChargeCurrent");
  assert_bus (fixture, "MaxChargeVoltage=54 MaxChargeCurrent=100 MaxDischargeCurrent=119.9");
  take (fixture, "MaxChargeVoltage=56 MaxChargeCurrent=null MaxDischargeCurrent=130", "");
  assert_bus (fixture, "MaxChargeVoltage=56 MaxChargeCurrent=100 MaxDischargeCurrent=130");

  /* Where none is in force none is taken: a battery never joins with two of three. */
  restart (fixture);
  take (fixture, MONITORED " MaxChargeVoltage=x MaxChargeCurrent=100 MaxDischargeCurrent=100",
        "MaxChargeVoltage");
  assert_missing (fixture, "MaxChargeVoltage MaxChargeCurrent MaxDischargeCurrent");
  take (fixture, "MaxChargeVoltage=55", "");
  assert_step (fixture, VB_STATE_WAITING, 0);
  assert_missing (fixture, "MaxChargeCurrent MaxDischargeCurrent");

  /* In stale charging is at 0; what comes back with the record is no higher than it says. */
  restart (fixture);
  take (fixture, BASE, "");
  tick_at (fixture, 31 * SECOND);
  take (fixture, "MaxChargeVoltage=55.2 MaxChargeCurrent=100 MaxDischargeCurrent=120", "");
  assert_step (fixture, VB_STATE_STALE, 0);
  take (fixture, MONITORED " MaxChargeVoltage=x MaxChargeCurrent=20 MaxDischargeCurrent=130",
        "MaxChargeVoltage");
  assert_step (fixture, VB_STATE_LIVE, 1);
  assert_bus (fixture, "MaxChargeVoltage=55.2 MaxChargeCurrent=20 MaxDischargeCurrent=120");
}

/* Steps are measured from what was taken, be it the safer part alone. */
static void
test_step_after_safer (Fixture *fixture, gconstpointer user_data)
{
  fixture->config.live.wrong_fields = VB_WRONG_FIELDS_REFUSE;
  restart (fixture);
  take (fixture, BASE, "");
  refuse (fixture, "Temperature=500 MaxChargeVoltage=37", "MaxChargeVoltage");
  assert_bus (fixture, "MaxChargeVoltage=37");
  take (fixture, "MaxChargeVoltage=56", "MaxChargeVoltage");
  assert_bus (fixture, "MaxChargeVoltage=37");
  take (fixture, "MaxChargeVoltage=55", "");
  assert_bus (fixture, "MaxChargeVoltage=55");
}

/* What is refused is refused but for its safer part. */
static void
test_safer (Fixture *fixture, gconstpointer user_data)
{
  fixture->config.live.wrong_fields = VB_WRONG_FIELDS_REFUSE;
  restart (fixture);
  refuse (fixture, BASE " Temperature=500 MaxChargeCurrent=0 HighVoltage=2", "");
  take (fixture, BASE " HighVoltage=1", "");
  tick_at (fixture, 2 * SECOND);
  refuse (fixture, "Soc=50 Temperature=500 MaxDischargeCurrent=20 HighVoltage=2 LowVoltage=0",
          "MaxDischargeCurrent HighVoltage");
  assert_step (fixture, VB_STATE_LIVE, 1);
  assert_bus (fixture, "Soc=63.5 MaxDischargeCurrent=20 HighVoltage=2 LowVoltage=-");
  g_assert_cmpint (vb_battery_age (fixture->battery, fixture->now), ==, 2 * SECOND);
  refuse (fixture, "Soc=50 Temperature=500 MaxDischargeCurrent=30 HighVoltage=1", "");
  assert_bus (fixture, "MaxDischargeCurrent=20 HighVoltage=2");

  /* What is doubted is not safer. */
  refuse (fixture, "Temperature=500 MaxChargeVoltage=24", "");
  refuse (fixture, "Temperature=500 Soc=0 MaxChargeCurrent=0 MaxDischargeCurrent=0",
          "MaxChargeCurrent");

  /* Doubted alone is not wrong. */
  take (fixture, "Soc=0 Soh=50", "Soc");
  assert_bus (fixture, "Soh=50");

  tick_at (fixture, 32 * SECOND);
  refuse (fixture, "Temperature=500 MaxDischargeCurrent=10 MaxChargeVoltage=60 LowVoltage=1",
          "MaxDischargeCurrent LowVoltage");
  assert_step (fixture, VB_STATE_STALE, 1);
  assert_bus (fixture, "MaxDischargeCurrent=10 MaxChargeVoltage=55.2 LowVoltage=1");
  tick_at (fixture, 182 * SECOND);
  refuse (fixture, "Temperature=500 MaxDischargeCurrent=5 LowVoltage=2", "LowVoltage");
  assert_step (fixture, VB_STATE_LOST, 1);
  assert_bus (fixture, "LowVoltage=2 MaxDischargeCurrent=-");
  tick_at (fixture, 602 * SECOND);
  refuse (fixture, "Temperature=500 LowVoltage=2", "");

  /* A replayed record has none. */
  restart (fixture);
  take (fixture, BASE " Sequence=5", "");
  refuse (fixture, "Sequence=5 MaxChargeCurrent=0 HighVoltage=2", "");
  assert_bus (fixture, "MaxChargeCurrent=100 HighVoltage=-");
}

/* A limit that is named twice is wrong, and the lower one counts; of an alarm the higher one. */
static void
test_twice (Fixture *fixture, gconstpointer user_data)
{
  take (fixture, BASE " HighVoltage=0", "");
  take (fixture,
        "Soc=50 MaxChargeCurrent=60 Info/MaxChargeCurrent=40 HighVoltage=2 Alarms/HighVoltage=1",
        "Info/MaxChargeCurrent Alarms/HighVoltage");
  assert_bus (fixture, "Soc=50 MaxChargeCurrent=40 HighVoltage=2");
  g_assert_cmpuint (fixture->verdict->safer->len, ==, 2);
  take (fixture,
        "MaxChargeCurrent=50 Info/MaxChargeCurrent=45 Temperature=20 Dc/0/Temperature=21 Soh=1",
        "Info/MaxChargeCurrent Dc/0/Temperature");
  assert_bus (fixture, "MaxChargeCurrent=40 Temperature=-");
  take (fixture, "Soc=49 Soc=48 Soh=1", "Soc");
  assert_bus (fixture, "Soc=50");
  take (fixture, BASE, "");
  assert_bus (fixture, "MaxChargeCurrent=100");

  /* The safer of the two is as hard to believe as if it had been said once. */
  take (fixture, "MaxChargeVoltage=55 Info/MaxChargeVoltage=5.5",
        "Info/MaxChargeVoltage MaxChargeVoltage");
  assert_bus (fixture, "MaxChargeVoltage=55.2");
  take (fixture,
        "Voltage=0 MaxChargeCurrent=0 MaxDischargeCurrent=0 Info/MaxDischargeCurrent=0 Soh=1",
        "Voltage Info/MaxDischargeCurrent MaxDischargeCurrent");
  assert_bus (fixture, "MaxChargeCurrent=0 MaxDischargeCurrent=120");
}

/* What arithmetic leaves behind the last digit is no reason to refuse anything. */
static void
test_dust (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *record;
    const char *bus;
    const char *warning;
  } records[] = {
    { "Soc=100.00000000000001", "Soc=100", NULL },
    { "Soc=100.04", "Soc=100", NULL },
    { "Soc=100.4", "Soc=100", "Soc is 100.4, taken as 100" },
    { "Soc=105", "Soc=100", "Soc is 105, taken as 100" },
    { "MaxChargeCurrent=-1e-15", "MaxChargeCurrent=0", NULL },
    { "NrOfModulesOnline=1.0000000000000002", "NrOfModulesOnline=1", NULL },
    { "NrOfModulesOnline=0.9999999999", "NrOfModulesOnline=1", NULL },
    { "HighVoltage=2.0000000001", "HighVoltage=2", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (records); i++) {
    restart (fixture);
    take (fixture, BASE, "");
    take (fixture, records[i].record, "");
    assert_bus (fixture, records[i].bus);
    if (records[i].warning != NULL)
      g_assert_cmpstr (g_ptr_array_index (fixture->verdict->warnings, 0), ==, records[i].warning);
  }

  restart (fixture);
  take (fixture, "Soc=3 Voltage=47 Current=1 " LIMITS, "");
  take (fixture, "Soc=-0.02", "");
  assert_bus (fixture, "Soc=0");
  take (fixture, "Soc=-5", "");
  take (fixture, "Soc=105.1 Soh=1", "Soc");
  take (fixture, "Soc=-5.1 Soh=1", "Soc");
  take (fixture, "NrOfModulesOnline=1.1 Soh=1", "NrOfModulesOnline");
}

/* A monitor ignores limits, right or wrong, and lives on a voltage alone. */
static void
test_monitor (Fixture *fixture, gconstpointer user_data)
{
  fixture->config.fixed.role = VB_ROLE_MONITOR;
  restart (fixture);
  take (fixture, "Voltage=52.6", "");
  assert_step (fixture, VB_STATE_LIVE, 1);
  take (fixture, BASE " ChargeRequest=1 Info/BatteryLowVoltage=46", "");
  g_assert_cmpuint (fixture->record->ignored->len, ==, 5);
  g_assert_cmpstr (g_ptr_array_index (fixture->record->ignored, 0), ==, "Info/BatteryLowVoltage");
  take (fixture, "Voltage=52.7 MaxChargeCurrent=-5 MaxDischargeCurrent=null MaxChargeVoltage=x",
        "");
  g_assert_cmpuint (fixture->record->ignored->len, ==, 3);
  for (guint i = 1; i < 40; i++) {
    tick_at (fixture, i * SECOND);
    take (fixture, "Voltage=52.7", "");
    assert_step (fixture, VB_STATE_LIVE, 0);
  }
  take (fixture, "Soc=null Current=null", "");
  assert_bus (fixture, "Soc=- Current=- Voltage=52.7");
  g_assert_cmpuint (fixture->verdict->missing->len, ==, 0);

  /* Neither Current nor Power is required: neither stands in for the other. */
  take (fixture, "Current=9 Power=500", "");
  g_assert_true (put (fixture, "Voltage=52.7 Current=null"));
  assert_bus (fixture, "Current=- Power=- Voltage=52.7");
}

/* Out of reach is stale now, whatever else the record holds, and only what comes after it leads
   back; it does not begin anew by being repeated. */
static void
test_out_of_reach (Fixture *fixture, gconstpointer user_data)
{
  take (fixture, BASE, "");
  for (guint i = 1; i < 700; i++) {
    tick_at (fixture, i * SECOND);
    take (fixture,
          "Connected=0 Soc=0 Voltage=0 Current=0 MaxChargeVoltage=0 MaxChargeCurrent=0"
          " MaxDischargeCurrent=0 HighVoltage=9",
          "Voltage MaxChargeVoltage HighVoltage");
    g_assert_cmpstr (vb_state_name (fixture->state), ==,
                     vb_state_name (i < 151   ? VB_STATE_STALE
                                    : i < 571 ? VB_STATE_LOST
                                              : VB_STATE_GONE));
    g_assert_cmpuint (fixture->verdict->accepted, ==, 0);
    if (fixture->state == VB_STATE_STALE)
      assert_bus (fixture, "MaxDischargeCurrent=120 MaxChargeCurrent=0 Soc=-"
                           " ConnectionInformation='Battery out of reach, says the source: "
                           "charging stopped'");
  }

  restart (fixture);
  take (fixture, BASE, "");
  take (fixture, "Connected=false", "");
  assert_step (fixture, VB_STATE_STALE, 1);
  g_assert_cmpuint (fixture->verdict->missing->len, ==, 6);
  fixture->now++;
  take (fixture, "Soc=60 Connected=1", "");
  assert_step (fixture, VB_STATE_STALE, 0);
  take (fixture, BASE " Connected=1", "");
  assert_step (fixture, VB_STATE_LIVE, 1);
  g_assert_cmpstr (fixture->verdict->reason->str, ==, "");

  /* Whatever cannot be understood there refuses the record. */
  refuse (fixture, BASE " Connected=null", "");
  refuse (fixture, BASE " Connected=no MaxChargeCurrent=5", "MaxChargeCurrent");
  refuse (fixture, "Soc=50 Connected=2 MaxDischargeCurrent=5", "MaxDischargeCurrent");
  refuse (fixture, "Connected=1 Connected=0 Soc=40", "");
  take (fixture, BASE " Connected='0'", "");
  assert_step (fixture, VB_STATE_STALE, 1);
}

/* PUT: names all that is required, or nothing but its safer part changes; with one of them wrong it
   is a POST. */
static void
test_put (Fixture *fixture, gconstpointer user_data)
{
  take (fixture, BASE " Temperature=20", "");
  g_assert_false (put (fixture, "Soc=50 Voltage=52 MaxChargeCurrent=0 HighVoltage=2"));
  g_assert_cmpuint (fixture->errors->len, ==, 3);
  assert_bus (fixture, "Soc=63.5 MaxChargeCurrent=0 HighVoltage=2 Temperature=20");
  g_assert_true (put (fixture, "Soc=x Voltage=52 Power=5 " LIMITS));
  assert_bus (fixture, "Soc=63.5 Voltage=52 Temperature=20 HighVoltage=2");
  g_assert_true (put (fixture, "Soc=50 Voltage=52 Power=5 " LIMITS));
  assert_bus (fixture, "Soc=50 Temperature=- HighVoltage=-");
  g_assert_false (put (fixture, ""));
}

/* Nothing of it can be used, or it says nothing. */
static void
test_unusable (Fixture *fixture, gconstpointer user_data)
{
  static const char *const records[]
      = { "", "Soc=x", "Nonsense=1", "Nonsense=1 Soc=106", "Sequence=x", "Temperature=500" };

  for (Standing standing = WAITING; standing < N_STANDINGS; standing++)
    for (guint i = 0; i < G_N_ELEMENTS (records); i++) {
      stand (fixture, VB_ROLE_BMS, standing);
      refuse (fixture, records[i], "");
      assert_whole_bus (fixture, standings[standing].bus, "");
    }
}

/* What a wrong value does to its own field: required and limits keep value and age, alarms their
   value, others become invalid; an unknown name is only listed. */
static void
test_wrong_fields (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *record;
    guint errors;
    const char *bus;
  } records[] = {
    { "Soc=50 Temperature=500", 1, "Soc=50 Temperature=- HighVoltage=1" },
    { "Soc=50 HighVoltage=3", 1, "Soc=50 Temperature=20 HighVoltage=1" },
    { "Soc=50 Temprature=20 Nonsense=x", 2, "Soc=50 Temperature=20" },
    { "Soc=50 BatteryLowVoltage=x", 1, "Soc=50 BatteryLowVoltage=46" },
    { "Soc=50 ChargeRequest=7", 1, "ChargeRequest=1" },
    { "Soc=50 MinCellVoltage=9", 1, "Soc=50 MinCellVoltage=- MaxCellVoltage=3.3" },
    { "Soc=50 Sequence=x", 1, "Soc=50" },
    { "Soc=106 Temperature=21", 1, "Soc=63.5 Temperature=21" },
    { "Soc=50 Voltage=x", 1, "Soc=50 Voltage=52.7" },
    { "Soc=50 Power=x", 1, "Soc=50 Current=-12.3" },
    { "Soc='63' Voltage=unavailable", 0, "Soc=63 Voltage=52.7" },
    { "Temperature=Unknown Soh=''", 0, "Temperature=- Soh=-" },
    { "AllowToCharge=maybe Soc=50", 1, "AllowToCharge=1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (records); i++) {
    g_test_message ("%s", records[i].record);
    restart (fixture);
    g_assert_true (push (fixture, BASE " BatteryLowVoltage=46 Temperature=20 HighVoltage=1 Soh=99"
                                       " ChargeRequest=1 Cell1=3.2 Cell2=3.3 AllowToCharge=1"));
    g_assert_true (push (fixture, records[i].record));
    assert_bus (fixture, records[i].bus);
    g_assert_cmpuint (fixture->errors->len, ==, records[i].errors);
  }
}

/* How the table spoils a field; NULL: this field cannot be spoilt so. */
static char *
spoil (guint item, guint kind)
{
  const VbField *field = vb_item (item)->field;
  const char *path = vb_item (item)->path;

  switch (kind) {
  case 0:
    return field->kind == VB_KIND_TEXT ? g_strdup_printf ("%s=5", path)
                                       : g_strdup_printf ("%s=torn", path);
  case 1:
    return field->maximum > 0 ? g_strdup_printf ("%s=%.0f", path, field->maximum * 2 + 10) : NULL;
  case 2:
    return g_strdup_printf ("%sX=5", path);
  default:
    return field->known == VB_KNOWN_SOC                  ? g_strdup ("/Soc=0")
           : field->known == VB_KNOWN_VOLTAGE            ? g_strdup ("/Dc/0/Voltage=520")
           : field->known == VB_KNOWN_MAX_CHARGE_VOLTAGE ? g_strdup ("/Info/MaxChargeVoltage=552")
                                                         : NULL;
  }
}

static double
on_bus (const Fixture *fixture, VbKnown known)
{
  return vb_value_number (&fixture->bus[vb_item_known (known)], NAN);
}

/* All fields, spoilt in every way, in every state: what makes the plant safer takes effect at once
   beside them, and no limit rises. */
static void
test_all_fields (Fixture *fixture, gconstpointer user_data)
{
  static const Standing in[] = { WAITING, FRESH, LATE, STALE, LOST };
  static const VbKnown maxima[] = { VB_KNOWN_MAX_CHARGE_VOLTAGE, VB_KNOWN_MAX_CHARGE_CURRENT,
                                    VB_KNOWN_MAX_DISCHARGE_CURRENT };
  guint n = 0;

  for (guint refuses = 0; refuses < 2; refuses++)
    for (guint item = 0; item < vb_item_count (); item++)
      for (guint kind = 0; kind < 4 && vb_item_is_row (item); kind++)
        for (guint i = 0; i < G_N_ELEMENTS (in); i++) {
          const VbField *field = vb_item (item)->field;
          const gboolean is_maximum
              = field->group == VB_GROUP_LIMIT && field->flags & VB_FIELD_REQUIRED;
          g_autofree char *spoilt = field->group != VB_GROUP_IDENTITY ? spoil (item, kind) : NULL;
          g_autofree char *lowers = NULL, *rises = NULL;
          const VbKnown lowered = field->known == VB_KNOWN_MAX_DISCHARGE_CURRENT
                                      ? VB_KNOWN_MAX_CHARGE_CURRENT
                                      : VB_KNOWN_MAX_DISCHARGE_CURRENT;
          const char *alarm
              = g_str_equal (field->name, "LowVoltage") ? "HighVoltage" : "LowVoltage";
          double before[G_N_ELEMENTS (maxima)];

          if (spoilt == NULL)
            continue;
          fixture->config.live.wrong_fields = refuses;
          stand (fixture, VB_ROLE_BMS, in[i]);
          g_test_message ("%s", spoilt);
          lowers = g_strdup_printf ("Temperature=20 %s=7 %s=2 %s",
                                    vb_item (vb_item_known (lowered))->path, alarm, spoilt);
          rises = g_strdup_printf ("Soh=88 MaxChargeVoltage=57 MaxChargeCurrent=200 "
                                   "MaxDischargeCurrent=300 %s",
                                   spoilt);
          if (field->known == VB_KNOWN_NONE && g_str_equal (field->name, "Temperature"))
            continue;

          push (fixture, lowers);
          if (vb_state_on_bus (standings[in[i]].state)) {
            g_autofree char *expected = g_strdup_printf ("%s=2", alarm);

            assert_bus (fixture, expected);
          }
          if (in[i] == FRESH || in[i] == LATE || in[i] == STALE)
            g_assert_cmpfloat (on_bus (fixture, lowered), <=, 7);
          if (in[i] == WAITING)
            g_assert_cmpint (fixture->state, ==, VB_STATE_WAITING);

          for (guint j = 0; j < G_N_ELEMENTS (maxima); j++)
            before[j] = on_bus (fixture, maxima[j]);
          push (fixture, rises);
          for (guint j = 0; j < G_N_ELEMENTS (maxima) && is_maximum && kind != 2; j++)
            g_assert_false (on_bus (fixture, maxima[j]) > before[j]);
          n++;
        }

  g_assert_cmpuint (n, >, 2000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) \
  g_test_add ("/judgement/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("broken-sensor", test_broken_sensor);
  ADD ("doubted-soc", test_doubted_soc);
  ADD ("wrong-charge-voltage", test_wrong_charge_voltage);
  ADD ("rising", test_rising);
  ADD ("safer", test_safer);
  ADD ("step-after-safer", test_step_after_safer);
  ADD ("twice", test_twice);
  ADD ("dust", test_dust);
  ADD ("monitor", test_monitor);
  ADD ("out-of-reach", test_out_of_reach);
  ADD ("put", test_put);
  ADD ("unusable", test_unusable);
  ADD ("wrong-fields", test_wrong_fields);
  ADD ("all-fields", test_all_fields);

  return g_test_run ();
}
