#define G_LOG_DOMAIN "battery"

#include "battery.h"

#include "battery-log.h"
#include "limits.h"
#include "publish.h"

/*
 * A battery is its parts, each of which owns its state; here they meet. A record's way is apply
 * (tick, doubt, take) and then step (limits, derive, publish, tell).
 */
struct _VbBattery
{
  VbBatteryConfig config;
  VbHeard heard;
  gint64 next_tick;

  VbRules rules;
  guint month;       /* of the wall clock; 0: not known */
  VbCadence cadence; /* of what makes the source younger */
  VbSmoothed current;
  VbHistory history; /* counted where config.fixed.history */
  VbSelection selection;
  VbPresence presence;
  VbTally tally;
  VbParts *parts; /* what they say together is @heard; NULL: it is one source's */
  VbListeners listeners;
  gboolean silent; /* a copy, which logs nothing */
};

VbBattery *
vb_battery_new (const VbBatteryConfig *config, gint64 now)
{
  static const VbKnown always[] = {
    VB_KNOWN_ALARM,
    VB_KNOWN_BALANCING,
    VB_KNOWN_BMS_CABLE,
    VB_KNOWN_CONNECTED,
    VB_KNOWN_CONNECTION_INFORMATION,
    VB_KNOWN_BATTERY_LOW_VOLTAGE,
    VB_KNOWN_MODULES_OFFLINE,
    VB_KNOWN_MODULES_ONLINE,
  };
  VbBattery *battery;
  guint n_derived;
  const VbKnown *derived = vb_derive_fields (&n_derived);

  g_return_val_if_fail (config != NULL, NULL);

  battery = g_new0 (VbBattery, 1);
  vb_battery_config_copy (&battery->config, config);
  vb_heard_init (&battery->heard, &battery->config, now);
  vb_history_init (&battery->history);
  vb_rules_init (&battery->rules, now);
  battery->presence = (VbPresence)VB_PRESENCE_INIT;
  battery->next_tick = G_MAXINT64;
  vb_listeners_init (&battery->listeners);

  for (guint i = 0; i < G_N_ELEMENTS (always); i++)
    if (vb_battery_has_item (battery, vb_item_known (always[i])))
      vb_values_activate (&battery->heard.values, vb_item_known (always[i]));
  for (guint i = 0; i < n_derived; i++)
    vb_values_activate (&battery->heard.values, vb_item_known (derived[i]));
  if (config->fixed.history)
    vb_history_activate (&battery->heard.values);
  vb_rules_activate (&battery->heard.values, &config->live.rules);
  if (config->fixed.parts != NULL)
    battery->parts = vb_parts_new (&battery->config, now);

  return battery;
}

/* A copy that tells nobody, to try a record on. */
static VbBattery *
copy_silent (const VbBattery *battery)
{
  VbBattery *copy = g_new (VbBattery, 1);

  *copy = *battery;
  vb_battery_config_copy (&copy->config, &battery->config);
  vb_heard_copy (&copy->heard, &battery->heard, &copy->config);
  copy->selection = (VbSelection){ 0 };
  copy->presence = (VbPresence)VB_PRESENCE_INIT;
  vb_listeners_init (&copy->listeners);
  copy->silent = TRUE;
  if (battery->parts != NULL)
    copy->parts = vb_parts_copy (battery->parts, &copy->config);

  return copy;
}

void
vb_battery_free (VbBattery *battery)
{
  g_clear_pointer (&battery->parts, vb_parts_free);
  vb_heard_clear (&battery->heard);
  vb_battery_config_clear (&battery->config);
  vb_selection_clear (&battery->selection);
  vb_presence_clear (&battery->presence);
  vb_listeners_clear (&battery->listeners);
  g_free (battery);
}

VbBattery *
vb_battery_find (const GPtrArray *batteries, const char *name)
{
  for (guint i = 0; i < batteries->len; i++) {
    VbBattery *battery = g_ptr_array_index (batteries, i);

    if (g_str_equal (battery->config.fixed.name, name))
      return battery;
  }

  return NULL;
}

void
vb_battery_add_listener (VbBattery *battery, const VbBatteryEvents *events, gpointer user_data)
{
  vb_listeners_add (&battery->listeners, events, user_data);
}

void
vb_battery_remove_listener (VbBattery *battery, gpointer user_data)
{
  vb_listeners_remove (&battery->listeners, user_data);
}

void
vb_battery_tell_written (VbBattery *battery, guint item)
{
  VB_LISTENERS_TELL (&battery->listeners, battery, written, item);
}

void
vb_battery_tell_arrived (VbBattery *battery, const VbArrival *arrival)
{
  VB_LISTENERS_TELL (&battery->listeners, battery, arrived, arrival);
}

/* Of whom the line about the source speaks. */
static VbBlamed
blame (const VbBattery *battery, gint64 now)
{
  const VbPart *part;

  if (battery->parts == NULL || battery->heard.state == VB_STATE_LIVE)
    return (VbBlamed){ NULL, &battery->heard };

  part = vb_parts_blamed (battery->parts, now);

  return vb_part_age (part, now) < vb_battery_age (battery, now)
             ? (VbBlamed){ NULL, &battery->heard }
             : (VbBlamed){ part->own->name, &part->heard };
}

/* What follows at once from what was sent, and what rules go by. */
static void
look (VbBattery *battery, gint64 now)
{
  vb_heard_look (&battery->heard, now);
  if (!battery->heard.required.ruled || battery->parts == NULL)
    return;

  vb_parts_note_inputs (battery->parts, &battery->heard.required);
  vb_required_note (&battery->heard.required, &battery->config, &battery->heard.values);
}

/* The maxima that rules supply are those of all packs: one that leaves takes its share with it. */
static void
run_rules (VbBattery *battery, gboolean has_record, gint64 now)
{
  const VbBatteryLive *live = &battery->config.live;
  const double share = battery->parts != NULL ? vb_parts_share (battery->parts) : 1;
  VbBatteryLive of_those;

  if (share < 1) {
    of_those = *live;
    of_those.rules.maximum[VB_LIMIT_CHARGE_CURRENT] *= share;
    of_those.rules.maximum[VB_LIMIT_DISCHARGE_CURRENT] *= share;
    live = &of_those;
  }
  vb_rules_run (&battery->rules, live, &battery->heard.values, &battery->heard.required.inputs,
                battery->month, has_record, now);
}

static void
derive_system (VbBattery *battery, gint64 now)
{
  VbValues *values = &battery->heard.values;
  guint n_fields;
  const VbKnown *fields = vb_derive_system_fields (&n_fields);

  for (guint i = 0; i < n_fields; i++)
    vb_values_activate (values, vb_item_known (fields[i]));
  vb_derive_system (values->sent, values->derived, &battery->heard.members, now);
}

/* What follows from the values that were sent; what is counted follows from records alone. */
static void
derive (VbBattery *battery, gboolean has_record, gint64 now)
{
  const VbBatteryLive *live = &battery->config.live;
  VbValues *values = &battery->heard.values;

  if (!vb_state_shows_values (battery->heard.state)) {
    battery->current = (VbSmoothed){ 0 };
    vb_history_interrupt (&battery->history);
    vb_rules_pause (&battery->rules);
    return;
  }

  /* Before the step that a record leads to it was done already. */
  if (!has_record)
    look (battery, now);
  if (battery->heard.required.ruled || !vb_rules_are_idle (&battery->rules))
    run_rules (battery, has_record, now);
  vb_derive_charge (values->sent, values->derived, &battery->current, live->freshness.warn_after);
  if (battery->config.fixed.screen_cells && battery->heard.members.cells.n > 0)
    derive_system (battery, now);
  if (!battery->config.fixed.history)
    return;
  if (has_record)
    vb_history_count (&battery->history, values, live, now);
  vb_history_derive (&battery->history, values, now);
}

/* When time next changes anything, or G_MAXINT64. */
static gint64
schedule (const VbBattery *battery, gint64 now)
{
  const VbBatteryLive *live = &battery->config.live;
  const gint64 deadline = vb_freshness_deadline (&live->freshness, battery->heard.state);
  gint64 next;

  if (deadline == VB_AGE_NEVER)
    return battery->parts != NULL ? vb_parts_due (battery->parts, now) : G_MAXINT64;

  next = vb_required_due (&battery->heard.required, &battery->config, &battery->heard.values,
                          deadline, now);
  if (battery->parts != NULL)
    next = MIN (next, now - vb_battery_age (battery, now) + deadline);
  /* With a Current that expires, another one may flow from then on: that of a frozen source. */
  if (vb_state_shows_values (battery->heard.state) || live->frozen_after > 0)
    next = MIN (next, vb_values_next_expiry (&battery->heard.values, live->optional_after, now));
  if (battery->heard.required.ruled && vb_state_shows_values (battery->heard.state))
    next = MIN (next, vb_rules_due (live, &battery->heard.required.inputs, now));
  if (battery->parts != NULL)
    next = MIN (next, vb_parts_due (battery->parts, now));

  return next;
}

static void
tell_change (VbBattery *battery, VbState before)
{
  const GArray *changed = battery->heard.values.changed;
  const VbChange change = {
    .before = before,
    .after = battery->heard.state,
    .items = (const guint *)changed->data,
    .n_items = changed->len,
  };

  if (change.after != before)
    battery->tally.entered[change.after]++;
  if (change.after != before || change.n_items > 0 || battery->parts != NULL)
    VB_LISTENERS_TELL (&battery->listeners, battery, changed, &change);
}

static void
tell_parts (VbBattery *battery)
{
  for (guint i = 0; battery->parts != NULL && i < vb_parts_n (battery->parts); i++)
    if (vb_parts_has_changed (battery->parts, i))
      VB_LISTENERS_TELL (&battery->listeners, battery, part_changed, i);
}

/* One step: enters @next, shows what is to be shown, tells the listeners once.
   @has_record: a record that is taken led here
   Returns: how many items changed on the bus */
static guint
step (VbBattery *battery, VbState next, gboolean has_record, gint64 now)
{
  const VbState before = battery->heard.state;
  VbValues *values = &battery->heard.values;
  VbBlamed blamed;

  vb_values_begin (values);
  if (next != before)
    vb_heard_enter (&battery->heard, next, now);
  if (next != before && next == VB_STATE_GONE)
    vb_rules_forget (&battery->rules);
  blamed = blame (battery, now);
  if (next == VB_STATE_STALE)
    vb_limits_hold (values, &battery->config.live, now);
  if (next == VB_STATE_STALE)
    vb_limits_lower (values, now);

  derive (battery, has_record, now);
  vb_publish (values, &battery->config, &battery->rules, &battery->heard.source, &blamed, next,
              next != before, now);
  if (next != before && !battery->silent)
    vb_battery_log_state (&battery->config, battery->heard.state, &battery->rules, &blamed, now);
  battery->next_tick = schedule (battery, now);
  tell_change (battery, before);
  if (!battery->silent && vb_rules_are_retold (&battery->rules)) {
    vb_battery_log_limited (&battery->config, &battery->rules);
    VB_LISTENERS_TELL (&battery->listeners, battery, limited);
  }
  tell_parts (battery);

  return values->changed->len;
}

/* What the parts say together is as if one source had sent it; whether that one is frozen they have
   looked at themselves. */
static void
merge (VbBattery *battery, gint64 now)
{
  vb_parts_merge (battery->parts, &battery->heard.values, now);
  battery->heard.required.last_change = now;
  look (battery, now);
}

/* The step that follows from what has been heard up to now.
   @has_record: a record that is taken led here
   Returns: how many items changed on the bus */
static guint
follow (VbBattery *battery, gboolean has_record, gint64 now)
{
  const VbFreshness *freshness = &battery->config.live.freshness;
  gint64 age;

  /* Whether the source is frozen, and how old it is, depends on what follows from this record, not
     from the one before. */
  if (battery->parts != NULL)
    merge (battery, now);
  else if (has_record)
    look (battery, now);
  age = vb_battery_age (battery, now);
  if (has_record && age != VB_AGE_NEVER)
    vb_cadence_note (&battery->cadence, now - age, vb_cadence_window (freshness->warn_after));

  return step (battery,
               vb_freshness_next (freshness, battery->heard.state, age,
                                  has_record && age < freshness->warn_after),
               has_record, now);
}

void
vb_battery_tick (VbBattery *battery, gint64 now)
{
  if (now < battery->next_tick)
    return;

  if (battery->parts != NULL)
    vb_parts_tick (battery->parts, now);
  follow (battery, FALSE, now);
}

void
vb_battery_delete (VbBattery *battery, gint64 now)
{
  VbHeard *heard = &battery->heard;

  VB_LISTENERS_TELL (&battery->listeners, battery, deleted, NULL, now);
  if (battery->parts != NULL) {
    vb_parts_forget (battery->parts, now);
    merge (battery, now);
  }
  vb_heard_forget (heard, now);
  battery->cadence = (VbCadence){ 0 };
  vb_rules_forget (&battery->rules);
  vb_derive_system (heard->values.sent, heard->values.derived, &heard->members, now);

  if (heard->state != VB_STATE_GONE)
    step (battery, VB_STATE_GONE, FALSE, now);
  tell_parts (battery);
}

static void
warn_of_missing (const VbBattery *battery, GPtrArray *texts)
{
  if (!vb_state_shows_values (battery->heard.state))
    return;

  vb_derive_warn (&battery->heard.members, texts);
  vb_rules_warn (&battery->rules, &battery->config.live, &battery->heard.required.inputs, texts);
}

/* Fills @verdict on @record, which has been taken, with what is told where it was one of the whole
   battery. */
static void
fill_verdict (
    VbBattery *battery, const VbRecord *record, guint changed, gint64 now, VbVerdict *verdict)
{
  const VbBatteryConfig *config = &battery->config;
  VbHeard *heard = &battery->heard;
  gboolean warns;

  vb_verdict_fill (verdict, config, &heard->required, &battery->rules, &heard->values, record,
                   heard->state, changed, now);
  if (record->connected == VB_CONNECTED_NO)
    return;

  warns = vb_plausible_look (&heard->plausible, config, &heard->required, &heard->values, now);
  if (warns && !battery->silent)
    vb_plausible_log (&heard->plausible, config->fixed.name);
  if (warns)
    vb_plausible_describe (&heard->plausible, verdict->warnings);
}

/* What is told of any record that was taken. */
static void
tell_taken (VbBattery *battery, gint64 now, VbVerdict *verdict)
{
  warn_of_missing (battery, verdict->warnings);
  vb_battery_reason (battery, now, verdict->reason);
  vb_selection_tell (&battery->selection, &battery->config.fixed, &battery->presence, now,
                     verdict->warnings);
  VB_LISTENERS_TELL (&battery->listeners, battery, taken, verdict);
}

gboolean
vb_battery_apply (VbBattery *battery,
                  VbRecord *record,
                  VbApplyMode mode,
                  const char *source,
                  gint64 now,
                  VbVerdict *verdict)
{
  guint changed;

  vb_battery_tick (battery, now);
  if (!vb_heard_take (&battery->heard, record, mode, source, now, verdict->safer)) {
    if (verdict->safer->len > 0)
      follow (battery, FALSE, now);
    return FALSE;
  }

  changed = follow (battery, record->connected != VB_CONNECTED_NO, now);
  fill_verdict (battery, record, changed, now, verdict);
  tell_taken (battery, now, verdict);

  return TRUE;
}

gboolean
vb_battery_apply_part (VbBattery *battery,
                       guint part,
                       VbRecord *record,
                       VbApplyMode mode,
                       const char *source,
                       gint64 now,
                       VbVerdict *verdict)
{
  guint changed;

  vb_battery_tick (battery, now);
  if (!vb_parts_take (battery->parts, part, record, mode, source, now, verdict)) {
    if (verdict->safer->len > 0)
      follow (battery, FALSE, now);
    return FALSE;
  }

  vb_source_take (&battery->heard.source, source, record->errors, record->n_more,
                  battery->config.live.freshness.warn_after, now);
  changed = follow (battery, record->connected != VB_CONNECTED_NO, now);
  vb_parts_fill_verdict (battery->parts, part, &battery->rules, record, changed, now, verdict);
  verdict->battery_state = battery->heard.state;
  tell_taken (battery, now, verdict);

  return TRUE;
}

gboolean
vb_battery_check_part (
    VbBattery *battery, guint part, VbRecord *record, gint64 now, VbVerdict *verdict)
{
  g_autoptr (VbBattery) copy = NULL;

  vb_battery_tick (battery, now);
  copy = copy_silent (battery);

  if (!vb_battery_apply_part (copy, part, record, VB_APPLY_MERGE, battery->heard.source.address,
                              now, verdict))
    return FALSE;
  verdict->part = vb_parts_get (battery->parts, part)->own->name;
  vb_selection_warn (&battery->selection, &battery->presence, verdict->warnings);

  return TRUE;
}

void
vb_battery_refuse_part (VbBattery *battery,
                        guint part,
                        const char *source,
                        VbOutcome outcome,
                        GPtrArray *errors,
                        guint n_more,
                        gint64 now)
{
  vb_parts_refuse (battery->parts, part, source, outcome, g_ptr_array_ref (errors), n_more, now);
  vb_battery_refuse (battery, source, outcome, errors, n_more, now);
}

void
vb_battery_delete_part (VbBattery *battery, guint part, gint64 now)
{
  VB_LISTENERS_TELL (&battery->listeners, battery, deleted,
                     vb_parts_get (battery->parts, part)->own->name, now);
  vb_battery_tick (battery, now);
  vb_parts_delete (battery->parts, part, now);
  follow (battery, FALSE, now);
  if (vb_parts_are_off (battery->parts) && battery->heard.state != VB_STATE_GONE)
    step (battery, VB_STATE_GONE, FALSE, now);
}

gboolean
vb_battery_find_part (const VbBattery *battery, const char *name, guint *part)
{
  for (guint i = 0; battery->parts != NULL && i < vb_parts_n (battery->parts); i++)
    if (g_str_equal (vb_parts_get (battery->parts, i)->own->name, name)) {
      *part = i;
      return TRUE;
    }

  return FALSE;
}

const VbParts *
vb_battery_parts (const VbBattery *battery)
{
  return battery->parts;
}

gboolean
vb_battery_check (VbBattery *battery, VbRecord *record, gint64 now, VbVerdict *verdict)
{
  g_autoptr (VbBattery) copy = NULL;

  vb_battery_tick (battery, now);
  copy = copy_silent (battery);

  if (!vb_battery_apply (copy, record, VB_APPLY_MERGE, battery->heard.source.address, now, verdict))
    return FALSE;
  vb_selection_warn (&battery->selection, &battery->presence, verdict->warnings);

  return TRUE;
}

void
vb_battery_refuse (VbBattery *battery,
                   const char *source,
                   VbOutcome outcome,
                   GPtrArray *errors,
                   guint n_more,
                   gint64 now)
{
  if (errors->len > 0)
    battery->tally.refused[((const VbRecordError *)g_ptr_array_index (errors, 0))->code]++;
  vb_source_refuse (&battery->heard.source, source, outcome, errors, n_more,
                    battery->config.live.freshness.warn_after, now);
  VB_LISTENERS_TELL (&battery->listeners, battery, refused);
}

const char *
vb_battery_loses_limit (const VbBattery *battery, const VbBatteryConfig *config)
{
  if (!vb_state_on_bus (battery->heard.state) || battery->config.fixed.role != VB_ROLE_BMS)
    return NULL;

  if (battery->parts != NULL)
    return vb_parts_lose_limit (battery->parts, config);

  return vb_required_loses_limit (&battery->heard.required, &battery->config, config);
}

void
vb_battery_reconfigure (VbBattery *battery, const VbBatteryConfig *config, gint64 now)
{
  if (vb_battery_loses_limit (battery, config) != NULL) {
    vb_battery_tick (battery, now);
    return;
  }

  vb_heard_reconfigure (&battery->heard, config, now);
  battery->config.live = config->live;
  vb_rules_activate (&battery->heard.values, &config->live.rules);
  look (battery, now);
  if (battery->parts != NULL)
    vb_parts_reconfigure (battery->parts, &battery->config, now);
  battery->next_tick = now;
  vb_battery_tick (battery, now);
}

void
vb_battery_set_identity (VbBattery *battery, guint item, const VbValue *value)
{
  vb_values_begin (&battery->heard.values);
  vb_values_show (&battery->heard.values, item, value, 0);
  tell_change (battery, battery->heard.state);
}

const VbCounters *
vb_battery_counters (const VbBattery *battery)
{
  return &battery->history.counters;
}

gint64
vb_battery_uncounted (const VbBattery *battery, gint64 now)
{
  return vb_history_uncounted (&battery->history, now);
}

void
vb_battery_set_counters (VbBattery *battery, const VbCounters *counters, gint64 now)
{
  vb_history_resume (&battery->history, counters, now);
}

gboolean
vb_battery_clear_history (VbBattery *battery, gint64 now)
{
  if (!battery->config.fixed.history)
    return FALSE;

  vb_battery_tick (battery, now);
  vb_history_init (&battery->history);
  vb_history_derive (&battery->history, &battery->heard.values, now);
  if (vb_state_on_bus (battery->heard.state))
    step (battery, battery->heard.state, FALSE, now);

  return TRUE;
}

const VbBatteryConfig *
vb_battery_config (const VbBattery *battery)
{
  return &battery->config;
}

VbState
vb_battery_state (const VbBattery *battery)
{
  return battery->heard.state;
}

gint64
vb_battery_since (const VbBattery *battery)
{
  return battery->heard.since;
}

gint64
vb_battery_next_tick (const VbBattery *battery)
{
  return battery->next_tick;
}

gint64
vb_battery_age (const VbBattery *battery, gint64 now)
{
  const gint64 age = vb_heard_age (&battery->heard, now);

  return battery->parts != NULL ? MAX (age, vb_parts_age (battery->parts, now)) : age;
}

void
vb_battery_missing (const VbBattery *battery, gint64 now, GPtrArray *names)
{
  vb_required_missing (&battery->heard.required, &battery->config, &battery->heard.values, now,
                       names);
}

void
vb_battery_reason (const VbBattery *battery, gint64 now, GString *text)
{
  const VbValue *line = vb_battery_value (battery, vb_item_known (VB_KNOWN_CONNECTION_INFORMATION));

  g_string_truncate (text, 0);
  if (battery->heard.state == VB_STATE_LIVE)
    return;
  if (line->kind == VB_VALUE_TEXT)
    g_string_append (text, line->as.text);
  else {
    const VbBlamed blamed = blame (battery, now);

    vb_publish_waits (&blamed, now, text);
  }
}

void
vb_battery_set_month (VbBattery *battery, guint month)
{
  battery->month = month;
}

VbProgrammeMemory
vb_battery_memory (const VbBattery *battery, gint64 now)
{
  return vb_programme_memory (&battery->rules.programme, now);
}

void
vb_battery_recall (VbBattery *battery, const VbProgrammeMemory *memory, gint64 now)
{
  vb_programme_recall (&battery->rules.programme, memory, now);
}

const VbInputs *
vb_battery_inputs (const VbBattery *battery)
{
  return &battery->heard.required.inputs;
}

const VbLimited *
vb_battery_limited (const VbBattery *battery)
{
  return battery->heard.required.ruled ? battery->rules.limited : NULL;
}

void
vb_battery_warnings (const VbBattery *battery, GPtrArray *texts)
{
  vb_verdict_warnings (&battery->config, &battery->heard.required, &battery->heard.values,
                       &battery->heard.source, battery->selection.system, &battery->presence,
                       battery->heard.state, texts);
  if (battery->heard.state != VB_STATE_GONE)
    vb_plausible_describe (&battery->heard.plausible, texts);
  warn_of_missing (battery, texts);
  if (battery->parts != NULL)
    vb_parts_warn (battery->parts, texts);
  vb_selection_warn (&battery->selection, &battery->presence, texts);
}

void
vb_battery_item_warnings (const VbBattery *battery, guint item, GPtrArray *texts)
{
  if (battery->heard.state != VB_STATE_GONE)
    vb_plausible_describe_item (&battery->heard.plausible, item, texts);
}

const VbValue *
vb_battery_value (const VbBattery *battery, guint item)
{
  return &battery->heard.values.shown[item].value;
}

const VbValue *
vb_battery_asked (const VbBattery *battery, guint item)
{
  return vb_limits_asked (&battery->heard.values, item);
}

gint64
vb_battery_value_age (const VbBattery *battery, guint item, gint64 now, gboolean *derived)
{
  const VbSample *shown = &battery->heard.values.shown[item];

  *derived = (battery->heard.values.flags[item] & VB_ITEM_DERIVED) != 0;

  return vb_value_is_valid (&shown->value) ? now - shown->time : VB_AGE_NEVER;
}

gboolean
vb_battery_has_item (const VbBattery *battery, guint item)
{
  return vb_battery_config_has_field (&battery->config, vb_item (item)->field);
}

const VbSource *
vb_battery_source (const VbBattery *battery)
{
  return &battery->heard.source;
}

const VbPresence *
vb_battery_presence (const VbBattery *battery)
{
  return &battery->presence;
}

const VbCadence *
vb_battery_cadence (const VbBattery *battery)
{
  return &battery->cadence;
}

const VbPlausible *
vb_battery_plausible (const VbBattery *battery)
{
  return &battery->heard.plausible;
}

const VbMembers *
vb_battery_members (const VbBattery *battery)
{
  return &battery->heard.members;
}

const VbSelection *
vb_battery_selection (const VbBattery *battery)
{
  return &battery->selection;
}

void
vb_battery_set_presence (
    VbBattery *battery, gboolean on_bus, VbJoining joining, const char *service, int instance)
{
  vb_presence_set (&battery->presence, on_bus, joining, service, instance);
}

void
vb_battery_count_signal (VbBattery *battery)
{
  battery->tally.signals++;
}

const VbTally *
vb_battery_tally (const VbBattery *battery)
{
  return &battery->tally;
}

void
vb_battery_set_system (VbBattery *battery, const VbSystem *system)
{
  battery->selection.system = system;
}

void
vb_battery_set_neighbours (VbBattery *battery, const VbNeighbours *neighbours)
{
  battery->selection.neighbours = neighbours;
}

VbSelected
vb_battery_selected (const VbBattery *battery)
{
  return vb_system_selected (battery->selection.system, battery->presence.service,
                             battery->presence.instance);
}
