#pragma once

#include "config.h"

G_BEGIN_DECLS

/**
 * The names of the keys that differ between @old and @new and cannot change while running, as
 * `[http] listen`. Free with g_strfreev().
 */
char **vb_config_changes_fixed (const VbConfig *old, const VbConfig *new);

/** Whether a key of a battery differs that cannot change while running. */
gboolean vb_config_changes_fixes (const VbBatteryConfig *old, const VbBatteryConfig *new);

G_END_DECLS
