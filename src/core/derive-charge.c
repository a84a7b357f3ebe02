#include "derive-charge.h"

#include <math.h>

/* The time constant of the smoothing: what a shunt averages over for its time to go. */
#define SMOOTHING (180.0 * G_USEC_PER_SEC)

#define STEP 60                /* s */
#define IDLE (240 * 60 * 60.0) /* s to go, from which on a battery counts as idle */

static void
smooth (VbSmoothed *smoothed, const VbSample *current)
{
  const double amperes = vb_value_number (&current->value, 0);

  if (smoothed->time == 0)
    smoothed->amperes = amperes;
  else if (current->time > smoothed->time) {
    const double passed = (double)(current->time - smoothed->time);

    smoothed->amperes += (amperes - smoothed->amperes) * -expm1 (-passed / SMOOTHING);
  }
  smoothed->time = MAX (smoothed->time, current->time);
}

/* Seconds to go, or NAN. */
static double
seconds_to_go (const VbSmoothed *smoothed, double amperes, double remaining)
{
  const double seconds = remaining / -smoothed->amperes * 3600;

  /* Once the battery is charged, nothing of what was taken before counts any more. */
  if (amperes >= 0 || smoothed->amperes >= 0 || seconds > IDLE)
    return NAN;

  return seconds;
}

/* The step that @seconds is in; that of @before as long as it is not a whole step away, so that noise
   at the edge of two does not move it to and fro. */
static double
to_step (double seconds, const VbValue *before)
{
  const double last = vb_value_number (before, NAN);

  if (fabs (seconds - last) < STEP)
    return last;

  return floor (seconds / STEP) * STEP;
}

static void
set (VbSample *derived, VbKnown known, double number, gint64 time)
{
  const guint item = vb_item_known (known);

  vb_value_clear (&derived[item].value);
  derived[item].time = 0;
  if (!isnan (number) && vb_item_check_number (item, number, &derived[item].value, NULL))
    derived[item].time = time;
}

void
vb_derive_charge (const VbSample *sent, VbSample *derived, VbSmoothed *current, gint64 warn_after)
{
  const guint current_item = vb_item_known (VB_KNOWN_CURRENT);
  const guint to_go_item = vb_item_known (VB_KNOWN_TIME_TO_GO);
  const VbSample *amperes
      = vb_derive_choose (&sent[current_item], &derived[current_item], warn_after);
  const VbSample *soc = &sent[vb_item_known (VB_KNOWN_SOC)];
  const double installed
      = vb_value_number (&sent[vb_item_known (VB_KNOWN_INSTALLED_CAPACITY)].value, 0);
  const double remaining = installed * vb_value_number (&soc->value, NAN) / 100;
  const gboolean known = installed > 0 && !isnan (remaining);
  double to_go = NAN;

  if (vb_value_is_valid (&amperes->value)) {
    smooth (current, amperes);
    if (known)
      to_go = seconds_to_go (current, vb_value_number (&amperes->value, 0), remaining);
  }

  set (derived, VB_KNOWN_CAPACITY, known ? remaining : NAN, soc->time);
  set (derived, VB_KNOWN_CONSUMED_AMPHOURS, known ? remaining - installed : NAN, soc->time);
  set (derived, VB_KNOWN_TIME_TO_GO,
       isnan (to_go) ? NAN : to_step (to_go, &derived[to_go_item].value),
       MIN (soc->time, amperes->time));
}
