#include "battery-private.h"

#include <math.h>

/* Whether @number is 0 as it will be published. */
static gboolean
is_zero (VbKnown known, double number)
{
  VbValue value = vb_value_real (number);

  vb_item_round (vb_item_known (known), &value);

  return value.as.real == 0;
}

static gboolean
names_zero (const VbRecord *record, VbKnown known)
{
  return is_zero (known, vb_record_number (record, known));
}

static gboolean
names_more (const VbRecord *record, VbKnown known)
{
  const double number = vb_record_number (record, known);

  return !isnan (number) && !is_zero (known, number);
}

static gboolean
are_all_zero (const VbBattery *battery, const VbRecord *record)
{
  static const VbKnown all[]
      = { VB_KNOWN_SOC, VB_KNOWN_MAX_CHARGE_CURRENT, VB_KNOWN_MAX_DISCHARGE_CURRENT };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    if (!is_zero (all[i], vb_battery_after_record (battery, record, all[i])))
      return FALSE;

  return TRUE;
}

/* Flows fill what they do not know yet with 0, and Soc 0 forces grid charging. Returns what makes a
   zero in @record hard to believe. */
static VbZero
unbelievable_zero (const VbBattery *battery, const VbRecord *record)
{
  const double soc = vb_value_number (&battery->sent[vb_item_known (VB_KNOWN_SOC)].value, NAN);
  const gboolean names_soc = names_zero (record, VB_KNOWN_SOC);
  const gboolean names_current = names_zero (record, VB_KNOWN_MAX_CHARGE_CURRENT)
                                 || names_zero (record, VB_KNOWN_MAX_DISCHARGE_CURRENT);

  if (names_soc && !vb_state_on_bus (battery->state))
    return VB_ZERO_BEFORE_JOINING;
  if (names_soc && soc > 5)
    return VB_ZERO_FALLEN;
  if ((names_soc || names_current) && !are_all_zero (battery, NULL)
      && are_all_zero (battery, record))
    return VB_ZERO_WITH_LIMITS;

  return VB_ZERO_NONE;
}

/* Whether @zero, found in a record now, repeats the one noted last. */
static gboolean
zero_is_repeated (const VbBattery *battery, VbZero zero, gint64 now)
{
  return battery->zero == zero
         && now - battery->zero_last < battery->config.live.freshness.warn_after;
}

/* Whether @record says that the zero noted last is none. */
static gboolean
denies_zero (const VbBattery *battery, const VbRecord *record)
{
  return names_more (record, VB_KNOWN_SOC)
         || (battery->zero == VB_ZERO_WITH_LIMITS
             && (names_more (record, VB_KNOWN_MAX_CHARGE_CURRENT)
                 || names_more (record, VB_KNOWN_MAX_DISCHARGE_CURRENT)));
}

gboolean
vb_battery_check_zero (const VbBattery *battery, VbRecord *record, gint64 now)
{
  static const char *const reasons[] = {
    [VB_ZERO_BEFORE_JOINING] = "the battery is not on the bus yet",
    [VB_ZERO_FALLEN] = "it was above 5 %",
    [VB_ZERO_WITH_LIMITS] = "both current limits are 0 too",
  };
  const gint64 warn_after = battery->config.live.freshness.warn_after;
  const VbZero zero = unbelievable_zero (battery, record);
  g_autofree char *detail = NULL;

  if (zero == VB_ZERO_NONE)
    return FALSE;
  if (zero_is_repeated (battery, zero, now) && now - battery->zero_first >= warn_after)
    return TRUE;

  detail = g_strdup_printf ("Soc is 0 %%, not believed until it has been repeated for %.6g s: %s",
                            (double)warn_after / G_USEC_PER_SEC, reasons[zero]);
  vb_record_add_field_error (record, VB_KNOWN_SOC, VB_FIELD_ERROR_IMPLAUSIBLE, detail);

  return TRUE;
}

void
vb_battery_note_zero (VbBattery *battery, const VbRecord *record, gint64 now)
{
  const VbZero zero = unbelievable_zero (battery, record);

  if (zero != VB_ZERO_NONE) {
    if (!zero_is_repeated (battery, zero, now))
      battery->zero_first = now;
    battery->zero_last = now;
    battery->zero = zero;
  } else if (denies_zero (battery, record))
    battery->zero = VB_ZERO_NONE;
}
