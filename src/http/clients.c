#include "clients.h"

struct _VbHttpConnections
{
  GPtrArray *open; /* of VbHttpConnection *, not owned */
  guint limit;
  guint places;         /* of them, those that may push */
  gint64 request_limit; /* µs */
  GSource *deadline;
};

/* Libmicrohttpd ends it in its next run; its place is free at once. */
static void
cut (VbHttpConnections *connections, VbHttpConnection *connection)
{
  vb_http_connections_leave_place (connections, connection);
  vb_http_connection_cut (connection);
}

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
      cut (connections, connection);
    else
      next = MIN (next, deadline);
  }

  return next;
}

/* To be asked when all who have begun are known.
   @next: when to ask again
   Returns: who of those that wait without a place is to be ended now, or NULL */
static VbHttpConnection *
waits_too_long (const VbHttpConnections *connections, gint64 now, gint64 *next)
{
  VbHttpConnection *silent = NULL, *oldest = NULL;
  guint n_waiting = 0;

  *next = G_MAXINT64;
  for (guint i = 0; i < connections->open->len; i++) {
    VbHttpConnection *connection = g_ptr_array_index (connections->open, i);
    const gint64 new_until = vb_http_connection_new_until (connection);

    if (connection->has_place || connection->answering != 0 || connection->cut)
      continue;
    n_waiting++;
    if (now < new_until)
      *next = MIN (*next, new_until);
    else if (connection->begun == 0 && (silent == NULL || connection->opened < silent->opened))
      silent = connection;
    else if (oldest == NULL || connection->opened < oldest->opened)
      oldest = connection;
  }
  if (n_waiting <= VB_HTTP_WITHOUT_PLACE) {
    *next = G_MAXINT64;
    return NULL;
  }

  return silent != NULL ? silent : oldest;
}

/* Who has no place and does not say what he wants would keep libmicrohttpd from accepting others.
   Returns: when the next one is to be ended */
static gint64
end_who_waits (VbHttpConnections *connections, gint64 now)
{
  VbHttpConnection *first;
  gint64 next;

  while ((first = waits_too_long (connections, now, &next)) != NULL)
    cut (connections, first);

  return next;
}

void
vb_http_connections_watch (VbHttpConnections *connections, gint64 now)
{
  const gint64 late = cut_late (connections, now);
  const gint64 next = MIN (late, end_who_waits (connections, now));

  g_source_set_ready_time (connections->deadline, next == G_MAXINT64 ? -1 : next);
}

void
vb_http_connections_renew_idle (VbHttpConnections *connections, guint seconds)
{
  for (guint i = 0; i < connections->open->len; i++) {
    const VbHttpConnection *connection = g_ptr_array_index (connections->open, i);

    /* Only from none to one does it begin anew. */
    MHD_set_connection_option (connection->mhd, MHD_CONNECTION_OPTION_TIMEOUT, 0);
    MHD_set_connection_option (connection->mhd, MHD_CONNECTION_OPTION_TIMEOUT, seconds);
  }
}

static gboolean
on_deadline (gpointer user_data)
{
  vb_http_connections_watch (user_data, g_get_monotonic_time ());

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
  const gboolean a_begun = a->begun != 0, b_begun = b->begun != 0;

  if (a->posted != b->posted)
    return a->posted < b->posted;

  return a_begun != b_begun ? b_begun : a->opened < b->opened;
}

/* Returns: whether there is a place now */
static gboolean
make_room (VbHttpConnections *connections, gint64 patience, gint64 now)
{
  VbHttpConnection *least = NULL;

  if (connections->places < connections->limit)
    return TRUE;

  for (guint i = 0; i < connections->open->len; i++) {
    VbHttpConnection *connection = g_ptr_array_index (connections->open, i);

    if (connection->has_place && vb_http_connection_makes_room (connection, patience, now)
        && (least == NULL || ranks_below (connection, least)))
      least = connection;
  }
  if (least == NULL)
    return FALSE;

  /* Who is new asks for another one when his request is complete. */
  vb_http_connections_leave_place (connections, least);
  if (now >= vb_http_connection_new_until (least))
    vb_http_connection_cut (least);

  return TRUE;
}

static void
take_place (VbHttpConnections *connections, VbHttpConnection *connection)
{
  connection->has_place = TRUE;
  connections->places++;
}

void
vb_http_connections_add (VbHttpConnections *connections, VbHttpConnection *connection)
{
  if (make_room (connections, VB_HTTP_DAWDLE, connection->opened))
    take_place (connections, connection);
  g_ptr_array_add (connections->open, connection);
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
vb_http_connections_has_place (VbHttpConnections *connections,
                               VbHttpConnection *connection,
                               gint64 now)
{
  /* Of one that was cut libmicrohttpd may have read a request yet. */
  if (!connection->has_place && !connection->cut && make_room (connections, 0, now))
    take_place (connections, connection);

  return connection->has_place;
}
