#include "json/intake.h"

#include <string.h>

#include "base/standstill.h"

#define SECOND ((gint64)G_USEC_PER_SEC)

#define COMPLETE "{\"Soc\": 50, \"Voltage\": 52, \"Current\": 1}"

typedef struct
{
  VbBattery *battery;
  VbIntake *intake;
  VbDelivery delivery;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer user_data)
{
  g_auto (VbBatteryConfig) config = { 0 };

  vb_battery_config_init (&config, "shed");
  config.fixed.role = VB_ROLE_MONITOR;
  fixture->battery = vb_battery_new (&config, SECOND);
  fixture->intake = vb_intake_new ();
  fixture->delivery = (VbDelivery){ .source = "192.0.2.7", .now = 2 * SECOND };
}

static void
tear_down (Fixture *fixture, gconstpointer user_data)
{
  vb_battery_free (fixture->battery);
  vb_intake_free (fixture->intake);
}

static VbOutcome
read_body (Fixture *fixture, const char *body)
{
  return vb_intake_read (fixture->intake, fixture->battery, &fixture->delivery, body,
                         strlen (body));
}

static void
set_on_bus (Fixture *fixture)
{
  vb_battery_set_presence (fixture->battery, TRUE, VB_JOINING_NOTHING, "a.b", 100);
}

static void
test_outcomes (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *body;
    VbOutcome outcome;
    guint status;
    const char *detail;
  } rows[] = {
    { "{\"Sequence\": 7, \"Soc\": 50}", VB_OUTCOME_TAKEN, 202, "" },
    { "{\"Sequence\": 8, \"Voltage\": 52, \"Current\": 1}", VB_OUTCOME_IN_FORCE, 200, "" },
    { "{\"Sequence\": 8, \"Soc\": 50}", VB_OUTCOME_REPLAYED, 409,
      "1 of 2 fields is wrong; nothing was changed." },
    { "{\"Soc\": 106, \"Serial\": 52}", VB_OUTCOME_WRONG, 422,
      "1 of 2 fields is wrong; nothing was changed." },
    { "{\"Soc\": 50, \"Soc\": 51}", VB_OUTCOME_WRONG, 422,
      "1 of 2 fields is wrong; nothing was changed." },
    { "{}", VB_OUTCOME_WRONG, 422, "Nothing was changed: the record is empty: it names no field." },
    { "[]", VB_OUTCOME_WRONG, 422,
      "Nothing was changed: the record is not an object: it is to be {…}." },
    { "{", VB_OUTCOME_NOT_JSON, 400, NULL },
    { COMPLETE, VB_OUTCOME_IN_FORCE, 200, "" },
  };

  set_on_bus (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    const VbOutcome outcome = read_body (fixture, rows[i].body);

    g_assert_cmpint (outcome, ==, rows[i].outcome);
    g_assert_cmpuint (vb_intake_status (outcome), ==, rows[i].status);
    g_assert_cmpint (vb_intake_is_taken (outcome), ==, rows[i].status < 300);
    if (rows[i].detail != NULL)
      g_assert_cmpstr (vb_intake_detail (fixture->intake), ==, rows[i].detail);
    g_assert_cmpuint (vb_intake_errors (fixture->intake)->len, ==, rows[i].status < 300 ? 0 : 1);
  }
  g_assert_cmpuint (vb_battery_source (fixture->battery)->records, ==, 3);
  g_assert_cmpuint (vb_battery_source (fixture->battery)->refused, ==, 6);
}

static double
value (const Fixture *fixture, const char *name)
{
  guint item;

  g_assert_true (vb_item_find (name, &item));

  return vb_value_number (vb_battery_value (fixture->battery, item), -1);
}

/* What is wrong stands among the errors, and the rest is taken. */
static void
test_in_part (Fixture *fixture, gconstpointer user_data)
{
  const VbSource *source = vb_battery_source (fixture->battery);

  set_on_bus (fixture);
  g_assert_cmpint (read_body (fixture, COMPLETE), ==, VB_OUTCOME_IN_FORCE);
  for (guint i = 1; i <= 2; i++) {
    g_assert_cmpint (read_body (fixture, "{\"Voltage\": 5000, \"Soc\": 53, \"Nope\": 1}"), ==,
                     VB_OUTCOME_IN_FORCE);
    g_assert_cmpuint (vb_intake_errors (fixture->intake)->len, ==, 2);
    g_assert_cmpuint (source->errors->len, ==, 2);
    g_assert_cmpuint (source->records, ==, 1 + i);
    g_assert_cmpuint (source->refused, ==, 0);
  }
  g_assert_cmpfloat (value (fixture, "Soc"), ==, 53);
  g_assert_cmpfloat (value (fixture, "Voltage"), ==, 52);
  g_assert_cmpint (read_body (fixture, COMPLETE), ==, VB_OUTCOME_IN_FORCE);
  g_assert_cmpuint (vb_intake_errors (fixture->intake)->len, ==, 0);
}

/* A monitor has no limits. What was taken out of a record is out of it for that time alone. */
static void
test_ignored_limits (Fixture *fixture, gconstpointer user_data)
{
  for (guint i = 0; i < 3; i++) {
    g_assert_cmpint (read_body (fixture, "{\"Soc\": 50, \"Voltage\": 52, \"Current\": 1,"
                                         " \"MaxChargeCurrent\": 5, \"MaxChargeVoltage\": -1,"
                                         " \"Info/MaxDischargeCurrent\": null}"),
                     ==, VB_OUTCOME_TAKEN);
    g_assert_cmpuint (vb_intake_errors (fixture->intake)->len, ==, 0);
    g_assert_cmpuint (vb_intake_record (fixture->intake)->ignored->len, ==, 3);
    g_assert_cmpuint (vb_intake_verdict (fixture->intake)->accepted, ==, 3);
  }
}

/* A record that is refused says what of it was taken all the same. */
static void
test_safer (Fixture *fixture, gconstpointer user_data)
{
  static const char body[] = "{\"Soc\": 51, \"Nope\": 1, \"HighTemperature\": 2, \"LowSoc\": 1}";
  g_auto (VbBatteryConfig) config = { 0 };

  vb_battery_config_copy (&config, vb_battery_config (fixture->battery));
  config.live.wrong_fields = VB_WRONG_FIELDS_REFUSE;
  vb_battery_reconfigure (fixture->battery, &config, SECOND);
  g_assert_cmpint (read_body (fixture, COMPLETE), ==, VB_OUTCOME_TAKEN);

  fixture->delivery.check = TRUE;
  g_assert_cmpint (read_body (fixture, body), ==, VB_OUTCOME_WRONG);
  g_assert_cmpfloat (value (fixture, "LowSoc"), ==, -1);

  fixture->delivery.check = FALSE;
  g_assert_cmpint (read_body (fixture, body), ==, VB_OUTCOME_WRONG);
  g_assert_cmpstr (vb_intake_detail (fixture->intake), ==,
                   "1 of 4 fields is wrong; only what is safer was taken: HighTemperature, "
                   "LowSoc.");
  g_assert_cmpfloat (value (fixture, "HighTemperature"), ==, 2);
  g_assert_cmpfloat (value (fixture, "LowSoc"), ==, 1);
  g_assert_cmpfloat (value (fixture, "Soc"), ==, 50);

  /* Once it is in force it is nothing new. */
  g_assert_cmpint (read_body (fixture, body), ==, VB_OUTCOME_WRONG);
  g_assert_cmpstr (vb_intake_detail (fixture->intake), ==,
                   "1 of 4 fields is wrong; nothing was changed.");
}

static void
test_waited (Fixture *fixture, gconstpointer user_data)
{
  fixture->delivery.stood_still = 10 * SECOND;
  g_assert_cmpint (read_body (fixture, COMPLETE), ==, VB_OUTCOME_TAKEN);
  fixture->delivery.stood_still = 10 * SECOND + 1;
  g_assert_cmpint (read_body (fixture, COMPLETE), ==, VB_OUTCOME_WAITED);
  g_assert_cmpstr (vb_intake_detail (fixture->intake), ==,
                   "The daemon stood still for 10.0 s; what waited meanwhile is not taken.");
  fixture->delivery.stood_still = VB_STANDSTILL_UNKNOWN;
  g_assert_cmpint (read_body (fixture, COMPLETE), ==, VB_OUTCOME_WAITED);
  g_assert_cmpstr (vb_intake_detail (fixture->intake), ==,
                   "The daemon was not running; what waited meanwhile is not taken.");
  vb_record_add_number (vb_intake_begin (fixture->intake), "Soc", 40);
  g_assert_cmpint (vb_intake_take (fixture->intake, fixture->battery, &fixture->delivery), ==,
                   VB_OUTCOME_WAITED);

  g_assert_cmpuint (vb_battery_source (fixture->battery)->records, ==, 1);
  g_assert_cmpuint (vb_battery_source (fixture->battery)->refused, ==, 0);
}

static void
test_check (Fixture *fixture, gconstpointer user_data)
{
  fixture->delivery.check = TRUE;
  g_assert_cmpint (read_body (fixture, COMPLETE), ==, VB_OUTCOME_TAKEN);
  g_assert_cmpint (read_body (fixture, "{\"Soc\": 106}"), ==, VB_OUTCOME_WRONG);
  g_assert_cmpint (read_body (fixture, "{"), ==, VB_OUTCOME_NOT_JSON);
  g_assert_cmpint (vb_battery_state (fixture->battery), ==, VB_STATE_WAITING);
  g_assert_cmpuint (vb_battery_source (fixture->battery)->refused, ==, 0);
}

/* What was read is not read again, and yet it is another record each time. */
static void
test_same_bytes (Fixture *fixture, gconstpointer user_data)
{
  g_assert_cmpint (read_body (fixture, COMPLETE), ==, VB_OUTCOME_TAKEN);
  fixture->delivery.now += 5 * SECOND;
  g_assert_cmpint (read_body (fixture, COMPLETE), ==, VB_OUTCOME_TAKEN);
  g_assert_cmpint (vb_battery_age (fixture->battery, fixture->delivery.now), ==, 0);
  vb_record_add_number (vb_intake_begin (fixture->intake), "Soc", 40);
  fixture->delivery.now += 5 * SECOND;
  g_assert_cmpint (read_body (fixture, COMPLETE), ==, VB_OUTCOME_TAKEN);
  g_assert_cmpint (vb_battery_age (fixture->battery, fixture->delivery.now), ==, 0);
}

/* Who writes beside a source is not shown in its place, but is named where he is refused. */
static void
test_named (Fixture *fixture, gconstpointer user_data)
{
  const VbSource *source = vb_battery_source (fixture->battery);

  g_assert_cmpint (read_body (fixture, COMPLETE), ==, VB_OUTCOME_TAKEN);
  fixture->delivery.source = "D-Bus";
  fixture->delivery.named = source->address;
  g_assert_cmpint (read_body (fixture, "{\"Soc\": 51}"), ==, VB_OUTCOME_TAKEN);
  g_assert_cmpstr (source->address, ==, "192.0.2.7");
  g_assert_cmpint (read_body (fixture, "{\"Soc\": 106}"), ==, VB_OUTCOME_WRONG);
  g_assert_cmpstr (source->refusal.address, ==, "D-Bus");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name_, function_) \
  g_test_add ("/json-intake/" name_, Fixture, NULL, set_up, function_, tear_down)
  ADD ("outcomes", test_outcomes);
  ADD ("in-part", test_in_part);
  ADD ("ignored-limits", test_ignored_limits);
  ADD ("safer", test_safer);
  ADD ("waited", test_waited);
  ADD ("check", test_check);
  ADD ("same-bytes", test_same_bytes);
  ADD ("named", test_named);

  return g_test_run ();
}
