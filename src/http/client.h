#pragma once

#include <glib.h>
#include <microhttpd.h>

G_BEGIN_DECLS

/**
 * VbHttpConnection:
 *
 * What is known of one client's connection beside what libmicrohttpd knows: who it is, and since
 * when it has been sending the request that is not complete yet. A request must be complete within
 * a time of its first byte however it drips (design §2); libmicrohttpd's own limit starts anew with
 * each byte.
 */
typedef struct
{
  int fd;
  struct MHD_Connection *mhd;
  char source[64];    /* the client's address, as `127.0.0.1`; `unix` for a unix socket */
  gboolean local;     /* on a unix socket: whoever reaches it is no web page */
  gboolean has_place; /* one of those that may push; for http-connections.c */

  /*< private >*/
  guint64 bytes_done;     /* bytes of the requests that are complete */
  gint64 begun;           /* when the present request began, µs of the monotonic clock; 0: none */
  gboolean headers_known; /* its headers are complete */
  gint64 answering;       /* when it was complete, its answer not yet sent to the end; 0: none is */
  gint64 opened;          /* when the client came */
  gboolean asked;         /* a request was complete */
  gint64 posted;          /* when its last record that was let in was over; 0: none yet */
  gint64 interval;        /* between the ends of its last two records; 0: there were not two */
  gboolean cut;
} VbHttpConnection;

/** Fills @connection (zeroed) but for its mhd; @fd stays libmicrohttpd's; @now as below. */
void vb_http_connection_init (VbHttpConnection *connection, int fd, gint64 now);

/** A request line is there; @now in µs of the monotonic clock. */
void vb_http_connection_begin (VbHttpConnection *connection, gint64 now);

/** The headers of the request are complete. */
void vb_http_connection_set_headers_known (VbHttpConnection *connection);

/** The request is complete, @size bytes long (0: not known), and its answer may be sent. */
void vb_http_connection_complete (VbHttpConnection *connection, gsize size, gint64 now);

/** How long ago (µs) the request began; 0 where that is not known. */
gint64 vb_http_connection_age (const VbHttpConnection *connection, gint64 now);

/**
 * The request is over: its answer has been sent, or cannot be.
 *
 * @posted: whether it brought a record that the guards let in; who is turned away, or only reads, earns
 *   no claim to his place with it
 */
void vb_http_connection_end (VbHttpConnection *connection, gboolean posted, gint64 now);

/** How long (µs) after its last record an idle client keeps its place whoever else comes. */
#define VB_HTTP_ESTABLISHED ((gint64)15 * G_USEC_PER_SEC)

/** How long (µs) one who never posted may take with a request before somebody who knocks goes first. */
#define VB_HTTP_DAWDLE ((gint64)2 * G_USEC_PER_SEC)

/**
 * How long (µs) somebody new is not ended: between his coming and his request there is time of his own
 * machine, which may be busy, and any number of others may come meanwhile.
 */
#define VB_HTTP_GRACE ((gint64)100 * G_TIME_SPAN_MILLISECOND)

/**
 * Until when (µs of the monotonic clock) the client is somebody new: VB_HTTP_GRACE after he came, or until
 * his first request is complete; 0 from then on.
 */
gint64 vb_http_connection_new_until (const VbHttpConnection *connection);

/**
 * Whether the client makes room where somebody else needs it. Nobody does whose request has been read
 * for less than @patience (µs) or not yet, who is new (for others that are as silent: where @patience is
 * not 0), who has left an answer unread for less than VB_HTTP_ESTABLISHED, or who posted within that
 * time, or twice the time between his last two records where that is longer: who posts twice a minute is
 * as established as who posts each second.
 */
gboolean
vb_http_connection_makes_room (const VbHttpConnection *connection, gint64 patience, gint64 now);

/** Whether a request has begun that is not complete, be it that nothing of it has been read. */
gboolean vb_http_connection_has_begun (const VbHttpConnection *connection);

/**
 * When the request on this connection must be complete, @limit (µs) after its first byte; G_MAXINT64
 * where none has begun, and @now where it cannot become complete: the client has closed its side. To
 * be asked whenever bytes may have come, for it is here that they are noticed; @now in µs of the
 * monotonic clock.
 */
gint64 vb_http_connection_deadline (VbHttpConnection *connection, gint64 limit, gint64 now);

/** Ends a connection that took too long: with 408 where its headers were complete. */
void vb_http_connection_cut (VbHttpConnection *connection);

G_END_DECLS
