#include "values.h"

#include <math.h>

#include "derive.h"

static VbSample *
samples_new (void)
{
  return g_new0 (VbSample, vb_item_count ());
}

static void
samples_free (VbSample *samples)
{
  for (guint i = 0; i < vb_item_count (); i++)
    vb_value_clear (&samples[i].value);

  g_free (samples);
}

static void
samples_copy (VbSample *samples, const VbSample *source)
{
  for (guint i = 0; i < vb_item_count (); i++) {
    vb_value_set (&samples[i].value, &source[i].value);
    samples[i].time = source[i].time;
  }
}

void
vb_values_init (VbValues *values)
{
  values->sent = samples_new ();
  values->derived = samples_new ();
  values->shown = samples_new ();
  values->flags = g_new0 (guint8, vb_item_count ());
  values->active = g_array_new (FALSE, FALSE, sizeof (guint));
  values->changed = g_array_new (FALSE, FALSE, sizeof (guint));
}

void
vb_values_clear (VbValues *values)
{
  samples_free (values->sent);
  samples_free (values->derived);
  samples_free (values->shown);
  g_free (values->flags);
  g_array_unref (values->active);
  g_array_unref (values->changed);
}

void
vb_values_copy (VbValues *values, const VbValues *source)
{
  vb_values_init (values);
  samples_copy (values->sent, source->sent);
  samples_copy (values->derived, source->derived);
  samples_copy (values->shown, source->shown);
  for (guint i = 0; i < vb_item_count (); i++)
    values->flags[i] = source->flags[i];
  g_array_append_vals (values->active, source->active->data, source->active->len);
}

void
vb_values_activate (VbValues *values, guint item)
{
  if (values->flags[item] & VB_ITEM_ACTIVE)
    return;

  values->flags[item] |= VB_ITEM_ACTIVE;
  g_array_append_val (values->active, item);
}

double
vb_values_number (const VbValues *values, VbKnown known)
{
  return vb_value_number (&values->sent[vb_item_known (known)].value, NAN);
}

gint64
vb_values_time (const VbValues *values, VbKnown known)
{
  const VbSample *sample = &values->sent[vb_item_known (known)];

  return vb_value_is_valid (&sample->value) ? sample->time : 0;
}

/* Whether a change of @field says that the source lives. An air temperature goes on moving beside a
   BMS that has died, and a bridge may well count the seconds in a text. */
static gboolean
is_alive (const VbField *field)
{
  return field->known == VB_KNOWN_VOLTAGE || field->known == VB_KNOWN_CURRENT
         || field->known == VB_KNOWN_POWER || field->known == VB_KNOWN_SOC;
}

gboolean
vb_values_take (VbValues *values, const VbRecordEntry *entry, gboolean keeps, gint64 now)
{
  static const VbValue invalid = VB_VALUE_INIT;
  const gboolean has_value = entry->said == VB_SAID_VALUE;
  const VbValue *value = has_value ? &entry->value : &invalid;
  const VbField *field = vb_item (entry->item)->field;
  VbSample *sent = &values->sent[entry->item];
  gboolean changed;

  vb_values_activate (values, entry->item);
  if (has_value)
    values->flags[entry->item] &= ~VB_ITEM_NULLED;
  else if (keeps)
    return FALSE;
  else
    values->flags[entry->item] |= VB_ITEM_NULLED;

  changed = is_alive (field) && !vb_value_equal (&sent->value, value);
  vb_value_set (&sent->value, value);
  sent->time = now;

  return changed;
}

void
vb_values_hold (VbValues *values, VbKnown known, gint64 now)
{
  VbSample *sent = &values->sent[vb_item_known (known)];

  if (vb_value_is_valid (&sent->value))
    sent->time = now;
}

/* Whether @item is one of two fields that meet the same requirement, and @record speaks of the
   other one without a value: then this one goes on meeting it. */
static gboolean
stands_in (const VbRecord *record, guint item)
{
  static const VbKnown pair[] = { VB_KNOWN_CURRENT, VB_KNOWN_POWER };

  for (guint i = 0; i < G_N_ELEMENTS (pair); i++)
    if (item == vb_item_known (pair[i]))
      return vb_record_lacks_value (record, pair[1 - i]);

  return FALSE;
}

static gboolean
is_about_present (guint item)
{
  const VbGroup group = vb_item (item)->field->group;

  return group != VB_GROUP_STATIC && group != VB_GROUP_IDENTITY;
}

void
vb_values_clear_unnamed (VbValues *values, const VbRecord *record, gboolean either)
{
  for (guint i = 0; i < values->active->len; i++) {
    const guint item = g_array_index (values->active, guint, i);

    if (record->named[item] || !is_about_present (item) || (either && stands_in (record, item)))
      continue;

    vb_value_clear (&values->sent[item].value);
    values->flags[item] &= ~VB_ITEM_NULLED;
  }
}

void
vb_values_forget (VbValues *values, gint64 until)
{
  for (guint i = 0; i < values->active->len; i++) {
    const guint item = g_array_index (values->active, guint, i);
    const gboolean is_alarm = vb_item (item)->field->group == VB_GROUP_ALARM;

    if (!is_about_present (item) || (!is_alarm && values->sent[item].time > until))
      continue;

    vb_value_clear (&values->sent[item].value);
    values->sent[item].time = 0;
    values->flags[item] &= ~VB_ITEM_NULLED;
  }
}

gboolean
vb_values_expires (const VbField *field)
{
  return field->group == VB_GROUP_LIVE || field->known == VB_KNOWN_CHARGE_REQUEST;
}

gint64
vb_values_next_expiry (const VbValues *values, gint64 optional_after, gint64 now)
{
  gint64 next = G_MAXINT64;

  for (guint i = 0; i < values->active->len; i++) {
    const guint item = g_array_index (values->active, guint, i);
    const VbSample *sample = &values->sent[item];

    if (vb_value_is_valid (&sample->value) && vb_values_expires (vb_item (item)->field)
        && sample->time + optional_after > now)
      next = MIN (next, sample->time + optional_after);
  }

  return next;
}

static gboolean
is_fresh (guint item, const VbSample *sample, const VbBatteryLive *live, gint64 now)
{
  return vb_value_is_valid (&sample->value)
         && (!vb_values_expires (vb_item (item)->field)
             || now - sample->time < live->optional_after);
}

const VbSample *
vb_values_fresh (const VbValues *values, guint item, const VbBatteryLive *live, gint64 now)
{
  const VbSample *derived = &values->derived[item];
  const VbSample *sample = &values->sent[item];
  const gint64 sent_lasts = vb_item (item)->field->flags & VB_FIELD_COUNTED
                                ? live->optional_after
                                : live->freshness.warn_after;

  if (!(values->flags[item] & VB_ITEM_NULLED)) {
    sample = vb_derive_choose (sample, derived, sent_lasts);
    if (!is_fresh (item, sample, live, now))
      sample = derived;
  }

  return is_fresh (item, sample, live, now) ? sample : NULL;
}

gint64
vb_values_age (const VbValues *values, guint item, gint64 now, gboolean *derived)
{
  const VbSample *shown = &values->shown[item];

  *derived = (values->flags[item] & VB_ITEM_DERIVED) != 0;

  return vb_value_is_valid (&shown->value) ? now - shown->time : VB_AGE_NEVER;
}

void
vb_values_begin (VbValues *values)
{
  g_array_set_size (values->changed, 0);
}

void
vb_values_show (VbValues *values, guint item, const VbValue *value, gint64 time)
{
  VbSample *shown = &values->shown[item];

  shown->time = time;
  if (vb_value_equal (&shown->value, value))
    return;

  vb_value_set (&shown->value, value);
  g_array_append_val (values->changed, item);
}

void
vb_values_hide (VbValues *values, guint item)
{
  static const VbValue invalid = VB_VALUE_INIT;

  vb_values_show (values, item, &invalid, 0);
  values->flags[item] &= ~VB_ITEM_DERIVED;
}
