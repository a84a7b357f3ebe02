#include "member.h"

#include <time.h>

#include "base/clock.h"
#include "core/limits.h"
#include "intake.h"

#define SHARE_DECIMALS 1

void
vb_json_member_time (VbJsonWriter *json, const char *name, gint64 time)
{
  const gint64 real = vb_clock_wall (time);
  const time_t seconds = real / G_USEC_PER_SEC;
  struct tm utc;
  char text[64];
  gsize length;

  gmtime_r (&seconds, &utc);
  length = strftime (text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  g_snprintf (text + length, sizeof text - length, ".%03dZ", (int)(real % G_USEC_PER_SEC / 1000));
  vb_json_member_string (json, name, text);
}

void
vb_json_member_age (VbJsonWriter *json, gint64 age)
{
  vb_json_name (json, "age");
  if (age == VB_AGE_NEVER)
    vb_json_null (json);
  else
    vb_json_real (json, (double)age / G_USEC_PER_SEC, 2);
}

void
vb_json_member_texts (VbJsonWriter *json, const char *name, const GPtrArray *texts)
{
  vb_json_name (json, name);
  vb_json_begin_array (json);
  for (guint i = 0; i < texts->len; i++)
    vb_json_string (json, g_ptr_array_index (texts, i));
  vb_json_end_array (json);
}

void
vb_json_member_accepted (
    VbJsonWriter *json, VbState state, guint accepted, guint changed, const GPtrArray *missing)
{
  vb_json_member_string (json, "state", vb_state_name (state));
  vb_json_member_integer (json, "accepted", accepted);
  vb_json_member_integer (json, "changed", changed);
  vb_json_member_texts (json, "missing", missing);
}

void
vb_json_member_any_errors (VbJsonWriter *json, const GPtrArray *errors, guint n_more)
{
  if (errors != NULL)
    vb_json_member_errors (json, errors, n_more);
}

void
vb_json_member_errors (VbJsonWriter *json, const GPtrArray *errors, guint n_more)
{
  vb_json_name (json, "errors");
  vb_json_begin_array (json);
  for (guint i = 0; i < errors->len; i++) {
    const VbRecordError *error = g_ptr_array_index (errors, i);

    vb_json_begin_object (json);
    vb_json_member_string (json, "field", error->field);
    vb_json_member_string (json, "path", error->path);
    vb_json_member_string (json, "code", vb_field_error_name (error->code));
    vb_json_member_string (json, "detail", error->detail);
    vb_json_end_object (json);
  }
  vb_json_end_array (json);
  if (n_more > 0)
    vb_json_member_integer (json, "more_errors", n_more);
}

void
vb_json_member_value (VbJsonWriter *json, const VbValue *value, int decimals)
{
  switch (value->kind) {
  case VB_VALUE_INTEGER:
    vb_json_integer (json, value->as.integer);
    break;
  case VB_VALUE_REAL:
    vb_json_real (json, value->as.real, decimals);
    break;
  case VB_VALUE_TEXT:
    vb_json_string (json, value->as.text);
    break;
  case VB_VALUE_INVALID:
  default:
    vb_json_null (json);
    break;
  }
}

/* What was wrong in the last record that was taken. */
static void
member_last_errors (VbJsonWriter *json, const VbSource *source)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();

  vb_json_member_errors (json, source->errors != NULL ? source->errors : none, source->n_more);
}

void
vb_json_member_source (VbJsonWriter *json, const VbSource *source)
{
  vb_json_name (json, "source");
  vb_json_begin_object (json);
  vb_json_member_string (json, "address", source->address);
  vb_json_member_integer (json, "records", (gint64)source->records);
  vb_json_member_integer (json, "refused", (gint64)source->refused);
  if (source->last == 0)
    vb_json_member_string (json, "last", NULL);
  else
    vb_json_member_time (json, "last", source->last);
  member_last_errors (json, source);

  vb_json_name (json, "last_refusal");
  if (source->refusal.time == 0)
    vb_json_null (json);
  else {
    vb_json_begin_object (json);
    vb_json_member_time (json, "time", source->refusal.time);
    vb_json_member_integer (json, "status", vb_intake_status (source->refusal.outcome));
    vb_json_member_errors (json, source->refusal.errors, source->refusal.n_more);
    vb_json_end_object (json);
  }
  vb_json_end_object (json);
}

static void
member_limit (VbJsonWriter *json, VbLimit limit, const VbLimited *limited)
{
  const guint item = vb_item_known (vb_limited_field (limit));
  VbValue to = { .kind = VB_VALUE_REAL, .as.real = limited->to };

  vb_limits_round (item, &to);
  vb_json_name (json, vb_item (item)->name);
  vb_json_begin_object (json);
  vb_json_name (json, "to");
  vb_json_member_value (json, &to, vb_item (item)->field->decimals);
  vb_json_member_string (json, "by", vb_rule_name (limited->by));
  if (limited->input != VB_INPUT_NONE) {
    const VbItem *input = vb_item (vb_item_known (vb_input_field (limited->input)));

    vb_json_member_string (json, "field", input->name);
    vb_json_member_real (json, "value", limited->value, input->field->decimals);
    vb_json_member_real (json, "share", limited->share, SHARE_DECIMALS);
  }
  vb_json_end_object (json);
}

void
vb_json_member_limited (VbJsonWriter *json, const VbLimited *limited)
{
  if (limited == NULL)
    return;

  vb_json_name (json, "limited");
  vb_json_begin_object (json);
  for (VbLimit limit = 0; limit < VB_N_LIMITS; limit++)
    if (limited[limit].by != VB_RULE_NONE)
      member_limit (json, limit, &limited[limit]);
  vb_json_end_object (json);
}

static void
member_known (VbJsonWriter *json, const char *name, gboolean known, gboolean value)
{
  vb_json_name (json, name);
  if (known)
    vb_json_boolean (json, value);
  else
    vb_json_null (json);
}

void
vb_json_member_selected (VbJsonWriter *json, const VbBattery *battery)
{
  const VbSelected selected = vb_battery_selected (battery);

  vb_json_name (json, "selected");
  vb_json_begin_object (json);
  member_known (json, "monitor", selected.known, selected.monitor);
  member_known (json, "bms", selected.known, selected.bms);
  member_known (json, "dvcc", selected.known, selected.dvcc);
  vb_json_end_object (json);
}
