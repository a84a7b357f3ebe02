#pragma once

/* What the tests of the bus side share: a bus of their own, clients on it, and a battery. */

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include "bus/filter.h"
#include "core/battery.h"

/* How long anything is waited for before the test fails; nothing should come near. */
#define DEADLINE_SECONDS 60
#define POLL_MILLISECONDS 10

typedef struct
{
  char *folder;
  char *socket;
  char *address;
  GSubprocess *daemon; /* NULL while it is stopped */
} PrivateBus;

static inline gboolean
on_deadline (gpointer user_data)
{
  g_error ("nothing happened within %d s", DEADLINE_SECONDS);

  return G_SOURCE_REMOVE;
}

static inline gboolean
on_poll (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* Runs the main loop until @done, which may also ask the bus for what no event tells. */
static inline void
run_until (gboolean (*done) (gpointer user_data), gpointer user_data)
{
  const guint deadline = g_timeout_add_seconds (DEADLINE_SECONDS, on_deadline, NULL);
  const guint poll = g_timeout_add (POLL_MILLISECONDS, on_poll, NULL);

  while (!done (user_data))
    g_main_context_iteration (NULL, TRUE);

  g_source_remove (deadline);
  g_source_remove (poll);
}

/* A test that fails does not leave its bus behind. */
static inline void
die_with_parent (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

/* Starts dbus-daemon, always at the same address, and returns when it listens. */
static inline void
private_bus_start (PrivateBus *bus)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autofree char *option = g_strconcat ("--address=", bus->address, NULL);
  g_autoptr (GDataInputStream) output = NULL;
  g_autofree char *line = NULL;
  g_autoptr (GError) error = NULL;

  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  bus->daemon
      = g_subprocess_launcher_spawn (launcher, &error, "dbus-daemon", "--session", "--nofork",
                                     "--nopidfile", option, "--print-address=1", NULL);
  g_assert_no_error (error);

  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (bus->daemon));
  line = g_data_input_stream_read_line (output, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (line);
}

/* Kills it as a crash would. */
static inline void
private_bus_stop (PrivateBus *bus)
{
  g_subprocess_force_exit (bus->daemon);
  g_subprocess_wait (bus->daemon, NULL, NULL);
  g_clear_object (&bus->daemon);
}

static inline void
private_bus_set_up (PrivateBus *bus)
{
  g_autoptr (GError) error = NULL;

  bus->folder = g_dir_make_tmp ("private-bus-XXXXXX", &error);
  g_assert_no_error (error);
  bus->socket = g_build_filename (bus->folder, "bus", NULL);
  bus->address = g_strconcat ("unix:path=", bus->socket, NULL);
  private_bus_start (bus);
}

static inline void
private_bus_tear_down (PrivateBus *bus)
{
  if (bus->daemon != NULL)
    private_bus_stop (bus);

  g_unlink (bus->socket);
  g_rmdir (bus->folder);
  g_free (bus->socket);
  g_free (bus->folder);
  g_free (bus->address);
}

static inline GDBusConnection *
private_bus_connect (const PrivateBus *bus)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection = g_dbus_connection_new_for_address_sync (
      bus->address,
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
          | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, &error);

  g_assert_no_error (error);

  return connection;
}

static inline void
disconnect_client (GDBusConnection *client)
{
  g_dbus_connection_close_sync (client, NULL, NULL);
  g_object_unref (client);
}

static inline void
on_reply (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GDBusMessage **reply = user_data;
  g_autoptr (GError) error = NULL;

  *reply = g_dbus_connection_send_message_with_reply_finish (G_DBUS_CONNECTION (source), result,
                                                             &error);
  g_assert_no_error (error);
}

static inline gboolean
is_set (gpointer user_data)
{
  return *(gpointer *)user_data != NULL;
}

/* Calls a method, with or without an interface, and runs the main loop until the reply is there: a
   return or an error. */
static inline GDBusMessage *
call (GDBusConnection *client,
      const char *service,
      const char *path,
      const char *interface,
      const char *method,
      GVariant *arguments)
{
  g_autoptr (GDBusMessage) message
      = g_dbus_message_new_method_call (service, path, interface, method);
  GDBusMessage *reply = NULL;

  if (arguments != NULL)
    g_dbus_message_set_body (message, arguments);
  g_dbus_connection_send_message_with_reply (client, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE,
                                             G_MAXINT, NULL, NULL, on_reply, &reply);
  run_until (is_set, &reply);

  return reply;
}

/* The argument of a reply that must have exactly the signature @type. */
static inline GVariant *
argument_of (GDBusMessage *reply, const char *type)
{
  g_assert_cmpint (g_dbus_message_get_message_type (reply), ==, G_DBUS_MESSAGE_TYPE_METHOD_RETURN);
  g_assert_cmpstr (g_dbus_message_get_signature (reply), ==, type);

  return g_variant_get_child_value (g_dbus_message_get_body (reply), 0);
}

/* Calls a method of an item without arguments; its answer must have the signature @type. */
static inline GVariant *
get (GDBusConnection *client,
     const char *service,
     const char *path,
     const char *method,
     const char *type)
{
  g_autoptr (GDBusMessage) reply = call (client, service, path, VB_BUS_ITEM, method, NULL);

  return argument_of (reply, type);
}

/* The value of an item, as GVariant prints it. */
static inline char *
get_value (GDBusConnection *client, const char *service, const char *path)
{
  g_autoptr (GVariant) boxed = get (client, service, path, "GetValue", "v");
  g_autoptr (GVariant) value = g_variant_get_variant (boxed);

  return g_variant_print (value, TRUE);
}

#define assert_value(client, service, path, printed)                      \
  G_STMT_START                                                            \
  {                                                                       \
    g_autofree char *got_value = get_value ((client), (service), (path)); \
    g_assert_cmpstr (got_value, ==, (printed));                           \
  }                                                                       \
  G_STMT_END

/* What SetValue answers to @argument, sent as it is: a variant, or bare. */
static inline int
set (GDBusConnection *client, const char *service, const char *path, GVariant *argument)
{
  g_autoptr (GDBusMessage) reply
      = call (client, service, path, VB_BUS_ITEM, "SetValue", g_variant_new_tuple (&argument, 1));
  g_autoptr (GVariant) result = argument_of (reply, "i");

  return g_variant_get_int32 (result);
}

static inline void
assert_error (GDBusMessage *reply, const char *name)
{
  g_assert_cmpint (g_dbus_message_get_message_type (reply), ==, G_DBUS_MESSAGE_TYPE_ERROR);
  g_assert_cmpstr (g_dbus_message_get_error_name (reply), ==, name);
}

/* The owner of @name, or NULL. */
static inline char *
owner_of (GDBusConnection *client, const char *name)
{
  g_autoptr (GDBusMessage) reply
      = call (client, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
              "GetNameOwner", g_variant_new ("(s)", name));
  g_autoptr (GVariant) owner = NULL;

  if (g_dbus_message_get_message_type (reply) == G_DBUS_MESSAGE_TYPE_ERROR)
    return NULL;

  owner = argument_of (reply, "s");

  return g_variant_dup_string (owner, NULL);
}

/* RequestName or ReleaseName; what the bus answers. */
static inline guint32
ask_bus (GDBusConnection *client, const char *method, GVariant *arguments)
{
  g_autoptr (GDBusMessage) reply = call (client, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                         "org.freedesktop.DBus", method, arguments);
  g_autoptr (GVariant) answer = argument_of (reply, "u");

  return g_variant_get_uint32 (answer);
}

/* Returns when the bus has taken in what @client has asked of it, as to be sent some signals. */
static inline void
wait_for_bus (GDBusConnection *client)
{
  g_autofree char *owner = owner_of (client, "org.freedesktop.DBus");

  g_assert_nonnull (owner);
}

static inline VbBattery *
make_battery (const char *name, VbRole role, gboolean dbus_writable, gint64 now)
{
  g_auto (VbBatteryConfig) config = { 0 };

  vb_battery_config_init (&config, name);
  config.fixed.role = role;
  config.live.dbus_writable = dbus_writable;

  return vb_battery_new (&config, now);
}

/* Sends a record of (name, number) pairs, which must be taken. */
static inline void
push (VbBattery *battery, gint64 now, const char *name, ...)
{
  g_autoptr (VbRecord) record = vb_record_new ();
  g_autoptr (VbVerdict) verdict = vb_verdict_new ();
  va_list arguments;

  va_start (arguments, name);
  for (; name != NULL; name = va_arg (arguments, const char *))
    vb_record_add_number (record, name, va_arg (arguments, double));
  va_end (arguments);

  g_assert_true (vb_battery_apply (battery, record, VB_APPLY_MERGE, "127.0.0.1", now, verdict));
}

static inline void
push_complete (VbBattery *battery, gint64 now)
{
  push (battery, now, "Soc", 63.5, "Voltage", 52.7, "Current", -12.3, "MaxChargeVoltage", 55.2,
        "MaxChargeCurrent", 100.0, "MaxDischargeCurrent", 150.0, NULL);
}
