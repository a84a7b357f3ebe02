#pragma once

#include "core/battery.h"
#include "http/server.h"

G_BEGIN_DECLS

/**
 * VbWebEvents:
 *
 * `GET /events`: server-sent events of what happens to the batteries: state, values, refused,
 * selected, renamed, written, limited; with `?accepted=true` also each record that was taken. A
 * reader begins with a snapshot, or goes on from its Last-Event-ID where that is not too long ago.
 */
typedef struct _VbWebEvents VbWebEvents;

/** How many readers there may be; the next one gets 503. */
#define VB_EVENT_READERS_MAX 8

/** Adds the route to @server and listens to @batteries (of VbBattery, referenced). */
VbWebEvents *vb_web_events_new (VbHttpServer *server, GPtrArray *batteries);

/** To be called when the server has been freed, and with it every reader. */
void vb_web_events_free (VbWebEvents *stream);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbWebEvents, vb_web_events_free)

G_END_DECLS
