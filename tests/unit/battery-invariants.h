#pragma once

#include "core/battery.h"
#include "core/derive.h"

#include <math.h>

/*
 * What holds of a battery at any time. What a client of the bus would hold is kept in @bus from
 * what the listener is told alone; assert_invariants() compares the two, and both with the state,
 * the age and the configuration.
 */
typedef struct
{
  VbBatteryConfig config; /* for restart() and reconfigure() */
  VbBattery *battery;
  VbRecord *record;
  VbVerdict *verdict;
  GPtrArray *errors; /* of the last record: VbRecordError */
  gint64 now;

  guint calls;      /* of the listener in this step */
  VbChange last;    /* its last; the items are not kept */
  VbValue *bus;     /* what a client of the bus holds */
  VbState state;    /* what it was told of the state */
  GHashTable *socs; /* rounded to tenths: those that a record carried since the last "off" */
} Fixture;

/* A limit in `stale` only ever goes down, and none becomes valid or invalid there. */
static void
assert_only_lowered (guint item, const VbValue *before, const VbValue *after)
{
  if (vb_item (item)->field->group != VB_GROUP_LIMIT)
    return;

  g_assert_true (vb_value_is_valid (before) && vb_value_is_valid (after));
  g_assert_cmpfloat (vb_value_number (after, NAN), <, vb_value_number (before, NAN));
}

static void
on_change (VbBattery *battery, const VbChange *change, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->calls++;
  fixture->last = *change;
  fixture->last.items = NULL;
  g_assert_cmpint (change->before, ==, fixture->state);
  g_assert_cmpint (change->after, ==, vb_battery_state (battery));
  g_assert_true (change->after != change->before || change->n_items > 0
                 || vb_battery_parts (battery) != NULL);
  fixture->state = change->after;

  for (guint i = 0; i < change->n_items; i++) {
    const guint item = change->items[i];
    const VbValue *value = vb_battery_value (battery, item);

    /* Told once, and only where there is something to tell. */
    g_assert_false (vb_value_equal (&fixture->bus[item], value));
    if (change->after == VB_STATE_STALE)
      assert_only_lowered (item, &fixture->bus[item], value);
    vb_value_set (&fixture->bus[item], value);
  }
}

static double
number_on_bus (const Fixture *fixture, VbKnown known)
{
  return vb_value_number (&fixture->bus[vb_item_known (known)], NAN);
}

static void
assert_limits (const Fixture *fixture)
{
  const VbBatteryConfig *config = vb_battery_config (fixture->battery);
  const VbState state = fixture->state;
  const gboolean any
      = state >= VB_STATE_LIVE && state <= VB_STATE_STALE && config->fixed.role == VB_ROLE_BMS;
  static const VbKnown limits[]
      = { VB_KNOWN_MAX_CHARGE_VOLTAGE, VB_KNOWN_MAX_CHARGE_CURRENT, VB_KNOWN_MAX_DISCHARGE_CURRENT,
          VB_KNOWN_BATTERY_LOW_VOLTAGE, VB_KNOWN_CHARGE_REQUEST };

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++) {
    const gboolean valid = !isnan (number_on_bus (fixture, limits[i]));

    g_assert_true (i < 3 ? valid == any : !valid || any);
  }

  if (any)
    g_assert_cmpint (vb_battery_age (fixture->battery, fixture->now), <,
                     config->live.freshness.drop_after);
  if (state != VB_STATE_STALE || !any)
    return;

  g_assert_cmpfloat (number_on_bus (fixture, VB_KNOWN_MAX_CHARGE_CURRENT), ==, 0);
  g_assert_false (number_on_bus (fixture, VB_KNOWN_CHARGE_REQUEST) > 0);
  g_assert_false (number_on_bus (fixture, VB_KNOWN_MAX_CHARGE_VOLTAGE)
                  > config->live.stale_charge_voltage);
  if (config->live.freshness.on_stale == VB_ON_STALE_BLOCK)
    g_assert_cmpfloat (number_on_bus (fixture, VB_KNOWN_MAX_DISCHARGE_CURRENT), ==, 0);
}

static void
assert_ladder (const Fixture *fixture)
{
  static const double cable[] = { NAN, 0, 1, 2, 2, NAN };
  const VbFreshness *freshness = &vb_battery_config (fixture->battery)->live.freshness;
  const gint64 below[] = { VB_AGE_NEVER,          freshness->warn_after,  freshness->stale_after,
                           freshness->drop_after, freshness->leave_after, VB_AGE_NEVER };
  const VbState state = fixture->state;
  const gint64 age = vb_battery_age (fixture->battery, fixture->now);

  g_assert_cmpint (state, ==, vb_battery_state (fixture->battery));
  g_assert_true (age < below[state] || !vb_state_on_bus (state));
  g_assert_cmpint (vb_battery_since (fixture->battery), <=, fixture->now);
  g_assert_cmpint (vb_battery_next_tick (fixture->battery), >, fixture->now);

  if (!vb_state_on_bus (state)) {
    g_assert_true (isnan (number_on_bus (fixture, VB_KNOWN_CONNECTED)));
    return;
  }
  g_assert_cmpfloat (number_on_bus (fixture, VB_KNOWN_CONNECTED), ==,
                     vb_state_shows_values (state));
  g_assert_cmpfloat (number_on_bus (fixture, VB_KNOWN_BMS_CABLE), >=, cable[state]);
  g_assert_cmpint (
      vb_battery_value (fixture->battery, vb_item_known (VB_KNOWN_CONNECTION_INFORMATION))->kind,
      ==, VB_VALUE_TEXT);
}

/* The battery is a module itself, which does not answer from stale on. */
static gboolean
is_module_count (const VbField *field)
{
  return field->known == VB_KNOWN_MODULES_ONLINE || field->known == VB_KNOWN_MODULES_OFFLINE;
}

/* What holds of the battery @fixture at any time. */
static void
assert_invariants (Fixture *fixture)
{
  const double soc = number_on_bus (fixture, VB_KNOWN_SOC);
  gboolean alarm = FALSE;

  for (guint item = 0; item < vb_item_count (); item++) {
    const VbValue *value = &fixture->bus[item];
    const VbItem *own = vb_item (item);

    g_assert_true (vb_value_equal (value, vb_battery_value (fixture->battery, item)));
    if (!vb_value_is_valid (value)
        || (own->field->group == VB_GROUP_IDENTITY && own->field->known != VB_KNOWN_CONNECTED))
      continue;

    g_assert_true (vb_state_on_bus (fixture->state));
    g_assert_true (own->field->group != VB_GROUP_LIVE || vb_state_shows_values (fixture->state)
                   || own->field->known == VB_KNOWN_CONNECTION_INFORMATION
                   || is_module_count (own->field));
    g_assert_true (!(own->field->flags & VB_FIELD_LIVE_ONLY)
                   || vb_state_shows_values (fixture->state));
    alarm |= own->field->flags & VB_FIELD_ALARM && vb_value_number (value, 0) > 0;
  }

  if (vb_state_on_bus (fixture->state))
    g_assert_cmpfloat (number_on_bus (fixture, VB_KNOWN_ALARM), ==, alarm);
  assert_ladder (fixture);
  assert_limits (fixture);
  if (!isnan (soc))
    g_assert_true (g_hash_table_contains (fixture->socs, GINT_TO_POINTER (lround (soc * 10))));
}
