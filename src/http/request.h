#pragma once

#include "route.h"
#include "stream.h"

G_BEGIN_DECLS

/** Longest body, in bytes. */
#define VB_HTTP_BODY_MAX 16384

/*
 * For a handler: what was asked.
 */

const char *vb_http_request_method (const VbHttpRequest *request);

/** The element that stood in place of `*`, or NULL. */
const char *vb_http_request_wildcard (const VbHttpRequest *request);

/** The body; not terminated. */
const char *vb_http_request_body (const VbHttpRequest *request, gsize *length);

/** Whether the request said how long its body is, or sent it in chunks; else it has none. */
gboolean vb_http_request_has_length (const VbHttpRequest *request);

/** What stands behind `?@name=` in the request, or NULL. */
const char *vb_http_request_argument (const VbHttpRequest *request, const char *name);

/** Whether the request has a query. */
gboolean vb_http_request_has_query (const VbHttpRequest *request);

/** A header of the request, or NULL. */
const char *vb_http_request_header (const VbHttpRequest *request, const char *name);

/** The sender's address without its port, as `127.0.0.1`. */
const char *vb_http_request_source (const VbHttpRequest *request);

/**
 * How long (µs) the process stood still while this request lay in its socket; 0 if it did not. What
 * lay there for two minutes is not fresh.
 */
gint64 vb_http_request_stood_still (const VbHttpRequest *request);

/*
 * For a handler: the answer.
 */

/** Answers with @status and a copy of @length bytes. */
void vb_http_request_reply (
    VbHttpRequest *request, guint status, const char *content_type, const char *body, gsize length);

/** Answers with 200 and @body, of which no copy is made: it is unreferenced once it has been sent,
    or the client has gone. */
void vb_http_request_reply_bytes (VbHttpRequest *request, const char *content_type, GBytes *body);

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

/** Answers @request with 200 and a stream. It does not count as a pushing connection any more. NULL
    where there is no memory for one: there is no answer then. */
VbHttpStream *vb_http_request_reply_stream (VbHttpRequest *request,
                                            const char *content_type,
                                            VbHttpStreamEnded ended,
                                            gpointer user_data);

/** Adds a header to the answer; to be called before the reply. */
void vb_http_request_add_header (VbHttpRequest *request, const char *name, const char *value);

/** Answers with an RFC 9457 problem of @status; @detail is one sentence. */
void vb_http_request_problem (VbHttpRequest *request, guint status, const char *detail);

/**
 * The request brought what its route is there for, and it was taken: its sender is a source, and
 * keeps a connection where others may not.
 */
void vb_http_request_set_posted (VbHttpRequest *request);

/*
 * For the server, in the order of its calls.
 */

/**
 * Makes the request of one connection, used again for every request on it.
 *
 * @source: the sender's address, which must stay
 */
VbHttpRequest *vb_http_request_new (struct MHD_Connection *mhd, const char *source);
void vb_http_request_free (VbHttpRequest *request);

/**
 * The headers of a request are there.
 *
 * @method, @path, @version: must stay until it is answered; @version as `HTTP/1.1`
 */
void vb_http_request_begin (VbHttpRequest *request,
                            const char *method,
                            const char *path,
                            const char *version);

/** How long the headers are, in bytes. */
gsize vb_http_request_header_size (const VbHttpRequest *request);

const char *vb_http_request_path (const VbHttpRequest *request);

/**
 * Whether a header that must stand once stands twice, Host (from HTTP/1.1 on) not at all, or one is
 * written so that others may take it for another than we do: a proxy could see other requests than
 * we do (RFC 9112, 6.3).
 */
gboolean vb_http_request_is_ambiguous (const VbHttpRequest *request);

/** Whether the body ends only with the connection, so that nobody would hear the answer. */
gboolean vb_http_request_is_endless (const VbHttpRequest *request);

/** How long the body is to be, in bytes; 0 where that is not said. */
guint64 vb_http_request_content_length (const VbHttpRequest *request);

/** Says who answers: @route, which must stay, with what stands in place of its `*`, or "". */
void vb_http_request_set_route (VbHttpRequest *request,
                                const VbHttpRoute *route,
                                gpointer user_data,
                                const char *wildcard);

/** Whether the route, which must have been set, reads a body: that of a POST or a PUT. */
gboolean vb_http_request_takes_body (const VbHttpRequest *request);

/** Lets the answer be a problem of @status; @reason is one sentence. */
void vb_http_request_refuse (VbHttpRequest *request, guint status, const char *reason);

gboolean vb_http_request_is_refused (const VbHttpRequest *request);

/** The process stood still for @duration (µs) while the request waited; the longest one counts. */
void vb_http_request_note_stood_still (VbHttpRequest *request, gint64 duration);

/**
 * Whether the body is to be awaited before the answer. A body that is refused is drained all the
 * same where it is not long, or the client would see a broken connection instead of the answer.
 */
gboolean vb_http_request_wants_body (const VbHttpRequest *request);

/** Takes a part of the body. Returns: FALSE where it is too long even to be drained. */
gboolean vb_http_request_add_body (VbHttpRequest *request, const char *data, gsize length);

/** Calls the handler, or makes the refusal. */
void vb_http_request_serve (VbHttpRequest *request);

/** Takes the stream that the request was answered with, or NULL. */
VbHttpStream *vb_http_request_steal_stream (VbHttpRequest *request);

/** Gives the answer to libmicrohttpd. Returns: FALSE where it did not take it, or where
    there was no memory for one: the connection is to be closed */
gboolean vb_http_request_queue (VbHttpRequest *request);

/** How long the request was, in bytes; 0 where it came in chunks, of which nobody tells. */
gsize vb_http_request_size (const VbHttpRequest *request);

/** Whether the handler has called vb_http_request_set_posted(). */
gboolean vb_http_request_has_posted (const VbHttpRequest *request);

G_END_DECLS
