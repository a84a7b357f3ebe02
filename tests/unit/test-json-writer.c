#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "json/reader.h"
#include "json/writer.h"

static void
assert_json (const GString *text)
{
  g_autoptr (VbJsonReader) check = vb_json_reader_new ();
  g_autoptr (GError) error = NULL;

  vb_json_reader_read (check, text->str, text->len, &error);
  g_assert_no_error (error);
}

static void
test_structure (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  VbJsonWriter writer;

  vb_json_writer_init (&writer, text);
  vb_json_begin_object (&writer);
  vb_json_member_string (&writer, "battery", "virtual");
  vb_json_member_boolean (&writer, "on_bus", TRUE);
  vb_json_member_string (&writer, "joining", NULL);
  vb_json_member_integer (&writer, "accepted", 11);
  vb_json_member_real (&writer, "age", 0.4099, 2);
  vb_json_name (&writer, "missing");
  vb_json_begin_array (&writer);
  vb_json_end_array (&writer);
  vb_json_name (&writer, "errors");
  vb_json_begin_array (&writer);
  vb_json_begin_object (&writer);
  vb_json_end_object (&writer);
  vb_json_begin_object (&writer);
  vb_json_name (&writer, "path");
  vb_json_null (&writer);
  vb_json_member_boolean (&writer, "required", FALSE);
  vb_json_end_object (&writer);
  vb_json_begin_array (&writer);
  vb_json_integer (&writer, -1);
  vb_json_string (&writer, "a");
  vb_json_real (&writer, 2.5, 1);
  vb_json_boolean (&writer, TRUE);
  vb_json_null (&writer);
  vb_json_end_array (&writer);
  vb_json_end_array (&writer);
  vb_json_end_object (&writer);

  g_assert_cmpstr (text->str, ==,
                   "{\"battery\":\"virtual\",\"on_bus\":true,\"joining\":null,\"accepted\":11,"
                   "\"age\":0.41,\"missing\":[],\"errors\":[{},{\"path\":null,\"required\":false},"
                   "[-1,\"a\",2.5,true,null]]}");
  assert_json (text);
}

/* The string is the caller's: what stands in it stays, and it serves for the next document. */
static void
test_text_of_caller (void)
{
  g_autoptr (GString) text = g_string_new ("data: ");
  VbJsonWriter writer;

  vb_json_writer_init (&writer, text);
  vb_json_begin_array (&writer);
  vb_json_integer (&writer, 1);
  vb_json_end_array (&writer);
  g_assert_cmpstr (text->str, ==, "data: [1]");

  g_string_truncate (text, 0);
  vb_json_writer_init (&writer, text);
  vb_json_string (&writer, "next");
  g_assert_cmpstr (text->str, ==, "\"next\"");
}

static void
test_reals (void)
{
  static const struct
  {
    double value;
    int decimals;
    const char *text;
  } reals[] = {
    { 0, 0, "0" },
    { 0, 3, "0" },
    { -0.0, 2, "0" },
    { 52.7, 2, "52.7" },
    { 52.7, 1, "52.7" },
    { 52.70000000000001, 3, "52.7" },
    { 3.294, 3, "3.294" },
    { 3.2996, 3, "3.3" },
    { 63, 1, "63" },
    { 100, 0, "100" },
    { 100, 2, "100" },
    { 1200, -1, "1200" },
    { 0.5, 0, "0" },
    { 1.5, 0, "2" },
    { 99.999, 2, "100" },
    { -10.5, 1, "-10.5" },
    { -0.001, 2, "0" },
    { -0.4, 0, "0" },
    { -0.006, 2, "-0.01" },
    { 7.9, -3, "8" },
    { 0.1, 17, "0.10000000000000001" },
    { 0.1, 99, "0.10000000000000001" },
    { 0.1, G_MAXINT, "0.10000000000000001" },
    { 0.1, G_MININT, "0" },
    { 5e-324, 17, "0" },
    { 1e22, 2, "10000000000000000000000" },
    { (double)NAN, 2, "null" },
    { (double)INFINITY, 2, "null" },
    { (double)-INFINITY, 2, "null" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (reals); i++) {
    g_autoptr (GString) text = g_string_new (NULL);
    VbJsonWriter writer;

    vb_json_writer_init (&writer, text);
    vb_json_real (&writer, reals[i].value, reals[i].decimals);
    g_assert_cmpstr (text->str, ==, reals[i].text);
  }
}

static void
test_largest_reals (void)
{
  const double largest[] = { G_MAXDOUBLE, -G_MAXDOUBLE };

  for (guint i = 0; i < G_N_ELEMENTS (largest); i++)
    for (int decimals = 0; decimals <= 17; decimals++) {
      g_autoptr (GString) text = g_string_new (NULL);
      VbJsonWriter writer;

      vb_json_writer_init (&writer, text);
      vb_json_real (&writer, largest[i], decimals);
      g_assert_cmpfloat (g_ascii_strtod (text->str, NULL), ==, largest[i]);
      g_assert_cmpuint (text->len, ==, largest[i] < 0 ? 310 : 309);
    }
}

/* Every number of hundredths comes back as the double that was written. */
static void
test_reals_come_back (void)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (int hundredths = -20000; hundredths <= 20000; hundredths++) {
    const double value = hundredths / 100.0;
    VbJsonWriter writer;

    g_string_truncate (text, 0);
    vb_json_writer_init (&writer, text);
    vb_json_real (&writer, value, 2);
    g_assert_cmpfloat (g_ascii_strtod (text->str, NULL), ==, value);
    g_assert_cmpuint (text->len, <=, strlen ("-199.99"));
  }
}

static void
test_integers (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  VbJsonWriter writer;

  vb_json_writer_init (&writer, text);
  vb_json_begin_array (&writer);
  vb_json_integer (&writer, 0);
  vb_json_integer (&writer, G_MAXINT64);
  vb_json_integer (&writer, G_MININT64);
  vb_json_end_array (&writer);

  g_assert_cmpstr (text->str, ==, "[0,9223372036854775807,-9223372036854775808]");
}

static void
test_strings (void)
{
  static const struct
  {
    const char *value;
    const char *text;
  } strings[] = {
    { "", "\"\"" },
    { "Shed", "\"Shed\"" },
    { "a \"b\" \\ / 'c'", "\"a \\\"b\\\" \\\\ / 'c'\"" },
    { "\b\t\n\f\r", "\"\\b\\t\\n\\f\\r\"" },
    { "\x01\x0b\x1f\x7f", "\"\\u0001\\u000b\\u001f\x7f\"" },
    { "\"", "\"\\\"\"" },
    { "H\u00fctte \u20ac \U0001f50b", "\"H\u00fctte \u20ac \U0001f50b\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (strings); i++) {
    g_autoptr (GString) text = g_string_new (NULL);
    VbJsonWriter writer;

    vb_json_writer_init (&writer, text);
    vb_json_string (&writer, strings[i].value);
    g_assert_cmpstr (text->str, ==, strings[i].text);
  }
}

/* Every character below U+0100 and some above, as name and as value, through a reader of others. */
static void
test_strings_come_back (void)
{
  static const gunichar above[]
      = { 0x7ff, 0x800, 0x2028, 0x2029, 0xfeff, 0xffff, 0x10000, 0x10ffff };

  for (gunichar i = 1; i < 0x100 + G_N_ELEMENTS (above); i++) {
    const gunichar character = i < 0x100 ? i : above[i - 0x100];
    g_autoptr (GString) value = g_string_new ("a");
    g_autoptr (GString) text = g_string_new (NULL);
    g_autoptr (JsonParser) parser = json_parser_new ();
    g_autoptr (GError) error = NULL;
    JsonObject *object;
    VbJsonWriter writer;

    g_string_append_unichar (value, character);
    g_string_append_c (value, 'z');

    vb_json_writer_init (&writer, text);
    vb_json_begin_object (&writer);
    vb_json_member_string (&writer, value->str, value->str);
    vb_json_end_object (&writer);
    assert_json (text);

    json_parser_load_from_data (parser, text->str, (gssize)text->len, &error);
    g_assert_no_error (error);
    object = json_node_get_object (json_parser_get_root (parser));
    g_assert_true (json_object_has_member (object, value->str));
    g_assert_cmpstr (json_object_get_string_member (object, value->str), ==, value->str);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http/json-writer/structure", test_structure);
  g_test_add_func ("/http/json-writer/text-of-caller", test_text_of_caller);
  g_test_add_func ("/http/json-writer/reals", test_reals);
  g_test_add_func ("/http/json-writer/largest-reals", test_largest_reals);
  g_test_add_func ("/http/json-writer/reals-come-back", test_reals_come_back);
  g_test_add_func ("/http/json-writer/integers", test_integers);
  g_test_add_func ("/http/json-writer/strings", test_strings);
  g_test_add_func ("/http/json-writer/strings-come-back", test_strings_come_back);

  return g_test_run ();
}
