#pragma once

#include "commissioning-facts.h"

G_BEGIN_DECLS

/** What a check has come to. */
typedef enum
{
  VB_CHECK_UNKNOWN,
  VB_CHECK_GREEN,
  VB_CHECK_RED,
  VB_CHECK_NONE, /* it does not concern this battery, and is left out */
  VB_N_CHECKS
} VbCheck;

/** One line of the checklist. */
typedef struct
{
  const char *key;   /* for a program */
  const char *title; /* for a person */
  VbCheck check;
  char *text; /* what was seen, and what to do */
} VbCommissioned;

/** The word for @check: `unknown`, `green`, `red`; NULL for VB_CHECK_NONE. */
const char *vb_commissioning_word (VbCheck check);

/**
 * Judges @facts by one table: whether a battery and its plant are set up as they have to be. What
 * has not been seen is unknown, and green is only what has.
 *
 * Returns: (transfer full): an array of VbCommissioned, without what does not concern the battery
 */
GPtrArray *vb_commissioning_judge (const VbCommissioningFacts *facts);

G_END_DECLS
