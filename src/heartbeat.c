#define G_LOG_DOMAIN "heartbeat"

#include "heartbeat.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "exit-status.h"

/* An alarm that comes this much too late was held back: nothing runs in a stopped process. */
#define HELD_BACK_NANOSECONDS (200 * G_GINT64_CONSTANT (1000000))

static const char hung_message[]
    = "the main loop hangs: ending, for the supervisor to start anew\n";

/* A process that was stopped and goes on just when the alarm is due has had no time to beat: the
   first alarm only warns, and this much later the second one ends the process; where that one was
   held back, too, a third. */
#define GRACE_MAX (2 * G_USEC_PER_SEC)

static gint64 limit;
static gint64 grace; /* of it */
static guint source;
static gboolean watched; /* the supervisor wants to be told of each beat */

/* Written by the loop, read by the signal handler: when the alarm is due, in ns. */
static volatile gint64 deadline;
static volatile sig_atomic_t warnings; /* since the last beat */

static gint64
nanoseconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);

  return now.tv_sec * G_GINT64_CONSTANT (1000000000) + now.tv_nsec;
}

static void
set_timer (gint64 microseconds)
{
  const struct itimerval timer = {
    .it_value.tv_sec = microseconds / G_USEC_PER_SEC,
    .it_value.tv_usec = microseconds % G_USEC_PER_SEC,
  };

  setitimer (ITIMER_REAL, &timer, NULL);
}

static void
arm (gint64 microseconds)
{
  deadline = nanoseconds () + microseconds * 1000;
  set_timer (microseconds);
}

/* A signal handler: nothing here but what is safe in one. */
static void
on_alarm (int number)
{
  struct pollfd log = { .fd = STDERR_FILENO, .events = POLLOUT };
  const int saved = errno;
  const gint64 left = deadline - nanoseconds ();

  /* Any thread may be told of the alarm, and on a busy machine only once the loop has beaten again:
     that one is over, and the next is not due yet. */
  if (left > 0) {
    set_timer (left / 1000 + 1);
    errno = saved;
    return;
  }

  if (warnings == 0 || (warnings == 1 && -left > HELD_BACK_NANOSECONDS)) {
    warnings++;
    arm (grace);
    errno = saved;
    return;
  }

  /* What nobody reads may be what the loop hangs on: then this ends without a word. */
  if (poll (&log, 1, 0) == 1 && log.revents & POLLOUT
      && write (STDERR_FILENO, hung_message, sizeof hung_message - 1) < 0)
    _exit (VB_EXIT_HUNG);
  _exit (VB_EXIT_HUNG);
}

void
vb_heartbeat_notify (const char *state)
{
  const char *path = g_getenv ("NOTIFY_SOCKET");
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  gsize length;
  int fd;

  if (path == NULL || (*path != '/' && *path != '@') || strlen (path) >= sizeof address.sun_path)
    return;

  length = strlen (path);
  memcpy (address.sun_path, path, length);
  if (*path == '@')
    address.sun_path[0] = '\0';

  fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return;

  /* The length of an abstract address counts: every byte belongs to its name. */
  if (sendto (fd, state, strlen (state), MSG_NOSIGNAL, (struct sockaddr *)&address,
              (socklen_t)(offsetof (struct sockaddr_un, sun_path) + length))
      < 0)
    g_debug ("cannot notify %s: %s", path, g_strerror (errno));
  close (fd);
}

static gboolean
beat (gpointer unused)
{
  warnings = 0;
  arm (limit - grace);
  if (watched)
    vb_heartbeat_notify ("WATCHDOG=1");

  return G_SOURCE_CONTINUE;
}

void
vb_heartbeat_start (gint64 period, gint64 limit_)
{
  const struct sigaction action = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };
  const char *watchdog = g_getenv ("WATCHDOG_USEC");
  const gint64 wanted = watchdog != NULL ? g_ascii_strtoll (watchdog, NULL, 10) : 0;

  g_return_if_fail (period > 0 && period < limit_);

  limit = limit_;
  grace = MIN (GRACE_MAX, limit / 4);
  watched = wanted > 0;
  if (watched)
    period = MIN (period, wanted / 2);

  g_clear_handle_id (&source, g_source_remove);
  sigaction (SIGALRM, &action, NULL);
  beat (NULL);
  source = g_timeout_add_full (G_PRIORITY_HIGH, (guint)MAX (period / 1000, 1), beat, NULL, NULL);
}

void
vb_heartbeat_stop (void)
{
  const struct itimerval never = { 0 };

  setitimer (ITIMER_REAL, &never, NULL);
  signal (SIGALRM, SIG_IGN);
  g_clear_handle_id (&source, g_source_remove);
}
