#include "battery-private.h"

/* Forgets what the source said about the present up to @until; only later records count. Alarms are
   forgotten whatever their time: they are kept until the battery leaves the bus. */
static void
forget (VbBattery *battery, gint64 until)
{
  for (guint i = 0; i < battery->active->len; i++) {
    const guint item = g_array_index (battery->active, guint, i);
    const VbGroup group = vb_item (item)->field->group;

    if (group == VB_GROUP_STATIC || group == VB_GROUP_IDENTITY
        || (group != VB_GROUP_ALARM && battery->sent[item].time > until))
      continue;

    vb_value_clear (&battery->sent[item].value);
    battery->sent[item].time = 0;
    battery->flags[item] &= ~VB_ITEM_NULLED;
  }
}

static void
forget_sequence (VbBattery *battery)
{
  battery->has_sequence = FALSE;
  battery->has_timestamp = FALSE;
}

static void
tell (VbBattery *battery, VbState before)
{
  const VbChange change = {
    .before = before,
    .after = battery->state,
    .items = (const guint *)battery->changed->data,
    .n_items = battery->changed->len,
  };

  if (change.after != before)
    battery->tally.entered[change.after]++;
  if (battery->presence.on_bus && change.n_items > 0 && vb_state_on_bus (change.after))
    battery->tally.signals++;
  if (change.after != before || change.n_items > 0)
    vb_battery_tell_change (battery, &change);
}

static void
enter (VbBattery *battery, VbState state, gint64 now)
{
  battery->state = state;
  battery->since = now;

  if (state >= VB_STATE_STALE)
    forget_sequence (battery);

  /* What is young enough still counts towards the next complete record. */
  if (state == VB_STATE_GONE)
    forget (battery, now - battery->config.live.freshness.warn_after);
}

/* What follows from the values that were sent; what is counted follows from records alone. */
static void
derive (VbBattery *battery, gboolean has_record, gint64 now)
{
  const VbBatteryConfig *config = &battery->config;

  if (!vb_state_shows_values (battery->state)) {
    battery->current = (VbSmoothed){ 0 };
    vb_history_interrupt (&battery->history);
    return;
  }

  vb_derive (battery->sent, battery->derived, now, config->live.optional_after);
  vb_derive_charge (battery->sent, battery->derived, &battery->current,
                    config->live.freshness.warn_after);
  if (config->fixed.history && has_record)
    vb_battery_count (battery, now);
  if (config->fixed.history)
    vb_battery_derive_history (battery, now);
}

guint
vb_battery_step (VbBattery *battery, VbState next, const VbRecord *record, gint64 now)
{
  const VbState before = battery->state;

  g_array_set_size (battery->changed, 0);
  if (next != before)
    enter (battery, next, now);
  if (next == VB_STATE_STALE)
    vb_battery_hold_limits (battery, now);
  if (next == VB_STATE_STALE && record != NULL)
    vb_battery_lower_limits (battery, record, now);

  derive (battery, record != NULL, now);
  vb_battery_show_all (battery, next != before, now);
  if (next != before && battery->listeners != NULL)
    vb_battery_log_state (battery, now);
  battery->next_tick = vb_battery_schedule (battery, now);
  tell (battery, before);

  return battery->changed->len;
}

void
vb_battery_tick (VbBattery *battery, gint64 now)
{
  const gint64 age = vb_battery_age (battery, now);

  if (now < battery->next_tick)
    return;

  vb_battery_step (battery,
                   vb_freshness_next (&battery->config.live.freshness, battery->state, age, FALSE),
                   NULL, now);
}

void
vb_battery_delete (VbBattery *battery, gint64 now)
{
  forget (battery, now);
  forget_sequence (battery);
  battery->zero = VB_ZERO_NONE;

  if (battery->state != VB_STATE_GONE)
    vb_battery_step (battery, VB_STATE_GONE, NULL, now);
}

void
vb_battery_refuse (
    VbBattery *battery, const char *source, guint status, GPtrArray *errors, gint64 now)
{
  VbRefusal *refusal = &battery->source.refusal;

  battery->source.refused++;
  if (errors->len > 0)
    battery->tally.refused[((const VbRecordError *)g_ptr_array_index (errors, 0))->code]++;
  refusal->time = now;
  refusal->status = status;
  g_free (refusal->address);
  refusal->address = g_strdup (source);
  g_clear_pointer (&refusal->errors, g_ptr_array_unref);
  refusal->errors = errors;

  vb_battery_log_refusal (battery, source, now);

  /* Who is refused does not stand for who is believed. */
  if (battery->source.records == 0)
    vb_battery_set_source (battery, source, now);
  vb_battery_tell_refused (battery);
}

void
vb_battery_reconfigure (VbBattery *battery, const VbBatteryConfig *config, gint64 now)
{
  battery->config.live = config->live;
  battery->next_tick = now;
  vb_battery_tick (battery, now);
}

void
vb_battery_set_identity (VbBattery *battery, guint item, const VbValue *value)
{
  g_array_set_size (battery->changed, 0);
  vb_battery_show (battery, item, value, 0);
  tell (battery, battery->state);
}
