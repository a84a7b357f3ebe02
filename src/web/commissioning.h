#pragma once

#include "core/commissioning.h"
#include "http/server.h"

G_BEGIN_DECLS

/**
 * VbWebCommissioning:
 *
 * `GET /battery/NAME/commissioning`: whether a battery and its plant are set up as they have to be,
 * as far as the daemon has seen. It is judged when it is asked for.
 */
typedef struct _VbWebCommissioning VbWebCommissioning;

/** Adds the route to @server, for @batteries (of VbBattery), which must outlive it.
    @access: who may send to @server */
VbWebCommissioning *
vb_web_commissioning_new (VbHttpServer *server, GPtrArray *batteries, VbAccess access);

/** To be called when the server has been freed. */
void vb_web_commissioning_free (VbWebCommissioning *routes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbWebCommissioning, vb_web_commissioning_free)

G_END_DECLS
