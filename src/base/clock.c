#include "clock.h"

#include <time.h>

/* A step of the wall clock, µs. */
#define WALL_STEP (G_USEC_PER_SEC / 20)

gint64
vb_clock_now (void)
{
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);

  return (gint64)now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

gint64
vb_clock_wall (gint64 time)
{
  static gint64 offset; /* from this clock to the wall's; 0: not known yet */
  const gint64 before = vb_clock_now ();
  const gint64 found = g_get_real_time () - before;
  const gboolean at_once = vb_clock_now () - before < WALL_STEP / 2;

  /* Two clocks are never read at the same moment, and one of them is trimmed: less than a step is
     no reason to tell a moment otherwise than before. */
  if (offset == 0 || (at_once && ABS (found - offset) > WALL_STEP))
    offset = found;

  return time + offset;
}
