/*
 * Pushes records and watches the bus, and prints what one push cost.
 *
 * Usage: load http|mqtt PORT PIDS RATE COUNT CONNECTIONS
 *
 * RATE is in pushes a second; 0 pushes as fast as answers come, on so many connections. MQTT has no
 * answers: there the signal counts as one. The bus is DBUS_SESSION_BUS_ADDRESS, PIDS the processes
 * whose CPU time is read, separated by commas. All 11 values of the record change with every push. One
 * line of JSON on stdout: pushes, signals, seconds, CPU µs a push of each process, latency from send()
 * to the signal read by another process (µs, median and 99th percentile; rated runs alone).
 */
#include <gio/gio.h>
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX 64
#define PROCESSES_MAX 4

static GAsyncQueue *signals;
static gint n_signals;
static gboolean mqtt;

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
    gint64 *time = g_new (gint64, 1);

    *time = nanoseconds (CLOCK_MONOTONIC);
    g_atomic_int_inc (&n_signals);
    g_async_queue_push (signals, time);
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

static void
write_all (int fd, const char *bytes, gsize length)
{
  if (write (fd, bytes, length) != (gssize)length) {
    perror ("write");
    exit (1);
  }
}

static int
connect_server (guint16 port)
{
  static const char hello[] = "\x10\x10\0\4MQTT\4\2\0\0\0\4load";
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = htons (port),
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  const int one = 1;
  const int fd = socket (AF_INET, SOCK_STREAM, 0);
  char welcome[4];

  if (connect (fd, (struct sockaddr *)&address, sizeof address) != 0) {
    perror ("connect");
    exit (1);
  }
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (mqtt) {
    write_all (fd, hello, sizeof hello - 1);
    if (read (fd, welcome, sizeof welcome) != sizeof welcome || welcome[3] != 0)
      exit (1);
  }

  return fd;
}

/* Returns: bytes written to @body */
static int
make_record (guint n, char *body, gsize size)
{
  const guint odd = n % 2;

  return g_snprintf (
      body, size,
      "{\"Soc\":%u.5,\"Current\":-1%u.3,\"Voltage\":52.%u5,\"Power\":%u,\"MinCellTemperature\":1%u."
      "5,"
      "\"MaxCellTemperature\":2%u,\"MaxChargeCurrent\":10%u,\"MaxDischargeCurrent\":15%u,"
      "\"MaxChargeVoltage\":55.%u,\"MaxCellVoltage\":3.31%u,\"MinCellVoltage\":3.28%u}",
      50 + odd, odd, odd, n % 10000, odd, odd, odd, odd, odd, odd, odd);
}

static void
push (int fd, guint n)
{
  static const char topic[] = "\0\7battery";
  char body[512], request[1024];
  const int length = make_record (n, body, sizeof body);
  int head;

  if (mqtt) {
    const guint rest = (guint)length + sizeof topic - 1;

    g_assert (rest >= 128 && rest < 128 * 128);
    request[0] = 0x30;
    request[1] = (char)(rest % 128 | 128);
    request[2] = (char)(rest / 128);
    head = 3 + sizeof topic - 1;
    memcpy (request + 3, topic, sizeof topic - 1);
  } else
    head = g_snprintf (
        request, sizeof request,
        "POST /battery HTTP/1.1\r\nuser-agent: got "
        "(https://github.com/sindresorhus/got)\r\nContent-Type: application/json\r\n"
        "Content-Length: %d\r\nHost: 127.0.0.1:1882\r\nConnection: keep-alive\r\n\r\n",
        length);

  memcpy (request + head, body, length);
  write_all (fd, request, head + length);
}

/* Returns: when the next signal came */
static gint64
await_signal (guint n)
{
  g_autofree gint64 *seen = g_async_queue_timeout_pop (signals, 5 * G_USEC_PER_SEC);

  if (seen == NULL) {
    fprintf (stderr, "push %u: no signal\n", n);
    exit (1);
  }

  return *seen;
}

/* What a server says before its battery is on the bus does not matter. */
static void
read_answer (int fd, guint n)
{
  char answer[4096];
  const gssize received = read (fd, answer, sizeof answer - 1);

  if (received <= 0 || (strncmp (answer, "HTTP/1.1 200", 12) != 0 && n > 0)) {
    answer[MAX (received, 0)] = '\0';
    fprintf (stderr, "push %u: %s\n", n, answer);
    exit (1);
  }
}

/* At @rate, one after the other. */
static void
push_rated (int fd, double rate, guint count, GArray *latencies)
{
  const gint64 begun = nanoseconds (CLOCK_MONOTONIC);

  for (guint i = 1; i <= count; i++) {
    const gint64 due = begun + (gint64)(i * 1e9 / rate);
    gint64 latency;

    while (nanoseconds (CLOCK_MONOTONIC) < due)
      g_usleep ((gulong)MAX ((due - nanoseconds (CLOCK_MONOTONIC)) / 1000, 0));
    latency = nanoseconds (CLOCK_MONOTONIC);
    push (fd, i);
    if (!mqtt)
      read_answer (fd, i);
    latency = await_signal (i) - latency;
    g_array_append_val (latencies, latency);
  }
}

/* The next one on each connection as soon as the one before is answered. */
static void
push_fast (struct pollfd *clients, guint n_clients, guint count)
{
  guint sent = 0;

  for (guint i = 0; i < n_clients; i++)
    push (clients[i].fd, ++sent);
  for (guint done = 0; done < count;) {
    poll (clients, n_clients, -1);
    for (guint i = 0; i < n_clients; i++) {
      if (clients[i].revents == 0)
        continue;
      read_answer (clients[i].fd, ++done);
      if (sent < count)
        push (clients[i].fd, ++sent);
    }
  }
}

static void
push_fast_mqtt (int fd, guint ahead, guint count)
{
  for (guint i = 1; i <= count; i++) {
    push (fd, i);
    if (i >= ahead)
      await_signal (i);
  }
  for (guint i = 1; i < MIN (ahead, count + 1); i++)
    await_signal (i);
}

static guint
open_clocks (const char *pids, clockid_t *clocks)
{
  g_auto (GStrv) texts = g_strsplit (pids, ",", PROCESSES_MAX);
  guint n = 0;

  for (; texts[n] != NULL; n++)
    if (clock_getcpuclockid (atoi (texts[n]), &clocks[n]) != 0)
      exit (1);

  return n;
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
  struct pollfd clients[CONNECTIONS_MAX];
  clockid_t clocks[PROCESSES_MAX];
  gint64 cpu[PROCESSES_MAX];
  gint64 begun, took, *left;
  guint count, n_clients, n_clocks;
  double rate;

  if (argc != 7)
    return 2;

  mqtt = strcmp (argv[1], "mqtt") == 0;
  n_clocks = open_clocks (argv[3], clocks);
  rate = g_ascii_strtod (argv[4], NULL);
  count = (guint)atoi (argv[5]);
  n_clients = (guint)CLAMP (atoi (argv[6]), 1, CONNECTIONS_MAX);
  signals = g_async_queue_new_full (g_free);
  watch_bus ();
  for (guint i = 0; i < n_clients; i++) {
    clients[i] = (struct pollfd){ .events = POLLIN };
    clients[i].fd = i > 0 && mqtt ? -1 : connect_server ((guint16)atoi (argv[2]));
  }

  /* The first push may bring the battery onto the bus: it is not measured. */
  push (clients[0].fd, 0);
  if (!mqtt)
    read_answer (clients[0].fd, 0);
  g_usleep (500000);
  while ((left = g_async_queue_try_pop (signals)) != NULL)
    g_free (left);
  g_atomic_int_set (&n_signals, 0);

  for (guint i = 0; i < n_clocks; i++)
    cpu[i] = nanoseconds (clocks[i]);
  begun = nanoseconds (CLOCK_MONOTONIC);
  if (rate > 0)
    push_rated (clients[0].fd, rate, count, latencies);
  else if (mqtt)
    push_fast_mqtt (clients[0].fd, n_clients, count);
  else
    push_fast (clients, n_clients, count);
  took = nanoseconds (CLOCK_MONOTONIC) - begun;
  g_usleep (rate > 0 ? 50000 : 500000);

  printf ("{\"pushes\": %u, \"signals\": %d, \"seconds\": %.3f, \"cpu\": [", count,
          g_atomic_int_get (&n_signals), took / 1e9);
  for (guint i = 0; i < n_clocks; i++)
    printf ("%s%.2f", i > 0 ? ", " : "", (nanoseconds (clocks[i]) - cpu[i]) / 1e3 / count);
  g_array_sort (latencies, compare);
  printf ("], \"median\": %.1f, \"p99\": %.1f}\n",
          rate > 0 ? g_array_index (latencies, gint64, latencies->len / 2) / 1e3 : 0,
          rate > 0 ? g_array_index (latencies, gint64, latencies->len * 99 / 100) / 1e3 : 0);

  return 0;
}
