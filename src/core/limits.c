#include "battery-private.h"

#include <math.h>

/* @limit brought to the decimals of its row, towards safety: a ceiling never up, a floor never down.
   NAN stays NAN. */
static double
to_decimals (VbKnown known, double limit, gboolean is_ceiling)
{
  const guint item = vb_item_known (known);
  VbValue value = vb_value_real (limit);
  double step;

  if (isnan (limit))
    return NAN;

  step = exp10 (-vb_item (item)->field->decimals);
  vb_item_round (item, &value);
  if (is_ceiling && value.as.real > limit)
    value.as.real -= step;
  else if (!is_ceiling && value.as.real < limit)
    value.as.real += step;
  else
    return value.as.real;
  vb_item_round (item, &value);

  return value.as.real;
}

/* The limits by which charging and discharging are governed, with their seat belt. */
static double
ceiling (const VbBatteryConfig *config, VbKnown known)
{
  switch (known) {
  case VB_KNOWN_MAX_CHARGE_VOLTAGE:
    return to_decimals (known, config->live.max_charge_voltage, TRUE);
  case VB_KNOWN_MAX_CHARGE_CURRENT:
    return to_decimals (known, config->live.max_charge_current, TRUE);
  case VB_KNOWN_MAX_DISCHARGE_CURRENT:
    return to_decimals (known, config->live.max_discharge_current, TRUE);
  default:
    return NAN;
  }
}

gboolean
vb_battery_belt (const VbBattery *battery, guint item, VbValue *value)
{
  const VbKnown known = vb_item (item)->field->known;
  const double high = ceiling (&battery->config, known);
  double number;

  vb_item_round (item, value);
  number = vb_value_number (value, NAN);

  /* Every comparison with NAN is false: what is not set binds nothing. */
  if (number > high) {
    value->as.real = high;
    return TRUE;
  }

  if (known == VB_KNOWN_BATTERY_LOW_VOLTAGE) {
    const double low = to_decimals (known, battery->config.live.min_battery_low_voltage, FALSE);

    if (number < low) {
      value->as.real = low;
      return TRUE;
    }
  }

  return FALSE;
}

const VbValue *
vb_battery_asked (const VbBattery *battery, guint item)
{
  const VbValue *sent = &battery->sent[item].value;
  const VbValue *shown = &battery->shown[item].value;
  VbValue asked = *sent;

  if (vb_item (item)->field->group != VB_GROUP_LIMIT || !vb_value_is_valid (sent)
      || !vb_value_is_valid (shown))
    return NULL;

  /* No limit is a text, so that nothing is owned by the copy. */
  vb_item_round (item, &asked);

  return vb_value_equal (&asked, shown) ? NULL : sent;
}

/* @number: NAN where there is nothing to lower to. */
static void
lower (VbBattery *battery, VbKnown known, double number, gint64 now)
{
  const guint item = vb_item_known (known);
  const VbValue *in_force = &battery->shown[item].value;
  g_auto (VbValue) value = VB_VALUE_INIT;

  if (isnan (number))
    return;

  value = in_force->kind == VB_VALUE_INTEGER ? vb_value_integer ((gint64)number)
                                             : vb_value_real (number);
  vb_item_round (item, &value);

  /* Invalid stays invalid: nothing is made valid here, and nothing raised. */
  if (vb_value_is_valid (in_force) && vb_value_number (&value, 0) < vb_value_number (in_force, 0))
    vb_battery_show (battery, item, &value, now);
}

void
vb_battery_hold_limits (VbBattery *battery, gint64 now)
{
  const VbBatteryConfig *config = &battery->config;
  const gboolean block = config->live.freshness.on_stale == VB_ON_STALE_BLOCK;
  const double charge_voltage
      = to_decimals (VB_KNOWN_MAX_CHARGE_VOLTAGE, config->live.stale_charge_voltage, TRUE);

  /* The belt may have been tightened since. fmin() passes over what is not set. */
  lower (battery, VB_KNOWN_MAX_CHARGE_CURRENT, 0, now);
  lower (battery, VB_KNOWN_CHARGE_REQUEST, 0, now);
  lower (battery, VB_KNOWN_MAX_CHARGE_VOLTAGE,
         fmin (charge_voltage, ceiling (config, VB_KNOWN_MAX_CHARGE_VOLTAGE)), now);
  lower (battery, VB_KNOWN_MAX_DISCHARGE_CURRENT,
         block ? 0 : ceiling (config, VB_KNOWN_MAX_DISCHARGE_CURRENT), now);
}

void
vb_battery_lower_limits (VbBattery *battery, const VbRecord *record, gint64 now)
{
  /* Not BatteryLowVoltage: lower would be further from safety, and raised is nothing here. */
  static const VbKnown limits[] = { VB_KNOWN_MAX_CHARGE_VOLTAGE, VB_KNOWN_MAX_CHARGE_CURRENT,
                                    VB_KNOWN_MAX_DISCHARGE_CURRENT };

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++) {
    const VbRecordEntry *entry = vb_record_entry (record, vb_item_known (limits[i]));

    if (entry != NULL && vb_value_is_valid (&entry->value))
      lower (battery, limits[i], vb_value_number (&entry->value, 0), now);
  }
}
