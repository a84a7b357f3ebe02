#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** The most decimals that can be asked for: more say nothing about a double. */
#define VB_DECIMALS_MAX 17

/** Appends @value as "%.*f" writes it; @value must be finite. */
void vb_digits_append_real (GString *text, double value, guint decimals);

/** Appends @value in decimal. */
void vb_digits_append_integer (GString *text, gint64 value);

G_END_DECLS
