#include "simulation.h"

#include "capture-reader.h"
#include "config/changes.h"
#include "config/load.h"
#include "json/intake.h"
#include "output.h"

/* When a simulation begins on the clock of the batteries, to whom 0 is never. */
#define BEGINNING ((gint64)1000 * G_USEC_PER_SEC)

typedef struct
{
  VbConfig *config;
  gboolean is_other;    /* it takes the place of those in the capture */
  GPtrArray *batteries; /* of VbBattery; empty until the first line */
  VbIntake *intake;
  VbOutput *output;
  GArray *changed;   /* of guint: items, since something was last told */
  gint64 began;      /* on the clock of the capture */
  GDateTime *moment; /* when that was; NULL: it does not say */
  gint64 now;        /* on that of the batteries */
  GString *text;
} Simulation;

/* A battery is on the bus as soon as it wants to be. */
static void
on_changed (VbBattery *battery, const VbChange *change, gpointer user_data)
{
  Simulation *simulation = user_data;

  vb_battery_set_presence (battery, vb_state_on_bus (change->after), VB_JOINING_NOTHING, NULL, -1);
  g_array_append_vals (simulation->changed, change->items, change->n_items);
}

static const VbBatteryEvents events = { .changed = on_changed };

static void
simulation_clear (Simulation *simulation)
{
  g_clear_pointer (&simulation->batteries, g_ptr_array_unref);
  g_clear_pointer (&simulation->config, vb_config_free);
  g_clear_pointer (&simulation->moment, g_date_time_unref);
  g_clear_pointer (&simulation->intake, vb_intake_free);
  g_clear_pointer (&simulation->output, vb_output_free);
  g_clear_pointer (&simulation->changed, g_array_unref);
  g_string_free (simulation->text, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Simulation, simulation_clear)

static void
tell (Simulation *simulation, VbBattery *battery, VbCause cause, VbOutcome outcome)
{
  const VbHappening happening = {
    .cause = cause,
    .battery = battery,
    .time = simulation->now - BEGINNING,
    .now = simulation->now,
    .outcome = outcome,
    .intake = simulation->intake,
    .changed = simulation->changed,
  };

  vb_output_tell (simulation->output, &happening, simulation->text);
  g_array_set_size (simulation->changed, 0);
}

/* The battery whose time is next, up to @until; NULL: none is. */
static VbBattery *
next_due (const Simulation *simulation, gint64 until)
{
  VbBattery *next = NULL;

  for (guint i = 0; i < simulation->batteries->len; i++) {
    VbBattery *battery = g_ptr_array_index (simulation->batteries, i);

    if (vb_battery_next_tick (battery) > until)
      continue;
    if (next == NULL || vb_battery_next_tick (battery) < vb_battery_next_tick (next))
      next = battery;
  }

  return next;
}

static void
advance (Simulation *simulation, gint64 until)
{
  VbBattery *battery;

  while ((battery = next_due (simulation, until)) != NULL) {
    simulation->now = MAX (simulation->now, vb_battery_next_tick (battery));
    vb_battery_tick (battery, simulation->now);
    if (simulation->changed->len > 0)
      tell (simulation, battery, VB_CAUSE_TIME, VB_OUTCOME_IN_FORCE);
  }
  simulation->now = MAX (simulation->now, until);
}

/* The month is all that the wall clock decides. */
static void
tell_month (const Simulation *simulation)
{
  g_autoptr (GDateTime) date = NULL;

  if (simulation->moment == NULL)
    return;

  date = g_date_time_add (simulation->moment, simulation->now - BEGINNING);
  if (date == NULL)
    return;

  for (guint i = 0; i < simulation->batteries->len; i++)
    vb_battery_set_month (g_ptr_array_index (simulation->batteries, i),
                          (guint)g_date_time_get_month (date));
}

static void
add_batteries (Simulation *simulation)
{
  for (guint i = 0; i < simulation->config->batteries->len; i++) {
    VbBattery *battery
        = vb_battery_new (g_ptr_array_index (simulation->config->batteries, i), simulation->now);

    vb_battery_add_listener (battery, &events, simulation);
    g_ptr_array_add (simulation->batteries, battery);
  }
}

static gboolean
begin (Simulation *simulation, const VbCaptureEntry *entry, GError **error)
{
  if (entry->format == 0) {
    g_set_error (error, VB_CAPTURE_READER_ERROR, VB_CAPTURE_READER_ERROR_LINE,
                 "a capture begins with a line that has \"capture\"");
    return FALSE;
  }

  simulation->began = entry->time;
  simulation->now = BEGINNING;
  if (!simulation->is_other)
    simulation->config
        = vb_config_load_portable ("its configuration", entry->configuration->str, error);
  if (simulation->config == NULL)
    return FALSE;
  simulation->moment = g_date_time_new_from_iso8601 (entry->moment->str, NULL);
  add_batteries (simulation);

  return TRUE;
}

/* As with SIGHUP. */
static gboolean
configure (Simulation *simulation, const char *text, GError **error)
{
  g_autoptr (VbConfig) config = NULL;

  if (simulation->is_other)
    return TRUE;
  config = vb_config_load_portable ("its configuration", text, error);
  if (config == NULL)
    return FALSE;

  for (guint i = 0; i < simulation->batteries->len; i++) {
    VbBattery *battery = g_ptr_array_index (simulation->batteries, i);
    const char *name = vb_battery_config (battery)->fixed.name;
    const VbBatteryConfig *wanted = vb_config_battery (config, name);

    if (wanted == NULL
        || vb_config_changes_fixes (vb_config_battery (simulation->config, name), wanted)
        || vb_battery_loses_limit (battery, wanted) != NULL)
      continue;
    vb_battery_reconfigure (battery, wanted, simulation->now);
    tell (simulation, battery, VB_CAUSE_CONFIGURATION, VB_OUTCOME_IN_FORCE);
  }

  return TRUE;
}

static void
push (Simulation *simulation, VbBattery *battery, guint part, const VbCaptureEntry *entry)
{
  g_autofree char *source = g_strdup_printf ("sender %" G_GINT64_FORMAT, entry->sender);
  const VbDelivery delivery = {
    .mode = g_str_equal (entry->method->str, "PUT") ? VB_APPLY_REPLACE : VB_APPLY_MERGE,
    .source = source,
    .now = simulation->now,
    .of_part = entry->part->len > 0,
    .part = part,
  };
  const VbOutcome outcome
      = vb_intake_read (simulation->intake, battery, &delivery, entry->body->str, entry->body->len);

  tell (simulation, battery, VB_CAUSE_RECORD, outcome);
}

/* Whether what came for the part of @entry, or for all of @battery, can be for it: a record is for
   a part where there are any. One that was refused because it was not is refused once more. */
static gboolean
fits (const VbBattery *battery, const VbCaptureEntry *entry, guint *part)
{
  if (entry->part->len > 0)
    return vb_battery_find_part (battery, entry->part->str, part);

  return vb_battery_parts (battery) == NULL || g_str_equal (entry->method->str, "DELETE")
         || entry->status == vb_intake_status (VB_OUTCOME_PARTS);
}

static gboolean
come (Simulation *simulation, const VbCaptureEntry *entry, GError **error)
{
  VbBattery *battery;
  guint part = 0;

  advance (simulation, BEGINNING + entry->time - simulation->began);
  if (entry->configures)
    return configure (simulation, entry->configuration->str, error);
  if (entry->method->len == 0)
    return TRUE;

  battery = vb_battery_find (simulation->batteries, entry->battery->str);
  if (battery == NULL) {
    g_set_error (error, VB_CAPTURE_READER_ERROR, VB_CAPTURE_READER_ERROR_LINE,
                 "the configuration has no battery %s", entry->battery->str);
    return FALSE;
  }
  if (!fits (battery, entry, &part)) {
    g_set_error (error, VB_CAPTURE_READER_ERROR, VB_CAPTURE_READER_ERROR_LINE,
                 entry->part->len > 0 ? "the battery %s of the configuration has no part %s"
                                      : "the battery %s of the configuration has parts%s",
                 entry->battery->str, entry->part->str);
    return FALSE;
  }
  if (g_str_equal (entry->method->str, "DELETE")) {
    if (entry->part->len > 0)
      vb_battery_delete_part (battery, part, simulation->now);
    else
      vb_battery_delete (battery, simulation->now);
    tell (simulation, battery, VB_CAUSE_DELETE, VB_OUTCOME_IN_FORCE);
  } else {
    tell_month (simulation);
    push (simulation, battery, part, entry);
  }

  return TRUE;
}

static gboolean
run_line (Simulation *simulation, VbCaptureReader *reader, const GString *line, GError **error)
{
  const VbCaptureEntry *entry = vb_capture_reader_read (reader, line->str, line->len, error);

  if (entry == NULL)
    return FALSE;
  if (simulation->batteries->len == 0)
    return begin (simulation, entry, error);

  return come (simulation, entry, error);
}

/* As bytes: what stands in a line is judged by who reads it. */
static GIOChannel *
open_file (const char *path, GError **error)
{
  g_autoptr (GError) failed = NULL;
  GIOChannel *lines = g_io_channel_new_file (path, "r", &failed);

  if (lines == NULL) {
    g_propagate_prefixed_error (error, g_steal_pointer (&failed), "%s: ", path);
    return NULL;
  }
  g_io_channel_set_encoding (lines, NULL, NULL);
  g_io_channel_set_line_term (lines, "\n", 1);

  return lines;
}

gboolean
vb_simulation_run (const char *file,
                   const char *config,
                   gboolean table,
                   VbSimulationPrint print,
                   gpointer user_data,
                   GError **error)
{
  g_autoptr (GIOChannel) lines = NULL;
  g_autoptr (GString) line = g_string_new (NULL);
  g_autoptr (VbCaptureReader) reader = vb_capture_reader_new ();
  g_auto (Simulation) simulation = {
    .is_other = config != NULL,
    .batteries = g_ptr_array_new_with_free_func ((GDestroyNotify)vb_battery_free),
    .intake = vb_intake_new (),
    .output = vb_output_new (table),
    .changed = g_array_new (FALSE, FALSE, sizeof (guint)),
    .text = g_string_new (NULL),
  };

  if (config != NULL) {
    simulation.config = vb_config_load_batteries (config, error);
    if (simulation.config == NULL)
      return FALSE;
  }
  lines = open_file (file, error);
  if (lines == NULL)
    return FALSE;

  for (guint number = 1;; number++) {
    g_autoptr (GError) failed = NULL;
    const GIOStatus status = g_io_channel_read_line_string (lines, line, NULL, &failed);

    if (status == G_IO_STATUS_EOF)
      return TRUE;
    if (status != G_IO_STATUS_NORMAL || !run_line (&simulation, reader, line, &failed)) {
      g_propagate_prefixed_error (error, g_steal_pointer (&failed), "%s, line %u: ", file, number);
      return FALSE;
    }
    print (simulation.text, user_data);
    g_string_truncate (simulation.text, 0);
  }
}
