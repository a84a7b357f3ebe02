#pragma once

#include "values.h"

G_BEGIN_DECLS

/**
 * VbCounters:
 *
 * What a battery has been through. NAN is what has not been seen yet.
 */
typedef struct
{
  double charged_energy;    /* kWh, ≥ 0 */
  double discharged_energy; /* kWh, ≥ 0 */
  double drawn;             /* Ah taken altogether, ≥ 0 */
  double consumed;          /* Ah missing since the last full charge, ≤ 0 */
  double last_discharge;    /* Ah, the most that was missing since then, ≤ 0 */
  double deepest_discharge; /* Ah, the most that was ever missing, ≤ 0 */
  double minimum_voltage;   /* V */
  double maximum_voltage;
  double minimum_cell_voltage;
  double maximum_cell_voltage;
  double since_full; /* s since the last full charge */
  double below_95;   /* 1 where Soc has been below 95 % since then, else 0 */
} VbCounters;

/** What is counted of one record; NAN where it is not known. */
typedef struct
{
  gint64 time; /* µs */
  double soc;  /* % */
  double voltage;
  double current;   /* A, positive while charging; NAN where the record itself carried none */
  double power;     /* W, the same */
  double installed; /* Ah */
  double consumed;  /* Ah missing by the battery's own account, at most 0 */
  double minimum_cell_voltage;
  double maximum_cell_voltage;
} VbHistorySample;

/** What flowed by the last record that carried it. */
typedef struct
{
  double amount;
  gint64 time; /* of that record, µs; 0: none, nothing to count from */
} VbFlow;

typedef struct
{
  VbCounters counters;
  VbFlow current;
  VbFlow power;
  gint64 counted; /* up to when, µs; 0: nothing yet */
} VbHistory;

/** A history in which nothing has happened yet. */
void vb_history_init (VbHistory *history);

/**
 * Counts what has happened since the last sample: current and power as straight lines from one
 * record that carried them to the next, split where they change their sign. A gap longer than
 * @longest_gap (µs) is not bridged; only the time since the last full charge goes on.
 *
 * A full charge is a Soc of 99.5 % or more after one below 95 %. What is missing since then is
 * never more than the installed capacity. A cell at 0 V is none.
 */
void vb_history_add (VbHistory *history, const VbHistorySample *sample, gint64 longest_gap);

/** Notes that what flows from now on is not known: up to the next sample only time is counted. */
void vb_history_interrupt (VbHistory *history);

/** Full charges of a battery of @installed Ah that have been drawn, or NAN where that is not
    known. */
double vb_counters_cycles (const VbCounters *counters, double installed);

/** Takes the counted fields among those that a step looks at. */
void vb_history_activate (VbValues *values);

/** Counts what a record has brought to @values. */
void vb_history_count (VbHistory *history,
                       const VbValues *values,
                       const VbBatteryLive *live,
                       gint64 now);

/** Writes the counters where derived values are. */
void vb_history_derive (const VbHistory *history, VbValues *values, gint64 now);

/** Goes on counting from @counters: before the first record. Nothing flowed until @now that is
    known of, but time passed. */
void vb_history_resume (VbHistory *history, const VbCounters *counters, gint64 now);

/** How long ago (µs) it was last counted: time that the last full charge is further away. */
gint64 vb_history_uncounted (const VbHistory *history, gint64 now);

G_END_DECLS
