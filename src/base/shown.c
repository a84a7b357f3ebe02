#include "shown.h"

#include <string.h>

#define ELLIPSIS "\u2026"
#define REPLACEMENT "\ufffd"

static gboolean
is_control (gunichar c)
{
  return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x61c || c == 0x200e || c == 0x200f
         || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

gunichar
vb_shown_find_control (const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text)) {
    const gunichar c = g_utf8_get_char (text);

    if (is_control (c))
      return c;
  }

  return 0;
}

/* Writes the character at @at as it is shown.
   Returns: where the next one begins */
static const char *
append_character (GString *text, const char *at)
{
  const gunichar c = g_utf8_get_char_validated (at, -1);

  if (c == (gunichar)-1 || c == (gunichar)-2) {
    g_string_append (text, REPLACEMENT);
    return at + 1;
  }

  if (is_control (c))
    g_string_append_printf (text, "\\u%04x", c);
  else
    g_string_append_len (text, at, g_utf8_next_char (at) - at);

  return g_utf8_next_char (at);
}

void
vb_shown_append (GString *text, const char *raw, gsize max)
{
  const gsize start = text->len;
  gsize fits = start; /* up to where an ellipsis still fits behind it */

  g_return_if_fail (max >= strlen (ELLIPSIS));

  while (*raw != '\0') {
    raw = append_character (text, raw);
    if (text->len - start > max) {
      g_string_truncate (text, fits);
      g_string_append (text, ELLIPSIS);
      return;
    }
    if (text->len - start <= max - strlen (ELLIPSIS))
      fits = text->len;
  }
}

char *
vb_shown (const char *raw, gsize max)
{
  GString *text = g_string_new (NULL);

  vb_shown_append (text, raw, max);

  return g_string_free (text, FALSE);
}
