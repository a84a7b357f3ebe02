#define G_LOG_DOMAIN "http"

#include "request.h"

#include <microhttpd.h>
#include <string.h>

#include "json/writer.h"

/* A refused body that is longer is not awaited. */
#define DRAIN_MAX (1024 * 1024)

/* What libmicrohttpd keeps of a long answer at a time, in bytes. */
#define BYTES_BLOCK 16384

/* A header of the answer. */
typedef struct
{
  const char *name;
  char *value;
} Header;

struct _VbHttpRequest
{
  struct MHD_Connection *mhd;
  const char *source;
  const char *method;
  const char *path;
  const char *version;
  gint64 stood_still;

  const VbHttpRoute *route;
  gpointer user_data;
  GString *wildcard;
  GString *body;
  gsize header_size;
  gsize received; /* bytes of the body, also those that were not kept */
  guint refused;  /* status of a refusal found before the handler; 0: none */
  GString *reason;
  gboolean posted;

  GString *answer;
  struct MHD_Response *response;
  gboolean failed;      /* there was no memory for an answer */
  VbHttpStream *stream; /* the answer is a stream; its own from when it is queued */
  guint status;
  GArray *headers; /* of Header */
};

static void
header_clear (gpointer data)
{
  g_free (((Header *)data)->value);
}

VbHttpRequest *
vb_http_request_new (struct MHD_Connection *mhd, const char *source)
{
  VbHttpRequest *request = g_new0 (VbHttpRequest, 1);

  request->mhd = mhd;
  request->source = source;
  request->reason = g_string_new (NULL);
  request->wildcard = g_string_new (NULL);
  request->body = g_string_new (NULL);
  request->answer = g_string_new (NULL);
  request->headers = g_array_new (FALSE, FALSE, sizeof (Header));
  g_array_set_clear_func (request->headers, header_clear);

  return request;
}

void
vb_http_request_free (VbHttpRequest *request)
{
  g_clear_pointer (&request->response, MHD_destroy_response);
  g_string_free (request->reason, TRUE);
  g_string_free (request->wildcard, TRUE);
  g_string_free (request->body, TRUE);
  g_string_free (request->answer, TRUE);
  g_array_unref (request->headers);
  g_free (request);
}

void
vb_http_request_begin (VbHttpRequest *request,
                       const char *method,
                       const char *path,
                       const char *version)
{
  request->method = method;
  request->path = path;
  request->version = version;
  request->route = NULL;
  request->received = 0;
  request->refused = 0;
  request->posted = FALSE;
  request->failed = FALSE;
  request->stood_still = 0;
  g_string_truncate (request->body, 0);
  g_array_set_size (request->headers, 0);
  request->header_size
      = MHD_get_connection_info (request->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)
            ->header_size;
}

const char *
vb_http_request_method (const VbHttpRequest *request)
{
  return request->method;
}

const char *
vb_http_request_path (const VbHttpRequest *request)
{
  return request->path;
}

const char *
vb_http_request_source (const VbHttpRequest *request)
{
  return request->source;
}

const char *
vb_http_request_argument (const VbHttpRequest *request, const char *name)
{
  return MHD_lookup_connection_value (request->mhd, MHD_GET_ARGUMENT_KIND, name);
}

gboolean
vb_http_request_has_query (const VbHttpRequest *request)
{
  return MHD_get_connection_values (request->mhd, MHD_GET_ARGUMENT_KIND, NULL, NULL) > 0;
}

const char *
vb_http_request_header (const VbHttpRequest *request, const char *name)
{
  return MHD_lookup_connection_value (request->mhd, MHD_HEADER_KIND, name);
}

gsize
vb_http_request_header_size (const VbHttpRequest *request)
{
  return request->header_size;
}

static gboolean
is_chunked (const VbHttpRequest *request)
{
  const char *encoding = vb_http_request_header (request, "Transfer-Encoding");

  return encoding != NULL && g_ascii_strcasecmp (encoding, "chunked") == 0;
}

gboolean
vb_http_request_is_endless (const VbHttpRequest *request)
{
  return vb_http_request_header (request, "Transfer-Encoding") != NULL && !is_chunked (request);
}

gboolean
vb_http_request_has_length (const VbHttpRequest *request)
{
  return is_chunked (request) || vb_http_request_header (request, "Content-Length") != NULL;
}

guint64
vb_http_request_content_length (const VbHttpRequest *request)
{
  const char *length = vb_http_request_header (request, "Content-Length");

  return length != NULL ? g_ascii_strtoull (length, NULL, 10) : 0;
}

typedef struct
{
  guint hosts;
  guint framings; /* headers that say how long the body is */
  gboolean unclear;
} Framing;

/* Whether @name is one (RFC 9110, 5.1): `Content-Length ` is none, and means nothing to
   libmicrohttpd. */
static gboolean
is_token (const char *name)
{
  const char *end = name;

  while (g_ascii_isalnum (*end) || (*end != '\0' && strchr ("!#$%&'*+-.^_`|~", *end) != NULL))
    end++;

  return end > name && *end == '\0';
}

static gboolean
is_one_line (const char *value)
{
  const guchar *end = (const guchar *)value;

  while (*end == '\t' || (*end >= ' ' && *end != 0x7f))
    end++;

  return *end == '\0';
}

/* What is continued on the next line, which nobody does any more (RFC 9112, 5.2), libmicrohttpd
   puts behind the name: `Content-Length:`, `  5` is Content-Length5. */
static gboolean
is_continued (const char *name, const char *framing)
{
  const gsize length = strlen (framing);

  return g_ascii_strncasecmp (name, framing, length) == 0 && name[length] != '\0';
}

static enum MHD_Result
note_framing (void *user_data, enum MHD_ValueKind kind, const char *name, const char *value)
{
  Framing *framing = user_data;

  if (g_ascii_strcasecmp (name, "Host") == 0)
    framing->hosts++;
  else if (g_ascii_strcasecmp (name, "Content-Length") == 0
           || g_ascii_strcasecmp (name, "Transfer-Encoding") == 0)
    framing->framings++;

  framing->unclear |= !is_token (name) || (value != NULL && !is_one_line (value))
                      || is_continued (name, "Content-Length")
                      || is_continued (name, "Transfer-Encoding") || is_continued (name, "Host");

  return MHD_YES;
}

gboolean
vb_http_request_is_ambiguous (const VbHttpRequest *request)
{
  Framing framing = { 0 };

  MHD_get_connection_values (request->mhd, MHD_HEADER_KIND, note_framing, &framing);

  /* We ask for Host, not libmicrohttpd: it takes it for missing where there are too many cookies,
     and its second refusal leaves the client without any. */
  if (framing.hosts == 0 && !g_str_equal (request->version, "HTTP/1.0"))
    return TRUE;

  return framing.unclear || framing.hosts > 1 || framing.framings > 1;
}

void
vb_http_request_set_route (VbHttpRequest *request,
                           const VbHttpRoute *route,
                           gpointer user_data,
                           const char *wildcard)
{
  request->route = route;
  request->user_data = user_data;
  g_string_assign (request->wildcard, wildcard);
}

const char *
vb_http_request_wildcard (const VbHttpRequest *request)
{
  return request->wildcard->len > 0 ? request->wildcard->str : NULL;
}

gboolean
vb_http_request_takes_body (const VbHttpRequest *request)
{
  const char *method = request->route->method;

  return g_str_equal (method, "POST") || g_str_equal (method, "PUT");
}

void
vb_http_request_set_posted (VbHttpRequest *request)
{
  request->posted = TRUE;
}

gboolean
vb_http_request_has_posted (const VbHttpRequest *request)
{
  return request->posted;
}

void
vb_http_request_refuse (VbHttpRequest *request, guint status, const char *reason)
{
  request->refused = status;
  g_string_assign (request->reason, reason);
}

gboolean
vb_http_request_is_refused (const VbHttpRequest *request)
{
  return request->refused != 0;
}

void
vb_http_request_note_stood_still (VbHttpRequest *request, gint64 duration)
{
  request->stood_still = MAX (request->stood_still, duration);
}

gint64
vb_http_request_stood_still (const VbHttpRequest *request)
{
  return request->stood_still;
}

gboolean
vb_http_request_wants_body (const VbHttpRequest *request)
{
  /* A client that asks before it sends has nothing to be drained. */
  return request->refused == 0
         || (vb_http_request_header (request, "Expect") == NULL
             && vb_http_request_content_length (request) <= DRAIN_MAX
             && !vb_http_request_is_endless (request));
}

gboolean
vb_http_request_add_body (VbHttpRequest *request, const char *data, gsize length)
{
  const gboolean kept = request->refused == 0 && vb_http_request_takes_body (request);

  request->received += length;
  if (kept && request->received > VB_HTTP_BODY_MAX)
    vb_http_request_refuse (request, 413, "The body is longer than 16 KiB.");
  else if (kept)
    g_string_append_len (request->body, data, (gssize)length);

  return request->received <= DRAIN_MAX;
}

const char *
vb_http_request_body (const VbHttpRequest *request, gsize *length)
{
  *length = request->body->len;

  return request->body->str;
}

gsize
vb_http_request_size (const VbHttpRequest *request)
{
  return is_chunked (request) ? 0 : request->header_size + request->received;
}

void
vb_http_request_add_header (VbHttpRequest *request, const char *name, const char *value)
{
  const Header own = { .name = name, .value = g_strdup (value) };

  g_array_append_val (request->headers, own);
}

static gboolean
add_headers (const VbHttpRequest *request,
             const char *cache_control,
             const char *content_type,
             struct MHD_Response *response)
{
  gboolean added = MHD_add_response_header (response, "Cache-Control", cache_control) == MHD_YES;

  if (content_type != NULL)
    added = MHD_add_response_header (response, "Content-Type", content_type) == MHD_YES && added;
  for (guint i = 0; i < request->headers->len; i++) {
    const Header *own = &g_array_index (request->headers, Header, i);

    added = MHD_add_response_header (response, own->name, own->value) == MHD_YES && added;
  }

  return added;
}

/* Without memory for the answer, or for one of its headers, there is none: half of it might be
   believed. The connection is closed then, see vb_http_request_queue().
   @response: NULL where it could not be made */
static void
set_response (VbHttpRequest *request,
              guint status,
              const char *cache_control,
              const char *content_type,
              struct MHD_Response *response)
{
  if (response != NULL && !add_headers (request, cache_control, content_type, response))
    g_clear_pointer (&response, MHD_destroy_response);

  request->status = status;
  request->response = response;
  request->failed = response == NULL;
}

static void
make_response (VbHttpRequest *request,
               guint status,
               const char *cache_control,
               const char *content_type,
               const char *body,
               gsize length)
{
  g_return_if_fail (request->response == NULL);

  set_response (request, status, cache_control, content_type,
                MHD_create_response_from_buffer (length, (void *)body, MHD_RESPMEM_MUST_COPY));
}

void
vb_http_request_reply (
    VbHttpRequest *request, guint status, const char *content_type, const char *body, gsize length)
{
  make_response (request, status, "no-store", content_type, body, length);
}

static ssize_t
read_bytes (void *user_data, uint64_t position, char *buffer, size_t most)
{
  gsize length;
  const char *body = g_bytes_get_data (user_data, &length);
  const gsize part = MIN (length - (gsize)position, most);

  memcpy (buffer, body + position, part);

  return (ssize_t)part;
}

static void
free_bytes (void *user_data)
{
  g_bytes_unref (user_data);
}

void
vb_http_request_reply_bytes (VbHttpRequest *request, const char *content_type, GBytes *body)
{
  struct MHD_Response *response;

  g_return_if_fail (request->response == NULL);

  response = MHD_create_response_from_callback (g_bytes_get_size (body), BYTES_BLOCK, read_bytes,
                                                g_bytes_ref (body), free_bytes);
  if (response == NULL)
    g_bytes_unref (body);
  set_response (request, 200, "no-store", content_type, response);
}

/* Whether the client has what @etag stands for: it may name several, each perhaps as a weak one. */
static gboolean
has_already (const VbHttpRequest *request, const char *etag)
{
  const char *named = vb_http_request_header (request, "If-None-Match");

  return named != NULL && (g_str_equal (named, "*") || strstr (named, etag) != NULL);
}

void
vb_http_request_reply_unchanging (VbHttpRequest *request,
                                  const char *content_type,
                                  const char *etag,
                                  const char *body,
                                  gsize length)
{
  vb_http_request_add_header (request, "ETag", etag);
  if (has_already (request, etag))
    make_response (request, 304, "no-cache", NULL, "", 0);
  else
    make_response (request, 200, "no-cache", content_type, body, length);
}

VbHttpStream *
vb_http_request_reply_stream (VbHttpRequest *request,
                              const char *content_type,
                              VbHttpStreamEnded ended,
                              gpointer user_data)
{
  struct MHD_Response *response;

  g_return_val_if_fail (request->response == NULL, NULL);

  request->stream = vb_http_stream_new (request->mhd, ended, user_data, &response);
  set_response (request, 200, "no-store", content_type, response);

  /* The stream has gone with its answer, and has said so. */
  if (request->failed)
    request->stream = NULL;

  return request->stream;
}

VbHttpStream *
vb_http_request_steal_stream (VbHttpRequest *request)
{
  return g_steal_pointer (&request->stream);
}

void
vb_http_request_problem (VbHttpRequest *request, guint status, const char *detail)
{
  VbJsonWriter json;

  g_string_truncate (request->answer, 0);
  vb_json_writer_init (&json, request->answer);
  vb_json_begin_object (&json);
  vb_json_member_string (&json, "type", "about:blank");
  vb_json_member_string (&json, "title", MHD_get_reason_phrase_for (status));
  vb_json_member_integer (&json, "status", status);
  vb_json_member_string (&json, "detail", detail);
  vb_json_end_object (&json);
  g_string_append_c (request->answer, '\n');

  vb_http_request_reply (request, status, "application/problem+json", request->answer->str,
                         request->answer->len);
}

void
vb_http_request_serve (VbHttpRequest *request)
{
  if (request->refused != 0)
    vb_http_request_problem (request, request->refused, request->reason->str);
  else
    request->route->handler (request, request->user_data);

  if (request->response == NULL && !request->failed) {
    g_critical ("%s %s was left unanswered", request->method, request->path);
    vb_http_request_problem (request, 500, "The request was left unanswered.");
  }
}

gboolean
vb_http_request_queue (VbHttpRequest *request)
{
  enum MHD_Result result;

  if (request->response == NULL)
    return FALSE;

  result = MHD_queue_response (request->mhd, request->status, request->response);
  g_clear_pointer (&request->response, MHD_destroy_response);

  return result == MHD_YES;
}
