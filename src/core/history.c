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

static void
count_flow (VbCounters *counters,
            const VbHistorySample *from,
            const VbHistorySample *to,
            double hours)
{
  double charged, discharged;

  integrate (from->power, to->power, hours, &charged, &discharged);
  counters->charged_energy += charged / 1000;
  counters->discharged_energy += discharged / 1000;

  integrate (from->current, to->current, hours, &charged, &discharged);
  counters->drawn += discharged;
  counters->consumed = fmin (counters->consumed + charged - discharged, 0);
  counters->last_discharge = fmin (counters->last_discharge, counters->consumed);
  counters->deepest_discharge = fmin (counters->deepest_discharge, counters->consumed);
}

/* fmin() and fmax() pass over what is not a number. */
static void
note_extremes (VbCounters *counters, const VbHistorySample *sample)
{
  counters->minimum_voltage = fmin (counters->minimum_voltage, sample->voltage);
  counters->maximum_voltage = fmax (counters->maximum_voltage, sample->voltage);
  counters->minimum_cell_voltage
      = fmin (counters->minimum_cell_voltage, sample->minimum_cell_voltage);
  counters->maximum_cell_voltage
      = fmax (counters->maximum_cell_voltage, sample->maximum_cell_voltage);
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

void
vb_history_add (VbHistory *history, const VbHistorySample *sample, gint64 longest_gap)
{
  VbCounters *counters = &history->counters;
  const VbHistorySample *last = &history->last;
  const gint64 gap = sample->time - last->time;

  if (last->time != 0 && gap >= 0) {
    counters->since_full += (double)gap / G_USEC_PER_SEC;
    if (gap <= longest_gap)
      count_flow (counters, last, sample, (double)gap / HOUR);
  }
  note_extremes (counters, sample);
  note_soc (counters, sample->soc);
  history->last = *sample;
}

void
vb_history_interrupt (VbHistory *history)
{
  history->last.current = NAN;
  history->last.power = NAN;
}

double
vb_counters_cycles (const VbCounters *counters, double installed)
{
  return installed > 0 ? floor (counters->drawn / installed) : NAN;
}
