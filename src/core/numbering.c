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

/* One of a module that nothing stands for on the bus: the worst is kept, the first of its like. */
static void
note_unseen (VbNumbering *numbering, guint part, guint item, const VbSample *sample)
{
  const gint64 level = (gint64)vb_value_number (&sample->value, 0);

  if (!(vb_item (item)->field->flags & VB_FIELD_ALARM) || level <= 0)
    return;

  numbering->n_unseen++;
  if (level > numbering->unseen.level)
    numbering->unseen = (VbUnseenAlarm){ part, item, level };
}

/* @index: which of @parts */
static void
write_part (VbNumbering *numbering,
            const VbPart *parts,
            guint index,
            const guint *offsets,
            VbValues *values,
            gint64 now)
{
  const VbPart *part = &parts[index];

  for (guint i = 0; i < part->heard.values.active->len; i++) {
    const guint item = g_array_index (part->heard.values.active, guint, i);
    const VbField *field = vb_item (item)->field;
    const VbSample *sample;
    VbNumbered as;
    guint number;

    if (!find_numbered (field, &as) || !(part->counts || field->flags & VB_FIELD_ALARM))
      continue;

    number = (vb_item (item)->member - field->first) / field->step;
    sample = vb_part_sample (part, item, now);
    if (sample == NULL)
      continue;
    if (part->is_pack && number < part->n[as] && offsets[as] + number < field->count)
      put (numbering, values, item + offsets[as], sample);
    else
      note_unseen (numbering, index, item, sample);
  }
}

/* A person has to see that there is one. */
static void
raise_alarm (VbValues *values, gint64 now)
{
  VbSample *alarm = &values->sent[vb_item_known (VB_KNOWN_ALARM)];

  if (vb_value_number (&alarm->value, 0) > 0)
    return;
  alarm->value = vb_value_integer (1);
  alarm->time = now;
}

static guint
exceeding (guint n, guint most)
{
  return n > most ? n - most : 0;
}

void
vb_numbering_write (
    VbNumbering *numbering, const VbPart *parts, guint n, VbValues *values, gint64 now)
{
  guint offsets[VB_N_NUMBERED] = { 0 };

  if (++numbering->round == 0)
    numbering->round = 1;
  numbering->unseen = (VbUnseenAlarm){ 0 };
  numbering->n_unseen = 0;
  for (guint i = 0; i < n; i++) {
    write_part (numbering, parts, i, offsets, values, now);
    for (guint j = 0; j < VB_N_NUMBERED && parts[i].is_pack; j++)
      offsets[j] += parts[i].n[j];
  }
  forget_others (numbering, values);
  if (numbering->n_unseen > 0)
    raise_alarm (values, now);

  numbering->n_cells_dropped = exceeding (offsets[VB_NUMBERED_CELLS], VB_FAMILY_MAX);
  numbering->n_modules_dropped = exceeding (offsets[VB_NUMBERED_MODULES], VB_MODULES_MAX);
}

static void
warn_of_unseen (const VbNumbering *numbering, const VbPart *parts, GPtrArray *texts)
{
  const VbUnseenAlarm *unseen = &numbering->unseen;
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "part %s: %s is %d, of a module that is not shown",
                          parts[unseen->part].own->name, vb_item (unseen->item)->name,
                          (int)unseen->level);
  if (numbering->n_unseen == 2)
    g_string_append (text, ", as 1 more alarm is");
  else if (numbering->n_unseen > 2)
    g_string_append_printf (text, ", as %u more alarms are", numbering->n_unseen - 1);
  g_ptr_array_add (texts, g_string_free (text, FALSE));
}

void
vb_numbering_warn (const VbNumbering *numbering, const VbPart *parts, GPtrArray *texts)
{
  if (numbering->n_cells_dropped > 0)
    g_ptr_array_add (texts, g_strdup_printf ("the parts have %u cells too many: %d are shown",
                                             numbering->n_cells_dropped, VB_FAMILY_MAX));
  if (numbering->n_modules_dropped > 0)
    g_ptr_array_add (texts, g_strdup_printf ("the parts have %u modules too many: %d are shown",
                                             numbering->n_modules_dropped, VB_MODULES_MAX));
  if (numbering->n_unseen > 0)
    warn_of_unseen (numbering, parts, texts);
}
