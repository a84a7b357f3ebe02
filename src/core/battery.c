#define G_LOG_DOMAIN "battery"

#include "battery.h"

#include "battery-log.h"
#include "limits.h"
#include "publish.h"

/*
 * A battery is its parts, each of which owns its state; here they meet. A record's way is apply
 * (tick, doubt, take) and then step (limits, compute, publish, tell).
 */
struct _VbBattery
{
  VbBatteryConfig config;
  VbWhole whole;
  VbComputed computed;
  VbCadence cadence; /* of what makes the source younger */
  VbSelection selection;
  VbPresence presence;
  VbTally tally;
  VbListeners listeners;
  gint64 next_tick;
};

VbBattery *
vb_battery_new (const VbBatteryConfig *config, gint64 now)
{
  VbBattery *battery;

  g_return_val_if_fail (config != NULL, NULL);

  battery = g_new0 (VbBattery, 1);
  vb_battery_config_copy (&battery->config, config);
  vb_whole_init (&battery->whole, &battery->config, now);
  vb_computed_init (&battery->computed, now);
  battery->presence = (VbPresence)VB_PRESENCE_INIT;
  battery->next_tick = G_MAXINT64;
  vb_listeners_init (&battery->listeners);
  vb_publish_activate (&battery->whole.heard.values, config);
  vb_computed_activate (&battery->whole.heard.values, config);

  return battery;
}

/* A copy that tells nobody, to try a record on. */
static VbBattery *
copy_silent (const VbBattery *battery)
{
  VbBattery *copy = g_new (VbBattery, 1);

  *copy = *battery;
  vb_battery_config_copy (&copy->config, &battery->config);
  vb_whole_copy (&copy->whole, &battery->whole, &copy->config);
  copy->selection = (VbSelection){ 0 };
  copy->presence = (VbPresence)VB_PRESENCE_INIT;
  vb_listeners_init (&copy->listeners);

  return copy;
}

void
vb_battery_free (VbBattery *battery)
{
  vb_whole_clear (&battery->whole);
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

/* What follows from the values that were sent. */
static void
compute (VbBattery *battery, gboolean has_record, gint64 now)
{
  if (!vb_state_shows_values (battery->whole.heard.state)) {
    vb_computed_pause (&battery->computed);
    return;
  }

  /* Before the step that a record leads to it was done already. */
  if (!has_record)
    vb_whole_look (&battery->whole, now);
  vb_computed_follow (&battery->computed, &battery->whole.heard, vb_whole_share (&battery->whole),
                      has_record, now);
}

static void
tell_change (VbBattery *battery, VbState before)
{
  const GArray *changed = battery->whole.heard.values.changed;
  const VbChange change = {
    .before = before,
    .after = battery->whole.heard.state,
    .items = (const guint *)changed->data,
    .n_items = changed->len,
  };

  if (change.after != before)
    battery->tally.entered[change.after]++;
  if (change.after != before || change.n_items > 0 || battery->whole.parts != NULL)
    VB_LISTENERS_TELL (&battery->listeners, battery, changed, &change);
}

static void
tell_parts (VbBattery *battery)
{
  for (guint i = 0; battery->whole.parts != NULL && i < vb_parts_n (battery->whole.parts); i++)
    if (vb_parts_has_changed (battery->whole.parts, i))
      VB_LISTENERS_TELL (&battery->listeners, battery, part_changed, i);
}

/* One step: enters @next, shows what is to be shown, tells the listeners once.
   @has_record: a record that is taken led here
   Returns: how many items changed on the bus */
static guint
step (VbBattery *battery, VbState next, gboolean has_record, gint64 now)
{
  const VbState before = battery->whole.heard.state;
  VbValues *values = &battery->whole.heard.values;
  VbBlamed blamed;

  vb_values_begin (values);
  if (next != before)
    vb_heard_enter (&battery->whole.heard, next, now);
  if (next != before && next == VB_STATE_GONE)
    vb_rules_forget (&battery->computed.rules);
  blamed = vb_whole_blamed (&battery->whole, now);
  if (next == VB_STATE_STALE)
    vb_limits_hold (values, &battery->config.live, now);
  if (next == VB_STATE_STALE)
    vb_limits_lower (values, now);

  compute (battery, has_record, now);
  vb_publish (values, &battery->config, &battery->computed.rules, &battery->whole.heard.source,
              &blamed, next, next != before, now);
  if (next != before && !battery->whole.silent)
    vb_battery_log_state (&battery->config, battery->whole.heard.state, &battery->computed.rules,
                          &blamed, now);
  battery->next_tick = vb_whole_due (&battery->whole, now);
  tell_change (battery, before);
  if (!battery->whole.silent && vb_rules_are_retold (&battery->computed.rules)) {
    vb_battery_log_limited (&battery->config, &battery->computed.rules);
    VB_LISTENERS_TELL (&battery->listeners, battery, limited);
  }
  tell_parts (battery);

  return values->changed->len;
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
  vb_whole_gather (&battery->whole, has_record, now);
  age = vb_battery_age (battery, now);
  if (has_record && age != VB_AGE_NEVER)
    vb_cadence_note (&battery->cadence, now - age, vb_cadence_window (freshness->warn_after));

  return step (battery,
               vb_freshness_next (freshness, battery->whole.heard.state, age,
                                  has_record && age < freshness->warn_after),
               has_record, now);
}

void
vb_battery_tick (VbBattery *battery, gint64 now)
{
  if (now < battery->next_tick)
    return;

  vb_whole_tick (&battery->whole, now);
  follow (battery, FALSE, now);
}

void
vb_battery_delete (VbBattery *battery, gint64 now)
{
  VbHeard *heard = &battery->whole.heard;

  VB_LISTENERS_TELL (&battery->listeners, battery, deleted, NULL, now);
  vb_whole_forget (&battery->whole, now);
  battery->cadence = (VbCadence){ 0 };
  vb_computed_forget (&battery->computed, heard, now);

  if (heard->state != VB_STATE_GONE)
    step (battery, VB_STATE_GONE, FALSE, now);
  tell_parts (battery);
}

/* Judges @record, of @part or (NULL) of the whole battery, and takes it. */
static gboolean
take (VbBattery *battery,
      const guint *part,
      VbRecord *record,
      VbApplyMode mode,
      const char *source,
      gint64 now,
      VbVerdict *verdict)
{
  guint changed;

  vb_battery_tick (battery, now);
  if (!vb_whole_take (&battery->whole, part, record, mode, source, now, verdict)) {
    if (verdict->safer->len > 0)
      follow (battery, FALSE, now);
    return FALSE;
  }

  changed = follow (battery, record->connected != VB_CONNECTED_NO, now);
  vb_whole_fill_verdict (&battery->whole, part, &battery->computed.rules, record, changed, now,
                         verdict);
  vb_computed_warn (&battery->computed, &battery->whole.heard, verdict->warnings);
  vb_battery_reason (battery, now, verdict->reason);
  vb_selection_tell (&battery->selection, &battery->config.fixed, &battery->presence, now,
                     verdict->warnings);
  VB_LISTENERS_TELL (&battery->listeners, battery, taken, verdict);

  return TRUE;
}

gboolean
vb_battery_apply (VbBattery *battery,
                  VbRecord *record,
                  VbApplyMode mode,
                  const char *source,
                  gint64 now,
                  VbVerdict *verdict)
{
  return take (battery, NULL, record, mode, source, now, verdict);
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
  return take (battery, &part, record, mode, source, now, verdict);
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
  vb_parts_refuse (battery->whole.parts, part, source, outcome, g_ptr_array_ref (errors), n_more,
                   now);
  vb_battery_refuse (battery, source, outcome, errors, n_more, now);
}

void
vb_battery_delete_part (VbBattery *battery, guint part, gint64 now)
{
  VB_LISTENERS_TELL (&battery->listeners, battery, deleted,
                     vb_parts_get (battery->whole.parts, part)->own->name, now);
  vb_battery_tick (battery, now);
  vb_parts_delete (battery->whole.parts, part, now);
  follow (battery, FALSE, now);
  if (vb_parts_are_off (battery->whole.parts) && battery->whole.heard.state != VB_STATE_GONE)
    step (battery, VB_STATE_GONE, FALSE, now);
}

gboolean
vb_battery_find_part (const VbBattery *battery, const char *name, guint *part)
{
  return battery->whole.parts != NULL && vb_parts_find (battery->whole.parts, name, part);
}

const VbParts *
vb_battery_parts (const VbBattery *battery)
{
  return battery->whole.parts;
}

gboolean
vb_battery_check (
    VbBattery *battery, const guint *part, VbRecord *record, gint64 now, VbVerdict *verdict)
{
  g_autoptr (VbBattery) copy = NULL;

  vb_battery_tick (battery, now);
  copy = copy_silent (battery);

  if (!take (copy, part, record, VB_APPLY_MERGE, battery->whole.heard.source.address, now, verdict))
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
  vb_source_refuse (&battery->whole.heard.source, source, outcome, errors, n_more,
                    battery->config.live.freshness.warn_after, now);
  VB_LISTENERS_TELL (&battery->listeners, battery, refused);
}

const char *
vb_battery_loses_limit (const VbBattery *battery, const VbBatteryConfig *config)
{
  if (!vb_state_on_bus (battery->whole.heard.state) || battery->config.fixed.role != VB_ROLE_BMS)
    return NULL;

  return vb_whole_loses_limit (&battery->whole, config);
}

void
vb_battery_reconfigure (VbBattery *battery, const VbBatteryConfig *config, gint64 now)
{
  if (vb_battery_loses_limit (battery, config) != NULL) {
    vb_battery_tick (battery, now);
    return;
  }

  vb_heard_reconfigure (&battery->whole.heard, config, now);
  battery->config.live = config->live;
  vb_computed_activate (&battery->whole.heard.values, &battery->config);
  vb_whole_reconfigure (&battery->whole, now);
  battery->next_tick = now;
  vb_battery_tick (battery, now);
}

void
vb_battery_set_identity (VbBattery *battery, guint item, const VbValue *value)
{
  vb_values_begin (&battery->whole.heard.values);
  vb_values_show (&battery->whole.heard.values, item, value, 0);
  tell_change (battery, battery->whole.heard.state);
}

void
vb_battery_set_counters (VbBattery *battery, const VbCounters *counters, gint64 now)
{
  vb_history_resume (&battery->computed.history, counters, now);
}

gboolean
vb_battery_clear_history (VbBattery *battery, gint64 now)
{
  if (!battery->config.fixed.history)
    return FALSE;

  vb_battery_tick (battery, now);
  vb_computed_clear_history (&battery->computed, &battery->whole.heard.values, now);
  if (vb_state_on_bus (battery->whole.heard.state))
    step (battery, battery->whole.heard.state, FALSE, now);

  return TRUE;
}

const VbBatteryConfig *
vb_battery_config (const VbBattery *battery)
{
  return &battery->config;
}

const VbHeard *
vb_battery_heard (const VbBattery *battery)
{
  return &battery->whole.heard;
}

const VbComputed *
vb_battery_computed (const VbBattery *battery)
{
  return &battery->computed;
}

VbState
vb_battery_state (const VbBattery *battery)
{
  return battery->whole.heard.state;
}

gint64
vb_battery_since (const VbBattery *battery)
{
  return battery->whole.heard.since;
}

gint64
vb_battery_next_tick (const VbBattery *battery)
{
  return battery->next_tick;
}

gint64
vb_battery_age (const VbBattery *battery, gint64 now)
{
  return vb_whole_age (&battery->whole, now);
}

void
vb_battery_reason (const VbBattery *battery, gint64 now, GString *text)
{
  const VbValue *line = vb_battery_value (battery, vb_item_known (VB_KNOWN_CONNECTION_INFORMATION));

  g_string_truncate (text, 0);
  if (battery->whole.heard.state == VB_STATE_LIVE)
    return;
  if (line->kind == VB_VALUE_TEXT)
    g_string_append (text, line->as.text);
  else {
    const VbBlamed blamed = vb_whole_blamed (&battery->whole, now);

    vb_publish_waits (&blamed, now, text);
  }
}

void
vb_battery_set_month (VbBattery *battery, guint month)
{
  battery->computed.month = month;
}

VbProgrammeMemory
vb_battery_memory (const VbBattery *battery, gint64 now)
{
  return vb_programme_memory (&battery->computed.rules.programme, now);
}

void
vb_battery_recall (VbBattery *battery, const VbProgrammeMemory *memory, gint64 now)
{
  vb_programme_recall (&battery->computed.rules.programme, memory, now);
}

const VbLimited *
vb_battery_limited (const VbBattery *battery)
{
  return battery->whole.heard.required.ruled ? battery->computed.rules.limited : NULL;
}

void
vb_battery_warnings (const VbBattery *battery, GPtrArray *texts)
{
  vb_verdict_warnings (&battery->config, &battery->whole.heard.required,
                       &battery->whole.heard.values, &battery->whole.heard.source,
                       battery->selection.system, &battery->presence, battery->whole.heard.state,
                       texts);
  if (battery->whole.heard.state != VB_STATE_GONE)
    vb_plausible_describe (&battery->whole.heard.plausible, texts);
  vb_computed_warn (&battery->computed, &battery->whole.heard, texts);
  if (battery->whole.parts != NULL)
    vb_parts_warn (battery->whole.parts, texts);
  vb_selection_warn (&battery->selection, &battery->presence, texts);
}

void
vb_battery_item_warnings (const VbBattery *battery, guint item, GPtrArray *texts)
{
  if (battery->whole.heard.state != VB_STATE_GONE)
    vb_plausible_describe_item (&battery->whole.heard.plausible, item, texts);
}

const VbValue *
vb_battery_value (const VbBattery *battery, guint item)
{
  return &battery->whole.heard.values.shown[item].value;
}

const VbValue *
vb_battery_asked (const VbBattery *battery, guint item)
{
  return vb_limits_asked (&battery->whole.heard.values, item);
}

gboolean
vb_battery_has_item (const VbBattery *battery, guint item)
{
  return vb_battery_config_has_field (&battery->config, vb_item (item)->field);
}

const VbSource *
vb_battery_source (const VbBattery *battery)
{
  return &battery->whole.heard.source;
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
