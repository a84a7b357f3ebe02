#define G_LOG_DOMAIN "battery"

#include "parts.h"

#include <string.h>

#include "merged.h"

/* The time of what has never come. */
#define NEVER G_MININT64

struct _VbParts
{
  const VbBatteryConfig *config;
  gboolean silent; /* a copy, which logs nothing */
  VbPart parts[VB_PARTS_MAX];
  guint n;
  gint64 oldest[VB_PARTS_MAX]; /* from when on the age of each counts, µs; NEVER: it has none */
  guint last;                  /* the part whose record came last */
  gboolean all;                /* more has changed than what that part says */
  VbMerged merged;
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

static VbParts *
new_empty (const VbBatteryConfig *config)
{
  VbParts *parts = g_new0 (VbParts, 1);

  parts->config = config;
  parts->n = config->fixed.parts->len;
  for (guint i = 0; i < parts->n; i++)
    parts->oldest[i] = NEVER;
  parts->all = TRUE;

  return parts;
}

VbParts *
vb_parts_new (const VbBatteryConfig *config, gint64 now)
{
  VbParts *parts;

  g_return_val_if_fail (config->fixed.parts != NULL && config->fixed.parts->len <= VB_PARTS_MAX,
                        NULL);

  parts = new_empty (config);
  for (guint i = 0; i < parts->n; i++) {
    const VbPartConfig *own = g_ptr_array_index (config->fixed.parts, i);

    vb_part_init (&parts->parts[i], own, config, waived_of (config, own), now);
  }
  vb_merged_init (&parts->merged, config, parts->parts, parts->n);

  return parts;
}

VbParts *
vb_parts_copy (const VbParts *parts, const VbBatteryConfig *config)
{
  VbParts *copy = new_empty (config);

  copy->silent = TRUE;
  for (guint i = 0; i < parts->n; i++)
    vb_part_copy (&copy->parts[i], &parts->parts[i], config);
  memcpy (copy->oldest, parts->oldest, sizeof copy->oldest);
  vb_merged_copy (&copy->merged, &parts->merged, config, copy->parts);

  return copy;
}

void
vb_parts_free (VbParts *parts)
{
  for (guint i = 0; i < parts->n; i++)
    vb_part_clear (&parts->parts[i]);
  vb_merged_clear (&parts->merged);
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

gboolean
vb_parts_find (const VbParts *parts, const char *name, guint *index)
{
  for (guint i = 0; i < parts->n; i++)
    if (g_str_equal (parts->parts[i].own->name, name)) {
      *index = i;
      return TRUE;
    }

  return FALSE;
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

    if (other != part && other->is_pack && other->counts
        && vb_state_shows_values (other->heard.state))
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

  if (part->heard.state >= VB_STATE_STALE
      || (part->heard.state == VB_STATE_WAITING && part->heard.required.cut != 0))
    return 0;
  if (part->heard.state != VB_STATE_WAITING)
    return G_MAXINT64;

  first = others_first (parts, part);

  return first == G_MAXINT64 ? first : first + parts->config->live.freshness.stale_after;
}

static void
leave (VbParts *parts, VbPart *part)
{
  part->counts = FALSE;
  part->keeps_soc = part->is_pack && part->heard.state != VB_STATE_WAITING
                    && part->heard.state != VB_STATE_GONE;
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

    if (!part->counts && vb_part_is_back (part)) {
      vb_part_return (part);
      part->counts = TRUE;
      part->off = FALSE;
      part->keeps_soc = FALSE;
      tell (parts, part, "counts again");
    }
    /* In series it counts with its first complete record. */
    if (part->counts && part->off && part->heard.state == VB_STATE_LIVE) {
      part->off = FALSE;
      parts->all = TRUE;
    }
  }

  for (guint i = 0; i < parts->n; i++) {
    VbPart *part = &parts->parts[i];

    if (part->counts && can_be_left_out (parts, part) && now >= silent_at (parts, part)
        && another_counts (parts, part))
      leave (parts, part);
    if (part->heard.state == VB_STATE_GONE && part->keeps_soc) {
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

gint64
vb_parts_due (const VbParts *parts, gint64 now)
{
  gint64 due = G_MAXINT64;

  for (guint i = 0; i < parts->n; i++) {
    const VbPart *part = &parts->parts[i];
    const gint64 silent = silent_at (parts, part);
    const gint64 switches = vb_part_switches_due (part);

    due = MIN (due, part->due);
    if (part->counts && silent > now && (!part->is_pack || can_be_left_out (parts, part)))
      due = MIN (due, silent);
    due = MIN (due, switches);
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

  if (vb_merged_add (&parts->merged, part))
    parts->all = TRUE;
  parts->last = index;

  return taken;
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
  vb_source_refuse (&parts->parts[index].heard.source, source, outcome, errors, n_more,
                    parts->config->live.freshness.warn_after, now);
}

void
vb_parts_delete (VbParts *parts, guint index, gint64 now)
{
  VbPart *part = &parts->parts[index];

  vb_part_forget (part, now);
  parts->all = TRUE;
  part->off = TRUE;
  if (part->is_pack && parts->config->fixed.arrangement == VB_PARTS_SERIES)
    return;

  part->counts = FALSE;
  tell (parts, part, "is off: the battery goes on without it");
}

gboolean
vb_parts_are_off (const VbParts *parts)
{
  const gboolean series = parts->config->fixed.arrangement == VB_PARTS_SERIES;
  guint n_packs = 0, n_off = 0, n_count = 0;

  for (guint i = 0; i < parts->n; i++) {
    const VbPart *part = &parts->parts[i];

    n_packs += part->is_pack;
    n_off += part->is_pack && part->off;
    n_count += part->is_pack && part->counts;
  }

  return n_packs > 0 && (series ? n_off > 0 : n_count == 0);
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
  gint64 oldest = now;
  guint n_packs = 0, n_count = 0;

  for (guint i = 0; i < parts->n; i++) {
    const VbPart *part = &parts->parts[i];

    n_packs += part->is_pack;
    n_count += part->is_pack && part->counts;
    if (part->counts)
      oldest = MIN (oldest, parts->oldest[i]);
  }

  return oldest == NEVER || (n_packs > 0 && n_count == 0) ? VB_AGE_NEVER : now - oldest;
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

  for (guint i = 0; i < parts->n && (blamed == NULL || vb_state_shows_values (blamed->heard.state));
       i++)
    if (!parts->parts[i].counts)
      blamed = &parts->parts[i];

  return blamed;
}

/* @told: the part of which what contradicts itself is told already; parts->n: none */
static void
warn (const VbParts *parts, guint told, GPtrArray *texts)
{
  for (guint i = 0; i < parts->n; i++) {
    const VbPart *part = &parts->parts[i];
    const char *name = part->own->name;
    g_autoptr (GPtrArray) own = g_ptr_array_new_with_free_func (g_free);

    if (vb_part_is_returning (part))
      g_ptr_array_add (texts, g_strdup_printf ("part %s has come back, and counts after %d s of "
                                               "records",
                                               name, (int)(VB_PART_RETURN / G_USEC_PER_SEC)));
    else if (part->off && part->counts)
      g_ptr_array_add (texts, g_strdup_printf ("part %s is off: the battery waits for it", name));
    else if (part->off)
      g_ptr_array_add (texts, g_strdup_printf ("part %s is off: it does not count", name));
    else if (!part->counts && part->is_pack)
      g_ptr_array_add (texts, g_strdup_printf ("part %s is silent: it does not count", name));
    else if (!part->counts)
      g_ptr_array_add (texts,
                       g_strdup_printf ("part %s is silent: what it says alone is taken from "
                                        "the other parts, where they send it",
                                        name));
    if (part->counts && i != told)
      vb_part_warn (part, own);
    vb_part_tell_named (part, own, texts);
  }

  vb_merged_warn (&parts->merged, texts);
}

void
vb_parts_warn (const VbParts *parts, GPtrArray *texts)
{
  warn (parts, parts->n, texts);
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
  warn (parts, index, verdict->warnings);
}

static void
leave_silent_sayers (VbParts *parts, gint64 now)
{
  for (guint i = 0; i < parts->n; i++) {
    VbPart *part = &parts->parts[i];

    if (!part->is_pack && part->counts && now >= silent_at (parts, part)
        && vb_merged_can_do_without (&parts->merged, part, now))
      leave (parts, part);
  }
}

/* A part that is silent and was not declared off is a cable that is out. */
static void
merge_cable (const VbParts *parts, VbValues *values, gint64 now)
{
  VbSample *cable = &values->sent[vb_item_known (VB_KNOWN_BMS_CABLE)];

  for (guint i = 0; i < parts->n; i++) {
    const VbPart *part = &parts->parts[i];

    if (part->counts || part->off || vb_value_number (&cable->value, 0) >= 1)
      continue;
    cable->value = vb_value_integer (1);
    cable->time = now;
  }
}

/* With a record only what that part says has changed, unless it changed what counts, or by how
   much. */
static void
look (VbParts *parts, gint64 now)
{
  if (vb_merged_weigh (&parts->merged))
    parts->all = TRUE;
  if (vb_part_look_at_switches (&parts->parts[parts->last], now))
    parts->all = TRUE;
  for (guint i = 0; i < parts->n && parts->all; i++)
    vb_part_look_at_switches (&parts->parts[i], now);
  for (guint i = 0; i < parts->n; i++)
    if (parts->all || i == parts->last) {
      const gint64 age = vb_part_age (&parts->parts[i], now);

      parts->oldest[i] = age == VB_AGE_NEVER ? NEVER : now - age;
      vb_merged_look (&parts->merged, i, now);
    }
  parts->all = FALSE;
}

void
vb_parts_merge (VbParts *parts, VbValues *values, gint64 now)
{
  count_parts (parts, now);
  look (parts, now);
  leave_silent_sayers (parts, now);
  vb_merged_write (&parts->merged, values, now);
  merge_cable (parts, values, now);
}

/* Whether one that counts says alone what the curve @id goes by. */
static gboolean
is_said (const VbParts *parts, VbCurveId id)
{
  static const VbKnown fields[][3] = {
    [VB_CHARGE_BY_CELL_VOLTAGE]
    = { VB_KNOWN_MAX_CELL_VOLTAGE, VB_KNOWN_CELL_VOLTAGE, VB_KNOWN_CELL_VOLTAGE },
    [VB_DISCHARGE_BY_CELL_VOLTAGE]
    = { VB_KNOWN_MIN_CELL_VOLTAGE, VB_KNOWN_CELL_VOLTAGE, VB_KNOWN_CELL_VOLTAGE },
    [VB_CHARGE_BY_TEMPERATURE]
    = { VB_KNOWN_MIN_CELL_TEMPERATURE, VB_KNOWN_MAX_CELL_TEMPERATURE, VB_KNOWN_TEMPERATURE },
  };

  for (guint i = 0; i < parts->n; i++)
    for (guint j = 0; j < G_N_ELEMENTS (fields[id]) && parts->parts[i].counts; j++)
      if (vb_part_says (&parts->parts[i], vb_item_known (fields[id][j])))
        return TRUE;

  return FALSE;
}

void
vb_parts_note_inputs (const VbParts *parts, VbRequired *required)
{
  static const VbCurveId extremes[]
      = { VB_CHARGE_BY_CELL_VOLTAGE, VB_DISCHARGE_BY_CELL_VOLTAGE, VB_CHARGE_BY_TEMPERATURE };
  const VbInputs *own[VB_PARTS_MAX];
  guint n = 0;

  /* What only one that has left was asked for is supplied once more. */
  required->met = 0;
  for (guint i = 0; i < parts->n; i++) {
    if (!parts->parts[i].counts)
      continue;
    if (parts->parts[i].is_pack)
      own[n++] = &parts->parts[i].heard.required.inputs;
    required->met |= parts->parts[i].heard.required.met;
  }

  for (guint i = 0; i < G_N_ELEMENTS (extremes); i++)
    if (!is_said (parts, extremes[i]))
      vb_inputs_note_extremes (&required->inputs, own, n, extremes[i]);
  vb_inputs_note_cells (&required->inputs, own, n,
                        parts->config->fixed.arrangement == VB_PARTS_SERIES,
                        parts->config->live.rules.cell_max_voltage);
}

const char *
vb_parts_lose_limit (const VbParts *parts, const VbBatteryConfig *after)
{
  const char *name = NULL;

  for (guint i = 0; i < parts->n && name == NULL; i++)
    if (parts->parts[i].counts)
      name = vb_required_loses_limit (&parts->parts[i].heard.required, &parts->parts[i].config,
                                      after);

  return name;
}

double
vb_parts_share (const VbParts *parts)
{
  return parts->config->fixed.arrangement == VB_PARTS_SERIES ? 1 : vb_merged_share (&parts->merged);
}
