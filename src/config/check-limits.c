#include "check-limits.h"

#include <math.h>

#include "error.h"
#include "keys.h"

/* The key whose value is the member of VbBatteryConfig at @offset. */
static const char *
key_at (gsize offset)
{
  for (guint i = 0; i < vb_n_keys; i++)
    if (vb_keys[i].group == VB_KEY_GROUP_LIMITS && vb_keys[i].offset == offset)
      return vb_keys[i].key;

  return NULL;
}

static const char *
curve_key (VbCurveId id)
{
  return key_at (offsetof (VbBatteryConfig, live.rules.curves) + id * sizeof (VbCurve));
}

static const char *
maximum_key (VbLimit limit)
{
  return key_at (offsetof (VbBatteryConfig, live.rules.maximum) + limit * sizeof (double));
}

static gboolean G_GNUC_PRINTF (3, 4)
    refuse (const VbBatteryConfig *battery, GError **error, const char *format, ...)
{
  const char *name = battery->fixed.name;
  const gboolean is_default = g_str_equal (name, VB_DEFAULT_BATTERY);
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_CLASH, "[limits%s%s] %s",
               is_default ? "" : " ", is_default ? "" : name, message);

  return FALSE;
}

static gboolean
refuse_end (const VbBatteryConfig *battery, VbCurveId id, guint point, GError **error)
{
  const VbCurve *curve = &battery->live.rules.curves[id];

  return refuse (battery, error, "%s: its %s point, %g:%g, has to be at 0 %%", curve_key (id),
                 point == 0 ? "first" : "last", curve->at[point], curve->share[point]);
}

static gboolean
check_curve (const VbBatteryConfig *battery, VbCurveId id, GError **error)
{
  const VbRulesConfig *rules = &battery->live.rules;
  const VbCurve *curve = &rules->curves[id];
  const VbLimit limit = vb_rules_config_limit_of (id);
  const gboolean ends_at_0 = id == VB_CHARGE_BY_CELL_VOLTAGE || id == VB_CHARGE_BY_TEMPERATURE;

  if (curve->n == 0)
    return TRUE;

  if (isnan (rules->maximum[limit]))
    return refuse (battery, error, "%s needs %s, of which it is a share", curve_key (id),
                   maximum_key (limit));
  if (ends_at_0 && curve->share[curve->n - 1] != 0)
    return refuse_end (battery, id, curve->n - 1, error);
  if (id == VB_CHARGE_BY_TEMPERATURE && curve->share[0] != 0)
    return refuse_end (battery, id, 0, error);
  if (vb_curve_highest (curve) <= rules->recover_above)
    return refuse (battery, error,
                   "%s never gets above recover-above=%g, so that a current of 0 "
                   "would stay 0",
                   curve_key (id), rules->recover_above);

  return TRUE;
}

/* Floors lie below what the battery is charged to, as they do with a limit that is sent. */
static gboolean
check_floors (const VbBatteryConfig *battery, GError **error)
{
  const VbBatteryLive *live = &battery->live;
  const double charge_voltage = live->rules.maximum[VB_LIMIT_CHARGE_VOLTAGE];
  const struct
  {
    const char *key;
    double value;
  } floors[] = {
    { "battery-low-voltage", live->battery_low_voltage },
    { "min-battery-low-voltage", live->min_battery_low_voltage },
  };

  for (guint i = 0; i < G_N_ELEMENTS (floors); i++)
    if (floors[i].value >= charge_voltage)
      return refuse (battery, error, "charge-voltage=%g has to be above %s=%g", charge_voltage,
                     floors[i].key, floors[i].value);

  return TRUE;
}

static gboolean
check_min_discharge_current (const VbBatteryConfig *battery, GError **error)
{
  const VbRulesConfig *rules = &battery->live.rules;
  const double most = rules->maximum[VB_LIMIT_DISCHARGE_CURRENT];

  if (rules->min_discharge_current == 0)
    return TRUE;
  if (!vb_rules_config_has_curve (rules, VB_LIMIT_DISCHARGE_CURRENT))
    return refuse (battery, error,
                   "min-discharge-current=%g does nothing without a curve of "
                   "discharging",
                   rules->min_discharge_current);
  if (rules->min_discharge_current > most)
    return refuse (battery, error,
                   "min-discharge-current=%g must not be above discharge-current=%g",
                   rules->min_discharge_current, most);

  return TRUE;
}

gboolean
vb_config_check_limits (const VbBatteryConfig *battery, GError **error)
{
  const VbRulesConfig *rules = &battery->live.rules;

  if (battery->fixed.role == VB_ROLE_MONITOR && vb_rules_config_is_on (rules))
    return refuse (battery, error, "a battery with role=monitor has no limits");

  for (VbCurveId id = 0; id < VB_N_CURVES; id++)
    if (!check_curve (battery, id, error))
      return FALSE;

  return check_floors (battery, error) && check_min_discharge_current (battery, error);
}
