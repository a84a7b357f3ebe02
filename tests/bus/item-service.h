#pragma once

/* A service of the test's own with some items, as com.victronenergy.settings and
   com.victronenergy.system have them; it announces what is put there. */

#include "private-bus.h"

typedef struct
{
  GDBusConnection *connection;
  char *name;
  GHashTable *values; /* path → GVariant, unboxed */
  GArray *objects;    /* of guint: registrations */
  int set_result;     /* what SetValue answers; only 0 stores */
  guint n_set;
} ItemService;

static inline void
item_service_announce (ItemService *service, const char *path)
{
  GVariantBuilder builder;
  g_autoptr (GError) error = NULL;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "Value", g_hash_table_lookup (service->values, path));
  g_variant_builder_add (&builder, "{sv}", "Text", g_variant_new_string (""));
  g_dbus_connection_emit_signal (service->connection, NULL, path, VB_BUS_ITEM, "PropertiesChanged",
                                 g_variant_new ("(a{sv})", &builder), &error);
  g_assert_no_error (error);
}

static inline void
item_service_call (GDBusConnection *connection,
                   const char *sender,
                   const char *path,
                   const char *interface,
                   const char *method,
                   GVariant *arguments,
                   GDBusMethodInvocation *invocation,
                   gpointer user_data)
{
  ItemService *service = user_data;
  GVariant *value;

  if (g_str_equal (method, "GetValue")) {
    g_dbus_method_invocation_return_value (
        invocation, g_variant_new ("(v)", g_hash_table_lookup (service->values, path)));
    return;
  }

  service->n_set++;
  if (service->set_result == 0) {
    g_variant_get (arguments, "(v)", &value);
    g_hash_table_replace (service->values, g_strdup (path), value);
    item_service_announce (service, path);
  }
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(i)", service->set_result));
}

static inline void
item_service_export (ItemService *service, const char *path)
{
  static const GDBusInterfaceVTable vtable = { .method_call = item_service_call };
  static const char xml[] = "<node><interface name='" VB_BUS_ITEM "'>"
                            "<method name='GetValue'><arg type='v' direction='out'/></method>"
                            "<method name='SetValue'><arg type='v' direction='in'/>"
                            "<arg type='i' direction='out'/></method>"
                            "</interface></node>";
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusNodeInfo) info = g_dbus_node_info_new_for_xml (xml, &error);
  const guint id = g_dbus_connection_register_object (
      service->connection, path, info->interfaces[0], &vtable, service, NULL, &error);

  g_assert_no_error (error);
  g_array_append_val (service->objects, id);
}

/* Sets the item at @path; one that is there already is announced. Takes over a floating @value. */
static inline void
item_service_put (ItemService *service, const char *path, GVariant *value)
{
  const gboolean known = g_hash_table_contains (service->values, path);

  g_hash_table_replace (service->values, g_strdup (path), g_variant_ref_sink (value));
  if (known)
    item_service_announce (service, path);
  else
    item_service_export (service, path);
}

static inline char *
item_service_text (const ItemService *service, const char *path)
{
  return g_variant_dup_string (g_hash_table_lookup (service->values, path), NULL);
}

/* Comes on the bus, as @name. */
static inline void
item_service_appear (ItemService *service)
{
  ask_bus (service->connection, "RequestName", g_variant_new ("(su)", service->name, 4));
}

static inline void
item_service_vanish (ItemService *service)
{
  ask_bus (service->connection, "ReleaseName", g_variant_new ("(s)", service->name));
}

static inline ItemService *
item_service_new (const PrivateBus *bus, const char *name)
{
  ItemService *service = g_new0 (ItemService, 1);

  service->connection = private_bus_connect (bus);
  service->name = g_strdup (name);
  service->values
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_variant_unref);
  service->objects = g_array_new (FALSE, FALSE, sizeof (guint));

  return service;
}

static inline void
item_service_free (ItemService *service)
{
  for (guint i = 0; i < service->objects->len; i++)
    g_dbus_connection_unregister_object (service->connection,
                                         g_array_index (service->objects, guint, i));
  disconnect_client (service->connection);
  g_hash_table_unref (service->values);
  g_array_unref (service->objects);
  g_free (service->name);
  g_free (service);
}
