/* Runs a fuzz target on the files and folders that are named, each file once: for compilers without
   libFuzzer, and for the inputs that must not fail again. */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

static void
replay_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree guint8 *data = NULL;
  gsize size;

  if (!g_file_get_contents (path, &text, &size, &error))
    g_error ("%s", error->message);

  /* Of its exact size, so that a sanitizer sees what is read behind the end. */
  data = g_malloc (MAX (size, 1));
  memcpy (data, text, size);

  /* The last line is the culprit where the target does not come back. */
  printf ("# %s\n", path);
  fflush (stdout);
  LLVMFuzzerTestOneInput (data, size);
}

static guint
replay_folder (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) folder = g_dir_open (path, 0, &error);
  const char *name;
  guint n = 0;

  if (folder == NULL)
    g_error ("%s", error->message);

  for (; (name = g_dir_read_name (folder)) != NULL; n++) {
    g_autofree char *file = g_build_filename (path, name, NULL);

    replay_file (file);
  }

  return n;
}

int
main (int argc, char **argv)
{
  guint n = 0;

  LLVMFuzzerInitialize (&argc, &argv);
  for (int i = 1; i < argc; i++)
    if (g_file_test (argv[i], G_FILE_TEST_IS_DIR))
      n += replay_folder (argv[i]);
    else {
      replay_file (argv[i]);
      n++;
    }

  /* No input is no test. */
  g_assert_cmpuint (n, >, 0);
  printf ("1..1\nok 1 - %u inputs\n", n);

  return EXIT_SUCCESS;
}
