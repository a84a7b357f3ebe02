#define G_LOG_DOMAIN "battery"

#include "battery-private.h"

/* A flow that is refused every second is told of once a minute. */
#define REFUSALS_EVERY (60 * G_USEC_PER_SEC)

void
vb_battery_log_state (const VbBattery *battery, gint64 now)
{
  const char *state = vb_state_name (battery->state);
  g_autoptr (GString) text = g_string_new (NULL);

  vb_battery_describe (battery, now, text);
  g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "BATTERY", battery->config.fixed.name,
                    "BATTERY_STATE", state, "MESSAGE", "battery %s: %s%s%s",
                    battery->config.fixed.name, state, text->len > 0 ? ": " : "", text->str);
}

void
vb_battery_log_refusal (VbBattery *battery, const char *source, gint64 now)
{
  const VbRefusal *refusal = &battery->source.refusal;
  const VbRecordError *error;
  g_autofree char *more = NULL;

  if (battery->refusal_logged != 0 && now - battery->refusal_logged < REFUSALS_EVERY) {
    battery->refusals_unlogged++;
    return;
  }
  if (refusal->errors->len == 0)
    return;

  error = g_ptr_array_index (refusal->errors, 0);
  if (battery->refusals_unlogged > 0)
    more = g_strdup_printf ("; %u more were refused since the last line about it",
                            battery->refusals_unlogged);
  g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "BATTERY", battery->config.fixed.name,
                    "REFUSAL_CODE", vb_field_error_name (error->code), "MESSAGE",
                    "battery %s: record from %s refused with %u: %s%s", battery->config.fixed.name,
                    source, refusal->status, error->detail, more != NULL ? more : "");
  battery->refusal_logged = now;
  battery->refusals_unlogged = 0;
}
