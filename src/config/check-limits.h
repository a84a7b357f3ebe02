#pragma once

#include "core/battery-config.h"

G_BEGIN_DECLS

/**
 * Checks the rules of @battery ([limits]) for what no key can be checked for by itself: a curve
 * that lacks its maximum or does not reach 0 where it has to, a limit that would never recover,
 * what would do nothing.
 *
 * Returns: FALSE with an error in VB_CONFIG_ERROR
 */
gboolean vb_config_check_limits (const VbBatteryConfig *battery, GError **error);

G_END_DECLS
