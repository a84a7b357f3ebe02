#include "state.h"

#include "base/clock.h"
#include "intake.h"
#include "member.h"
#include "part.h"
#include "rules.h"

/* What was asked for is shown as it was sent, not rounded. */
#define ASKED_DECIMALS 6

static void
member_joining (VbJsonWriter *json, const VbPresence *presence)
{
  vb_json_member_string (json, "joining", vb_joining_name (presence->joining));
}

static void
member_instance (VbJsonWriter *json, const VbPresence *presence)
{
  vb_json_name (json, "instance");
  if (presence->instance < 0)
    vb_json_null (json);
  else
    vb_json_integer (json, presence->instance);
}

/* What the battery waits for once it is in @state: a check has not sent it on its way. */
static const char *
joining_after (const VbPresence *presence, VbState state)
{
  if (presence->joining != VB_JOINING_NOTHING || presence->on_bus || !vb_state_on_bus (state))
    return vb_joining_name (presence->joining);

  return vb_joining_name (presence->instance < 0 ? VB_JOINING_SETTINGS : VB_JOINING_NAME);
}

static void
member_safer (VbJsonWriter *json, const GPtrArray *safer)
{
  if (safer->len > 0)
    vb_json_member_texts (json, "safer", safer);
}

void
vb_json_state_verdict (const VbBattery *battery,
                       const VbVerdict *verdict,
                       const VbRecord *record,
                       GString *text)
{
  const VbPresence *presence = vb_battery_presence (battery);
  VbJsonWriter json;

  vb_json_writer_init (&json, text);
  vb_json_begin_object (&json);
  vb_json_member_string (&json, "battery", vb_battery_config (battery)->fixed.name);
  if (verdict->part != NULL)
    vb_json_member_string (&json, "part", verdict->part);
  vb_json_member_string (&json, "state", vb_state_name (verdict->state));
  if (verdict->part != NULL)
    vb_json_member_string (&json, "battery_state", vb_state_name (verdict->battery_state));
  vb_json_member_boolean (&json, "on_bus", presence->on_bus);
  vb_json_member_string (&json, "joining", joining_after (presence, verdict->battery_state));
  vb_json_member_integer (&json, "accepted", verdict->accepted);
  vb_json_member_integer (&json, "changed", verdict->changed);
  vb_json_member_texts (&json, "missing", verdict->missing);
  vb_json_member_texts (&json, "ignored", record->ignored);
  vb_json_member_texts (&json, "warnings", verdict->warnings);
  vb_json_member_errors (&json, record->errors, record->n_more);
  member_safer (&json, verdict->safer);
  vb_json_member_limited (&json, verdict->has_rules ? verdict->limited : NULL);
  if (verdict->reason->len > 0)
    vb_json_member_string (&json, "reason", verdict->reason->str);
  vb_json_member_time (&json, "time", vb_clock_now ());
  vb_json_end_object (&json);
}

void
vb_json_state_refusal (guint status,
                       VbState state,
                       const char *detail,
                       const GPtrArray *errors,
                       guint n_more,
                       const GPtrArray *safer,
                       GString *text)
{
  VbJsonWriter json;

  vb_json_writer_init (&json, text);
  vb_json_begin_object (&json);
  vb_json_member_string (&json, "type", "about:blank");
  vb_json_member_string (&json, "title", "Record refused");
  vb_json_member_integer (&json, "status", status);
  vb_json_member_string (&json, "detail", detail);
  vb_json_member_string (&json, "state", vb_state_name (state));
  vb_json_member_errors (&json, errors, n_more);
  member_safer (&json, safer);
  vb_json_end_object (&json);
}

static void
member_item_warnings (VbJsonWriter *json, const VbBattery *battery, guint item)
{
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);

  vb_battery_item_warnings (battery, item, warnings);
  if (warnings->len > 0)
    vb_json_member_texts (json, "warnings", warnings);
}

static void
member_values (VbJsonWriter *json, const VbBattery *battery, gint64 now)
{
  g_autoptr (GString) text = g_string_new (NULL);

  vb_json_name (json, "values");
  vb_json_begin_object (json);
  for (guint i = 0; i < vb_item_count (); i++) {
    const VbItem *item = vb_item (i);
    const VbValue *value = vb_battery_value (battery, i);
    const VbValue *asked = vb_battery_asked (battery, i);
    gboolean derived;
    gint64 age;

    if (!vb_value_is_valid (value) || item->field->group == VB_GROUP_IDENTITY)
      continue;

    age = vb_values_age (&vb_battery_heard (battery)->values, i, now, &derived);
    g_string_truncate (text, 0);
    vb_item_format (i, value, text);

    vb_json_name (json, item->name);
    vb_json_begin_object (json);
    vb_json_name (json, "value");
    vb_json_member_value (json, value, item->field->decimals);
    if (asked != NULL) {
      vb_json_name (json, "asked");
      vb_json_member_value (json, asked, ASKED_DECIMALS);
    }
    vb_json_member_string (json, "text", text->str);
    vb_json_member_string (json, "unit", item->field->unit);
    vb_json_member_string (json, "path", item->path);
    vb_json_member_age (json, age);
    vb_json_member_string (json, "group", vb_group_name (item->field->group));
    vb_json_member_boolean (json, "derived", derived);
    member_item_warnings (json, battery, i);
    vb_json_end_object (json);
  }
  vb_json_end_object (json);
}

void
vb_json_state_battery (const VbBattery *battery, gint64 now, GString *text)
{
  const VbPresence *presence = vb_battery_presence (battery);
  const VbBatteryConfig *config = vb_battery_config (battery);
  const VbValue *name = vb_battery_value (battery, vb_item_known (VB_KNOWN_CUSTOM_NAME));
  g_autoptr (GPtrArray) missing = g_ptr_array_new ();
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) reason = g_string_new (NULL);
  VbJsonWriter json;

  vb_battery_reason (battery, now, reason);
  vb_heard_missing (vb_battery_heard (battery), now, missing);
  vb_battery_warnings (battery, warnings);

  vb_json_writer_init (&json, text);
  vb_json_begin_object (&json);
  vb_json_member_string (&json, "battery", config->fixed.name);
  vb_json_member_string (&json, "role", vb_role_name (config->fixed.role));
  vb_json_member_string (&json, "state", vb_state_name (vb_battery_state (battery)));
  vb_json_member_time (&json, "since", vb_battery_since (battery));
  vb_json_member_age (&json, vb_battery_age (battery, now));
  vb_json_member_string (&json, "reason", reason->len > 0 ? reason->str : NULL);
  vb_json_member_boolean (&json, "on_bus", presence->on_bus);
  member_joining (&json, presence);
  vb_json_member_string (&json, "service", presence->service);
  member_instance (&json, presence);
  vb_json_member_string (&json, "name", name->kind == VB_VALUE_TEXT ? name->as.text : NULL);
  vb_json_member_selected (&json, battery);
  vb_json_member_source (&json, vb_battery_source (battery));
  vb_json_member_texts (&json, "missing", missing);
  vb_json_member_texts (&json, "warnings", warnings);
  vb_json_member_limited (&json, vb_battery_limited (battery));
  vb_json_rules_member (&json, battery);
  vb_json_part_member_all (&json, battery, now);
  member_values (&json, battery, now);
  vb_json_end_object (&json);
}

void
vb_json_state_batteries (const GPtrArray *batteries, GString *text)
{
  VbJsonWriter json;

  vb_json_writer_init (&json, text);
  vb_json_begin_array (&json);
  for (guint i = 0; i < batteries->len; i++) {
    const VbBattery *battery = g_ptr_array_index (batteries, i);
    const VbPresence *presence = vb_battery_presence (battery);

    vb_json_begin_object (&json);
    vb_json_member_string (&json, "name", vb_battery_config (battery)->fixed.name);
    vb_json_member_string (&json, "state", vb_state_name (vb_battery_state (battery)));
    vb_json_member_boolean (&json, "on_bus", presence->on_bus);
    vb_json_member_string (&json, "service", presence->service);
    member_instance (&json, presence);
    vb_json_member_string (&json, "role", vb_role_name (vb_battery_config (battery)->fixed.role));
    vb_json_end_object (&json);
  }
  vb_json_end_array (&json);
}

gboolean
vb_json_state_health (const GPtrArray *batteries, GString *text)
{
  gboolean healthy = TRUE;
  VbJsonWriter json;

  vb_json_writer_init (&json, text);
  vb_json_begin_object (&json);
  vb_json_name (&json, "batteries");
  vb_json_begin_object (&json);
  for (guint i = 0; i < batteries->len; i++) {
    const VbBattery *battery = g_ptr_array_index (batteries, i);
    const VbState state = vb_battery_state (battery);

    healthy = healthy && state == VB_STATE_LIVE;
    vb_json_member_string (&json, vb_battery_config (battery)->fixed.name, vb_state_name (state));
  }
  vb_json_end_object (&json);
  vb_json_member_boolean (&json, "healthy", healthy);
  vb_json_end_object (&json);

  return healthy;
}
