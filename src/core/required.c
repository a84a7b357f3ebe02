#include "required.h"

static const VbRequirement requirements[] = {
  { VB_KNOWN_VOLTAGE, VB_KNOWN_NONE, FALSE },
  { VB_KNOWN_CURRENT, VB_KNOWN_POWER, FALSE },
  { VB_KNOWN_SOC, VB_KNOWN_NONE, FALSE },
  { VB_KNOWN_MAX_CHARGE_VOLTAGE, VB_KNOWN_NONE, TRUE },
  { VB_KNOWN_MAX_CHARGE_CURRENT, VB_KNOWN_NONE, TRUE },
  { VB_KNOWN_MAX_DISCHARGE_CURRENT, VB_KNOWN_NONE, TRUE },
};

const VbRequirement *
vb_required_list (VbRole role, guint *n)
{
  *n = 0;
  while (*n < G_N_ELEMENTS (requirements) && (role == VB_ROLE_BMS || !requirements[*n].bms_only))
    (*n)++;

  return requirements;
}

gint64
vb_required_time (const VbValues *values, const VbRequirement *requirement)
{
  const gint64 time = vb_values_time (values, requirement->field);

  if (requirement->or_field == VB_KNOWN_NONE)
    return time;

  return MAX (time, vb_values_time (values, requirement->or_field));
}

const VbRequirement *
vb_required_oldest (VbRole role, const VbValues *values)
{
  guint n;
  const VbRequirement *list = vb_required_list (role, &n);
  const VbRequirement *oldest = &list[0];

  for (guint i = 1; i < n; i++)
    if (vb_required_time (values, &list[i]) < vb_required_time (values, oldest))
      oldest = &list[i];

  return oldest;
}

gboolean
vb_required_lacks_limits (VbRole role, const VbValues *values)
{
  guint n;
  const VbRequirement *list = vb_required_list (role, &n);

  for (guint i = 0; i < n; i++)
    if (list[i].bms_only && vb_required_time (values, &list[i]) != 0)
      return FALSE;

  return role == VB_ROLE_BMS;
}

static gboolean
current_flows (const VbValues *values, const VbBatteryLive *live, gint64 now)
{
  const VbSample *current = vb_values_fresh (values, vb_item_known (VB_KNOWN_CURRENT), live, now);

  return current != NULL && vb_value_number (&current->value, 0) != 0;
}

static gboolean
is_frozen (const VbRequired *required,
           const VbBatteryLive *live,
           const VbValues *values,
           gint64 now)
{
  return live->frozen_after > 0 && now - required->last_change >= live->frozen_after
         && current_flows (values, live, now);
}

/* The time of the record from which a frozen source's age counts. */
static gint64
frozen_since (const VbRequired *required, const VbBatteryLive *live)
{
  return required->last_change + live->frozen_after - live->freshness.warn_after;
}

gint64
vb_required_age (const VbRequired *required,
                 const VbBatteryConfig *config,
                 const VbValues *values,
                 gint64 now)
{
  gint64 oldest = now;
  guint n;
  const VbRequirement *list = vb_required_list (config->fixed.role, &n);

  for (guint i = 0; i < n; i++) {
    const gint64 time = vb_required_time (values, &list[i]);

    if (time == 0)
      return VB_AGE_NEVER;
    oldest = MIN (oldest, time);
  }

  if (is_frozen (required, &config->live, values, now))
    oldest = MIN (oldest, frozen_since (required, &config->live));

  return now - oldest;
}

gint64
vb_required_due (const VbRequired *required,
                 const VbBatteryConfig *config,
                 const VbValues *values,
                 gint64 deadline,
                 gint64 now)
{
  const gint64 due = now - vb_required_age (required, config, values, now) + deadline;
  gint64 frozen_due;

  if (config->live.frozen_after == 0)
    return due;

  frozen_due = frozen_since (required, &config->live) + deadline;

  return frozen_due > now ? MIN (due, frozen_due) : due;
}

void
vb_required_missing (const VbBatteryConfig *config,
                     const VbValues *values,
                     gint64 now,
                     GPtrArray *names)
{
  guint n;
  const VbRequirement *list = vb_required_list (config->fixed.role, &n);

  for (guint i = 0; i < n; i++) {
    const gint64 time = vb_required_time (values, &list[i]);

    if (time == 0 || now - time >= config->live.freshness.warn_after)
      g_ptr_array_add (names, (gpointer)vb_item (vb_item_known (list[i].field))->name);
  }
}

void
vb_required_nulled (VbRole role, const VbRecord *record, GPtrArray *names)
{
  guint n;
  const VbRequirement *list = vb_required_list (role, &n);

  for (guint i = 0; i < n; i++) {
    const VbKnown field = list[i].field, or_field = list[i].or_field;
    const char *name = vb_item (vb_item_known (field))->name;
    const gboolean either = or_field != VB_KNOWN_NONE;

    if ((vb_record_says_null (record, field) || (either && vb_record_says_null (record, or_field)))
        && !vb_record_says_value (record, field)
        && !(either && vb_record_says_value (record, or_field))
        && !g_ptr_array_find (names, name, NULL))
      g_ptr_array_add (names, (gpointer)name);
  }
}
