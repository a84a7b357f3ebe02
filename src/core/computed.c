#include "computed.h"

void
vb_computed_init (VbComputed *computed, gint64 now)
{
  *computed = (VbComputed){ 0 };
  vb_rules_init (&computed->rules, now);
  vb_history_init (&computed->history);
}

void
vb_computed_activate (VbValues *values, const VbBatteryConfig *config)
{
  guint n_derived;
  const VbKnown *derived = vb_derive_fields (&n_derived);

  for (guint i = 0; i < n_derived; i++)
    vb_values_activate (values, vb_item_known (derived[i]));
  if (config->fixed.history)
    vb_history_activate (values);
  vb_rules_activate (values, &config->live.rules);
}

/* The maxima that rules supply are those of all packs: one that leaves takes its share with it. */
static void
run_rules (
    VbComputed *computed, const VbHeard *heard, double share, gboolean has_record, gint64 now)
{
  const VbBatteryLive *live = &heard->config->live;
  VbBatteryLive of_those;

  if (share < 1) {
    of_those = *live;
    of_those.rules.maximum[VB_LIMIT_CHARGE_CURRENT] *= share;
    of_those.rules.maximum[VB_LIMIT_DISCHARGE_CURRENT] *= share;
    live = &of_those;
  }
  vb_rules_run (&computed->rules, live, &heard->values, &heard->required.inputs, computed->month,
                has_record, now);
}

static void
derive_system (VbHeard *heard, gint64 now)
{
  VbValues *values = &heard->values;
  guint n_fields;
  const VbKnown *fields = vb_derive_system_fields (&n_fields);

  for (guint i = 0; i < n_fields; i++)
    vb_values_activate (values, vb_item_known (fields[i]));
  vb_derive_system (values->sent, values->derived, &heard->members, now);
}

void
vb_computed_follow (
    VbComputed *computed, VbHeard *heard, double share, gboolean has_record, gint64 now)
{
  const VbBatteryConfig *config = heard->config;
  VbValues *values = &heard->values;

  if (heard->required.ruled || !vb_rules_are_idle (&computed->rules))
    run_rules (computed, heard, share, has_record, now);
  vb_derive_charge (values->sent, values->derived, &computed->current,
                    config->live.freshness.warn_after);
  if (config->fixed.screen_cells && heard->members.cells.n > 0)
    derive_system (heard, now);
  if (!config->fixed.history)
    return;
  if (has_record)
    vb_history_count (&computed->history, values, &config->live, now);
  vb_history_derive (&computed->history, values, now);
}

void
vb_computed_pause (VbComputed *computed)
{
  computed->current = (VbSmoothed){ 0 };
  vb_history_interrupt (&computed->history);
  vb_rules_pause (&computed->rules);
}

void
vb_computed_forget (VbComputed *computed, VbHeard *heard, gint64 now)
{
  vb_rules_forget (&computed->rules);
  vb_derive_system (heard->values.sent, heard->values.derived, &heard->members, now);
}

void
vb_computed_clear_history (VbComputed *computed, VbValues *values, gint64 now)
{
  vb_history_init (&computed->history);
  vb_history_derive (&computed->history, values, now);
}

void
vb_computed_warn (const VbComputed *computed, const VbHeard *heard, GPtrArray *texts)
{
  if (!vb_state_shows_values (heard->state))
    return;

  vb_derive_warn (&heard->members, texts);
  vb_rules_warn (&computed->rules, &heard->config->live, &heard->required.inputs, texts);
}
