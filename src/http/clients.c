#include "clients.h"

struct _VbHttpClients
{
  GPtrArray *open; /* of VbHttpClient *, not owned */
  guint limit;
  guint places;         /* of them, those that may push */
  gint64 request_limit; /* µs */
  GSource *deadline;
};

/* Libmicrohttpd ends it in its next run; its place is free at once. */
static void
cut (VbHttpClients *clients, VbHttpClient *client)
{
  vb_http_clients_leave_place (clients, client);
  vb_http_client_cut (client);
}

/* Cuts those that are late; returns when the next one will be. */
static gint64
cut_late (VbHttpClients *clients, gint64 now)
{
  gint64 next = G_MAXINT64;

  for (guint i = 0; i < clients->open->len; i++) {
    VbHttpClient *client = g_ptr_array_index (clients->open, i);
    const gint64 deadline = vb_http_client_deadline (client, clients->request_limit, now);

    if (deadline <= now)
      cut (clients, client);
    else
      next = MIN (next, deadline);
  }

  return next;
}

/* To be asked when all who have begun are known.
   @next: when to ask again
   Returns: who of those that wait without a place is to be ended now, or NULL */
static VbHttpClient *
waits_too_long (const VbHttpClients *clients, gint64 now, gint64 *next)
{
  VbHttpClient *silent = NULL, *oldest = NULL;
  guint n_waiting = 0;

  *next = G_MAXINT64;
  for (guint i = 0; i < clients->open->len; i++) {
    VbHttpClient *client = g_ptr_array_index (clients->open, i);
    const gint64 new_until = vb_http_client_new_until (client);

    if (client->has_place || client->answering != 0 || client->cut)
      continue;
    n_waiting++;
    if (now < new_until)
      *next = MIN (*next, new_until);
    else if (client->begun == 0 && (silent == NULL || client->opened < silent->opened))
      silent = client;
    else if (oldest == NULL || client->opened < oldest->opened)
      oldest = client;
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
end_who_waits (VbHttpClients *clients, gint64 now)
{
  VbHttpClient *first;
  gint64 next;

  while ((first = waits_too_long (clients, now, &next)) != NULL)
    cut (clients, first);

  return next;
}

void
vb_http_clients_watch (VbHttpClients *clients, gint64 now)
{
  const gint64 late = cut_late (clients, now);
  const gint64 next = MIN (late, end_who_waits (clients, now));

  g_source_set_ready_time (clients->deadline, next == G_MAXINT64 ? -1 : next);
}

void
vb_http_clients_renew_idle (VbHttpClients *clients, guint seconds)
{
  for (guint i = 0; i < clients->open->len; i++) {
    const VbHttpClient *client = g_ptr_array_index (clients->open, i);

    /* Only from none to one does it begin anew. */
    MHD_set_connection_option (client->mhd, MHD_CONNECTION_OPTION_TIMEOUT, 0);
    MHD_set_connection_option (client->mhd, MHD_CONNECTION_OPTION_TIMEOUT, seconds);
  }
}

static gboolean
on_deadline (gpointer user_data)
{
  vb_http_clients_watch (user_data, g_get_monotonic_time ());

  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_deadline (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

VbHttpClients *
vb_http_clients_new (guint limit, guint request_seconds)
{
  static GSourceFuncs functions = { .dispatch = dispatch_deadline };
  VbHttpClients *clients = g_new0 (VbHttpClients, 1);

  clients->open = g_ptr_array_new ();
  clients->limit = limit;
  clients->request_limit = request_seconds * G_USEC_PER_SEC;
  clients->deadline = g_source_new (&functions, sizeof (GSource));
  g_source_set_callback (clients->deadline, on_deadline, clients, NULL);
  g_source_set_name (clients->deadline, "http deadline");

  /* Below HTTP: what waits in a socket after the process stood still is read before it is late. */
  g_source_set_priority (clients->deadline, G_PRIORITY_HIGH_IDLE);
  g_source_attach (clients->deadline, NULL);

  return clients;
}

void
vb_http_clients_free (VbHttpClients *clients)
{
  g_source_destroy (clients->deadline);
  g_source_unref (clients->deadline);
  g_ptr_array_unref (clients->open);
  g_free (clients);
}

/* Whether @a has less of a claim to its place than @b. */
static gboolean
ranks_below (const VbHttpClient *a, const VbHttpClient *b)
{
  const gboolean a_begun = a->begun != 0, b_begun = b->begun != 0;

  if (a->posted != b->posted)
    return a->posted < b->posted;

  return a_begun != b_begun ? b_begun : a->opened < b->opened;
}

/* Returns: whether there is a place now */
static gboolean
make_room (VbHttpClients *clients, gint64 patience, gint64 now)
{
  VbHttpClient *least = NULL;

  if (clients->places < clients->limit)
    return TRUE;

  for (guint i = 0; i < clients->open->len; i++) {
    VbHttpClient *client = g_ptr_array_index (clients->open, i);

    if (client->has_place && vb_http_client_makes_room (client, patience, now)
        && (least == NULL || ranks_below (client, least)))
      least = client;
  }
  if (least == NULL)
    return FALSE;

  /* Who is new asks for another one when his request is complete. */
  vb_http_clients_leave_place (clients, least);
  if (now >= vb_http_client_new_until (least))
    vb_http_client_cut (least);

  return TRUE;
}

static void
take_place (VbHttpClients *clients, VbHttpClient *client)
{
  client->has_place = TRUE;
  clients->places++;
}

void
vb_http_clients_add (VbHttpClients *clients, VbHttpClient *client)
{
  if (make_room (clients, VB_HTTP_DAWDLE, client->opened))
    take_place (clients, client);
  g_ptr_array_add (clients->open, client);
}

void
vb_http_clients_remove (VbHttpClients *clients, VbHttpClient *client)
{
  g_ptr_array_remove_fast (clients->open, client);
  vb_http_clients_leave_place (clients, client);
}

void
vb_http_clients_leave_place (VbHttpClients *clients, VbHttpClient *client)
{
  if (client->has_place)
    clients->places--;
  client->has_place = FALSE;
}

gboolean
vb_http_clients_has_place (VbHttpClients *clients, VbHttpClient *client, gint64 now)
{
  /* Of one that was cut libmicrohttpd may have read a request yet. */
  if (!client->has_place && !client->cut && make_room (clients, 0, now))
    take_place (clients, client);

  return client->has_place;
}
