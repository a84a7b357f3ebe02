#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** The longest spelling that is compared, in bytes; what is longer is like nothing. */
#define VB_SPELLING_MAX 64

/** Whether the numbers in @a and in @b are the same ones, in order: `02` is 2. */
gboolean vb_spelling_same_numbers (const char *a, const char *b);

/** Whether @spelling is @pattern, in which a # stands for a number, but for case, `_`, `-` and
    blanks. @number: set to the first number of @spelling then, 0 where it has none */
gboolean vb_spelling_matches (const char *spelling, const char *pattern, guint *number);

/**
 * How many letters have to be changed, added or left out to make @b of @a (the Levenshtein
 * distance), where case, `_`, `-` and blanks do not count: names of other programs differ in them.
 * A number counts as one letter, whatever it is.
 * Where the one is longer than the other by more than @most, G_MAXUINT at once.
 */
guint vb_spelling_distance (const char *a, const char *b, guint most);

G_END_DECLS
