#include "rules.h"

#define DECIMALS 6

static const char *
field_name (VbKnown field)
{
  return vb_item (vb_item_known (field))->name;
}

static void
write_points (VbJsonWriter *json, const VbCurve *curve)
{
  vb_json_name (json, "points");
  vb_json_begin_array (json);
  for (guint i = 0; i < curve->n; i++) {
    vb_json_begin_array (json);
    vb_json_real (json, curve->at[i], DECIMALS);
    vb_json_real (json, curve->share[i], DECIMALS);
    vb_json_end_array (json);
  }
  vb_json_end_array (json);
}

static void
write_fields (VbJsonWriter *json, const VbInput *list, guint n)
{
  vb_json_name (json, "fields");
  vb_json_begin_array (json);
  for (guint i = 0; i < n; i++)
    vb_json_string (json, field_name (vb_input_field (list[i])));
  vb_json_end_array (json);
}

static void
write_curve (VbJsonWriter *json, const VbBattery *battery, VbCurveId id)
{
  const VbRulesConfig *rules = &vb_battery_config (battery)->live.rules;
  const VbLimit limit = vb_rules_config_limit_of (id);
  VbInput list[VB_INPUTS_OF_CURVE];
  const guint n = vb_inputs_of_curve (&vb_battery_heard (battery)->required.inputs, id, list);

  vb_json_begin_object (json);
  vb_json_member_string (json, "name", vb_rule_name (vb_rule_of_curve (id)));
  vb_json_member_string (json, "limit", field_name (vb_limited_field (limit)));
  vb_json_member_real (json, "maximum", rules->maximum[limit], DECIMALS);
  vb_json_member_string (json, "unit",
                         vb_item (vb_item_known (vb_input_field (list[0])))->field->unit);
  write_fields (json, list, n);
  write_points (json, &rules->curves[id]);
  vb_json_end_object (json);
}

void
vb_json_rules_member (VbJsonWriter *json, const VbBattery *battery)
{
  const VbRulesConfig *rules = &vb_battery_config (battery)->live.rules;

  if (!vb_rules_config_is_on (rules))
    return;

  vb_json_name (json, "rules");
  vb_json_begin_object (json);
  vb_json_member_string (json, "curve", rules->curve == VB_CURVE_STEP ? "step" : "linear");
  vb_json_name (json, "curves");
  vb_json_begin_array (json);
  for (VbCurveId id = 0; id < VB_N_CURVES; id++)
    if (rules->curves[id].n > 0)
      write_curve (json, battery, id);
  vb_json_end_array (json);
  vb_json_end_object (json);
}
