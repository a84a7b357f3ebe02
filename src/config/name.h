#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** The longest name of a battery or part, in characters. */
#define VB_CONFIG_NAME_MAX 32

/** Whether a battery or part can be called @name: a letter a to z and then a to z, 0 to 9 and _. */
gboolean vb_config_name_is_valid (const char *name);

G_END_DECLS
