#include <math.h>

#include "check-bus.h"
#include "core/silence.h"
#include "venus/identity.h"

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
  g_autofree char *id = vb_identity_settings_id (name);
  const int used = battery->answer != NULL ? battery->answer->instance : -1;
  const int number = used >= 0 ? used : battery->kept_instance;
  const char *other = vb_neighbours_clash (facts->neighbours, battery->service, number);

  if (other != NULL)
    vb_report_add (report, VB_FINDING_FAIL,
                   "%s: %d is also that of %s, and Venus takes the one for the other; give one of "
                   "them another number (that of %s is /Settings/Devices/%s/ClassAndVrmInstance)",
                   name, number, other, name, id);
  else if (!facts->settings)
    vb_report_add (report, VB_FINDING_NONE, "%s: no settings; %d is taken", name,
                   battery->config->fixed.device_instance);
  else if (battery->kept_instance < 0)
    vb_report_add (report, VB_FINDING_NONE, "%s: not given yet; %d is asked for", name,
                   vb_neighbours_free_instance (facts->neighbours, battery->service,
                                                battery->config->fixed.device_instance));
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

/* Another battery of ours than @battery that is the monitor, or NULL: there can be only one. */
static const VbBatteryFacts *
find_monitor (const VbDoctorFacts *facts, const VbBatteryFacts *battery)
{
  for (guint i = 0; i < facts->batteries->len; i++) {
    const VbBatteryFacts *other = &g_array_index (facts->batteries, VbBatteryFacts, i);

    if (other != battery && other->answer != NULL && other->answer->on_bus
        && selected (facts, other).monitor)
      return other;
  }

  return NULL;
}

/* Venus reads @battery: because somebody has chosen it? */
static void
check_read (const VbDoctorFacts *facts, const VbBatteryFacts *battery, VbReport *report)
{
  if (facts->system.automatic_monitor)
    vb_report_add (
        report, VB_FINDING_WARN,
        "%s is selected as battery monitor, but nobody has chosen it (Automatic): while "
        "it is stale Venus silently shows another battery, as that of a Multi; choose it "
        "in Settings, System setup, Battery monitor",
        battery->config->fixed.name);
  else
    vb_report_add (report, VB_FINDING_OK, "%s is selected as battery monitor",
                   battery->config->fixed.name);
}

void
vb_check_bus_monitor (const VbDoctorFacts *facts, VbReport *report)
{
  for (guint i = 0; i < facts->batteries->len; i++) {
    const VbBatteryFacts *battery = &g_array_index (facts->batteries, VbBatteryFacts, i);
    const VbBatteryFacts *other = find_monitor (facts, battery);
    const char *monitor = vb_system_monitor (&facts->system);

    if (!can_be_selected (facts, battery, report))
      continue;
    if (selected (facts, battery).monitor)
      check_read (facts, battery, report);
    else if (other != NULL)
      vb_report_add (report, VB_FINDING_NONE, "%s is not the battery monitor, %s is",
                     battery->config->fixed.name, other->config->fixed.name);
    else
      vb_report_add (report, VB_FINDING_WARN,
                     "%s is not the battery monitor, %s is; choose it in Settings, System setup, "
                     "Battery monitor, if it should be",
                     battery->config->fixed.name, monitor != NULL ? monitor : "none");
  }
}

/* Venus obeys @battery: because somebody has chosen it? */
static void
check_obeyed (const VbDoctorFacts *facts, const VbBatteryFacts *battery, VbReport *report)
{
  const char *other = vb_neighbours_other_bms (facts->neighbours);

  if (other != NULL && facts->system.automatic_bms)
    vb_report_add (report, VB_FINDING_WARN,
                   "%s is obeyed in the place of %s, because its instance is lower and nobody has "
                   "chosen; choose one in Settings, DVCC, Controlling BMS",
                   battery->config->fixed.name, other);
  else
    vb_report_add (report, VB_FINDING_OK, "%s is selected as BMS", battery->config->fixed.name);
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
      check_obeyed (facts, battery, report);
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

static void
check_feed_in (const VbDoctorFacts *facts, const VbBatteryFacts *battery, VbReport *report)
{
  const VbBatteryConfig *config = battery->config;
  const char *name = config->fixed.name;
  g_autofree char *gap = vb_silence_gap (
      &config->live, battery->answer != NULL ? battery->answer->charge_voltage : NAN);

  if (config->fixed.role != VB_ROLE_BMS)
    vb_report_add (report, VB_FINDING_NONE, "%s is a monitor (role)", name);
  else if (gap != NULL && facts->feed_in)
    vb_report_add (
        report, VB_FINDING_WARN,
        "is on: chargers obey the charge voltage only, and go on charging %s while it is "
        "stale: %s",
        name, gap);
  else if (gap != NULL)
    vb_report_add (report, VB_FINDING_NONE,
                   "%s; while it is on, chargers obey the charge voltage only, and go on charging "
                   "%s while it is stale: %s",
                   facts->settings ? "is off" : "not known without settings", name, gap);
  else if (battery->answer == NULL || isnan (battery->answer->charge_voltage))
    vb_report_add (report, VB_FINDING_NONE,
                   "%s is protected while it is stale, if its MaxChargeVoltage, which is not known "
                   "now, is above %g V",
                   name, config->live.stale_charge_voltage);
  else
    vb_report_add (report, VB_FINDING_OK, "%s is protected while it is stale", name);
}

void
vb_check_bus_feed_in (const VbDoctorFacts *facts, VbReport *report)
{
  for (guint i = 0; i < facts->batteries->len; i++)
    check_feed_in (facts, &g_array_index (facts->batteries, VbBatteryFacts, i), report);
}
