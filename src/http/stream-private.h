#pragma once

#include <microhttpd.h>

#include "stream.h"

G_BEGIN_DECLS

/** Lets libmicrohttpd go on with @stream, which may be waiting: before the server stops. */
void vb_http_stream_wake (VbHttpStream *stream);

/** Makes a stream on @connection and the response that reads from it. @fd: of the connection. */
VbHttpStream *vb_http_stream_new (struct MHD_Connection *connection,
                                  int fd,
                                  VbHttpStreamEnded ended,
                                  gpointer user_data,
                                  struct MHD_Response **response);

/**
 * Puts @stream into the list @streams of its server, from which it takes itself when it ends. @woken
 * is called whenever libmicrohttpd has to run because of it.
 */
void vb_http_stream_attach (VbHttpStream *stream,
                            GPtrArray *streams,
                            void (*woken) (gpointer user_data),
                            gpointer user_data);

G_END_DECLS
