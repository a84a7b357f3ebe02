#pragma once

#include "inputs.h"

G_BEGIN_DECLS

/** What can limit. */
typedef enum
{
  VB_RULE_NONE,
  VB_RULE_CHARGE_VOLTAGE,
  VB_RULE_CHARGE_CURRENT,
  VB_RULE_DISCHARGE_CURRENT,
  VB_RULE_CHARGE_BY_CELL_VOLTAGE,
  VB_RULE_DISCHARGE_BY_CELL_VOLTAGE,
  VB_RULE_CHARGE_BY_TEMPERATURE,
  VB_RULE_DISCHARGE_BY_TEMPERATURE,
  VB_RULE_CHARGE_BY_SOC,
  VB_RULE_DISCHARGE_BY_SOC,
  VB_RULE_CELL_MAX_VOLTAGE,
  VB_RULE_FLOAT_VOLTAGE,
  VB_RULE_BALANCE_VOLTAGE,
  VB_RULE_CHARGE_TO_SOC,
  VB_RULE_RECOVER_HOLD,
  VB_RULE_RECOVER_RAMP,
  VB_N_RULES
} VbRule;

/** What holds one of the three limits down. */
typedef struct
{
  VbRule by;     /* VB_RULE_NONE: nothing does, and the rest means nothing */
  double to;     /* what it lowers the limit to: V or A */
  VbInput input; /* what it goes by; VB_INPUT_NONE where it goes by nothing */
  double value;  /* of that; NAN where it is not there */
  double share;  /* %; NAN where the rule has no share */
} VbLimited;

/** What people were last told of it: a change counts once it has lasted, but for the first rule
    that limits, which is told at once. */
typedef struct
{
  VbRule by;
  gboolean lacks; /* what the rule goes by is not there */
  gint64 since;   /* since when something else holds, µs; 0: nothing else does */
} VbTold;

/** How long something else has to hold until it is told, in s. */
#define VB_TOLD_AFTER 10

/** The key of the configuration that @rule stands for. */
const char *vb_rule_name (VbRule rule);

/** The rule that the curve @id is. */
VbRule vb_rule_of_curve (VbCurveId id);

/** The field of @limit, and back; VB_N_LIMITS for another field. */
VbKnown vb_limited_field (VbLimit limit);
VbLimit vb_limited_by_field (VbKnown field);

/** Brings @told to what holds with a record at @now. Returns: whether it has changed */
gboolean vb_told_follow (VbTold *told, const VbLimited *limited, gint64 now);

/** Appends the line about what people were told of the three limits, as `Charging limited: highest
    cell`; nothing where nothing limits. Returns: whether anything does */
gboolean vb_told_describe (const VbTold *told, GString *text);

/** Appends what the log says of @limit: by what it is limited, or that it is not any more. */
void vb_limited_describe (const VbLimited *limited, VbLimit limit, GString *text);

G_END_DECLS
