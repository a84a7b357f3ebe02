#include <math.h>

#include "check-bus.h"

/* Whether Venus' own services have to be there. */
static gboolean
needs_venus (const VbDoctorFacts *facts)
{
  return facts->config != NULL ? facts->config->require_settings : facts->venus;
}

void
vb_check_bus_reached (const VbDoctorFacts *facts, VbReport *report)
{
  if (facts->bus != NULL)
    vb_report_add (report, VB_FINDING_OK, "%s", facts->bus);
  else
    vb_report_add (report, VB_FINDING_FAIL,
                   "cannot be reached: %s; name the right one with --bus or [bus] address",
                   facts->bus_error);
}

static void
check_venus (
    const VbDoctorFacts *facts, gboolean there, gboolean silent, const char *name, VbReport *report)
{
  if (facts->bus == NULL)
    vb_report_add (report, VB_FINDING_NONE, "not known without the bus");
  else if (silent)
    vb_report_add (report, VB_FINDING_FAIL, "%s does not answer; restart the device", name);
  else if (there)
    vb_report_add (report, VB_FINDING_OK, "%s is there", name);
  else if (needs_venus (facts))
    vb_report_add (report, VB_FINDING_FAIL,
                   "%s is not on the bus, and batteries wait for it; restart the device, or see "
                   "whether this is the right bus",
                   name);
  else
    vb_report_add (report, VB_FINDING_NONE, "%s is not on the bus: no Venus is there", name);
}

void
vb_check_bus_settings (const VbDoctorFacts *facts, VbReport *report)
{
  check_venus (facts, facts->settings, facts->silent_settings, "com.victronenergy.settings",
               report);
}

void
vb_check_bus_system (const VbDoctorFacts *facts, VbReport *report)
{
  check_venus (facts, facts->system.there, facts->silent_system, "com.victronenergy.system",
               report);
}

static void
check_name (const VbBatteryFacts *battery, VbReport *report)
{
  g_autofree char *pid = battery->pid != 0 ? g_strdup_printf ("process %u", battery->pid)
                                           : g_strdup ("a process that the bus does not know");

  if (!battery->owned)
    vb_report_add (report, VB_FINDING_OK, "%s is free", battery->service);
  else if (battery->program == NULL)
    vb_report_add (report, VB_FINDING_FAIL,
                   "%s belongs to %s, which does not say who it is; end it, or give the battery "
                   "another name",
                   battery->service, pid);
  else if (g_strcmp0 (battery->program, "dbus-virtual-battery") != 0)
    vb_report_add (
        report, VB_FINDING_FAIL,
        "%s belongs to another program, %s (%s); remove that, or give the battery another "
        "name",
        battery->service, battery->program, pid);
  else if (g_strcmp0 (battery->version, VB_VERSION) != 0)
    vb_report_add (report, VB_FINDING_WARN,
                   "%s belongs to version %s of the daemon (%s), and this is %s; restart it",
                   battery->service, battery->version != NULL ? battery->version : "?", pid,
                   VB_VERSION);
  else
    vb_report_add (report, VB_FINDING_OK, "%s belongs to the daemon (%s)", battery->service, pid);
}

void
vb_check_bus_name (const VbDoctorFacts *facts, VbReport *report)
{
  for (guint i = 0; facts->bus != NULL && i < facts->batteries->len; i++)
    check_name (&g_array_index (facts->batteries, VbBatteryFacts, i), report);
}

static void
check_instance (const VbDoctorFacts *facts, const VbBatteryFacts *battery, VbReport *report)
{
  const char *name = battery->config->fixed.name;
  const int used = battery->answer != NULL ? battery->answer->instance : -1;

  if (!facts->settings)
    vb_report_add (report, VB_FINDING_NONE, "%s: no settings; %d is taken", name,
                   battery->config->fixed.device_instance);
  else if (battery->kept_instance < 0)
    vb_report_add (report, VB_FINDING_NONE, "%s: not given yet; %d is asked for", name,
                   battery->config->fixed.device_instance);
  else if (used >= 0 && used != battery->kept_instance)
    vb_report_add (report, VB_FINDING_WARN,
                   "%s: %d, although settings keeps %d; restart the daemon", name, used,
                   battery->kept_instance);
  else
    vb_report_add (report, VB_FINDING_OK, "%s: %d, kept in settings", name, battery->kept_instance);
}

void
vb_check_bus_instance (const VbDoctorFacts *facts, VbReport *report)
{
  for (guint i = 0; facts->bus != NULL && i < facts->batteries->len; i++)
    check_instance (facts, &g_array_index (facts->batteries, VbBatteryFacts, i), report);
}

/* Whether Venus can have chosen @battery at all; says so where it cannot. */
static gboolean
can_be_selected (const VbDoctorFacts *facts, const VbBatteryFacts *battery, VbReport *report)
{
  if (!facts->system.there)
    vb_report_add (report, VB_FINDING_NONE, "%s: not known without com.victronenergy.system",
                   battery->config->fixed.name);
  else if (battery->answer == NULL || !battery->answer->on_bus)
    vb_report_add (report, VB_FINDING_NONE, "%s is not on the bus", battery->config->fixed.name);
  else
    return TRUE;

  return FALSE;
}

static VbSelected
selected (const VbDoctorFacts *facts, const VbBatteryFacts *battery)
{
  return vb_system_selected (&facts->system, battery->service, battery->answer->instance);
}

void
vb_check_bus_monitor (const VbDoctorFacts *facts, VbReport *report)
{
  for (guint i = 0; i < facts->batteries->len; i++) {
    const VbBatteryFacts *battery = &g_array_index (facts->batteries, VbBatteryFacts, i);

    if (!can_be_selected (facts, battery, report))
      continue;
    if (selected (facts, battery).monitor)
      vb_report_add (report, VB_FINDING_OK, "%s is selected as battery monitor",
                     battery->config->fixed.name);
    else
      vb_report_add (report, VB_FINDING_WARN,
                     "%s is not the battery monitor, %s is; choose it in Settings, System setup, "
                     "Battery monitor, if it should be",
                     battery->config->fixed.name,
                     facts->system.monitor != NULL ? facts->system.monitor : "none");
  }
}

void
vb_check_bus_bms (const VbDoctorFacts *facts, VbReport *report)
{
  for (guint i = 0; i < facts->batteries->len; i++) {
    const VbBatteryFacts *battery = &g_array_index (facts->batteries, VbBatteryFacts, i);

    if (battery->config->fixed.role != VB_ROLE_BMS)
      vb_report_add (report, VB_FINDING_NONE, "%s is a monitor (role)",
                     battery->config->fixed.name);
    else if (!can_be_selected (facts, battery, report))
      continue;
    else if (selected (facts, battery).bms)
      vb_report_add (report, VB_FINDING_OK, "%s is selected as BMS", battery->config->fixed.name);
    else
      vb_report_add (report, VB_FINDING_FAIL,
                     "the limits of %s are not used: the BMS is %s; choose it in Settings, DVCC, "
                     "Controlling BMS",
                     battery->config->fixed.name,
                     facts->system.bms != NULL ? facts->system.bms : "none");
  }
  if (facts->system.several)
    vb_report_add (report, VB_FINDING_WARN,
                   "several BMSes are on the bus; Venus obeys one of them, choose it in Settings, "
                   "DVCC, Controlling BMS");
}

static gboolean
has_bms (const VbDoctorFacts *facts)
{
  for (guint i = 0; i < facts->batteries->len; i++)
    if (g_array_index (facts->batteries, VbBatteryFacts, i).config->fixed.role == VB_ROLE_BMS)
      return TRUE;

  return FALSE;
}

void
vb_check_bus_dvcc (const VbDoctorFacts *facts, VbReport *report)
{
  if (!facts->system.there)
    vb_report_add (report, VB_FINDING_NONE, "not known without com.victronenergy.system");
  else if (facts->system.dvcc)
    vb_report_add (report, VB_FINDING_OK, "is on");
  else if (facts->config != NULL && !has_bms (facts))
    vb_report_add (report, VB_FINDING_NONE, "is off, and no battery is a BMS");
  else
    vb_report_add (report, VB_FINDING_FAIL,
                   "is off, so that no limit is used; switch it on in Settings, DVCC");
}

/* While a battery is stale its limits stay for a time, and chargers that feed in obey the voltage
   alone. */
static gboolean
needs_stale_charge_voltage (const VbBatteryConfig *config)
{
  return config->fixed.role == VB_ROLE_BMS && config->live.freshness.on_stale != VB_ON_STALE_DROP
         && isnan (config->live.stale_charge_voltage);
}

void
vb_check_bus_feed_in (const VbDoctorFacts *facts, VbReport *report)
{
  for (guint i = 0; i < facts->batteries->len; i++) {
    const VbBatteryConfig *config = g_array_index (facts->batteries, VbBatteryFacts, i).config;

    if (config->fixed.role != VB_ROLE_BMS)
      vb_report_add (report, VB_FINDING_NONE, "%s is a monitor (role)", config->fixed.name);
    else if (!needs_stale_charge_voltage (config))
      vb_report_add (report, VB_FINDING_OK, "%s is protected while it is stale",
                     config->fixed.name);
    else if (facts->feed_in)
      vb_report_add (report, VB_FINDING_WARN,
                     "DC-coupled feed-in is on: chargers obey the charge voltage only, and go on "
                     "charging %s while it is stale; set its stale-charge-voltage",
                     config->fixed.name);
    else
      vb_report_add (
          report, VB_FINDING_NONE,
          "%s; before it is switched on set stale-charge-voltage of %s, because chargers "
          "then obey the charge voltage only",
          facts->settings ? "is off" : "not known without settings", config->fixed.name);
  }
}
