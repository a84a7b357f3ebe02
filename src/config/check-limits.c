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
  const struct
  {
    const char *key;
    double value;
  } voltages[] = {
    { "charge-voltage", live->rules.maximum[VB_LIMIT_CHARGE_VOLTAGE] },
    { "float-voltage", live->rules.float_voltage },
  }, floors[] = {
    { "battery-low-voltage", live->battery_low_voltage },
    { "min-battery-low-voltage", live->min_battery_low_voltage },
  };

  for (guint i = 0; i < G_N_ELEMENTS (voltages); i++)
    for (guint j = 0; j < G_N_ELEMENTS (floors); j++)
      /* Every comparison with NAN is false: what is not set binds nothing. */
      if (floors[j].value >= voltages[i].value)
        return refuse (battery, error, "%s=%g has to be above %s=%g", voltages[i].key,
                       voltages[i].value, floors[j].key, floors[j].value);

  return TRUE;
}

static gboolean
check_voltages (const VbBatteryConfig *battery, GError **error)
{
  const VbRulesConfig *rules = &battery->live.rules;
  const double charge = rules->maximum[VB_LIMIT_CHARGE_VOLTAGE];

  if (rules->float_voltage >= charge)
    return refuse (battery, error, "float-voltage=%g has to be below charge-voltage=%g",
                   rules->float_voltage, charge);
  if (!isnan (rules->balance_voltage) && !(rules->balance_voltage > charge))
    return refuse (battery, error, "balance-voltage=%g needs a charge-voltage that is lower",
                   rules->balance_voltage);

  return TRUE;
}

static gboolean
check_months (const VbBatteryConfig *battery, GError **error)
{
  const VbRulesConfig *rules = &battery->live.rules;
  const VbCurve *months = &rules->charge_to_soc_by_month;

  for (guint i = 0; i < months->n; i++)
    if (months->at[i] != floor (months->at[i]))
      return refuse (battery, error, "charge-to-soc-by-month: point %u, %g:%g: a month is 1 to 12",
                     i + 1, months->at[i], months->share[i]);

  return TRUE;
}

static gboolean
is_set (const VbBatteryConfig *battery, const VbBatteryConfig *standard, const char *key)
{
  return !vb_key_equal (vb_key_find (VB_KEY_GROUP_LIMITS, key), battery, standard);
}

/* What would be read and do nothing was meant otherwise. */
static gboolean
check_idle (const VbBatteryConfig *battery, GError **error)
{
  const VbRulesConfig *rules = &battery->live.rules;
  const gboolean has_charge_curve = vb_rules_config_has_curve (rules, VB_LIMIT_CHARGE_CURRENT);
  const gboolean has_discharge_curve
      = vb_rules_config_has_curve (rules, VB_LIMIT_DISCHARGE_CURRENT);
  const gboolean has_target = !isnan (rules->charge_to_soc) || rules->charge_to_soc_by_month.n > 0;
  const gboolean governs_current = vb_rules_config_governs (rules, VB_LIMIT_CHARGE_CURRENT)
                                   || vb_rules_config_governs (rules, VB_LIMIT_DISCHARGE_CURRENT);
  const gboolean becomes_0
      = has_charge_curve || has_discharge_curve || has_target || !isnan (rules->cell_max_voltage);
  const gboolean floats = !isnan (rules->float_voltage);
  const gboolean balances = !isnan (rules->balance_voltage);
  const struct
  {
    const char *key;
    gboolean counts;
    const char *without;
  } rows[] = {
    { "curve", has_charge_curve || has_discharge_curve, "a curve" },
    { "recover-above", becomes_0, "a curve" },
    { "recover-hold", becomes_0, "a curve" },
    { "recover-ramp", governs_current, "a rule about a current" },
    { "min-discharge-current", has_discharge_curve, "a curve of discharging" },
    { "absorption-time", floats, "float-voltage" },
    { "rebulk-soc", floats, "float-voltage" },
    { "balance-from-soc", balances, "balance-voltage" },
    { "balance-time", balances, "balance-voltage" },
    { "balance-every", balances, "balance-voltage" },
    { "full-every", has_target, "charge-to-soc" },
  };
  g_auto (VbBatteryConfig) standard = { 0 };

  vb_battery_config_init (&standard, battery->fixed.name);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (!rows[i].counts && is_set (battery, &standard, rows[i].key))
      return refuse (battery, error, "%s does nothing without %s", rows[i].key, rows[i].without);

  return TRUE;
}

static gboolean
check_min_discharge_current (const VbBatteryConfig *battery, GError **error)
{
  const VbRulesConfig *rules = &battery->live.rules;
  const double most = rules->maximum[VB_LIMIT_DISCHARGE_CURRENT];

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

  return check_floors (battery, error) && check_voltages (battery, error)
         && check_months (battery, error) && check_min_discharge_current (battery, error)
         && check_idle (battery, error);
}
