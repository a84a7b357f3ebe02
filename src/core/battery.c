#define G_LOG_DOMAIN "battery"

#include "battery.h"

#include "derive.h"
#include "doubt.h"
#include "limits.h"
#include "plausible.h"
#include "publish.h"
#include "required.h"
#include "rules.h"
#include "safer.h"

typedef struct
{
  const VbBatteryEvents *events;
  gpointer user_data;
} Listener;

/*
 * A battery is its parts, each of which owns its state; here they meet. A record's way is apply
 * (tick, doubt, take) and then step (limits, derive, publish, tell).
 */
struct _VbBattery
{
  VbBatteryConfig config;
  VbState state;
  gint64 since;
  gint64 next_tick;

  VbValues values;
  VbRequired required;
  VbRules rules;
  guint month; /* of the wall clock; 0: not known */
  VbDoubt doubt;
  VbPlausible plausible;
  VbMembers members;
  VbSmoothed current;
  VbHistory history; /* counted where config.fixed.history */
  VbSource source;
  VbSelection selection;
  VbPresence presence;
  VbTally tally;

  GArray *listeners; /* of Listener; NULL in a copy, which tells nobody */
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
  vb_values_init (&battery->values);
  vb_history_init (&battery->history);
  vb_required_init (&battery->required, &battery->config);
  vb_rules_init (&battery->rules, now);
  battery->presence = (VbPresence)VB_PRESENCE_INIT;
  battery->since = now;
  battery->next_tick = G_MAXINT64;
  battery->listeners = g_array_new (FALSE, FALSE, sizeof (Listener));

  for (guint i = 0; i < G_N_ELEMENTS (always); i++)
    if (vb_battery_has_item (battery, vb_item_known (always[i])))
      vb_values_activate (&battery->values, vb_item_known (always[i]));
  for (guint i = 0; i < n_derived; i++)
    vb_values_activate (&battery->values, vb_item_known (derived[i]));
  if (config->fixed.history)
    vb_history_activate (&battery->values);
  vb_rules_activate (&battery->values, &config->live.rules);

  return battery;
}

/* A copy that tells nobody, to try a record on. */
static VbBattery *
copy_silent (const VbBattery *battery)
{
  VbBattery *copy = g_new (VbBattery, 1);

  *copy = *battery;
  vb_battery_config_copy (&copy->config, &battery->config);
  vb_values_copy (&copy->values, &battery->values);
  vb_source_copy (&copy->source, &battery->source);
  copy->selection = (VbSelection){ 0 };
  copy->presence = (VbPresence)VB_PRESENCE_INIT;
  copy->listeners = NULL;

  return copy;
}

void
vb_battery_free (VbBattery *battery)
{
  vb_battery_config_clear (&battery->config);
  vb_values_clear (&battery->values);
  vb_source_clear (&battery->source);
  vb_selection_clear (&battery->selection);
  vb_presence_clear (&battery->presence);
  g_clear_pointer (&battery->listeners, g_array_unref);
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
  const Listener listener = { .events = events, .user_data = user_data };

  g_return_if_fail (events != NULL);

  g_array_append_val (battery->listeners, listener);
}

void
vb_battery_remove_listener (VbBattery *battery, gpointer user_data)
{
  for (guint i = battery->listeners->len; i-- > 0;)
    if (g_array_index (battery->listeners, Listener, i).user_data == user_data)
      g_array_remove_index (battery->listeners, i);
}

/* Calls the function @event_ of each listener that has one. */
#define TELL(battery_, event_, ...)                                                            \
  for (guint i_ = 0; (battery_)->listeners != NULL && i_ < (battery_)->listeners->len; i_++) { \
    const Listener *listener_ = &g_array_index ((battery_)->listeners, Listener, i_);          \
                                                                                               \
    if (listener_->events->event_ != NULL)                                                     \
      listener_->events->event_ (battery_, ##__VA_ARGS__, listener_->user_data);               \
  }

void
vb_battery_tell_written (VbBattery *battery, guint item)
{
  TELL (battery, written, item);
}

void
vb_battery_tell_arrived (VbBattery *battery, const VbArrival *arrival)
{
  TELL (battery, arrived, arrival);
}

static void
log_state (const VbBattery *battery, gint64 now)
{
  const char *name = battery->config.fixed.name;
  const char *state = vb_state_name (battery->state);
  g_autoptr (GString) text = g_string_new (NULL);

  vb_publish_describe (&battery->values, &battery->config, &battery->required, &battery->rules,
                       &battery->source, battery->state, now, text);
  g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "BATTERY", name, "BATTERY_STATE", state,
                    "MESSAGE", "battery %s: %s%s%s", name, state, text->len > 0 ? ": " : "",
                    text->str);
}

/* Tells which rule limits, once for each change. */
static void
tell_limited (VbBattery *battery)
{
  const VbRules *rules = &battery->rules;
  const char *name = battery->config.fixed.name;

  if (battery->listeners == NULL || !vb_rules_are_retold (rules))
    return;

  for (VbLimit limit = 0; limit < VB_N_LIMITS; limit++) {
    g_autoptr (GString) text = NULL;

    if (!rules->retold[limit])
      continue;
    text = g_string_new (NULL);
    vb_limited_describe (&rules->limited[limit], limit, text);
    g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "BATTERY", name, "BATTERY_LIMITED_BY",
                      vb_rule_name (rules->limited[limit].by), "MESSAGE", "battery %s: %s", name,
                      text->str);
  }
  TELL (battery, limited);
}

static void
enter (VbBattery *battery, VbState state, gint64 now)
{
  battery->state = state;
  battery->since = now;

  if (state >= VB_STATE_STALE)
    vb_doubt_forget_sequence (&battery->doubt);

  /* What is young enough still counts towards the next complete record. */
  if (state == VB_STATE_GONE) {
    vb_values_forget (&battery->values, now - battery->config.live.freshness.warn_after);
    vb_inputs_forget (&battery->required.inputs, now - battery->config.live.freshness.warn_after);
    vb_rules_forget (&battery->rules);
  }
}

/* What follows at once from what was sent, and what rules go by. */
static void
look_at_inputs (VbBattery *battery, gint64 now)
{
  const VbBatteryLive *live = &battery->config.live;
  VbValues *values = &battery->values;

  vb_derive (values->sent, values->derived, &battery->members, now, live->optional_after);
  if (battery->required.ruled)
    vb_inputs_note (&battery->required.inputs, values, &battery->members, live, now);
  vb_required_note (&battery->required, values);
}

static void
derive_system (VbBattery *battery, gint64 now)
{
  VbValues *values = &battery->values;
  guint n_fields;
  const VbKnown *fields = vb_derive_system_fields (&n_fields);

  for (guint i = 0; i < n_fields; i++)
    vb_values_activate (values, vb_item_known (fields[i]));
  vb_derive_system (values->sent, values->derived, &battery->members, now);
}

/* What follows from the values that were sent; what is counted follows from records alone. */
static void
derive (VbBattery *battery, gboolean has_record, gint64 now)
{
  const VbBatteryLive *live = &battery->config.live;
  VbValues *values = &battery->values;

  if (!vb_state_shows_values (battery->state)) {
    battery->current = (VbSmoothed){ 0 };
    vb_history_interrupt (&battery->history);
    vb_rules_pause (&battery->rules);
    return;
  }

  /* Before the step that a record leads to it was done already. */
  if (!has_record)
    look_at_inputs (battery, now);
  if (battery->required.ruled || !vb_rules_are_idle (&battery->rules))
    vb_rules_run (&battery->rules, live, values, &battery->required.inputs, battery->month,
                  has_record, now);
  vb_derive_charge (values->sent, values->derived, &battery->current, live->freshness.warn_after);
  if (battery->config.fixed.screen_cells && battery->members.cells.n > 0)
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
  const gint64 deadline = vb_freshness_deadline (&live->freshness, battery->state);
  gint64 next;

  if (deadline == VB_AGE_NEVER)
    return G_MAXINT64;

  next = vb_required_due (&battery->required, &battery->config, &battery->values, deadline, now);
  /* With a Current that expires, another one may flow from then on: that of a frozen source. */
  if (vb_state_shows_values (battery->state) || live->frozen_after > 0)
    next = MIN (next, vb_values_next_expiry (&battery->values, live->optional_after, now));
  if (battery->required.ruled && vb_state_shows_values (battery->state))
    next = MIN (next, vb_rules_due (live, &battery->required.inputs, now));

  return next;
}

static void
tell_change (VbBattery *battery, VbState before)
{
  const GArray *changed = battery->values.changed;
  const VbChange change = {
    .before = before,
    .after = battery->state,
    .items = (const guint *)changed->data,
    .n_items = changed->len,
  };

  if (change.after != before)
    battery->tally.entered[change.after]++;
  if (battery->presence.on_bus && change.n_items > 0 && vb_state_on_bus (change.after))
    battery->tally.signals++;
  if (change.after != before || change.n_items > 0)
    TELL (battery, changed, &change);
}

/* One step: enters @next, shows what is to be shown, tells the listeners once.
   @has_record: a record that is taken led here
   Returns: how many items changed on the bus */
static guint
step (VbBattery *battery, VbState next, gboolean has_record, gint64 now)
{
  const VbState before = battery->state;
  VbValues *values = &battery->values;

  vb_values_begin (values);
  if (next != before)
    enter (battery, next, now);
  if (next == VB_STATE_STALE)
    vb_limits_hold (values, &battery->config.live, now);
  if (next == VB_STATE_STALE)
    vb_limits_lower (values, now);

  derive (battery, has_record, now);
  vb_publish (values, &battery->config, &battery->required, &battery->rules, &battery->source, next,
              next != before, now);
  if (next != before && battery->listeners != NULL)
    log_state (battery, now);
  battery->next_tick = schedule (battery, now);
  tell_change (battery, before);
  tell_limited (battery);

  return values->changed->len;
}

void
vb_battery_tick (VbBattery *battery, gint64 now)
{
  VbState next;

  if (now < battery->next_tick)
    return;

  next = vb_freshness_next (&battery->config.live.freshness, battery->state,
                            vb_battery_age (battery, now), FALSE);
  step (battery, next, FALSE, now);
}

void
vb_battery_delete (VbBattery *battery, gint64 now)
{
  TELL (battery, deleted, now);
  vb_values_forget (&battery->values, now);
  battery->doubt = (VbDoubt){ 0 };
  battery->plausible = (VbPlausible){ 0 };
  vb_required_init (&battery->required, &battery->config);
  vb_rules_forget (&battery->rules);
  battery->members = (VbMembers){ 0 };
  vb_derive_system (battery->values.sent, battery->values.derived, &battery->members, now);

  if (battery->state != VB_STATE_GONE)
    step (battery, VB_STATE_GONE, FALSE, now);
}

/* Takes what @record, which was judged, has for its fields.
   Returns: how many items changed on the bus */
static guint
take (VbBattery *battery,
      const VbDoubtContext *context,
      const VbRecord *record,
      VbApplyMode mode,
      gint64 now)
{
  const VbFreshness *freshness = &battery->config.live.freshness;
  const VbBatteryConfig *config = &battery->config;
  const VbField *current = vb_item (vb_item_known (VB_KNOWN_CURRENT))->field;
  VbValues *values = &battery->values;
  gint64 age;

  if (mode == VB_APPLY_REPLACE)
    vb_values_clear_unnamed (values, record, vb_required_is (config, current));
  for (guint i = 0; i < record->entries->len; i++) {
    const VbRecordEntry *entry = &g_array_index (record->entries, VbRecordEntry, i);
    const gboolean keeps = entry->said != VB_SAID_VALUE && vb_required_keeps (config, entry);

    if (vb_battery_has_item (battery, entry->item) && vb_values_take (values, entry, keeps, now))
      battery->required.last_change = now;
    if (entry->said == VB_SAID_VALUE)
      vb_derive_note (&battery->members, entry->item, &entry->value);
  }
  if (vb_doubt_holds_soc (context, record))
    vb_values_hold (values, VB_KNOWN_SOC, now);

  /* Whether the source is frozen, and how old it is, depends on what follows from this record, not
     from the one before. */
  look_at_inputs (battery, now);
  age = vb_battery_age (battery, now);

  return step (battery,
               vb_freshness_next (freshness, battery->state, age, age < freshness->warn_after),
               TRUE, now);
}

/* The source says that its battery is out of reach: whatever else it says does not count.
   Returns: how many items changed on the bus */
static guint
lose_reach (VbBattery *battery, gint64 now)
{
  vb_required_cut (&battery->required, &battery->config, &battery->values, now);

  return step (battery,
               vb_freshness_next (&battery->config.live.freshness, battery->state,
                                  vb_battery_age (battery, now), FALSE),
               FALSE, now);
}

/* Whether @record, which was judged, can be taken; else its errors say why not.
   @mode: a record that is to replace and has not all that is required is merged */
static gboolean
can_be_taken (const VbBattery *battery, VbRecord *record, VbApplyMode *mode)
{
  const VbBatteryConfig *config = &battery->config;

  if (vb_record_is_empty (record)) {
    vb_record_add_error (record, NULL, NULL, VB_FIELD_ERROR_EMPTY,
                         "the record is empty: it names no field");
    return FALSE;
  }
  if (record->connected == VB_CONNECTED_NO)
    return TRUE;
  if (record->connected == VB_CONNECTED_WRONG || !vb_record_is_usable (record)
      || (config->live.wrong_fields == VB_WRONG_FIELDS_REFUSE && vb_record_is_wrong (record)))
    return FALSE;
  if (*mode == VB_APPLY_REPLACE
      && !vb_required_are_named (&battery->required, config, &battery->values, record))
    return FALSE;
  if (!vb_required_are_usable (config, record))
    *mode = VB_APPLY_MERGE;

  return TRUE;
}

static void
take_safer (
    VbBattery *battery, const VbRecord *record, gboolean refused, gint64 now, GPtrArray *names)
{
  vb_safer_take (&battery->values, &battery->config.live.rules, &battery->rules, record,
                 battery->state, refused, now, names);
  vb_doubt_note_safer (&battery->doubt, &battery->values, names);
  if (refused && names->len > 0)
    step (battery, battery->state, FALSE, now);
}

static void
warn_of_missing (const VbBattery *battery, GPtrArray *texts)
{
  if (!vb_state_shows_values (battery->state))
    return;

  vb_derive_warn (&battery->members, texts);
  vb_rules_warn (&battery->rules, &battery->config.live, &battery->required.inputs, texts);
}

gboolean
vb_battery_apply (VbBattery *battery,
                  VbRecord *record,
                  VbApplyMode mode,
                  const char *source,
                  gint64 now,
                  VbVerdict *verdict)
{
  const VbBatteryConfig *config = &battery->config;
  const gboolean reached = record->connected != VB_CONNECTED_NO;
  VbDoubtContext context = { .config = config, .values = &battery->values, .now = now };
  gboolean warns;
  guint changed;

  vb_battery_tick (battery, now);
  context.state = battery->state;
  g_ptr_array_set_size (verdict->safer, 0);

  if (vb_doubt_replayed (&battery->doubt, record))
    return FALSE;
  if (reached)
    vb_doubt_judge (&battery->doubt, &context, record);
  if (!can_be_taken (battery, record, &mode)) {
    take_safer (battery, record, TRUE, now, verdict->safer);
    return FALSE;
  }

  vb_doubt_note (&battery->doubt, &context, record);
  vb_record_cut_errors (record);
  vb_source_take (&battery->source, source, record->errors, record->n_more,
                  config->live.freshness.warn_after, now);
  if (reached) {
    vb_safer_forget (&battery->values, record);
    if (record->errors->len > 0)
      take_safer (battery, record, FALSE, now, verdict->safer);
    changed = take (battery, &context, record, mode, now);
  } else
    changed = lose_reach (battery, now);
  vb_verdict_fill (verdict, config, &battery->required, &battery->rules, &battery->values, record,
                   battery->state, changed, now);
  if (reached) {
    warns = vb_plausible_look (&battery->plausible, config, &battery->required, &battery->values,
                               now);
    if (warns && battery->listeners != NULL)
      vb_plausible_log (&battery->plausible, config->fixed.name);
    if (warns)
      vb_plausible_describe (&battery->plausible, verdict->warnings);
  }
  warn_of_missing (battery, verdict->warnings);
  vb_battery_reason (battery, now, verdict->reason);
  vb_selection_tell (&battery->selection, &config->fixed, &battery->presence, now,
                     verdict->warnings);
  TELL (battery, taken, verdict);

  return TRUE;
}

gboolean
vb_battery_check (VbBattery *battery, VbRecord *record, gint64 now, VbVerdict *verdict)
{
  g_autoptr (VbBattery) copy = NULL;

  vb_battery_tick (battery, now);
  copy = copy_silent (battery);

  if (!vb_battery_apply (copy, record, VB_APPLY_MERGE, battery->source.address, now, verdict))
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
  vb_source_refuse (&battery->source, source, outcome, errors, n_more,
                    battery->config.live.freshness.warn_after, now);
  TELL (battery, refused);
}

const char *
vb_battery_loses_limit (const VbBattery *battery, const VbBatteryConfig *config)
{
  if (!vb_state_on_bus (battery->state) || battery->config.fixed.role != VB_ROLE_BMS)
    return NULL;

  return vb_required_loses_limit (&battery->required, &battery->config, config);
}

void
vb_battery_reconfigure (VbBattery *battery, const VbBatteryConfig *config, gint64 now)
{
  if (vb_battery_loses_limit (battery, config) != NULL) {
    vb_battery_tick (battery, now);
    return;
  }

  if (!vb_limits_same_belt (&battery->config.live, &config->live))
    vb_doubt_forget_voltages (&battery->doubt);
  vb_required_reconfigure (&battery->required, &battery->config, config,
                           vb_state_on_bus (battery->state), now);
  battery->config.live = config->live;
  vb_rules_activate (&battery->values, &config->live.rules);
  look_at_inputs (battery, now);
  battery->next_tick = now;
  vb_battery_tick (battery, now);
}

void
vb_battery_set_identity (VbBattery *battery, guint item, const VbValue *value)
{
  vb_values_begin (&battery->values);
  vb_values_show (&battery->values, item, value, 0);
  tell_change (battery, battery->state);
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
  vb_history_derive (&battery->history, &battery->values, now);
  if (vb_state_on_bus (battery->state))
    step (battery, battery->state, FALSE, now);

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
  return battery->state;
}

gint64
vb_battery_since (const VbBattery *battery)
{
  return battery->since;
}

gint64
vb_battery_next_tick (const VbBattery *battery)
{
  return battery->next_tick;
}

gint64
vb_battery_age (const VbBattery *battery, gint64 now)
{
  return vb_required_age (&battery->required, &battery->config, &battery->values, now);
}

void
vb_battery_missing (const VbBattery *battery, gint64 now, GPtrArray *names)
{
  vb_required_missing (&battery->required, &battery->config, &battery->values, now, names);
}

void
vb_battery_reason (const VbBattery *battery, gint64 now, GString *text)
{
  const VbValue *line = vb_battery_value (battery, vb_item_known (VB_KNOWN_CONNECTION_INFORMATION));

  g_string_truncate (text, 0);
  if (battery->state == VB_STATE_LIVE)
    return;
  if (line->kind == VB_VALUE_TEXT)
    g_string_append (text, line->as.text);
  else
    vb_publish_waits (&battery->values, &battery->config, &battery->required, &battery->source, now,
                      text);
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
  return &battery->required.inputs;
}

const VbLimited *
vb_battery_limited (const VbBattery *battery)
{
  return battery->required.ruled ? battery->rules.limited : NULL;
}

void
vb_battery_warnings (const VbBattery *battery, GPtrArray *texts)
{
  vb_verdict_warnings (&battery->config, &battery->values, &battery->source,
                       battery->selection.system, &battery->presence, battery->state, texts);
  if (battery->state != VB_STATE_GONE)
    vb_plausible_describe (&battery->plausible, texts);
  warn_of_missing (battery, texts);
  vb_selection_warn (&battery->selection, &battery->presence, texts);
}

void
vb_battery_item_warnings (const VbBattery *battery, guint item, GPtrArray *texts)
{
  if (battery->state != VB_STATE_GONE)
    vb_plausible_describe_item (&battery->plausible, item, texts);
}

const VbValue *
vb_battery_value (const VbBattery *battery, guint item)
{
  return &battery->values.shown[item].value;
}

const VbValue *
vb_battery_asked (const VbBattery *battery, guint item)
{
  return vb_limits_asked (&battery->values, item);
}

gint64
vb_battery_value_age (const VbBattery *battery, guint item, gint64 now, gboolean *derived)
{
  const VbSample *shown = &battery->values.shown[item];

  *derived = (battery->values.flags[item] & VB_ITEM_DERIVED) != 0;

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
  return &battery->source;
}

const VbPresence *
vb_battery_presence (const VbBattery *battery)
{
  return &battery->presence;
}

void
vb_battery_set_presence (
    VbBattery *battery, gboolean on_bus, VbJoining joining, const char *service, int instance)
{
  vb_presence_set (&battery->presence, on_bus, joining, service, instance);
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
