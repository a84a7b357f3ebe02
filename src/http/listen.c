#include "listen.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <sys/stat.h>

#include "base/listen-address.h"

/* Many more than the connection limit may knock at once, after a pause or among rude clients. One
   that finds no room here waits a second until its kernel tries again. */
#define BACKLOG 1024

/* A process that was killed leaves its socket file behind, and bind() would refuse. */
static void
remove_dead_socket (const char *path, GSocketAddress *address)
{
  g_autoptr (GSocket) probe
      = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_autoptr (GError) error = NULL;
  GStatBuf status;

  if (probe == NULL || g_lstat (path, &status) != 0 || !S_ISSOCK (status.st_mode))
    return;

  /* Whoever is too busy to answer at once is there all the same. */
  g_socket_set_blocking (probe, FALSE);
  if (!g_socket_connect (probe, address, NULL, &error)
      && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    g_unlink (path);
}

/* Before anybody can connect: the file is made with the rights of the umask. */
static gboolean
set_mode (const char *path, GError **error)
{
  if (path == NULL || g_chmod (path, 0660) == 0)
    return TRUE;

  g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (errno), g_strerror (errno));

  return FALSE;
}

GSocketAddress *
vb_http_listen_address (const char *address, GError **error)
{
  VbListenAddress parsed;

  if (vb_listen_address_parse (address, &parsed))
    return g_socket_address_new_from_native (&parsed.as, parsed.length);

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%s is not an address", address);

  return NULL;
}

gboolean
vb_http_listen_is_here (const char *address)
{
  g_autoptr (GSocketAddress) parsed = vb_http_listen_address (address, NULL);
  g_autoptr (GSocketAddress) any_port = NULL;
  g_autoptr (GSocket) socket = NULL;

  if (parsed == NULL || !G_IS_INET_SOCKET_ADDRESS (parsed))
    return parsed != NULL;

  any_port = g_inet_socket_address_new (
      g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (parsed)), 0);
  socket = g_socket_new (g_socket_address_get_family (parsed), G_SOCKET_TYPE_STREAM,
                         G_SOCKET_PROTOCOL_DEFAULT, NULL);

  return socket != NULL && g_socket_bind (socket, any_port, FALSE, NULL);
}

GSocket *
vb_http_listen_socket (const char *address, GError **error)
{
  const char *path = vb_listen_address_path (address);
  g_autoptr (GSocketAddress) parsed = vb_http_listen_address (address, error);
  g_autoptr (GSocket) socket = NULL;

  if (parsed != NULL)
    socket = g_socket_new (g_socket_address_get_family (parsed), G_SOCKET_TYPE_STREAM,
                           G_SOCKET_PROTOCOL_DEFAULT, error);
  if (socket == NULL) {
    g_prefix_error (error, "cannot listen on %s: ", address);
    return NULL;
  }

  if (path != NULL)
    remove_dead_socket (path, parsed);

  /* Without this the IPv6 socket would take the port of the IPv4 one as well. */
  if (g_socket_get_family (socket) == G_SOCKET_FAMILY_IPV6)
    g_socket_set_option (socket, IPPROTO_IPV6, IPV6_V6ONLY, 1, NULL);
  g_socket_set_listen_backlog (socket, BACKLOG);
  g_socket_set_blocking (socket, FALSE);

  if (!g_socket_bind (socket, parsed, TRUE, error) || !set_mode (path, error)
      || !g_socket_listen (socket, error)) {
    g_prefix_error (error, "cannot listen on %s: ", address);
    return NULL;
  }

  return g_steal_pointer (&socket);
}
