#include "digits.h"

#include <math.h>

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

/* A value that has been rounded is one of so many digits, and writing those takes a tenth of the time. */
void
vb_digits_append_real (GString *text, double value, guint decimals)
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
vb_digits_append_integer (GString *text, gint64 value)
{
  append_digits (text, value < 0, value < 0 ? -(guint64)value : (guint64)value, 0);
}
