#include "merged.h"

/* What one part contributes to an item, as it was when its last record came. */
typedef struct
{
  VbContribution contribution;
  gboolean contributes;
  gboolean sent; /* at some time */
  gboolean has;
  gboolean nulled;
} Entry;

/* An item that is merged by a rule, and not numbered through. */
typedef struct
{
  guint item;
  const VbField *field;
  VbMerge rule;
  gboolean required;   /* of a battery like this one, unless rules supply it */
  const VbPart *sayer; /* that says it alone; NULL: none does */
  Entry entries[VB_PARTS_MAX];
} Row;

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

/* What the merging of one moment needs. */
typedef struct
{
  const VbMerged *merged;
  VbValues *values; /* that are written; NULL: none are */
  gint64 now;
} Merging;

static VbMerge
rule_of (const VbMerged *merged, const VbField *field)
{
  return merged->config->fixed.arrangement == VB_PARTS_SERIES
                 && field->merge_series != VB_MERGE_NONE
             ? field->merge_series
             : field->merge;
}

/* The part that alone says @item, whatever has become of it; NULL: none does. */
static const VbPart *
sayer_of (const VbMerged *merged, guint item)
{
  for (guint i = 0; i < merged->n; i++)
    if (vb_part_says (&merged->parts[i], item))
      return &merged->parts[i];

  return NULL;
}

/* Returns: whether it had none before */
static gboolean
add_row (VbMerged *merged, guint item)
{
  Row *row;
  guint at = 0;

  if (merged->has_row[item])
    return FALSE;

  row = g_new0 (Row, 1);
  row->item = item;
  row->field = vb_item (item)->field;
  row->rule = rule_of (merged, row->field);
  row->required
      = row->field->flags & VB_FIELD_REQUIRED && vb_required_is (merged->config, row->field);
  row->sayer = sayer_of (merged, item);
  merged->has_row[item] = TRUE;
  while (at < merged->rows->len && ((const Row *)merged->rows->pdata[at])->item < item)
    at++;
  g_ptr_array_insert (merged->rows, (int)at, row);

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
  *merged = (VbMerged){ .config = config,
                        .parts = parts,
                        .n = n,
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
  init_empty (copy, config, parts, merged->n);
  copy->equal = merged->equal;
  vb_numbering_copy (&copy->numbering, &merged->numbering);
  for (guint i = 0; i < merged->rows->len; i++)
    add_row (copy, ((const Row *)merged->rows->pdata[i])->item);
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
  gboolean changed = FALSE;
  double weights[VB_PARTS_MAX];

  merged->equal = FALSE;
  for (guint i = 0; i < merged->n; i++) {
    const VbPart *part = &merged->parts[i];

    weights[i] = vb_part_capacity (part);
    if (part->is_pack && (part->counts || part->keeps_soc) && !(weights[i] > 0))
      merged->equal = TRUE;
  }
  for (guint i = 0; i < merged->n; i++) {
    if (merged->equal)
      weights[i] = 1;
    changed = changed || weights[i] != merged->weights[i];
    merged->weights[i] = weights[i];
  }

  return changed;
}

double
vb_merged_share (const VbMerged *merged)
{
  double counting = 0, all = 0;

  for (guint i = 0; i < merged->n; i++)
    if (merged->parts[i].is_pack) {
      /* Of one that left before it told its capacity nothing is known: it weighs as one of them. */
      const double weight = merged->weights[i] > 0 ? merged->weights[i] : 1;

      all += weight;
      counting += merged->parts[i].counts ? weight : 0;
    }

  return all > 0 ? counting / all : 1;
}

static VbShare
share_of (const VbSwitch *own)
{
  if (!own->open)
    return VB_SHARE_IN;

  return own->closed_at == 0 ? VB_SHARE_OUT : VB_SHARE_BACK;
}

static void
set_nothing (VbSample *result)
{
  vb_value_clear (&result->value);
  result->time = 0;
}

/* Whether @part contributes to @field. Its alarms do until they are cleared, or the part is. */
static gboolean
contributes (const VbPart *part, const VbField *field)
{
  if (field->flags & VB_FIELD_ALARM)
    return TRUE;

  return part->is_pack
         && (part->counts
             || (part->keeps_soc && field->known == VB_KNOWN_SOC
                 && vb_values_time (&part->heard.values, VB_KNOWN_SOC) != 0));
}

/* Whether an item needs a value of each part that counts, also of those that never sent one: a mean
   over some of them is that of another battery. */
static gboolean
needs_all (const Row *row)
{
  return row->rule == VB_MERGE_SUM || row->rule == VB_MERGE_WEIGHTED || row->rule == VB_MERGE_MEAN
         || row->required;
}

static gint64
counted_time (const Merging *merging, guint index, const VbSample *sample)
{
  return MIN (
      vb_required_counted_time (&merging->merged->parts[index].heard.required, sample->time),
      merging->merged->caps[index]);
}

/* What a part has for the item of @row; NULL for nothing. */
static const VbSample *
find_sample (const Merging *merging, const Row *row, guint index)
{
  const VbPart *part = &merging->merged->parts[index];
  const VbValues *values = &part->heard.values;
  const VbSample *sent = &values->sent[row->item], *derived = &values->derived[row->item];
  const gint64 warn_after = part->config.live.freshness.warn_after;
  const VbSample *sample = vb_part_sample (part, row->item, merging->now);

  /* What is required grows older and does not expire: the ladder is to see it. Nor does the last
     Soc of a part that has left. */
  if (sample == NULL && (row->required || !part->counts)
      && !(values->flags[row->item] & VB_ITEM_NULLED))
    sample = vb_derive_choose (sent, derived, warn_after);

  /* One from before the part was out of reach is older than it looks. */
  if (sample == sent && vb_value_is_valid (&derived->value)
      && counted_time (merging, index, derived) - counted_time (merging, index, sent) > warn_after)
    sample = derived;

  return sample != NULL && vb_value_is_valid (&sample->value) ? sample : NULL;
}

static VbContribution
contribution_of (const Merging *merging, const Row *row, guint index)
{
  const VbPart *part = &merging->merged->parts[index];
  VbContribution contribution
      = { .sample = find_sample (merging, row, index), .weight = merging->merged->weights[index] };

  if (contribution.sample != NULL)
    contribution.time
        = part->counts ? counted_time (merging, index, contribution.sample) : G_MAXINT64;
  if (row->field->known == VB_KNOWN_MAX_CHARGE_CURRENT)
    contribution.share = share_of (&part->charge);
  else if (row->field->known == VB_KNOWN_MAX_DISCHARGE_CURRENT)
    contribution.share = share_of (&part->discharge);

  return contribution;
}

static void
refresh (const Merging *merging, Row *row, guint index)
{
  const VbPart *part = &merging->merged->parts[index];
  Entry *entry = &row->entries[index];

  entry->contributes = contributes (part, row->field);
  if (!entry->contributes)
    return;

  entry->sent = part->heard.values.sent[row->item].time != 0;
  entry->has = vb_part_has (part, row->item);
  entry->nulled = part->heard.values.flags[row->item] & VB_ITEM_NULLED;
  entry->contribution = contribution_of (merging, row, index);
}

/* Whether a part is none of those that have what @row is about when it does not say it for now: a
   null is a word, and a limit that was sent once may have been the lower one. */
static gboolean
drops_out (const VbMerged *merged, const Row *row, const Entry *entry)
{
  if (entry->contribution.sample != NULL || entry->nulled || row->rule == VB_MERGE_SUM)
    return FALSE;

  return row->field->known == VB_KNOWN_BATTERY_LOW_VOLTAGE
         || (!entry->sent && vb_required_is_supplied (merged->config, row->field));
}

/* @counting: set to how many of them count */
static guint
collect (const Merging *merging,
         const Row *row,
         VbContribution *contributions,
         guint *counting,
         gboolean *nulled)
{
  const VbMerged *merged = merging->merged;
  const gboolean all = needs_all (row);
  gboolean waits = FALSE; /* for a pack in series that is off */
  guint n = 0, n_have = 0;

  *counting = 0;
  *nulled = FALSE;
  for (guint i = 0; i < merged->n; i++) {
    const Entry *entry = &row->entries[i];

    waits = waits || (merged->parts[i].counts && merged->parts[i].off);
    if (!entry->contributes || (!all && !entry->has) || drops_out (merged, row, entry))
      continue;
    contributions[n++] = entry->contribution;
    n_have += entry->has;
    *counting += merged->parts[i].counts;
    *nulled = *nulled || entry->nulled;
  }

  return n_have > 0 && (!waits || row->field->flags & VB_FIELD_ALARM) ? n : 0;
}

static void
merge_packs (const Merging *merging, const Row *row, VbSample *result, gboolean *nulled)
{
  VbContribution contributions[VB_PARTS_MAX];
  guint counting;
  const guint n = collect (merging, row, contributions, &counting, nulled);

  if (counting > 0 || row->field->flags & VB_FIELD_ALARM)
    vb_merge (row->item, row->rule, contributions, n, result);
  else
    set_nothing (result);
}

/* Whether packs that count send the alarm that @row is about, and none of these is too old. */
static gboolean
packs_send_alarm (const Merging *merging, const Row *row)
{
  const VbMerged *merged = merging->merged;
  gint64 oldest = G_MAXINT64;

  for (guint i = 0; i < merged->n; i++)
    if (merged->parts[i].is_pack && merged->parts[i].counts
        && row->entries[i].contribution.sample != NULL)
      oldest = MIN (oldest, row->entries[i].contribution.time);

  return oldest != G_MAXINT64 && merging->now - oldest < merged->config->live.freshness.stale_after;
}

/* Whether the packs send what @row is about, and none of them is too old for it. */
static gboolean
others_send (const Merging *merging, const Row *row)
{
  VbSample result = { 0 };
  gboolean nulled, send;

  if (row == NULL || row->rule == VB_MERGE_NONE)
    return FALSE;
  if (row->field->flags & VB_FIELD_ALARM)
    return packs_send_alarm (merging, row);

  merge_packs (merging, row, &result, &nulled);
  send = vb_value_is_valid (&result.value)
         && merging->now - result.time < merging->merged->config->live.freshness.stale_after;
  vb_value_clear (&result.value);

  return send;
}

static const Row *
find_row (const VbMerged *merged, guint item)
{
  for (guint i = 0; i < merged->rows->len; i++) {
    const Row *row = g_ptr_array_index (merged->rows, i);

    if (row->item == item)
      return row;
  }

  return NULL;
}

gboolean
vb_merged_can_do_without (const VbMerged *merged, const VbPart *sayer, gint64 now)
{
  const Merging merging = { .merged = merged, .now = now };
  const Row *current = find_row (merged, vb_item_known (VB_KNOWN_CURRENT));
  const Row *power = find_row (merged, vb_item_known (VB_KNOWN_POWER));

  for (guint i = 0; i < sayer->own->n_items; i++) {
    const Row *row = find_row (merged, sayer->own->items[i]);

    if (!vb_required_is (&sayer->config, vb_item (sayer->own->items[i])->field))
      continue;
    if (row == NULL
        || !((row == current || row == power)
                 ? others_send (&merging, current) || others_send (&merging, power)
                 : others_send (&merging, row)))
      return FALSE;
  }

  return TRUE;
}

/* A part that says @item alone is all there is to it while it counts; when it has fallen silent the
   others take its place where they can, and where they cannot its last word of what is required
   goes on growing older. */
static void
merge_said (const Merging *merging, const Row *row, VbSample *result, gboolean *nulled)
{
  const VbPart *sayer = row->sayer;
  const guint index = (guint)(sayer - merging->merged->parts);
  const VbSample *sample = contribution_of (merging, row, index).sample;

  if (!sayer->counts && row->rule != VB_MERGE_NONE) {
    merge_packs (merging, row, result, nulled);
    if (vb_value_is_valid (&result->value))
      return;
  }
  if (!sayer->counts && !row->required && !(row->field->flags & VB_FIELD_ALARM)) {
    set_nothing (result);
    return;
  }

  *nulled = sayer->heard.values.flags[row->item] & VB_ITEM_NULLED;
  if (sample == NULL) {
    set_nothing (result);
    return;
  }
  vb_value_set (&result->value, &sample->value);
  result->time = counted_time (merging, index, sample);
}

static guint
count_of (const VbPart *part, guint item)
{
  return (guint)MAX (vb_value_number (&part->heard.values.sent[item].value, 1), 1);
}

static void
merge_counts (const Merging *merging, guint item, VbMerge rule, VbSample *result)
{
  const VbMerged *merged = merging->merged;
  gint64 count = 0;
  guint n_packs = 0;

  for (guint i = 0; i < merged->n; i++) {
    const VbPart *part = &merged->parts[i];
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

  set_nothing (result);
  if (n_packs > 0) {
    result->value = (VbValue){ .kind = VB_VALUE_INTEGER, .as.integer = count };
    result->time = merging->now;
  }
}

/* The extreme of those that were merged is of the first part that has it. */
static void
merge_id (const Merging *merging, guint item, VbSample *result)
{
  const VbMerged *merged = merging->merged;
  const VbKnown known = vb_item (item)->field->known;
  char text[VB_TEXT_MAX + 1];
  guint row = 0;

  while (row < G_N_ELEMENTS (ids) - 1 && ids[row].id != known)
    row++;

  for (guint i = 0; i < merged->n; i++) {
    const VbPart *part = &merged->parts[i];
    const guint value_item = vb_item_known (ids[row].value);
    const VbSample *extreme = &merging->values->sent[value_item];
    const VbSample *value = NULL, *id;
    const char *own, *end;

    if (vb_value_is_valid (&extreme->value) && contributes (part, vb_item (item)->field))
      value = vb_part_sample (part, value_item, merging->now);
    if (value == NULL || !vb_value_equal (&value->value, &extreme->value))
      continue;

    id = vb_part_sample (part, item, merging->now);
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

  set_nothing (result);
}

static void
merge_difference (const Merging *merging, guint item, VbSample *result)
{
  const VbSample *low = &merging->values->sent[vb_item_known (VB_KNOWN_MIN_CELL_VOLTAGE)];
  const VbSample *high = &merging->values->sent[vb_item_known (VB_KNOWN_MAX_CELL_VOLTAGE)];

  set_nothing (result);
  if (!vb_value_is_valid (&low->value) || !vb_value_is_valid (&high->value))
    return;
  if (vb_item_check_number (item,
                            vb_value_number (&high->value, 0) - vb_value_number (&low->value, 0),
                            &result->value, NULL))
    result->time = MIN (low->time, high->time);
}

/* The weight of a part stands for the capacity that it does not send. */
static void
merge_capacity (const Merging *merging, guint item, VbMerge rule, VbSample *result)
{
  VbSample samples[VB_PARTS_MAX] = { 0 };
  VbContribution contributions[VB_PARTS_MAX];
  guint n = 0;

  for (guint i = 0; i < merging->merged->n; i++) {
    const VbPart *part = &merging->merged->parts[i];
    const double capacity = vb_part_capacity (part);

    if (!part->is_pack || !part->counts)
      continue;
    if (capacity > 0)
      samples[n].value = vb_value_real (capacity);
    contributions[n] = (VbContribution){ &samples[n], merging->now, 1, VB_SHARE_IN };
    n++;
  }

  vb_merge (item, rule, contributions, n, result);
}

static void
merge_row (const Merging *merging, const Row *row)
{
  VbValues *values = merging->values;
  VbSample *result = &values->sent[row->item];
  gboolean nulled = FALSE;

  vb_values_activate (values, row->item);
  if (row->sayer != NULL)
    merge_said (merging, row, result, &nulled);
  else if (is_counted (row->field))
    merge_counts (merging, row->item, row->rule, result);
  else if (row->rule == VB_MERGE_ID)
    merge_id (merging, row->item, result);
  else if (row->rule == VB_MERGE_DIFFERENCE)
    merge_difference (merging, row->item, result);
  else if (row->field->known == VB_KNOWN_INSTALLED_CAPACITY)
    merge_capacity (merging, row->item, row->rule, result);
  else
    merge_packs (merging, row, result, &nulled);

  if (nulled)
    values->flags[row->item] |= VB_ITEM_NULLED;
  else
    values->flags[row->item] &= ~VB_ITEM_NULLED;
}

void
vb_merged_look (VbMerged *merged, guint index, gint64 now)
{
  const Merging merging = { .merged = merged, .now = now };

  merged->caps[index] = vb_part_cap (&merged->parts[index], now);
  for (guint i = 0; i < merged->rows->len; i++)
    refresh (&merging, g_ptr_array_index (merged->rows, i), index);
}

void
vb_merged_write (VbMerged *merged, VbValues *values, gint64 now)
{
  const Merging merging = { .merged = merged, .values = values, .now = now };

  for (guint i = 0; i < merged->rows->len; i++)
    merge_row (&merging, g_ptr_array_index (merged->rows, i));
  vb_numbering_write (&merged->numbering, merged->parts, merged->n, values, now);
}

void
vb_merged_warn (const VbMerged *merged, GPtrArray *texts)
{
  if (merged->equal)
    g_ptr_array_add (texts, g_strdup ("the capacity of a part is not known: the parts weigh the "
                                      "same"));
  vb_numbering_warn (&merged->numbering, merged->parts, texts);
}
