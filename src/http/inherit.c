#include "inherit.h"

#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Descriptors are handed over from this one on. */
#define FIRST 3

/* More would be a mistake, or an attempt to make us look at every descriptor that there can be. */
#define MOST 64

static gboolean
read_number (const char *name, guint64 most, guint64 *number, GError **error)
{
  const char *text = g_getenv (name);

  *number = 0;
  if (text == NULL || g_ascii_string_to_unsigned (text, 10, 0, most, number, NULL))
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               "%s=%s: needed is a number up to %" G_GUINT64_FORMAT, name, text, most);

  return FALSE;
}

static gboolean
refuse (int fd, const char *reason, GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               "descriptor %d of LISTEN_FDS: %s, needed is a listening stream socket", fd, reason);

  return FALSE;
}

/* libmicrohttpd ends the process over a descriptor that it cannot listen on. */
static gboolean
check (int fd, GSocket *socket, GError **error)
{
  int listening = 0;

  if (g_socket_get_socket_type (socket) != G_SOCKET_TYPE_STREAM)
    return refuse (fd, "it is no stream", error);
  if (!g_socket_get_option (socket, SOL_SOCKET, SO_ACCEPTCONN, &listening, NULL) || !listening)
    return refuse (fd, "nobody listens on it", error);

  return TRUE;
}

static gboolean
inherit (int fd, GPtrArray *sockets, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (GSocket) socket = NULL;
  struct stat status;

  /* Of another one GSocket would complain in the log before it says so. */
  if (fstat (fd, &status) != 0 || !S_ISSOCK (status.st_mode))
    return refuse (fd, "it is no socket", error);

  socket = g_socket_new_from_fd (fd, &failed);
  if (socket == NULL)
    return refuse (fd, failed->message, error);

  fcntl (fd, F_SETFD, FD_CLOEXEC);
  if (!check (fd, socket, error))
    return FALSE;
  g_ptr_array_add (sockets, g_steal_pointer (&socket));

  return TRUE;
}

GPtrArray *
vb_http_inherit_sockets (GError **error)
{
  g_autoptr (GPtrArray) sockets = g_ptr_array_new_with_free_func (g_object_unref);
  guint64 pid, n;
  const gboolean understood = read_number ("LISTEN_PID", G_MAXINT, &pid, error)
                              && read_number ("LISTEN_FDS", MOST, &n, error);

  /* What this process starts must not take them for its own. */
  g_unsetenv ("LISTEN_PID");
  g_unsetenv ("LISTEN_FDS");
  g_unsetenv ("LISTEN_FDNAMES");
  if (!understood)
    return NULL;

  if (pid == (guint64)getpid ())
    for (int i = 0; i < (int)n; i++)
      if (!inherit (FIRST + i, sockets, error))
        return NULL;

  return g_steal_pointer (&sockets);
}

char *
vb_http_inherit_address (GSocket *socket, GError **error)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (socket, error);

  if (address == NULL)
    return NULL;

  if (G_IS_INET_SOCKET_ADDRESS (address)) {
    GInetSocketAddress *inet = G_INET_SOCKET_ADDRESS (address);
    g_autofree char *host = g_inet_address_to_string (g_inet_socket_address_get_address (inet));

    return g_strdup_printf (
        g_socket_address_get_family (address) == G_SOCKET_FAMILY_IPV6 ? "[%s]:%u" : "%s:%u", host,
        g_inet_socket_address_get_port (inet));
  }
  if (G_IS_UNIX_SOCKET_ADDRESS (address)
      && g_unix_socket_address_get_address_type (G_UNIX_SOCKET_ADDRESS (address))
             == G_UNIX_SOCKET_ADDRESS_PATH)
    return g_strconcat ("unix:", g_unix_socket_address_get_path (G_UNIX_SOCKET_ADDRESS (address)),
                        NULL);

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                       "a socket of LISTEN_FDS has neither an IP address nor a path");

  return NULL;
}
