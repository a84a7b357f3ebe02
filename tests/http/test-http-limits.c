#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <microhttpd.h>

#include "base/clock.h"
#include "http-client.h"
#include "http/client.h"
#include "http/mhd-source.h"

#define GET "GET /thing HTTP/1.1\r\n" HOST "\r\n"
#define GET_LAST "GET /thing HTTP/1.1\r\n" HOST END
#define POST "POST /thing HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n{}"

/* Longer than the limit of a request in set_up_tight() (ms). */
#define PAUSE 1500

#define LIMIT 4

/* More than libmicrohttpd accepts. */
#define FULL (LIMIT + VB_HTTP_HEAD_ROOM + 4)

/* Limits that a test can reach. The idle limit is longer than anybody waits: it is not what ends a
   connection. */
static void
set_up_tight (Fixture *fixture, gconstpointer user_data)
{
  const VbHttpConfig config
      = { .connection_limit = LIMIT, .idle_seconds = PATIENCE / 1000 * 2, .request_seconds = 1 };

  fixture->standstill = vb_standstill_new (G_USEC_PER_SEC / 2, vb_clock_now);
  start (fixture, &config);
}

/* The same the other way round. */
static void
set_up_tight_idle (Fixture *fixture, gconstpointer user_data)
{
  const VbHttpConfig config
      = { .connection_limit = LIMIT, .idle_seconds = 1, .request_seconds = PATIENCE / 1000 * 2 };

  start (fixture, &config);
}

/* libmicrohttpd watches clients edge-triggered: what it has read already shows in its time-out
   alone. */
static void
test_pipelined (Fixture *fixture, gconstpointer user_data)
{
  const int fd = knock (fixture);
  g_autofree char *answers = NULL;

  say (fd, GET GET POST);
  answers = hear (fd, "]", 3);
  close (fd);

  g_assert_cmpuint (fixture->requests, ==, 3);
}

static void
test_long_body (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *head;
    gsize length;
    const char *status;
  } rows[] = {
    { "POST /thing HTTP/1.1\r\n" HOST "Content-Length: 16384\r\n" END, 16384, "200" },
    { "POST /thing HTTP/1.1\r\n" HOST "Content-Length: 16385\r\n" END, 16385, "413" },
    { "POST /thing HTTP/1.1\r\n" HOST "Content-Length: 20480\r\n" END, 20480, "413" },
    { "POST /thing HTTP/1.1\r\n" HOST "Content-Length: 900000\r\n" END, 900000, "413" },
    { "POST /thing HTTP/1.1\r\n" HOST "Content-Length: 2000000\r\n" END, 0, "413" },
    { "GET /thing HTTP/1.1\r\n" HOST "Content-Length: 20480\r\n" END, 20480, "200" },
    { "POST /other HTTP/1.1\r\n" HOST "Content-Length: 20480\r\n" END, 20480, "404" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *body = g_strnfill (rows[i].length, 'x');
    g_autofree char *request = g_strconcat (rows[i].head, body, NULL);

    assert_answer (fixture, request, rows[i].status);
  }
  g_assert_cmpuint (fixture->requests, ==, 2);
  g_assert_cmpuint (fixture->received, ==, 16384);
}

static void
test_long_chunks (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    gsize chunk;
    guint chunks;
    const char *status;
  } rows[] = {
    { 4096, 4, "200" },
    { 4096, 5, "413" },
    { 20480, 1, "413" },
    { 65536, 15, "413" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *data = g_strnfill (rows[i].chunk, 'x');
    g_autoptr (GString) request
        = g_string_new ("POST /thing HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n" END);

    for (guint chunk = 0; chunk < rows[i].chunks; chunk++)
      g_string_append_printf (request, "%zx\r\n%s\r\n", rows[i].chunk, data);
    g_string_append (request, "0\r\n\r\n");
    assert_answer (fixture, request->str, rows[i].status);
  }
  g_assert_cmpuint (fixture->received, ==, 16384);
}

static void
test_long_header (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    gsize length;
    const char *status;
    gboolean ours;
  } rows[] = {
    { 9 * 1024, "200", TRUE },  { 16000, "200", TRUE },      { 16500, "431", TRUE },
    { 20 * 1024, "431", TRUE }, { 40 * 1024, "431", FALSE }, /* libmicrohttpd's own */
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *value = g_strnfill (rows[i].length, 'x');
    g_autofree char *request = g_strdup_printf (
        "POST /thing HTTP/1.1\r\n" HOST "Content-Length: 2\r\nX-Long: %s\r\n" END "{}", value);
    g_autofree char *answer = ask (fixture, request);

    assert_status (answer, rows[i].status);
    g_assert_cmpint (strstr (answer, "json\r\n") != NULL, ==, rows[i].ours);
  }
}

static enum MHD_Result
answer_empty (void *user_data,
              struct MHD_Connection *connection,
              const char *url,
              const char *method,
              const char *version,
              const char *upload,
              size_t *upload_size,
              void **context)
{
  struct MHD_Response *response = MHD_create_response_from_buffer (2, "[]", MHD_RESPMEM_PERSISTENT);
  const enum MHD_Result result = MHD_queue_response (connection, 200, response);

  MHD_destroy_response (response);

  return result;
}

/* A full libmicrohttpd listens again only in a run after the one in which a client has left. */
static void
test_limit_of_one (void)
{
  struct MHD_Daemon *daemon = MHD_start_daemon (MHD_USE_EPOLL, 0, NULL, NULL, answer_empty, NULL,
                                                MHD_OPTION_CONNECTION_LIMIT, 1U,
                                                MHD_OPTION_CONNECTION_TIMEOUT, 1U, MHD_OPTION_END);
  GSource *source = vb_mhd_source_new (daemon, NULL, NULL, NULL);
  const Fixture fixture = { .port = MHD_get_daemon_info (daemon, MHD_DAEMON_INFO_BIND_PORT)->port };
  int idle, leaving;

  g_source_attach (source, NULL);

  assert_answer (&fixture, GET, "200");
  assert_answer (&fixture, GET_LAST, "200");
  leaving = knock (&fixture);
  assert_kept_answer (leaving, GET, "200");
  close (leaving);
  assert_answer (&fixture, GET, "200");
  idle = knock (&fixture);
  say (idle, "GET /thi");
  assert_answer (&fixture, GET, "200");
  close (idle);

  g_source_destroy (source);
  g_source_unref (source);
  MHD_stop_daemon (daemon);
}

/* A server that was full must accept again when the slow clients are gone, however they go. */
static void
assert_accepts_after (Fixture *fixture, const char *said)
{
  int slow[FULL];

  for (guint i = 0; i < G_N_ELEMENTS (slow); i++) {
    slow[i] = knock (fixture);
    say (slow[i], said);
  }
  for (guint i = 0; i < G_N_ELEMENTS (slow); i++) {
    g_autofree char *answer = hear_all (slow[i]);

    g_assert_cmpstr (answer, ==, "");
    close (slow[i]);
  }
  assert_answer (fixture, GET_LAST, "200");
}

static void
test_full_of_slow_clients (Fixture *fixture, gconstpointer user_data)
{
  assert_accepts_after (fixture, "GET /thi");
  assert_accepts_after (fixture, "GET /thi");
}

static void
test_full_of_idle_clients (Fixture *fixture, gconstpointer user_data)
{
  assert_accepts_after (fixture, "");
  assert_accepts_after (fixture, "GET /thi");
}

static void
test_one_more_gets_503 (Fixture *fixture, gconstpointer user_data)
{
  int kept[LIMIT], waiting;
  g_autofree char *answer = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (kept); i++) {
    kept[i] = knock (fixture);
    assert_kept_answer (kept[i], POST, "200");
  }

  answer = ask (fixture, GET);
  assert_status (answer, "503");
  assert_contains (answer, "Retry-After: 1\r\n");
  assert_contains (answer, "Content-Type: application/problem+json\r\n");

  /* Those that are there are served on. */
  assert_kept_answer (kept[0], POST, "200");

  /* A place that becomes free is for whoever asks next, also if he came before it was free. */
  waiting = knock (fixture);
  serve_for (100);
  close (kept[0]);
  serve_for (100);
  assert_kept_answer (waiting, POST, "200");
  assert_answer (fixture, GET, "503");

  close (waiting);
  for (guint i = 1; i < G_N_ELEMENTS (kept); i++)
    close (kept[i]);
}

/* Who has said nothing yet makes room for who comes, the oldest first. */
static void
test_idle_makes_room (Fixture *fixture, gconstpointer user_data)
{
  int idle[6];

  for (guint i = 0; i < G_N_ELEMENTS (idle); i++) {
    idle[i] = knock (fixture);
    serve_for (VB_HTTP_GRACE / G_TIME_SPAN_MILLISECOND / LIMIT
               + 10); /* not new any more when it goes */
  }
  for (guint i = 0; i < 2; i++) {
    g_autofree char *answer = hear_all (idle[i]);

    g_assert_cmpstr (answer, ==, "");
  }
  assert_answer (fixture, GET_LAST, "200");
  for (guint i = 3; i < G_N_ELEMENTS (idle); i++)
    assert_kept_answer (idle[i], GET, "200");

  for (guint i = 0; i < G_N_ELEMENTS (idle); i++)
    close (idle[i]);
}

/* However many come, who is being served stays, and so does who has begun. */
static void
test_poster_stays (Fixture *fixture, gconstpointer user_data)
{
  const int poster = knock (fixture), slow = knock (fixture);
  g_autofree char *answer = NULL;

  assert_kept_answer (poster, POST, "200");
  say (slow, "POST /thing HTTP/1.1\r\n" HOST "Content-Length: 2\r\n");
  for (guint i = 0; i < 40; i++) {
    const int other = knock (fixture);

    serve_for (5);
    if (i % 10 == 0)
      assert_kept_answer (poster, POST, "200");
    if (i % 2 == 0)
      close (other);
  }
  say (slow, "\r\n{}");
  answer = hear (slow, "]", 1);
  assert_status (answer, "200");
  close (poster);
  close (slow);
}

/* Whose place was taken before his body came is served only if he gets another one. */
static void
test_place_for_the_body (Fixture *fixture, gconstpointer user_data)
{
  static const char *const head = "POST /thing HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n";
  int displaced[LIMIT], kept[LIMIT];

  for (guint i = 0; i < LIMIT; i++) {
    displaced[i] = knock (fixture);
    say (displaced[i], head);
  }
  serve_for (5);
  for (guint i = 0; i < LIMIT; i++) {
    kept[i] = knock (fixture);
    assert_kept_answer (kept[i], POST, "200");
  }
  for (guint i = 0; i < LIMIT; i++) {
    g_autofree char *answer = NULL;

    /* 503, or where all this took long the end: nothing or 408. */
    send (displaced[i], "{}", 2, MSG_NOSIGNAL);
    answer = hear_all (displaced[i]);
    g_assert_null (strstr (answer, "HTTP/1.1 200"));
    close (displaced[i]);
  }
  for (guint i = 0; i < LIMIT; i++)
    close (kept[i]);
}

/* Sends @text byte by byte, each well within the idle limit, until the server ends it. */
static char *
drip (int fd, const char *text)
{
  gsize i = 0;

  while (text[i] != '\0' && send (fd, text + i, 1, MSG_NOSIGNAL) == 1) {
    i++;
    if (serve_until_readable (fd, 100))
      break;
  }
  if (text[i] == '\0')
    g_error ("%s was heard to its end", text);

  return hear_all (fd);
}

#define LONG_LINE "GET /thing-and-so-on-and-so-on-and-so-on-and-so-on-and-so-on-and-so-on-and-so-on"

static void
assert_drip (int fd, const char *head, const char *dripped, const char *answer)
{
  g_autofree char *heard = NULL;

  say (fd, head);
  heard = drip (fd, dripped);
  g_assert_true (g_str_has_prefix (heard, answer));
  if (*answer == '\0')
    g_assert_cmpstr (heard, ==, "");
  close (fd);
}

static void
test_dripping_is_cut (Fixture *fixture, gconstpointer user_data)
{
  int again;

  assert_drip (knock (fixture), "", LONG_LINE, "");
  assert_drip (knock (fixture), "GET /thing HTTP/1.1\r\n", LONG_LINE, "");
  assert_drip (knock (fixture), "POST /thing HTTP/1.1\r\n" HOST "Content-Length: 100\r\n\r\n",
               LONG_LINE, "HTTP/1.1 408 ");

  /* Also on a connection that has been good before, and behind a complete request. */
  again = knock (fixture);
  assert_kept_answer (again, POST, "200");
  assert_drip (again, "", LONG_LINE, "");
  g_assert_cmpuint (fixture->requests, ==, 1);
}

static void
test_silence_is_cut (Fixture *fixture, gconstpointer user_data)
{
  const char *blank;
  g_autofree char *byte = ask (fixture, "G"), *half = ask (fixture, "GET /thi"),
                  *behind = ask (fixture, GET "GET /thi"),
                  *body
                  = ask (fixture, "POST /thing HTTP/1.1\r\n" HOST "Content-Length: 100\r\n\r\n{");
  g_autofree char *length = NULL;

  g_assert_cmpstr (byte, ==, "");
  g_assert_cmpstr (half, ==, "");
  assert_status (behind, "200");

  assert_status (body, "408");
  blank = strstr (body, "\r\n\r\n");
  length = g_strdup_printf ("Content-Length: %zu\r\n", strlen (blank + 4));
  assert_contains (body, length);
  assert_contains (blank, "\"status\":408");
}

static void
test_unix_socket_is_cut (Fixture *fixture, gconstpointer user_data)
{
  g_autofree char *folder = g_dir_make_tmp ("virtual-battery-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "http", NULL);
  g_autofree char *address = g_strconcat ("unix:", path, NULL);
  g_autoptr (GSocketAddress) native = g_unix_socket_address_new (path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (vb_http_server_listen (fixture->server, address, &error), ==, 0);
  g_assert_no_error (error);
  assert_drip (knock_at (native), "GET /thing HTTP/1.1\r\n", LONG_LINE, "");
  assert_drip (knock_at (native), "POST /thing HTTP/1.1\r\n" HOST "Content-Length: 100\r\n\r\n",
               LONG_LINE, "HTTP/1.1 408 ");

  vb_http_server_free (fixture->server);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  set_up_tight (fixture, NULL);
}

/* A client that posts now and then keeps its connection, also if it counts its bytes wrongly. */
static void
test_idle_is_not_cut (Fixture *fixture, gconstpointer user_data)
{
  const int good = knock (fixture), sloppy = knock (fixture), chunked = knock (fixture);

  for (guint i = 0; i < 2; i++) {
    assert_kept_answer (good, GET, "200");
    assert_kept_answer (good, POST, "200");
    assert_kept_answer (sloppy, POST "\r\n", "200");
    assert_kept_answer (chunked,
                        "POST /thing HTTP/1.1\r\n" HOST
                        "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
                        "200");
    serve_for (PAUSE);
  }
  close (good);
  close (sloppy);
  close (chunked);
}

/* Its request was complete: that the answer takes long is another matter. */
static void
test_slow_reader_is_not_cut (Fixture *fixture, gconstpointer user_data)
{
  const int fd = knock (fixture);
  g_autofree char *buffer = g_malloc (MUCH);
  gsize heard = 0;
  gssize length;

  say (fd, "GET /much HTTP/1.1\r\n" HOST "\r\n" GET_LAST);
  serve_for (PAUSE);
  do {
    g_assert_true (serve_until_readable (fd, PATIENCE));
    length = recv (fd, buffer, MUCH, 0);
    heard += length > 0 ? (gsize)length : 0;
  } while (length > 0);
  close (fd);

  g_assert_cmpuint (heard, >, MUCH);
  g_assert_cmpuint (fixture->requests, ==, 1);
}

/* Who has closed his side is answered, and then his connection is closed: on either kind of socket,
   whether the end comes with the request, which libmicrohttpd does not notice, or after it. */
static void
assert_half_closed (int fd, const char *requests, guint answers, guint pause)
{
  g_autofree char *heard = NULL;
  guint found = 0;

  g_assert_cmpint (send (fd, requests, strlen (requests), MSG_NOSIGNAL), ==, strlen (requests));
  if (pause > 0)
    serve_for (pause);
  g_assert_cmpint (shutdown (fd, SHUT_WR), ==, 0);
  heard = hear_all (fd);
  for (const char *at = strstr (heard, "HTTP/1.1 200 "); at != NULL;
       at = strstr (at + 1, "HTTP/1.1 200 "))
    found++;
  g_assert_cmpuint (found, ==, answers);
  close (fd);
}

static void
test_half_closed (Fixture *fixture, gconstpointer user_data)
{
  g_autofree char *folder = g_dir_make_tmp ("virtual-battery-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "http", NULL);
  g_autofree char *address = g_strconcat ("unix:", path, NULL);
  g_autofree char *body = g_strnfill (16384, 'x');
  g_autofree char *chunk = g_strnfill (8000, 'x');
  g_autofree char *body_post
      = g_strconcat ("POST /thing HTTP/1.1\r\n" HOST "Content-Length: 16384\r\n\r\n", body, NULL);
  g_autofree char *chunks
      = g_strconcat ("POST /thing HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n1f40\r\n",
                     chunk, "\r\n1f40\r\n", chunk, "\r\n0\r\n\r\n", NULL);
  g_autoptr (GSocketAddress) native = g_unix_socket_address_new (path);

  g_assert_cmpint (vb_http_server_listen (fixture->server, address, NULL), ==, 0);
  for (guint pause = 0; pause < 60; pause += 20) {
    assert_half_closed (knock (fixture), GET, 1, pause);
    assert_half_closed (knock (fixture), GET POST GET, 3, pause);
    assert_half_closed (knock (fixture), body_post, 1, pause);
    assert_half_closed (knock (fixture), chunks, 1, pause);
    assert_half_closed (knock (fixture), "GET /thi", 0, pause);
    assert_half_closed (knock (fixture),
                        "POST /thing HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n{", 0, pause);
    assert_half_closed (knock_at (native), body_post, 1, pause);
    assert_half_closed (knock_at (native), chunks, 1, pause);
    assert_half_closed (knock (fixture), "", 0, pause);
    assert_half_closed (knock_at (native), GET POST, 2, pause);
    assert_half_closed (knock_at (native), "", 0, pause);

    /* On a connection that has been there before. */
    for (guint i = 0; i < 2; i++) {
      const int kept = i == 0 ? knock (fixture) : knock_at (native);

      assert_kept_answer (kept, GET, "200");
      assert_half_closed (kept, GET, 1, pause);
    }
  }

  vb_http_server_free (fixture->server);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  set_up (fixture, NULL);
}

/* The loop turns often, as whoever watches for its standing still must see to. */
static gboolean
turn (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static void
stand_still (void)
{
  g_usleep (G_USEC_PER_SEC);
}

/* What waited while the process stood still is told so; what comes afterwards is fresh. */
static void
test_stood_still (Fixture *fixture, gconstpointer user_data)
{
  const guint turns = g_timeout_add (50, turn, NULL);
  const gint64 deadline = g_get_monotonic_time () + PATIENCE * 1000;
  const int whole = knock (fixture), body = knock (fixture);

  /* One of the two has had its headers read before. */
  say (body, "POST /thing HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n");
  serve_for (100);
  g_assert_cmpint (send (whole, GET, strlen (GET), 0), ==, strlen (GET));
  g_assert_cmpint (send (body, "{}", 2, 0), ==, 2);
  stand_still ();

  assert_kept_answer (whole, "", "200");
  g_assert_cmpint (fixture->stood_still, >=, G_USEC_PER_SEC);
  assert_kept_answer (body, "", "200");
  g_assert_cmpint (fixture->stood_still, >=, G_USEC_PER_SEC);

  /* A busy machine may stand still by itself, but not for ever. */
  do {
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    serve_for (100);
    assert_kept_answer (whole, GET, "200");
  } while (fixture->stood_still != 0);

  g_source_remove (turns);
  close (whole);
  close (body);
}

#define ADD(path, set_up_, function) \
  g_test_add ("/http-limits/" path, Fixture, NULL, set_up_, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("pipelined", set_up, test_pipelined);
  ADD ("long-body", set_up, test_long_body);
  ADD ("long-chunks", set_up, test_long_chunks);
  ADD ("long-header", set_up, test_long_header);
  g_test_add_func ("/http-limits/limit-of-one", test_limit_of_one);
  ADD ("full-of-slow-clients", set_up_tight, test_full_of_slow_clients);
  ADD ("full-of-idle-clients", set_up_tight_idle, test_full_of_idle_clients);
  ADD ("one-more-gets-503", set_up_tight, test_one_more_gets_503);
  ADD ("place-for-the-body", set_up_tight, test_place_for_the_body);
  ADD ("idle-makes-room", set_up_tight, test_idle_makes_room);
  ADD ("poster-stays", set_up_tight, test_poster_stays);
  ADD ("dripping-is-cut", set_up_tight, test_dripping_is_cut);
  ADD ("silence-is-cut", set_up_tight, test_silence_is_cut);
  ADD ("unix-socket-is-cut", set_up_tight, test_unix_socket_is_cut);
  ADD ("idle-is-not-cut", set_up_tight, test_idle_is_not_cut);
  ADD ("slow-reader-is-not-cut", set_up_tight, test_slow_reader_is_not_cut);
  ADD ("half-closed", set_up, test_half_closed);
  ADD ("stood-still", set_up_tight, test_stood_still);

  return g_test_run ();
}
