#include "limited.h"

#include <math.h>

#include "limits.h"

/* What a rule is called in the configuration, and in the line that a person reads. */
static const struct
{
  const char *name;
  const char *brief;
} rules[] = {
  [VB_RULE_NONE] = { "none", "nothing" },
  [VB_RULE_CHARGE_VOLTAGE] = { "charge-voltage", "configured maximum" },
  [VB_RULE_CHARGE_CURRENT] = { "charge-current", "configured maximum" },
  [VB_RULE_DISCHARGE_CURRENT] = { "discharge-current", "configured maximum" },
  [VB_RULE_CHARGE_BY_CELL_VOLTAGE] = { "charge-by-cell-voltage", "highest cell" },
  [VB_RULE_DISCHARGE_BY_CELL_VOLTAGE] = { "discharge-by-cell-voltage", "lowest cell" },
  [VB_RULE_CHARGE_BY_TEMPERATURE] = { "charge-by-temperature", "temperature" },
  [VB_RULE_DISCHARGE_BY_TEMPERATURE] = { "discharge-by-temperature", "temperature" },
  [VB_RULE_CHARGE_BY_SOC] = { "charge-by-soc", "state of charge" },
  [VB_RULE_DISCHARGE_BY_SOC] = { "discharge-by-soc", "state of charge" },
  [VB_RULE_CELL_MAX_VOLTAGE] = { "cell-max-voltage", "highest cell" },
  [VB_RULE_FLOAT_VOLTAGE] = { "float-voltage", "float" },
  [VB_RULE_BALANCE_VOLTAGE] = { "balance-voltage", "balancing" },
  [VB_RULE_CHARGE_TO_SOC] = { "charge-to-soc", "state of charge" },
  [VB_RULE_RECOVER_HOLD] = { "recover-hold", "recovering" },
  [VB_RULE_RECOVER_RAMP] = { "recover-ramp", "recovering" },
};

static const VbKnown fields[] = {
  [VB_LIMIT_CHARGE_VOLTAGE] = VB_KNOWN_MAX_CHARGE_VOLTAGE,
  [VB_LIMIT_CHARGE_CURRENT] = VB_KNOWN_MAX_CHARGE_CURRENT,
  [VB_LIMIT_DISCHARGE_CURRENT] = VB_KNOWN_MAX_DISCHARGE_CURRENT,
};

const char *
vb_rule_name (VbRule rule)
{
  g_return_val_if_fail (rule < VB_N_RULES, NULL);

  return rules[rule].name;
}

VbRule
vb_rule_of_curve (VbCurveId id)
{
  static const VbRule of_curves[] = {
    [VB_CHARGE_BY_CELL_VOLTAGE] = VB_RULE_CHARGE_BY_CELL_VOLTAGE,
    [VB_DISCHARGE_BY_CELL_VOLTAGE] = VB_RULE_DISCHARGE_BY_CELL_VOLTAGE,
    [VB_CHARGE_BY_TEMPERATURE] = VB_RULE_CHARGE_BY_TEMPERATURE,
    [VB_DISCHARGE_BY_TEMPERATURE] = VB_RULE_DISCHARGE_BY_TEMPERATURE,
    [VB_CHARGE_BY_SOC] = VB_RULE_CHARGE_BY_SOC,
    [VB_DISCHARGE_BY_SOC] = VB_RULE_DISCHARGE_BY_SOC,
  };

  g_return_val_if_fail (id < VB_N_CURVES, VB_RULE_NONE);

  return of_curves[id];
}

VbKnown
vb_limited_field (VbLimit limit)
{
  g_return_val_if_fail (limit < VB_N_LIMITS, VB_KNOWN_NONE);

  return fields[limit];
}

VbLimit
vb_limited_by_field (VbKnown field)
{
  VbLimit limit = 0;

  while (limit < VB_N_LIMITS && fields[limit] != field)
    limit++;

  return limit;
}

static gboolean
lacks (const VbLimited *limited)
{
  return limited->by != VB_RULE_NONE && limited->input != VB_INPUT_NONE && isnan (limited->value);
}

gboolean
vb_told_follow (VbTold *told, const VbLimited *limited, gint64 now)
{
  if (told->by == limited->by && told->lacks == lacks (limited)) {
    told->since = 0;
    return FALSE;
  }
  if (told->since == 0)
    told->since = now;
  if (told->by != VB_RULE_NONE && now - told->since < VB_TOLD_AFTER * (gint64)G_USEC_PER_SEC)
    return FALSE;

  *told = (VbTold){ limited->by, lacks (limited), 0 };

  return TRUE;
}

static void
append_brief (const VbTold *told, const char *what, GString *text)
{
  g_string_append_printf (text, "%s limited: %s%s", what, rules[told->by].brief,
                          told->lacks ? " not known" : "");
}

gboolean
vb_told_describe (const VbTold *told, GString *text)
{
  const VbTold *current = &told[VB_LIMIT_CHARGE_CURRENT];
  const VbTold *charge = current->by != VB_RULE_NONE ? current : &told[VB_LIMIT_CHARGE_VOLTAGE];
  const VbTold *discharge = &told[VB_LIMIT_DISCHARGE_CURRENT];
  const gboolean charges = charge->by != VB_RULE_NONE;
  const gboolean discharges = discharge->by != VB_RULE_NONE;

  if (charges)
    append_brief (charge, "Charging", text);
  if (charges && discharges)
    g_string_append (text, "; ");
  if (discharges)
    append_brief (discharge, charges ? "discharging" : "Discharging", text);

  return charges || discharges;
}

void
vb_limited_describe (const VbLimited *limited, VbLimit limit, GString *text)
{
  const guint item = vb_item_known (fields[limit]);
  const VbItem *own = vb_item (item);
  VbValue to = { .kind = VB_VALUE_REAL, .as.real = limited->to };

  if (limited->by == VB_RULE_NONE) {
    g_string_append_printf (text, "%s is limited by no rule any more", own->name);
    return;
  }

  vb_limits_round (item, &to);
  g_string_append_printf (text, "%s is limited to %.15g %s by %s", own->name, to.as.real,
                          own->field->unit, rules[limited->by].name);
  if (limited->input != VB_INPUT_NONE) {
    const VbItem *input = vb_item (vb_item_known (vb_input_field (limited->input)));

    if (isnan (limited->value))
      g_string_append_printf (text, " (%s is not known)", input->name);
    else
      g_string_append_printf (text, " (%s %.15g %s)", input->name, limited->value,
                              input->field->unit);
  }
}
