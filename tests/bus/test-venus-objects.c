/* The BusItem protocol as a client meets it: docs/venus.md, checks 1 to 9, 12, 14, 15 and 47. */

#include "venus/objects.h"

#include "private-bus.h"

#define SECOND G_USEC_PER_SEC

typedef struct
{
  PrivateBus bus;
  GDBusConnection *server;
  GDBusConnection *client;
  const char *service; /* unique name of the server */
  VbBattery *battery;
  VbVenusObjects *objects;
  int answer; /* of SetValue */
  guint written_item;
  char *written;
} Fixture;

typedef struct
{
  VbRole role;
  gboolean insecure;
} Setup;

static int
on_set_value (guint item, GVariant *value, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->written_item = item;
  g_free (fixture->written);
  fixture->written = g_variant_print (value, TRUE);

  return fixture->answer;
}

static void
set_up (Fixture *fixture, gconstpointer user_data)
{
  const Setup *setup = user_data;

  private_bus_set_up (&fixture->bus);
  fixture->server = private_bus_connect (&fixture->bus);
  fixture->client = private_bus_connect (&fixture->bus);
  fixture->service = g_dbus_connection_get_unique_name (fixture->server);
  fixture->battery = make_battery ("virtual", setup->role, FALSE, SECOND);
  fixture->objects = vb_venus_objects_new (fixture->server, fixture->battery, setup->insecure,
                                           on_set_value, fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer user_data)
{
  vb_venus_objects_free (fixture->objects);
  vb_battery_free (fixture->battery);
  g_free (fixture->written);
  disconnect_client (fixture->client);
  disconnect_client (fixture->server);
  private_bus_tear_down (&fixture->bus);
}

static const Setup bms = { VB_ROLE_BMS, FALSE };
static const Setup monitor = { VB_ROLE_MONITOR, FALSE };
static const Setup insecure = { VB_ROLE_BMS, TRUE };

static GVariant *
get_items (Fixture *fixture)
{
  return get (fixture->client, fixture->service, "/", "GetItems", "a{sa{sv}}");
}

static gboolean
has_item (Fixture *fixture, const char *path)
{
  g_autoptr (GVariant) items = get_items (fixture);
  g_autoptr (GVariant) found = g_variant_lookup_value (items, path, NULL);

  return found != NULL;
}

/* Check 1. */
static void
test_get_items (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GVariant) items = NULL;
  GVariantIter iter;
  const char *path;
  GVariant *item;

  push_complete (fixture->battery, SECOND);
  items = get_items (fixture);
  g_assert_cmpuint (g_variant_n_children (items), >, 100);

  g_variant_iter_init (&iter, items);
  while (g_variant_iter_loop (&iter, "{&s@a{sv}}", &path, &item)) {
    g_autoptr (GVariant) value = g_variant_lookup_value (item, "Value", NULL);
    g_autoptr (GVariant) text = g_variant_lookup_value (item, "Text", G_VARIANT_TYPE_STRING);

    g_assert_true (g_variant_is_object_path (path));
    g_assert_cmpuint (g_variant_n_children (item), ==, 2);
    g_assert_nonnull (text);

    /* Check 15: these types and no other. */
    g_assert_nonnull (value);
    g_assert_nonnull (strstr ("i x d s ai", g_variant_get_type_string (value)));
  }
}

/* Checks 2 and 5: the groups and the leaves say what GetItems says. */
static void
test_same_everywhere (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GVariant) items = NULL, boxed = NULL, values = NULL, boxed_texts = NULL, texts = NULL;
  GVariantIter iter;
  const char *path;
  GVariant *item;

  push_complete (fixture->battery, SECOND);
  items = get_items (fixture);
  boxed = get (fixture->client, fixture->service, "/", "GetValue", "v");
  values = g_variant_get_variant (boxed);
  boxed_texts = get (fixture->client, fixture->service, "/", "GetText", "v");
  texts = g_variant_get_variant (boxed_texts);
  g_assert_cmpstr (g_variant_get_type_string (values), ==, "a{sv}");
  g_assert_cmpstr (g_variant_get_type_string (texts), ==, "a{ss}");
  g_assert_cmpuint (g_variant_n_children (values), ==, g_variant_n_children (items));
  g_assert_cmpuint (g_variant_n_children (texts), ==, g_variant_n_children (items));

  g_variant_iter_init (&iter, items);
  while (g_variant_iter_loop (&iter, "{&s@a{sv}}", &path, &item)) {
    g_autoptr (GVariant) value = g_variant_lookup_value (item, "Value", NULL);
    g_autoptr (GVariant) text = g_variant_lookup_value (item, "Text", NULL);
    g_autoptr (GVariant) in_group = g_variant_lookup_value (values, path + 1, NULL);
    g_autoptr (GVariant) text_in_group = g_variant_lookup_value (texts, path + 1, NULL);
    g_autoptr (GVariant) leaf = get (fixture->client, fixture->service, path, "GetValue", "v");
    g_autoptr (GVariant) in_leaf = g_variant_get_variant (leaf);
    g_autoptr (GVariant) leaf_text = get (fixture->client, fixture->service, path, "GetText", "s");

    g_assert_true (g_variant_equal (value, in_group));
    g_assert_true (g_variant_equal (value, in_leaf));
    g_assert_true (g_variant_equal (text, text_in_group));
    g_assert_true (g_variant_equal (text, leaf_text));
  }
}

static void
assert_keys (GVariant *dictionary, const char *const *expected)
{
  g_assert_cmpuint (g_variant_n_children (dictionary), ==, g_strv_length ((char **)expected));
  for (guint i = 0; expected[i] != NULL; i++) {
    g_autoptr (GVariant) value = g_variant_lookup_value (dictionary, expected[i], NULL);

    g_assert_nonnull (value);
  }
}

/* Checks 3 and 4: relative keys, no slash before them, everything below flattened. */
static void
test_groups (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *path;
    const char *keys[12];
  } groups[] = {
    { "/Dc",
      { "0/Voltage", "0/Current", "0/Power", "0/Temperature", "0/MidVoltage",
        "0/MidVoltageDeviation", "1/Voltage", "1/Current", "1/Power", NULL } },
    { "/Dc/0",
      { "Voltage", "Current", "Power", "Temperature", "MidVoltage", "MidVoltageDeviation", NULL } },
    { "/Relay", { "0/State", NULL } },
    { "/Relay/0", { "State", NULL } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (groups); i++) {
    g_autoptr (GVariant) boxed
        = get (fixture->client, fixture->service, groups[i].path, "GetValue", "v");
    g_autoptr (GVariant) values = g_variant_get_variant (boxed);
    g_autoptr (GVariant) boxed_texts
        = get (fixture->client, fixture->service, groups[i].path, "GetText", "v");
    g_autoptr (GVariant) texts = g_variant_get_variant (boxed_texts);

    g_assert_cmpstr (g_variant_get_type_string (values), ==, "a{sv}");
    g_assert_cmpstr (g_variant_get_type_string (texts), ==, "a{ss}");
    assert_keys (values, groups[i].keys);
    assert_keys (texts, groups[i].keys);
  }
}

/* Checks 6 and 7, and one value of each type. */
static void
test_values (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *path;
    const char *value;
    const char *text;
  } rows[] = {
    { "/Soc", "63.5", "63.5%" },
    { "/Dc/0/Voltage", "52.700000000000003", "52.70V" },
    { "/Dc/0/Current", "-12.300000000000001", "-12.3A" },
    { "/Dc/0/Power", "-648.0", "-648W" },
    { "/Dc/0/Temperature", "@ai []", "---" },
    { "/Soh", "@ai []", "---" },
    { "/HardwareVersion", "@ai []", "---" },
    { "/Info/MaxChargeVoltage", "55.200000000000003", "55.2V" },
    { "/Alarms/BmsCable", "0", "0" },
    { "/Connected", "1", "1" },
    { "/ConnectionInformation", "'Receiving data from 127.0.0.1'",
      "Receiving data from 127.0.0.1" },
    { "/ProductId", "65535", "0xFFFF" },
  };
  const VbValue product_id = vb_value_integer (0xFFFF);

  push_complete (fixture->battery, SECOND);
  vb_battery_set_identity (fixture->battery, vb_item_known (VB_KNOWN_PRODUCT_ID), &product_id);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GVariant) text
        = get (fixture->client, fixture->service, rows[i].path, "GetText", "s");

    assert_value (fixture->client, fixture->service, rows[i].path, rows[i].value);
    g_assert_cmpstr (g_variant_get_string (text, NULL), ==, rows[i].text);
  }
}

static void
test_get_description (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GDBusMessage) reply = call (fixture->client, fixture->service, "/Soc", VB_BUS_ITEM,
                                         "GetDescription", g_variant_new ("(si)", "en", 100));
  g_autoptr (GVariant) description = argument_of (reply, "s");

  g_assert_cmpstr (g_variant_get_string (description, NULL), !=, "");
}

/* Check 8. */
static void
test_errors (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *path;
    const char *method;
    const char *error;
  } rows[] = {
    { "/Nope", "GetValue", "UnknownObject" }, { "/Soc/Foo", "GetValue", "UnknownObject" },
    { "/Dc/2", "GetValue", "UnknownObject" }, { "/Voltages/Cell1", "GetValue", "UnknownObject" },
    { "/Soc", "GetMin", "UnknownMethod" },    { "/Soc", "GetItems", "UnknownMethod" },
    { "/Dc", "GetItems", "UnknownMethod" },   { "/Dc", "SetValue", "UnknownMethod" },
    { "/", "SetValue", "UnknownMethod" },     { "/", "Nope", "UnknownMethod" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *error = g_strconcat ("org.freedesktop.DBus.Error.", rows[i].error, NULL);
    g_autoptr (GDBusMessage) reply
        = call (fixture->client, fixture->service, rows[i].path, VB_BUS_ITEM, rows[i].method, NULL);

    assert_error (reply, error);
  }
}

/* What was in the variant, however deep, reaches whoever decides; what they say is the answer. */
static void
test_set_value (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *sent;
    const char *written;
  } rows[] = {
    { "<5>", "5" },
    { "<<5>>", "5" },
    { "<<<'a'>>>", "'a'" },
    { "<@ai []>", "@ai []" },
    { "<uint64 7>", "uint64 7" },
    { "<[1, 2]>", "[1, 2]" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    fixture->answer = (int)i % 3;
    g_assert_cmpint (
        set (fixture->client, fixture->service, "/Soc", g_variant_new_parsed (rows[i].sent)), ==,
        fixture->answer);
    g_assert_cmpstr (vb_item (fixture->written_item)->path, ==, "/Soc");
    g_assert_cmpstr (fixture->written, ==, rows[i].written);
  }
}

static GDBusNodeInfo *
introspect (Fixture *fixture, const char *path)
{
  g_autoptr (GDBusMessage) reply = call (fixture->client, fixture->service, path,
                                         "org.freedesktop.DBus.Introspectable", "Introspect", NULL);
  g_autoptr (GVariant) xml = argument_of (reply, "s");
  g_autoptr (GError) error = NULL;
  GDBusNodeInfo *node = g_dbus_node_info_new_for_xml (g_variant_get_string (xml, NULL), &error);

  g_assert_no_error (error);

  return node;
}

static gboolean
has_child (const GDBusNodeInfo *node, const char *path)
{
  for (guint i = 0; node->nodes[i] != NULL; i++)
    if (g_str_equal (node->nodes[i]->path, path))
      return TRUE;

  return FALSE;
}

static char *
signature_of (GDBusArgInfo **arguments)
{
  g_autoptr (GString) signature = g_string_new (NULL);

  for (guint i = 0; arguments != NULL && arguments[i] != NULL; i++)
    g_string_append (signature, arguments[i]->signature);

  return g_strdup (signature->str);
}

/* Check 14: the methods of each kind of node, and their signatures. */
static void
test_introspection (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *path;
    const char *methods[6]; /* name, arguments, answer */
  } nodes[] = {
    { "/Soc", { "GetValue::v", "GetText::s", "SetValue:v:i", "GetDescription:si:s" } },
    { "/Dc", { "GetValue::v", "GetText::v" } },
    { "/", { "GetItems::a{sa{sv}}", "GetValue::v", "GetText::v" } },
  };
  g_autoptr (GDBusNodeInfo) root = introspect (fixture, "/");
  g_autoptr (GDBusNodeInfo) group = introspect (fixture, "/Dc");
  GDBusSignalInfo *signal;
  g_autofree char *signal_signature = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (nodes); i++) {
    g_autoptr (GDBusNodeInfo) node = introspect (fixture, nodes[i].path);
    GDBusInterfaceInfo *interface = g_dbus_node_info_lookup_interface (node, VB_BUS_ITEM);
    guint n = 0;

    g_assert_nonnull (interface);
    for (; interface->methods[n] != NULL; n++) {
      g_autofree char *in = signature_of (interface->methods[n]->in_args);
      g_autofree char *out = signature_of (interface->methods[n]->out_args);
      g_autofree char *method = g_strjoin (":", interface->methods[n]->name, in, out, NULL);

      g_assert_true (g_strv_contains (nodes[i].methods, method));
    }
    g_assert_cmpuint (n, ==, g_strv_length ((char **)nodes[i].methods));
  }

  g_assert_true (has_child (root, "Soc"));
  g_assert_true (has_child (root, "Dc"));
  g_assert_true (has_child (group, "0"));
  signal = g_dbus_interface_info_lookup_signal (
      g_dbus_node_info_lookup_interface (root, VB_BUS_ITEM), "ItemsChanged");
  g_assert_nonnull (signal);
  signal_signature = signature_of (signal->args);
  g_assert_cmpstr (signal_signature, ==, "a{sa{sv}}");
}

/* Check 47: for the system's choice even an invalid limit makes a BMS. */
static void
test_monitor (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GVariant) items = get_items (fixture);
  g_autoptr (GDBusMessage) reply = call (fixture->client, fixture->service,
                                         "/Info/MaxChargeVoltage", VB_BUS_ITEM, "GetValue", NULL);

  assert_error (reply, "org.freedesktop.DBus.Error.UnknownObject");
  for (guint i = 0; i < vb_item_count (); i++) {
    g_autoptr (GVariant) item = g_variant_lookup_value (items, vb_item (i)->path, NULL);

    if (vb_item (i)->field->group == VB_GROUP_LIMIT)
      g_assert_null (item);
  }
  g_assert_true (has_item (fixture, "/Soc"));
}

static void
test_secure (Fixture *fixture, gconstpointer user_data)
{
  g_assert_false (has_item (fixture, "/Mgmt/InsecureConnection"));
}

static void
test_insecure (Fixture *fixture, gconstpointer user_data)
{
  const VbValue one = vb_value_integer (1);

  vb_battery_set_identity (fixture->battery, vb_item_known (VB_KNOWN_INSECURE_CONNECTION), &one);
  g_assert_true (has_item (fixture, "/Mgmt/InsecureConnection"));
  assert_value (fixture->client, fixture->service, "/Mgmt/InsecureConnection", "1");
}

/* Everything but the families and what has no row until it is known is there from the start; of a
   family each member from its first value
   on, and then for good. */
static void
test_families (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GVariant) items = get_items (fixture);
  guint cell;

  for (guint i = 0; i < vb_item_count (); i++) {
    const VbField *field = vb_item (i)->field;
    g_autoptr (GVariant) item = g_variant_lookup_value (items, vb_item (i)->path, NULL);

    if (field->known != VB_KNOWN_INSECURE_CONNECTION)
      g_assert_cmpint (item != NULL, ==,
                       field->count == 0 && !(field->flags & VB_FIELD_FROM_VALUE)
                           && vb_battery_has_item (fixture->battery, i));
  }

  g_assert_true (vb_item_find ("/Voltages/Cell3", &cell));
  vb_venus_objects_add (fixture->objects, &cell, 1);
  g_assert_false (has_item (fixture, "/Voltages/Cell3"));

  push_complete (fixture->battery, SECOND);
  push (fixture->battery, SECOND, "Cell3", 3.291, NULL);
  vb_venus_objects_add (fixture->objects, &cell, 1);
  g_assert_true (has_item (fixture, "/Voltages/Cell3"));
  g_assert_false (has_item (fixture, "/Voltages/Cell2"));
  assert_value (fixture->client, fixture->service, "/Voltages/Cell3", "3.2909999999999999");

  vb_battery_delete (fixture->battery, 2 * SECOND);
  vb_venus_objects_add (fixture->objects, &cell, 1);
  assert_value (fixture->client, fixture->service, "/Voltages/Cell3", "@ai []");
}

/* Several families have a group of their own, which appears with the first member. */
static void
test_family_groups (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GDBusMessage) before
      = call (fixture->client, fixture->service, "/Balances", VB_BUS_ITEM, "GetValue", NULL);
  guint balance;

  assert_error (before, "org.freedesktop.DBus.Error.UnknownObject");

  push_complete (fixture->battery, SECOND);
  push (fixture->battery, SECOND, "Balances/Cell7", 1.0, NULL);
  g_assert_true (vb_item_find ("/Balances/Cell7", &balance));
  vb_venus_objects_add (fixture->objects, &balance, 1);
  assert_value (fixture->client, fixture->service, "/Balances", "{'Cell7': <1>}");
}

static void
count_signal (GDBusConnection *connection,
              const char *sender,
              const char *path,
              const char *interface,
              const char *name,
              GVariant *arguments,
              gpointer user_data)
{
  (*(guint *)user_data)++;
}

/* Check 20. */
static void
test_no_empty_signal (Fixture *fixture, gconstpointer user_data)
{
  const guint soc = vb_item_known (VB_KNOWN_SOC);
  guint n_signals = 0;
  const guint watch = g_dbus_connection_signal_subscribe (
      fixture->client, fixture->service, VB_BUS_ITEM, "ItemsChanged", "/", NULL,
      G_DBUS_SIGNAL_FLAGS_NONE, count_signal, &n_signals, NULL);

  wait_for_bus (fixture->client);
  vb_venus_objects_signal (fixture->objects, NULL, 0);
  vb_venus_objects_signal (fixture->objects, &soc, 1);

  /* A signal that was sent before this answer is there before it. */
  assert_value (fixture->client, fixture->service, "/Soc", "@ai []");
  g_assert_cmpuint (n_signals, ==, 1);

  g_dbus_connection_signal_unsubscribe (fixture->client, watch);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path_, setup_, test_) \
  g_test_add ("/bus-objects/" path_, Fixture, &setup_, set_up, test_, tear_down)
  ADD ("01-15-get-items", bms, test_get_items);
  ADD ("02-05-same-everywhere", bms, test_same_everywhere);
  ADD ("03-04-groups", bms, test_groups);
  ADD ("06-07-values", bms, test_values);
  ADD ("08-errors", bms, test_errors);
  ADD ("09-set-value", bms, test_set_value);
  ADD ("14-introspection", bms, test_introspection);
  ADD ("20-no-empty-signal", bms, test_no_empty_signal);
  ADD ("47-monitor", monitor, test_monitor);
  ADD ("get-description", bms, test_get_description);
  ADD ("secure", bms, test_secure);
  ADD ("insecure", insecure, test_insecure);
  ADD ("families", bms, test_families);
  ADD ("family-groups", bms, test_family_groups);

  return g_test_run ();
}
