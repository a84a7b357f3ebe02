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

/** How one limit has been governed so far. Zeroed it has not been. */
typedef struct
{
  gboolean latched;   /* its share was 0, and has not recovered yet */
  gint64 above_since; /* since when it is above recover-above, µs; 0: it is not */
  gboolean begun;     /* there was an output */
  double output;      /* the last one */
  gint64 time;        /* of that, µs */
} VbGoverned;

/**
 * VbRules:
 *
 * The limits by rules ([limits] of the configuration): what they make of the limits that the source
 * sends, or in the place of those that it does not send. They are worked out with every step while
 * the battery shows values. A cut is at once; a limit rises with a record alone, by the ramp. Time
 * alone only cuts, where an input grows too old. Zeroed nothing has happened.
 */
typedef struct
{
  VbGoverned governed[VB_N_LIMITS];
  VbSample limits[VB_N_LIMITS]; /* what is in force; invalid where no rule is about it */
  VbLimited limited[VB_N_LIMITS];
  VbInput lacking[VB_N_CURVES]; /* what a charge curve lacks; VB_INPUT_NONE: nothing */
} VbRules;

/** The key of the configuration that @rule stands for. */
const char *vb_rule_name (VbRule rule);

/** The field of @limit, and back; VB_N_LIMITS for another field. */
VbKnown vb_rules_field (VbLimit limit);
VbLimit vb_rules_limit (VbKnown field);

/** Takes the limits that rules supply among the items that a step looks at. */
void vb_rules_activate (VbValues *values, const VbRulesConfig *config);

/** Works out the limits at @now. @has_record: a record that was taken led here */
void vb_rules_run (VbRules *rules,
                   const VbBatteryLive *live,
                   const VbValues *values,
                   const VbInputs *inputs,
                   gboolean has_record,
                   gint64 now);

/** Nothing is limited by rules while others decide; how far each has recovered is kept. */
void vb_rules_pause (VbRules *rules);

/** When (µs, after @now) time alone next cuts, or G_MAXINT64. */
gint64 vb_rules_due (const VbBatteryLive *live, const VbInputs *inputs, gint64 now);

/** Appends a text for each input of a charge curve that is not there; owned texts. */
void vb_rules_warn (const VbRules *rules,
                    const VbBatteryLive *live,
                    const VbInputs *inputs,
                    GPtrArray *texts);

G_END_DECLS
