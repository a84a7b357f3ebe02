#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * Asks who serves HTTP at @address, which is one to listen on (vb_http_listen_socket(); of a wildcard
 * the loopback address is asked): GET @path. It blocks.
 *
 * @token: to be sent as Bearer token, or NULL
 * @patience: how long whoever it is may be silent, in s; and half of the time that the whole may take
 * @status: set to the status that was answered
 *
 * Returns: (transfer full): the body, which may hold anything; NULL with a G_IO_ERROR:
 * G_IO_ERROR_CONNECTION_REFUSED where nobody listens, G_IO_ERROR_TIMED_OUT where nobody answers,
 * G_IO_ERROR_INVALID_DATA where it is no HTTP
 */
GBytes *vb_http_ask (const char *address,
                     const char *token,
                     const char *path,
                     guint patience,
                     guint *status,
                     GError **error);

G_END_DECLS
