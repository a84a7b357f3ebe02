#pragma once

#include "config.h"

G_BEGIN_DECLS

/** What device_instance is while the file has not set it. */
#define VB_INSTANCE_UNSET (-1)

/**
 * Checks what no key can be checked for by itself: order of the times, names, instances, what a
 * role has. Appends to @config->warnings.
 *
 * Returns: FALSE with an error in VB_CONFIG_ERROR
 */
gboolean vb_config_check (VbConfig *config, GError **error);

/** Sets the error for a battery that cannot be called @name. Returns: FALSE */
gboolean vb_config_check_refuse_name (const char *name, GError **error);

G_END_DECLS
