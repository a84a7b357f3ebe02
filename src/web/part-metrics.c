#include "part-metrics.h"

#include "prometheus-text.h"

typedef struct
{
  const char *name;
  const char *type;
  const char *help;
  gboolean (*value) (const VbPart *part, gint64 now, double *value);
} Metric;

static gboolean
get_counts (const VbPart *part, gint64 now, double *value)
{
  *value = part->counts;

  return TRUE;
}

static gboolean
get_age (const VbPart *part, gint64 now, double *value)
{
  const gint64 age = vb_part_age (part, now);

  *value = (double)age / G_USEC_PER_SEC;

  return age != VB_AGE_NEVER;
}

static gboolean
get_records (const VbPart *part, gint64 now, double *value)
{
  *value = (double)part->heard.source.records;

  return TRUE;
}

static gboolean
get_refused (const VbPart *part, gint64 now, double *value)
{
  *value = (double)part->heard.source.refused;

  return TRUE;
}

static const Metric metrics[] = {
  { "virtual_battery_part_counts", "gauge", "Whether the part is in the sums of its battery.",
    get_counts },
  { "virtual_battery_part_age_seconds", "gauge", "Age of the oldest required field of the part.",
    get_age },
  { "virtual_battery_part_records_total", "counter", "Records of the part that were accepted.",
    get_records },
  { "virtual_battery_part_records_refused_total", "counter",
    "Records of the part that were refused.", get_refused },
};

/* Appends `NAME{battery="…",part="…"`, without the end of the labels. */
static void
append_name (const char *name, const VbBattery *battery, const VbPart *part, GString *text)
{
  g_string_append_printf (text, "%s{battery=\"%s\",part=\"%s\"", name,
                          vb_battery_config (battery)->fixed.name, part->own->name);
}

static void
append_metric (const GPtrArray *batteries, const Metric *metric, gint64 now, GString *text)
{
  vb_prometheus_text_append_head (text, metric->name, metric->type, metric->help);
  for (guint i = 0; i < batteries->len; i++) {
    const VbBattery *battery = g_ptr_array_index (batteries, i);
    const VbParts *parts = vb_battery_parts (battery);

    for (guint j = 0; parts != NULL && j < vb_parts_n (parts); j++) {
      const VbPart *part = vb_parts_get (parts, j);
      double value;

      if (!metric->value (part, now, &value))
        continue;
      append_name (metric->name, battery, part, text);
      g_string_append (text, "} ");
      vb_prometheus_text_append_number (text, value);
    }
  }
}

static void
append_states (const GPtrArray *batteries, GString *text)
{
  static const char name[] = "virtual_battery_part_state";

  vb_prometheus_text_append_head (text, name, "gauge", "1 for the state that the part is in.");
  for (guint i = 0; i < batteries->len; i++) {
    const VbBattery *battery = g_ptr_array_index (batteries, i);
    const VbParts *parts = vb_battery_parts (battery);

    for (guint j = 0; parts != NULL && j < vb_parts_n (parts); j++)
      for (guint state = 0; state < VB_N_STATES; state++) {
        const VbPart *part = vb_parts_get (parts, j);

        append_name (name, battery, part, text);
        g_string_append_printf (text, ",state=\"%s\"} %d\n", vb_state_name (state),
                                part->heard.state == state);
      }
  }
}

static gboolean
have_parts (const GPtrArray *batteries)
{
  for (guint i = 0; i < batteries->len; i++)
    if (vb_battery_parts (g_ptr_array_index (batteries, i)) != NULL)
      return TRUE;

  return FALSE;
}

void
vb_part_metrics_append (const GPtrArray *batteries, gint64 now, GString *text)
{
  if (!have_parts (batteries))
    return;

  append_states (batteries, text);
  for (guint i = 0; i < G_N_ELEMENTS (metrics); i++)
    append_metric (batteries, &metrics[i], now, text);
}
