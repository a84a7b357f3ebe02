#include "cadence.h"

gint64
vb_cadence_window (gint64 within)
{
  return MAX (VB_CADENCE_WINDOW, within * VB_CADENCE_RECORDS);
}

static void
begin_window (VbCadence *cadence, gint64 time)
{
  cadence->before = cadence->longest;
  cadence->longest = 0;
  cadence->began = time;
  cadence->measured = TRUE;
}

void
vb_cadence_note (VbCadence *cadence, gint64 time, gint64 window)
{
  if (cadence->n > 0 && time <= cadence->times[cadence->n - 1])
    return;

  if (cadence->n < VB_CADENCE_RECORDS) {
    if (cadence->n == 0)
      cadence->began = time;
    cadence->times[cadence->n++] = time;
    return;
  }

  cadence->longest = MAX (cadence->longest, time - cadence->times[0]);
  for (guint i = 1; i < VB_CADENCE_RECORDS; i++)
    cadence->times[i - 1] = cadence->times[i];
  cadence->times[VB_CADENCE_RECORDS - 1] = time;
  if (time - cadence->began >= window)
    begin_window (cadence, time);
}

gint64
vb_cadence_longest (const VbCadence *cadence)
{
  return MAX (cadence->longest, cadence->before);
}

gint64
vb_cadence_open (const VbCadence *cadence, gint64 now)
{
  return cadence->n > 0 ? now - cadence->times[0] : 0;
}
