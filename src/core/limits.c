#include "limits.h"

#include <math.h>

/* A number of the source that is further from a step of the bus than this share of one was meant
   as it is; nearer, it is what a float of 32 bits has made of that step. */
#define SENT_SLACK 0.01

/* The same for one of the configuration, which is read as a double. */
#define CONFIGURED_SLACK 1e-6

static double
steps_per_unit (VbKnown known)
{
  static const double powers[] = { 1, 10, 100, 1000 };
  const int decimals = vb_item (vb_item_known (known))->field->decimals;

  g_return_val_if_fail (decimals >= 0 && decimals < (int)G_N_ELEMENTS (powers), 1);

  return powers[decimals];
}

/* @limit brought to the decimals of its row, towards safety: a ceiling never up, a floor never
   down. NAN stays NAN. */
static double
to_decimals (VbKnown known, double limit, double slack)
{
  double scale, steps;

  if (isnan (limit))
    return NAN;

  scale = steps_per_unit (known);
  steps = limit * scale;

  return (known == VB_KNOWN_BATTERY_LOW_VOLTAGE ? ceil (steps - slack) : floor (steps + slack))
         / scale;
}

double
vb_limits_configured (VbKnown known, double limit)
{
  return to_decimals (known, limit, CONFIGURED_SLACK);
}

/* A discharge current of 0 shuts inverters down: who sends a little more has not asked for it. */
static double
sent_to_decimals (VbKnown known, double limit)
{
  const double shown = to_decimals (known, limit, SENT_SLACK);

  if (known == VB_KNOWN_MAX_DISCHARGE_CURRENT && limit > 0 && shown == 0)
    return 1 / steps_per_unit (known);

  /* Zero has no sign on the bus. */
  return shown + 0.0;
}

void
vb_limits_round (guint item, VbValue *value)
{
  if (value->kind == VB_VALUE_REAL)
    value->as.real = sent_to_decimals (vb_item (item)->field->known, value->as.real);
}

double
vb_limits_ceiling (const VbBatteryLive *live, VbKnown known)
{
  switch (known) {
  case VB_KNOWN_MAX_CHARGE_VOLTAGE:
    return vb_limits_configured (known, live->max_charge_voltage);
  case VB_KNOWN_MAX_CHARGE_CURRENT:
    return vb_limits_configured (known, live->max_charge_current);
  case VB_KNOWN_MAX_DISCHARGE_CURRENT:
    return vb_limits_configured (known, live->max_discharge_current);
  default:
    return NAN;
  }
}

gboolean
vb_limits_belt (const VbBatteryLive *live, guint item, VbValue *value)
{
  const VbKnown known = vb_item (item)->field->known;
  const double high = vb_limits_ceiling (live, known);
  double number;

  vb_limits_round (item, value);
  number = vb_value_number (value, NAN);

  /* Every comparison with NAN is false: what is not set binds nothing. */
  if (number > high) {
    value->as.real = high;
    return TRUE;
  }

  if (known == VB_KNOWN_BATTERY_LOW_VOLTAGE) {
    const double low = vb_limits_configured (known, live->min_battery_low_voltage);

    if (number < low) {
      value->as.real = low;
      return TRUE;
    }
  }

  return FALSE;
}

/* What is not set is NAN, which does not equal itself. */
static gboolean
is_same (double a, double b)
{
  return a == b || (isnan (a) && isnan (b));
}

gboolean
vb_limits_same_belt (const VbBatteryLive *a, const VbBatteryLive *b)
{
  return is_same (a->max_charge_voltage, b->max_charge_voltage)
         && is_same (a->max_charge_current, b->max_charge_current)
         && is_same (a->max_discharge_current, b->max_discharge_current)
         && is_same (a->min_battery_low_voltage, b->min_battery_low_voltage);
}

const VbValue *
vb_limits_asked (const VbValues *values, guint item)
{
  const VbValue *sent = &values->sent[item].value;
  const VbValue *shown = &values->shown[item].value;
  VbValue asked = *sent;

  if (vb_item (item)->field->group != VB_GROUP_LIMIT || !vb_value_is_valid (sent)
      || !vb_value_is_valid (shown) || vb_value_equal (sent, shown))
    return NULL;

  /* No limit is a text, so that nothing is owned by the copy. */
  vb_limits_round (item, &asked);

  return vb_value_equal (&asked, shown) ? NULL : sent;
}

void
vb_limits_warn (const VbBatteryLive *live, guint item, const VbValue *asked, GPtrArray *texts)
{
  const VbItem *own = vb_item (item);
  VbValue value = *asked;

  if (own->field->group == VB_GROUP_LIMIT && vb_limits_belt (live, item, &value))
    g_ptr_array_add (texts,
                     g_strdup_printf ("%s brought from %.15g %s to the %.15g %s of the seat belt",
                                      own->name, vb_value_number (asked, 0), own->field->unit,
                                      vb_value_number (&value, 0), own->field->unit));
}

/* @number: NAN where there is nothing to lower to. */
static void
lower (VbValues *values, VbKnown known, double number, gint64 now)
{
  const guint item = vb_item_known (known);
  const VbValue *in_force = &values->shown[item].value;
  g_auto (VbValue) value = VB_VALUE_INIT;

  if (isnan (number))
    return;

  value = in_force->kind == VB_VALUE_INTEGER ? vb_value_integer ((gint64)number)
                                             : vb_value_real (number);
  vb_limits_round (item, &value);

  /* Invalid stays invalid: nothing is made valid here, and nothing raised. */
  if (vb_value_is_valid (in_force) && vb_value_number (&value, 0) < vb_value_number (in_force, 0))
    vb_values_show (values, item, &value, now);
}

void
vb_limits_hold (VbValues *values, const VbBatteryLive *live, gint64 now)
{
  const gboolean block = live->freshness.on_stale == VB_ON_STALE_BLOCK;
  const double charge_voltage
      = vb_limits_configured (VB_KNOWN_MAX_CHARGE_VOLTAGE, live->stale_charge_voltage);

  /* The belt may have been tightened since. fmin() passes over what is not set. */
  lower (values, VB_KNOWN_MAX_CHARGE_CURRENT, 0, now);
  lower (values, VB_KNOWN_CHARGE_REQUEST, 0, now);
  lower (values, VB_KNOWN_MAX_CHARGE_VOLTAGE,
         fmin (charge_voltage, vb_limits_ceiling (live, VB_KNOWN_MAX_CHARGE_VOLTAGE)), now);
  lower (values, VB_KNOWN_MAX_DISCHARGE_CURRENT,
         block ? 0 : vb_limits_ceiling (live, VB_KNOWN_MAX_DISCHARGE_CURRENT), now);
}

void
vb_limits_lower (VbValues *values, gint64 now)
{
  /* Not BatteryLowVoltage: lower would be further from safety, and raised is nothing here. */
  static const VbKnown limits[] = { VB_KNOWN_MAX_CHARGE_VOLTAGE, VB_KNOWN_MAX_CHARGE_CURRENT,
                                    VB_KNOWN_MAX_DISCHARGE_CURRENT };

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    lower (values, limits[i], vb_values_number (values, limits[i]), now);
}
