#define G_LOG_DOMAIN "system"

#include "system.h"

#include "base/clock.h"
#include "bus/filter.h"
#include "bus/link.h"
#include "system-items.h"

#define CALL_MILLISECONDS 5000

struct _VbVenusSystem
{
  VbBusLink *link;
  VbVenusSystemLost lost;
  gpointer user_data;

  VbSystem system;
  guint name_watch;
  guint items_changed; /* subscriptions, as long as the service is there */
  guint properties_changed[VB_SYSTEM_ITEMS];
  GCancellable *cancellable; /* of the questions under way */
};

/* @boxed: as it came; NULL where the service does not know the path. */
static void
keep (VbVenusSystem *watch, const VbSystemItem *item, GVariant *boxed)
{
  if (vb_system_item_keep (item, boxed, &watch->system))
    watch->system.last_change = vb_clock_now ();
}

static void
on_items_changed (GDBusConnection *connection,
                  const char *sender,
                  const char *object,
                  const char *interface,
                  const char *signal,
                  GVariant *arguments,
                  gpointer user_data)
{
  g_autoptr (GVariantIter) items = NULL;
  const char *path;
  GVariant *item;

  if (!g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(a{sa{sv}})")))
    return;

  g_variant_get (arguments, "(a{sa{sv}})", &items);
  while (g_variant_iter_loop (items, "{&s@a{sv}}", &path, &item)) {
    const VbSystemItem *known = vb_system_item_find (path);
    g_autoptr (GVariant) value
        = known != NULL ? g_variant_lookup_value (item, "Value", NULL) : NULL;

    if (value != NULL)
      keep (user_data, known, value);
  }
}

static void
on_properties_changed (GDBusConnection *connection,
                       const char *sender,
                       const char *object,
                       const char *interface,
                       const char *signal,
                       GVariant *arguments,
                       gpointer user_data)
{
  const VbSystemItem *known = vb_system_item_find (object);
  g_autoptr (GVariant) item = NULL;
  g_autoptr (GVariant) value = NULL;

  if (known == NULL || !g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(a{sv})")))
    return;

  item = g_variant_get_child_value (arguments, 0);
  value = g_variant_lookup_value (item, "Value", NULL);
  if (value != NULL)
    keep (user_data, known, value);
}

/* One question under way. */
typedef struct
{
  VbVenusSystem *watch;
  const VbSystemItem *path;
} Question;

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Question *question = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply
      = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autoptr (GVariant) boxed = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;

  /* Cancelled means that the service has gone, or freed: then the watch must not be touched. */
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    keep (question->watch, question->path, boxed);
}

static void
ask (VbVenusSystem *watch, GDBusConnection *connection, const char *owner, const VbSystemItem *path)
{
  Question *question = g_new (Question, 1);

  *question = (Question){ .watch = watch, .path = path };
  g_dbus_connection_call (connection, owner, path->path, VB_BUS_ITEM, "GetValue", NULL,
                          G_VARIANT_TYPE ("(v)"), G_DBUS_CALL_FLAGS_NONE, CALL_MILLISECONDS,
                          watch->cancellable, on_answer, question);
}

static guint
subscribe (VbVenusSystem *watch,
           GDBusConnection *connection,
           const char *owner,
           const char *signal,
           const char *path,
           GDBusSignalCallback callback)
{
  return g_dbus_connection_signal_subscribe (connection, owner, VB_BUS_ITEM, signal, path, NULL,
                                             G_DBUS_SIGNAL_FLAGS_NONE, callback, watch, NULL);
}

static void
on_appeared (GDBusConnection *connection, const char *name, const char *owner, gpointer user_data)
{
  VbVenusSystem *watch = user_data;

  watch->system.there = TRUE;
  watch->system.last_change = vb_clock_now ();
  watch->cancellable = g_cancellable_new ();
  watch->items_changed
      = subscribe (watch, connection, owner, "ItemsChanged", "/", on_items_changed);
  for (guint i = 0; i < VB_SYSTEM_ITEMS; i++) {
    watch->properties_changed[i] = subscribe (watch, connection, owner, "PropertiesChanged",
                                              vb_system_items[i].path, on_properties_changed);
    ask (watch, connection, owner, &vb_system_items[i]);
  }
}

static void
forget (VbVenusSystem *watch, GDBusConnection *connection)
{
  if (!watch->system.there)
    return;

  g_cancellable_cancel (watch->cancellable);
  g_clear_object (&watch->cancellable);
  g_dbus_connection_signal_unsubscribe (connection, watch->items_changed);
  for (guint i = 0; i < VB_SYSTEM_ITEMS; i++)
    g_dbus_connection_signal_unsubscribe (connection, watch->properties_changed[i]);
  vb_system_clear (&watch->system);
  watch->system = (VbSystem){ .last_change = vb_clock_now () };
}

static void
on_vanished (GDBusConnection *connection, const char *name, gpointer user_data)
{
  VbVenusSystem *watch = user_data;

  if (connection != NULL)
    forget (watch, connection);
}

static void
on_connected (GDBusConnection *connection, gpointer user_data)
{
  VbVenusSystem *watch = user_data;

  watch->name_watch = g_bus_watch_name_on_connection (connection, VB_SYSTEM_SERVICE,
                                                      G_BUS_NAME_WATCHER_FLAGS_NONE, on_appeared,
                                                      on_vanished, watch, NULL);
}

static void
on_disconnected (gpointer user_data)
{
  VbVenusSystem *watch = user_data;

  g_clear_handle_id (&watch->name_watch, g_bus_unwatch_name);
  forget (watch, vb_bus_link_connection (watch->link));
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
  watch->link = vb_bus_link_new (address, &events, watch, error);
  if (watch->link == NULL) {
    g_prefix_error (error, "cannot reach the bus at %s: ", address);
    g_free (watch);
    return NULL;
  }
  on_connected (vb_bus_link_connection (watch->link), watch);

  return watch;
}

void
vb_venus_system_free (VbVenusSystem *watch)
{
  if (vb_bus_link_connection (watch->link) != NULL)
    on_disconnected (watch);
  vb_bus_link_free (watch->link);
  g_free (watch);
}

const VbSystem *
vb_venus_system_system (const VbVenusSystem *watch)
{
  return &watch->system;
}
