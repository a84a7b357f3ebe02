#include "core/record.h"

#include <string.h>

static VbRecordError *
error_at (const VbRecord *record, guint i)
{
  g_assert_cmpuint (i, <, record->errors->len);

  return g_ptr_array_index (record->errors, i);
}

static void
assert_error (const VbRecord *record,
              guint i,
              const char *field,
              const char *path,
              VbFieldError code,
              const char *detail)
{
  const VbRecordError *error = error_at (record, i);

  g_assert_cmpstr (error->field, ==, field);
  g_assert_cmpstr (error->path, ==, path);
  g_assert_cmpstr (vb_field_error_name (error->code), ==, vb_field_error_name (code));
  g_assert_cmpstr (error->detail, ==, detail);
}

static const VbRecordEntry *
entry_of (const VbRecord *record, VbKnown known)
{
  return vb_record_entry (record, vb_item_known (known));
}

static void
test_empty (void)
{
  g_autoptr (VbRecord) record = vb_record_new ();

  g_assert_true (vb_record_is_empty (record));
  g_assert_cmpuint (record->entries->len, ==, 0);
  g_assert_cmpuint (record->errors->len, ==, 0);
  g_assert_cmpuint (record->ignored->len, ==, 0);
  g_assert_false (record->has_sequence);
  g_assert_false (record->has_timestamp);
  g_assert_cmpint (record->connected, ==, VB_CONNECTED_UNSAID);
  for (guint item = 0; item < vb_item_count (); item++)
    g_assert_null (vb_record_entry (record, item));
}

/* Anything at all that a record names is not nothing. */
static void
test_not_empty (void)
{
  static const struct
  {
    const char *name;
    double number;
  } members[] = { { "Soc", 50 },      { "Soc", 101 },     { "Nonsense", 1 },  { "ProductId", 5 },
                  { "Sequence", 12 }, { "Timestamp", 1 }, { "Connected", 1 }, { "Connected", 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++) {
    g_autoptr (VbRecord) record = vb_record_new ();

    vb_record_add_number (record, members[i].name, members[i].number);
    g_assert_false (vb_record_is_empty (record));
    vb_record_reset (record);
    g_assert_true (vb_record_is_empty (record));
  }
}

static void
test_kinds (void)
{
  g_autoptr (VbRecord) record = vb_record_new ();
  const VbRecordEntry *entry;
  guint item;

  vb_record_add_number (record, "Voltage", 52.7);
  vb_record_add_number (record, "State", 9);
  vb_record_add_boolean (record, "ChargeRequest", TRUE);
  vb_record_add_text (record, "ConnectionInformation", "from the shed");
  vb_record_add_null (record, "Soc");
  g_assert_cmpuint (record->errors->len, ==, 0);
  g_assert_cmpuint (record->entries->len, ==, 5);

  entry = entry_of (record, VB_KNOWN_VOLTAGE);
  g_assert_cmpint (entry->value.kind, ==, VB_VALUE_REAL);
  g_assert_cmpfloat (entry->value.as.real, ==, 52.7);

  g_assert_true (vb_item_find ("State", &item));
  entry = vb_record_entry (record, item);
  g_assert_cmpint (entry->value.kind, ==, VB_VALUE_INTEGER);
  g_assert_cmpint (entry->value.as.integer, ==, 9);

  entry = entry_of (record, VB_KNOWN_CHARGE_REQUEST);
  g_assert_cmpint (entry->value.kind, ==, VB_VALUE_INTEGER);
  g_assert_cmpint (entry->value.as.integer, ==, 1);

  entry = entry_of (record, VB_KNOWN_CONNECTION_INFORMATION);
  g_assert_cmpint (entry->value.kind, ==, VB_VALUE_TEXT);
  g_assert_cmpstr (entry->value.as.text, ==, "from the shed");

  entry = entry_of (record, VB_KNOWN_SOC);
  g_assert_nonnull (entry);
  g_assert_false (vb_value_is_valid (&entry->value));

  g_assert_null (entry_of (record, VB_KNOWN_CURRENT));
}

/* What was sent is told as it was sent, and is not rounded. */
static void
test_spellings (void)
{
  g_autoptr (VbRecord) record = vb_record_new ();

  vb_record_add_number (record, "/Dc/0/Voltage", 52.71234);
  vb_record_add_number (record, "Dc/Current", 1);
  vb_record_add_number (record, "Info/MaxChargeCurrent", 100);
  vb_record_add_number (record, "Soc", 50);

  g_assert_cmpuint (record->errors->len, ==, 0);
  g_assert_cmpstr (vb_record_spelling (record, entry_of (record, VB_KNOWN_VOLTAGE)), ==,
                   "/Dc/0/Voltage");
  g_assert_cmpstr (vb_record_spelling (record, entry_of (record, VB_KNOWN_CURRENT)), ==,
                   "Dc/Current");
  g_assert_cmpstr (vb_record_spelling (record, entry_of (record, VB_KNOWN_MAX_CHARGE_CURRENT)), ==,
                   "Info/MaxChargeCurrent");
  g_assert_cmpstr (vb_record_spelling (record, entry_of (record, VB_KNOWN_SOC)), ==, "Soc");
  g_assert_cmpfloat (entry_of (record, VB_KNOWN_VOLTAGE)->value.as.real, ==, 52.71234);
}

/* Every wrong field is found, not only the first, and the right ones stay. */
static void
test_all_errors (void)
{
  g_autoptr (VbRecord) record = vb_record_new ();

  vb_record_add_number (record, "Soc", 101);
  vb_record_add_number (record, "Voltage", 0);
  vb_record_add_text (record, "Current", "12");
  vb_record_add_number (record, "MaxChargeCurent", 100);
  vb_record_add_number (record, "HighVoltage", 3);
  vb_record_add_text (record, "ChargeMode", "");
  vb_record_add_other (record, "Temperature", "an array");
  vb_record_add_number (record, "MaxChargeVoltage", 55.2);

  g_assert_cmpuint (record->errors->len, ==, 7);
  assert_error (record, 0, "Soc", "/Soc", VB_FIELD_ERROR_RANGE,
                "Soc is 101 %, above the limit of 100 %");
  assert_error (record, 1, "Voltage", "/Dc/0/Voltage", VB_FIELD_ERROR_RANGE,
                "Voltage is 0 V, below the limit of 0.1 V");
  assert_error (record, 2, "Current", "/Dc/0/Current", VB_FIELD_ERROR_TYPE,
                "Current is a text, a number is needed");
  assert_error (record, 3, "MaxChargeCurent", NULL, VB_FIELD_ERROR_UNKNOWN,
                "no such field; did you mean MaxChargeCurrent?");
  assert_error (record, 4, "HighVoltage", "/Alarms/HighVoltage", VB_FIELD_ERROR_ENUM,
                "HighVoltage is 3, allowed are 0 ok, 1 warning, 2 alarm");
  g_assert_cmpint (error_at (record, 5)->code, ==, VB_FIELD_ERROR_LENGTH);
  assert_error (record, 6, "Temperature", "/Dc/0/Temperature", VB_FIELD_ERROR_TYPE,
                "Temperature is an array, a number is needed");
  g_assert_cmpfloat (entry_of (record, VB_KNOWN_MAX_CHARGE_VOLTAGE)->value.as.real, ==, 55.2);
}

/* wrong-optional turns on whether a required field is concerned. */
static void
test_required (void)
{
  static const struct
  {
    const char *name;
    gboolean required;
  } fields[] = { { "Voltage", TRUE },
                 { "Current", TRUE },
                 { "Power", TRUE },
                 { "/Soc", TRUE },
                 { "MaxChargeVoltage", TRUE },
                 { "Temperature", FALSE },
                 { "MaxChargeCurrent", TRUE },
                 { "BatteryLowVoltage", FALSE } };
  g_autoptr (VbRecord) record = vb_record_new ();

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++) {
    vb_record_add_number (record, fields[i].name, -1e7);
    g_assert_cmpint (error_at (record, i)->required, ==, fields[i].required);
  }
  vb_record_add_number (record, "Nonsense", 1);
  g_assert_false (error_at (record, record->errors->len - 1)->required);

  vb_record_add_error (record, NULL, NULL, VB_FIELD_ERROR_EMPTY, "nothing");
  g_assert_false (error_at (record, record->errors->len - 1)->required);
}

static void
test_duplicates (void)
{
  g_autoptr (VbRecord) record = vb_record_new ();

  vb_record_add_number (record, "Voltage", 52);
  vb_record_add_number (record, "Dc/0/Voltage", 53);
  vb_record_add_null (record, "/Dc/0/Voltage");
  g_assert_cmpuint (record->errors->len, ==, 2);
  assert_error (record, 0, "Dc/0/Voltage", "/Dc/0/Voltage", VB_FIELD_ERROR_DUPLICATE,
                "Voltage is named twice; the first time as Voltage");
  g_assert_cmpint (error_at (record, 1)->code, ==, VB_FIELD_ERROR_DUPLICATE);
  g_assert_cmpfloat (entry_of (record, VB_KNOWN_VOLTAGE)->value.as.real, ==, 52);

  /* A wrong one and a null count as named. */
  vb_record_reset (record);
  vb_record_add_number (record, "Soc", 101);
  vb_record_add_number (record, "/Soc", 50);
  vb_record_add_null (record, "Current");
  vb_record_add_number (record, "/Dc/0/Current", 50);
  g_assert_cmpuint (record->errors->len, ==, 3);
  g_assert_cmpint (error_at (record, 1)->code, ==, VB_FIELD_ERROR_DUPLICATE);
  g_assert_cmpint (error_at (record, 2)->code, ==, VB_FIELD_ERROR_DUPLICATE);

  vb_record_reset (record);
  vb_record_add_number (record, "Connected", 1);
  vb_record_add_boolean (record, "/Connected", FALSE);
  g_assert_cmpuint (record->errors->len, ==, 1);
  g_assert_cmpint (error_at (record, 0)->code, ==, VB_FIELD_ERROR_DUPLICATE);

  /* A reset forgets what was named. */
  vb_record_reset (record);
  vb_record_add_number (record, "Voltage", 52);
  vb_record_add_number (record, "Connected", 1);
  g_assert_cmpuint (record->errors->len, ==, 0);
}

/* Keys of dbus-mqtt-battery that mean nothing here; the field table wins. */
static void
test_ignored (void)
{
  static const char *const keys[] = {
    "FirmwareVersion",
    "HardwareVersion",
    "CustomName",
    "DeviceInstance",
    "DeviceName",
    "Family",
    "Manufacturer",
    "Mgmt/Connection",
    "Mgmt/ProcessName",
    "Mgmt/ProcessVersion",
    "ProductId",
    "ProductName",
    "Serial",
    "Info/ChargeModeDebug",
    "/Info/ChargeModeDebugFloat",
    "Info/ChargeModeDebugBulk",
    "History/CanBeCleared",
    "History/Clear",
    "JsonData",
  };
  g_autoptr (VbRecord) record = vb_record_new ();

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
    vb_record_add_text (record, keys[i], "x");
    vb_record_add_number (record, keys[i], 1);
    vb_record_add_null (record, keys[i]);
    vb_record_add_other (record, keys[i], "an object");
    vb_record_add_boolean (record, keys[i], TRUE);
  }
  g_assert_cmpuint (record->errors->len, ==, 0);
  g_assert_cmpuint (record->entries->len, ==, 0);
  g_assert_cmpuint (record->ignored->len, ==, 5 * G_N_ELEMENTS (keys));
  g_assert_cmpstr (g_ptr_array_index (record->ignored, 0), ==, "FirmwareVersion");
  g_assert_cmpstr (g_ptr_array_index (record->ignored, 14 * 5), ==, "/Info/ChargeModeDebugFloat");

  vb_record_add_number (record, "ErrorCode", 0);
  g_assert_cmpuint (record->entries->len, ==, 1);
}

static void
test_sequence (void)
{
  g_autoptr (VbRecord) record = vb_record_new ();

  vb_record_add_number (record, "Sequence", 9007199254740992.0);
  vb_record_add_number (record, "Timestamp", 1700000000.25);
  g_assert_cmpuint (record->errors->len, ==, 0);
  g_assert_cmpuint (record->entries->len, ==, 0);
  g_assert_true (record->has_sequence);
  g_assert_cmpint (record->sequence, ==, G_GINT64_CONSTANT (9007199254740992));
  g_assert_true (record->has_timestamp);
  g_assert_cmpfloat (record->timestamp, ==, 1700000000.25);

  vb_record_reset (record);
  vb_record_add_number (record, "Sequence", 1.5);
  vb_record_add_text (record, "Timestamp", "now");
  g_assert_false (record->has_sequence);
  g_assert_false (record->has_timestamp);
  assert_error (record, 0, "Sequence", NULL, VB_FIELD_ERROR_TYPE,
                "Sequence is 1.5, a whole number within ±2⁵³ is needed");
  assert_error (record, 1, "Timestamp", NULL, VB_FIELD_ERROR_TYPE,
                "Timestamp is a text, a number is needed");

  vb_record_reset (record);
  vb_record_add_boolean (record, "Sequence", TRUE);
  vb_record_add_other (record, "Timestamp", "an object");
  vb_record_add_number (record, "Sequence", 9007199254740994.0);
  g_assert_cmpuint (record->errors->len, ==, 3);
  g_assert_false (record->has_sequence);
}

static void
test_connected (void)
{
  g_autoptr (VbRecord) record = vb_record_new ();

  vb_record_add_number (record, "Connected", 0);
  g_assert_cmpint (record->connected, ==, VB_CONNECTED_NO);
  vb_record_reset (record);
  vb_record_add_boolean (record, "/Connected", FALSE);
  g_assert_cmpint (record->connected, ==, VB_CONNECTED_NO);
  vb_record_reset (record);
  vb_record_add_number (record, "/Connected", 1);
  g_assert_cmpint (record->connected, ==, VB_CONNECTED_YES);
  vb_record_reset (record);
  vb_record_add_boolean (record, "Connected", TRUE);
  g_assert_cmpint (record->connected, ==, VB_CONNECTED_YES);
  g_assert_cmpuint (record->errors->len, ==, 0);
  g_assert_cmpuint (record->ignored->len, ==, 0);

  vb_record_reset (record);
  vb_record_add_number (record, "Connected", 2);
  assert_error (record, 0, "Connected", NULL, VB_FIELD_ERROR_RANGE,
                "Connected is 2, allowed are 0 and 1");
  vb_record_add_text (record, "Connected", "yes");
  g_assert_cmpuint (record->errors->len, ==, 2);
}

static void
test_steal_errors (void)
{
  g_autoptr (VbRecord) record = vb_record_new ();
  g_autoptr (GPtrArray) errors = NULL;

  vb_record_add_number (record, "Soc", 101);
  errors = vb_record_steal_errors (record);
  g_assert_cmpuint (errors->len, ==, 1);
  g_assert_cmpuint (record->errors->len, ==, 0);

  vb_record_add_number (record, "Voltage", 5000);
  g_assert_cmpuint (errors->len, ==, 1);
  assert_error (record, 0, "Voltage", "/Dc/0/Voltage", VB_FIELD_ERROR_RANGE,
                "Voltage is 5000 V, above the limit of 1000 V");
}

/* Errors of fields that exist are all there for whoever judges the record; unknown names are no more
   than are told. */
static void
test_many_errors (void)
{
  g_autoptr (VbRecord) record = vb_record_new ();
  g_autoptr (GPtrArray) errors = NULL;

  for (guint i = 0; i < 2000; i++) {
    g_autofree char *name = g_strdup_printf ("Unknown%u", i);

    vb_record_add_number (record, name, 1);
  }
  for (guint i = 1; i <= 10; i++) {
    g_autofree char *name = g_strdup_printf ("Cell%u", i);

    vb_record_add_text (record, name, "full");
  }
  g_assert_cmpuint (record->errors->len, ==, VB_RECORD_ERRORS_MAX + 10);
  g_assert_cmpuint (record->n_more, ==, 2000 - VB_RECORD_ERRORS_MAX);

  errors = vb_record_steal_errors (record);
  g_assert_cmpuint (errors->len, ==, VB_RECORD_ERRORS_MAX);
  g_assert_cmpuint (record->n_more, ==, 2010 - VB_RECORD_ERRORS_MAX);
  for (guint i = 0; i < VB_RECORD_ERRORS_MAX; i++) {
    g_autofree char *name
        = i < 10 ? g_strdup_printf ("Unknown%u", i) : g_strdup_printf ("Cell%u", i - 9);

    g_assert_cmpstr (((const VbRecordError *)g_ptr_array_index (errors, i))->field, ==, name);
  }

  vb_record_reset (record);
  g_assert_cmpuint (record->n_more, ==, 0);
}

/* What fits a line on the GX. */
static void
test_brief (void)
{
  static const struct
  {
    const char *field;
    const char *path;
    const char *detail;
    const char *brief;
  } errors[] = {
    { "Soc", "/Soc", "Soc is 101 %, above the limit of 100 %", "Soc is 101 %" },
    { "Dc/Voltage", "/Dc/0/Voltage", "Voltage is 0 V, below the limit of 0.1 V", "Voltage is 0 V" },
    { "Curent", NULL, "no such field; did you mean Current?", "Curent: no such field" },
    { "Sequence", NULL, "Sequence is 5, not above the 7 of the record before", "Sequence is 5" },
    { NULL, NULL, "the record is empty: it names no field",
      "the record is empty: it names no field" },
  };
  g_autoptr (VbRecord) record = vb_record_new ();

  for (guint i = 0; i < G_N_ELEMENTS (errors); i++) {
    g_autofree char *brief = NULL;

    vb_record_add_error (record, errors[i].field, errors[i].path, VB_FIELD_ERROR_RANGE, "%s",
                         errors[i].detail);
    brief = vb_record_error_brief (error_at (record, i));
    g_assert_cmpstr (brief, ==, errors[i].brief);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/record/empty", test_empty);
  g_test_add_func ("/record/not-empty", test_not_empty);
  g_test_add_func ("/record/kinds", test_kinds);
  g_test_add_func ("/record/spellings", test_spellings);
  g_test_add_func ("/record/all-errors", test_all_errors);
  g_test_add_func ("/record/required", test_required);
  g_test_add_func ("/record/duplicates", test_duplicates);
  g_test_add_func ("/record/ignored", test_ignored);
  g_test_add_func ("/record/sequence", test_sequence);
  g_test_add_func ("/record/connected", test_connected);
  g_test_add_func ("/record/steal-errors", test_steal_errors);
  g_test_add_func ("/record/many-errors", test_many_errors);
  g_test_add_func ("/record/brief", test_brief);

  return g_test_run ();
}
