#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * VbBusLink:
 *
 * One private connection to the bus, made anew whenever it is lost, and the name that it owns while
 * it is claimed (design §4, Start).
 */
typedef struct _VbBusLink VbBusLink;

/** What the owner of a link is told. */
typedef struct
{
  /* A connection has been made; nothing is claimed on it yet. */
  void (*connected) (GDBusConnection *connection, gpointer user_data);

  /* The connection has been lost or is about to be closed, and the name with it. */
  void (*disconnected) (gpointer user_data);

  /* The name that was claimed is ours now, or not any more: see vb_bus_link_owns_name(). */
  void (*name_changed) (gpointer user_data);

  /* No connection could be made for 5 s: told once, and no more is tried. */
  void (*lost) (gpointer user_data);
} VbBusLinkEvents;

/**
 * Connects to @address, blocking: this is start-up. @events must stay; none is told before the main
 * loop runs.
 *
 * @name: the bus name to be claimed later on
 *
 * Returns: NULL with an error of GDBus
 */
VbBusLink *vb_bus_link_new (const char *address,
                            const char *name,
                            const VbBusLinkEvents *events,
                            gpointer user_data,
                            GError **error);

/** Sends what still waits, closes the connection, blocking, and frees. Nobody is told. */
void vb_bus_link_free (VbBusLink *link);

/** The connection, or NULL while there is none. */
GDBusConnection *vb_bus_link_connection (const VbBusLink *link);

/**
 * Whether anybody owns the name, blocking: for start-up.
 *
 * Returns: FALSE with an error of GDBus where the bus does not say
 */
gboolean vb_bus_link_is_name_taken (const VbBusLink *link, gboolean *taken, GError **error);

/**
 * Asks for the name until it is ours: again after 1, 2, … 10 s where another process has it. It never
 * waits in the bus' queue, and neither takes the name from anybody nor lets it be taken (contract
 * §1.8). Does nothing where it is claimed already, or while there is no connection; a claim ends with
 * the connection.
 */
void vb_bus_link_claim_name (VbBusLink *link);

/** Whether the name is ours. */
gboolean vb_bus_link_owns_name (const VbBusLink *link);

/**
 * Leaves the bus by closing the connection, where there is one; when it is closed, a fresh one is
 * made.
 */
void vb_bus_link_renew (VbBusLink *link);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbBusLink, vb_bus_link_free)

G_END_DECLS
