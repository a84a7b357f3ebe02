#include "inputs.h"

#include <math.h>

/* A charge voltage of this share of what the cells have stops charging as well as any lower one. */
#define LEAST_OF_SUM 0.95

/* A cell so many times below the lowest one that the source names was read wrongly. */
#define VB_WILD 1.5

VbKnown
vb_input_field (VbInput input)
{
  static const VbKnown fields[] = {
    [VB_INPUT_NONE] = VB_KNOWN_NONE,
    [VB_INPUT_MIN_CELL_VOLTAGE] = VB_KNOWN_MIN_CELL_VOLTAGE,
    [VB_INPUT_MAX_CELL_VOLTAGE] = VB_KNOWN_MAX_CELL_VOLTAGE,
    [VB_INPUT_MIN_CELL_TEMPERATURE] = VB_KNOWN_MIN_CELL_TEMPERATURE,
    [VB_INPUT_MAX_CELL_TEMPERATURE] = VB_KNOWN_MAX_CELL_TEMPERATURE,
    [VB_INPUT_TEMPERATURE] = VB_KNOWN_TEMPERATURE,
    [VB_INPUT_SOC] = VB_KNOWN_SOC,
    [VB_INPUT_VOLTAGE] = VB_KNOWN_VOLTAGE,
    [VB_INPUT_CELL_SUM] = VB_KNOWN_CELL_VOLTAGE_SUM,
    [VB_INPUT_HIGHEST_CELL] = VB_KNOWN_MAX_CELL_VOLTAGE,
  };

  g_return_val_if_fail (input < VB_N_INPUTS, VB_KNOWN_NONE);

  return fields[input];
}

/* How many cells have been seen. */
static guint
count_cells (const VbMembers *members)
{
  guint n = 0;

  for (guint i = 0; i < members->cells.n; i++)
    n += members->cells.is_one[i];

  return n;
}

/* What a source says of its highest cell may contradict the cells: where their voltages are put
   together, all of it has to be of the same cells. */
static const VbSample *
find_sample (VbInput input, const VbValues *values, const VbBatteryLive *live, gint64 now)
{
  const guint item = vb_item_known (vb_input_field (input));

  if (input == VB_INPUT_CELL_SUM || input == VB_INPUT_HIGHEST_CELL)
    return &values->derived[item];

  return vb_values_fresh (values, item, live, now);
}

/* The curve that goes by this one of the extreme voltages. */
static VbCurveId
curve_of (VbInput input)
{
  return input == VB_INPUT_MAX_CELL_VOLTAGE ? VB_CHARGE_BY_CELL_VOLTAGE
                                            : VB_DISCHARGE_BY_CELL_VOLTAGE;
}

/* What a source says of its highest or lowest cell may leave out one that it sends beside: a cell
   beyond that, and as young, counts. Far below it was read wrongly: 0 would put out the lights. */
static double
worse_of_cells (
    VbInput input, double extreme, gint64 oldest, const VbValues *values, const VbMembers *members)
{
  const VbSample *cells = &values->sent[vb_item_known (VB_KNOWN_CELL_VOLTAGE)];
  double worse = extreme;

  for (guint i = 0; i < members->cells.n; i++) {
    const double volts = vb_value_number (&cells[i].value, 0);

    if (!members->cells.is_one[i] || !(volts > 0) || cells[i].time <= oldest)
      continue;
    if (input == VB_INPUT_MAX_CELL_VOLTAGE)
      worse = MAX (worse, volts);
    else if (volts > extreme / VB_WILD)
      worse = MIN (worse, volts);
  }

  return worse;
}

/* What rules go by, where it is @number. */
static double
to_go_by (VbInput input,
          double number,
          gint64 time,
          const VbValues *values,
          const VbMembers *members,
          const VbBatteryLive *live)
{
  if ((input != VB_INPUT_MIN_CELL_VOLTAGE && input != VB_INPUT_MAX_CELL_VOLTAGE)
      || live->rules.curves[curve_of (input)].n == 0)
    return number;

  return worse_of_cells (input, number, time - live->freshness.warn_after, values, members);
}

void
vb_inputs_note (VbInputs *inputs,
                const VbValues *values,
                const VbMembers *members,
                const VbBatteryLive *live,
                gint64 now)
{
  const VbSample *sum = &values->derived[vb_item_known (VB_KNOWN_CELL_VOLTAGE_SUM)];

  inputs->lacks_cell
      = members->cells.n > 0
        && (!vb_value_is_valid (&sum->value) || now - sum->time >= live->freshness.stale_after);
  for (VbInput input = VB_INPUT_NONE + 1; input < VB_N_INPUTS; input++) {
    const VbSample *sample = find_sample (input, values, live, now);
    const double number = sample != NULL ? vb_value_number (&sample->value, NAN) : NAN;

    if (sample == NULL || isnan (number))
      continue;
    inputs->value[input] = to_go_by (input, number, sample->time, values, members, live);
    inputs->time[input] = sample->time;
    inputs->seen[input] = TRUE;
    if (input == VB_INPUT_CELL_SUM)
      inputs->n_cells = count_cells (members);
  }
}

void
vb_inputs_forget (VbInputs *inputs, gint64 until)
{
  for (VbInput input = VB_INPUT_NONE + 1; input < VB_N_INPUTS; input++)
    if (inputs->time[input] <= until)
      inputs->time[input] = 0;
}

guint
vb_inputs_of_curve (const VbInputs *inputs, VbCurveId id, VbInput list[VB_INPUTS_OF_CURVE])
{
  static const VbInput single[] = {
    [VB_CHARGE_BY_CELL_VOLTAGE] = VB_INPUT_MAX_CELL_VOLTAGE,
    [VB_DISCHARGE_BY_CELL_VOLTAGE] = VB_INPUT_MIN_CELL_VOLTAGE,
    [VB_CHARGE_BY_TEMPERATURE] = VB_INPUT_TEMPERATURE,
    [VB_DISCHARGE_BY_TEMPERATURE] = VB_INPUT_TEMPERATURE,
    [VB_CHARGE_BY_SOC] = VB_INPUT_SOC,
    [VB_DISCHARGE_BY_SOC] = VB_INPUT_SOC,
  };
  guint n = 0;

  g_return_val_if_fail (id < VB_N_CURVES, 0);

  if (single[id] == VB_INPUT_TEMPERATURE) {
    if (inputs->seen[VB_INPUT_MIN_CELL_TEMPERATURE])
      list[n++] = VB_INPUT_MIN_CELL_TEMPERATURE;
    if (inputs->seen[VB_INPUT_MAX_CELL_TEMPERATURE])
      list[n++] = VB_INPUT_MAX_CELL_TEMPERATURE;
  }
  if (n == 0)
    list[n++] = single[id];

  return n;
}

gboolean
vb_inputs_is_required (const VbInputs *inputs, const VbRulesConfig *config, VbInput input)
{
  VbInput list[VB_INPUTS_OF_CURVE];
  guint n;

  if (input == VB_INPUT_MIN_CELL_VOLTAGE)
    return config->curves[VB_DISCHARGE_BY_CELL_VOLTAGE].n > 0;
  if (config->curves[VB_DISCHARGE_BY_TEMPERATURE].n == 0)
    return FALSE;

  n = vb_inputs_of_curve (inputs, VB_DISCHARGE_BY_TEMPERATURE, list);
  for (guint i = 0; i < n; i++)
    if (list[i] == input)
      return TRUE;

  return FALSE;
}

gboolean
vb_inputs_may_be_required (const VbRulesConfig *config, VbKnown field)
{
  switch (field) {
  case VB_KNOWN_MIN_CELL_VOLTAGE:
    return config->curves[VB_DISCHARGE_BY_CELL_VOLTAGE].n > 0;
  case VB_KNOWN_MIN_CELL_TEMPERATURE:
  case VB_KNOWN_MAX_CELL_TEMPERATURE:
  case VB_KNOWN_TEMPERATURE:
    return config->curves[VB_DISCHARGE_BY_TEMPERATURE].n > 0;
  default:
    return FALSE;
  }
}

double
vb_inputs_allowed_voltage (const VbInputs *inputs, double cell_max_voltage)
{
  const double above = inputs->value[VB_INPUT_HIGHEST_CELL] - cell_max_voltage;
  const double sum = inputs->value[VB_INPUT_CELL_SUM];

  return fmax (sum - inputs->n_cells * above, LEAST_OF_SUM * sum);
}

/* In series the cells of all are one string. In parallel all have the same voltage, and the one
   whose cells allow the least decides. */
static void
add_cells (VbInputs *cells, const VbInputs *own, gboolean series, double cell_max_voltage)
{
  if (series && cells->n_cells > 0) {
    cells->value[VB_INPUT_CELL_SUM] += own->value[VB_INPUT_CELL_SUM];
    cells->value[VB_INPUT_HIGHEST_CELL]
        = fmax (cells->value[VB_INPUT_HIGHEST_CELL], own->value[VB_INPUT_HIGHEST_CELL]);
    cells->n_cells += own->n_cells;
  } else if (cells->n_cells == 0
             || vb_inputs_allowed_voltage (own, cell_max_voltage)
                    < vb_inputs_allowed_voltage (cells, cell_max_voltage)) {
    cells->value[VB_INPUT_CELL_SUM] = own->value[VB_INPUT_CELL_SUM];
    cells->value[VB_INPUT_HIGHEST_CELL] = own->value[VB_INPUT_HIGHEST_CELL];
    cells->n_cells = own->n_cells;
  }
}

/* The highest (@sign 1) or lowest (-1) of what the curve @id goes by of each source, as old as the
   oldest. Where one has nothing, the others do not speak for it. */
static void
note_worst (
    VbInputs *inputs, VbInput input, int sign, const VbInputs *const *own, guint n, VbCurveId id)
{
  double worst = NAN;
  gint64 time = G_MAXINT64;

  for (guint i = 0; i < n; i++) {
    VbInput list[VB_INPUTS_OF_CURVE];
    const guint n_list = vb_inputs_of_curve (own[i], id, list);

    for (guint j = 0; j < n_list; j++) {
      time = MIN (time, own[i]->time[list[j]]);
      if (own[i]->seen[list[j]])
        worst = sign > 0 ? fmax (worst, own[i]->value[list[j]])
                         : fmin (worst, own[i]->value[list[j]]);
    }
  }
  if (isnan (worst))
    return;

  inputs->value[input] = worst;
  inputs->time[input] = time;
  inputs->seen[input] = TRUE;
}

void
vb_inputs_note_extremes (VbInputs *inputs, const VbInputs *const *own, guint n, VbCurveId id)
{
  static const struct
  {
    VbCurveId id;
    VbInput input;
    int sign;
  } worst[] = {
    { VB_CHARGE_BY_CELL_VOLTAGE, VB_INPUT_MAX_CELL_VOLTAGE, 1 },
    { VB_DISCHARGE_BY_CELL_VOLTAGE, VB_INPUT_MIN_CELL_VOLTAGE, -1 },
    { VB_CHARGE_BY_TEMPERATURE, VB_INPUT_MIN_CELL_TEMPERATURE, -1 },
    { VB_CHARGE_BY_TEMPERATURE, VB_INPUT_MAX_CELL_TEMPERATURE, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (worst); i++)
    if (worst[i].id == id)
      note_worst (inputs, worst[i].input, worst[i].sign, own, n, id);
}

void
vb_inputs_note_cells (
    VbInputs *inputs, const VbInputs *const *own, guint n, gboolean series, double cell_max_voltage)
{
  VbInputs cells = { 0 };
  gint64 time = G_MAXINT64;

  inputs->lacks_cell = FALSE;
  for (guint i = 0; i < n; i++) {
    inputs->lacks_cell = inputs->lacks_cell || own[i]->lacks_cell;
    time = MIN (time, own[i]->time[VB_INPUT_CELL_SUM]);
    time = MIN (time, own[i]->time[VB_INPUT_HIGHEST_CELL]);
    add_cells (&cells, own[i], series, cell_max_voltage);
  }
  /* Where one has no cells, the others do not speak for it. */
  if (n == 0 || time == 0)
    return;

  inputs->n_cells = cells.n_cells;
  for (VbInput input = VB_INPUT_CELL_SUM; input <= VB_INPUT_HIGHEST_CELL; input++) {
    inputs->value[input] = cells.value[input];
    inputs->time[input] = time;
    inputs->seen[input] = TRUE;
  }
}
