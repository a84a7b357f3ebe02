#include "curve.h"

double
vb_curve_share (const VbCurve *curve, VbCurveKind kind, double input)
{
  const guint last = curve->n - 1;
  guint i = 0;

  g_return_val_if_fail (curve->n > 0, 0);

  while (i < last && curve->at[i + 1] <= input)
    i++;
  if (kind == VB_CURVE_STEP || i == last || input <= curve->at[i])
    return curve->share[i];

  return curve->share[i]
         + (curve->share[i + 1] - curve->share[i]) * (input - curve->at[i])
               / (curve->at[i + 1] - curve->at[i]);
}

double
vb_curve_highest (const VbCurve *curve)
{
  double highest = 0;

  for (guint i = 0; i < curve->n; i++)
    highest = MAX (highest, curve->share[i]);

  return highest;
}

gboolean
vb_curve_equal (const VbCurve *a, const VbCurve *b)
{
  if (a->n != b->n)
    return FALSE;

  for (guint i = 0; i < a->n; i++)
    if (a->at[i] != b->at[i] || a->share[i] != b->share[i])
      return FALSE;

  return TRUE;
}
