#include "writer.h"

#include <math.h>
#include <string.h>

#include "base/number.h"

/* The control characters that have an escape of their own; the others are written as \u00XX. */
static const char short_escapes[0x20] = {
  ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r',
};

static void
begin_element (VbJsonWriter *writer)
{
  if (writer->comma)
    g_string_append_c (writer->text, ',');

  writer->comma = TRUE;
}

static void
open_container (VbJsonWriter *writer, char bracket)
{
  begin_element (writer);
  g_string_append_c (writer->text, bracket);
  writer->comma = FALSE;
}

static void
close_container (VbJsonWriter *writer, char bracket)
{
  g_string_append_c (writer->text, bracket);
  writer->comma = TRUE;
}

static gboolean
needs_escape (char c)
{
  return (guchar)c < 0x20 || c == '"' || c == '\\';
}

static void
append_escaped (GString *text, char c)
{
  if (c == '"' || c == '\\') {
    g_string_append_c (text, '\\');
    g_string_append_c (text, c);
  } else if (short_escapes[(guchar)c] != '\0') {
    g_string_append_c (text, '\\');
    g_string_append_c (text, short_escapes[(guchar)c]);
  } else
    g_string_append_printf (text, "\\u%04x", (guchar)c);
}

static void
append_quoted (GString *text, const char *value)
{
  const char *plain = value;

  g_string_append_c (text, '"');

  for (const char *c = value; *c != '\0'; c++)
    if (needs_escape (*c)) {
      g_string_append_len (text, plain, c - plain);
      append_escaped (text, *c);
      plain = c + 1;
    }

  g_string_append (text, plain);
  g_string_append_c (text, '"');
}

/* Of the number that begins at @start. */
static void
remove_trailing_zeros (GString *text, gsize start)
{
  gsize length = text->len;

  if (strchr (text->str + start, '.') == NULL)
    return;

  while (text->str[length - 1] == '0')
    length--;
  if (text->str[length - 1] == '.')
    length--;
  g_string_truncate (text, length);
}

void
vb_json_writer_init (VbJsonWriter *writer, GString *text)
{
  writer->text = text;
  writer->comma = FALSE;
}

void
vb_json_begin_object (VbJsonWriter *writer)
{
  open_container (writer, '{');
}

void
vb_json_end_object (VbJsonWriter *writer)
{
  close_container (writer, '}');
}

void
vb_json_begin_array (VbJsonWriter *writer)
{
  open_container (writer, '[');
}

void
vb_json_end_array (VbJsonWriter *writer)
{
  close_container (writer, ']');
}

void
vb_json_name (VbJsonWriter *writer, const char *name)
{
  g_return_if_fail (name != NULL);

  begin_element (writer);
  append_quoted (writer->text, name);
  g_string_append_c (writer->text, ':');
  writer->comma = FALSE;
}

void
vb_json_string (VbJsonWriter *writer, const char *value)
{
  if (value == NULL) {
    vb_json_null (writer);
    return;
  }

  begin_element (writer);
  append_quoted (writer->text, value);
}

void
vb_json_integer (VbJsonWriter *writer, gint64 value)
{
  begin_element (writer);
  vb_number_append_integer (writer->text, value);
}

void
vb_json_real (VbJsonWriter *writer, double value, int decimals)
{
  gsize start;

  if (!isfinite (value)) {
    vb_json_null (writer);
    return;
  }

  begin_element (writer);
  start = writer->text->len;
  vb_number_append_real (writer->text, value, (guint)CLAMP (decimals, 0, VB_DECIMALS_MAX));
  remove_trailing_zeros (writer->text, start);
  if (g_str_equal (writer->text->str + start, "-0"))
    g_string_erase (writer->text, (gssize)start, 1);
}

void
vb_json_boolean (VbJsonWriter *writer, gboolean value)
{
  begin_element (writer);
  g_string_append (writer->text, value ? "true" : "false");
}

void
vb_json_null (VbJsonWriter *writer)
{
  begin_element (writer);
  g_string_append (writer->text, "null");
}

void
vb_json_member_string (VbJsonWriter *writer, const char *name, const char *value)
{
  vb_json_name (writer, name);
  vb_json_string (writer, value);
}

void
vb_json_member_integer (VbJsonWriter *writer, const char *name, gint64 value)
{
  vb_json_name (writer, name);
  vb_json_integer (writer, value);
}

void
vb_json_member_real (VbJsonWriter *writer, const char *name, double value, int decimals)
{
  vb_json_name (writer, name);
  vb_json_real (writer, value, decimals);
}

void
vb_json_member_boolean (VbJsonWriter *writer, const char *name, gboolean value)
{
  vb_json_name (writer, name);
  vb_json_boolean (writer, value);
}
