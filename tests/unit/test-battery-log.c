#include "json/intake.h"

#define SECOND ((gint64)G_USEC_PER_SEC)

/* What was logged, and its fields. */
typedef struct
{
  GString *lines;
  char *name;
  char *state;
  char *code;
} Log;

static void
keep_field (const GLogField *field, const char *key, char **kept)
{
  if (!g_str_equal (field->key, key))
    return;

  g_free (*kept);
  *kept = g_strdup (field->value);
}

static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n, gpointer user_data)
{
  Log *log = user_data;

  for (gsize i = 0; i < n; i++) {
    if (g_str_equal (fields[i].key, "MESSAGE"))
      g_string_append_printf (log->lines, "%s\n", (const char *)fields[i].value);
    keep_field (&fields[i], "BATTERY", &log->name);
    keep_field (&fields[i], "BATTERY_STATE", &log->state);
    keep_field (&fields[i], "REFUSAL_CODE", &log->code);
  }

  return G_LOG_WRITER_HANDLED;
}

static void
ignore (VbBattery *battery, const VbChange *change, gpointer user_data)
{
}

static const VbBatteryEvents listener_events = { .changed = ignore };

static VbBattery *
make_battery (void)
{
  g_auto (VbBatteryConfig) config = { 0 };
  VbBattery *battery;

  vb_battery_config_init (&config, "shed");
  config.fixed.role = VB_ROLE_MONITOR;
  battery = vb_battery_new (&config, SECOND);
  vb_battery_add_listener (battery, &listener_events, NULL);

  return battery;
}

static void
push (VbBattery *battery, double soc, gint64 now, gboolean check)
{
  g_autoptr (VbIntake) intake = vb_intake_new ();
  VbRecord *record = vb_intake_begin (intake);
  const VbDelivery delivery = { .source = "192.0.2.7", .now = now, .check = check };

  vb_record_add_number (record, "Soc", soc);
  vb_record_add_number (record, "Voltage", 52);
  vb_record_add_number (record, "Current", 1);
  vb_intake_take (intake, battery, &delivery);
}

static void
assert_logged (Log *log, const char *lines)
{
  g_assert_cmpstr (log->lines->str, ==, lines);
  g_string_truncate (log->lines, 0);
}

static void
test_log (Log *log)
{
  g_autoptr (VbBattery) battery = make_battery ();
  gint64 now = 2 * SECOND;

  push (battery, 50, now, TRUE);
  assert_logged (log, "");
  push (battery, 50, now, FALSE);
  assert_logged (log, "battery shed: live: Receiving data from 192.0.2.7\n");
  g_assert_cmpstr (log->name, ==, "shed");
  g_assert_cmpstr (log->state, ==, "live");
  push (battery, 51, now + SECOND, FALSE);
  assert_logged (log, "");

  vb_battery_tick (battery, now + 11 * SECOND);
  assert_logged (log, "battery shed: late: No data for 10 s\n");
  vb_battery_tick (battery, now + 31 * SECOND);
  assert_logged (log, "battery shed: stale: No data for 30 s\n");
  g_assert_cmpstr (log->state, ==, "stale");
  vb_battery_delete (battery, now + 32 * SECOND);
  assert_logged (log, "battery shed: gone\n");

  /* Once a minute, and then how many there were. */
  now += 100 * SECOND;
  for (guint i = 0; i < 60; i++)
    push (battery, 106, now + i * SECOND, FALSE);
  assert_logged (log, "battery shed: live: Receiving data from 192.0.2.7\n"
                      "battery shed: record from 192.0.2.7 taken in part: "
                      "Soc is 106 %, above the limit of 100 %\n");
  g_assert_cmpstr (log->code, ==, "range");
  push (battery, 107, now + 60 * SECOND, FALSE);
  assert_logged (log, "battery shed: record from 192.0.2.7 taken in part: "
                      "Soc is 107 %, above the limit of 100 %; 59 more since the last line about "
                      "it\n");
  push (battery, 106, now + 200 * SECOND, FALSE);
  assert_logged (log, "battery shed: stale: No data for 30 s\n"
                      "battery shed: live: Receiving data from 192.0.2.7\n"
                      "battery shed: record from 192.0.2.7 taken in part: "
                      "Soc is 106 %, above the limit of 100 %\n");
}

int
main (int argc, char **argv)
{
  Log log = { .lines = g_string_new (NULL) };
  int status;

  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (write_log, &log, NULL);
  g_test_add_data_func ("/battery-log/log", &log, (GTestDataFunc)test_log);
  status = g_test_run ();

  g_string_free (log.lines, TRUE);
  g_free (log.name);
  g_free (log.state);
  g_free (log.code);

  return status;
}
