#pragma once

#include "capture.h"
#include "commissioning.h"
#include "core/battery.h"

G_BEGIN_DECLS

/** VbWeb: every route that the daemon serves, and what the routes remember. */
typedef struct _VbWeb VbWeb;

/**
 * Adds the routes to @server and listens to @batteries (of VbBattery, referenced). Free with
 * vb_web_free() after the server.
 *
 * @access: who may send to @server
 * @write: writes the capture, with @user_data
 */
VbWeb *vb_web_new (VbHttpServer *server,
                   GPtrArray *batteries,
                   VbAccess access,
                   VbWebCaptureWrite write,
                   gpointer user_data);
void vb_web_free (VbWeb *web);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbWeb, vb_web_free)

G_END_DECLS
