/* The JSON gate: what it lets through must mean to json-glib what it says, number by number; what
   it refuses must be refused with a reason and a place, and leave no trace for the next text. */
#include <json-glib/json-glib.h>

#include "fuzz.h"
#include "json/reader.h"

static VbJsonReader *used;

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  fuzz_prepare ();
  used = vb_json_reader_new ();

  return 0;
}

static void
add (GArray *values, double number)
{
  g_array_append_val (values, number);
}

static const char *
skip_string (const char *at)
{
  for (at++; *at != '"'; at++)
    if (*at == '\\')
      at++;

  return at + 1;
}

/* What stands in @text, which is valid: a name is a string before a colon. */
static GArray *
values_of_text (const char *text)
{
  GArray *values = g_array_new (FALSE, FALSE, sizeof (double));

  for (const char *at = text; *at != '\0';) {
    if (*at == '"') {
      at = skip_string (at);
      at += strspn (at, " \t\r\n");
      if (*at != ':')
        add (values, 0);
    } else if (*at == '-' || g_ascii_isdigit (*at)) {
      char *end;

      add (values, g_ascii_strtod (at, &end));
      at = end;
    } else if (g_ascii_isalpha (*at)) {
      add (values, 0);
      at += strspn (at, "truefalsn");
    } else
      at++;
  }

  return values;
}

static void add_node (GArray *values, JsonNode *node);

static void
add_member (JsonObject *object, const char *name, JsonNode *node, gpointer user_data)
{
  add_node (user_data, node);
}

static void
add_element (JsonArray *array, guint index, JsonNode *node, gpointer user_data)
{
  add_node (user_data, node);
}

static void
add_node (GArray *values, JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    json_object_foreach_member (json_node_get_object (node), add_member, values);
  else if (JSON_NODE_HOLDS_ARRAY (node))
    json_array_foreach_element (json_node_get_array (node), add_element, values);
  else if (JSON_NODE_HOLDS_VALUE (node)
           && (json_node_get_value_type (node) == G_TYPE_INT64
               || json_node_get_value_type (node) == G_TYPE_DOUBLE))
    add (values, json_node_get_double (node));
  else
    add (values, 0);
}

static void
assert_meaning (const char *text, gsize size)
{
  g_autofree char *terminated = g_strndup (text, size);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GArray) said = values_of_text (terminated);
  g_autoptr (GArray) meant = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GError) error = NULL;

  json_parser_load_from_data (parser, text, (gssize)size, &error);
  g_assert_no_error (error);
  add_node (meant, json_parser_get_root (parser));

  g_assert_cmpuint (said->len, ==, meant->len);
  for (guint i = 0; i < said->len; i++)
    g_assert_cmpfloat (g_array_index (said, double, i), ==, g_array_index (meant, double, i));
}

static void
assert_reason (const GError *error, const char *field)
{
  g_assert_true (error->domain == VB_JSON_READER_ERROR);
  fuzz_assert_message (error->message);
  g_assert_nonnull (strstr (error->message, ", line "));
  if (error->code == VB_JSON_READER_ERROR_SYNTAX || error->code == VB_JSON_READER_ERROR_DEPTH)
    g_assert_null (field);
  if (field != NULL)
    g_assert_true (g_utf8_validate (field, -1, NULL));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *text = (const char *)data;
  g_autoptr (VbJsonReader) fresh = vb_json_reader_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) fresh_error = NULL;
  const char *field, *fresh_field;
  const gboolean valid = vb_json_reader_read (used, text, size, &field, &error);

  g_assert_true (vb_json_reader_read (fresh, text, size, &fresh_field, &fresh_error) == valid);
  g_assert_cmpstr (fresh_field, ==, field);
  if (valid)
    assert_meaning (text, size);
  else {
    assert_reason (error, field);
    g_assert_cmpstr (error->message, ==, fresh_error->message);
  }

  return 0;
}
