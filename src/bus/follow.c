#include "follow.h"

#include "filter.h"

#define CALL_MILLISECONDS 5000

/* A service may have its name long before it answers. */
#define AGAIN_SECONDS 5

/* One item. */
typedef struct
{
  guint properties_changed; /* subscription */
  gboolean known;           /* the service has said something of it */
} Item;

struct _VbBusFollow
{
  GDBusConnection *connection;
  const char *const *paths;
  guint n_paths;
  const VbBusFollowEvents *events;
  gpointer user_data;

  guint name_watch;
  char *owner;               /* these: NULL and 0 while the service is not there */
  GCancellable *cancellable; /* of the questions under way */
  guint items_changed;       /* subscription */
  guint again;               /* source: what was not answered is asked again */
  Item *items;               /* one for each path */
};

/* The place of @path among those that are followed, or n_paths. */
static guint
find (const VbBusFollow *follow, const char *path)
{
  guint i = 0;

  while (i < follow->n_paths && !g_str_equal (follow->paths[i], path))
    i++;

  return i;
}

static void
tell (VbBusFollow *follow, const char *path, GVariant *item)
{
  const guint index = find (follow, path);
  g_autoptr (GVariant) value
      = index < follow->n_paths ? g_variant_lookup_value (item, "Value", NULL) : NULL;

  if (value == NULL)
    return;

  follow->items[index].known = TRUE;
  follow->events->item (index, value, follow->user_data);
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
  while (g_variant_iter_loop (items, "{&s@a{sv}}", &path, &item))
    tell (user_data, path, item);
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
  g_autoptr (GVariant) item = NULL;

  if (!g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(a{sv})")))
    return;

  item = g_variant_get_child_value (arguments, 0);
  tell (user_data, object, item);
}

/* One question under way. */
typedef struct
{
  VbBusFollow *follow;
  guint index;
} Question;

static void ask_unknown (VbBusFollow *follow);

static gboolean
on_again (gpointer user_data)
{
  VbBusFollow *follow = user_data;

  follow->again = 0;
  ask_unknown (follow);

  return G_SOURCE_REMOVE;
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Question *question = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply
      = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autoptr (GVariant) boxed = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;

  VbBusFollow *follow = question->follow;
  Item *item;

  /* Cancelled means that the service has gone, or freed: then @follow must not be touched. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  /* A signal that came meanwhile is newer than no answer. */
  item = &follow->items[question->index];
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)) {
    if (item->known)
      return;
    if (follow->again == 0)
      follow->again = g_timeout_add_seconds (AGAIN_SECONDS, on_again, follow);
  } else
    item->known = TRUE;
  follow->events->item (question->index, boxed, follow->user_data);
}

static void
ask (VbBusFollow *follow, guint index)
{
  Question *question = g_new (Question, 1);

  *question = (Question){ .follow = follow, .index = index };
  g_dbus_connection_call (follow->connection, follow->owner, follow->paths[index], VB_BUS_ITEM,
                          "GetValue", NULL, G_VARIANT_TYPE ("(v)"), G_DBUS_CALL_FLAGS_NONE,
                          CALL_MILLISECONDS, follow->cancellable, on_answer, question);
}

static void
ask_unknown (VbBusFollow *follow)
{
  for (guint i = 0; i < follow->n_paths; i++)
    if (!follow->items[i].known)
      ask (follow, i);
}

static guint
subscribe (VbBusFollow *follow, const char *signal, const char *path, GDBusSignalCallback callback)
{
  return g_dbus_connection_signal_subscribe (follow->connection, follow->owner, VB_BUS_ITEM, signal,
                                             path, NULL, G_DBUS_SIGNAL_FLAGS_NONE, callback, follow,
                                             NULL);
}

static void
on_appeared (GDBusConnection *connection, const char *name, const char *owner, gpointer user_data)
{
  VbBusFollow *follow = user_data;

  follow->owner = g_strdup (owner);
  follow->cancellable = g_cancellable_new ();
  if (follow->events->there != NULL)
    follow->events->there (TRUE, follow->user_data);

  follow->items_changed = subscribe (follow, "ItemsChanged", "/", on_items_changed);
  for (guint i = 0; i < follow->n_paths; i++)
    follow->items[i]
        = (Item){ .properties_changed = subscribe (follow, "PropertiesChanged", follow->paths[i],
                                                   on_properties_changed) };
  ask_unknown (follow);
}

static void
forget_owner (VbBusFollow *follow)
{
  if (follow->owner == NULL)
    return;

  g_cancellable_cancel (follow->cancellable);
  g_clear_object (&follow->cancellable);
  g_clear_handle_id (&follow->again, g_source_remove);
  g_dbus_connection_signal_unsubscribe (follow->connection, follow->items_changed);
  for (guint i = 0; i < follow->n_paths; i++)
    g_dbus_connection_signal_unsubscribe (follow->connection, follow->items[i].properties_changed);
  g_clear_pointer (&follow->owner, g_free);
}

static void
on_vanished (GDBusConnection *connection, const char *name, gpointer user_data)
{
  VbBusFollow *follow = user_data;
  const gboolean was_there = follow->owner != NULL;

  /* Without a connection its owner frees this. */
  if (connection == NULL)
    return;

  forget_owner (follow);
  if (was_there && follow->events->there != NULL)
    follow->events->there (FALSE, follow->user_data);
}

VbBusFollow *
vb_bus_follow_new (GDBusConnection *connection,
                   const char *name,
                   const char *const *paths,
                   guint n_paths,
                   const VbBusFollowEvents *events,
                   gpointer user_data)
{
  VbBusFollow *follow = g_new0 (VbBusFollow, 1);

  follow->connection = g_object_ref (connection);
  follow->paths = paths;
  follow->n_paths = n_paths;
  follow->events = events;
  follow->user_data = user_data;
  follow->items = g_new0 (Item, n_paths);
  follow->name_watch = g_bus_watch_name_on_connection (
      connection, name, G_BUS_NAME_WATCHER_FLAGS_NONE, on_appeared, on_vanished, follow, NULL);

  return follow;
}

void
vb_bus_follow_free (VbBusFollow *follow)
{
  g_bus_unwatch_name (follow->name_watch);
  forget_owner (follow);
  g_object_unref (follow->connection);
  g_free (follow->items);
  g_free (follow);
}
