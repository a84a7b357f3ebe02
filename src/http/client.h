#pragma once

#include <microhttpd.h>

#include "request.h"

G_BEGIN_DECLS

/**
 * VbHttpClient:
 *
 * What is known of one client's connection beside what libmicrohttpd knows: who it is, since when it
 * has been sending the request that is not complete yet, and when it posted. A request must be
 * complete within a time of its first byte, however slowly it comes; libmicrohttpd's own limit starts
 * anew with each byte.
 *
 * All times are in µs of the monotonic clock, and so is every @now.
 */
typedef struct
{
  int fd;
  struct MHD_Connection *mhd;
  VbHttpRequest *request; /* used again for every request, so that its buffers are kept */
  char source[64];        /* the client's address, as `127.0.0.1`; `unix` for a unix socket */
  gboolean local;         /* on a unix socket: whoever reaches it is no web page */
  gboolean has_place;     /* one of those that may push; set by clients.c */

  /*< private >*/
  guint64 bytes_done;     /* bytes of the requests that are complete */
  gint64 begun;           /* when the present request began; 0: none */
  gboolean headers_known; /* its headers are complete */
  gint64 answering;       /* when it was complete, while its answer is on the way; 0: none is */
  gint64 opened;          /* when the client came */
  gboolean asked;         /* a request was complete */
  gint64 posted;          /* when its last record that was let in was over; 0: none yet */
  gint64 interval;        /* between the ends of its last two records; 0: there were not two */
  gboolean cut;
} VbHttpClient;

/** @mhd: the connection of which the descriptor is @fd; both stay libmicrohttpd's */
VbHttpClient *vb_http_client_new (struct MHD_Connection *mhd, int fd, gint64 now);
void vb_http_client_free (VbHttpClient *client);

/** A request line is there. */
void vb_http_client_begin (VbHttpClient *client, gint64 now);

/** The headers of the request are complete. */
void vb_http_client_set_headers_known (VbHttpClient *client);

/** The request is complete, @size bytes long (0: not known), and its answer may be sent. */
void vb_http_client_complete (VbHttpClient *client, gsize size, gint64 now);

/** How long ago (µs) the request began; 0 where that is not known. */
gint64 vb_http_client_age (const VbHttpClient *client, gint64 now);

/**
 * The request is over: its answer has been sent, or cannot be.
 *
 * @posted: whether it brought a record that the guards let in. A client that is turned away, or only
 *   reads, earns no claim to its place with it.
 */
void vb_http_client_end (VbHttpClient *client, gboolean posted, gint64 now);

/** How long (µs) after its last record an idle client keeps its place whoever else comes. */
#define VB_HTTP_ESTABLISHED ((gint64)15 * G_USEC_PER_SEC)

/** How long (µs) a client that never posted may take with a request before a newcomer goes first. */
#define VB_HTTP_DAWDLE ((gint64)2 * G_USEC_PER_SEC)

/**
 * How long (µs) a client is new, and not ended for saying nothing: its own machine may be busy between
 * connecting and sending, and any number of others may come meanwhile.
 */
#define VB_HTTP_GRACE ((gint64)100 * G_TIME_SPAN_MILLISECOND)

/** Until when the client is new: VB_HTTP_GRACE after it came; 0 once a request of it was complete. */
gint64 vb_http_client_new_until (const VbHttpClient *client);

/**
 * Whether the client makes room where somebody else needs it. Nobody does whose request has been read
 * for less than @patience (µs) or not yet, who is new (for others that are as silent: where @patience is
 * not 0), who has left an answer unread for less than VB_HTTP_ESTABLISHED, or who posted within that
 * time, or twice the time between his last two records where that is longer: who posts twice a minute is
 * as established as who posts each second.
 */
gboolean vb_http_client_makes_room (const VbHttpClient *client, gint64 patience, gint64 now);

/** Whether a request has begun that is not complete, also where nobody has read of it yet. */
gboolean vb_http_client_has_begun (const VbHttpClient *client);

/**
 * When the request must be complete: @limit (µs) after its first byte, G_MAXINT64 where none has begun,
 * and @now where it cannot become complete because the client has closed its side. This is where the
 * first bytes are noticed, so ask whenever some may have come.
 */
gint64 vb_http_client_deadline (VbHttpClient *client, gint64 limit, gint64 now);

/** Ends the connection, with a 408 before it where the headers of a request were complete. */
void vb_http_client_cut (VbHttpClient *client);

G_END_DECLS
