#include "battery-private.h"

#define WARNING_NO_LIMITS \
  "no charge limits were sent: for a battery without charge limits set role=monitor"

static void
take_entry (VbBattery *battery, const VbRecordEntry *entry, gint64 now)
{
  const VbField *field = vb_item (entry->item)->field;
  VbSample *sent = &battery->sent[entry->item];

  if (!vb_battery_has_item (battery, entry->item))
    return;

  vb_battery_activate (battery, entry->item);
  if (vb_value_is_valid (&entry->value))
    battery->flags[entry->item] &= ~VB_ITEM_NULLED;
  else if (field->flags & VB_FIELD_REQUIRED)
    return; /* "not known in this record" keeps value and age: one NaN never trips a plant */
  else
    battery->flags[entry->item] |= VB_ITEM_NULLED;

  /* A text tells nothing of a measurement: a bridge may well count the seconds in one. */
  if (field->group == VB_GROUP_LIVE && field->kind != VB_KIND_TEXT
      && !vb_value_equal (&sent->value, &entry->value))
    battery->last_change = now;
  vb_value_set (&sent->value, &entry->value);
  sent->time = now;
}

static gboolean
names_null (const VbRecord *record, VbKnown known)
{
  const VbRecordEntry *entry = vb_record_entry (record, vb_item_known (known));

  return entry != NULL && !vb_value_is_valid (&entry->value);
}

static gboolean
names_value (const VbRecord *record, VbKnown known)
{
  const VbRecordEntry *entry = vb_record_entry (record, vb_item_known (known));

  return entry != NULL && vb_value_is_valid (&entry->value);
}

/* Whether @item is one of two fields that meet the same requirement, and @record speaks of the other
   one without a value: then this one goes on meeting it. */
static gboolean
stands_in (const VbRecord *record, guint item)
{
  static const VbKnown pair[] = { VB_KNOWN_CURRENT, VB_KNOWN_POWER };

  for (guint i = 0; i < G_N_ELEMENTS (pair); i++)
    if (item == vb_item_known (pair[i]))
      return names_null (record, pair[1 - i]);

  return FALSE;
}

/* PUT: what it does not name becomes invalid. The time stays, so that a cell that was seen once is
   missed when it is not there any more. */
static void
clear_unnamed (VbBattery *battery, const VbRecord *record)
{
  for (guint i = 0; i < battery->active->len; i++) {
    const guint item = g_array_index (battery->active, guint, i);
    const VbGroup group = vb_item (item)->field->group;

    if (record->named[item] || group == VB_GROUP_STATIC || group == VB_GROUP_IDENTITY
        || stands_in (record, item))
      continue;

    vb_value_clear (&battery->sent[item].value);
    battery->flags[item] &= ~VB_ITEM_NULLED;
  }
}

static void
warn_of_belt (const VbBattery *battery, guint item, const VbValue *asked, GPtrArray *warnings)
{
  const VbItem *own = vb_item (item);
  VbValue value = *asked;

  if (own->field->group == VB_GROUP_LIMIT && vb_battery_belt (battery, item, &value))
    g_ptr_array_add (warnings,
                     g_strdup_printf ("%s brought from %.15g %s to the %.15g %s of the seat belt",
                                      own->name, vb_value_number (asked, 0), own->field->unit,
                                      vb_value_number (&value, 0), own->field->unit));
}

static gboolean
has_no_limits (const VbBattery *battery)
{
  guint n;
  const VbRequirement *required = vb_battery_requirements (battery, &n);
  gboolean none = battery->config.fixed.role == VB_ROLE_BMS;

  for (guint i = 0; i < n; i++)
    if (required[i].bms_only && vb_battery_requirement_time (battery, &required[i]) != 0)
      none = FALSE;

  return none;
}

/* A BatteryLowVoltage that nobody sends is asked for by the configuration. */
static void
warn_of_configured (const VbBattery *battery, GPtrArray *texts)
{
  const guint item = vb_item_known (VB_KNOWN_BATTERY_LOW_VOLTAGE);
  const VbValue asked
      = { .kind = VB_VALUE_REAL, .as.real = battery->config.live.battery_low_voltage };

  if (!vb_value_is_valid (&battery->sent[item].value)
      && vb_value_is_valid (&battery->shown[item].value))
    warn_of_belt (battery, item, &asked, texts);
}

void
vb_battery_warnings (const VbBattery *battery, GPtrArray *texts)
{
  for (guint i = 0; i < vb_item_count () && vb_state_shows_values (battery->state); i++)
    if (vb_battery_asked (battery, i) != NULL)
      warn_of_belt (battery, i, &battery->sent[i].value, texts);
  if (vb_state_shows_values (battery->state))
    warn_of_configured (battery, texts);

  if (has_no_limits (battery) && battery->source.records > 0)
    g_ptr_array_add (texts, g_strdup (WARNING_NO_LIMITS));
  if (battery->presence.on_bus)
    vb_system_describe (battery->system, battery->config.fixed.role, battery->presence.service,
                        battery->presence.instance, texts);
}

/* A required field that this record called null is missing however young its value is. */
static void
add_nulled (const VbBattery *battery, const VbRecord *record, GPtrArray *missing)
{
  guint n;
  const VbRequirement *required = vb_battery_requirements (battery, &n);

  for (guint i = 0; i < n; i++) {
    const VbKnown field = required[i].field, or_field = required[i].or_field;
    const char *name = vb_item (vb_item_known (field))->name;
    const gboolean either = or_field != VB_KNOWN_NONE;

    if ((names_null (record, field) || (either && names_null (record, or_field)))
        && !names_value (record, field) && !(either && names_value (record, or_field))
        && !g_ptr_array_find (missing, name, NULL))
      g_ptr_array_add (missing, (gpointer)name);
  }
}

static void
fill_verdict (
    const VbBattery *battery, const VbRecord *record, guint changed, gint64 now, VbVerdict *verdict)
{
  verdict->state = battery->state;
  verdict->changed = changed;
  verdict->accepted = 0;
  g_ptr_array_set_size (verdict->missing, 0);
  g_ptr_array_set_size (verdict->warnings, 0);
  vb_battery_missing (battery, now, verdict->missing);

  /* "Off" takes nothing else of its record, and needs no advice. */
  if (record->connected == VB_CONNECTED_NO)
    return;

  add_nulled (battery, record, verdict->missing);
  for (guint i = 0; i < record->entries->len; i++) {
    const VbRecordEntry *entry = &g_array_index (record->entries, VbRecordEntry, i);
    const gboolean kept = !vb_value_is_valid (&entry->value)
                          && vb_item (entry->item)->field->flags & VB_FIELD_REQUIRED;

    if (!kept && vb_battery_has_item (battery, entry->item))
      verdict->accepted++;
    warn_of_belt (battery, entry->item, &entry->value, verdict->warnings);
  }

  if (has_no_limits (battery))
    g_ptr_array_add (verdict->warnings, g_strdup (WARNING_NO_LIMITS));
}

static guint
take_record (VbBattery *battery, VbRecord *record, VbApplyMode mode, gint64 now)
{
  const VbFreshness *freshness = &battery->config.live.freshness;
  gint64 age;

  if (record->connected == VB_CONNECTED_NO) {
    vb_battery_delete (battery, now);
    return 0;
  }

  if (mode == VB_APPLY_REPLACE)
    clear_unnamed (battery, record);
  for (guint i = 0; i < record->entries->len; i++)
    take_entry (battery, &g_array_index (record->entries, VbRecordEntry, i), now);

  /* Whether the source is frozen depends on the current that follows from this record, not from the
     one before. */
  if (battery->config.live.frozen_after > 0)
    vb_derive_power (battery->sent, battery->derived);
  age = vb_battery_age (battery, now);

  return vb_battery_step (
      battery, vb_freshness_next (freshness, battery->state, age, age < freshness->warn_after),
      record, now);
}

gboolean
vb_battery_apply (VbBattery *battery,
                  VbRecord *record,
                  VbApplyMode mode,
                  const char *source,
                  gint64 now,
                  VbVerdict *verdict)
{
  gboolean noted, taken;
  guint changed;

  vb_battery_tick (battery, now);

  taken = vb_battery_check_record (battery, record, mode, now, &noted);
  if (taken || noted)
    vb_battery_note_record (battery, record, now);
  if (!taken)
    return FALSE;

  battery->source.records++;
  battery->source.last = now;
  vb_battery_set_source (battery, source, now);

  changed = take_record (battery, record, mode, now);
  fill_verdict (battery, record, changed, now, verdict);
  vb_battery_tell_selection (battery, now, verdict->warnings);
  vb_battery_tell_taken (battery, verdict);

  return TRUE;
}

gboolean
vb_battery_check (VbBattery *battery, VbRecord *record, gint64 now, VbVerdict *verdict)
{
  g_autoptr (VbBattery) copy = NULL;

  vb_battery_tick (battery, now);
  copy = vb_battery_copy (battery);

  return vb_battery_apply (copy, record, VB_APPLY_MERGE, battery->source.address, now, verdict);
}
