#include "core/record.h"

#include <math.h>
#include <string.h>

#include "core/ignored-names.h"

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
add_number_or_null (VbRecord *record, const char *name, double number)
{
  if (isnan (number))
    vb_record_add_null (record, name);
  else
    vb_record_add_number (record, name, number);
}

static void
assert_same (double a, double b)
{
  if (!isnan (a) || !isnan (b))
    g_assert_cmpfloat (a, ==, b);
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
  } members[] = { { "Soc", 50 },      { "Soc", 106 },     { "Nonsense", 1 },  { "ProductId", 5 },
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

  vb_record_add_number (record, "Soc", 106);
  vb_record_add_number (record, "Voltage", 0);
  vb_record_add_text (record, "Current", "12,5");
  vb_record_add_number (record, "MaxChargeCurent", 100);
  vb_record_add_number (record, "HighVoltage", 3);
  vb_record_add_text (record, "ChargeMode", "a\nb");
  vb_record_add_other (record, "Temperature", "an array");
  vb_record_add_number (record, "MaxChargeVoltage", 55.2);

  g_assert_cmpuint (record->errors->len, ==, 7);
  assert_error (record, 0, "Soc", "/Soc", VB_FIELD_ERROR_RANGE,
                "Soc is 106 %, above the limit of 100 %");
  assert_error (record, 1, "Voltage", "/Dc/0/Voltage", VB_FIELD_ERROR_RANGE,
                "Voltage is 0 V, below the limit of 0.1 V");
  assert_error (record, 2, "Current", "/Dc/0/Current", VB_FIELD_ERROR_TYPE,
                "Current is the text \"12,5\", a number is needed");
  assert_error (record, 3, "MaxChargeCurent", NULL, VB_FIELD_ERROR_UNKNOWN,
                "no such field; did you mean MaxChargeCurrent?");
  assert_error (record, 4, "HighVoltage", "/Alarms/HighVoltage", VB_FIELD_ERROR_ENUM,
                "HighVoltage is 3, allowed are 0 ok, 1 warning, 2 alarm");
  assert_error (record, 5, "ChargeMode", "/Info/ChargeMode", VB_FIELD_ERROR_TYPE,
                "ChargeMode holds the control character U+000A, a text of one line is needed");
  assert_error (record, 6, "Temperature", "/Dc/0/Temperature", VB_FIELD_ERROR_TYPE,
                "Temperature is an array, a number is needed");
  g_assert_cmpfloat (entry_of (record, VB_KNOWN_MAX_CHARGE_VOLTAGE)->value.as.real, ==, 55.2);
}

/* What is said of each field, and what can be had of it. */
static void
test_said (void)
{
  g_autoptr (VbRecord) record = vb_record_new ();

  vb_record_add_number (record, "Soc", 50);
  vb_record_add_null (record, "Voltage");
  vb_record_add_number (record, "Current", 5000);
  vb_record_add_other (record, "Power", "an array");

  g_assert_cmpint (entry_of (record, VB_KNOWN_SOC)->said, ==, VB_SAID_VALUE);
  g_assert_cmpint (entry_of (record, VB_KNOWN_VOLTAGE)->said, ==, VB_SAID_NULL);
  g_assert_cmpint (entry_of (record, VB_KNOWN_CURRENT)->said, ==, VB_SAID_WRONG);
  g_assert_cmpint (entry_of (record, VB_KNOWN_POWER)->said, ==, VB_SAID_WRONG);
  g_assert_false (vb_value_is_valid (&entry_of (record, VB_KNOWN_CURRENT)->value));

  /* What was sent is kept, right or wrong; it is no value for that. */
  g_assert_cmpfloat (entry_of (record, VB_KNOWN_CURRENT)->sent, ==, 5000);
  g_assert_cmpfloat (vb_record_sent (record, VB_KNOWN_CURRENT), ==, 5000);
  g_assert_true (isnan (vb_record_number (record, VB_KNOWN_CURRENT)));
  g_assert_cmpfloat (vb_record_number (record, VB_KNOWN_SOC), ==, 50);
  g_assert_cmpfloat (vb_record_sent (record, VB_KNOWN_SOC), ==, 50);
  g_assert_true (isnan (vb_record_sent (record, VB_KNOWN_VOLTAGE)));
  g_assert_true (isnan (vb_record_sent (record, VB_KNOWN_POWER)));
  g_assert_true (isnan (vb_record_sent (record, VB_KNOWN_CAPACITY)));

  g_assert_true (vb_record_has_value (record, VB_KNOWN_SOC));
  g_assert_false (vb_record_has_value (record, VB_KNOWN_VOLTAGE));
  g_assert_false (vb_record_has_value (record, VB_KNOWN_CURRENT));
  g_assert_false (vb_record_has_value (record, VB_KNOWN_CAPACITY));
  g_assert_false (vb_record_lacks_value (record, VB_KNOWN_SOC));
  g_assert_true (vb_record_lacks_value (record, VB_KNOWN_VOLTAGE));
  g_assert_true (vb_record_lacks_value (record, VB_KNOWN_CURRENT));
  g_assert_false (vb_record_lacks_value (record, VB_KNOWN_CAPACITY));
}

/* Named twice a field is wrong, whatever the spellings; what can be had of it is the safer value of
   a maximum and of an alarm, and none of any other field. */
static void
test_duplicates (void)
{
  static const double none = NAN;
  static const struct
  {
    const char *first, *second;
    double a, b; /* NAN: null */
    double safer;
  } rows[] = {
    { "Voltage", "Dc/0/Voltage", 52, 53, none },
    { "Voltage", "/Dc/0/Voltage", 52, 52, none },
    { "Soc", "Soc", 50, 60, none },
    { "Cell7", "CellVoltage7", 3.3, 3.3, none },
    { "BatteryLowVoltage", "/Info/BatteryLowVoltage", 44, 45, none },
    { "ChargeRequest", "Info/ChargeRequest", 0, 1, none },
    { "MaxChargeCurrent", "MaxChargeCurrent", 100, 50, 50 },
    { "MaxChargeCurrent", "Info/MaxChargeCurrent", 50, 100, 50 },
    { "MaxDischargeCurrent", "/Info/MaxDischargeCurrent", 0, 100, 0 },
    { "MaxChargeVoltage", "/Info/MaxChargeVoltage", 55, 54, 54 },
    { "MaxChargeCurrent", "Info/MaxChargeCurrent", 5000, 100, 100 },
    { "MaxChargeCurrent", "Info/MaxChargeCurrent", 100, 5000, 100 },
    { "MaxChargeCurrent", "Info/MaxChargeCurrent", none, 100, 100 },
    { "MaxChargeCurrent", "Info/MaxChargeCurrent", 100, none, 100 },
    { "MaxChargeCurrent", "Info/MaxChargeCurrent", none, none, none },
    { "HighCellVoltage", "/Alarms/HighCellVoltage", 1, 2, 2 },
    { "HighCellVoltage", "Alarms/HighCellVoltage", 2, 0, 2 },
    { "HighCellVoltage", "Alarms/HighCellVoltage", 7, 1, 1 },
    { "ErrorCode", "/ErrorCode", 1, 2, none },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (VbRecord) record = vb_record_new ();
    const VbRecordError *last;
    guint item;

    g_test_message ("%s %g, %s %g", rows[i].first, rows[i].a, rows[i].second, rows[i].b);
    g_assert_true (vb_item_find (rows[i].first, &item));
    add_number_or_null (record, rows[i].first, rows[i].a);
    add_number_or_null (record, rows[i].second, rows[i].b);

    g_assert_cmpuint (record->entries->len, ==, 1);
    g_assert_cmpint (vb_record_entry (record, item)->said, ==, VB_SAID_WRONG);
    assert_same (vb_value_number (&vb_record_entry (record, item)->value, NAN), rows[i].safer);
    g_assert_cmpstr (vb_record_spelling (record, vb_record_entry (record, item)), ==,
                     rows[i].first);
    last = error_at (record, record->errors->len - 1);
    g_assert_cmpint (last->code, ==, VB_FIELD_ERROR_DUPLICATE);
    g_assert_cmpstr (last->field, ==, rows[i].second);
    g_assert_cmpstr (last->path, ==, vb_item (item)->path);
    g_assert_true (vb_record_is_wrong (record));
    g_assert_false (vb_record_is_usable (record));
  }
}

static void
test_named_thrice (void)
{
  g_autoptr (VbRecord) record = vb_record_new ();

  vb_record_add_number (record, "MaxChargeCurrent", 52);
  vb_record_add_number (record, "Info/MaxChargeCurrent", 50);
  vb_record_add_number (record, "/Info/MaxChargeCurrent", 51);
  g_assert_cmpuint (record->errors->len, ==, 2);
  assert_error (record, 0, "Info/MaxChargeCurrent", "/Info/MaxChargeCurrent",
                VB_FIELD_ERROR_DUPLICATE,
                "MaxChargeCurrent is named twice; the first time as MaxChargeCurrent");
  g_assert_cmpint (error_at (record, 1)->code, ==, VB_FIELD_ERROR_DUPLICATE);
  g_assert_cmpfloat (entry_of (record, VB_KNOWN_MAX_CHARGE_CURRENT)->value.as.real, ==, 50);

  /* A text is not safer than another, and what it held is not lost. */
  vb_record_reset (record);
  vb_record_add_text (record, "ChargeMode", "Bulk");
  vb_record_add_text (record, "Info/ChargeMode", "Float");
  vb_record_add_text (record, "/Info/ChargeMode", "Bulk");
  g_assert_cmpuint (record->errors->len, ==, 2);
  g_assert_false (vb_value_is_valid (&g_array_index (record->entries, VbRecordEntry, 0).value));

  /* A reset forgets what was named. */
  vb_record_reset (record);
  vb_record_add_number (record, "MaxChargeCurrent", 52);
  vb_record_add_text (record, "ChargeMode", "Bulk");
  vb_record_add_number (record, "Connected", 1);
  g_assert_cmpuint (record->errors->len, ==, 0);
}

/* Of what is said of the record itself the first counts; who says yes and no of its battery cannot
   be understood. */
static void
test_named_twice_about_the_record (void)
{
  g_autoptr (VbRecord) record = vb_record_new ();

  vb_record_add_number (record, "Sequence", 5);
  vb_record_add_number (record, "Sequence", 6);
  vb_record_add_number (record, "Timestamp", 1000.5);
  vb_record_add_number (record, "Timestamp", 1000.25);
  assert_error (record, 0, "Sequence", NULL, VB_FIELD_ERROR_DUPLICATE, "Sequence is named twice");
  assert_error (record, 1, "Timestamp", NULL, VB_FIELD_ERROR_DUPLICATE, "Timestamp is named twice");
  g_assert_cmpint (record->sequence, ==, 5);
  g_assert_cmpfloat (record->timestamp, ==, 1000.5);

  vb_record_reset (record);
  vb_record_add_number (record, "Connected", 1);
  vb_record_add_boolean (record, "/Connected", FALSE);
  assert_error (record, 0, "/Connected", NULL, VB_FIELD_ERROR_DUPLICATE,
                "Connected is named twice");
  g_assert_cmpint (record->connected, ==, VB_CONNECTED_WRONG);
  vb_record_add_number (record, "Connected", 0);
  g_assert_cmpint (record->connected, ==, VB_CONNECTED_WRONG);

  vb_record_reset (record);
  vb_record_add_number (record, "Connected", 0);
  vb_record_add_boolean (record, "/Connected", FALSE);
  g_assert_cmpuint (record->errors->len, ==, 0);
  g_assert_cmpint (record->connected, ==, VB_CONNECTED_NO);
}

/* Numbers and "not known", written as texts. */
static void
test_texts (void)
{
  static const struct
  {
    const char *name;
    const char *text;
    VbSaid said;
    double number;
    const char *words; /* of the warning, or of the error where it is wrong */
  } rows[] = {
    { "Soc", "63.5", VB_SAID_VALUE, 63.5, "Soc is the text \"63.5\", taken as a number" },
    { "Soc", "-0.02", VB_SAID_VALUE, 0, "Soc is the text \"-0.02\", taken as a number" },
    { "Current", "-1.5e1", VB_SAID_VALUE, -15,
      "Current is the text \"-1.5e1\", taken as a number" },
    { "/Dc/0/Voltage", "52", VB_SAID_VALUE, 52, "Voltage is the text \"52\", taken as a number" },
    { "LowSoc", "2", VB_SAID_VALUE, 2, "LowSoc is the text \"2\", taken as a number" },
    { "AllowToCharge", "1", VB_SAID_VALUE, 1,
      "AllowToCharge is the text \"1\", taken as a number" },
    { "Soc", "106", VB_SAID_WRONG, NAN, "Soc is 106 %, above the limit of 100 %" },
    { "LowSoc", "3", VB_SAID_WRONG, NAN, "LowSoc is 3, allowed are 0 ok, 1 warning, 2 alarm" },
    { "Soc", "52,7", VB_SAID_WRONG, NAN, "Soc is the text \"52,7\", a number is needed" },
    { "Soc", " 63", VB_SAID_WRONG, NAN, "Soc is the text \" 63\", a number is needed" },
    { "Soc", "063", VB_SAID_WRONG, NAN, "Soc is the text \"063\", a number is needed" },
    { "Soc", "+63", VB_SAID_WRONG, NAN, "Soc is the text \"+63\", a number is needed" },
    { "Soc", "0x3f", VB_SAID_WRONG, NAN, "Soc is the text \"0x3f\", a number is needed" },
    { "Soc", "1e999", VB_SAID_WRONG, NAN, "Soc is the text \"1e999\", a number is needed" },
    { "Soc", "inf", VB_SAID_WRONG, NAN, "Soc is the text \"inf\", a number is needed" },
    { "Voltage", "52.7 V", VB_SAID_WRONG, NAN,
      "Voltage is the text \"52.7 V\", a number is needed" },
    { "Soc", "a\tb\x1b[31m", VB_SAID_WRONG, NAN,
      "Soc is the text \"a\\u0009b\\u001b[31m\", a number is needed" },
    { "Soc", "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", VB_SAID_WRONG, NAN,
      "Soc is the text \"abcdefghijklmnopqrstuvwxyzabc…\", a number is needed" },
    { "ErrorCode", "none at all", VB_SAID_WRONG, NAN,
      "ErrorCode is the text \"none at all\", a whole number is needed" },
    { "AllowToCharge", "on", VB_SAID_WRONG, NAN,
      "AllowToCharge is the text \"on\", true or false (or 1 or 0) is needed" },
    { "Soc", "unavailable", VB_SAID_NULL, NAN, NULL },
    { "Soc", "Unknown", VB_SAID_NULL, NAN, NULL },
    { "Soc", "None", VB_SAID_NULL, NAN, NULL },
    { "Soc", "NaN", VB_SAID_NULL, NAN, NULL },
    { "Soc", "null", VB_SAID_NULL, NAN, NULL },
    { "Soc", "", VB_SAID_NULL, NAN, NULL },
    { "LowSoc", "UNAVAILABLE", VB_SAID_NULL, NAN, NULL },
    { "AllowToCharge", "unknown", VB_SAID_NULL, NAN, NULL },
    { "TimeToSoC50", "unknown", VB_SAID_NULL, NAN, NULL },
    { "ChargeMode", "", VB_SAID_NULL, NAN, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (VbRecord) record = vb_record_new ();
    const VbRecordEntry *entry;
    guint item;

    g_test_message ("%s \"%s\"", rows[i].name, rows[i].text);
    g_assert_true (vb_item_find (rows[i].name, &item));
    vb_record_add_text (record, rows[i].name, rows[i].text);
    entry = vb_record_entry (record, item);
    g_assert_nonnull (entry);
    g_assert_cmpint (entry->said, ==, rows[i].said);
    assert_same (vb_value_number (&entry->value, NAN), rows[i].number);
    g_assert_cmpuint (record->errors->len, ==, rows[i].said == VB_SAID_WRONG);
    if (rows[i].said == VB_SAID_WRONG)
      g_assert_cmpstr (error_at (record, 0)->detail, ==, rows[i].words);
    else if (rows[i].words != NULL)
      g_assert_cmpstr (g_ptr_array_index (record->warnings, 0), ==, rows[i].words);
    else
      g_assert_cmpuint (record->warnings->len, ==, 0);
  }
}

/* A field that holds texts takes those that others say "not known" or a number with. */
static void
test_texts_of_text_fields (void)
{
  static const char *const texts[] = { "unknown", "none", "12", "Cell3", "nan" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (VbRecord) record = vb_record_new ();

    vb_record_add_text (record, "MinVoltageCellId", texts[i]);
    g_assert_cmpuint (record->errors->len + record->warnings->len, ==, 0);
    g_assert_cmpstr (entry_of (record, VB_KNOWN_MIN_CELL_VOLTAGE_ID)->value.as.text, ==, texts[i]);
  }
}

static void
test_long_texts (void)
{
  static const char sixteen[] = "\U0001f50b\U0001f50b\U0001f50b\U0001f50b";
  g_autofree char *longest = g_strnfill (VB_TEXT_MAX, 'x');
  g_autofree char *longer = g_strnfill (VB_TEXT_MAX + 1, 'x');
  g_autofree char *cut = g_strdup_printf ("%.61s…", longer);
  g_autofree char *wide = g_strjoin (NULL, sixteen, sixteen, sixteen, sixteen, "\U0001f50b", NULL);
  g_autofree char *wide_cut
      = g_strjoin (NULL, sixteen, sixteen, sixteen, "\U0001f50b\U0001f50b\U0001f50b…", NULL);
  g_autoptr (VbRecord) record = vb_record_new ();

  vb_record_add_text (record, "MinVoltageCellId", longest);
  g_assert_cmpuint (record->warnings->len, ==, 0);
  g_assert_cmpstr (entry_of (record, VB_KNOWN_MIN_CELL_VOLTAGE_ID)->value.as.text, ==, longest);

  vb_record_add_text (record, "MaxVoltageCellId", longer);
  g_assert_cmpstr (entry_of (record, VB_KNOWN_MAX_CELL_VOLTAGE_ID)->value.as.text, ==, cut);
  g_assert_cmpstr (g_ptr_array_index (record->warnings, 0), ==,
                   "MaxVoltageCellId is a text of 65 bytes, cut to 64");

  /* At a character. */
  vb_record_add_text (record, "ConnectionInformation", wide);
  g_assert_cmpstr (entry_of (record, VB_KNOWN_CONNECTION_INFORMATION)->value.as.text, ==, wide_cut);
  g_assert_cmpuint (record->errors->len, ==, 0);
  g_assert_cmpuint (record->warnings->len, ==, 2);
}

/* What overruns by a little is brought back, and that is told; what arithmetic leaves behind the
   last digit is not even worth a word. */
static void
test_clamp (void)
{
  static const struct
  {
    double sent;
    double taken; /* NAN: wrong */
    const char *warning;
  } rows[] = {
    { 100.00000000000001, 100, NULL },
    { 100.04, 100, NULL },
    { -0.02, 0, NULL },
    { 100.05, 100, "Soc is 100.05, taken as 100" },
    { 100.4, 100, "Soc is 100.4, taken as 100" },
    { 105, 100, "Soc is 105, taken as 100" },
    { 105.01, NAN, NULL },
    { -0.1, 0, "Soc is -0.1, taken as 0" },
    { -5, 0, "Soc is -5, taken as 0" },
    { -5.01, NAN, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (VbRecord) record = vb_record_new ();
    const VbRecordEntry *entry;

    g_test_message ("%.17g", rows[i].sent);
    vb_record_add_number (record, "Soc", rows[i].sent);
    entry = entry_of (record, VB_KNOWN_SOC);
    g_assert_cmpint (entry->said, ==, isnan (rows[i].taken) ? VB_SAID_WRONG : VB_SAID_VALUE);
    assert_same (vb_value_number (&entry->value, NAN), rows[i].taken);
    g_assert_cmpfloat (entry->sent, ==, rows[i].sent);
    g_assert_cmpuint (record->warnings->len, ==, rows[i].warning != NULL);
    if (rows[i].warning != NULL)
      g_assert_cmpstr (g_ptr_array_index (record->warnings, 0), ==, rows[i].warning);
    g_assert_cmpuint (record->errors->len, ==, isnan (rows[i].taken));
  }
}

/* What is no value at all is wrong for its field, and for it alone. */
static void
test_wrong (void)
{
  g_autoptr (VbRecord) record = vb_record_new ();

  vb_record_add_wrong (record, "Voltage", VB_FIELD_ERROR_RANGE, 1e17, "is far too much");
  vb_record_add_wrong (record, "Sequence", VB_FIELD_ERROR_RANGE, NAN, "is far too much");
  vb_record_add_wrong (record, "Serial", VB_FIELD_ERROR_TYPE, NAN, "is odd");
  vb_record_add_wrong (record, "Nonsense", VB_FIELD_ERROR_TYPE, NAN, "is odd");
  vb_record_add_number (record, "Soc", 50);
  g_assert_cmpuint (record->errors->len, ==, 3);
  assert_error (record, 0, "Voltage", "/Dc/0/Voltage", VB_FIELD_ERROR_RANGE,
                "Voltage is far too much");
  g_assert_cmpstr (error_at (record, 1)->detail, ==, "Sequence is far too much");
  assert_error (record, 2, "Nonsense", NULL, VB_FIELD_ERROR_UNKNOWN, "no such field");
  g_assert_cmpfloat (vb_record_sent (record, VB_KNOWN_VOLTAGE), ==, 1e17);
  g_assert_cmpuint (record->ignored->len, ==, 1);
  g_assert_true (vb_record_is_wrong (record));
  g_assert_true (vb_record_is_usable (record));
}

static void
test_usable (void)
{
  g_autoptr (VbRecord) record = vb_record_new ();

  /* Nothing of it can be used. */
  vb_record_add_number (record, "Soc", 106);
  vb_record_add_number (record, "Nonsense", 1);
  vb_record_add_text (record, "Serial", "x");
  g_assert_false (vb_record_is_usable (record));
  vb_record_add_null (record, "Voltage");
  g_assert_true (vb_record_is_usable (record));

  vb_record_reset (record);
  vb_record_add_text (record, "Serial", "x");
  g_assert_true (vb_record_is_usable (record));
  g_assert_false (vb_record_is_wrong (record));

  vb_record_reset (record);
  vb_record_add_number (record, "Nonsense", 1);
  vb_record_add_number (record, "Connected", 1);
  g_assert_true (vb_record_is_usable (record));
}

/* Doubted is not wrong. */
static void
test_doubt (void)
{
  g_autoptr (VbRecord) record = vb_record_new ();

  vb_record_add_number (record, "Dc/Voltage", 527);
  g_assert_false (record->altered);
  g_assert_true (vb_record_doubt (record, VB_KNOWN_VOLTAGE, "%s is odd", "Voltage")
                 == entry_of (record, VB_KNOWN_VOLTAGE));
  assert_error (record, 0, "Dc/Voltage", "/Dc/0/Voltage", VB_FIELD_ERROR_IMPLAUSIBLE,
                "Voltage is odd");
  g_assert_cmpint (entry_of (record, VB_KNOWN_VOLTAGE)->said, ==, VB_SAID_DOUBTED);
  g_assert_true (isnan (vb_record_number (record, VB_KNOWN_VOLTAGE)));
  g_assert_cmpfloat (vb_record_sent (record, VB_KNOWN_VOLTAGE), ==, 527);
  g_assert_true (vb_record_lacks_value (record, VB_KNOWN_VOLTAGE));
  g_assert_false (vb_record_is_wrong (record));
  g_assert_true (vb_record_is_usable (record));
  g_assert_true (record->altered);

  vb_record_reset (record);
  g_assert_false (record->altered);
}

/* Nothing is left of what is ignored but its name, as it was sent. */
static void
test_ignore (void)
{
  const guint limit = vb_item_known (VB_KNOWN_MAX_CHARGE_CURRENT);
  g_autoptr (VbRecord) record = vb_record_new ();

  vb_record_add_number (record, "Soc", 106);
  vb_record_add_number (record, "Info/MaxChargeCurrent", -1);
  vb_record_add_number (record, "MaxChargeCurrent", 5);
  vb_record_add_number (record, "Voltage", 52);
  g_assert_cmpuint (record->errors->len, ==, 3);

  vb_record_ignore (record, limit);
  vb_record_ignore (record, vb_item_known (VB_KNOWN_CAPACITY));
  g_assert_null (vb_record_entry (record, limit));
  g_assert_cmpuint (record->entries->len, ==, 2);
  g_assert_cmpuint (record->errors->len, ==, 1);
  g_assert_cmpstr (error_at (record, 0)->field, ==, "Soc");
  g_assert_cmpuint (record->ignored->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (record->ignored, 0), ==, "Info/MaxChargeCurrent");
  g_assert_cmpfloat (entry_of (record, VB_KNOWN_VOLTAGE)->value.as.real, ==, 52);
  g_assert_true (record->altered);

  /* It can be named anew. */
  vb_record_add_number (record, "MaxChargeCurrent", 5);
  g_assert_cmpuint (record->errors->len, ==, 1);
}

static void
test_many_warnings (void)
{
  g_autoptr (VbRecord) record = vb_record_new ();
  g_autofree char *longest = g_strnfill (1000, 'x');

  for (guint i = 1; i <= 100; i++) {
    g_autofree char *name = g_strdup_printf ("Cell%u", i);

    vb_record_add_text (record, name, "3.3");
  }
  g_assert_cmpuint (record->entries->len, ==, 100);
  g_assert_cmpuint (record->errors->len, ==, 0);
  g_assert_cmpuint (record->warnings->len, ==, VB_RECORD_WARNINGS_MAX);

  vb_record_reset (record);
  g_assert_cmpuint (record->warnings->len, ==, 0);
  vb_record_add_warning (record, "%s\n", longest);
  g_assert_cmpuint (strlen (g_ptr_array_index (record->warnings, 0)), <=, VB_RECORD_DETAIL_MAX);
}

/* Keys of dbus-mqtt-battery and dbus-serialbattery that mean nothing here; the field table wins. */
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
    "Mode",
    "/Mode",
    "DeviceState",
    "CapacityBms",
    "ConsumedAmphoursBms",
    "Info/Config",
    "Info/Config/BatteryType",
    "Cell",
    "Cell/1/Volts",
    "/Cell/16/Balance",
  };
  static const char *const not_ignored[]
      = { "Mode1", "mode", "Info/Configuration", "Cells", "Cell0", "Info/Mode", "DeviceStates" };
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
  vb_record_add_number (record, "Cell1", 3.3);
  g_assert_cmpuint (record->entries->len, ==, 2);

  for (guint i = 0; i < G_N_ELEMENTS (not_ignored); i++) {
    g_assert_false (vb_ignored_names_have (not_ignored[i]));
    vb_record_add_number (record, not_ignored[i], 1);
    g_assert_cmpint (error_at (record, i)->code, ==, VB_FIELD_ERROR_UNKNOWN);
  }
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
                "Timestamp is the text \"now\", a number is needed");

  vb_record_reset (record);
  vb_record_add_boolean (record, "Sequence", TRUE);
  vb_record_add_other (record, "Timestamp", "an object");
  vb_record_add_number (record, "Sequence", 9007199254740994.0);
  g_assert_cmpuint (record->errors->len, ==, 3);
  g_assert_cmpstr (error_at (record, 0)->detail, ==, "Sequence is true, a number is needed");
  g_assert_false (record->has_sequence);

  /* Null is not said, and a number may be written as a text. */
  vb_record_reset (record);
  vb_record_add_null (record, "Sequence");
  vb_record_add_null (record, "Timestamp");
  g_assert_cmpuint (record->errors->len, ==, 0);
  g_assert_true (vb_record_is_empty (record));
  vb_record_add_text (record, "Sequence", "12");
  g_assert_cmpint (record->sequence, ==, 12);
  g_assert_cmpuint (record->errors->len, ==, 0);
  g_assert_cmpstr (g_ptr_array_index (record->warnings, 0), ==,
                   "Sequence is the text \"12\", taken as a number");
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
  vb_record_add_text (record, "Connected", "0");
  g_assert_cmpint (record->connected, ==, VB_CONNECTED_NO);
  g_assert_cmpuint (record->errors->len, ==, 0);
  g_assert_cmpuint (record->warnings->len, ==, 1);
}

/* What cannot be understood is none of the two. */
static void
test_connected_wrong (void)
{
  g_autoptr (VbRecord) record = vb_record_new ();

  vb_record_add_number (record, "Connected", 2);
  assert_error (record, 0, "Connected", NULL, VB_FIELD_ERROR_RANGE,
                "Connected is 2, allowed are 0 and 1");
  g_assert_cmpint (record->connected, ==, VB_CONNECTED_WRONG);

  vb_record_reset (record);
  vb_record_add_text (record, "Connected", "yes");
  assert_error (record, 0, "Connected", NULL, VB_FIELD_ERROR_TYPE,
                "Connected is the text \"yes\", a number is needed");
  g_assert_cmpint (record->connected, ==, VB_CONNECTED_WRONG);

  vb_record_reset (record);
  vb_record_add_text (record, "/Connected", "unavailable");
  g_assert_cmpint (record->connected, ==, VB_CONNECTED_WRONG);

  vb_record_reset (record);
  vb_record_add_null (record, "Connected");
  assert_error (record, 0, "Connected", NULL, VB_FIELD_ERROR_TYPE,
                "Connected is null, 0 or 1 is needed");
  g_assert_cmpint (record->connected, ==, VB_CONNECTED_WRONG);

  vb_record_reset (record);
  vb_record_add_other (record, "Connected", "an array");
  g_assert_cmpint (record->connected, ==, VB_CONNECTED_WRONG);
  vb_record_reset (record);
  g_assert_cmpint (record->connected, ==, VB_CONNECTED_UNSAID);
}

static void
test_steal_errors (void)
{
  g_autoptr (VbRecord) record = vb_record_new ();
  g_autoptr (GPtrArray) errors = NULL;

  vb_record_add_number (record, "Soc", 106);
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
  g_test_add_func ("/record/said", test_said);
  g_test_add_func ("/record/duplicates", test_duplicates);
  g_test_add_func ("/record/named-thrice", test_named_thrice);
  g_test_add_func ("/record/named-twice-about-the-record", test_named_twice_about_the_record);
  g_test_add_func ("/record/texts", test_texts);
  g_test_add_func ("/record/texts-of-text-fields", test_texts_of_text_fields);
  g_test_add_func ("/record/long-texts", test_long_texts);
  g_test_add_func ("/record/clamp", test_clamp);
  g_test_add_func ("/record/wrong", test_wrong);
  g_test_add_func ("/record/usable", test_usable);
  g_test_add_func ("/record/doubt", test_doubt);
  g_test_add_func ("/record/ignore", test_ignore);
  g_test_add_func ("/record/many-warnings", test_many_warnings);
  g_test_add_func ("/record/connected-wrong", test_connected_wrong);
  g_test_add_func ("/record/ignored", test_ignored);
  g_test_add_func ("/record/sequence", test_sequence);
  g_test_add_func ("/record/connected", test_connected);
  g_test_add_func ("/record/steal-errors", test_steal_errors);
  g_test_add_func ("/record/many-errors", test_many_errors);
  g_test_add_func ("/record/brief", test_brief);

  return g_test_run ();
}
