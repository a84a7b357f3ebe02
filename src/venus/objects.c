#define G_LOG_DOMAIN "bus"

#include "objects.h"

#include <string.h>

#include "bus/filter.h"
#include "bus/stream.h"
#include "bus/value.h"
#include "items-changed.h"
#include "items.h"
#include "set-value.h"

/* Of our own messages: GDBus counts from 1 on, and does not get this far. */
#define FIRST_SERIAL 0x80000000u

typedef struct
{
  VbVenusObjects *objects;
  guint item;
} Leaf;

typedef struct
{
  VbVenusObjects *objects;
  char *prefix; /* of the paths below it: `/` of the root, `/Dc/` of /Dc */
} Group;

struct _VbVenusObjects
{
  GDBusConnection *connection;
  VbBusFilter *compat;
  VbBattery *battery;
  VbVenusCells *cells;
  VbVenusItems *items;
  VbItemsChanged *signal;
  guint32 n_signals;
  gboolean insecure;
  VbVenusSetValue set_value;
  gpointer user_data;

  Leaf *leaves;       /* one for each item; one without @objects is not exported */
  GHashTable *groups; /* path → Group */
  GArray *ids;        /* of guint: registrations */
  GArray *selected;   /* of guint: items of the answer being made */
};

/* Three kinds of node under one interface name: each path has one of them. */
static const char introspection[]
    = "<node>"
      "<interface name='" VB_BUS_ITEM "'>"
      "<method name='GetValue'><arg type='v' name='value' direction='out'/></method>"
      "<method name='GetText'><arg type='s' name='text' direction='out'/></method>"
      "<method name='SetValue'><arg type='v' name='value' direction='in'/>"
      "<arg type='i' name='result' direction='out'/></method>"
      "<method name='GetDescription'><arg type='s' name='language' direction='in'/>"
      "<arg type='i' name='length' direction='in'/>"
      "<arg type='s' name='description' direction='out'/></method>"
      "</interface>"
      "<interface name='" VB_BUS_ITEM "'>"
      "<method name='GetValue'><arg type='v' name='values' direction='out'/></method>"
      "<method name='GetText'><arg type='v' name='texts' direction='out'/></method>"
      "</interface>"
      "<interface name='" VB_BUS_ITEM "'>"
      "<method name='GetItems'><arg type='a{sa{sv}}' name='items' direction='out'/></method>"
      "<method name='GetValue'><arg type='v' name='values' direction='out'/></method>"
      "<method name='GetText'><arg type='v' name='texts' direction='out'/></method>"
      "<signal name='ItemsChanged'><arg type='a{sa{sv}}' name='items'/></signal>"
      "</interface>"
      "</node>";

typedef enum
{
  NODE_LEAF, /* in the order of the introspection */
  NODE_GROUP,
  NODE_ROOT,
} Node;

static gpointer
parse_introspection (gpointer unused)
{
  return g_dbus_node_info_new_for_xml (introspection, NULL);
}

static GDBusInterfaceInfo *
interface_of (Node node)
{
  static GOnce once = G_ONCE_INIT;
  const GDBusNodeInfo *info = g_once (&once, parse_introspection, NULL);

  return info->interfaces[node];
}

static gboolean
is_exported (const VbVenusObjects *objects, guint item)
{
  return objects->leaves[item].objects != NULL;
}

/* The exported items whose paths begin with @prefix. */
static const GArray *
select_items (VbVenusObjects *objects, const char *prefix)
{
  g_array_set_size (objects->selected, 0);
  for (guint i = 0; i < vb_venus_cells_count (objects->cells); i++)
    if (is_exported (objects, i)
        && g_str_has_prefix (vb_venus_cells_path (objects->cells, i), prefix))
      g_array_append_val (objects->selected, i);

  return objects->selected;
}

static void
call_group (GDBusConnection *connection,
            const char *sender,
            const char *path,
            const char *interface,
            const char *method,
            GVariant *arguments,
            GDBusMethodInvocation *invocation,
            gpointer user_data)
{
  const Group *group = user_data;
  VbVenusItems *items = group->objects->items;
  const gsize skip = strlen (group->prefix);
  const GArray *below = select_items (group->objects, group->prefix);
  const guint *numbers = (const guint *)below->data;
  g_autoptr (GVariant) answer = NULL;

  if (g_str_equal (method, "GetItems"))
    answer = vb_items_changed_pack (group->objects->signal, numbers, below->len);
  else if (g_str_equal (method, "GetValue"))
    answer = g_variant_ref_sink (
        g_variant_new ("(v)", vb_venus_items_pack_values (items, numbers, below->len, skip)));
  else
    answer = g_variant_ref_sink (
        g_variant_new ("(v)", vb_venus_items_pack_texts (items, numbers, below->len, skip)));

  g_dbus_method_invocation_return_value (invocation, answer);
}

/* Which battery is asked for is one value for all screens. */
static int
write_cells (VbVenusObjects *objects, guint number, GVariant *value)
{
  double id;
  const VbSet set = vb_set_cells (objects->cells, number, value, &id);
  const GArray *numbers;

  if (set != VB_SET_TAKEN)
    return set;

  numbers = vb_venus_cells_ask (objects->cells, id);
  vb_venus_objects_signal (objects, (const guint *)numbers->data, numbers->len);

  return set;
}

static int
write_leaf (const Leaf *leaf, GVariant *arguments)
{
  g_autoptr (GVariant) boxed = g_variant_get_child_value (arguments, 0);
  g_autoptr (GVariant) value = vb_bus_value_unbox (boxed);

  if (leaf->item >= vb_item_count ())
    return write_cells (leaf->objects, leaf->item, value);

  return leaf->objects->set_value (leaf->item, value, leaf->objects->user_data);
}

static void
call_leaf (GDBusConnection *connection,
           const char *sender,
           const char *path,
           const char *interface,
           const char *method,
           GVariant *arguments,
           GDBusMethodInvocation *invocation,
           gpointer user_data)
{
  const Leaf *leaf = user_data;
  GVariant *answer;

  if (g_str_equal (method, "GetValue"))
    answer = g_variant_new ("(v)", vb_venus_items_value (leaf->objects->items, leaf->item));
  else if (g_str_equal (method, "GetText"))
    answer = g_variant_new ("(s)", vb_venus_items_text (leaf->objects->items, leaf->item));
  else if (g_str_equal (method, "SetValue"))
    answer = g_variant_new ("(i)", write_leaf (leaf, arguments));
  else
    answer = g_variant_new ("(s)", "No description given");

  g_dbus_method_invocation_return_value (invocation, answer);
}

static void
register_node (VbVenusObjects *objects, const char *path, Node node, gpointer user_data)
{
  static const GDBusInterfaceVTable vtables[] = {
    [NODE_LEAF] = { .method_call = call_leaf },
    [NODE_GROUP] = { .method_call = call_group },
    [NODE_ROOT] = { .method_call = call_group },
  };
  g_autoptr (GError) error = NULL;
  const guint id = g_dbus_connection_register_object (
      objects->connection, path, interface_of (node), &vtables[node], user_data, NULL, &error);

  if (id == 0) {
    g_critical ("cannot export %s: %s", path, error->message);
    return;
  }

  g_array_append_val (objects->ids, id);
  vb_bus_filter_add_path (objects->compat, path);
}

static void
export_group (VbVenusObjects *objects, const char *path, Node node)
{
  Group *group;

  if (g_hash_table_contains (objects->groups, path))
    return;

  group = g_new0 (Group, 1);
  group->objects = objects;
  group->prefix = node == NODE_ROOT ? g_strdup ("/") : g_strconcat (path, "/", NULL);
  g_hash_table_insert (objects->groups, g_strdup (path), group);
  register_node (objects, path, node, group);
}

static void
export_item (VbVenusObjects *objects, guint item)
{
  const char *path = vb_venus_cells_path (objects->cells, item);

  for (const char *slash = strchr (path + 1, '/'); slash != NULL; slash = strchr (slash + 1, '/')) {
    g_autofree char *prefix = g_strndup (path, (gsize)(slash - path));

    export_group (objects, prefix, NODE_GROUP);
  }

  objects->leaves[item] = (Leaf){ .objects = objects, .item = item };
  register_node (objects, path, NODE_LEAF, &objects->leaves[item]);
}

/* Whether a consumer may see the item. The mere existence of a limit makes Venus prefer a battery,
   so a monitor has none; that of some others shows a row. Of the families only what the battery
   really has is shown. */
static gboolean
is_there (const VbVenusObjects *objects, guint item)
{
  const VbField *field;

  if (item >= vb_item_count ())
    return vb_venus_cells_is_there (objects->cells, item);

  field = vb_item (item)->field;
  if (!vb_battery_has_item (objects->battery, item))
    return FALSE;
  if (field->known == VB_KNOWN_INSECURE_CONNECTION)
    return objects->insecure;

  return (field->count == 0 && !(field->flags & VB_FIELD_FROM_VALUE))
         || vb_value_is_valid (vb_battery_value (objects->battery, item));
}

static void
group_free (gpointer data)
{
  Group *group = data;

  g_free (group->prefix);
  g_free (group);
}

VbVenusObjects *
vb_venus_objects_new (GDBusConnection *connection,
                      VbBattery *battery,
                      gboolean insecure,
                      VbVenusSetValue set_value,
                      gpointer user_data)
{
  VbVenusObjects *objects = g_new0 (VbVenusObjects, 1);

  objects->connection = g_object_ref (connection);
  objects->compat = vb_bus_filter_new (connection);
  objects->battery = battery;
  objects->cells = vb_venus_cells_new (battery);
  objects->items = vb_venus_items_new (objects->cells);
  objects->signal = vb_items_changed_new (objects->cells);
  objects->insecure = insecure;
  objects->set_value = set_value;
  objects->user_data = user_data;
  objects->leaves = g_new0 (Leaf, vb_venus_cells_count (objects->cells));
  objects->groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, group_free);
  objects->ids = g_array_new (FALSE, FALSE, sizeof (guint));
  objects->selected = g_array_new (FALSE, FALSE, sizeof (guint));

  export_group (objects, "/", NODE_ROOT);
  for (guint i = 0; i < vb_item_count (); i++)
    vb_venus_objects_add (objects, &i, 1);

  return objects;
}

void
vb_venus_objects_free (VbVenusObjects *objects)
{
  for (guint i = 0; i < objects->ids->len; i++)
    g_dbus_connection_unregister_object (objects->connection,
                                         g_array_index (objects->ids, guint, i));

  vb_bus_filter_free (objects->compat);
  vb_venus_items_free (objects->items);
  vb_items_changed_free (objects->signal);
  vb_venus_cells_free (objects->cells);
  g_object_unref (objects->connection);
  g_array_unref (objects->ids);
  g_array_unref (objects->selected);
  g_hash_table_unref (objects->groups);
  g_free (objects->leaves);
  g_free (objects);
}

const GArray *
vb_venus_objects_add (VbVenusObjects *objects, const guint *items, guint n_items)
{
  const GArray *numbers = vb_venus_cells_follow (objects->cells, items, n_items);

  for (guint i = 0; i < numbers->len; i++) {
    const guint number = g_array_index (numbers, guint, i);

    if (!is_exported (objects, number) && is_there (objects, number))
      export_item (objects, number);
  }

  return numbers;
}

/* Past GDBus, where it has nothing to send before. */
static gboolean
send_at_once (VbVenusObjects *objects, const guint *items, guint n_items)
{
  GIOStream *stream = g_dbus_connection_get_stream (objects->connection);
  const guint8 *message;
  gsize length;

  if (!VB_IS_BUS_STREAM (stream))
    return FALSE;

  message = vb_items_changed_make (objects->signal, items, n_items,
                                   FIRST_SERIAL + objects->n_signals % FIRST_SERIAL, &length);
  objects->n_signals++;

  return vb_bus_stream_write (VB_BUS_STREAM (stream), message, length,
                              g_dbus_connection_get_last_serial (objects->connection));
}

void
vb_venus_objects_signal (VbVenusObjects *objects, const guint *items, guint n_items)
{
  g_autoptr (GVariant) packed = NULL;

  if (n_items == 0)
    return;

  vb_battery_count_signal (objects->battery);
  if (send_at_once (objects, items, n_items))
    return;

  packed = vb_items_changed_pack (objects->signal, items, n_items);
  g_dbus_connection_emit_signal (objects->connection, NULL, "/", VB_BUS_ITEM, "ItemsChanged",
                                 packed, NULL);
}
