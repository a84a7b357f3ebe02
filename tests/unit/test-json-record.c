#include "json/reader.h"
#include "json/record.h"

#include <math.h>
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
    { "{\"Soc\": \"63,5\"}", "Soc", "type" },
    { "{\"Soc\": [63]}", "Soc", "type" },
    { "{\"Soc\": {\"value\": 63}}", "Soc", "type" },
    { "{\"Soc\": true}", "Soc", "type" },
    { "{\"Soc\": 106}", "Soc", "range" },
    { "{\"soc\": 63}", "soc", "unknown" },
    { "{\"Dc\": {\"Volts\": 52}}", "Dc/Volts", "unknown" },
    { "{\"Info\": {\"MaxChargeVoltage\": -1}}", "Info/MaxChargeVoltage", "range" },
    { "{\"Soc\": 63, \"/Soc\": 63}", "/Soc", "duplicate" },
    { "{\"Voltage\": 52, \"Dc\": {\"Voltage\": 52}}", "Dc/Voltage", "duplicate" },
    { "{\"Soc\": 63, \"Soc\": 63}", "Soc", "duplicate" },
    { "{\"Soc\": 63, \"\\u0053oc\": 63}", "Soc", "duplicate" },
    { "{\"Dc\": {\"Voltage\": 52}, \"Dc\": {\"Voltage\": 52}}", "Dc/Voltage", "duplicate" },
    { "{\"Sequence\": 5, \"Sequence\": 6}", "Sequence", "duplicate" },
    { "{\"Soc\": 1e999}", "Soc", "range" },
    { "{\"Dc\": {\"0\": {\"Voltage\": -1e309}}}", "Dc/0/Voltage", "range" },
    { "{\"Soc\": 9007199254740993}", "Soc", "range" },
    { "{\"Soc\": -9007199254740993}", "Soc", "range" },
    { "{\"Nope\": 1e999}", "Nope", "unknown" },
    { "{\"So\\u0000c\": 63}", "So\\u0000c", "unknown" },
    { "{\"MinVoltageCellId\": \"a\\u0000b\"}", "MinVoltageCellId", "type" },
    { "{\"Soc\": \"\\u0000\"}", "Soc", "type" },
    { "{\"LowSoc\": 3}", "LowSoc", "enum" },
    { "{\"Sequence\": 1.5}", "Sequence", "type" },
    { "{\"Timestamp\": \"now\"}", "Timestamp", "type" },
    { "{\"Connected\": 2}", "Connected", "range" },
    { "{\"Connected\": 1e999}", "Connected", "type" },
    { "{\"Cell\": 3.3, \"Cells\": 3.3}", "Cells", "unknown" },
    { "{\"Voltages\": {\"Cell1\": [3.3]}}", "Voltages/Cell1", "type" },
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
  read_json (fixture, "{\"Soc\": 106, \"MaxChargeCurent\": 5, \"Voltage\": \"x\", \"Current\": 1}");
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

/* What is no value is wrong for its field alone: the rest of the record is there, and the error tells
   the text. */
static void
test_faults (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *value;
    const char *detail;
  } rows[] = {
    { "1e999", "Temperature is 1e999, beyond the limit of ±1.797e308 for a number" },
    { "-1e999", "Temperature is -1e999, beyond the limit of ±1.797e308 for a number" },
    { "0.1e99999999999999999999",
      "Temperature is 0.1e99999999999999999999, beyond the limit of ±1.797e308 for a number" },
    { "9007199254740993",
      "Temperature is 9007199254740993, beyond the limit of ±9007199254740992 for an integer" },
    { "18446744073709551616",
      "Temperature is 18446744073709551616, beyond the limit of ±9007199254740992 for an integer" },
    { "12345678901234567890123456789012345678901234567890",
      "Temperature is 1234567890123456789012345678901234567…, beyond the limit of "
      "±9007199254740992 for an integer" },
    { "\"a\\u0000b\"", "Temperature is a\\u0000b, a text may not hold \\u0000" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *json = g_strdup_printf (
        "{\"Soc\": 63, \"Temperature\": %s, \"Dc\": {\"Voltage\": 52}}", rows[i].value);
    const VbRecordError *error;
    guint item;

    g_test_message ("%s", json);
    read_json (fixture, json);
    g_assert_cmpuint (fixture->record->errors->len, ==, 1);
    error = g_ptr_array_index (fixture->record->errors, 0);
    g_assert_cmpstr (error->path, ==, "/Dc/0/Temperature");
    g_assert_cmpstr (error->detail, ==, rows[i].detail);
    g_assert_true (vb_item_find ("Temperature", &item));
    g_assert_cmpint (vb_record_entry (fixture->record, item)->said, ==, VB_SAID_WRONG);
    assert_number (fixture, "/Soc", 63);
    assert_number (fixture, "/Dc/0/Voltage", 52);
  }

  /* What is ignored whatever its value is, is ignored. */
  read_json (fixture, "{\"Serial\": \"a\\u0000\", \"JsonData\": 1e999, \"Mode\": {\"a\": 1e999}}");
  g_assert_cmpuint (fixture->record->errors->len, ==, 0);
  g_assert_cmpuint (fixture->record->ignored->len, ==, 3);
}

/* A name twice is wrong for that field alone. */
static void
test_twice (Fixture *fixture, gconstpointer user_data)
{
  read_json (fixture, "{\"Soc\": 63, \"MaxChargeCurrent\": 50, \"Soc\": 64, \"Voltage\": 52,"
                      " \"Info\": {\"MaxChargeCurrent\": 100}, \"Dc\": {\"Current\": 1},"
                      " \"Dc\": {\"Power\": 52}}");
  g_assert_cmpuint (fixture->record->errors->len, ==, 2);
  g_assert_true (vb_record_error_list_has (fixture->record->errors, VB_FIELD_ERROR_DUPLICATE));
  g_assert_true (isnan (vb_record_number (fixture->record, VB_KNOWN_SOC)));
  assert_number (fixture, "/Soc", -999);
  assert_number (fixture, "/Info/MaxChargeCurrent", 50);
  g_assert_true (isnan (vb_record_number (fixture->record, VB_KNOWN_MAX_CHARGE_CURRENT)));
  assert_number (fixture, "/Dc/0/Voltage", 52);
  assert_number (fixture, "/Dc/0/Current", 1);
  assert_number (fixture, "/Dc/0/Power", 52);
}

/* Lists of cells, under the names that senders give them. */
static void
test_lists (Fixture *fixture, gconstpointer user_data)
{
  static const char *const names[] = { "Cells", "cells", "Voltages", "/Voltages", "CellVoltages" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *json
        = g_strdup_printf ("{\"%s\": [3.31, 3.32, null, \"3.34\", 3], \"Soc\": 63}", names[i]);
    const VbRecordEntry *entry;
    guint item;

    read_json (fixture, json);
    g_assert_cmpuint (fixture->record->errors->len, ==, 0);
    g_assert_cmpuint (fixture->record->entries->len, ==, 6);
    assert_number (fixture, "/Voltages/Cell1", 3.31);
    assert_number (fixture, "/Voltages/Cell2", 3.32);
    assert_number (fixture, "/Voltages/Cell4", 3.34);
    assert_number (fixture, "/Voltages/Cell5", 3);
    assert_number (fixture, "/Soc", 63);
    g_assert_true (vb_item_find ("Cell3", &item));
    entry = vb_record_entry (fixture->record, item);
    g_assert_cmpint (entry->said, ==, VB_SAID_NULL);
    g_assert_cmpuint (fixture->record->warnings->len, ==, 1);
  }

  /* One that holds nothing says nothing. */
  read_json (fixture, "{\"Cells\": []}");
  g_assert_true (vb_record_is_empty (fixture->record));

  /* A list is one where a list of cells may stand alone. */
  read_json (fixture, "{\"Info\": {\"Cells\": [3.3]}, \"Balances\": [1], \"Soc\": [63]}");
  g_assert_cmpuint (fixture->record->errors->len, ==, 3);
}

/* What is wrong in a list is wrong for its cell, and counts as one. */
static void
test_wrong_in_a_list (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *field;
    const char *detail;
  } rows[] = {
    { "Cell2", "Cell2 is 3301 V, above the limit of 5 V" },
    { "Cell3", "Cell3 is an array, a number is needed" },
    { "Cell4", "Cell4 is an object, a number is needed" },
    { "Cell5", "Cell5 is the text \"full\", a number is needed" },
    { "Cell6", "Cell6 is 1e999, beyond the limit of ±1.797e308 for a number" },
    { "Cell7", "Cell7 is true, a number is needed" },
    { "CellVoltage8", "Cell8 is named twice; the first time as Cell8" },
  };

  read_json (fixture, "{\"cells\": [3.31, 3301, [3.3, {}], {\"Soc\": 1, \"a\": [2]}, \"full\","
                      " 1e999, true, 3.38, 3.39], \"CellVoltage8\": 3.3, \"Soc\": 63}");
  g_assert_cmpuint (fixture->record->errors->len, ==, G_N_ELEMENTS (rows));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    const VbRecordError *error = g_ptr_array_index (fixture->record->errors, i);

    g_assert_cmpstr (error->field, ==, rows[i].field);
    g_assert_cmpstr (error->detail, ==, rows[i].detail);
  }
  assert_number (fixture, "/Voltages/Cell1", 3.31);
  assert_number (fixture, "/Voltages/Cell9", 3.39);
  assert_number (fixture, "/Soc", 63);
}

/* More cells than there are fields are unknown names. */
static void
test_long_list (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GString) json = g_string_new ("{\"Cells\": [3.3");
  guint n_cells = 1, item;
  g_autofree char *beyond = NULL;
  const VbRecordError *error;

  while (beyond == NULL) {
    g_autofree char *next = g_strdup_printf ("Cell%u", ++n_cells);

    g_string_append (json, ", 3.3");
    if (!vb_item_find (next, &item))
      beyond = g_steal_pointer (&next);
  }
  g_string_append (json, "], \"Soc\": 63}");

  read_json (fixture, json->str);
  g_assert_cmpuint (fixture->record->entries->len, ==, n_cells - 1 + 1);
  g_assert_cmpuint (fixture->record->errors->len, ==, 1);
  error = g_ptr_array_index (fixture->record->errors, 0);
  g_assert_cmpstr (error->field, ==, beyond);
  g_assert_cmpint (error->code, ==, VB_FIELD_ERROR_UNKNOWN);
}

/* The whole record in one member. */
static void
test_wrapped (Fixture *fixture, gconstpointer user_data)
{
  static const char *const documents[] = {
    "{\"value\": {\"Soc\": 63, \"Dc\": {\"Voltage\": 52.7}, \"Cells\": [3.3]}}",
    "{\"value\": \"{\\\"Soc\\\": 63, \\\"Dc\\\": {\\\"Voltage\\\": 52.7}, \\\"Cells\\\": [3.3]}\"}",
    "{\"value\": {\"Soc\": 63, \"/Dc/0/Voltage\": 52.7, \"Voltages\": {\"Cell1\": 3.3}}}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (documents); i++) {
    read_json (fixture, documents[i]);
    g_assert_cmpuint (fixture->record->errors->len, ==, 0);
    g_assert_cmpuint (fixture->record->entries->len, ==, 3);
    assert_number (fixture, "/Soc", 63);
    assert_number (fixture, "/Dc/0/Voltage", 52.7);
    assert_number (fixture, "/Voltages/Cell1", 3.3);
  }

  /* Errors name what was sent inside. */
  read_json (fixture, "{\"value\": {\"Dc\": {\"Volts\": 52}, \"Soc\": 63}}");
  g_assert_cmpuint (fixture->record->errors->len, ==, 1);
  g_assert_cmpstr (((VbRecordError *)g_ptr_array_index (fixture->record->errors, 0))->field, ==,
                   "Dc/Volts");
  assert_number (fixture, "/Soc", 63);

  read_json (fixture, "{\"value\": {}}");
  g_assert_true (vb_record_is_empty (fixture->record));
  read_json (fixture, "{\"value\": \"{}\"}");
  g_assert_true (vb_record_is_empty (fixture->record));

  /* The next record is not wrapped for that. */
  read_json (fixture, "{\"Soc\": 63}");
  assert_number (fixture, "/Soc", 63);
}

/* What looks like it and is none. */
static void
test_not_wrapped (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *json;
    const char *field;
    const char *code;
    const char *detail;
  } rows[] = {
    { "{\"value\": 63}", "value", "unknown", NULL },
    { "{\"value\": null}", "value", "unknown", NULL },
    { "{\"value\": [{\"Soc\": 63}]}", "value", "unknown", NULL },
    { "{\"value\": \"on\"}", "value", "unknown", NULL },
    { "{\"value\": \"\"}", "value", "unknown", NULL },
    { "{\"value\": \"[1]\"}", "value", "unknown", NULL },
    { "{\"Value\": {\"Soc\": 63}}", "Value/Soc", "unknown", NULL },
    { "{\"value\": {\"value\": {\"Soc\": 63}}}", "value/Soc", "unknown", NULL },
    { "{\"Dc\": {\"value\": {\"Soc\": 63}}}", "Dc/value/Soc", "unknown", NULL },
    { "{\"value\": \"{\\\"value\\\": \\\"{}\\\"}\"}", "value", "unknown", NULL },
    { "{\"value\": \"{\\\"Soc\\\": 63}\", \"Voltage\": 52}", "value", "unknown", NULL },
    { "{\"value\": \"{\\\"a\\\":\\u0000}\"}", "value", "unknown", NULL },
    { "{\"value\": \"{\\\"Soc\\\": 063}\"}", "value", "type",
      "value is a text that is not JSON, the number starts with 0, line 1, column 9" },
    { "{\"value\": \"{\\\"Soc\\\": 63,}\"}", "value", "type",
      "value is a text that is not JSON, a trailing comma, line 1, column 11" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    const VbRecordError *error;

    g_test_message ("%s", rows[i].json);
    read_json (fixture, rows[i].json);
    g_assert_cmpuint (fixture->record->errors->len, ==, 1);
    error = g_ptr_array_index (fixture->record->errors, 0);
    g_assert_cmpstr (error->field, ==, rows[i].field);
    g_assert_cmpstr (vb_field_error_name (error->code), ==, rows[i].code);
    if (rows[i].detail != NULL)
      g_assert_cmpstr (error->detail, ==, rows[i].detail);
    g_assert_cmpuint (fixture->record->entries->len, <=, 1);
  }
}

/* Of two neither is the whole record. */
static void
test_wrapped_twice (Fixture *fixture, gconstpointer user_data)
{
  read_json (fixture, "{\"value\": \"{\\\"Soc\\\": 63}\", \"value\": \"{\\\"Soc\\\": 64}\"}");
  g_assert_cmpuint (fixture->record->errors->len, ==, 2);
  g_assert_cmpuint (fixture->record->entries->len, ==, 0);
  read_json (fixture, "{\"value\": {\"Soc\": 63}, \"value\": {\"Soc\": 64, \"Voltage\": 52}}");
  g_assert_cmpuint (fixture->record->errors->len, ==, 1);
  g_assert_true (vb_record_error_list_has (fixture->record->errors, VB_FIELD_ERROR_DUPLICATE));
  assert_number (fixture, "/Dc/0/Voltage", 52);
}

/* Keys of dbus-serialbattery, which are whole trees. */
static void
test_ignored_trees (Fixture *fixture, gconstpointer user_data)
{
  read_json (fixture, "{\"Soc\": 63, \"Mode\": 3, \"DeviceState\": \"x\", \"CapacityBms\": null,"
                      " \"Info\": {\"Config\": {\"BatteryType\": \"LFP\", \"Cells\": [1, {}]}},"
                      " \"Cell\": {\"1\": {\"Volts\": 3.3}, \"2\": {}}, \"Cell/3/Volts\": 3.3}");
  g_assert_cmpuint (fixture->record->errors->len, ==, 0);
  g_assert_cmpuint (fixture->record->entries->len, ==, 1);
  g_assert_cmpuint (fixture->record->ignored->len, ==, 6);
  g_assert_cmpstr (g_ptr_array_index (fixture->record->ignored, 3), ==, "Info/Config");
  g_assert_cmpstr (g_ptr_array_index (fixture->record->ignored, 4), ==, "Cell");
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
  ADD ("faults", test_faults);
  ADD ("twice", test_twice);
  ADD ("lists", test_lists);
  ADD ("wrong-in-a-list", test_wrong_in_a_list);
  ADD ("long-list", test_long_list);
  ADD ("wrapped", test_wrapped);
  ADD ("not-wrapped", test_not_wrapped);
  ADD ("wrapped-twice", test_wrapped_twice);
  ADD ("ignored-trees", test_ignored_trees);

  return g_test_run ();
}
