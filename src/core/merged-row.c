#include "merged-row.h"

static VbMerge
rule_of (const VbWeighed *weighed, const VbField *field)
{
  return weighed->config->fixed.arrangement == VB_PARTS_SERIES
                 && field->merge_series != VB_MERGE_NONE
             ? field->merge_series
             : field->merge;
}

/* The part that alone says @item, whatever has become of it; NULL: none does. */
static const VbPart *
sayer_of (const VbWeighed *weighed, guint item)
{
  for (guint i = 0; i < weighed->n; i++)
    if (vb_part_says (&weighed->parts[i], item))
      return &weighed->parts[i];

  return NULL;
}

VbMergedRow *
vb_merged_row_new (const VbWeighed *weighed, guint item)
{
  VbMergedRow *row = g_new0 (VbMergedRow, 1);

  row->item = item;
  row->field = vb_item (item)->field;
  row->rule = rule_of (weighed, row->field);
  row->required
      = row->field->flags & VB_FIELD_REQUIRED && vb_required_is (weighed->config, row->field);
  row->sayer = sayer_of (weighed, item);

  return row;
}

static VbShare
share_of (const VbPart *part, const VbSwitch *own)
{
  if (!own->open)
    return part->counts ? VB_SHARE_IN : VB_SHARE_BACK;

  return own->closed_at == 0 ? VB_SHARE_OUT : VB_SHARE_BACK;
}

/* Whether @field is one of the limits that make a battery safer where they are lower, or for low
   voltage higher. */
static gboolean
is_limit (const VbField *field)
{
  return field->group == VB_GROUP_LIMIT
         && (field->flags & VB_FIELD_REQUIRED || field->known == VB_KNOWN_BATTERY_LOW_VOLTAGE);
}

/* Whether @part contributes to @field. Its alarms do until they are cleared, or the part is. One
   that is on its way back is connected already: what it bears is not exceeded meanwhile. */
static gboolean
contributes (const VbPart *part, const VbField *field)
{
  if (field->flags & VB_FIELD_ALARM)
    return TRUE;

  return part->is_pack
         && (part->counts || (is_limit (field) && vb_part_is_returning (part))
             || (part->keeps_soc && field->known == VB_KNOWN_SOC
                 && vb_values_time (&part->heard.values, VB_KNOWN_SOC) != 0));
}

/* Whether an item needs a value of each part that counts, also of those that never sent one: a mean
   over some of them is that of another battery. */
static gboolean
needs_all (const VbMergedRow *row)
{
  return row->rule == VB_MERGE_SUM || row->rule == VB_MERGE_WEIGHTED || row->rule == VB_MERGE_MEAN
         || row->required;
}

static gint64
counted_time (const VbWeighed *weighed, guint index, const VbSample *sample)
{
  const gint64 time
      = vb_required_counted_time (&weighed->parts[index].heard.required, sample->time);

  return MIN (time, weighed->caps[index]);
}

/* What a part has for the item of @row; NULL for nothing. */
static const VbSample *
find_sample (const VbWeighed *weighed, const VbMergedRow *row, guint index, gint64 now)
{
  const VbPart *part = &weighed->parts[index];
  const VbValues *values = &part->heard.values;
  const VbSample *sent = &values->sent[row->item], *derived = &values->derived[row->item];
  const gint64 warn_after = part->config.live.freshness.warn_after;
  const VbSample *sample = vb_part_sample (part, row->item, now);

  /* What is required grows older and does not expire: the ladder is to see it. Nor does the last
     Soc of a part that has left. */
  if (sample == NULL && (row->required || !part->counts)
      && !(values->flags[row->item] & VB_ITEM_NULLED))
    sample = vb_derive_choose (sent, derived, warn_after);

  /* One from before the part was out of reach is older than it looks. */
  if (sample == sent && vb_value_is_valid (&derived->value)
      && counted_time (weighed, index, derived) - counted_time (weighed, index, sent) > warn_after)
    sample = derived;

  return sample != NULL && vb_value_is_valid (&sample->value) ? sample : NULL;
}

static VbContribution
contribution_of (const VbWeighed *weighed, const VbMergedRow *row, guint index, gint64 now)
{
  const VbPart *part = &weighed->parts[index];
  VbContribution contribution
      = { .sample = find_sample (weighed, row, index, now), .weight = weighed->weights[index] };

  if (contribution.sample != NULL)
    contribution.time
        = part->counts ? counted_time (weighed, index, contribution.sample) : G_MAXINT64;
  if (row->field->known == VB_KNOWN_MAX_CHARGE_CURRENT)
    contribution.share = share_of (part, &part->charge);
  else if (row->field->known == VB_KNOWN_MAX_DISCHARGE_CURRENT)
    contribution.share = share_of (part, &part->discharge);

  return contribution;
}

void
vb_merged_row_look (const VbWeighed *weighed, VbMergedRow *row, guint index, gint64 now)
{
  const VbPart *part = &weighed->parts[index];
  VbMergedEntry *entry = &row->entries[index];

  entry->contributes = contributes (part, row->field);
  if (!entry->contributes)
    return;

  entry->sent = part->heard.values.sent[row->item].time != 0;
  entry->has = vb_part_has (part, row->item);
  entry->nulled = part->heard.values.flags[row->item] & VB_ITEM_NULLED;
  entry->contribution = contribution_of (weighed, row, index, now);
  /* One that does not count lowers a limit, and is not missed where it has none. Its share is not
     known without its weight. */
  if (!part->counts && is_limit (row->field)
      && (entry->contribution.sample == NULL
          || (row->rule == VB_MERGE_SHARE && !(entry->contribution.weight > 0))))
    entry->contributes = FALSE;
}

/* Whether a part is none of those that have what @row is about when it does not say it for now: a
   null is a word, and a limit that was sent once may have been the lower one. */
static gboolean
drops_out (const VbWeighed *weighed, const VbMergedRow *row, const VbMergedEntry *entry)
{
  if (entry->contribution.sample != NULL || entry->nulled || row->rule == VB_MERGE_SUM)
    return FALSE;

  return row->field->known == VB_KNOWN_BATTERY_LOW_VOLTAGE
         || (!entry->sent && vb_required_is_supplied (weighed->config, row->field));
}

/* @counting: set to how many of them count */
static guint
collect (const VbWeighed *weighed,
         const VbMergedRow *row,
         VbContribution *contributions,
         guint *counting,
         gboolean *nulled)
{
  const gboolean all = needs_all (row);
  gboolean waits = FALSE; /* for a pack in series that is off */
  guint n = 0, n_have = 0;

  *counting = 0;
  *nulled = FALSE;
  for (guint i = 0; i < weighed->n; i++) {
    const VbMergedEntry *entry = &row->entries[i];

    waits = waits || (weighed->parts[i].counts && weighed->parts[i].off);
    if (!entry->contributes || (!all && !entry->has) || drops_out (weighed, row, entry))
      continue;
    contributions[n++] = entry->contribution;
    n_have += entry->has;
    *counting += weighed->parts[i].counts;
    *nulled = *nulled || entry->nulled;
  }

  return n_have > 0 && (!waits || row->field->flags & VB_FIELD_ALARM) ? n : 0;
}

gboolean
vb_merged_row_merge (const VbWeighed *weighed,
                     const VbMergedRow *row,
                     VbSample *result,
                     gboolean *nulled)
{
  VbContribution contributions[VB_PARTS_MAX];
  guint counting;
  const guint n = collect (weighed, row, contributions, &counting, nulled);

  if (counting > 0 || row->field->flags & VB_FIELD_ALARM)
    return vb_merge (row->item, row->rule, contributions, n, result);

  vb_merge_nothing (result);
  return TRUE;
}

/* Whether packs that count send the alarm that @row is about, and none of these is too old. */
static gboolean
packs_send_alarm (const VbWeighed *weighed, const VbMergedRow *row, gint64 now)
{
  gint64 oldest = G_MAXINT64;

  for (guint i = 0; i < weighed->n; i++)
    if (weighed->parts[i].is_pack && weighed->parts[i].counts
        && row->entries[i].contribution.sample != NULL)
      oldest = MIN (oldest, row->entries[i].contribution.time);

  return oldest != G_MAXINT64 && now - oldest < weighed->config->live.freshness.stale_after;
}

gboolean
vb_merged_row_is_sent (const VbWeighed *weighed, const VbMergedRow *row, gint64 now)
{
  VbSample result = { 0 };
  gboolean nulled, send;

  if (row->rule == VB_MERGE_NONE)
    return FALSE;
  if (row->field->flags & VB_FIELD_ALARM)
    return packs_send_alarm (weighed, row, now);

  vb_merged_row_merge (weighed, row, &result, &nulled);
  send = vb_value_is_valid (&result.value)
         && now - result.time < weighed->config->live.freshness.stale_after;
  vb_value_clear (&result.value);

  return send;
}

gboolean
vb_merged_row_merge_said (const VbWeighed *weighed,
                          const VbMergedRow *row,
                          gint64 now,
                          VbSample *result,
                          gboolean *nulled)
{
  const VbPart *sayer = row->sayer;
  const guint index = (guint)(sayer - weighed->parts);
  const VbSample *sample = contribution_of (weighed, row, index, now).sample;
  gboolean inside = TRUE;

  if (!sayer->counts && row->rule != VB_MERGE_NONE) {
    inside = vb_merged_row_merge (weighed, row, result, nulled);
    if (vb_value_is_valid (&result->value))
      return inside;
  }
  if (!sayer->counts && !row->required && !(row->field->flags & VB_FIELD_ALARM)) {
    vb_merge_nothing (result);
    return inside;
  }

  *nulled = sayer->heard.values.flags[row->item] & VB_ITEM_NULLED;
  if (sample == NULL) {
    vb_merge_nothing (result);
    return inside;
  }
  vb_value_set (&result->value, &sample->value);
  result->time = counted_time (weighed, index, sample);

  return inside;
}
