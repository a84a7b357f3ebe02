#pragma once

#include "config.h"

G_BEGIN_DECLS

/**
 * The names of the keys that differ between @old and @new and cannot change while running, as
 * `[http] listen`. Free with g_strfreev().
 */
char **vb_config_changes_fixed (const VbConfig *old, const VbConfig *new);

G_END_DECLS
