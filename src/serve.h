#pragma once

#include <gio/gio.h>

#include "config/config.h"
#include "http/server.h"

G_BEGIN_DECLS

/**
 * Takes the sockets that a supervisor has handed over, and puts their addresses in the place of
 * @addresses (of --listen, or NULL), so that they are held to the same rules.
 *
 * Returns: (transfer full): an array of GSocket, empty where there are none; NULL with a G_IO_ERROR
 */
GPtrArray *vb_serve_inherit (char ***addresses, GError **error);

/**
 * Serves on @inherited, or where that is empty on the addresses of @config.
 *
 * Returns: FALSE with a G_IO_ERROR
 */
gboolean
vb_serve (VbHttpServer *server, const VbConfig *config, const GPtrArray *inherited, GError **error);

G_END_DECLS
