#define G_LOG_DOMAIN "http"

#include "request-private.h"

#include <string.h>

#define HEADERS_MAX 16384
#define DRAIN_MAX (1024 * 1024)

static void
header_clear (gpointer data)
{
  g_free (((VbHttpHeader *)data)->value);
}

VbHttpRequest *
vb_http_request_new (struct MHD_Connection *mhd)
{
  const int fd = MHD_get_connection_info (mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
  VbHttpRequest *request = g_new0 (VbHttpRequest, 1);

  vb_http_connection_init (&request->connection, fd, g_get_monotonic_time ());
  request->connection.mhd = mhd;
  request->wildcard = g_string_new (NULL);
  request->allow = g_string_new (NULL);
  request->body = g_string_new (NULL);
  request->answer = g_string_new (NULL);
  request->headers = g_array_new (FALSE, FALSE, sizeof (VbHttpHeader));
  g_array_set_clear_func (request->headers, header_clear);

  return request;
}

void
vb_http_request_free (VbHttpRequest *request)
{
  g_clear_pointer (&request->response, MHD_destroy_response);
  g_string_free (request->wildcard, TRUE);
  g_string_free (request->allow, TRUE);
  g_string_free (request->body, TRUE);
  g_string_free (request->answer, TRUE);
  g_array_unref (request->headers);
  g_free (request);
}

static const char *
header (const VbHttpRequest *request, const char *name)
{
  return MHD_lookup_connection_value (request->connection.mhd, MHD_HEADER_KIND, name);
}

void
vb_http_request_begin (VbHttpRequest *request, const char *method, const char *path)
{
  request->method = method;
  request->path = path;
  request->received = 0;
  request->refused = 0;
  g_string_truncate (request->body, 0);
  g_array_set_size (request->headers, 0);
  request->header_size
      = MHD_get_connection_info (request->connection.mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)
            ->header_size;
  vb_http_connection_set_headers_known (&request->connection);
}

static void
refuse (VbHttpRequest *request, guint status, const char *reason)
{
  request->refused = status;
  request->reason = reason;
}

static gboolean
is_chunked (const VbHttpRequest *request)
{
  const char *encoding = header (request, "Transfer-Encoding");

  return encoding != NULL && g_ascii_strcasecmp (encoding, "chunked") == 0;
}

/* Any other encoding goes on until the client closes, and nobody would hear the answer. */
static gboolean
is_endless (const VbHttpRequest *request)
{
  return header (request, "Transfer-Encoding") != NULL && !is_chunked (request);
}

gboolean
vb_http_request_has_length (const VbHttpRequest *request)
{
  return is_chunked (request) || header (request, "Content-Length") != NULL;
}

static gboolean
takes_body (const VbHttpRequest *request)
{
  const char *method = request->route->method;

  return g_str_equal (method, "POST") || g_str_equal (method, "PUT");
}

static guint64
content_length (const VbHttpRequest *request)
{
  const char *length = header (request, "Content-Length");

  return length != NULL ? g_ascii_strtoull (length, NULL, 10) : 0;
}

typedef struct
{
  guint hosts;
  guint framings; /* headers that say how long the body is */
} Framing;

static enum MHD_Result
note_framing (void *user_data, enum MHD_ValueKind kind, const char *name, const char *value)
{
  Framing *framing = user_data;

  if (g_ascii_strcasecmp (name, "Host") == 0)
    framing->hosts++;
  else if (g_ascii_strcasecmp (name, "Content-Length") == 0
           || g_ascii_strcasecmp (name, "Transfer-Encoding") == 0)
    framing->framings++;

  return MHD_YES;
}

/* A proxy could understand it in another way, and see other requests than we do (RFC 9112, 6.3). */
static gboolean
is_ambiguous (const VbHttpRequest *request)
{
  Framing framing = { 0 };

  MHD_get_connection_values (request->connection.mhd, MHD_HEADER_KIND, note_framing, &framing);

  return framing.hosts > 1 || framing.framings > 1;
}

/* A browser asks without a token first: only a wrong one is a failure. */
static void
refuse_token (VbHttpRequest *request, VbTokenFailures *failures)
{
  const guint wait = header (request, "Authorization") == NULL
                         ? 0
                         : vb_token_failures_note (failures, request->connection.source,
                                                   g_get_monotonic_time ());
  g_autofree char *seconds = NULL;

  if (wait == 0) {
    vb_http_request_add_header (request, "WWW-Authenticate",
                                "Bearer realm=\"dbus-virtual-battery\"");
    vb_http_request_add_header (request, "WWW-Authenticate",
                                "Basic realm=\"dbus-virtual-battery\"");
    refuse (request, 401, "The token is missing or wrong.");
    return;
  }

  seconds = g_strdup_printf ("%u", wait);
  vb_http_request_add_header (request, "Retry-After", seconds);
  vb_http_request_add_header (request, "Connection", "close");
  refuse (request, 429, "Too many wrong tokens came from this address.");
}

void
vb_http_request_turn_away (VbHttpRequest *request)
{
  vb_http_request_add_header (request, "Retry-After", "1");
  vb_http_request_add_header (request, "Connection", "close");
  refuse (request, 503, "Too many connections.");
}

void
vb_http_request_guard (VbHttpRequest *request,
                       gboolean has_place,
                       const VbHttpGuards *guards,
                       VbTokenFailures *failures,
                       const VbHttpRouter *router)
{
  const char *host = header (request, "Host");

  request->route = NULL;
  if (!has_place)
    vb_http_request_turn_away (request);
  else if (is_ambiguous (request)) {
    vb_http_request_add_header (request, "Connection", "close");
    refuse (request, 400, "The request has two Hosts, or two headers that tell its length.");
  } else if (request->header_size > HEADERS_MAX)
    refuse (request, 431, "The headers are longer than 16 KiB.");
  else if (!request->connection.local && !vb_http_guards_allow_host (guards, host))
    refuse (request, 421, "The Host is none of this daemon's names; see server-names.");
  else if (!vb_http_guards_allow_origin (guards, header (request, "Origin"), host))
    refuse (request, 403, "The Origin is not this daemon's.");
  else if (!vb_http_guards_allow_token (guards, header (request, "Authorization")))
    refuse_token (request, failures);
  else {
    request->route = vb_http_router_find (router, request->method, request->path,
                                          &request->user_data, request->wildcard, request->allow);
    if (request->route != NULL) {
      if (takes_body (request) && is_endless (request))
        refuse (request, 411, "The request has no Content-Length.");
      else if (takes_body (request) && content_length (request) > VB_HTTP_BODY_MAX)
        refuse (request, 413, "The body is longer than 16 KiB.");
    } else if (request->allow->len > 0) {
      vb_http_request_add_header (request, "Allow", request->allow->str);
      refuse (request, 405, "This path has no such method.");
    } else
      refuse (request, 404, "There is no such path.");
  }
}

gboolean
vb_http_request_wants_body (VbHttpRequest *request)
{
  /* Somebody who asks before he sends has nothing to be drained. */
  const gboolean refused_early
      = request->refused != 0
        && (header (request, "Expect") != NULL || content_length (request) > DRAIN_MAX
            || is_endless (request));

  if (refused_early)
    vb_http_request_serve (request);

  return !refused_early;
}

gboolean
vb_http_request_add_body (VbHttpRequest *request, const char *data, gsize length)
{
  request->received += length;
  if (request->received > VB_HTTP_BODY_MAX && request->refused == 0 && takes_body (request))
    refuse (request, 413, "The body is longer than 16 KiB.");

  if (request->refused == 0 && takes_body (request))
    g_string_append_len (request->body, data, (gssize)length);

  return request->received <= DRAIN_MAX;
}

void
vb_http_request_serve (VbHttpRequest *request)
{
  if (request->refused != 0)
    vb_http_request_problem (request, request->refused, request->reason);
  else
    request->route->handler (request, request->user_data);

  if (request->response == NULL) {
    g_critical ("%s %s was left unanswered", request->method, request->path);
    vb_http_request_problem (request, 500, "The request was left unanswered.");
  }
}

gboolean
vb_http_request_is_post (const VbHttpRequest *request)
{
  return request->refused == 0 && request->route != NULL && takes_body (request);
}

enum MHD_Result
vb_http_request_queue (VbHttpRequest *request)
{
  const enum MHD_Result result
      = MHD_queue_response (request->connection.mhd, request->status, request->response);

  g_clear_pointer (&request->response, MHD_destroy_response);

  /* How many bytes the frames of the chunks took nobody tells. */
  vb_http_connection_complete (&request->connection,
                               is_chunked (request) ? 0 : request->header_size + request->received,
                               g_get_monotonic_time ());

  return result;
}

const char *
vb_http_request_method (const VbHttpRequest *request)
{
  return request->method;
}

const char *
vb_http_request_wildcard (const VbHttpRequest *request)
{
  return request->wildcard->len > 0 ? request->wildcard->str : NULL;
}

const char *
vb_http_request_body (const VbHttpRequest *request, gsize *length)
{
  *length = request->body->len;

  return request->body->str;
}

const char *
vb_http_request_source (const VbHttpRequest *request)
{
  return request->connection.source;
}

gint64
vb_http_request_stood_still (const VbHttpRequest *request)
{
  return request->stood_still;
}

const char *
vb_http_request_argument (const VbHttpRequest *request, const char *name)
{
  return MHD_lookup_connection_value (request->connection.mhd, MHD_GET_ARGUMENT_KIND, name);
}

const char *
vb_http_request_header (const VbHttpRequest *request, const char *name)
{
  return header (request, name);
}
