#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <malloc.h>

#include "http-client.h"
#include "http/token-failures.h"

static void
test_answers (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *request;
    const char *status;
  } rows[] = {
    { "GET /thing HTTP/1.1\r\n" HOST END, "200" },
    { "GET /thing HTTP/1.0\r\n\r\n", "200" },
    { "DELETE /thing HTTP/1.1\r\n" HOST END, "200" },
    { "DELETE /thing HTTP/1.1\r\n" HOST "Content-Length: 2\r\n" END "{}", "200" },
    { "POST /thing HTTP/1.1\r\n" HOST "Content-Length: 2\r\n" END "{}", "200" },
    { "POST /thing HTTP/1.1\r\n" HOST "Content-Length: 0\r\n" END, "200" },
    { "POST /thing HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n" END "2\r\n{}\r\n0\r\n\r\n",
      "200" },
    { "GET /other HTTP/1.1\r\n" HOST END, "404" },
    { "GET /thing/ HTTP/1.1\r\n" HOST END, "404" },
    { "GET /thing/a/b HTTP/1.1\r\n" HOST END, "404" },
    { "POST /other HTTP/1.1\r\n" HOST "Content-Length: 2\r\n" END "{}", "404" },
    { "PATCH /thing HTTP/1.1\r\n" HOST END, "405" },
    { "GET /thing/check HTTP/1.1\r\n" HOST END, "405" },
    { "POST /thing HTTP/1.1\r\n" HOST END, "200" },
    { "POST /thing HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip\r\n" END, "411" },
    { "GET /thing HTTP/1.1\r\nHost: evil.example\r\n" END, "421" },
    { "GET /thing HTTP/1.1\r\n" HOST "Origin: http://evil.example\r\n" END, "403" },
    { "GET /thing HTTP/1.1\r\n" HOST "Origin: null\r\n" END, "403" },
    { "GET /thing HTTP/1.1\r\n" HOST "Origin: http://localhost\r\n" END, "200" },
    { "POST /thing HTTP/1.1\r\n" HOST "Content-Length: 99999999\r\n" END, "413" },

    /* What is wrong in two ways is told in the order of the guards. */
    { "PATCH /other HTTP/1.1\r\nHost: evil.example\r\nOrigin: null\r\n" END, "421" },
    { "PATCH /other HTTP/1.1\r\n" HOST "Origin: null\r\n" END, "403" },
    { "PATCH /other HTTP/1.1\r\n" HOST END, "404" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    assert_answer (fixture, rows[i].request, rows[i].status);
  g_assert_cmpstr (fixture->source, ==, "127.0.0.1");
}

static void
test_wildcards (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *request;
    const char *answer;
  } rows[] = {
    { "GET /thing HTTP/1.1\r\n" HOST END, "[\"GET\",\"\",0]" },
    { "GET /thing/seven HTTP/1.1\r\n" HOST END, "[\"GET\",\"seven\",0]" },
    { "POST /thing/check HTTP/1.1\r\n" HOST "Content-Length: 2\r\n" END "{}", "[\"POST\",\"\",2]" },
    { "POST /thing/seven/check HTTP/1.1\r\n" HOST "Content-Length: 2\r\n" END "{}",
      "[\"POST\",\"seven\",2]" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *answer = ask (fixture, rows[i].request);

    g_assert_true (g_str_has_suffix (answer, rows[i].answer));
  }
}

static void
test_headers (Fixture *fixture, gconstpointer user_data)
{
  g_autofree char *refusal = ask (fixture, "PATCH /thing HTTP/1.1\r\n" HOST END);
  g_autofree char *head = ask (fixture, "HEAD /thing HTTP/1.1\r\n" HOST END);

  assert_contains (refusal, "Allow: GET, HEAD, POST, DELETE\r\n");
  assert_contains (refusal, "Cache-Control: no-store\r\n");
  assert_contains (refusal, "Content-Type: application/problem+json\r\n");
  assert_contains (
      refusal, "\r\n\r\n{\"type\":\"about:blank\",\"title\":\"Method Not Allowed\",\"status\":405");

  assert_status (head, "200");
  assert_contains (head, "Content-Length: 13\r\n");
  assert_contains (head, "Content-Type: application/json\r\n");
  g_assert_true (g_str_has_suffix (head, "\r\n\r\n"));
}

static void
test_expect_continue (Fixture *fixture, gconstpointer user_data)
{
  const int fd = knock (fixture);
  g_autofree char *first = NULL;

  say (fd, "POST /thing HTTP/1.1\r\n" HOST "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  first = hear (fd, "\r\n\r\n", 1);
  assert_status (first, "100");
  assert_kept_answer (fd, "{}", "200");
  close (fd);

  /* Who asks before he sends is told at once. */
  assert_answer (
      fixture, "POST /other HTTP/1.1\r\n" HOST "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n",
      "404");
}

static void
push (int fd, guint times)
{
  for (guint i = 0; i < times; i++)
    assert_kept_answer (fd, "POST /thing HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n{}", "200");
}

static void
test_kept_connection (Fixture *fixture, gconstpointer user_data)
{
  const int fd = knock (fixture);
  gsize before;

  push (fd, 100);
  before = mallinfo2 ().uordblks;
  push (fd, 1000);

  /* Not eight bytes a request. */
  g_assert_cmpuint (mallinfo2 ().uordblks, <, before + 8000);
  g_assert_cmpuint (fixture->requests, ==, 1100);
  g_assert_cmpuint (fixture->received, ==, 2200);
  close (fd);
}

static void
test_forgotten_answer (Fixture *fixture, gconstpointer user_data)
{
  g_test_expect_message ("http", G_LOG_LEVEL_CRITICAL, "GET /nothing was left unanswered");
  assert_answer (fixture, "GET /nothing HTTP/1.1\r\n" HOST END, "500");
  g_test_assert_expected_messages ();
}

static void
test_token (Fixture *fixture, gconstpointer user_data)
{
  VbHttpConfig config = VB_HTTP_CONFIG_DEFAULT;
  g_autofree char *answer = NULL;

  vb_http_server_free (fixture->server);
  config.token = "secret";
  start (fixture, &config);

  answer = ask (fixture, "GET /thing HTTP/1.1\r\n" HOST END);
  assert_status (answer, "401");
  assert_contains (answer, "WWW-Authenticate: Bearer realm=\"");
  assert_contains (answer, "WWW-Authenticate: Basic realm=\"");
  assert_answer (fixture, "GET /other HTTP/1.1\r\n" HOST END, "401");
  assert_answer (fixture, "GET /thing HTTP/1.1\r\n" HOST "Authorization: Bearer wrong\r\n" END,
                 "401");
  assert_answer (fixture, "GET /thing HTTP/1.1\r\n" HOST "Authorization: Bearer secret\r\n" END,
                 "200");
  assert_answer (
      fixture,
      "GET /thing HTTP/1.1\r\nHost: any.example\r\nAuthorization: Basic YTpzZWNyZXQ=\r\n" END,
      "200");
}

/* Many wrong tokens from one address are told to wait; a right one is let in all the same. */
static void
test_wrong_tokens (Fixture *fixture, gconstpointer user_data)
{
  VbHttpConfig config = VB_HTTP_CONFIG_DEFAULT;
  g_autofree char *answer = NULL;
  int kept;

  vb_http_server_free (fixture->server);
  config.token = "secret";
  start (fixture, &config);

  kept = knock (fixture);
  for (guint i = 0; i < VB_TOKEN_FAILURES_MAX; i++) {
    assert_answer (fixture, "GET /thing HTTP/1.1\r\n" HOST "Authorization: Bearer wrong\r\n" END,
                   "401");
    assert_answer (fixture, "GET /thing HTTP/1.1\r\n" HOST END, "401");
  }
  answer = ask (fixture, "POST /thing HTTP/1.1\r\n" HOST
                         "Authorization: Basic c2VjcmV0\r\nContent-Length: 2\r\n\r\n{}");
  assert_status (answer, "429");
  assert_contains (answer, "Retry-After: ");
  assert_contains (answer, "Connection: close\r\n");
  assert_contains (answer, "\"status\":429");

  assert_answer (fixture, "GET /thing HTTP/1.1\r\n" HOST END, "401");
  assert_kept_answer (kept, "GET /thing HTTP/1.1\r\n" HOST "Authorization: Bearer secret\r\n\r\n",
                      "200");
  assert_answer (fixture, "GET /thing HTTP/1.1\r\n" HOST "Authorization: Bearer secret\r\n" END,
                 "200");
  close (kept);
}

static void
test_ipv6 (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;
  const int port = vb_http_server_listen (fixture->server, "[::1]:0", &error);
  g_autoptr (GSocketAddress) address = NULL;
  g_autofree char *answer = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (port, >, 0);
  address = g_inet_socket_address_new_from_string ("::1", (guint)port);
  answer = ask_at (knock_at (address), "GET /thing HTTP/1.1\r\nHost: [::1]:1882\r\n" END);
  assert_status (answer, "200");
  g_assert_cmpstr (fixture->source, ==, "::1");
}

static void
test_unix_socket (Fixture *fixture, gconstpointer user_data)
{
  g_autofree char *folder = g_dir_make_tmp ("virtual-battery-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "http", NULL);
  g_autofree char *address = g_strconcat ("unix:", path, NULL);
  g_autoptr (GSocketAddress) native = g_unix_socket_address_new (path);
  g_autoptr (GSocket) dead
      = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_autofree char *answer = NULL;
  g_autoptr (GError) error = NULL;
  GStatBuf status;

  /* What is there and is no socket is somebody's file. */
  g_assert_true (g_file_set_contents (path, "x", 1, NULL));
  g_assert_cmpint (vb_http_server_listen (fixture->server, address, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_clear_error (&error);
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
  g_unlink (path);

  /* A socket that nobody listens on was left behind by a process that was killed. */
  g_assert_true (g_socket_bind (dead, native, FALSE, NULL));
  g_assert_true (g_socket_close (dead, NULL));
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpint (vb_http_server_listen (fixture->server, address, &error), ==, 0);
  g_assert_no_error (error);
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0660);

  /* One that somebody listens on is his. */
  g_assert_cmpint (vb_http_server_listen (fixture->server, address, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  assert_contains (error->message, address);

  answer = ask_at (knock_at (native), "GET /thing HTTP/1.1\r\nHost: any.example\r\n" END);
  assert_status (answer, "200");
  g_assert_cmpstr (fixture->source, ==, "unix");

  vb_http_server_free (fixture->server);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  set_up (fixture, NULL);
}

static void
test_wrong_addresses (Fixture *fixture, gconstpointer user_data)
{
  g_autofree char *taken = g_strdup_printf ("127.0.0.1:%u", fixture->port);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (vb_http_server_listen (fixture->server, taken, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  assert_contains (error->message, taken);
  g_clear_error (&error);

  g_assert_cmpint (vb_http_server_listen (fixture->server, "nowhere:1", &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  assert_contains (error->message, "nowhere");
}

/* Whoever is in the middle of something hears that it is over. */
static void
test_free_closes (Fixture *fixture, gconstpointer user_data)
{
  static const char *const said[] = {
    "",
    "GET /thi",
    "POST /thing HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n{",
    "GET /much HTTP/1.1\r\n" HOST "\r\n",
  };
  int fds[G_N_ELEMENTS (said)];
  g_autofree char *buffer = g_malloc (MUCH);

  for (guint i = 0; i < G_N_ELEMENTS (said); i++) {
    fds[i] = knock (fixture);
    say (fds[i], said[i]);
  }
  serve_for (100);
  vb_http_server_free (fixture->server);

  for (guint i = 0; i < G_N_ELEMENTS (said); i++) {
    while (recv (fds[i], buffer, MUCH, 0) > 0)
      ;
    close (fds[i]);
  }
  set_up (fixture, NULL);
}

#define ADD(path, function) \
  g_test_add ("/http-server/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("answers", test_answers);
  ADD ("wildcards", test_wildcards);
  ADD ("headers", test_headers);
  ADD ("expect-continue", test_expect_continue);
  ADD ("kept-connection", test_kept_connection);
  ADD ("forgotten-answer", test_forgotten_answer);
  ADD ("token", test_token);
  ADD ("wrong-tokens", test_wrong_tokens);
  ADD ("ipv6", test_ipv6);
  ADD ("unix-socket", test_unix_socket);
  ADD ("wrong-addresses", test_wrong_addresses);
  ADD ("free-closes", test_free_closes);

  return g_test_run ();
}
