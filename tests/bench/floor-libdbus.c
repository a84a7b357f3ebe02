/*
 * The floor of libdbus: what a push costs when libmicrohttpd takes it and libdbus emits the same
 * 11-value ItemsChanged, in one thread, with no GLib, no parsing, no checks, no state, no verdict.
 *
 * Usage: floor-libdbus PORT   (the bus is DBUS_SESSION_BUS_ADDRESS)
 */
#include <arpa/inet.h>
#include <dbus/dbus.h>
#include <microhttpd.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#define N_ITEMS (sizeof items / sizeof items[0])

static DBusConnection *connection;
static unsigned pushes;

static const struct
{
  const char *path;
  int decimals;
  const char *unit;
} items[] = {
  { "/Soc", 1, "%" },
  { "/Dc/0/Current", 1, "A" },
  { "/Dc/0/Voltage", 2, "V" },
  { "/Dc/0/Power", 0, "W" },
  { "/System/MinCellTemperature", 1, "C" },
  { "/System/MaxCellTemperature", 1, "C" },
  { "/Info/MaxChargeCurrent", 1, "A" },
  { "/Info/MaxDischargeCurrent", 1, "A" },
  { "/Info/MaxChargeVoltage", 1, "V" },
  { "/System/MaxCellVoltage", 3, "V" },
  { "/System/MinCellVoltage", 3, "V" },
};

static void
append_member (DBusMessageIter *members, const char *name, const char *type, const void *value)
{
  DBusMessageIter entry, variant;

  dbus_message_iter_open_container (members, DBUS_TYPE_DICT_ENTRY, NULL, &entry);
  dbus_message_iter_append_basic (&entry, DBUS_TYPE_STRING, &name);
  dbus_message_iter_open_container (&entry, DBUS_TYPE_VARIANT, type, &variant);
  dbus_message_iter_append_basic (&variant, type[0], value);
  dbus_message_iter_close_container (&entry, &variant);
  dbus_message_iter_close_container (members, &entry);
}

static void
append_item (DBusMessageIter *changes, unsigned i)
{
  const double value = 50 + i + pushes % 2;
  char buffer[32];
  const char *text = buffer;
  DBusMessageIter entry, members;

  snprintf (buffer, sizeof buffer, "%.*f%s", items[i].decimals, value, items[i].unit);
  dbus_message_iter_open_container (changes, DBUS_TYPE_DICT_ENTRY, NULL, &entry);
  dbus_message_iter_append_basic (&entry, DBUS_TYPE_STRING, &items[i].path);
  dbus_message_iter_open_container (&entry, DBUS_TYPE_ARRAY, "{sv}", &members);
  append_member (&members, "Value", "d", &value);
  append_member (&members, "Text", "s", &text);
  dbus_message_iter_close_container (&entry, &members);
  dbus_message_iter_close_container (changes, &entry);
}

static void
emit (void)
{
  DBusMessage *message = dbus_message_new_signal ("/", "com.victronenergy.BusItem", "ItemsChanged");
  DBusMessageIter arguments, changes;

  dbus_message_iter_init_append (message, &arguments);
  dbus_message_iter_open_container (&arguments, DBUS_TYPE_ARRAY, "{sa{sv}}", &changes);
  for (unsigned i = 0; i < N_ITEMS; i++)
    append_item (&changes, i);
  dbus_message_iter_close_container (&arguments, &changes);
  pushes++;

  dbus_connection_send (connection, message, NULL);
  dbus_connection_flush (connection);
  dbus_message_unref (message);
}

static enum MHD_Result
handle (void *user_data,
        struct MHD_Connection *client,
        const char *url,
        const char *method,
        const char *version,
        const char *upload,
        size_t *upload_size,
        void **request)
{
  static char body[] = "{\"state\":\"live\"}";
  static int begun;
  struct MHD_Response *response;
  enum MHD_Result result;

  if (*request == NULL) {
    *request = &begun;
    return MHD_YES;
  }
  if (*upload_size > 0) {
    *upload_size = 0;
    return MHD_YES;
  }

  emit ();
  response = MHD_create_response_from_buffer (sizeof body - 1, body, MHD_RESPMEM_PERSISTENT);
  result = MHD_queue_response (client, 200, response);
  MHD_destroy_response (response);

  return result;
}

static void
serve (struct MHD_Daemon *daemon)
{
  const union MHD_DaemonInfo *epoll = MHD_get_daemon_info (daemon, MHD_DAEMON_INFO_EPOLL_FD);
  struct pollfd descriptors[]
      = { { .fd = epoll->epoll_fd, .events = POLLIN }, { .events = POLLIN } };

  dbus_connection_get_unix_fd (connection, &descriptors[1].fd);
  while (dbus_connection_get_is_connected (connection)) {
    MHD_UNSIGNED_LONG_LONG timeout;

    poll (descriptors, 2, MHD_get_timeout (daemon, &timeout) == MHD_YES ? (int)timeout : -1);
    MHD_run (daemon);
    if (descriptors[1].revents != 0)
      dbus_connection_read_write (connection, 0);
    while (dbus_connection_dispatch (connection) == DBUS_DISPATCH_DATA_REMAINS)
      ;
  }
}

int
main (int argc, char **argv)
{
  struct sockaddr_in address
      = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  struct MHD_Daemon *daemon;

  if (argc != 2)
    return 2;

  connection = dbus_bus_get_private (DBUS_BUS_SESSION, NULL);
  if (connection == NULL
      || dbus_bus_request_name (connection, "com.victronenergy.battery.floor", 4, NULL) != 1)
    return 1;

  address.sin_port = htons ((unsigned short)atoi (argv[1]));
  daemon = MHD_start_daemon (MHD_USE_EPOLL, 0, NULL, NULL, handle, NULL, MHD_OPTION_SOCK_ADDR,
                             &address, MHD_OPTION_END);
  if (daemon == NULL)
    return 1;
  serve (daemon);

  return 1;
}
