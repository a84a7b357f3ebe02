#include "commissioning.h"

#include <math.h>

#include "base/shown.h"
#include "silence.h"

/* The longest name of a service that a text repeats, in bytes; those of the bus have 255. */
#define SERVICE_MAX 255

/* A cell of any chemistry is between these, in V; and so far apart no two of one pack are that
   work and are read rightly. */
#define CELL_LOWEST 1.0
#define CELL_HIGHEST 4.5
#define CELL_SPREAD 1.0

static VbCheck say (GString *text, VbCheck check, const char *format, ...) G_GNUC_PRINTF (3, 4);

static VbCheck
say (GString *text, VbCheck check, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_string_append_vprintf (text, format, arguments);
  va_end (arguments);

  return check;
}

static double
seconds (gint64 time)
{
  return (double)time / G_USEC_PER_SEC;
}

static void
append_texts (GString *text, const GPtrArray *texts, const char *separator)
{
  for (guint i = 0; i < texts->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? separator : "",
                            (const char *)g_ptr_array_index (texts, i));
}

static VbCheck
judge_records (const VbCommissioningFacts *facts, GString *text)
{
  const VbCadence *cadence = &facts->cadence;
  const gint64 warn_after = facts->config->live.freshness.warn_after;
  const gint64 longest = vb_cadence_longest (cadence);
  const gint64 open = vb_cadence_open (cadence, facts->now);

  if (cadence->n == 0)
    return say (text, VB_CHECK_UNKNOWN, "nothing complete has come yet");
  if (open > warn_after)
    return say (text, VB_CHECK_RED,
                "fewer than %d complete records have come within the last %.1f s, and after %g s "
                "the battery is late: send more often, or raise warn-after",
                VB_CADENCE_RECORDS, seconds (open), seconds (warn_after));
  if (longest > warn_after)
    return say (text, VB_CHECK_RED,
                "%d complete records took up to %.1f s, and after %g s the battery is late: send "
                "more often, or raise warn-after",
                VB_CADENCE_RECORDS, seconds (longest), seconds (warn_after));
  if (!cadence->measured)
    return say (text, VB_CHECK_UNKNOWN, "measured for %.0f s of %.0f s",
                seconds (facts->now - cadence->began), seconds (vb_cadence_window (warn_after)));

  return say (text, VB_CHECK_GREEN,
              "%d complete records took %.1f s at most, and after %g s the battery is late",
              VB_CADENCE_RECORDS, seconds (longest), seconds (warn_after));
}

static VbCheck
judge_required (const VbCommissioningFacts *facts, GString *text)
{
  if (facts->records == 0)
    return say (text, VB_CHECK_UNKNOWN, "no record has been taken yet");
  if (facts->state == VB_STATE_GONE)
    return say (text, VB_CHECK_UNKNOWN, "the battery is gone, and waits for a complete record");
  if (facts->absent != NULL && facts->absent->len > 0) {
    g_string_append (text, "parts that do not send, or do not count yet: ");
    append_texts (text, facts->absent, ", ");
    return VB_CHECK_RED;
  }
  if (facts->missing != NULL && facts->missing->len > 0) {
    g_string_append (text, "absent, or too old: ");
    append_texts (text, facts->missing, ", ");
    return say (text, VB_CHECK_RED, "; send them in every record");
  }

  return say (text, VB_CHECK_GREEN, "all of them are younger than %g s",
              seconds (facts->config->live.freshness.warn_after));
}

static VbCheck
judge_cells (const VbCommissioningFacts *facts, GString *text)
{
  const double lowest = facts->lowest_cell, highest = facts->highest_cell;

  if (facts->doubts != NULL && facts->doubts->len > 0) {
    append_texts (text, facts->doubts, "; ");
    return VB_CHECK_RED;
  }
  if (lowest <= 0 || highest <= 0)
    return say (text, VB_CHECK_UNKNOWN, "no cell voltage is known now");
  if (lowest < CELL_LOWEST || highest > CELL_HIGHEST)
    return say (text, VB_CHECK_RED,
                "the lowest is %.3f V, the highest %.3f V, and none of any chemistry is outside of "
                "%g to %g V",
                lowest, highest, CELL_LOWEST, CELL_HIGHEST);
  if (highest - lowest > CELL_SPREAD)
    return say (text, VB_CHECK_RED,
                "the lowest is %.3f V, the highest %.3f V: is a wire loose, or one read wrongly?",
                lowest, highest);
  if (facts->n_cells > 0)
    g_string_append_printf (text, "of %u cells ", facts->n_cells);

  return say (text, VB_CHECK_GREEN, "the lowest is %.3f V, the highest %.3f V", lowest, highest);
}

static VbCheck
judge_belt (const VbCommissioningFacts *facts, GString *text)
{
  const VbBatteryLive *live = &facts->config->live;
  const struct
  {
    const char *key;
    const char *unit;
    double belt;
    VbLimit limit;
  } ceilings[] = {
    { "max-charge-voltage", "V", live->max_charge_voltage, VB_LIMIT_CHARGE_VOLTAGE },
    { "max-charge-current", "A", live->max_charge_current, VB_LIMIT_CHARGE_CURRENT },
    { "max-discharge-current", "A", live->max_discharge_current, VB_LIMIT_DISCHARGE_CURRENT },
  };
  g_autoptr (GString) set = g_string_new (NULL);

  if (facts->config->fixed.role != VB_ROLE_BMS)
    return VB_CHECK_NONE;

  for (guint i = 0; i < G_N_ELEMENTS (ceilings); i++) {
    /* What a maximum of [limits] holds down needs no belt besides. */
    const double ceiling = fmin (ceilings[i].belt, live->rules.maximum[ceilings[i].limit]);

    if (isnan (ceiling))
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", ceilings[i].key);
    else
      g_string_append_printf (set, "%s%g %s", set->len > 0 ? ", " : "", ceiling, ceilings[i].unit);
  }
  if (text->len > 0)
    return say (text, VB_CHECK_RED,
                ": not set, so that a wrong number of the source reaches the chargers; set it in "
                "the group of the battery to what cells and cables allow");

  return say (text, VB_CHECK_GREEN, "whatever the source asks for, at most %s", set->str);
}

/* Whether Venus can have chosen the battery at all; says so where it cannot. */
static gboolean
can_be_selected (const VbCommissioningFacts *facts, VbSelected *selected, GString *text)
{
  *selected = vb_system_selected (facts->system, facts->presence.service, facts->presence.instance);
  if (!selected->known)
    g_string_append (text, "not known without com.victronenergy.system");
  else if (!facts->presence.on_bus)
    g_string_append (text, "not known while the battery is not on the bus");
  else
    return TRUE;

  return FALSE;
}

static VbCheck
judge_monitor (const VbCommissioningFacts *facts, GString *text)
{
  g_autofree char *other = NULL;
  VbSelected selected;

  if (!can_be_selected (facts, &selected, text))
    return VB_CHECK_UNKNOWN;
  if (selected.monitor && !facts->system->monitor_told)
    return say (text, VB_CHECK_UNKNOWN,
                "it is, and settings do not say whether somebody has chosen it");
  if (selected.monitor && facts->system->automatic_monitor)
    return say (text, VB_CHECK_RED,
                "it is, but nobody has chosen it (Automatic): while it is stale Venus silently "
                "shows another battery, as that of a Multi; choose it in Settings, System setup, "
                "Battery monitor");
  if (selected.monitor)
    return say (text, VB_CHECK_GREEN, "it is, and somebody has chosen it");
  /* There is one monitor, and another battery of this daemon is it. */
  if (facts->neighbours != NULL && facts->system->monitor_service != NULL
      && vb_neighbours_is_own (facts->neighbours, facts->system->monitor_service))
    return VB_CHECK_NONE;
  other = vb_system_monitor (facts->system) != NULL
              ? vb_shown (vb_system_monitor (facts->system), SERVICE_MAX)
              : NULL;

  return say (text, VB_CHECK_RED,
              "it is not, %s is; choose it in Settings, System setup, Battery monitor",
              other != NULL ? other : "none");
}

/* Venus obeys the battery: because somebody has chosen it? */
static VbCheck
judge_obeyed (const VbCommissioningFacts *facts, GString *text)
{
  const char *other
      = facts->neighbours != NULL ? vb_neighbours_other_bms (facts->neighbours) : NULL;
  g_autofree char *shown = other != NULL ? vb_shown (other, SERVICE_MAX) : NULL;

  if (shown != NULL && !facts->system->bms_told)
    return say (text, VB_CHECK_UNKNOWN,
                "it is, and settings do not say whether somebody has chosen it and not %s", shown);
  if (shown != NULL && facts->system->automatic_bms)
    return say (text, VB_CHECK_RED,
                "it is, in the place of %s, because its instance is lower and nobody has chosen; "
                "choose one in Settings, DVCC, Controlling BMS",
                shown);
  if (facts->system->several)
    return say (text, VB_CHECK_RED,
                "it is, and several BMSes are on the bus; Venus obeys one of them, choose it in "
                "Settings, DVCC, Controlling BMS");

  return say (text, VB_CHECK_GREEN, "it is: its limits are those that Venus goes by");
}

static VbCheck
judge_bms (const VbCommissioningFacts *facts, GString *text)
{
  g_autofree char *other = NULL;
  VbSelected selected;

  if (facts->config->fixed.role != VB_ROLE_BMS)
    return VB_CHECK_NONE;
  if (!can_be_selected (facts, &selected, text))
    return VB_CHECK_UNKNOWN;
  if (selected.bms)
    return judge_obeyed (facts, text);
  other = facts->system->bms != NULL ? vb_shown (facts->system->bms, SERVICE_MAX) : NULL;

  return say (text, VB_CHECK_RED,
              "its limits are not used: the BMS is %s; choose it in Settings, DVCC, Controlling "
              "BMS",
              other != NULL ? other : "none");
}

static VbCheck
judge_dvcc (const VbCommissioningFacts *facts, GString *text)
{
  if (facts->config->fixed.role != VB_ROLE_BMS)
    return VB_CHECK_NONE;
  if (facts->system == NULL || !facts->system->there)
    return say (text, VB_CHECK_UNKNOWN, "not known without com.victronenergy.system");
  if (!facts->system->dvcc)
    return say (text, VB_CHECK_RED,
                "it is off, so that no limit is used; switch it on in Settings, DVCC");

  return say (text, VB_CHECK_GREEN, "it is on, so that the limits of the BMS are used");
}

static double
charge_voltage (const VbCommissioningFacts *facts)
{
  return facts->charge_voltage > 0 ? facts->charge_voltage : NAN;
}

static VbCheck
judge_feed_in (const VbCommissioningFacts *facts, GString *text)
{
  const VbBatteryLive *live = &facts->config->live;
  const gboolean told = facts->system != NULL && facts->system->feed_in_told;
  g_autofree char *gap = vb_silence_gap (live, charge_voltage (facts));

  if (facts->config->fixed.role != VB_ROLE_BMS)
    return VB_CHECK_NONE;
  if (gap == NULL && facts->charge_voltage <= 0)
    return say (text, VB_CHECK_UNKNOWN,
                "protected while it is stale, if its MaxChargeVoltage, which is not known now, is "
                "above %g V",
                live->stale_charge_voltage);
  if (gap == NULL)
    return say (text, VB_CHECK_GREEN,
                "on or off, while it is stale chargers are told to hold %g V at most",
                live->stale_charge_voltage);
  if (told && facts->system->feed_in)
    return say (text, VB_CHECK_RED,
                "it is on: chargers obey the charge voltage only, and go on charging this battery "
                "while it is stale: %s",
                gap);

  return say (text, told ? VB_CHECK_GREEN : VB_CHECK_UNKNOWN,
              "%s; while it is on, chargers obey the charge voltage only, and go on charging this "
              "battery while it is stale: %s",
              told ? "it is off" : "not known without settings", gap);
}

static VbCheck
judge_twin (const VbCommissioningFacts *facts, GString *text)
{
  const VbPresence *presence = &facts->presence;
  const char *twin;

  if (facts->neighbours == NULL || presence->service == NULL || presence->instance < 0)
    return say (text, VB_CHECK_UNKNOWN, "its device instance is not known yet");

  twin = vb_neighbours_clash (facts->neighbours, presence->service, presence->instance);
  if (twin != NULL) {
    g_autofree char *shown = vb_shown (twin, SERVICE_MAX);

    return say (text, VB_CHECK_RED,
                "device instance %d is also that of %s, and Venus takes the one for the other; "
                "give one of them another number",
                presence->instance, shown);
  }
  if (!presence->on_bus)
    return say (text, VB_CHECK_UNKNOWN, "not known while the battery is not on the bus");

  return say (text, VB_CHECK_GREEN, "no other battery on the bus has device instance %d",
              presence->instance);
}

static VbCheck
judge_token (const VbCommissioningFacts *facts, GString *text)
{
  static const struct
  {
    VbCheck check;
    const char *text;
  } rows[] = {
    [VB_ACCESS_UNKNOWN] = { VB_CHECK_UNKNOWN, "not known where the daemon listens" },
    [VB_ACCESS_LOCAL] = { VB_CHECK_GREEN, "not needed: this machine alone reaches the daemon" },
    [VB_ACCESS_TOKEN] = { VB_CHECK_GREEN, "who sends or reads has to have it" },
    [VB_ACCESS_OPEN] = { VB_CHECK_RED, "none is asked for, and other machines reach the daemon: "
                                       "set [http] token-file in the place of allow-anonymous" },
  };

  return say (text, rows[facts->access].check, "%s", rows[facts->access].text);
}

static VbCheck
judge_history (const VbCommissioningFacts *facts, GString *text)
{
  if (!facts->config->fixed.history)
    return say (text, VB_CHECK_RED,
                "it is off: energy, charge and cycles are not counted, unless the source does; set "
                "history=true");

  return say (text, VB_CHECK_GREEN, "it is on: energy, charge and cycles are counted");
}

/* Of a BMS: is charging stopped? */
static VbCheck
judge_stopping (const VbCommissioningFacts *facts, GString *text)
{
  const VbSystem *system = facts->system;
  const VbBatteryLive *live = &facts->config->live;
  const gboolean feeds_in = system != NULL && system->feed_in_told && system->feed_in;
  g_autofree char *gap = vb_silence_gap (live, charge_voltage (facts));
  g_autoptr (GString) unused = g_string_new (NULL);
  VbSelected selected;
  const gboolean known = can_be_selected (facts, &selected, unused);

  if (known && !(selected.bms && selected.dvcc))
    g_string_append (text, "Venus does not use its limits, so that nothing stops: ");
  vb_silence_describe (facts->config, feeds_in, charge_voltage (facts), text);
  if (live->freshness.on_stale == VB_ON_STALE_DROP || (feeds_in && gap != NULL)
      || (known && !(selected.bms && selected.dvcc)))
    return VB_CHECK_RED;

  return known && (gap == NULL || (system != NULL && system->feed_in_told)) ? VB_CHECK_GREEN
                                                                            : VB_CHECK_UNKNOWN;
}

static VbCheck
judge_silence (const VbCommissioningFacts *facts, GString *text)
{
  g_autoptr (GString) unused = g_string_new (NULL);
  VbCheck monitor;

  if (facts->config->fixed.role == VB_ROLE_BMS)
    return judge_stopping (facts, text);

  /* No other battery takes the place of a monitor that somebody has chosen. */
  vb_silence_describe (facts->config, FALSE, NAN, text);
  monitor = judge_monitor (facts, unused);

  return monitor == VB_CHECK_NONE ? VB_CHECK_GREEN : monitor;
}

static const struct
{
  const char *key;
  const char *title;
  VbCheck (*judge) (const VbCommissioningFacts *facts, GString *text);
} rows[] = {
  { "records", "Records come often enough", judge_records },
  { "required", "All required fields come", judge_required },
  { "cells", "Cells are plausible", judge_cells },
  { "belt", "Seat belt", judge_belt },
  { "monitor", "Battery monitor of Venus", judge_monitor },
  { "bms", "Controlling BMS of Venus", judge_bms },
  { "dvcc", "DVCC", judge_dvcc },
  { "feed-in", "DC-coupled feed-in", judge_feed_in },
  { "twin", "No twin on the bus", judge_twin },
  { "token", "Token", judge_token },
  { "history", "History", judge_history },
  { "silence", "When the source falls silent", judge_silence },
};

static void
commissioned_free (gpointer data)
{
  g_free (((VbCommissioned *)data)->text);
  g_free (data);
}

const char *
vb_commissioning_word (VbCheck check)
{
  static const char *const words[VB_N_CHECKS] = {
    [VB_CHECK_UNKNOWN] = "unknown",
    [VB_CHECK_GREEN] = "green",
    [VB_CHECK_RED] = "red",
  };

  g_return_val_if_fail (check < VB_N_CHECKS, NULL);

  return words[check];
}

GPtrArray *
vb_commissioning_judge (const VbCommissioningFacts *facts)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (commissioned_free);

  g_return_val_if_fail (facts != NULL && facts->config != NULL, list);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    GString *text = g_string_new (NULL);
    const VbCheck check = rows[i].judge (facts, text);
    VbCommissioned *line = g_new (VbCommissioned, 1);

    *line = (VbCommissioned){ rows[i].key, rows[i].title, check, g_string_free (text, FALSE) };
    if (check != VB_CHECK_NONE)
      g_ptr_array_add (list, line);
    else
      commissioned_free (line);
  }

  return list;
}
