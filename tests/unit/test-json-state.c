#include "json/state.h"

#include <json-glib/json-glib.h>

#include "json/record.h"

#include <string.h>

#define SECOND G_USEC_PER_SEC
#define FULL                                                                           \
  "{\"Soc\": 63.5, \"Voltage\": 52.7, \"Current\": -12.3, \"MaxChargeVoltage\": 55.2," \
  " \"MaxChargeCurrent\": 100, \"MaxDischargeCurrent\": 150}"

typedef struct
{
  VbBattery *battery;
  VbJsonRecord *reader;
  VbRecord *record;
  VbVerdict *verdict;
  GString *text;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer user_data)
{
  g_auto (VbBatteryConfig) config = { 0 };

  vb_battery_config_init (&config, "virtual");
  fixture->battery = vb_battery_new (&config, SECOND);
  fixture->reader = vb_json_record_new ();
  fixture->record = vb_record_new ();
  fixture->verdict = vb_verdict_new ();
  fixture->text = g_string_new (NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer user_data)
{
  vb_battery_free (fixture->battery);
  vb_json_record_free (fixture->reader);
  vb_record_free (fixture->record);
  vb_verdict_free (fixture->verdict);
  g_string_free (fixture->text, TRUE);
}

static gboolean
push (Fixture *fixture, const char *json, gint64 now)
{
  g_autoptr (GError) error = NULL;

  vb_json_record_read (fixture->reader, json, strlen (json), fixture->record, &error);
  g_assert_no_error (error);

  return vb_battery_apply (fixture->battery, fixture->record, VB_APPLY_MERGE, "127.0.0.1", now,
                           fixture->verdict);
}

/* What was written is read back by json-glib: it must be JSON, whatever it says. */
static JsonObject *
read_back (Fixture *fixture, JsonParser *parser)
{
  g_autoptr (GError) error = NULL;

  json_parser_load_from_data (parser, fixture->text->str, (gssize)fixture->text->len, &error);
  g_assert_no_error (error);

  return json_node_get_object (json_parser_get_root (parser));
}

static void
assert_time (const char *time)
{
  g_assert_true (g_regex_match_simple ("^20\\d\\d-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d\\d\\dZ$",
                                       time, 0, 0));
}

static void
test_verdict (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *verdict;

  g_assert_true (push (fixture, FULL, 2 * SECOND));
  vb_json_state_verdict (fixture->battery, fixture->verdict, fixture->record, fixture->text);
  verdict = read_back (fixture, parser);

  g_assert_cmpstr (json_object_get_string_member (verdict, "battery"), ==, "virtual");
  g_assert_cmpstr (json_object_get_string_member (verdict, "state"), ==, "live");
  g_assert_false (json_object_get_boolean_member (verdict, "on_bus"));
  g_assert_cmpstr (json_object_get_string_member (verdict, "joining"), ==, "settings");
  g_assert_cmpint (json_object_get_int_member (verdict, "accepted"), ==, 6);
  g_assert_cmpint (json_array_get_length (json_object_get_array_member (verdict, "missing")), ==,
                   0);
  g_assert_cmpint (json_array_get_length (json_object_get_array_member (verdict, "ignored")), ==,
                   0);
  g_assert_cmpint (json_array_get_length (json_object_get_array_member (verdict, "errors")), ==, 0);
  g_assert_cmpint (json_array_get_length (json_object_get_array_member (verdict, "warnings")), ==,
                   0);
  assert_time (json_object_get_string_member (verdict, "time"));
  /* Neither `safer` nor `reason` where there is nothing to say. */
  g_assert_cmpuint (json_object_get_size (verdict), ==, 11);
}

/* What a verdict says of a record that is taken in part. */
static void
test_verdict_in_part (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *verdict, *error;
  JsonArray *errors, *safer;

  g_assert_true (push (fixture, FULL, 2 * SECOND));
  g_assert_true (push (fixture,
                       "{\"Voltage\": \"52.8\", \"Temperature1\": 2550,"
                       " \"MaxChargeCurrent\": 5, \"Info/MaxChargeCurrent\": 50}",
                       3 * SECOND));
  vb_json_state_verdict (fixture->battery, fixture->verdict, fixture->record, fixture->text);
  verdict = read_back (fixture, parser);

  g_assert_cmpstr (json_object_get_string_member (verdict, "state"), ==, "live");
  errors = json_object_get_array_member (verdict, "errors");
  g_assert_cmpuint (json_array_get_length (errors), ==, 2);
  error = json_array_get_object_element (errors, 0);
  g_assert_cmpstr (json_object_get_string_member (error, "field"), ==, "Temperature1");
  g_assert_cmpstr (json_object_get_string_member (error, "path"), ==, "/System/Temperature1");
  g_assert_cmpstr (json_object_get_string_member (error, "code"), ==, "range");
  g_assert_cmpstr (json_object_get_string_member (error, "detail"), ==,
                   "Temperature1 is 2550 °C, above the limit of 125 °C");
  error = json_array_get_object_element (errors, 1);
  g_assert_cmpstr (json_object_get_string_member (error, "field"), ==, "Info/MaxChargeCurrent");
  g_assert_cmpstr (json_object_get_string_member (error, "code"), ==, "duplicate");

  safer = json_object_get_array_member (verdict, "safer");
  g_assert_cmpuint (json_array_get_length (safer), ==, 1);
  g_assert_cmpstr (json_array_get_string_element (safer, 0), ==, "MaxChargeCurrent");
  g_assert_cmpfloat (
      vb_value_number (
          vb_battery_value (fixture->battery, vb_item_known (VB_KNOWN_MAX_CHARGE_CURRENT)), -1),
      ==, 5);
  g_assert_cmpstr (
      json_array_get_string_element (json_object_get_array_member (verdict, "warnings"), 0), ==,
      "Voltage is the text \"52.8\", taken as a number");

  /* The battery's own page tells it too, until the next record. */
  g_string_truncate (fixture->text, 0);
  vb_json_state_battery (fixture->battery, 3 * SECOND, fixture->text);
  errors = json_object_get_array_member (
      json_object_get_object_member (read_back (fixture, parser), "source"), "errors");
  g_assert_cmpuint (json_array_get_length (errors), ==, 2);
  g_assert_true (push (fixture, FULL, 4 * SECOND));
  g_string_truncate (fixture->text, 0);
  vb_json_state_battery (fixture->battery, 4 * SECOND, fixture->text);
  errors = json_object_get_array_member (
      json_object_get_object_member (read_back (fixture, parser), "source"), "errors");
  g_assert_cmpuint (json_array_get_length (errors), ==, 0);
}

/* Why it is not live. */
static void
test_verdict_reason (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *reason = NULL;
  JsonObject *battery;

  g_assert_true (push (fixture, FULL, 2 * SECOND));
  vb_json_state_battery (fixture->battery, 2 * SECOND, fixture->text);
  battery = read_back (fixture, parser);
  g_assert_true (json_object_get_null_member (battery, "reason"));

  g_string_truncate (fixture->text, 0);
  g_assert_true (push (fixture, "{\"Connected\": 0, \"Soc\": 0}", 3 * SECOND));
  vb_json_state_verdict (fixture->battery, fixture->verdict, fixture->record, fixture->text);
  g_assert_cmpstr (json_object_get_string_member (read_back (fixture, parser), "state"), ==,
                   "stale");
  reason = g_strdup (json_object_get_string_member (read_back (fixture, parser), "reason"));
  g_assert_cmpuint (strlen (reason), >, 0);

  g_string_truncate (fixture->text, 0);
  vb_json_state_battery (fixture->battery, 3 * SECOND, fixture->text);
  g_assert_cmpstr (json_object_get_string_member (read_back (fixture, parser), "reason"), ==,
                   reason);
}

static void
test_verdict_joining (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *verdict;

  vb_battery_set_presence (fixture->battery, FALSE, VB_JOINING_NAME, "com.example", 100);
  g_assert_true (push (fixture, "{\"Soc\": 50}", 2 * SECOND));
  vb_json_state_verdict (fixture->battery, fixture->verdict, fixture->record, fixture->text);
  verdict = read_back (fixture, parser);

  g_assert_cmpstr (json_object_get_string_member (verdict, "state"), ==, "waiting");
  g_assert_cmpstr (json_object_get_string_member (verdict, "joining"), ==, "name");
  g_assert_cmpint (json_array_get_length (json_object_get_array_member (verdict, "missing")), ==,
                   5);
  g_assert_cmpint (json_array_get_length (json_object_get_array_member (verdict, "warnings")), ==,
                   1);
}

static void
test_refusal (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *refusal, *error;
  JsonArray *errors;

  g_assert_false (push (fixture, "{\"Soc\": 106, \"MaxChargeCurent\": 5}", 2 * SECOND));
  g_assert_cmpuint (fixture->verdict->safer->len, ==, 0);
  vb_json_state_refusal (422, VB_STATE_STALE, "2 of 2 fields are wrong.", fixture->record->errors,
                         0, fixture->verdict->safer, fixture->text);
  refusal = read_back (fixture, parser);

  g_assert_cmpstr (json_object_get_string_member (refusal, "type"), ==, "about:blank");
  g_assert_cmpstr (json_object_get_string_member (refusal, "title"), ==, "Record refused");
  g_assert_cmpint (json_object_get_int_member (refusal, "status"), ==, 422);
  g_assert_cmpstr (json_object_get_string_member (refusal, "state"), ==, "stale");
  errors = json_object_get_array_member (refusal, "errors");
  g_assert_cmpuint (json_array_get_length (errors), ==, 2);

  error = json_array_get_object_element (errors, 0);
  g_assert_cmpstr (json_object_get_string_member (error, "field"), ==, "Soc");
  g_assert_cmpstr (json_object_get_string_member (error, "path"), ==, "/Soc");
  g_assert_cmpstr (json_object_get_string_member (error, "code"), ==, "range");
  g_assert_cmpstr (json_object_get_string_member (error, "detail"), ==,
                   "Soc is 106 %, above the limit of 100 %");

  error = json_array_get_object_element (errors, 1);
  g_assert_cmpstr (json_object_get_string_member (error, "field"), ==, "MaxChargeCurent");
  g_assert_true (json_object_get_null_member (error, "path"));
  g_assert_cmpstr (json_object_get_string_member (error, "detail"), ==,
                   "no such field; did you mean MaxChargeCurrent?");
  g_assert_false (json_object_has_member (refusal, "safer"));
}

/* A refused record has a safer part all the same. */
static void
test_refusal_safer (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_auto (VbBatteryConfig) config = { 0 };
  JsonArray *safer;

  vb_battery_config_init (&config, "virtual");
  config.live.wrong_fields = VB_WRONG_FIELDS_REFUSE;
  vb_battery_reconfigure (fixture->battery, &config, SECOND);
  g_assert_true (push (fixture, FULL, 2 * SECOND));
  g_assert_false (push (fixture,
                        "{\"Nope\": 1, \"Soc\": 50, \"MaxDischargeCurrent\": 0,"
                        " \"MaxChargeCurrent\": 101, \"HighTemperature\": 2}",
                        3 * SECOND));
  vb_json_state_refusal (422, VB_STATE_LIVE, "x", fixture->record->errors, 0,
                         fixture->verdict->safer, fixture->text);
  safer = json_object_get_array_member (read_back (fixture, parser), "safer");
  g_assert_cmpuint (json_array_get_length (safer), ==, 2);
  g_assert_cmpstr (json_array_get_string_element (safer, 0), ==, "MaxDischargeCurrent");
  g_assert_cmpstr (json_array_get_string_element (safer, 1), ==, "HighTemperature");
}

static void
test_battery (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *battery, *source, *voltage;

  vb_battery_set_presence (fixture->battery, TRUE, VB_JOINING_NOTHING,
                           "com.victronenergy.battery.virtual", 100);
  g_assert_true (push (fixture, FULL, 2 * SECOND));
  vb_json_state_battery (fixture->battery, 2 * SECOND + 410000, fixture->text);
  battery = read_back (fixture, parser);

  g_assert_cmpstr (json_object_get_string_member (battery, "role"), ==, "bms");
  g_assert_cmpstr (json_object_get_string_member (battery, "state"), ==, "live");
  assert_time (json_object_get_string_member (battery, "since"));
  g_assert_cmpfloat (json_object_get_double_member (battery, "age"), ==, 0.41);
  g_assert_true (json_object_get_boolean_member (battery, "on_bus"));
  g_assert_cmpint (json_object_get_int_member (battery, "instance"), ==, 100);
  g_assert_true (
      json_object_get_null_member (json_object_get_object_member (battery, "selected"), "bms"));

  source = json_object_get_object_member (battery, "source");
  g_assert_cmpstr (json_object_get_string_member (source, "address"), ==, "127.0.0.1");
  g_assert_cmpint (json_object_get_int_member (source, "records"), ==, 1);
  g_assert_cmpint (json_object_get_int_member (source, "refused"), ==, 0);
  g_assert_true (json_object_get_null_member (source, "last_refusal"));

  voltage = json_object_get_object_member (json_object_get_object_member (battery, "values"),
                                           "Voltage");
  g_assert_cmpfloat (json_object_get_double_member (voltage, "value"), ==, 52.7);
  g_assert_nonnull (strstr (fixture->text->str, "\"value\":52.7,"));
  g_assert_cmpstr (json_object_get_string_member (voltage, "text"), ==, "52.70V");
  g_assert_cmpstr (json_object_get_string_member (voltage, "unit"), ==, "V");
  g_assert_cmpstr (json_object_get_string_member (voltage, "path"), ==, "/Dc/0/Voltage");
  g_assert_cmpfloat (json_object_get_double_member (voltage, "age"), ==, 0.41);
  g_assert_cmpstr (json_object_get_string_member (voltage, "group"), ==, "live");
  g_assert_false (json_object_get_boolean_member (voltage, "derived"));
  g_assert_false (
      json_object_has_member (json_object_get_object_member (battery, "values"), "Temperature"));
}

static void
test_battery_before_the_first_record (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *battery;

  vb_json_state_battery (fixture->battery, 2 * SECOND, fixture->text);
  battery = read_back (fixture, parser);

  g_assert_cmpstr (json_object_get_string_member (battery, "state"), ==, "waiting");
  g_assert_true (json_object_get_null_member (battery, "age"));
  g_assert_true (json_object_get_null_member (battery, "instance"));
  g_assert_cmpint (json_array_get_length (json_object_get_array_member (battery, "missing")), ==,
                   6);
  g_assert_cmpuint (json_object_get_size (json_object_get_object_member (battery, "values")), ==,
                    0);
}

static void
test_last_refusal (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *source, *refusal;

  g_assert_false (push (fixture, "{\"Soc\": 106}", 2 * SECOND));
  vb_battery_refuse (fixture->battery, "10.0.0.9", VB_OUTCOME_WRONG,
                     vb_record_steal_errors (fixture->record), 0, 2 * SECOND);
  vb_json_state_battery (fixture->battery, 3 * SECOND, fixture->text);
  source = json_object_get_object_member (read_back (fixture, parser), "source");

  g_assert_cmpint (json_object_get_int_member (source, "refused"), ==, 1);
  refusal = json_object_get_object_member (source, "last_refusal");
  g_assert_cmpint (json_object_get_int_member (refusal, "status"), ==, 422);
  assert_time (json_object_get_string_member (refusal, "time"));
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (refusal, "errors")), ==,
                    1);
}

static void
test_list_and_health (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GPtrArray) batteries = g_ptr_array_new ();
  JsonObject *row;

  g_ptr_array_add (batteries, fixture->battery);
  vb_json_state_batteries (batteries, fixture->text);
  g_assert_true (
      json_parser_load_from_data (parser, fixture->text->str, (gssize)fixture->text->len, NULL));
  row = json_array_get_object_element (json_node_get_array (json_parser_get_root (parser)), 0);
  g_assert_cmpstr (json_object_get_string_member (row, "name"), ==, "virtual");
  g_assert_cmpstr (json_object_get_string_member (row, "state"), ==, "waiting");

  g_string_truncate (fixture->text, 0);
  g_assert_false (vb_json_state_health (batteries, fixture->text));
  g_assert_true (push (fixture, FULL, 2 * SECOND));
  g_string_truncate (fixture->text, 0);
  g_assert_true (vb_json_state_health (batteries, fixture->text));
  g_assert_cmpstr (
      json_object_get_string_member (
          json_object_get_object_member (read_back (fixture, parser), "batteries"), "virtual"),
      ==, "live");
}

#define ADD(path, function) \
  g_test_add ("/state-json/" path, Fixture, NULL, set_up, function, tear_down)

/* What the seat belt has changed stands beside what was sent, as it was sent. */
static void
test_belt (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_auto (VbBatteryConfig) config = { 0 };
  JsonObject *battery, *values, *limit;
  JsonArray *warnings;

  g_assert_true (push (fixture, FULL, 2 * SECOND));
  vb_battery_config_init (&config, "virtual");
  config.live.max_charge_voltage = 55.27;
  vb_battery_reconfigure (fixture->battery, &config, 3 * SECOND);
  g_assert_true (push (fixture, "{\"MaxChargeVoltage\": 55.37}", 3 * SECOND));
  vb_json_state_battery (fixture->battery, 3 * SECOND, fixture->text);

  battery = read_back (fixture, parser);
  warnings = json_object_get_array_member (battery, "warnings");
  g_assert_cmpuint (json_array_get_length (warnings), ==, 1);
  g_assert_cmpstr (json_array_get_string_element (warnings, 0), ==,
                   "MaxChargeVoltage brought from 55.37 V to the 55.2 V of the seat belt");
  values = json_object_get_object_member (battery, "values");
  limit = json_object_get_object_member (values, "MaxChargeVoltage");
  g_assert_cmpfloat (json_object_get_double_member (limit, "value"), ==, 55.2);
  g_assert_cmpfloat (json_object_get_double_member (limit, "asked"), ==, 55.37);
  g_assert_false (
      json_object_has_member (json_object_get_object_member (values, "MaxChargeCurrent"), "asked"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("verdict", test_verdict);
  ADD ("verdict-joining", test_verdict_joining);
  ADD ("verdict-in-part", test_verdict_in_part);
  ADD ("verdict-reason", test_verdict_reason);
  ADD ("refusal", test_refusal);
  ADD ("refusal-safer", test_refusal_safer);
  ADD ("battery", test_battery);
  ADD ("battery-before-the-first-record", test_battery_before_the_first_record);
  ADD ("last-refusal", test_last_refusal);
  ADD ("belt", test_belt);
  ADD ("list-and-health", test_list_and_health);

  return g_test_run ();
}
