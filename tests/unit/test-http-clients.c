#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/clients.h"

#define SECOND G_USEC_PER_SEC
#define LIMIT 2

/* One client, over TCP: the kernel counts what comes. */
typedef struct
{
  VbHttpClient *client;
  int fd;       /* its own end */
  int accepted; /* the daemon's end */
} Peer;

typedef struct
{
  VbHttpClients *clients;
  GPtrArray *peers; /* of Peer */
  int listener;
  struct sockaddr_in address;
} Fixture;

static void
set_up_for (Fixture *fixture, guint limit)
{
  socklen_t length = sizeof fixture->address;

  fixture->address.sin_family = AF_INET;
  fixture->address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  fixture->listener = socket (AF_INET, SOCK_STREAM, 0);
  g_assert_cmpint (bind (fixture->listener, (struct sockaddr *)&fixture->address, length), ==, 0);
  g_assert_cmpint (listen (fixture->listener, 10), ==, 0);
  g_assert_cmpint (getsockname (fixture->listener, (struct sockaddr *)&fixture->address, &length),
                   ==, 0);

  fixture->clients = vb_http_clients_new (limit, 10);
  fixture->peers = g_ptr_array_new_with_free_func (g_free);
}

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  set_up_for (fixture, LIMIT);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  for (guint i = 0; i < fixture->peers->len; i++) {
    Peer *peer = g_ptr_array_index (fixture->peers, i);

    vb_http_clients_remove (fixture->clients, peer->client);
    vb_http_client_free (peer->client);
    close (peer->accepted);
    close (peer->fd);
  }
  g_ptr_array_unref (fixture->peers);
  vb_http_clients_free (fixture->clients);
  close (fixture->listener);
}

static Peer *
come (Fixture *fixture, gint64 now)
{
  Peer *peer = g_new0 (Peer, 1);

  peer->fd = socket (AF_INET, SOCK_STREAM, 0);
  g_assert_cmpint (
      connect (peer->fd, (struct sockaddr *)&fixture->address, sizeof fixture->address), ==, 0);
  peer->accepted = accept (fixture->listener, NULL, NULL);
  peer->client = vb_http_client_new (NULL, peer->accepted, now);
  vb_http_clients_add (fixture->clients, peer->client);
  g_ptr_array_add (fixture->peers, peer);

  return peer;
}

/* Its first bytes are there, and have been noticed: more than the empty line that may follow a
   body. */
static void
begin (Peer *peer, gint64 now)
{
  g_assert_cmpint (send (peer->fd, "GET ", 4, 0), ==, 4);
  while (vb_http_client_deadline (peer->client, 10 * SECOND, now) == G_MAXINT64)
    g_thread_yield ();
}

static void
answer (Peer *peer, gboolean posted, gint64 now)
{
  begin (peer, now);
  vb_http_client_complete (peer->client, 0, posted, now);
  vb_http_client_end (peer->client);
}

static void
serve (Peer *peer, gint64 now)
{
  answer (peer, TRUE, now);
}

/* Whether the daemon has ended it, as the client sees it. */
static gboolean
is_ended (const Peer *peer)
{
  char byte;

  return recv (peer->fd, &byte, 1, MSG_DONTWAIT) == 0;
}

#define NOW (1000 * SECOND)

static void
stage_cut (Peer *peer)
{
  vb_http_client_cut (peer->client);
}

static void
stage_streaming (Peer *peer)
{
  peer->client->streaming = TRUE;
}

static void
stage_unread (Peer *peer)
{
  g_assert_cmpint (send (peer->fd, "GET ", 4, 0), ==, 4);
  while (!vb_http_client_has_begun (peer->client))
    g_thread_yield ();
}

/* How a client comes to stand at NOW as it does: the nearest times on both sides of each limit. */
typedef struct
{
  VbHttpStanding standing;
  gint64 came;            /* µs before NOW, as all times of it */
  gint64 posted, earlier; /* its last records; 0: none */
  gint64 begun, answered; /* its last request, without a record; 0: none */
  void (*also) (Peer *peer);
  VbHttpVerdict verdicts[VB_HTTP_N_KNOCKS];
  guint goes; /* who goes first */
} Row;

#define LONG_AGO (900 * SECOND)
#define K VB_HTTP_KEPT
#define D VB_HTTP_DISPLACED
#define E VB_HTTP_ENDED

/* clang-format off */
static const Row rows[] = {
  { VB_HTTP_STANDING_CUT, .came = LONG_AGO, .also = stage_cut, .verdicts = { K, K, K } },
  { VB_HTTP_STANDING_STREAMING, .came = LONG_AGO, .answered = 50 * SECOND,
    .also = stage_streaming, .verdicts = { K, K, K } },
  { VB_HTTP_STANDING_ANSWERED, .came = LONG_AGO, .answered = VB_HTTP_GRACE - 1,
    .verdicts = { K, D, K }, .goes = 1 },
  { VB_HTTP_STANDING_DEAF_STRANGER, .came = LONG_AGO - 1, .answered = VB_HTTP_GRACE,
    .verdicts = { E, E, E }, .goes = 1 },
  { VB_HTTP_STANDING_UNREAD, .came = LONG_AGO - 2, .also = stage_unread, .verdicts = { K, D, K },
    .goes = 2 },
  { VB_HTTP_STANDING_NEW_SILENT, .came = VB_HTTP_GRACE - 1, .verdicts = { K, D, K }, .goes = 1 },
  { VB_HTTP_STANDING_SILENT, .came = VB_HTTP_GRACE, .verdicts = { E, E, E }, .goes = 1 },
  { VB_HTTP_STANDING_NEW_SENDING, .came = VB_HTTP_GRACE - 1, .begun = 1, .verdicts = { K, D, K },
    .goes = 2 },
  { VB_HTTP_STANDING_SENDING, .came = VB_HTTP_GRACE, .begun = 2, .verdicts = { K, E, E },
    .goes = 2 },
  { VB_HTTP_STANDING_SENDING, .came = LONG_AGO, .begun = VB_HTTP_DAWDLE - 1,
    .verdicts = { K, E, E }, .goes = 2 },
  { VB_HTTP_STANDING_DAWDLING, .came = VB_HTTP_DAWDLE, .begun = VB_HTTP_DAWDLE,
    .verdicts = { E, E, E }, .goes = 2 },
  { VB_HTTP_STANDING_POSTER_ANSWERED, .came = LONG_AGO, .posted = 61 * SECOND,
    .answered = VB_HTTP_ESTABLISHED - 1, .verdicts = { K, K, E }, .goes = 3 },
  { VB_HTTP_STANDING_DEAF_POSTER, .came = LONG_AGO, .posted = 50 * SECOND,
    .answered = VB_HTTP_ESTABLISHED, .verdicts = { E, E, E }, .goes = 3 },
  { VB_HTTP_STANDING_POSTER_SENDING, .came = LONG_AGO, .posted = 70 * SECOND,
    .also = stage_unread, .verdicts = { K, K, E }, .goes = 3 },
  { VB_HTTP_STANDING_POSTER_SENDING, .came = LONG_AGO, .posted = 80 * SECOND, .begun = 9 * SECOND,
    .verdicts = { K, K, E }, .goes = 3 },
  { VB_HTTP_STANDING_POSTER_IDLE, .came = LONG_AGO, .posted = VB_HTTP_ESTABLISHED - 1,
    .verdicts = { K, K, E }, .goes = 3 },
  { VB_HTTP_STANDING_POSTER_IDLE, .came = LONG_AGO, .posted = 60 * SECOND - 1,
    .earlier = 90 * SECOND - 1, .verdicts = { K, K, E }, .goes = 3 },
  { VB_HTTP_STANDING_POSTER_LAPSED, .came = LONG_AGO, .posted = VB_HTTP_ESTABLISHED,
    .verdicts = { E, E, E }, .goes = 3 },
  { VB_HTTP_STANDING_POSTER_LAPSED, .came = LONG_AGO, .posted = VB_HTTP_ESTABLISHED + 1,
    .earlier = VB_HTTP_ESTABLISHED + 2, .verdicts = { E, E, E }, .goes = 3 },
  { VB_HTTP_STANDING_POSTER_LAPSED, .came = LONG_AGO, .posted = 60 * SECOND,
    .earlier = 90 * SECOND, .verdicts = { E, E, E }, .goes = 3 },
};
/* clang-format on */

/* Lets @peer, which came at its time, stand as @row says. */
static void
stage (Peer *peer, const Row *row)
{
  if (row->earlier != 0)
    serve (peer, NOW - row->earlier);
  if (row->posted != 0)
    serve (peer, NOW - row->posted);
  if (row->begun != 0)
    begin (peer, NOW - row->begun);
  if (row->answered != 0) {
    begin (peer, NOW - row->answered);
    vb_http_client_complete (peer->client, 0, FALSE, NOW - row->answered);
  }
  if (row->also != NULL)
    row->also (peer);
  g_assert_cmpint (vb_http_client_standing (peer->client, TRUE, NOW), ==, row->standing);
}

static void
assert_verdict (const Peer *peer, const Row *row, VbHttpKnock knock)
{
  const VbHttpVerdict verdict = row->verdicts[knock];

  g_test_message ("row %u, knock %u", (guint)(row - rows), knock);
  g_assert_cmpint (vb_http_clients_claim (row->standing)->verdicts[knock], ==, verdict);
  if (row->standing != VB_HTTP_STANDING_CUT)
    g_assert_cmpint (is_ended (peer), ==, verdict == VB_HTTP_ENDED);
}

/* The place of a client is wanted: it has the only one, and another waits since the same time. */
static void
assert_place_wanted (const Row *row, VbHttpKnock knock)
{
  Fixture fixture = { 0 };
  Peer *peer, *other;
  gboolean gone;

  set_up_for (&fixture, 1);
  peer = come (&fixture, NOW - row->came);
  other = come (&fixture, NOW - row->came);
  g_assert_true (peer->client->has_place);
  g_assert_false (other->client->has_place);
  stage (peer, row);

  if (knock == VB_HTTP_KNOCK_NEWCOMER)
    other = come (&fixture, NOW);
  else
    vb_http_clients_has_place (fixture.clients, other->client, NOW);
  gone = row->verdicts[knock] != VB_HTTP_KEPT;
  g_assert_cmpint (other->client->has_place, ==, gone);
  g_assert_cmpint (peer->client->has_place, ==, !gone);
  assert_verdict (peer, row, knock);

  tear_down (&fixture, NULL);
}

/* It waits without a place, as more do than are heard out. */
static void
assert_in_crowd (const Row *row)
{
  Fixture fixture = { 0 };
  Peer *poster, *peer;

  set_up_for (&fixture, 1);
  poster = come (&fixture, NOW - row->came);
  peer = come (&fixture, NOW - row->came);
  stage (peer, row);
  serve (poster, NOW - 1);
  for (guint i = 0; i <= VB_HTTP_WITHOUT_PLACE; i++)
    come (&fixture, NOW);
  g_assert_false (peer->client->has_place);

  vb_http_clients_watch (fixture.clients, NOW);
  if (row->standing == VB_HTTP_STANDING_UNREAD) /* noticed by now */
    g_assert_cmpint (vb_http_clients_claim (row->standing)->verdicts[VB_HTTP_KNOCK_CROWD], ==, K);
  else
    assert_verdict (peer, row, VB_HTTP_KNOCK_CROWD);
  g_assert_false (is_ended (poster));

  tear_down (&fixture, NULL);
}

/* Every cell of the table, by what becomes of a client that stands so. */
static void
test_table (void)
{
  gboolean seen[VB_HTTP_N_STANDINGS] = { FALSE };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    seen[rows[i].standing] = TRUE;
    assert_place_wanted (&rows[i], VB_HTTP_KNOCK_NEWCOMER);
    assert_place_wanted (&rows[i], VB_HTTP_KNOCK_REQUEST);
    assert_in_crowd (&rows[i]);
  }
  for (guint i = 0; i < VB_HTTP_N_STANDINGS; i++)
    g_assert_true (seen[i]);
}

/* Whether @a goes before @b where both make room. */
static gboolean
goes_first (const Row *a, const Row *b)
{
  if (a->goes != b->goes)
    return a->goes < b->goes;

  return a->posted != b->posted ? a->posted > b->posted : a->came > b->came;
}

static void
assert_order (const Row *a, const Row *b, VbHttpKnock knock)
{
  Fixture fixture = { 0 };
  Peer *peer_a, *peer_b, *other;
  const gboolean a_first = goes_first (a, b);

  set_up_for (&fixture, 2);
  peer_a = come (&fixture, NOW - a->came);
  peer_b = come (&fixture, NOW - b->came);
  other = come (&fixture, NOW - MAX (a->came, b->came));
  stage (peer_a, a);
  stage (peer_b, b);

  g_test_message ("rows %u and %u, knock %u", (guint)(a - rows), (guint)(b - rows), knock);
  if (knock == VB_HTTP_KNOCK_NEWCOMER)
    other = come (&fixture, NOW);
  else
    vb_http_clients_has_place (fixture.clients, other->client, NOW);
  g_assert_true (other->client->has_place);
  g_assert_cmpint (peer_a->client->has_place, ==, !a_first);
  g_assert_cmpint (peer_b->client->has_place, ==, a_first);

  tear_down (&fixture, NULL);
}

/* Of two that make room, the one with less of a claim does. */
static void
test_order (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_assert_cmpuint (vb_http_clients_claim (rows[i].standing)->rank, ==, rows[i].goes);
    for (guint j = 0; j < G_N_ELEMENTS (rows); j++)
      for (guint knock = 0; knock < VB_HTTP_KNOCK_CROWD; knock++)
        if (i != j && rows[i].verdicts[knock] != K && rows[j].verdicts[knock] != K)
          assert_order (&rows[i], &rows[j], (VbHttpKnock)knock);
  }
}

/* Who posts twice a minute is as established as who posts each second. */
static void
test_established_at_its_own_pace (Fixture *fixture, gconstpointer unused)
{
  Peer *poster = come (fixture, 100 * SECOND), *hasty = come (fixture, 100 * SECOND), *late;

  serve (poster, 100 * SECOND);
  serve (poster, 130 * SECOND);
  serve (hasty, 140 * SECOND);

  g_assert_false (come (fixture, 154 * SECOND)->client->has_place);
  late = come (fixture, 156 * SECOND);
  g_assert_true (late->client->has_place);
  g_assert_true (is_ended (hasty));
  serve (late, 188 * SECOND);
  g_assert_false (come (fixture, 189 * SECOND)->client->has_place);
  g_assert_false (is_ended (poster));
  g_assert_true (come (fixture, 191 * SECOND)->client->has_place);
  g_assert_true (is_ended (poster));
}

/* Who never posted and does not come to the end of a request goes before who has. */
static void
test_dawdling (Fixture *fixture, gconstpointer unused)
{
  Peer *poster = come (fixture, 100 * SECOND), *slow = come (fixture, 100 * SECOND);

  serve (poster, 100 * SECOND);
  begin (slow, 101 * SECOND);
  begin (poster, 101 * SECOND);
  g_assert_false (come (fixture, 102 * SECOND)->client->has_place);
  g_assert_true (come (fixture, 103 * SECOND)->client->has_place);
  g_assert_true (is_ended (slow));

  /* The one who posted is in the middle of a request: he has its time for it. */
  begin (come (fixture, 104 * SECOND), 104 * SECOND);
  g_assert_false (come (fixture, 105 * SECOND)->client->has_place);
  g_assert_false (is_ended (poster));
}

/* A source with a connection for each record does not wait for those who drip, nor for their bytes
   that nobody has looked at yet. */
static void
test_headers_before_drips (Fixture *fixture, gconstpointer unused)
{
  Peer *poster = come (fixture, 100 * SECOND), *drip = come (fixture, 100 * SECOND), *source;

  serve (poster, 100 * SECOND);
  begin (drip, 101 * SECOND);
  source = come (fixture, 102 * SECOND);
  g_assert_false (source->client->has_place);
  begin (source, 102 * SECOND);
  g_assert_true (vb_http_clients_has_place (fixture->clients, source->client, 102 * SECOND));
  g_assert_true (is_ended (drip));

  vb_http_client_complete (source->client, 0, TRUE, 102 * SECOND);
  drip = come (fixture, 102 * SECOND);
  begin (drip, 102 * SECOND);
  g_assert_false (vb_http_clients_has_place (fixture->clients, drip->client, 102 * SECOND));
  g_assert_false (is_ended (source));
  g_assert_false (is_ended (poster));
}

static void
test_unread_is_not_ended (Fixture *fixture, gconstpointer unused)
{
  Peer *unread = come (fixture, 100 * SECOND), *source;

  serve (come (fixture, 100 * SECOND), 101 * SECOND);
  g_assert_cmpint (send (unread->fd, "GET ", 4, 0), ==, 4);
  while (!vb_http_client_has_begun (unread->client))
    g_thread_yield ();
  source = come (fixture, 103 * SECOND);
  begin (source, 103 * SECOND);
  g_assert_true (vb_http_clients_has_place (fixture->clients, source->client, 103 * SECOND));
  g_assert_false (is_ended (unread));
}

/* Who says nothing is ended before who does, were it that he came later. */
static void
test_silent_waits_less (Fixture *fixture, gconstpointer unused)
{
  Peer *waiting[VB_HTTP_WITHOUT_PLACE + 1];

  for (guint i = 0; i < LIMIT; i++)
    serve (come (fixture, 100 * SECOND), 100 * SECOND);
  for (guint i = 0; i < VB_HTTP_WITHOUT_PLACE; i++) {
    waiting[i] = come (fixture, 101 * SECOND + i);
    if (i != 5)
      begin (waiting[i], 102 * SECOND);
  }
  waiting[VB_HTTP_WITHOUT_PLACE] = come (fixture, 103 * SECOND);
  vb_http_clients_watch (fixture->clients, 103 * SECOND);
  for (guint i = 0; i < G_N_ELEMENTS (waiting); i++)
    g_assert_cmpint (is_ended (waiting[i]), ==, i == 5);
}

/* A source that has only just come may not have said anything yet, however many come after it. */
static void
test_grace (Fixture *fixture, gconstpointer unused)
{
  Peer *source = come (fixture, 100 * SECOND), *other = come (fixture, 100 * SECOND);
  Peer *waiting[VB_HTTP_WITHOUT_PLACE + 2];

  for (guint i = 0; i < G_N_ELEMENTS (waiting); i++)
    waiting[i] = come (fixture, 100 * SECOND + 1 + i);
  g_assert_true (source->client->has_place);

  /* Whole headers take the place of who is silent, and nothing else of him. */
  begin (waiting[3], 100 * SECOND + 20);
  g_assert_true (
      vb_http_clients_has_place (fixture->clients, waiting[3]->client, 100 * SECOND + 20));
  vb_http_client_complete (waiting[3]->client, 0, FALSE, 100 * SECOND + 20);
  g_assert_false (source->client->has_place);
  vb_http_clients_watch (fixture->clients, 100 * SECOND + VB_HTTP_GRACE - 1);
  g_assert_false (is_ended (source));
  for (guint i = 0; i < G_N_ELEMENTS (waiting); i++)
    g_assert_false (is_ended (waiting[i]));

  begin (source, 100 * SECOND + VB_HTTP_GRACE - 1);
  g_assert_true (vb_http_clients_has_place (fixture->clients, source->client,
                                            100 * SECOND + VB_HTTP_GRACE - 1));
  g_assert_false (is_ended (other));

  vb_http_clients_watch (fixture->clients, 100 * SECOND + VB_HTTP_GRACE);
  g_assert_true (is_ended (other));
  g_assert_false (is_ended (waiting[0]));
  vb_http_clients_watch (fixture->clients, 100 * SECOND + VB_HTTP_GRACE + 1);
  g_assert_true (is_ended (waiting[0]));
  g_assert_false (is_ended (waiting[1]));
  g_assert_false (is_ended (source));
}

/* Whose place was taken in the midst of his request gets another one when it is complete, and is a
   source like any other then. */
static void
test_taken_before_the_body (Fixture *fixture, gconstpointer unused)
{
  const gint64 now = 100 * SECOND;
  Peer *source = come (fixture, now), *second = come (fixture, now), *third = come (fixture, now);

  begin (source, now);
  g_assert_true (vb_http_clients_has_place (fixture->clients, source->client, now));

  /* Who is silent goes before who is not. */
  begin (third, now);
  g_assert_true (vb_http_clients_has_place (fixture->clients, third->client, now));
  g_assert_false (second->client->has_place);
  begin (second, now);
  g_assert_true (vb_http_clients_has_place (fixture->clients, second->client, now));
  g_assert_cmpint (source->client->has_place + third->client->has_place, ==, 1);

  g_assert_true (vb_http_clients_has_place (fixture->clients, source->client, now));
  vb_http_client_complete (source->client, 0, TRUE, now);
  vb_http_client_end (source->client);
  for (guint i = 0; i <= VB_HTTP_WITHOUT_PLACE; i++)
    come (fixture, now);
  vb_http_clients_watch (fixture->clients, 102 * SECOND);
  g_assert_false (is_ended (source));
}

/* What libmicrohttpd has read of one that was cut gives him no place again. */
static void
test_cut_takes_no_place (Fixture *fixture, gconstpointer unused)
{
  Peer *poster = come (fixture, 100 * SECOND), *drip = come (fixture, 100 * SECOND);

  serve (poster, 100 * SECOND);
  begin (drip, 101 * SECOND);
  come (fixture, 104 * SECOND);
  g_assert_true (is_ended (drip));
  g_assert_false (vb_http_clients_has_place (fixture->clients, drip->client, 104 * SECOND));
}

/* Nor does somebody new keep those from being ended who drip. */
static void
test_drips_among_new (Fixture *fixture, gconstpointer unused)
{
  Peer *waiting[VB_HTTP_WITHOUT_PLACE + 1];

  for (guint i = 0; i < LIMIT; i++)
    serve (come (fixture, 100 * SECOND), 100 * SECOND);
  for (guint i = 0; i < G_N_ELEMENTS (waiting); i++) {
    waiting[i] = come (fixture, 101 * SECOND + i);
    begin (waiting[i], 101 * SECOND + i);
  }
  vb_http_clients_watch (fixture->clients, 101 * SECOND + VB_HTTP_GRACE - 1);
  g_assert_false (is_ended (waiting[0]));
  come (fixture, 102 * SECOND);
  vb_http_clients_watch (fixture->clients, 102 * SECOND);
  for (guint i = 0; i < G_N_ELEMENTS (waiting); i++)
    g_assert_cmpint (is_ended (waiting[i]), ==, i < 2);
}

static void
reset (Peer *peer)
{
  GPollFD hung_up = { .fd = peer->accepted };
  const struct linger none = { .l_onoff = 1 };

  setsockopt (peer->fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
  close (peer->fd);
  peer->fd = -1;
  g_assert_cmpint (g_poll (&hung_up, 1, -1), ==, 1);
}

/* Who has left without a word holds no place, though libmicrohttpd has not looked at him yet. */
static void
test_left (Fixture *fixture, gconstpointer unused)
{
  char byte;

  for (guint i = 0; i < LIMIT; i++) {
    Peer *peer = come (fixture, 100 * SECOND);

    shutdown (peer->fd, SHUT_WR);
    g_assert_cmpint (recv (peer->accepted, &byte, 1, MSG_PEEK), ==, 0);
    if (i > 0)
      reset (peer);
  }
  for (guint i = 0; i < LIMIT; i++) {
    Peer *source = come (fixture, 100 * SECOND);

    begin (source, 100 * SECOND);
    g_assert_true (vb_http_clients_has_place (fixture->clients, source->client, 100 * SECOND));
    vb_http_client_complete (source->client, 0, FALSE, 100 * SECOND);
  }
}

/* Nor does he whose time is over. */
static void
test_late (Fixture *fixture, gconstpointer unused)
{
  Peer *poster = come (fixture, 100 * SECOND), *late = come (fixture, 100 * SECOND);

  serve (poster, 100 * SECOND);
  serve (late, 100 * SECOND);
  begin (late, 101 * SECOND);
  vb_http_clients_watch (fixture->clients, 111 * SECOND);
  g_assert_true (is_ended (late));
  g_assert_true (come (fixture, 111 * SECOND)->client->has_place);
}

/* Of those that wait to be told that there is no place, only so many are heard out. */
static void
test_waiting (Fixture *fixture, gconstpointer unused)
{
  Peer *waiting[VB_HTTP_WITHOUT_PLACE + 2], *reader;

  /* An event reader's place is free for others; his answer does not end. */
  reader = come (fixture, 90 * SECOND);
  begin (reader, 90 * SECOND);
  vb_http_client_complete (reader->client, 0, FALSE, 90 * SECOND);
  vb_http_clients_set_streaming (fixture->clients, reader->client);

  for (guint i = 0; i < LIMIT; i++) {
    Peer *peer = come (fixture, 100 * SECOND);

    begin (peer, 100 * SECOND);
    vb_http_client_complete (peer->client, 0, TRUE, 100 * SECOND);
  }

  for (guint i = 0; i < G_N_ELEMENTS (waiting); i++) {
    waiting[i] = come (fixture, (101 + i) * SECOND);
    vb_http_clients_watch (fixture->clients, (101 + i) * SECOND);
  }
  for (guint i = 0; i < G_N_ELEMENTS (waiting); i++) {
    g_assert_false (waiting[i]->client->has_place);
    g_assert_cmpint (is_ended (waiting[i]), ==, i < 2);
  }
  g_assert_false (is_ended (reader));
}

/* Who only reads, or asks without a token again and again, is no source: he goes before any of
   them. */
static void
test_turned_away (Fixture *fixture, gconstpointer unused)
{
  Peer *poster = come (fixture, 100 * SECOND), *stranger = come (fixture, 100 * SECOND);

  serve (poster, 101 * SECOND);
  answer (stranger, FALSE, 102 * SECOND);
  g_assert_true (come (fixture, 102 * SECOND)->client->has_place);
  g_assert_true (is_ended (stranger));
  g_assert_false (is_ended (poster));
}

/* Who leaves his answer unread keeps a place from others only so long. */
static void
test_unread_answer (Fixture *fixture, gconstpointer unused)
{
  Peer *deaf[LIMIT];

  for (guint i = 0; i < LIMIT; i++) {
    deaf[i] = come (fixture, 100 * SECOND);
    serve (deaf[i], (101 + i) * SECOND);
    begin (deaf[i], 110 * SECOND);
    vb_http_client_complete (deaf[i]->client, 0, FALSE, 110 * SECOND);
  }

  g_assert_false (come (fixture, 124 * SECOND)->client->has_place);
  g_assert_true (come (fixture, 125 * SECOND)->client->has_place);
  g_assert_true (is_ended (deaf[0]));
  g_assert_false (is_ended (deaf[1]));
}

/* Who never brought a record keeps nobody out with it, and is not heard of for ever without a place. */
static void
test_unread_answers_of_strangers (Fixture *fixture, gconstpointer unused)
{
  Peer *deaf[2 * VB_HTTP_WITHOUT_PLACE], *source;
  guint n_ended = 0;

  for (guint i = 0; i < G_N_ELEMENTS (deaf); i++) {
    deaf[i] = come (fixture, 100 * SECOND + i);
    begin (deaf[i], 100 * SECOND + i);
    g_assert_true (vb_http_clients_has_place (fixture->clients, deaf[i]->client, 100 * SECOND + i));
    vb_http_client_complete (deaf[i]->client, 0, FALSE, 100 * SECOND + i);
  }

  source = come (fixture, 100 * SECOND + 50);
  begin (source, 100 * SECOND + 50);
  g_assert_true (vb_http_clients_has_place (fixture->clients, source->client, 100 * SECOND + 50));
  vb_http_clients_watch (fixture->clients, 100 * SECOND + 50);
  for (guint i = 0; i < G_N_ELEMENTS (deaf); i++)
    g_assert_false (is_ended (deaf[i]));

  vb_http_clients_watch (fixture->clients, 100 * SECOND + 50 + VB_HTTP_GRACE);
  for (guint i = 0; i < G_N_ELEMENTS (deaf); i++)
    n_ended += is_ended (deaf[i]);
  g_assert_cmpuint (n_ended, ==, G_N_ELEMENTS (deaf) - LIMIT + 1 - VB_HTTP_WITHOUT_PLACE);
  g_assert_false (is_ended (source));
}

#if defined __GLIBC__ && !defined __SANITIZE_ADDRESS__

#define CHUNK (32 * 1024)
#define N_CHUNKS 256

static gsize
resident (void)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) pages = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  pages = g_strsplit (text, " ", -1);

  return g_ascii_strtoull (pages[1], NULL, 10) * (gsize)sysconf (_SC_PAGESIZE);
}

/* What is freed stays with the C library while something above it is in use, until the crowd that
   needed it is over. */
static void
test_memory_after_a_crowd (Fixture *fixture, gconstpointer unused)
{
  char *chunks[N_CHUNKS], *last; /* it lies above them */
  gsize most;

  for (guint i = 0; i < N_CHUNKS; i++) {
    chunks[i] = g_malloc (CHUNK);
    memset (chunks[i], 1, CHUNK);
  }
  last = g_malloc (CHUNK);
  for (guint i = 0; i < LIMIT; i++)
    come (fixture, 100 * SECOND);
  for (guint i = 0; i < N_CHUNKS; i++)
    g_free (chunks[i]);
  most = resident ();

  vb_http_clients_watch (fixture->clients, 100 * SECOND + VB_HTTP_CROWD_OVER);
  g_assert_cmpuint (resident (), >, most - N_CHUNKS * CHUNK / 2); /* nobody found no place */

  come (fixture, 110 * SECOND);
  come (fixture, 111 * SECOND);
  vb_http_clients_watch (fixture->clients, 111 * SECOND + VB_HTTP_CROWD_OVER - 1);
  g_assert_cmpuint (resident (), >, most - N_CHUNKS * CHUNK / 2); /* it is not over */

  vb_http_clients_watch (fixture->clients, 111 * SECOND + VB_HTTP_CROWD_OVER);
  g_assert_cmpuint (resident (), <, most - N_CHUNKS * CHUNK / 2);
  g_free (last);
}

#endif

#define ADD(name, test) g_test_add ("/http-clients/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http-clients/table", test_table);
  g_test_add_func ("/http-clients/order", test_order);
  ADD ("established-at-its-own-pace", test_established_at_its_own_pace);
  ADD ("dawdling", test_dawdling);
  ADD ("headers-before-drips", test_headers_before_drips);
  ADD ("unread-is-not-ended", test_unread_is_not_ended);
  ADD ("silent-waits-less", test_silent_waits_less);
  ADD ("grace", test_grace);
  ADD ("taken-before-the-body", test_taken_before_the_body);
  ADD ("cut-takes-no-place", test_cut_takes_no_place);
  ADD ("drips-among-new", test_drips_among_new);
  ADD ("left", test_left);
  ADD ("late", test_late);
  ADD ("turned-away", test_turned_away);
  ADD ("unread-answer", test_unread_answer);
  ADD ("unread-answers-of-strangers", test_unread_answers_of_strangers);
  ADD ("waiting", test_waiting);
#if defined __GLIBC__ && !defined __SANITIZE_ADDRESS__
  ADD ("memory-after-a-crowd", test_memory_after_a_crowd);
#endif

  return g_test_run ();
}
