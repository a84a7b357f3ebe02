#include "battery-private.h"

static const VbRequirement requirements[] = {
  { VB_KNOWN_VOLTAGE, VB_KNOWN_NONE, FALSE },
  { VB_KNOWN_CURRENT, VB_KNOWN_POWER, FALSE },
  { VB_KNOWN_SOC, VB_KNOWN_NONE, FALSE },
  { VB_KNOWN_MAX_CHARGE_VOLTAGE, VB_KNOWN_NONE, TRUE },
  { VB_KNOWN_MAX_CHARGE_CURRENT, VB_KNOWN_NONE, TRUE },
  { VB_KNOWN_MAX_DISCHARGE_CURRENT, VB_KNOWN_NONE, TRUE },
};

const VbRequirement *
vb_battery_requirements (const VbBattery *battery, guint *n)
{
  *n = 0;
  while (*n < G_N_ELEMENTS (requirements)
         && (battery->config.fixed.role == VB_ROLE_BMS || !requirements[*n].bms_only))
    (*n)++;

  return requirements;
}

static gint64
valid_time (const VbBattery *battery, VbKnown known)
{
  const VbSample *sample = &battery->sent[vb_item_known (known)];

  return vb_value_is_valid (&sample->value) ? sample->time : 0;
}

gint64
vb_battery_requirement_time (const VbBattery *battery, const VbRequirement *requirement)
{
  const gint64 time = valid_time (battery, requirement->field);

  if (requirement->or_field == VB_KNOWN_NONE)
    return time;

  return MAX (time, valid_time (battery, requirement->or_field));
}

static gboolean
current_flows (const VbBattery *battery, gint64 now)
{
  const VbSample *current
      = vb_battery_fresh_sample (battery, vb_item_known (VB_KNOWN_CURRENT), now);

  return current != NULL && vb_value_number (&current->value, 0) != 0;
}

/* A source is frozen when nothing it measures has changed although current flows (design §5). */
static gboolean
is_frozen (const VbBattery *battery, gint64 now)
{
  return battery->config.live.frozen_after > 0
         && now - battery->last_change >= battery->config.live.frozen_after
         && current_flows (battery, now);
}

/* The time of the record from which a frozen source's age counts. */
static gint64
frozen_since (const VbBattery *battery)
{
  return battery->last_change + battery->config.live.frozen_after
         - battery->config.live.freshness.warn_after;
}

gint64
vb_battery_age (const VbBattery *battery, gint64 now)
{
  gint64 oldest = now;
  guint n;
  const VbRequirement *required = vb_battery_requirements (battery, &n);

  for (guint i = 0; i < n; i++) {
    const gint64 time = vb_battery_requirement_time (battery, &required[i]);

    if (time == 0)
      return VB_AGE_NEVER;
    oldest = MIN (oldest, time);
  }

  if (is_frozen (battery, now))
    oldest = MIN (oldest, frozen_since (battery));

  return now - oldest;
}

void
vb_battery_missing (const VbBattery *battery, gint64 now, GPtrArray *names)
{
  guint n;
  const VbRequirement *required = vb_battery_requirements (battery, &n);

  for (guint i = 0; i < n; i++) {
    const gint64 time = vb_battery_requirement_time (battery, &required[i]);

    if (time == 0 || now - time >= battery->config.live.freshness.warn_after)
      g_ptr_array_add (names, (gpointer)vb_item (vb_item_known (required[i].field))->name);
  }
}

gboolean
vb_battery_expires (const VbField *field)
{
  return field->group == VB_GROUP_LIVE || field->known == VB_KNOWN_CHARGE_REQUEST;
}

/* When the next field on the bus grows too old by itself. */
static gint64
next_expiry (const VbBattery *battery, gint64 now)
{
  gint64 next = G_MAXINT64;

  for (guint i = 0; i < battery->active->len; i++) {
    const guint item = g_array_index (battery->active, guint, i);
    const VbSample *sample = &battery->sent[item];

    if (vb_value_is_valid (&sample->value) && vb_battery_expires (vb_item (item)->field)
        && sample->time + battery->config.live.optional_after > now)
      next = MIN (next, sample->time + battery->config.live.optional_after);
  }

  return next;
}

gint64
vb_battery_schedule (const VbBattery *battery, gint64 now)
{
  const gint64 deadline = vb_freshness_deadline (&battery->config.live.freshness, battery->state);
  gint64 next = G_MAXINT64;

  if (deadline == VB_AGE_NEVER)
    return next;

  next = now - vb_battery_age (battery, now) + deadline;
  if (battery->config.live.frozen_after > 0 && frozen_since (battery) + deadline > now)
    next = MIN (next, frozen_since (battery) + deadline);
  if (vb_state_shows_values (battery->state))
    next = MIN (next, next_expiry (battery, now));

  return next;
}
