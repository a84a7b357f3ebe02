#define G_LOG_DOMAIN "bus"

#include "link.h"

#include "stream.h"

#define RETRY_MILLISECONDS 250
#define GIVE_UP_MILLISECONDS 5000
#define CLOSE_MILLISECONDS 2000

/* Messages are processed from the start: GDBus cannot delay them on a message bus. Before the name
   is claimed nobody can tell where to call. */
#define FLAGS \
  (G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION)

struct _VbBusLink
{
  char *address;
  const VbBusLinkEvents *events;
  gpointer user_data;

  GDBusConnection *connection; /* NULL while there is none */
  gulong closed_handler;
  GCancellable *cancellable; /* cancelled when nothing is to follow any more */
  guint retry;
  guint give_up;
};

static void connect_anew (VbBusLink *link);

static void
drop_connection (VbBusLink *link)
{
  link->events->disconnected (link->user_data);
  g_signal_handler_disconnect (link->connection, link->closed_handler);
  g_clear_object (&link->connection);
}

static void
on_closed (GDBusConnection *connection, gboolean vanished, GError *error, gpointer user_data)
{
  VbBusLink *link = user_data;

  g_message ("connection to the bus lost: %s", error != NULL ? error->message : "closed");
  drop_connection (link);
  connect_anew (link);
}

static void
adopt (VbBusLink *link, GDBusConnection *connection)
{
  link->connection = connection;
  link->closed_handler = g_signal_connect (connection, "closed", G_CALLBACK (on_closed), link);
  g_dbus_connection_set_exit_on_close (connection, FALSE);
}

static gboolean
on_retry (gpointer user_data)
{
  VbBusLink *link = user_data;

  link->retry = 0;
  connect_anew (link);

  return G_SOURCE_REMOVE;
}

static void
retry_later (VbBusLink *link)
{
  link->retry = g_timeout_add (RETRY_MILLISECONDS, on_retry, link);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection = g_dbus_connection_new_finish (result, &error);
  VbBusLink *link = user_data;

  /* Cancelled: the link was given up or freed, and must not be touched. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  /* A connection may have been closed before anybody listened for it. */
  if (connection == NULL || g_dbus_connection_is_closed (connection)) {
    retry_later (link);
    return;
  }

  g_clear_handle_id (&link->give_up, g_source_remove);
  adopt (link, g_steal_pointer (&connection));
  link->events->connected (link->connection, link->user_data);
}

static void
on_reached (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GIOStream) base = g_dbus_address_get_stream_finish (result, NULL, &error);
  g_autoptr (GIOStream) stream = NULL;
  VbBusLink *link = user_data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (base == NULL) {
    retry_later (link);
    return;
  }

  stream = vb_bus_stream_new (base);
  g_dbus_connection_new (stream, NULL, FLAGS, NULL, link->cancellable, on_connected, link);
}

static gboolean
on_give_up (gpointer user_data)
{
  VbBusLink *link = user_data;

  link->give_up = 0;
  g_clear_handle_id (&link->retry, g_source_remove);
  g_cancellable_cancel (link->cancellable);
  link->events->lost (link->user_data);

  return G_SOURCE_REMOVE;
}

static void
connect_anew (VbBusLink *link)
{
  if (link->give_up == 0)
    link->give_up = g_timeout_add (GIVE_UP_MILLISECONDS, on_give_up, link);

  g_dbus_address_get_stream (link->address, link->cancellable, on_reached, link);
}

static GDBusConnection *
connect_now (const char *address, GError **error)
{
  g_autoptr (GIOStream) base = g_dbus_address_get_stream_sync (address, NULL, NULL, error);
  g_autoptr (GIOStream) stream = NULL;

  if (base == NULL)
    return NULL;

  stream = vb_bus_stream_new (base);

  return g_dbus_connection_new_sync (stream, NULL, FLAGS, NULL, NULL, error);
}

VbBusLink *
vb_bus_link_new (const char *address,
                 const VbBusLinkEvents *events,
                 gpointer user_data,
                 GError **error)
{
  GDBusConnection *connection = connect_now (address, error);
  VbBusLink *link;

  if (connection == NULL)
    return NULL;

  link = g_new0 (VbBusLink, 1);
  link->address = g_strdup (address);
  link->events = events;
  link->user_data = user_data;
  link->cancellable = g_cancellable_new ();
  adopt (link, connection);

  return link;
}

/* What waits for a bus that may hang. */
typedef struct
{
  GMainContext *context;
  gboolean over;
} Closing;

static void
on_close_closed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_dbus_connection_close_finish (G_DBUS_CONNECTION (source), result, NULL);
  ((Closing *)user_data)->over = TRUE;
}

static void
on_close_flushed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_dbus_connection_flush_finish (G_DBUS_CONNECTION (source), result, NULL);
  g_dbus_connection_close (G_DBUS_CONNECTION (source), NULL, on_close_closed, user_data);
}

static gboolean
on_close_timeout (gpointer user_data)
{
  ((Closing *)user_data)->over = TRUE;

  return G_SOURCE_REMOVE;
}

/* Sends what waits and closes, unless the bus does not take it: with the end of the process the
   connection ends, too. In a context of its own, so that nothing else happens meanwhile. */
static void
close_in_time (GDBusConnection *connection)
{
  /* Not on the stack: an answer that comes too late still finds it. */
  Closing *closing = g_new0 (Closing, 1);
  g_autoptr (GSource) timeout = g_timeout_source_new (CLOSE_MILLISECONDS);

  closing->context = g_main_context_new ();
  g_source_set_callback (timeout, on_close_timeout, closing, NULL);
  g_source_attach (timeout, closing->context);
  g_main_context_push_thread_default (closing->context);
  g_dbus_connection_flush (connection, NULL, on_close_flushed, closing);
  while (!closing->over)
    g_main_context_iteration (closing->context, TRUE);
  g_main_context_pop_thread_default (closing->context);

  if (!g_dbus_connection_is_closed (connection))
    return;
  g_source_destroy (timeout);
  g_main_context_unref (closing->context);
  g_free (closing);
}

void
vb_bus_link_free (VbBusLink *link)
{
  g_cancellable_cancel (link->cancellable);
  g_object_unref (link->cancellable);
  g_clear_handle_id (&link->retry, g_source_remove);
  g_clear_handle_id (&link->give_up, g_source_remove);

  if (link->connection != NULL) {
    g_signal_handler_disconnect (link->connection, link->closed_handler);
    close_in_time (link->connection);
    g_object_unref (link->connection);
  }
  g_free (link->address);
  g_free (link);
}

GDBusConnection *
vb_bus_link_connection (const VbBusLink *link)
{
  return link->connection;
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

  connection = g_object_ref (link->connection);
  drop_connection (link);
  g_dbus_connection_close (connection, link->cancellable, on_left, link);
}
