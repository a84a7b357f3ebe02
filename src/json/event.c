#include "event.h"

#include "intake.h"
#include "member.h"

static void
begin (VbJsonWriter *json, const VbBattery *battery, GString *text)
{
  g_string_truncate (text, 0);
  vb_json_writer_init (json, text);
  vb_json_begin_object (json);
  vb_json_member_string (json, "battery", vb_battery_config (battery)->fixed.name);
}

static const char *
text_of (const VbBattery *battery, VbKnown known)
{
  const VbValue *value = vb_battery_value (battery, vb_item_known (known));

  return value->kind == VB_VALUE_TEXT ? value->as.text : NULL;
}

void
vb_json_event_state (const VbBattery *battery, GString *text)
{
  const VbPresence *presence = vb_battery_presence (battery);
  VbJsonWriter json;

  begin (&json, battery, text);
  vb_json_member_string (&json, "state", vb_state_name (vb_battery_state (battery)));
  vb_json_member_time (&json, "since", vb_battery_since (battery));
  vb_json_member_boolean (&json, "on_bus", presence->on_bus);
  vb_json_member_string (&json, "joining", vb_joining_name (presence->joining));
  vb_json_member_string (&json, "text", text_of (battery, VB_KNOWN_CONNECTION_INFORMATION));
  vb_json_end_object (&json);
}

static gboolean
is_shown (guint item)
{
  return vb_item (item)->field->group != VB_GROUP_IDENTITY;
}

static void
member_item (VbJsonWriter *json, const VbBattery *battery, guint item, GString *buffer)
{
  const VbValue *value = vb_battery_value (battery, item);

  vb_json_name (json, vb_item (item)->name);
  if (!vb_value_is_valid (value)) {
    vb_json_null (json);
    return;
  }

  g_string_truncate (buffer, 0);
  vb_item_format (item, value, buffer);
  vb_json_begin_object (json);
  vb_json_name (json, "value");
  vb_json_member_value (json, value, vb_item (item)->field->decimals);
  vb_json_member_string (json, "text", buffer->str);
  vb_json_end_object (json);
}

void
vb_json_event_values (const VbBattery *battery, const guint *items, guint n, GString *text)
{
  g_autoptr (GString) buffer = g_string_new (NULL);
  VbJsonWriter json;

  begin (&json, battery, text);
  vb_json_name (&json, "values");
  vb_json_begin_object (&json);
  for (guint i = 0; i < n; i++)
    if (is_shown (items[i]))
      member_item (&json, battery, items[i], buffer);
  vb_json_end_object (&json);
  vb_json_end_object (&json);
}

void
vb_json_event_all_values (const VbBattery *battery, GString *text)
{
  g_autoptr (GArray) items = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < vb_item_count (); i++)
    if (vb_value_is_valid (vb_battery_value (battery, i)))
      g_array_append_val (items, i);
  vb_json_event_values (battery, (const guint *)items->data, items->len, text);
}

void
vb_json_event_accepted (const VbBattery *battery,
                        const VbVerdict *verdict,
                        gint64 now,
                        GString *text)
{
  const VbSource *source = vb_battery_source (battery);
  VbJsonWriter json;

  begin (&json, battery, text);
  vb_json_member_time (&json, "time", source->last);
  vb_json_member_age (&json, vb_battery_age (battery, now));
  vb_json_member_string (&json, "address", source->address);
  if (verdict->part != NULL)
    vb_json_member_string (&json, "part", verdict->part);
  vb_json_member_accepted (&json, verdict->state, verdict->accepted, verdict->changed,
                           verdict->missing);
  vb_json_member_any_errors (&json, source->errors, source->n_more);
  vb_json_end_object (&json);
}

void
vb_json_event_refused (const VbBattery *battery, GString *text)
{
  const VbRefusal *refusal = &vb_battery_source (battery)->refusal;
  VbJsonWriter json;

  begin (&json, battery, text);
  vb_json_member_time (&json, "time", refusal->time);
  vb_json_member_string (&json, "address", refusal->address);
  vb_json_member_integer (&json, "status", vb_intake_status (refusal->outcome));
  vb_json_member_errors (&json, refusal->errors, refusal->n_more);
  vb_json_end_object (&json);
}

void
vb_json_event_selected (const VbBattery *battery, GString *text)
{
  VbJsonWriter json;

  begin (&json, battery, text);
  vb_json_member_selected (&json, battery);
  vb_json_end_object (&json);
}

void
vb_json_event_limited (const VbBattery *battery, GString *text)
{
  VbJsonWriter json;

  begin (&json, battery, text);
  vb_json_member_limited (&json, vb_battery_limited (battery));
  vb_json_end_object (&json);
}

void
vb_json_event_renamed (const VbBattery *battery, GString *text)
{
  VbJsonWriter json;

  begin (&json, battery, text);
  vb_json_member_string (&json, "name", text_of (battery, VB_KNOWN_CUSTOM_NAME));
  vb_json_end_object (&json);
}

void
vb_json_event_written (const VbBattery *battery, guint item, GString *text)
{
  VbJsonWriter json;

  begin (&json, battery, text);
  vb_json_member_string (&json, "field", vb_item (item)->name);
  vb_json_member_string (&json, "path", vb_item (item)->path);
  vb_json_name (&json, "value");
  vb_json_member_value (&json, vb_battery_value (battery, item), vb_item (item)->field->decimals);
  vb_json_end_object (&json);
}
