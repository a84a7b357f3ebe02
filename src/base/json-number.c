#include "json-number.h"

#include <float.h>
#include <math.h>

/* Largest number up to which every integer is a double of its own, 2⁵³. */
#define INTEGER_MAX G_GUINT64_CONSTANT (9007199254740992)

/* So many digits are less than 2⁵³. */
#define SHORT_MAX 15

/* A short number without an exponent, as measurements are. Both its digits and the power of ten are
   exact as doubles, so that their quotient is rounded once, as strtod() does it in ten times the time.
   Returns: FALSE where it is none */
static gboolean
read_short (const char *text, gsize length, double *number)
{
  static const double powers[]
      = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15 };
  const gsize negative = *text == '-';
  gsize point = length;
  gint64 digits = 0;

  G_STATIC_ASSERT (G_N_ELEMENTS (powers) > SHORT_MAX);

  if (FLT_EVAL_METHOD != 0 || length > SHORT_MAX)
    return FALSE;

  for (gsize i = negative; i < length; i++)
    if (text[i] == '.')
      point = i + 1;
    else if (g_ascii_isdigit (text[i]))
      digits = digits * 10 + (text[i] - '0');
    else
      return FALSE;

  *number = (double)digits / powers[length - point];

  /* An integer has no negative zero. */
  if (negative && (digits != 0 || point < length))
    *number = -*number;

  return TRUE;
}

static gboolean
read_integer (const char *text, double *number)
{
  const gboolean negative = *text == '-';

  /* What does not fit 64 bits comes back as G_MAXUINT64. */
  const guint64 magnitude = g_ascii_strtoull (text + negative, NULL, 10);

  if (magnitude > INTEGER_MAX)
    return FALSE;

  *number = (double)(negative ? -(gint64)magnitude : (gint64)magnitude);

  return TRUE;
}

gboolean
vb_json_number_read (const char *text, gsize length, gboolean integer, double *number)
{
  g_autofree char *terminated = NULL;

  if (read_short (text, length, number))
    return TRUE;

  terminated = g_strndup (text, length);
  if (integer)
    return read_integer (terminated, number);

  *number = g_ascii_strtod (terminated, NULL);

  return !isinf (*number);
}
