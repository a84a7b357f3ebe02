#include "doctor.h"

#include <stdio.h>

#include "check-bus.h"
#include "check-daemon.h"
#include "check-machine.h"
#include "check-parts.h"
#include "config/load.h"
#include "head.h"

static const struct
{
  const char *subject;
  VbDoctorCheck *check;
} checks[] = {
  { "config", vb_check_daemon_config },
  { "bus", vb_check_bus_reached },
  { "settings", vb_check_bus_settings },
  { "system", vb_check_bus_system },
  { "name", vb_check_bus_name },
  { "listen", vb_check_daemon_listen },
  { "daemon", vb_check_daemon_answers },
  { "state", vb_check_daemon_state },
  { "part", vb_check_parts },
  { "last push", vb_check_daemon_last_push },
  { "instance", vb_check_bus_instance },
  { "monitor", vb_check_bus_monitor },
  { "BMS", vb_check_bus_bms },
  { "DVCC", vb_check_bus_dvcc },
  { "DC feed-in", vb_check_bus_feed_in },
  { "rc.local", vb_check_machine_rc_local },
  { "service", vb_check_machine_service },
  { "Node-RED", vb_check_machine_node_red },
};

gboolean
vb_doctor_run (const VbDoctorOptions *options)
{
  g_autoptr (VbDoctorFacts) facts = vb_doctor_facts_new (options);
  g_autoptr (VbReport) report = vb_report_new ();
  gboolean well;

  vb_head_append (options->config != NULL ? options->config : vb_config_load_find_file (),
                  report->text);
  for (guint i = 0; i < G_N_ELEMENTS (checks); i++) {
    report->subject = checks[i].subject;
    checks[i].check (facts, report);
  }
  vb_check_daemon_checklist (facts, report);
  well = vb_report_close (report);

  return fputs (report->text->str, stdout) != EOF && fflush (stdout) == 0 && well;
}
