/* Signals that are written past GDBus come in order with what GDBus writes. */

#include "bus/stream.h"

#include <sys/socket.h>
#include <unistd.h>

#include "venus/service.h"

#include "base/clock.h"
#include "private-bus.h"

#define NAME "com.victronenergy.battery.virtual"
#define PATH "/Capacity"
#define MEMBER "Capacity"
#define N_ANSWERS 4000
#define MOST_BEHIND 100

/* Pushes for which nobody makes room: far more than a socket holds. */
#define N_STUCK 5000

/* From here on are the serials of what is written past GDBus. */
#define FIRST_DIRECT 0x80000000u

typedef struct
{
  PrivateBus bus;
  GDBusConnection *client;
  VbBattery *battery;
  VbVenusService *service;
  gint64 now;

  /* Of the client's thread: values as they came, in tenths. */
  GMutex lock;
  GArray *seen; /* of int */
  guint n_signals;
  guint n_direct; /* of them, those that were written past GDBus */
  guint n_replies;
} Fixture;

static void
note (Fixture *fixture, GVariant *value, guint *counter)
{
  const int tenths = (int)(g_variant_get_double (value) * 10 + 0.5);

  g_mutex_lock (&fixture->lock);
  g_array_append_val (fixture->seen, tenths);
  ++*counter;
  g_mutex_unlock (&fixture->lock);
}

/* Sees everything in the order in which it came; callbacks in the main loop would not. */
static GDBusMessage *
filter (GDBusConnection *connection, GDBusMessage *message, gboolean incoming, gpointer user_data)
{
  Fixture *fixture = user_data;
  GVariant *body = g_dbus_message_get_body (message);
  const char *signature = g_dbus_message_get_signature (message);

  if (!incoming || body == NULL)
    return message;

  if (g_str_equal (signature, "v")) {
    g_autoptr (GVariant) boxed = g_variant_get_child_value (body, 0);
    g_autoptr (GVariant) value = g_variant_get_variant (boxed);

    if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
      note (fixture, value, &fixture->n_replies);
  } else if (g_dbus_message_get_message_type (message) == G_DBUS_MESSAGE_TYPE_SIGNAL
             && g_str_equal (signature, "a{sa{sv}}")) {
    g_autoptr (GVariant) items = g_variant_get_child_value (body, 0);
    g_autoptr (GVariant) item = g_variant_lookup_value (items, PATH, NULL);
    g_autoptr (GVariant) value = item != NULL ? g_variant_lookup_value (item, "Value", NULL) : NULL;

    if (g_dbus_message_get_serial (message) >= FIRST_DIRECT)
      g_atomic_int_inc (&fixture->n_direct);
    if (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
      note (fixture, value, &fixture->n_signals);
  }

  return message;
}

static void
ignore_signal (GDBusConnection *connection,
               const char *sender,
               const char *path,
               const char *interface,
               const char *name,
               GVariant *arguments,
               gpointer user_data)
{
}

static gboolean
is_owned (gpointer user_data)
{
  return vb_battery_presence (((Fixture *)user_data)->battery)->on_bus;
}

static void
set_up (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;
  VbVenusServiceConfig config = { .process_version = "1.2.3" };

  private_bus_set_up (&fixture->bus);
  config.address = fixture->bus.address;
  fixture->now = vb_clock_now ();
  fixture->seen = g_array_new (FALSE, FALSE, sizeof (int));
  g_mutex_init (&fixture->lock);
  fixture->battery = make_battery ("virtual", VB_ROLE_BMS, FALSE, fixture->now);
  fixture->service = vb_venus_service_new (fixture->battery, &config, &error);
  g_assert_no_error (error);
  push_complete (fixture->battery, fixture->now);
  run_until (is_owned, fixture);

  fixture->client = private_bus_connect (&fixture->bus);
  g_dbus_connection_add_filter (fixture->client, filter, fixture, NULL);
  ask_bus (fixture->client, "RequestName", g_variant_new ("(su)", "org.example.Client", 4));
  g_dbus_connection_signal_subscribe (fixture->client, NULL, VB_BUS_ITEM, NULL, NULL, NULL,
                                      G_DBUS_SIGNAL_FLAGS_NONE, ignore_signal, NULL, NULL);
  wait_for_bus (fixture->client);
}

static void
tear_down (Fixture *fixture, gconstpointer user_data)
{
  disconnect_client (fixture->client);
  vb_venus_service_free (fixture->service);
  vb_battery_free (fixture->battery);
  private_bus_tear_down (&fixture->bus);
  g_array_unref (fixture->seen);
  g_mutex_clear (&fixture->lock);
}

static void
push_capacity (Fixture *fixture, guint tenths)
{
  push (fixture->battery, fixture->now, MEMBER, tenths / 10.0, NULL);
}

static void
ask_value (Fixture *fixture)
{
  g_autoptr (GDBusMessage) message
      = g_dbus_message_new_method_call (NAME, PATH, VB_BUS_ITEM, "GetValue");

  g_dbus_connection_send_message (fixture->client, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL,
                                  NULL);
}

typedef struct
{
  Fixture *fixture;
  int last;
} Awaited;

static gboolean
has_come (gpointer user_data)
{
  Awaited *awaited = user_data;
  Fixture *fixture = awaited->fixture;
  gboolean come;

  g_mutex_lock (&fixture->lock);
  come = fixture->seen->len > 0
         && g_array_index (fixture->seen, int, fixture->seen->len - 1) == awaited->last;
  g_mutex_unlock (&fixture->lock);

  return come;
}

/* @step: the least by which a value is higher than the one before */
static void
assert_rising (Fixture *fixture, int step)
{
  for (guint i = 1; i < fixture->seen->len; i++)
    g_assert_cmpint (g_array_index (fixture->seen, int, i), >=,
                     g_array_index (fixture->seen, int, i - 1) + step);
}

static gboolean
has_answers (Fixture *fixture)
{
  gboolean enough;

  g_mutex_lock (&fixture->lock);
  enough = fixture->n_replies >= N_ANSWERS;
  g_mutex_unlock (&fixture->lock);

  return enough;
}

/* The client keeps up: what came last is not far from @awaited. */
static gboolean
keeps_up (gpointer user_data)
{
  const Awaited *awaited = user_data;
  Fixture *fixture = awaited->fixture;
  gboolean near;

  g_mutex_lock (&fixture->lock);
  near = (int)fixture->n_signals > awaited->last - MOST_BEHIND;
  g_mutex_unlock (&fixture->lock);

  return near;
}

/* An answer with an old value never comes after the signal with the new one: a client that reads and
   listens would keep the old one. */
static void
test_order (Fixture *fixture, gconstpointer user_data)
{
  Awaited awaited = { fixture, 0 };

  while (!has_answers (fixture)) {
    awaited.last++;
    if (awaited.last % 2 == 0)
      ask_value (fixture);
    /* What was asked is answered in between, whenever it comes. */
    for (int turn = 0; turn < awaited.last % 4; turn++)
      g_main_context_iteration (NULL, FALSE);
    push_capacity (fixture, (guint)awaited.last);
    if (awaited.last % MOST_BEHIND == 0)
      run_until (keeps_up, &awaited);
  }
  run_until (has_come, &awaited);

  assert_rising (fixture, 0);
  g_assert_cmpuint (fixture->n_signals, ==, (guint)awaited.last);
}

/* A bus that takes nothing for a while gets everything then, once, in order; nobody waited for it. */
static void
test_stuck (Fixture *fixture, gconstpointer user_data)
{
  Awaited awaited = { fixture, N_STUCK };

  g_subprocess_send_signal (fixture->bus.daemon, SIGSTOP);
  for (guint i = 1; i <= N_STUCK; i++)
    push_capacity (fixture, i);
  g_subprocess_send_signal (fixture->bus.daemon, SIGCONT);
  run_until (has_come, &awaited);

  g_assert_cmpuint (fixture->n_signals, ==, N_STUCK);
  assert_rising (fixture, 1);

  /* And it goes on. */
  awaited.last++;
  push_capacity (fixture, N_STUCK + 1);
  run_until (has_come, &awaited);
}

/* Everything at once is longer than what is written past GDBus. */
static void
test_long (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (VbRecord) record = vb_record_new ();
  g_autoptr (VbVerdict) verdict = vb_verdict_new ();
  Awaited awaited = { fixture, 7 };

  for (guint i = 0; i < vb_item_count (); i++)
    if (g_str_has_prefix (vb_item (i)->path, "/Voltages/Cell")
        || g_str_has_prefix (vb_item (i)->path, "/Balances/Cell"))
      vb_record_add_number (record, vb_item (i)->name, 1);
  vb_record_add_number (record, MEMBER, 0.7);
  g_assert_true (vb_battery_apply (fixture->battery, record, VB_APPLY_MERGE, "127.0.0.1",
                                   fixture->now, verdict));
  g_assert_cmpuint (verdict->changed * 64, >, VB_BUS_STREAM_MAX);
  run_until (has_come, &awaited);

  push_capacity (fixture, 8);
  awaited.last = 8;
  run_until (has_come, &awaited);
  g_assert_cmpuint (fixture->n_signals, ==, 2);
}

/* Calls in a byte order and waits for the answer, which comes in the same one. */
static void
call_in_order (Fixture *fixture,
               const char *path,
               const char *method,
               GVariant *arguments,
               GDBusMessageByteOrder order)
{
  g_autoptr (GDBusMessage) message
      = g_dbus_message_new_method_call (NAME, path, VB_BUS_ITEM, method);
  GDBusMessage *reply = NULL;

  g_dbus_message_set_byte_order (message, order);
  if (arguments != NULL)
    g_dbus_message_set_body (message, arguments);
  g_dbus_connection_send_message_with_reply (fixture->client, message,
                                             G_DBUS_SEND_MESSAGE_FLAGS_NONE, G_MAXINT, NULL, NULL,
                                             on_reply, &reply);
  run_until (is_set, &reply);

  g_assert_cmpint (g_dbus_message_get_byte_order (reply), ==, order);
  g_object_unref (reply);
}

/* Whoever calls in the other byte order is answered in it, and the signals go on past GDBus. */
static void
test_byte_orders (Fixture *fixture, gconstpointer user_data)
{
  static const GDBusMessageByteOrder orders[] = {
    G_DBUS_MESSAGE_BYTE_ORDER_LITTLE_ENDIAN,
    G_DBUS_MESSAGE_BYTE_ORDER_BIG_ENDIAN,
    G_DBUS_MESSAGE_BYTE_ORDER_BIG_ENDIAN,
    G_DBUS_MESSAGE_BYTE_ORDER_LITTLE_ENDIAN,
  };
  Awaited awaited = { fixture, 0 };

  for (guint i = 0; i < G_N_ELEMENTS (orders); i++) {
    call_in_order (fixture, "/", "GetItems", NULL, orders[i]);
    call_in_order (fixture, "/Dc", "GetValue", NULL, orders[i]);
    call_in_order (fixture, "/Soc", "GetText", NULL, orders[i]);
    call_in_order (fixture, "/Soc", "SetValue", g_variant_new ("(v)", g_variant_new_int32 (5)),
                   orders[i]);

    awaited.last++;
    push_capacity (fixture, (guint)awaited.last);
    run_until (has_come, &awaited);
    g_assert_cmpuint (fixture->n_signals, ==, (guint)awaited.last);
    g_assert_cmpuint (g_atomic_int_get (&fixture->n_direct), ==, (guint)awaited.last);
  }
}

static guint8 *
make_message (guint32 serial, gsize size, gsize *length)
{
  g_autoptr (GDBusMessage) message = g_dbus_message_new_signal ("/", VB_BUS_ITEM, "ItemsChanged");
  g_autofree char *text = g_strnfill (size, 'x');
  g_autoptr (GError) error = NULL;
  guint8 *blob;

  g_dbus_message_set_serial (message, serial);
  g_dbus_message_set_body (message, g_variant_new ("(s)", text));
  blob = g_dbus_message_to_blob (message, length, G_DBUS_CAPABILITY_FLAGS_NONE, &error);
  g_assert_no_error (error);

  return blob;
}

static gsize
write_some (GIOStream *stream, const guint8 *message, gsize length)
{
  g_autoptr (GError) error = NULL;
  const gssize written = g_pollable_output_stream_write_nonblocking (
      G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (stream)), message, length, NULL,
      &error);

  g_assert_no_error (error);
  g_assert_cmpint (written, >, 0);

  return (gsize)written;
}

/* GDBus answers some calls in a thread of its own, whose serials the main thread does not know of:
   nothing is written into the middle of such an answer either. */
static void
test_middle (void)
{
  int pair[2];
  g_autoptr (GError) error = NULL;
  gsize short_length, long_length, written;
  g_autofree guint8 *short_message = make_message (1, 8, &short_length);
  g_autofree guint8 *long_message = make_message (2, 8 << 20, &long_length);
  g_autofree guint8 *read_back = g_malloc (long_length);
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GIOStream) stream = NULL;

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  socket = g_socket_new_from_fd (pair[0], &error);
  g_assert_no_error (error);
  connection = g_socket_connection_factory_create_connection (socket);
  stream = vb_bus_stream_new (G_IO_STREAM (connection));

  g_assert_cmpuint (write_some (stream, short_message, short_length), ==, short_length);
  written = write_some (stream, long_message, long_length);
  g_assert_cmpuint (written, <, long_length);
  g_assert_cmpint (recv (pair[1], read_back, long_length, 0), >, 0);
  g_assert_false (vb_bus_stream_write (VB_BUS_STREAM (stream), short_message, short_length, 1));

  while (written < long_length) {
    while (recv (pair[1], read_back, long_length, MSG_DONTWAIT) > 0)
      ;
    written += write_some (stream, long_message + written, long_length - written);
  }
  while (recv (pair[1], read_back, long_length, MSG_DONTWAIT) > 0)
    ;
  g_assert_true (vb_bus_stream_write (VB_BUS_STREAM (stream), short_message, short_length, 2));
  g_assert_cmpint (recv (pair[1], read_back, long_length, 0), ==, (gssize)short_length);

  close (pair[1]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/bus-stream/order", Fixture, NULL, set_up, test_order, tear_down);
  g_test_add ("/bus-stream/stuck", Fixture, NULL, set_up, test_stuck, tear_down);
  g_test_add ("/bus-stream/long", Fixture, NULL, set_up, test_long, tear_down);
  g_test_add ("/bus-stream/byte-orders", Fixture, NULL, set_up, test_byte_orders, tear_down);
  g_test_add_func ("/bus-stream/middle", test_middle);

  return g_test_run ();
}
