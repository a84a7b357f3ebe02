#include "rules-config.h"

#include <math.h>

void
vb_rules_config_init (VbRulesConfig *config)
{
  *config = (VbRulesConfig){
    .recover_above = VB_RECOVER_ABOVE,
    .recover_hold = VB_RECOVER_HOLD * (gint64)G_USEC_PER_SEC,
    .recover_ramp = NAN,
    .cell_max_voltage = NAN,
    .float_voltage = NAN,
    .absorption_time = VB_ABSORPTION_TIME * (gint64)G_USEC_PER_SEC,
    .rebulk_soc = VB_REBULK_SOC,
    .balance_voltage = NAN,
    .balance_from_soc = VB_BALANCE_FROM_SOC,
    .balance_time = VB_BALANCE_TIME * (gint64)G_USEC_PER_SEC,
    .balance_every = VB_BALANCE_EVERY,
    .charge_to_soc = NAN,
    .full_every = NAN,
  };
  for (VbLimit limit = 0; limit < VB_N_LIMITS; limit++)
    config->maximum[limit] = NAN;
}

VbLimit
vb_rules_config_limit_of (VbCurveId id)
{
  static const VbLimit limits[] = {
    [VB_CHARGE_BY_CELL_VOLTAGE] = VB_LIMIT_CHARGE_CURRENT,
    [VB_DISCHARGE_BY_CELL_VOLTAGE] = VB_LIMIT_DISCHARGE_CURRENT,
    [VB_CHARGE_BY_TEMPERATURE] = VB_LIMIT_CHARGE_CURRENT,
    [VB_DISCHARGE_BY_TEMPERATURE] = VB_LIMIT_DISCHARGE_CURRENT,
    [VB_CHARGE_BY_SOC] = VB_LIMIT_CHARGE_CURRENT,
    [VB_DISCHARGE_BY_SOC] = VB_LIMIT_DISCHARGE_CURRENT,
  };

  g_return_val_if_fail (id < VB_N_CURVES, VB_LIMIT_CHARGE_CURRENT);

  return limits[id];
}

double
vb_rules_config_most (const VbRulesConfig *config, VbLimit limit)
{
  const double maximum = config->maximum[limit];

  return limit == VB_LIMIT_CHARGE_VOLTAGE ? fmax (maximum, config->balance_voltage) : maximum;
}

gboolean
vb_rules_config_has_curve (const VbRulesConfig *config, VbLimit limit)
{
  for (VbCurveId id = 0; id < VB_N_CURVES; id++)
    if (config->curves[id].n > 0 && vb_rules_config_limit_of (id) == limit)
      return TRUE;

  return FALSE;
}

gboolean
vb_rules_config_governs (const VbRulesConfig *config, VbLimit limit)
{
  if (!isnan (config->maximum[limit]) || vb_rules_config_has_curve (config, limit))
    return TRUE;

  /* One that not every cell is known of does not charge. */
  if (limit == VB_LIMIT_CHARGE_CURRENT)
    return !isnan (config->charge_to_soc) || config->charge_to_soc_by_month.n > 0
           || !isnan (config->cell_max_voltage);

  return limit == VB_LIMIT_CHARGE_VOLTAGE
         && (!isnan (config->cell_max_voltage) || !isnan (config->float_voltage));
}

gboolean
vb_rules_config_is_on (const VbRulesConfig *config)
{
  for (VbLimit limit = 0; limit < VB_N_LIMITS; limit++)
    if (vb_rules_config_governs (config, limit))
      return TRUE;

  return FALSE;
}
