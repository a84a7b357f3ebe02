#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * VbBusLink:
 *
 * One private connection to the bus, made anew whenever it is lost.
 */
typedef struct _VbBusLink VbBusLink;

/** What the owner of a link is told. */
typedef struct
{
  /* A connection has been made: objects are to be exported and the name claimed. */
  void (*connected) (GDBusConnection *connection, gpointer user_data);

  /* The connection has been lost or is about to be closed; it is still vb_bus_link_connection(). */
  void (*disconnected) (gpointer user_data);

  /* No connection could be made for 5 s: told once, and no more is tried. */
  void (*lost) (gpointer user_data);
} VbBusLinkEvents;

/**
 * Connects to @address, blocking: this is start-up. @events must stay; none is told before the main
 * loop runs.
 *
 * Returns: NULL with an error of GDBus
 */
VbBusLink *vb_bus_link_new (const char *address,
                            const VbBusLinkEvents *events,
                            gpointer user_data,
                            GError **error);

/** Sends what still waits, closes the connection, blocking, and frees. Nobody is told. */
void vb_bus_link_free (VbBusLink *link);

/** The connection, or NULL while there is none. */
GDBusConnection *vb_bus_link_connection (const VbBusLink *link);

/**
 * Leaves the bus by closing the connection, where there is one; when it is closed, a fresh one is
 * made.
 */
void vb_bus_link_renew (VbBusLink *link);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbBusLink, vb_bus_link_free)

G_END_DECLS
