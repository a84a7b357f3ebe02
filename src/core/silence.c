#include "silence.h"

#include <math.h>

char *
vb_silence_gap (const VbBatteryLive *live, double asked)
{
  if (live->freshness.on_stale == VB_ON_STALE_DROP)
    return g_strdup ("on-stale=drop lowers nothing, and they go on until they miss its limits; set "
                     "another on-stale, and stale-charge-voltage");
  if (isnan (live->stale_charge_voltage))
    return g_strdup ("set its stale-charge-voltage");
  if (live->stale_charge_voltage >= asked)
    return g_strdup_printf ("its stale-charge-voltage, %g V, is not below its MaxChargeVoltage, %g "
                            "V; lower it",
                            live->stale_charge_voltage, asked);

  return NULL;
}

static double
seconds (gint64 time)
{
  return (double)time / G_USEC_PER_SEC;
}

/* What holds from stale on, until the limits are withdrawn. */
static void
describe_limits (const VbBatteryLive *live, GString *text)
{
  g_autofree char *voltage
      = isnan (live->stale_charge_voltage)
            ? NULL
            : g_strdup_printf (" and a charge voltage of %g V at most", live->stale_charge_voltage);

  g_string_append_printf (text, "what Venus controls stops charging, by a charge current of 0%s",
                          voltage != NULL ? voltage : "");
  g_string_append (text, live->freshness.on_stale == VB_ON_STALE_BLOCK
                             ? ", and discharging by a discharge current of 0, which shuts an "
                               "inverter without a grid down"
                             : ", while discharging goes on within the last limit");
}

static void
describe_bms (const VbBatteryLive *live, gboolean feeds_in, double asked, GString *text)
{
  const VbFreshness *freshness = &live->freshness;
  g_autofree char *gap = feeds_in ? vb_silence_gap (live, asked) : NULL;

  g_string_append_printf (text, "after %g s there is an alarm, and ",
                          seconds (freshness->stale_after));
  if (freshness->on_stale == VB_ON_STALE_DROP) {
    g_string_append (text, "the limits are withdrawn, which stops nothing at once: chargers and "
                           "inverters keep the last ones until they miss them");
    return;
  }

  describe_limits (live, text);
  if (gap != NULL)
    g_string_append (text, ", but solar chargers that feed in go on charging, because they obey "
                           "the charge voltage alone");
  g_string_append_printf (text,
                          "; after %g s the limits are withdrawn, and inverters shut down some "
                          "minutes later",
                          seconds (freshness->drop_after));
}

/* What becomes of the battery when one of its parts alone falls silent. */
typedef enum
{
  FOLLOWS, /* the same as without any */
  LEAVES,  /* it goes on without that one */
  STANDS_IN,
  N_FATES
} Fate;

static Fate
fate_of (const GPtrArray *parts, guint index)
{
  const VbPartConfig *own = g_ptr_array_index (parts, index);
  guint n_packs = 0;

  for (guint i = 0; i < parts->len; i++)
    n_packs += ((const VbPartConfig *)g_ptr_array_index (parts, i))->n_items == 0;

  if (own->n_items > 0)
    return STANDS_IN;

  /* The last pack is not left out. */
  return own->when_silent == VB_WHEN_SILENT_LEAVE_OUT && n_packs > 1 ? LEAVES : FOLLOWS;
}

static void
describe_parts (const GPtrArray *parts, gint64 stale_after, GString *text)
{
  static const char *const fates[N_FATES] = {
    [FOLLOWS] = "it is the same",
    [LEAVES] = "the battery goes on without it after ",
    [STANDS_IN] = "the others stand in for it if they send what it says, and else it is the same",
  };

  for (Fate fate = 0; fate < N_FATES; fate++) {
    guint n = 0;

    for (guint i = 0; i < parts->len; i++)
      if (fate_of (parts, i) == fate)
        g_string_append_printf (text, "%s%s", n++ == 0 ? "; where part " : " or ",
                                ((const VbPartConfig *)g_ptr_array_index (parts, i))->name);
    if (n == 0)
      continue;

    g_string_append_printf (text, " alone falls silent, %s", fates[fate]);
    if (fate == LEAVES)
      g_string_append_printf (text, "%g s, with a warning", seconds (stale_after));
  }
}

void
vb_silence_describe (const VbBatteryConfig *config, gboolean feeds_in, double asked, GString *text)
{
  const VbFreshness *freshness = &config->live.freshness;

  g_string_append_printf (text, "after %g s without a complete record there is a warning, ",
                          seconds (freshness->warn_after));
  if (config->fixed.role == VB_ROLE_BMS)
    describe_bms (&config->live, feeds_in, asked, text);
  else
    g_string_append_printf (text, "after %g s there is an alarm, and no state of charge is shown",
                            seconds (freshness->stale_after));
  g_string_append_printf (text, "; after %g s the battery leaves the bus",
                          seconds (freshness->leave_after));
  if (config->fixed.parts != NULL)
    describe_parts (config->fixed.parts, freshness->stale_after, text);
}
