#define G_LOG_DOMAIN "battery"

#include "plausible.h"

#include <math.h>
#include <string.h>

/* Less than this is noise about zero. */
#define WATTS_LEAST 50.0

/* How long nothing may change while current flows. */
#define UNCHANGED (300 * (gint64)G_USEC_PER_SEC)

/* So many times the limits no current is: it was sent in mA. */
#define TIMES_LIMIT 5

/* What a predicate looks at. */
typedef struct
{
  const VbPlausible *before;
  const VbBatteryConfig *config;
  const VbRequired *required;
  const VbValues *values;
  gint64 now;

  /* What more than one of them looks at. */
  double voltage;
  double current;
  double soc;
  double charge_current;
  double discharge_current;
} Look;

/* What was sent for a field lately, or NAN. */
static double
sent (const Look *look, VbKnown known)
{
  const VbSample *sample = &look->values->sent[vb_item_known (known)];

  if (look->now - sample->time >= look->config->live.freshness.warn_after)
    return NAN;

  return vb_value_number (&sample->value, NAN);
}

/* The same, where the cells stand for it. */
static double
sent_or_derived (const Look *look, VbKnown known)
{
  const VbSample *derived = &look->values->derived[vb_item_known (known)];
  const double number = sent (look, known);

  if (!isnan (number) || look->now - derived->time >= look->config->live.freshness.warn_after)
    return number;

  return vb_value_number (&derived->value, NAN);
}

/* What was sent for a field whenever that was: it holds until it is sent anew. */
static double
last_sent (const Look *look, VbKnown known)
{
  return vb_values_number (look->values, known);
}

/* Every comparison with NAN, for what is not known, is false. */

static gboolean
power_contradicts (const Look *look, double *numbers)
{
  numbers[0] = sent (look, VB_KNOWN_POWER);
  numbers[1] = round (look->voltage * look->current);

  return fabs (numbers[0] - numbers[1]) > fmax (fabs (numbers[0]), fabs (numbers[1])) / 2
         && fmax (fabs (numbers[0]), fabs (numbers[1])) >= WATTS_LEAST;
}

static gboolean
current_exceeds_limits (const Look *look, double *numbers)
{
  numbers[0] = look->current;
  numbers[1] = fmax (look->charge_current, look->discharge_current);

  return numbers[1] > 0 && fabs (numbers[0]) > numbers[1] * TIMES_LIMIT;
}

/* Cells of which nobody says how many there are may be some of them: then only too much is
   wrong. */
static gboolean
cells_contradict (const Look *look, double *numbers)
{
  const gboolean are_all = !isnan (sent (look, VB_KNOWN_CELL_VOLTAGE_SUM))
                           || last_sent (look, VB_KNOWN_CELL_COUNT) > 0;

  numbers[0] = look->voltage;
  numbers[1] = sent_or_derived (look, VB_KNOWN_CELL_VOLTAGE_SUM);

  return numbers[1] - numbers[0] > numbers[0] / 10
         || (are_all && numbers[0] - numbers[1] > numbers[0] / 10);
}

static gboolean
cell_voltages_cross (const Look *look, double *numbers)
{
  numbers[0] = sent_or_derived (look, VB_KNOWN_MIN_CELL_VOLTAGE);
  numbers[1] = sent_or_derived (look, VB_KNOWN_MAX_CELL_VOLTAGE);

  return numbers[0] > numbers[1];
}

static gboolean
cell_temperatures_cross (const Look *look, double *numbers)
{
  numbers[0] = sent_or_derived (look, VB_KNOWN_MIN_CELL_TEMPERATURE);
  numbers[1] = sent_or_derived (look, VB_KNOWN_MAX_CELL_TEMPERATURE);

  return numbers[0] > numbers[1];
}

static gboolean
soc_is_share (const Look *look, double *numbers)
{
  numbers[0] = look->soc;

  return numbers[0] > 0 && numbers[0] < 1;
}

static gboolean
soc_steps (const Look *look, double *numbers)
{
  numbers[0] = look->before->has_record ? look->before->soc : NAN;
  numbers[1] = look->soc;

  return fabs (numbers[0] - numbers[1]) > 20;
}

static gboolean
low_voltage_reached (const Look *look, double *numbers)
{
  numbers[0] = last_sent (look, VB_KNOWN_BATTERY_LOW_VOLTAGE);
  numbers[1] = look->voltage;

  return numbers[0] >= numbers[1];
}

static gboolean
charging_contradicts (const Look *look, double *numbers)
{
  numbers[0] = look->charge_current;

  return last_sent (look, VB_KNOWN_ALLOW_TO_CHARGE) == 0 && numbers[0] > 0;
}

static gboolean
discharging_contradicts (const Look *look, double *numbers)
{
  numbers[0] = look->discharge_current;

  return last_sent (look, VB_KNOWN_ALLOW_TO_DISCHARGE) == 0 && numbers[0] > 0;
}

static gboolean
charged_runs_back (const Look *look, double *numbers)
{
  numbers[0] = look->before->has_record ? look->before->charged : NAN;
  numbers[1] = last_sent (look, VB_KNOWN_CHARGED_ENERGY);

  return numbers[1] < numbers[0];
}

static gboolean
discharged_runs_back (const Look *look, double *numbers)
{
  numbers[0] = look->before->has_record ? look->before->discharged : NAN;
  numbers[1] = last_sent (look, VB_KNOWN_DISCHARGED_ENERGY);

  return numbers[1] < numbers[0];
}

static gboolean
comes_seldom (const Look *look, double *numbers)
{
  const gint64 warn_after = look->config->live.freshness.warn_after;
  const gint64 interval = look->now - look->before->time;

  numbers[0] = round ((double)interval / G_USEC_PER_SEC);
  numbers[1] = (double)warn_after / G_USEC_PER_SEC;

  return look->before->has_record && interval >= warn_after && look->before->interval >= warn_after;
}

static gboolean
current_flows (const Look *look)
{
  return fabs (isnan (look->current) ? sent_or_derived (look, VB_KNOWN_CURRENT) : look->current)
         > 0;
}

static gboolean
does_not_change (const Look *look, double *numbers)
{
  const gint64 unchanged = look->now - look->required->last_change;

  numbers[0] = floor ((double)unchanged / (60.0 * G_USEC_PER_SEC));

  return look->config->live.frozen_after == 0 && look->required->last_change != 0
         && unchanged >= UNCHANGED && current_flows (look);
}

/* Each {} of a text stands for the next of the numbers. */
static const struct
{
  VbKnown field; /* beside which it is shown */
  gboolean (*holds) (const Look *look, double *numbers);
  const char *text;
} rows[] = {
  { VB_KNOWN_POWER, power_contradicts, "Power is {} W, and Voltage × Current is {} W" },
  { VB_KNOWN_CURRENT, current_exceeds_limits,
    "Current is {} A, and no limit is above {} A: was it sent in mA?" },
  { VB_KNOWN_VOLTAGE, cells_contradict, "Voltage is {} V, and the cells together are {} V" },
  { VB_KNOWN_MIN_CELL_VOLTAGE, cell_voltages_cross,
    "MinCellVoltage is {} V, above the MaxCellVoltage of {} V" },
  { VB_KNOWN_MIN_CELL_TEMPERATURE, cell_temperatures_cross,
    "MinCellTemperature is {} °C, above the MaxCellTemperature of {} °C" },
  { VB_KNOWN_SOC, soc_is_share, "Soc is {} %: was it sent as a share of 1?" },
  { VB_KNOWN_SOC, soc_steps, "Soc went from {} % to {} % with one record" },
  { VB_KNOWN_BATTERY_LOW_VOLTAGE, low_voltage_reached,
    "BatteryLowVoltage is {} V, and Voltage is {} V" },
  { VB_KNOWN_ALLOW_TO_CHARGE, charging_contradicts,
    "AllowToCharge is 0, and MaxChargeCurrent is {} A: Venus obeys the limit alone" },
  { VB_KNOWN_ALLOW_TO_DISCHARGE, discharging_contradicts,
    "AllowToDischarge is 0, and MaxDischargeCurrent is {} A: Venus obeys the limit alone" },
  { VB_KNOWN_CHARGED_ENERGY, charged_runs_back, "ChargedEnergy went back from {} kWh to {} kWh" },
  { VB_KNOWN_DISCHARGED_ENERGY, discharged_runs_back,
    "DischargedEnergy went back from {} kWh to {} kWh" },
  { VB_KNOWN_NONE, comes_seldom, "records come every {} s, and after {} s they are late" },
  { VB_KNOWN_CURRENT, does_not_change,
    "current flows, and nothing that is measured has changed for {} minutes: is the source "
    "frozen?" },
};

G_STATIC_ASSERT (G_N_ELEMENTS (rows) == VB_PLAUSIBLE_ROWS);

static char *
text_of (const VbPlausible *plausible, guint row)
{
  const char *at = rows[row].text;
  const double *number = plausible->numbers[row];
  GString *text = g_string_new (NULL);

  for (const char *next = strstr (at, "{}"); next != NULL; next = strstr (at, "{}")) {
    char buffer[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append_len (text, at, next - at);
    g_string_append (text, g_ascii_formatd (buffer, sizeof buffer, "%.6g", *number++));
    at = next + strlen ("{}");
  }
  g_string_append (text, at);

  return g_string_free (text, FALSE);
}

void
vb_plausible_describe (const VbPlausible *plausible, GPtrArray *texts)
{
  for (guint i = 0; i < VB_PLAUSIBLE_ROWS; i++)
    if (plausible->holds[i])
      g_ptr_array_add (texts, text_of (plausible, i));
}

void
vb_plausible_describe_item (const VbPlausible *plausible, guint item, GPtrArray *texts)
{
  const VbKnown known = vb_item (item)->field->known;

  for (guint i = 0; i < VB_PLAUSIBLE_ROWS; i++)
    if (plausible->holds[i] && known != VB_KNOWN_NONE && rows[i].field == known)
      g_ptr_array_add (texts, text_of (plausible, i));
}

void
vb_plausible_log (VbPlausible *plausible, const char *battery)
{
  for (guint i = 0; i < VB_PLAUSIBLE_ROWS; i++) {
    g_autofree char *text = NULL;

    if (!plausible->holds[i] || plausible->logged[i])
      continue;

    plausible->logged[i] = TRUE;
    text = text_of (plausible, i);
    g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "BATTERY", battery, "MESSAGE",
                      "battery %s: %s", battery, text);
  }
}

gboolean
vb_plausible_look (VbPlausible *plausible,
                   const VbBatteryConfig *config,
                   const VbRequired *required,
                   const VbValues *values,
                   gint64 now)
{
  Look look = {
    .before = plausible, .config = config, .required = required, .values = values, .now = now
  };
  gboolean holds = FALSE;

  look.voltage = sent (&look, VB_KNOWN_VOLTAGE);
  look.current = sent (&look, VB_KNOWN_CURRENT);
  look.soc = sent (&look, VB_KNOWN_SOC);
  look.charge_current = sent (&look, VB_KNOWN_MAX_CHARGE_CURRENT);
  look.discharge_current = sent (&look, VB_KNOWN_MAX_DISCHARGE_CURRENT);
  for (guint i = 0; i < VB_PLAUSIBLE_ROWS; i++) {
    plausible->holds[i] = rows[i].holds (&look, plausible->numbers[i]);
    holds = holds || plausible->holds[i];
  }

  plausible->soc = vb_values_number (values, VB_KNOWN_SOC);
  plausible->charged = vb_values_number (values, VB_KNOWN_CHARGED_ENERGY);
  plausible->discharged = vb_values_number (values, VB_KNOWN_DISCHARGED_ENERGY);
  plausible->interval = plausible->has_record ? now - plausible->time : 0;
  plausible->time = now;
  plausible->has_record = TRUE;

  return holds;
}
