#include "doubt.h"

#include <math.h>

#include "limited.h"
#include "limits.h"

/* So many times as large or as small as the one before a voltage is another system's. */
#define STEP_MOST 1.5

/* Up from this share of the charge voltage limit a battery is not empty. */
#define NOT_EMPTY 0.92

/* The limits by which chargers and inverters are governed. */
static const VbKnown maxima[] = {
  VB_KNOWN_MAX_CHARGE_VOLTAGE,
  VB_KNOWN_MAX_CHARGE_CURRENT,
  VB_KNOWN_MAX_DISCHARGE_CURRENT,
};

/* What is known of a field once @record has been taken: its value in the record, else the one sent
   before; NAN where there is none. */
static double
after_record (const VbValues *values, const VbRecord *record, VbKnown known)
{
  const double number = vb_record_number (record, known);

  return isnan (number) ? vb_values_number (values, known) : number;
}

/* Whether @number is 0, a Soc as it will be published: a limit that is a little more was not filled
   in by somebody who does not know it. */
static gboolean
is_zero (VbKnown known, double number)
{
  VbValue value = vb_value_real (number);

  if (isnan (number))
    return FALSE;
  if (known == VB_KNOWN_SOC)
    vb_item_round (vb_item_known (known), &value);

  return value.as.real == 0;
}

/* What the record says of a field, right or wrong. */
static gboolean
says_zero (const VbRecord *record, VbKnown known)
{
  return is_zero (known, vb_record_sent (record, known));
}

static gboolean
says_more (const VbRecord *record, VbKnown known)
{
  const double number = vb_record_sent (record, known);

  return !isnan (number) && !is_zero (known, number);
}

static gboolean
says_alarm (const VbRecord *record)
{
  for (guint i = 0; i < record->entries->len; i++) {
    const VbRecordEntry *entry = &g_array_index (record->entries, VbRecordEntry, i);

    if (vb_item (entry->item)->field->flags & VB_FIELD_ALARM
        && vb_value_number (&entry->value, 0) > 0)
      return TRUE;
  }

  return FALSE;
}

/* What is repeated after a silence in which the battery would have left the bus begins anew. */
static gboolean
goes_on (const VbRepeated *repeated, const VbDoubtContext *context)
{
  return repeated->first != 0
         && context->now - repeated->last < context->config->live.freshness.leave_after;
}

static gboolean
is_repeated_for (const VbRepeated *repeated, const VbDoubtContext *context, gint64 time)
{
  return goes_on (repeated, context) && context->now - repeated->first >= time;
}

static void
repeat (VbRepeated *repeated, const VbDoubtContext *context)
{
  if (!goes_on (repeated, context))
    repeated->first = context->now;
  repeated->last = context->now;
}

static double
to_seconds (gint64 time)
{
  return (double)time / G_USEC_PER_SEC;
}

static void
ignore_limits (VbRecord *record)
{
  for (guint i = record->entries->len; i-- > 0;) {
    const guint item = g_array_index (record->entries, VbRecordEntry, i).item;

    if (vb_item (item)->field->group == VB_GROUP_LIMIT)
      vb_record_ignore (record, item);
  }
}

static void
judge_step (const VbDoubtContext *context, VbRecord *record, VbKnown known, double before)
{
  const double number = vb_record_number (record, known);

  if (context->state != VB_STATE_WAITING && before > 0
      && (number > before * STEP_MOST || number < before / STEP_MOST))
    vb_record_doubt (record, known,
                     "%s is %.15g V after %.15g V (DELETE forgets that), not believed: more than "
                     "%g times as much or as little",
                     vb_item (vb_item_known (known))->name, number, before, STEP_MOST);
}

static void
judge_low_voltage (const VbDoubtContext *context, VbRecord *record)
{
  const double low = vb_record_number (record, VB_KNOWN_BATTERY_LOW_VOLTAGE);
  const double voltage = after_record (context->values, record, VB_KNOWN_VOLTAGE);
  const double before = vb_values_number (context->values, VB_KNOWN_BATTERY_LOW_VOLTAGE);

  if (low >= voltage && !(low <= before))
    vb_record_doubt (record, VB_KNOWN_BATTERY_LOW_VOLTAGE,
                     "BatteryLowVoltage is %.15g V, at or above the Voltage of %.15g V", low,
                     voltage);
}

/* That of the rules where the source has never sent one; it is no measure of one pack of those in
   series. */
static double
charge_voltage_after (const VbDoubtContext *context, const VbRecord *record)
{
  const double charge = after_record (context->values, record, VB_KNOWN_MAX_CHARGE_VOLTAGE);

  if (isnan (charge) && context->config->fixed.role == VB_ROLE_BMS
      && context->config->fixed.arrangement != VB_PARTS_SERIES)
    return context->config->live.rules.maximum[VB_LIMIT_CHARGE_VOLTAGE];

  return charge;
}

/* BatteryLowVoltage is not required: null makes it invalid. */
static double
low_voltage_after (const VbDoubtContext *context, const VbRecord *record)
{
  const guint item = vb_item_known (VB_KNOWN_BATTERY_LOW_VOLTAGE);
  const VbRecordEntry *entry = vb_record_entry (record, item);
  const VbSample *sent = &context->values->sent[item];

  if (entry != NULL && entry->said == VB_SAID_VALUE)
    return vb_value_number (&entry->value, NAN);
  if (entry != NULL && entry->said == VB_SAID_NULL)
    return NAN;
  if (vb_value_is_valid (&sent->value) || context->values->flags[item] & VB_ITEM_NULLED)
    return vb_value_number (&sent->value, NAN);

  return context->config->live.battery_low_voltage;
}

/* What of two that do not fit each other is doubted: the charge voltage limit where @record has it,
   else @other. A record that has neither of the two is not to blame. */
static VbKnown
to_blame (const VbRecord *record, VbKnown other)
{
  if (vb_record_has_value (record, VB_KNOWN_MAX_CHARGE_VOLTAGE))
    return VB_KNOWN_MAX_CHARGE_VOLTAGE;

  return vb_record_has_value (record, other) ? other : VB_KNOWN_NONE;
}

static void
judge_charge_voltage (const VbDoubtContext *context, VbRecord *record)
{
  const double voltage = after_record (context->values, record, VB_KNOWN_VOLTAGE);
  const double charge = charge_voltage_after (context, record);
  const double low = low_voltage_after (context, record);
  const gboolean too_low = charge<voltage / 2, too_high = charge> voltage * 2;
  VbKnown blamed;

  if (too_low || too_high) {
    blamed = to_blame (record, VB_KNOWN_VOLTAGE);
    if (blamed != VB_KNOWN_NONE)
      vb_record_doubt (record, blamed, "MaxChargeVoltage is %.15g V, %s the Voltage of %.15g V",
                       charge, too_low ? "below half of" : "above twice", voltage);
  } else if (charge < low) {
    blamed = to_blame (record, VB_KNOWN_BATTERY_LOW_VOLTAGE);
    if (blamed != VB_KNOWN_NONE)
      vb_record_doubt (record, blamed,
                       "MaxChargeVoltage is %.15g V, below the BatteryLowVoltage of %.15g V",
                       charge, low);
  }
}

/* Flows fill what they do not know yet with 0, and Soc 0 forces grid charging. */
static void
judge_soc (const VbDoubt *doubt, const VbDoubtContext *context, VbRecord *record)
{
  const VbFreshness *freshness = &context->config->live.freshness;
  const double before = vb_values_number (context->values, VB_KNOWN_SOC);
  const double voltage = after_record (context->values, record, VB_KNOWN_VOLTAGE);
  const double charge = charge_voltage_after (context, record);
  const gboolean shown = vb_state_shows_values (context->state);
  const gboolean contradicted = voltage > NOT_EMPTY * charge;
  const gint64 time = contradicted ? freshness->stale_after : freshness->warn_after;

  if (!is_zero (VB_KNOWN_SOC, vb_record_number (record, VB_KNOWN_SOC)) || (shown && !(before > 5))
      || is_repeated_for (&doubt->soc, context, time))
    return;

  vb_record_doubt (record, VB_KNOWN_SOC, "Soc is 0 %%, not believed until repeated for %.6g s: %s",
                   to_seconds (time),
                   contradicted ? "the voltage is that of a full battery"
                   : shown      ? "it was above 5 %"
                                : "the battery is not live");
}

/* A discharge limit of 0 shuts an off-grid inverter down. */
static void
judge_limits (const VbDoubt *doubt, const VbDoubtContext *context, VbRecord *record)
{
  const VbRecordEntry *soc = vb_record_entry (record, vb_item_known (VB_KNOWN_SOC));
  const gint64 time = context->config->live.freshness.warn_after;
  const gboolean filled = (soc != NULL && soc->said == VB_SAID_DOUBTED)
                          || says_zero (record, VB_KNOWN_VOLTAGE)
                          || says_zero (record, VB_KNOWN_MAX_CHARGE_VOLTAGE);

  if (!is_zero (VB_KNOWN_MAX_DISCHARGE_CURRENT,
                vb_record_number (record, VB_KNOWN_MAX_DISCHARGE_CURRENT))
      || !says_zero (record, VB_KNOWN_MAX_CHARGE_CURRENT) || says_alarm (record)
      || (context->state == VB_STATE_LIVE && !filled)
      || is_repeated_for (&doubt->limits, context, time))
    return;

  vb_record_doubt (record, VB_KNOWN_MAX_DISCHARGE_CURRENT,
                   "MaxDischargeCurrent is 0 A, not believed until repeated for %.6g s: "
                   "MaxChargeCurrent is 0 too, and no alarm says why",
                   to_seconds (time));
}

/* The first of the maxima that is wrong or doubted in @record, or VB_KNOWN_NONE. */
static VbKnown
unreliable_maximum (const VbRecord *record)
{
  for (guint i = 0; i < G_N_ELEMENTS (maxima); i++) {
    const VbRecordEntry *entry = vb_record_entry (record, vb_item_known (maxima[i]));

    if (entry != NULL && (entry->said == VB_SAID_WRONG || entry->said == VB_SAID_DOUBTED))
      return maxima[i];
  }

  return VB_KNOWN_NONE;
}

/* What a maximum must not rise above: what was sent before, not what is in force, which may come
   back with this record. One that only rules supply may be as high as they let it. */
static VbValue
to_hold (const VbDoubtContext *context, VbLimit limit)
{
  const VbValue *sent = &context->values->sent[vb_item_known (vb_limited_field (limit))].value;

  return vb_value_real (
      vb_value_number (sent, vb_rules_config_most (&context->config->live.rules, limit)));
}

static void
hold_rising (const VbDoubtContext *context, VbRecord *record)
{
  const VbKnown unreliable = unreliable_maximum (record);

  for (guint i = 0; unreliable != VB_KNOWN_NONE && i < G_N_ELEMENTS (maxima); i++) {
    const guint item = vb_item_known (maxima[i]);
    VbRecordEntry *entry = vb_record_entry (record, item);
    VbValue value, before;

    if (entry == NULL || entry->said != VB_SAID_VALUE)
      continue;

    value = entry->value;
    before = to_hold (context, vb_limited_by_field (maxima[i]));
    vb_limits_round (item, &value);
    vb_limits_round (item, &before);
    if (value.as.real <= before.as.real)
      continue;

    entry->said = VB_SAID_HELD;
    record->altered = TRUE;
    vb_record_add_warning (record, "%s does not rise to %.15g %s beside %s, which is not usable",
                           vb_item (item)->name, value.as.real, vb_item (item)->field->unit,
                           vb_item (vb_item_known (unreliable))->name);
  }
}

/* What was said twice is wrong, and the lower of the two is taken all the same (core/safer): unless
   that is as hard to believe as if it had been said once.
   Returns: whether @entry, which may be NULL, is such a one; it is then judged as what it says */
static gboolean
begin_twice (VbRecordEntry *entry)
{
  if (entry == NULL || entry->said != VB_SAID_WRONG || !vb_value_is_valid (&entry->value))
    return FALSE;

  entry->said = VB_SAID_VALUE;

  return TRUE;
}

void
vb_doubt_judge (const VbDoubt *doubt, const VbDoubtContext *context, VbRecord *record)
{
  VbRecordEntry *twice[G_N_ELEMENTS (maxima)];

  if (context->config->fixed.role == VB_ROLE_MONITOR)
    ignore_limits (record);
  for (guint i = 0; i < G_N_ELEMENTS (maxima); i++) {
    twice[i] = vb_record_entry (record, vb_item_known (maxima[i]));
    if (!begin_twice (twice[i]))
      twice[i] = NULL;
  }

  judge_step (context, record, VB_KNOWN_VOLTAGE, doubt->voltage);
  judge_step (context, record, VB_KNOWN_MAX_CHARGE_VOLTAGE, doubt->charge_voltage);
  judge_low_voltage (context, record);
  judge_charge_voltage (context, record);
  judge_soc (doubt, context, record);
  judge_limits (doubt, context, record);
  for (guint i = 0; i < G_N_ELEMENTS (maxima); i++)
    if (twice[i] != NULL && twice[i]->said == VB_SAID_VALUE)
      twice[i]->said = VB_SAID_WRONG;
  hold_rising (context, record);
}

gboolean
vb_doubt_holds_soc (const VbDoubtContext *context, const VbRecord *record)
{
  const VbRecordEntry *soc = vb_record_entry (record, vb_item_known (VB_KNOWN_SOC));

  return vb_state_shows_values (context->state) && soc != NULL && soc->said == VB_SAID_DOUBTED;
}

static void
note_sequence (VbDoubt *doubt, const VbRecord *record)
{
  if (record->has_sequence) {
    doubt->has_sequence = TRUE;
    doubt->sequence = record->sequence;
  }
  if (record->has_timestamp) {
    doubt->has_timestamp = TRUE;
    doubt->timestamp = record->timestamp;
  }
}

void
vb_doubt_note (VbDoubt *doubt, const VbDoubtContext *context, const VbRecord *record)
{
  const double voltage = vb_record_number (record, VB_KNOWN_VOLTAGE);
  const double charge_voltage = vb_record_number (record, VB_KNOWN_MAX_CHARGE_VOLTAGE);

  note_sequence (doubt, record);
  if (record->connected == VB_CONNECTED_NO)
    return;

  if (!isnan (voltage))
    doubt->voltage = voltage;
  if (!isnan (charge_voltage))
    doubt->charge_voltage = charge_voltage;

  if (says_zero (record, VB_KNOWN_SOC))
    repeat (&doubt->soc, context);
  else if (says_more (record, VB_KNOWN_SOC))
    doubt->soc = (VbRepeated){ 0 };

  if (says_zero (record, VB_KNOWN_MAX_CHARGE_CURRENT)
      && says_zero (record, VB_KNOWN_MAX_DISCHARGE_CURRENT))
    repeat (&doubt->limits, context);
  else if (says_more (record, VB_KNOWN_MAX_CHARGE_CURRENT)
           || says_more (record, VB_KNOWN_MAX_DISCHARGE_CURRENT))
    doubt->limits = (VbRepeated){ 0 };
}

void
vb_doubt_note_safer (VbDoubt *doubt, const VbValues *values, GPtrArray *names)
{
  const VbItem *item = vb_item (vb_item_known (VB_KNOWN_MAX_CHARGE_VOLTAGE));

  if (g_ptr_array_find (names, item->name, NULL))
    doubt->charge_voltage = vb_values_number (values, VB_KNOWN_MAX_CHARGE_VOLTAGE);
}

/* A Sequence that decides leaves nothing for the Timestamp to say, so that a stepped clock does not
   refuse what is in order. */
static gboolean
find_replayed (const VbDoubt *doubt, VbRecord *record)
{
  if (record->has_sequence) {
    /* 0 and 1 start anew. */
    if (!doubt->has_sequence || record->sequence == 0 || record->sequence == 1
        || record->sequence > doubt->sequence)
      return FALSE;

    vb_record_add_error (record, "Sequence", NULL, VB_FIELD_ERROR_REPLAYED,
                         "Sequence is %" G_GINT64_FORMAT ", not above the %" G_GINT64_FORMAT
                         " of the record before",
                         record->sequence, doubt->sequence);
    return TRUE;
  }

  if (!record->has_timestamp || !doubt->has_timestamp || record->timestamp > doubt->timestamp)
    return FALSE;

  vb_record_add_error (record, "Timestamp", NULL, VB_FIELD_ERROR_REPLAYED,
                       "Timestamp is %.3f, not after the %.3f of the record before",
                       record->timestamp, doubt->timestamp);
  return TRUE;
}

gboolean
vb_doubt_replayed (VbDoubt *doubt, VbRecord *record)
{
  if (!find_replayed (doubt, record))
    return FALSE;

  /* Only with the one before is compared, whatever became of that. */
  note_sequence (doubt, record);

  return TRUE;
}

void
vb_doubt_forget_sequence (VbDoubt *doubt)
{
  doubt->has_sequence = FALSE;
  doubt->has_timestamp = FALSE;
}

void
vb_doubt_forget_voltages (VbDoubt *doubt)
{
  doubt->voltage = 0;
  doubt->charge_voltage = 0;
}
