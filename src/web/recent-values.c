#include "recent-values.h"

#include <math.h>

static const VbKnown charted[] = {
  VB_KNOWN_SOC,
  VB_KNOWN_VOLTAGE,
  VB_KNOWN_CURRENT,
  VB_KNOWN_CELL_VOLTAGE_DIFF,
  VB_KNOWN_MAX_CHARGE_VOLTAGE,
  VB_KNOWN_MAX_CHARGE_CURRENT,
  VB_KNOWN_MAX_DISCHARGE_CURRENT,
};

struct _VbRecentValues
{
  gint64 last; /* the step that was written last; number n is at n modulo VB_RECENT_STEPS */
  float values[G_N_ELEMENTS (charted)][VB_RECENT_STEPS];
  float asked[VB_N_LIMITS][VB_RECENT_STEPS];
};

static void
clear_step (VbRecentValues *recent, gint64 step)
{
  for (guint i = 0; i < G_N_ELEMENTS (charted); i++)
    recent->values[i][step % VB_RECENT_STEPS] = NAN;
  for (VbLimit limit = 0; limit < VB_N_LIMITS; limit++)
    recent->asked[limit][step % VB_RECENT_STEPS] = NAN;
}

VbRecentValues *
vb_recent_values_new (void)
{
  VbRecentValues *recent = g_new0 (VbRecentValues, 1);

  for (gint64 step = 0; step < VB_RECENT_STEPS; step++)
    clear_step (recent, step);

  return recent;
}

void
vb_recent_values_free (VbRecentValues *recent)
{
  g_free (recent);
}

static double
number_of (const VbBattery *battery, VbKnown known)
{
  return vb_value_number (vb_battery_value (battery, vb_item_known (known)), NAN);
}

static double
asked_for (const VbBattery *battery, VbLimit limit)
{
  const VbValue *asked = vb_battery_asked (battery, vb_item_known (vb_limited_field (limit)));

  return asked != NULL ? vb_value_number (asked, NAN) : NAN;
}

/* A source may send the lowest and the highest cell alone. */
static double
spread_of (const VbBattery *battery)
{
  const double spread = number_of (battery, VB_KNOWN_CELL_VOLTAGE_DIFF);

  return isnan (spread) ? number_of (battery, VB_KNOWN_MAX_CELL_VOLTAGE)
                              - number_of (battery, VB_KNOWN_MIN_CELL_VOLTAGE)
                        : spread;
}

void
vb_recent_values_add (VbRecentValues *recent, const VbBattery *battery, gint64 now)
{
  const gint64 step = now / VB_RECENT_STEP;

  for (gint64 i = MAX (recent->last + 1, step - VB_RECENT_STEPS + 1); i <= step; i++)
    clear_step (recent, i);
  recent->last = step;

  for (guint i = 0; i < G_N_ELEMENTS (charted); i++) {
    const double number = charted[i] == VB_KNOWN_CELL_VOLTAGE_DIFF
                              ? spread_of (battery)
                              : number_of (battery, charted[i]);

    recent->values[i][step % VB_RECENT_STEPS] = (float)number;
  }
  for (VbLimit limit = 0; limit < VB_N_LIMITS; limit++)
    recent->asked[limit][step % VB_RECENT_STEPS] = (float)asked_for (battery, limit);
}

/* The numbers of one line, those of @known, up to the step @end. */
static void
write_line (const VbRecentValues *recent,
            VbJsonWriter *json,
            VbKnown known,
            const float *numbers,
            gint64 end)
{
  const VbItem *item = vb_item (vb_item_known (known));

  vb_json_name (json, item->name);
  vb_json_begin_array (json);
  for (gint64 step = end - VB_RECENT_STEPS + 1; step <= end; step++) {
    const gboolean kept
        = step >= 0 && step <= recent->last && step > recent->last - VB_RECENT_STEPS;

    vb_json_real (json, kept ? numbers[step % VB_RECENT_STEPS] : NAN, item->field->decimals);
  }
  vb_json_end_array (json);
}

void
vb_recent_values_write (const VbRecentValues *recent, VbJsonWriter *json, gint64 now)
{
  const gint64 end = now / VB_RECENT_STEP;

  vb_json_begin_object (json);
  vb_json_member_integer (json, "interval", VB_RECENT_STEP / G_USEC_PER_SEC);
  for (guint i = 0; i < G_N_ELEMENTS (charted); i++)
    write_line (recent, json, charted[i], recent->values[i], end);

  vb_json_name (json, "asked");
  vb_json_begin_object (json);
  for (VbLimit limit = 0; limit < VB_N_LIMITS; limit++)
    write_line (recent, json, vb_limited_field (limit), recent->asked[limit], end);
  vb_json_end_object (json);
  vb_json_end_object (json);
}
