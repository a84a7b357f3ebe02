#include "heard.h"

#include "admission.h"
#include "limits.h"
#include "safer.h"

void
vb_heard_init (VbHeard *heard, const VbBatteryConfig *config, gint64 now)
{
  *heard = (VbHeard){ .config = config, .since = now };
  vb_values_init (&heard->values);
  vb_required_init (&heard->required, config);
}

void
vb_heard_clear (VbHeard *heard)
{
  vb_values_clear (&heard->values);
  vb_source_clear (&heard->source);
}

void
vb_heard_copy (VbHeard *copy, const VbHeard *heard, const VbBatteryConfig *config)
{
  *copy = *heard;
  copy->config = config;
  vb_values_copy (&copy->values, &heard->values);
  vb_source_copy (&copy->source, &heard->source);
}

void
vb_heard_reconfigure (VbHeard *heard, const VbBatteryConfig *after, gint64 now)
{
  if (!vb_limits_same_belt (&heard->config->live, &after->live))
    vb_doubt_forget_voltages (&heard->doubt);
  vb_required_reconfigure (&heard->required, after, vb_state_on_bus (heard->state), now);
}

static void
take_entries (VbHeard *heard,
              const VbDoubtContext *context,
              const VbRecord *record,
              VbApplyMode mode,
              gint64 now)
{
  const VbBatteryConfig *config = heard->config;
  const VbField *current = vb_item (vb_item_known (VB_KNOWN_CURRENT))->field;
  VbValues *values = &heard->values;

  if (mode == VB_APPLY_REPLACE)
    vb_values_clear_unnamed (values, record, vb_required_is (config, current));
  for (guint i = 0; i < record->entries->len; i++) {
    const VbRecordEntry *entry = &g_array_index (record->entries, VbRecordEntry, i);
    const gboolean keeps = entry->said != VB_SAID_VALUE && vb_required_keeps (config, entry);

    if (vb_battery_config_has_field (config, vb_item (entry->item)->field)
        && vb_values_take (values, entry, keeps, now))
      heard->required.last_change = now;
    if (entry->said == VB_SAID_VALUE)
      vb_derive_note (&heard->members, entry->item, &entry->value);
  }
  if (vb_doubt_holds_soc (context, record))
    vb_values_hold (values, VB_KNOWN_SOC, now);
}

static void
take_safer (VbHeard *heard, const VbRecord *record, gboolean refused, gint64 now, GPtrArray *names)
{
  vb_safer_take (&heard->values, &heard->config->live, record, heard->state, refused, now, names);
  vb_doubt_note_safer (&heard->doubt, &heard->values, names);
}

gboolean
vb_heard_take (VbHeard *heard,
               VbRecord *record,
               VbApplyMode mode,
               const char *source,
               gint64 now,
               GPtrArray *safer)
{
  const VbBatteryConfig *config = heard->config;
  const gboolean reached = record->connected != VB_CONNECTED_NO;
  const VbDoubtContext context
      = { .config = config, .values = &heard->values, .state = heard->state, .now = now };

  g_ptr_array_set_size (safer, 0);
  if (vb_doubt_replayed (&heard->doubt, record))
    return FALSE;
  if (reached)
    vb_doubt_judge (&heard->doubt, &context, record);
  if (!vb_admission_check (&heard->required, config, record, &mode)) {
    take_safer (heard, record, TRUE, now, safer);
    return FALSE;
  }

  vb_doubt_note (&heard->doubt, &context, record);
  vb_record_cut_errors (record);
  vb_source_take (&heard->source, source, record->errors, record->n_more,
                  config->live.freshness.warn_after, now);
  if (!reached) {
    vb_required_cut (&heard->required, config, &heard->values, now);
    return TRUE;
  }

  heard->required.last_record = now;
  vb_required_hear (&heard->required, record);
  vb_safer_forget (&heard->values, record);
  if (record->errors->len > 0)
    take_safer (heard, record, FALSE, now, safer);
  take_entries (heard, &context, record, mode, now);

  return TRUE;
}

void
vb_heard_derive (VbHeard *heard, gint64 now)
{
  const VbBatteryLive *live = &heard->config->live;
  VbValues *values = &heard->values;

  vb_derive (values->sent, values->derived, &heard->members, now, live->optional_after);
  if (heard->required.ruled)
    vb_inputs_note (&heard->required.inputs, values, &heard->members, live, now);
}

void
vb_heard_look (VbHeard *heard, gint64 now)
{
  vb_heard_derive (heard, now);
  vb_required_note (&heard->required, heard->config, &heard->values);
}

gint64
vb_heard_age (const VbHeard *heard, gint64 now)
{
  return vb_required_age (&heard->required, heard->config, &heard->values, now);
}

void
vb_heard_missing (const VbHeard *heard, gint64 now, GPtrArray *names)
{
  vb_required_missing (&heard->required, heard->config, &heard->values, now, names);
}

void
vb_heard_enter (VbHeard *heard, VbState state, gint64 now)
{
  heard->state = state;
  heard->since = now;

  if (state >= VB_STATE_STALE)
    vb_doubt_forget_sequence (&heard->doubt);

  /* What is young enough still counts towards the next complete record. */
  if (state == VB_STATE_GONE) {
    const gint64 until = now - heard->config->live.freshness.warn_after;

    vb_values_forget (&heard->values, until);
    vb_inputs_forget (&heard->required.inputs, until);
  }
}

void
vb_heard_forget (VbHeard *heard, gint64 now)
{
  vb_values_forget (&heard->values, now);
  heard->doubt = (VbDoubt){ 0 };
  heard->plausible = (VbPlausible){ 0 };
  vb_required_init (&heard->required, heard->config);
  heard->members = (VbMembers){ 0 };
}
