#include "metrics.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "field-metrics.h"
#include "part-metrics.h"
#include "prometheus-text.h"

/* A metric that is one number for each battery. */
typedef struct
{
  const char *name;
  const char *type;
  const char *help;
  gboolean (*value) (const VbBattery *battery, gint64 now, double *value);
} Metric;

static const char *
name_of (const VbBattery *battery)
{
  return vb_battery_config (battery)->fixed.name;
}

static gboolean
get_on_bus (const VbBattery *battery, gint64 now, double *value)
{
  *value = vb_battery_presence (battery)->on_bus;

  return TRUE;
}

static gboolean
get_age (const VbBattery *battery, gint64 now, double *value)
{
  const gint64 age = vb_battery_age (battery, now);

  *value = (double)age / G_USEC_PER_SEC;

  return age != VB_AGE_NEVER;
}

static gboolean
get_records (const VbBattery *battery, gint64 now, double *value)
{
  *value = (double)vb_battery_source (battery)->records;

  return TRUE;
}

static gboolean
get_signals (const VbBattery *battery, gint64 now, double *value)
{
  *value = (double)vb_battery_tally (battery)->signals;

  return TRUE;
}

static gboolean
get_monitor (const VbBattery *battery, gint64 now, double *value)
{
  const VbSelected selected = vb_battery_selected (battery);

  *value = selected.monitor;

  return selected.known;
}

static gboolean
get_bms (const VbBattery *battery, gint64 now, double *value)
{
  const VbSelected selected = vb_battery_selected (battery);

  *value = selected.bms;

  return selected.known;
}

static gboolean
get_dvcc (const VbBattery *battery, gint64 now, double *value)
{
  const VbSelected selected = vb_battery_selected (battery);

  *value = selected.dvcc;

  return selected.known;
}

static const Metric metrics[] = {
  { "virtual_battery_on_bus", "gauge", "Whether the battery owns its name on the D-Bus.",
    get_on_bus },
  { "virtual_battery_source_age_seconds", "gauge", "Age of the oldest required field.", get_age },
  { "virtual_battery_records_total", "counter", "Records that were accepted.", get_records },
  { "virtual_battery_signals_total", "counter", "Signals sent on the D-Bus.", get_signals },
  { "virtual_battery_selected_as_monitor", "gauge", "Whether Venus reads this battery.",
    get_monitor },
  { "virtual_battery_selected_as_bms", "gauge", "Whether Venus obeys this battery's limits.",
    get_bms },
  { "virtual_battery_dvcc", "gauge", "Whether DVCC is switched on.", get_dvcc },
};

static void
append_metrics (const GPtrArray *batteries, gint64 now, GString *text)
{
  for (guint i = 0; i < G_N_ELEMENTS (metrics); i++) {
    vb_prometheus_text_append_head (text, metrics[i].name, metrics[i].type, metrics[i].help);
    for (guint j = 0; j < batteries->len; j++) {
      const VbBattery *battery = g_ptr_array_index (batteries, j);
      double value;

      if (!metrics[i].value (battery, now, &value))
        continue;
      g_string_append_printf (text, "%s{battery=\"%s\"} ", metrics[i].name, name_of (battery));
      vb_prometheus_text_append_number (text, value);
    }
  }
}

static void
append_states (const GPtrArray *batteries, GString *text)
{
  vb_prometheus_text_append_head (text, "virtual_battery_state", "gauge",
                                  "1 for the state that the battery is in.");
  for (guint i = 0; i < batteries->len; i++) {
    const VbBattery *battery = g_ptr_array_index (batteries, i);

    for (guint state = 0; state < VB_N_STATES; state++)
      g_string_append_printf (text, "virtual_battery_state{battery=\"%s\",state=\"%s\"} %d\n",
                              name_of (battery), vb_state_name (state),
                              vb_battery_state (battery) == state);
  }

  vb_prometheus_text_append_head (text, "virtual_battery_transitions_total", "counter",
                                  "How often the battery came to a state from another one.");
  for (guint i = 0; i < batteries->len; i++) {
    const VbBattery *battery = g_ptr_array_index (batteries, i);

    for (guint state = VB_STATE_LIVE; state < VB_N_STATES; state++)
      g_string_append_printf (text,
                              "virtual_battery_transitions_total{battery=\"%s\",state=\"%s\"} "
                              "%" G_GUINT64_FORMAT "\n",
                              name_of (battery), vb_state_name (state),
                              vb_battery_tally (battery)->entered[state]);
  }
}

/* A battery has the limits that its rules are about, each with what holds it down, if anything. */
static void
append_limited (const GPtrArray *batteries, GString *text)
{
  vb_prometheus_text_append_head (
      text, "virtual_battery_limited", "gauge",
      "1 for the rule that holds a limit down, `none` where none does.");
  for (guint i = 0; i < batteries->len; i++) {
    const VbBattery *battery = g_ptr_array_index (batteries, i);
    const VbLimited *limited = vb_battery_limited (battery);

    for (VbLimit limit = 0; limited != NULL && limit < VB_N_LIMITS; limit++)
      g_string_append_printf (
          text, "virtual_battery_limited{battery=\"%s\",limit=\"%s\",by=\"%s\"} 1\n",
          name_of (battery), vb_item (vb_item_known (vb_limited_field (limit)))->name,
          vb_rule_name (limited[limit].by));
  }
}

static void
append_refused (const GPtrArray *batteries, GString *text)
{
  vb_prometheus_text_append_head (text, "virtual_battery_records_refused_total", "counter",
                                  "Records that were refused, by the code of their first error.");
  for (guint i = 0; i < batteries->len; i++) {
    const VbBattery *battery = g_ptr_array_index (batteries, i);

    for (guint code = 0; code < VB_N_FIELD_ERRORS; code++)
      g_string_append_printf (text,
                              "virtual_battery_records_refused_total{battery=\"%s\",code=\"%s\"} "
                              "%" G_GUINT64_FORMAT "\n",
                              name_of (battery), vb_field_error_name (code),
                              vb_battery_tally (battery)->refused[code]);
  }
}

static void
append_timing (const VbHttpTiming *timing, GString *text)
{
  static const char name[] = "virtual_battery_http_request_duration_seconds";

  vb_prometheus_text_append_head (text, name, "histogram",
                                  "From the first byte of a request to its answer.");
  for (guint i = 0; i < VB_HTTP_TIMING_BUCKETS; i++) {
    g_string_append_printf (text, "%s_bucket{le=\"%g\"} %" G_GUINT64_FORMAT "\n", name,
                            (double)vb_http_timing_limit (i) / G_USEC_PER_SEC, timing->buckets[i]);
  }
  g_string_append_printf (text, "%s_bucket{le=\"+Inf\"} %" G_GUINT64_FORMAT "\n", name,
                          timing->count);
  g_string_append_printf (text, "%s_sum ", name);
  vb_prometheus_text_append_number (text, (double)timing->sum / G_USEC_PER_SEC);
  g_string_append_printf (text, "%s_count %" G_GUINT64_FORMAT "\n", name, timing->count);
}

static double
seconds (const struct timeval *time)
{
  return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

/* Resident memory in bytes, or 0 where the system does not tell. */
static double
resident_memory (void)
{
  FILE *file = fopen ("/proc/self/statm", "re");
  unsigned long pages = 0;

  if (file == NULL)
    return 0;

  if (fscanf (file, "%*u %lu", &pages) != 1)
    pages = 0;
  fclose (file);

  return (double)pages * (double)sysconf (_SC_PAGESIZE);
}

static void
append_process (GString *text)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  vb_prometheus_text_append_head (text, "process_cpu_seconds_total", "counter",
                                  "CPU time of the process.");
  g_string_append (text, "process_cpu_seconds_total ");
  vb_prometheus_text_append_number (text, seconds (&usage.ru_utime) + seconds (&usage.ru_stime));
  vb_prometheus_text_append_head (text, "process_resident_memory_bytes", "gauge",
                                  "Resident memory of the process.");
  g_string_append (text, "process_resident_memory_bytes ");
  vb_prometheus_text_append_number (text, resident_memory ());
}

void
vb_metrics_append (const GPtrArray *batteries,
                   const VbHttpTiming *timing,
                   gint64 now,
                   GString *text)
{
  vb_prometheus_text_append_head (text, "virtual_battery_build_info", "gauge",
                                  "1, with the version.");
  g_string_append (text, "virtual_battery_build_info{version=\"" VB_VERSION "\"} 1\n");
  append_states (batteries, text);
  append_metrics (batteries, now, text);
  append_refused (batteries, text);
  append_limited (batteries, text);
  vb_part_metrics_append (batteries, now, text);
  vb_field_metrics_append (batteries, text);
  append_timing (timing, text);
  append_process (text);
}
