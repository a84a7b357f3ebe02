#include "spelling.h"

#include <string.h>

/* Stands for a number, whatever it is. */
#define NUMBER '#'

static guint
fold (const char *spelling, char *folded)
{
  guint length = 0;

  while (*spelling != '\0' && length < VB_SPELLING_MAX) {
    if (g_ascii_isdigit (*spelling)) {
      folded[length++] = NUMBER;
      spelling += strspn (spelling, "0123456789");
      continue;
    }
    if (strchr ("_- ", *spelling) == NULL)
      folded[length++] = g_ascii_tolower (*spelling);
    spelling++;
  }

  return length;
}

/* The number that begins at @at or behind it; @at is left behind it. FALSE: there is none. */
static gboolean
next_number (const char **at, guint64 *number)
{
  char *end;

  *at += strcspn (*at, "0123456789");
  if (**at == '\0')
    return FALSE;

  *number = g_ascii_strtoull (*at, &end, 10);
  *at = end;

  return TRUE;
}

gboolean
vb_spelling_same_numbers (const char *a, const char *b)
{
  guint64 left, right;

  while (next_number (&a, &left))
    if (!next_number (&b, &right) || left != right)
      return FALSE;

  return !next_number (&b, &right);
}

gboolean
vb_spelling_matches (const char *spelling, const char *pattern, guint *number)
{
  char left[VB_SPELLING_MAX], right[VB_SPELLING_MAX];
  guint64 found = 0;
  guint length;

  if (strlen (spelling) > VB_SPELLING_MAX)
    return FALSE;

  length = fold (spelling, left);
  if (fold (pattern, right) != length || memcmp (left, right, length) != 0)
    return FALSE;

  next_number (&spelling, &found);
  *number = (guint)MIN (found, G_MAXUINT);

  return TRUE;
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
