#pragma once

#include "core/battery.h"
#include "http/server.h"

G_BEGIN_DECLS

/** The routes that describe rather than carry a record: /fields and /health (design §2). */
typedef struct _VbInfoRoutes VbInfoRoutes;

/**
 * Adds the routes to @server, for @batteries (of VbBattery), which must outlive it. Free with
 * vb_info_routes_free() after the server.
 */
VbInfoRoutes *vb_info_routes_new (VbHttpServer *server, GPtrArray *batteries);
void vb_info_routes_free (VbInfoRoutes *routes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbInfoRoutes, vb_info_routes_free)

G_END_DECLS
