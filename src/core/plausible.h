#pragma once

#include "required.h"

G_BEGIN_DECLS

/** How many warnings there are. */
#define VB_PLAUSIBLE_ROWS 14

/**
 * VbPlausible:
 *
 * The warnings about what a source sends: values that contradict each other without danger, and
 * habits that will make trouble. One table; nothing is taken otherwise for it. Zeroed it is empty.
 */
typedef struct
{
  gboolean holds[VB_PLAUSIBLE_ROWS];
  gboolean logged[VB_PLAUSIBLE_ROWS];   /* since the source was last declared off */
  double numbers[VB_PLAUSIBLE_ROWS][2]; /* what the text names */

  /* Of the record before. */
  gboolean has_record;
  double soc;
  double charged;
  double discharged;
  gint64 time;
  gint64 interval; /* between it and the one before it, µs; 0: there was none */
} VbPlausible;

/** Looks at what has come of a record that was taken at @now. Returns: whether any warning holds */
gboolean vb_plausible_look (VbPlausible *plausible,
                            const VbBatteryConfig *config,
                            const VbRequired *required,
                            const VbValues *values,
                            gint64 now);

/** Logs what holds and was not logged before. @battery: its name */
void vb_plausible_log (VbPlausible *plausible, const char *battery);

/** Appends the texts of the warnings that hold since the last record; owned texts. */
void vb_plausible_describe (const VbPlausible *plausible, GPtrArray *texts);

/** The same of those that are to be shown beside @item. */
void vb_plausible_describe_item (const VbPlausible *plausible, guint item, GPtrArray *texts);

G_END_DECLS
