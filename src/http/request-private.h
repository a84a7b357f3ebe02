#pragma once

#include <microhttpd.h>

#include "client.h"
#include "guards.h"
#include "request.h"
#include "router.h"
#include "stream-private.h"
#include "token-failures.h"

G_BEGIN_DECLS

/** A header of the answer. */
typedef struct
{
  const char *name;
  char *value;
} VbHttpHeader;

/*
 * One request, for http-server.c. There is one for each connection, used again for every request on
 * it, so that its buffers are kept.
 */
struct _VbHttpRequest
{
  VbHttpConnection connection;
  const char *method;
  const char *path;
  gint64 stood_still;

  const VbHttpRoute *route;
  gpointer user_data;
  GString *wildcard;
  GString *allow;
  GString *body;
  gsize header_size;
  gsize received; /* bytes of the body, also those that were not kept */
  guint refused;  /* status of a refusal found before the handler; 0: none */
  const char *reason;

  GString *answer;
  struct MHD_Response *response;
  VbHttpStream *stream; /* the answer is a stream; its own from when it is queued */
  guint status;
  GArray *headers; /* of VbHttpHeader */
};

VbHttpRequest *vb_http_request_new (struct MHD_Connection *mhd);
void vb_http_request_free (VbHttpRequest *request);

/** The headers of a request are there. */
void vb_http_request_begin (VbHttpRequest *request, const char *method, const char *path);

/** There is no place for its connection: it gets 503, and is closed. */
void vb_http_request_turn_away (VbHttpRequest *request);

/**
 * Finds the handler, or the reason why the request is refused (design §2, in this order: no place,
 * ambiguous, headers too long, Host, Origin, token, route, method, length).
 *
 * @has_place: whether the connection is one of those that may push
 */
void vb_http_request_guard (VbHttpRequest *request,
                            gboolean has_place,
                            const VbHttpGuards *guards,
                            VbTokenFailures *failures,
                            const VbHttpRouter *router);

/**
 * Whether the body is to be awaited before the answer. A body that is refused is drained all the
 * same where it is not long, or the client would see a broken connection instead of the answer.
 */
gboolean vb_http_request_wants_body (VbHttpRequest *request);

/** Takes a part of the body. Returns: FALSE where it is too long even to be drained. */
gboolean vb_http_request_add_body (VbHttpRequest *request, const char *data, gsize length);

/** Calls the handler, or makes the refusal. */
void vb_http_request_serve (VbHttpRequest *request);

/** Takes the stream that the request was answered with, or NULL. */
VbHttpStream *vb_http_request_steal_stream (VbHttpRequest *request);

/** Whether it was let in and brought something: a POST or a PUT. */
gboolean vb_http_request_is_post (const VbHttpRequest *request);

/** Gives the answer to libmicrohttpd. */
enum MHD_Result vb_http_request_queue (VbHttpRequest *request);

G_END_DECLS
