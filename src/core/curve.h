#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** The most points that a curve can have. */
#define VB_CURVE_POINTS 16

/** What a curve does between its points. */
typedef enum
{
  VB_CURVE_LINEAR, /* straight lines; before the first point and behind the last one it is level */
  VB_CURVE_STEP,   /* the last point at or below counts; before the first point that one */
} VbCurveKind;

/** VbCurve: what is allowed at which input, by points. Zeroed it has none. */
typedef struct
{
  guint n;
  double at[VB_CURVE_POINTS];    /* ascending */
  double share[VB_CURVE_POINTS]; /* % */
} VbCurve;

/** What @curve, which has a point at least, says at @input, a number. */
double vb_curve_share (const VbCurve *curve, VbCurveKind kind, double input);

/** The most that it says anywhere. */
double vb_curve_highest (const VbCurve *curve);

/** Whether @a and @b have the same points. */
gboolean vb_curve_equal (const VbCurve *a, const VbCurve *b);

G_END_DECLS
