#define G_LOG_DOMAIN "battery"

#include "battery-log.h"

void
vb_battery_log_state (const VbBatteryConfig *config,
                      VbState state,
                      const VbRules *rules,
                      const VbBlamed *blamed,
                      gint64 now)
{
  const char *name = config->fixed.name;
  const char *word = vb_state_name (state);
  g_autoptr (GString) text = g_string_new (NULL);

  vb_publish_describe (blamed, rules, state, now, text);
  g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "BATTERY", name, "BATTERY_STATE", word,
                    "MESSAGE", "battery %s: %s%s%s", name, word, text->len > 0 ? ": " : "",
                    text->str);
}

void
vb_battery_log_limited (const VbBatteryConfig *config, const VbRules *rules)
{
  const char *name = config->fixed.name;

  for (VbLimit limit = 0; limit < VB_N_LIMITS; limit++) {
    g_autoptr (GString) text = NULL;

    if (!rules->retold[limit])
      continue;
    text = g_string_new (NULL);
    vb_limited_describe (&rules->limited[limit], limit, text);
    g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "BATTERY", name, "BATTERY_LIMITED_BY",
                      vb_rule_name (rules->limited[limit].by), "MESSAGE", "battery %s: %s", name,
                      text->str);
  }
}
