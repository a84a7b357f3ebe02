#include "commissioning-facts.h"

static double
number_of (const VbBattery *battery, VbKnown known)
{
  return vb_value_number (vb_battery_value (battery, vb_item_known (known)), 0);
}

/* What the source asks for, also while another one is in force. */
static double
charge_voltage_of (const VbBattery *battery)
{
  const VbValue *asked = vb_battery_asked (battery, vb_item_known (VB_KNOWN_MAX_CHARGE_VOLTAGE));

  return asked != NULL ? vb_value_number (asked, 0)
                       : number_of (battery, VB_KNOWN_MAX_CHARGE_VOLTAGE);
}

static gboolean
is_about_cells (const char *path)
{
  static const char *const beginnings[] = { "/Voltages/", "/System/MinCell", "/System/MaxCell" };

  for (guint i = 0; path != NULL && i < G_N_ELEMENTS (beginnings); i++)
    if (g_str_has_prefix (path, beginnings[i]))
      return TRUE;

  return FALSE;
}

/* What is heard of the cells of a battery, or of one of its parts. */
static void
gather_doubts (const VbHeard *heard, GPtrArray *doubts)
{
  /* What stands beside Voltage is that the cells together are another one. */
  static const VbKnown fields[]
      = { VB_KNOWN_VOLTAGE, VB_KNOWN_MIN_CELL_VOLTAGE, VB_KNOWN_MIN_CELL_TEMPERATURE };
  const VbSource *source = &heard->source;

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    vb_plausible_describe_item (&heard->plausible, vb_item_known (fields[i]), doubts);
  vb_derive_warn (&heard->members, doubts);
  vb_derive_warn_of_gap (&heard->members, doubts);

  for (guint i = 0; source->errors != NULL && i < source->errors->len; i++) {
    const VbRecordError *error = g_ptr_array_index (source->errors, i);

    if (is_about_cells (error->path))
      g_ptr_array_add (doubts, g_strdup (error->detail));
  }
}

static void
gather_doubts_of_part (const VbPart *part, GPtrArray *doubts)
{
  g_autoptr (GPtrArray) own = g_ptr_array_new_with_free_func (g_free);

  gather_doubts (&part->heard, own);
  vb_part_tell_named (part, own, doubts);
}

/* A part that was declared off is none to wait for. */
static void
gather_parts (VbCommissioningFacts *facts, const VbParts *parts)
{
  for (guint i = 0; i < vb_parts_n (parts); i++) {
    const VbPart *part = vb_parts_get (parts, i);

    if (!part->off && (!part->counts || !vb_state_shows_values (part->heard.state)))
      g_ptr_array_add (facts->absent, part->own->name);
    if (part->counts && vb_state_shows_values (part->heard.state))
      gather_doubts_of_part (part, facts->doubts);
    facts->n_cells += part->is_pack && part->counts ? part->heard.members.cells.n : 0;
  }
}

void
vb_commissioning_facts_gather (VbCommissioningFacts *facts,
                               const VbBattery *battery,
                               VbAccess access,
                               gint64 now)
{
  const VbHeard *heard = vb_battery_heard (battery);
  const VbSelection *selection = vb_battery_selection (battery);

  *facts = (VbCommissioningFacts){
    .config = vb_battery_config (battery),
    .now = now,
    .state = heard->state,
    .records = heard->source.records,
    .cadence = *vb_battery_cadence (battery),
    .missing = g_ptr_array_new (),
    .absent = g_ptr_array_new (),
    .doubts = g_ptr_array_new_with_free_func (g_free),
    .n_cells = heard->members.cells.n,
    .lowest_cell = number_of (battery, VB_KNOWN_MIN_CELL_VOLTAGE),
    .highest_cell = number_of (battery, VB_KNOWN_MAX_CELL_VOLTAGE),
    .charge_voltage = charge_voltage_of (battery),
    .presence = *vb_battery_presence (battery),
    .system = selection->system,
    .neighbours = selection->neighbours,
    .access = access,
  };

  vb_heard_missing (heard, now, facts->missing);
  if (vb_battery_parts (battery) != NULL)
    gather_parts (facts, vb_battery_parts (battery));
  else if (vb_state_shows_values (facts->state))
    gather_doubts (heard, facts->doubts);
}

void
vb_commissioning_facts_clear (VbCommissioningFacts *facts)
{
  g_clear_pointer (&facts->missing, g_ptr_array_unref);
  g_clear_pointer (&facts->absent, g_ptr_array_unref);
  g_clear_pointer (&facts->doubts, g_ptr_array_unref);
}
