#include "battery-private.h"

#include <math.h>

double
vb_battery_after_record (const VbBattery *battery, const VbRecord *record, VbKnown known)
{
  const guint item = vb_item_known (known);
  const VbRecordEntry *entry = record != NULL ? vb_record_entry (record, item) : NULL;

  if (entry != NULL && vb_value_is_valid (&entry->value))
    return vb_value_number (&entry->value, NAN);

  return vb_value_number (&battery->sent[item].value, NAN);
}

double
vb_record_number (const VbRecord *record, VbKnown known)
{
  const VbRecordEntry *entry = vb_record_entry (record, vb_item_known (known));

  return entry != NULL ? vb_value_number (&entry->value, NAN) : NAN;
}

/* BatteryLowVoltage is not required: null and, with PUT, omission make it invalid. */
static double
low_voltage_after (const VbBattery *battery, const VbRecord *record, VbApplyMode mode)
{
  const guint item = vb_item_known (VB_KNOWN_BATTERY_LOW_VOLTAGE);
  const VbSample *sent = &battery->sent[item];

  if (record->named[item])
    return vb_record_number (record, VB_KNOWN_BATTERY_LOW_VOLTAGE);
  if (mode == VB_APPLY_MERGE
      && (vb_value_is_valid (&sent->value) || battery->flags[item] & VB_ITEM_NULLED))
    return vb_value_number (&sent->value, NAN);

  return battery->config.live.battery_low_voltage;
}

void
vb_record_add_field_error (VbRecord *record, VbKnown known, VbFieldError code, const char *detail)
{
  const guint item = vb_item_known (known);
  const VbRecordEntry *entry = vb_record_entry (record, item);

  vb_record_add_error (record,
                       entry != NULL ? vb_record_spelling (record, entry) : vb_item (item)->name,
                       vb_item (item)->path, code, "%s", detail);
}

/* A Sequence that decides leaves nothing for the Timestamp to say, so that a stepped clock does not
   refuse what is in order. Returns whether the record was replayed. */
static gboolean
check_replayed (const VbBattery *battery, VbRecord *record)
{
  const guint n_errors = record->errors->len;

  if (record->has_sequence) {
    /* 0 and 1 start anew. */
    if (battery->has_sequence && record->sequence != 0 && record->sequence != 1
        && record->sequence <= battery->sequence)
      vb_record_add_error (record, "Sequence", NULL, VB_FIELD_ERROR_REPLAYED,
                           "Sequence is %" G_GINT64_FORMAT ", not above the %" G_GINT64_FORMAT
                           " of the record before",
                           record->sequence, battery->sequence);
  } else if (record->has_timestamp && battery->has_timestamp
             && record->timestamp <= battery->timestamp)
    vb_record_add_error (record, "Timestamp", NULL, VB_FIELD_ERROR_REPLAYED,
                         "Timestamp is %.3f, not after the %.3f of the record before",
                         record->timestamp, battery->timestamp);

  return record->errors->len > n_errors;
}

static void
check_names_required (const VbBattery *battery, VbRecord *record)
{
  guint n;
  const VbRequirement *required = vb_battery_requirements (battery, &n);

  for (guint i = 0; i < n; i++) {
    const guint field = vb_item_known (required[i].field);
    const gboolean either = required[i].or_field != VB_KNOWN_NONE;
    const VbItem *item = vb_item (field);

    if (!record->named[field] && !(either && record->named[vb_item_known (required[i].or_field)]))
      vb_record_add_error (record, item->name, item->path, VB_FIELD_ERROR_MISSING,
                           "%s is missing; PUT has to name every required field", item->name);
  }
}

static void
check_charge_voltage (const VbBattery *battery, VbRecord *record, VbApplyMode mode)
{
  const double voltage = vb_battery_after_record (battery, record, VB_KNOWN_VOLTAGE);
  const double charge = vb_battery_after_record (battery, record, VB_KNOWN_MAX_CHARGE_VOLTAGE);
  const double low = low_voltage_after (battery, record, mode);
  VbKnown named = VB_KNOWN_NONE;
  g_autofree char *detail = NULL;

  /* A record that names none of them is not to blame for them. */
  if (!isnan (vb_record_number (record, VB_KNOWN_MAX_CHARGE_VOLTAGE)))
    named = VB_KNOWN_MAX_CHARGE_VOLTAGE;
  else if (!isnan (vb_record_number (record, VB_KNOWN_VOLTAGE)))
    named = VB_KNOWN_VOLTAGE;
  else if (!isnan (vb_record_number (record, VB_KNOWN_BATTERY_LOW_VOLTAGE)))
    named = VB_KNOWN_BATTERY_LOW_VOLTAGE;
  else
    return;

  if (charge < voltage / 2)
    detail = g_strdup_printf ("MaxChargeVoltage is %.15g V, below half of the Voltage of %.15g V",
                              charge, voltage);
  else if (charge > voltage * 2)
    detail = g_strdup_printf ("MaxChargeVoltage is %.15g V, above twice the Voltage of %.15g V",
                              charge, voltage);
  else if (charge < low)
    detail = g_strdup_printf ("MaxChargeVoltage is %.15g V, below the BatteryLowVoltage of %.15g V",
                              charge, low);

  if (detail != NULL)
    vb_record_add_field_error (record, named, VB_FIELD_ERROR_IMPLAUSIBLE, detail);
}

/* With wrong-optional=drop a wrong field that is not required counts as null. */
static gboolean
can_be_taken (const VbBattery *battery, const VbRecord *record)
{
  for (guint i = 0; i < record->errors->len; i++) {
    const VbRecordError *error = g_ptr_array_index (record->errors, i);

    if (!battery->config.live.drop_wrong_optional || error->required || error->field == NULL
        || error->code == VB_FIELD_ERROR_REPLAYED || error->code == VB_FIELD_ERROR_IMPLAUSIBLE)
      return FALSE;
  }

  return TRUE;
}

/* With wrong-optional=drop a field that was wrong counts as null. */
static void
null_wrong (VbRecord *record)
{
  for (guint i = 0; i < record->errors->len; i++) {
    const VbRecordError *error = g_ptr_array_index (record->errors, i);

    for (guint j = 0; j < record->entries->len; j++) {
      VbRecordEntry *entry = &g_array_index (record->entries, VbRecordEntry, j);

      if (g_strcmp0 (vb_item (entry->item)->path, error->path) == 0)
        vb_value_clear (&entry->value);
    }
  }
}

gboolean
vb_battery_check_record (
    const VbBattery *battery, VbRecord *record, VbApplyMode mode, gint64 now, gboolean *noted)
{
  /* What comes with "off" is not going to be used, and often is all zeros. */
  const gboolean says_off = record->connected == VB_CONNECTED_NO;

  *noted = FALSE;
  if (vb_record_is_empty (record))
    vb_record_add_error (record, NULL, NULL, VB_FIELD_ERROR_EMPTY,
                         "the record is empty: it names no field");

  vb_battery_check_role (battery, record);
  if (mode == VB_APPLY_REPLACE && !says_off)
    check_names_required (battery, record);

  /* Sense is looked for only in what is right by itself: a zero beside wrong fields does not count
     as repeated, and nothing is said twice. */
  if (can_be_taken (battery, record)) {
    null_wrong (record);
    *noted = check_replayed (battery, record);
    if (!says_off)
      check_charge_voltage (battery, record, mode);
  }
  if (!says_off && can_be_taken (battery, record))
    *noted = vb_battery_check_zero (battery, record, now);

  return can_be_taken (battery, record);
}

static gboolean
was_replayed (const VbRecord *record)
{
  for (guint i = 0; i < record->errors->len; i++)
    if (((VbRecordError *)g_ptr_array_index (record->errors, i))->code == VB_FIELD_ERROR_REPLAYED)
      return TRUE;

  return FALSE;
}

void
vb_battery_note_record (VbBattery *battery, const VbRecord *record, gint64 now)
{
  if (record->has_sequence) {
    battery->has_sequence = TRUE;
    battery->sequence = record->sequence;
  }
  if (record->has_timestamp) {
    battery->has_timestamp = TRUE;
    battery->timestamp = record->timestamp;
  }

  if (!was_replayed (record))
    vb_battery_note_zero (battery, record, now);
}
