#pragma once

#include "core/battery.h"
#include "http/server.h"

G_BEGIN_DECLS

/** The routes /battery, /battery/NAME and /batteries. */
typedef struct _VbWebBattery VbWebBattery;

/**
 * Adds the routes to @server, for @batteries (of VbBattery), which must outlive it. Free with
 * vb_web_battery_free() after the server.
 */
VbWebBattery *vb_web_battery_new (VbHttpServer *server, GPtrArray *batteries);
void vb_web_battery_free (VbWebBattery *routes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbWebBattery, vb_web_battery_free)

G_END_DECLS
