/*
 * Watches the bus for a battery's signals.
 *
 * Usage: signals
 *
 * The bus is DBUS_SESSION_BUS_ADDRESS. One line on stdout for each ItemsChanged that carries
 * /Dc/0/Power: when it was read (µs, monotonic) and that power, by which the record is known.
 */
#include <gio/gio.h>
#include <stdio.h>

/* Runs in GDBus' worker as soon as the message is read: no main loop in between. */
static GDBusMessage *
watch (GDBusConnection *connection, GDBusMessage *message, gboolean incoming, gpointer user_data)
{
  const gint64 now = g_get_monotonic_time ();
  g_autoptr (GVariant) item = NULL, value = NULL;
  GVariant *items;

  if (!incoming || g_strcmp0 (g_dbus_message_get_member (message), "ItemsChanged") != 0)
    return message;

  items = g_variant_get_child_value (g_dbus_message_get_body (message), 0);
  item = g_variant_lookup_value (items, "/Dc/0/Power", G_VARIANT_TYPE_VARDICT);
  value = item == NULL ? NULL : g_variant_lookup_value (item, "Value", G_VARIANT_TYPE_DOUBLE);
  if (value != NULL) {
    printf ("%" G_GINT64_FORMAT " %.0f\n", now, g_variant_get_double (value));
    fflush (stdout);
  }
  g_variant_unref (items);
  g_object_unref (message);

  return NULL;
}

int
main (void)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GDBusConnection) connection = g_dbus_connection_new_for_address_sync (
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
  g_main_loop_run (loop);

  return 0;
}
