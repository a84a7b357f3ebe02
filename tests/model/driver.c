/*
 * Drives the real battery through histories on a clock of their own, for check.py: one command a
 * line on standard input, one line of what is seen after it on standard output. Times are
 * microseconds.
 *
 *   new TIME key=value …         a battery with this configuration; nothing of an earlier one stays;
 *                                limits.KEY=VALUE is a key of [limits] as in the file, without blanks
 *   configure TIME key=value …   as SIGHUP does
 *   post|put TIME name=number|null|text:TEXT …
 *   delete TIME
 *   tick TIME
 *
 * Of a battery with parts `new` has a `part=NAME:CAPACITY:LEAVE_OUT:FIELD,FIELD…` for each (0: of no
 * known capacity; no field: it says nothing alone), and then:
 *
 *   postpart|putpart TIME NAME name=number|null|text:TEXT …
 *   deletepart TIME NAME
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/keys.h"
#include "core/battery.h"

#define START ((gint64)1000 * G_USEC_PER_SEC)

typedef struct
{
  VbBattery *battery;
  VbBatteryConfig config;
  VbRecord *record;
  VbVerdict *verdict;
  GString *doubted; /* names, each with a blank before it */
  VbValue *told;    /* of each item: what a listener knows */
  guint steps;      /* told since the last command */
} Driver;

static void
on_changed (VbBattery *battery, const VbChange *change, gpointer user_data)
{
  Driver *driver = user_data;

  /* Of a battery with parts each step is told, whatever has changed. */
  driver->steps += change->n_items > 0 || change->after != change->before;
  for (guint i = 0; i < change->n_items; i++)
    vb_value_set (&driver->told[change->items[i]], vb_battery_value (battery, change->items[i]));
}

static const VbBatteryEvents events = { .changed = on_changed };

static void
set_limits_key (VbBatteryConfig *config, const char *key, const char *value)
{
  const VbKey *row = vb_key_find (VB_KEY_GROUP_LIMITS, key);
  g_autoptr (GError) error = NULL;

  if (row == NULL)
    g_error ("no such key of [limits]: %s", key);
  if (!vb_key_read (row, value, config, &error))
    g_error ("%s=%s: %s", key, value, error->message);
}

static void
add_part (VbBatteryConfig *config, const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, ":", 4);
  VbPartConfig *part = vb_part_config_new (words[0]);
  const double capacity = g_ascii_strtod (words[1], NULL);

  if (capacity > 0)
    part->capacity = capacity;
  if (g_str_equal (words[2], "1"))
    part->when_silent = VB_WHEN_SILENT_LEAVE_OUT;
  part->says = g_strsplit (words[3], ",", -1);
  part->n_items = g_strv_length (part->says);
  part->items = g_new0 (guint, part->n_items);
  for (guint i = 0; i < part->n_items; i++)
    g_assert_true (vb_item_find (part->says[i], &part->items[i]));
  if (config->fixed.parts == NULL)
    config->fixed.parts = g_ptr_array_new_with_free_func ((GDestroyNotify)vb_part_config_free);
  g_ptr_array_add (config->fixed.parts, part);
}

static void
set_key (VbBatteryConfig *config, const char *key, const char *value)
{
  const double number = g_ascii_strtod (value, NULL);
  const gint64 time = (gint64)number;

  if (g_str_has_prefix (key, "limits."))
    set_limits_key (config, key + strlen ("limits."), value);
  else if (g_str_equal (key, "monitor"))
    config->fixed.role = number != 0 ? VB_ROLE_MONITOR : VB_ROLE_BMS;
  else if (g_str_equal (key, "on-stale"))
    config->live.freshness.on_stale = (VbOnStale)number;
  else if (g_str_equal (key, "warn"))
    config->live.freshness.warn_after = time;
  else if (g_str_equal (key, "stale"))
    config->live.freshness.stale_after = time;
  else if (g_str_equal (key, "drop"))
    config->live.freshness.drop_after = time;
  else if (g_str_equal (key, "leave"))
    config->live.freshness.leave_after = time;
  else if (g_str_equal (key, "optional"))
    config->live.optional_after = time;
  else if (g_str_equal (key, "stale-voltage"))
    config->live.stale_charge_voltage = number;
  else if (g_str_equal (key, "frozen"))
    config->live.frozen_after = time;
  else if (g_str_equal (key, "refuse"))
    config->live.wrong_fields = number != 0;
  else if (g_str_equal (key, "low-voltage"))
    config->live.battery_low_voltage = number;
  else if (g_str_equal (key, "belt-voltage"))
    config->live.max_charge_voltage = number;
  else if (g_str_equal (key, "belt-current"))
    config->live.max_charge_current = number;
  else if (g_str_equal (key, "belt-discharge"))
    config->live.max_discharge_current = number;
  else if (g_str_equal (key, "belt-low-voltage"))
    config->live.min_battery_low_voltage = number;
  else if (g_str_equal (key, "series"))
    config->fixed.arrangement = number != 0 ? VB_PARTS_SERIES : VB_PARTS_PARALLEL;
  else if (g_str_equal (key, "part"))
    add_part (config, value);
  else
    g_error ("no such key: %s", key);
}

/* What is not named is as by default. */
static void
configure (Driver *driver, char **words)
{
  vb_battery_config_clear (&driver->config);
  vb_battery_config_init (&driver->config, "virtual");
  for (; *words != NULL; words++) {
    g_auto (GStrv) pair = g_strsplit (*words, "=", 2);

    set_key (&driver->config, pair[0], pair[1]);
  }
}

static void
forget (Driver *driver)
{
  g_clear_pointer (&driver->battery, vb_battery_free);
  for (guint i = 0; i < vb_item_count (); i++)
    vb_value_clear (&driver->told[i]);
}

static void
begin (Driver *driver, gint64 now, char **words)
{
  forget (driver);
  configure (driver, words);
  driver->battery = vb_battery_new (&driver->config, now);
  vb_battery_add_listener (driver->battery, &events, driver);
}

static void
note_doubts (Driver *driver)
{
  for (guint i = 0; i < driver->record->errors->len; i++) {
    const VbRecordError *error = driver->record->errors->pdata[i];

    if (error->code == VB_FIELD_ERROR_IMPLAUSIBLE)
      g_string_append_printf (driver->doubted, " %s", error->field);
  }
}

static void
fill_record (Driver *driver, char **words)
{
  vb_record_reset (driver->record);
  for (; *words != NULL; words++) {
    g_auto (GStrv) pair = g_strsplit (*words, "=", 2);

    if (g_str_equal (pair[1], "null"))
      vb_record_add_null (driver->record, pair[0]);
    else if (g_str_has_prefix (pair[1], "text:"))
      vb_record_add_text (driver->record, pair[0], pair[1] + strlen ("text:"));
    else
      vb_record_add_number (driver->record, pair[0], g_ascii_strtod (pair[1], NULL));
  }
}

/* Returns: whether the record was taken */
static gboolean
push (Driver *driver, VbApplyMode mode, gint64 now, char **words)
{
  gboolean taken;

  fill_record (driver, words);
  taken
      = vb_battery_apply (driver->battery, driver->record, mode, "192.0.2.7", now, driver->verdict);
  note_doubts (driver);
  if (!taken)
    vb_battery_refuse (driver->battery, "192.0.2.7", VB_OUTCOME_WRONG,
                       vb_record_steal_errors (driver->record), 0, now);

  return taken;
}

static gboolean
push_part (Driver *driver, VbApplyMode mode, gint64 now, char **words)
{
  gboolean taken;
  guint part;

  fill_record (driver, words + 1);
  g_assert_true (vb_battery_find_part (driver->battery, words[0], &part));
  taken = vb_battery_apply_part (driver->battery, part, driver->record, mode, "192.0.2.7", now,
                                 driver->verdict);
  note_doubts (driver);
  if (!taken)
    vb_battery_refuse_part (driver->battery, part, "192.0.2.7", VB_OUTCOME_WRONG,
                            vb_record_steal_errors (driver->record), 0, now);

  return taken;
}

static void
delete_part (Driver *driver, const char *name, gint64 now)
{
  guint part;

  g_assert_true (vb_battery_find_part (driver->battery, name, &part));
  vb_battery_delete_part (driver->battery, part, now);
}

static void
print_seen (Driver *driver, gboolean taken)
{
  static const VbKnown watched[] = {
    VB_KNOWN_SOC,
    VB_KNOWN_VOLTAGE,
    VB_KNOWN_CURRENT,
    VB_KNOWN_POWER,
    VB_KNOWN_MAX_CHARGE_VOLTAGE,
    VB_KNOWN_MAX_CHARGE_CURRENT,
    VB_KNOWN_MAX_DISCHARGE_CURRENT,
    VB_KNOWN_BATTERY_LOW_VOLTAGE,
    VB_KNOWN_CHARGE_REQUEST,
    VB_KNOWN_CONNECTED,
    VB_KNOWN_BMS_CABLE,
    VB_KNOWN_ALARM,
    VB_KNOWN_MODULES_ONLINE,
    VB_KNOWN_MODULES_OFFLINE,
    VB_KNOWN_ALLOW_TO_CHARGE,
    VB_KNOWN_ALLOW_TO_DISCHARGE,
    VB_KNOWN_MIN_CELL_VOLTAGE,
    VB_KNOWN_MAX_CELL_VOLTAGE,
  };
  static const char *const named[] = { "Temperature", "HighVoltage", "Soh" };
  const gboolean has_parts = vb_battery_parts (driver->battery) != NULL;

  printf ("%s %d %u", vb_state_name (vb_battery_state (driver->battery)), taken, driver->steps);
  for (guint i = 0; i < G_N_ELEMENTS (watched) + G_N_ELEMENTS (named); i++) {
    guint item = i < G_N_ELEMENTS (watched) ? vb_item_known (watched[i]) : 0;
    const VbValue *value;

    if (i >= G_N_ELEMENTS (watched))
      g_assert_true (vb_item_find (named[i - G_N_ELEMENTS (watched)], &item));
    value = &driver->told[item];
    /* The model of one source knows what rules look at, and does not show it. */
    if (vb_value_is_valid (value)
        && (has_parts || vb_item (item)->field->known != VB_KNOWN_MIN_CELL_VOLTAGE)
        && (has_parts || vb_item (item)->field->known != VB_KNOWN_MAX_CELL_VOLTAGE))
      printf (" %s=%.10g", vb_item (item)->name, vb_value_number (value, 0));
  }
  printf (" doubted%s\n", driver->doubted->str);
  driver->steps = 0;
  g_string_truncate (driver->doubted, 0);
}

static void
obey (Driver *driver, char **words)
{
  const gint64 now = START + g_ascii_strtoll (words[1], NULL, 10);
  gboolean taken = TRUE;

  if (g_str_equal (words[0], "new"))
    begin (driver, now, words + 2);
  else if (g_str_equal (words[0], "configure")) {
    configure (driver, words + 2);
    vb_battery_reconfigure (driver->battery, &driver->config, now);
  } else if (g_str_equal (words[0], "post"))
    taken = push (driver, VB_APPLY_MERGE, now, words + 2);
  else if (g_str_equal (words[0], "put"))
    taken = push (driver, VB_APPLY_REPLACE, now, words + 2);
  else if (g_str_equal (words[0], "postpart"))
    taken = push_part (driver, VB_APPLY_MERGE, now, words + 2);
  else if (g_str_equal (words[0], "putpart"))
    taken = push_part (driver, VB_APPLY_REPLACE, now, words + 2);
  else if (g_str_equal (words[0], "deletepart"))
    delete_part (driver, words[2], now);
  else if (g_str_equal (words[0], "delete"))
    vb_battery_delete (driver->battery, now);
  else if (g_str_equal (words[0], "tick"))
    vb_battery_tick (driver->battery, now);
  else
    g_error ("no such command: %s", words[0]);

  print_seen (driver, taken);
}

static GLogWriterOutput
write_nothing (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  return level <= G_LOG_LEVEL_WARNING ? g_log_writer_default (level, fields, n_fields, user_data)
                                      : G_LOG_WRITER_HANDLED;
}

int
main (void)
{
  Driver driver = { 0 };
  char line[8192];

  g_log_set_writer_func (write_nothing, NULL, NULL);
  /* Who asks step by step waits for each line. */
  setvbuf (stdout, NULL, _IOLBF, 0);
  vb_battery_config_init (&driver.config, "virtual");
  driver.told = g_new0 (VbValue, vb_item_count ());
  driver.record = vb_record_new ();
  driver.verdict = vb_verdict_new ();
  driver.doubted = g_string_new (NULL);
  while (fgets (line, sizeof line, stdin) != NULL) {
    g_auto (GStrv) words = g_strsplit (g_strchomp (line), " ", -1);

    obey (&driver, words);
  }

  forget (&driver);
  g_free (driver.told);
  vb_battery_config_clear (&driver.config);
  vb_record_free (driver.record);
  vb_verdict_free (driver.verdict);
  g_string_free (driver.doubted, TRUE);

  return 0;
}
