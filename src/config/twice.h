#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * Checks that no group stands twice in @text, which is a key file, and no key twice in its group:
 * GKeyFile would merge them without a word.
 *
 * Returns: FALSE with an error in VB_CONFIG_ERROR
 */
gboolean vb_config_twice_check (const char *text, GError **error);

G_END_DECLS
