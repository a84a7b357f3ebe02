#define G_LOG_DOMAIN "http"

#include "server.h"

#include <fcntl.h>
#include <glib/gstdio.h>

#include "base/clock.h"
#include "clients.h"
#include "guards.h"
#include "inherit.h"
#include "listen.h"
#include "mhd-source.h"
#include "request-private.h"
#include "token-failures.h"

/* libmicrohttpd's limit of the headers lies above ours, so that it is we who answer. */
#define CONNECTION_MEMORY (32 * 1024)

typedef struct
{
  struct MHD_Daemon *daemon;
  GSource *source;
  char *path; /* of a unix socket, else NULL */
} Listener;

struct _VbHttpServer
{
  guint connection_limit;
  guint idle_seconds;
  VbHttpGuards *guards;
  VbTokenFailures *failures;
  VbHttpRouter *router;
  VbLoopTurn *turn;
  GPtrArray *listeners;
  VbHttpTiming timing;
  GPtrArray *streams;             /* of VbHttpStream: answers without an end, under way */
  VbHttpConnections *connections; /* each owned by a socket context of libmicrohttpd */
};

VbHttpServer *
vb_http_server_new (const VbHttpConfig *config)
{
  VbHttpServer *server = g_new0 (VbHttpServer, 1);

  g_return_val_if_fail (config->connection_limit > 0, NULL);

  server->connection_limit = config->connection_limit;
  server->idle_seconds = config->idle_seconds;
  server->guards = vb_http_guards_new (config->token, config->server_names);
  server->failures = vb_token_failures_new ();
  server->router = vb_http_router_new ();
  server->turn
      = vb_loop_turn_new (config->stall_limit > 0 ? config->stall_limit : G_MAXINT64, vb_clock_now);
  server->listeners = g_ptr_array_new ();
  server->streams = g_ptr_array_new ();
  server->connections = vb_http_connections_new (config->connection_limit, config->request_seconds);

  return server;
}

void
vb_http_server_set_stall_limit (VbHttpServer *server, gint64 stall_limit)
{
  vb_loop_turn_set_limit (server->turn, stall_limit > 0 ? stall_limit : G_MAXINT64);
}

gint64
vb_http_server_stall_noticed (const VbHttpServer *server)
{
  return vb_loop_turn_noticed (server->turn);
}

void
vb_http_server_free (VbHttpServer *server)
{
  /* libmicrohttpd does not stop while a connection waits. */
  for (guint i = 0; i < server->streams->len; i++)
    vb_http_stream_wake (g_ptr_array_index (server->streams, i));

  for (guint i = 0; i < server->listeners->len; i++) {
    Listener *listener = g_ptr_array_index (server->listeners, i);

    g_source_destroy (listener->source);
    g_source_unref (listener->source);
    MHD_stop_daemon (listener->daemon);
    if (listener->path != NULL)
      g_unlink (listener->path);
    g_free (listener->path);
    g_free (listener);
  }
  g_ptr_array_unref (server->listeners);
  g_ptr_array_unref (server->streams);
  vb_http_connections_free (server->connections);
  vb_loop_turn_free (server->turn);
  vb_http_router_free (server->router);
  vb_token_failures_free (server->failures);
  vb_http_guards_free (server->guards);
  g_free (server);
}

const VbHttpTiming *
vb_http_server_timing (const VbHttpServer *server)
{
  return &server->timing;
}

void
vb_http_server_add_routes (VbHttpServer *server,
                           const VbHttpRoute *routes,
                           guint n_routes,
                           gpointer user_data)
{
  vb_http_router_add (server->router, routes, n_routes, user_data);
}

static void
notify_connection (void *user_data,
                   struct MHD_Connection *mhd,
                   void **context,
                   enum MHD_ConnectionNotificationCode code)
{
  VbHttpServer *server = user_data;

  if (code == MHD_CONNECTION_NOTIFY_STARTED) {
    VbHttpRequest *request = vb_http_request_new (mhd);

    *context = request;
    vb_http_connections_add (server->connections, &request->connection);
  } else if (*context != NULL) {
    VbHttpRequest *request = *context;

    vb_http_connections_remove (server->connections, &request->connection);
    g_clear_pointer (context, vb_http_request_free);
  }
}

static VbHttpRequest *
request_of (struct MHD_Connection *mhd)
{
  return MHD_get_connection_info (mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/* The first that is heard of a request, before its headers. */
static void *
notify_request_line (void *user_data, const char *uri, struct MHD_Connection *mhd)
{
  vb_http_connection_begin (&request_of (mhd)->connection, g_get_monotonic_time ());

  return NULL;
}

static void
notify_completed (void *user_data,
                  struct MHD_Connection *mhd,
                  void **context,
                  enum MHD_RequestTerminationCode code)
{
  VbHttpRequest *request = request_of (mhd);

  vb_http_connection_end (&request->connection, vb_http_request_is_post (request),
                          g_get_monotonic_time ());
  *context = NULL;
}

static void
wake_listeners (gpointer user_data)
{
  VbHttpServer *server = user_data;

  for (guint i = 0; i < server->listeners->len; i++)
    vb_mhd_source_wake (((Listener *)g_ptr_array_index (server->listeners, i))->source);
}

static enum MHD_Result
answer (VbHttpServer *server, VbHttpRequest *request)
{
  VbHttpStream *stream = vb_http_request_steal_stream (request);

  vb_http_timing_add (&server->timing,
                      vb_http_connection_age (&request->connection, g_get_monotonic_time ()));
  if (stream != NULL) {
    vb_http_connections_leave_place (server->connections, &request->connection);
    vb_http_stream_attach (stream, server->streams, wake_listeners, server);
  }

  return vb_http_request_queue (request);
}

static gboolean
has_place (VbHttpServer *server, VbHttpRequest *request)
{
  return vb_http_connections_has_place (server->connections, &request->connection,
                                        g_get_monotonic_time ());
}

static enum MHD_Result
handle (void *user_data,
        struct MHD_Connection *mhd,
        const char *url,
        const char *method,
        const char *version,
        const char *upload,
        size_t *upload_size,
        void **context)
{
  VbHttpServer *server = user_data;
  VbHttpRequest *request = *context;

  if (request == NULL) {
    request = request_of (mhd);
    *context = request;
    vb_http_request_begin (request, method, url);
    vb_http_request_guard (request, has_place (server, request), server->guards, server->failures,
                           server->router);
    request->stood_still = vb_loop_turn_stood_still (server->turn);
    return vb_http_request_wants_body (request) ? MHD_YES : answer (server, request);
  }

  if (*upload_size > 0) {
    const gboolean taken = vb_http_request_add_body (request, upload, *upload_size);

    *upload_size = 0;
    return taken ? MHD_YES : MHD_NO;
  }

  /* Its body may have waited though its headers did not. */
  request->stood_still = MAX (request->stood_still, vb_loop_turn_stood_still (server->turn));

  /* Somebody with whole headers may have taken its place before its body was here. */
  if (request->refused == 0 && !has_place (server, request))
    vb_http_request_turn_away (request);
  vb_http_request_serve (request);

  return answer (server, request);
}

static void G_GNUC_PRINTF (2, 0) log_mhd (void *user_data, const char *format, va_list arguments)
{
  g_autofree char *message = g_strdup_vprintf (format, arguments);

  g_debug ("libmicrohttpd: %s", g_strchomp (message));
}

static struct MHD_Daemon *
start_daemon (VbHttpServer *server, int fd, gboolean ipv6)
{
  /* The varargs form takes each value in its exact type, which nobody checks: an array does not. */
  struct MHD_OptionItem options[] = {
    { MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)log_mhd, NULL },
    { MHD_OPTION_LISTEN_SOCKET, fd, NULL },
    { MHD_OPTION_CONNECTION_LIMIT, server->connection_limit + VB_HTTP_HEAD_ROOM, NULL },
    { MHD_OPTION_CONNECTION_TIMEOUT, server->idle_seconds, NULL },
    { MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, NULL },
    { MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL },
    { MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)notify_connection, server },
    { MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)notify_request_line, server },
    { MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)notify_completed, server },
    { MHD_OPTION_END, 0, NULL },
  };

  return MHD_start_daemon (
      MHD_USE_EPOLL | MHD_USE_ERROR_LOG | MHD_ALLOW_SUSPEND_RESUME | (ipv6 ? MHD_USE_IPv6 : 0), 0,
      NULL, NULL, handle, server, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

static void
renew_idle (gpointer user_data)
{
  VbHttpServer *server = user_data;

  vb_http_connections_renew_idle (server->connections, server->idle_seconds);
}

static void
watch_connections (gpointer user_data)
{
  VbHttpServer *server = user_data;

  vb_http_connections_watch (server->connections, g_get_monotonic_time ());
}

static const VbMhdHooks hooks = { .stood_still = renew_idle, .ran = watch_connections };

/* Tells the guards which host the socket stands for; returns its port. */
static int
note_address (VbHttpServer *server, GSocket *socket)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (socket, NULL);
  g_autofree char *host = NULL;

  if (!G_IS_INET_SOCKET_ADDRESS (address))
    return 0;

  host = g_inet_address_to_string (
      g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
  vb_http_guards_add_listen (server->guards, host);

  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
}

/* @path: of a unix socket that is ours, to be removed at the end; else NULL */
static int
serve (VbHttpServer *server, GSocket *socket, const char *address, const char *path, GError **error)
{
  const gboolean ipv6 = g_socket_get_family (socket) == G_SOCKET_FAMILY_IPV6;
  /* libmicrohttpd owns the descriptor it is given, also when it fails; without one it would listen on
     a port of its own choice. */
  const int fd = fcntl (g_socket_get_fd (socket), F_DUPFD_CLOEXEC, 0);
  struct MHD_Daemon *daemon = fd < 0 ? NULL : start_daemon (server, fd, ipv6);
  Listener *listener;

  if (daemon == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "cannot serve HTTP on %s", address);
    return -1;
  }

  listener = g_new0 (Listener, 1);
  listener->daemon = daemon;
  listener->path = g_strdup (path);
  listener->source = vb_mhd_source_new (daemon, server->turn, &hooks, server);
  g_source_attach (listener->source, NULL);
  g_ptr_array_add (server->listeners, listener);
  vb_loop_turn_add_input (server->turn, 1);

  return note_address (server, socket);
}

int
vb_http_server_listen (VbHttpServer *server, const char *address, GError **error)
{
  g_autoptr (GSocket) socket = vb_http_listen_socket (address, error);

  return socket != NULL ? serve (server, socket, address, vb_http_listen_path (address), error)
                        : -1;
}

int
vb_http_server_adopt (VbHttpServer *server, GSocket *socket, GError **error)
{
  g_autofree char *address = vb_http_inherit_address (socket, error);

  if (address == NULL)
    return -1;

  /* What waits there may have done so for any time: since the last daemon died, say. */
  vb_loop_turn_inherit (server->turn);

  return serve (server, socket, address, NULL, error);
}
