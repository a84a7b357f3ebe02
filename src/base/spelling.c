#include "spelling.h"

#include <string.h>

static guint
fold (const char *spelling, char *folded)
{
  guint length = 0;

  for (; *spelling != '\0' && length < VB_SPELLING_MAX; spelling++)
    if (strchr ("_- ", *spelling) == NULL)
      folded[length++] = g_ascii_tolower (*spelling);

  return length;
}

guint
vb_spelling_distance (const char *a, const char *b, guint most)
{
  char left[VB_SPELLING_MAX], right[VB_SPELLING_MAX];
  guint row[VB_SPELLING_MAX + 1];
  guint left_length, right_length;

  if (strlen (a) > VB_SPELLING_MAX || strlen (b) > VB_SPELLING_MAX)
    return G_MAXUINT;

  left_length = fold (a, left);
  right_length = fold (b, right);
  if (MAX (left_length, right_length) - MIN (left_length, right_length) > most)
    return G_MAXUINT;

  for (guint j = 0; j <= right_length; j++)
    row[j] = j;

  for (guint i = 1; i <= left_length; i++) {
    guint diagonal = row[0];

    row[0] = i;
    for (guint j = 1; j <= right_length; j++) {
      const guint replaced = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);

      diagonal = row[j];
      row[j] = MIN (replaced, MIN (row[j], row[j - 1]) + 1);
    }
  }

  return row[right_length];
}
