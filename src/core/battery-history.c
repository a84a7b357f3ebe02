#include "battery-private.h"

#include <math.h>

static double
get_cycles (const VbBattery *battery)
{
  return vb_counters_cycles (
      &battery->history.counters,
      vb_value_number (&battery->sent[vb_item_known (VB_KNOWN_INSTALLED_CAPACITY)].value, NAN));
}

static double
get_drawn (const VbBattery *battery)
{
  return -battery->history.counters.drawn;
}

/* It would change with every record; the bus is told once a minute. */
static double
get_since_full (const VbBattery *battery)
{
  return floor (battery->history.counters.since_full / 60) * 60;
}

#define COUNTER(member_) .offset = offsetof (VbCounters, member_)

/* The fields that are counted: as a counter stands, or through a function. */
static const struct
{
  const char *name;
  gsize offset;
  double (*get) (const VbBattery *battery);
} counted[] = {
  { "ChargedEnergy", COUNTER (charged_energy) },
  { "DischargedEnergy", COUNTER (discharged_energy) },
  { "TotalAhDrawn", .get = get_drawn },
  { "DeepestDischarge", COUNTER (deepest_discharge) },
  { "LastDischarge", COUNTER (last_discharge) },
  { "ChargeCycles", .get = get_cycles },
  { "MinimumVoltage", COUNTER (minimum_voltage) },
  { "MaximumVoltage", COUNTER (maximum_voltage) },
  { "MinimumCellVoltage", COUNTER (minimum_cell_voltage) },
  { "MaximumCellVoltage", COUNTER (maximum_cell_voltage) },
  { "TimeSinceLastFullCharge", .get = get_since_full },
};

/* The item of the field @index, looked up once. */
static guint
counted_item (guint index)
{
  static guint items[G_N_ELEMENTS (counted)];

  if (items[index] == 0 && !vb_item_find (counted[index].name, &items[index]))
    g_error ("the field table has no %s", counted[index].name);

  return items[index];
}

/* What is on the bus of a measurement, before it is rounded, or NAN. */
static double
measured (const VbBattery *battery, VbKnown known, gint64 now)
{
  const VbSample *sample = vb_battery_fresh_sample (battery, vb_item_known (known), now);

  return sample != NULL ? vb_value_number (&sample->value, NAN) : NAN;
}

void
vb_battery_init_history (VbBattery *battery)
{
  vb_history_init (&battery->history);
  for (guint i = 0; battery->config.fixed.history && i < G_N_ELEMENTS (counted); i++)
    vb_battery_activate (battery, counted_item (i));
}

void
vb_battery_count (VbBattery *battery, gint64 now)
{
  const VbHistorySample sample = {
    .time = now,
    .soc = measured (battery, VB_KNOWN_SOC, now),
    .voltage = measured (battery, VB_KNOWN_VOLTAGE, now),
    .current = measured (battery, VB_KNOWN_CURRENT, now),
    .power = measured (battery, VB_KNOWN_POWER, now),
    .minimum_cell_voltage = measured (battery, VB_KNOWN_MIN_CELL_VOLTAGE, now),
    .maximum_cell_voltage = measured (battery, VB_KNOWN_MAX_CELL_VOLTAGE, now),
  };

  vb_history_add (&battery->history, &sample, battery->config.live.freshness.stale_after);
}

void
vb_battery_derive_history (VbBattery *battery, gint64 now)
{
  for (guint i = 0; i < G_N_ELEMENTS (counted); i++) {
    const guint item = counted_item (i);
    VbSample *derived = &battery->derived[item];
    const double number
        = counted[i].get != NULL
              ? counted[i].get (battery)
              : G_STRUCT_MEMBER (double, &battery->history.counters, counted[i].offset);

    vb_value_clear (&derived->value);
    derived->time = 0;
    if (!isnan (number) && vb_item_check_number (item, number, &derived->value, NULL))
      derived->time = now;
  }
}

const VbCounters *
vb_battery_counters (const VbBattery *battery)
{
  return &battery->history.counters;
}

gint64
vb_battery_uncounted (const VbBattery *battery, gint64 now)
{
  return battery->history.last.time != 0 ? now - battery->history.last.time : 0;
}

void
vb_battery_set_counters (VbBattery *battery, const VbCounters *counters, gint64 now)
{
  /* Nothing flowed that is known of, but time passes. */
  const VbHistorySample nothing = { now, NAN, NAN, NAN, NAN, NAN, NAN };

  battery->history.counters = *counters;
  battery->history.last = nothing;
}

gboolean
vb_battery_clear_history (VbBattery *battery, gint64 now)
{
  if (!battery->config.fixed.history)
    return FALSE;

  vb_battery_tick (battery, now);
  vb_history_init (&battery->history);
  vb_battery_derive_history (battery, now);
  if (vb_state_on_bus (battery->state))
    vb_battery_step (battery, battery->state, NULL, now);

  return TRUE;
}
