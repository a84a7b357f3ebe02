#include "neighbours.h"

#include "bus/follow.h"
#include "bus/value.h"

#define BUS "org.freedesktop.DBus"
#define BUS_PATH "/org/freedesktop/DBus"
#define CLASS "com.victronenergy.battery"

enum
{
  INSTANCE,
  CHARGE_VOLTAGE, /* who has one is a BMS */
  N_ITEMS
};

static const char *const items[N_ITEMS] = { "/DeviceInstance", "/Info/MaxChargeVoltage" };

struct _VbVenusNeighbours
{
  VbNeighbours *batteries;
  GHashTable *followed; /* char *, a bus name → Followed */

  GDBusConnection *connection; /* these: NULL and 0 while there is none */
  GCancellable *cancellable;
  guint owners; /* subscription */
  gboolean listed;
};

/* One of them. */
typedef struct
{
  VbVenusNeighbours *watch;
  const char *name; /* the key's */
  VbBusFollow *follow;
  gboolean answered;
} Followed;

static void
followed_free (gpointer data)
{
  Followed *followed = data;

  vb_bus_follow_free (followed->follow);
  g_free (followed);
}

static int
read_instance (GVariant *value)
{
  double number;

  return value != NULL && vb_bus_value_number (value, &number) && number >= 0
                 && number <= G_MAXINT32 && number == (int)number
             ? (int)number
             : -1;
}

static void
on_item (guint index, GVariant *boxed, gpointer user_data)
{
  Followed *followed = user_data;
  VbNeighbours *batteries = followed->watch->batteries;
  g_autoptr (GVariant) value = boxed != NULL ? vb_bus_value_unbox (boxed) : NULL;
  double number;

  if (index == INSTANCE) {
    followed->answered = TRUE;
    vb_neighbours_set_instance (batteries, followed->name, read_instance (value));
  } else
    vb_neighbours_set_limits (batteries, followed->name,
                              value != NULL && vb_bus_value_number (value, &number));
}

static void
add (VbVenusNeighbours *watch, const char *name)
{
  static const VbBusFollowEvents events = { .item = on_item };
  Followed *followed;
  char *key;

  if (!g_str_has_prefix (name, CLASS ".") || vb_neighbours_is_own (watch->batteries, name)
      || g_hash_table_contains (watch->followed, name))
    return;

  followed = g_new0 (Followed, 1);
  key = g_strdup (name);
  followed->watch = watch;
  followed->name = key;
  g_hash_table_insert (watch->followed, key, followed);
  vb_neighbours_set_instance (watch->batteries, name, -1);
  followed->follow = vb_bus_follow_new (watch->connection, name, items, N_ITEMS, &events, followed);
}

static void
drop (VbVenusNeighbours *watch, const char *name)
{
  if (!g_hash_table_contains (watch->followed, name))
    return;

  vb_neighbours_remove (watch->batteries, name);
  g_hash_table_remove (watch->followed, name);
}

static void
on_owner_changed (GDBusConnection *connection,
                  const char *sender,
                  const char *object,
                  const char *interface,
                  const char *signal,
                  GVariant *arguments,
                  gpointer user_data)
{
  const char *name, *before, *after;

  if (!g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(sss)")))
    return;

  g_variant_get (arguments, "(&s&s&s)", &name, &before, &after);
  if (*after == '\0')
    drop (user_data, name);
  else
    add (user_data, name);
}

static void
on_listed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  VbVenusNeighbours *watch = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply
      = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_autoptr (GVariantIter) names = NULL;
  const char *name;

  /* Cancelled means that there is another connection, or none, or @watch is freed. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  watch->listed = TRUE;
  if (reply == NULL)
    return;
  g_variant_get (reply, "(as)", &names);
  while (g_variant_iter_loop (names, "&s", &name))
    add (watch, name);
}

VbVenusNeighbours *
vb_venus_neighbours_new (void)
{
  VbVenusNeighbours *watch = g_new0 (VbVenusNeighbours, 1);

  watch->batteries = vb_neighbours_new ();
  watch->followed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, followed_free);

  return watch;
}

static void
disconnect (VbVenusNeighbours *watch)
{
  GHashTableIter iter;
  gpointer name;

  if (watch->connection == NULL)
    return;

  g_hash_table_iter_init (&iter, watch->followed);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    vb_neighbours_remove (watch->batteries, name);
  g_hash_table_remove_all (watch->followed);

  g_cancellable_cancel (watch->cancellable);
  g_clear_object (&watch->cancellable);
  g_dbus_connection_signal_unsubscribe (watch->connection, watch->owners);
  g_clear_object (&watch->connection);
  watch->listed = FALSE;
}

void
vb_venus_neighbours_free (VbVenusNeighbours *watch)
{
  disconnect (watch);
  g_hash_table_unref (watch->followed);
  vb_neighbours_free (watch->batteries);
  g_free (watch);
}

void
vb_venus_neighbours_set_connection (VbVenusNeighbours *watch, GDBusConnection *connection)
{
  disconnect (watch);
  if (connection == NULL)
    return;

  watch->connection = g_object_ref (connection);
  watch->cancellable = g_cancellable_new ();
  watch->owners = g_dbus_connection_signal_subscribe (
      connection, BUS, BUS, "NameOwnerChanged", BUS_PATH, CLASS,
      G_DBUS_SIGNAL_FLAGS_MATCH_ARG0_NAMESPACE, on_owner_changed, watch, NULL);
  g_dbus_connection_call (connection, BUS, BUS_PATH, BUS, "ListNames", NULL,
                          G_VARIANT_TYPE ("(as)"), G_DBUS_CALL_FLAGS_NONE, -1, watch->cancellable,
                          on_listed, watch);
}

gboolean
vb_venus_neighbours_are_known (const VbVenusNeighbours *watch)
{
  GHashTableIter iter;
  gpointer followed;

  g_hash_table_iter_init (&iter, watch->followed);
  while (g_hash_table_iter_next (&iter, NULL, &followed))
    if (!((const Followed *)followed)->answered)
      return FALSE;

  return watch->listed;
}

VbNeighbours *
vb_venus_neighbours_batteries (const VbVenusNeighbours *watch)
{
  return watch->batteries;
}
