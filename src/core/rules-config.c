#include "rules-config.h"

#include <math.h>

void
vb_rules_config_init (VbRulesConfig *config)
{
  *config = (VbRulesConfig){
    .recover_above = VB_RECOVER_ABOVE,
    .recover_hold = VB_RECOVER_HOLD * (gint64)G_USEC_PER_SEC,
    .recover_ramp = NAN,
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
  return !isnan (config->maximum[limit]) || vb_rules_config_has_curve (config, limit);
}

gboolean
vb_rules_config_is_on (const VbRulesConfig *config)
{
  for (VbLimit limit = 0; limit < VB_N_LIMITS; limit++)
    if (vb_rules_config_governs (config, limit))
      return TRUE;

  return FALSE;
}
