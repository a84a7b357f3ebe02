#define G_LOG_DOMAIN "http"

#include "server.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/listen-address.h"
#include "clients.h"
#include "guards.h"
#include "inherit.h"
#include "listen.h"
#include "mhd-source.h"
#include "request.h"
#include "router.h"
#include "token-failures.h"

/* Longest headers, in bytes. libmicrohttpd's limit lies above it, so that it is we who answer. */
#define HEADERS_MAX 16384
#define CONNECTION_MEMORY (32 * 1024)

/* Of a query. libmicrohttpd has memory for some 450; with more it ends without an answer. */
#define ARGUMENTS_MAX 64

/* What the kernel keeps of the answers that a client has not read; by itself it lets that grow to
   4 MB for each. The page fits in. */
#define UNREAD_MAX (128 * 1024)

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
  VbStandstill *standstill; /* NULL: nobody watches */
  GString *wildcard;        /* what the router has found last */
  GString *allow;
  GPtrArray *listeners;
  VbHttpTiming timing;
  GPtrArray *streams;     /* of VbHttpStream: answers without an end, under way */
  VbHttpClients *clients; /* each owned by a socket context of libmicrohttpd */
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
  server->standstill = config->standstill;
  server->wildcard = g_string_new (NULL);
  server->allow = g_string_new (NULL);
  server->listeners = g_ptr_array_new ();
  server->streams = g_ptr_array_new ();
  server->clients = vb_http_clients_new (config->connection_limit, config->request_seconds);

  return server;
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
    if (server->standstill != NULL)
      vb_standstill_add_input (server->standstill, -1);
    if (listener->path != NULL)
      g_unlink (listener->path);
    g_free (listener->path);
    g_free (listener);
  }
  g_ptr_array_unref (server->listeners);
  g_ptr_array_unref (server->streams);
  vb_http_clients_free (server->clients);
  g_string_free (server->allow, TRUE);
  g_string_free (server->wildcard, TRUE);
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
vb_http_server_set_token (VbHttpServer *server, const char *token)
{
  vb_http_guards_set_token (server->guards, token);
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
    const int fd = MHD_get_connection_info (mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    VbHttpClient *client = vb_http_client_new (mhd, fd, g_get_monotonic_time ());

    *context = client;
    vb_http_clients_add (server->clients, client);
  } else if (*context != NULL) {
    vb_http_clients_remove (server->clients, *context);
    g_clear_pointer (context, vb_http_client_free);
  }
}

static VbHttpClient *
client_of (struct MHD_Connection *mhd)
{
  return MHD_get_connection_info (mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static guint
n_arguments (const char *uri)
{
  guint count = 1;

  for (const char *next = strchr (uri, '&'); next != NULL; next = strchr (next + 1, '&'))
    count++;

  return count;
}

/* The first that is heard of a request, before its headers. */
static void *
notify_request_line (void *user_data, const char *uri, struct MHD_Connection *mhd)
{
  VbHttpClient *client = client_of (mhd);

  vb_http_client_begin (client, g_get_monotonic_time ());
  if (n_arguments (uri) > ARGUMENTS_MAX)
    vb_http_client_refuse_line (client);

  return NULL;
}

static void
notify_completed (void *user_data,
                  struct MHD_Connection *mhd,
                  void **context,
                  enum MHD_RequestTerminationCode code)
{
  vb_http_client_end (client_of (mhd));
  *context = NULL;
}

static gboolean
has_place (VbHttpServer *server, VbHttpClient *client)
{
  return vb_http_clients_has_place (server->clients, client, g_get_monotonic_time ());
}

static void
turn_away (VbHttpRequest *request)
{
  vb_http_request_add_header (request, "Retry-After", "1");
  vb_http_request_add_header (request, "Connection", "close");
  vb_http_request_refuse (request, 503, "Too many connections.");
}

static void
refuse_ambiguous (VbHttpRequest *request)
{
  vb_http_request_add_header (request, "Connection", "close");
  vb_http_request_refuse (request, 400,
                          "The request has no Host or two, two headers that tell its length, or a "
                          "header that can be read in two ways.");
}

/* A browser asks without a token first: only a wrong one is a failure. */
static void
refuse_token (VbHttpServer *server, const VbHttpClient *client, const char *authorization)
{
  VbHttpRequest *request = client->request;
  const guint wait
      = authorization == NULL
            ? 0
            : vb_token_failures_note (server->failures, client->source, g_get_monotonic_time ());
  g_autofree char *seconds = NULL;

  if (wait == 0) {
    vb_http_request_add_header (request, "WWW-Authenticate",
                                "Bearer realm=\"dbus-virtual-battery\"");
    vb_http_request_add_header (request, "WWW-Authenticate",
                                "Basic realm=\"dbus-virtual-battery\"");
    vb_http_request_refuse (request, 401, "The token is missing or wrong.");
    return;
  }

  seconds = g_strdup_printf ("%u", wait);
  vb_http_request_add_header (request, "Retry-After", seconds);
  vb_http_request_add_header (request, "Connection", "close");
  vb_http_request_refuse (request, 429, "Too many wrong tokens came from this address.");
}

static void
refuse_path (VbHttpServer *server, VbHttpRequest *request)
{
  g_autofree char *meant = NULL;
  g_autofree char *detail = NULL;

  if (server->allow->len > 0) {
    vb_http_request_add_header (request, "Allow", server->allow->str);
    vb_http_request_refuse (request, 405, "This path has no such method.");
    return;
  }

  meant = vb_http_router_meant (server->router, vb_http_request_path (request));
  if (meant != NULL)
    detail = g_strdup_printf ("There is no such path; did you mean %s?", meant);
  vb_http_request_refuse (request, 404, detail != NULL ? detail : "There is no such path.");
}

/* Values beside the path would be lost, and a name among them would be another one's. */
static void
refuse_query (VbHttpServer *server, VbHttpRequest *request, const char *path)
{
  g_autoptr (GString) detail = g_string_new (NULL);

  g_string_append_printf (detail, "%s takes no query", path);
  if (vb_http_request_takes_body (request))
    g_string_append (detail, "; values go into the body, as JSON");
  if (vb_http_router_has_below (server->router, path))
    g_string_append_printf (detail, "; a name goes into the path, as %s/NAME", path);
  g_string_append_c (detail, '.');
  vb_http_request_refuse (request, 400, detail->str);
}

static void
find_route (VbHttpServer *server, VbHttpRequest *request)
{
  gpointer user_data;
  const VbHttpRoute *route = vb_http_router_find (server->router, vb_http_request_method (request),
                                                  vb_http_request_path (request), &user_data,
                                                  server->wildcard, server->allow);

  if (route == NULL) {
    refuse_path (server, request);
    return;
  }

  vb_http_request_set_route (request, route, user_data, server->wildcard->str);
  if (!route->takes_query && vb_http_request_has_query (request)) {
    refuse_query (server, request, vb_http_request_path (request));
    return;
  }
  if (!vb_http_request_takes_body (request))
    return;
  if (vb_http_request_is_endless (request))
    vb_http_request_refuse (request, 411, "The request has no Content-Length.");
  else if (vb_http_request_content_length (request) > VB_HTTP_BODY_MAX)
    vb_http_request_refuse (request, 413, "The body is longer than 16 KiB.");
}

/* Finds the handler, or the first reason to refuse the request. The order is part of what a client
   sees: place, ambiguity, length of the headers, Host, Origin, fetch, token, path, method, length
   of the body. */
static void
judge (VbHttpServer *server, VbHttpClient *client)
{
  VbHttpRequest *request = client->request;
  const char *host = vb_http_request_header (request, "Host");
  const char *origin = vb_http_request_header (request, "Origin");
  const char *authorization = vb_http_request_header (request, "Authorization");
  const VbHttpFetch fetch = {
    .site = vb_http_request_header (request, "Sec-Fetch-Site"),
    .mode = vb_http_request_header (request, "Sec-Fetch-Mode"),
    .dest = vb_http_request_header (request, "Sec-Fetch-Dest"),
  };

  if (!has_place (server, client))
    turn_away (request);
  else if (vb_http_request_is_ambiguous (request))
    refuse_ambiguous (request);
  else if (vb_http_request_header_size (request) > HEADERS_MAX)
    vb_http_request_refuse (request, 431, "The headers are longer than 16 KiB.");
  else if (!client->local && !vb_http_guards_allow_host (server->guards, host))
    vb_http_request_refuse (request, 421,
                            "The Host is none of this daemon's names; see server-names.");
  else if (!vb_http_guards_allow_origin (server->guards, origin, host))
    vb_http_request_refuse (request, 403, "The Origin is not this daemon's.");
  else if (!vb_http_guards_allow_fetch (&fetch, vb_http_request_method (request),
                                        vb_http_request_path (request)))
    vb_http_request_refuse (request, 403, "A page of another origin has led here.");
  else if (!vb_http_guards_allow_token (server->guards, authorization))
    refuse_token (server, client, authorization);
  else
    find_route (server, request);
}

static void
wake_listeners (gpointer user_data)
{
  VbHttpServer *server = user_data;

  for (guint i = 0; i < server->listeners->len; i++)
    vb_mhd_source_wake (((Listener *)g_ptr_array_index (server->listeners, i))->source);
}

static enum MHD_Result
answer (VbHttpServer *server, VbHttpClient *client)
{
  VbHttpRequest *request = client->request;
  VbHttpStream *stream;
  gboolean queued;

  vb_http_request_serve (request);
  vb_http_timing_add (&server->timing, vb_http_client_age (client, g_get_monotonic_time ()));
  stream = vb_http_request_steal_stream (request);
  if (stream != NULL) {
    vb_http_clients_set_streaming (server->clients, client);
    vb_http_stream_attach (stream, server->streams, wake_listeners, server);
  }
  queued = vb_http_request_queue (request);
  vb_http_client_complete (client, vb_http_request_size (request),
                           vb_http_request_has_posted (request), g_get_monotonic_time ());

  return queued ? MHD_YES : MHD_NO;
}

static gint64
stood_still (const VbHttpServer *server)
{
  return server->standstill != NULL ? vb_standstill_lasted (server->standstill) : 0;
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
  VbHttpClient *client = client_of (mhd);
  VbHttpRequest *request = client->request;

  if (*context == NULL) {
    *context = request;
    vb_http_request_begin (request, method, url, version);
    vb_http_client_set_headers_known (client);
    judge (server, client);
    vb_http_request_note_stood_still (request, stood_still (server));
    return vb_http_request_wants_body (request) ? MHD_YES : answer (server, client);
  }

  if (*upload_size > 0) {
    const gboolean taken = vb_http_request_add_body (request, upload, *upload_size);

    *upload_size = 0;
    return taken ? MHD_YES : MHD_NO;
  }

  /* Its body may have waited though its headers did not. */
  vb_http_request_note_stood_still (request, stood_still (server));

  /* Another client with whole headers may have taken its place before its body was here. */
  if (!vb_http_request_is_refused (request) && !has_place (server, client))
    turn_away (request);

  return answer (server, client);
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

  vb_http_clients_renew_idle (server->clients, server->idle_seconds);
}

static void
watch_clients (gpointer user_data)
{
  VbHttpServer *server = user_data;

  vb_http_clients_watch (server->clients, g_get_monotonic_time ());
}

static const VbMhdHooks hooks = { .stood_still = renew_idle, .ran = watch_clients };

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
  /* libmicrohttpd owns the descriptor it is given, also when it fails; without one it would listen
     on a port of its own choice. */
  const int fd = fcntl (g_socket_get_fd (socket), F_DUPFD_CLOEXEC, 0);
  struct MHD_Daemon *daemon = fd < 0 ? NULL : start_daemon (server, fd, ipv6);
  Listener *listener;

  /* Those who connect inherit it. */
  g_socket_set_option (socket, SOL_SOCKET, SO_SNDBUF, UNREAD_MAX, NULL);
  if (daemon == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "cannot serve HTTP on %s", address);
    return -1;
  }

  listener = g_new0 (Listener, 1);
  listener->daemon = daemon;
  listener->path = g_strdup (path);
  listener->source = vb_mhd_source_new (daemon, server->standstill, &hooks, server);
  g_source_attach (listener->source, NULL);
  g_ptr_array_add (server->listeners, listener);
  if (server->standstill != NULL)
    vb_standstill_add_input (server->standstill, 1);

  return note_address (server, socket);
}

int
vb_http_server_listen (VbHttpServer *server, const char *address, GError **error)
{
  g_autoptr (GSocket) socket = vb_http_listen_socket (address, error);

  return socket != NULL ? serve (server, socket, address, vb_listen_address_path (address), error)
                        : -1;
}

int
vb_http_server_adopt (VbHttpServer *server, GSocket *socket, GError **error)
{
  g_autofree char *address = vb_http_inherit_address (socket, error);

  if (address == NULL)
    return -1;

  /* What waits there may have done so for any time: since the last daemon died, say. */
  if (server->standstill != NULL)
    vb_standstill_inherit (server->standstill);

  return serve (server, socket, address, NULL, error);
}
