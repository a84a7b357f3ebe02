#include "filter.h"

/* Shared with the filter, which the worker may still be running when it is removed. */
typedef struct
{
  GMutex lock;
  GHashTable *paths; /* set of char * */
} Exported;

struct _VbBusFilter
{
  GDBusConnection *connection;
  guint id; /* of the filter */
  Exported *exported;
};

/* The interfaces that a call without one can mean, by its member; all others mean BusItem. */
static const struct
{
  const char *member;
  const char *interface;
} standard[] = {
  { "Introspect", "org.freedesktop.DBus.Introspectable" },
  { "Ping", "org.freedesktop.DBus.Peer" },
  { "GetMachineId", "org.freedesktop.DBus.Peer" },
  { "Get", "org.freedesktop.DBus.Properties" },
  { "Set", "org.freedesktop.DBus.Properties" },
  { "GetAll", "org.freedesktop.DBus.Properties" },
};

static void
known_clear (gpointer data)
{
  Exported *exported = data;

  g_hash_table_unref (exported->paths);
  g_mutex_clear (&exported->lock);
}

static void
exported_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, known_clear);
}

static gboolean
is_exported (Exported *exported, const char *path)
{
  gboolean found;

  g_mutex_lock (&exported->lock);
  found = g_hash_table_contains (exported->paths, path);
  g_mutex_unlock (&exported->lock);

  return found;
}

static void
reply_unknown_object (GDBusConnection *connection, GDBusMessage *message)
{
  g_autoptr (GDBusMessage) reply = NULL;

  if (g_dbus_message_get_flags (message) & G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED)
    return;

  reply = g_dbus_message_new_method_error (message, "org.freedesktop.DBus.Error.UnknownObject",
                                           "No such object path '%s'",
                                           g_dbus_message_get_path (message));
  g_dbus_connection_send_message (connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
}

static const char *
meant_interface (const char *member)
{
  for (guint i = 0; i < G_N_ELEMENTS (standard); i++)
    if (g_strcmp0 (member, standard[i].member) == 0)
      return standard[i].interface;

  return VB_BUS_ITEM;
}

static gboolean
is_bare_set_value (GDBusMessage *message)
{
  GVariant *body = g_dbus_message_get_body (message);

  return g_strcmp0 (g_dbus_message_get_member (message), "SetValue") == 0 && body != NULL
         && g_variant_n_children (body) == 1
         && g_strcmp0 (g_dbus_message_get_signature (message), "v") != 0;
}

/* A message that can be changed: a locked one is replaced by its copy. */
static GDBusMessage *
unlocked (GDBusMessage *message)
{
  GDBusMessage *copy;

  if (!g_dbus_message_get_locked (message))
    return message;

  copy = g_dbus_message_copy (message, NULL);
  if (copy == NULL)
    return message;

  g_object_unref (message);

  return copy;
}

static GDBusMessage *
filter_message (GDBusConnection *connection,
                GDBusMessage *message,
                gboolean incoming,
                gpointer user_data)
{
  Exported *exported = user_data;
  const char *interface = g_dbus_message_get_interface (message);

  if (!incoming || g_dbus_message_get_message_type (message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL)
    return message;

  if (interface == NULL) {
    interface = meant_interface (g_dbus_message_get_member (message));
    message = unlocked (message);
    g_dbus_message_set_interface (message, interface);
  }

  if (g_strcmp0 (interface, "org.freedesktop.DBus.Peer") != 0
      && !is_exported (exported, g_dbus_message_get_path (message))) {
    reply_unknown_object (connection, message);
    g_object_unref (message);
    return NULL;
  }

  if (is_bare_set_value (message)) {
    g_autoptr (GVariant) argument = NULL;

    message = unlocked (message);
    argument = g_variant_get_child_value (g_dbus_message_get_body (message), 0);
    g_dbus_message_set_body (message, g_variant_new ("(v)", argument));
  }

  return message;
}

VbBusFilter *
vb_bus_filter_new (GDBusConnection *connection)
{
  VbBusFilter *filter = g_new0 (VbBusFilter, 1);

  filter->connection = g_object_ref (connection);
  filter->exported = g_atomic_rc_box_new0 (Exported);
  g_mutex_init (&filter->exported->lock);
  filter->exported->paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  filter->id = g_dbus_connection_add_filter (
      connection, filter_message, g_atomic_rc_box_acquire (filter->exported), exported_unref);

  return filter;
}

void
vb_bus_filter_free (VbBusFilter *filter)
{
  g_dbus_connection_remove_filter (filter->connection, filter->id);
  g_object_unref (filter->connection);
  exported_unref (filter->exported);
  g_free (filter);
}

void
vb_bus_filter_add_path (VbBusFilter *filter, const char *path)
{
  g_mutex_lock (&filter->exported->lock);
  g_hash_table_add (filter->exported->paths, g_strdup (path));
  g_mutex_unlock (&filter->exported->lock);
}
