#pragma once

#include "http-connection.h"

G_BEGIN_DECLS

/**
 * VbHttpConnections:
 *
 * The connections that are open: how many of them may push, which of them take too long with their
 * request, and which make room for somebody new (design §2). It wakes up the main loop only while a
 * request is incomplete.
 */
typedef struct _VbHttpConnections VbHttpConnections;

/**
 * @limit: how many may push
 * @request_seconds: within what time of its first byte a request must be complete
 */
VbHttpConnections *vb_http_connections_new (guint limit, guint request_seconds);

/** To be called when every connection has been removed. */
void vb_http_connections_free (VbHttpConnections *connections);

/** How long (µs) after its last request an idle client keeps its place whoever else comes. */
#define VB_HTTP_ESTABLISHED ((gint64)15 * G_USEC_PER_SEC)

/**
 * @connection must stay until it is removed. Where there is no place for it, one that is idle is
 * ended: those that never sent a request first, then those whose last one is longest ago, but nobody
 * who was served within VB_HTTP_ESTABLISHED.
 */
void vb_http_connections_add (VbHttpConnections *connections, VbHttpConnection *connection);
void vb_http_connections_remove (VbHttpConnections *connections, VbHttpConnection *connection);

/** Whether @connection is one of those that may push; a place that has become free it gets. */
gboolean vb_http_connections_has_place (VbHttpConnections *connections,
                                        VbHttpConnection *connection);

/** @connection is used for something else than pushing from now on: its place is free. */
void vb_http_connections_leave_place (VbHttpConnections *connections, VbHttpConnection *connection);

/** To be called whenever bytes may have come, for a request may have begun. */
void vb_http_connections_watch (VbHttpConnections *connections);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbHttpConnections, vb_http_connections_free)

G_END_DECLS
