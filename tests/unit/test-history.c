#include "core/history.h"

#include <math.h>

#define SECOND ((gint64)G_USEC_PER_SEC)
#define START (1000 * SECOND)
#define DAY (86400 * SECOND)
#define LONGEST (30 * SECOND)

static void
add (VbHistory *history, gint64 time, double soc, double voltage, double current)
{
  const VbHistorySample sample = {
    .time = START + time,
    .soc = soc,
    .voltage = voltage,
    .current = current,
    .power = voltage * current,
    .minimum_cell_voltage = voltage / 16,
    .maximum_cell_voltage = voltage / 16 + 0.01,
  };

  vb_history_add (history, &sample, LONGEST);
}

/* A day's current: 50 A of amplitude, once round in 3 hours, with 10 A of charging on top. */
static double
current_at (gint64 time)
{
  return 10 + 50 * sin (2 * G_PI * (double)time / (double)DAY * 8);
}

/* The charge that flows into the battery, or out of it, from 0 to the end of a whole number of
   rounds: 10 + 50 sin(x) is negative between its two zeros. */
static void
exact_charge (guint days, double *charged, double *drawn)
{
  const double zero = asin (10.0 / 50); /* it crosses zero at π + zero and 2π − zero */
  const double hours_per_radian = 3 / (2 * G_PI);
  const double below = 50 * 2 * cos (zero) - 10 * (G_PI - 2 * zero);

  *drawn = below * hours_per_radian * days * 8;
  *charged = 10 * 24.0 * days + *drawn;
}

/* Energy within 0.1 % of the integral at 1 Hz with jitter and lost records, over simulated days. */
static void
test_days (void)
{
  const guint days = 5;
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  double charged, drawn;
  VbHistory history;

  vb_history_init (&history);
  for (gint64 time = 0; time < days * DAY;
       time += SECOND + g_rand_int_range (random, -300000, 300001)) {
    /* One record in a hundred is late by some seconds, never too late to be bridged. */
    if (g_rand_int_range (random, 0, 100) == 0)
      time += g_rand_int_range (random, 1, 20) * SECOND;
    add (&history, time, 50, 52, current_at (time));
  }

  exact_charge (days, &charged, &drawn);
  g_assert_cmpfloat_with_epsilon (history.counters.drawn, drawn, drawn / 1000);
  g_assert_cmpfloat_with_epsilon (history.counters.discharged_energy, drawn * 52 / 1000,
                                  drawn * 52 / 1e6);
  g_assert_cmpfloat_with_epsilon (history.counters.charged_energy, charged * 52 / 1000,
                                  charged * 52 / 1e6);
}

static void
test_gap (void)
{
  VbHistory history;

  vb_history_init (&history);
  add (&history, 0, 50, 50, -36);
  add (&history, LONGEST, 50, 50, -36);
  g_assert_cmpfloat_with_epsilon (history.counters.drawn, 0.3, 1e-9);
  add (&history, 2 * LONGEST + 1, 50, 50, -36);
  g_assert_cmpfloat_with_epsilon (history.counters.drawn, 0.3, 1e-9);
  add (&history, 2 * LONGEST + 1 + 10 * SECOND, 50, 50, -36);
  g_assert_cmpfloat_with_epsilon (history.counters.drawn, 0.4, 1e-9);
}

/* From -30 A to 10 A the line is below zero for three quarters of the time. */
static void
test_zero_crossing (void)
{
  VbHistory history;

  vb_history_init (&history);
  add (&history, 0, 50, 50, -30);
  add (&history, 20 * SECOND, 50, 50, 10);
  g_assert_cmpfloat_with_epsilon (history.counters.drawn, 30.0 * 15 / 2 / 3600, 1e-9);
  g_assert_cmpfloat_with_epsilon (history.counters.discharged_energy,
                                  30.0 * 15 / 2 / 3600 * 50 / 1000, 1e-9);
  g_assert_cmpfloat_with_epsilon (history.counters.charged_energy, 10.0 * 5 / 2 / 3600 * 50 / 1000,
                                  1e-9);

  add (&history, 40 * SECOND, 50, 50, -30);
  g_assert_cmpfloat_with_epsilon (history.counters.drawn, 30.0 * 15 / 3600, 1e-9);
  g_assert_cmpfloat_with_epsilon (history.counters.charged_energy, 10.0 * 5 / 3600 * 50 / 1000,
                                  1e-9);
}

static void
test_unknown (void)
{
  VbHistory history;

  vb_history_init (&history);
  add (&history, 0, NAN, NAN, NAN);
  add (&history, SECOND, NAN, NAN, -10);
  add (&history, 2 * SECOND, 50, 50, NAN);
  g_assert_cmpfloat (history.counters.drawn, ==, 0);
  g_assert_cmpfloat (history.counters.charged_energy, ==, 0);
  g_assert_cmpfloat (history.counters.minimum_voltage, ==, 50);
  g_assert_cmpfloat (history.counters.maximum_voltage, ==, 50);
  g_assert_true (isnan (history.counters.since_full));
}

/* Draws @amperes for @hours, or charges where they are positive. */
static void
flow (VbHistory *history, gint64 *time, double soc, double amperes, double hours)
{
  add (history, *time, soc, 50, amperes);
  for (guint i = 0; i < 3600 * hours / 10; i++) {
    *time += 10 * SECOND;
    add (history, *time, soc, 50, amperes);
  }
}

static void
test_full_charge (void)
{
  VbHistory history;
  const VbCounters *counters = &history.counters;
  gint64 time = 0;

  vb_history_init (&history);

  /* Full from the start is not charged full. */
  flow (&history, &time, 100, 0, 1);
  g_assert_true (isnan (counters->since_full));
  flow (&history, &time, 90, -10, 1);
  flow (&history, &time, 92, 4, 1);
  g_assert_cmpfloat_with_epsilon (counters->consumed, -6, 0.1);
  g_assert_cmpfloat_with_epsilon (counters->last_discharge, -10, 0.1);
  g_assert_cmpfloat_with_epsilon (counters->deepest_discharge, -10, 0.1);

  flow (&history, &time, 99.4, 0, 1);
  g_assert_true (isnan (counters->since_full));
  add (&history, time, 99.5, 50, 0);
  g_assert_cmpfloat (counters->since_full, ==, 0);
  g_assert_cmpfloat (counters->consumed, ==, 0);
  g_assert_cmpfloat (counters->last_discharge, ==, 0);
  g_assert_cmpfloat_with_epsilon (counters->deepest_discharge, -10, 0.1);

  /* Not again before it has been below 95 %. */
  flow (&history, &time, 95, -5, 1);
  flow (&history, &time, 100, 0, 1);
  g_assert_cmpfloat_with_epsilon (counters->since_full, 7200, 1);
  g_assert_cmpfloat_with_epsilon (counters->last_discharge, -5, 0.1);
  add (&history, time, 94.9, 50, 0);
  add (&history, time, 100, 50, 0);
  g_assert_cmpfloat (counters->since_full, ==, 0);

  /* Time goes on whatever is known. */
  add (&history, time + 10 * DAY, NAN, NAN, NAN);
  g_assert_cmpfloat_with_epsilon (counters->since_full, 864000, 1);

  /* More than what was taken cannot be put back. */
  time += 10 * DAY;
  flow (&history, &time, 96, 50, 1);
  g_assert_cmpfloat (counters->consumed, ==, 0);
}

/* What a record does not say is not counted, and not bridged beyond the longest gap. */
static void
test_not_carried (void)
{
  VbHistory history;

  vb_history_init (&history);
  add (&history, 0, 50, 50, -36);
  add (&history, 5 * SECOND, 50, 50, NAN);
  add (&history, LONGEST - SECOND, 50, 50, NAN);
  g_assert_cmpfloat (history.counters.drawn, ==, 0);
  add (&history, LONGEST, 50, 50, -36);
  g_assert_cmpfloat_with_epsilon (history.counters.drawn, 0.3, 1e-9);

  for (gint64 i = 1; i <= 100; i++)
    add (&history, LONGEST + i * SECOND, 50, 50, NAN);
  add (&history, LONGEST + 101 * SECOND, 50, 50, -36);
  g_assert_cmpfloat_with_epsilon (history.counters.drawn, 0.3, 1e-9);
}

/* Without a full charge for months what is missing is still no more than there is. */
static void
test_bounded (void)
{
  VbHistory history;
  const VbCounters *counters = &history.counters;
  VbHistorySample sample = { .time = START,
                             .soc = 50,
                             .voltage = 50,
                             .power = 0,
                             .installed = 280,
                             .minimum_cell_voltage = NAN,
                             .maximum_cell_voltage = NAN };

  vb_history_init (&history);
  for (guint day = 0; day < 60; day++)
    for (guint i = 0; i < 8640; i++) {
      sample.time += 10 * SECOND;
      sample.current = i < 4320 ? -10 : 8;
      vb_history_add (&history, &sample, LONGEST);
    }
  g_assert_cmpfloat_with_epsilon (counters->deepest_discharge, -280, 1e-9);
  g_assert_cmpfloat_with_epsilon (counters->last_discharge, -280, 1e-9);
  g_assert_cmpfloat_with_epsilon (counters->consumed, -280 + 8 * 12, 0.1);
  g_assert_cmpfloat_with_epsilon (counters->drawn, 60 * 12 * 10, 3);

  /* As before where nobody knows how much there is. */
  sample.installed = NAN;
  vb_history_init (&history);
  sample.current = -10;
  for (guint i = 0; i <= 360 * 40; i++) {
    sample.time += 10 * SECOND;
    vb_history_add (&history, &sample, LONGEST);
  }
  g_assert_cmpfloat_with_epsilon (counters->deepest_discharge, -400, 1e-6);
}

/* What was missing before counting began is missing; later it is counted. */
static void
test_begins (void)
{
  VbHistory history;
  VbHistorySample sample
      = { .time = START, .soc = 50, .voltage = 50, .installed = 280, .consumed = -102 };

  vb_history_init (&history);
  vb_history_add (&history, &sample, LONGEST);
  g_assert_cmpfloat (history.counters.consumed, ==, -102);
  g_assert_cmpfloat (history.counters.last_discharge, ==, -102);
  g_assert_cmpfloat (history.counters.deepest_discharge, ==, -102);

  sample.time += SECOND;
  sample.consumed = -200;
  vb_history_add (&history, &sample, LONGEST);
  g_assert_cmpfloat (history.counters.deepest_discharge, ==, -102);

  sample.consumed = NAN;
  vb_history_init (&history);
  vb_history_add (&history, &sample, LONGEST);
  g_assert_cmpfloat (history.counters.deepest_discharge, ==, 0);
}

/* A cell that is not connected reads 0. */
static void
test_no_cell (void)
{
  VbHistory history;
  VbHistorySample sample = { .time = START, .soc = 50, .voltage = 50, .installed = NAN };

  vb_history_init (&history);
  vb_history_add (&history, &sample, LONGEST);
  g_assert_true (isnan (history.counters.minimum_cell_voltage));
  g_assert_true (isnan (history.counters.maximum_cell_voltage));
  sample.minimum_cell_voltage = 3.2;
  sample.maximum_cell_voltage = 3.3;
  vb_history_add (&history, &sample, LONGEST);
  sample.minimum_cell_voltage = 0;
  vb_history_add (&history, &sample, LONGEST);
  g_assert_cmpfloat (history.counters.minimum_cell_voltage, ==, 3.2);
}

static void
test_cycles (void)
{
  const VbCounters counters = { .drawn = 559.9 };

  g_assert_cmpfloat (vb_counters_cycles (&counters, 280), ==, 1);
  g_assert_cmpfloat (vb_counters_cycles (&counters, 279.95), ==, 2);
  g_assert_true (isnan (vb_counters_cycles (&counters, 0)));
  g_assert_true (isnan (vb_counters_cycles (&counters, NAN)));
}

static void
test_extremes (void)
{
  VbHistory history;

  vb_history_init (&history);
  add (&history, 0, 50, 52, 0);
  add (&history, SECOND, 50, 48, 0);
  add (&history, 2 * SECOND, 50, 56, 0);
  add (&history, 3 * SECOND, 50, 50, 0);
  g_assert_cmpfloat (history.counters.minimum_voltage, ==, 48);
  g_assert_cmpfloat (history.counters.maximum_voltage, ==, 56);
  g_assert_cmpfloat (history.counters.minimum_cell_voltage, ==, 3);
  g_assert_cmpfloat (history.counters.maximum_cell_voltage, ==, 3.51);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/history/days", test_days);
  g_test_add_func ("/history/gap", test_gap);
  g_test_add_func ("/history/zero-crossing", test_zero_crossing);
  g_test_add_func ("/history/unknown", test_unknown);
  g_test_add_func ("/history/full-charge", test_full_charge);
  g_test_add_func ("/history/not-carried", test_not_carried);
  g_test_add_func ("/history/bounded", test_bounded);
  g_test_add_func ("/history/begins", test_begins);
  g_test_add_func ("/history/no-cell", test_no_cell);
  g_test_add_func ("/history/cycles", test_cycles);
  g_test_add_func ("/history/extremes", test_extremes);

  return g_test_run ();
}
