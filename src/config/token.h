#pragma once

#include "config.h"

G_BEGIN_DECLS

/**
 * Reads @config->token from @config->token_file, where there is one. Appends to @config->warnings.
 *
 * Returns: FALSE with an error in VB_CONFIG_ERROR
 */
gboolean vb_config_token_read (VbConfig *config, GError **error);

G_END_DECLS
