#include "field-metrics.h"

#include "prometheus-text.h"

/* How a field's unit is told to Prometheus, which wants base units. */
static const struct
{
  const char *unit;
  const char *suffix;
  double factor;
} units[] = {
  { "V", "_volts", 1 },        { "A", "_amperes", 1 },      { "W", "_watts", 1 },
  { "%", "_ratio", 0.01 },     { "°C", "_celsius", 1 },     { "s", "_seconds", 1 },
  { "Ah", "_coulombs", 3600 }, { "kWh", "_joules", 3.6e6 },
};

/* `MaxChargeVoltage` as max_charge_voltage; of a family the name without its number. */
static char *
metric_name (const VbField *field, double *factor)
{
  GString *name = g_string_new ("virtual_battery");

  for (const char *c = field->name; *c != '\0'; c++) {
    if (*c == '%') {
      c++;
      continue;
    }
    if (g_ascii_isupper (*c) && !(c > field->name && g_ascii_isupper (c[-1])))
      g_string_append_c (name, '_');
    g_string_append_c (name, g_ascii_tolower (*c));
  }

  *factor = 1;
  for (guint i = 0; field->unit != NULL && i < G_N_ELEMENTS (units); i++)
    if (g_str_equal (units[i].unit, field->unit)) {
      g_string_append (name, units[i].suffix);
      *factor = units[i].factor;
    }

  return g_string_free (name, FALSE);
}

/* One metric for each row of the table that has a number somewhere. */
static void
append_field (const GPtrArray *batteries, guint first, GString *text)
{
  const VbField *field = vb_item (first)->field;
  double factor;
  g_autofree char *name = metric_name (field, &factor);
  gboolean has_head = FALSE;

  for (guint i = 0; i < batteries->len; i++) {
    const VbBattery *battery = g_ptr_array_index (batteries, i);

    for (guint item = first; item < first + MAX (field->count, 1); item++) {
      const VbValue *value = vb_battery_value (battery, item);

      if (!vb_value_is_valid (value) || value->kind == VB_VALUE_TEXT)
        continue;
      if (!has_head)
        vb_prometheus_text_append_head (text, name, "gauge", field->description);
      has_head = TRUE;
      g_string_append_printf (text, "%s{battery=\"%s\"", name,
                              vb_battery_config (battery)->fixed.name);
      if (field->count > 0)
        g_string_append_printf (text, ",number=\"%u\"", vb_item (item)->member);
      g_string_append (text, "} ");
      vb_prometheus_text_append_number (text, vb_value_number (value, 0) * factor);
    }
  }
}

void
vb_field_metrics_append (const GPtrArray *batteries, GString *text)
{
  for (guint i = 0; i < vb_item_count (); i++)
    if (vb_item_is_row (i) && vb_item (i)->field->group != VB_GROUP_IDENTITY)
      append_field (batteries, i, text);
}
