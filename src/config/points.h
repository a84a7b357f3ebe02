#pragma once

#include "core/curve.h"

G_BEGIN_DECLS

/**
 * Reads the points of a curve, `3.45:100;3.55:0`: inputs from @minimum to @maximum, ascending, and
 * shares of 0 to 100 %. Blanks around each number are let be.
 *
 * @unit: of the inputs
 *
 * Returns: FALSE with an error in VB_CONFIG_ERROR that names the point; @curve is not touched then
 */
gboolean vb_config_points_read (const char *text,
                                double minimum,
                                double maximum,
                                const char *unit,
                                VbCurve *curve,
                                GError **error);

G_END_DECLS
