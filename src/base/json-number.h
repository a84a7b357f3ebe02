#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * Reads the number that @length bytes at @text are, as json-scan has found it.
 *
 * @integer: whether it has neither point nor exponent
 *
 * Returns: FALSE where it is an integer beyond ±2⁵³ or a real that no double holds
 */
gboolean vb_json_number_read (const char *text, gsize length, gboolean integer, double *number);

G_END_DECLS
