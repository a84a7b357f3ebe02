#pragma once

#include "route.h"
#include "stream.h"

G_BEGIN_DECLS

/** Longest body, in bytes (design §2). */
#define VB_HTTP_BODY_MAX 16384

const char *vb_http_request_method (const VbHttpRequest *request);

/** The element that stood in place of `*`, or NULL. */
const char *vb_http_request_wildcard (const VbHttpRequest *request);

/** The body; not terminated. */
const char *vb_http_request_body (const VbHttpRequest *request, gsize *length);

/** Whether the request said how long its body is, or sent it in chunks; else it has none. */
gboolean vb_http_request_has_length (const VbHttpRequest *request);

/** What stands behind `?@name=` in the request, or NULL. */
const char *vb_http_request_argument (const VbHttpRequest *request, const char *name);

/** A header of the request, or NULL. */
const char *vb_http_request_header (const VbHttpRequest *request, const char *name);

/** The sender's address without its port, as `127.0.0.1`. */
const char *vb_http_request_source (const VbHttpRequest *request);

/**
 * How long (µs) the process stood still while this request waited in its socket, as far as that was
 * (VbStandstill); 0 where it was not: what lay in a socket for two minutes is not fresh.
 */
gint64 vb_http_request_stood_still (const VbHttpRequest *request);

/** Answers with @status and a copy of @length bytes. */
void vb_http_request_reply (
    VbHttpRequest *request, guint status, const char *content_type, const char *body, gsize length);

/**
 * Answers with 200 and a copy of @length bytes that stay the same as long as @etag does; with 304
 * where the client has them already.
 *
 * @etag: with its quotation marks, as `"0.1.0"`
 */
void vb_http_request_reply_unchanging (VbHttpRequest *request,
                                       const char *content_type,
                                       const char *etag,
                                       const char *body,
                                       gsize length);

/** Answers @request with 200 and a stream. It does not count as a pushing connection any more. */
VbHttpStream *vb_http_request_reply_stream (VbHttpRequest *request,
                                            const char *content_type,
                                            VbHttpStreamEnded ended,
                                            gpointer user_data);

/** Adds a header to the answer; to be called before the reply. */
void vb_http_request_add_header (VbHttpRequest *request, const char *name, const char *value);

/** Answers with an RFC 9457 problem of @status; @detail is one sentence. */
void vb_http_request_problem (VbHttpRequest *request, guint status, const char *detail);

G_END_DECLS
