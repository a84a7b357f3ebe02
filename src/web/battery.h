#pragma once

#include "core/battery.h"
#include "http/server.h"

G_BEGIN_DECLS

/** The routes /battery, /battery/NAME and /batteries (design §2). */
typedef struct _VbBatteryRoutes VbBatteryRoutes;

/**
 * Adds the routes to @server, for @batteries (of VbBattery), which must outlive it. Free with
 * vb_battery_routes_free() after the server.
 */
VbBatteryRoutes *vb_battery_routes_new (VbHttpServer *server, GPtrArray *batteries);
void vb_battery_routes_free (VbBatteryRoutes *routes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbBatteryRoutes, vb_battery_routes_free)

G_END_DECLS
