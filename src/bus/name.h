#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * VbBusName:
 *
 * A claim of one connection to a bus name. It asks until the name is ours: again after 1, 2, … 10 s
 * while another process has it. It does not wait in the queue of the bus, takes the name from
 * nobody, and lets nobody take it: docs/venus.md, "Joining and leaving".
 */
typedef struct _VbBusName VbBusName;

/** Told when the name is ours, and when it is not ours any more. */
typedef void (*VbBusNameChanged) (gboolean owned, gpointer user_data);

/**
 * Claims @bus_name until the claim is freed. Only closing @connection releases the name.
 * Nobody is told before the main loop runs.
 *
 * @former: the unique name of the connection that we had before, or NULL; the bus may take a moment
 * to notice that it is closed
 */
VbBusName *vb_bus_name_new (GDBusConnection *connection,
                            const char *bus_name,
                            const char *former,
                            VbBusNameChanged changed,
                            gpointer user_data);
void vb_bus_name_free (VbBusName *name);

gboolean vb_bus_name_is_owned (const VbBusName *name);

/**
 * Whether @bus_name has an owner on the bus, blocking: for start-up.
 *
 * Returns: FALSE with an error of GDBus where the bus does not say
 */
gboolean vb_bus_name_is_taken (GDBusConnection *connection,
                               const char *bus_name,
                               gboolean *taken,
                               GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbBusName, vb_bus_name_free)

G_END_DECLS
