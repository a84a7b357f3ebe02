#define G_LOG_DOMAIN "battery"

#include "parts.h"

#include "merge.h"

/* What one part contributes to an item, as it was when its last record came. */
typedef struct
{
  VbContribution contribution;
  gboolean contributes;
  gboolean has;
  gboolean nulled;
} Entry;

/* An item that is merged by a rule, and not numbered through. */
typedef struct
{
  guint item;
  const VbField *field;
  VbMerge rule;
  const VbPart *sayer; /* that says it alone; NULL: none does */
  Entry entries[VB_PARTS_MAX];
} Row;

struct _VbParts
{
  const VbBatteryConfig *config;
  gboolean silent; /* a copy, which logs nothing */
  VbPart parts[VB_PARTS_MAX];
  guint n;
  gint64 caps[VB_PARTS_MAX];    /* see vb_part_cap() */
  double weights[VB_PARTS_MAX]; /* as of the last merging */
  guint last;                   /* the part whose record came last */
  gboolean all;                 /* more has changed than what that part says */
  guint8 *merged;               /* of vb_item_count(): the item has a row */
  GPtrArray *rows;              /* of Row, in the order of the items */
  GArray *numbered;             /* of guint: what of those numbered through was written */
  guint round;                  /* number of the last merging, never 0 */
  guint *rounds;  /* of vb_item_count(): in which one it was written; 0: it is not in @numbered */
  gboolean equal; /* a capacity is not known: the parts weigh the same */
  guint dropped;  /* cells that there was no number for */
};

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

/* What another part says alone is not required of @own; what a part does not say is not required of
   one that says anything. */
static guint
waived_of (const VbBatteryConfig *config, const VbPartConfig *own)
{
  const VbPart wanted = { .own = own };
  guint n, waived = 0;
  const VbRequirement *list = vb_required_list (&n);

  for (guint i = 0; i < n; i++) {
    const guint item = vb_item_known (list[i].field);
    gboolean waive = own->n_items > 0 && !vb_part_says (&wanted, item);

    for (guint j = 0; j < config->fixed.parts->len; j++) {
      const VbPart other = { .own = g_ptr_array_index (config->fixed.parts, j) };

      waive = waive || (other.own != own && vb_part_says (&other, item));
    }
    if (waive)
      waived |= 1u << i;
  }

  return waived;
}

static VbMerge
rule_of (const VbParts *parts, const VbField *field)
{
  return parts->config->fixed.arrangement == VB_PARTS_SERIES && field->merge_series != VB_MERGE_NONE
             ? field->merge_series
             : field->merge;
}

/* The part that alone says @item, whatever has become of it; NULL: none does. */
static const VbPart *
sayer_of (const VbParts *parts, guint item)
{
  for (guint i = 0; i < parts->n; i++)
    if (vb_part_says (&parts->parts[i], item))
      return &parts->parts[i];

  return NULL;
}

static void
add_item (VbParts *parts, guint item)
{
  Row *row;
  guint at = 0;

  if (parts->merged[item])
    return;

  row = g_new0 (Row, 1);
  row->item = item;
  row->field = vb_item (item)->field;
  row->rule = rule_of (parts, row->field);
  row->sayer = sayer_of (parts, item);
  parts->merged[item] = TRUE;
  parts->all = TRUE;
  while (at < parts->rows->len && ((const Row *)parts->rows->pdata[at])->item < item)
    at++;
  g_ptr_array_insert (parts->rows, (int)at, row);
}

static gboolean
is_numbered (const VbField *field)
{
  return field->merge == VB_MERGE_CELLS || field->merge == VB_MERGE_SENSORS
         || field->merge == VB_MERGE_MODULES;
}

/* Counts of parts are there whoever sends them. */
static gboolean
is_counted (const VbField *field)
{
  return field->merge == VB_MERGE_COUNT || field->merge == VB_MERGE_ONE
         || field->merge == VB_MERGE_ONLINE || field->merge == VB_MERGE_OFFLINE;
}

static VbParts *
new_empty (const VbBatteryConfig *config)
{
  VbParts *parts = g_new0 (VbParts, 1);

  parts->config = config;
  parts->n = config->fixed.parts->len;
  parts->merged = g_new0 (guint8, vb_item_count ());
  parts->rows = g_ptr_array_new_with_free_func (g_free);
  parts->all = TRUE;
  parts->numbered = g_array_new (FALSE, FALSE, sizeof (guint));
  parts->rounds = g_new0 (guint, vb_item_count ());

  return parts;
}

VbParts *
vb_parts_new (const VbBatteryConfig *config, gint64 now)
{
  VbParts *parts;
  guint n_derived;
  const VbKnown *derived = vb_derive_fields (&n_derived);

  g_return_val_if_fail (config->fixed.parts != NULL && config->fixed.parts->len <= VB_PARTS_MAX,
                        NULL);

  parts = new_empty (config);
  for (guint i = 0; i < parts->n; i++) {
    const VbPartConfig *own = g_ptr_array_index (config->fixed.parts, i);

    vb_part_init (&parts->parts[i], own, config, waived_of (config, own), now);
  }
  for (guint i = 0; i < n_derived; i++)
    if (vb_item (vb_item_known (derived[i]))->field->merge != VB_MERGE_NONE)
      add_item (parts, vb_item_known (derived[i]));
  for (guint i = 0; i < vb_item_count (); i++)
    if (is_counted (vb_item (i)->field))
      add_item (parts, i);
  add_item (parts, vb_item_known (VB_KNOWN_BMS_CABLE));
  add_item (parts, vb_item_known (VB_KNOWN_INSTALLED_CAPACITY));
  add_item (parts, vb_item_known (VB_KNOWN_CELL_COUNT));

  return parts;
}

VbParts *
vb_parts_copy (const VbParts *parts, const VbBatteryConfig *config)
{
  VbParts *copy = new_empty (config);

  copy->silent = TRUE;
  copy->equal = parts->equal;
  copy->dropped = parts->dropped;
  for (guint i = 0; i < parts->n; i++)
    vb_part_copy (&copy->parts[i], &parts->parts[i], config);
  for (guint i = 0; i < parts->rows->len; i++)
    add_item (copy, ((const Row *)parts->rows->pdata[i])->item);
  g_array_append_vals (copy->numbered, parts->numbered->data, parts->numbered->len);
  for (guint i = 0; i < parts->numbered->len; i++)
    copy->rounds[g_array_index (parts->numbered, guint, i)] = parts->round;
  copy->round = parts->round;

  return copy;
}

void
vb_parts_free (VbParts *parts)
{
  for (guint i = 0; i < parts->n; i++)
    vb_part_clear (&parts->parts[i]);
  g_free (parts->merged);
  g_ptr_array_unref (parts->rows);
  g_array_unref (parts->numbered);
  g_free (parts->rounds);
  g_free (parts);
}

guint
vb_parts_n (const VbParts *parts)
{
  return parts->n;
}

const VbPart *
vb_parts_get (const VbParts *parts, guint index)
{
  g_return_val_if_fail (index < parts->n, NULL);

  return &parts->parts[index];
}

void
vb_parts_reconfigure (VbParts *parts, const VbBatteryConfig *config, gint64 now)
{
  for (guint i = 0; i < parts->n; i++)
    vb_part_reconfigure (&parts->parts[i], &config->live, now);
  parts->all = TRUE;
}

static void
tell (VbParts *parts, VbPart *part, const char *what)
{
  const char *name = parts->config->fixed.name;

  parts->all = TRUE;
  part->changed = TRUE;
  if (!parts->silent)
    g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "BATTERY", name, "BATTERY_PART",
                      part->own->name, "MESSAGE", "battery %s: part %s %s", name, part->own->name,
                      what);
}

static gboolean
can_be_left_out (const VbParts *parts, const VbPart *part)
{
  return part->is_pack && part->own->when_silent == VB_WHEN_SILENT_LEAVE_OUT
         && parts->config->fixed.arrangement == VB_PARTS_PARALLEL;
}

/* Whether another pack than @part counts and sends: when all fall silent at once, none of them is
   to blame, and none leaves. */
static gboolean
another_counts (const VbParts *parts, const VbPart *part)
{
  for (guint i = 0; i < parts->n; i++) {
    const VbPart *other = &parts->parts[i];

    if (other != part && other->is_pack && other->counts && vb_state_shows_values (other->state))
      return TRUE;
  }

  return FALSE;
}

/* When the first record of another part than @part came, or G_MAXINT64. */
static gint64
others_first (const VbParts *parts, const VbPart *part)
{
  gint64 first = G_MAXINT64;

  for (guint i = 0; i < parts->n; i++)
    if (&parts->parts[i] != part && parts->parts[i].first != 0)
      first = MIN (first, parts->parts[i].first);

  return first;
}

/* When @part, of which no record makes it live meanwhile, is silent; G_MAXINT64: not before its own
   ladder says so. One that never came is waited for from the first record of another one on. */
static gint64
silent_at (const VbParts *parts, const VbPart *part)
{
  gint64 first;

  if (part->state >= VB_STATE_STALE || (part->state == VB_STATE_WAITING && part->required.cut != 0))
    return 0;
  if (part->state != VB_STATE_WAITING)
    return G_MAXINT64;

  first = others_first (parts, part);

  return first == G_MAXINT64 ? first : first + parts->config->live.freshness.stale_after;
}

static void
leave (VbParts *parts, VbPart *part)
{
  part->counts = FALSE;
  part->keeps_soc
      = part->is_pack && part->state != VB_STATE_WAITING && part->state != VB_STATE_GONE;
  tell (parts, part,
        part->is_pack ? "has fallen silent: the battery goes on without it"
                      : "has fallen silent: what it says alone is left to the others");
}

/* Which of the packs count, and whether one that says some fields alone counts again: with a record
   that comes long enough after the first. */
static void
count_parts (VbParts *parts, gint64 now)
{
  for (guint i = 0; i < parts->n; i++) {
    VbPart *part = &parts->parts[i];

    if (!part->counts && part->live_since != 0
        && part->required.last_record - part->live_since >= VB_PART_RETURN) {
      vb_part_return (part);
      part->counts = TRUE;
      part->off = FALSE;
      part->keeps_soc = FALSE;
      tell (parts, part, "counts again");
    }
  }

  for (guint i = 0; i < parts->n; i++) {
    VbPart *part = &parts->parts[i];

    if (part->counts && can_be_left_out (parts, part) && now >= silent_at (parts, part)
        && another_counts (parts, part))
      leave (parts, part);
    if (part->state == VB_STATE_GONE && part->keeps_soc) {
      part->keeps_soc = FALSE;
      parts->all = TRUE;
    }
  }
}

void
vb_parts_tick (VbParts *parts, gint64 now)
{
  for (guint i = 0; i < parts->n; i++)
    vb_part_tick (&parts->parts[i], now);
  parts->all = TRUE;
}

static gint64
switch_due (const VbParts *parts, const VbPart *part, VbKnown known, const VbSwitch *own)
{
  const VbSample *sample = &part->values.sent[vb_item_known (known)];

  if (!own->open)
    return G_MAXINT64;
  if (own->closed_at != 0)
    return own->closed_at + VB_PART_RETURN;
  if (part->state != VB_STATE_LIVE)
    return G_MAXINT64;

  return sample->time + parts->config->live.freshness.warn_after;
}

gint64
vb_parts_due (const VbParts *parts, gint64 now)
{
  gint64 due = G_MAXINT64;

  for (guint i = 0; i < parts->n; i++) {
    const VbPart *part = &parts->parts[i];
    const gint64 silent = silent_at (parts, part);

    due = MIN (due, part->due);
    if (part->counts && silent > now && (!part->is_pack || can_be_left_out (parts, part)))
      due = MIN (due, silent);
    due = MIN (due, switch_due (parts, part, VB_KNOWN_ALLOW_TO_CHARGE, &part->charge));
    due = MIN (due, switch_due (parts, part, VB_KNOWN_ALLOW_TO_DISCHARGE, &part->discharge));
  }

  return due;
}

gboolean
vb_parts_take (VbParts *parts,
               guint index,
               VbRecord *record,
               VbApplyMode mode,
               const char *source,
               gint64 now,
               VbVerdict *verdict)
{
  VbPart *part = &parts->parts[index];
  const gboolean taken = vb_part_take (part, record, mode, source, now, verdict);

  for (guint i = 0; i < part->values.active->len; i++) {
    const guint item = g_array_index (part->values.active, guint, i);
    const VbField *field = vb_item (item)->field;

    if (!is_numbered (field) && (field->merge != VB_MERGE_NONE || vb_part_says (part, item)))
      add_item (parts, item);
  }
  parts->last = index;

  return taken;
}

void
vb_parts_fill_verdict (VbParts *parts,
                       guint index,
                       const VbRules *rules,
                       const VbRecord *record,
                       guint changed,
                       gint64 now,
                       VbVerdict *verdict)
{
  vb_part_fill_verdict (&parts->parts[index], rules, record, changed, now, verdict);
}

void
vb_parts_refuse (VbParts *parts,
                 guint index,
                 const char *source,
                 VbOutcome outcome,
                 GPtrArray *errors,
                 guint n_more,
                 gint64 now)
{
  vb_source_refuse (&parts->parts[index].source, source, outcome, errors, n_more,
                    parts->config->live.freshness.warn_after, now);
}

void
vb_parts_delete (VbParts *parts, guint index, gint64 now)
{
  VbPart *part = &parts->parts[index];

  vb_part_forget (part, now);
  parts->all = TRUE;
  if (part->is_pack && parts->config->fixed.arrangement == VB_PARTS_SERIES)
    return;

  part->counts = FALSE;
  part->off = TRUE;
  tell (parts, part, "is off: the battery goes on without it");
}

gboolean
vb_parts_are_off (const VbParts *parts)
{
  const gboolean series = parts->config->fixed.arrangement == VB_PARTS_SERIES;
  guint n_packs = 0, n_gone = 0;

  for (guint i = 0; i < parts->n; i++) {
    const VbPart *part = &parts->parts[i];

    n_packs += part->is_pack;
    n_gone += part->is_pack && (series ? part->state == VB_STATE_GONE : part->off);
  }

  return n_packs > 0 && (series ? n_gone > 0 : n_gone == n_packs);
}

void
vb_parts_forget (VbParts *parts, gint64 now)
{
  parts->all = TRUE;
  for (guint i = 0; i < parts->n; i++) {
    vb_part_forget (&parts->parts[i], now);
    parts->parts[i].counts = TRUE;
    parts->parts[i].off = FALSE;
  }
}

gboolean
vb_parts_has_changed (VbParts *parts, guint index)
{
  const gboolean changed = parts->parts[index].changed;

  parts->parts[index].changed = FALSE;

  return changed;
}

gint64
vb_parts_age (const VbParts *parts, gint64 now)
{
  gint64 age = 0;

  for (guint i = 0; i < parts->n; i++)
    if (parts->parts[i].counts)
      age = MAX (age, vb_part_age (&parts->parts[i], now));

  return age;
}

const VbPart *
vb_parts_blamed (const VbParts *parts, gint64 now)
{
  const VbPart *blamed = NULL;
  gint64 age = -1;

  for (guint i = 0; i < parts->n; i++) {
    const VbPart *part = &parts->parts[i];
    const gint64 own = vb_part_age (part, now);

    if (part->counts && own > age) {
      blamed = part;
      age = own;
    }
  }

  for (guint i = 0; i < parts->n && (blamed == NULL || vb_state_shows_values (blamed->state)); i++)
    if (!parts->parts[i].counts)
      blamed = &parts->parts[i];

  return blamed;
}

void
vb_parts_warn (const VbParts *parts, GPtrArray *texts)
{
  for (guint i = 0; i < parts->n; i++) {
    const VbPart *part = &parts->parts[i];
    const char *name = part->own->name;
    g_autoptr (GPtrArray) own = g_ptr_array_new_with_free_func (g_free);

    if (!part->counts && part->live_since != 0)
      g_ptr_array_add (texts, g_strdup_printf ("part %s has come back, and counts after %d s of "
                                               "records",
                                               name, (int)(VB_PART_RETURN / G_USEC_PER_SEC)));
    else if (part->off)
      g_ptr_array_add (texts, g_strdup_printf ("part %s is off: it does not count", name));
    else if (!part->counts && part->is_pack)
      g_ptr_array_add (texts, g_strdup_printf ("part %s is silent: it does not count", name));
    else if (!part->counts)
      g_ptr_array_add (texts,
                       g_strdup_printf ("part %s is silent: what it says alone is taken from "
                                        "the other parts, where they send it",
                                        name));
    vb_plausible_describe (&part->plausible, own);
    for (guint j = 0; j < own->len && part->counts; j++)
      g_ptr_array_add (
          texts, g_strdup_printf ("part %s: %s", name, (const char *)g_ptr_array_index (own, j)));
  }

  if (parts->equal)
    g_ptr_array_add (texts, g_strdup ("the capacity of a part is not known: the parts weigh the "
                                      "same"));
  if (parts->dropped > 0)
    g_ptr_array_add (texts, g_strdup_printf ("the parts have %u cells too many: %d are shown",
                                             parts->dropped, VB_FAMILY_MAX));
}

/* What the merging of one moment needs. */
typedef struct
{
  VbParts *parts;
  VbValues *values;
  gint64 now;
} Merging;

static void
weigh (VbParts *parts)
{
  double weights[VB_PARTS_MAX];

  parts->equal = FALSE;
  for (guint i = 0; i < parts->n; i++) {
    weights[i] = vb_part_capacity (&parts->parts[i]);
    if (parts->parts[i].is_pack && (parts->parts[i].counts || parts->parts[i].keeps_soc)
        && !(weights[i] > 0))
      parts->equal = TRUE;
  }
  for (guint i = 0; i < parts->n; i++) {
    if (parts->equal)
      weights[i] = 1;
    parts->all = parts->all || weights[i] != parts->weights[i];
    parts->weights[i] = weights[i];
  }
}

/* A switch that is not said to be open any more has closed when that was said, or when what was
   said before has grown old. That of a part which is not live stays as it was last seen: it does
   not close by getting old. */
static void
look_at_switch (VbParts *parts, const VbPart *part, VbKnown known, VbSwitch *own, gint64 now)
{
  const VbSample *sample = &part->values.sent[vb_item_known (known)];
  const VbSwitch before = *own;
  const gint64 old_at = sample->time + parts->config->live.freshness.warn_after;
  const gboolean said_open = vb_value_number (&sample->value, 1) == 0;
  const gboolean was_open = own->open && own->closed_at == 0;

  if (said_open
      && (now < old_at || (was_open && part->state != VB_STATE_LIVE && old_at >= part->live_until)))
    *own = (VbSwitch){ .open = TRUE };
  else if (was_open)
    own->closed_at = said_open ? MAX (old_at, part->live_since) : now;
  if (own->open && own->closed_at != 0 && now - own->closed_at >= VB_PART_RETURN)
    *own = (VbSwitch){ 0 };
  parts->all = parts->all || before.open != own->open || before.closed_at != own->closed_at;
}

static VbShare
share_of (const VbSwitch *own)
{
  if (!own->open)
    return VB_SHARE_IN;

  return own->closed_at == 0 ? VB_SHARE_OUT : VB_SHARE_BACK;
}

static void
set_nothing (VbSample *merged)
{
  vb_value_clear (&merged->value);
  merged->time = 0;
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
                 && vb_values_time (&part->values, VB_KNOWN_SOC) != 0));
}

/* Whether an item needs a value of each part that counts, also of those that never sent one: a mean
   over some of them is that of another battery. */
static gboolean
needs_all (VbMerge rule, const VbField *field)
{
  return rule == VB_MERGE_SUM || rule == VB_MERGE_WEIGHTED || rule == VB_MERGE_MEAN
         || field->flags & VB_FIELD_REQUIRED;
}

static gint64
counted_time (const Merging *merging, guint index, const VbSample *sample)
{
  return MIN (vb_required_counted_time (&merging->parts->parts[index].required, sample->time),
              merging->parts->caps[index]);
}

static VbContribution
contribution_of (const Merging *merging, guint index, guint item)
{
  const VbPart *part = &merging->parts->parts[index];
  const VbField *field = vb_item (item)->field;
  const VbSample *sample = vb_part_sample (part, item, merging->now);
  VbContribution contribution = { .sample = sample, .weight = merging->parts->weights[index] };

  /* What is required grows older and does not expire: the ladder is to see it. */
  if (sample == NULL && field->flags & VB_FIELD_REQUIRED
      && vb_value_is_valid (&part->values.sent[item].value))
    contribution.sample = &part->values.sent[item];
  if (contribution.sample != NULL)
    contribution.time
        = part->counts ? counted_time (merging, index, contribution.sample) : G_MAXINT64;
  if (field->known == VB_KNOWN_MAX_CHARGE_CURRENT)
    contribution.share = share_of (&part->charge);
  else if (field->known == VB_KNOWN_MAX_DISCHARGE_CURRENT)
    contribution.share = share_of (&part->discharge);

  return contribution;
}

static void
refresh (const Merging *merging, Row *row, guint index)
{
  const VbPart *part = &merging->parts->parts[index];
  Entry *entry = &row->entries[index];

  entry->contributes = contributes (part, row->field);
  if (!entry->contributes)
    return;

  entry->has = vb_part_has (part, row->item);
  entry->nulled = part->values.flags[row->item] & VB_ITEM_NULLED;
  entry->contribution = contribution_of (merging, index, row->item);
}

/* @counting: set to how many of them count */
static guint
collect (const Merging *merging,
         const Row *row,
         VbContribution *contributions,
         guint *counting,
         gboolean *nulled)
{
  const VbParts *parts = merging->parts;
  const gboolean all = needs_all (row->rule, row->field);
  guint n = 0, n_have = 0;

  *counting = 0;
  *nulled = FALSE;
  for (guint i = 0; i < parts->n; i++) {
    const Entry *entry = &row->entries[i];

    if (!entry->contributes || (!entry->has && !all))
      continue;
    contributions[n++] = entry->contribution;
    n_have += entry->has;
    *counting += parts->parts[i].counts;
    *nulled = *nulled || entry->nulled;
  }

  return n_have > 0 ? n : 0;
}

static void
merge_packs (const Merging *merging, const Row *row, VbSample *merged, gboolean *nulled)
{
  VbContribution contributions[VB_PARTS_MAX];
  guint counting;
  const guint n = collect (merging, row, contributions, &counting, nulled);

  if (counting > 0 || row->field->flags & VB_FIELD_ALARM)
    vb_merge (row->item, row->rule, contributions, n, merged);
  else
    set_nothing (merged);
}

/* Whether the packs send what @row is about, and none of them is too old for it. */
static gboolean
others_send (const Merging *merging, const Row *row)
{
  VbSample merged = { 0 };
  gboolean nulled, send;

  if (row == NULL || row->rule == VB_MERGE_NONE)
    return FALSE;

  merge_packs (merging, row, &merged, &nulled);
  send = vb_value_is_valid (&merged.value)
         && merging->now - merged.time < merging->parts->config->live.freshness.stale_after;
  vb_value_clear (&merged.value);

  return send;
}

static const Row *
find_row (const VbParts *parts, guint item)
{
  for (guint i = 0; i < parts->rows->len; i++) {
    const Row *row = g_ptr_array_index (parts->rows, i);

    if (row->item == item)
      return row;
  }

  return NULL;
}

/* Whether the battery can go on without @sayer: the packs send what of it is required, or where
   nothing is, all of it. */
static gboolean
can_do_without (const Merging *merging, const VbPart *sayer)
{
  const VbParts *parts = merging->parts;
  const Row *current = find_row (parts, vb_item_known (VB_KNOWN_CURRENT));
  const Row *power = find_row (parts, vb_item_known (VB_KNOWN_POWER));

  for (guint i = 0; i < sayer->own->n_items; i++) {
    const Row *row = find_row (parts, sayer->own->items[i]);

    if (!vb_required_is (&sayer->config, vb_item (sayer->own->items[i])->field))
      continue;
    if (row == NULL
        || !((row == current || row == power)
                 ? others_send (merging, current) || others_send (merging, power)
                 : others_send (merging, row)))
      return FALSE;
  }

  return TRUE;
}

static void
leave_silent_sayers (Merging *merging)
{
  VbParts *parts = merging->parts;

  for (guint i = 0; i < parts->n; i++) {
    VbPart *part = &parts->parts[i];

    if (!part->is_pack && part->counts && merging->now >= silent_at (parts, part)
        && can_do_without (merging, part))
      leave (parts, part);
  }
}

/* A part that says @item alone is all there is to it while it counts; when it has fallen silent the
   others take its place where they can, and where they cannot its last word of what is required
   goes on growing older. */
static void
merge_said (const Merging *merging, const Row *row, VbSample *merged, gboolean *nulled)
{
  const VbPart *sayer = row->sayer;
  const guint index = (guint)(sayer - merging->parts->parts);
  const VbSample *sample = contribution_of (merging, index, row->item).sample;

  if (!sayer->counts && row->rule != VB_MERGE_NONE) {
    merge_packs (merging, row, merged, nulled);
    if (vb_value_is_valid (&merged->value))
      return;
  }
  if (!sayer->counts && !(row->field->flags & (VB_FIELD_REQUIRED | VB_FIELD_ALARM))) {
    set_nothing (merged);
    return;
  }

  *nulled = sayer->values.flags[row->item] & VB_ITEM_NULLED;
  if (sample == NULL) {
    set_nothing (merged);
    return;
  }
  vb_value_set (&merged->value, &sample->value);
  merged->time = counted_time (merging, index, sample);
}

static guint
count_of (const VbPart *part, guint item)
{
  return (guint)MAX (vb_value_number (&part->values.sent[item].value, 1), 1);
}

static void
merge_counts (const Merging *merging, guint item, VbMerge rule, VbSample *merged)
{
  const VbParts *parts = merging->parts;
  gint64 count = 0;
  guint n_packs = 0;

  for (guint i = 0; i < parts->n; i++) {
    const VbPart *part = &parts->parts[i];
    const guint own = count_of (part, item);

    if (!part->is_pack)
      continue;
    n_packs++;
    if (rule == VB_MERGE_ONE)
      count = MAX (count, own);
    else if (rule == VB_MERGE_OFFLINE)
      count += part->counts ? (gint64)vb_value_number (&part->values.sent[item].value, 0) : 1;
    else if (rule == VB_MERGE_COUNT || part->counts)
      count += own;
  }

  set_nothing (merged);
  if (n_packs > 0) {
    merged->value = (VbValue){ .kind = VB_VALUE_INTEGER, .as.integer = count };
    merged->time = merging->now;
  }
}

/* The extreme of those that were merged is of the first part that has it. */
static void
merge_id (const Merging *merging, guint item, VbSample *merged)
{
  const VbParts *parts = merging->parts;
  const VbKnown known = vb_item (item)->field->known;
  char text[VB_TEXT_MAX + 1];
  guint row = 0;

  while (row < G_N_ELEMENTS (ids) - 1 && ids[row].id != known)
    row++;

  for (guint i = 0; i < parts->n; i++) {
    const VbPart *part = &parts->parts[i];
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
    vb_value_set (&merged->value, &(VbValue){ .kind = VB_VALUE_TEXT, .as.text = text });
    merged->time = extreme->time;
    return;
  }

  set_nothing (merged);
}

static void
merge_difference (const Merging *merging, guint item, VbSample *merged)
{
  const VbSample *low = &merging->values->sent[vb_item_known (VB_KNOWN_MIN_CELL_VOLTAGE)];
  const VbSample *high = &merging->values->sent[vb_item_known (VB_KNOWN_MAX_CELL_VOLTAGE)];

  set_nothing (merged);
  if (!vb_value_is_valid (&low->value) || !vb_value_is_valid (&high->value))
    return;
  if (vb_item_check_number (item,
                            vb_value_number (&high->value, 0) - vb_value_number (&low->value, 0),
                            &merged->value, NULL))
    merged->time = MIN (low->time, high->time);
}

/* The weight of a part stands for the capacity that it does not send. */
static void
merge_capacity (Merging *merging, guint item, VbMerge rule, VbSample *merged)
{
  VbSample samples[VB_PARTS_MAX] = { 0 };
  VbContribution contributions[VB_PARTS_MAX];
  guint n = 0;

  for (guint i = 0; i < merging->parts->n; i++) {
    const VbPart *part = &merging->parts->parts[i];
    const double capacity = vb_part_capacity (part);

    if (!part->is_pack || !part->counts)
      continue;
    if (capacity > 0)
      samples[n].value = vb_value_real (capacity);
    contributions[n] = (VbContribution){ &samples[n], merging->now, 1, VB_SHARE_IN };
    n++;
  }

  vb_merge (item, rule, contributions, n, merged);
}

static void
merge_row (Merging *merging, const Row *row)
{
  VbValues *values = merging->values;
  VbSample *merged = &values->sent[row->item];
  gboolean nulled = FALSE;

  vb_values_activate (values, row->item);
  if (row->sayer != NULL)
    merge_said (merging, row, merged, &nulled);
  else if (is_counted (row->field))
    merge_counts (merging, row->item, row->rule, merged);
  else if (row->rule == VB_MERGE_ID)
    merge_id (merging, row->item, merged);
  else if (row->rule == VB_MERGE_DIFFERENCE)
    merge_difference (merging, row->item, merged);
  else if (row->field->known == VB_KNOWN_INSTALLED_CAPACITY)
    merge_capacity (merging, row->item, row->rule, merged);
  else
    merge_packs (merging, row, merged, &nulled);

  if (nulled)
    values->flags[row->item] |= VB_ITEM_NULLED;
  else
    values->flags[row->item] &= ~VB_ITEM_NULLED;
}

static VbNumbered
numbered_as (const VbField *field)
{
  switch (field->merge) {
  case VB_MERGE_SENSORS:
    return VB_NUMBERED_SENSORS;
  case VB_MERGE_MODULES:
    return VB_NUMBERED_MODULES;
  default:
    return VB_NUMBERED_CELLS;
  }
}

static void
put_numbered (Merging *merging, guint item, const VbSample *sample)
{
  VbParts *parts = merging->parts;
  VbValues *values = merging->values;

  vb_values_activate (values, item);
  vb_value_set (&values->sent[item].value, &sample->value);
  values->sent[item].time = sample->time;
  if (parts->rounds[item] == 0)
    g_array_append_val (parts->numbered, item);
  parts->rounds[item] = parts->round;
}

/* What was written by an earlier round and not by this one is nobody's any more. */
static void
forget_numbered (Merging *merging)
{
  VbParts *parts = merging->parts;

  for (guint i = parts->numbered->len; i-- > 0;) {
    const guint item = g_array_index (parts->numbered, guint, i);

    if (parts->rounds[item] == parts->round)
      continue;
    set_nothing (&merging->values->sent[item]);
    parts->rounds[item] = 0;
    g_array_remove_index_fast (parts->numbered, i);
  }
}

static void
merge_numbered_of (Merging *merging, const VbPart *part, const guint *offsets)
{
  for (guint i = 0; i < part->values.active->len; i++) {
    const guint item = g_array_index (part->values.active, guint, i);
    const VbField *field = vb_item (item)->field;
    const VbSample *sample;
    guint index, offset;

    if (!is_numbered (field))
      continue;

    index = (vb_item (item)->member - field->first) / field->step;
    offset = offsets[numbered_as (field)];
    sample = vb_part_sample (part, item, merging->now);
    if (sample != NULL && index < part->n[numbered_as (field)] && offset + index < field->count)
      put_numbered (merging, item + offset, sample);
  }
}

/* The numbers of a part stay its own when it does not count. */
static void
merge_numbered (Merging *merging)
{
  VbParts *parts = merging->parts;
  guint offsets[VB_N_NUMBERED] = { 0 };
  const guint *cells = &offsets[VB_NUMBERED_CELLS];

  if (++parts->round == 0)
    parts->round = 1;
  for (guint i = 0; i < parts->n; i++) {
    const VbPart *part = &parts->parts[i];

    if (!part->is_pack)
      continue;
    if (part->counts)
      merge_numbered_of (merging, part, offsets);
    for (guint j = 0; j < VB_N_NUMBERED; j++)
      offsets[j] += part->n[j];
  }
  forget_numbered (merging);

  parts->dropped = *cells > VB_FAMILY_MAX ? *cells - VB_FAMILY_MAX : 0;
}

/* A part that is silent and was not declared off is a cable that is out. */
static void
merge_cable (Merging *merging)
{
  VbSample *cable = &merging->values->sent[vb_item_known (VB_KNOWN_BMS_CABLE)];

  for (guint i = 0; i < merging->parts->n; i++) {
    const VbPart *part = &merging->parts->parts[i];

    if (part->counts || part->off || vb_value_number (&cable->value, 0) >= 1)
      continue;
    cable->value = vb_value_integer (1);
    cable->time = merging->now;
  }
}

/* With a record only what that part says has changed, unless it changed what counts, or by how
   much. */
static void
look_at (Merging *merging, guint index)
{
  VbParts *parts = merging->parts;
  VbPart *part = &parts->parts[index];

  parts->caps[index] = vb_part_cap (part, merging->now);
  look_at_switch (parts, part, VB_KNOWN_ALLOW_TO_CHARGE, &part->charge, merging->now);
  look_at_switch (parts, part, VB_KNOWN_ALLOW_TO_DISCHARGE, &part->discharge, merging->now);
}

void
vb_parts_merge (VbParts *parts, VbValues *values, gint64 now)
{
  Merging merging = { .parts = parts, .values = values, .now = now };

  count_parts (parts, now);
  weigh (parts);
  look_at (&merging, parts->last);
  for (guint i = 0; i < parts->n && parts->all; i++)
    look_at (&merging, i);

  for (guint i = 0; i < parts->rows->len; i++) {
    Row *row = g_ptr_array_index (parts->rows, i);

    for (guint j = 0; j < parts->n; j++)
      if (parts->all || j == parts->last)
        refresh (&merging, row, j);
  }
  leave_silent_sayers (&merging);
  for (guint i = 0; i < parts->rows->len; i++)
    merge_row (&merging, g_ptr_array_index (parts->rows, i));
  merge_numbered (&merging);
  merge_cable (&merging);
  parts->all = FALSE;
}

void
vb_parts_note_cells (const VbParts *parts, VbInputs *inputs)
{
  const VbInputs *own[VB_PARTS_MAX];
  guint n = 0;

  for (guint i = 0; i < parts->n; i++)
    if (parts->parts[i].is_pack && parts->parts[i].counts)
      own[n++] = &parts->parts[i].required.inputs;

  vb_inputs_note_cells (inputs, own, n, parts->config->fixed.arrangement == VB_PARTS_SERIES,
                        parts->config->live.rules.cell_max_voltage);
}
