#include "reader.h"

#include "base/number.h"
#include "names.h"
#include "scan.h"

struct _VbJsonReader
{
  VbJsonScan scan;
  VbJsonReaderError problem; /* what the scan's problem counts as */
  guint depth;

  VbJsonRead read; /* or NULL */
  gpointer user_data;

  VbJsonNames *names;
  GString *name; /* one name, decoded */
  GString *text; /* one text, decoded */
};

static gboolean check_value (VbJsonReader *check);

GQuark
vb_json_reader_error_quark (void)
{
  return g_quark_from_static_string ("vb-json-check-error-quark");
}

static void
tell (VbJsonReader *check, VbJsonToken token)
{
  if (check->read == NULL)
    return;

  token.path = vb_json_names_path (check->names);
  check->read (&token, check->user_data);
}

static gboolean
check_member (VbJsonReader *check)
{
  VbJsonScan *scan = &check->scan;
  const char *nul;

  if (vb_json_scan_peek (scan) != '"')
    return vb_json_scan_unexpected (scan, "expected a name in double quotes");

  g_string_truncate (check->name, 0);
  if (!vb_json_scan_string (scan, check->name, &nul))
    return FALSE;

  vb_json_names_enter (check->names, check->name->str);

  vb_json_scan_space (scan);
  if (vb_json_scan_peek (scan) != ':')
    return vb_json_scan_unexpected (scan, "expected ':' after the name");
  scan->at++;

  return check_value (check);
}

static gboolean
check_members (VbJsonReader *check, char bracket)
{
  VbJsonScan *scan = &check->scan;
  const gboolean object = bracket == '}';
  const char *comma = NULL;

  scan->at++;
  vb_json_scan_space (scan);

  while (vb_json_scan_peek (scan) != bracket || comma != NULL) {
    if (vb_json_scan_peek (scan) == bracket)
      return vb_json_scan_fail (scan, comma, "a trailing comma");

    if (!(object ? check_member (check) : check_value (check)))
      return FALSE;

    vb_json_scan_space (scan);
    comma = NULL;
    if (vb_json_scan_peek (scan) == ',') {
      comma = scan->at++;
      vb_json_scan_space (scan);
    } else if (vb_json_scan_peek (scan) != bracket)
      return vb_json_scan_unexpected (scan, object ? "expected ',' or '}'" : "expected ',' or ']'");
  }

  scan->at++;

  return TRUE;
}

static gboolean
check_container (VbJsonReader *check, char bracket)
{
  gboolean valid;

  if (check->depth == VB_JSON_DEPTH_MAX) {
    check->problem = VB_JSON_READER_ERROR_DEPTH;
    return vb_json_scan_fail (&check->scan, check->scan.at,
                              "nested deeper than " G_STRINGIFY (VB_JSON_DEPTH_MAX) " levels");
  }

  /* Closed again whether valid or not, so that the next text starts outside of everything. */
  check->depth++;
  tell (check, (VbJsonToken){ .kind = bracket == '}' ? VB_JSON_OBJECT : VB_JSON_ARRAY });
  if (bracket == '}')
    vb_json_names_open (check->names);
  valid = check_members (check, bracket);
  if (bracket == '}')
    vb_json_names_close (check->names);
  tell (check, (VbJsonToken){ .kind = VB_JSON_END });
  check->depth--;

  return valid;
}

static gboolean
check_number (VbJsonReader *check)
{
  const char *start = check->scan.at;
  VbJsonToken token = { .kind = VB_JSON_NUMBER };
  gboolean integer;
  gsize length;

  if (!vb_json_scan_number (&check->scan, &integer))
    return FALSE;

  length = (gsize)(check->scan.at - start);
  if (!vb_number_read (start, length, integer, &token.number)) {
    token.fault = integer ? VB_JSON_FAULT_INTEGER : VB_JSON_FAULT_REAL;
    g_string_truncate (check->text, 0);
    g_string_append_len (check->text, start, (gssize)length);
    token.text = check->text->str;
  }
  tell (check, token);

  return TRUE;
}

static gboolean
check_string (VbJsonReader *check)
{
  const char *nul;

  g_string_truncate (check->text, 0);
  if (!vb_json_scan_string (&check->scan, check->text, &nul))
    return FALSE;

  tell (check, (VbJsonToken){ .kind = VB_JSON_TEXT,
                              .text = check->text->str,
                              .fault = nul != NULL ? VB_JSON_FAULT_NUL : VB_JSON_FAULT_NONE });

  return TRUE;
}

static gboolean
check_literal (VbJsonReader *check)
{
  const char first = vb_json_scan_peek (&check->scan);
  const VbJsonKind kind = first == 't' ? VB_JSON_TRUE : first == 'f' ? VB_JSON_FALSE : VB_JSON_NULL;

  if (!vb_json_scan_literal (&check->scan))
    return FALSE;

  tell (check, (VbJsonToken){ .kind = kind });

  return TRUE;
}

static gboolean
check_value (VbJsonReader *check)
{
  char next;

  vb_json_scan_space (&check->scan);
  next = vb_json_scan_peek (&check->scan);

  if (next == '{')
    return check_container (check, '}');
  if (next == '[')
    return check_container (check, ']');
  if (next == '"')
    return check_string (check);
  if (next == '-' || g_ascii_isdigit (next))
    return check_number (check);

  return check_literal (check);
}

static gboolean
check_text (VbJsonReader *check, gsize length)
{
  VbJsonScan *scan = &check->scan;
  const char *invalid;

  /* This refuses NUL bytes too. */
  if (!g_utf8_validate_len (scan->text, length, &invalid))
    return vb_json_scan_fail (scan, invalid, *invalid == '\0' ? "a NUL byte" : "not UTF-8");

  vb_json_scan_space (scan);
  if (scan->at == scan->end)
    return vb_json_scan_fail (scan, scan->at, "the text is empty");

  if (!check_value (check))
    return FALSE;

  vb_json_scan_space (scan);
  if (scan->at < scan->end)
    return vb_json_scan_unexpected (scan, "text after the document");

  return TRUE;
}

static void
set_error (const VbJsonReader *check, GError **error)
{
  const VbJsonScan *scan = &check->scan;
  gsize line;
  glong column;

  vb_json_scan_position (scan, scan->problem_at, &line, &column);
  g_set_error (
      error, VB_JSON_READER_ERROR, check->problem, "%s%s, line %" G_GSIZE_FORMAT ", column %ld",
      scan->problem_is_end ? "the text ends too early, " : "", scan->problem, line, column);
}

VbJsonReader *
vb_json_reader_new (void)
{
  VbJsonReader *check = g_new0 (VbJsonReader, 1);

  check->names = vb_json_names_new ();
  check->name = g_string_new (NULL);
  check->text = g_string_new (NULL);

  return check;
}

void
vb_json_reader_free (VbJsonReader *check)
{
  g_return_if_fail (check != NULL);

  vb_json_names_free (check->names);
  g_string_free (check->name, TRUE);
  g_string_free (check->text, TRUE);
  g_free (check);
}

void
vb_json_reader_set_read (VbJsonReader *check, VbJsonRead read, gpointer user_data)
{
  g_return_if_fail (check != NULL);

  check->read = read;
  check->user_data = user_data;
}

gboolean
vb_json_reader_read (VbJsonReader *check, const char *text, gsize length, GError **error)
{
  g_return_val_if_fail (check != NULL, FALSE);
  g_return_val_if_fail (text != NULL || length == 0, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  vb_json_scan_init (&check->scan, length > 0 ? text : "", length);
  check->problem = VB_JSON_READER_ERROR_SYNTAX;

  if (check_text (check, length))
    return TRUE;

  set_error (check, error);

  return FALSE;
}
