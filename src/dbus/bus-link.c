#define G_LOG_DOMAIN "bus"

#include "bus-link.h"

#define CONNECT_AGAIN_MILLISECONDS 250
#define GIVE_UP_SECONDS 5
#define CLAIM_AGAIN_SECONDS_MAX 10
#define FORMER_MILLISECONDS 20 /* for the bus to notice that our former connection is closed */

/* Messages are processed from the start: GDBus cannot delay them on a message bus. Nobody knows where
   to call before the name is claimed. */
#define FLAGS                                    \
  (G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT \
   | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION)

#define BUS "org.freedesktop.DBus"
#define BUS_PATH "/org/freedesktop/DBus"
#define DO_NOT_QUEUE 4
#define REPLY_PRIMARY_OWNER 1
#define REPLY_ALREADY_OWNER 4

struct _VbBusLink
{
  char *address;
  char *name;
  const VbBusLinkEvents *events;
  gpointer user_data;

  GDBusConnection *connection; /* NULL while there is none */
  gulong closed_handler;
  guint name_lost_subscription;
  GCancellable *connecting; /* cancelled when nothing is to follow */
  guint connect_again;
  guint give_up;

  GCancellable *claim; /* NULL while the name is not claimed; cancelled with the connection */
  gboolean owns_name;
  guint claim_again;
  guint n_refused;
  char *former; /* unique name of the connection before, or NULL */
};

static void connect_anew (VbBusLink *link);
static void request_name (VbBusLink *link);

static gboolean
on_claim_again (gpointer user_data)
{
  VbBusLink *link = user_data;

  link->claim_again = 0;
  request_name (link);

  return G_SOURCE_REMOVE;
}

static void
claim_later (VbBusLink *link, const char *reason)
{
  const guint seconds = MIN (++link->n_refused, CLAIM_AGAIN_SECONDS_MAX);

  g_message ("%s %s; asking again in %u s", link->name, reason, seconds);
  link->claim_again = g_timeout_add_seconds (seconds, on_claim_again, link);
}

static void
call_bus (VbBusLink *link,
          const char *method,
          GVariant *arguments,
          const char *reply_type,
          GAsyncReadyCallback done)
{
  g_dbus_connection_call (link->connection, BUS, BUS_PATH, BUS, method, arguments,
                          G_VARIANT_TYPE (reply_type), G_DBUS_CALL_FLAGS_NONE, -1, link->claim,
                          done, link);
}

/* Whether the claim that a call was made for is over: then the link may be gone too. */
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
  VbBusLink *link = user_data;
  const char *owner = NULL;

  if (is_over (error))
    return;
  if (reply != NULL)
    g_variant_get (reply, "(&s)", &owner);

  /* An error means that nobody has it any more. */
  if (reply == NULL || g_strcmp0 (owner, link->former) == 0)
    link->claim_again = g_timeout_add (FORMER_MILLISECONDS, on_claim_again, link);
  else
    claim_later (link, "is owned by another process");
}

static void
on_requested (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply
      = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  VbBusLink *link = user_data;
  guint32 code;

  if (is_over (error))
    return;
  if (reply == NULL) {
    claim_later (link, error->message);
    return;
  }

  g_variant_get (reply, "(u)", &code);
  if (code == REPLY_PRIMARY_OWNER || code == REPLY_ALREADY_OWNER) {
    link->owns_name = TRUE;
    link->n_refused = 0;
    link->events->name_changed (link->user_data);
  } else
    call_bus (link, "GetNameOwner", g_variant_new ("(s)", link->name), "(s)", on_owner);
}

static void
request_name (VbBusLink *link)
{
  call_bus (link, "RequestName", g_variant_new ("(su)", link->name, (guint32)DO_NOT_QUEUE), "(u)",
            on_requested);
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
  VbBusLink *link = user_data;

  if (!link->owns_name)
    return;

  link->owns_name = FALSE;
  claim_later (link, "was taken away");
  link->events->name_changed (link->user_data);
}

static void
drop_claim (VbBusLink *link)
{
  if (link->claim != NULL)
    g_cancellable_cancel (link->claim);
  g_clear_object (&link->claim);
  g_clear_handle_id (&link->claim_again, g_source_remove);
  link->n_refused = 0;
  link->owns_name = FALSE;
}

/* Returns the connection, which is nobody's now. */
static GDBusConnection *
drop_connection (VbBusLink *link)
{
  drop_claim (link);
  g_free (link->former);
  link->former = g_strdup (g_dbus_connection_get_unique_name (link->connection));
  g_signal_handler_disconnect (link->connection, link->closed_handler);
  g_dbus_connection_signal_unsubscribe (link->connection, link->name_lost_subscription);

  return g_steal_pointer (&link->connection);
}

static void
on_closed (GDBusConnection *connection, gboolean vanished, GError *error, gpointer user_data)
{
  VbBusLink *link = user_data;

  g_message ("connection to the bus lost: %s", error != NULL ? error->message : "closed");
  g_object_unref (drop_connection (link));
  link->events->disconnected (link->user_data);
  connect_anew (link);
}

static void
adopt (VbBusLink *link, GDBusConnection *connection)
{
  link->connection = connection;
  link->closed_handler = g_signal_connect (connection, "closed", G_CALLBACK (on_closed), link);
  link->name_lost_subscription = g_dbus_connection_signal_subscribe (
      connection, BUS, BUS, "NameLost", BUS_PATH, link->name, G_DBUS_SIGNAL_FLAGS_NONE,
      on_name_lost, link, NULL);
  g_dbus_connection_set_exit_on_close (connection, FALSE);
}

static gboolean
on_connect_again (gpointer user_data)
{
  VbBusLink *link = user_data;

  link->connect_again = 0;
  connect_anew (link);

  return G_SOURCE_REMOVE;
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection
      = g_dbus_connection_new_for_address_finish (result, &error);
  VbBusLink *link = user_data;

  /* Cancelled means given up, or freed: then the link must not be touched. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  /* One that is closed already may have said so before anybody listened. */
  if (connection == NULL || g_dbus_connection_is_closed (connection)) {
    link->connect_again = g_timeout_add (CONNECT_AGAIN_MILLISECONDS, on_connect_again, link);
    return;
  }

  g_clear_handle_id (&link->give_up, g_source_remove);
  adopt (link, g_steal_pointer (&connection));
  link->events->connected (link->connection, link->user_data);
}

static gboolean
on_give_up (gpointer user_data)
{
  VbBusLink *link = user_data;

  link->give_up = 0;
  g_clear_handle_id (&link->connect_again, g_source_remove);
  g_cancellable_cancel (link->connecting);
  link->events->lost (link->user_data);

  return G_SOURCE_REMOVE;
}

static void
connect_anew (VbBusLink *link)
{
  if (link->give_up == 0)
    link->give_up = g_timeout_add_seconds (GIVE_UP_SECONDS, on_give_up, link);

  g_dbus_connection_new_for_address (link->address, FLAGS, NULL, link->connecting, on_connected,
                                     link);
}

VbBusLink *
vb_bus_link_new (const char *address,
                 const char *name,
                 const VbBusLinkEvents *events,
                 gpointer user_data,
                 GError **error)
{
  GDBusConnection *connection
      = g_dbus_connection_new_for_address_sync (address, FLAGS, NULL, NULL, error);
  VbBusLink *link;

  if (connection == NULL)
    return NULL;

  link = g_new0 (VbBusLink, 1);
  link->address = g_strdup (address);
  link->name = g_strdup (name);
  link->events = events;
  link->user_data = user_data;
  link->connecting = g_cancellable_new ();
  adopt (link, connection);

  return link;
}

void
vb_bus_link_free (VbBusLink *link)
{
  g_cancellable_cancel (link->connecting);
  g_object_unref (link->connecting);
  g_clear_handle_id (&link->connect_again, g_source_remove);
  g_clear_handle_id (&link->give_up, g_source_remove);

  if (link->connection != NULL) {
    g_autoptr (GDBusConnection) connection = drop_connection (link);

    g_dbus_connection_flush_sync (connection, NULL, NULL);
    g_dbus_connection_close_sync (connection, NULL, NULL);
  }
  g_free (link->former);
  g_free (link->address);
  g_free (link->name);
  g_free (link);
}

GDBusConnection *
vb_bus_link_connection (const VbBusLink *link)
{
  return link->connection;
}

gboolean
vb_bus_link_is_name_taken (const VbBusLink *link, gboolean *taken, GError **error)
{
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
      link->connection, BUS, BUS_PATH, BUS, "NameHasOwner", g_variant_new ("(s)", link->name),
      G_VARIANT_TYPE ("(b)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, error);

  if (reply == NULL)
    return FALSE;

  g_variant_get (reply, "(b)", taken);

  return TRUE;
}

void
vb_bus_link_claim_name (VbBusLink *link)
{
  if (link->connection == NULL || link->claim != NULL)
    return;

  link->claim = g_cancellable_new ();
  request_name (link);
}

gboolean
vb_bus_link_owns_name (const VbBusLink *link)
{
  return link->owns_name;
}

static void
on_left (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  VbBusLink *link = user_data;

  g_dbus_connection_close_finish (G_DBUS_CONNECTION (source), result, &error);
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    connect_anew (link);
}

void
vb_bus_link_renew (VbBusLink *link)
{
  g_autoptr (GDBusConnection) connection = NULL;

  if (link->connection == NULL)
    return;

  connection = drop_connection (link);
  link->events->disconnected (link->user_data);
  g_dbus_connection_close (connection, link->connecting, on_left, link);
}
