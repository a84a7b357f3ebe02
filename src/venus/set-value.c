#include "set-value.h"

#include "base/shown.h"
#include "bus/value.h"

/* Who sends, as GET /battery shows it. */
#define SOURCE "D-Bus"

static VbSet
set_custom_name (VbBattery *battery, guint item, GVariant *value)
{
  VbValue name = { .kind = VB_VALUE_TEXT };

  if (vb_bus_value_is_clear (value))
    name.as.text = "";
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    name.as.text = (char *)g_variant_get_string (value, NULL);
  else
    return VB_SET_IMPOSSIBLE;

  if (g_utf8_strlen (name.as.text, -1) > VB_CUSTOM_NAME_MAX
      || vb_shown_find_control (name.as.text) != 0)
    return VB_SET_REFUSED;

  vb_battery_set_identity (battery, item, &name);

  return VB_SET_TAKEN;
}

/* The GUI writes a number; which one does not matter, and it is not kept. */
static VbSet
clear_history (VbBattery *battery, GVariant *value, gint64 now)
{
  double number;

  if (!vb_bus_value_number (value, &number) || !vb_battery_clear_history (battery, now))
    return VB_SET_IMPOSSIBLE;

  return VB_SET_TAKEN;
}

/* The line about the source goes on naming who sends the records: a write beside them must not
   change it to and fro. */
static const char *
source_of (const VbBattery *battery)
{
  const VbSource *source = vb_battery_source (battery);

  return source->records > 0 ? source->address : SOURCE;
}

/* A record of one field: what is wrong or not believed has not been set. */
static VbSet
apply (VbIntake *intake, VbBattery *battery, guint item, GVariant *value, gint64 now)
{
  const VbDelivery delivery = {
    .mode = VB_APPLY_MERGE,
    .source = SOURCE,
    .named = source_of (battery),
    .now = now,
  };
  const GPtrArray *errors;
  const VbRecordError *error;

  if (!vb_bus_value_add_to_record (value, vb_item (item)->path, vb_intake_begin (intake)))
    return VB_SET_IMPOSSIBLE;

  vb_intake_take (intake, battery, &delivery);
  errors = vb_intake_errors (intake);
  if (errors->len == 0)
    return VB_SET_TAKEN;

  error = g_ptr_array_index (errors, 0);

  return error->code == VB_FIELD_ERROR_TYPE ? VB_SET_IMPOSSIBLE : VB_SET_REFUSED;
}

VbSet
vb_set_value (VbIntake *intake, VbBattery *battery, guint item, GVariant *value, gint64 now)
{
  const VbField *field = vb_item (item)->field;

  if (field->known == VB_KNOWN_CLEAR_HISTORY)
    return clear_history (battery, value, now);
  if (field->flags & VB_FIELD_WRITABLE)
    return set_custom_name (battery, item, value);
  /* It is what its parts say. */
  if (field->group != VB_GROUP_IDENTITY && vb_battery_parts (battery) != NULL)
    return VB_SET_REFUSED;
  if (field->group == VB_GROUP_IDENTITY || !vb_battery_config (battery)->live.dbus_writable)
    return VB_SET_IMPOSSIBLE;

  return apply (intake, battery, item, value, now);
}

VbSet
vb_set_cells (const VbVenusCells *cells, guint number, GVariant *value, double *id)
{
  if (!vb_venus_cells_is_request (number) || !vb_bus_value_number (value, id))
    return VB_SET_IMPOSSIBLE;

  return vb_venus_cells_has_battery (cells, *id) ? VB_SET_TAKEN : VB_SET_REFUSED;
}
