#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * Takes the listening sockets that a supervisor has handed over (LISTEN_PID and LISTEN_FDS, as
 * systemd does it), and takes both out of the environment: a second call finds none.
 *
 * Returns: (transfer full): an array of GSocket, empty where nothing was handed over to this
 * process; NULL with a G_IO_ERROR that names the descriptor where one of them is no listening
 * stream socket
 */
GPtrArray *vb_http_inherit_sockets (GError **error);

/**
 * The address that @socket listens on, in the form that vb_http_listen_socket() takes:
 * `127.0.0.1:1882`, `[::1]:1882`, `unix:/path`. Free with g_free().
 *
 * Returns: NULL with a G_IO_ERROR where it has none that can be written so
 */
char *vb_http_inherit_address (GSocket *socket, GError **error);

G_END_DECLS
