#include "json/reader.h"
#include "json/record.h"

#include <string.h>

typedef struct
{
  VbJsonRecord *reader;
  VbRecord *record;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer user_data)
{
  fixture->reader = vb_json_record_new ();
  fixture->record = vb_record_new ();
}

static void
tear_down (Fixture *fixture, gconstpointer user_data)
{
  vb_json_record_free (fixture->reader);
  vb_record_free (fixture->record);
}

static void
read_json (Fixture *fixture, const char *json)
{
  g_autoptr (GError) error = NULL;
  const gboolean read
      = vb_json_record_read (fixture->reader, json, strlen (json), fixture->record, &error);

  g_assert_no_error (error);
  g_assert_true (read);
}

static void
assert_number (Fixture *fixture, const char *path, double number)
{
  const VbRecordEntry *entry;
  guint item;

  g_assert_true (vb_item_find (path, &item));
  entry = vb_record_entry (fixture->record, item);
  g_assert_nonnull (entry);
  g_assert_cmpfloat (vb_value_number (&entry->value, -999), ==, number);
}

/* One record in each spelling, and in a mixture of them. */
static void
test_spellings (Fixture *fixture, gconstpointer user_data)
{
  static const char *const documents[] = {
    "{\"Soc\": 63, \"Voltage\": 52.7, \"MaxChargeCurrent\": 100, \"Cell1\": 3.29}",
    "{\"/Soc\": 63, \"/Dc/0/Voltage\": 52.7, \"/Info/MaxChargeCurrent\": 100,"
    " \"/Voltages/Cell1\": 3.29}",
    "{\"Soc\": 63, \"Dc/0/Voltage\": 52.7, \"Info/MaxChargeCurrent\": 100,"
    " \"Voltages/Cell1\": 3.29}",
    "{\"Soc\": 63, \"Dc\": {\"Voltage\": 52.7}, \"Info\": {\"MaxChargeCurrent\": 100},"
    " \"Voltages\": {\"Cell1\": 3.29}}",
    "{\"Soc\": 63, \"Dc\": {\"0\": {\"Voltage\": 52.7}}, \"Info/MaxChargeCurrent\": 100,"
    " \"Voltages\": {\"Cell1\": 3.29}}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (documents); i++) {
    read_json (fixture, documents[i]);
    g_assert_cmpuint (fixture->record->errors->len, ==, 0);
    g_assert_cmpuint (fixture->record->entries->len, ==, 4);
    assert_number (fixture, "/Soc", 63);
    assert_number (fixture, "/Dc/0/Voltage", 52.7);
    assert_number (fixture, "/Info/MaxChargeCurrent", 100);
    assert_number (fixture, "/Voltages/Cell1", 3.29);
  }
}

static void
test_kinds (Fixture *fixture, gconstpointer user_data)
{
  const VbRecordEntry *entry;
  guint item;

  read_json (fixture, "{\"Balancing\": true, \"LowSoc\": 2.0, \"MinVoltageCellId\": \"Cell3\","
                      " \"Temperature\": null, \"Voltage\": 5.27e1}");
  g_assert_cmpuint (fixture->record->errors->len, ==, 0);
  assert_number (fixture, "/Balancing", 1);
  assert_number (fixture, "/Alarms/LowSoc", 2);
  assert_number (fixture, "/Dc/0/Voltage", 52.7);

  g_assert_true (vb_item_find ("MinVoltageCellId", &item));
  entry = vb_record_entry (fixture->record, item);
  g_assert_cmpint (entry->value.kind, ==, VB_VALUE_TEXT);
  g_assert_cmpstr (entry->value.as.text, ==, "Cell3");

  g_assert_true (vb_item_find ("Temperature", &item));
  entry = vb_record_entry (fixture->record, item);
  g_assert_false (vb_value_is_valid (&entry->value));
}

static void
test_about_the_record (Fixture *fixture, gconstpointer user_data)
{
  read_json (
      fixture,
      "{\"Sequence\": 17, \"Timestamp\": 1700000000.25, \"Connected\": 0,"
      " \"ProductName\": \"x\", \"Mgmt\": {\"Connection\": \"y\"}, \"JsonData\": {\"a\": 1}}");
  g_assert_cmpuint (fixture->record->errors->len, ==, 0);
  g_assert_cmpint (fixture->record->sequence, ==, 17);
  g_assert_cmpfloat (fixture->record->timestamp, ==, 1700000000.25);
  g_assert_cmpint (fixture->record->connected, ==, VB_CONNECTED_NO);
  g_assert_cmpuint (fixture->record->ignored->len, ==, 3);
  g_assert_cmpstr (g_ptr_array_index (fixture->record->ignored, 0), ==, "ProductName");
  g_assert_cmpstr (g_ptr_array_index (fixture->record->ignored, 2), ==, "JsonData");
  g_assert_cmpstr (g_ptr_array_index (fixture->record->ignored, 1), ==, "Mgmt/Connection");
}

/* Each document has one error: its field as sent, its code. */
static void
test_errors (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *json;
    const char *field;
    const char *code;
  } rows[] = {
    { "{\"Soc\": 50, \"Foo\": {}}", "Foo", "unknown" },
    { "{\"Soc\": 50, \"Sco\": {\"a\": {}}}", "Sco/a", "unknown" },
    { "{\"Soc\": {}}", "Soc", "type" },
    { "[1]", NULL, "type" },
    { "7", NULL, "type" },
    { "null", NULL, "type" },
    { "{\"Soc\": \"63\"}", "Soc", "type" },
    { "{\"Soc\": [63]}", "Soc", "type" },
    { "{\"Soc\": {\"value\": 63}}", "Soc", "type" },
    { "{\"Soc\": true}", "Soc", "type" },
    { "{\"Soc\": 101}", "Soc", "range" },
    { "{\"soc\": 63}", "soc", "unknown" },
    { "{\"Dc\": {\"Volts\": 52}}", "Dc/Volts", "unknown" },
    { "{\"Info\": {\"MaxChargeVoltage\": -1}}", "Info/MaxChargeVoltage", "range" },
    { "{\"Soc\": 63, \"/Soc\": 63}", "/Soc", "duplicate" },
    { "{\"Voltage\": 52, \"Dc\": {\"Voltage\": 52}}", "Dc/Voltage", "duplicate" },
    { "{\"Soc\": 63, \"Soc\": 63}", "Soc", "duplicate" },
    { "{\"Soc\": 1e999}", "Soc", "range" },
    { "{\"Soc\": 9007199254740993}", "Soc", "range" },
    { "{\"MinVoltageCellId\": \"a\\u0000b\"}", "MinVoltageCellId", "type" },
    { "{\"MinVoltageCellId\": \"\"}", "MinVoltageCellId", "length" },
    { "{\"LowSoc\": 3}", "LowSoc", "enum" },
    { "{\"Sequence\": 1.5}", "Sequence", "type" },
    { "{\"Timestamp\": \"now\"}", "Timestamp", "type" },
    { "{\"Connected\": 2}", "Connected", "range" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    const VbRecordError *error;

    g_test_message ("%s", rows[i].json);
    read_json (fixture, rows[i].json);
    g_assert_cmpuint (fixture->record->errors->len, ==, 1);
    error = g_ptr_array_index (fixture->record->errors, 0);
    g_assert_cmpstr (error->field, ==, rows[i].field);
    g_assert_cmpstr (vb_field_error_name (error->code), ==, rows[i].code);
  }
}

static void
test_all_errors_at_once (Fixture *fixture, gconstpointer user_data)
{
  read_json (fixture, "{\"Soc\": 101, \"MaxChargeCurent\": 5, \"Voltage\": \"x\", \"Current\": 1}");
  g_assert_cmpuint (fixture->record->errors->len, ==, 3);
  g_assert_nonnull (
      strstr (((VbRecordError *)g_ptr_array_index (fixture->record->errors, 1))->detail,
              "did you mean MaxChargeCurrent?"));
}

static void
test_not_json (Fixture *fixture, gconstpointer user_data)
{
  static const char *const documents[] = { "", "{", "{\"Soc\": 063}", "{'Soc': 63}", "{} {}" };

  for (guint i = 0; i < G_N_ELEMENTS (documents); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (vb_json_record_read (fixture->reader, documents[i], strlen (documents[i]),
                                         fixture->record, &error));
    g_assert_error (error, VB_JSON_READER_ERROR, VB_JSON_READER_ERROR_SYNTAX);
    g_assert_nonnull (strstr (error->message, "line 1, column"));
  }
}

static void
test_empty (Fixture *fixture, gconstpointer user_data)
{
  read_json (fixture, "{\"Soc\": 63}");
  g_assert_false (vb_record_is_empty (fixture->record));
  read_json (fixture, "{}");
  g_assert_true (vb_record_is_empty (fixture->record));
  read_json (fixture, "{\"Dc\": {}}");
  g_assert_true (vb_record_is_empty (fixture->record));
}

#define ADD(path, function) \
  g_test_add ("/record-json/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("spellings", test_spellings);
  ADD ("kinds", test_kinds);
  ADD ("about-the-record", test_about_the_record);
  ADD ("errors", test_errors);
  ADD ("all-errors-at-once", test_all_errors_at_once);
  ADD ("not-json", test_not_json);
  ADD ("empty", test_empty);

  return g_test_run ();
}
