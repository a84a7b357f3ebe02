#include "scan.h"

#include <string.h>

typedef struct
{
  const char *text;
  const char *problem;
} Hint;

/* What people write who come from other languages, in place of a value … */
static const Hint value_hints[] = {
  { "+", "a number takes no plus sign" },
  { ".", "a number needs a digit before its point" },
  { "NaN", "NaN is no JSON number: send null" },
  { "nan", "nan is no JSON number: send null" },
  { "Infinity", "Infinity is no JSON number: send null" },
  { "inf", "inf is no JSON number: send null" },
  { "undefined", "undefined is no JSON value: send null" },
  { "None", "None is no JSON value: send null" },
  { "True", "JSON writes true in small letters" },
  { "False", "JSON writes false in small letters" },
};

/* … and in place of anything. */
static const Hint hints[] = {
  { "'", "single quotes: JSON strings take double quotes" },
  { "`", "backquotes: JSON strings take double quotes" },
  { "\u2018", "typographic quotes: JSON strings take plain double quotes" },
  { "\u2019", "typographic quotes: JSON strings take plain double quotes" },
  { "\u201c", "typographic quotes: JSON strings take plain double quotes" },
  { "\u201d", "typographic quotes: JSON strings take plain double quotes" },
  { "//", "a comment: JSON has none" },
  { "/*", "a comment: JSON has none" },
  { "#", "a comment: JSON has none" },
  { "\u00a0", "a no-break space: JSON takes plain spaces" },
  { "\ufeff", "a byte order mark: JSON has none" },
};

static gboolean
is_next (VbJsonScan *scan, const char *text)
{
  const gsize length = strlen (text);

  return (gsize)(scan->end - scan->at) >= length && memcmp (scan->at, text, length) == 0;
}

static const char *
hint_next (VbJsonScan *scan, const Hint *table, guint n_hints)
{
  for (guint i = 0; i < n_hints; i++)
    if (is_next (scan, table[i].text))
      return table[i].problem;

  return NULL;
}

static gboolean
unexpected_value (VbJsonScan *scan)
{
  const char *hint = hint_next (scan, value_hints, G_N_ELEMENTS (value_hints));

  if (hint != NULL)
    return vb_json_scan_fail (scan, scan->at, hint);

  return vb_json_scan_unexpected (scan, "expected a value");
}

static gboolean
skip_digits (VbJsonScan *scan)
{
  const char *start = scan->at;

  while (g_ascii_isdigit (vb_json_scan_peek (scan)))
    scan->at++;

  return scan->at > start;
}

static gboolean
read_hex4 (VbJsonScan *scan, gunichar *unit)
{
  *unit = 0;

  for (guint i = 0; i < 4; i++) {
    if (!g_ascii_isxdigit (vb_json_scan_peek (scan)))
      return vb_json_scan_unexpected (scan, "expected four hexadecimal digits after \\u");

    *unit = *unit << 4 | (guint)g_ascii_xdigit_value (*scan->at++);
  }

  return TRUE;
}

/* Reads what follows the \u of @escape, and its second half where it is the first of a pair. */
static gboolean
read_unicode_escape (VbJsonScan *scan, const char *escape, gunichar *character)
{
  gunichar low;

  if (!read_hex4 (scan, character))
    return FALSE;

  if (*character < 0xd800 || *character > 0xdfff)
    return TRUE;

  if (*character > 0xdbff || !is_next (scan, "\\u"))
    return vb_json_scan_fail (scan, escape, "half of a surrogate pair");

  scan->at += strlen ("\\u");
  if (!read_hex4 (scan, &low))
    return FALSE;
  if (low < 0xdc00 || low > 0xdfff)
    return vb_json_scan_fail (scan, escape, "half of a surrogate pair");

  *character = 0x10000 + ((*character - 0xd800) << 10) + (low - 0xdc00);

  return TRUE;
}

/* Reads what follows the backslash at @escape. */
static gboolean
read_escape (VbJsonScan *scan, const char *escape, gunichar *character)
{
  static const char letters[] = "\"\\/bfnrt";
  static const char meanings[] = "\"\\/\b\f\n\r\t";
  const char letter = vb_json_scan_peek (scan);
  const char *known;

  if (letter == '\0')
    return vb_json_scan_unexpected (scan, "expected the rest of an escape");

  scan->at++;
  if (letter == 'u')
    return read_unicode_escape (scan, escape, character);

  known = strchr (letters, letter);
  if (known == NULL)
    return vb_json_scan_fail (scan, escape, "JSON has no such escape");

  *character = meanings[known - letters];

  return TRUE;
}

static gboolean
is_plain (char c)
{
  return c != '"' && c != '\\' && (guchar)c >= 0x20;
}

void
vb_json_scan_init (VbJsonScan *scan, const char *text, gsize length)
{
  *scan = (VbJsonScan){ .text = text, .end = text + length, .at = text };
}

void
vb_json_scan_position (const VbJsonScan *scan, const char *at, gsize *line, glong *column)
{
  const char *line_start = scan->text;

  *line = 1;

  for (const char *c = scan->text; c < at; c++)
    if (*c == '\n') {
      ++*line;
      line_start = c + 1;
    }

  *column = g_utf8_strlen (line_start, at - line_start) + 1;
}

gboolean
vb_json_scan_fail (VbJsonScan *scan, const char *at, const char *problem)
{
  scan->problem = problem;
  scan->problem_at = at;

  return FALSE;
}

gboolean
vb_json_scan_unexpected (VbJsonScan *scan, const char *expected)
{
  const char *hint = hint_next (scan, hints, G_N_ELEMENTS (hints));

  scan->problem_is_end = scan->at == scan->end;

  return vb_json_scan_fail (scan, scan->at, hint != NULL ? hint : expected);
}

void
vb_json_scan_space (VbJsonScan *scan)
{
  while (scan->at < scan->end
         && (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\n' || *scan->at == '\r'))
    scan->at++;
}

gboolean
vb_json_scan_string (VbJsonScan *scan, GString *decoded, const char **nul)
{
  const char *quote = scan->at++;

  *nul = NULL;

  while (TRUE) {
    const char *start = scan->at;
    gunichar character = 0;

    while (scan->at < scan->end && is_plain (*scan->at))
      scan->at++;

    if (decoded != NULL)
      g_string_append_len (decoded, start, scan->at - start);

    if (scan->at == scan->end)
      return vb_json_scan_fail (scan, quote, "a string without its closing quote");

    start = scan->at++;
    if (*start == '"')
      return TRUE;
    if (*start == '\n' || *start == '\r')
      return vb_json_scan_fail (scan, start, "a line break in a string: write it as \\n");
    if (*start != '\\')
      return vb_json_scan_fail (scan, start, "a control character in a string: write \\u00XX");
    if (!read_escape (scan, start, &character))
      return FALSE;

    if (character == 0 && *nul == NULL)
      *nul = start;

    if (decoded != NULL && character == 0)
      g_string_append (decoded, "\\u0000");
    else if (decoded != NULL)
      g_string_append_unichar (decoded, character);
  }
}

gboolean
vb_json_scan_number (VbJsonScan *scan, gboolean *integer)
{
  const char *start = scan->at;

  *integer = TRUE;

  if (vb_json_scan_peek (scan) == '-')
    scan->at++;

  if (vb_json_scan_peek (scan) == '0') {
    scan->at++;
    if (g_ascii_isdigit (vb_json_scan_peek (scan)))
      return vb_json_scan_fail (scan, start, "the number starts with 0");
    if (g_ascii_tolower (vb_json_scan_peek (scan)) == 'x')
      return vb_json_scan_fail (scan, start, "a hexadecimal number: JSON has decimal ones only");
  } else if (!skip_digits (scan))
    return unexpected_value (scan);

  if (vb_json_scan_peek (scan) == '.') {
    *integer = FALSE;
    scan->at++;
    if (!skip_digits (scan))
      return vb_json_scan_unexpected (scan, "expected a digit after the point");
  }

  if (g_ascii_tolower (vb_json_scan_peek (scan)) == 'e') {
    *integer = FALSE;
    scan->at++;
    if (vb_json_scan_peek (scan) == '+' || vb_json_scan_peek (scan) == '-')
      scan->at++;
    if (!skip_digits (scan))
      return vb_json_scan_unexpected (scan, "expected a digit in the exponent");
  }

  return TRUE;
}

gboolean
vb_json_scan_literal (VbJsonScan *scan)
{
  static const char *const literals[] = { "true", "false", "null" };

  for (guint i = 0; i < G_N_ELEMENTS (literals); i++)
    if (is_next (scan, literals[i])) {
      scan->at += strlen (literals[i]);
      return TRUE;
    }

  return unexpected_value (scan);
}
