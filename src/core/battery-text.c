#include "battery-private.h"

static void
append_seconds (GString *text, gint64 time)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (number, sizeof number, "%.6g", (double)time / G_USEC_PER_SEC);
  g_string_append_printf (text, "%s s", number);
}

/* The required field that has not come for the longest time. */
static const VbRequirement *
oldest_required (const VbBattery *battery)
{
  guint n;
  const VbRequirement *requirements = vb_battery_requirements (battery, &n);
  const VbRequirement *oldest = &requirements[0];

  for (guint i = 1; i < n; i++)
    if (vb_battery_requirement_time (battery, &requirements[i])
        < vb_battery_requirement_time (battery, oldest))
      oldest = &requirements[i];

  return oldest;
}

/* Why the battery is not live. @after: the configured time of the step. */
static void
append_reason (const VbBattery *battery, gint64 now, gint64 after, GString *text)
{
  const gint64 recent = now - battery->config.live.freshness.warn_after;
  const VbRefusal *refusal = &battery->source.refusal;
  const VbRequirement *oldest = oldest_required (battery);

  if (refusal->time > recent && refusal->time > battery->source.last && refusal->errors->len > 0) {
    g_autofree char *brief = vb_record_error_brief (g_ptr_array_index (refusal->errors, 0));

    g_string_append_printf (text, "Records refused: %s", brief);
    return;
  }

  if (battery->source.last <= now - after)
    g_string_append (text, "No data for ");
  else if (vb_battery_requirement_time (battery, oldest) <= now - after)
    g_string_append_printf (text, "%s not sent for ",
                            vb_item (vb_item_known (oldest->field))->name);
  else {
    /* Everything came, and age counts from when it last changed. */
    g_string_append (text, "The same values for ");
    after = battery->config.live.frozen_after;
  }

  append_seconds (text, after);
}

void
vb_battery_describe (const VbBattery *battery, gint64 now, GString *text)
{
  const VbFreshness *freshness = &battery->config.live.freshness;
  static const char *const consequences[] = {
    [VB_ON_STALE_STOP_CHARGING] = ": charging stopped",
    [VB_ON_STALE_BLOCK] = ": charging and discharging stopped",
    [VB_ON_STALE_DROP] = ": limits withdrawn",
  };

  switch (battery->state) {
  case VB_STATE_LIVE:
    g_string_append_printf (text, "Receiving data from %s", battery->described);
    return;
  case VB_STATE_LATE:
    append_reason (battery, now, freshness->warn_after, text);
    return;
  case VB_STATE_STALE:
    append_reason (battery, now, freshness->stale_after, text);
    if (battery->config.fixed.role == VB_ROLE_BMS)
      g_string_append (text, consequences[freshness->on_stale]);
    return;
  case VB_STATE_LOST:
    append_reason (battery, now,
                   freshness->on_stale == VB_ON_STALE_DROP ? freshness->stale_after
                                                           : freshness->drop_after,
                   text);
    if (battery->config.fixed.role == VB_ROLE_BMS)
      g_string_append (text, consequences[VB_ON_STALE_DROP]);
    return;
  case VB_STATE_WAITING:
  case VB_STATE_GONE:
  default:
    return;
  }
}
