#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "json/reader.h"

#define MUTATIONS 30000

/* What is wrong with a document of tests/data/malformed-json.txt and where, to the letter. */
static const struct
{
  const char *document;
  VbJsonReaderError code;
  const char *message;
} messages[] = {
  { "", VB_JSON_READER_ERROR_SYNTAX, "the text is empty, line 1, column 1" },
  { "\n \n", VB_JSON_READER_ERROR_SYNTAX, "the text is empty, line 3, column 1" },
  { "{", VB_JSON_READER_ERROR_SYNTAX,
    "the text ends too early, expected a name in double quotes, line 1, column 2" },
  { "{\"Soc\":", VB_JSON_READER_ERROR_SYNTAX,
    "the text ends too early, expected a value, line 1, column 8" },
  { "{\"Soc\":63", VB_JSON_READER_ERROR_SYNTAX,
    "the text ends too early, expected ',' or '}', line 1, column 10" },
  { "[1,2\n", VB_JSON_READER_ERROR_SYNTAX,
    "the text ends too early, expected ',' or ']', line 2, column 1" },
  { "{\"Soc\":6.", VB_JSON_READER_ERROR_SYNTAX,
    "the text ends too early, expected a digit after the point, line 1, column 10" },
  { "\"\\", VB_JSON_READER_ERROR_SYNTAX,
    "the text ends too early, expected the rest of an escape, line 1, column 3" },
  { "{\"Soc\": 63,\n \"Voltage\": 52.7,\n}", VB_JSON_READER_ERROR_SYNTAX,
    "a trailing comma, line 2, column 17" },
  { "[1,\r\n 2, ]", VB_JSON_READER_ERROR_SYNTAX, "a trailing comma, line 2, column 3" },
  { "{\"Soc\":63,,}", VB_JSON_READER_ERROR_SYNTAX,
    "expected a name in double quotes, line 1, column 11" },
  { "{\"Soc\" 63}", VB_JSON_READER_ERROR_SYNTAX, "expected ':' after the name, line 1, column 8" },
  { "{\"Soc\":}", VB_JSON_READER_ERROR_SYNTAX, "expected a value, line 1, column 8" },
  { "{}\n{}", VB_JSON_READER_ERROR_SYNTAX, "text after the document, line 2, column 1" },
  { "{'Soc':63}", VB_JSON_READER_ERROR_SYNTAX,
    "single quotes: JSON strings take double quotes, line 1, column 2" },
  { "{} // now", VB_JSON_READER_ERROR_SYNTAX, "a comment: JSON has none, line 1, column 4" },
  { "{\"Soc\":/* */1}", VB_JSON_READER_ERROR_SYNTAX, "a comment: JSON has none, line 1, column 8" },
  { "{\"Soc\":NaN}", VB_JSON_READER_ERROR_SYNTAX,
    "NaN is no JSON number: send null, line 1, column 8" },
  { "{\"Soc\":-Infinity}", VB_JSON_READER_ERROR_SYNTAX,
    "Infinity is no JSON number: send null, line 1, column 9" },
  { "{\"Soc\":True}", VB_JSON_READER_ERROR_SYNTAX,
    "JSON writes true in small letters, line 1, column 8" },
  { "{\"Soc\":010}", VB_JSON_READER_ERROR_SYNTAX, "the number starts with 0, line 1, column 8" },
  { "{\"Soc\":-0x10}", VB_JSON_READER_ERROR_SYNTAX,
    "a hexadecimal number: JSON has decimal ones only, line 1, column 8" },
  { "{\"Soc\":+1}", VB_JSON_READER_ERROR_SYNTAX, "a number takes no plus sign, line 1, column 8" },
  { "{\"Soc\":.5}", VB_JSON_READER_ERROR_SYNTAX,
    "a number needs a digit before its point, line 1, column 8" },
  { "{\"Soc\":1e}", VB_JSON_READER_ERROR_SYNTAX,
    "expected a digit in the exponent, line 1, column 10" },
  { "[\"a\\u12g4\"]", VB_JSON_READER_ERROR_SYNTAX,
    "expected four hexadecimal digits after \\u, line 1, column 8" },
  { "[\"ab\\x41\"]", VB_JSON_READER_ERROR_SYNTAX, "JSON has no such escape, line 1, column 5" },
  { "[\"\\ud83d\"]", VB_JSON_READER_ERROR_SYNTAX, "half of a surrogate pair, line 1, column 3" },
  { "[\"a\nb\"]", VB_JSON_READER_ERROR_SYNTAX,
    "a line break in a string: write it as \\n, line 1, column 4" },
  { "[\"a\tb\"]", VB_JSON_READER_ERROR_SYNTAX,
    "a control character in a string: write \\u00XX, line 1, column 4" },
  { "{\"Soc\": \"63}", VB_JSON_READER_ERROR_SYNTAX,
    "a string without its closing quote, line 1, column 9" },
  { "\xef\xbb\xbf{}", VB_JSON_READER_ERROR_SYNTAX,
    "a byte order mark: JSON has none, line 1, column 1" },
  { "{\n\"H\xfctte\":1}", VB_JSON_READER_ERROR_SYNTAX, "not UTF-8, line 2, column 3" },
  /* The column counts characters: ü is one, and so is the battery of four bytes. */
  { "{\"H\u00fctte\":\"\U0001f50b\",}", VB_JSON_READER_ERROR_SYNTAX,
    "a trailing comma, line 1, column 13" },
  { "[[[[[[[[\n[]]]]]]]]]", VB_JSON_READER_ERROR_DEPTH,
    "nested deeper than 8 levels, line 2, column 1" },
  { "{\"a\":[{\"a\":[{\"a\":[{\"a\":[{}]}]}]}]}", VB_JSON_READER_ERROR_DEPTH,
    "nested deeper than 8 levels, line 1, column 25" },
};

static const char *const valid_documents[] = {
  "{}",
  "[]",
  "null",
  "true",
  " false ",
  "0",
  "-0",
  "63",
  "\"\"",
  "\"Shed\"",
  "\t\r\n {\t\r\n } \t\r\n",
  "{\"Soc\":63}",
  "{\"Soc\" : 63 , \"Voltage\" : 52.7}",
  "{\"Soc\":63,\"Voltage\":52.7,\"Current\":-10.5,\"MaxChargeVoltage\":56.4}",
  "{\"/Dc/0/Voltage\":52.7,\"Info/MaxChargeCurrent\":100}",
  "{\"\\/Dc\\/0\\/Voltage\":52.7}",
  "{\"Dc\":{\"0\":{\"Voltage\":52.7}},\"Voltages\":{\"Cell1\":3.29,\"Cell2\":3.3}}",
  "{\"Dc\":{\"Voltage\":1},\"Info\":{\"Voltage\":1},\"Voltage\":1}",
  "{\"a\":{\"a\":{\"a\":1}}}",
  "{\"a\":[{\"a\":1},{\"a\":1}]}",
  "{\"Soc\":1,\"soc\":2,\"SOC\":3}",
  "{\"\u00e4\":1,\"a\u0308\":2}",
  "{\"\":1}",
  "{\"a\":\"a\",\"b\":\"a\"}",
  "{\"Soc\":null,\"AllowToCharge\":true,\"AllowToDischarge\":false}",
  "[1,-1,[],[[]],{},[{}],null]",
  "[[[[[[[[]]]]]]]]",
  "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}",
  "[[[[[[[[]]]]]]],[[[[[[[]]]]]]]]",
  "9007199254740992",
  "-9007199254740992",
  "9007199254740993.0",
  "1e22",
  "[1e5,1E5,1e+5,1E+5,1e-5,1E-5,1.5e5,0e0,0E+0,0.0,-0.0,0.5e-0]",
  "1.7976931348623157e308",
  "-1.7976931348623157e308",
  "5e-324",
  "1e-999",
  "0e999",
  "0.000000000000000000000000000000000000000000000000000000000000000000000000000000000001",
  "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
  "\"\\u0001\\u001f\\u0041\\u00e4\\u20AC\\uFFFF\"",
  "\"\\uD83D\\uDD0B \\udbff\\udfff \\ud800\\udc00\"",
  "\"\\\\u0000\"",
  "\"\x7f\"",
  "\"\u00e4\u20ac\U0001f50b\ufeff\u2028\u2029\uffff\U0010ffff\"",
  "\"'single' // no comment /* none */ # none, [1,] {\"",
  "{\"'\":\"`\"}",
  "\"{\\\"Soc\\\":63}\"",
  "[\"010\",\"NaN\",\"0x10\"]",
};

/* What is well-formed and yet no value, and what may stand twice: all of it is told, and who is told
   decides. A line is kind, path, fault, value. */
static const struct
{
  const char *document;
  const char *told;
} faulty_documents[] = {
  { "{\"Soc\":63,\"Soc\":64}", "6 -\n3 Soc 63\n3 Soc 64\n7 -\n" },
  { "{\"Soc\":63,\"Voltage\":52.7,\"Soc\":null}",
    "6 -\n3 Soc 63\n3 Voltage 52.700000000000003\n0 Soc\n7 -\n" },
  { "{\"\\u0053oc\":63,\"Soc\":64}", "6 -\n3 Soc 63\n3 Soc 64\n7 -\n" },
  { "{\"Soc\":63,\"\\u0053\\u006F\\u0063\":64}", "6 -\n3 Soc 63\n3 Soc 64\n7 -\n" },
  { "{\"/Soc\":63,\"\\/Soc\":64}", "6 -\n3 /Soc 63\n3 /Soc 64\n7 -\n" },
  { "{\"\":1,\"\":2}", "6 -\n3  1\n3  2\n7 -\n" },
  { "{\"Dc\":{\"0\":{\"Voltage\":52,\"Voltage\":53}}}",
    "6 -\n6 Dc\n6 Dc/0\n3 Dc/0/Voltage 52\n3 Dc/0/Voltage 53\n7 Dc/0\n7 Dc\n7 -\n" },
  { "{\"Dc\":{\"Voltage\":52},\"Dc\":{\"Current\":1}}",
    "6 -\n6 Dc\n3 Dc/Voltage 52\n7 Dc\n6 Dc\n3 Dc/Current 1\n7 Dc\n7 -\n" },
  { "{\"Cells\":[{\"U\":1},{\"U\":1,\"U\":2}]}",
    "6 -\n5 Cells\n6 Cells\n3 Cells/U 1\n7 Cells\n6 Cells\n3 Cells/U 1\n3 Cells/U 2\n7 Cells\n7 "
    "Cells\n7 -\n" },
  { "{\"Soc\":1e999}", "6 -\n3 Soc fault 2 1e999\n7 -\n" },
  { "{\"Soc\":-1e999,\"Voltage\":52}", "6 -\n3 Soc fault 2 -1e999\n3 Voltage 52\n7 -\n" },
  { "[1.8e308,1E+400,0.1e99999999999999999999]",
    "5 -\n3 - fault 2 1.8e308\n3 - fault 2 1E+400\n3 - fault 2 0.1e99999999999999999999\n7 -\n" },
  { "9007199254740993", "3 - fault 1 9007199254740993\n" },
  { "-9007199254740993", "3 - fault 1 -9007199254740993\n" },
  { "[9223372036854775808,18446744073709551616,99999999999999999999]",
    "5 -\n3 - fault 1 9223372036854775808\n3 - fault 1 18446744073709551616\n3 - fault 1 "
    "99999999999999999999\n7 -\n" },
  { "{\"Dc\":{\"0\":{\"Current\":1,\"Voltage\":1e309},\"a\":1},\"b\":2}",
    "6 -\n6 Dc\n6 Dc/0\n3 Dc/0/Current 1\n3 Dc/0/Voltage fault 2 1e309\n7 Dc/0\n3 Dc/a 1\n7 Dc\n3 "
    "b 2\n7 -\n" },
  { "{\"Voltages\":[3.5,1e309]}",
    "6 -\n5 Voltages\n3 Voltages 3.5\n3 Voltages fault 2 1e309\n7 Voltages\n7 -\n" },
  { "\"\\u0000\"", "4 - fault 3 \\u0000\n" },
  { "{\"a\":\"Shed\\u0000x\",\"b\":\"y\"}", "6 -\n4 a fault 3 Shed\\u0000x\n4 b y\n7 -\n" },
  { "{\"So\\u0000c\":63}", "6 -\n3 So\\u0000c 63\n7 -\n" },
};

static const char *const numbers[] = {
  "0",
  "-0",
  "0.0",
  "-0.0",
  "1",
  "-1",
  "63",
  "52.7",
  "3.29",
  "-10.5",
  "0.1",
  "0.30000000000000004",
  "100.0",
  "1e0",
  "1E5",
  "1e+5",
  "1e-5",
  "12.5e-1",
  "0e0",
  "123456789012345.678",
  "4294967295",
  "4294967296",
  "-2147483649",
  "9007199254740991",
  "9007199254740992",
  "-9007199254740992",
  "9007199254740993.0",
  "99999999999999999999.0",
  "1e22",
  "1e23",
  "8.5e307",
  "1.7976931348623157e308",
  "2.2250738585072014e-308",
  "5e-324",
  "1e-999",
  "0.1000000000000000055511151231257827021181583404541015625",
};

static const struct
{
  const char *document;
  const char *meaning;
} strings[] = {
  { "\"\"", "" },
  { "\"Shed\"", "Shed" },
  { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t" },
  { "\"\\u0053oc\"", "Soc" },
  { "\"\\u00e4\\u20AC\"", "\u00e4\u20ac" },
  { "\"\\u0001\\u001F\\u007f\"", "\x01\x1f\x7f" },
  { "\"\\uD83D\\uDD0B\"", "\U0001f50b" },
  { "\"\\udbff\\udfffx\"", "\U0010ffffx" },
  { "\"\u00e4\u20ac\U0001f50b\"", "\u00e4\u20ac\U0001f50b" },
  { "\"a\\\\u0000\"", "a\\u0000" },
  { "\"'//#/*\"", "'//#/*" },
};

/* What random documents are made of: the tokens of JSON and what stands close to them. */
static const char fragments[]
    = "{ } [ ] , : \" \\ ' / // /* */ # ; = _ \n \t \r \x01 \x7f "
      "0 1 - + . e E5 1e999 0x 9007199254740993 null true false NaN Infinity "
      "\"a\" \"a\": \"a\":1, ,\"a\":1 {\"a\":1} {} [] [1,2] "
      "\\n \\u \\u0000 \"\\u0000\" \\ud83d \\udd0b "
      "\xc3 \xc3\xa4 \xff \xed\xa0\x80 \xef\xbb\xbf \xf0\x9f\x94\x8b";

typedef struct
{
  char *document;
  gsize length;
  char *what;
} Malformed;

static void
malformed_free (gpointer data)
{
  Malformed *malformed = data;

  g_free (malformed->document);
  g_free (malformed->what);
  g_free (malformed);
}

/* How many bytes g_strcompress makes of @escaped; NUL may be among them. */
static gsize
unescaped_length (const char *escaped)
{
  gsize length = 0;

  for (const char *c = escaped; *c != '\0'; length++)
    c += *c != '\\' ? 1 : g_ascii_isdigit (c[1]) ? 4 : 2;

  return length;
}

static GPtrArray *
read_malformed (void)
{
  GPtrArray *table = g_ptr_array_new_with_free_func (malformed_free);
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (g_getenv ("SOURCE_ROOT"));
  path = g_build_filename (g_getenv ("SOURCE_ROOT"), "tests", "data", "malformed-json.txt", NULL);
  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);

  lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL; line++) {
    g_auto (GStrv) columns = g_strsplit (*line, "\t", -1);
    Malformed *malformed;

    if (**line == '\0' || **line == '#')
      continue;

    g_assert_cmpuint (g_strv_length (columns), ==, 2);
    malformed = g_new0 (Malformed, 1);
    malformed->document = g_strcompress (columns[0]);
    malformed->length = unescaped_length (columns[0]);
    malformed->what = g_strdup (columns[1]);
    g_ptr_array_add (table, malformed);
  }

  return table;
}

/* Checks a copy that ends where the document ends, so that reading further is found. */
static gboolean
check_exactly (VbJsonReader *check, const char *document, gsize length, GError **error)
{
  g_autofree char *copy = g_malloc (length);

  if (length > 0)
    memcpy (copy, document, length);

  return vb_json_reader_read (check, copy, length, error);
}

static void
assert_position (const char *message)
{
  g_assert_true (
      g_regex_match_simple ("\\A[^\\n]+, line [1-9][0-9]*, column [1-9][0-9]*\\z", message, 0, 0));
  g_assert_true (g_utf8_validate (message, -1, NULL));
}

static void
test_malformed (void)
{
  g_autoptr (VbJsonReader) check = vb_json_reader_new ();
  g_autoptr (GPtrArray) table = read_malformed ();

  g_assert_cmpuint (table->len, >=, 160);

  for (guint i = 0; i < table->len; i++) {
    const Malformed *malformed = g_ptr_array_index (table, i);
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", malformed->what);
    g_assert_false (check_exactly (check, malformed->document, malformed->length, &error));
    g_test_message ("  %s", error->message);

    g_assert_true (error->domain == VB_JSON_READER_ERROR);
    assert_position (error->message);
  }
}

static void
test_messages (void)
{
  g_autoptr (VbJsonReader) check = vb_json_reader_new ();

  for (guint i = 0; i < G_N_ELEMENTS (messages); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (
        check_exactly (check, messages[i].document, strlen (messages[i].document), &error));
    g_assert_error (error, VB_JSON_READER_ERROR, (int)messages[i].code);
    g_assert_cmpstr (error->message, ==, messages[i].message);
  }
}

/* Every value that was told, a line each. */
static void
write_token (const VbJsonToken *token, gpointer user_data)
{
  GString *lines = user_data;

  g_string_append_printf (lines, "%d %s", token->kind, token->path != NULL ? token->path : "-");
  if (token->fault != VB_JSON_FAULT_NONE)
    g_string_append_printf (lines, " fault %d", token->fault);
  if (token->kind == VB_JSON_NUMBER && token->fault == VB_JSON_FAULT_NONE)
    g_string_append_printf (lines, " %.17g", token->number);
  else if (token->text != NULL)
    g_string_append_printf (lines, " %s", token->text);
  g_string_append_c (lines, '\n');
}

static void write_node (JsonNode *node, const char *path, GString *lines);

static void
write_members (JsonObject *object, const char *path, GString *lines)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &node)) {
    g_autofree char *below = path != NULL ? g_strconcat (path, "/", name, NULL) : g_strdup (name);

    write_node (node, below, lines);
  }
}

/* The same of what json-glib has read. */
static void
write_node (JsonNode *node, const char *path, GString *lines)
{
  VbJsonToken token = { .path = path };

  switch (json_node_get_node_type (node)) {
  case JSON_NODE_NULL:
    token.kind = VB_JSON_NULL;
    break;
  case JSON_NODE_ARRAY:
    token.kind = VB_JSON_ARRAY;
    break;
  case JSON_NODE_OBJECT:
    token.kind = VB_JSON_OBJECT;
    break;
  case JSON_NODE_VALUE:
  default:
    token.number = json_node_get_double (node);
    token.text = json_node_get_string (node);
    if (json_node_get_value_type (node) == G_TYPE_BOOLEAN)
      token.kind = json_node_get_boolean (node) ? VB_JSON_TRUE : VB_JSON_FALSE;
    else
      token.kind = token.text != NULL ? VB_JSON_TEXT : VB_JSON_NUMBER;
    break;
  }

  write_token (&token, lines);
  if (token.kind == VB_JSON_OBJECT)
    write_members (json_node_get_object (node), path, lines);
  for (guint i = 0;
       token.kind == VB_JSON_ARRAY && i < json_array_get_length (json_node_get_array (node)); i++)
    write_node (json_array_get_element (json_node_get_array (node), i), path, lines);
  token.kind = VB_JSON_END;
  if (JSON_NODE_HOLDS_OBJECT (node) || JSON_NODE_HOLDS_ARRAY (node))
    write_token (&token, lines);
}

/* That a valid document is told as json-glib reads it. */
static void
assert_told (const char *document, gsize length)
{
  g_autoptr (VbJsonReader) check = vb_json_reader_new ();
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GString) told = g_string_new (NULL);
  g_autoptr (GString) expected = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  vb_json_reader_set_read (check, write_token, told);
  vb_json_reader_read (check, document, length, &error);
  g_assert_no_error (error);
  json_parser_load_from_data (parser, document, (gssize)length, &error);
  g_assert_no_error (error);
  write_node (json_parser_get_root (parser), NULL, expected);
  g_assert_cmpstr (told->str, ==, expected->str);
}

static void
test_told (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (valid_documents); i++)
    assert_told (valid_documents[i], strlen (valid_documents[i]));
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    assert_told (numbers[i], strlen (numbers[i]));
  for (guint i = 0; i < G_N_ELEMENTS (strings); i++)
    assert_told (strings[i].document, strlen (strings[i].document));
}

static void
take_number (const VbJsonToken *token, gpointer user_data)
{
  *(double *)user_data = token->number;
}

/* Short or long: to the bit what strtod() makes of it, its sign too. */
static void
test_any_number (void)
{
  g_autoptr (VbJsonReader) check = vb_json_reader_new ();
  double number = 0;

  vb_json_reader_set_read (check, take_number, &number);
  for (guint i = 0; i < 200000; i++) {
    const double magnitude = exp10 (g_test_rand_double_range (-3, 16));
    const int decimals = g_test_rand_int_range (1, 18);
    char document[64];
    double expected;

    g_snprintf (document, sizeof document, "%.*f", decimals,
                g_test_rand_int_range (0, 100) == 0 ? -0.0
                                                    : g_test_rand_double_range (-1, 1) * magnitude);
    g_assert_true (vb_json_reader_read (check, document, strlen (document), NULL));
    expected = g_ascii_strtod (document, NULL);
    g_assert_cmpmem (&number, sizeof number, &expected, sizeof expected);
  }
}

/* What has a fault, or stands twice, is told like all else. */
static void
test_faulty (void)
{
  g_autoptr (VbJsonReader) check = vb_json_reader_new ();
  g_autoptr (GString) told = g_string_new (NULL);

  vb_json_reader_set_read (check, write_token, told);
  for (guint i = 0; i < G_N_ELEMENTS (faulty_documents); i++) {
    const char *document = faulty_documents[i].document;
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", document);
    g_string_truncate (told, 0);
    g_assert_true (check_exactly (check, document, strlen (document), &error));
    g_assert_no_error (error);
    g_assert_cmpstr (told->str, ==, faulty_documents[i].told);
  }
}

/* From the first offence on nothing is told. */
static void
test_told_until_offence (void)
{
  g_autoptr (VbJsonReader) check = vb_json_reader_new ();
  g_autoptr (GString) told = g_string_new (NULL);
  const char *document = "{\"a\":[true],\"a\":1e999,\"b\":01,\"c\":1}";

  vb_json_reader_set_read (check, write_token, told);
  g_assert_false (vb_json_reader_read (check, document, strlen (document), NULL));
  g_assert_cmpstr (told->str, ==, "6 -\n5 a\n2 a\n7 a\n3 a fault 2 1e999\n7 -\n");
}

static void
test_valid (void)
{
  g_autoptr (VbJsonReader) check = vb_json_reader_new ();

  G_STATIC_ASSERT (G_N_ELEMENTS (valid_documents) >= 40);

  for (guint i = 0; i < G_N_ELEMENTS (valid_documents); i++) {
    const char *document = valid_documents[i];
    g_autoptr (JsonParser) parser = json_parser_new ();
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", document);
    check_exactly (check, document, strlen (document), &error);
    g_assert_no_error (error);

    json_parser_load_from_data (parser, document, -1, &error);
    g_assert_no_error (error);
    g_assert_nonnull (json_parser_get_root (parser));
  }
}

/* A check is used for every body: what one leaves behind must not reach the next. */
static void
test_reuse (void)
{
  g_autoptr (VbJsonReader) check = vb_json_reader_new ();
  g_autoptr (GPtrArray) table = read_malformed ();

  for (guint i = 0; i < table->len; i++) {
    const Malformed *malformed = g_ptr_array_index (table, i);
    const char *valid = valid_documents[i % G_N_ELEMENTS (valid_documents)];
    g_autoptr (GError) error = NULL;

    g_assert_false (check_exactly (check, malformed->document, malformed->length, NULL));
    check_exactly (check, valid, strlen (valid), &error);
    g_assert_no_error (error);
  }

  g_assert_false (vb_json_reader_read (check, NULL, 0, NULL));
}

/* Names of any length and number are told, none twice and none left out. */
static void
test_many_members (void)
{
  g_autoptr (VbJsonReader) check = vb_json_reader_new ();
  g_autofree char *longest = g_strnfill (15000, 'x');
  g_autoptr (GString) document = g_string_new (NULL);
  g_autoptr (GString) told = g_string_new (NULL);
  g_autoptr (GString) expected = g_string_new ("6 -\n");
  g_autoptr (GError) error = NULL;

  g_string_printf (document, "{\"%s\":0", longest);
  g_string_append_printf (expected, "3 %s 0\n", longest);
  for (guint i = 1; i < 1500; i++) {
    g_string_append_printf (document, ",\"a%u\":%u", i % 1000, i);
    g_string_append_printf (expected, "3 a%u %u\n", i % 1000, i);
  }
  g_string_append_c (document, '}');

  vb_json_reader_set_read (check, write_token, told);
  check_exactly (check, document->str, document->len, &error);
  g_assert_no_error (error);
  g_string_append (expected, "7 -\n");
  g_assert_cmpstr (told->str, ==, expected->str);
}

/* json-glib must read the numbers that pass as the doubles and integers they are. */
static void
test_numbers (void)
{
  g_autoptr (VbJsonReader) check = vb_json_reader_new ();

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++) {
    g_autofree char *document = g_strdup_printf ("{\"Soc\":%s}", numbers[i]);
    const gboolean integer = strpbrk (numbers[i], ".eE") == NULL;
    g_autoptr (JsonParser) parser = json_parser_new ();
    g_autoptr (GError) error = NULL;
    JsonNode *node;

    g_test_message ("%s", document);
    check_exactly (check, document, strlen (document), &error);
    g_assert_no_error (error);
    json_parser_load_from_data (parser, document, -1, &error);
    g_assert_no_error (error);

    node = json_object_get_member (json_node_get_object (json_parser_get_root (parser)), "Soc");
    g_assert_true (json_node_get_value_type (node) == (integer ? G_TYPE_INT64 : G_TYPE_DOUBLE));
    if (integer)
      g_assert_cmpint (json_node_get_int (node), ==, g_ascii_strtoll (numbers[i], NULL, 10));
    g_assert_cmpfloat (json_node_get_double (node), ==, g_ascii_strtod (numbers[i], NULL));
  }
}

static void
test_strings (void)
{
  g_autoptr (VbJsonReader) check = vb_json_reader_new ();

  for (guint i = 0; i < G_N_ELEMENTS (strings); i++) {
    g_autofree char *named = g_strdup_printf ("{%s:0}", strings[i].document);
    g_autofree char *expected = g_strdup_printf ("6 -\n3 %s 0\n7 -\n", strings[i].meaning);
    g_autoptr (GString) told = g_string_new (NULL);
    g_autoptr (JsonParser) parser = json_parser_new ();
    g_autoptr (GError) error = NULL;

    vb_json_reader_set_read (check, write_token, told);
    check_exactly (check, named, strlen (named), &error);
    g_assert_no_error (error);
    g_assert_cmpstr (told->str, ==, expected);
    json_parser_load_from_data (parser, strings[i].document, -1, &error);
    g_assert_no_error (error);
    g_assert_cmpstr (json_node_get_string (json_parser_get_root (parser)), ==, strings[i].meaning);
  }
}

static void
mutate (GRand *random, GString *document, char **pieces)
{
  const gsize at = (gsize)g_rand_int_range (random, 0, (gint32)document->len + 1);
  const gsize behind = document->len - at;
  const gsize wanted = (gsize)g_rand_int_range (random, 1, 10);
  const gsize length = MIN (behind, wanted);
  const gint32 n_pieces = (gint32)g_strv_length (pieces);
  const char *piece = pieces[g_rand_int_range (random, 0, n_pieces)];
  g_autofree char *slice = g_strndup (document->str + at, length);

  switch (g_rand_int_range (random, 0, 4)) {
  case 0:
    g_string_erase (document, (gssize)at, (gssize)length);
    break;
  case 1:
    g_string_insert (document, (gssize)at, piece);
    break;
  case 2:
    g_string_insert (document, (gssize)at, slice);
    break;
  default:
    if (behind > 0)
      document->str[at] = (char)g_rand_int_range (random, 0, 256);
    break;
  }
}

typedef struct
{
  GPtrArray *open; /* of GHashTable: the names of each object that is open; of an array NULL */
  guint n_faults;
  guint n_twice;
} Oddities;

static void
find_oddities (const VbJsonToken *token, gpointer user_data)
{
  Oddities *odd = user_data;
  GHashTable *names = odd->open->len > 0 ? odd->open->pdata[odd->open->len - 1] : NULL;

  if (token->kind == VB_JSON_END) {
    if (names != NULL)
      g_hash_table_unref (names);
    g_ptr_array_set_size (odd->open, (gint)odd->open->len - 1);
    return;
  }

  odd->n_faults += token->fault != VB_JSON_FAULT_NONE
                   || (token->path != NULL && strstr (token->path, "\\u0000") != NULL);
  if (names != NULL)
    odd->n_twice += !g_hash_table_add (names, g_strdup (token->path));
  if (token->kind == VB_JSON_OBJECT)
    g_ptr_array_add (odd->open, g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL));
  else if (token->kind == VB_JSON_ARRAY)
    g_ptr_array_add (odd->open, NULL);
}

static void
test_mutations (void)
{
  g_autoptr (VbJsonReader) check = vb_json_reader_new ();
  g_autoptr (GRand) random = g_rand_new_with_seed (8259);
  g_autoptr (GString) document = g_string_new (NULL);
  g_auto (GStrv) pieces = g_strsplit (fragments, " ", -1);
  g_autoptr (GPtrArray) open = g_ptr_array_new ();
  guint n_codes[VB_JSON_READER_ERROR_DEPTH + 1] = { 0 };
  guint n_plain = 0, n_faulty = 0, n_twice = 0;

  for (guint i = 0; i < MUTATIONS; i++) {
    const guint n_mutations = (guint)g_rand_int_range (random, 1, 5);
    Oddities odd = { .open = open };
    g_autoptr (GError) error = NULL;

    g_string_assign (document, valid_documents[i % G_N_ELEMENTS (valid_documents)]);
    for (guint j = 0; j < n_mutations; j++)
      mutate (random, document, pieces);

    vb_json_reader_set_read (check, find_oddities, &odd);
    if (check_exactly (check, document->str, document->len, &error)) {
      g_autoptr (JsonParser) parser = json_parser_new ();

      json_parser_load_from_data (parser, document->str, (gssize)document->len, &error);
      g_assert_no_error (error);
      g_assert_nonnull (json_parser_get_root (parser));

      /* These json-glib reads in its own way. */
      n_faulty += odd.n_faults > 0;
      n_twice += odd.n_twice > 0;
      if (odd.n_faults == 0 && odd.n_twice == 0) {
        assert_told (document->str, document->len);
        n_plain++;
      }
    } else {
      g_assert_true (error->domain == VB_JSON_READER_ERROR);
      assert_position (error->message);
      n_codes[error->code]++;
    }
    /* Whatever was open is closed, valid or not. */
    g_assert_cmpuint (open->len, ==, 0);
  }

  /* The test would say nothing if it did not come to every verdict. */
  g_test_message ("%u plain, %u faulty, %u with a name twice, %u syntax, %u depth", n_plain,
                  n_faulty, n_twice, n_codes[0], n_codes[1]);
  g_assert_cmpuint (n_plain, >, MUTATIONS / 20);
  g_assert_cmpuint (n_faulty, >, 0);
  g_assert_cmpuint (n_twice, >, 0);
  for (guint i = 0; i < G_N_ELEMENTS (n_codes); i++)
    g_assert_cmpuint (n_codes[i], >, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http/json-check/malformed", test_malformed);
  g_test_add_func ("/http/json-check/messages", test_messages);
  g_test_add_func ("/http/json-check/valid", test_valid);
  g_test_add_func ("/http/json-check/told", test_told);
  g_test_add_func ("/http/json-check/any-number", test_any_number);
  g_test_add_func ("/http/json-check/told-until-offence", test_told_until_offence);
  g_test_add_func ("/http/json-check/reuse", test_reuse);
  g_test_add_func ("/http/json-check/many-members", test_many_members);
  g_test_add_func ("/http/json-check/faulty", test_faulty);
  g_test_add_func ("/http/json-check/numbers", test_numbers);
  g_test_add_func ("/http/json-check/strings", test_strings);
  g_test_add_func ("/http/json-check/mutations", test_mutations);

  return g_test_run ();
}
