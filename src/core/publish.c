#include "publish.h"

#include <math.h>

#include "base/shown.h"
#include "limits.h"

/* Of what was wrong; the longest line that can come of it is VB_INFORMATION_MAX. */
#define BRIEF_MAX 76

/* Why there is nothing to go on with, on the bus and off it. */
#define REFUSED "Records refused: "
#define NOT_USABLE "Not usable: "
#define OUT_OF_REACH "Battery out of reach, says the source"

/* What one step publishes from. */
typedef struct
{
  VbValues *values;
  const VbBatteryConfig *config;
  const VbRules *rules;
  const VbSource *source;
  const VbBlamed *blamed;
  VbState state;
  gboolean shows_values; /* the state does */
  gboolean entered;      /* with this step */
  gint64 now;
} Step;

static void
append_seconds (GString *text, gint64 time)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (number, sizeof number, "%.6g", (double)time / G_USEC_PER_SEC);
  g_string_append_printf (text, "%s s", number);
}

/* The error that @errors, which may be NULL, have about a field; any where @path is NULL. */
static const VbRecordError *
find_error (const GPtrArray *errors, const char *path)
{
  for (guint i = 0; errors != NULL && i < errors->len; i++) {
    const VbRecordError *error = g_ptr_array_index (errors, i);

    if (path == NULL || g_strcmp0 (error->path, path) == 0)
      return error;
  }

  return NULL;
}

/* @what: what that error means. The name of a part goes before it, and takes from its room. */
static void
append_error (GString *text, const char *what, const VbRecordError *error)
{
  g_autofree char *brief = vb_record_error_brief (error);
  const gsize taken = text->len;

  g_string_append (text, what);
  vb_shown_append (text, brief, BRIEF_MAX - taken);
}

static void
append_part (const VbBlamed *blamed, GString *text)
{
  if (blamed->part != NULL)
    g_string_append_printf (text, "%s: ", blamed->part);
}

/* Whether what came last, within @after, was refused. */
static const VbRecordError *
recent_refusal (const VbSource *source, gint64 now, gint64 after)
{
  const VbRefusal *refusal = &source->refusal;

  if (refusal->time <= now - after || refusal->time <= source->last)
    return NULL;

  return find_error (refusal->errors, NULL);
}

/* Why the battery is not live. @after: the configured time of the step. */
static void
append_reason (const VbBlamed *blamed, gint64 now, gint64 after, GString *text)
{
  const VbValues *values = &blamed->heard->values;
  const VbBatteryConfig *config = blamed->heard->config;
  const VbRequired *required = &blamed->heard->required;
  const VbSource *source = &blamed->heard->source;
  guint item;
  gint64 time;
  const gboolean requires = vb_required_oldest (required, config, values, &item, &time);
  const VbRecordError *refusal = recent_refusal (source, now, after);
  const VbRecordError *wrong = requires ? find_error (source->errors, vb_item (item)->path) : NULL;

  append_part (blamed, text);
  if (refusal != NULL) {
    append_error (text, REFUSED, refusal);
    return;
  }
  if (vb_required_is_out_of_reach (required, config, values) && source->last > now - after) {
    g_string_append (text, OUT_OF_REACH);
    return;
  }

  if (source->last <= now - after)
    g_string_append (text, "No data for ");
  else if (!requires || time > now - after) {
    /* Everything came, and age counts from when it last changed. */
    g_string_append (text, "The same values for ");
    after = config->live.frozen_after;
  } else if (wrong != NULL) {
    append_error (text, NOT_USABLE, wrong);
    return;
  } else
    g_string_append_printf (text, "%s not sent for ", vb_item (item)->name);

  append_seconds (text, after);
}

void
vb_publish_waits (const VbBlamed *blamed, gint64 now, GString *text)
{
  const VbValues *values = &blamed->heard->values;
  const VbBatteryConfig *config = blamed->heard->config;
  const VbRequired *required = &blamed->heard->required;
  const VbSource *source = &blamed->heard->source;
  const gint64 warn_after = config->live.freshness.warn_after;
  guint item;
  gint64 time;
  const gboolean requires = vb_required_oldest (required, config, values, &item, &time);
  const VbRecordError *refusal = recent_refusal (source, now, warn_after);
  const VbRecordError *wrong = requires ? find_error (source->errors, vb_item (item)->path) : NULL;

  append_part (blamed, text);
  if (source->records == 0 && refusal == NULL)
    g_string_append (text, "No data yet");
  else if (refusal != NULL)
    append_error (text, REFUSED, refusal);
  else if (vb_required_is_out_of_reach (required, config, values))
    g_string_append (text, OUT_OF_REACH);
  else if (wrong != NULL)
    append_error (text, NOT_USABLE, wrong);
  else
    g_string_append_printf (text, "Waiting for %s", requires ? vb_item (item)->name : "a record");
}

void
vb_publish_describe (
    const VbBlamed *blamed, const VbRules *rules, VbState state, gint64 now, GString *text)
{
  const VbBatteryConfig *config = blamed->heard->config;
  const VbSource *source = &blamed->heard->source;
  const VbFreshness *freshness = &config->live.freshness;
  static const char *const consequences[] = {
    [VB_ON_STALE_STOP_CHARGING] = ": charging stopped",
    [VB_ON_STALE_BLOCK] = ": charging and discharging stopped",
    [VB_ON_STALE_DROP] = ": limits withdrawn",
  };

  switch (state) {
  case VB_STATE_LIVE:
    if (vb_told_describe (rules->told, text))
      return;
    g_string_append (text, "Receiving data from ");
    vb_shown_append (text, source->named != NULL ? source->named : "nobody", BRIEF_MAX);
    return;
  case VB_STATE_LATE:
    append_reason (blamed, now, freshness->warn_after, text);
    return;
  case VB_STATE_STALE:
    append_reason (blamed, now, freshness->stale_after, text);
    if (config->fixed.role == VB_ROLE_BMS)
      g_string_append (text, consequences[freshness->on_stale]);
    return;
  case VB_STATE_LOST:
    append_reason (blamed, now,
                   freshness->on_stale == VB_ON_STALE_DROP ? freshness->stale_after
                                                           : freshness->drop_after,
                   text);
    if (config->fixed.role == VB_ROLE_BMS)
      g_string_append (text, consequences[VB_ON_STALE_DROP]);
    return;
  case VB_STATE_WAITING:
  case VB_STATE_GONE:
  default:
    return;
  }
}

static const VbSample *
fresh (const Step *step, guint item)
{
  return vb_values_fresh (step->values, item, &step->config->live, step->now);
}

static void
show_integer (const Step *step, guint item, gint64 integer)
{
  const VbValue value = { .kind = VB_VALUE_INTEGER, .as.integer = integer };

  vb_values_show (step->values, item, &value, step->now);
}

/* @sample: NULL or invalid for none */
static void
show_chosen (const Step *step, guint item, const VbField *field, const VbSample *sample)
{
  g_auto (VbValue) value = VB_VALUE_INIT;

  if (sample == NULL || !vb_value_is_valid (&sample->value)
      || (field->flags & VB_FIELD_NOT_ZERO && vb_value_number (&sample->value, 1) == 0)) {
    vb_values_hide (step->values, item);
    return;
  }

  /* A text is only looked at, so that showing it again costs no copy. */
  value = sample->value;
  if (field->group == VB_GROUP_LIMIT)
    vb_limits_belt (&step->config->live, item, &value);
  else
    vb_item_round (item, &value);
  vb_values_show (step->values, item, &value, sample->time);
  value = (VbValue)VB_VALUE_INIT;

  if (sample == &step->values->derived[item])
    step->values->flags[item] |= VB_ITEM_DERIVED;
  else
    step->values->flags[item] &= ~VB_ITEM_DERIVED;
}

static void
show_sample (const Step *step, guint item, const VbField *field)
{
  show_chosen (step, item, field, fresh (step, item));
}

/* A limit about which there are rules. What they supply is derived. */
static void
show_limit (const Step *step, guint item, const VbField *field, VbLimit limit)
{
  const VbSample *ruled = &step->rules->limits[limit];

  if (!vb_value_is_valid (&ruled->value)) {
    show_sample (step, item, field);
    return;
  }

  show_chosen (step, item, field, ruled);
  if (!vb_value_is_valid (&step->values->sent[item].value))
    step->values->flags[item] |= VB_ITEM_DERIVED;
}

/* BatteryLowVoltage comes from the configuration where the source has none. */
static void
show_low_voltage (const Step *step, guint item, const VbField *field)
{
  g_auto (VbValue) value = VB_VALUE_INIT;

  if (isnan (step->config->live.battery_low_voltage) || step->values->flags[item] & VB_ITEM_NULLED
      || fresh (step, item) != NULL) {
    show_sample (step, item, field);
    return;
  }

  value = vb_value_real (step->config->live.battery_low_voltage);
  vb_limits_belt (&step->config->live, item, &value);
  vb_values_show (step->values, item, &value, step->now);
  step->values->flags[item] |= VB_ITEM_DERIVED;
}

/* The worse of what the source says of its cable and of what is known here. */
static void
show_cable (const Step *step, guint item)
{
  static const gint64 own[] = {
    [VB_STATE_LIVE] = 0,
    [VB_STATE_LATE] = 1,
    [VB_STATE_STALE] = 2,
    [VB_STATE_LOST] = 2,
  };

  show_integer (
      step, item,
      MAX (own[step->state], (gint64)vb_value_number (&step->values->sent[item].value, 0)));
}

/* The text that the source has of its own, behind what limits now. */
static void
show_own_information (const Step *step, guint item, const VbSample *sample)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (vb_told_describe (step->rules->told, text))
    g_string_append (text, "; ");
  vb_shown_append (text, sample->value.as.text, VB_INFORMATION_MAX - text->len);
  vb_values_show (step->values, item, &(VbValue){ .kind = VB_VALUE_TEXT, .as.text = text->str },
                  sample->time);
  step->values->flags[item] &= ~VB_ITEM_DERIVED;
}

/* The line changes with the state and the rule that limits, not with the second; where the source
   has a text of its own, that one is shown while it is live. */
static void
show_information (const Step *step, guint item)
{
  const gboolean live = step->state == VB_STATE_LIVE;
  const VbSample *own = live ? fresh (step, item) : NULL;
  g_autoptr (GString) text = NULL;

  if (own != NULL && own->value.kind == VB_VALUE_TEXT) {
    show_own_information (step, item, own);
    return;
  }

  if (!step->entered
      && !(live
           && (step->source->renamed || vb_rules_are_retold (step->rules)
               || !(step->values->flags[item] & VB_ITEM_DERIVED))))
    return;

  text = g_string_new (NULL);
  vb_publish_describe (step->blamed, step->rules, step->state, step->now, text);
  vb_values_show (step->values, item, &(VbValue){ .kind = VB_VALUE_TEXT, .as.text = text->str },
                  step->now);
  step->values->flags[item] |= VB_ITEM_DERIVED;
}

/* Whether the source says something of @known, be it null. */
static gboolean
is_said (const Step *step, VbKnown known)
{
  const guint item = vb_item_known (known);

  return vb_value_is_valid (&step->values->sent[item].value)
         || step->values->flags[item] & VB_ITEM_NULLED;
}

static gboolean
shows_counter (const Step *step, guint item, const VbField *field)
{
  return step->values->flags[item] & VB_ITEM_DERIVED && field->flags & VB_FIELD_COUNTED;
}

/* Where nothing is counted, a counter changes by being cleared alone. */
static void
show_group (const Step *step, guint item, const VbField *field)
{
  const VbGroup group = field->group;
  const gboolean live_only = group == VB_GROUP_LIVE || field->flags & VB_FIELD_LIVE_ONLY;

  if (step->shows_values || (group == VB_GROUP_ALARM && !live_only))
    show_sample (step, item, field);
  else if (live_only || (group == VB_GROUP_LIMIT && step->state != VB_STATE_STALE))
    vb_values_hide (step->values, item);
  else if (shows_counter (step, item, field))
    show_chosen (step, item, field, &step->values->derived[item]);
}

/* The battery itself is the one module that there is, where the source counts none. */
static void
show_modules (const Step *step, guint item, const VbField *field)
{
  if (is_said (step, VB_KNOWN_MODULES_ONLINE) || is_said (step, VB_KNOWN_MODULES_OFFLINE)) {
    show_group (step, item, field);
    return;
  }

  show_integer (step, item, (field->known == VB_KNOWN_MODULES_ONLINE) == step->shows_values);
  step->values->flags[item] |= VB_ITEM_DERIVED;
}

static void
show_item (const Step *step, guint item, const VbField *field)
{
  switch (field->known) {
  case VB_KNOWN_MAX_CHARGE_VOLTAGE:
  case VB_KNOWN_MAX_CHARGE_CURRENT:
  case VB_KNOWN_MAX_DISCHARGE_CURRENT:
    if (step->shows_values)
      show_limit (step, item, field, vb_limited_by_field (field->known));
    else
      show_group (step, item, field);
    break;
  case VB_KNOWN_BMS_CABLE:
    show_cable (step, item);
    break;
  case VB_KNOWN_CONNECTED:
    show_integer (step, item, step->shows_values);
    break;
  case VB_KNOWN_CONNECTION_INFORMATION:
    show_information (step, item);
    break;
  case VB_KNOWN_BATTERY_LOW_VOLTAGE:
    if (step->shows_values)
      show_low_voltage (step, item, field);
    else
      show_group (step, item, field);
    break;
  case VB_KNOWN_MODULES_ONLINE:
  case VB_KNOWN_MODULES_OFFLINE:
    show_modules (step, item, field);
    break;
  case VB_KNOWN_ALARM:
  case VB_KNOWN_BALANCING:
    /* They follow from what the others show. */
    break;
  default:
    show_group (step, item, field);
    break;
  }
}

/* What is known of the others, once they are shown. */
typedef struct
{
  gboolean alarm;     /* one is above 0 */
  gboolean balances;  /* one is known */
  gboolean balancing; /* one is 1 */
} Summary;

static void
note (Summary *summary, const VbField *field, const VbValue *value)
{
  const gboolean is_raised = vb_value_number (value, 0) > 0;

  if (field->flags & VB_FIELD_ALARM)
    summary->alarm |= is_raised;
  else {
    summary->balances |= vb_value_is_valid (value);
    summary->balancing |= is_raised;
  }
}

/* The GUI knows 0 and 1 there alone, and shows nothing for 2. Nobody balances once the cells are
   not known any more. */
static void
show_summary (const Step *step, const Summary *summary)
{
  const guint alarm = vb_item_known (VB_KNOWN_ALARM);
  const guint balancing = vb_item_known (VB_KNOWN_BALANCING);
  VbSample *derived = &step->values->derived[balancing];

  show_integer (step, alarm,
                summary->alarm || vb_value_number (&step->values->sent[alarm].value, 0) > 0);
  step->values->flags[alarm] |= VB_ITEM_DERIVED;

  if (!step->shows_values) {
    vb_values_hide (step->values, balancing);
    return;
  }

  *derived = (VbSample){ 0 };
  if (summary->balances) {
    derived->value = vb_value_integer (summary->balancing);
    derived->time = step->now;
  }
  show_chosen (step, balancing, vb_item (balancing)->field,
               is_said (step, VB_KNOWN_BALANCING) ? &step->values->sent[balancing] : derived);
}

void
vb_publish_activate (VbValues *values, const VbBatteryConfig *config)
{
  static const VbKnown always[] = {
    VB_KNOWN_ALARM,
    VB_KNOWN_BALANCING,
    VB_KNOWN_BMS_CABLE,
    VB_KNOWN_CONNECTED,
    VB_KNOWN_CONNECTION_INFORMATION,
    VB_KNOWN_BATTERY_LOW_VOLTAGE,
    VB_KNOWN_MODULES_OFFLINE,
    VB_KNOWN_MODULES_ONLINE,
  };

  for (guint i = 0; i < G_N_ELEMENTS (always); i++) {
    const guint item = vb_item_known (always[i]);

    if (vb_battery_config_has_field (config, vb_item (item)->field))
      vb_values_activate (values, item);
  }
}

void
vb_publish (VbValues *values,
            const VbBatteryConfig *config,
            const VbRules *rules,
            VbSource *source,
            const VbBlamed *blamed,
            VbState state,
            gboolean entered,
            gint64 now)
{
  const Step step = {
    .values = values,
    .config = config,
    .rules = rules,
    .source = source,
    .blamed = blamed,
    .state = state,
    .shows_values = vb_state_shows_values (state),
    .entered = entered,
    .now = now,
  };
  const gboolean on_bus = vb_state_on_bus (state);
  Summary summary = { 0 };

  for (guint i = 0; i < values->active->len; i++) {
    const guint item = g_array_index (values->active, guint, i);
    const VbField *field = vb_item (item)->field;

    if (!on_bus) {
      vb_values_hide (values, item);
      continue;
    }
    show_item (&step, item, field);
    if ((field->flags & VB_FIELD_ALARM && field->known != VB_KNOWN_ALARM)
        || field->known == VB_KNOWN_BALANCE)
      note (&summary, field, &values->shown[item].value);
  }

  if (on_bus)
    show_summary (&step, &summary);

  source->renamed = FALSE;
}
