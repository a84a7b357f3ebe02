#include "history.h"

#include <math.h>

#define SOC_FULL 99.5
#define SOC_NOT_FULL 95.0
#define HOUR (3600.0 * G_USEC_PER_SEC)

void
vb_history_init (VbHistory *history)
{
  *history = (VbHistory){
    .counters = {
      .minimum_voltage = NAN,
      .maximum_voltage = NAN,
      .minimum_cell_voltage = NAN,
      .maximum_cell_voltage = NAN,
      .since_full = NAN,
    },
  };
}

/* The areas above and below zero under the line from @from to @to, @hours long. */
static void
integrate (double from, double to, double hours, double *above, double *below)
{
  const double whole = (from + to) / 2 * hours;
  double edge;

  *above = *below = 0;
  if (isnan (whole))
    return;

  if (from >= 0 && to >= 0)
    *above = whole;
  else if (from <= 0 && to <= 0)
    *below = -whole;
  else {
    edge = fabs (from) / (fabs (from) + fabs (to)) * hours;
    *above = from > 0 ? from * edge / 2 : to * (hours - edge) / 2;
    *below = *above - whole;
  }
}

/* The areas above and below zero since @flow was last carried, per hour. @amount: now; NAN where it
   is not carried */
static void
integrate_since (
    VbFlow *flow, double amount, gint64 now, gint64 longest_gap, double *above, double *below)
{
  const gint64 gap = now - flow->time;

  *above = *below = 0;
  if (isnan (amount))
    return;

  if (flow->time != 0 && gap >= 0 && gap <= longest_gap)
    integrate (flow->amount, amount, (double)gap / HOUR, above, below);
  *flow = (VbFlow){ amount, now };
}

static void
count_flow (VbHistory *history, const VbHistorySample *sample, gint64 longest_gap)
{
  VbCounters *counters = &history->counters;
  double charged, discharged;

  integrate_since (&history->power, sample->power, sample->time, longest_gap, &charged,
                   &discharged);
  counters->charged_energy += charged / 1000;
  counters->discharged_energy += discharged / 1000;

  integrate_since (&history->current, sample->current, sample->time, longest_gap, &charged,
                   &discharged);
  counters->drawn += discharged;
  counters->consumed = fmin (counters->consumed + charged - discharged, 0);
  /* Counting drifts, and where the battery is never full nothing sets it right. */
  if (sample->installed > 0)
    counters->consumed = fmax (counters->consumed, -sample->installed);
  counters->last_discharge = fmin (counters->last_discharge, counters->consumed);
  counters->deepest_discharge = fmin (counters->deepest_discharge, counters->consumed);
}

/* NAN for a cell that is none. */
static double
cell_voltage (double volts)
{
  return volts > 0 ? volts : NAN;
}

/* fmin() and fmax() pass over what is not a number. */
static void
note_extremes (VbCounters *counters, const VbHistorySample *sample)
{
  counters->minimum_voltage = fmin (counters->minimum_voltage, sample->voltage);
  counters->maximum_voltage = fmax (counters->maximum_voltage, sample->voltage);
  counters->minimum_cell_voltage
      = fmin (counters->minimum_cell_voltage, cell_voltage (sample->minimum_cell_voltage));
  counters->maximum_cell_voltage
      = fmax (counters->maximum_cell_voltage, cell_voltage (sample->maximum_cell_voltage));
}

static void
note_soc (VbCounters *counters, double soc)
{
  if (soc < SOC_NOT_FULL)
    counters->below_95 = 1;

  if (soc >= SOC_FULL && counters->below_95 != 0) {
    counters->below_95 = 0;
    counters->since_full = 0;
    counters->consumed = 0;
    counters->last_discharge = 0;
  }
}

/* The counters of a battery that has been in use before begin there. */
static void
begin_at (VbCounters *counters, double consumed)
{
  counters->consumed = fmin (counters->consumed, consumed);
  counters->last_discharge = fmin (counters->last_discharge, consumed);
  counters->deepest_discharge = fmin (counters->deepest_discharge, consumed);
}

void
vb_history_add (VbHistory *history, const VbHistorySample *sample, gint64 longest_gap)
{
  VbCounters *counters = &history->counters;
  const gint64 passed = sample->time - history->counted;

  if (history->counted == 0)
    begin_at (counters, sample->consumed);
  if (history->counted != 0 && passed >= 0)
    counters->since_full += (double)passed / G_USEC_PER_SEC;
  count_flow (history, sample, longest_gap);
  note_extremes (counters, sample);
  note_soc (counters, sample->soc);
  history->counted = sample->time;
}

void
vb_history_interrupt (VbHistory *history)
{
  history->current.time = 0;
  history->power.time = 0;
}

double
vb_counters_cycles (const VbCounters *counters, double installed)
{
  return installed > 0 ? floor (counters->drawn / installed) : NAN;
}

static double
get_cycles (const VbHistory *history, const VbValues *values)
{
  return vb_counters_cycles (&history->counters,
                             vb_values_number (values, VB_KNOWN_INSTALLED_CAPACITY));
}

/* A counter of an earlier version may be deeper than the battery. */
static double
bounded (double discharge, const VbValues *values)
{
  const double installed = vb_values_number (values, VB_KNOWN_INSTALLED_CAPACITY);

  return installed > 0 ? fmax (discharge, -installed) : discharge;
}

static double
get_deepest (const VbHistory *history, const VbValues *values)
{
  return bounded (history->counters.deepest_discharge, values);
}

static double
get_last (const VbHistory *history, const VbValues *values)
{
  return bounded (history->counters.last_discharge, values);
}

static double
get_drawn (const VbHistory *history, const VbValues *values)
{
  return -history->counters.drawn;
}

/* It would change with every record; the bus is told once a minute. */
static double
get_since_full (const VbHistory *history, const VbValues *values)
{
  return floor (history->counters.since_full / 60) * 60;
}

#define COUNTER(member_) .offset = offsetof (VbCounters, member_)

/* The fields that are counted: as a counter stands, or through a function. */
static const struct
{
  const char *name;
  gsize offset;
  double (*get) (const VbHistory *history, const VbValues *values);
} counted[] = {
  { "ChargedEnergy", COUNTER (charged_energy) },
  { "DischargedEnergy", COUNTER (discharged_energy) },
  { "TotalAhDrawn", .get = get_drawn },
  { "DeepestDischarge", .get = get_deepest },
  { "LastDischarge", .get = get_last },
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
measured (const VbValues *values, VbKnown known, const VbBatteryLive *live, gint64 now)
{
  const VbSample *sample = vb_values_fresh (values, vb_item_known (known), live, now);

  return sample != NULL ? vb_value_number (&sample->value, NAN) : NAN;
}

/* Current or Power as they are on the bus, where the record of now carried what they follow from:
   the one itself, or the other one. */
static double
carried (
    const VbValues *values, VbKnown known, VbKnown other, const VbBatteryLive *live, gint64 now)
{
  const guint item = vb_item_known (known);
  const VbSample *sample = vb_values_fresh (values, item, live, now);
  const VbSample *source
      = sample == &values->sent[item] ? sample : &values->sent[vb_item_known (other)];

  return sample != NULL && source->time == now ? vb_value_number (&sample->value, NAN) : NAN;
}

void
vb_history_activate (VbValues *values)
{
  for (guint i = 0; i < G_N_ELEMENTS (counted); i++)
    vb_values_activate (values, counted_item (i));
}

void
vb_history_count (VbHistory *history, const VbValues *values, const VbBatteryLive *live, gint64 now)
{
  const VbHistorySample sample = {
    .time = now,
    .soc = measured (values, VB_KNOWN_SOC, live, now),
    .voltage = measured (values, VB_KNOWN_VOLTAGE, live, now),
    .current = carried (values, VB_KNOWN_CURRENT, VB_KNOWN_POWER, live, now),
    .power = carried (values, VB_KNOWN_POWER, VB_KNOWN_CURRENT, live, now),
    .installed = vb_values_number (values, VB_KNOWN_INSTALLED_CAPACITY),
    .consumed = measured (values, VB_KNOWN_CONSUMED_AMPHOURS, live, now),
    .minimum_cell_voltage = measured (values, VB_KNOWN_MIN_CELL_VOLTAGE, live, now),
    .maximum_cell_voltage = measured (values, VB_KNOWN_MAX_CELL_VOLTAGE, live, now),
  };

  vb_history_add (history, &sample, live->freshness.warn_after);
}

void
vb_history_derive (const VbHistory *history, VbValues *values, gint64 now)
{
  for (guint i = 0; i < G_N_ELEMENTS (counted); i++) {
    const guint item = counted_item (i);
    VbSample *derived = &values->derived[item];
    const double number = counted[i].get != NULL
                              ? counted[i].get (history, values)
                              : G_STRUCT_MEMBER (double, &history->counters, counted[i].offset);

    vb_value_clear (&derived->value);
    derived->time = 0;
    if (!isnan (number) && vb_item_check_number (item, number, &derived->value, NULL))
      derived->time = now;
  }
}

void
vb_history_resume (VbHistory *history, const VbCounters *counters, gint64 now)
{
  *history = (VbHistory){ .counters = *counters, .counted = now };
}

gint64
vb_history_uncounted (const VbHistory *history, gint64 now)
{
  return history->counted != 0 ? now - history->counted : 0;
}
