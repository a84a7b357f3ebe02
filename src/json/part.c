#include "part.h"

#include "core/limits.h"
#include "member.h"

static void
member_standing (VbJsonWriter *json, const VbPart *part, gint64 now)
{
  g_autoptr (GPtrArray) missing = g_ptr_array_new ();

  vb_heard_missing (&part->heard, now, missing);
  vb_json_member_string (json, "part", part->own->name);
  vb_json_member_string (json, "state", vb_state_name (part->heard.state));
  vb_json_member_time (json, "since", part->heard.since);
  vb_json_member_age (json, vb_part_age (part, now));
  vb_json_member_boolean (json, "counts", part->counts);
  vb_json_member_boolean (json, "off", part->off);
  vb_json_member_texts (json, "missing", missing);
}

void
vb_json_part_member_all (VbJsonWriter *json, const VbBattery *battery, gint64 now)
{
  const VbParts *parts = vb_battery_parts (battery);

  if (parts == NULL)
    return;

  vb_json_name (json, "parts");
  vb_json_begin_array (json);
  for (guint i = 0; i < vb_parts_n (parts); i++) {
    vb_json_begin_object (json);
    member_standing (json, vb_parts_get (parts, i), now);
    vb_json_end_object (json);
  }
  vb_json_end_array (json);
}

void
vb_json_part_event (const VbBattery *battery, guint index, gint64 now, GString *text)
{
  VbJsonWriter json;

  g_string_truncate (text, 0);
  vb_json_writer_init (&json, text);
  vb_json_begin_object (&json);
  vb_json_member_string (&json, "battery", vb_battery_config (battery)->fixed.name);
  member_standing (&json, vb_parts_get (vb_battery_parts (battery), index), now);
  vb_json_end_object (&json);
}

static void
member_says (VbJsonWriter *json, const VbPart *part)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; i < part->own->n_items; i++)
    g_ptr_array_add (names, (gpointer)vb_item (part->own->items[i])->name);
  vb_json_member_texts (json, "says", names);
}

static void
member_capacity (VbJsonWriter *json, const VbPart *part)
{
  vb_json_name (json, "capacity");
  if (vb_part_capacity (part) > 0)
    vb_json_real (json, vb_part_capacity (part), 1);
  else
    vb_json_null (json);
}

static void
member_sample (VbJsonWriter *json, const VbPart *part, guint index, gint64 now, GString *text)
{
  const VbItem *item = vb_item (index);
  const VbSample *sample = vb_part_sample (part, index, now);
  VbValue value;

  if (sample == NULL)
    return;

  /* A text is only looked at. */
  value = sample->value;
  if (item->field->group == VB_GROUP_LIMIT)
    vb_limits_round (index, &value);
  else
    vb_item_round (index, &value);
  g_string_truncate (text, 0);
  vb_item_format (index, &value, text);

  vb_json_name (json, item->name);
  vb_json_begin_object (json);
  vb_json_name (json, "value");
  vb_json_member_value (json, &value, item->field->decimals);
  vb_json_member_string (json, "text", text->str);
  vb_json_member_string (json, "unit", item->field->unit);
  vb_json_member_string (json, "path", item->path);
  vb_json_member_age (json, now - sample->time);
  vb_json_member_string (json, "group", vb_group_name (item->field->group));
  vb_json_member_boolean (json, "derived", sample == &part->heard.values.derived[index]);
  vb_json_end_object (json);
}

static void
member_values (VbJsonWriter *json, const VbPart *part, gint64 now)
{
  g_autoptr (GString) text = g_string_new (NULL);

  vb_json_name (json, "values");
  vb_json_begin_object (json);
  for (guint i = 0; i < vb_item_count (); i++)
    member_sample (json, part, i, now, text);
  vb_json_end_object (json);
}

void
vb_json_part (const VbBattery *battery, guint index, gint64 now, GString *text)
{
  static const char *const when_silent[] = { "stop-charging", "leave-out" };
  const VbPart *part = vb_parts_get (vb_battery_parts (battery), index);
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  VbJsonWriter json;

  vb_plausible_describe (&part->heard.plausible, warnings);
  vb_json_writer_init (&json, text);
  vb_json_begin_object (&json);
  vb_json_member_string (&json, "battery", vb_battery_config (battery)->fixed.name);
  member_standing (&json, part, now);
  vb_json_member_string (&json, "battery_state", vb_state_name (vb_battery_state (battery)));
  member_capacity (&json, part);
  member_says (&json, part);
  vb_json_member_string (&json, "when_silent", when_silent[part->own->when_silent]);
  vb_json_member_source (&json, &part->heard.source);
  vb_json_member_texts (&json, "warnings", warnings);
  member_values (&json, part, now);
  vb_json_end_object (&json);
}
