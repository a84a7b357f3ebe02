#include "http-connections.h"

struct _VbHttpConnections
{
  GPtrArray *open; /* of VbHttpConnection *, not owned */
  guint limit;
  guint places;         /* of them, those that may push */
  gint64 request_limit; /* µs */
  GSource *deadline;
};

/* Cuts those that are late; returns when the next one will be. */
static gint64
cut_late (VbHttpConnections *connections, gint64 now)
{
  gint64 next = G_MAXINT64;

  for (guint i = 0; i < connections->open->len; i++) {
    VbHttpConnection *connection = g_ptr_array_index (connections->open, i);
    const gint64 deadline
        = vb_http_connection_deadline (connection, connections->request_limit, now);

    if (deadline <= now)
      vb_http_connection_cut (connection);
    else
      next = MIN (next, deadline);
  }

  return next;
}

void
vb_http_connections_watch (VbHttpConnections *connections)
{
  const gint64 next = cut_late (connections, g_get_monotonic_time ());

  g_source_set_ready_time (connections->deadline, next == G_MAXINT64 ? -1 : next);
}

static gboolean
on_deadline (gpointer user_data)
{
  vb_http_connections_watch (user_data);

  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_deadline (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

VbHttpConnections *
vb_http_connections_new (guint limit, guint request_seconds)
{
  static GSourceFuncs functions = { .dispatch = dispatch_deadline };
  VbHttpConnections *connections = g_new0 (VbHttpConnections, 1);

  connections->open = g_ptr_array_new ();
  connections->limit = limit;
  connections->request_limit = request_seconds * G_USEC_PER_SEC;
  connections->deadline = g_source_new (&functions, sizeof (GSource));
  g_source_set_callback (connections->deadline, on_deadline, connections, NULL);
  g_source_set_name (connections->deadline, "http deadline");

  /* Below HTTP: what waits in a socket after the process stood still is read before it is late. */
  g_source_set_priority (connections->deadline, G_PRIORITY_HIGH_IDLE);
  g_source_attach (connections->deadline, NULL);

  return connections;
}

void
vb_http_connections_free (VbHttpConnections *connections)
{
  g_source_destroy (connections->deadline);
  g_source_unref (connections->deadline);
  g_ptr_array_unref (connections->open);
  g_free (connections);
}

/* Whether @a has less of a claim to its place than @b. */
static gboolean
ranks_below (const VbHttpConnection *a, const VbHttpConnection *b)
{
  return a->served != b->served ? a->served < b->served : a->opened < b->opened;
}

/* Returns: whether there is a place now */
static gboolean
make_room (VbHttpConnections *connections, gint64 now)
{
  VbHttpConnection *least = NULL;

  for (guint i = 0; i < connections->open->len; i++) {
    VbHttpConnection *connection = g_ptr_array_index (connections->open, i);

    if (connection->has_place && vb_http_connection_makes_room (connection, now)
        && (least == NULL || ranks_below (connection, least)))
      least = connection;
  }
  if (least == NULL)
    return FALSE;

  vb_http_connections_leave_place (connections, least);
  vb_http_connection_cut (least);

  return TRUE;
}

/* Who has no place and does not say what he wants would keep libmicrohttpd from accepting others. */
static void
end_who_waits (VbHttpConnections *connections)
{
  VbHttpConnection *oldest = NULL;
  guint n_waiting = 0;

  for (guint i = 0; i < connections->open->len; i++) {
    VbHttpConnection *connection = g_ptr_array_index (connections->open, i);

    if (connection->has_place || connection->answering != 0 || connection->cut)
      continue;
    n_waiting++;
    if (oldest == NULL || connection->opened < oldest->opened)
      oldest = connection;
  }

  if (n_waiting >= VB_HTTP_WITHOUT_PLACE)
    vb_http_connection_cut (oldest);
}

void
vb_http_connections_add (VbHttpConnections *connections, VbHttpConnection *connection)
{
  if (connections->places >= connections->limit && !make_room (connections, connection->opened))
    end_who_waits (connections);
  g_ptr_array_add (connections->open, connection);
  vb_http_connections_has_place (connections, connection);
}

void
vb_http_connections_remove (VbHttpConnections *connections, VbHttpConnection *connection)
{
  g_ptr_array_remove_fast (connections->open, connection);
  vb_http_connections_leave_place (connections, connection);
}

void
vb_http_connections_leave_place (VbHttpConnections *connections, VbHttpConnection *connection)
{
  if (connection->has_place)
    connections->places--;
  connection->has_place = FALSE;
}

gboolean
vb_http_connections_has_place (VbHttpConnections *connections, VbHttpConnection *connection)
{
  if (!connection->has_place && connections->places < connections->limit) {
    connection->has_place = TRUE;
    connections->places++;
  }

  return connection->has_place;
}
