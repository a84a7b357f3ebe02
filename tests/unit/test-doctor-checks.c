#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "config/load.h"
#include "doctor/check-bus.h"
#include "doctor/check-daemon.h"
#include "doctor/check-machine.h"
#include "doctor/check-parts.h"
#include "doctor/head.h"

/* Facts about one battery, of a daemon that runs on a Venus device, all of it right. */
typedef struct
{
  VbDoctorFacts *facts;
  VbBatteryFacts *battery;
  VbReport *report;
} Fixture;

static VbBatteryAnswer *
new_answer (const char *state)
{
  VbBatteryAnswer *answer = g_new0 (VbBatteryAnswer, 1);

  answer->state = g_strdup (state);
  answer->on_bus = TRUE;
  answer->instance = 100;
  answer->age = 0.5;
  answer->charge_voltage = 55.2;
  answer->address = g_strdup ("127.0.0.1");
  answer->records = 812;
  answer->last = g_strdup ("2026-11-23T10:28:33.870Z");
  answer->missing = g_strdup ("");

  return answer;
}

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  const VbListenFacts listen = { "127.0.0.1:1882", VB_PORT_OURS };
  VbBatteryFacts battery = { .owned = TRUE, .pid = 7, .kept_instance = 100, .status = 200 };

  fixture->facts = vb_doctor_facts_new_empty ();
  fixture->report = vb_report_new ();
  fixture->report->subject = "subject";
  fixture->facts->config = vb_config_load ("/dev/null", NULL, &error);
  g_assert_no_error (error);
  fixture->facts->bus = g_strdup ("unix:path=/bus");
  fixture->facts->venus = TRUE;
  fixture->facts->settings = TRUE;
  fixture->facts->system = (VbSystem){ .there = TRUE,
                                       .monitor = g_strdup ("com.victronenergy.battery/100"),
                                       .bms = g_strdup ("com.victronenergy.battery.virtual"),
                                       .dvcc = TRUE };
  g_array_append_val (fixture->facts->listens, listen);

  battery.config = vb_config_battery (fixture->facts->config, "virtual");
  battery.service = g_strdup ("com.victronenergy.battery.virtual");
  battery.program = g_strdup ("dbus-virtual-battery");
  battery.version = g_strdup (VB_VERSION);
  battery.answer = new_answer ("live");
  g_array_append_val (fixture->facts->batteries, battery);
  fixture->battery = &g_array_index (fixture->facts->batteries, VbBatteryFacts, 0);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  vb_report_free (fixture->report);
  vb_doctor_facts_free (fixture->facts);
}

static void
set_text (char **text, const char *new)
{
  g_free (*text);
  *text = g_strdup (new);
}

/* @check says one thing, that has @finding and @part in it. */
static void
assert_says (Fixture *fixture, VbDoctorCheck *check, VbFinding finding, const char *part)
{
  VbReport *report = fixture->report;

  memset (report->n, 0, sizeof report->n);
  g_string_truncate (report->text, 0);
  check (fixture->facts, report);
  if (report->n[finding] != 1 || strstr (report->text->str, part) == NULL)
    g_error ("wanted one finding %d with “%s”, got: %s", finding, part, report->text->str);
  for (guint i = 0; i < VB_N_FINDINGS; i++)
    g_assert_cmpuint (report->n[i], ==, i == finding ? 1 : 0);
}

static void
test_report (Fixture *fixture, gconstpointer unused)
{
  VbReport *report = fixture->report;

  vb_report_add (report, VB_FINDING_OK, "%s", "fine");
  vb_report_add (report, VB_FINDING_NONE, "nothing");
  vb_report_add (report, VB_FINDING_WARN, "a\nb\rc");
  g_assert_false (vb_report_close (report));
  g_assert_cmpstr (report->text->str, ==,
                   "ok   subject      fine\n"
                   "--   subject      nothing\n"
                   "warn subject      a b c\n"
                   "\n0 wrong (FAIL), 1 doubtful (warn), 0 red.\n");

  vb_report_add (report, VB_FINDING_FAIL, "broken");
  g_assert_false (vb_report_close (report));
}

/* What the running daemon has judged is repeated, one line each, and red is not well. */
static void
test_checklist (Fixture *fixture, gconstpointer unused)
{
  VbReport *report = fixture->report;
  static const char json[] = "{\"checks\": ["
                             "{\"key\": \"cells\", \"status\": \"green\", \"text\": \"fine\"},"
                             "{\"key\": \"token\", \"status\": \"unknown\", \"text\": \"a\\nb\"},"
                             "{\"key\": \"belt\", \"status\": \"blue\", \"text\": \"\"},"
                             "{\"key\": 7, \"status\": \"green\", \"text\": \"\"}, 7,"
                             "{\"key\": \"belt\", \"status\": \"%s\", \"text\": \"none\"}]}";

  vb_check_daemon_checklist (fixture->facts, report);
  g_assert_cmpstr (report->text->str, ==, "");
  for (guint i = 0; i < 2; i++) {
    g_autofree char *text = g_strdup_printf (json, i == 0 ? "green" : "red");
    g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

    g_clear_pointer (&fixture->battery->checklist, g_ptr_array_unref);
    fixture->battery->checklist = vb_checklist_line_read (bytes);
    g_string_truncate (report->text, 0);
    vb_check_daemon_checklist (fixture->facts, report);
    g_assert_true (g_str_has_prefix (report->text->str, "\nCommissioning of virtual\n"
                                                        "green   cells     fine\n"
                                                        "unknown token     a b\n"));
    g_assert_true (g_str_has_suffix (report->text->str, i == 0 ? "\ngreen   belt      none\n"
                                                               : "\nred     belt      none\n"));
    g_assert_cmpint (vb_report_close (report), ==, i == 0);
  }
  g_assert_true (
      g_str_has_suffix (report->text->str, "\n0 wrong (FAIL), 0 doubtful (warn), 1 red.\n"));
}

/* Of everything right nothing is said to be wrong. */
static void
test_well (Fixture *fixture, gconstpointer unused)
{
  static VbDoctorCheck *const checks[] = {
    vb_check_daemon_config,  vb_check_bus_reached,      vb_check_bus_settings,
    vb_check_bus_system,     vb_check_bus_name,         vb_check_daemon_listen,
    vb_check_daemon_answers, vb_check_daemon_state,     vb_check_bus_instance,
    vb_check_bus_monitor,    vb_check_daemon_last_push, vb_check_bus_bms,
    vb_check_bus_dvcc,
  };

  for (guint i = 0; i < G_N_ELEMENTS (checks); i++)
    checks[i](fixture->facts, fixture->report);
  g_assert_cmpuint (fixture->report->n[VB_FINDING_OK], ==, G_N_ELEMENTS (checks));
  g_assert_true (vb_report_close (fixture->report));
  g_assert_true (g_str_has_suffix (fixture->report->text->str, "\nAll is well.\n"));
}

static void
test_name (Fixture *fixture, gconstpointer unused)
{
  VbBatteryFacts *battery = fixture->battery;

  set_text (&battery->version, "0.0.9");
  assert_says (fixture, vb_check_bus_name, VB_FINDING_WARN, "version 0.0.9");
  set_text (&battery->program, "dbus-virtual-battery.py");
  assert_says (fixture, vb_check_bus_name, VB_FINDING_FAIL, "dbus-virtual-battery.py (process 7)");
  set_text (&battery->program, NULL);
  assert_says (fixture, vb_check_bus_name, VB_FINDING_FAIL, "does not say who it is");
  battery->pid = 0;
  assert_says (fixture, vb_check_bus_name, VB_FINDING_FAIL, "a process that the bus does not know");
  battery->owned = FALSE;
  assert_says (fixture, vb_check_bus_name, VB_FINDING_OK, "is free");
}

static void
test_venus (Fixture *fixture, gconstpointer unused)
{
  VbDoctorFacts *facts = fixture->facts;

  facts->settings = FALSE;
  facts->config->require_settings = TRUE;
  assert_says (fixture, vb_check_bus_settings, VB_FINDING_FAIL, "com.victronenergy.settings");
  facts->config->require_settings = FALSE;
  assert_says (fixture, vb_check_bus_settings, VB_FINDING_NONE, "no Venus");
  assert_says (fixture, vb_check_bus_instance, VB_FINDING_NONE, "no settings");

  set_text (&facts->bus, NULL);
  facts->bus_error = g_strdup ("gone");
  assert_says (fixture, vb_check_bus_reached, VB_FINDING_FAIL, "gone");
  assert_says (fixture, vb_check_bus_settings, VB_FINDING_NONE, "without the bus");
  assert_says (fixture, vb_check_bus_system, VB_FINDING_NONE, "without the bus");

  /* Without a configuration the device itself tells what it needs. */
  g_array_set_size (facts->batteries, 0);
  g_clear_pointer (&facts->config, vb_config_free);
  facts->config_error = g_strdup ("wrong");
  facts->bus = g_strdup ("unix:path=/bus");
  assert_says (fixture, vb_check_bus_settings, VB_FINDING_FAIL, "com.victronenergy.settings");
  assert_says (fixture, vb_check_daemon_config, VB_FINDING_FAIL, "wrong");
}

static void
test_listen (Fixture *fixture, gconstpointer unused)
{
  static const struct
  {
    VbPort port;
    VbFinding finding;
    const char *part;
    VbFinding running; /* what is said of the daemon */
  } cases[] = {
    { VB_PORT_OURS, VB_FINDING_OK, "answers", VB_FINDING_OK },
    { VB_PORT_FREE, VB_FINDING_OK, "is free", VB_FINDING_FAIL },
    { VB_PORT_LOCKED, VB_FINDING_FAIL, "another token", VB_FINDING_FAIL },
    { VB_PORT_FOREIGN, VB_FINDING_FAIL, "another program", VB_FINDING_FAIL },
    { VB_PORT_SILENT, VB_FINDING_FAIL, "does not answer", VB_FINDING_FAIL },
    { VB_PORT_DENIED, VB_FINDING_WARN, "as root", VB_FINDING_FAIL },
    { VB_PORT_ELSEWHERE, VB_FINDING_FAIL, "no such address", VB_FINDING_FAIL },
    { VB_PORT_ANY, VB_FINDING_NONE, "any port", VB_FINDING_NONE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_array_index (fixture->facts->listens, VbListenFacts, 0).port = cases[i].port;
    assert_says (fixture, vb_check_daemon_listen, cases[i].finding, cases[i].part);
    assert_says (fixture, vb_check_daemon_answers, cases[i].running, "");
  }
}

/* Of the default addresses the second one may be missing. */
static void
test_second_default (Fixture *fixture, gconstpointer unused)
{
  VbListenFacts second = { "[::1]:1882", VB_PORT_ELSEWHERE };

  g_array_index (fixture->facts->listens, VbListenFacts, 0).port = VB_PORT_FREE;
  g_array_append_val (fixture->facts->listens, second);
  vb_check_daemon_listen (fixture->facts, fixture->report);
  g_assert_cmpuint (fixture->report->n[VB_FINDING_FAIL], ==, 0);
  g_assert_cmpuint (fixture->report->n[VB_FINDING_NONE], ==, 1);

  fixture->facts->config->listen = g_strsplit ("127.0.0.1:1882;[::1]:1882", ";", -1);
  vb_check_daemon_listen (fixture->facts, fixture->report);
  g_assert_cmpuint (fixture->report->n[VB_FINDING_FAIL], ==, 1);
}

static void
test_daemon (Fixture *fixture, gconstpointer unused)
{
  g_array_index (fixture->facts->listens, VbListenFacts, 0).port = VB_PORT_FREE;
  assert_says (fixture, vb_check_daemon_answers, VB_FINDING_FAIL, "process 7 is running");
  fixture->battery->owned = FALSE;
  assert_says (fixture, vb_check_daemon_answers, VB_FINDING_FAIL, "svc -u");
  fixture->facts->venus = FALSE;
  assert_says (fixture, vb_check_daemon_answers, VB_FINDING_FAIL, "systemctl start");
}

static void
test_state (Fixture *fixture, gconstpointer unused)
{
  static const struct
  {
    const char *state;
    VbFinding finding;
  } cases[] = {
    { "live", VB_FINDING_OK },    { "late", VB_FINDING_WARN }, { "waiting", VB_FINDING_FAIL },
    { "stale", VB_FINDING_FAIL }, { "lost", VB_FINDING_FAIL }, { "gone", VB_FINDING_FAIL },
  };
  static const char *const refused[] = { "late", "stale", "lost", "gone" };
  VbBatteryAnswer *answer = fixture->battery->answer;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    set_text (&answer->state, cases[i].state);
    assert_says (fixture, vb_check_daemon_state, cases[i].finding, cases[i].state);
  }

  /* Records that are refused are not silence. */
  answer->last_refusal = g_strdup ("2026-11-23T10:28:33.869Z");
  answer->refusal = g_strdup ("Soc is 101 %");
  assert_says (fixture, vb_check_daemon_state, VB_FINDING_FAIL, "fallen silent");
  set_text (&answer->last_refusal, "2026-11-23T10:28:33.871Z");
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
    set_text (&answer->state, refused[i]);
    assert_says (fixture, vb_check_daemon_state, i == 0 ? VB_FINDING_WARN : VB_FINDING_FAIL,
                 "refused");
    assert_says (fixture, vb_check_daemon_state, i == 0 ? VB_FINDING_WARN : VB_FINDING_FAIL,
                 "Soc is 101 %");
  }

  set_text (&answer->state, "live");
  fixture->battery->owned = FALSE;
  assert_says (fixture, vb_check_daemon_state, VB_FINDING_FAIL, "another bus");
  answer->on_bus = FALSE;
  set_text (&answer->joining, "name");
  assert_says (fixture, vb_check_daemon_state, VB_FINDING_FAIL, "the policy of the bus");
  set_text (&answer->joining, "settings");
  assert_says (fixture, vb_check_daemon_state, VB_FINDING_FAIL, "waits for settings");
  assert_says (fixture, vb_check_bus_bms, VB_FINDING_NONE, "not on the bus");

  g_clear_pointer (&fixture->battery->answer, vb_battery_answer_free);
  fixture->battery->status = 0;
  assert_says (fixture, vb_check_daemon_state, VB_FINDING_FAIL, "did not answer");
  fixture->battery->status = 404;
  assert_says (fixture, vb_check_daemon_state, VB_FINDING_FAIL, "404");
  g_array_index (fixture->facts->listens, VbListenFacts, 0).port = VB_PORT_FREE;
  assert_says (fixture, vb_check_daemon_state, VB_FINDING_NONE, "without the daemon");
}

/* How a part stands, and what is said of it. */
static void
test_parts (Fixture *fixture, gconstpointer unused)
{
  static const struct
  {
    const char *state;
    gboolean counts, off;
    VbFinding finding;
    const char *text;
  } cases[] = {
    { "live", TRUE, FALSE, VB_FINDING_OK, "part shunt is live, and counts" },
    { "waiting", TRUE, FALSE, VB_FINDING_FAIL,
      "part shunt is awaited, missing: Soc; POST its records to /battery/virtual/part/shunt "
      "(/battery/virtual refuses them with 409)" },
    { "gone", TRUE, FALSE, VB_FINDING_FAIL, "is awaited" },
    { "late", TRUE, FALSE, VB_FINDING_WARN, "is late, and the battery with it" },
    { "stale", TRUE, FALSE, VB_FINDING_FAIL, "is stale, and the battery with it" },
    { "live", FALSE, FALSE, VB_FINDING_WARN, "has come back, and counts after 10 s" },
    { "live", FALSE, TRUE, VB_FINDING_WARN, "has come back, and counts after 10 s" },
    { "gone", FALSE, TRUE, VB_FINDING_WARN, "was switched off (DELETE)" },
    { "stale", FALSE, FALSE, VB_FINDING_WARN, "the battery goes on without it" },
    { "waiting", FALSE, FALSE, VB_FINDING_WARN, "the battery goes on without it" },
  };
  VbPartAnswer part = { .name = (char *)"shunt", .missing = (char *)"Soc" };

  vb_check_parts (fixture->facts, fixture->report);
  g_assert_cmpstr (fixture->report->text->str, ==, "");

  fixture->battery->answer->parts = g_ptr_array_new ();
  g_ptr_array_add (fixture->battery->answer->parts, &part);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    part.state = (char *)cases[i].state;
    part.counts = cases[i].counts;
    part.off = cases[i].off;
    assert_says (fixture, vb_check_parts, cases[i].finding, cases[i].text);
  }

  g_clear_pointer (&fixture->battery->answer->last, g_free);
  assert_says (fixture, vb_check_daemon_last_push, VB_FINDING_WARN, "of any of its parts");
}

static void
test_last_push (Fixture *fixture, gconstpointer unused)
{
  VbBatteryAnswer *answer = fixture->battery->answer;

  answer->last_refusal = g_strdup ("2026-11-23T10:28:33.869Z");
  assert_says (fixture, vb_check_daemon_last_push, VB_FINDING_OK, "812 records");
  set_text (&answer->last_refusal, "2026-11-23T10:28:33.871Z");
  answer->refusal = g_strdup ("Soc is 101 %");
  assert_says (fixture, vb_check_daemon_last_push, VB_FINDING_WARN, "Soc is 101 %");
  set_text (&answer->last, NULL);
  assert_says (fixture, vb_check_daemon_last_push, VB_FINDING_WARN, "refused");
  set_text (&answer->last_refusal, NULL);
  assert_says (fixture, vb_check_daemon_last_push, VB_FINDING_WARN, "/battery/virtual");
}

static void
test_selection (Fixture *fixture, gconstpointer unused)
{
  VbSystem *system = &fixture->facts->system;

  fixture->battery->answer->instance = 101;
  assert_says (fixture, vb_check_bus_instance, VB_FINDING_WARN, "101, although settings keeps 100");
  assert_says (fixture, vb_check_bus_monitor, VB_FINDING_WARN, "com.victronenergy.battery/100 is");
  set_text (&system->monitor, NULL);
  assert_says (fixture, vb_check_bus_monitor, VB_FINDING_WARN, "none is");
  set_text (&system->bms, "com.victronenergy.battery.other");
  assert_says (fixture, vb_check_bus_bms, VB_FINDING_FAIL, "com.victronenergy.battery.other");
  system->dvcc = FALSE;
  assert_says (fixture, vb_check_bus_dvcc, VB_FINDING_FAIL, "switch it on");

  ((VbBatteryConfig *)fixture->battery->config)->fixed.role = VB_ROLE_MONITOR;
  assert_says (fixture, vb_check_bus_bms, VB_FINDING_NONE, "monitor");
  assert_says (fixture, vb_check_bus_dvcc, VB_FINDING_NONE, "no battery is a BMS");

  fixture->battery->kept_instance = -1;
  assert_says (fixture, vb_check_bus_instance, VB_FINDING_NONE, "not given yet");
  system->there = FALSE;
  assert_says (fixture, vb_check_bus_monitor, VB_FINDING_NONE, "com.victronenergy.system");
  assert_says (fixture, vb_check_bus_dvcc, VB_FINDING_NONE, "com.victronenergy.system");
}

/* Another one with our number is wrong, whether the number is in use or only kept. */
static void
test_clash (Fixture *fixture, gconstpointer unused)
{
  VbNeighbours *neighbours = fixture->facts->neighbours;

  vb_neighbours_add_own (neighbours, fixture->battery->service, 120);
  vb_neighbours_set_instance (neighbours, fixture->battery->service, 100);
  vb_neighbours_set_instance (neighbours, "com.victronenergy.battery.twin", 120);
  assert_says (fixture, vb_check_bus_instance, VB_FINDING_OK, "kept");
  vb_neighbours_set_instance (neighbours, "com.victronenergy.battery.twin", 100);
  assert_says (fixture, vb_check_bus_instance, VB_FINDING_FAIL,
               "100 is also that of com.victronenergy.battery.twin");
  g_clear_pointer (&fixture->battery->answer, vb_battery_answer_free);
  assert_says (fixture, vb_check_bus_instance, VB_FINDING_FAIL, "twin");
  fixture->facts->settings = FALSE;
  assert_says (fixture, vb_check_bus_instance, VB_FINDING_FAIL, "twin");

  /* Where nothing is kept yet, what will be asked for. */
  fixture->facts->settings = TRUE;
  fixture->battery->kept_instance = -1;
  vb_neighbours_set_instance (neighbours, "com.victronenergy.battery.twin", 120);
  assert_says (fixture, vb_check_bus_instance, VB_FINDING_NONE, "not given yet; 121 is asked for");
}

/* A BMS whose place is taken by the number alone. */
static void
test_displaced (Fixture *fixture, gconstpointer unused)
{
  VbNeighbours *neighbours = fixture->facts->neighbours;

  vb_neighbours_set_instance (neighbours, "com.victronenergy.battery.other", 512);
  vb_neighbours_set_limits (neighbours, "com.victronenergy.battery.other", TRUE);
  assert_says (fixture, vb_check_bus_bms, VB_FINDING_OK, "is selected as BMS");
  fixture->facts->system.automatic_bms = TRUE;
  assert_says (fixture, vb_check_bus_bms, VB_FINDING_WARN,
               "in the place of com.victronenergy.battery.other");
}

/* A monitor that nobody has chosen gives way while it is stale. */
static void
test_automatic_monitor (Fixture *fixture, gconstpointer unused)
{
  VbSystem *system = &fixture->facts->system;

  assert_says (fixture, vb_check_bus_monitor, VB_FINDING_OK, "is selected as battery monitor");
  system->automatic_monitor = TRUE;
  assert_says (fixture, vb_check_bus_monitor, VB_FINDING_WARN, "nobody has chosen it (Automatic)");
  set_text (&system->monitor, "com.victronenergy.battery/7");
  assert_says (fixture, vb_check_bus_monitor, VB_FINDING_WARN, "com.victronenergy.battery/7 is");
}

static void
test_node_red (Fixture *fixture, gconstpointer unused)
{
  fixture->facts->node_red = VB_NODE_RED_ANSWERS;
  assert_says (fixture, vb_check_machine_node_red, VB_FINDING_OK, "answers");
  fixture->facts->node_red = VB_NODE_RED_FOREIGN;
  assert_says (fixture, vb_check_machine_node_red, VB_FINDING_WARN, "1880, is taken");
  fixture->facts->node_red = VB_NODE_RED_NONE;
  assert_says (fixture, vb_check_machine_node_red, VB_FINDING_WARN, "is not running");
  fixture->facts->venus = FALSE;
  assert_says (fixture, vb_check_machine_node_red, VB_FINDING_NONE, "is not running");
  fixture->facts->node_red = VB_NODE_RED_FOREIGN;
  assert_says (fixture, vb_check_machine_node_red, VB_FINDING_NONE, "1880, is taken");
}

/* Stale limits stay for a time, and chargers that feed in obey the voltage alone. */
static void
test_feed_in (Fixture *fixture, gconstpointer unused)
{
  VbBatteryConfig *config = (VbBatteryConfig *)fixture->battery->config;

  assert_says (fixture, vb_check_bus_feed_in, VB_FINDING_NONE, "is off; while it is on");
  fixture->facts->settings = FALSE;
  assert_says (fixture, vb_check_bus_feed_in, VB_FINDING_NONE, "not known without settings; while");
  fixture->facts->settings = TRUE;
  fixture->facts->feed_in = TRUE;
  assert_says (fixture, vb_check_bus_feed_in, VB_FINDING_WARN, "stale-charge-voltage");
  config->live.freshness.on_stale = VB_ON_STALE_BLOCK;
  assert_says (fixture, vb_check_bus_feed_in, VB_FINDING_WARN, "stale-charge-voltage");
  config->live.freshness.on_stale = VB_ON_STALE_DROP;
  assert_says (fixture, vb_check_bus_feed_in, VB_FINDING_WARN, "on-stale=drop");
  config->live.stale_charge_voltage = 53;
  assert_says (fixture, vb_check_bus_feed_in, VB_FINDING_WARN, "on-stale=drop");
  config->live.freshness.on_stale = VB_ON_STALE_STOP_CHARGING;
  assert_says (fixture, vb_check_bus_feed_in, VB_FINDING_OK, "protected");

  /* What does not lower the charge voltage protects nothing. */
  config->live.stale_charge_voltage = 55.2;
  assert_says (fixture, vb_check_bus_feed_in, VB_FINDING_WARN, "55.2 V, is not below its");
  fixture->facts->feed_in = FALSE;
  assert_says (fixture, vb_check_bus_feed_in, VB_FINDING_NONE, "55.2 V, is not below its");
  fixture->battery->answer->charge_voltage = NAN;
  assert_says (fixture, vb_check_bus_feed_in, VB_FINDING_NONE, "if its MaxChargeVoltage");
  g_clear_pointer (&fixture->battery->answer, vb_battery_answer_free);
  assert_says (fixture, vb_check_bus_feed_in, VB_FINDING_NONE, "if its MaxChargeVoltage");
  config->fixed.role = VB_ROLE_MONITOR;
  assert_says (fixture, vb_check_bus_feed_in, VB_FINDING_NONE, "monitor");
}

#define BLOCK                                                \
  "# dbus-virtual-battery: begin\n"                          \
  "if [ -x /data/apps/dbus-virtual-battery/boot.sh ]; then " \
  "/data/apps/dbus-virtual-battery/boot.sh || true; fi\n"    \
  "# dbus-virtual-battery: end\n"

static void
test_rc_local (Fixture *fixture, gconstpointer unused)
{
  static const struct
  {
    const char *text;
    int mode;
    VbFinding finding;
    const char *part;
  } cases[] = {
    { "#!/bin/sh\n" BLOCK, 0755, VB_FINDING_OK, "at boot" },
    { "#!/bin/sh\n" BLOCK "exit 0\n", 0755, VB_FINDING_OK, "at boot" },
    { "#!/bin/bash\nif false; then\n  exit 1\nfi\n" BLOCK, 0755, VB_FINDING_OK, "at boot" },
    { "#!/bin/sh\nexited=1\n" BLOCK, 0755, VB_FINDING_OK, "at boot" },
    { "#! /bin/sh -e\n\xff\n" BLOCK, 0700, VB_FINDING_OK, "at boot" },
    { BLOCK, 0755, VB_FINDING_OK, "at boot" },
    { "#!/bin/sh\r\n" BLOCK, 0755, VB_FINDING_FAIL, "shell" },
    { "#!/nonexistent/bash\n" BLOCK, 0755, VB_FINDING_FAIL, "shell" },
    { "#!/bin/sh\nexit 0\n" BLOCK, 0755, VB_FINDING_FAIL, "line 2" },
    { "#!/bin/sh\n\nexit\n" BLOCK, 0755, VB_FINDING_FAIL, "line 3" },
    { "#!/bin/sh\n" BLOCK, 0644, VB_FINDING_FAIL, "not executable" },
    { "#!/bin/sh\nexit 0\n", 0755, VB_FINDING_FAIL, "block is not there" },
    { "", 0755, VB_FINDING_FAIL, "block is not there" },
    { "#!/bin/sh\n# /data/apps/dbus-virtual-battery/boot.sh\n", 0755, VB_FINDING_FAIL,
      "block is not there" },
    { "#!/bin/sh\nbash /data/dbus-virtual-battery/install.sh\n", 0755, VB_FINDING_FAIL,
      "block is not there" },
  };
  g_autofree char *folder = g_dir_make_tmp ("test-doctor-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "rc.local", NULL);
  g_autofree char *disabled = g_strconcat (path, ".disabled", NULL);
  VbReport *report = fixture->report;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_assert_true (g_file_set_contents (path, cases[i].text, -1, NULL));
    g_assert_cmpint (g_chmod (path, cases[i].mode), ==, 0);
    memset (report->n, 0, sizeof report->n);
    g_string_truncate (report->text, 0);
    vb_check_machine_rc_local_at (path, report);
    if (report->n[cases[i].finding] != 1 || strstr (report->text->str, cases[i].part) == NULL)
      g_error ("case %u: %s", i, report->text->str);
  }

  g_assert_cmpint (g_rename (path, disabled), ==, 0);
  vb_check_machine_rc_local_at (path, report);
  g_assert_nonnull (strstr (report->text->str, "switched off"));
  g_unlink (disabled);
  vb_check_machine_rc_local_at (path, report);
  g_assert_nonnull (strstr (report->text->str, "is not there"));
  g_rmdir (folder);
}

static void
assert_service (
    Fixture *fixture, const char *link, const char *folder, VbFinding finding, const char *part)
{
  VbReport *report = fixture->report;

  memset (report->n, 0, sizeof report->n);
  g_string_truncate (report->text, 0);
  vb_check_machine_service_at (link, folder, report);
  if (report->n[finding] != 1 || strstr (report->text->str, part) == NULL)
    g_error ("wanted one finding %d with “%s”, got: %s", finding, part, report->text->str);
}

/* Only a link to the folder that was installed starts the daemon. */
static void
test_service (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *tmp = g_dir_make_tmp ("test-doctor-XXXXXX", NULL);
  g_autofree char *ours = g_build_filename (tmp, "ours", NULL);
  g_autofree char *other = g_build_filename (tmp, "other", NULL);
  g_autofree char *run = g_build_filename (ours, "run", NULL);
  g_autofree char *other_run = g_build_filename (other, "run", NULL);
  g_autofree char *link = g_build_filename (tmp, "link", NULL);

  assert_service (fixture, link, ours, VB_FINDING_FAIL, "is not there");
  g_assert_cmpint (symlink (ours, link), ==, 0);
  assert_service (fixture, link, ours, VB_FINDING_FAIL, "is not there");
  g_assert_cmpint (g_mkdir (ours, 0700), ==, 0);
  g_assert_true (g_file_set_contents (run, "", -1, NULL));
  assert_service (fixture, link, ours, VB_FINDING_OK, "is there");

  g_unlink (link);
  g_assert_cmpint (symlink (other, link), ==, 0);
  assert_service (fixture, link, ours, VB_FINDING_FAIL, other);
  g_assert_cmpint (g_mkdir (other, 0700), ==, 0);
  g_assert_true (g_file_set_contents (other_run, "", -1, NULL));
  assert_service (fixture, link, ours, VB_FINDING_FAIL, other);
  assert_service (fixture, other, ours, VB_FINDING_FAIL, "is no link to");

  g_unlink (link);
  g_unlink (run);
  g_unlink (other_run);
  g_rmdir (ours);
  g_rmdir (other);
  g_rmdir (tmp);
}

static void
test_show_config (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GString) text = g_string_new (NULL);

  vb_head_show_config ("# secret\n\n[http]\n  listen = 1.2.3.4:5\ntoken-file = /dev/null \n"
                       "token-file=very-secret\n token-file = /very/secret=\ntoken-file=\n"
                       "token=secret\nsecret\n[battery]\nrole=bms\n",
                       text);
  g_assert_cmpstr (text->str, ==,
                   "  [http]\n  listen = 1.2.3.4:5\n  token-file = /dev/null\n"
                   "  token-file=(not shown: there is no such file)\n"
                   "  token-file=(not shown: there is no such file)\n"
                   "  token-file=(not shown: there is no such file)\n"
                   "  token=(not shown: there is no such key)\n"
                   "  (not shown: neither a group nor a key)\n  [battery]\n  role=bms\n");
}

static void
test_head (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GString) text = g_string_new (NULL);

  vb_head_append (NULL, text);
  g_assert_nonnull (strstr (text->str, VB_VERSION " for " VB_ARCHITECTURE));
  g_assert_nonnull (strstr (text->str, "no configuration file"));
  g_string_truncate (text, 0);
  vb_head_append ("/nonexistent", text);
  g_assert_nonnull (strstr (text->str, "/nonexistent:"));
}

#define ADD(name_, function_) \
  g_test_add ("/doctor/" name_, Fixture, NULL, set_up, function_, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("report", test_report);
  ADD ("well", test_well);
  ADD ("checklist", test_checklist);
  ADD ("name", test_name);
  ADD ("venus", test_venus);
  ADD ("listen", test_listen);
  ADD ("second-default", test_second_default);
  ADD ("daemon", test_daemon);
  ADD ("state", test_state);
  ADD ("parts", test_parts);
  ADD ("last-push", test_last_push);
  ADD ("selection", test_selection);
  ADD ("clash", test_clash);
  ADD ("displaced", test_displaced);
  ADD ("automatic-monitor", test_automatic_monitor);
  ADD ("node-red", test_node_red);
  ADD ("feed-in", test_feed_in);
  ADD ("rc-local", test_rc_local);
  ADD ("service", test_service);
  ADD ("show-config", test_show_config);
  ADD ("head", test_head);

  return g_test_run ();
}
