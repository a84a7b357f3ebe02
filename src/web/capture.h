#pragma once

#include "http/server.h"

G_BEGIN_DECLS

/**
 * VbWebCapture:
 *
 * `POST /capture`: what came lately and what became of it, as a file of JSON Lines. One client at a
 * time has it.
 */
typedef struct _VbWebCapture VbWebCapture;

/** Appends the capture to @text. Returns: how far back (µs) it goes at @now */
typedef gint64 (*VbWebCaptureWrite) (gpointer user_data, gint64 now, GString *text);

/** Adds the route to @server. */
VbWebCapture *
vb_web_capture_new (VbHttpServer *server, VbWebCaptureWrite write, gpointer user_data);

/** To be called when the server has been freed. */
void vb_web_capture_free (VbWebCapture *routes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbWebCapture, vb_web_capture_free)

G_END_DECLS
