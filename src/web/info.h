#pragma once

#include "core/battery.h"
#include "http/server.h"

G_BEGIN_DECLS

/** The routes that describe rather than carry a record: /fields and /health. */
typedef struct _VbWebInfo VbWebInfo;

/**
 * Adds the routes to @server, for @batteries (of VbBattery), which must outlive it. Free with
 * vb_web_info_free() after the server.
 */
VbWebInfo *vb_web_info_new (VbHttpServer *server, GPtrArray *batteries);
void vb_web_info_free (VbWebInfo *routes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbWebInfo, vb_web_info_free)

G_END_DECLS
