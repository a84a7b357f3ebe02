#include "history-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#define GROUP "history"
#define VERSION 1
#define CHECKSUM "# sha256 "

/* A clock before 2020 has not been set since the device was switched on. */
#define EARLIEST G_GINT64_CONSTANT (1577836800)

/* A thousand years, in s: what is longer ago is no time. */
#define LONGEST_AGO 3.2e10

#define AT(member_) offsetof (VbCounters, member_)

static const struct
{
  const char *key;
  gsize offset;
} counters_kept[] = {
  { "charged-energy", AT (charged_energy) },
  { "discharged-energy", AT (discharged_energy) },
  { "drawn", AT (drawn) },
  { "consumed", AT (consumed) },
  { "last-discharge", AT (last_discharge) },
  { "deepest-discharge", AT (deepest_discharge) },
  { "minimum-voltage", AT (minimum_voltage) },
  { "maximum-voltage", AT (maximum_voltage) },
  { "minimum-cell-voltage", AT (minimum_cell_voltage) },
  { "maximum-cell-voltage", AT (maximum_cell_voltage) },
  { "since-full", AT (since_full) },
  { "below-95", AT (below_95) },
};

/* Of the programme of charge. */
static const struct
{
  const char *key;
  gsize offset;
} memory_kept[] = {
  { "programme-since-full", offsetof (VbProgrammeMemory, since_full) },
  { "programme-since-balance", offsetof (VbProgrammeMemory, since_balance) },
};

G_DEFINE_QUARK (vb_history_file_error, vb_history_file_error)

static void
append_number (GString *text, const char *key, gconstpointer member)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_printf (text, "%s=%s\n", key,
                          g_ascii_dtostr (digits, sizeof digits, *(const double *)member));
}

char *
vb_history_file_write (const char *name,
                       const VbCounters *counters,
                       const VbProgrammeMemory *memory,
                       gint64 saved)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *checksum = NULL;

  g_string_append_printf (text, "[" GROUP "]\nversion=%d\nbattery=%s\nsaved=%" G_GINT64_FORMAT "\n",
                          VERSION, name, saved);
  for (guint i = 0; counters != NULL && i < G_N_ELEMENTS (counters_kept); i++)
    append_number (text, counters_kept[i].key, (const char *)counters + counters_kept[i].offset);
  for (guint i = 0; memory != NULL && i < G_N_ELEMENTS (memory_kept); i++)
    append_number (text, memory_kept[i].key, (const char *)memory + memory_kept[i].offset);

  checksum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text->str, (gssize)text->len);
  g_string_append_printf (text, CHECKSUM "%s\n", checksum);

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean G_GNUC_PRINTF (2, 3) refuse (GError **error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_propagate_error (error, g_error_new_valist (VB_HISTORY_FILE_ERROR,
                                                VB_HISTORY_FILE_ERROR_FOREIGN, format, arguments));
  va_end (arguments);

  return FALSE;
}

/* The last line is the checksum of all that stands before it. */
static gboolean
is_whole (const char *text)
{
  const char *line = g_strrstr (text, "\n" CHECKSUM);
  g_autofree char *checksum = NULL;
  g_autofree char *expected = NULL;

  if (line == NULL)
    return FALSE;

  checksum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *)text,
                                          (gsize)(line + 1 - text));
  expected = g_strdup_printf (CHECKSUM "%s\n", checksum);

  return g_str_equal (line + 1, expected);
}

static gboolean
parse_number (const char *text, double *number)
{
  char *end;

  *number = g_ascii_strtod (text, &end);

  return end != text && *end == '\0' && !isinf (*number);
}

/* A counter that the file lacks stays as it is. */
static gboolean
read_counters (GKeyFile *file, VbCounters *counters, GPtrArray *lacking, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (counters_kept); i++) {
    const char *key = counters_kept[i].key;
    g_autofree char *text = g_key_file_get_value (file, GROUP, key, NULL);

    if (text == NULL)
      g_ptr_array_add (lacking, (gpointer)key);
    else if (!parse_number (text, (double *)((char *)counters + counters_kept[i].offset)))
      return refuse (error, "%s is no number", key);
  }

  return TRUE;
}

/* Returns: how many of @memory the file has, or -1 with an error */
static int
read_memory (GKeyFile *file, VbProgrammeMemory *memory, GError **error)
{
  int n = 0;

  *memory = (VbProgrammeMemory){ NAN, NAN };
  for (guint i = 0; i < G_N_ELEMENTS (memory_kept); i++) {
    const char *key = memory_kept[i].key;
    g_autofree char *text = g_key_file_get_value (file, GROUP, key, NULL);
    double number;

    if (text == NULL)
      continue;
    if (!parse_number (text, &number) || number < 0 || number > LONGEST_AGO) {
      refuse (error, "%s is no time", key);
      return -1;
    }
    *(double *)((char *)memory + memory_kept[i].offset) = number;
    n++;
  }

  return n;
}

gboolean
vb_history_file_read (const char *text,
                      const char *name,
                      gint64 now,
                      VbCounters *counters,
                      VbProgrammeMemory *memory,
                      char **lacks,
                      GError **error)
{
  VbProgrammeMemory recalled;
  int n_recalled;
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GPtrArray) lacking = g_ptr_array_new ();
  g_autofree char *battery = NULL;
  VbHistory anew;
  gint64 saved;

  if (!is_whole (text))
    return refuse (error, "it is torn, or was changed by somebody");
  if (!g_key_file_load_from_data (file, text, strlen (text), G_KEY_FILE_NONE, NULL))
    return refuse (error, "it is no key file");
  if (g_key_file_get_integer (file, GROUP, "version", NULL) != VERSION)
    return refuse (error, "it is of another version");

  battery = g_key_file_get_value (file, GROUP, "battery", NULL);
  if (g_strcmp0 (battery, name) != 0)
    return refuse (error, "it is of another battery");

  vb_history_init (&anew);
  n_recalled = read_memory (file, &recalled, error);
  if (n_recalled < 0 || !read_counters (file, &anew.counters, lacking, error))
    return FALSE;
  /* Where nothing was counted, a file has only what the programme of charge needs. */
  if (lacking->len == G_N_ELEMENTS (counters_kept)) {
    if (n_recalled == 0)
      return refuse (error, "it holds no counter");
    g_ptr_array_set_size (lacking, 0);
  }

  saved = g_key_file_get_int64 (file, GROUP, "saved", NULL);
  if (saved >= EARLIEST && now > saved) {
    anew.counters.since_full += (double)(now - saved);
    recalled.since_full += (double)(now - saved);
    recalled.since_balance += (double)(now - saved);
  }
  *counters = anew.counters;
  if (memory != NULL)
    *memory = recalled;
  g_ptr_array_add (lacking, NULL);
  *lacks = lacking->len > 1 ? g_strjoinv (", ", (char **)lacking->pdata) : NULL;

  return TRUE;
}

static gboolean
fail (GError **error, const char *what, const char *path)
{
  const int saved = errno;

  g_set_error (error, G_FILE_ERROR, (int)g_file_error_from_errno (saved), "cannot %s %s: %s", what,
               path, g_strerror (saved));

  return FALSE;
}

static gboolean
write_all (int fd, const char *text, gsize length)
{
  while (length > 0) {
    const gssize written = write (fd, text, length);

    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return FALSE;
    text += written;
    length -= (gsize)written;
  }

  return TRUE;
}

static gboolean
write_beside (const char *path, const char *text, GError **error)
{
  const int fd = g_open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  gboolean written;

  if (fd < 0)
    return fail (error, "create", path);

  written = write_all (fd, text, strlen (text)) && fsync (fd) == 0;
  if (!written)
    fail (error, "write", path);
  if (close (fd) != 0 && written)
    return fail (error, "close", path);

  return written;
}

/* What could not be written is not left lying on a disk that is full. */
static gboolean
write_beside_or_remove (const char *path, const char *text, GError **error)
{
  if (write_beside (path, text, error))
    return TRUE;

  g_unlink (path);

  return FALSE;
}

/* A rename lasts once its folder has been written. */
static gboolean
sync_folder (const char *folder, GError **error)
{
  const int fd = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  gboolean synced;

  if (fd < 0)
    return fail (error, "open", folder);

  synced = fsync (fd) == 0;
  if (!synced)
    fail (error, "synchronise", folder);
  close (fd);

  return synced;
}

gboolean
vb_history_file_replace (const char *path, const char *text, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *beside = g_strconcat (path, ".new", NULL);

  if (g_mkdir_with_parents (folder, 0755) != 0)
    return fail (error, "make the folder", folder);
  if (!write_beside_or_remove (beside, text, error))
    return FALSE;
  if (g_rename (beside, path) != 0)
    return fail (error, "replace", path);

  return sync_folder (folder, error);
}
