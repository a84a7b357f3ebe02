#include "http/http-server.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* How long a client waits for what must come (s): much more than it takes, also on a busy machine. */
#define PATIENCE 20

typedef struct
{
  VbHttpServer *server;
  guint16 port;
  GString *seen; /* bodies that the handler got */
  guint requests;
  gint64 stood_still;
} Fixture;

static void
answer_body (VbHttpRequest *request, gpointer user_data)
{
  Fixture *fixture = user_data;
  gsize length;
  const char *body = vb_http_request_body (request, &length);
  const char *wildcard = vb_http_request_wildcard (request);
  g_autofree char *answer
      = g_strdup_printf ("[\"%s\",\"%s\",%zu]", vb_http_request_method (request),
                         wildcard != NULL ? wildcard : "", length);

  g_string_append_len (fixture->seen, body, (gssize)length);
  fixture->requests++;
  fixture->stood_still = vb_http_request_stood_still (request);
  vb_http_request_reply (request, 200, "application/json", answer, strlen (answer));
}

static const VbHttpRoute routes[] = {
  { "GET", "/thing", answer_body },        { "POST", "/thing", answer_body },
  { "DELETE", "/thing", answer_body },     { "GET", "/thing/*", answer_body },
  { "POST", "/thing/check", answer_body }, { "POST", "/thing/*/check", answer_body },
};

static void
start (Fixture *fixture, const VbHttpConfig *config)
{
  g_autoptr (GError) error = NULL;
  int port;

  fixture->seen = g_string_new (NULL);
  fixture->server = vb_http_server_new (config);
  vb_http_server_add_routes (fixture->server, routes, G_N_ELEMENTS (routes), fixture);
  port = vb_http_server_listen (fixture->server, "127.0.0.1:0", &error);
  g_assert_no_error (error);
  g_assert_cmpint (port, >, 0);
  fixture->port = (guint16)port;
}

static void
set_up (Fixture *fixture, gconstpointer user_data)
{
  const VbHttpConfig config = VB_HTTP_CONFIG_DEFAULT;

  start (fixture, &config);
}

/* Limits that a test can reach: 4 connections, idle for 2 s, a request complete within 1 s. */
static void
set_up_tight (Fixture *fixture, gconstpointer user_data)
{
  const VbHttpConfig config = { .connection_limit = 4,
                                .idle_seconds = 2,
                                .request_seconds = 1,
                                .stall_limit = G_USEC_PER_SEC / 2 };

  start (fixture, &config);
}

static void
tear_down (Fixture *fixture, gconstpointer user_data)
{
  vb_http_server_free (fixture->server);
  g_string_free (fixture->seen, TRUE);
}

/* Lets the server work until @fd has something to read, has ended, or @seconds are over. */
static gboolean
serve_until_readable (int fd, guint seconds)
{
  GPollFD poll = { .fd = fd, .events = G_IO_IN | G_IO_HUP };
  const gint64 deadline = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;

  while (g_get_monotonic_time () < deadline) {
    g_main_context_iteration (NULL, FALSE);
    if (g_poll (&poll, 1, 5) > 0)
      return TRUE;
  }

  return FALSE;
}

static int
knock (const Fixture *fixture)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = g_htons (fixture->port),
                                 .sin_addr.s_addr = g_htonl (INADDR_LOOPBACK) };
  const int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (connect (fd, (struct sockaddr *)&address, sizeof address), ==, 0);

  return fd;
}

static void
say (int fd, const char *text)
{
  /* More than the socket takes at once goes on while the server reads. */
  for (gsize length = strlen (text); length > 0;) {
    const gssize sent = send (fd, text, length, MSG_NOSIGNAL | MSG_DONTWAIT);

    if (sent > 0) {
      text += sent;
      length -= (gsize)sent;
    } else if (errno != EAGAIN)
      return;
    g_main_context_iteration (NULL, FALSE);
  }
}

/* Reads until the text holds @wanted @times times, or the end. */
static char *
hear (int fd, const char *wanted, guint times)
{
  GString *text = g_string_new (NULL);
  guint found = 0;

  while (found < times && serve_until_readable (fd, PATIENCE)) {
    char buffer[4096];
    const gssize length = recv (fd, buffer, sizeof buffer, 0);

    if (length <= 0)
      break;
    g_string_append_len (text, buffer, length);

    found = 0;
    for (const char *at = strstr (text->str, wanted); at != NULL; at = strstr (at + 1, wanted))
      found++;
  }

  return g_string_free (text, FALSE);
}

/* One request on a connection of its own; the whole answer. */
static char *
ask (const Fixture *fixture, const char *request)
{
  const int fd = knock (fixture);
  char *answer;

  say (fd, request);
  answer = hear (fd, "}", 1000);
  close (fd);

  return answer;
}

static void
assert_contains (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("no “%s” in: %s", part, text);
}

static void
assert_answer (const Fixture *fixture, const char *request, const char *status)
{
  g_autofree char *answer = ask (fixture, request);
  g_autofree char *line = g_strdup_printf ("HTTP/1.1 %s ", status);

  if (!g_str_has_prefix (answer, line))
    g_error ("wanted %s for: %.200s\ngot: %s", status, request, answer);
}

#define END "Connection: close\r\n\r\n"
#define HOST "Host: localhost\r\n"

static void
test_answers (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *request;
    const char *status;
  } rows[] = {
    { "GET /thing HTTP/1.1\r\n" HOST END, "200" },
    { "HEAD /thing HTTP/1.1\r\n" HOST END, "200" },
    { "GET /thing/seven HTTP/1.1\r\n" HOST END, "200" },
    { "DELETE /thing HTTP/1.1\r\n" HOST END, "200" },
    { "POST /thing HTTP/1.1\r\n" HOST "Content-Length: 2\r\n" END "{}", "200" },
    { "POST /thing HTTP/1.1\r\n" HOST "Content-Length: 0\r\n" END, "200" },
    { "POST /thing/check HTTP/1.1\r\n" HOST "Content-Length: 2\r\n" END "{}", "200" },
    { "POST /thing/seven/check HTTP/1.1\r\n" HOST "Content-Length: 2\r\n" END "{}", "200" },
    { "POST /thing HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n" END "2\r\n{}\r\n0\r\n\r\n",
      "200" },
    { "GET /other HTTP/1.1\r\n" HOST END, "404" },
    { "GET /thing/ HTTP/1.1\r\n" HOST END, "404" },
    { "GET /thing/a/b HTTP/1.1\r\n" HOST END, "404" },
    { "PATCH /thing HTTP/1.1\r\n" HOST END, "405" },
    { "GET /thing/check HTTP/1.1\r\n" HOST END, "405" },
    { "POST /thing HTTP/1.1\r\n" HOST END, "411" },
    { "GET /thing HTTP/1.1\r\nHost: evil.example\r\n" END, "421" },
    { "GET /thing HTTP/1.1\r\n" HOST "Origin: http://evil.example\r\n" END, "403" },
    { "GET /thing HTTP/1.1\r\n" HOST "Origin: null\r\n" END, "403" },
    { "GET /thing HTTP/1.1\r\n" HOST "Origin: http://localhost\r\n" END, "200" },
    { "POST /thing HTTP/1.1\r\n" HOST "Content-Length: 99999999\r\n" END, "413" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    assert_answer (fixture, rows[i].request, rows[i].status);
}

static void
test_refusals_are_json (Fixture *fixture, gconstpointer user_data)
{
  g_autofree char *answer = ask (fixture, "PATCH /thing HTTP/1.1\r\n" HOST END);

  assert_contains (answer, "Allow: GET, HEAD, POST, DELETE\r\n");
  assert_contains (answer, "Content-Type: application/problem+json\r\n");
  assert_contains (answer,
                   "\"type\":\"about:blank\",\"title\":\"Method Not Allowed\",\"status\":405");
}

/* libmicrohttpd watches clients edge-triggered: what it has read already shows in its time-out alone. */
static void
test_pipelined (Fixture *fixture, gconstpointer user_data)
{
  const int fd = knock (fixture);
  g_autofree char *answers = NULL;

  say (fd, "GET /thing HTTP/1.1\r\n" HOST "\r\nGET /thing HTTP/1.1\r\n" HOST
           "\r\nPOST /thing HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n{}");
  answers = hear (fd, "HTTP/1.1 200 OK", 3);
  close (fd);

  g_assert_cmpuint (fixture->requests, ==, 3);
}

static void
test_long_body (Fixture *fixture, gconstpointer user_data)
{
  g_autofree char *body = g_strnfill (20000, 'x');
  g_autofree char *request = g_strdup_printf (
      "POST /thing HTTP/1.1\r\n" HOST "Content-Length: 20000\r\n" END "%s", body);
  g_autofree char *chunked
      = g_strdup_printf ("POST /thing HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n" END
                         "4e20\r\n%s\r\n0\r\n\r\n",
                         body);
  g_autofree char *most = g_strdup_printf (
      "POST /thing HTTP/1.1\r\n" HOST "Content-Length: 16384\r\n" END "%.16384s", body);

  assert_answer (fixture, request, "413");
  assert_answer (fixture, chunked, "413");
  g_assert_cmpuint (fixture->requests, ==, 0);
  assert_answer (fixture, most, "200");
  g_assert_cmpuint (fixture->seen->len, ==, 16384);
}

static void
test_long_header (Fixture *fixture, gconstpointer user_data)
{
  g_autofree char *nine = g_strnfill (9 * 1024, 'x');
  g_autofree char *twenty = g_strnfill (20 * 1024, 'x');
  g_autofree char *forty = g_strnfill (40 * 1024, 'x');
  g_autofree char *fine
      = g_strdup_printf ("GET /thing HTTP/1.1\r\n" HOST "X-Long: %s\r\n" END, nine);
  g_autofree char *ours
      = g_strdup_printf ("GET /thing HTTP/1.1\r\n" HOST "X-Long: %s\r\n" END, twenty);
  g_autofree char *theirs
      = g_strdup_printf ("GET /thing HTTP/1.1\r\n" HOST "X-Long: %s\r\n" END, forty);

  assert_answer (fixture, fine, "200");
  assert_answer (fixture, ours, "431");
  assert_answer (fixture, theirs, "431");
}

static void
test_expect_continue (Fixture *fixture, gconstpointer user_data)
{
  const int fd = knock (fixture);
  g_autofree char *first = NULL, *second = NULL;

  say (fd, "POST /thing HTTP/1.1\r\n" HOST "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  first = hear (fd, "\r\n\r\n", 1);
  g_assert_true (g_str_has_prefix (first, "HTTP/1.1 100 "));
  say (fd, "{}");
  second = hear (fd, "]", 1);
  g_assert_true (g_str_has_prefix (second, "HTTP/1.1 200 "));
  close (fd);

  /* Who asks before he sends is told at once. */
  assert_answer (
      fixture, "POST /other HTTP/1.1\r\n" HOST "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n",
      "404");
}

static void
test_kept_connection (Fixture *fixture, gconstpointer user_data)
{
  const int fd = knock (fixture);

  for (guint i = 0; i < 500; i++) {
    g_autofree char *answer = NULL;

    say (fd, "POST /thing HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n{}");
    answer = hear (fd, "]", 1);
    assert_contains (answer, "HTTP/1.1 200 OK");
  }
  close (fd);
  g_assert_cmpuint (fixture->requests, ==, 500);
}

/* A server that was full must accept again when the slow clients are gone, however they go. */
static void
test_full_then_accepts_again (Fixture *fixture, gconstpointer user_data)
{
  int slow[24];

  for (guint round = 0; round < 2; round++) {
    for (guint i = 0; i < G_N_ELEMENTS (slow); i++) {
      slow[i] = knock (fixture);
      say (slow[i], "GET /thi");
    }
    for (guint i = 0; i < G_N_ELEMENTS (slow); i++) {
      g_assert_true (serve_until_readable (slow[i], PATIENCE));
      close (slow[i]);
    }
    assert_answer (fixture, "GET /thing HTTP/1.1\r\n" HOST END, "200");
  }
}

static void
test_idle_clients_time_out (Fixture *fixture, gconstpointer user_data)
{
  int idle[24];

  for (guint i = 0; i < G_N_ELEMENTS (idle); i++)
    idle[i] = knock (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (idle); i++) {
    g_assert_true (serve_until_readable (idle[i], PATIENCE));
    close (idle[i]);
  }

  assert_answer (fixture, "GET /thing HTTP/1.1\r\n" HOST END, "200");
}

static void
test_one_more_gets_503 (Fixture *fixture, gconstpointer user_data)
{
  int kept[4];
  g_autofree char *answer = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (kept); i++) {
    g_autofree char *own = NULL;

    kept[i] = knock (fixture);
    say (kept[i], "GET /thing HTTP/1.1\r\n" HOST "\r\n");
    own = hear (kept[i], "]", 1);
    assert_contains (own, "HTTP/1.1 200 OK");
  }

  answer = ask (fixture, "GET /thing HTTP/1.1\r\n" HOST "\r\n");
  assert_contains (answer, "HTTP/1.1 503 ");
  assert_contains (answer, "Retry-After: 1\r\n");

  /* Those that are there are served on, and a place that is free is free again. */
  say (kept[0], "GET /thing HTTP/1.1\r\n" HOST "\r\n");
  g_free (answer);
  answer = hear (kept[0], "]", 1);
  assert_contains (answer, "HTTP/1.1 200 OK");
  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    close (kept[i]);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  assert_answer (fixture, "GET /thing HTTP/1.1\r\n" HOST END, "200");
}

/* Sends @text byte by byte until the server ends it; returns what it said. */
static char *
drip (int fd, const char *text)
{
  for (gsize i = 0; text[i] != '\0'; i++) {
    if (send (fd, text + i, 1, MSG_NOSIGNAL) != 1)
      break;
    if (serve_until_readable (fd, 0) || serve_until_readable (fd, 1))
      break;
  }

  return hear (fd, "}", 1);
}

static void
test_dripping_is_cut (Fixture *fixture, gconstpointer user_data)
{
  const int header = knock (fixture);
  int body, again;
  g_autofree char *after_header = NULL, *after_body = NULL, *first = NULL, *after_again = NULL;

  after_header = drip (header, "GET /thing HTTP/1.1 and so on and so on and so on");
  g_assert_cmpstr (after_header, ==, "");

  body = knock (fixture);
  say (body, "POST /thing HTTP/1.1\r\n" HOST "Content-Length: 100\r\n\r\n");
  after_body = drip (body, "{ and so on and so on and so on");
  g_assert_true (g_str_has_prefix (after_body, "HTTP/1.1 408 "));

  /* Also on a connection that has been good before. */
  again = knock (fixture);
  say (again, "GET /thing HTTP/1.1\r\n" HOST "\r\n");
  first = hear (again, "]", 1);
  after_again = drip (again, "GET /thing HTTP/1.1 and so on and so on and so on");
  g_assert_cmpstr (after_again, ==, "");

  g_assert_cmpuint (fixture->requests, ==, 1);
  close (header);
  close (body);
  close (again);
}

/* What waited while the process stood still is told so; what comes afterwards is fresh. */
static void
test_stood_still (Fixture *fixture, gconstpointer user_data)
{
  const int waiting = knock (fixture), later = knock (fixture);
  g_autofree char *answer = NULL;

  while (g_main_context_iteration (NULL, FALSE))
    ;
  send (waiting, "GET /thing HTTP/1.1\r\n" HOST "\r\n",
        strlen ("GET /thing HTTP/1.1\r\n" HOST "\r\n"), 0);
  g_usleep (G_USEC_PER_SEC);
  answer = hear (waiting, "]", 1);
  g_assert_cmpint (fixture->stood_still, >=, G_USEC_PER_SEC);

  /* A poll that finds nothing ends it, though nothing else happens before the next request. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  for (guint i = 0; i < 4; i++)
    g_main_context_iteration (NULL, FALSE);
  g_free (answer);
  say (later, "GET /thing HTTP/1.1\r\n" HOST "\r\n");
  answer = hear (later, "]", 1);
  g_assert_cmpint (fixture->stood_still, ==, 0);
  close (waiting);
  close (later);
}

static void
test_token (Fixture *fixture, gconstpointer user_data)
{
  VbHttpConfig config = VB_HTTP_CONFIG_DEFAULT;
  g_autofree char *answer = NULL;

  tear_down (fixture, NULL);
  config.token = "secret";
  start (fixture, &config);

  answer = ask (fixture, "GET /thing HTTP/1.1\r\n" HOST END);
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 401 "));
  assert_contains (answer, "WWW-Authenticate: Bearer ");
  assert_contains (answer, "WWW-Authenticate: Basic ");
  assert_answer (fixture, "GET /thing HTTP/1.1\r\n" HOST "Authorization: Bearer wrong\r\n" END,
                 "401");
  assert_answer (fixture, "GET /thing HTTP/1.1\r\n" HOST "Authorization: Bearer secret\r\n" END,
                 "200");
  assert_answer (
      fixture,
      "GET /thing HTTP/1.1\r\nHost: any.example\r\nAuthorization: Basic YTpzZWNyZXQ=\r\n" END,
      "200");
}

static void
test_addresses (Fixture *fixture, gconstpointer user_data)
{
  g_autofree char *folder = g_dir_make_tmp ("virtual-battery-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "http", NULL);
  g_autofree char *address = g_strconcat ("unix:", path, NULL);
  g_autofree char *taken = g_strdup_printf ("127.0.0.1:%u", fixture->port);
  g_autofree char *answer = NULL;
  g_autoptr (GError) error = NULL;
  struct sockaddr_un unix_address = { .sun_family = AF_UNIX };
  GStatBuf status;
  int fd;

  g_assert_cmpint (vb_http_server_listen (fixture->server, "[::1]:0", &error), >, 0);
  g_assert_no_error (error);

  g_assert_cmpint (vb_http_server_listen (fixture->server, address, &error), ==, 0);
  g_assert_no_error (error);
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0660);
  g_strlcpy (unix_address.sun_path, path, sizeof unix_address.sun_path);
  fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (connect (fd, (struct sockaddr *)&unix_address, sizeof unix_address), ==, 0);
  say (fd, "GET /thing HTTP/1.1\r\nHost: any.example\r\n" END);
  answer = hear (fd, "]", 1);
  assert_contains (answer, "HTTP/1.1 200 OK");
  close (fd);

  g_assert_cmpint (vb_http_server_listen (fixture->server, taken, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  assert_contains (error->message, taken);
  g_clear_error (&error);
  g_assert_cmpint (vb_http_server_listen (fixture->server, "nowhere:1", &error), ==, -1);
  g_assert_nonnull (error);

  vb_http_server_free (fixture->server);
  fixture->server = vb_http_server_new (&(VbHttpConfig)VB_HTTP_CONFIG_DEFAULT);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_rmdir (folder);
}

#define ADD(path, set_up_, function) \
  g_test_add ("/http-server/" path, Fixture, NULL, set_up_, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("answers", set_up, test_answers);
  ADD ("refusals-are-json", set_up, test_refusals_are_json);
  ADD ("pipelined", set_up, test_pipelined);
  ADD ("long-body", set_up, test_long_body);
  ADD ("long-header", set_up, test_long_header);
  ADD ("expect-continue", set_up, test_expect_continue);
  ADD ("kept-connection", set_up, test_kept_connection);
  ADD ("full-then-accepts-again", set_up_tight, test_full_then_accepts_again);
  ADD ("idle-clients-time-out", set_up_tight, test_idle_clients_time_out);
  ADD ("one-more-gets-503", set_up_tight, test_one_more_gets_503);
  ADD ("dripping-is-cut", set_up_tight, test_dripping_is_cut);
  ADD ("stood-still", set_up_tight, test_stood_still);
  ADD ("token", set_up, test_token);
  ADD ("addresses", set_up, test_addresses);

  return g_test_run ();
}
