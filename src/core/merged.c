#include "merged.h"

/* An id is that of the part that has the extreme. */
static const struct
{
  VbKnown id;
  VbKnown value;
  gboolean highest;
} ids[] = {
  { VB_KNOWN_MIN_CELL_VOLTAGE_ID, VB_KNOWN_MIN_CELL_VOLTAGE, FALSE },
  { VB_KNOWN_MAX_CELL_VOLTAGE_ID, VB_KNOWN_MAX_CELL_VOLTAGE, TRUE },
  { VB_KNOWN_MIN_CELL_TEMPERATURE_ID, VB_KNOWN_MIN_CELL_TEMPERATURE, FALSE },
  { VB_KNOWN_MAX_CELL_TEMPERATURE_ID, VB_KNOWN_MAX_CELL_TEMPERATURE, TRUE },
};

/* Returns: whether it had none before */
static gboolean
add_row (VbMerged *merged, guint item)
{
  guint at = 0;

  if (merged->has_row[item])
    return FALSE;

  merged->has_row[item] = TRUE;
  while (at < merged->rows->len && ((const VbMergedRow *)merged->rows->pdata[at])->item < item)
    at++;
  g_ptr_array_insert (merged->rows, (int)at, vb_merged_row_new (&merged->weighed, item));

  return TRUE;
}

/* Counts of parts are there whoever sends them. */
static gboolean
is_counted (const VbField *field)
{
  return field->merge == VB_MERGE_COUNT || field->merge == VB_MERGE_ONE
         || field->merge == VB_MERGE_ONLINE || field->merge == VB_MERGE_OFFLINE;
}

static void
init_empty (VbMerged *merged, const VbBatteryConfig *config, const VbPart *parts, guint n)
{
  *merged = (VbMerged){ .weighed = { .config = config, .parts = parts, .n = n },
                        .has_row = g_new0 (guint8, vb_item_count ()),
                        .rows = g_ptr_array_new_with_free_func (g_free) };
}

void
vb_merged_init (VbMerged *merged, const VbBatteryConfig *config, const VbPart *parts, guint n)
{
  static const VbKnown always[] = {
    VB_KNOWN_ALARM,
    VB_KNOWN_BMS_CABLE,
    VB_KNOWN_INSTALLED_CAPACITY,
    VB_KNOWN_CELL_COUNT,
  };
  guint n_derived;
  const VbKnown *derived = vb_derive_fields (&n_derived);

  init_empty (merged, config, parts, n);
  vb_numbering_init (&merged->numbering);
  for (guint i = 0; i < n_derived; i++)
    if (vb_item (vb_item_known (derived[i]))->field->merge != VB_MERGE_NONE)
      add_row (merged, vb_item_known (derived[i]));
  for (guint i = 0; i < vb_item_count (); i++)
    if (is_counted (vb_item (i)->field))
      add_row (merged, i);
  for (guint i = 0; i < G_N_ELEMENTS (always); i++)
    add_row (merged, vb_item_known (always[i]));
}

void
vb_merged_clear (VbMerged *merged)
{
  g_free (merged->has_row);
  g_ptr_array_unref (merged->rows);
  vb_numbering_clear (&merged->numbering);
}

void
vb_merged_copy (VbMerged *copy,
                const VbMerged *merged,
                const VbBatteryConfig *config,
                const VbPart *parts)
{
  init_empty (copy, config, parts, merged->weighed.n);
  copy->weighed.equal = merged->weighed.equal;
  vb_numbering_copy (&copy->numbering, &merged->numbering);
  for (guint i = 0; i < merged->rows->len; i++)
    add_row (copy, ((const VbMergedRow *)merged->rows->pdata[i])->item);
}

gboolean
vb_merged_add (VbMerged *merged, const VbPart *part)
{
  gboolean is_new = FALSE;

  for (guint i = 0; i < part->heard.values.active->len; i++) {
    const guint item = g_array_index (part->heard.values.active, guint, i);
    const VbField *field = vb_item (item)->field;

    if (!vb_numbering_has (field) && (field->merge != VB_MERGE_NONE || vb_part_says (part, item)))
      is_new = add_row (merged, item) || is_new;
  }

  return is_new;
}

gboolean
vb_merged_weigh (VbMerged *merged)
{
  VbWeighed *weighed = &merged->weighed;
  gboolean changed = FALSE;
  double weights[VB_PARTS_MAX];

  weighed->equal = FALSE;
  for (guint i = 0; i < weighed->n; i++) {
    const VbPart *part = &weighed->parts[i];

    weights[i] = vb_part_capacity (part);
    if (part->is_pack && (part->counts || part->keeps_soc) && !(weights[i] > 0))
      weighed->equal = TRUE;
  }
  for (guint i = 0; i < weighed->n; i++) {
    if (weighed->equal)
      weights[i] = 1;
    changed = changed || weights[i] != weighed->weights[i];
    weighed->weights[i] = weights[i];
  }

  return changed;
}

double
vb_merged_share (const VbMerged *merged)
{
  const VbWeighed *weighed = &merged->weighed;
  double counting = 0, all = 0;

  for (guint i = 0; i < weighed->n; i++)
    if (weighed->parts[i].is_pack) {
      /* Of one that left before it told its capacity nothing is known: it weighs as one of them. */
      const double weight = weighed->weights[i] > 0 ? weighed->weights[i] : 1;

      all += weight;
      counting += weighed->parts[i].counts ? weight : 0;
    }

  return all > 0 ? counting / all : 1;
}

static const VbMergedRow *
find_row (const VbMerged *merged, guint item)
{
  for (guint i = 0; i < merged->rows->len; i++) {
    const VbMergedRow *row = g_ptr_array_index (merged->rows, i);

    if (row->item == item)
      return row;
  }

  return NULL;
}

static gboolean
is_sent (const VbMerged *merged, const VbMergedRow *row, gint64 now)
{
  return row != NULL && vb_merged_row_is_sent (&merged->weighed, row, now);
}

gboolean
vb_merged_can_do_without (const VbMerged *merged, const VbPart *sayer, gint64 now)
{
  const VbMergedRow *current = find_row (merged, vb_item_known (VB_KNOWN_CURRENT));
  const VbMergedRow *power = find_row (merged, vb_item_known (VB_KNOWN_POWER));

  for (guint i = 0; i < sayer->own->n_items; i++) {
    const VbMergedRow *row = find_row (merged, sayer->own->items[i]);

    if (!vb_required_is (&sayer->config, vb_item (sayer->own->items[i])->field))
      continue;
    if (row == current || row == power) {
      if (!is_sent (merged, current, now) && !is_sent (merged, power, now))
        return FALSE;
    } else if (!is_sent (merged, row, now))
      return FALSE;
  }

  return TRUE;
}

static guint
count_of (const VbPart *part, guint item)
{
  return (guint)MAX (vb_value_number (&part->heard.values.sent[item].value, 1), 1);
}

static void
merge_counts (const VbWeighed *weighed, guint item, VbMerge rule, gint64 now, VbSample *result)
{
  gint64 count = 0;
  guint n_packs = 0;

  for (guint i = 0; i < weighed->n; i++) {
    const VbPart *part = &weighed->parts[i];
    const guint own = count_of (part, item);

    if (!part->is_pack)
      continue;
    n_packs++;
    if (rule == VB_MERGE_ONE)
      count = MAX (count, own);
    else if (rule == VB_MERGE_OFFLINE)
      count += part->counts ? (gint64)vb_value_number (&part->heard.values.sent[item].value, 0) : 1;
    else if (rule == VB_MERGE_COUNT || part->counts)
      count += own;
  }

  vb_merge_nothing (result);
  if (n_packs > 0) {
    result->value = (VbValue){ .kind = VB_VALUE_INTEGER, .as.integer = count };
    result->time = now;
  }
}

/* The extreme of those that were merged is of the first part that has it. */
static void
merge_id (
    const VbWeighed *weighed, const VbValues *values, guint item, gint64 now, VbSample *result)
{
  const VbKnown known = vb_item (item)->field->known;
  char text[VB_TEXT_MAX + 1];
  guint row = 0;

  while (row < G_N_ELEMENTS (ids) - 1 && ids[row].id != known)
    row++;

  for (guint i = 0; i < weighed->n; i++) {
    const VbPart *part = &weighed->parts[i];
    const guint value_item = vb_item_known (ids[row].value);
    const VbSample *extreme = &values->sent[value_item];
    const VbSample *value = NULL, *id;
    const char *own, *end;

    if (vb_value_is_valid (&extreme->value) && part->is_pack && part->counts)
      value = vb_part_sample (part, value_item, now);
    if (value == NULL || !vb_value_equal (&value->value, &extreme->value))
      continue;

    id = vb_part_sample (part, item, now);
    own = id != NULL && id->value.kind == VB_VALUE_TEXT ? id->value.as.text : "";
    if (g_str_has_prefix (own, "Cell") && g_ascii_isdigit (own[4]))
      own += 4;
    g_snprintf (text, sizeof text, "%s%s%s", part->own->name, *own != '\0' ? " " : "", own);
    /* It may have been cut within a character. */
    if (!g_utf8_validate (text, -1, &end))
      text[end - text] = '\0';
    vb_value_set (&result->value, &(VbValue){ .kind = VB_VALUE_TEXT, .as.text = text });
    result->time = extreme->time;
    return;
  }

  vb_merge_nothing (result);
}

static void
merge_difference (const VbValues *values, guint item, VbSample *result)
{
  const VbSample *low = &values->sent[vb_item_known (VB_KNOWN_MIN_CELL_VOLTAGE)];
  const VbSample *high = &values->sent[vb_item_known (VB_KNOWN_MAX_CELL_VOLTAGE)];

  vb_merge_nothing (result);
  if (!vb_value_is_valid (&low->value) || !vb_value_is_valid (&high->value))
    return;
  if (vb_item_check_number (item,
                            vb_value_number (&high->value, 0) - vb_value_number (&low->value, 0),
                            &result->value, NULL))
    result->time = MIN (low->time, high->time);
}

/* The weight of a part stands for the capacity that it does not send.
   Returns: as vb_merge() */
static gboolean
merge_capacity (const VbWeighed *weighed, guint item, VbMerge rule, gint64 now, VbSample *result)
{
  VbSample samples[VB_PARTS_MAX] = { 0 };
  VbContribution contributions[VB_PARTS_MAX];
  guint n = 0;

  for (guint i = 0; i < weighed->n; i++) {
    const VbPart *part = &weighed->parts[i];
    const double capacity = vb_part_capacity (part);

    if (!part->is_pack || !part->counts)
      continue;
    if (capacity > 0)
      samples[n].value = vb_value_real (capacity);
    contributions[n] = (VbContribution){ &samples[n], now, 1, VB_SHARE_IN };
    n++;
  }

  return vb_merge (item, rule, contributions, n, result);
}

static void
merge_row (const VbWeighed *weighed, VbMergedRow *row, VbValues *values, gint64 now)
{
  VbSample *result = &values->sent[row->item];
  gboolean nulled = FALSE, inside = TRUE;

  vb_values_activate (values, row->item);
  if (row->sayer != NULL)
    inside = vb_merged_row_merge_said (weighed, row, now, result, &nulled);
  else if (is_counted (row->field))
    merge_counts (weighed, row->item, row->rule, now, result);
  else if (row->rule == VB_MERGE_ID)
    merge_id (weighed, values, row->item, now, result);
  else if (row->rule == VB_MERGE_DIFFERENCE)
    merge_difference (values, row->item, result);
  else if (row->field->known == VB_KNOWN_INSTALLED_CAPACITY)
    inside = merge_capacity (weighed, row->item, row->rule, now, result);
  else
    inside = vb_merged_row_merge (weighed, row, result, &nulled);

  row->outside = !inside;
  if (nulled)
    values->flags[row->item] |= VB_ITEM_NULLED;
  else
    values->flags[row->item] &= ~VB_ITEM_NULLED;
}

void
vb_merged_look (VbMerged *merged, guint index, gint64 now)
{
  VbWeighed *weighed = &merged->weighed;

  weighed->caps[index] = vb_part_cap (&weighed->parts[index], now);
  for (guint i = 0; i < merged->rows->len; i++)
    vb_merged_row_look (weighed, g_ptr_array_index (merged->rows, i), index, now);
}

void
vb_merged_write (VbMerged *merged, VbValues *values, gint64 now)
{
  const VbWeighed *weighed = &merged->weighed;

  for (guint i = 0; i < merged->rows->len; i++)
    merge_row (weighed, g_ptr_array_index (merged->rows, i), values, now);
  vb_numbering_write (&merged->numbering, weighed->parts, weighed->n, values, now);
}

static void
warn_of_outside (const VbMergedRow *row, GPtrArray *texts)
{
  g_ptr_array_add (texts, g_strdup_printf ("what the parts say of %s is together outside %g to %g "
                                           "and is not taken",
                                           vb_item (row->item)->name, row->field->minimum,
                                           row->field->maximum));
}

void
vb_merged_warn (const VbMerged *merged, GPtrArray *texts)
{
  for (guint i = 0; i < merged->rows->len; i++) {
    const VbMergedRow *row = g_ptr_array_index (merged->rows, i);

    if (row->outside)
      warn_of_outside (row, texts);
  }
  if (merged->weighed.equal)
    g_ptr_array_add (texts, g_strdup ("the capacity of a part is not known: the parts weigh the "
                                      "same"));
  vb_numbering_warn (&merged->numbering, merged->weighed.parts, texts);
}
