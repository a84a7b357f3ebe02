#include "clock.h"

#include <time.h>

gint64
vb_clock_now (void)
{
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);

  return (gint64)now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

typedef struct
{
  GSource source;
  VbBattery *battery;
} LadderSource;

/* GLib waits in CLOCK_MONOTONIC, which stands still while the machine is suspended: the ready time
   is set anew before each wait, so that a tick is late by the rest of one wait at most. */
static gboolean
ladder_prepare (GSource *source, int *timeout)
{
  const LadderSource *ladder = (LadderSource *)source;
  const gint64 next = vb_battery_next_tick (ladder->battery);

  g_source_set_ready_time (
      source, next == G_MAXINT64 ? -1 : g_get_monotonic_time () + MAX (next - vb_clock_now (), 0));
  *timeout = -1;

  return FALSE;
}

static gboolean
ladder_check (GSource *source)
{
  return vb_battery_next_tick (((LadderSource *)source)->battery) <= vb_clock_now ();
}

static gboolean
ladder_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  vb_battery_tick (((LadderSource *)source)->battery, vb_clock_now ());

  return G_SOURCE_CONTINUE;
}

GSource *
vb_ladder_source_new (VbBattery *battery)
{
  static GSourceFuncs functions = {
    .prepare = ladder_prepare,
    .check = ladder_check,
    .dispatch = ladder_dispatch,
  };
  GSource *source = g_source_new (&functions, sizeof (LadderSource));

  ((LadderSource *)source)->battery = battery;
  g_source_set_name (source, "ladder");
  g_source_set_priority (source, G_PRIORITY_HIGH);

  return source;
}
