#pragma once

#include "core/battery.h"
#include "json/intake.h"

G_BEGIN_DECLS

/** What led to something that is told. */
typedef enum
{
  VB_CAUSE_RECORD,
  VB_CAUSE_TIME,
  VB_CAUSE_DELETE,
  VB_CAUSE_CONFIGURATION,
} VbCause;

/** Something that happened in a simulation. */
typedef struct
{
  VbCause cause;
  const VbBattery *battery;
  gint64 time;            /* µs since the simulation began */
  gint64 now;             /* the same on the clock of the battery */
  VbOutcome outcome;      /* of a record */
  const VbIntake *intake; /* what else there is to say of it */
  const GArray *changed;  /* of guint: items whose value on the bus changed */
} VbHappening;

/**
 * VbOutput:
 *
 * Tells what happens in a simulation: all of it as JSON Lines, or as a table with a line wherever
 * answer, state, a limit or what is said of it changes.
 */
typedef struct _VbOutput VbOutput;

/** @table: a table; else JSON Lines */
VbOutput *vb_output_new (gboolean table);
void vb_output_free (VbOutput *output);

/** Appends what there is to be told of @happening to @text; perhaps nothing. */
void vb_output_tell (VbOutput *output, const VbHappening *happening, GString *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbOutput, vb_output_free)

G_END_DECLS
