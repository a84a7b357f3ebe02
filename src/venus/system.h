#pragma once

#include <gio/gio.h>

#include "core/selection.h"
#include "neighbours.h"

G_BEGIN_DECLS

/**
 * VbVenusSystem:
 *
 * Follows com.victronenergy.system by its signals, on a connection that outlives those of the
 * batteries: which battery Venus reads, which BMS it obeys, and whether it obeys any; and the other
 * batteries that it chooses among. See docs/venus.md, "What Venus chooses".
 */
typedef struct _VbVenusSystem VbVenusSystem;

/** Called once, when no connection to the bus could be made for 5 s. */
typedef void (*VbVenusSystemLost) (gpointer user_data);

/**
 * Connects to the bus at @address (blocking: this is start-up).
 *
 * @lost: told when the bus is lost for good
 *
 * Returns: NULL with @error set. Free with vb_venus_system_free().
 */
VbVenusSystem *vb_venus_system_new (const char *address,
                                    VbVenusSystemLost lost,
                                    gpointer user_data,
                                    GError **error);
void vb_venus_system_free (VbVenusSystem *watch);

/** What the system says; always up to date, as long as @watch is there. */
const VbSystem *vb_venus_system_system (const VbVenusSystem *watch);

/** The watch on the other batteries; as long as @watch is there. */
VbVenusNeighbours *vb_venus_system_neighbours (const VbVenusSystem *watch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbVenusSystem, vb_venus_system_free)

G_END_DECLS
