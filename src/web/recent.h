#pragma once

#include "core/battery.h"
#include "http/server.h"

G_BEGIN_DECLS

/**
 * VbWebRecent:
 *
 * `GET /battery/NAME/recent`: what has come lately, for the status page: the last records with what
 * became of them, and the last ten minutes of the values that a chart shows.
 */
typedef struct _VbWebRecent VbWebRecent;

/** Adds the route to @server and listens to @batteries (of VbBattery, referenced). */
VbWebRecent *vb_web_recent_new (VbHttpServer *server, GPtrArray *batteries);

/** To be called when the server has been freed. */
void vb_web_recent_free (VbWebRecent *routes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbWebRecent, vb_web_recent_free)

G_END_DECLS
