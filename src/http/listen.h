#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * Opens a listening socket on @address: `127.0.0.1:1882`, `[::1]:1882`, `localhost`, or
 * `unix:/path` (mode 0660; a socket file that nobody listens on any more is removed first).
 *
 * Returns: the socket, or NULL with a G_IO_ERROR that names the address
 */
GSocket *vb_http_listen_socket (const char *address, GError **error);

/**
 * What @address means (vb_listen_address_parse()).
 *
 * Returns: (transfer full): NULL with a G_IO_ERROR
 */
GSocketAddress *vb_http_listen_address (const char *address, GError **error);

/** Whether @address is one of this machine's own. */
gboolean vb_http_listen_is_here (const char *address);

G_END_DECLS
