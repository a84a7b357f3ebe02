#include "verdict.h"

#include "limits.h"
#include "required.h"

#define WARNING_NO_LIMITS \
  "no charge limits were sent: for a battery without charge limits set role=monitor"

VbVerdict *
vb_verdict_new (void)
{
  VbVerdict *verdict = g_new0 (VbVerdict, 1);

  verdict->missing = g_ptr_array_new ();
  verdict->warnings = g_ptr_array_new_with_free_func (g_free);
  verdict->safer = g_ptr_array_new ();
  verdict->reason = g_string_new (NULL);

  return verdict;
}

void
vb_verdict_free (VbVerdict *verdict)
{
  g_ptr_array_unref (verdict->missing);
  g_ptr_array_unref (verdict->warnings);
  g_ptr_array_unref (verdict->safer);
  g_string_free (verdict->reason, TRUE);
  g_free (verdict);
}

void
vb_verdict_fill (VbVerdict *verdict,
                 const VbBatteryConfig *config,
                 const VbRequired *required,
                 const VbRules *rules,
                 const VbValues *values,
                 const VbRecord *record,
                 VbState state,
                 guint changed,
                 gint64 now)
{
  gboolean lacks = FALSE;

  verdict->state = state;
  verdict->part = NULL;
  verdict->battery_state = state;
  verdict->changed = changed;
  verdict->accepted = 0;
  g_ptr_array_set_size (verdict->missing, 0);
  g_ptr_array_set_size (verdict->warnings, 0);
  vb_required_missing (required, config, values, now, verdict->missing);
  verdict->has_rules = required->ruled;
  for (VbLimit limit = 0; verdict->has_rules && limit < VB_N_LIMITS; limit++)
    verdict->limited[limit] = rules->limited[limit];

  /* Of what is out of reach nothing is taken, and no advice is needed. */
  if (record->connected == VB_CONNECTED_NO)
    return;

  for (guint i = 0; i < record->entries->len; i++) {
    const VbRecordEntry *entry = &g_array_index (record->entries, VbRecordEntry, i);
    const VbField *field = vb_item (entry->item)->field;

    lacks = lacks || entry->said != VB_SAID_VALUE;
    if ((entry->said == VB_SAID_VALUE
         || (entry->said == VB_SAID_NULL && !vb_required_keeps (config, entry)))
        && vb_battery_config_has_field (config, field))
      verdict->accepted++;
    if (entry->said == VB_SAID_VALUE && field->group == VB_GROUP_LIMIT)
      vb_limits_warn (&config->live, entry->item, &entry->value, verdict->warnings);
  }
  if (lacks)
    vb_required_lacking (required, config, record, verdict->missing);
  for (guint i = 0; i < record->warnings->len; i++)
    g_ptr_array_add (verdict->warnings, g_strdup (g_ptr_array_index (record->warnings, i)));

  if (vb_required_lacks_limits (required, config, values))
    g_ptr_array_add (verdict->warnings, g_strdup (WARNING_NO_LIMITS));
}

/* A BatteryLowVoltage that nobody sends is asked for by the configuration. */
static void
warn_of_configured (const VbBatteryLive *live, const VbValues *values, GPtrArray *texts)
{
  const guint item = vb_item_known (VB_KNOWN_BATTERY_LOW_VOLTAGE);
  const VbValue asked = { .kind = VB_VALUE_REAL, .as.real = live->battery_low_voltage };

  if (!vb_value_is_valid (&values->sent[item].value)
      && vb_value_is_valid (&values->shown[item].value))
    vb_limits_warn (live, item, &asked, texts);
}

void
vb_verdict_warnings (const VbBatteryConfig *config,
                     const VbRequired *required,
                     const VbValues *values,
                     const VbSource *source,
                     const VbSystem *system,
                     const VbPresence *presence,
                     VbState state,
                     GPtrArray *texts)
{
  for (guint i = 0; i < vb_item_count () && vb_state_shows_values (state); i++)
    if (vb_limits_asked (values, i) != NULL)
      vb_limits_warn (&config->live, i, &values->sent[i].value, texts);
  if (vb_state_shows_values (state))
    warn_of_configured (&config->live, values, texts);

  if (vb_required_lacks_limits (required, config, values) && source->records > 0)
    g_ptr_array_add (texts, g_strdup (WARNING_NO_LIMITS));
  if (presence->on_bus)
    vb_system_describe (system, config->fixed.role, presence->service, presence->instance, texts);
}
