#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** The longest spelling that is compared, in bytes; what is longer is like nothing. */
#define VB_SPELLING_MAX 64

/**
 * How many letters have to be changed, added or left out to make @b of @a (the Levenshtein
 * distance), where case, `_`, `-` and blanks do not count: names of other programs differ in them.
 * Where the one is longer than the other by more than @most, G_MAXUINT at once.
 */
guint vb_spelling_distance (const char *a, const char *b, guint most);

G_END_DECLS
