#pragma once

#include <glib.h>

G_BEGIN_DECLS

struct MHD_Connection;
struct MHD_Response;

/**
 * VbHttpStream:
 *
 * An answer without an end, written to whenever there is something to say. What the client has not
 * read yet is kept; one that falls too far behind is dropped. It lives until the connection ends.
 */
typedef struct _VbHttpStream VbHttpStream;

/** Called when the connection has ended, however it came to that: the stream is freed after it. */
typedef void (*VbHttpStreamEnded) (VbHttpStream *stream, gpointer user_data);

/** How much (bytes) may wait for a client that does not read. */
#define VB_HTTP_STREAM_MAX (256 * 1024)

/**
 * Makes a stream on @connection.
 *
 * @response: set to the answer that reads from the stream, and that owns it; NULL where there is no
 * memory for one: NULL is returned then, too, and @ended has been called
 */
VbHttpStream *vb_http_stream_new (struct MHD_Connection *connection,
                                  VbHttpStreamEnded ended,
                                  gpointer user_data,
                                  struct MHD_Response **response);

/**
 * Puts @stream into the list @streams of its server, from which it takes itself when it ends.
 * @woken is called whenever libmicrohttpd has to run because of it.
 */
void vb_http_stream_attach (VbHttpStream *stream,
                            GPtrArray *streams,
                            void (*woken) (gpointer user_data),
                            gpointer user_data);

/** Lets libmicrohttpd go on with @stream, which may be waiting: before the server stops. */
void vb_http_stream_wake (VbHttpStream *stream);

/** Sends @length bytes; never blocks. */
void vb_http_stream_write (VbHttpStream *stream, const char *data, gsize length);

/**
 * Whether the client has gone, which nothing tells while there is nothing to send; the stream ends
 * soon then.
 */
gboolean vb_http_stream_is_gone (VbHttpStream *stream);

G_END_DECLS
