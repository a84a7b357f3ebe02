#pragma once

#include <microhttpd.h>

#include "request.h"

G_BEGIN_DECLS

/**
 * VbHttpClient:
 *
 * What is known of one client's connection beside what libmicrohttpd knows: who it is, since when
 * it has been sending the request that is not complete yet, and when it posted. A request must be
 * complete within a time of its first byte, however slowly it comes; libmicrohttpd's own limit
 * starts anew with each byte.
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
  gboolean streaming;     /* that answer is a stream, which ends by itself; set by clients.c */
  gint64 opened;          /* when the client came */
  gboolean asked;         /* a request was complete */
  gint64 posted;          /* when its last record was taken; 0: none was yet */
  gint64 interval;        /* between its last two records; 0: there were not two */
  gboolean cut;
} VbHttpClient;

/** @mhd: the connection of which the descriptor is @fd; both stay libmicrohttpd's */
VbHttpClient *vb_http_client_new (struct MHD_Connection *mhd, int fd, gint64 now);
void vb_http_client_free (VbHttpClient *client);

/** A request line is there. */
void vb_http_client_begin (VbHttpClient *client, gint64 now);

/** The headers of the request are complete. */
void vb_http_client_set_headers_known (VbHttpClient *client);

/**
 * The request is complete, @size bytes long (0: not known), and its answer may be sent.
 *
 * @posted: whether it brought a record that was taken. A client that is turned away, only reads, or
 *   posts what nobody takes earns no claim to its place with it.
 */
void vb_http_client_complete (VbHttpClient *client, gsize size, gboolean posted, gint64 now);

/** How long ago (µs) the request began; 0 where that is not known. */
gint64 vb_http_client_age (const VbHttpClient *client, gint64 now);

/** The request is over: its answer has been sent, or cannot be. */
void vb_http_client_end (VbHttpClient *client);

/** How long (µs) after its last record a silent client keeps its place, whoever else comes. */
#define VB_HTTP_ESTABLISHED ((gint64)15 * G_USEC_PER_SEC)

/** How long (µs) a stranger may take with a request before a newcomer goes first. */
#define VB_HTTP_DAWDLE ((gint64)2 * G_USEC_PER_SEC)

/**
 * How long (µs) a client is new, unless it has asked for something before. A new one is not ended
 * for its silence: its machine may be busy between connecting and sending, and any number of others
 * may come meanwhile. Nor is a stranger ended so soon for not having read an answer.
 */
#define VB_HTTP_GRACE ((gint64)100 * G_TIME_SPAN_MILLISECOND)

/**
 * Until when the client is new: VB_HTTP_GRACE after it came; 0 after its first request. While an
 * answer is on the way to it: until when it counts as one that reads.
 */
gint64 vb_http_client_new_until (const VbHttpClient *client);

/**
 * How a client stands. A poster has brought a record that was taken; a stranger has not. It is
 * silent between two requests, and sending from the first byte of one to the last.
 */
typedef enum
{
  VB_HTTP_STANDING_CUT,             /* we have ended it, and libmicrohttpd has yet to notice */
  VB_HTTP_STANDING_STREAMING,       /* its answer is a stream */
  VB_HTTP_STANDING_ANSWERED,        /* an answer is on the way to a stranger */
  VB_HTTP_STANDING_DEAF_STRANGER,   /* it has not read that within VB_HTTP_GRACE */
  VB_HTTP_STANDING_UNREAD,          /* bytes of a request of a stranger that nobody has read yet */
  VB_HTTP_STANDING_NEW_SILENT,      /* a silent stranger that is new (VB_HTTP_GRACE) */
  VB_HTTP_STANDING_SILENT,          /* one that is not new */
  VB_HTTP_STANDING_NEW_SENDING,     /* a sending stranger that is new */
  VB_HTTP_STANDING_SENDING,         /* one that is not new */
  VB_HTTP_STANDING_DAWDLING,        /* one that has been sending a request for VB_HTTP_DAWDLE */
  VB_HTTP_STANDING_POSTER_ANSWERED, /* an answer is on the way to a poster */
  VB_HTTP_STANDING_DEAF_POSTER,     /* it has not read that within VB_HTTP_ESTABLISHED */
  VB_HTTP_STANDING_POSTER_SENDING,  /* a sending poster, whether its bytes have been read or not */
  VB_HTTP_STANDING_POSTER_IDLE,     /* a silent poster */
  VB_HTTP_STANDING_POSTER_LAPSED, /* one without a record for VB_HTTP_ESTABLISHED, or for twice the
                                      time between its last two where that is longer */
  VB_HTTP_N_STANDINGS
} VbHttpStanding;

/**
 * How the client stands at @now.
 *
 * @look: whether to ask the kernel for bytes that have come since vb_http_client_deadline() was
 *   asked; else they are not known of
 */
VbHttpStanding vb_http_client_standing (const VbHttpClient *client, gboolean look, gint64 now);

/** Whether a request has begun that is not complete, also where nobody has read of it yet. */
gboolean vb_http_client_has_begun (const VbHttpClient *client);

/**
 * When the request must be complete: @limit (µs) after its first byte, G_MAXINT64 where none has
 * begun, and @now where it cannot become complete because the client has closed its side. This is
 * where the first bytes are noticed, so ask whenever some may have come.
 */
gint64 vb_http_client_deadline (VbHttpClient *client, gint64 limit, gint64 now);

/** Ends the connection, with a 408 before it where the headers of a request were complete. */
void vb_http_client_cut (VbHttpClient *client);

/** Ends it when its request line is there, with a 414: it is more than we take. */
void vb_http_client_refuse_line (VbHttpClient *client);

G_END_DECLS
