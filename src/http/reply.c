#include <string.h>

#include "json/writer.h"
#include "request-private.h"

void
vb_http_request_add_header (VbHttpRequest *request, const char *name, const char *value)
{
  const VbHttpHeader own = { .name = name, .value = g_strdup (value) };

  g_array_append_val (request->headers, own);
}

static void
set_response (VbHttpRequest *request,
              guint status,
              const char *cache_control,
              const char *content_type,
              struct MHD_Response *response)
{
  request->status = status;
  request->response = response;
  MHD_add_response_header (request->response, "Cache-Control", cache_control);
  if (content_type != NULL)
    MHD_add_response_header (request->response, "Content-Type", content_type);
  for (guint i = 0; i < request->headers->len; i++) {
    const VbHttpHeader *own = &g_array_index (request->headers, VbHttpHeader, i);

    MHD_add_response_header (request->response, own->name, own->value);
  }
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

  request->stream = vb_http_stream_new (request->connection.mhd, request->connection.fd, ended,
                                        user_data, &response);
  set_response (request, 200, "no-store", content_type, response);

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
