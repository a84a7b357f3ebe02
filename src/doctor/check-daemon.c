#include "check-daemon.h"

#include "base/shown.h"

/* The longest name of a check, in bytes. */
#define SUBJECT_MAX 32

void
vb_check_daemon_config (const VbDoctorFacts *facts, VbReport *report)
{
  if (facts->config == NULL) {
    vb_report_add (report, VB_FINDING_FAIL, "%s", facts->config_error);
    return;
  }

  vb_report_add (report, VB_FINDING_OK, "%s is valid",
                 facts->config->file != NULL ? facts->config->file : "the default configuration");
  for (guint i = 0; i < facts->config->warnings->len; i++)
    vb_report_add (report, VB_FINDING_WARN, "%s",
                   (const char *)g_ptr_array_index (facts->config->warnings, i));
}

static void
check_free (const VbDoctorFacts *facts, const char *address, VbReport *report)
{
  if (!vb_doctor_facts_has_daemon (facts, NULL))
    vb_report_add (report, VB_FINDING_OK, "%s is free", address);
  else if (facts->config->listen == NULL)
    vb_report_add (report, VB_FINDING_NONE, "%s is not used", address);
  else
    vb_report_add (report, VB_FINDING_WARN,
                   "%s: the running daemon does not listen there; restart it", address);
}

static void
check_elsewhere (const VbDoctorFacts *facts, guint place, const char *address, VbReport *report)
{
  /* Of the default addresses only the first is needed. */
  if (facts->config->listen == NULL && place > 0)
    vb_report_add (report, VB_FINDING_NONE, "%s: this machine has no such address", address);
  else
    vb_report_add (report, VB_FINDING_FAIL,
                   "%s: this machine has no such address; correct [http] listen", address);
}

void
vb_check_daemon_listen (const VbDoctorFacts *facts, VbReport *report)
{
  for (guint i = 0; i < facts->listens->len; i++) {
    const VbListenFacts *listen = &g_array_index (facts->listens, VbListenFacts, i);

    switch (listen->port) {
    case VB_PORT_FREE:
      check_free (facts, listen->address, report);
      break;
    case VB_PORT_OURS:
      vb_report_add (report, VB_FINDING_OK, "%s: the daemon answers", listen->address);
      break;
    case VB_PORT_LOCKED:
      vb_report_add (report, VB_FINDING_FAIL,
                     "%s: who answers there wants another token than that of token-file; restart "
                     "the daemon if the file has changed",
                     listen->address);
      break;
    case VB_PORT_FOREIGN:
      vb_report_add (report, VB_FINDING_FAIL,
                     "%s is taken by another program; end that, or choose another port with [http] "
                     "listen",
                     listen->address);
      break;
    case VB_PORT_SILENT:
      vb_report_add (
          report, VB_FINDING_FAIL,
          "%s is taken, and whoever has it does not answer; if it is the daemon, see its "
          "log and restart it",
          listen->address);
      break;
    case VB_PORT_DENIED:
      vb_report_add (report, VB_FINDING_WARN, "%s may not be asked by this user; run this as root",
                     listen->address);
      break;
    case VB_PORT_ELSEWHERE:
      check_elsewhere (facts, i, listen->address, report);
      break;
    case VB_PORT_ANY:
    default:
      vb_report_add (report, VB_FINDING_NONE, "%s: any port, which the log of the daemon names",
                     listen->address);
      break;
    }
  }
}

/* The daemon's process as the bus knows it; 0: none is there. */
static guint
pid_on_bus (const VbDoctorFacts *facts)
{
  for (guint i = 0; i < facts->batteries->len; i++) {
    const VbBatteryFacts *battery = &g_array_index (facts->batteries, VbBatteryFacts, i);

    if (battery->owned && g_strcmp0 (battery->program, "dbus-virtual-battery") == 0)
      return battery->pid;
  }

  return 0;
}

/* Whether every address is one of any port. */
static gboolean
listens_anywhere (const VbDoctorFacts *facts)
{
  for (guint i = 0; i < facts->listens->len; i++)
    if (g_array_index (facts->listens, VbListenFacts, i).port != VB_PORT_ANY)
      return FALSE;

  return TRUE;
}

void
vb_check_daemon_answers (const VbDoctorFacts *facts, VbReport *report)
{
  const char *address = NULL;
  const guint pid = pid_on_bus (facts);

  if (facts->config == NULL)
    vb_report_add (report, VB_FINDING_NONE, "not known without a valid configuration");
  else if (vb_doctor_facts_has_daemon (facts, &address))
    vb_report_add (report, VB_FINDING_OK, "is running, and answers at %s", address);
  else if (listens_anywhere (facts))
    vb_report_add (report, VB_FINDING_NONE, "not known, as its port is not; name it with --listen");
  else if (pid != 0)
    vb_report_add (report, VB_FINDING_FAIL,
                   "process %u is running, and cannot be asked where it should listen; name its "
                   "address with --listen, or restart it",
                   pid);
  else
    vb_report_add (
        report, VB_FINDING_FAIL, "is not running; %s",
        facts->venus ? "svc -u /service/dbus-virtual-battery starts it, its log is "
                       "/var/log/dbus-virtual-battery/current"
                     : "systemctl start dbus-virtual-battery starts it where it is installed, its "
                       "log is journalctl -u dbus-virtual-battery");
}

/* Says why nothing is known of @battery where that is so. */
static gboolean
has_answer (const VbDoctorFacts *facts, const VbBatteryFacts *battery, VbReport *report)
{
  if (battery->answer != NULL)
    return TRUE;

  if (!vb_doctor_facts_has_daemon (facts, NULL))
    vb_report_add (report, VB_FINDING_NONE, "%s: not known without the daemon",
                   battery->config->fixed.name);
  else if (battery->status == 0)
    vb_report_add (report, VB_FINDING_FAIL, "%s: the daemon did not answer; ask again",
                   battery->config->fixed.name);
  else
    vb_report_add (report, VB_FINDING_FAIL,
                   "%s: the running daemon does not know it (status %u); restart it",
                   battery->config->fixed.name, battery->status);

  return FALSE;
}

/* Whether the last record was refused. Both times are written in one form and one time zone. */
static gboolean
is_refused (const VbBatteryAnswer *answer)
{
  return answer->last_refusal != NULL && g_strcmp0 (answer->last_refusal, answer->last) > 0;
}

static const char *
refusal_of (const VbBatteryAnswer *answer)
{
  return answer->refusal != NULL ? answer->refusal : "see its reply";
}

/* @answer is live or late: is it on this bus? */
static void
check_joined (const VbDoctorFacts *facts, const VbBatteryFacts *battery, VbReport *report)
{
  const VbBatteryAnswer *answer = battery->answer;
  const char *name = battery->config->fixed.name;

  if (g_strcmp0 (answer->joining, "name") == 0 && facts->bus != NULL && !battery->owned)
    vb_report_add (
        report, VB_FINDING_FAIL,
        "%s is %s, and not on the bus, although its name is free; see whether the policy of "
        "the bus lets the daemon have it",
        name, answer->state);
  else if (!answer->on_bus)
    vb_report_add (report, VB_FINDING_FAIL, "%s is %s, and not on the bus: it waits for %s", name,
                   answer->state, answer->joining != NULL ? answer->joining : "its next record");
  else if (facts->bus != NULL && !battery->owned)
    vb_report_add (report, VB_FINDING_FAIL,
                   "%s is on another bus than %s; name that of the daemon with --bus", name,
                   facts->bus);
  else if (g_str_equal (answer->state, "late") && is_refused (answer))
    vb_report_add (report, VB_FINDING_WARN,
                   "%s is late: no complete record for %.1f s, because records are refused: %s",
                   name, answer->age, refusal_of (answer));
  else if (g_str_equal (answer->state, "late"))
    vb_report_add (
        report, VB_FINDING_WARN,
        "%s is late: no complete record for %.1f s; see whether its source is still there", name,
        answer->age);
  else
    vb_report_add (report, VB_FINDING_OK, "%s is live, and on the bus", name);
}

static void
check_state (const VbDoctorFacts *facts, const VbBatteryFacts *battery, VbReport *report)
{
  const VbBatteryAnswer *answer = battery->answer;
  const char *name = battery->config->fixed.name;

  if (g_str_equal (answer->state, "live") || g_str_equal (answer->state, "late"))
    check_joined (facts, battery, report);
  else if (g_str_equal (answer->state, "waiting"))
    vb_report_add (report, VB_FINDING_FAIL,
                   "%s is waiting: there was no complete record yet; missing: %s", name,
                   answer->missing);
  else if (is_refused (answer))
    vb_report_add (report, VB_FINDING_FAIL,
                   "%s is %s: its records are refused, the last one at %s: %s", name, answer->state,
                   answer->last_refusal, refusal_of (answer));
  else
    vb_report_add (report, VB_FINDING_FAIL,
                   "%s is %s: its source has fallen silent, or has said that it is off; see there",
                   name, answer->state);
}

void
vb_check_daemon_state (const VbDoctorFacts *facts, VbReport *report)
{
  for (guint i = 0; i < facts->batteries->len; i++) {
    const VbBatteryFacts *battery = &g_array_index (facts->batteries, VbBatteryFacts, i);

    if (has_answer (facts, battery, report))
      check_state (facts, battery, report);
  }
}

static void
check_last_push (const VbBatteryFacts *battery, VbReport *report)
{
  const VbBatteryAnswer *answer = battery->answer;
  const char *name = battery->config->fixed.name;

  if (is_refused (answer))
    vb_report_add (report, VB_FINDING_WARN, "%s: refused at %s: %s", name, answer->last_refusal,
                   refusal_of (answer));
  else if (answer->last == NULL && answer->parts != NULL)
    vb_report_add (report, VB_FINDING_WARN, "%s: none yet, of any of its parts", name);
  else if (answer->last == NULL)
    vb_report_add (report, VB_FINDING_WARN, "%s: none yet; POST one to /battery/%s", name, name);
  else
    vb_report_add (report, VB_FINDING_OK,
                   "%s: taken at %s from %s; %" G_GINT64_FORMAT " records, %" G_GINT64_FORMAT
                   " refused",
                   name, answer->last, answer->address != NULL ? answer->address : "the bus",
                   answer->records, answer->refused);
}

void
vb_check_daemon_last_push (const VbDoctorFacts *facts, VbReport *report)
{
  for (guint i = 0; i < facts->batteries->len; i++) {
    const VbBatteryFacts *battery = &g_array_index (facts->batteries, VbBatteryFacts, i);

    if (battery->answer != NULL)
      check_last_push (battery, report);
  }
}

/* What it has judged is told, and not judged again. */
static void
tell_checklist (const VbBatteryFacts *battery, VbReport *report)
{
  g_autofree char *title = g_strconcat ("Commissioning of ", battery->config->fixed.name, NULL);

  vb_report_begin_list (report, title);
  for (guint i = 0; i < battery->checklist->len; i++) {
    const VbChecklistLine *line = g_ptr_array_index (battery->checklist, i);
    g_autofree char *subject = vb_shown (line->key, SUBJECT_MAX);

    vb_report_add_check (report, line->status, subject, line->text);
  }
}

void
vb_check_daemon_checklist (const VbDoctorFacts *facts, VbReport *report)
{
  for (guint i = 0; i < facts->batteries->len; i++) {
    const VbBatteryFacts *battery = &g_array_index (facts->batteries, VbBatteryFacts, i);

    if (battery->checklist != NULL)
      tell_checklist (battery, report);
  }
}
