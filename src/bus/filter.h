#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** The interface of every item on a Venus bus. */
#define VB_BUS_ITEM "com.victronenergy.BusItem"

/**
 * VbBusFilter:
 *
 * Lets GDBus answer as libdbus does where real clients depend on it: calls without an interface,
 * SetValue with a bare argument, UnknownObject for a path that is not there. It filters the
 * messages of one connection, in GDBus' worker thread. See docs/venus.md, "GDBus and libdbus".
 */
typedef struct _VbBusFilter VbBusFilter;

/** Filters the messages of @connection from now on. No path is registered yet. */
VbBusFilter *vb_bus_filter_new (GDBusConnection *connection);

/** Stops filtering and frees; from any thread but the worker. */
void vb_bus_filter_free (VbBusFilter *compat);

/** Registers @path: calls to it are let through. */
void vb_bus_filter_add_path (VbBusFilter *compat, const char *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbBusFilter, vb_bus_filter_free)

G_END_DECLS
