/* GDBus answers as libdbus would: docs/venus.md, "GDBus and libdbus", checks 8, 11, 13 and 14. */

#include "bus/filter.h"

#include "private-bus.h"

static const char introspection[]
    = "<node><interface name='" VB_BUS_ITEM "'>"
      "<method name='GetValue'><arg type='v' direction='out'/></method>"
      "<method name='SetValue'><arg type='v' direction='in'/><arg type='i' "
      "direction='out'/></method>"
      "<method name='SetTwo'><arg type='i' direction='in'/><arg type='i' direction='in'/></method>"
      "<property name='Colour' type='s' access='read'/>"
      "</interface></node>";

typedef struct
{
  PrivateBus bus;
  GDBusConnection *server;
  GDBusConnection *client;
  const char *service;
  VbBusFilter *compat;
  guint registration;
  guint n_calls;
  char *arguments; /* of the last call */
} Fixture;

static void
on_call (GDBusConnection *connection,
         const char *sender,
         const char *path,
         const char *interface,
         const char *method,
         GVariant *arguments,
         GDBusMethodInvocation *invocation,
         gpointer user_data)
{
  Fixture *fixture = user_data;
  GVariant *answer = NULL;

  fixture->n_calls++;
  g_free (fixture->arguments);
  fixture->arguments = g_variant_print (arguments, TRUE);

  if (g_str_equal (method, "GetValue"))
    answer = g_variant_new ("(v)", g_variant_new_int32 (1));
  else if (g_str_equal (method, "SetValue"))
    answer = g_variant_new ("(i)", 0);

  g_dbus_method_invocation_return_value (invocation, answer);
}

static GVariant *
get_property (GDBusConnection *connection,
              const char *sender,
              const char *path,
              const char *interface,
              const char *name,
              GError **error,
              gpointer user_data)
{
  return g_variant_new_string ("blue");
}

static void
set_up (Fixture *fixture, gconstpointer user_data)
{
  static const GDBusInterfaceVTable vtable
      = { .method_call = on_call, .get_property = get_property };
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (introspection, NULL);
  g_autoptr (GError) error = NULL;

  private_bus_set_up (&fixture->bus);
  fixture->server = private_bus_connect (&fixture->bus);
  fixture->client = private_bus_connect (&fixture->bus);
  fixture->service = g_dbus_connection_get_unique_name (fixture->server);
  fixture->compat = vb_bus_filter_new (fixture->server);
  fixture->registration = g_dbus_connection_register_object (
      fixture->server, "/Known", node->interfaces[0], &vtable, fixture, NULL, &error);
  g_assert_no_error (error);
  vb_bus_filter_add_path (fixture->compat, "/Known");
}

static void
tear_down (Fixture *fixture, gconstpointer user_data)
{
  g_clear_pointer (&fixture->compat, vb_bus_filter_free);
  g_dbus_connection_unregister_object (fixture->server, fixture->registration);
  disconnect_client (fixture->client);
  disconnect_client (fixture->server);
  g_free (fixture->arguments);
  private_bus_tear_down (&fixture->bus);
}

/* Check 13: proxies without an interface are served by the name of the method. */
static void
test_no_interface (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GDBusMessage) reply
      = call (fixture->client, fixture->service, "/Known", NULL, "GetValue", NULL);
  g_autoptr (GVariant) boxed = argument_of (reply, "v");
  g_autofree char *value = g_variant_print (boxed, TRUE);

  g_assert_cmpstr (value, ==, "<1>");
  g_assert_cmpuint (fixture->n_calls, ==, 1);
}

/* The standard interfaces can be meant too. */
static void
test_no_interface_standard (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GDBusMessage) xml
      = call (fixture->client, fixture->service, "/Known", NULL, "Introspect", NULL);
  g_autoptr (GDBusMessage) ping
      = call (fixture->client, fixture->service, "/Known", NULL, "Ping", NULL);
  g_autoptr (GDBusMessage) one = call (fixture->client, fixture->service, "/Known", NULL, "Get",
                                       g_variant_new ("(ss)", VB_BUS_ITEM, "Colour"));
  g_autoptr (GDBusMessage) all = call (fixture->client, fixture->service, "/Known", NULL, "GetAll",
                                       g_variant_new ("(s)", VB_BUS_ITEM));
  g_autoptr (GVariant) text = argument_of (xml, "s");
  g_autoptr (GVariant) boxed = argument_of (one, "v");
  g_autoptr (GVariant) properties = argument_of (all, "a{sv}");
  g_autofree char *property = g_variant_print (boxed, TRUE);

  g_assert_nonnull (strstr (g_variant_get_string (text, NULL), "SetValue"));
  g_assert_cmpint (g_dbus_message_get_message_type (ping), ==, G_DBUS_MESSAGE_TYPE_METHOD_RETURN);
  g_assert_cmpstr (property, ==, "<'blue'>");
  g_assert_cmpuint (g_variant_n_children (properties), ==, 1);
  g_assert_cmpuint (fixture->n_calls, ==, 0);
}

/* Check 11: a value without its variant. */
static void
test_bare (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *sent;
    const char *arrived;
  } rows[] = {
    { "5", "(<5>,)" },
    { "5.5", "(<5.5>,)" },
    { "'abc'", "(<'abc'>,)" },
    { "@ai []", "(<@ai []>,)" },
    { "[1, 2]", "(<[1, 2]>,)" },
    { "(1, 2)", "(<(1, 2)>,)" },
    { "{'a': <1>}", "(<{'a': <1>}>,)" },
    /* What is a variant already stays as it is. */
    { "<5>", "(<5>,)" },
    { "<<5>>", "(<<5>>,)" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_assert_cmpint (
        set (fixture->client, fixture->service, "/Known", g_variant_new_parsed (rows[i].sent)), ==,
        0);
    g_assert_cmpstr (fixture->arguments, ==, rows[i].arrived);
  }
}

/* Both habits at once, as velib's importer has them. */
static void
test_bare_without_interface (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GDBusMessage) reply = call (fixture->client, fixture->service, "/Known", NULL,
                                         "SetValue", g_variant_new ("(s)", "Shed"));
  g_autoptr (GVariant) result = argument_of (reply, "i");

  g_assert_cmpint (g_variant_get_int32 (result), ==, 0);
  g_assert_cmpstr (fixture->arguments, ==, "(<'Shed'>,)");
}

/* No argument, two of them, another method: those are mistakes and stay so. */
static void
test_wrong_arguments (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GDBusMessage) none
      = call (fixture->client, fixture->service, "/Known", VB_BUS_ITEM, "SetValue", NULL);
  g_autoptr (GDBusMessage) two = call (fixture->client, fixture->service, "/Known", VB_BUS_ITEM,
                                       "SetValue", g_variant_new ("(ii)", 1, 2));
  g_autoptr (GDBusMessage) other = call (fixture->client, fixture->service, "/Known", VB_BUS_ITEM,
                                         "SetTwo", g_variant_new ("(i)", 1));

  assert_error (none, "org.freedesktop.DBus.Error.InvalidArgs");
  assert_error (two, "org.freedesktop.DBus.Error.InvalidArgs");
  assert_error (other, "org.freedesktop.DBus.Error.InvalidArgs");
  g_assert_cmpuint (fixture->n_calls, ==, 0);
}

/* Check 8. */
static void
test_unknown (Fixture *fixture, gconstpointer user_data)
{
  static const char *const interfaces[]
      = { VB_BUS_ITEM, NULL, "org.freedesktop.DBus.Introspectable",
          "org.freedesktop.DBus.Properties", "com.example.Nope" };

  for (guint i = 0; i < G_N_ELEMENTS (interfaces); i++) {
    g_autoptr (GDBusMessage) reply
        = call (fixture->client, fixture->service, "/Nope", interfaces[i], "GetValue", NULL);

    assert_error (reply, "org.freedesktop.DBus.Error.UnknownObject");
  }
}

static void
test_unknown_method (Fixture *fixture, gconstpointer user_data)
{
  static const char *const interfaces[] = { VB_BUS_ITEM, NULL };

  for (guint i = 0; i < G_N_ELEMENTS (interfaces); i++) {
    g_autoptr (GDBusMessage) reply
        = call (fixture->client, fixture->service, "/Known", interfaces[i], "GetMin", NULL);

    assert_error (reply, "org.freedesktop.DBus.Error.UnknownMethod");
  }
}

/* A process can be pinged whatever the path. */
static void
test_ping (Fixture *fixture, gconstpointer user_data)
{
  static const char *const paths[] = { "/", "/Known", "/Nope" };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++) {
    g_autoptr (GDBusMessage) reply = call (fixture->client, fixture->service, paths[i],
                                           "org.freedesktop.DBus.Peer", "Ping", NULL);

    g_assert_cmpint (g_dbus_message_get_message_type (reply), ==,
                     G_DBUS_MESSAGE_TYPE_METHOD_RETURN);
  }
}

/* In the worker thread. */
static GDBusMessage *
count_errors (GDBusConnection *connection,
              GDBusMessage *message,
              gboolean incoming,
              gpointer user_data)
{
  if (!incoming && g_dbus_message_get_message_type (message) == G_DBUS_MESSAGE_TYPE_ERROR)
    g_atomic_int_inc ((gint *)user_data);

  return message;
}

/* Who wants no reply gets none. The bus would keep it from the client, so it is looked for where it
   would leave. */
static void
test_no_reply (Fixture *fixture, gconstpointer user_data)
{
  gint n_errors = 0;
  const guint filter
      = g_dbus_connection_add_filter (fixture->server, count_errors, &n_errors, NULL);
  g_autoptr (GDBusMessage) message
      = g_dbus_message_new_method_call (fixture->service, "/Nope", VB_BUS_ITEM, "GetValue");
  g_autoptr (GDBusMessage) reply = NULL;

  g_dbus_message_set_flags (message, G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
  g_assert_true (g_dbus_connection_send_message (fixture->client, message,
                                                 G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL));
  reply = call (fixture->client, fixture->service, "/Nope", VB_BUS_ITEM, "GetValue", NULL);
  assert_error (reply, "org.freedesktop.DBus.Error.UnknownObject");
  g_assert_cmpint (g_atomic_int_get (&n_errors), ==, 1);

  g_dbus_connection_remove_filter (fixture->server, filter);
}

/* What we ask others passes the filter too, and must pass it as it is. */
static void
test_outgoing (Fixture *fixture, gconstpointer user_data)
{
  g_autofree char *owner = owner_of (fixture->server, fixture->service);

  g_assert_cmpstr (owner, ==, fixture->service);
}

static void
test_added_later (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GDBusMessage) before
      = call (fixture->client, fixture->service, "/Later", VB_BUS_ITEM, "GetValue", NULL);
  g_autoptr (GDBusMessage) after = NULL;

  vb_bus_filter_add_path (fixture->compat, "/Later");
  after = call (fixture->client, fixture->service, "/Later", VB_BUS_ITEM, "GetValue", NULL);

  assert_error (before, "org.freedesktop.DBus.Error.UnknownObject");
  assert_error (after, "org.freedesktop.DBus.Error.UnknownMethod");
}

/* Without the filter GDBus speaks for itself again, as it does without us. */
static void
test_freed (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GDBusMessage) reply = NULL;

  g_clear_pointer (&fixture->compat, vb_bus_filter_free);
  reply = call (fixture->client, fixture->service, "/Nope", VB_BUS_ITEM, "GetValue", NULL);
  assert_error (reply, "org.freedesktop.DBus.Error.UnknownMethod");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path_, test_) g_test_add ("/bus-filter/" path_, Fixture, NULL, set_up, test_, tear_down)
  ADD ("08-unknown", test_unknown);
  ADD ("08-unknown-method", test_unknown_method);
  ADD ("11-bare", test_bare);
  ADD ("11-bare-without-interface", test_bare_without_interface);
  ADD ("13-no-interface", test_no_interface);
  ADD ("13-no-interface-standard", test_no_interface_standard);
  ADD ("14-ping", test_ping);
  ADD ("wrong-arguments", test_wrong_arguments);
  ADD ("no-reply", test_no_reply);
  ADD ("outgoing", test_outgoing);
  ADD ("added-later", test_added_later);
  ADD ("freed", test_freed);

  return g_test_run ();
}
