#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "doctor/client.h"
#include "http/listen.h"

/* In s, for who answers, however slow the machine is. */
#define PATIENCE 60

/* A server in a thread of its own, which answers one request with the same bytes whatever it is. */
typedef struct
{
  GSocket *socket;
  const char *answer; /* NULL: says nothing until the client gives up */
  GString *request;
  GThread *thread;
} Server;

static gpointer
serve_one (gpointer user_data)
{
  Server *server = user_data;
  g_autoptr (GSocket) client = g_socket_accept (server->socket, NULL, NULL);
  char part[512];
  gssize length;

  while (strstr (server->request->str, "\r\n\r\n") == NULL
         && (length = g_socket_receive (client, part, sizeof part, NULL, NULL)) > 0)
    g_string_append_len (server->request, part, length);

  if (server->answer != NULL)
    g_socket_send (client, server->answer, strlen (server->answer), NULL, NULL);
  else
    g_socket_receive (client, part, sizeof part, NULL, NULL);

  return NULL;
}

static Server *
server_new (const char *address, const char *answer)
{
  g_autoptr (GError) error = NULL;
  Server *server = g_new0 (Server, 1);

  server->socket = vb_http_listen_socket (address, &error);
  g_assert_no_error (error);
  g_socket_set_blocking (server->socket, TRUE);
  server->answer = answer;
  server->request = g_string_new (NULL);
  server->thread = g_thread_new ("server", serve_one, server);

  return server;
}

static guint16
server_port (const Server *server)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (server->socket, NULL);

  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
}

/* What was asked. Free with g_free(). */
static char *
server_free (Server *server)
{
  char *request = g_string_free (server->request, FALSE);

  g_object_unref (server->socket);
  g_free (server);

  return request;
}

/* Asks a server that gives @answer. Returns: the body, or NULL and @error */
static GBytes *
ask (const char *answer, guint patience, guint *status, GError **error)
{
  Server *server = server_new ("127.0.0.1:0", answer);
  g_autofree char *address = g_strdup_printf ("127.0.0.1:%u", server_port (server));
  GBytes *body = vb_client_ask (address, NULL, "/thing", patience, status, error);
  g_autofree char *request = NULL;

  g_thread_join (server->thread);
  request = server_free (server);
  g_assert_true (g_str_has_prefix (request, "GET /thing HTTP/1.0\r\n"));
  g_assert_nonnull (strstr (request, "\r\nHost: localhost\r\n"));
  g_assert_null (strstr (request, "Authorization"));

  return body;
}

static void
test_answer (void)
{
  static const struct
  {
    const char *answer;
    guint status;
    const char *body;
  } cases[] = {
    { "HTTP/1.0 200 OK\r\nX: y\r\n\r\nbody", 200, "body" },
    { "HTTP/1.1 404 Not Found\r\n\r\n", 404, "" },
    { "HTTP/1.1 503\r\n\r\n\r\n\r\n", 503, "\r\n\r\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    guint status = 0;
    g_autoptr (GBytes) body = ask (cases[i].answer, PATIENCE, &status, &error);
    g_autoptr (GBytes) wanted = g_bytes_new (cases[i].body, strlen (cases[i].body));

    g_assert_no_error (error);
    g_assert_cmpuint (status, ==, cases[i].status);
    g_assert_true (g_bytes_equal (body, wanted));
  }
}

static void
test_no_http (void)
{
  static const char *const answers[] = { "",
                                         "hello",
                                         "HTTP/2 200 OK\r\n\r\n",
                                         "HTTP/1.1 OK\r\n\r\n",
                                         "HTTP/1.1 200 OK\r\n",
                                         "SSH-2.0-x\r\n\r\n" };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++) {
    g_autoptr (GError) error = NULL;
    guint status = 0;

    g_assert_null (ask (answers[i], PATIENCE, &status, &error));
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  }
}

static void
test_silence (void)
{
  g_autoptr (GError) error = NULL;
  guint status = 0;

  g_assert_null (ask (NULL, 1, &status, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

static void
test_endless (void)
{
  g_autofree char *spaces = g_strnfill (2 * 1024 * 1024, ' ');
  g_autofree char *answer = g_strconcat ("HTTP/1.1 200 OK\r\n\r\n", spaces, NULL);
  g_autoptr (GError) error = NULL;
  guint status = 0;

  g_assert_null (ask (answer, PATIENCE, &status, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

/* Where nobody listens, on a port and on a path. */
static void
test_nobody (void)
{
  g_autoptr (GSocket) socket = vb_http_listen_socket ("127.0.0.1:0", NULL);
  g_autoptr (GSocketAddress) local = g_socket_get_local_address (socket, NULL);
  g_autofree char *address = g_strdup_printf (
      "127.0.0.1:%u", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (local)));
  g_autoptr (GError) port_error = NULL;
  g_autoptr (GError) path_error = NULL;
  guint status = 0;

  g_socket_close (socket, NULL);
  g_assert_null (vb_client_ask (address, NULL, "/", PATIENCE, &status, &port_error));
  g_assert_error (port_error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
  g_assert_null (
      vb_client_ask ("unix:/nonexistent/socket", NULL, "/", PATIENCE, &status, &path_error));
  g_assert_error (path_error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
}

/* A token on a path, and the loopback address of a wildcard. */
static void
test_addresses (void)
{
  g_autofree char *folder = g_dir_make_tmp ("test-http-ask-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "socket", NULL);
  g_autofree char *unix_address = g_strconcat ("unix:", path, NULL);
  const char *const addresses[] = { unix_address, "0.0.0.0:0", "[::]:0" };

  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++) {
    Server *server = server_new (addresses[i], "HTTP/1.1 200 OK\r\n\r\n");
    g_autofree char *address = i == 0   ? g_strdup (unix_address)
                               : i == 1 ? g_strdup_printf ("0.0.0.0:%u", server_port (server))
                                        : g_strdup_printf ("[::]:%u", server_port (server));
    g_autoptr (GError) error = NULL;
    guint status = 0;
    g_autoptr (GBytes) body = vb_client_ask (address, "secret", "/", PATIENCE, &status, &error);
    g_autofree char *request = NULL;

    g_assert_no_error (error);
    g_assert_cmpuint (g_bytes_get_size (body), ==, 0);
    g_assert_cmpuint (status, ==, 200);
    g_thread_join (server->thread);
    request = server_free (server);
    g_assert_nonnull (strstr (request, "\r\nAuthorization: Bearer secret\r\n"));
  }
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_is_here (void)
{
  g_assert_true (vb_http_listen_is_here ("127.0.0.1:1"));
  g_assert_true (vb_http_listen_is_here ("0.0.0.0:1882"));
  g_assert_true (vb_http_listen_is_here ("localhost:1882"));
  g_assert_true (vb_http_listen_is_here ("unix:/nonexistent"));
  g_assert_false (vb_http_listen_is_here ("192.0.2.1:1882"));
  g_assert_false (vb_http_listen_is_here ("[2001:db8::1]:1882"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http-ask/answer", test_answer);
  g_test_add_func ("/http-ask/no-http", test_no_http);
  g_test_add_func ("/http-ask/silence", test_silence);
  g_test_add_func ("/http-ask/endless", test_endless);
  g_test_add_func ("/http-ask/nobody", test_nobody);
  g_test_add_func ("/http-ask/addresses", test_addresses);
  g_test_add_func ("/http-ask/is-here", test_is_here);

  return g_test_run ();
}
