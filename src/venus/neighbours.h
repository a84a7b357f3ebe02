#pragma once

#include <gio/gio.h>

#include "core/neighbours.h"

G_BEGIN_DECLS

/**
 * VbVenusNeighbours:
 *
 * Watches the other batteries on the bus: which there are, the instance that each shows, and
 * whether it has charge limits. Those of our own are left out; who serves them tells of them. See
 * docs/venus.md, "Names and instances".
 */
typedef struct _VbVenusNeighbours VbVenusNeighbours;

VbVenusNeighbours *vb_venus_neighbours_new (void);
void vb_venus_neighbours_free (VbVenusNeighbours *watch);

/** Watches on @connection from now on; NULL: on none, and nobody is there. */
void vb_venus_neighbours_set_connection (VbVenusNeighbours *watch, GDBusConnection *connection);

/** Whether every battery on the bus has told its instance, or will not. */
gboolean vb_venus_neighbours_are_known (const VbVenusNeighbours *watch);

/** What is known of them; always up to date, as long as @watch is there. */
VbNeighbours *vb_venus_neighbours_batteries (const VbVenusNeighbours *watch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbVenusNeighbours, vb_venus_neighbours_free)

G_END_DECLS
