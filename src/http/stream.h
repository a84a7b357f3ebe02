#pragma once

#include <glib.h>

G_BEGIN_DECLS

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

/** Sends @length bytes; never blocks. */
void vb_http_stream_write (VbHttpStream *stream, const char *data, gsize length);

/**
 * Whether the client has gone, which nothing tells while there is nothing to send; the stream ends
 * soon then.
 */
gboolean vb_http_stream_is_gone (VbHttpStream *stream);

G_END_DECLS
