#include "state/history-file.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "state/history-keeper.h"

#define NOW G_GINT64_CONSTANT (1795000000)
#define SECOND ((gint64)G_USEC_PER_SEC)

static const VbCounters counters = {
  .charged_energy = 1234.5678901234567,
  .discharged_energy = 0.1,
  .drawn = 1e-300,
  .consumed = -12.25,
  .last_discharge = -40,
  .deepest_discharge = -123.456,
  .minimum_voltage = 44.1,
  .maximum_voltage = NAN,
  .minimum_cell_voltage = NAN,
  .maximum_cell_voltage = 3.65,
  .since_full = 86400.5,
  .below_95 = 1,
};

static gboolean
same (const VbCounters *a, const VbCounters *b)
{
  const double *left = (const double *)a, *right = (const double *)b;

  for (guint i = 0; i < sizeof *a / sizeof *left; i++)
    if (left[i] != right[i] && !(isnan (left[i]) && isnan (right[i])))
      return FALSE;

  return TRUE;
}

static void
test_round_trip (void)
{
  g_autofree char *text = vb_history_file_write ("shed", &counters, NULL, NOW);
  g_autoptr (GError) error = NULL;
  g_autofree char *lacks = NULL;
  VbCounters read;

  g_assert_true (vb_history_file_read (text, "shed", NOW, &read, NULL, &lacks, &error));
  g_assert_no_error (error);
  g_assert_true (same (&read, &counters));
  g_assert_null (lacks);
}

static void
assert_foreign (const char *text, const char *reason)
{
  g_autoptr (GError) error = NULL;
  VbCounters read = { .drawn = 7 };
  char *lacks = NULL;

  g_assert_false (vb_history_file_read (text, "shed", NOW, &read, NULL, &lacks, &error));
  g_assert_null (lacks);
  g_assert_error (error, VB_HISTORY_FILE_ERROR, VB_HISTORY_FILE_ERROR_FOREIGN);
  if (reason != NULL)
    g_assert_cmpstr (error->message, ==, reason);
  g_assert_cmpfloat (read.drawn, ==, 7);
}

/* At whatever byte it was torn, and whatever byte was changed. */
static void
test_torn (void)
{
  g_autofree char *text = vb_history_file_write ("shed", &counters, NULL, NOW);
  const gsize length = strlen (text);

  for (gsize i = 0; i < length; i++) {
    g_autofree char *torn = g_strndup (text, i);
    g_autofree char *changed = g_strdup (text);

    changed[i] ^= 1;
    assert_foreign (torn, NULL);
    assert_foreign (changed, NULL);
  }
}

/* A text with a right checksum, whatever it says. */
static char *
seal (const char *text)
{
  g_autofree char *checksum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);

  return g_strdup_printf ("%s# sha256 %s\n", text, checksum);
}

static void
test_foreign (void)
{
  g_autofree char *other = vb_history_file_write ("boat", &counters, NULL, NOW);
  g_autofree char *version = seal ("[history]\nversion=2\nbattery=shed\n");
  g_autofree char *escapes = seal ("[history]\nversion=1\nbattery=sh\\qed\\\n");
  g_autofree char *empty = seal ("[history]\nversion=1\nbattery=shed\n");
  g_autofree char *number
      = seal ("[history]\nversion=1\nbattery=shed\nsaved=1\ncharged-energy=many\n");

  assert_foreign ("", "it is torn, or was changed by somebody");
  assert_foreign (other, "it is of another battery");
  assert_foreign (version, "it is of another version");
  assert_foreign (escapes, "it is of another battery");
  assert_foreign (empty, "it holds no counter");
  assert_foreign (number, "charged-energy is no number");
}

/* One version kept less than the next one, and may be followed by one that keeps more. */
static void
test_other_version (void)
{
  g_autofree char *older = seal ("[history]\nversion=1\nbattery=shed\nsaved=1\n"
                                 "charged-energy=12.5\nminimum-voltage=44\nbelow-95=1\n");
  g_autofree char *newer = NULL, *lacks = NULL, *none = NULL;
  g_autofree char *written = vb_history_file_write ("shed", &counters, NULL, NOW);
  g_autofree char *body = g_strndup (written, (gsize)(strstr (written, "# sha256") - written));
  g_autofree char *longer = g_strconcat (body, "full-cycles=7\nwords=many\n", NULL);
  VbCounters read;

  g_assert_true (vb_history_file_read (older, "shed", NOW, &read, NULL, &lacks, NULL));
  g_assert_cmpstr (lacks, ==,
                   "discharged-energy, drawn, consumed, last-discharge, deepest-discharge, "
                   "maximum-voltage, minimum-cell-voltage, maximum-cell-voltage, since-full");
  g_assert_true (same (&read, &(VbCounters){ .charged_energy = 12.5,
                                             .minimum_voltage = 44,
                                             .maximum_voltage = NAN,
                                             .minimum_cell_voltage = NAN,
                                             .maximum_cell_voltage = NAN,
                                             .since_full = NAN,
                                             .below_95 = 1 }));

  newer = seal (longer);
  g_assert_true (vb_history_file_read (newer, "shed", NOW, &read, NULL, &none, NULL));
  g_assert_true (same (&read, &counters));
  g_assert_null (none);
}

/* The time since the last full charge goes on, as far as the clock can be right. */
static void
test_clock (void)
{
  static const struct
  {
    gint64 saved, now;
    double passed;
  } rows[] = {
    { NOW, NOW + 3600, 3600 },
    { NOW, NOW - 3600, 0 },
    { 1000, NOW, 0 },
    { NOW, 1000, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *text = vb_history_file_write ("shed", &counters, NULL, rows[i].saved);
    g_autofree char *lacks = NULL;
    VbCounters read;

    g_assert_true (vb_history_file_read (text, "shed", rows[i].now, &read, NULL, &lacks, NULL));
    g_assert_cmpfloat (read.since_full, ==, counters.since_full + rows[i].passed);
  }
}

static char *
read_text (const char *path)
{
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);

  return text;
}

/* A file that version 0.1.0 wrote. */
static void
test_landed (void)
{
  static const VbCounters landed = {
    .charged_energy = 0.00045543610696143085,
    .discharged_energy = 0.0014135318051558753,
    .drawn = 0.027061948504273504,
    .consumed = -0.026502038888888888,
    .last_discharge = -0.026502038888888888,
    .deepest_discharge = -0.026502038888888888,
    .minimum_voltage = 51.7,
    .maximum_voltage = 55.3,
    .minimum_cell_voltage = 3.19,
    .maximum_cell_voltage = 3.47,
    .since_full = 4.2531330000000001 + 20,
    .below_95 = 1,
  };
  g_autofree char *path
      = g_build_filename (g_getenv ("SOURCE_ROOT"), "tests", "data", "0.1.0.history", NULL);
  g_autofree char *text = read_text (path);
  g_autofree char *lacks = NULL;
  g_autoptr (GError) error = NULL;
  VbCounters read;

  g_assert_nonnull (text);
  vb_history_file_read (text, "virtual", 1795923980 + 20, &read, NULL, &lacks, &error);
  g_assert_no_error (error);
  g_assert_null (lacks);
  g_assert_true (same (&read, &landed));
}

static void
test_replace (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *top = g_dir_make_tmp ("history-XXXXXX", NULL);
  g_autofree char *folder = g_build_filename (top, "a", "b", NULL);
  g_autofree char *path = g_build_filename (folder, "file", NULL);
  g_autofree char *beside = g_strconcat (path, ".new", NULL);
  g_autofree char *text = NULL, *again = NULL;

  g_assert_true (vb_history_file_replace (path, "old", &error));
  text = read_text (path);
  g_assert_cmpstr (text, ==, "old");
  g_assert_true (vb_history_file_replace (path, "new", &error));
  again = read_text (path);
  g_assert_cmpstr (again, ==, "new");
  g_assert_false (g_file_test (beside, G_FILE_TEST_EXISTS));

  /* What cannot be written leaves the old one as it is. */
  g_assert_cmpint (g_mkdir (beside, 0755), ==, 0);
  g_assert_false (vb_history_file_replace (path, "newer", &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_ISDIR);
  g_assert_nonnull (strstr (error->message, beside));
  g_free (g_steal_pointer (&again));
  again = read_text (path);
  g_assert_cmpstr (again, ==, "new");

  /* On a full disk nothing is left lying. */
  g_rmdir (beside);
  g_clear_error (&error);
  g_assert_cmpint (symlink ("/dev/full", beside), ==, 0);
  g_assert_false (vb_history_file_replace (path, "newer", &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
  g_assert_cmpint (g_access (beside, F_OK), !=, 0);
  g_free (g_steal_pointer (&again));
  again = read_text (path);
  g_assert_cmpstr (again, ==, "new");

  g_unlink (path);
  g_rmdir (folder);
  g_free (g_steal_pointer (&folder));
  folder = g_build_filename (top, "a", NULL);
  g_rmdir (folder);
  g_rmdir (top);
}

/* The keeper, with a battery that counts nothing, one that counts and is idle, and one at work. */
typedef struct
{
  char *folder;
  char *path;
  char *aside;
  char *beside;
  GPtrArray *batteries;
  gint64 now;
} Kept;

static VbBattery *
make_battery (const char *name, gboolean history)
{
  g_auto (VbBatteryConfig) config = { 0 };

  vb_battery_config_init (&config, name);
  config.fixed.role = VB_ROLE_MONITOR;
  config.fixed.history = history;

  return vb_battery_new (&config, SECOND);
}

static void
make_batteries (Kept *kept)
{
  kept->now = SECOND;
  kept->batteries = g_ptr_array_new_with_free_func ((GDestroyNotify)vb_battery_free);
  g_ptr_array_add (kept->batteries, make_battery ("boat", FALSE));
  g_ptr_array_add (kept->batteries, make_battery ("shed", TRUE));
  g_ptr_array_insert (kept->batteries, 1, make_battery ("idle", TRUE));
}

static void
set_up (Kept *kept, gconstpointer unused)
{
  kept->folder = g_dir_make_tmp ("history-XXXXXX", NULL);
  kept->path = g_build_filename (kept->folder, "shed.history", NULL);
  kept->aside = g_strconcat (kept->path, ".bad", NULL);
  kept->beside = g_strconcat (kept->path, ".new", NULL);
  make_batteries (kept);
}

static void
tear_down (Kept *kept, gconstpointer unused)
{
  g_ptr_array_unref (kept->batteries);
  g_unlink (kept->path);
  g_unlink (kept->aside);
  g_assert_cmpint (g_rmdir (kept->folder), ==, 0);
  g_free (kept->folder);
  g_free (kept->path);
  g_free (kept->aside);
  g_free (kept->beside);
}

/* Ten seconds at 36 A: 0.1 Ah. */
static void
draw (Kept *kept)
{
  VbBattery *battery = g_ptr_array_index (kept->batteries, 2);
  g_autoptr (VbVerdict) verdict = vb_verdict_new ();

  for (guint i = 0; i < 2; i++) {
    g_autoptr (VbRecord) record = vb_record_new ();

    vb_record_add_number (record, "Soc", 50);
    vb_record_add_number (record, "Voltage", 50);
    vb_record_add_number (record, "Current", -36);
    g_assert_true (
        vb_battery_apply (battery, record, VB_APPLY_MERGE, "127.0.0.1", kept->now, verdict));
    kept->now += i == 0 ? 10 * SECOND : 1000 * SECOND;
  }
}

static double
drawn (const Kept *kept)
{
  return vb_battery_computed (g_ptr_array_index (kept->batteries, 2))->history.counters.drawn;
}

static void
restart (Kept *kept)
{
  g_ptr_array_unref (kept->batteries);
  make_batteries (kept);
}

static void
test_kept (Kept *kept, gconstpointer unused)
{
  VbHistoryKeeper *keeper = vb_history_keeper_new (kept->batteries, kept->folder, 1000, 1000);

  draw (kept);
  g_assert_false (g_file_test (kept->path, G_FILE_TEST_EXISTS));
  vb_history_keeper_free (keeper);
  g_assert_true (g_file_test (kept->path, G_FILE_TEST_EXISTS));

  restart (kept);
  keeper = vb_history_keeper_new (kept->batteries, kept->folder, 1000, 1000);
  g_assert_cmpfloat_with_epsilon (drawn (kept), 0.1, 1e-9);
  draw (kept);
  g_assert_cmpfloat_with_epsilon (drawn (kept), 0.2, 1e-9);
  vb_history_keeper_free (keeper);
}

/* What the programme of charge remembers: with the counters, and without them. */
static void
test_memory_round_trip (void)
{
  static const VbProgrammeMemory memory = { .since_full = 86400.25, .since_balance = NAN };
  g_autofree char *both = vb_history_file_write ("shed", &counters, &memory, NOW);
  g_autofree char *alone = vb_history_file_write ("shed", NULL, &memory, NOW);
  g_autofree char *neither = vb_history_file_write ("shed", NULL, NULL, NOW);
  const char *texts[] = { both, alone };
  VbProgrammeMemory read;
  VbCounters counted;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree char *lacks = NULL;
    g_autoptr (GError) error = NULL;

    g_assert_true (
        vb_history_file_read (texts[i], "shed", NOW + 3600, &counted, &read, &lacks, &error));
    g_assert_no_error (error);
    g_assert_null (lacks);
    g_assert_cmpfloat (read.since_full, ==, 90000.25);
    g_assert_true (isnan (read.since_balance));
    g_assert_cmpfloat (counted.discharged_energy, ==, i == 0 ? 0.1 : 0);
  }
  assert_foreign (neither, "it holds no counter");
}

static void
recall (VbBattery *battery, double since_full, double since_balance, gint64 now)
{
  const VbProgrammeMemory memory = { since_full, since_balance };

  vb_battery_recall (battery, &memory, now);
}

/* A battery that counts nothing keeps what its rules need, also by a reload, and does not lose what
   was counted before. */
static void
test_memory_kept (Kept *kept, gconstpointer unused)
{
  g_autofree char *path = g_build_filename (kept->folder, "plain.history", NULL);
  g_autofree char *counted = vb_history_file_write ("plain", &counters, NULL, NOW);
  g_auto (VbBatteryConfig) config = { 0 };
  VbHistoryKeeper *keeper;
  VbBattery *battery;

  vb_battery_config_init (&config, "plain");
  battery = vb_battery_new (&config, SECOND);
  g_ptr_array_add (kept->batteries, battery);
  g_assert_true (g_file_set_contents (path, counted, -1, NULL));

  keeper = vb_history_keeper_new (kept->batteries, kept->folder, 1000, 1000);
  config.live.rules.balance_voltage = 57;
  vb_battery_reconfigure (battery, &config, SECOND);
  vb_history_keeper_look (keeper);
  recall (battery, 7200, 3600, vb_clock_now ());
  vb_history_keeper_free (keeper);

  g_ptr_array_remove (kept->batteries, battery);
  battery = vb_battery_new (&config, SECOND);
  g_ptr_array_add (kept->batteries, battery);
  keeper = vb_history_keeper_new (kept->batteries, kept->folder, 1000, 1000);
  g_assert_cmpfloat_with_epsilon (vb_battery_memory (battery, vb_clock_now ()).since_full, 7200,
                                  60);
  g_assert_cmpfloat_with_epsilon (vb_battery_memory (battery, vb_clock_now ()).since_balance, 3600,
                                  60);
  recall (battery, 10, 20, vb_clock_now ());
  vb_history_keeper_free (keeper);

  g_ptr_array_remove (kept->batteries, battery);
  config.fixed.history = TRUE;
  battery = vb_battery_new (&config, SECOND);
  g_ptr_array_add (kept->batteries, battery);
  keeper = vb_history_keeper_new (kept->batteries, kept->folder, 1000, 1000);
  g_assert_cmpfloat (vb_battery_computed (battery)->history.counters.discharged_energy, ==, 0.1);
  g_assert_cmpfloat_with_epsilon (vb_battery_memory (battery, vb_clock_now ()).since_balance, 20,
                                  60);
  vb_history_keeper_free (keeper);
  g_unlink (path);
}

/* What the file lacks is told, and what it has goes on. */
static void
test_lacking (Kept *kept, gconstpointer unused)
{
  g_autofree char *text = seal ("[history]\nversion=1\nbattery=shed\nsaved=1\ndrawn=7\n"
                                "consumed=-5\nsince-full=60\nbelow-95=1\n");
  VbHistoryKeeper *keeper;

  g_assert_true (g_file_set_contents (kept->path, text, -1, NULL));
  g_test_expect_message ("history", G_LOG_LEVEL_MESSAGE,
                         "*shed.history lacks charged-energy, discharged-energy, *");
  keeper = vb_history_keeper_new (kept->batteries, kept->folder, 1000, 1000);
  g_test_assert_expected_messages ();
  g_assert_false (g_file_test (kept->aside, G_FILE_TEST_EXISTS));
  draw (kept);
  g_assert_cmpfloat_with_epsilon (drawn (kept), 7.1, 1e-9);
  vb_history_keeper_free (keeper);
}

static gboolean
on_deadline (gpointer user_data)
{
  g_error ("nothing was saved");

  return G_SOURCE_REMOVE;
}

/* Saved by itself, and only when something has changed. */
static void
test_saved_at_times (Kept *kept, gconstpointer unused)
{
  VbHistoryKeeper *keeper = vb_history_keeper_new (kept->batteries, kept->folder, 1000, 1);
  const guint deadline = g_timeout_add_seconds (30, on_deadline, NULL);

  draw (kept);
  while (!g_file_test (kept->path, G_FILE_TEST_EXISTS))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (deadline);

  g_unlink (kept->path);
  vb_history_keeper_free (keeper);
  g_assert_false (g_file_test (kept->path, G_FILE_TEST_EXISTS));
}

/* What is counted first is saved soon, also where the next saving is far away. */
static void
test_saved_first (Kept *kept, gconstpointer unused)
{
  VbHistoryKeeper *keeper = vb_history_keeper_new (kept->batteries, kept->folder, 1, 1000);
  const guint deadline = g_timeout_add_seconds (30, on_deadline, NULL);

  draw (kept);
  while (!g_file_test (kept->path, G_FILE_TEST_EXISTS))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (deadline);
  vb_history_keeper_free (keeper);
}

static void
test_set_aside (Kept *kept, gconstpointer unused)
{
  VbHistoryKeeper *keeper;
  g_autofree char *aside = NULL;

  g_assert_true (g_file_set_contents (kept->path, "[history]\ntorn", -1, NULL));
  g_test_expect_message ("history", G_LOG_LEVEL_MESSAGE, "*set aside*torn*");
  keeper = vb_history_keeper_new (kept->batteries, kept->folder, 1000, 1000);
  g_test_assert_expected_messages ();
  g_assert_cmpfloat (drawn (kept), ==, 0);
  aside = read_text (kept->aside);
  g_assert_cmpstr (aside, ==, "[history]\ntorn");
  draw (kept);
  vb_history_keeper_free (keeper);
  g_assert_true (g_file_test (kept->path, G_FILE_TEST_EXISTS));
}

/* Whatever it is, it is not written over. */
static void
test_cannot_be_read (Kept *kept, gconstpointer unused)
{
  VbHistoryKeeper *keeper;

  g_assert_cmpint (g_mkdir (kept->path, 0755), ==, 0);
  g_test_expect_message ("history", G_LOG_LEVEL_MESSAGE, "*set aside*counting anew*");
  keeper = vb_history_keeper_new (kept->batteries, kept->folder, 1000, 1000);
  g_test_assert_expected_messages ();
  g_assert_true (g_file_test (kept->aside, G_FILE_TEST_IS_DIR));
  draw (kept);
  vb_history_keeper_free (keeper);
  g_assert_true (g_file_test (kept->path, G_FILE_TEST_IS_REGULAR));
  g_rmdir (kept->aside);
}

/* Told once for each change of situation, and tried again whether or not anything has changed. */
static void
test_kept_again (Kept *kept, gconstpointer unused)
{
  VbHistoryKeeper *keeper = vb_history_keeper_new (kept->batteries, kept->folder, 1000, 1);
  const guint deadline = g_timeout_add_seconds (30, on_deadline, NULL);
  const gint64 until = g_get_monotonic_time () + 4 * SECOND;

  g_assert_cmpint (g_mkdir (kept->beside, 0755), ==, 0);
  g_test_expect_message ("history", G_LOG_LEVEL_MESSAGE, "cannot create*the counters are not kept");
  g_test_expect_message ("history", G_LOG_LEVEL_MESSAGE, "*is kept again");
  draw (kept);
  while (g_get_monotonic_time () < until)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (g_file_test (kept->path, G_FILE_TEST_EXISTS));

  g_rmdir (kept->beside);
  while (!g_file_test (kept->path, G_FILE_TEST_EXISTS))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (deadline);
  vb_history_keeper_free (keeper);
  g_test_assert_expected_messages ();
}

static gboolean
on_turn (gpointer user_data)
{
  return --*(guint *)user_data > 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* Nobody reads the pipe that stands where the thread writes: that is a disk which does not answer.
   The loop goes on turning. */
static void
test_slow_disk (Kept *kept, gconstpointer unused)
{
  static VbHistoryKeeper *keeper; /* its thread may still look at it when the test has ended */
  guint turns = 80;
  gint64 began;
  char text[4096] = "";
  int fd;

  g_assert_cmpint (mkfifo (kept->beside, 0600), ==, 0);
  keeper = vb_history_keeper_new (kept->batteries, kept->folder, 1000, 1);
  draw (kept);
  g_timeout_add (50, on_turn, &turns);
  while (turns > 0)
    g_main_context_iteration (NULL, TRUE);

  /* The end waits for it, but not for ever. */
  draw (kept);
  began = g_get_monotonic_time ();
  g_test_expect_message ("history", G_LOG_LEVEL_MESSAGE, "the disk does not answer*");
  vb_history_keeper_free (keeper);
  g_test_assert_expected_messages ();
  g_assert_cmpint (g_get_monotonic_time () - began, >=, 5 * SECOND);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 10 * SECOND);

  /* It had got one saving to do, and no other behind it. */
  fd = g_open (kept->beside, O_RDONLY | O_CLOEXEC, 0);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (read (fd, text, sizeof text - 1), >, 0);
  g_assert_nonnull (strstr (text, "drawn=0.1"));
  close (fd);
  for (guint i = 0; i < 1000 && g_file_test (kept->beside, G_FILE_TEST_EXISTS); i++)
    g_usleep (10000);
}

/* Told once, and never fatal. */
static void
test_cannot_be_kept (Kept *kept, gconstpointer unused)
{
  g_autofree char *folder = g_build_filename (kept->path, "no-folder", NULL);
  VbHistoryKeeper *keeper;

  g_assert_true (g_file_set_contents (kept->path, "", -1, NULL));
  g_test_expect_message ("history", G_LOG_LEVEL_MESSAGE, "*cannot be set aside, counting anew: *");
  g_test_expect_message ("history", G_LOG_LEVEL_MESSAGE, "*cannot be set aside, counting anew: *");
  g_test_expect_message ("history", G_LOG_LEVEL_MESSAGE, "cannot make the folder*");
  keeper = vb_history_keeper_new (kept->batteries, folder, 1000, 1000);
  draw (kept);
  vb_history_keeper_free (keeper);
  g_test_assert_expected_messages ();
}

#define ADD(name, test) g_test_add ("/history-keeper/" name, Kept, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/history-file/round-trip", test_round_trip);
  g_test_add_func ("/history-file/torn", test_torn);
  g_test_add_func ("/history-file/foreign", test_foreign);
  g_test_add_func ("/history-file/memory-round-trip", test_memory_round_trip);
  g_test_add_func ("/history-file/other-version", test_other_version);
  g_test_add_func ("/history-file/clock", test_clock);
  g_test_add_func ("/history-file/landed", test_landed);
  g_test_add_func ("/history-file/replace", test_replace);
  ADD ("kept", test_kept);
  ADD ("memory-kept", test_memory_kept);
  ADD ("lacking", test_lacking);
  ADD ("saved-at-times", test_saved_at_times);
  ADD ("saved-first", test_saved_first);
  ADD ("set-aside", test_set_aside);
  ADD ("cannot-be-read", test_cannot_be_read);
  ADD ("cannot-be-kept", test_cannot_be_kept);
  ADD ("kept-again", test_kept_again);
  ADD ("slow-disk", test_slow_disk);

  return g_test_run ();
}
