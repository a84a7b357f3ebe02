#include "ask.h"

#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

#include "http/listen.h"

/* Whoever sends ever more, or ever so slowly, is not the daemon. */
#define LONGEST (1024 * 1024)

/* Nobody can be reached at a wildcard address. */
static GSocketAddress *
address_to_ask (const char *address, GError **error)
{
  g_autoptr (GSocketAddress) parsed = vb_http_listen_address (address, error);
  GInetAddress *inet;

  if (parsed == NULL || !G_IS_INET_SOCKET_ADDRESS (parsed))
    return g_steal_pointer (&parsed);

  inet = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (parsed));
  if (g_inet_address_get_is_any (inet)) {
    g_autoptr (GInetAddress) loopback
        = g_inet_address_new_loopback (g_inet_address_get_family (inet));

    return g_inet_socket_address_new (
        loopback, g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (parsed)));
  }

  return g_steal_pointer (&parsed);
}

static GSocketConnection *
connect_to (const char *address, guint patience, GError **error)
{
  g_autoptr (GSocketAddress) parsed = address_to_ask (address, error);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) failed = NULL;
  GSocketConnection *connection;

  if (parsed == NULL)
    return NULL;

  g_socket_client_set_timeout (client, patience);
  g_socket_client_set_enable_proxy (client, FALSE);
  connection = g_socket_client_connect (client, G_SOCKET_CONNECTABLE (parsed), NULL, &failed);
  if (connection != NULL)
    return connection;

  /* A unix socket that is not there is one where nobody listens. */
  if (g_error_matches (failed, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    failed->code = G_IO_ERROR_CONNECTION_REFUSED;
  g_propagate_error (error, g_steal_pointer (&failed));

  return NULL;
}

static gboolean
send_request (GSocketConnection *connection, const char *token, const char *path, GError **error)
{
  g_autoptr (GString) request = g_string_new (NULL);

  /* HTTP/1.0 is answered in one piece, up to the end of the connection. */
  g_string_append_printf (request, "GET %s HTTP/1.0\r\nHost: localhost\r\n", path);
  if (token != NULL)
    g_string_append_printf (request, "Authorization: Bearer %s\r\n", token);
  g_string_append (request, "\r\n");

  return g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)),
                                    request->str, request->len, NULL, NULL, error);
}

static gboolean
read_reply (GSocketConnection *connection, guint patience, GString *reply, GError **error)
{
  GInputStream *stream = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  const gint64 deadline = g_get_monotonic_time () + 2 * patience * G_USEC_PER_SEC;
  char part[4096];
  gssize length;

  while ((length = g_input_stream_read (stream, part, sizeof part, NULL, error)) > 0) {
    g_string_append_len (reply, part, length);
    if (reply->len > LONGEST || g_get_monotonic_time () > deadline) {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the answer has no end");
      return FALSE;
    }
  }

  return length == 0;
}

GBytes *
vb_http_ask (const char *address,
             const char *token,
             const char *path,
             guint patience,
             guint *status,
             GError **error)
{
  g_autoptr (GSocketConnection) connection = connect_to (address, patience, error);
  g_autoptr (GString) reply = g_string_new (NULL);
  const char *body;

  if (connection == NULL || !send_request (connection, token, path, error)
      || !read_reply (connection, patience, reply, error))
    return NULL;

  body = strstr (reply->str, "\r\n\r\n");
  if (sscanf (reply->str, "HTTP/1.%*1[01] %3u", status) != 1 || body == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the answer is no HTTP");
    return NULL;
  }
  body += strlen ("\r\n\r\n");

  return g_bytes_new (body, reply->len - (gsize)(body - reply->str));
}
