#pragma once

#include <gio/gio.h>

#include "core/battery.h"

G_BEGIN_DECLS

/**
 * VbBusObjects:
 *
 * The object tree of one battery on one connection (contract §1.1, §1.2): a leaf for every item, a
 * group for every path between, the root. All answers come from the battery as it is.
 */
typedef struct _VbBusObjects VbBusObjects;

/**
 * Answers SetValue on @item with @value, unboxed: 0 taken, 1 not writable or of the wrong type, 2
 * refused (contract §1.4).
 */
typedef int (*VbBusSetValue) (guint item, GVariant *value, gpointer user_data);

/**
 * Exports @battery on @connection: every item that it has, of a family the members that have a value.
 *
 * @insecure: whether /Mgmt/InsecureConnection is there
 *
 * Free with vb_bus_objects_free(), while @battery is there.
 */
VbBusObjects *vb_bus_objects_new (GDBusConnection *connection,
                                  VbBattery *battery,
                                  gboolean insecure,
                                  VbBusSetValue set_value,
                                  gpointer user_data);
void vb_bus_objects_free (VbBusObjects *objects);

/** Exports those of @items that are not there yet: members of families with their first value. */
void vb_bus_objects_add (VbBusObjects *objects, const guint *items, guint n_items);

/** Sends one ItemsChanged with @items, which have been added, unless there are none. */
void vb_bus_objects_signal (VbBusObjects *objects, const guint *items, guint n_items);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbBusObjects, vb_bus_objects_free)

G_END_DECLS
