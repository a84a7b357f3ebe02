#include "number.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Beyond this a double does not tell one integer from the next. */
#define EXACT_MAX 9007199254740992.0

/* Sign, the 309 digits of the largest double, point, decimals, terminator. */
#define REAL_SIZE (1 + 309 + 1 + VB_DECIMALS_MAX + 1)

/* @digits with the point before the last @decimals of them. */
static void
append_digits (GString *text, gboolean negative, guint64 digits, guint decimals)
{
  char buffer[32];
  char *at = buffer + sizeof buffer;

  for (guint i = 0; digits > 0 || i <= decimals; i++) {
    if (i == decimals && i > 0)
      *--at = '.';
    *--at = (char)('0' + digits % 10);
    digits /= 10;
  }
  if (negative)
    *--at = '-';

  g_string_append_len (text, at, buffer + sizeof buffer - at);
}

/* A rounded value has few digits. Writing those takes a tenth of the time of printf(). */
void
vb_number_append_real (GString *text, double value, guint decimals)
{
  static const double powers[] = { 1, 10, 100, 1000, 1e4, 1e5, 1e6 };
  char format[sizeof "%.17f"], number[REAL_SIZE];

  g_return_if_fail (isfinite (value) && decimals <= VB_DECIMALS_MAX);

  if (decimals < G_N_ELEMENTS (powers)) {
    const double scaled = round (fabs (value) * powers[decimals]);

    if (scaled < EXACT_MAX && scaled / powers[decimals] == fabs (value)) {
      append_digits (text, value < 0, (guint64)scaled, decimals);
      return;
    }
  }

  g_snprintf (format, sizeof format, "%%.%uf", decimals);
  g_string_append (text, g_ascii_formatd (number, sizeof number, format, value));
}

void
vb_number_append_integer (GString *text, gint64 value)
{
  append_digits (text, value < 0, value < 0 ? -(guint64)value : (guint64)value, 0);
}

/* Largest number up to which every integer is a double of its own, 2⁵³. */
#define INTEGER_MAX G_GUINT64_CONSTANT (9007199254740992)

/* So many digits are less than 2⁵³. */
#define SHORT_MAX 15

/* A short number without an exponent, as measurements are. Its digits and the power of ten are both
   exact as doubles, so their quotient is rounded only once. The result is that of strtod(), in a
   tenth of the time.
   Returns: FALSE where the number is of another kind */
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
vb_number_read (const char *text, gsize length, gboolean integer, double *number)
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

static gsize
n_digits (const char *text)
{
  return strspn (text, "0123456789");
}

gboolean
vb_number_from_text (const char *text, double *number)
{
  const char *at = text + (*text == '-');
  gboolean integer = TRUE;
  gsize n = n_digits (at);

  if (n == 0 || (*at == '0' && n > 1))
    return FALSE;
  at += n;

  if (*at == '.') {
    integer = FALSE;
    n = n_digits (++at);
    if (n == 0)
      return FALSE;
    at += n;
  }

  if (*at == 'e' || *at == 'E') {
    integer = FALSE;
    at++;
    at += *at == '+' || *at == '-';
    n = n_digits (at);
    if (n == 0)
      return FALSE;
    at += n;
  }

  return *at == '\0' && vb_number_read (text, (gsize)(at - text), integer, number);
}
