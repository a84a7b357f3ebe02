#pragma once

#include "client.h"

G_BEGIN_DECLS

/**
 * VbHttpClients:
 *
 * The clients that are connected: which of them may push (which have a place), which take too long
 * with their request, and which make room for others. It wakes up the main loop only while a
 * request is incomplete or a client waits for a place, and once after a crowd. See "HTTP: who keeps
 * a connection" in docs/ARCHITECTURE.md.
 */
typedef struct _VbHttpClients VbHttpClients;

/** Why one of those that are there may have to go. */
typedef enum
{
  VB_HTTP_KNOCK_NEWCOMER, /* a client has connected, and wants a place */
  VB_HTTP_KNOCK_REQUEST,  /* a client has sent the whole headers of a request, and wants a place */
  VB_HTTP_KNOCK_CROWD,    /* more than VB_HTTP_WITHOUT_PLACE wait without a place */
  VB_HTTP_N_KNOCKS
} VbHttpKnock;

/** What becomes of a client whose turn it is to go. */
typedef enum
{
  VB_HTTP_KEPT,
  VB_HTTP_DISPLACED, /* it loses its place and stays connected */
  VB_HTTP_ENDED
} VbHttpVerdict;

/**
 * A row of the table of who keeps a connection. For each knock one client goes, if there is one
 * that is not kept: one of the lowest rank, and of those a stranger before a poster, the poster
 * whose last record is longest ago, the stranger that came first.
 */
typedef struct
{
  VbHttpVerdict verdicts[VB_HTTP_N_KNOCKS];
  guint rank; /* 0: always kept */
} VbHttpClaim;

/** The row of @standing. */
const VbHttpClaim *vb_http_clients_claim (VbHttpStanding standing);

/**
 * @limit: how many may push
 * @request_seconds: within what time of its first byte a request must be complete
 */
VbHttpClients *vb_http_clients_new (guint limit, guint request_seconds);

/** To be called when every client has been removed. */
void vb_http_clients_free (VbHttpClients *clients);

/**
 * So many clients without a place may take the time of a request, and are told that there is none.
 */
#define VB_HTTP_WITHOUT_PLACE 8

/**
 * @client must stay until it is removed. It gets a place that is free, or that of a client which
 * makes room for a newcomer; else it waits to be told that there is none, or for a place that it
 * gets with its whole headers.
 */
void vb_http_clients_add (VbHttpClients *clients, VbHttpClient *client);
void vb_http_clients_remove (VbHttpClients *clients, VbHttpClient *client);

/**
 * Whether @client, the headers of whose request are complete at @now (µs of the monotonic clock),
 * is one of those that may push. Where it is not yet, it gets a place that is free, or that of a
 * client which makes room for a request, so that no source with a connection for each record waits
 * for those who drip. To be asked again when the whole request is there, for the place may have
 * gone to another.
 */
gboolean vb_http_clients_has_place (VbHttpClients *clients, VbHttpClient *client, gint64 now);

/** @client is answered with a stream, and its place is free: its handler counts the readers. */
void vb_http_clients_set_streaming (VbHttpClients *clients, VbHttpClient *client);

/**
 * Lets the idle limit of libmicrohttpd (@seconds) begin anew for each client. libmicrohttpd ends a
 * client that was idle for too long before it looks whether something has come, and while the
 * process stood still nobody looked.
 */
void vb_http_clients_renew_idle (VbHttpClients *clients, guint seconds);

/** How long (µs) after the last newcomer who found no place free a crowd is over. */
#define VB_HTTP_CROWD_OVER ((gint64)5 * G_USEC_PER_SEC)

/**
 * To be called whenever bytes may have come, or a client. Ends those whose request is late, and
 * thins out those that wait without a place to VB_HTTP_WITHOUT_PLACE, as far as they are not new.
 * After a crowd (VB_HTTP_CROWD_OVER) the memory that it needed is given back to the system.
 * @now in µs of the monotonic clock.
 */
void vb_http_clients_watch (VbHttpClients *clients, gint64 now);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbHttpClients, vb_http_clients_free)

G_END_DECLS
