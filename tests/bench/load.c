/*
 * Pushes records and watches the bus, and prints what one push cost.
 *
 * Usage: load PORT PID RATE COUNT
 *
 * RATE is in pushes a second; 0 pushes as fast as answers come. The bus is DBUS_SESSION_BUS_ADDRESS,
 * PID the process whose CPU time is read. All 11 values of the record change with every push. One
 * line of JSON on stdout: pushes, signals, seconds, CPU µs a push, latency from send() to the signal
 * read by another process (µs, median and 99th percentile; rated runs alone).
 */
#include <gio/gio.h>
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static GAsyncQueue *signals;
static gint n_signals;
static gboolean rated;

static gint64
nanoseconds (clockid_t clock)
{
  struct timespec now;

  if (clock_gettime (clock, &now) != 0) {
    perror ("clock_gettime");
    exit (1);
  }

  return (gint64)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Runs in GDBus' worker as soon as the message is read: no main loop in between. */
static GDBusMessage *
watch (GDBusConnection *connection, GDBusMessage *message, gboolean incoming, gpointer user_data)
{
  if (incoming && g_strcmp0 (g_dbus_message_get_member (message), "ItemsChanged") == 0) {
    g_atomic_int_inc (&n_signals);
    if (rated) {
      gint64 *time = g_new (gint64, 1);

      *time = nanoseconds (CLOCK_MONOTONIC);
      g_async_queue_push (signals, time);
    }
    g_object_unref (message);
    return NULL;
  }

  return message;
}

static GDBusConnection *
watch_bus (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;
  GDBusConnection *connection = g_dbus_connection_new_for_address_sync (
      g_getenv ("DBUS_SESSION_BUS_ADDRESS"),
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
          | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, &error);

  g_assert_no_error (error);
  g_dbus_connection_add_filter (connection, watch, NULL, NULL);
  reply = g_dbus_connection_call_sync (
      connection, "org.freedesktop.DBus", "/", "org.freedesktop.DBus", "AddMatch",
      g_variant_new ("(s)", "type='signal',interface='com.victronenergy.BusItem'"), NULL,
      G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);

  return connection;
}

static int
connect_http (guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = htons (port),
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  const int one = 1;
  const int fd = socket (AF_INET, SOCK_STREAM, 0);

  if (connect (fd, (struct sockaddr *)&address, sizeof address) != 0) {
    perror ("connect");
    exit (1);
  }
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);

  return fd;
}

static void
push (int fd, guint n)
{
  const guint odd = n % 2;
  char body[512], request[1024], answer[4096];
  int body_length, length;
  gssize received;

  body_length = g_snprintf (
      body, sizeof body,
      "{\"Soc\":%u.5,\"Current\":-1%u.3,\"Voltage\":52.%u5,\"Power\":%u,\"MinCellTemperature\":1%u."
      "5,"
      "\"MaxCellTemperature\":2%u,\"MaxChargeCurrent\":10%u,\"MaxDischargeCurrent\":15%u,"
      "\"MaxChargeVoltage\":55.%u,\"MaxCellVoltage\":3.31%u,\"MinCellVoltage\":3.28%u}",
      50 + odd, odd, odd, n % 10000, odd, odd, odd, odd, odd, odd, odd);
  length = g_snprintf (
      request, sizeof request,
      "POST /battery HTTP/1.1\r\nuser-agent: got "
      "(https://github.com/sindresorhus/got)\r\nContent-Type: application/json\r\n"
      "Content-Length: %d\r\nHost: 127.0.0.1:1882\r\nConnection: keep-alive\r\n\r\n%s",
      body_length, body);
  if (write (fd, request, length) != length) {
    perror ("write");
    exit (1);
  }

  received = read (fd, answer, sizeof answer - 1);
  if (received <= 0 || (strncmp (answer, "HTTP/1.1 200", 12) != 0 && n > 0)) {
    answer[MAX (received, 0)] = '\0';
    fprintf (stderr, "push %u: %s\n", n, answer);
    exit (1);
  }
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const gint64 left = *(const gint64 *)a, right = *(const gint64 *)b;

  return left < right ? -1 : left > right;
}

int
main (int argc, char **argv)
{
  g_autoptr (GArray) latencies = g_array_new (FALSE, FALSE, sizeof (gint64));
  clockid_t cpu;
  gint64 begun, cpu_begun, took, cpu_took;
  guint count;
  double rate;
  int fd;

  if (argc != 5)
    return 2;

  signals = g_async_queue_new_full (g_free);
  watch_bus ();
  fd = connect_http ((guint16)atoi (argv[1]));
  if (clock_getcpuclockid (atoi (argv[2]), &cpu) != 0)
    return 1;
  rate = g_ascii_strtod (argv[3], NULL);
  count = (guint)atoi (argv[4]);

  /* The first push may bring the battery onto the bus: it is not measured. */
  push (fd, 0);
  g_usleep (500000);
  rated = rate > 0;
  g_atomic_int_set (&n_signals, 0);

  begun = nanoseconds (CLOCK_MONOTONIC);
  cpu_begun = nanoseconds (cpu);
  for (guint i = 1; i <= count; i++) {
    if (rated) {
      const gint64 due = begun + (gint64)(i * 1e9 / rate);
      const gint64 sent = MAX (due, nanoseconds (CLOCK_MONOTONIC));
      g_autofree gint64 *seen = NULL;
      gint64 latency;

      while (nanoseconds (CLOCK_MONOTONIC) < due)
        g_usleep ((gulong)MAX ((due - nanoseconds (CLOCK_MONOTONIC)) / 1000, 0));
      latency = MAX (sent, nanoseconds (CLOCK_MONOTONIC));
      push (fd, i);
      seen = g_async_queue_timeout_pop (signals, 2 * G_USEC_PER_SEC);
      if (seen == NULL) {
        fprintf (stderr, "push %u: no signal\n", i);
        return 1;
      }
      latency = *seen - latency;
      g_array_append_val (latencies, latency);
    } else
      push (fd, i);
  }
  took = nanoseconds (CLOCK_MONOTONIC) - begun;
  if (!rated)
    g_usleep (500000);
  cpu_took = nanoseconds (cpu) - cpu_begun;

  g_array_sort (latencies, compare);
  printf ("{\"pushes\": %u, \"signals\": %d, \"seconds\": %.3f, \"cpu\": %.2f, \"median\": %.1f, "
          "\"p99\": %.1f}\n",
          count, g_atomic_int_get (&n_signals), took / 1e9, cpu_took / 1e3 / count,
          rated ? g_array_index (latencies, gint64, latencies->len / 2) / 1e3 : 0,
          rated ? g_array_index (latencies, gint64, latencies->len * 99 / 100) / 1e3 : 0);
  close (fd);

  return 0;
}
