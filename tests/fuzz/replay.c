/* Runs a fuzz target on each input of the corpus that is named, a file that corpus.py describes:
   for compilers without libFuzzer, and for the inputs that must not fail again. */
#include <stdio.h>

#include "fuzz.h"

/* Returns: the byte that the escape at *@at stands for, or -1; *@at is moved behind it */
static int
unescape (const char **at)
{
  static const char letters[] = "\\nrt", bytes[] = "\\\n\r\t";
  const char *letter = strchr (letters, (*at)[1]);
  int byte = -1;

  if ((*at)[1] != '\0' && letter != NULL) {
    byte = bytes[letter - letters];
    *at += 2;
  } else if ((*at)[1] == 'x' && g_ascii_isxdigit ((*at)[2]) && g_ascii_isxdigit ((*at)[3])) {
    byte = g_ascii_xdigit_value ((*at)[2]) << 4 | g_ascii_xdigit_value ((*at)[3]);
    *at += 4;
  }

  return byte;
}

/* Returns: (transfer full): what @text stands for, of its exact size, so that a sanitizer sees what
   is read behind the end */
static guint8 *
unescape_all (const char *text, gsize *size)
{
  guint8 *data = g_malloc (strlen (text) + 1);

  for (*size = 0; *text != '\0'; (*size)++) {
    const int byte = *text == '\\' ? unescape (&text) : *text++;

    if (byte < 0)
      g_error ("no such escape: %.4s", text);
    data[*size] = (guint8)byte;
  }

  return g_realloc (data, MAX (*size, 1));
}

static void
replay_line (const char *path, const char *line)
{
  const char *sign = strchr (line, '=');
  g_autofree guint8 *data = NULL;
  gsize size;

  if (sign == NULL || sign == line)
    g_error ("%s: not NAME=TEXT: %s", path, line);

  data = unescape_all (sign + 1, &size);
  /* The last line is the culprit where the target does not come back. */
  printf ("# %s: %.*s\n", path, (int)(sign - line), line);
  fflush (stdout);
  LLVMFuzzerTestOneInput (data, size);
}

static guint
replay (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint n = 0;

  if (!g_file_get_contents (path, &text, NULL, &error))
    g_error ("%s", error->message);

  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0' && *lines[i] != '#') {
      replay_line (path, lines[i]);
      n++;
    }

  return n;
}

int
main (int argc, char **argv)
{
  guint n = 0;

  LLVMFuzzerInitialize (&argc, &argv);
  for (int i = 1; i < argc; i++)
    n += replay (argv[i]);

  /* No input is no test. */
  g_assert_cmpuint (n, >, 0);
  printf ("1..1\nok 1 - %u inputs\n", n);

  return EXIT_SUCCESS;
}
