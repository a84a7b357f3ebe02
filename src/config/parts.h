#pragma once

#include "config.h"

G_BEGIN_DECLS

/**
 * Checks the parts of each battery of @config, and finds the fields that they say.
 *
 * Returns: FALSE with an error in VB_CONFIG_ERROR
 */
gboolean vb_config_parts_check (VbConfig *config, GError **error);

G_END_DECLS
