#include "bus/value.h"

#include <math.h>

static void
assert_encoded (const VbValue *value, const char *expected)
{
  g_autoptr (GVariant) boxed
      = g_variant_ref_sink (g_variant_new_variant (vb_bus_value_new (value)));
  g_autofree char *printed = g_variant_print (boxed, TRUE);

  g_assert_cmpstr (printed, ==, expected);
}

static void
test_encoding (void)
{
  g_auto (VbValue) text = vb_value_text ("Zelle 3 °C");
  static const struct
  {
    gint64 integer;
    const char *expected;
  } integers[] = {
    { 0, "<0>" },
    { -1, "<-1>" },
    { G_MAXINT32, "<2147483647>" },
    { G_MININT32, "<-2147483648>" },
    { (gint64)G_MAXINT32 + 1, "<int64 2147483648>" },
    { (gint64)G_MININT32 - 1, "<int64 -2147483649>" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (integers); i++) {
    const VbValue integer = vb_value_integer (integers[i].integer);

    assert_encoded (&integer, integers[i].expected);
  }
  assert_encoded (&(VbValue){ .kind = VB_VALUE_REAL, .as.real = 52 }, "<52.0>");
  assert_encoded (&text, "<'Zelle 3 °C'>");
}

/* One invalid variant serves for all: it must outlive every message that it was in. */
static void
test_invalid (void)
{
  const VbValue invalid = VB_VALUE_INIT;

  for (guint i = 0; i < 3; i++)
    assert_encoded (&invalid, "<@ai []>");
}

static void
test_unbox (void)
{
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_double (1.5));
  GVariant *boxed = value;

  for (guint depth = 0; depth < 4; depth++) {
    g_autoptr (GVariant) outer = g_variant_ref_sink (boxed);
    g_autoptr (GVariant) inner = vb_bus_value_unbox (outer);

    g_assert_true (g_variant_equal (inner, value));
    boxed = g_variant_new_variant (outer);
  }
  g_variant_unref (g_variant_ref_sink (boxed));
}

static GVariant *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  GVariant *value = g_variant_parse (NULL, text, NULL, NULL, &error);

  g_assert_no_error (error);

  return value;
}

static void
test_clear (void)
{
  static const char *const clear[] = { "@ai []", "@au []", "@av []", "@as []", "@a{sv} {}" };
  static const char *const not_clear[] = { "[0]", "''", "0", "@(i) (0,)", "{'a': <1>}" };

  for (guint i = 0; i < G_N_ELEMENTS (clear); i++) {
    g_autoptr (GVariant) value = parse (clear[i]);

    g_assert_true (vb_bus_value_is_clear (value));
  }
  for (guint i = 0; i < G_N_ELEMENTS (not_clear); i++) {
    g_autoptr (GVariant) value = parse (not_clear[i]);

    g_assert_false (vb_bus_value_is_clear (value));
  }
}

/* What a client writes becomes what a record of that kind says. */
static void
test_record (void)
{
  static const struct
  {
    const char *path;
    const char *sent;
    VbValue expected;
  } rows[] = {
    { "/Soc", "63.5", { VB_VALUE_REAL, .as.real = 63.5 } },
    { "/Soc", "63", { VB_VALUE_REAL, .as.real = 63 } },
    { "/Soc", "byte 0x3f", { VB_VALUE_REAL, .as.real = 63 } },
    { "/Soc", "int16 63", { VB_VALUE_REAL, .as.real = 63 } },
    { "/Soc", "uint16 63", { VB_VALUE_REAL, .as.real = 63 } },
    { "/Soc", "uint32 63", { VB_VALUE_REAL, .as.real = 63 } },
    { "/Soc", "int64 63", { VB_VALUE_REAL, .as.real = 63 } },
    { "/Soc", "uint64 63", { VB_VALUE_REAL, .as.real = 63 } },
    { "/Dc/0/Current", "-12", { VB_VALUE_REAL, .as.real = -12 } },
    { "/Alarms/LowVoltage", "2.0", { VB_VALUE_INTEGER, .as.integer = 2 } },
    { "/Info/ChargeRequest", "true", { VB_VALUE_INTEGER, .as.integer = 1 } },
    { "/Info/ChargeRequest", "0", { VB_VALUE_INTEGER, .as.integer = 0 } },
    { "/Info/ChargeMode", "'Bulk'", { VB_VALUE_TEXT, .as.text = "Bulk" } },
    { "/Soc", "@ai []", VB_VALUE_INIT },
    { "/Soc", "@av []", VB_VALUE_INIT },
  };
  g_autoptr (VbRecord) record = vb_record_new ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GVariant) value = parse (rows[i].sent);
    const VbRecordEntry *entry;

    vb_record_reset (record);
    g_assert_true (vb_bus_value_add_to_record (value, rows[i].path, record));
    g_assert_cmpuint (record->errors->len, ==, 0);
    g_assert_cmpuint (record->entries->len, ==, 1);

    entry = &g_array_index (record->entries, VbRecordEntry, 0);
    g_assert_cmpstr (vb_item (entry->item)->path, ==, rows[i].path);
    g_assert_true (vb_value_equal (&entry->value, &rows[i].expected));
  }
}

/* Well-formed, and wrong for that field: the record says so. */
static void
test_record_errors (void)
{
  static const struct
  {
    const char *path;
    const char *sent;
    VbFieldError code;
  } rows[] = {
    { "/Soc", "106", VB_FIELD_ERROR_RANGE },
    { "/Soc", "uint64 18446744073709551615", VB_FIELD_ERROR_RANGE },
    { "/Soc", "'63 %'", VB_FIELD_ERROR_TYPE },
    { "/Soc", "true", VB_FIELD_ERROR_TYPE },
    { "/Alarms/LowVoltage", "3", VB_FIELD_ERROR_ENUM },
    { "/Alarms/LowVoltage", "0.5", VB_FIELD_ERROR_TYPE },
    { "/Info/ChargeMode", "'a\\nb'", VB_FIELD_ERROR_TYPE },
  };
  g_autoptr (VbRecord) record = vb_record_new ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GVariant) value = parse (rows[i].sent);
    const VbRecordError *error;

    vb_record_reset (record);
    g_assert_true (vb_bus_value_add_to_record (value, rows[i].path, record));
    g_assert_cmpuint (record->errors->len, ==, 1);
    error = g_ptr_array_index (record->errors, 0);
    g_assert_cmpstr (vb_field_error_name (error->code), ==, vb_field_error_name (rows[i].code));
  }
}

static void
test_not_for_a_record (void)
{
  static const char *const sent[] = {
    "[1]", "(1,)", "{'a': <1>}", "objectpath '/Soc'", "signature 'i'", "@mi nothing", "['63']",
  };
  static const double not_finite[] = { NAN, INFINITY, -INFINITY };
  g_autoptr (VbRecord) record = vb_record_new ();

  for (guint i = 0; i < G_N_ELEMENTS (sent); i++) {
    g_autoptr (GVariant) value = parse (sent[i]);

    g_assert_false (vb_bus_value_add_to_record (value, "/Soc", record));
  }
  for (guint i = 0; i < G_N_ELEMENTS (not_finite); i++) {
    g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_double (not_finite[i]));

    g_assert_false (vb_bus_value_add_to_record (value, "/Soc", record));
  }
  g_assert_true (vb_record_is_empty (record));
}

static void
assert_says (const char *printed, const VbValue *own, gboolean says)
{
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_parsed (printed));

  g_assert_cmpint (vb_bus_value_says (value, own), ==, says);
}

static void
test_says (void)
{
  const VbValue invalid = VB_VALUE_INIT;
  const VbValue five = vb_value_integer (5);
  const VbValue one = vb_value_integer (1);
  const VbValue real = vb_value_real (5);
  g_auto (VbValue) text = vb_value_text ("5");
  g_auto (VbValue) empty = vb_value_text ("");

  assert_says ("@ai []", &empty, TRUE);
  assert_says ("@ai []", &text, FALSE);
  assert_says ("5", &five, TRUE);
  assert_says ("5.0", &five, TRUE);
  assert_says ("byte 5", &real, TRUE);
  assert_says ("int64 5", &real, TRUE);
  assert_says ("5.01", &real, FALSE);
  assert_says ("true", &one, TRUE);
  assert_says ("true", &five, FALSE);
  assert_says ("'5'", &text, TRUE);
  assert_says ("'5'", &five, FALSE);
  assert_says ("5", &text, FALSE);
  assert_says ("@ai []", &invalid, TRUE);
  assert_says ("@ai []", &five, FALSE);
  assert_says ("5", &invalid, FALSE);
  assert_says ("['a']", &invalid, FALSE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/bus-value/encoding", test_encoding);
  g_test_add_func ("/bus-value/invalid", test_invalid);
  g_test_add_func ("/bus-value/unbox", test_unbox);
  g_test_add_func ("/bus-value/clear", test_clear);
  g_test_add_func ("/bus-value/record", test_record);
  g_test_add_func ("/bus-value/record-errors", test_record_errors);
  g_test_add_func ("/bus-value/not-for-a-record", test_not_for_a_record);
  g_test_add_func ("/bus-value/says", test_says);

  return g_test_run ();
}
