#pragma once

#include <gio/gio.h>

#include "base/standstill.h"
#include "request.h"
#include "timing.h"

G_BEGIN_DECLS

/**
 * VbHttpServer:
 *
 * libmicrohttpd in the GLib main loop, with limits for clients that are slow, silent or many, and
 * guards against those that may not speak to us. It knows requests and routes, not batteries.
 */
typedef struct _VbHttpServer VbHttpServer;

/** What the server needs to know; all strings are copied. */
typedef struct
{
  const char *token;               /* NULL: no token needed */
  const char *const *server_names; /* further Host names that are ours, or NULL */
  guint connection_limit;          /* pushing connections; the next one gets 503 */
  guint idle_seconds;              /* idle limit of a connection */
  guint request_seconds;           /* a request must be complete this long after its first byte */
  VbStandstill *standstill;        /* outlives the server; NULL: nothing that waits is old */
} VbHttpConfig;

/**
 * How many connections are accepted beyond the limit, so that it is we who answer them. With so
 * many, 2000 silent ones can come each second though none is ended while it is new (VB_HTTP_GRACE).
 */
#define VB_HTTP_HEAD_ROOM 224

/** Where nobody says otherwise. A source that posts once a minute is not idle for too long. */
#define VB_HTTP_CONFIG_DEFAULT                                        \
  {                                                                   \
    .connection_limit = 32, .idle_seconds = 65, .request_seconds = 10 \
  }

/** Makes a server without a socket. Free with vb_http_server_free(). */
VbHttpServer *vb_http_server_new (const VbHttpConfig *config);

/** Closes every connection and socket, then frees. */
void vb_http_server_free (VbHttpServer *server);

/** How long requests have taken so far. */
const VbHttpTiming *vb_http_server_timing (const VbHttpServer *server);

/** From the next request on @token is the one that is needed; not NULL. */
void vb_http_server_set_token (VbHttpServer *server, const char *token);

/** Adds @n_routes rows; @routes must stay. */
void vb_http_server_add_routes (VbHttpServer *server,
                                const VbHttpRoute *routes,
                                guint n_routes,
                                gpointer user_data);

/**
 * Listens on @address: `127.0.0.1:1882`, `[::1]:1882`, port 0 for any, or `unix:/path` (mode 0660).
 *
 * Returns: the port that it listens on (0 for a unix socket), or -1 with a G_IO_ERROR
 */
int vb_http_server_listen (VbHttpServer *server, const char *address, GError **error);

/**
 * Serves on @socket, which listens already (vb_http_inherit_sockets()), with the same guards. Its
 * address stays as it is, a unix socket's file too: whoever made it removes it. Records that have
 * waited there before are answered 503.
 *
 * Returns: as vb_http_server_listen()
 */
int vb_http_server_adopt (VbHttpServer *server, GSocket *socket, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbHttpServer, vb_http_server_free)

G_END_DECLS
