#include "limits-table.h"

#include <math.h>

#include "keys.h"

/* The curve that @key sets; NULL where it sets something else, or @battery has none. */
static const VbCurve *
curve_of (const VbKey *key, const VbBatteryConfig *battery)
{
  const VbCurve *curve = (const VbCurve *)((const char *)battery + key->offset);

  return key->group == VB_KEY_GROUP_LIMITS && key->kind == VB_KEY_POINTS && curve->n > 0 ? curve
                                                                                         : NULL;
}

/* 100 % of @curve in A, or NAN where it is no share of a current. */
static double
maximum_of (const VbBatteryConfig *battery, const VbCurve *curve)
{
  const VbRulesConfig *rules = &battery->live.rules;

  for (VbCurveId id = 0; id < VB_N_CURVES; id++)
    if (curve == &rules->curves[id])
      return rules->maximum[vb_rules_config_limit_of (id)];

  return NAN;
}

static void
append_number (GString *text, double number, int width, const char *unit)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (digits, sizeof digits, "%.6g", number);
  g_string_append_printf (text, "%*s %s", width, digits, unit);
}

static void
append_curve (const VbBatteryConfig *battery, const VbKey *key, const VbCurve *curve, GString *text)
{
  const double maximum = maximum_of (battery, curve);

  for (guint i = 0; i < curve->n; i++) {
    g_string_append_printf (text, "%-26s", i == 0 ? key->key : "");
    append_number (text, curve->at[i], 7, key->unit);
    append_number (text, curve->share[i], 7, "%");
    if (!isnan (maximum))
      append_number (text, maximum * curve->share[i] / 100, 8, "A");
    g_string_append_c (text, '\n');
  }
}

static void
append_battery (const VbBatteryConfig *battery, GString *text)
{
  const char *name = battery->fixed.name;
  const gboolean is_default = g_str_equal (name, VB_DEFAULT_BATTERY);
  const gboolean steps = battery->live.rules.curve == VB_CURVE_STEP;

  g_string_append_printf (text, "[limits%s%s], between two points %s\n", is_default ? "" : " ",
                          is_default ? "" : name, steps ? "the lower one" : "a straight line");
  for (guint i = 0; i < vb_n_keys; i++) {
    const VbCurve *curve = curve_of (&vb_keys[i], battery);

    if (curve != NULL)
      append_curve (battery, &vb_keys[i], curve, text);
  }
}

void
vb_config_limits_table_append (const VbConfig *config, GString *text)
{
  for (guint i = 0; i < config->batteries->len; i++) {
    const VbBatteryConfig *battery = g_ptr_array_index (config->batteries, i);
    gboolean has_curve = FALSE;

    for (guint j = 0; j < vb_n_keys; j++)
      has_curve = has_curve || curve_of (&vb_keys[j], battery) != NULL;
    if (has_curve)
      append_battery (battery, text);
  }
}
