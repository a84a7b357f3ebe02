/* The JSON gate: what it lets through must be JSON to json-glib too, and be told as it stands there,
   number by number; what it refuses must be refused with a reason and a place, and leave no
   trace for the next text. */
#include <json-glib/json-glib.h>
#include <math.h>

#include "fuzz.h"
#include "json/reader.h"

/* Beyond this an integer is not told. */
#define INTEGER_MAX 9007199254740992.0

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

/* What the gate tells of: the numbers, in order, and 0 for what is none. */
static void
take_token (const VbJsonToken *token, gpointer user_data)
{
  if (token->path != NULL)
    g_assert_true (g_utf8_validate (token->path, -1, NULL));
  if (token->text != NULL)
    g_assert_true (g_utf8_validate (token->text, -1, NULL));

  if (token->kind == VB_JSON_NUMBER && token->fault == VB_JSON_FAULT_NONE)
    add (user_data, token->number);
  else if (token->kind == VB_JSON_NUMBER)
    add (user_data, NAN);
  else if (token->kind != VB_JSON_ARRAY && token->kind != VB_JSON_OBJECT
           && token->kind != VB_JSON_END)
    add (user_data, 0);
}
static void
assert_told (const char *text, gsize size, const GArray *told)
{
  g_autofree char *terminated = g_strndup (text, size);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GArray) said = values_of_text (terminated);
  g_autoptr (GError) error = NULL;

  json_parser_load_from_data (parser, text, (gssize)size, &error);
  g_assert_no_error (error);

  g_assert_cmpuint (told->len, ==, said->len);
  for (guint i = 0; i < said->len; i++) {
    const double number = g_array_index (said, double, i);

    if (isnan (g_array_index (told, double, i)))
      g_assert_cmpfloat (fabs (number), >=, INTEGER_MAX);
    else
      g_assert_cmpfloat (g_array_index (told, double, i), ==, number);
  }
}

static void
assert_reason (const GError *error)
{
  g_assert_true (error->domain == VB_JSON_READER_ERROR);
  fuzz_assert_message (error->message);
  g_assert_nonnull (strstr (error->message, ", line "));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *text = (const char *)data;
  g_autoptr (VbJsonReader) fresh = vb_json_reader_new ();
  g_autoptr (GArray) told = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) fresh_told = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) fresh_error = NULL;
  gboolean valid;

  vb_json_reader_set_read (used, take_token, told);
  vb_json_reader_set_read (fresh, take_token, fresh_told);
  valid = vb_json_reader_read (used, text, size, &error);
  g_assert_true (vb_json_reader_read (fresh, text, size, &fresh_error) == valid);
  g_assert_cmpmem (told->data, told->len * sizeof (double), fresh_told->data,
                   fresh_told->len * sizeof (double));
  if (valid)
    assert_told (text, size, told);
  else {
    assert_reason (error);
    g_assert_cmpstr (error->message, ==, fresh_error->message);
  }

  return 0;
}
