#include "battery-private.h"

#include <math.h>

void
vb_battery_show (VbBattery *battery, guint item, const VbValue *value, gint64 time)
{
  VbSample *shown = &battery->shown[item];

  shown->time = time;
  if (vb_value_equal (&shown->value, value))
    return;

  vb_value_set (&shown->value, value);
  g_array_append_val (battery->changed, item);
}

static void
show_integer (VbBattery *battery, guint item, gint64 integer, gint64 now)
{
  const VbValue value = { .kind = VB_VALUE_INTEGER, .as.integer = integer };

  vb_battery_show (battery, item, &value, now);
}

static void
hide (VbBattery *battery, guint item)
{
  static const VbValue invalid = VB_VALUE_INIT;

  vb_battery_show (battery, item, &invalid, 0);
  battery->flags[item] &= ~VB_ITEM_DERIVED;
}

static gboolean
is_fresh (const VbBattery *battery, guint item, const VbSample *sample, gint64 now)
{
  return vb_value_is_valid (&sample->value)
         && (!vb_battery_expires (vb_item (item)->field)
             || now - sample->time < battery->config.live.optional_after);
}

/* A sent value that has expired leaves the place to a derived one that is younger. */
const VbSample *
vb_battery_fresh_sample (const VbBattery *battery, guint item, gint64 now)
{
  const VbSample *derived = &battery->derived[item];
  const VbSample *sample = &battery->sent[item];
  const gint64 sent_lasts = vb_item (item)->field->flags & VB_FIELD_COUNTED
                                ? battery->config.live.optional_after
                                : battery->config.live.freshness.warn_after;

  if (!(battery->flags[item] & VB_ITEM_NULLED)) {
    sample = vb_derive_choose (sample, derived, sent_lasts);
    if (!is_fresh (battery, item, sample, now))
      sample = derived;
  }

  return is_fresh (battery, item, sample, now) ? sample : NULL;
}

/* @sample: NULL or invalid for none */
static void
show_chosen (VbBattery *battery, guint item, const VbSample *sample)
{
  g_auto (VbValue) value = VB_VALUE_INIT;

  if (sample == NULL || !vb_value_is_valid (&sample->value)) {
    hide (battery, item);
    return;
  }

  /* A text is only looked at, so that showing it again costs no copy. */
  value = sample->value;
  if (vb_item (item)->field->group == VB_GROUP_LIMIT)
    vb_battery_belt (battery, item, &value);
  else
    vb_item_round (item, &value);
  vb_battery_show (battery, item, &value, sample->time);
  value = (VbValue)VB_VALUE_INIT;

  if (sample == &battery->derived[item])
    battery->flags[item] |= VB_ITEM_DERIVED;
  else
    battery->flags[item] &= ~VB_ITEM_DERIVED;
}

static void
show_sample (VbBattery *battery, guint item, gint64 now)
{
  show_chosen (battery, item, vb_battery_fresh_sample (battery, item, now));
}

/* BatteryLowVoltage comes from the configuration where the source has none. */
static void
show_low_voltage (VbBattery *battery, guint item, gint64 now)
{
  g_auto (VbValue) value = VB_VALUE_INIT;

  if (isnan (battery->config.live.battery_low_voltage) || battery->flags[item] & VB_ITEM_NULLED
      || vb_battery_fresh_sample (battery, item, now) != NULL) {
    show_sample (battery, item, now);
    return;
  }

  value = vb_value_real (battery->config.live.battery_low_voltage);
  vb_battery_belt (battery, item, &value);
  vb_battery_show (battery, item, &value, now);
  battery->flags[item] |= VB_ITEM_DERIVED;
}

/* The worse of what the source says of its cable and of what is known here. */
static void
show_cable (VbBattery *battery, guint item, gint64 now)
{
  static const gint64 own[] = {
    [VB_STATE_LIVE] = 0,
    [VB_STATE_LATE] = 1,
    [VB_STATE_STALE] = 2,
    [VB_STATE_LOST] = 2,
  };

  show_integer (battery, item,
                MAX (own[battery->state], (gint64)vb_value_number (&battery->sent[item].value, 0)),
                now);
}

/* The line changes with the state, not with the second; where the source has a text of its own, that
   one is shown while it is live. */
static void
show_information (VbBattery *battery, guint item, gboolean entered, gint64 now)
{
  const gboolean live = battery->state == VB_STATE_LIVE;
  g_autoptr (GString) text = NULL;

  if (live && vb_battery_fresh_sample (battery, item, now) != NULL) {
    show_sample (battery, item, now);
    return;
  }

  if (!entered && !(live && (battery->describe || !(battery->flags[item] & VB_ITEM_DERIVED))))
    return;

  text = g_string_new (NULL);
  vb_battery_describe (battery, now, text);
  vb_battery_show (battery, item, &(VbValue){ .kind = VB_VALUE_TEXT, .as.text = text->str }, now);
  battery->flags[item] |= VB_ITEM_DERIVED;
}

static gboolean
shows_counter (const VbBattery *battery, guint item)
{
  return battery->flags[item] & VB_ITEM_DERIVED && vb_item (item)->field->flags & VB_FIELD_COUNTED;
}

/* Where nothing is counted, a counter changes by being cleared alone. */
static void
show_group (VbBattery *battery, guint item, VbGroup group, gint64 now)
{
  const gboolean shows_values = vb_state_shows_values (battery->state);

  if (shows_values || group == VB_GROUP_ALARM)
    show_sample (battery, item, now);
  else if (group == VB_GROUP_LIVE || (group == VB_GROUP_LIMIT && battery->state != VB_STATE_STALE))
    hide (battery, item);
  else if (shows_counter (battery, item))
    show_chosen (battery, item, &battery->derived[item]);
}

static void
show_item (VbBattery *battery, guint item, gboolean entered, gint64 now)
{
  const VbField *field = vb_item (item)->field;

  switch (field->known) {
  case VB_KNOWN_BMS_CABLE:
    show_cable (battery, item, now);
    break;
  case VB_KNOWN_CONNECTED:
    show_integer (battery, item, vb_state_shows_values (battery->state), now);
    break;
  case VB_KNOWN_CONNECTION_INFORMATION:
    show_information (battery, item, entered, now);
    break;
  case VB_KNOWN_BATTERY_LOW_VOLTAGE:
    if (vb_state_shows_values (battery->state))
      show_low_voltage (battery, item, now);
    else
      show_group (battery, item, field->group, now);
    break;
  default:
    show_group (battery, item, field->group, now);
    break;
  }
}

void
vb_battery_show_all (VbBattery *battery, gboolean entered, gint64 now)
{
  const gboolean on_bus = vb_state_on_bus (battery->state);

  for (guint i = 0; i < battery->active->len; i++) {
    const guint item = g_array_index (battery->active, guint, i);

    if (on_bus)
      show_item (battery, item, entered, now);
    else
      hide (battery, item);
  }

  battery->describe = FALSE;
}
