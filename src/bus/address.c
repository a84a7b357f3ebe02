#include "address.h"

char *
vb_bus_address (const char *bus, GError **error)
{
  const char *session = g_getenv ("DBUS_SESSION_BUS_ADDRESS");

  if (bus == NULL)
    bus = session != NULL && *session != '\0' ? "session" : "system";

  if (g_str_equal (bus, "session"))
    return g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SESSION, NULL, error);
  if (g_str_equal (bus, "system"))
    return g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SYSTEM, NULL, error);
  if (!g_dbus_is_supported_address (bus, error))
    return NULL;

  return g_strdup (bus);
}

gboolean
vb_bus_address_check (const char *bus, GError **error)
{
  return bus == NULL || g_str_equal (bus, "session") || g_str_equal (bus, "system")
         || g_dbus_is_supported_address (bus, error);
}
