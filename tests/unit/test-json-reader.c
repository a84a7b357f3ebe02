#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "json/reader.h"

#define MUTATIONS 30000

/* What is wrong with a document of tests/data/malformed-json.txt and where, to the letter. */
static const struct
{
  const char *document;
  const char *field;
  VbJsonReaderError code;
  const char *message;
} messages[] = {
  { "", NULL, VB_JSON_READER_ERROR_SYNTAX, "the text is empty, line 1, column 1" },
  { "\n \n", NULL, VB_JSON_READER_ERROR_SYNTAX, "the text is empty, line 3, column 1" },
  { "{", NULL, VB_JSON_READER_ERROR_SYNTAX,
    "the text ends too early, expected a name in double quotes, line 1, column 2" },
  { "{\"Soc\":", NULL, VB_JSON_READER_ERROR_SYNTAX,
    "the text ends too early, expected a value, line 1, column 8" },
  { "{\"Soc\":63", NULL, VB_JSON_READER_ERROR_SYNTAX,
    "the text ends too early, expected ',' or '}', line 1, column 10" },
  { "[1,2\n", NULL, VB_JSON_READER_ERROR_SYNTAX,
    "the text ends too early, expected ',' or ']', line 2, column 1" },
  { "{\"Soc\":6.", NULL, VB_JSON_READER_ERROR_SYNTAX,
    "the text ends too early, expected a digit after the point, line 1, column 10" },
  { "\"\\", NULL, VB_JSON_READER_ERROR_SYNTAX,
    "the text ends too early, expected the rest of an escape, line 1, column 3" },
  { "{\"Soc\": 63,\n \"Voltage\": 52.7,\n}", NULL, VB_JSON_READER_ERROR_SYNTAX,
    "a trailing comma, line 2, column 17" },
  { "[1,\r\n 2, ]", NULL, VB_JSON_READER_ERROR_SYNTAX, "a trailing comma, line 2, column 3" },
  { "{\"Soc\":63,,}", NULL, VB_JSON_READER_ERROR_SYNTAX,
    "expected a name in double quotes, line 1, column 11" },
  { "{\"Soc\" 63}", NULL, VB_JSON_READER_ERROR_SYNTAX,
    "expected ':' after the name, line 1, column 8" },
  { "{\"Soc\":}", NULL, VB_JSON_READER_ERROR_SYNTAX, "expected a value, line 1, column 8" },
  { "{}\n{}", NULL, VB_JSON_READER_ERROR_SYNTAX, "text after the document, line 2, column 1" },
  { "{'Soc':63}", NULL, VB_JSON_READER_ERROR_SYNTAX,
    "single quotes: JSON strings take double quotes, line 1, column 2" },
  { "{} // now", NULL, VB_JSON_READER_ERROR_SYNTAX, "a comment: JSON has none, line 1, column 4" },
  { "{\"Soc\":/* */1}", NULL, VB_JSON_READER_ERROR_SYNTAX,
    "a comment: JSON has none, line 1, column 8" },
  { "{\"Soc\":NaN}", NULL, VB_JSON_READER_ERROR_SYNTAX,
    "NaN is no JSON number: send null, line 1, column 8" },
  { "{\"Soc\":-Infinity}", NULL, VB_JSON_READER_ERROR_SYNTAX,
    "Infinity is no JSON number: send null, line 1, column 9" },
  { "{\"Soc\":True}", NULL, VB_JSON_READER_ERROR_SYNTAX,
    "JSON writes true in small letters, line 1, column 8" },
  { "{\"Soc\":010}", NULL, VB_JSON_READER_ERROR_SYNTAX,
    "the number starts with 0, line 1, column 8" },
  { "{\"Soc\":-0x10}", NULL, VB_JSON_READER_ERROR_SYNTAX,
    "a hexadecimal number: JSON has decimal ones only, line 1, column 8" },
  { "{\"Soc\":+1}", NULL, VB_JSON_READER_ERROR_SYNTAX,
    "a number takes no plus sign, line 1, column 8" },
  { "{\"Soc\":.5}", NULL, VB_JSON_READER_ERROR_SYNTAX,
    "a number needs a digit before its point, line 1, column 8" },
  { "{\"Soc\":1e}", NULL, VB_JSON_READER_ERROR_SYNTAX,
    "expected a digit in the exponent, line 1, column 10" },
  { "[\"a\\u12g4\"]", NULL, VB_JSON_READER_ERROR_SYNTAX,
    "expected four hexadecimal digits after \\u, line 1, column 8" },
  { "[\"ab\\x41\"]", NULL, VB_JSON_READER_ERROR_SYNTAX,
    "JSON has no such escape, line 1, column 5" },
  { "[\"\\ud83d\"]", NULL, VB_JSON_READER_ERROR_SYNTAX,
    "half of a surrogate pair, line 1, column 3" },
  { "[\"a\nb\"]", NULL, VB_JSON_READER_ERROR_SYNTAX,
    "a line break in a string: write it as \\n, line 1, column 4" },
  { "[\"a\tb\"]", NULL, VB_JSON_READER_ERROR_SYNTAX,
    "a control character in a string: write \\u00XX, line 1, column 4" },
  { "{\"Soc\": \"63}", NULL, VB_JSON_READER_ERROR_SYNTAX,
    "a string without its closing quote, line 1, column 9" },
  { "\xef\xbb\xbf{}", NULL, VB_JSON_READER_ERROR_SYNTAX,
    "a byte order mark: JSON has none, line 1, column 1" },
  { "{\n\"H\xfctte\":1}", NULL, VB_JSON_READER_ERROR_SYNTAX, "not UTF-8, line 2, column 3" },
  /* The column counts characters: ü is one, and so is the battery of four bytes. */
  { "{\"H\u00fctte\":\"\U0001f50b\",}", NULL, VB_JSON_READER_ERROR_SYNTAX,
    "a trailing comma, line 1, column 13" },
  { "[[[[[[[[\n[]]]]]]]]]", NULL, VB_JSON_READER_ERROR_DEPTH,
    "nested deeper than 8 levels, line 2, column 1" },
  { "{\"a\":[{\"a\":[{\"a\":[{\"a\":[{}]}]}]}]}", NULL, VB_JSON_READER_ERROR_DEPTH,
    "nested deeper than 8 levels, line 1, column 25" },
  { "{\"Soc\":63,\n\"Soc\":64}", "Soc", VB_JSON_READER_ERROR_DUPLICATE,
    "Soc: the name stands twice in one object, line 2, column 1" },
  { "{\"\U0001f600\":1,\"\\uD83D\\uDE00\":2}", "\U0001f600", VB_JSON_READER_ERROR_DUPLICATE,
    "\U0001f600: the name stands twice in one object, line 1, column 8" },
  { "{\"\":1,\"\":2}", "", VB_JSON_READER_ERROR_DUPLICATE,
    ": the name stands twice in one object, line 1, column 7" },
  { "{\"\":{\"a\":1e999}}", "/a", VB_JSON_READER_ERROR_NUMBER,
    "/a: 1e999 is beyond the limit of \u00b11.797e308 for a number, line 1, column 10" },
  { "{\"Dc\":{\"0\":{\"Voltage\":1e999}}}", "Dc/0/Voltage", VB_JSON_READER_ERROR_NUMBER,
    "Dc/0/Voltage: 1e999 is beyond the limit of \u00b11.797e308 for a number, line 1, column 23" },
  { "{\"Soc\":-9007199254740993}", "Soc", VB_JSON_READER_ERROR_NUMBER,
    "Soc: -9007199254740993 is beyond the limit of \u00b19007199254740992 for an integer, "
    "line 1, column 8" },
  { "[12345678901234567890123456789012345678901]", NULL, VB_JSON_READER_ERROR_NUMBER,
    "1234567890123456789012345678901234567890\u2026 is beyond the limit of "
    "\u00b19007199254740992 for an integer, line 1, column 2" },
  { "{\"So\\u0000c\":63}", "So\\u0000c", VB_JSON_READER_ERROR_NUL,
    "So\\u0000c: a text may not hold \\u0000, line 1, column 5" },
  { "{\"Names\":{\"Custom\":[\"a\\u0000\"]}}", "Names/Custom", VB_JSON_READER_ERROR_NUL,
    "Names/Custom: a text may not hold \\u0000, line 1, column 23" },
  /* A path of 45 characters is cut for the message, not for the field. */
  { "{\"\u00e4123456789012345678901234567890123456789zzzzz\":1e999}",
    "\u00e4123456789012345678901234567890123456789zzzzz", VB_JSON_READER_ERROR_NUMBER,
    "\u00e4123456789012345678901234567890123456789\u2026: 1e999 is beyond the limit of "
    "\u00b11.797e308 for a number, line 1, column 50" },
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
  guint status;
  char *code;
  char *field;
  char *document;
  gsize length;
  char *what;
} Malformed;

static void
malformed_free (gpointer data)
{
  Malformed *malformed = data;

  g_free (malformed->code);
  g_free (malformed->field);
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

    g_assert_cmpuint (g_strv_length (columns), ==, 5);
    malformed = g_new0 (Malformed, 1);
    malformed->status = (guint)g_ascii_strtoull (columns[0], NULL, 10);
    malformed->code = g_strdup (columns[1]);
    malformed->field = g_str_equal (columns[2], "-") ? NULL : g_strdup (columns[2]);
    malformed->document = g_strcompress (columns[3]);
    malformed->length = unescaped_length (columns[3]);
    malformed->what = g_strdup (columns[4]);
    g_ptr_array_add (table, malformed);
  }

  return table;
}

/* Checks a copy that ends where the document ends, so that reading further is found. */
static gboolean
check_exactly (
    VbJsonReader *check, const char *document, gsize length, const char **field, GError **error)
{
  g_autofree char *copy = g_malloc (length);

  if (length > 0)
    memcpy (copy, document, length);

  return vb_json_reader_read (check, copy, length, field, error);
}

static gboolean
is_code (const GError *error, const char *code)
{
  static const char *const codes[] = {
    [VB_JSON_READER_ERROR_SYNTAX] = "-",
    [VB_JSON_READER_ERROR_DEPTH] = "-",
    [VB_JSON_READER_ERROR_DUPLICATE] = "duplicate",
    [VB_JSON_READER_ERROR_NUMBER] = "range",
    [VB_JSON_READER_ERROR_NUL] = "type",
  };

  return g_str_equal (codes[error->code], code);
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

  g_assert_cmpuint (table->len, >=, 100);

  for (guint i = 0; i < table->len; i++) {
    const Malformed *malformed = g_ptr_array_index (table, i);
    g_autoptr (GError) error = NULL;
    const char *field = "left over";

    g_test_message ("%s", malformed->what);
    g_assert_false (check_exactly (check, malformed->document, malformed->length, &field, &error));
    g_test_message ("  %s", error->message);

    g_assert_true (error->domain == VB_JSON_READER_ERROR);
    g_assert_true (is_code (error, malformed->code));
    g_assert_cmpuint (malformed->status, ==, g_str_equal (malformed->code, "-") ? 400 : 422);
    g_assert_cmpstr (field, ==, malformed->field);
    assert_position (error->message);
  }
}

static void
test_messages (void)
{
  g_autoptr (VbJsonReader) check = vb_json_reader_new ();

  for (guint i = 0; i < G_N_ELEMENTS (messages); i++) {
    g_autoptr (GError) error = NULL;
    const char *field = "left over";

    g_assert_false (
        check_exactly (check, messages[i].document, strlen (messages[i].document), &field, &error));
    g_assert_error (error, VB_JSON_READER_ERROR, (int)messages[i].code);
    g_assert_cmpstr (error->message, ==, messages[i].message);
    g_assert_cmpstr (field, ==, messages[i].field);
  }
}

/* Every value that was told, a line each. */
static void
write_token (const VbJsonToken *token, gpointer user_data)
{
  GString *lines = user_data;

  g_string_append_printf (lines, "%d %s", token->kind, token->path != NULL ? token->path : "-");
  if (token->kind == VB_JSON_NUMBER)
    g_string_append_printf (lines, " %.17g", token->number);
  else if (token->kind == VB_JSON_TEXT)
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
  vb_json_reader_read (check, document, length, NULL, &error);
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
    g_assert_true (vb_json_reader_read (check, document, strlen (document), NULL, NULL));
    expected = g_ascii_strtod (document, NULL);
    g_assert_cmpmem (&number, sizeof number, &expected, sizeof expected);
  }
}

/* From the first offence on nothing is told. */
static void
test_told_until_offence (void)
{
  g_autoptr (VbJsonReader) check = vb_json_reader_new ();
  g_autoptr (GString) told = g_string_new (NULL);
  const char *document = "{\"a\":[true],\"b\":1e999,\"c\":1}";

  vb_json_reader_set_read (check, write_token, told);
  g_assert_false (vb_json_reader_read (check, document, strlen (document), NULL, NULL));
  g_assert_cmpstr (told->str, ==, "6 -\n5 a\n2 a\n7 a\n");
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
    const char *field = "left over";

    g_test_message ("%s", document);
    check_exactly (check, document, strlen (document), &field, &error);
    g_assert_no_error (error);
    g_assert_null (field);

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

    g_assert_false (check_exactly (check, malformed->document, malformed->length, NULL, NULL));
    check_exactly (check, valid, strlen (valid), NULL, &error);
    g_assert_no_error (error);
  }

  g_assert_false (vb_json_reader_read (check, NULL, 0, NULL, NULL));
}

static void
test_many_members (void)
{
  g_autoptr (VbJsonReader) check = vb_json_reader_new ();
  g_autoptr (GString) document = g_string_new ("{\"a0\":0");
  g_autoptr (GError) error = NULL;
  const char *field;

  for (guint i = 1; i < 1500; i++)
    g_string_append_printf (document, ",\"a%u\":%u", i, i);
  g_string_append_c (document, '}');

  check_exactly (check, document->str, document->len, &field, &error);
  g_assert_no_error (error);

  g_string_truncate (document, document->len - 1);
  g_string_append (document, ",\"a700\":0}");
  g_assert_false (check_exactly (check, document->str, document->len, &field, &error));
  g_assert_error (error, VB_JSON_READER_ERROR, VB_JSON_READER_ERROR_DUPLICATE);
  g_assert_cmpstr (field, ==, "a700");
}

/* "Ab" and "BA" have one hash in g_str_hash, and are two names all the same. */
static void
test_equal_hashes (void)
{
  g_autoptr (VbJsonReader) check = vb_json_reader_new ();
  g_autoptr (GError) error = NULL;
  const char *collision = "{\"Ab\":1,\"BA\":2}";

  g_assert_cmpuint (g_str_hash ("Ab"), ==, g_str_hash ("BA"));
  check_exactly (check, collision, strlen (collision), NULL, &error);
  g_assert_no_error (error);
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
    check_exactly (check, document, strlen (document), NULL, &error);
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
    g_autofree char *twice
        = g_strdup_printf ("{%s:0,%s:0}", strings[i].document, strings[i].document);
    g_autoptr (JsonParser) parser = json_parser_new ();
    g_autoptr (GError) error = NULL;
    const char *field;

    check_exactly (check, named, strlen (named), NULL, &error);
    g_assert_no_error (error);
    json_parser_load_from_data (parser, strings[i].document, -1, &error);
    g_assert_no_error (error);
    g_assert_cmpstr (json_node_get_string (json_parser_get_root (parser)), ==, strings[i].meaning);

    g_assert_false (check_exactly (check, twice, strlen (twice), &field, &error));
    g_assert_error (error, VB_JSON_READER_ERROR, VB_JSON_READER_ERROR_DUPLICATE);
    g_assert_cmpstr (field, ==, strings[i].meaning);
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

static void
test_mutations (void)
{
  g_autoptr (VbJsonReader) check = vb_json_reader_new ();
  g_autoptr (GRand) random = g_rand_new_with_seed (8259);
  g_autoptr (GString) document = g_string_new (NULL);
  g_auto (GStrv) pieces = g_strsplit (fragments, " ", -1);
  guint n_codes[VB_JSON_READER_ERROR_NUL + 1] = { 0 };
  guint n_valid = 0;

  for (guint i = 0; i < MUTATIONS; i++) {
    const guint n_mutations = (guint)g_rand_int_range (random, 1, 5);
    g_autoptr (GError) error = NULL;
    const char *field;

    g_string_assign (document, valid_documents[i % G_N_ELEMENTS (valid_documents)]);
    for (guint j = 0; j < n_mutations; j++)
      mutate (random, document, pieces);

    if (check_exactly (check, document->str, document->len, &field, &error)) {
      g_autoptr (JsonParser) parser = json_parser_new ();

      n_valid++;
      json_parser_load_from_data (parser, document->str, (gssize)document->len, &error);
      g_assert_no_error (error);
      g_assert_nonnull (json_parser_get_root (parser));
      assert_told (document->str, document->len);

      check_exactly (check, document->str, document->len, &field, &error);
      g_assert_no_error (error);
    } else {
      g_assert_true (error->domain == VB_JSON_READER_ERROR);
      assert_position (error->message);
      if (error->code == VB_JSON_READER_ERROR_SYNTAX || error->code == VB_JSON_READER_ERROR_DEPTH)
        g_assert_null (field);
      n_codes[error->code]++;
    }
  }

  /* The test would say nothing if it did not come to every verdict. */
  g_test_message ("%u valid, %u syntax, %u depth, %u duplicate, %u number, %u NUL", n_valid,
                  n_codes[0], n_codes[1], n_codes[2], n_codes[3], n_codes[4]);
  g_assert_cmpuint (n_valid, >, MUTATIONS / 20);
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
  g_test_add_func ("/http/json-check/equal-hashes", test_equal_hashes);
  g_test_add_func ("/http/json-check/numbers", test_numbers);
  g_test_add_func ("/http/json-check/strings", test_strings);
  g_test_add_func ("/http/json-check/mutations", test_mutations);

  return g_test_run ();
}
