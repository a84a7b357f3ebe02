#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * The flat name of the field that @spelling stands for elsewhere: in Home Assistant, in ESPHome, in
 * other drivers. Case, `_`, `-` and blanks do not count. A limit is never among them: what governs
 * chargers is not to be guessed.
 *
 * Returns: (transfer full): NULL where it is known nowhere
 */
char *vb_field_synonyms_find (const char *spelling);

G_END_DECLS
