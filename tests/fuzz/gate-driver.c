/* What the JSON gate says of each document on standard input, for check-gate.py. A document is its
   length in bytes on a line of its own, then its bytes; the answer is one word on a line. */
#include <stdio.h>
#include <stdlib.h>

#include "json/reader.h"

static const char *const words[] = {
  [VB_JSON_READER_ERROR_SYNTAX] = "syntax",
  [VB_JSON_READER_ERROR_DEPTH] = "depth",
  [VB_JSON_READER_ERROR_DUPLICATE] = "duplicate",
  [VB_JSON_READER_ERROR_NUMBER] = "number",
  [VB_JSON_READER_ERROR_NUL] = "nul",
};

static const char *
judge (VbJsonReader *check, const char *text, gsize length)
{
  g_autoptr (GError) error = NULL;
  const char *field;

  if (vb_json_reader_read (check, text, length, &field, &error))
    return "ok";

  return words[error->code];
}

int
main (void)
{
  g_autoptr (VbJsonReader) check = vb_json_reader_new ();
  char line[32];

  while (fgets (line, sizeof line, stdin) != NULL) {
    const gsize length = (gsize)g_ascii_strtoull (line, NULL, 10);
    g_autofree char *text = g_malloc (MAX (length, 1));

    g_assert_cmpuint (fread (text, 1, length, stdin), ==, length);
    puts (judge (check, text, length));
  }

  return EXIT_SUCCESS;
}
