#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** The interface of every item on a Venus bus. */
#define VB_BUS_ITEM "com.victronenergy.BusItem"

/**
 * VbBusCompat:
 *
 * Lets GDBus answer as libdbus does where real clients depend on it (contract §1.9): calls without
 * an interface, SetValue with a bare argument, UnknownObject for a path that is not there. It filters
 * the messages of one connection, in GDBus' worker thread.
 */
typedef struct _VbBusCompat VbBusCompat;

/** Filters the messages of @connection from now on, which knows no path yet. */
VbBusCompat *vb_bus_compat_new (GDBusConnection *connection);

/** Stops filtering and frees; from any thread but the worker. */
void vb_bus_compat_free (VbBusCompat *compat);

/** Makes @path known: calls to it are let through. */
void vb_bus_compat_add_path (VbBusCompat *compat, const char *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbBusCompat, vb_bus_compat_free)

G_END_DECLS
