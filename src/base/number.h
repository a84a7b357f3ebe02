#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** The most decimals that can be asked for: more say nothing about a double. */
#define VB_DECIMALS_MAX 17

/** Appends @value as "%.*f" writes it; @value must be finite. */
void vb_number_append_real (GString *text, double value, guint decimals);

/** Appends @value in decimal. */
void vb_number_append_integer (GString *text, gint64 value);

/**
 * Reads the number that @length bytes at @text are, of the form that JSON gives it.
 *
 * @integer: whether it has neither point nor exponent
 *
 * Returns: FALSE where it is an integer beyond ±2⁵³ or a real that no double holds
 */
gboolean vb_number_read (const char *text, gsize length, gboolean integer, double *number);

/** Whether the whole of @text is a number as JSON writes it that vb_number_read() can read; then
    @number is it. */
gboolean vb_number_from_text (const char *text, double *number);

G_END_DECLS
