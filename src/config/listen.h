#pragma once

#include "config.h"

G_BEGIN_DECLS

/**
 * Checks that every address of @config->listen can be listened on, and that others than this
 * machine can only reach it with a token or where that was asked for.
 *
 * Returns: FALSE with an error in VB_CONFIG_ERROR
 */
gboolean vb_config_listen_check (const VbConfig *config, GError **error);

/** Whether only this machine can reach the addresses of @config, which have been checked. */
gboolean vb_config_listen_is_local (const VbConfig *config);

G_END_DECLS
