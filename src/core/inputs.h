#pragma once

#include "derive.h"
#include "values.h"

G_BEGIN_DECLS

/** What rules go by. */
typedef enum
{
  VB_INPUT_NONE,
  VB_INPUT_MIN_CELL_VOLTAGE,
  VB_INPUT_MAX_CELL_VOLTAGE,
  VB_INPUT_MIN_CELL_TEMPERATURE,
  VB_INPUT_MAX_CELL_TEMPERATURE,
  VB_INPUT_TEMPERATURE,
  VB_INPUT_SOC,
  VB_INPUT_VOLTAGE,
  VB_INPUT_CELL_SUM,
  VB_INPUT_HIGHEST_CELL,
  VB_N_INPUTS
} VbInput;

/**
 * VbInputs:
 *
 * The last value of each with the time of the record that carried it, be it sent or derived. A
 * value that is not there for a moment (one NaN) leaves the last one in its place; how old that may
 * be is for the rules to say. Of the extreme voltages of the cells, where a curve goes by them, it
 * is the worse one of what the source says and of the cells beside. The sum of the cells and the
 * highest of them are what follows from the cells alone, whatever the source says of them. Zeroed
 * nothing has been there.
 */
typedef struct
{
  double value[VB_N_INPUTS];
  gint64 time[VB_N_INPUTS];   /* µs; 0: never, or forgotten */
  gboolean seen[VB_N_INPUTS]; /* it has been there, be it forgotten by now */
  guint n_cells;              /* how many make up the sum */
  gboolean lacks_cell;        /* one of them has no value now, or one older than stale-after */
} VbInputs;

/** The most that one curve goes by. */
#define VB_INPUTS_OF_CURVE 2

/** The field of @input. */
VbKnown vb_input_field (VbInput input);

/** Notes what is there now; derived values are those of the last derivation. */
void vb_inputs_note (VbInputs *inputs,
                     const VbValues *values,
                     const VbMembers *members,
                     const VbBatteryLive *live,
                     gint64 now);

/**
 * Notes the worst of what the curve @id goes by (one of those of cell voltages, or that of charging
 * by temperature for both) among @n sources that are one battery together, each by its own choice:
 * who has the temperature of a battery alone has both ends of it.
 */
void vb_inputs_note_extremes (VbInputs *inputs, const VbInputs *const *own, guint n, VbCurveId id);

/** Notes the cells of @n sources that are one battery together, of whose own inputs @own are. */
void vb_inputs_note_cells (VbInputs *inputs,
                           const VbInputs *const *own,
                           guint n,
                           gboolean series,
                           double cell_max_voltage);

/** The pack's voltage (V) at which the highest cell would be at @cell_max_voltage, were all of them
    to move alike. Where their resistances are alike it does not depend on the current. One cell
    that is read wrongly must not make a voltage of it that no battery has. */
double vb_inputs_allowed_voltage (const VbInputs *inputs, double cell_max_voltage);

/** Forgets what came up to @until. */
void vb_inputs_forget (VbInputs *inputs, gint64 until);

/**
 * What the curve @id goes by: of the temperatures those of MinCellTemperature and
 * MaxCellTemperature that have been there, or Temperature where neither has.
 *
 * Returns: how many of @list are set
 */
guint vb_inputs_of_curve (const VbInputs *inputs, VbCurveId id, VbInput list[VB_INPUTS_OF_CURVE]);

/** Whether a discharge curve of @config goes by @input, so that the source has to send it; Soc is
    always sent. */
gboolean vb_inputs_is_required (const VbInputs *inputs, const VbRulesConfig *config, VbInput input);

/** Whether @field, of those that no battery has to send without rules, may become one that has to
    be sent. */
gboolean vb_inputs_may_be_required (const VbRulesConfig *config, VbKnown field);

G_END_DECLS
