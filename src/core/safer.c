#include "safer.h"

static gboolean
is_lower_limit (const VbField *field, VbState state, double number, const VbValue *shown)
{
  return field->group == VB_GROUP_LIMIT && field->flags & VB_FIELD_REQUIRED
         && (vb_state_shows_values (state) || state == VB_STATE_STALE) && vb_value_is_valid (shown)
         && number < vb_value_number (shown, 0);
}

static gboolean
is_higher_alarm (const VbField *field, VbState state, double number, const VbValue *shown)
{
  return field->flags & VB_FIELD_ALARM && vb_state_on_bus (state)
         && number > vb_value_number (shown, 0);
}

void
vb_safer_take (VbValues *values,
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
    } else if (!is_lower_limit (item->field, state, number, shown))
      continue;

    vb_value_set (&sent->value, &entry->value);
    g_ptr_array_add (names, (gpointer)item->name);
  }
}
