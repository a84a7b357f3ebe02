#pragma once

#include <gio/gio.h>

#include "core/battery.h"

G_BEGIN_DECLS

/**
 * VbVenusObjects:
 *
 * The object tree of one battery on one connection: a leaf for every item, a group for every path
 * between, the root. All answers come from the battery as it is. See docs/venus.md, "Values on the
 * bus".
 */
typedef struct _VbVenusObjects VbVenusObjects;

/**
 * Answers SetValue on @item with @value, unboxed: 0 taken, 1 not writable or of the wrong type, 2
 * refused.
 */
typedef int (*VbVenusSetValue) (guint item, GVariant *value, gpointer user_data);

/**
 * Exports @battery on @connection: every item that it has, and of a family the members with a
 * value.
 *
 * @insecure: whether /Mgmt/InsecureConnection is there
 *
 * Free with vb_venus_objects_free(), while @battery is there.
 */
VbVenusObjects *vb_venus_objects_new (GDBusConnection *connection,
                                      VbBattery *battery,
                                      gboolean insecure,
                                      VbVenusSetValue set_value,
                                      gpointer user_data);
void vb_venus_objects_free (VbVenusObjects *objects);

/**
 * Exports what @items, which have changed, make anew: members of families, and the paths of the
 * cells' page, with their first value.
 *
 * Returns: @items and the paths of that page that change with them, for the signal; valid until the
 * next call
 */
const GArray *vb_venus_objects_add (VbVenusObjects *objects, const guint *items, guint n_items);

/** Sends one ItemsChanged with @items, which have been added, or that vb_venus_objects_add() has
    returned, unless there are none. */
void vb_venus_objects_signal (VbVenusObjects *objects, const guint *items, guint n_items);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbVenusObjects, vb_venus_objects_free)

G_END_DECLS
