/* The instance and the name of a battery, as com.victronenergy.settings keeps them. */

#include "venus/settings.h"

#include "item-service.h"

#define SETTINGS "com.victronenergy.settings"
#define DEVICE "/Settings/Devices/httpbattery_shed/"
#define INSTANCE DEVICE "ClassAndVrmInstance"
#define NAME DEVICE "CustomName"

typedef struct
{
  PrivateBus bus;
  ItemService *service;
  const char *given; /* the instance that AddSettings gives, whatever is preferred; or NULL */
  int refuses;       /* the error that AddSettings answers so often */
  guint n_refuses;
  guint n_added_calls; /* of AddSettings */

  GDBusConnection *connection;
  VbVenusSettings *settings;
  guint n_unknown; /* so often the instance to ask for cannot be told yet */
  gboolean first;  /* whether the last one that was told is to be kept */
  guint n_added;
  int instance;
  gboolean is_new;
  guint n_changed;
  char *name;
  guint n_names;
} Fixture;

static int
on_preferred (gboolean first, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->first = first;
  if (fixture->n_unknown == 0)
    return 100;

  fixture->n_unknown--;

  return -1;
}

static void
on_added (int instance, gboolean is_new, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->n_added++;
  fixture->instance = instance;
  fixture->is_new = is_new;
}

static void
on_instance_changed (int instance, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->n_changed++;
  fixture->instance = instance;
}

static void
on_name_changed (const char *name, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->n_names++;
  g_free (fixture->name);
  fixture->name = g_strdup (name);
}

/* Takes @wanted in where nothing is kept yet. Returns: the result for that setting */
static GVariant *
add_one (Fixture *fixture, GVariant *wanted)
{
  GVariantBuilder builder;
  const char *path, *text;

  g_assert_true (g_variant_lookup (wanted, "path", "&s", &path));
  g_assert_true (g_variant_lookup (wanted, "default", "&s", &text));
  if (g_str_equal (path, INSTANCE) && fixture->given != NULL)
    text = fixture->given;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "path", g_variant_new_string (path));
  if (fixture->n_refuses > 0) {
    g_variant_builder_add (&builder, "{sv}", "error", g_variant_new_int32 (fixture->refuses));
    return g_variant_builder_end (&builder);
  }

  if (!g_hash_table_contains (fixture->service->values, path))
    item_service_put (fixture->service, path, g_variant_new_string (text));
  g_variant_builder_add (&builder, "{sv}", "error", g_variant_new_int32 (0));
  g_variant_builder_add (&builder, "{sv}", "value",
                         g_hash_table_lookup (fixture->service->values, path));

  return g_variant_builder_end (&builder);
}

static void
on_add_settings (GDBusConnection *connection,
                 const char *sender,
                 const char *path,
                 const char *interface,
                 const char *method,
                 GVariant *arguments,
                 GDBusMethodInvocation *invocation,
                 gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (GVariant) wanted = g_variant_get_child_value (arguments, 0);
  GVariantBuilder builder;

  fixture->n_added_calls++;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (gsize i = 0; i < g_variant_n_children (wanted); i++) {
    g_autoptr (GVariant) one = g_variant_get_child_value (wanted, i);

    g_variant_builder_add_value (&builder, add_one (fixture, one));
  }
  if (fixture->n_refuses > 0)
    fixture->n_refuses--;
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(aa{sv})", &builder));
}

static void
export_add_settings (Fixture *fixture)
{
  static const GDBusInterfaceVTable vtable = { .method_call = on_add_settings };
  static const char xml[] = "<node><interface name='com.victronenergy.Settings'>"
                            "<method name='AddSettings'><arg type='aa{sv}' direction='in'/>"
                            "<arg type='aa{sv}' direction='out'/></method></interface></node>";
  g_autoptr (GDBusNodeInfo) info = g_dbus_node_info_new_for_xml (xml, NULL);
  const guint id = g_dbus_connection_register_object (
      fixture->service->connection, "/", info->interfaces[0], &vtable, fixture, NULL, NULL);

  g_assert_cmpuint (id, !=, 0);
  g_array_append_val (fixture->service->objects, id);
}

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  static const VbVenusSettingsEvents events
      = { on_preferred, on_added, on_instance_changed, on_name_changed };

  private_bus_set_up (&fixture->bus);
  fixture->service = item_service_new (&fixture->bus, SETTINGS);
  export_add_settings (fixture);
  fixture->connection = private_bus_connect (&fixture->bus);
  fixture->settings
      = vb_venus_settings_new (fixture->connection, "httpbattery_shed", "Shed", &events, fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  vb_venus_settings_free (fixture->settings);
  disconnect_client (fixture->connection);
  item_service_free (fixture->service);
  private_bus_tear_down (&fixture->bus);
  g_free (fixture->name);
}

static gboolean
is_added (gpointer user_data)
{
  return ((Fixture *)user_data)->n_added > 0;
}

static gboolean
is_changed (gpointer user_data)
{
  return ((Fixture *)user_data)->n_changed > 0;
}

static gboolean
has_name (gpointer user_data)
{
  return ((Fixture *)user_data)->n_names > 0;
}

static gboolean
was_set (gpointer user_data)
{
  return ((Fixture *)user_data)->service->n_set > 0;
}

static void
appear (Fixture *fixture)
{
  fixture->n_added = fixture->n_names = 0;
  item_service_appear (fixture->service);
  run_until (is_added, fixture);
}

static void
test_first_use (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *kept = NULL;

  wait_for_bus (fixture->connection);
  g_assert_cmpuint (fixture->n_added, ==, 0);

  appear (fixture);
  g_assert_cmpint (fixture->instance, ==, 100);
  g_assert_true (fixture->is_new);
  g_assert_true (fixture->first);
  g_assert_cmpstr (fixture->name, ==, "Shed");
  kept = item_service_text (fixture->service, INSTANCE);
  g_assert_cmpstr (kept, ==, "battery:100");
}

static void
test_kept (Fixture *fixture, gconstpointer unused)
{
  item_service_put (fixture->service, INSTANCE, g_variant_new_string ("battery:7"));
  item_service_put (fixture->service, NAME, g_variant_new_string (""));
  appear (fixture);
  g_assert_cmpint (fixture->instance, ==, 7);
  g_assert_false (fixture->is_new);
  g_assert_false (fixture->first);
  g_assert_cmpstr (fixture->name, ==, "");
}

/* As long as nobody knows which instance to ask for, none is given. */
static void
test_not_known_yet (Fixture *fixture, gconstpointer unused)
{
  fixture->n_unknown = 1;
  g_test_expect_message ("settings", G_LOG_LEVEL_MESSAGE, "*not there*");
  wait_for_bus (fixture->connection);
  g_test_expect_message ("bus", G_LOG_LEVEL_MESSAGE, "the other batteries*asking again in 1 s");
  appear (fixture);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (fixture->n_added_calls, ==, 1);
  g_assert_cmpint (fixture->instance, ==, 100);
}

/* The number that is answered counts, not the one that was asked for. */
static void
test_bumped (Fixture *fixture, gconstpointer unused)
{
  fixture->given = "battery:101";
  appear (fixture);
  g_assert_cmpint (fixture->instance, ==, 101);
}

static void
test_refused (Fixture *fixture, gconstpointer unused)
{
  fixture->refuses = -7;
  fixture->n_refuses = 2;
  g_test_expect_message ("settings", G_LOG_LEVEL_MESSAGE, "*not there*");
  wait_for_bus (fixture->connection);
  g_test_expect_message ("bus", G_LOG_LEVEL_MESSAGE,
                         INSTANCE " is refused with error -7; asking again in 1 s");
  g_test_expect_message ("bus", G_LOG_LEVEL_MESSAGE, "*error -7; asking again in 2 s");
  appear (fixture);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (fixture->n_added_calls, ==, 3);
  g_assert_cmpint (fixture->instance, ==, 100);
}

static void
test_instance_changed (Fixture *fixture, gconstpointer unused)
{
  appear (fixture);
  item_service_put (fixture->service, INSTANCE, g_variant_new_string ("nonsense"));
  item_service_put (fixture->service, INSTANCE, g_variant_new_int32 (5));
  item_service_put (fixture->service, INSTANCE, g_variant_new_string ("battery:5"));
  run_until (is_changed, fixture);
  g_assert_cmpuint (fixture->n_changed, ==, 1);
  g_assert_cmpint (fixture->instance, ==, 5);
}

static void
test_name_changed (Fixture *fixture, gconstpointer unused)
{
  appear (fixture);
  fixture->n_names = 0;
  item_service_put (fixture->service, NAME, g_variant_new_string ("Boat"));
  run_until (has_name, fixture);
  g_assert_cmpstr (fixture->name, ==, "Boat");
}

/* Names that follow each other closely: the last one stays, and nobody is told an older one. */
static void
test_name_stored (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *kept = NULL;

  appear (fixture);
  fixture->n_names = 0;
  vb_venus_settings_store_name (fixture->settings, "A");
  vb_venus_settings_store_name (fixture->settings, "B");
  vb_venus_settings_store_name (fixture->settings, "C");
  while (fixture->service->n_set < 2)
    g_main_context_iteration (NULL, TRUE);
  wait_for_bus (fixture->connection);
  kept = item_service_text (fixture->service, NAME);
  g_assert_cmpstr (kept, ==, "C");
  g_assert_cmpuint (fixture->service->n_set, ==, 2);

  item_service_put (fixture->service, NAME, g_variant_new_string ("D"));
  run_until (has_name, fixture);
  g_assert_cmpstr (fixture->name, ==, "D");
}

static void
test_name_refused (Fixture *fixture, gconstpointer unused)
{
  appear (fixture);
  fixture->n_names = 0;
  fixture->service->set_result = -1;
  vb_venus_settings_store_name (fixture->settings, "A");
  run_until (has_name, fixture);
  g_assert_cmpstr (fixture->name, ==, "Shed");
}

/* What was named while settings was not there is stored when it comes. */
static void
test_name_stored_later (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *kept = NULL;

  item_service_put (fixture->service, INSTANCE, g_variant_new_string ("battery:7"));
  item_service_put (fixture->service, NAME, g_variant_new_string ("Old"));
  vb_venus_settings_store_name (fixture->settings, "New");
  appear (fixture);
  run_until (was_set, fixture);
  kept = item_service_text (fixture->service, NAME);
  g_assert_cmpstr (kept, ==, "New");
  g_assert_cmpuint (fixture->n_names, ==, 0);
}

static gboolean
has_forgotten (gpointer user_data)
{
  g_autofree char *owner = owner_of (((Fixture *)user_data)->connection, SETTINGS);

  return owner == NULL;
}

static void
test_returns (Fixture *fixture, gconstpointer unused)
{
  appear (fixture);
  item_service_vanish (fixture->service);
  run_until (has_forgotten, fixture);
  appear (fixture);
  g_assert_cmpint (fixture->instance, ==, 100);
  g_assert_false (fixture->is_new);
  g_assert_cmpuint (fixture->n_added_calls, ==, 2);
}

#define ADD(name, test) \
  g_test_add ("/device-settings/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("first-use", test_first_use);
  ADD ("kept", test_kept);
  ADD ("not-known-yet", test_not_known_yet);
  ADD ("bumped", test_bumped);
  ADD ("refused", test_refused);
  ADD ("instance-changed", test_instance_changed);
  ADD ("name-changed", test_name_changed);
  ADD ("name-stored", test_name_stored);
  ADD ("name-refused", test_name_refused);
  ADD ("name-stored-later", test_name_stored_later);
  ADD ("returns", test_returns);

  return g_test_run ();
}
