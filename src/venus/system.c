#define G_LOG_DOMAIN "system"

#include "system.h"

#include "base/clock.h"
#include "bus/follow.h"
#include "bus/link.h"
#include "system-items.h"

struct _VbVenusSystem
{
  VbBusLink *link;
  VbVenusSystemLost lost;
  gpointer user_data;

  VbSystem system;
  VbVenusNeighbours *neighbours;
  const char *paths[VB_SYSTEM_ITEMS];
  const char *choice_paths[VB_SYSTEM_CHOICES];
  VbBusFollow *items; /* these two: NULL while there is no connection */
  VbBusFollow *choices;
};

static void
on_item (guint index, GVariant *boxed, gpointer user_data)
{
  VbVenusSystem *watch = user_data;

  if (vb_system_item_keep (&vb_system_items[index], boxed, &watch->system))
    watch->system.last_change = vb_clock_now ();
}

static void
on_there (gboolean there, gpointer user_data)
{
  VbVenusSystem *watch = user_data;
  const VbSystem before = watch->system;

  vb_system_clear (&watch->system);
  watch->system = (VbSystem){ .there = there,
                              .automatic_bms = before.automatic_bms,
                              .automatic_monitor = before.automatic_monitor,
                              .feed_in = before.feed_in,
                              .bms_told = before.bms_told,
                              .monitor_told = before.monitor_told,
                              .feed_in_told = before.feed_in_told,
                              .last_change = vb_clock_now () };
}

static void
on_choice (guint index, GVariant *boxed, gpointer user_data)
{
  VbVenusSystem *watch = user_data;

  if (vb_system_choice_keep (&vb_system_choices[index], boxed, &watch->system))
    watch->system.last_change = vb_clock_now ();
}

static void
on_choices_there (gboolean there, gpointer user_data)
{
  for (guint i = 0; !there && i < VB_SYSTEM_CHOICES; i++)
    on_choice (i, NULL, user_data);
}

static void
on_connected (GDBusConnection *connection, gpointer user_data)
{
  static const VbBusFollowEvents item_events = { on_there, on_item };
  static const VbBusFollowEvents choice_events = { on_choices_there, on_choice };
  VbVenusSystem *watch = user_data;

  watch->items = vb_bus_follow_new (connection, VB_SYSTEM_SERVICE, watch->paths, VB_SYSTEM_ITEMS,
                                    &item_events, watch);
  watch->choices = vb_bus_follow_new (connection, VB_SYSTEM_SETTINGS, watch->choice_paths,
                                      VB_SYSTEM_CHOICES, &choice_events, watch);
  vb_venus_neighbours_set_connection (watch->neighbours, connection);
}

static void
on_disconnected (gpointer user_data)
{
  VbVenusSystem *watch = user_data;

  g_clear_pointer (&watch->items, vb_bus_follow_free);
  g_clear_pointer (&watch->choices, vb_bus_follow_free);
  vb_venus_neighbours_set_connection (watch->neighbours, NULL);
  if (watch->system.there)
    on_there (FALSE, watch);
  on_choices_there (FALSE, watch);
}

static void
on_lost (gpointer user_data)
{
  VbVenusSystem *watch = user_data;

  watch->lost (watch->user_data);
}

VbVenusSystem *
vb_venus_system_new (const char *address,
                     VbVenusSystemLost lost,
                     gpointer user_data,
                     GError **error)
{
  static const VbBusLinkEvents events = { on_connected, on_disconnected, on_lost };
  VbVenusSystem *watch;

  g_return_val_if_fail (address != NULL && lost != NULL, NULL);

  watch = g_new0 (VbVenusSystem, 1);
  watch->lost = lost;
  watch->user_data = user_data;
  for (guint i = 0; i < VB_SYSTEM_ITEMS; i++)
    watch->paths[i] = vb_system_items[i].path;
  for (guint i = 0; i < VB_SYSTEM_CHOICES; i++)
    watch->choice_paths[i] = vb_system_choices[i].path;
  watch->link = vb_bus_link_new (address, &events, watch, error);
  if (watch->link == NULL) {
    g_prefix_error (error, "cannot reach the bus at %s: ", address);
    g_free (watch);
    return NULL;
  }
  watch->neighbours = vb_venus_neighbours_new ();
  on_connected (vb_bus_link_connection (watch->link), watch);

  return watch;
}

void
vb_venus_system_free (VbVenusSystem *watch)
{
  if (vb_bus_link_connection (watch->link) != NULL)
    on_disconnected (watch);
  vb_venus_neighbours_free (watch->neighbours);
  vb_bus_link_free (watch->link);
  g_free (watch);
}

const VbSystem *
vb_venus_system_system (const VbVenusSystem *watch)
{
  return &watch->system;
}

VbVenusNeighbours *
vb_venus_system_neighbours (const VbVenusSystem *watch)
{
  return watch->neighbours;
}
