#include "clients.h"

#include <malloc.h>

#define KEPT VB_HTTP_KEPT
#define DISPLACED VB_HTTP_DISPLACED
#define ENDED VB_HTTP_ENDED

/* A poster always has a place, so the last column of its rows is for completeness. What has come is
   noticed before a crowd is thinned out, so nobody in it is unread. */
/* clang-format off */
static const VbHttpClaim claims[VB_HTTP_N_STANDINGS] = {
                                         /* newcomer  request    crowd     rank */
  [VB_HTTP_STANDING_CUT]             = { { KEPT,     KEPT,      KEPT  },   0 },
  [VB_HTTP_STANDING_STREAMING]       = { { KEPT,     KEPT,      KEPT  },   0 },
  [VB_HTTP_STANDING_ANSWERED]        = { { KEPT,     DISPLACED, KEPT  },   1 },
  [VB_HTTP_STANDING_DEAF_STRANGER]   = { { ENDED,    ENDED,     ENDED },   1 },
  [VB_HTTP_STANDING_UNREAD]          = { { KEPT,     DISPLACED, KEPT  },   2 },
  [VB_HTTP_STANDING_NEW_SILENT]      = { { KEPT,     DISPLACED, KEPT  },   1 },
  [VB_HTTP_STANDING_SILENT]          = { { ENDED,    ENDED,     ENDED },   1 },
  [VB_HTTP_STANDING_NEW_SENDING]     = { { KEPT,     DISPLACED, KEPT  },   2 },
  [VB_HTTP_STANDING_SENDING]         = { { KEPT,     ENDED,     ENDED },   2 },
  [VB_HTTP_STANDING_DAWDLING]        = { { ENDED,    ENDED,     ENDED },   2 },
  [VB_HTTP_STANDING_POSTER_ANSWERED] = { { KEPT,     KEPT,      ENDED },   3 },
  [VB_HTTP_STANDING_DEAF_POSTER]     = { { ENDED,    ENDED,     ENDED },   3 },
  [VB_HTTP_STANDING_POSTER_SENDING]  = { { KEPT,     KEPT,      ENDED },   3 },
  [VB_HTTP_STANDING_POSTER_IDLE]     = { { KEPT,     KEPT,      ENDED },   3 },
  [VB_HTTP_STANDING_POSTER_LAPSED]   = { { ENDED,    ENDED,     ENDED },   3 },
};
/* clang-format on */

/* A request is dawdled over only by one that is not new any more. */
G_STATIC_ASSERT (VB_HTTP_DAWDLE >= VB_HTTP_GRACE);

struct _VbHttpClients
{
  GPtrArray *open; /* of VbHttpClient *, not owned */
  guint limit;
  guint places;         /* of them, those that may push */
  gint64 request_limit; /* µs */
  gint64 crowded;       /* when somebody last came and found no place free; 0: it is dealt with */
  GSource *deadline;
};

static void
take_place_away (VbHttpClients *clients, VbHttpClient *client)
{
  if (client->has_place)
    clients->places--;
  client->has_place = FALSE;
}

/* Libmicrohttpd ends it in its next run; its place is free at once. */
static void
cut (VbHttpClients *clients, VbHttpClient *client)
{
  take_place_away (clients, client);
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

const VbHttpClaim *
vb_http_clients_claim (VbHttpStanding standing)
{
  return &claims[standing];
}

typedef struct
{
  VbHttpClient *client;
  const VbHttpClaim *claim;
} Candidate;

static gboolean
goes_before (Candidate a, Candidate b)
{
  if (a.claim->rank != b.claim->rank)
    return a.claim->rank < b.claim->rank;
  if (a.client->posted != b.client->posted)
    return a.client->posted < b.client->posted;

  return a.client->opened < b.client->opened;
}

/* Lets the client with the least claim go, of those that hold what @knock wants: a place, or else
   an ear without one. Returns: whether one has gone */
static gboolean
let_one_go (VbHttpClients *clients, VbHttpKnock knock, gint64 now)
{
  const gboolean wants_place = knock != VB_HTTP_KNOCK_CROWD;
  Candidate least = { NULL, NULL };

  for (guint i = 0; i < clients->open->len; i++) {
    VbHttpClient *client = g_ptr_array_index (clients->open, i);
    Candidate own = { client, NULL };

    if (client->has_place != wants_place)
      continue;

    /* When a crowd is thinned out, all that has come has just been noticed. */
    own.claim = vb_http_clients_claim (vb_http_client_standing (client, wants_place, now));
    if (own.claim->verdicts[knock] != KEPT && (least.client == NULL || goes_before (own, least)))
      least = own;
  }
  if (least.client == NULL)
    return FALSE;

  /* One that is only displaced asks for another place when its request is complete. */
  take_place_away (clients, least.client);
  if (least.claim->verdicts[knock] == ENDED)
    vb_http_client_cut (least.client);

  return TRUE;
}

/* Whether the client is yet to be told that there is no place for it, or to read its answer. */
static gboolean
waits (const VbHttpClient *client)
{
  return !client->has_place && !client->cut && !client->streaming;
}

/* A client that has no place and does not say what it wants would keep libmicrohttpd from accepting
   others. Returns: when the next one is to be ended */
static gint64
thin_out_crowd (VbHttpClients *clients, gint64 now)
{
  gint64 next = G_MAXINT64;
  guint n_waiting = 0;

  for (guint i = 0; i < clients->open->len; i++)
    if (waits (g_ptr_array_index (clients->open, i)))
      n_waiting++;

  while (n_waiting > VB_HTTP_WITHOUT_PLACE && let_one_go (clients, VB_HTTP_KNOCK_CROWD, now))
    n_waiting--;
  if (n_waiting <= VB_HTTP_WITHOUT_PLACE)
    return G_MAXINT64;

  for (guint i = 0; i < clients->open->len; i++) {
    const VbHttpClient *client = g_ptr_array_index (clients->open, i);
    const gint64 new_until = vb_http_client_new_until (client);

    if (waits (client) && now < new_until)
      next = MIN (next, new_until);
  }

  return next;
}

/* What a crowd needed has been freed, but glibc keeps it all below the least thing that is still in
   use; musl does not. Returns: when there is something to be given back */
static gint64
give_back (VbHttpClients *clients, gint64 now)
{
  const gint64 due = clients->crowded + VB_HTTP_CROWD_OVER;

  if (clients->crowded == 0)
    return G_MAXINT64;
  if (now < due)
    return due;

  clients->crowded = 0;
#ifdef __GLIBC__
  malloc_trim (0);
#endif

  return G_MAXINT64;
}

void
vb_http_clients_watch (VbHttpClients *clients, gint64 now)
{
  const gint64 late = cut_late (clients, now);
  const gint64 crowd = thin_out_crowd (clients, now);
  const gint64 next = MIN (MIN (late, crowd), give_back (clients, now));

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

/* Returns: whether there is a place now */
static gboolean
make_room (VbHttpClients *clients, VbHttpKnock knock, gint64 now)
{
  return clients->places < clients->limit || let_one_go (clients, knock, now);
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
  if (clients->places == clients->limit)
    clients->crowded = client->opened;
  if (make_room (clients, VB_HTTP_KNOCK_NEWCOMER, client->opened))
    take_place (clients, client);
  g_ptr_array_add (clients->open, client);
}

void
vb_http_clients_remove (VbHttpClients *clients, VbHttpClient *client)
{
  g_ptr_array_remove_fast (clients->open, client);
  take_place_away (clients, client);
}

void
vb_http_clients_set_streaming (VbHttpClients *clients, VbHttpClient *client)
{
  take_place_away (clients, client);
  client->streaming = TRUE;
}

gboolean
vb_http_clients_has_place (VbHttpClients *clients, VbHttpClient *client, gint64 now)
{
  /* libmicrohttpd may still deliver a request that it read before the client was cut. */
  if (!client->has_place && !client->cut && make_room (clients, VB_HTTP_KNOCK_REQUEST, now))
    take_place (clients, client);

  return client->has_place;
}
