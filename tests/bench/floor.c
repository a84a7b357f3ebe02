/*
 * The floor: what a push costs when libmicrohttpd takes it and GDBus emits the same 11-value
 * ItemsChanged, with no parsing, no checks, no state, no verdict. The daemon is measured against it.
 *
 * Usage: floor PORT   (the bus is DBUS_SESSION_BUS_ADDRESS)
 */
#include <arpa/inet.h>
#include <gio/gio.h>
#include <microhttpd.h>
#include <stdlib.h>

#include "http/mhd-source.h"

static GDBusConnection *connection;
static guint pushes;

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
emit (void)
{
  GVariantBuilder changes;

  g_variant_builder_init (&changes, G_VARIANT_TYPE ("a{sa{sv}}"));
  for (guint i = 0; i < G_N_ELEMENTS (items); i++) {
    const double value = 50 + i + pushes % 2;
    char text[32];

    g_snprintf (text, sizeof text, "%.*f%s", items[i].decimals, value, items[i].unit);
    g_variant_builder_open (&changes, G_VARIANT_TYPE ("{sa{sv}}"));
    g_variant_builder_add (&changes, "s", items[i].path);
    g_variant_builder_open (&changes, G_VARIANT_TYPE ("a{sv}"));
    g_variant_builder_add (&changes, "{sv}", "Value", g_variant_new_double (value));
    g_variant_builder_add (&changes, "{sv}", "Text", g_variant_new_string (text));
    g_variant_builder_close (&changes);
    g_variant_builder_close (&changes);
  }
  pushes++;

  g_dbus_connection_emit_signal (connection, NULL, "/", "com.victronenergy.BusItem", "ItemsChanged",
                                 g_variant_new ("(a{sa{sv}})", &changes), NULL);
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

int
main (int argc, char **argv)
{
  struct sockaddr_in address
      = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  struct MHD_Daemon *daemon;

  if (argc != 2)
    return 2;

  connection = g_dbus_connection_new_for_address_sync (
      g_getenv ("DBUS_SESSION_BUS_ADDRESS"),
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
          | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, &error);
  g_assert_no_error (error);
  reply = g_dbus_connection_call_sync (connection, "org.freedesktop.DBus", "/",
                                       "org.freedesktop.DBus", "RequestName",
                                       g_variant_new ("(su)", "com.victronenergy.battery.floor", 4),
                                       NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);

  address.sin_port = htons ((guint16)atoi (argv[1]));
  daemon = MHD_start_daemon (MHD_USE_EPOLL, 0, NULL, NULL, handle, NULL, MHD_OPTION_SOCK_ADDR,
                             &address, MHD_OPTION_END);
  g_assert_nonnull (daemon);
  g_source_attach (vb_mhd_source_new (daemon, NULL, NULL, NULL), NULL);
  g_main_loop_run (loop);

  return 0;
}
