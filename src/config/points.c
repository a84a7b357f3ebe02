#include "points.h"

#include <math.h>
#include <string.h>

#include "error.h"

static gboolean G_GNUC_PRINTF (4, 5)
    refuse (guint number, const char *point, GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_VALUE, "point %u, %s: %s", number, point,
               message);

  return FALSE;
}

static gboolean
read_number (char *text, double *number)
{
  const char *digits = g_strstrip (text);
  char *end;

  *number = g_ascii_strtod (digits, &end);

  /* g_ascii_strtod() takes hexadecimal too, which nobody means. */
  return end != digits && *end == '\0' && isfinite (*number) && strpbrk (digits, "xX") == NULL;
}

static gboolean
read_point (const char *point,
            double minimum,
            double maximum,
            const char *unit,
            VbCurve *curve,
            GError **error)
{
  const guint n = curve->n;
  g_auto (GStrv) parts = g_strsplit (point, ":", -1);
  double at, share;

  if (n == VB_CURVE_POINTS)
    return refuse (n + 1, point, error, "a curve has %d points at most", VB_CURVE_POINTS);
  if (g_strv_length (parts) != 2 || !read_number (parts[0], &at) || !read_number (parts[1], &share))
    return refuse (n + 1, point, error, "a point is two numbers, `%s:%%`", unit);
  if (at < minimum || at > maximum)
    return refuse (n + 1, point, error, "it has to be from %g to %g %s", minimum, maximum, unit);
  if (share < 0 || share > 100)
    return refuse (n + 1, point, error, "a share is 0 to 100 %%");
  if (n > 0 && at <= curve->at[n - 1])
    return refuse (n + 1, point, error, "points ascend, and the one before is at %g %s",
                   curve->at[n - 1], unit);

  curve->at[n] = at;
  curve->share[n] = share;
  curve->n++;

  return TRUE;
}

gboolean
vb_config_points_read (const char *text,
                       double minimum,
                       double maximum,
                       const char *unit,
                       VbCurve *curve,
                       GError **error)
{
  g_auto (GStrv) points = g_strsplit (text, ";", -1);
  VbCurve read = { 0 };

  for (guint i = 0; points[i] != NULL; i++)
    if (*g_strstrip (points[i]) != '\0'
        && !read_point (points[i], minimum, maximum, unit, &read, error))
      return FALSE;

  if (read.n < 2) {
    g_set_error (error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_VALUE,
                 "a curve has 2 to %d points `%s:%%`, separated by ;", VB_CURVE_POINTS, unit);
    return FALSE;
  }
  *curve = read;

  return TRUE;
}
