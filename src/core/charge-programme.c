#include "charge-programme.h"

#include <math.h>

#define DAY (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)

void
vb_programme_init (VbProgramme *programme, gint64 now)
{
  *programme = (VbProgramme){ .full_at = now };
}

void
vb_programme_restart (VbProgramme *programme)
{
  *programme = (VbProgramme){
    .full_at = programme->full_at,
    .balanced_at = programme->balanced_at,
    .balanced = programme->balanced,
    .above_since = programme->above_since,
  };
}

void
vb_programme_pass_over (VbProgramme *programme, gint64 silence)
{
  if (programme->held_since != 0)
    programme->held_since += silence;
}

void
vb_programme_interrupt (VbProgramme *programme)
{
  programme->held_since = 0;
}

static gint64
ago (double seconds, gint64 now)
{
  return now - (gint64)(seconds * G_USEC_PER_SEC);
}

void
vb_programme_recall (VbProgramme *programme, const VbProgrammeMemory *memory, gint64 now)
{
  if (!isnan (memory->since_full))
    programme->full_at = ago (memory->since_full, now);
  programme->balanced = !isnan (memory->since_balance);
  if (programme->balanced)
    programme->balanced_at = ago (memory->since_balance, now);
}

VbProgrammeMemory
vb_programme_memory (const VbProgramme *programme, gint64 now)
{
  return (VbProgrammeMemory){
    .since_full = (double)(now - programme->full_at) / G_USEC_PER_SEC,
    .since_balance
    = programme->balanced ? (double)(now - programme->balanced_at) / G_USEC_PER_SEC : NAN,
  };
}

gboolean
vb_programme_needs_memory (const VbRulesConfig *config)
{
  return !isnan (config->full_every) || !isnan (config->balance_voltage);
}

double
vb_programme_target (const VbRulesConfig *config, guint month)
{
  const VbCurve *months = &config->charge_to_soc_by_month;

  if (months->n == 0 || month == 0)
    return config->charge_to_soc;

  /* Before the first month of the year that of the year before goes on. */
  if (month < months->at[0])
    return months->share[months->n - 1];

  return vb_curve_share (months, VB_CURVE_STEP, month);
}

/* Whether charge-to-soc is left aside until the battery is full. One that does not become full is
   not held above it for ever. */
static gboolean
has_to_be_full (
    VbProgramme *programme, const VbRulesConfig *config, double soc, double target, gint64 now)
{
  if (isnan (config->full_every) || isnan (target)
      || (double)(now - programme->full_at) < config->full_every * (double)DAY) {
    programme->above_since = 0;
    return FALSE;
  }

  if (programme->above_since == 0 && soc > target)
    programme->above_since = now;
  if (programme->above_since == 0 || now - programme->above_since < VB_FULL_WITHIN * DAY)
    return TRUE;

  programme->above_since = 0;
  programme->full_at = now;

  return FALSE;
}

static void
charge_to_soc (
    VbProgramme *programme, const VbRulesConfig *config, double soc, guint month, gint64 now)
{
  const double target = vb_programme_target (config, month);

  /* Every comparison with NAN is false: without a target nothing stops. */
  if (has_to_be_full (programme, config, soc, target, now) || isnan (target)
      || soc <= target - VB_CHARGE_TO_SOC_HYSTERESIS)
    programme->stopped = FALSE;
  else if (soc > target)
    programme->stopped = TRUE;
}

static void
balance (VbProgramme *programme, const VbRulesConfig *config, double soc, gint64 now)
{
  const gboolean due
      = !programme->balanced
        || (double)(now - programme->balanced_at) >= config->balance_every * (double)DAY;

  if (isnan (config->balance_voltage)) {
    programme->balancing = FALSE;
    return;
  }

  if (programme->balancing && now - programme->balanced_at >= config->balance_time)
    programme->balancing = FALSE;
  else if (!programme->balancing && due && soc >= config->balance_from_soc) {
    programme->balancing = TRUE;
    programme->balanced = TRUE;
    programme->balanced_at = now;
    programme->floating = FALSE;
    programme->held_since = 0;
  }
}

/* Notes how long the charge voltage has been held. A cell that is not seen begins it anew. */
static void
absorb (VbProgramme *programme,
        const VbRulesConfig *config,
        const VbInputs *inputs,
        double charge_voltage,
        gint64 now)
{
  const double voltage = inputs->value[VB_INPUT_VOLTAGE];
  const gboolean held = voltage >= charge_voltage * VB_HELD_SHARE && !inputs->lacks_cell;

  if (isnan (config->float_voltage)) {
    programme->floating = FALSE;
    programme->held_since = 0;
    return;
  }
  if (programme->floating) {
    programme->floating = !(inputs->value[VB_INPUT_SOC] < config->rebulk_soc);
    return;
  }
  if (programme->balancing || !held) {
    programme->held_since = 0;
    return;
  }

  if (programme->held_since == 0)
    programme->held_since = now;
  if (now - programme->held_since < config->absorption_time)
    return;

  programme->floating = TRUE;
  programme->held_since = 0;
  programme->full_at = now;
}

void
vb_programme_go_on (VbProgramme *programme,
                    const VbRulesConfig *config,
                    const VbInputs *inputs,
                    guint month,
                    double charge_voltage,
                    gint64 now)
{
  const double soc = inputs->value[VB_INPUT_SOC];

  if (isnan (config->float_voltage) && soc >= VB_FULL_SOC)
    programme->full_at = now;

  balance (programme, config, soc, now);
  absorb (programme, config, inputs, charge_voltage, now);
  charge_to_soc (programme, config, soc, month, now);
}

double
vb_programme_voltage (const VbProgramme *programme, const VbRulesConfig *config, VbRule *by)
{
  if (programme->balancing && !isnan (config->balance_voltage)) {
    *by = VB_RULE_BALANCE_VOLTAGE;
    return config->balance_voltage;
  }
  if (programme->floating && !isnan (config->float_voltage)) {
    *by = VB_RULE_FLOAT_VOLTAGE;
    return fmin (config->float_voltage, config->maximum[VB_LIMIT_CHARGE_VOLTAGE]);
  }

  *by = VB_RULE_CHARGE_VOLTAGE;

  return config->maximum[VB_LIMIT_CHARGE_VOLTAGE];
}
