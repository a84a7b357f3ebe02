#include "numbering.h"

#include <string.h>

void
vb_numbering_init (VbNumbering *numbering)
{
  *numbering = (VbNumbering){ .items = g_array_new (FALSE, FALSE, sizeof (guint)),
                              .rounds = g_new0 (guint, vb_item_count ()) };
}

void
vb_numbering_clear (VbNumbering *numbering)
{
  g_array_unref (numbering->items);
  g_free (numbering->rounds);
}

void
vb_numbering_copy (VbNumbering *copy, const VbNumbering *numbering)
{
  *copy = *numbering;
  copy->items = g_array_copy (numbering->items);
  copy->rounds = g_new (guint, vb_item_count ());
  memcpy (copy->rounds, numbering->rounds, vb_item_count () * sizeof (guint));
}

/* Returns: whether @field is numbered through, and @as was set */
static gboolean
find_numbered (const VbField *field, VbNumbered *as)
{
  switch (field->merge) {
  case VB_MERGE_CELLS:
    *as = VB_NUMBERED_CELLS;
    return TRUE;
  case VB_MERGE_SENSORS:
    *as = VB_NUMBERED_SENSORS;
    return TRUE;
  case VB_MERGE_MODULES:
    *as = VB_NUMBERED_MODULES;
    return TRUE;
  default:
    return FALSE;
  }
}

gboolean
vb_numbering_has (const VbField *field)
{
  VbNumbered as;

  return find_numbered (field, &as);
}

static void
put (VbNumbering *numbering, VbValues *values, guint item, const VbSample *sample)
{
  vb_values_activate (values, item);
  vb_value_set (&values->sent[item].value, &sample->value);
  values->sent[item].time = sample->time;
  if (numbering->rounds[item] == 0)
    g_array_append_val (numbering->items, item);
  numbering->rounds[item] = numbering->round;
}

/* What was written by an earlier round and not by this one is nobody's any more. */
static void
forget_others (VbNumbering *numbering, VbValues *values)
{
  for (guint i = numbering->items->len; i-- > 0;) {
    const guint item = g_array_index (numbering->items, guint, i);

    if (numbering->rounds[item] == numbering->round)
      continue;
    vb_value_clear (&values->sent[item].value);
    values->sent[item].time = 0;
    numbering->rounds[item] = 0;
    g_array_remove_index_fast (numbering->items, i);
  }
}

static void
write_part (
    VbNumbering *numbering, const VbPart *part, const guint *offsets, VbValues *values, gint64 now)
{
  for (guint i = 0; i < part->heard.values.active->len; i++) {
    const guint item = g_array_index (part->heard.values.active, guint, i);
    const VbField *field = vb_item (item)->field;
    const VbSample *sample;
    VbNumbered as;
    guint index;

    if (!find_numbered (field, &as))
      continue;

    index = (vb_item (item)->member - field->first) / field->step;
    sample = vb_part_sample (part, item, now);
    if (sample != NULL && index < part->n[as] && offsets[as] + index < field->count)
      put (numbering, values, item + offsets[as], sample);
  }
}

void
vb_numbering_write (
    VbNumbering *numbering, const VbPart *parts, guint n, VbValues *values, gint64 now)
{
  guint offsets[VB_N_NUMBERED] = { 0 };
  const guint *cells = &offsets[VB_NUMBERED_CELLS];

  if (++numbering->round == 0)
    numbering->round = 1;
  for (guint i = 0; i < n; i++) {
    if (!parts[i].is_pack)
      continue;
    if (parts[i].counts)
      write_part (numbering, &parts[i], offsets, values, now);
    for (guint j = 0; j < VB_N_NUMBERED; j++)
      offsets[j] += parts[i].n[j];
  }
  forget_others (numbering, values);

  numbering->dropped = *cells > VB_FAMILY_MAX ? *cells - VB_FAMILY_MAX : 0;
}
