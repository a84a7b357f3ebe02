#include "safer.h"

#include <math.h>

#include "limited.h"
#include "limits.h"

/* What is in force of @item, or would be in force again once a rule lets it: that may be with the
   same record. */
static double
in_force (const VbValues *values, const VbBatteryLive *live, VbState state, guint item)
{
  const VbLimit limit = vb_limited_by_field (vb_item (item)->field->known);
  const double shown = vb_value_number (&values->shown[item].value, 0);
  VbValue most;

  if (limit == VB_N_LIMITS || !vb_state_shows_values (state))
    return shown;

  most = vb_value_real (
      vb_value_number (&values->sent[item].value, vb_rules_config_most (&live->rules, limit)));
  vb_limits_belt (live, item, &most);

  return fmax (shown, most.as.real);
}

static gboolean
is_lower_limit (
    const VbValues *values, const VbBatteryLive *live, VbState state, guint item, double number)
{
  const VbField *field = vb_item (item)->field;

  return field->group == VB_GROUP_LIMIT && field->flags & VB_FIELD_REQUIRED
         && (vb_state_shows_values (state) || state == VB_STATE_STALE)
         && vb_value_is_valid (&values->shown[item].value)
         && number < in_force (values, live, state, item);
}

static gboolean
is_higher_alarm (const VbField *field, VbState state, double number, const VbValue *shown)
{
  return field->flags & VB_FIELD_ALARM && vb_state_on_bus (state)
         && number > vb_value_number (shown, 0);
}

void
vb_safer_forget (VbValues *values, const VbRecord *record)
{
  for (VbLimit limit = 0; limit < VB_N_LIMITS; limit++) {
    const guint item = vb_item_known (vb_limited_field (limit));
    VbSample *sent = &values->sent[item];

    if (sent->time == 0 && !record->named[item])
      vb_value_clear (&sent->value);
  }
}

void
vb_safer_take (VbValues *values,
               const VbBatteryLive *live,
               const VbRecord *record,
               VbState state,
               gboolean refused,
               gint64 now,
               GPtrArray *names)
{
  for (guint i = 0; i < record->entries->len; i++) {
    const VbRecordEntry *entry = &g_array_index (record->entries, VbRecordEntry, i);
    const VbItem *item = vb_item (entry->item);
    const VbValue *shown = &values->shown[entry->item].value;
    const double number = vb_value_number (&entry->value, 0);
    VbSample *sent = &values->sent[entry->item];

    if (!vb_value_is_valid (&entry->value)
        || !(entry->said == VB_SAID_WRONG || (refused && entry->said == VB_SAID_VALUE)))
      continue;

    if (is_higher_alarm (item->field, state, number, shown)) {
      vb_values_activate (values, entry->item);
      values->flags[entry->item] &= ~VB_ITEM_NULLED;
      sent->time = now;
    } else if (!is_lower_limit (values, live, state, entry->item, number))
      continue;

    vb_value_set (&sent->value, &entry->value);
    g_ptr_array_add (names, (gpointer)item->name);
  }
}
