#define G_LOG_DOMAIN "bus"

#include "name.h"

#include "retry.h"

#define BUS "org.freedesktop.DBus"
#define BUS_PATH "/org/freedesktop/DBus"

#define DO_NOT_QUEUE 4
#define REPLY_PRIMARY_OWNER 1
#define REPLY_ALREADY_OWNER 4

#define FORMER_MILLISECONDS 20 /* for the bus to notice that our former connection is closed */

struct _VbBusName
{
  GDBusConnection *connection;
  char *bus_name;
  char *former;
  VbBusNameChanged changed;
  gpointer user_data;

  GCancellable *cancellable;
  guint name_lost; /* subscription */
  VbBusRetry retry;
  guint former_closed; /* source */
  gboolean owned;
};

static void request (gpointer user_data);

static void
retry_later (VbBusName *name, const char *reason)
{
  g_autofree char *message = g_strconcat (name->bus_name, " ", reason, NULL);

  vb_bus_retry_later (&name->retry, message);
}

static gboolean
on_former_closed (gpointer user_data)
{
  VbBusName *name = user_data;

  name->former_closed = 0;
  request (name);

  return G_SOURCE_REMOVE;
}

static void
call_bus (VbBusName *name,
          const char *method,
          GVariant *arguments,
          const char *reply_type,
          GAsyncReadyCallback done)
{
  g_dbus_connection_call (name->connection, BUS, BUS_PATH, BUS, method, arguments,
                          G_VARIANT_TYPE (reply_type), G_DBUS_CALL_FLAGS_NONE, -1,
                          name->cancellable, done, name);
}

/* Whether the claim is over: it was freed (cancelled), or the connection is closed, and the name
   with it. */
static gboolean
is_over (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
}

static void
on_owner (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply
      = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  VbBusName *name = user_data;
  const char *owner = NULL;

  if (is_over (error))
    return;
  if (reply != NULL)
    g_variant_get (reply, "(&s)", &owner);

  /* An error means that nobody has it any more. */
  if (reply == NULL || g_strcmp0 (owner, name->former) == 0)
    name->former_closed = g_timeout_add (FORMER_MILLISECONDS, on_former_closed, name);
  else
    retry_later (name, "is owned by another process");
}

static void
on_requested (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply
      = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  VbBusName *name = user_data;
  guint32 code;

  if (is_over (error))
    return;
  if (reply == NULL) {
    retry_later (name, error->message);
    return;
  }

  g_variant_get (reply, "(u)", &code);
  if (code == REPLY_PRIMARY_OWNER || code == REPLY_ALREADY_OWNER) {
    name->owned = TRUE;
    vb_bus_retry_stop (&name->retry);
    name->changed (TRUE, name->user_data);
  } else
    call_bus (name, "GetNameOwner", g_variant_new ("(s)", name->bus_name), "(s)", on_owner);
}

static void
request (gpointer user_data)
{
  VbBusName *name = user_data;

  call_bus (name, "RequestName", g_variant_new ("(su)", name->bus_name, (guint32)DO_NOT_QUEUE),
            "(u)", on_requested);
}

static void
on_name_lost (GDBusConnection *connection,
              const char *sender,
              const char *path,
              const char *interface,
              const char *signal,
              GVariant *arguments,
              gpointer user_data)
{
  VbBusName *name = user_data;

  name->owned = FALSE;
  retry_later (name, "was taken away");
  name->changed (FALSE, name->user_data);
}

VbBusName *
vb_bus_name_new (GDBusConnection *connection,
                 const char *bus_name,
                 const char *former,
                 VbBusNameChanged changed,
                 gpointer user_data)
{
  VbBusName *name = g_new0 (VbBusName, 1);

  name->connection = g_object_ref (connection);
  name->bus_name = g_strdup (bus_name);
  name->former = g_strdup (former);
  name->changed = changed;
  name->user_data = user_data;
  name->retry = (VbBusRetry){ .again = request, .user_data = name };
  name->cancellable = g_cancellable_new ();
  name->name_lost
      = g_dbus_connection_signal_subscribe (connection, BUS, BUS, "NameLost", BUS_PATH, bus_name,
                                            G_DBUS_SIGNAL_FLAGS_NONE, on_name_lost, name, NULL);
  request (name);

  return name;
}

void
vb_bus_name_free (VbBusName *name)
{
  g_cancellable_cancel (name->cancellable);
  g_object_unref (name->cancellable);
  vb_bus_retry_stop (&name->retry);
  g_clear_handle_id (&name->former_closed, g_source_remove);
  g_dbus_connection_signal_unsubscribe (name->connection, name->name_lost);
  g_object_unref (name->connection);
  g_free (name->bus_name);
  g_free (name->former);
  g_free (name);
}

gboolean
vb_bus_name_is_owned (const VbBusName *name)
{
  return name->owned;
}

gboolean
vb_bus_name_is_taken (GDBusConnection *connection,
                      const char *bus_name,
                      gboolean *taken,
                      GError **error)
{
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
      connection, BUS, BUS_PATH, BUS, "NameHasOwner", g_variant_new ("(s)", bus_name),
      G_VARIANT_TYPE ("(b)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, error);

  if (reply == NULL)
    return FALSE;

  g_variant_get (reply, "(b)", taken);

  return TRUE;
}
