#include "rules.h"

#include <math.h>

#include "limits.h"

/* The smallest share of the curves about one limit, and where it comes from. */
typedef struct
{
  double share; /* % */
  VbRule by;
  VbInput input;
  double value;
} Smallest;

/* What one run goes by. */
typedef struct
{
  VbRules *rules;
  const VbBatteryLive *live;
  const VbValues *values;
  const VbInputs *inputs;
  gboolean has_record;
  gint64 now;
} Run;

/* What cell-max-voltage goes by. */
static const VbInput of_cells[] = { VB_INPUT_CELL_SUM, VB_INPUT_HIGHEST_CELL };

/* How far above what is in force the cells have to allow before that rises, V: two steps of the
   bus, of which it then goes one at least. */
#define CLEAR 0.2

static const VbRule rule_of_limit[] = {
  [VB_LIMIT_CHARGE_VOLTAGE] = VB_RULE_CHARGE_VOLTAGE,
  [VB_LIMIT_CHARGE_CURRENT] = VB_RULE_CHARGE_CURRENT,
  [VB_LIMIT_DISCHARGE_CURRENT] = VB_RULE_DISCHARGE_CURRENT,
};

void
vb_rules_init (VbRules *rules, gint64 now)
{
  *rules = (VbRules){ 0 };
  vb_programme_init (&rules->programme, now);
}

void
vb_rules_forget (VbRules *rules)
{
  VbProgramme programme = rules->programme;

  vb_programme_restart (&programme);
  *rules = (VbRules){ .programme = programme };
}

void
vb_rules_activate (VbValues *values, const VbRulesConfig *config)
{
  for (VbLimit limit = 0; limit < VB_N_LIMITS; limit++)
    if (!isnan (config->maximum[limit]))
      vb_values_activate (values, vb_item_known (vb_limited_field (limit)));
}

static gboolean
is_there (const VbBatteryLive *live, const VbInputs *inputs, VbInput input, gint64 now)
{
  const gint64 time = inputs->time[input];

  return time != 0 && now - time < live->freshness.stale_after;
}

/* Lowers @smallest to what the curve @id says. One of which an input is not there says 0. */
static void
look_at_curve (const Run *run, VbCurveId id, Smallest *smallest)
{
  const VbRulesConfig *config = &run->live->rules;
  const gboolean discharges = vb_rules_config_limit_of (id) == VB_LIMIT_DISCHARGE_CURRENT;
  VbInput list[VB_INPUTS_OF_CURVE];
  const guint n = vb_inputs_of_curve (run->inputs, id, list);

  for (guint i = 0; i < n; i++) {
    const gboolean there = discharges ? run->inputs->time[list[i]] != 0
                                      : is_there (run->live, run->inputs, list[i], run->now);
    const double value = there ? run->inputs->value[list[i]] : NAN;
    const double share = there ? vb_curve_share (&config->curves[id], config->curve, value) : 0;

    if (!there)
      run->rules->lacking[id] = list[i];
    /* What discharging goes by is required, and can be old or missing after a reload alone. The
       ladder stops charging if it does not come; 0 would put out the lights before that. */
    if (discharges && !there)
      continue;
    if (share < smallest->share)
      *smallest = (Smallest){ share, vb_rule_of_curve (id), list[i], value };
  }
}

/* Without every cell cell-max-voltage cannot be held. */
static void
look_at_cells (const Run *run, Smallest *smallest)
{
  for (guint i = 0; i < G_N_ELEMENTS (of_cells) && !isnan (run->live->rules.cell_max_voltage);
       i++) {
    if (is_there (run->live, run->inputs, of_cells[i], run->now) && run->inputs->n_cells > 0)
      continue;
    run->rules->lacks_cells = TRUE;
    if (smallest->share > 0)
      *smallest = (Smallest){ 0, VB_RULE_CELL_MAX_VOLTAGE, of_cells[i], NAN };
  }
}

static Smallest
look_at_curves (const Run *run, VbLimit limit)
{
  const VbCurve *curves = run->live->rules.curves;
  Smallest smallest = { 100, VB_RULE_NONE, VB_INPUT_NONE, NAN };

  for (VbCurveId id = 0; id < VB_N_CURVES; id++)
    if (curves[id].n > 0 && vb_rules_config_limit_of (id) == limit)
      look_at_curve (run, id, &smallest);
  if (limit != VB_LIMIT_CHARGE_CURRENT)
    return smallest;

  look_at_cells (run, &smallest);
  if (run->rules->programme.stopped && smallest.share > 0)
    smallest
        = (Smallest){ 0, VB_RULE_CHARGE_TO_SOC, VB_INPUT_SOC, run->inputs->value[VB_INPUT_SOC] };

  return smallest;
}

/* Once the share was 0, it counts as 0 until it has recovered. */
static void
latch (const Run *run, VbGoverned *governed, double share)
{
  const VbRulesConfig *config = &run->live->rules;

  if (share == 0)
    governed->latched = TRUE;
  if (!(share > config->recover_above))
    governed->above_since = 0;
  else if (governed->latched && run->has_record) {
    if (governed->above_since == 0)
      governed->above_since = run->now;
    if (run->now - governed->above_since >= config->recover_hold)
      governed->latched = FALSE;
  }
  if (!governed->latched)
    governed->above_since = 0;
}

/* What the curves leave of the maximum. */
static double
curves_part (const VbRulesConfig *config, VbLimit limit, double share)
{
  const double maximum = config->maximum[limit];
  /* Of no maximum there is a share where it is 0. */
  const double part = isnan (maximum) && share == 0 ? 0 : maximum * share / 100;

  if (limit == VB_LIMIT_DISCHARGE_CURRENT)
    return MAX (part, MIN (config->min_discharge_current, maximum));

  return part;
}

static void
set_limited (VbLimited *limited, VbRule by, double to)
{
  *limited = (VbLimited){ by, to, VB_INPUT_NONE, NAN, NAN };
}

/* What the maximum and the curves leave of what the source sent. */
static double
find_target (const Run *run, VbLimit limit, double sent, VbLimited *limited)
{
  const VbRulesConfig *config = &run->live->rules;
  const double maximum = config->maximum[limit];
  VbGoverned *governed = &run->rules->governed[limit];
  const Smallest smallest = look_at_curves (run, limit);
  const double without = isnan (sent) ? maximum : sent;
  double target;

  latch (run, governed, smallest.share);
  target = fmin (curves_part (config, limit, governed->latched ? 0 : smallest.share), sent);

  if (!(target < without))
    set_limited (limited, VB_RULE_NONE, target);
  else if (governed->latched && smallest.share > 0)
    set_limited (limited, VB_RULE_RECOVER_HOLD, target);
  else if (smallest.share < 100)
    *limited = (VbLimited){ smallest.by, target, smallest.input, smallest.value, smallest.share };
  else
    set_limited (limited, rule_of_limit[limit], target);

  return target;
}

/* The most that the ramp allows. */
static double
ramp (const Run *run, VbLimit limit, double sent)
{
  const VbRulesConfig *config = &run->live->rules;
  const VbGoverned *governed = &run->rules->governed[limit];
  const double whole = isnan (config->maximum[limit]) ? sent : config->maximum[limit];
  const double per_second
      = isnan (config->recover_ramp) ? VB_RECOVER_SHARE * whole : config->recover_ramp;
  const gint64 since = MAX (governed->time, run->now - run->live->freshness.warn_after);
  const double passed = (double)(run->now - since) / G_USEC_PER_SEC;

  return governed->output + per_second * passed;
}

/* The time that a limit in force has: that of the record that carried it, or on which it was
   worked out. */
static void
put (VbSample *sample, double number, const VbSample *sent, gint64 now)
{
  sample->value = vb_value_real (number);
  sample->time = sent->time != 0 ? sent->time : now;
}

static void
govern_current (const Run *run, VbLimit limit, const VbSample *sent)
{
  VbGoverned *governed = &run->rules->governed[limit];
  VbLimited limited = { 0 };
  const double asked = vb_value_number (&sent->value, NAN);
  double target = find_target (run, limit, asked, &limited);

  if (governed->begun && target > governed->output) {
    /* Time alone never raises. */
    const double most = run->has_record ? ramp (run, limit, asked) : governed->output;

    if (target > most) {
      target = most;
      set_limited (&limited, VB_RULE_RECOVER_RAMP, target);
    }
  }
  run->rules->limited[limit] = limited;

  /* The ramp counts from the last record, or cut. */
  if (governed->begun && !run->has_record && target == governed->output)
    return;

  governed->begun = TRUE;
  governed->output = target;
  governed->time = run->now;
  put (&run->rules->limits[limit], target, sent, run->now);
}

static double
to_steps (double volts)
{
  VbValue value = vb_value_real (volts);

  vb_limits_round (vb_item_known (VB_KNOWN_MAX_CHARGE_VOLTAGE), &value);

  return value.as.real;
}

/* A cut is at once. A step of the bus is many amperes: without a hold and some distance chargers
   would be sent to and fro between two of them. */
static void
hold_cells (const Run *run)
{
  VbCellsBound *cells = &run->rules->cells;
  double allowed;

  if (isnan (run->live->rules.cell_max_voltage)) {
    *cells = (VbCellsBound){ 0 };
    return;
  }
  if (run->rules->lacks_cells) {
    cells->clear_since = 0;
    return;
  }

  allowed = vb_inputs_allowed_voltage (run->inputs, run->live->rules.cell_max_voltage);
  if (!cells->begun || to_steps (allowed) < cells->volts)
    *cells = (VbCellsBound){ .begun = TRUE, .volts = to_steps (allowed) };
  else if (allowed < cells->volts + CLEAR - 1e-9)
    cells->clear_since = 0;
  else if (run->has_record) {
    if (cells->clear_since == 0)
      cells->clear_since = run->now;
    if (run->now - cells->clear_since >= run->live->rules.recover_hold) {
      cells->volts = to_steps (fmax (cells->volts + CLEAR / 2, (cells->volts + allowed) / 2));
      cells->clear_since = run->now;
    }
  }
}

/* What is in force of the charge voltage, with @by; NAN where there is nothing. */
static double
find_voltage (const Run *run, double asked, VbLimited *limited)
{
  const VbRules *rules = run->rules;
  const VbGoverned *governed = &rules->governed[VB_LIMIT_CHARGE_VOLTAGE];
  const double without = isnan (asked) ? run->live->rules.maximum[VB_LIMIT_CHARGE_VOLTAGE] : asked;
  const double bound = rules->cells.begun ? rules->cells.volts : NAN;
  VbRule by;
  const double programme = vb_programme_voltage (&rules->programme, &run->live->rules, &by);
  const double target = fmin (asked, programme);

  set_limited (limited, target < without ? by : VB_RULE_NONE, target);
  if (bound < target)
    *limited = (VbLimited){ VB_RULE_CELL_MAX_VOLTAGE, bound, VB_INPUT_HIGHEST_CELL,
                            run->inputs->value[VB_INPUT_HIGHEST_CELL], NAN };

  /* While not every cell is known, nothing rises. */
  if (rules->lacks_cells && governed->begun && governed->output < target)
    *limited
        = (VbLimited){ VB_RULE_CELL_MAX_VOLTAGE, governed->output, VB_INPUT_CELL_SUM, NAN, NAN };

  return limited->to;
}

static void
govern_voltage (const Run *run, const VbSample *sent)
{
  VbGoverned *governed = &run->rules->governed[VB_LIMIT_CHARGE_VOLTAGE];
  VbLimited *limited = &run->rules->limited[VB_LIMIT_CHARGE_VOLTAGE];
  const double asked = vb_value_number (&sent->value, NAN);
  double target = find_voltage (run, asked, limited);

  /* Time alone never raises. */
  if (governed->begun && !run->has_record && target >= governed->output)
    return;

  governed->begun = TRUE;
  governed->output = target;
  put (&run->rules->limits[VB_LIMIT_CHARGE_VOLTAGE], target, sent, run->now);
}

/* The charge voltage that is to be reached. What the highest cell leaves of it is not: a pack that
   is held below by one cell is neither full nor in balance. */
static double
charge_voltage (const Run *run)
{
  const VbSample *sent = &run->values->sent[vb_item_known (VB_KNOWN_MAX_CHARGE_VOLTAGE)];

  return fmin (vb_value_number (&sent->value, NAN),
               run->live->rules.maximum[VB_LIMIT_CHARGE_VOLTAGE]);
}

/* Where the seat belt is no higher, no rule limits. */
static void
look_at_belt (const Run *run, VbLimit limit)
{
  VbLimited *limited = &run->rules->limited[limit];

  if (limited->by != VB_RULE_NONE
      && limited->to >= vb_limits_ceiling (run->live, vb_limited_field (limit)))
    limited->by = VB_RULE_NONE;
}

/* Nothing is limited until something is found that does. */
static void
limit_nothing (VbRules *rules)
{
  for (VbLimit limit = 0; limit < VB_N_LIMITS; limit++) {
    rules->limited[limit].by = VB_RULE_NONE;
    rules->retold[limit] = FALSE;
  }
  for (VbCurveId id = 0; id < VB_N_CURVES; id++)
    rules->lacking[id] = VB_INPUT_NONE;
  rules->lacks_cells = FALSE;
}

/* The ramp goes on from here. */
static void
resume (VbRules *rules, gint64 now)
{
  for (VbLimit limit = 0; limit < VB_N_LIMITS; limit++)
    rules->governed[limit].time = now;
  rules->paused = FALSE;
}

/* In more than warn-after between two records nobody has supplied what rules go by. */
static void
pass_over_silence (VbRules *rules, gint64 warn_after, gint64 now)
{
  const gint64 silence = rules->record_at != 0 ? now - rules->record_at - warn_after : 0;

  rules->record_at = now;
  if (silence <= 0)
    return;

  for (VbLimit limit = 0; limit < VB_N_LIMITS; limit++)
    if (rules->governed[limit].above_since != 0)
      rules->governed[limit].above_since += silence;
  if (rules->cells.clear_since != 0)
    rules->cells.clear_since += silence;
  vb_programme_pass_over (&rules->programme, silence);
}

void
vb_rules_run (VbRules *rules,
              const VbBatteryLive *live,
              const VbValues *values,
              const VbInputs *inputs,
              guint month,
              gboolean has_record,
              gint64 now)
{
  const Run run = { rules, live, values, inputs, has_record, now };
  Smallest cells = { 100, VB_RULE_NONE, VB_INPUT_NONE, NAN };

  limit_nothing (rules);
  if (rules->paused)
    resume (rules, now);
  if (has_record)
    pass_over_silence (rules, live->freshness.warn_after, now);
  look_at_cells (&run, &cells);
  hold_cells (&run);
  if (has_record)
    vb_programme_go_on (&rules->programme, &live->rules, inputs, month, charge_voltage (&run), now);
  for (VbLimit limit = 0; limit < VB_N_LIMITS; limit++) {
    const VbSample *sent = &values->sent[vb_item_known (vb_limited_field (limit))];

    if (!vb_rules_config_governs (&live->rules, limit)) {
      rules->governed[limit] = (VbGoverned){ 0 };
      rules->limits[limit] = (VbSample){ 0 };
    } else if (limit == VB_LIMIT_CHARGE_VOLTAGE)
      govern_voltage (&run, sent);
    else
      govern_current (&run, limit, sent);
    look_at_belt (&run, limit);
    rules->retold[limit] = vb_told_follow (&rules->told[limit], &rules->limited[limit], now);
  }
}

gboolean
vb_rules_are_idle (const VbRules *rules)
{
  for (VbLimit limit = 0; limit < VB_N_LIMITS; limit++)
    if (vb_value_is_valid (&rules->limits[limit].value) || rules->told[limit].by != VB_RULE_NONE
        || rules->retold[limit])
      return FALSE;

  return TRUE;
}

gboolean
vb_rules_are_retold (const VbRules *rules)
{
  for (VbLimit limit = 0; limit < VB_N_LIMITS; limit++)
    if (rules->retold[limit])
      return TRUE;

  return FALSE;
}

void
vb_rules_pause (VbRules *rules)
{
  limit_nothing (rules);
  for (VbLimit limit = 0; limit < VB_N_LIMITS; limit++)
    rules->governed[limit].above_since = 0;
  rules->cells.clear_since = 0;
  vb_programme_interrupt (&rules->programme);
  rules->paused = TRUE;
}

gint64
vb_rules_due (const VbBatteryLive *live, const VbInputs *inputs, gint64 now)
{
  gint64 due = G_MAXINT64;

  for (VbCurveId id = 0; id < VB_N_CURVES; id++) {
    VbInput list[VB_INPUTS_OF_CURVE];
    const guint n = live->rules.curves[id].n > 0 ? vb_inputs_of_curve (inputs, id, list) : 0;

    /* What a discharge curve goes by is required: the ladder looks after it. */
    if (vb_rules_config_limit_of (id) != VB_LIMIT_CHARGE_CURRENT)
      continue;

    for (guint i = 0; i < n; i++)
      if (is_there (live, inputs, list[i], now))
        due = MIN (due, inputs->time[list[i]] + live->freshness.stale_after);
  }
  for (guint i = 0; i < G_N_ELEMENTS (of_cells) && !isnan (live->rules.cell_max_voltage); i++)
    if (is_there (live, inputs, of_cells[i], now))
      due = MIN (due, inputs->time[of_cells[i]] + live->freshness.stale_after);

  return due;
}

static void
warn_of (
    VbInput input, VbRule rule, const VbBatteryLive *live, const VbInputs *inputs, GPtrArray *texts)
{
  const char *field = vb_item (vb_item_known (vb_input_field (input)))->name;

  if (inputs->time[input] == 0)
    g_ptr_array_add (texts, g_strdup_printf ("%s has never been there: %s stops charging", field,
                                             vb_rule_name (rule)));
  else
    g_ptr_array_add (texts, g_strdup_printf ("%s not there for %.6g s: %s stops charging", field,
                                             (double)live->freshness.stale_after / G_USEC_PER_SEC,
                                             vb_rule_name (rule)));
}

void
vb_rules_warn (const VbRules *rules,
               const VbBatteryLive *live,
               const VbInputs *inputs,
               GPtrArray *texts)
{
  for (VbCurveId id = 0; id < VB_N_CURVES; id++)
    if (rules->lacking[id] != VB_INPUT_NONE
        && vb_rules_config_limit_of (id) == VB_LIMIT_CHARGE_CURRENT)
      warn_of (rules->lacking[id], vb_rule_of_curve (id), live, inputs, texts);

  if (rules->lacks_cells)
    warn_of (VB_INPUT_CELL_SUM, VB_RULE_CELL_MAX_VOLTAGE, live, inputs, texts);
}
