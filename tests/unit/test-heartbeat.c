#include <errno.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exit-status.h"
#include "heartbeat.h"

/*
 * A heartbeat ends its process, so each test starts this program anew as a child with the name of
 * what it is to do. The interval timer is the kernel's: what is shown of it takes its real time,
 * and no more.
 */

#define MILLISECOND (G_USEC_PER_SEC / 1000)
#define LIMIT (1000 * MILLISECOND)
#define PERIOD (20 * MILLISECOND)
#define STOPPED (LIMIT + LIMIT / 2)

/* How long a child is waited for that ought to answer at once. */
#define PATIENCE_SECONDS 60

/* The child */

static void
say (const char *word)
{
  g_assert_cmpint (write (STDOUT_FILENO, word, 1), ==, 1);
}

/* The parent's word to end: the loop turns until then. */
static gboolean
on_input (int fd, GIOCondition condition, gpointer loop)
{
  g_main_loop_quit (loop);

  return G_SOURCE_REMOVE;
}

static gboolean
count_down (gpointer left)
{
  return --*(int *)left > 0;
}

static void
turn (int times)
{
  const guint source = g_timeout_add (10, count_down, &times);

  g_assert_cmpuint (source, >, 0);
  while (times > 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
hang (void)
{
  for (;;)
    pause ();
}

static int
child_runs (gint64 period, gint64 limit)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  vb_heartbeat_start (period, limit);
  vb_heartbeat_notify ("READY=1");
  g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP, on_input, loop);
  say ("r");
  g_main_loop_run (loop);
  turn (5);
  vb_heartbeat_notify ("STOPPING=1");
  vb_heartbeat_stop ();

  return VB_EXIT_OK;
}

static int
child (const char *what)
{
  if (g_str_equal (what, "runs"))
    return child_runs (PERIOD, LIMIT);

  /* Its own period would leave the supervisor waiting for most of a minute. */
  if (g_str_equal (what, "runs-slowly"))
    return child_runs (59 * G_USEC_PER_SEC, 60 * G_USEC_PER_SEC);

  vb_heartbeat_start (PERIOD, LIMIT);
  turn (5);
  if (g_str_equal (what, "stops")) {
    vb_heartbeat_stop ();
    g_usleep (LIMIT + LIMIT / 4);
    return VB_EXIT_OK;
  }

  say ("h");
  hang ();

  return VB_EXIT_FAILURE;
}

/* The parent */

typedef struct
{
  GPid pid;
  int in;
  int out;
  int err;
} Child;

static void
start_child (Child *process, const char *what, const char *notify_socket, const char *watchdog_usec)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  char *arguments[] = { program, (char *)"--child", (char *)what, NULL };
  g_auto (GStrv) environment = g_get_environ ();
  g_autoptr (GError) error = NULL;

  environment = g_environ_unsetenv (environment, "NOTIFY_SOCKET");
  environment = g_environ_unsetenv (environment, "WATCHDOG_USEC");
  if (notify_socket != NULL)
    environment = g_environ_setenv (environment, "NOTIFY_SOCKET", notify_socket, TRUE);
  if (watchdog_usec != NULL)
    environment = g_environ_setenv (environment, "WATCHDOG_USEC", watchdog_usec, TRUE);

  g_spawn_async_with_pipes (NULL, arguments, environment, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                            &process->pid, &process->in, &process->out, &process->err, &error);
  g_assert_no_error (error);
}

/* Waits until the child has got where it says @word. */
static void
await_word (const Child *process, char word)
{
  char read_word = 0;
  ssize_t length;

  do
    length = read (process->out, &read_word, 1);
  while (length < 0 && errno == EINTR);
  g_assert_cmpint (length, ==, 1);
  g_assert_cmpint (read_word, ==, word);
}

/* @status: as from waitpid() */
static void
assert_ended (Child *process, int status, int expected)
{
  char said[4096];
  const ssize_t length = read (process->err, said, sizeof said - 1);

  g_assert_cmpint (length, >=, 0);
  said[length] = '\0';
  g_test_message ("%s", said);

  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, expected);
  g_assert_cmpint (strstr (said, "the main loop hangs") != NULL, ==, expected == VB_EXIT_HUNG);

  g_close (process->in, NULL);
  g_close (process->out, NULL);
  g_close (process->err, NULL);
}

static void
assert_exit (Child *process, int expected)
{
  int status;

  g_assert_cmpint (waitpid (process->pid, &status, 0), ==, process->pid);
  assert_ended (process, status, expected);
}

/* Stops the child for @time. Returns: FALSE, with its status, where it has ended before */
static gboolean
stop_for (const Child *process, gint64 time, int *status)
{
  g_assert_cmpint (kill (process->pid, SIGSTOP), ==, 0);
  g_assert_cmpint (waitpid (process->pid, status, WUNTRACED), ==, process->pid);
  if (!WIFSTOPPED (*status))
    return FALSE;

  g_usleep ((gulong)time);
  g_assert_cmpint (kill (process->pid, SIGCONT), ==, 0);

  return TRUE;
}

static void
test_hung (void)
{
  Child process;

  start_child (&process, "hangs", NULL, NULL);
  await_word (&process, 'h');
  assert_exit (&process, VB_EXIT_HUNG);
}

/* SIGSTOP, or a machine that was suspended: nothing hangs, the loop goes on where it was. */
static void
test_stopped (void)
{
  Child process;
  int status;

  start_child (&process, "runs", NULL, NULL);
  await_word (&process, 'r');
  g_assert_true (stop_for (&process, STOPPED, &status));
  g_assert_cmpint (write (process.in, "e", 1), ==, 1);
  assert_exit (&process, VB_EXIT_OK);
}

/* Whenever it goes on, also just when an alarm is due. */
static void
test_stopped_for_any_time (void)
{
  Child process;
  int status;

  start_child (&process, "runs", NULL, NULL);
  await_word (&process, 'r');
  for (gint64 time = LIMIT * 3 / 5; time <= LIMIT + LIMIT / 10; time += LIMIT / 20)
    g_assert_true (stop_for (&process, time, &status));
  g_assert_cmpint (write (process.in, "e", 1), ==, 1);
  assert_exit (&process, VB_EXIT_OK);
}

/* An alarm that is heard of only after the loop has beaten again is over. */
static void
test_heard_of_late (void)
{
  Child process;

  start_child (&process, "runs-slowly", NULL, NULL);
  await_word (&process, 'r');
  for (guint i = 0; i < 50; i++) {
    g_assert_cmpint (kill (process.pid, SIGALRM), ==, 0);
    g_usleep (MILLISECOND);
  }
  g_assert_cmpint (write (process.in, "e", 1), ==, 1);
  assert_exit (&process, VB_EXIT_OK);
}

/* One that hangs as well still ends once it goes on. */
static void
test_stopped_and_hung (void)
{
  Child process;
  int status;

  start_child (&process, "hangs", NULL, NULL);
  await_word (&process, 'h');
  g_assert_true (stop_for (&process, STOPPED, &status));
  assert_exit (&process, VB_EXIT_HUNG);
}

/* However often it is stopped, time is given once between two beats. */
static void
test_stopped_again (void)
{
  Child process;
  int status = 0;
  guint stops = 0;

  start_child (&process, "hangs", NULL, NULL);
  await_word (&process, 'h');
  while (stops < 6 && stop_for (&process, STOPPED, &status)) {
    stops++;
    g_usleep (PERIOD);
  }

  g_assert_cmpuint (stops, >=, 2);
  g_assert_cmpuint (stops, <, 6);
  assert_ended (&process, status, VB_EXIT_HUNG);
}

static void
test_stop (void)
{
  Child process;

  start_child (&process, "stops", NULL, NULL);
  assert_exit (&process, VB_EXIT_OK);
}

static int
notify_socket_new (const char *name)
{
  const struct timeval patience = { .tv_sec = PATIENCE_SECONDS };
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  const gsize length = strlen (name);
  const int fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpuint (length, <, sizeof address.sun_path);
  memcpy (address.sun_path, name, length);
  if (*name == '@')
    address.sun_path[0] = '\0';
  g_assert_cmpint (bind (fd, (struct sockaddr *)&address,
                         (socklen_t)(offsetof (struct sockaddr_un, sun_path) + length)),
                   ==, 0);
  g_assert_cmpint (setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), ==, 0);

  return fd;
}

static void
assert_notified (int fd, const char *expected)
{
  char message[64];
  const ssize_t length = recv (fd, message, sizeof message - 1, 0);

  g_assert_cmpint (length, >, 0);
  message[length] = '\0';
  g_assert_cmpstr (message, ==, expected);
}

static void
assert_not_notified (int fd)
{
  char message[64];

  g_assert_cmpint (recv (fd, message, sizeof message, MSG_DONTWAIT), <, 0);
  g_assert_true (errno == EAGAIN);
}

/* A supervisor that set no WATCHDOG_USEC is told of start and end alone. */
static void
assert_notifies (const char *name)
{
  const int fd = notify_socket_new (name);
  Child process;

  start_child (&process, "runs", name, NULL);
  await_word (&process, 'r');
  assert_notified (fd, "READY=1");
  g_assert_cmpint (write (process.in, "e", 1), ==, 1);
  assert_exit (&process, VB_EXIT_OK);
  assert_notified (fd, "STOPPING=1");
  assert_not_notified (fd);
  close (fd);
}

static void
test_notify_path (void)
{
  g_autofree char *folder = g_dir_make_tmp ("test-heartbeat-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "notify", NULL);

  assert_notifies (path);
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_notify_abstract (void)
{
  g_autofree char *name = g_strdup_printf ("@test-heartbeat-%d", (int)getpid ());

  assert_notifies (name);
}

/* Each beat is told, and at least twice in the time that the supervisor waits. */
static void
test_watchdog (void)
{
  g_autofree char *name = g_strdup_printf ("@test-heartbeat-watchdog-%d", (int)getpid ());
  const int fd = notify_socket_new (name);
  Child process;

  start_child (&process, "runs-slowly", name, "100000");
  await_word (&process, 'r');
  assert_notified (fd, "WATCHDOG=1");
  assert_notified (fd, "READY=1");
  for (guint i = 0; i < 5; i++)
    assert_notified (fd, "WATCHDOG=1");
  g_assert_cmpint (write (process.in, "e", 1), ==, 1);
  assert_exit (&process, VB_EXIT_OK);
  close (fd);
}

static void
test_watchdog_not_wanted (void)
{
  static const char *const none[] = { "", "0", "-1", "soon" };

  for (guint i = 0; i < G_N_ELEMENTS (none); i++) {
    g_autofree char *name = g_strdup_printf ("@test-heartbeat-%u-%d", i, (int)getpid ());
    const int fd = notify_socket_new (name);
    Child process;

    start_child (&process, "runs", name, none[i]);
    await_word (&process, 'r');
    g_assert_cmpint (write (process.in, "e", 1), ==, 1);
    assert_exit (&process, VB_EXIT_OK);
    assert_notified (fd, "READY=1");
    assert_notified (fd, "STOPPING=1");
    assert_not_notified (fd);
    close (fd);
  }
}

/* An address that leads nowhere is the supervisor's fault, and no reason to end. */
static void
test_notify_nowhere (void)
{
  g_autofree char *long_name = g_strnfill (200, 'x');
  g_autofree char *long_path = g_strconcat ("/", long_name, NULL);
  const char *const names[]
      = { "", "notify", "@", "/nonexistent/notify", "@test-heartbeat-nobody", long_path };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    Child process;

    start_child (&process, "runs", names[i], NULL);
    await_word (&process, 'r');
    g_assert_cmpint (write (process.in, "e", 1), ==, 1);
    assert_exit (&process, VB_EXIT_OK);
  }
}

int
main (int argc, char **argv)
{
  if (argc == 3 && g_str_equal (argv[1], "--child"))
    return child (argv[2]);

  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/heartbeat/hung", test_hung);
  g_test_add_func ("/heartbeat/stopped", test_stopped);
  g_test_add_func ("/heartbeat/stopped-for-any-time", test_stopped_for_any_time);
  g_test_add_func ("/heartbeat/heard-of-late", test_heard_of_late);
  g_test_add_func ("/heartbeat/stopped-and-hung", test_stopped_and_hung);
  g_test_add_func ("/heartbeat/stopped-again", test_stopped_again);
  g_test_add_func ("/heartbeat/stop", test_stop);
  g_test_add_func ("/heartbeat/notify-path", test_notify_path);
  g_test_add_func ("/heartbeat/notify-abstract", test_notify_abstract);
  g_test_add_func ("/heartbeat/notify-nowhere", test_notify_nowhere);
  g_test_add_func ("/heartbeat/watchdog", test_watchdog);
  g_test_add_func ("/heartbeat/watchdog-not-wanted", test_watchdog_not_wanted);

  return g_test_run ();
}
