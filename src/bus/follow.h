#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * VbBusFollow:
 *
 * Follows some items of one service, as long as it is on the bus: asks for each when the service
 * comes, again and again where it does not answer, and hears its signals from then on. What others
 * say of these items counts for nothing.
 */
typedef struct _VbBusFollow VbBusFollow;

/** What the owner is told, each from the main loop. */
typedef struct
{
  /* The service has come, or has gone, and its items with it. NULL where that does not matter. */
  void (*there) (gboolean there, gpointer user_data);

  /* What the service says of the item @index, boxed as it came; NULL: it does not know it, or has
     not answered. */
  void (*item) (guint index, GVariant *boxed, gpointer user_data);
} VbBusFollowEvents;

/**
 * Follows the @n_paths items at @paths of the service @name on @connection. @paths and @events must
 * stay. Free with vb_bus_follow_free(); nobody is told by that.
 */
VbBusFollow *vb_bus_follow_new (GDBusConnection *connection,
                                const char *name,
                                const char *const *paths,
                                guint n_paths,
                                const VbBusFollowEvents *events,
                                gpointer user_data);
void vb_bus_follow_free (VbBusFollow *follow);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbBusFollow, vb_bus_follow_free)

G_END_DECLS
