#include "ladder-source.h"

#include "base/clock.h"

typedef struct
{
  GSource source;
  VbBattery *battery;
} LadderSource;

/* GLib waits in CLOCK_MONOTONIC, which stands still while the machine is suspended: the wait is
   computed anew each time, so that a tick is late by the rest of one wait at most. Not as a ready
   time, because setting that wakes the loop once more whenever it differs by a microsecond. */
static gboolean
ladder_prepare (GSource *source, int *timeout)
{
  const gint64 next = vb_battery_next_tick (((LadderSource *)source)->battery);
  const gint64 wait = next - vb_clock_now ();

  if (next == G_MAXINT64)
    *timeout = -1;
  else
    *timeout = (int)MIN ((MAX (wait, 0) + 999) / 1000, G_MAXINT);

  return wait <= 0;
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
