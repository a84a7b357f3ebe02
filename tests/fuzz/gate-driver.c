/* What the JSON gate says of each document on standard input, for check-gate.py. A document is its
   length in bytes on a line of its own, then its bytes; the answer is one word on a line. */
#include <stdio.h>
#include <stdlib.h>

#include "json/reader.h"

static const char *const words[] = {
  [VB_JSON_READER_ERROR_SYNTAX] = "syntax",
  [VB_JSON_READER_ERROR_DEPTH] = "depth",
};

static void
note_fault (const VbJsonToken *token, gpointer user_data)
{
  gboolean *faulty = user_data;

  *faulty = *faulty || token->fault != VB_JSON_FAULT_NONE;
}

static const char *
judge (VbJsonReader *check, const char *text, gsize length)
{
  g_autoptr (GError) error = NULL;
  gboolean faulty = FALSE;

  vb_json_reader_set_read (check, note_fault, &faulty);
  if (!vb_json_reader_read (check, text, length, &error))
    return words[error->code];

  return faulty ? "faulty" : "ok";
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
