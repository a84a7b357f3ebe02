#pragma once

#include "client.h"

G_BEGIN_DECLS

/**
 * VbHttpClients:
 *
 * The clients that are open: how many of them may push, which of them take too long with their
 * request, and which make room for somebody new (design §2). It wakes up the main loop only while a
 * request is incomplete or somebody waits for a place.
 */
typedef struct _VbHttpClients VbHttpClients;

/**
 * @limit: how many may push
 * @request_seconds: within what time of its first byte a request must be complete
 */
VbHttpClients *vb_http_clients_new (guint limit, guint request_seconds);

/** To be called when every client has been removed. */
void vb_http_clients_free (VbHttpClients *clients);

/** How many clients without a place are heard out, to be told so, in the time of any request. */
#define VB_HTTP_WITHOUT_PLACE 8

/**
 * @client must stay until it is removed. Where there is no place for it, one that makes room
 * (vb_http_client_makes_room(), with VB_HTTP_DAWDLE) is ended: those that never posted first, of
 * them the silent ones, the oldest first, then those whose last record is longest ago. Where none does, @client waits to be
 * told so, or for a place that it gets with its whole headers.
 */
void vb_http_clients_add (VbHttpClients *clients, VbHttpClient *client);
void vb_http_clients_remove (VbHttpClients *clients, VbHttpClient *client);

/**
 * Whether @client, the headers of whose request are complete at @now (µs of the monotonic clock), is
 * one of those that may push; to be asked again when the request is complete. It gets a place that has become free, or that of one who never posted and
 * has not come to the end of his own request: no source with a client for each record waits for
 * those who drip. Who is new (vb_http_client_new_until()) loses no more than the place by it.
 */
gboolean vb_http_clients_has_place (VbHttpClients *clients, VbHttpClient *client, gint64 now);

/** @client is used for something else than pushing from now on: its place is free. */
void vb_http_clients_leave_place (VbHttpClients *clients, VbHttpClient *client);

/**
 * Lets the idle limit of libmicrohttpd (@seconds) begin anew for each. It ends who was idle too long before
 * it looks whether something has come, and while the process stood still nobody looked.
 */
void vb_http_clients_renew_idle (VbHttpClients *clients, guint seconds);

/**
 * To be called whenever bytes may have come, for a request may have begun, or somebody new. Of more than
 * VB_HTTP_WITHOUT_PLACE that wait without a place those are ended who are not new any more: who says
 * nothing before who does, the oldest first. @now in µs of the monotonic clock.
 */
void vb_http_clients_watch (VbHttpClients *clients, gint64 now);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbHttpClients, vb_http_clients_free)

G_END_DECLS
