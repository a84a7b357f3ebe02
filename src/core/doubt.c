#include "doubt.h"

#include <math.h>

#define NO_LIMITS "%s is a limit, and a battery with role=monitor has none"

/* What is known of a field once @record (which may be NULL) has been taken: its value in the
   record, else the one sent before; NAN where there is none. */
static double
after_record (const VbValues *values, const VbRecord *record, VbKnown known)
{
  const VbRecordEntry *entry
      = record != NULL ? vb_record_entry (record, vb_item_known (known)) : NULL;

  if (entry != NULL && vb_value_is_valid (&entry->value))
    return vb_value_number (&entry->value, NAN);

  return vb_values_number (values, known);
}

/* Says of @error, which concerns a limit, nothing else than that there are none; a monitor needs
   none of them, so that it is an optional field that is wrong. */
static void
make_role_error (VbRecordError *error, const VbItem *limit)
{
  error->code = VB_FIELD_ERROR_ROLE;
  error->required = FALSE;
  g_free (error->detail);
  error->detail = g_strdup_printf (NO_LIMITS, limit->name);
}

/* Whether one of the errors concerns @limit, whatever was wrong with it; it is a role error
   then. */
static gboolean
is_wrong_already (VbRecord *record, const VbItem *limit)
{
  gboolean found = FALSE;

  for (guint i = 0; i < record->errors->len; i++) {
    VbRecordError *error = g_ptr_array_index (record->errors, i);

    if (g_strcmp0 (error->path, limit->path) == 0) {
      make_role_error (error, limit);
      found = TRUE;
    }
  }

  return found;
}

static void
check_role (VbRole role, VbRecord *record)
{
  for (guint item = 0; role == VB_ROLE_MONITOR && item < vb_item_count (); item++) {
    const VbItem *limit = vb_item (item);
    const VbRecordEntry *entry;

    if (limit->field->group != VB_GROUP_LIMIT || is_wrong_already (record, limit))
      continue;

    entry = vb_record_entry (record, item);
    if (entry != NULL) {
      vb_record_add_error (record, vb_record_spelling (record, entry), limit->path,
                           VB_FIELD_ERROR_ROLE, NO_LIMITS, limit->name);
      make_role_error (g_ptr_array_index (record->errors, record->errors->len - 1), limit);
    }
  }
}

/* Whether @number is 0 as it will be published. */
static gboolean
is_zero (VbKnown known, double number)
{
  VbValue value = vb_value_real (number);

  vb_item_round (vb_item_known (known), &value);

  return value.as.real == 0;
}

static gboolean
names_zero (const VbRecord *record, VbKnown known)
{
  return is_zero (known, vb_record_number (record, known));
}

static gboolean
names_more (const VbRecord *record, VbKnown known)
{
  const double number = vb_record_number (record, known);

  return !isnan (number) && !is_zero (known, number);
}

static gboolean
are_all_zero (const VbValues *values, const VbRecord *record)
{
  static const VbKnown all[]
      = { VB_KNOWN_SOC, VB_KNOWN_MAX_CHARGE_CURRENT, VB_KNOWN_MAX_DISCHARGE_CURRENT };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    if (!is_zero (all[i], after_record (values, record, all[i])))
      return FALSE;

  return TRUE;
}

/* Flows fill what they do not know yet with 0, and Soc 0 forces grid charging. Returns what makes a
   zero in @record hard to believe. */
static VbZero
unbelievable_zero (const VbValues *values, VbState state, const VbRecord *record)
{
  const double soc = vb_values_number (values, VB_KNOWN_SOC);
  const gboolean names_soc = names_zero (record, VB_KNOWN_SOC);
  const gboolean names_current = names_zero (record, VB_KNOWN_MAX_CHARGE_CURRENT)
                                 || names_zero (record, VB_KNOWN_MAX_DISCHARGE_CURRENT);

  if (names_soc && !vb_state_on_bus (state))
    return VB_ZERO_BEFORE_JOINING;
  if (names_soc && soc > 5)
    return VB_ZERO_FALLEN;
  if ((names_soc || names_current) && !are_all_zero (values, NULL) && are_all_zero (values, record))
    return VB_ZERO_WITH_LIMITS;

  return VB_ZERO_NONE;
}

/* Whether @zero, found in a record now, repeats the one noted last. */
static gboolean
zero_is_repeated (const VbDoubt *doubt, VbZero zero, gint64 warn_after, gint64 now)
{
  return doubt->zero == zero && now - doubt->zero_last < warn_after;
}

/* Whether @record says that the zero noted last is none. */
static gboolean
denies_zero (const VbDoubt *doubt, const VbRecord *record)
{
  return names_more (record, VB_KNOWN_SOC)
         || (doubt->zero == VB_ZERO_WITH_LIMITS
             && (names_more (record, VB_KNOWN_MAX_CHARGE_CURRENT)
                 || names_more (record, VB_KNOWN_MAX_DISCHARGE_CURRENT)));
}

/* Has an error where @record holds a zero that is not believed before it has been repeated for
   warn-after. Returns: whether it holds such a zero, believed by now or not */
static gboolean
check_zero (const VbDoubt *doubt,
            const VbBatteryLive *live,
            const VbValues *values,
            VbState state,
            VbRecord *record,
            gint64 now)
{
  static const char *const reasons[] = {
    [VB_ZERO_BEFORE_JOINING] = "the battery is not on the bus yet",
    [VB_ZERO_FALLEN] = "it was above 5 %",
    [VB_ZERO_WITH_LIMITS] = "both current limits are 0 too",
  };
  const gint64 warn_after = live->freshness.warn_after;
  const VbZero zero = unbelievable_zero (values, state, record);
  g_autofree char *detail = NULL;

  if (zero == VB_ZERO_NONE)
    return FALSE;
  if (zero_is_repeated (doubt, zero, warn_after, now) && now - doubt->zero_first >= warn_after)
    return TRUE;

  detail = g_strdup_printf ("Soc is 0 %%, not believed until it has been repeated for %.6g s: %s",
                            (double)warn_after / G_USEC_PER_SEC, reasons[zero]);
  vb_record_add_field_error (record, VB_KNOWN_SOC, VB_FIELD_ERROR_IMPLAUSIBLE, detail);

  return TRUE;
}

static void
note_zero (VbDoubt *doubt, VbZero zero, const VbRecord *record, gint64 warn_after, gint64 now)
{
  if (zero != VB_ZERO_NONE) {
    if (!zero_is_repeated (doubt, zero, warn_after, now))
      doubt->zero_first = now;
    doubt->zero_last = now;
    doubt->zero = zero;
  } else if (denies_zero (doubt, record))
    doubt->zero = VB_ZERO_NONE;
}

/* BatteryLowVoltage is not required: null and, with PUT, omission make it invalid. */
static double
low_voltage_after (const VbBatteryLive *live,
                   const VbValues *values,
                   const VbRecord *record,
                   VbApplyMode mode)
{
  const guint item = vb_item_known (VB_KNOWN_BATTERY_LOW_VOLTAGE);
  const VbSample *sent = &values->sent[item];

  if (record->named[item])
    return vb_record_number (record, VB_KNOWN_BATTERY_LOW_VOLTAGE);
  if (mode == VB_APPLY_MERGE
      && (vb_value_is_valid (&sent->value) || values->flags[item] & VB_ITEM_NULLED))
    return vb_value_number (&sent->value, NAN);

  return live->battery_low_voltage;
}

/* A Sequence that decides leaves nothing for the Timestamp to say, so that a stepped clock does not
   refuse what is in order. Returns whether the record was replayed. */
static gboolean
check_replayed (const VbDoubt *doubt, VbRecord *record)
{
  const guint n_errors = record->errors->len;

  if (record->has_sequence) {
    /* 0 and 1 start anew. */
    if (doubt->has_sequence && record->sequence != 0 && record->sequence != 1
        && record->sequence <= doubt->sequence)
      vb_record_add_error (record, "Sequence", NULL, VB_FIELD_ERROR_REPLAYED,
                           "Sequence is %" G_GINT64_FORMAT ", not above the %" G_GINT64_FORMAT
                           " of the record before",
                           record->sequence, doubt->sequence);
  } else if (record->has_timestamp && doubt->has_timestamp && record->timestamp <= doubt->timestamp)
    vb_record_add_error (record, "Timestamp", NULL, VB_FIELD_ERROR_REPLAYED,
                         "Timestamp is %.3f, not after the %.3f of the record before",
                         record->timestamp, doubt->timestamp);

  return record->errors->len > n_errors;
}

static void
check_names_required (VbRole role, VbRecord *record)
{
  guint n;
  const VbRequirement *required = vb_required_list (role, &n);

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
check_charge_voltage (const VbBatteryLive *live,
                      const VbValues *values,
                      VbRecord *record,
                      VbApplyMode mode)
{
  const double voltage = after_record (values, record, VB_KNOWN_VOLTAGE);
  const double charge = after_record (values, record, VB_KNOWN_MAX_CHARGE_VOLTAGE);
  const double low = low_voltage_after (live, values, record, mode);
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

/* With wrong-fields=take a wrong field that is not required counts as null. */
static gboolean
can_be_taken (const VbBatteryLive *live, const VbRecord *record)
{
  for (guint i = 0; i < record->errors->len; i++) {
    const VbRecordError *error = g_ptr_array_index (record->errors, i);

    if (live->wrong_fields == VB_WRONG_FIELDS_REFUSE || error->required || error->field == NULL
        || error->code == VB_FIELD_ERROR_REPLAYED || error->code == VB_FIELD_ERROR_IMPLAUSIBLE)
      return FALSE;
  }

  return TRUE;
}

/* With wrong-fields=take a field that was wrong counts as null. */
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
vb_doubt_check (const VbDoubt *doubt,
                const VbBatteryConfig *config,
                const VbValues *values,
                VbState state,
                VbRecord *record,
                VbApplyMode mode,
                gint64 now,
                gboolean *noted)
{
  const VbBatteryLive *live = &config->live;

  /* What comes with "off" is not going to be used, and often is all zeros. */
  const gboolean says_off = record->connected == VB_CONNECTED_NO;

  *noted = FALSE;
  if (vb_record_is_empty (record))
    vb_record_add_error (record, NULL, NULL, VB_FIELD_ERROR_EMPTY,
                         "the record is empty: it names no field");

  check_role (config->fixed.role, record);
  if (mode == VB_APPLY_REPLACE && !says_off)
    check_names_required (config->fixed.role, record);

  /* Sense is looked for only in what is right by itself: a zero beside wrong fields does not count
     as repeated, and nothing is said twice. */
  if (can_be_taken (live, record)) {
    null_wrong (record);
    *noted = check_replayed (doubt, record);
    if (!says_off)
      check_charge_voltage (live, values, record, mode);
  }
  if (!says_off && can_be_taken (live, record))
    *noted = check_zero (doubt, live, values, state, record, now);

  return can_be_taken (live, record);
}

void
vb_doubt_note (VbDoubt *doubt,
               const VbBatteryConfig *config,
               const VbValues *values,
               VbState state,
               const VbRecord *record,
               gint64 now)
{
  if (record->has_sequence) {
    doubt->has_sequence = TRUE;
    doubt->sequence = record->sequence;
  }
  if (record->has_timestamp) {
    doubt->has_timestamp = TRUE;
    doubt->timestamp = record->timestamp;
  }

  if (!vb_record_has_error (record, VB_FIELD_ERROR_REPLAYED))
    note_zero (doubt, unbelievable_zero (values, state, record), record,
               config->live.freshness.warn_after, now);
}

void
vb_doubt_forget_sequence (VbDoubt *doubt)
{
  doubt->has_sequence = FALSE;
  doubt->has_timestamp = FALSE;
}
