#pragma once

#include "required.h"

G_BEGIN_DECLS

/** What makes a zero hard to believe. */
typedef enum
{
  VB_ZERO_NONE,
  VB_ZERO_BEFORE_JOINING, /* Soc 0 while the battery is not on the bus */
  VB_ZERO_FALLEN,         /* Soc fell to 0 from above 5 % */
  VB_ZERO_WITH_LIMITS,    /* Soc and both current limits are 0 */
} VbZero;

/**
 * VbDoubt:
 *
 * What records have to be measured against: Sequence and Timestamp of the one before, and the zeros
 * that are believed only once they have been repeated for warn-after. Zeroed it is empty.
 */
typedef struct
{
  VbZero zero;
  gint64 zero_first; /* when it was first said, and last; µs */
  gint64 zero_last;
  gboolean has_sequence;
  gint64 sequence;
  gboolean has_timestamp;
  double timestamp; /* Unix seconds */
} VbDoubt;

/**
 * Appends what is wrong with @record, for a battery in @state with these @values, to its errors: a
 * limit for a monitor, a required field that a replacing record does not name, a replayed record, a
 * value that is hard to believe. Where wrong-optional=drop, wrong fields that are not required do
 * not count.
 *
 * @noted: set to whether the record is to be noted even if it is refused: it was replayed, or holds
 * a zero that is believed only once it has been repeated
 *
 * Returns: whether the record can be taken
 */
gboolean vb_doubt_check (const VbDoubt *doubt,
                         const VbBatteryConfig *config,
                         const VbValues *values,
                         VbState state,
                         VbRecord *record,
                         VbApplyMode mode,
                         gint64 now,
                         gboolean *noted);

/** Notes what @record said of Sequence, Timestamp and zeros, for the next one. */
void vb_doubt_note (VbDoubt *doubt,
                    const VbBatteryConfig *config,
                    const VbValues *values,
                    VbState state,
                    const VbRecord *record,
                    gint64 now);

/** Forgets Sequence and Timestamp: the next record may begin anew. */
void vb_doubt_forget_sequence (VbDoubt *doubt);

G_END_DECLS
