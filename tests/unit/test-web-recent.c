#include "web/recent-records.h"
#include "web/recent-values.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#define SECOND ((gint64)G_USEC_PER_SEC)
#define START (100 * VB_RECENT_STEP)

typedef struct
{
  VbBattery *battery;
  VbRecord *record;
  VbVerdict *verdict;
  VbRecentRecords *records;
  VbRecentValues *values;
  GString *text;
  JsonParser *parser;
} Fixture;

static void
on_taken (VbBattery *battery, const VbVerdict *verdict, gpointer user_data)
{
  Fixture *fixture = user_data;

  vb_recent_records_add_taken (fixture->records, battery, verdict);
  vb_recent_values_add (fixture->values, battery, vb_battery_source (battery)->last);
}

static void
on_refused (VbBattery *battery, gpointer user_data)
{
  vb_recent_records_add_refused (((Fixture *)user_data)->records, battery);
}

static const VbBatteryEvents events = { .taken = on_taken, .refused = on_refused };

static void
set_up (Fixture *fixture, gconstpointer user_data)
{
  g_auto (VbBatteryConfig) config = { 0 };

  vb_battery_config_init (&config, "virtual");
  fixture->battery = vb_battery_new (&config, START);
  fixture->record = vb_record_new ();
  fixture->verdict = vb_verdict_new ();
  fixture->records = vb_recent_records_new ();
  fixture->values = vb_recent_values_new ();
  fixture->text = g_string_new (NULL);
  fixture->parser = json_parser_new ();
  vb_battery_add_listener (fixture->battery, &events, fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer user_data)
{
  vb_battery_free (fixture->battery);
  vb_record_free (fixture->record);
  vb_verdict_free (fixture->verdict);
  vb_recent_records_free (fixture->records);
  vb_recent_values_free (fixture->values);
  g_string_free (fixture->text, TRUE);
  g_object_unref (fixture->parser);
}

/* Posts a complete record with @soc, which is refused where nobody is meant to be @connected. */
static void
post_connected (Fixture *fixture, double soc, double connected, const char *address, gint64 now)
{
  vb_record_reset (fixture->record);
  vb_record_add_number (fixture->record, "Connected", connected);
  vb_record_add_number (fixture->record, "Soc", soc);
  vb_record_add_number (fixture->record, "Voltage", 52.7);
  vb_record_add_number (fixture->record, "Current", -12.3);
  vb_record_add_number (fixture->record, "MaxChargeVoltage", 55.2);
  vb_record_add_number (fixture->record, "MaxChargeCurrent", 100);
  vb_record_add_number (fixture->record, "MaxDischargeCurrent", 150);
  if (!vb_battery_apply (fixture->battery, fixture->record, VB_APPLY_MERGE, address, now,
                         fixture->verdict))
    vb_battery_refuse (fixture->battery, address, VB_OUTCOME_WRONG,
                       vb_record_steal_errors (fixture->record), 0, now);
}

/* Where it is above 105, @soc is wrong, and the rest is taken. */
static void
post (Fixture *fixture, double soc, const char *address, gint64 now)
{
  post_connected (fixture, soc, 1, address, now);
}

static void
post_refused (Fixture *fixture, const char *address, gint64 now)
{
  post_connected (fixture, 50, 2, address, now);
}

static JsonNode *
parse (Fixture *fixture)
{
  g_assert_true (json_parser_load_from_data (fixture->parser, fixture->text->str, -1, NULL));

  return json_parser_get_root (fixture->parser);
}

static JsonArray *
records (Fixture *fixture)
{
  VbJsonWriter json;

  g_string_truncate (fixture->text, 0);
  vb_json_writer_init (&json, fixture->text);
  vb_recent_records_write (fixture->records, &json);

  return json_node_get_array (parse (fixture));
}

/* The members of the chart of @name, or asked/NAME, at @now. */
static JsonArray *
chart (Fixture *fixture, const char *name, gint64 now)
{
  JsonObject *object;
  VbJsonWriter json;

  g_string_truncate (fixture->text, 0);
  vb_json_writer_init (&json, fixture->text);
  vb_recent_values_write (fixture->values, &json, now);
  object = json_node_get_object (parse (fixture));
  g_assert_cmpint (json_object_get_int_member (object, "interval"), ==, 5);
  if (g_str_has_prefix (name, "asked/")) {
    object = json_object_get_object_member (object, "asked");
    name += strlen ("asked/");
  }
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, name)), ==,
                    VB_RECENT_STEPS);

  return json_object_get_array_member (object, name);
}

/* The value @ago steps before the last one; NAN for null. */
static double
charted (JsonArray *array, guint ago)
{
  JsonNode *node = json_array_get_element (array, VB_RECENT_STEPS - 1 - ago);

  return json_node_is_null (node) ? NAN : json_node_get_double (node);
}

static guint
count_charted (JsonArray *array)
{
  guint n = 0;

  for (guint i = 0; i < VB_RECENT_STEPS; i++)
    n += isnan (charted (array, i)) ? 0 : 1;

  return n;
}

static void
test_records (Fixture *fixture, gconstpointer user_data)
{
  JsonArray *array = records (fixture);
  JsonObject *object;

  g_assert_cmpuint (json_array_get_length (array), ==, 0);

  post (fixture, 50, "192.0.2.7", START);
  post_refused (fixture, "192.0.2.8", START + SECOND);
  array = records (fixture);
  g_assert_cmpuint (json_array_get_length (array), ==, 2);

  object = json_array_get_object_element (array, 0);
  g_assert_cmpstr (json_object_get_string_member (object, "address"), ==, "192.0.2.8");
  g_assert_cmpint (json_object_get_int_member (object, "status"), ==, 422);
  object = json_array_get_object_element (json_object_get_array_member (object, "errors"), 0);
  g_assert_cmpstr (json_object_get_string_member (object, "field"), ==, "Connected");

  object = json_array_get_object_element (array, 1);
  g_assert_cmpstr (json_object_get_string_member (object, "address"), ==, "192.0.2.7");
  g_assert_cmpstr (json_object_get_string_member (object, "state"), ==, "live");
  g_assert_cmpint (json_object_get_int_member (object, "accepted"), ==, 6);
  g_assert_false (json_object_has_member (object, "status"));
  g_assert_false (json_object_has_member (object, "errors"));
}

/* What was wrong in one that was taken stands with it, and is taken for no refusal. */
static void
test_taken_in_part (Fixture *fixture, gconstpointer user_data)
{
  JsonObject *object;

  post (fixture, 50, "192.0.2.7", START);
  post (fixture, 200, "192.0.2.7", START + SECOND);

  object = json_array_get_object_element (records (fixture), 0);
  g_assert_false (json_object_has_member (object, "status"));
  g_assert_false (json_object_has_member (object, "more_errors"));
  g_assert_cmpint (json_object_get_int_member (object, "accepted"), ==, 5);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "errors")), ==, 1);
  object = json_array_get_object_element (json_object_get_array_member (object, "errors"), 0);
  g_assert_cmpstr (json_object_get_string_member (object, "field"), ==, "Soc");
}

static void
add_unknown (Fixture *fixture)
{
  vb_record_reset (fixture->record);
  vb_record_add_number (fixture->record, "Soc", 50);
  for (guint i = 0; i < VB_RECORD_ERRORS_MAX + 3; i++) {
    g_autofree char *name = g_strdup_printf ("Unknown%u", i);

    vb_record_add_number (fixture->record, name, 1);
  }
}

/* The errors of the newest are kept, taken and refused alike, and of the others how many they
   were. */
static void
test_errors (Fixture *fixture, gconstpointer user_data)
{
  const guint full = VB_RECENT_ERRORS / VB_RECORD_ERRORS_MAX;
  JsonArray *array;

  for (guint i = 0; i < 2 * VB_RECENT_RECORDS; i++) {
    GPtrArray *errors;

    add_unknown (fixture);
    if (i % 2 == 0) {
      g_assert_true (vb_battery_apply (fixture->battery, fixture->record, VB_APPLY_MERGE,
                                       "192.0.2.7", START + i, fixture->verdict));
      continue;
    }
    errors = vb_record_steal_errors (fixture->record);
    vb_battery_refuse (fixture->battery, "192.0.2.7", VB_OUTCOME_WRONG, errors,
                       fixture->record->n_more, START + i);
  }

  array = records (fixture);
  g_assert_cmpuint (json_array_get_length (array), ==, VB_RECENT_RECORDS);
  for (guint i = 0; i < VB_RECENT_RECORDS; i++) {
    JsonObject *object = json_array_get_object_element (array, i);

    g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "errors")), ==,
                      i < full ? VB_RECORD_ERRORS_MAX : 0);
    g_assert_cmpint (json_object_get_int_member (object, "more_errors"), ==,
                     i < full ? 3 : VB_RECORD_ERRORS_MAX + 3);
  }
}

/* What was missing is kept of each, not of the last one. */
static void
test_missing (Fixture *fixture, gconstpointer user_data)
{
  JsonArray *array;
  JsonObject *object;

  vb_record_reset (fixture->record);
  vb_record_add_number (fixture->record, "Soc", 50);
  g_assert_true (vb_battery_apply (fixture->battery, fixture->record, VB_APPLY_MERGE, "192.0.2.7",
                                   START, fixture->verdict));
  post (fixture, 50, "192.0.2.7", START + SECOND);

  array = records (fixture);
  object = json_array_get_object_element (array, 0);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "missing")), ==,
                    0);
  object = json_array_get_object_element (array, 1);
  g_assert_cmpstr (json_object_get_string_member (object, "state"), ==, "waiting");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "missing")), ==,
                    5);
}

/* The oldest make room, also one that was refused. */
static void
test_ring (Fixture *fixture, gconstpointer user_data)
{
  JsonArray *array;

  for (guint i = 0; i < 3 * VB_RECENT_RECORDS; i++) {
    g_autofree char *address = g_strdup_printf ("192.0.2.%u", i);

    if (i % 3 == 0)
      post_refused (fixture, address, START + i * SECOND);
    else
      post (fixture, 50, address, START + i * SECOND);
  }

  array = records (fixture);
  g_assert_cmpuint (json_array_get_length (array), ==, VB_RECENT_RECORDS);
  for (guint i = 0; i < VB_RECENT_RECORDS; i++) {
    JsonObject *object = json_array_get_object_element (array, i);
    const guint number = 3 * VB_RECENT_RECORDS - 1 - i;
    g_autofree char *address = g_strdup_printf ("192.0.2.%u", number);

    g_assert_cmpstr (json_object_get_string_member (object, "address"), ==, address);
    g_assert_true (json_object_has_member (object, "errors") == (number % 3 == 0));
    g_assert_true (json_object_has_member (object, "status") == (number % 3 == 0));
  }
}

static void
test_values (Fixture *fixture, gconstpointer user_data)
{
  g_assert_cmpuint (count_charted (chart (fixture, "Soc", START)), ==, 0);

  post (fixture, 50, "192.0.2.7", START);
  post (fixture, 51, "192.0.2.7", START + 4 * SECOND);
  post (fixture, 52, "192.0.2.7", START + 5 * SECOND);
  g_assert_cmpfloat (charted (chart (fixture, "Soc", START + 6 * SECOND), 0), ==, 52);
  g_assert_cmpfloat (charted (chart (fixture, "Soc", START + 6 * SECOND), 1), ==, 51);
  g_assert_cmpuint (count_charted (chart (fixture, "Soc", START + 6 * SECOND)), ==, 2);
  g_assert_cmpfloat (charted (chart (fixture, "Voltage", START + 6 * SECOND), 0), ==, 52.7);
  g_assert_cmpfloat (charted (chart (fixture, "Current", START + 6 * SECOND), 1), ==, -12.3);
}

/* Time goes on without records; what is ten minutes old is gone. */
static void
test_gaps (Fixture *fixture, gconstpointer user_data)
{
  const gint64 later = START + 7 * VB_RECENT_STEP;
  const gint64 much_later = START + 3 * VB_RECENT_STEPS * VB_RECENT_STEP;

  post (fixture, 50, "192.0.2.7", START);
  post_refused (fixture, "192.0.2.7", START + VB_RECENT_STEP);
  post (fixture, 60, "192.0.2.7", later);
  g_assert_cmpuint (count_charted (chart (fixture, "Soc", later)), ==, 2);
  g_assert_cmpfloat (charted (chart (fixture, "Soc", later), 7), ==, 50);
  g_assert_cmpfloat (charted (chart (fixture, "Soc", later + 2 * VB_RECENT_STEP), 2), ==, 60);

  g_assert_cmpuint (
      count_charted (chart (fixture, "Soc", START + (VB_RECENT_STEPS - 1) * VB_RECENT_STEP)), ==,
      2);
  g_assert_cmpuint (
      count_charted (chart (fixture, "Soc", START + VB_RECENT_STEPS * VB_RECENT_STEP)), ==, 1);
  g_assert_cmpuint (count_charted (chart (fixture, "Soc", much_later)), ==, 0);

  post (fixture, 70, "192.0.2.7", much_later);
  g_assert_cmpuint (count_charted (chart (fixture, "Soc", much_later)), ==, 1);
}

static void
post_cells (
    Fixture *fixture, const char *one, double low, const char *other, double high, gint64 now)
{
  vb_record_reset (fixture->record);
  vb_record_add_number (fixture->record, one, low);
  vb_record_add_number (fixture->record, other, high);
  g_assert_true (vb_battery_apply (fixture->battery, fixture->record, VB_APPLY_MERGE, "192.0.2.7",
                                   now, fixture->verdict));
}

/* The spread of the cells, also where their lowest and highest alone are sent. */
static void
test_spread (Fixture *fixture, gconstpointer user_data)
{
  const gint64 later = START + VB_RECENT_STEP;

  post (fixture, 50, "192.0.2.7", START);
  g_assert_cmpuint (count_charted (chart (fixture, "Diff", START)), ==, 0);
  post_cells (fixture, "MinCellVoltage", 3.281, "MaxCellVoltage", 3.31, START);
  g_assert_cmpfloat_with_epsilon (charted (chart (fixture, "Diff", START), 0), 0.029, 1e-6);
  post_cells (fixture, "Cell1", 3.3, "Cell7", 3.312, later);
  g_assert_cmpfloat_with_epsilon (charted (chart (fixture, "Diff", later), 0), 0.012, 1e-6);
  g_assert_cmpuint (count_charted (chart (fixture, "Diff", later)), ==, 2);
}

/* Each limit in force, and what was asked for where that is another one. */
static void
test_limits (Fixture *fixture, gconstpointer user_data)
{
  const gint64 later = START + VB_RECENT_STEP;
  g_auto (VbBatteryConfig) config = { 0 };

  post (fixture, 50, "192.0.2.7", START);
  g_assert_cmpfloat (charted (chart (fixture, "MaxChargeVoltage", START), 0), ==, 55.2);
  g_assert_cmpfloat (charted (chart (fixture, "MaxDischargeCurrent", START), 0), ==, 150);
  g_assert_cmpuint (count_charted (chart (fixture, "asked/MaxChargeCurrent", START)), ==, 0);

  vb_battery_config_init (&config, "virtual");
  config.live.max_charge_current = 40;
  vb_battery_reconfigure (fixture->battery, &config, START);
  post (fixture, 50, "192.0.2.7", later);
  g_assert_cmpfloat (charted (chart (fixture, "MaxChargeCurrent", later), 0), ==, 40);
  g_assert_cmpfloat (charted (chart (fixture, "MaxChargeCurrent", later), 1), ==, 100);
  g_assert_cmpfloat (charted (chart (fixture, "asked/MaxChargeCurrent", later), 0), ==, 100);
  g_assert_cmpuint (count_charted (chart (fixture, "asked/MaxChargeCurrent", later)), ==, 1);
  g_assert_cmpuint (count_charted (chart (fixture, "asked/MaxChargeVoltage", later)), ==, 0);
}

/* A value that is not shown leaves no mark. */
static void
test_invalid (Fixture *fixture, gconstpointer user_data)
{
  vb_record_reset (fixture->record);
  vb_record_add_number (fixture->record, "Soc", 50);
  g_assert_true (vb_battery_apply (fixture->battery, fixture->record, VB_APPLY_MERGE, "192.0.2.7",
                                   START, fixture->verdict));
  g_assert_cmpuint (count_charted (chart (fixture, "Voltage", START)), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/recent/records", Fixture, NULL, set_up, test_records, tear_down);
  g_test_add ("/recent/taken-in-part", Fixture, NULL, set_up, test_taken_in_part, tear_down);
  g_test_add ("/recent/missing", Fixture, NULL, set_up, test_missing, tear_down);
  g_test_add ("/recent/errors", Fixture, NULL, set_up, test_errors, tear_down);
  g_test_add ("/recent/ring", Fixture, NULL, set_up, test_ring, tear_down);
  g_test_add ("/recent/values", Fixture, NULL, set_up, test_values, tear_down);
  g_test_add ("/recent/spread", Fixture, NULL, set_up, test_spread, tear_down);
  g_test_add ("/recent/limits", Fixture, NULL, set_up, test_limits, tear_down);
  g_test_add ("/recent/gaps", Fixture, NULL, set_up, test_gaps, tear_down);
  g_test_add ("/recent/invalid", Fixture, NULL, set_up, test_invalid, tear_down);

  return g_test_run ();
}
