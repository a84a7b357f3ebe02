#include "part.h"

#include <math.h>

#include "admission.h"
#include "limits.h"
#include "safer.h"

static void
set_config (VbPart *part, const VbBatteryConfig *config)
{
  const guint waived = part->config.fixed.waived;

  part->config = *config;
  part->config.fixed.waived = waived;
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

  *part = (VbPart){
    .own = own, .is_pack = own->n_items == 0, .since = now, .due = G_MAXINT64, .counts = TRUE
  };
  part->config.fixed.waived = waived;
  set_config (part, config);
  part->asks_own = !part->is_pack && !is_needed (part);
  set_config (part, config);
  vb_required_init (&part->required, &part->config);
  vb_values_init (&part->values);
  for (guint i = 0; i < G_N_ELEMENTS (derived); i++)
    vb_values_activate (&part->values, vb_item_known (derived[i]));
}

void
vb_part_clear (VbPart *part)
{
  vb_values_clear (&part->values);
  vb_source_clear (&part->source);
}

void
vb_part_copy (VbPart *copy, const VbPart *part, const VbBatteryConfig *config)
{
  *copy = *part;
  set_config (copy, config);
  vb_values_copy (&copy->values, &part->values);
  vb_source_copy (&copy->source, &part->source);
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
  const VbBatteryConfig before = part->config;

  if (!vb_limits_same_belt (&part->config.live, live))
    vb_doubt_forget_voltages (&part->doubt);
  part->config.live = *live;
  vb_required_reconfigure (&part->required, &before, &part->config, vb_state_on_bus (part->state),
                           now);
  part->due = now;
}

gint64
vb_part_age (const VbPart *part, gint64 now)
{
  return vb_required_age (&part->required, &part->config, &part->values, now);
}

gint64
vb_part_cap (const VbPart *part, gint64 now)
{
  return vb_required_frozen_since (&part->required, &part->config, &part->values, now);
}

static void
derive (VbPart *part, gint64 now)
{
  VbValues *values = &part->values;

  vb_derive (values->sent, values->derived, &part->members, now, part->config.live.optional_after);
  vb_derive_system (values->sent, values->derived, &part->members, now);
}

/* What follows at once from what was sent, and what rules go by. */
static void
look_at_inputs (VbPart *part, gint64 now)
{
  const VbBatteryLive *live = &part->config.live;

  derive (part, now);
  if (part->required.ruled)
    vb_inputs_note (&part->required.inputs, &part->values, &part->members, live, now);
  vb_required_note (&part->required, &part->values);
}

/* What is not required and was sent before @until does not return with the part: it has to be sent
   anew. The times stay, so that it is missed until then.
   @switches: nor do they */
static void
drop_optional (VbPart *part, gint64 until, gboolean switches)
{
  VbValues *values = &part->values;

  for (guint i = 0; i < values->active->len; i++) {
    const guint item = g_array_index (values->active, guint, i);
    const VbField *field = vb_item (item)->field;

    if (values->sent[item].time < until && !vb_required_is (&part->config, field)
        && (field->group == VB_GROUP_LIVE || field->group == VB_GROUP_LIMIT
            || (switches && is_switch (field->known))))
      vb_value_clear (&values->sent[item].value);
  }
}

static void
enter (VbPart *part, VbState next, gint64 now)
{
  const VbState before = part->state;

  if (before == VB_STATE_LIVE)
    part->live_until = now - vb_part_age (part, now) + part->config.live.freshness.warn_after;
  part->changed = TRUE;
  part->state = next;
  part->since = now;
  part->live_since = next == VB_STATE_LIVE ? now : 0;
  if (!vb_state_shows_values (next))
    part->shows_since = 0;
  else if (part->shows_since == 0)
    part->shows_since = now;

  if (next >= VB_STATE_STALE)
    vb_doubt_forget_sequence (&part->doubt);
  if (next >= VB_STATE_STALE && before < VB_STATE_STALE)
    part->silent_since = now;
  if (next == VB_STATE_LIVE && before >= VB_STATE_STALE)
    drop_optional (part, part->silent_since, FALSE);
  if (next == VB_STATE_GONE) {
    part->charge = part->discharge = (VbSwitch){ 0 };
    vb_values_forget (&part->values, now - part->config.live.freshness.warn_after);
    vb_inputs_forget (&part->required.inputs, now - part->config.live.freshness.warn_after);
  }
}

static gint64
find_due (const VbPart *part, gint64 now)
{
  const VbBatteryLive *live = &part->config.live;
  const gint64 deadline = vb_freshness_deadline (&live->freshness, part->state);

  if (deadline == VB_AGE_NEVER)
    return G_MAXINT64;

  return MIN (vb_required_due (&part->required, &part->config, &part->values, deadline, now),
              vb_values_next_expiry (&part->values, live->optional_after, now));
}

/* @complete: a record may have made it so */
static void
step (VbPart *part, gboolean complete, gint64 now)
{
  const VbFreshness *freshness = &part->config.live.freshness;
  gint64 age;
  VbState next;

  look_at_inputs (part, now);
  age = vb_part_age (part, now);
  next = vb_freshness_next (freshness, part->state, age, complete && age < freshness->warn_after);
  if (next != part->state) {
    enter (part, next, now);
    derive (part, now);
  }
  part->due = find_due (part, now);
}

void
vb_part_return (VbPart *part)
{
  drop_optional (part, part->live_since, TRUE);
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

  if (item->field->merge == VB_MERGE_MODULES) {
    const guint n = (item->member - item->field->first) / item->field->step + 1;

    part->n[VB_NUMBERED_MODULES] = MAX (part->n[VB_NUMBERED_MODULES], n);
  }
  part->n[VB_NUMBERED_CELLS] = MAX (part->n[VB_NUMBERED_CELLS], part->members.cells.n);
  part->n[VB_NUMBERED_SENSORS] = MAX (part->n[VB_NUMBERED_SENSORS], part->members.sensors.n);
}

/* Limits and alarms take effect as they are sent: what is safer is measured against them. */
static void
show (VbPart *part, guint item)
{
  const VbSample *sent = &part->values.sent[item];
  const VbField *field = vb_item (item)->field;

  if (field->group == VB_GROUP_LIMIT || field->flags & VB_FIELD_ALARM)
    vb_values_show (&part->values, item, &sent->value, sent->time);
}

static void
take_entries (VbPart *part,
              const VbDoubtContext *context,
              const VbRecord *record,
              VbApplyMode mode,
              gint64 now)
{
  const VbField *current = vb_item (vb_item_known (VB_KNOWN_CURRENT))->field;
  VbValues *values = &part->values;

  if (mode == VB_APPLY_REPLACE)
    vb_values_clear_unnamed (values, record, vb_required_is (&part->config, current));
  for (guint i = 0; i < record->entries->len; i++) {
    const VbRecordEntry *entry = &g_array_index (record->entries, VbRecordEntry, i);
    const gboolean keeps = entry->said != VB_SAID_VALUE && vb_required_keeps (&part->config, entry);

    if (vb_values_take (values, entry, keeps, now))
      part->required.last_change = now;
    if (entry->said == VB_SAID_VALUE) {
      vb_derive_note (&part->members, entry->item, &entry->value);
      number (part, entry);
    }
    show (part, entry->item);
  }
  if (vb_doubt_holds_soc (context, record))
    vb_values_hold (values, VB_KNOWN_SOC, now);
  vb_derive_power (values->sent, values->derived);
}

static void
take_safer (VbPart *part, const VbRecord *record, gboolean refused, gint64 now, GPtrArray *names)
{
  static const VbRules none = { 0 };

  vb_safer_take (&part->values, &none, record, part->state, refused, now, names);
  vb_doubt_note_safer (&part->doubt, &part->values, names);
  for (guint i = 0; i < record->entries->len && names->len > 0; i++)
    show (part, g_array_index (record->entries, VbRecordEntry, i).item);
}

gboolean
vb_part_take (VbPart *part,
              VbRecord *record,
              VbApplyMode mode,
              const char *source,
              gint64 now,
              VbVerdict *verdict)
{
  const VbBatteryConfig *config = &part->config;
  const gboolean reached = record->connected != VB_CONNECTED_NO;
  const VbDoubtContext context
      = { .config = config, .values = &part->values, .state = part->state, .now = now };

  g_ptr_array_set_size (verdict->safer, 0);
  vb_values_begin (&part->values);
  if (vb_doubt_replayed (&part->doubt, record))
    return FALSE;
  if (!part->is_pack)
    ignore_others (part, record);
  if (reached)
    vb_doubt_judge (&part->doubt, &context, record);
  if (!vb_admission_check (&part->required, config, record, &mode)) {
    take_safer (part, record, TRUE, now, verdict->safer);
    return FALSE;
  }

  vb_doubt_note (&part->doubt, &context, record);
  vb_record_cut_errors (record);
  vb_source_take (&part->source, source, record->errors, record->n_more,
                  config->live.freshness.warn_after, now);
  if (reached && part->first == 0)
    part->first = now;
  if (reached) {
    part->required.last_record = now;
    vb_safer_forget (&part->values, record);
    if (record->errors->len > 0)
      take_safer (part, record, FALSE, now, verdict->safer);
    take_entries (part, &context, record, mode, now);
  } else
    vb_required_cut (&part->required, config, &part->values, now);
  step (part, reached, now);

  return TRUE;
}

void
vb_part_fill_verdict (VbPart *part,
                      const VbRules *rules,
                      const VbRecord *record,
                      guint changed,
                      gint64 now,
                      VbVerdict *verdict)
{
  vb_verdict_fill (verdict, &part->config, &part->required, rules, &part->values, record,
                   part->state, changed, now);
  verdict->part = part->own->name;
  if (record->connected != VB_CONNECTED_NO
      && vb_plausible_look (&part->plausible, &part->config, &part->required, &part->values, now))
    vb_plausible_describe (&part->plausible, verdict->warnings);
}

void
vb_part_forget (VbPart *part, gint64 now)
{
  vb_values_forget (&part->values, now);
  for (guint i = 0; i < part->values.active->len; i++)
    vb_values_hide (&part->values, g_array_index (part->values.active, guint, i));
  part->doubt = (VbDoubt){ 0 };
  part->plausible = (VbPlausible){ 0 };
  vb_required_init (&part->required, &part->config);
  part->members = (VbMembers){ 0 };
  part->charge = (VbSwitch){ 0 };
  part->discharge = (VbSwitch){ 0 };
  part->keeps_soc = FALSE;
  part->first = 0;
  part->due = G_MAXINT64;
  if (part->state != VB_STATE_GONE)
    enter (part, VB_STATE_GONE, now);
  derive (part, now);
}

const VbSample *
vb_part_sample (const VbPart *part, guint item, gint64 now)
{
  return vb_values_fresh (&part->values, item, &part->config.live, now);
}

/* Of which family of members @known is an aggregate; NULL for none. */
static const VbFamily *
family_of (const VbPart *part, VbKnown known)
{
  switch (known) {
  case VB_KNOWN_MIN_CELL_VOLTAGE:
  case VB_KNOWN_MAX_CELL_VOLTAGE:
  case VB_KNOWN_CELL_VOLTAGE_SUM:
    return &part->members.cells;
  case VB_KNOWN_MIN_CELL_TEMPERATURE:
  case VB_KNOWN_MAX_CELL_TEMPERATURE:
    return &part->members.sensors;
  default:
    return NULL;
  }
}

gboolean
vb_part_has (const VbPart *part, guint item)
{
  const VbField *field = vb_item (item)->field;
  const VbFamily *family = family_of (part, field->known);

  return part->values.sent[item].time != 0 || vb_value_is_valid (&part->values.derived[item].value)
         || (family != NULL && family->n > 0) || vb_required_is (&part->config, field);
}

double
vb_part_capacity (const VbPart *part)
{
  const double sent = vb_values_number (&part->values, VB_KNOWN_INSTALLED_CAPACITY);

  if (sent > 0)
    return sent;

  return isnan (part->own->capacity) ? 0 : part->own->capacity;
}
