#include "battery-private.h"

#include <math.h>

/* What is known of a field once @record (which may be NULL) has been taken: its value in the record,
   else the one sent before. NAN where there is none. */
static double
after_record (const VbBattery *battery, const VbRecord *record, VbKnown known)
{
  const guint item = vb_item_known (known);
  const VbRecordEntry *entry = record != NULL ? vb_record_entry (record, item) : NULL;

  if (entry != NULL && vb_value_is_valid (&entry->value))
    return vb_value_number (&entry->value, NAN);

  return vb_value_number (&battery->sent[item].value, NAN);
}

/* The value that @record itself carries, or NAN. */
static double
in_record (const VbRecord *record, VbKnown known)
{
  const VbRecordEntry *entry = vb_record_entry (record, vb_item_known (known));

  return entry != NULL ? vb_value_number (&entry->value, NAN) : NAN;
}

static gboolean
are_all_zero (const VbBattery *battery, const VbRecord *record)
{
  return after_record (battery, record, VB_KNOWN_SOC) == 0
         && after_record (battery, record, VB_KNOWN_MAX_CHARGE_CURRENT) == 0
         && after_record (battery, record, VB_KNOWN_MAX_DISCHARGE_CURRENT) == 0;
}

static void
add_field_error (VbRecord *record, VbKnown known, VbFieldError code, const char *detail)
{
  const guint item = vb_item_known (known);
  const VbRecordEntry *entry = vb_record_entry (record, item);

  vb_record_add_error (record,
                       entry != NULL ? vb_record_spelling (record, entry) : vb_item (item)->name,
                       vb_item (item)->path, code, "%s", detail);
}

static void
check_role (const VbBattery *battery, VbRecord *record)
{
  if (battery->config.role != VB_ROLE_MONITOR)
    return;

  for (guint i = 0; i < record->entries->len; i++) {
    const VbRecordEntry *entry = &g_array_index (record->entries, VbRecordEntry, i);
    const VbItem *item = vb_item (entry->item);
    VbRecordError *error;

    if (item->field->group != VB_GROUP_LIMIT)
      continue;

    vb_record_add_error (record, vb_record_spelling (record, entry), item->path,
                         VB_FIELD_ERROR_ROLE,
                         "%s is a limit, and a battery with role=monitor has none", item->name);
    error = g_ptr_array_index (record->errors, record->errors->len - 1);
    error->required = FALSE;
  }
}

/* A Sequence that decides leaves nothing for the Timestamp to say, so that a stepped clock does not
   refuse what is in order. Returns whether the record was replayed. */
static gboolean
check_replayed (const VbBattery *battery, VbRecord *record)
{
  const guint n_errors = record->errors->len;

  if (record->has_sequence) {
    const gboolean starts_anew = record->sequence == 0 || record->sequence == 1;

    if (battery->has_sequence && !starts_anew && record->sequence <= battery->sequence)
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
  const VbRequirement *requirements = vb_battery_requirements (battery, &n);

  for (guint i = 0; i < n; i++) {
    const VbRequirement *requirement = &requirements[i];
    const VbItem *item = vb_item (vb_item_known (requirement->field));

    if (record->named[vb_item_known (requirement->field)]
        || (requirement->or_field != VB_KNOWN_NONE
            && record->named[vb_item_known (requirement->or_field)]))
      continue;

    vb_record_add_error (record, item->name, item->path, VB_FIELD_ERROR_MISSING,
                         "%s is missing; PUT has to name every required field", item->name);
  }
}

static void
check_charge_voltage (const VbBattery *battery, VbRecord *record)
{
  const double voltage = after_record (battery, record, VB_KNOWN_VOLTAGE);
  const double charge = after_record (battery, record, VB_KNOWN_MAX_CHARGE_VOLTAGE);
  double low = after_record (battery, record, VB_KNOWN_BATTERY_LOW_VOLTAGE);
  VbKnown named = VB_KNOWN_NONE;
  g_autofree char *detail = NULL;

  if (isnan (low))
    low = battery->config.battery_low_voltage;

  /* A record that names none of them is not to blame for them. */
  if (!isnan (in_record (record, VB_KNOWN_MAX_CHARGE_VOLTAGE)))
    named = VB_KNOWN_MAX_CHARGE_VOLTAGE;
  else if (!isnan (in_record (record, VB_KNOWN_VOLTAGE)))
    named = VB_KNOWN_VOLTAGE;
  else if (!isnan (in_record (record, VB_KNOWN_BATTERY_LOW_VOLTAGE)))
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
    add_field_error (record, named, VB_FIELD_ERROR_IMPLAUSIBLE, detail);
}

/* Flows fill what they do not know yet with 0, and Soc 0 forces grid charging. Returns why a zero in
   @record is hard to believe, or NULL. */
static const char *
unbelievable_zero (const VbBattery *battery, const VbRecord *record)
{
  const double soc = vb_value_number (&battery->sent[vb_item_known (VB_KNOWN_SOC)].value, NAN);
  const gboolean names_soc = in_record (record, VB_KNOWN_SOC) == 0;
  const gboolean names_current = in_record (record, VB_KNOWN_MAX_CHARGE_CURRENT) == 0
                                 || in_record (record, VB_KNOWN_MAX_DISCHARGE_CURRENT) == 0;

  if (names_soc && !vb_state_on_bus (battery->state))
    return "the battery is not on the bus yet";
  if (names_soc && soc > 5)
    return "it was above 5 %";
  if ((names_soc || names_current) && !are_all_zero (battery, NULL)
      && are_all_zero (battery, record))
    return "both current limits are 0 too";

  return NULL;
}

static gboolean
zero_is_repeated (const VbBattery *battery, gint64 now)
{
  return battery->zero_first != 0
         && now - battery->zero_last < battery->config.freshness.warn_after;
}

/* Returns whether there is a zero to be believed only once it has been repeated. */
static gboolean
check_zero (const VbBattery *battery, VbRecord *record, gint64 now)
{
  const gint64 warn_after = battery->config.freshness.warn_after;
  const char *reason = unbelievable_zero (battery, record);
  g_autofree char *detail = NULL;

  if (reason == NULL)
    return FALSE;
  if (zero_is_repeated (battery, now) && now - battery->zero_first >= warn_after)
    return TRUE;

  detail = g_strdup_printf ("Soc is 0 %%, not believed until it has been repeated for %.6g s: %s",
                            (double)warn_after / G_USEC_PER_SEC, reason);
  add_field_error (record, VB_KNOWN_SOC, VB_FIELD_ERROR_IMPLAUSIBLE, detail);

  return TRUE;
}

/* With wrong-optional=drop a wrong field that is not required counts as null. */
static gboolean
can_be_taken (const VbBattery *battery, const VbRecord *record)
{
  for (guint i = 0; i < record->errors->len; i++) {
    const VbRecordError *error = g_ptr_array_index (record->errors, i);

    if (!battery->config.drop_wrong_optional || error->required || error->field == NULL
        || error->code == VB_FIELD_ERROR_REPLAYED || error->code == VB_FIELD_ERROR_IMPLAUSIBLE)
      return FALSE;
  }

  return TRUE;
}

gboolean
vb_battery_check_record (
    const VbBattery *battery, VbRecord *record, VbApplyMode mode, gint64 now, gboolean *noted)
{
  *noted = FALSE;

  if (vb_record_is_empty (record))
    vb_record_add_error (record, NULL, NULL, VB_FIELD_ERROR_EMPTY,
                         "the record is empty: it names no field");

  check_role (battery, record);
  if (mode == VB_APPLY_REPLACE)
    check_names_required (battery, record);

  /* Sense is looked for only in what is right by itself: a zero beside wrong fields does not count
     as repeated, and nothing is said twice. */
  if (can_be_taken (battery, record)) {
    *noted = check_replayed (battery, record);
    check_charge_voltage (battery, record);
  }
  if (can_be_taken (battery, record))
    *noted = check_zero (battery, record, now);

  return can_be_taken (battery, record);
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

  if (unbelievable_zero (battery, record) != NULL) {
    if (!zero_is_repeated (battery, now))
      battery->zero_first = now;
    battery->zero_last = now;
  } else if (in_record (record, VB_KNOWN_SOC) > 0)
    battery->zero_first = 0;
}
