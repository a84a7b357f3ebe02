#pragma once

#include "charge-programme.h"
#include "limited.h"

G_BEGIN_DECLS

/** How one limit has been governed so far. Zeroed it has not been. */
typedef struct
{
  gboolean latched;   /* its share was 0, and has not recovered yet */
  gint64 above_since; /* since when it is above recover-above, µs; 0: it is not */
  gboolean begun;     /* there was an output */
  double output;      /* the last one */
  gint64 time;        /* of that, µs */
} VbGoverned;

/** The charge voltage that holds the highest cell, as it is in force. Zeroed there is none yet. */
typedef struct
{
  gboolean begun;
  double volts;       /* in the steps of the bus */
  gint64 clear_since; /* since when the cells allow clearly more, µs; 0: they do not */
} VbCellsBound;

/**
 * VbRules:
 *
 * The limits by rules ([limits] of the configuration): what they make of the limits that the source
 * sends, or in the place of those that it does not send. They are worked out with every step while
 * the battery shows values. A cut is at once; a limit rises with a record alone, by the ramp. Time
 * alone only cuts, where an input grows too old. Of the time between two records at most warn-after
 * counts for the ramp and for what has to last. Made by vb_rules_init().
 */
typedef struct
{
  VbGoverned governed[VB_N_LIMITS];
  VbSample limits[VB_N_LIMITS]; /* what is in force; invalid where no rule is about it */
  VbLimited limited[VB_N_LIMITS];
  VbInput lacking[VB_N_CURVES]; /* what a charge curve lacks; VB_INPUT_NONE: nothing */
  gboolean lacks_cells;         /* so that cell-max-voltage cannot be held */
  VbCellsBound cells;
  VbProgramme programme;
  gboolean paused;  /* others have decided since the last run */
  gint64 record_at; /* of the last record that they went by, µs; 0: none yet */
  VbTold told[VB_N_LIMITS];
  gboolean retold[VB_N_LIMITS]; /* with the last run */
} VbRules;

/** Takes the limits that rules supply among the items that a step looks at. */
void vb_rules_activate (VbValues *values, const VbRulesConfig *config);

/** Rules of which nothing has happened yet. */
void vb_rules_init (VbRules *rules, gint64 now);

/** The same again, but for what outlasts a restart. */
void vb_rules_forget (VbRules *rules);

/**
 * Works out the limits at @now.
 *
 * @month: 1 to 12, of the wall clock; 0: not known
 * @has_record: a record that was taken led here
 */
void vb_rules_run (VbRules *rules,
                   const VbBatteryLive *live,
                   const VbValues *values,
                   const VbInputs *inputs,
                   guint month,
                   gboolean has_record,
                   gint64 now);

/** Whether they have governed nothing with the last run, and nobody was told of a limit: without
    [limits] they need not run then. */
gboolean vb_rules_are_idle (const VbRules *rules);

/** Whether what people were told of any limit has changed with the last run. */
gboolean vb_rules_are_retold (const VbRules *rules);

/** Nothing is limited by rules while others decide; what is latched stays so, and what has to last
    before it recovers begins anew. */
void vb_rules_pause (VbRules *rules);

/** When (µs, after @now) time alone next cuts, or G_MAXINT64. */
gint64 vb_rules_due (const VbBatteryLive *live, const VbInputs *inputs, gint64 now);

/** Appends a text for each input of a charge curve that is not there; owned texts. */
void vb_rules_warn (const VbRules *rules,
                    const VbBatteryLive *live,
                    const VbInputs *inputs,
                    GPtrArray *texts);

G_END_DECLS
