/*
 * Random [limits] against random walks of everything that rules go by: what holds of the limits on
 * the bus at any time, whatever the configuration and the inputs are.
 */
#include "core/curve.h"
#include "core/rules.h"
#include "rules-fixture.h"

#define WALKS 200
#define LENGTH 300

/* A step of the bus, which limits are rounded down to. */
#define STEP_OF_BUS 0.1

/* What is nearer to a step of the bus than this is that step. */
#define SLACK 0.0011

typedef struct
{
  Fixture *fixture;
  GRand *rand;
  double inputs[VB_N_INPUTS];  /* as they wander */
  double last[VB_N_INPUTS];    /* that was sent */
  gint64 time[VB_N_INPUTS];    /* when; 0: never */
  double sent[VB_N_LIMITS];    /* NAN: this source sends none */
  double before[VB_N_LIMITS];  /* on the bus after the last record; NAN: not live then */
  gint64 worked_out;           /* when that was */
  gboolean stuck[VB_N_LIMITS]; /* its share was 0, and it has not been above the floor since */
  gint64 below[VB_N_LIMITS];   /* when its share was last not above recover-above */
} Walk;

static double
between (GRand *rand, double low, double high)
{
  return g_rand_double_range (rand, low, high);
}

/* Points of a curve, ascending; the first and the last one at 0 % where they have to be. */
static void
random_curve (GRand *rand, VbCurve *curve, double low, double high, gboolean first, gboolean last)
{
  curve->n = (guint)g_rand_int_range (rand, 3, VB_CURVE_POINTS + 1);
  for (guint i = 0; i < curve->n; i++) {
    curve->at[i] = low + (high - low) * (i + between (rand, 0, 0.9)) / curve->n;
    curve->share[i]
        = g_rand_boolean (rand) ? g_rand_int_range (rand, 0, 5) * 25 : between (rand, 0, 100);
  }
  curve->share[1] = 100;
  if (first)
    curve->share[0] = 0;
  if (last)
    curve->share[curve->n - 1] = 0;
}

static void
random_limits (Walk *walk)
{
  GRand *rand = walk->rand;
  VbRulesConfig *rules = &walk->fixture->config.live.rules;
  static const struct
  {
    double low, high;
    gboolean first, last;
  } curves[] = {
    [VB_CHARGE_BY_CELL_VOLTAGE] = { 3.2, 3.6, FALSE, TRUE },
    [VB_DISCHARGE_BY_CELL_VOLTAGE] = { 2.7, 3.3, FALSE, FALSE },
    [VB_CHARGE_BY_TEMPERATURE] = { -5, 50, TRUE, TRUE },
    [VB_DISCHARGE_BY_TEMPERATURE] = { -20, 60, FALSE, FALSE },
    [VB_CHARGE_BY_SOC] = { 50, 100, FALSE, FALSE },
    [VB_DISCHARGE_BY_SOC] = { 0, 30, FALSE, FALSE },
  };

  vb_rules_config_init (rules);
  rules->maximum[VB_LIMIT_CHARGE_VOLTAGE] = between (rand, 50, 58);
  rules->maximum[VB_LIMIT_CHARGE_CURRENT] = between (rand, 5, 300);
  rules->maximum[VB_LIMIT_DISCHARGE_CURRENT] = between (rand, 5, 300);
  for (VbCurveId id = 0; id < VB_N_CURVES; id++)
    if (g_rand_boolean (rand))
      random_curve (rand, &rules->curves[id], curves[id].low, curves[id].high, curves[id].first,
                    curves[id].last);
  rules->curve = g_rand_boolean (rand) ? VB_CURVE_LINEAR : VB_CURVE_STEP;
  rules->recover_above = g_rand_int_range (rand, 0, 60);
  rules->recover_hold = g_rand_int_range (rand, 1, 40) * SECOND;
  if (g_rand_boolean (rand))
    rules->recover_ramp = between (rand, 0.01, 20);
  if (vb_rules_config_has_curve (rules, VB_LIMIT_DISCHARGE_CURRENT) && g_rand_boolean (rand))
    rules->min_discharge_current = between (rand, 0, 5);
}

/* Where the inputs are next: a little further, seldom somewhere else. */
static void
wander (Walk *walk)
{
  static const struct
  {
    double low, high, stride;
  } ranges[] = {
    [VB_INPUT_NONE] = { 0, 1, 1 },
    [VB_INPUT_MIN_CELL_VOLTAGE] = { 2.6, 3.6, 0.05 },
    [VB_INPUT_MAX_CELL_VOLTAGE] = { 2.6, 3.7, 0.05 },
    [VB_INPUT_MIN_CELL_TEMPERATURE] = { -25, 60, 3 },
    [VB_INPUT_MAX_CELL_TEMPERATURE] = { -25, 60, 3 },
    [VB_INPUT_TEMPERATURE] = { -25, 60, 3 },
    [VB_INPUT_SOC] = { 1, 100, 3 },
    [VB_INPUT_VOLTAGE] = { 52, 52.1, 0.1 },
    [VB_INPUT_CELL_SUM] = { 52, 52.1, 0.1 },
    [VB_INPUT_HIGHEST_CELL] = { 3.3, 3.4, 0.01 },
  };

  for (VbInput input = VB_INPUT_NONE + 1; input < VB_N_INPUTS; input++) {
    const double low = ranges[input].low, high = ranges[input].high;
    double *value = &walk->inputs[input];

    if (g_rand_int_range (walk->rand, 0, 20) == 0)
      *value = between (walk->rand, low, high);
    else
      *value = CLAMP (*value + between (walk->rand, -1, 1) * ranges[input].stride, low, high);
  }
}

static void
append (GString *record, const char *name, double number)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_printf (record, " %s=%s", name,
                          g_ascii_formatd (digits, sizeof digits, "%.3f", number));
}

/* What the source says: now and then not everything, now and then a null. */
static void
random_record (Walk *walk, gboolean cell_temperatures, GString *record)
{
  GRand *rand = walk->rand;

  g_string_assign (record, "Voltage=52 Current=1");
  walk->last[VB_INPUT_SOC] = round (walk->inputs[VB_INPUT_SOC] * 10) / 10;
  walk->time[VB_INPUT_SOC] = walk->fixture->now;
  append (record, "Soc", walk->last[VB_INPUT_SOC]);
  for (VbInput input = VB_INPUT_NONE + 1; input < VB_INPUT_SOC; input++) {
    const char *name = vb_item (vb_item_known (vb_input_field (input)))->name;
    const gboolean of_cell
        = input == VB_INPUT_MIN_CELL_TEMPERATURE || input == VB_INPUT_MAX_CELL_TEMPERATURE;

    if ((of_cell && !cell_temperatures) || g_rand_int_range (rand, 0, 6) == 0)
      continue;
    if (g_rand_int_range (rand, 0, 30) == 0)
      g_string_append_printf (record, " %s=null", name);
    else {
      walk->last[input] = round (walk->inputs[input] * 1000) / 1000;
      walk->time[input] = walk->fixture->now;
      append (record, name, walk->last[input]);
    }
  }
  for (VbLimit limit = 0; limit < VB_N_LIMITS; limit++) {
    const char *name = vb_item (vb_item_known (vb_limited_field (limit)))->name;

    if (isnan (walk->sent[limit]))
      continue;
    if (limit != VB_LIMIT_CHARGE_VOLTAGE && g_rand_int_range (rand, 0, 15) == 0)
      walk->sent[limit] = round (between (rand, 0.2, 300) * 10) / 10;
    append (record, name, walk->sent[limit]);
  }
}

static double
on_bus (const Walk *walk, VbLimit limit)
{
  return number_on_bus (walk->fixture, vb_limited_field (limit));
}

static double
share_of_input (const Walk *walk, VbCurveId id, VbInput input)
{
  const VbBatteryLive *live = &walk->fixture->config.live;
  const gint64 age = walk->fixture->now - walk->time[input];

  if (walk->time[input] == 0 || age >= live->freshness.stale_after)
    return 0;

  return vb_curve_share (&live->rules.curves[id], live->rules.curve, walk->last[input]);
}

/* The smallest share about @limit, from what was sent. */
static double
share_of (const Walk *walk, VbLimit limit)
{
  static const VbInput singles[] = { VB_INPUT_MAX_CELL_VOLTAGE,
                                     VB_INPUT_MIN_CELL_VOLTAGE,
                                     VB_INPUT_TEMPERATURE,
                                     VB_INPUT_TEMPERATURE,
                                     VB_INPUT_SOC,
                                     VB_INPUT_SOC };
  double smallest = 100;

  for (VbCurveId id = 0; id < VB_N_CURVES; id++) {
    const gboolean has_cells = walk->time[VB_INPUT_MIN_CELL_TEMPERATURE] != 0
                               || walk->time[VB_INPUT_MAX_CELL_TEMPERATURE] != 0;

    if (walk->fixture->config.live.rules.curves[id].n == 0
        || vb_rules_config_limit_of (id) != limit)
      continue;
    if (singles[id] != VB_INPUT_TEMPERATURE || !has_cells) {
      smallest = MIN (smallest, share_of_input (walk, id, singles[id]));
      continue;
    }
    for (VbInput cell = VB_INPUT_MIN_CELL_TEMPERATURE; cell <= VB_INPUT_MAX_CELL_TEMPERATURE;
         cell++)
      if (walk->time[cell] != 0)
        smallest = MIN (smallest, share_of_input (walk, id, cell));
  }

  return smallest;
}

/* What is held of one limit after a record that was taken, or after time has passed. */
static void
assert_limit (Walk *walk, VbLimit limit, gboolean has_record)
{
  const Fixture *fixture = walk->fixture;
  const VbRulesConfig *rules = &fixture->config.live.rules;
  const double maximum = rules->maximum[limit], sent = walk->sent[limit];
  const double number = on_bus (walk, limit);
  const double share = share_of (walk, limit);
  const double floor
      = limit == VB_LIMIT_DISCHARGE_CURRENT ? MIN (rules->min_discharge_current, maximum) : 0;
  const double ramp = isnan (rules->recover_ramp) ? 0.02 * maximum : rules->recover_ramp;
  /* What is above 0 is never shown as 0 of discharging. */
  const double shown = limit == VB_LIMIT_DISCHARGE_CURRENT ? STEP_OF_BUS : 0;
  const double passed = (double)(fixture->now - walk->worked_out) / SECOND;

  g_assert_true (isfinite (number) && number >= 0);
  g_assert_cmpfloat (number, <=, fmin (maximum, sent) + SLACK);
  if (limit == VB_LIMIT_CHARGE_VOLTAGE)
    return;

  /* Cuts are at once, rises follow the ramp, and time alone raises nothing. */
  g_assert_cmpfloat (number, <=, fmax (maximum * share / 100, MAX (floor, shown)) + SLACK);
  if (!isnan (walk->before[limit]))
    g_assert_cmpfloat (
        number, <=, walk->before[limit] + (has_record ? ramp * passed + STEP_OF_BUS : 0) + SLACK);

  if (share <= rules->recover_above)
    walk->below[limit] = fixture->now;
  if (share == 0)
    walk->stuck[limit] = TRUE;
  if (walk->stuck[limit] && fixture->now - walk->below[limit] < rules->recover_hold)
    g_assert_cmpfloat (number, <=, floor + SLACK);
  if (number > MAX (floor, shown))
    walk->stuck[limit] = FALSE;
}

static void
assert_walk (Walk *walk, gboolean has_record)
{
  const VbState state = vb_battery_state (walk->fixture->battery);

  for (VbLimit limit = 0; limit < VB_N_LIMITS; limit++) {
    if (!vb_state_shows_values (state)) {
      walk->before[limit] = NAN;
      continue;
    }
    assert_limit (walk, limit, has_record);
    walk->before[limit] = on_bus (walk, limit);
  }
  if (has_record)
    walk->worked_out = walk->fixture->now;
}

/* Nothing moves while nothing moves: after what there is to recover has recovered. */
static void
assert_steady (Walk *walk, const char *record)
{
  Fixture *fixture = walk->fixture;

  fixture->config.live.rules.recover_ramp = 3000;
  reconfigure (fixture);
  for (guint i = 0; i < 70; i++) {
    const double before = on_bus (walk, VB_LIMIT_CHARGE_CURRENT);

    tick_at (fixture, fixture->now - START + SECOND);
    g_assert_true (push (fixture, record));
    if (i > 0)
      g_assert_false (on_bus (walk, VB_LIMIT_CHARGE_CURRENT) < before);
    /* The line follows after a while. */
    if (i > 42 + VB_TOLD_AFTER)
      assert_step (fixture, VB_STATE_LIVE, 0);
  }
}

static void
append_all (const Walk *walk, gboolean cell_temperatures, GString *record)
{
  g_string_assign (record, "Voltage=52 Current=1");
  for (VbInput input = VB_INPUT_NONE + 1; input <= VB_INPUT_SOC; input++)
    if (cell_temperatures
        || (input != VB_INPUT_MIN_CELL_TEMPERATURE && input != VB_INPUT_MAX_CELL_TEMPERATURE))
      append (record, vb_item (vb_item_known (vb_input_field (input)))->name, walk->inputs[input]);
  for (VbLimit limit = 0; limit < VB_N_LIMITS; limit++)
    if (!isnan (walk->sent[limit]))
      append (record, vb_item (vb_item_known (vb_limited_field (limit)))->name, walk->sent[limit]);
}

static void
walk_once (Fixture *fixture, guint32 seed)
{
  static const double gaps[] = { 0, 0.1, 0.9, 1, 1, 1, 1, 1, 2, 3, 9.9 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr (GString) record = g_string_new (NULL);
  Walk walk = { .fixture = fixture, .rand = rand, .before = { NAN, NAN, NAN } };
  const gboolean cell_temperatures = g_rand_boolean (rand);

  random_limits (&walk);
  restart (fixture);
  for (VbInput input = VB_INPUT_NONE + 1; input < VB_N_INPUTS; input++)
    walk.inputs[input] = input == VB_INPUT_SOC                   ? 50
                         : input < VB_INPUT_MIN_CELL_TEMPERATURE ? 3.3
                                                                 : 20;
  for (VbLimit limit = 0; limit < VB_N_LIMITS; limit++)
    walk.sent[limit] = g_rand_boolean (rand) ? NAN : limit == 0 ? 54 : 100;

  for (guint i = 0; i < LENGTH; i++) {
    double gap = gaps[g_rand_int_range (rand, 0, G_N_ELEMENTS (gaps))];

    if (g_rand_int_range (rand, 0, 60) == 0)
      gap = between (rand, 10, 45);
    tick_at (fixture, fixture->now - START + (gint64)(gap * SECOND));
    assert_walk (&walk, FALSE);
    wander (&walk);
    random_record (&walk, cell_temperatures, record);
    g_assert_true (push (fixture, record->str));
    assert_walk (&walk, TRUE);
  }

  append_all (&walk, cell_temperatures, record);
  g_assert_true (push (fixture, record->str));
  assert_steady (&walk, record->str);
}

static void
test_walks (Fixture *fixture, gconstpointer user_data)
{
  for (guint32 seed = 1; seed <= WALKS; seed++) {
    g_test_message ("walk %u", seed);
    walk_once (fixture, seed);
  }
}

/* Between two points a curve goes one way, and at a point it says what the point says. */
static void
test_monotone (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (guint i = 0; i < 1000; i++) {
    VbCurve curve = { 0 };

    random_curve (rand, &curve, 0, 100, FALSE, FALSE);
    for (VbCurveKind kind = VB_CURVE_LINEAR; kind <= VB_CURVE_STEP; kind++) {
      g_assert_cmpfloat (vb_curve_share (&curve, kind, -10), ==, curve.share[0]);
      g_assert_cmpfloat (vb_curve_share (&curve, kind, 200), ==, curve.share[curve.n - 1]);
      for (guint j = 0; j + 1 < curve.n; j++) {
        const double low = curve.share[j], high = curve.share[j + 1];
        double before = low;

        g_assert_cmpfloat (vb_curve_share (&curve, kind, curve.at[j]), ==, low);
        for (guint k = 0; k < 20; k++) {
          const double at = curve.at[j] + (curve.at[j + 1] - curve.at[j]) * k / 20;
          const double share = vb_curve_share (&curve, kind, at);

          g_assert_true (high >= low ? share >= before - SLACK : share <= before + SLACK);
          g_assert_true (share >= MIN (low, high) - SLACK && share <= MAX (low, high) + SLACK);
          before = share;
        }
      }
    }
  }
}

static GLogWriterOutput
write_nothing (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  return level <= G_LOG_LEVEL_WARNING ? g_log_writer_default (level, fields, n_fields, user_data)
                                      : G_LOG_WRITER_HANDLED;
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (write_nothing, NULL, NULL);

  g_test_add ("/rules-walks/walks", Fixture, NULL, set_up, test_walks, tear_down);
  g_test_add_func ("/rules-walks/monotone", test_monotone);

  return g_test_run ();
}
