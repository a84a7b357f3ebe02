#include "required.h"

#include <math.h>

static const VbRequirement requirements[VB_N_REQUIREMENTS] = {
  { VB_KNOWN_VOLTAGE, VB_KNOWN_NONE, FALSE, VB_INPUT_NONE },
  { VB_KNOWN_CURRENT, VB_KNOWN_POWER, TRUE, VB_INPUT_NONE },
  { VB_KNOWN_SOC, VB_KNOWN_NONE, TRUE, VB_INPUT_NONE },
  { VB_KNOWN_MAX_CHARGE_VOLTAGE, VB_KNOWN_NONE, TRUE, VB_INPUT_NONE },
  { VB_KNOWN_MAX_CHARGE_CURRENT, VB_KNOWN_NONE, TRUE, VB_INPUT_NONE },
  { VB_KNOWN_MAX_DISCHARGE_CURRENT, VB_KNOWN_NONE, TRUE, VB_INPUT_NONE },
  { VB_KNOWN_MIN_CELL_VOLTAGE, VB_KNOWN_NONE, TRUE, VB_INPUT_MIN_CELL_VOLTAGE },
  { VB_KNOWN_MIN_CELL_TEMPERATURE, VB_KNOWN_NONE, TRUE, VB_INPUT_MIN_CELL_TEMPERATURE },
  { VB_KNOWN_MAX_CELL_TEMPERATURE, VB_KNOWN_NONE, TRUE, VB_INPUT_MAX_CELL_TEMPERATURE },
  { VB_KNOWN_TEMPERATURE, VB_KNOWN_NONE, TRUE, VB_INPUT_TEMPERATURE },
};

/* The maximum that stands in for a limit that is never sent; NAN where there is none. */
static double
supplied (const VbRulesConfig *rules, VbKnown field)
{
  switch (field) {
  case VB_KNOWN_MAX_CHARGE_VOLTAGE:
    return rules->maximum[VB_LIMIT_CHARGE_VOLTAGE];
  case VB_KNOWN_MAX_CHARGE_CURRENT:
    return rules->maximum[VB_LIMIT_CHARGE_CURRENT];
  case VB_KNOWN_MAX_DISCHARGE_CURRENT:
    return rules->maximum[VB_LIMIT_DISCHARGE_CURRENT];
  default:
    return NAN;
  }
}

/* The limits are behind the others, and what rules go by behind those. */
#define FIRST_LIMIT 3
#define N_WITHOUT_RULES 6

const VbRequirement *
vb_required_list (guint *n)
{
  *n = G_N_ELEMENTS (requirements);

  return requirements;
}

/* Whether @requirement may become one of @config. */
static gboolean
applies (const VbBatteryConfig *config, const VbRequirement *requirement)
{
  return !(requirement->bms_only && config->fixed.role == VB_ROLE_MONITOR)
         && (config->fixed.waived & 1U << (requirement - requirements)) == 0
         && (requirement->input == VB_INPUT_NONE
             || vb_inputs_may_be_required (&config->live.rules, requirement->field));
}

/* Whether @requirement has come to count: a limit that was sent once has to be sent from then on,
   even where rules would supply it, because it may have been the lower one. */
static gboolean
comes_to_count (const VbRequired *required,
                const VbBatteryConfig *config,
                const VbRequirement *requirement)
{
  const VbRulesConfig *rules = &config->live.rules;

  if (!applies (config, requirement))
    return FALSE;
  if (!required->ruled)
    return requirement->input == VB_INPUT_NONE;
  if (requirement->input != VB_INPUT_NONE)
    return vb_inputs_is_required (&required->inputs, rules, requirement->input);

  return isnan (supplied (rules, requirement->field))
         || (required->met & 1U << (requirement - requirements)) != 0;
}

/* Asked of each requirement, several times with each record. */
static inline gboolean
counts (const VbRequired *required, const VbRequirement *requirement)
{
  return (required->counting & 1U << (requirement - requirements)) != 0;
}

static void
find_counting (VbRequired *required, const VbBatteryConfig *config)
{
  required->counting = 0;
  for (guint i = 0; i < G_N_ELEMENTS (requirements); i++)
    if (comes_to_count (required, config, &requirements[i]))
      required->counting |= 1U << i;
}

void
vb_required_init (VbRequired *required, const VbBatteryConfig *config)
{
  *required = (VbRequired){ .ruled = vb_rules_config_is_on (&config->live.rules) };
  find_counting (required, config);
}

gboolean
vb_required_at_first (const VbBatteryConfig *config, const VbRequirement *requirement)
{
  VbRequired none;

  vb_required_init (&none, config);

  return counts (&none, requirement);
}

void
vb_required_reconfigure (VbRequired *required,
                         const VbBatteryConfig *after,
                         gboolean on_bus,
                         gint64 now)
{
  const VbRequired earlier = *required;

  required->ruled = vb_rules_config_is_on (&after->live.rules);
  if (!required->ruled)
    vb_inputs_forget (&required->inputs, now);
  find_counting (required, after);
  for (guint i = 0; i < G_N_ELEMENTS (requirements); i++)
    if (on_bus && !counts (&earlier, &requirements[i]) && counts (required, &requirements[i]))
      required->since[i] = now;
}

const char *
vb_required_loses_limit (const VbRequired *required,
                         const VbBatteryConfig *before,
                         const VbBatteryConfig *after)
{
  for (guint i = FIRST_LIMIT; i < N_WITHOUT_RULES; i++)
    if ((required->met & 1U << i) == 0 && applies (before, &requirements[i])
        && !isnan (supplied (&before->live.rules, requirements[i].field))
        && isnan (supplied (&after->live.rules, requirements[i].field)))
      return vb_item (vb_item_known (requirements[i].field))->name;

  return NULL;
}

void
vb_required_note (VbRequired *required, const VbBatteryConfig *config, const VbValues *values)
{
  for (guint i = FIRST_LIMIT; i < N_WITHOUT_RULES; i++)
    if ((required->met & 1U << i) == 0 && vb_values_time (values, requirements[i].field) != 0)
      required->met |= 1U << i;
  if (required->ruled)
    find_counting (required, config);
}

gboolean
vb_required_is (const VbBatteryConfig *config, const VbField *field)
{
  for (guint i = 0; i < G_N_ELEMENTS (requirements) && field->known != VB_KNOWN_NONE; i++)
    if ((requirements[i].field == field->known || requirements[i].or_field == field->known)
        && applies (config, &requirements[i]))
      return TRUE;
  for (guint i = 0; i < config->fixed.n_asked; i++)
    if (vb_item (config->fixed.asked[i])->field == field)
      return TRUE;

  return FALSE;
}

gboolean
vb_required_is_supplied (const VbBatteryConfig *config, const VbField *field)
{
  return !isnan (supplied (&config->live.rules, field->known));
}

gboolean
vb_required_keeps (const VbBatteryConfig *config, const VbRecordEntry *entry)
{
  const VbField *field = vb_item (entry->item)->field;

  switch (entry->said) {
  case VB_SAID_NULL:
    return vb_required_is (config, field);
  case VB_SAID_WRONG:
    return field->group == VB_GROUP_LIMIT || field->group == VB_GROUP_ALARM
           || vb_required_is (config, field);
  case VB_SAID_DOUBTED:
  case VB_SAID_HELD:
    return TRUE;
  case VB_SAID_VALUE:
  default:
    return FALSE;
  }
}

/* Asked of each requirement, several times with each record. */
static inline gint64
met_at (const VbRequired *required, const VbValues *values, const VbRequirement *requirement)
{
  gint64 time = required->since[requirement - requirements];

  if (requirement->input != VB_INPUT_NONE)
    return MAX (time, required->inputs.time[requirement->input]);

  time = MAX (time, vb_values_time (values, requirement->field));
  if (requirement->or_field == VB_KNOWN_NONE)
    return time;

  return MAX (time, vb_values_time (values, requirement->or_field));
}

/* Whether anything is required from number *index on, which becomes its number: first those of the
   requirements, behind them those of what a part is asked for. */
static inline gboolean
find (const VbRequired *required, const VbBatteryConfig *config, guint *index)
{
  while (*index < G_N_ELEMENTS (requirements) && !counts (required, &requirements[*index]))
    (*index)++;

  return *index < G_N_ELEMENTS (requirements) + config->fixed.n_asked;
}

/* The item of number @index, of two the first. */
static guint
item_at (const VbBatteryConfig *config, guint index)
{
  return index < G_N_ELEMENTS (requirements)
             ? vb_item_known (requirements[index].field)
             : config->fixed.asked[index - G_N_ELEMENTS (requirements)];
}

/* When number @index was last met; 0: never. */
static inline gint64
time_at (const VbRequired *required,
         const VbBatteryConfig *config,
         const VbValues *values,
         guint index)
{
  const VbSample *sample;

  if (index < G_N_ELEMENTS (requirements))
    return met_at (required, values, &requirements[index]);

  sample = &values->sent[item_at (config, index)];

  return vb_value_is_valid (&sample->value) ? sample->time : 0;
}

gboolean
vb_required_oldest (const VbRequired *required,
                    const VbBatteryConfig *config,
                    const VbValues *values,
                    guint *item,
                    gint64 *time)
{
  gboolean found = FALSE;

  *time = required->last_record;
  for (guint i = 0; find (required, config, &i); i++) {
    const gint64 its_time = time_at (required, config, values, i);

    if (!found || its_time < *time) {
      *item = item_at (config, i);
      *time = its_time;
    }
    found = TRUE;
  }

  return found;
}

void
vb_required_hear (VbRequired *required, const VbRecord *record)
{
  for (guint i = FIRST_LIMIT; i < N_WITHOUT_RULES && !required->named_limits; i++) {
    const VbRecordEntry *entry = vb_record_entry (record, vb_item_known (requirements[i].field));

    required->named_limits = entry != NULL && entry->said != VB_SAID_NULL;
  }
}

gboolean
vb_required_lacks_limits (const VbRequired *required,
                          const VbBatteryConfig *config,
                          const VbValues *values)
{
  gboolean lacks = FALSE;

  if (required->named_limits)
    return FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (requirements); i++) {
    const VbKnown field = requirements[i].field;

    if (vb_item (vb_item_known (field))->field->group != VB_GROUP_LIMIT
        || !applies (config, &requirements[i]))
      continue;
    if (vb_values_time (values, field) != 0)
      return FALSE;
    lacks = lacks || isnan (supplied (&config->live.rules, field));
  }

  return lacks;
}

static gboolean
current_flows (const VbValues *values, const VbBatteryLive *live, gint64 now)
{
  const VbSample *current = vb_values_fresh (values, vb_item_known (VB_KNOWN_CURRENT), live, now);

  return current != NULL && vb_value_number (&current->value, 0) != 0;
}

static gboolean
is_frozen (const VbRequired *required,
           const VbBatteryLive *live,
           const VbValues *values,
           gint64 now)
{
  return live->frozen_after > 0 && now - required->last_change >= live->frozen_after
         && current_flows (values, live, now);
}

/* The time of the record from which a frozen source's age counts. */
static gint64
frozen_since (const VbRequired *required, const VbBatteryLive *live)
{
  return required->last_change + live->frozen_after - live->freshness.warn_after;
}

/* Whether what came at @time is from before the source said that its battery is out of reach. */
static gboolean
is_cut (const VbRequired *required, gint64 time)
{
  return required->cut != 0 && time != 0 && time <= required->cut;
}

gint64
vb_required_counted_time (const VbRequired *required, gint64 time)
{
  return is_cut (required, time) ? MIN (time, required->counts_from) : time;
}

gint64
vb_required_frozen_since (const VbRequired *required,
                          const VbBatteryConfig *config,
                          const VbValues *values,
                          gint64 now)
{
  return is_frozen (required, &config->live, values, now) ? frozen_since (required, &config->live)
                                                          : G_MAXINT64;
}

gint64
vb_required_age (const VbRequired *required,
                 const VbBatteryConfig *config,
                 const VbValues *values,
                 gint64 now)
{
  gint64 oldest = now;
  gboolean any = FALSE;

  for (guint i = 0; find (required, config, &i); i++) {
    const gint64 time = time_at (required, config, values, i);

    if (time == 0)
      return VB_AGE_NEVER;
    oldest = MIN (oldest, vb_required_counted_time (required, time));
    any = TRUE;
  }
  if (!any && required->last_record == 0)
    return VB_AGE_NEVER;
  if (!any)
    oldest = vb_required_counted_time (required, required->last_record);

  return now - MIN (oldest, vb_required_frozen_since (required, config, values, now));
}

void
vb_required_cut (VbRequired *required,
                 const VbBatteryConfig *config,
                 const VbValues *values,
                 gint64 now)
{
  const gint64 age = vb_required_age (required, config, values, now);
  const gint64 stale_after = config->live.freshness.stale_after;

  required->counts_from = now - (age == VB_AGE_NEVER ? stale_after : MAX (age, stale_after));
  required->cut = now;
}

gboolean
vb_required_is_out_of_reach (const VbRequired *required,
                             const VbBatteryConfig *config,
                             const VbValues *values)
{
  gboolean any = FALSE;

  for (guint i = 0; find (required, config, &i); i++) {
    if (is_cut (required, time_at (required, config, values, i)))
      return TRUE;
    any = TRUE;
  }

  return !any && is_cut (required, required->last_record);
}

gint64
vb_required_due (const VbRequired *required,
                 const VbBatteryConfig *config,
                 const VbValues *values,
                 gint64 deadline,
                 gint64 now)
{
  const gint64 due = now - vb_required_age (required, config, values, now) + deadline;
  gint64 frozen_due;

  if (config->live.frozen_after == 0)
    return due;

  frozen_due = frozen_since (required, &config->live) + deadline;

  return frozen_due > now ? MIN (due, frozen_due) : due;
}

void
vb_required_missing (const VbRequired *required,
                     const VbBatteryConfig *config,
                     const VbValues *values,
                     gint64 now,
                     GPtrArray *names)
{
  for (guint i = 0; find (required, config, &i); i++) {
    const gint64 time = time_at (required, config, values, i);

    if (time == 0
        || now - vb_required_counted_time (required, time) >= config->live.freshness.warn_after)
      g_ptr_array_add (names, (gpointer)vb_item (item_at (config, i))->name);
  }
}

void
vb_required_lacking (const VbRequired *required,
                     const VbBatteryConfig *config,
                     const VbRecord *record,
                     GPtrArray *names)
{
  for (guint i = 0; i < G_N_ELEMENTS (requirements); i++) {
    const VbKnown field = requirements[i].field, or_field = requirements[i].or_field;
    const char *name = vb_item (vb_item_known (field))->name;
    const gboolean either = or_field != VB_KNOWN_NONE;

    if (counts (required, &requirements[i])
        && (vb_record_lacks_value (record, field)
            || (either && vb_record_lacks_value (record, or_field)))
        && !vb_record_has_value (record, field)
        && !(either && vb_record_has_value (record, or_field))
        && !g_ptr_array_find (names, name, NULL))
      g_ptr_array_add (names, (gpointer)name);
  }
}

/* Whether @record names @known; of a family any member. */
static gboolean
names_known (const VbRecord *record, VbKnown known)
{
  const guint first = known != VB_KNOWN_NONE ? vb_item_known (known) : 0;
  const guint n = known != VB_KNOWN_NONE ? MAX (vb_item (first)->field->count, 1) : 0;

  for (guint i = 0; i < n; i++)
    if (record->named[first + i])
      return TRUE;

  return FALSE;
}

/* Of what rules go by, what it is derived from will do; and until a temperature has come, any. */
static gboolean
is_named (const VbRecord *record, const VbRequirement *requirement)
{
  if (names_known (record, requirement->field) || names_known (record, requirement->or_field))
    return TRUE;

  switch (requirement->input) {
  case VB_INPUT_MIN_CELL_VOLTAGE:
    return names_known (record, VB_KNOWN_CELL_VOLTAGE);
  case VB_INPUT_TEMPERATURE:
    return names_known (record, VB_KNOWN_MIN_CELL_TEMPERATURE)
           || names_known (record, VB_KNOWN_MAX_CELL_TEMPERATURE)
           || names_known (record, VB_KNOWN_CELL_TEMPERATURE);
  case VB_INPUT_MIN_CELL_TEMPERATURE:
  case VB_INPUT_MAX_CELL_TEMPERATURE:
    return names_known (record, VB_KNOWN_CELL_TEMPERATURE);
  default:
    return FALSE;
  }
}

static void
add_missing (VbRecord *record, const VbItem *item)
{
  vb_record_add_error (record, item->name, item->path, VB_FIELD_ERROR_MISSING,
                       "%s is missing; PUT has to name every required field", item->name);
}

gboolean
vb_required_are_named (const VbRequired *required, const VbBatteryConfig *config, VbRecord *record)
{
  const guint n_errors = record->errors->len;

  for (guint i = 0; i < G_N_ELEMENTS (requirements); i++) {
    const VbItem *item = vb_item (vb_item_known (requirements[i].field));

    if (counts (required, &requirements[i]) && !is_named (record, &requirements[i]))
      add_missing (record, item);
  }
  for (guint i = 0; i < config->fixed.n_asked; i++)
    if (!record->named[config->fixed.asked[i]])
      add_missing (record, vb_item (config->fixed.asked[i]));

  return record->errors->len == n_errors;
}

gboolean
vb_required_are_usable (const VbBatteryConfig *config, const VbRecord *record)
{
  for (guint i = 0; i < record->entries->len; i++) {
    const VbRecordEntry *entry = &g_array_index (record->entries, VbRecordEntry, i);

    if (entry->said != VB_SAID_VALUE && entry->said != VB_SAID_NULL
        && vb_required_is (config, vb_item (entry->item)->field))
      return FALSE;
  }

  return TRUE;
}
