#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * The address of the bus that --bus means: `system`, `session`, an address, or NULL for the rule of
 * every Venus driver: session where DBUS_SESSION_BUS_ADDRESS is set, else system.
 * Free with g_free().
 */
char *vb_bus_address (const char *bus, GError **error);

/** Whether @bus (or NULL) is something that vb_bus_address() understands, whoever is there. */
gboolean vb_bus_address_check (const char *bus, GError **error);

G_END_DECLS
