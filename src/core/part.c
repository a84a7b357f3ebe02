#include "part.h"

#include <math.h>

/* The voltage of a battery in series is that of all its packs: a pack is not measured against what
   is configured for it. */
static void
take_live (VbBatteryConfig *config, const VbBatteryLive *live)
{
  config->live = *live;
  if (config->fixed.arrangement == VB_PARTS_SERIES)
    config->live.battery_low_voltage = NAN;
}

static void
set_config (VbPart *part, const VbBatteryConfig *config)
{
  const guint waived = part->config.fixed.waived;

  part->config = *config;
  part->config.fixed.waived = waived;
  take_live (&part->config, &config->live);
  if (part->asks_own) {
    part->config.fixed.asked = part->own->items;
    part->config.fixed.n_asked = part->own->n_items;
  }
}

/* Whether anything is required of @part that is required of a battery. */
static gboolean
is_needed (const VbPart *part)
{
  guint n;
  const VbRequirement *list = vb_required_list (&n);

  for (guint i = 0; i < n; i++)
    if (list[i].input == VB_INPUT_NONE && vb_required_at_first (&part->config, &list[i]))
      return TRUE;

  return FALSE;
}

void
vb_part_init (
    VbPart *part, const VbPartConfig *own, const VbBatteryConfig *config, guint waived, gint64 now)
{
  static const VbKnown derived[] = {
    VB_KNOWN_CURRENT,
    VB_KNOWN_POWER,
  };

  *part = (VbPart){ .own = own, .is_pack = own->n_items == 0, .due = G_MAXINT64, .counts = TRUE };
  part->config.fixed.waived = waived;
  set_config (part, config);
  part->asks_own = !part->is_pack && !is_needed (part);
  set_config (part, config);
  vb_heard_init (&part->heard, &part->config, now);
  for (guint i = 0; i < G_N_ELEMENTS (derived); i++)
    vb_values_activate (&part->heard.values, vb_item_known (derived[i]));
}

void
vb_part_clear (VbPart *part)
{
  vb_heard_clear (&part->heard);
}

void
vb_part_copy (VbPart *copy, const VbPart *part, const VbBatteryConfig *config)
{
  *copy = *part;
  set_config (copy, config);
  vb_heard_copy (&copy->heard, &part->heard, &copy->config);
}

static gboolean
is_switch (VbKnown known)
{
  return known == VB_KNOWN_ALLOW_TO_CHARGE || known == VB_KNOWN_ALLOW_TO_DISCHARGE;
}

static gboolean
is_pair (VbKnown known)
{
  return known == VB_KNOWN_CURRENT || known == VB_KNOWN_POWER;
}

gboolean
vb_part_says (const VbPart *part, guint item)
{
  for (guint i = 0; i < part->own->n_items; i++)
    if (part->own->items[i] == item
        || (is_pair (vb_item (part->own->items[i])->field->known)
            && is_pair (vb_item (item)->field->known)))
      return TRUE;

  return FALSE;
}

void
vb_part_reconfigure (VbPart *part, const VbBatteryLive *live, gint64 now)
{
  VbBatteryConfig after = part->config;

  take_live (&after, live);
  vb_heard_reconfigure (&part->heard, &after, now);
  part->config = after;
  part->due = now;
}

gint64
vb_part_age (const VbPart *part, gint64 now)
{
  return vb_heard_age (&part->heard, now);
}

gint64
vb_part_cap (const VbPart *part, gint64 now)
{
  return vb_required_frozen_since (&part->heard.required, &part->config, &part->heard.values, now);
}

/* What is not required and was sent before @until does not return with the part: it has to be sent
   anew. The times stay, so that it is missed until then.
   @switches: nor do they */
static void
drop_optional (VbPart *part, gint64 until, gboolean switches)
{
  VbValues *values = &part->heard.values;

  for (guint i = 0; i < values->active->len; i++) {
    const guint item = g_array_index (values->active, guint, i);
    const VbField *field = vb_item (item)->field;

    if (values->sent[item].time < until && !vb_required_is (&part->config, field)
        && (field->group == VB_GROUP_LIVE || field->group == VB_GROUP_LIMIT
            || (switches && is_switch (field->known))))
      vb_value_clear (&values->sent[item].value);
  }
}

/* What follows at once from what was sent. */
static void
look (VbPart *part, gint64 now)
{
  VbValues *values = &part->heard.values;

  vb_heard_look (&part->heard, now);
  vb_derive_system (values->sent, values->derived, &part->heard.members, now);
}

/* Limits and alarms take effect as they are sent: what is safer is measured against them. A limit
   that rules alone supply is not that of a part, and there is nothing to measure one of a refused
   record against: beside a limit that another part sends it would have no age, and could raise what
   all of them bear. */
static void
show (VbPart *part, guint item)
{
  const VbSample *sent = &part->heard.values.sent[item];
  const VbField *field = vb_item (item)->field;

  if (field->group == VB_GROUP_LIMIT || field->flags & VB_FIELD_ALARM)
    vb_values_show (&part->heard.values, item, &sent->value, sent->time);
}

static void
enter (VbPart *part, VbState next, gint64 now)
{
  const VbState before = part->heard.state;

  if (before == VB_STATE_LIVE)
    part->live_by = now - vb_part_age (part, now);
  part->changed = TRUE;
  part->live_since = next == VB_STATE_LIVE ? now : 0;
  if (next >= VB_STATE_STALE)
    part->back_since = 0;
  else if (next == VB_STATE_LIVE && part->back_since == 0)
    part->back_since = now;
  if (!vb_state_shows_values (next))
    part->shows_since = 0;
  else if (part->shows_since == 0)
    part->shows_since = now;

  if (next >= VB_STATE_STALE && before < VB_STATE_STALE)
    part->silent_since = now;
  if (next == VB_STATE_LIVE && before >= VB_STATE_STALE)
    drop_optional (part, part->silent_since, FALSE);
  vb_heard_enter (&part->heard, next, now);
  for (guint i = 0; next == VB_STATE_GONE && i < part->heard.values.active->len; i++)
    show (part, g_array_index (part->heard.values.active, guint, i));
}

static gint64
find_due (const VbPart *part, gint64 now)
{
  const VbBatteryLive *live = &part->config.live;
  const gint64 deadline = vb_freshness_deadline (&live->freshness, part->heard.state);
  gint64 due, expiry;

  if (deadline == VB_AGE_NEVER)
    return G_MAXINT64;

  due = vb_required_due (&part->heard.required, &part->config, &part->heard.values, deadline, now);
  expiry = vb_values_next_expiry (&part->heard.values, live->optional_after, now);

  return MIN (due, expiry);
}

/* What it has may be another one from now on. */
static void
note_step (VbPart *part, gint64 now)
{
  part->steps++;
  part->stepped = now;
}

/* @complete: a record may have made it so */
static void
step (VbPart *part, gboolean complete, gint64 now)
{
  const VbFreshness *freshness = &part->config.live.freshness;
  gint64 age;
  VbState next;

  note_step (part, now);
  look (part, now);
  age = vb_part_age (part, now);
  next = vb_freshness_next (freshness, part->heard.state, age,
                            complete && age < freshness->warn_after);
  if (next != part->heard.state) {
    enter (part, next, now);
    look (part, now);
  }
  part->due = find_due (part, now);
}

gboolean
vb_part_is_returning (const VbPart *part)
{
  return !part->counts && part->back_since != 0;
}

gboolean
vb_part_is_back (const VbPart *part)
{
  return part->heard.state == VB_STATE_LIVE
         && part->heard.required.last_record - part->back_since >= VB_PART_RETURN;
}

void
vb_part_return (VbPart *part)
{
  drop_optional (part, part->back_since, TRUE);
}

void
vb_part_tick (VbPart *part, gint64 now)
{
  if (now >= part->due)
    step (part, FALSE, now);
}

/* A part that says some fields alone is heard on them, and on alarms: what it knows of anything
   else would be counted twice. */
static void
ignore_others (const VbPart *part, VbRecord *record)
{
  for (guint i = record->entries->len; i-- > 0;) {
    const guint item = g_array_index (record->entries, VbRecordEntry, i).item;

    if (!(vb_item (item)->field->flags & VB_FIELD_ALARM) && !vb_part_says (part, item))
      vb_record_ignore (record, item);
  }
}

static void
number (VbPart *part, const VbRecordEntry *entry)
{
  const VbItem *item = vb_item (entry->item);

  if (entry->said != VB_SAID_VALUE)
    return;
  if (item->field->merge == VB_MERGE_MODULES) {
    const guint n = (item->member - item->field->first) / item->field->step + 1;

    part->n[VB_NUMBERED_MODULES] = MAX (part->n[VB_NUMBERED_MODULES], n);
  }
  part->n[VB_NUMBERED_CELLS] = MAX (part->n[VB_NUMBERED_CELLS], part->heard.members.cells.n);
  part->n[VB_NUMBERED_SENSORS] = MAX (part->n[VB_NUMBERED_SENSORS], part->heard.members.sensors.n);
}

gboolean
vb_part_take (VbPart *part,
              VbRecord *record,
              VbApplyMode mode,
              const char *source,
              gint64 now,
              VbVerdict *verdict)
{
  const gboolean reached = record->connected != VB_CONNECTED_NO;
  gboolean taken, used;

  vb_values_begin (&part->heard.values);
  if (!part->is_pack)
    ignore_others (part, record);
  taken = vb_heard_take (&part->heard, record, mode, source, now, verdict->safer);
  used = taken ? reached : verdict->safer->len > 0;
  for (guint i = 0; used && i < record->entries->len; i++)
    show (part, g_array_index (record->entries, VbRecordEntry, i).item);
  /* What a record that replaces does not name is said no more. */
  for (guint i = 0; used && mode == VB_APPLY_REPLACE && i < part->heard.values.active->len; i++)
    show (part, g_array_index (part->heard.values.active, guint, i));
  if (!taken) {
    note_step (part, now);
    return FALSE;
  }

  for (guint i = 0; reached && i < record->entries->len; i++)
    number (part, &g_array_index (record->entries, VbRecordEntry, i));
  if (reached && part->first == 0)
    part->first = now;
  step (part, reached, now);

  return TRUE;
}

void
vb_part_tell_named (const VbPart *part, const GPtrArray *own, GPtrArray *texts)
{
  for (guint i = 0; i < own->len; i++)
    g_ptr_array_add (texts, g_strdup_printf ("part %s: %s", part->own->name,
                                             (const char *)g_ptr_array_index (own, i)));
}

void
vb_part_warn (const VbPart *part, GPtrArray *texts)
{
  vb_plausible_describe (&part->heard.plausible, texts);
  if (vb_state_shows_values (part->heard.state))
    vb_derive_warn (&part->heard.members, texts);
}

void
vb_part_fill_verdict (VbPart *part,
                      const VbRules *rules,
                      const VbRecord *record,
                      guint changed,
                      gint64 now,
                      VbVerdict *verdict)
{
  vb_verdict_fill (verdict, &part->config, &part->heard.required, rules, &part->heard.values,
                   record, part->heard.state, changed, now);
  verdict->part = part->own->name;
  if (record->connected == VB_CONNECTED_NO)
    return;

  vb_plausible_look (&part->heard.plausible, &part->config, &part->heard.required,
                     &part->heard.values, now);
  vb_part_warn (part, verdict->warnings);
}

void
vb_part_forget (VbPart *part, gint64 now)
{
  vb_heard_forget (&part->heard, now);
  for (guint i = 0; i < part->heard.values.active->len; i++)
    vb_values_hide (&part->heard.values, g_array_index (part->heard.values.active, guint, i));
  part->charge = (VbSwitch){ 0 };
  part->discharge = (VbSwitch){ 0 };
  part->keeps_soc = FALSE;
  part->first = 0;
  part->due = G_MAXINT64;
  if (part->heard.state != VB_STATE_GONE)
    enter (part, VB_STATE_GONE, now);
  look (part, now);
  note_step (part, now);
}

/* A switch that is not said to be open any more has closed when that was said, or when what was
   said before has grown old. That of a part which is not live stays as it was last seen: it does
   not close by getting old.
   Returns: whether that has changed */
static gboolean
look_at_switch (const VbPart *part, VbKnown known, VbSwitch *own, gint64 now)
{
  const VbSample *sample = &part->heard.values.sent[vb_item_known (known)];
  const VbSwitch before = *own;
  const gint64 old_at = sample->time + part->config.live.freshness.warn_after;
  const gboolean said_open = vb_value_number (&sample->value, 1) == 0;
  const gboolean was_open = own->open && own->closed_at == 0;

  if (said_open
      && (now < old_at
          || (was_open && part->heard.state != VB_STATE_LIVE && sample->time >= part->live_by)))
    *own = (VbSwitch){ .open = TRUE };
  else if (was_open)
    own->closed_at = said_open ? MAX (old_at, part->live_since) : now;
  if (own->open && own->closed_at != 0 && now - own->closed_at >= VB_PART_RETURN)
    *own = (VbSwitch){ 0 };

  return before.open != own->open || before.closed_at != own->closed_at;
}

gboolean
vb_part_look_at_switches (VbPart *part, gint64 now)
{
  const gboolean charge = look_at_switch (part, VB_KNOWN_ALLOW_TO_CHARGE, &part->charge, now);

  return look_at_switch (part, VB_KNOWN_ALLOW_TO_DISCHARGE, &part->discharge, now) || charge;
}

static gint64
switch_due (const VbPart *part, VbKnown known, const VbSwitch *own)
{
  const VbSample *sample = &part->heard.values.sent[vb_item_known (known)];

  if (!own->open)
    return G_MAXINT64;
  if (own->closed_at != 0)
    return own->closed_at + VB_PART_RETURN;
  if (part->heard.state != VB_STATE_LIVE && sample->time >= part->live_by)
    return G_MAXINT64;

  return sample->time + part->config.live.freshness.warn_after;
}

gint64
vb_part_switches_due (const VbPart *part)
{
  const gint64 charge = switch_due (part, VB_KNOWN_ALLOW_TO_CHARGE, &part->charge);
  const gint64 discharge = switch_due (part, VB_KNOWN_ALLOW_TO_DISCHARGE, &part->discharge);

  return MIN (charge, discharge);
}

const VbSample *
vb_part_sample (const VbPart *part, guint item, gint64 now)
{
  return vb_values_fresh (&part->heard.values, item, &part->config.live, now);
}

const VbValue *
vb_part_value (const VbPart *part, guint item)
{
  static const VbValue invalid = VB_VALUE_INIT;
  const VbSample *sample = vb_part_sample (part, item, part->stepped);

  return sample != NULL ? &sample->value : &invalid;
}

/* Of which family of members @known is an aggregate; NULL for none. */
static const VbFamily *
family_of (const VbPart *part, VbKnown known)
{
  switch (known) {
  case VB_KNOWN_MIN_CELL_VOLTAGE:
  case VB_KNOWN_MAX_CELL_VOLTAGE:
  case VB_KNOWN_CELL_VOLTAGE_SUM:
    return &part->heard.members.cells;
  case VB_KNOWN_MIN_CELL_TEMPERATURE:
  case VB_KNOWN_MAX_CELL_TEMPERATURE:
    return &part->heard.members.sensors;
  default:
    return NULL;
  }
}

gboolean
vb_part_has (const VbPart *part, guint item)
{
  const VbField *field = vb_item (item)->field;
  const VbFamily *family = family_of (part, field->known);

  return part->heard.values.sent[item].time != 0
         || vb_value_is_valid (&part->heard.values.derived[item].value)
         || (family != NULL && family->n > 0) || vb_required_is (&part->config, field);
}

double
vb_part_capacity (const VbPart *part)
{
  const double sent = vb_values_number (&part->heard.values, VB_KNOWN_INSTALLED_CAPACITY);

  if (sent > 0)
    return sent;

  return isnan (part->own->capacity) ? 0 : part->own->capacity;
}
