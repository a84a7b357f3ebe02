/* A child that saves is killed at each of its system calls in turn, as a power cut would: what the
   file then holds is the old or the new state, never neither. */

#include "state/history-file.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOW G_GINT64_CONSTANT (1795000000)

typedef struct
{
  char *folder;
  char *path;
  char *beside;
  char *old;
  char *new;
} Fixture;

static char *
make_text (double drawn)
{
  const VbCounters counters = { .drawn = drawn };

  return vb_history_file_write ("shed", &counters, NULL, NOW);
}

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  fixture->folder = g_dir_make_tmp ("power-cut-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "shed.history", NULL);
  fixture->beside = g_strconcat (fixture->path, ".new", NULL);
  fixture->old = make_text (1);
  fixture->new = make_text (2);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  g_unlink (fixture->path);
  g_unlink (fixture->beside);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
  g_free (fixture->path);
  g_free (fixture->beside);
  g_free (fixture->old);
  g_free (fixture->new);
}

/* A child that saves once it is let go on. */
static pid_t
start_child (const Fixture *fixture)
{
  const pid_t child = fork ();
  int status;

  g_assert_cmpint (child, >=, 0);
  if (child == 0) {
    if (ptrace (PTRACE_TRACEME, 0, NULL, NULL) != 0)
      _exit (99);
    raise (SIGSTOP);
    _exit (vb_history_file_replace (fixture->path, fixture->new, NULL) ? 0 : 1);
  }

  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFSTOPPED (status));

  return child;
}

/* Lets @child go on until it stops before or after a system call. Returns: FALSE if it came to its
   end */
static gboolean
next_stop (pid_t child)
{
  int status;

  g_assert_cmpint (ptrace (PTRACE_SYSCALL, child, NULL, NULL), ==, 0);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  if (WIFEXITED (status)) {
    g_assert_cmpint (WEXITSTATUS (status), ==, 0);
    return FALSE;
  }
  g_assert_true (WIFSTOPPED (status));

  return TRUE;
}

/* Saves in a child that is killed when it stops for the @steps-th time. Returns: whether it came to
   its end before that */
static gboolean
save_and_kill (const Fixture *fixture, guint steps)
{
  const pid_t child = start_child (fixture);
  int status;

  for (guint i = 0; i < steps; i++)
    if (!next_stop (child))
      return TRUE;

  kill (child, SIGKILL);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFSIGNALED (status));

  return FALSE;
}

/* What is read at the next start: the charge drawn, 0 where there is no file. */
static double
read_drawn (const Fixture *fixture)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *lacks = NULL;
  VbCounters counters;

  if (!g_file_get_contents (fixture->path, &text, NULL, &error)) {
    g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
    return 0;
  }
  g_assert_true (vb_history_file_read (text, "shed", NOW, &counters, NULL, &lacks, &error));
  g_assert_null (lacks);
  g_assert_no_error (error);

  return counters.drawn;
}

/* @has_old: whether there was a file before */
static void
test_power_cut (Fixture *fixture, gconstpointer has_old)
{
  guint n_old = 0, n_new = 0, steps = 0;
  gboolean ended;

  do {
    double drawn;

    g_unlink (fixture->path);
    if (has_old != NULL)
      g_assert_true (vb_history_file_replace (fixture->path, fixture->old, NULL));
    ended = save_and_kill (fixture, steps++);
    drawn = read_drawn (fixture);
    if (drawn == (has_old != NULL ? 1 : 0))
      n_old++;
    else {
      g_assert_cmpfloat (drawn, ==, 2);
      n_new++;
    }
  } while (!ended);

  /* mkdir or stat, open, write, fsync, close, rename, and the folder: twice each, before and
     after. */
  g_test_message ("%u times the old one, %u times the new one", n_old, n_new);
  g_assert_cmpuint (n_old, >, 8);
  g_assert_cmpuint (n_new, >, 4);
}

/* What a system call does to what lasts: writes, synchronises, renames, or nothing. */
static const char *
effect_of (guint64 call)
{
  switch (call) {
  case SYS_write:
    return "write ";
  case SYS_fsync:
    return "fsync ";
#ifdef SYS_rename
  case SYS_rename:
#endif
#ifdef SYS_renameat
  case SYS_renameat:
#endif
  case SYS_renameat2:
    return "rename ";
  default:
    return "";
  }
}

/* A killed process loses nothing that it has written; a power cut does. So the order counts: the
   file is on the disk before it takes the place of the old one, and the folder after that. */
static void
test_order (Fixture *fixture, gconstpointer unused)
{
  const pid_t child = start_child (fixture);
  g_autoptr (GString) order = g_string_new (NULL);
  struct __ptrace_syscall_info info;

  g_assert_cmpint (ptrace (PTRACE_SETOPTIONS, child, NULL, PTRACE_O_TRACESYSGOOD), ==, 0);
  while (next_stop (child)) {
    g_assert_cmpint (ptrace (PTRACE_GET_SYSCALL_INFO, child, sizeof info, &info), >, 0);
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
      g_string_append (order, effect_of (info.entry.nr));
  }

  g_assert_cmpstr (order->str, ==, "write fsync rename fsync ");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/history-file/power-cut", Fixture, "old", set_up, test_power_cut, tear_down);
  g_test_add ("/history-file/power-cut-at-first", Fixture, NULL, set_up, test_power_cut, tear_down);
  g_test_add ("/history-file/order", Fixture, NULL, set_up, test_order, tear_down);

  return g_test_run ();
}
