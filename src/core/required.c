#include "required.h"

static const VbRequirement requirements[] = {
  { VB_KNOWN_VOLTAGE, VB_KNOWN_NONE, FALSE },
  { VB_KNOWN_CURRENT, VB_KNOWN_POWER, TRUE },
  { VB_KNOWN_SOC, VB_KNOWN_NONE, TRUE },
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

gboolean
vb_required_is (VbRole role, const VbField *field)
{
  guint n;
  const VbRequirement *list = vb_required_list (role, &n);

  for (guint i = 0; i < n && field->flags & VB_FIELD_REQUIRED; i++)
    if (list[i].field == field->known || list[i].or_field == field->known)
      return TRUE;

  return FALSE;
}

gboolean
vb_required_keeps (VbRole role, const VbRecordEntry *entry)
{
  const VbField *field = vb_item (entry->item)->field;

  switch (entry->said) {
  case VB_SAID_NULL:
    return vb_required_is (role, field);
  case VB_SAID_WRONG:
    return field->group == VB_GROUP_LIMIT || field->group == VB_GROUP_ALARM
           || vb_required_is (role, field);
  case VB_SAID_DOUBTED:
  case VB_SAID_HELD:
    return TRUE;
  case VB_SAID_VALUE:
  default:
    return FALSE;
  }
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
    if (vb_item (vb_item_known (list[i].field))->field->group == VB_GROUP_LIMIT
        && vb_required_time (values, &list[i]) != 0)
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

/* Whether what came at @time is from before the source said that its battery is out of reach. */
static gboolean
is_cut (const VbRequired *required, gint64 time)
{
  return required->cut != 0 && time != 0 && time <= required->cut;
}

/* The time from which the age of @requirement counts; 0: it was never met. */
static gint64
counted_time (const VbRequired *required, const VbValues *values, const VbRequirement *requirement)
{
  const gint64 time = vb_required_time (values, requirement);

  return is_cut (required, time) ? MIN (time, required->counts_from) : time;
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
    const gint64 time = counted_time (required, values, &list[i]);

    if (time == 0)
      return VB_AGE_NEVER;
    oldest = MIN (oldest, time);
  }

  if (is_frozen (required, &config->live, values, now))
    oldest = MIN (oldest, frozen_since (required, &config->live));

  return now - oldest;
}

void
vb_required_cut (VbRequired *required,
                 const VbBatteryConfig *config,
                 const VbValues *values,
                 gint64 now)
{
  const gint64 age = vb_required_age (required, config, values, now);
  const gint64 stale_after = config->live.freshness.stale_after;

  required->counts_from = now - (age == VB_AGE_NEVER ? stale_after : MAX (age, stale_after));
  required->cut = now;
}

gboolean
vb_required_is_out_of_reach (const VbRequired *required,
                             const VbBatteryConfig *config,
                             const VbValues *values)
{
  guint n;
  const VbRequirement *list = vb_required_list (config->fixed.role, &n);

  for (guint i = 0; i < n; i++)
    if (is_cut (required, vb_required_time (values, &list[i])))
      return TRUE;

  return FALSE;
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
vb_required_missing (const VbRequired *required,
                     const VbBatteryConfig *config,
                     const VbValues *values,
                     gint64 now,
                     GPtrArray *names)
{
  guint n;
  const VbRequirement *list = vb_required_list (config->fixed.role, &n);

  for (guint i = 0; i < n; i++) {
    const gint64 time = counted_time (required, values, &list[i]);

    if (time == 0 || now - time >= config->live.freshness.warn_after)
      g_ptr_array_add (names, (gpointer)vb_item (vb_item_known (list[i].field))->name);
  }
}

void
vb_required_lacking (VbRole role, const VbRecord *record, GPtrArray *names)
{
  guint n;
  const VbRequirement *list = vb_required_list (role, &n);

  for (guint i = 0; i < n; i++) {
    const VbKnown field = list[i].field, or_field = list[i].or_field;
    const char *name = vb_item (vb_item_known (field))->name;
    const gboolean either = or_field != VB_KNOWN_NONE;

    if ((vb_record_lacks_value (record, field)
         || (either && vb_record_lacks_value (record, or_field)))
        && !vb_record_has_value (record, field)
        && !(either && vb_record_has_value (record, or_field))
        && !g_ptr_array_find (names, name, NULL))
      g_ptr_array_add (names, (gpointer)name);
  }
}

gboolean
vb_required_are_named (VbRole role, VbRecord *record)
{
  const guint n_errors = record->errors->len;
  guint n;
  const VbRequirement *list = vb_required_list (role, &n);

  for (guint i = 0; i < n; i++) {
    const guint field = vb_item_known (list[i].field);
    const gboolean either = list[i].or_field != VB_KNOWN_NONE;
    const VbItem *item = vb_item (field);

    if (!record->named[field] && !(either && record->named[vb_item_known (list[i].or_field)]))
      vb_record_add_error (record, item->name, item->path, VB_FIELD_ERROR_MISSING,
                           "%s is missing; PUT has to name every required field", item->name);
  }

  return record->errors->len == n_errors;
}

gboolean
vb_required_are_usable (VbRole role, const VbRecord *record)
{
  for (guint i = 0; i < record->entries->len; i++) {
    const VbRecordEntry *entry = &g_array_index (record->entries, VbRecordEntry, i);

    if (entry->said != VB_SAID_VALUE && entry->said != VB_SAID_NULL
        && vb_required_is (role, vb_item (entry->item)->field))
      return FALSE;
  }

  return TRUE;
}
