#pragma once

#include "required.h"

G_BEGIN_DECLS

/** Something that is believed only once it has been repeated. Zeroed it was not said. */
typedef struct
{
  gint64 first; /* when it was first said, and last; µs; 0: it was not */
  gint64 last;
} VbRepeated;

/**
 * VbDoubt:
 *
 * What records have to be measured against: Sequence and Timestamp of the one before, the zeros
 * that are believed only once they have been repeated, and the voltages that were taken last.
 * Zeroed it is empty.
 */
typedef struct
{
  VbRepeated soc;    /* Soc 0 */
  VbRepeated limits; /* MaxChargeCurrent and MaxDischargeCurrent 0 */
  double voltage;    /* the last one that was taken; 0: none */
  double charge_voltage;
  gboolean has_sequence;
  gint64 sequence;
  gboolean has_timestamp;
  double timestamp; /* Unix seconds */
} VbDoubt;

/** What a record is measured with. */
typedef struct
{
  const VbBatteryConfig *config;
  const VbValues *values;
  VbState state;
  gint64 now; /* µs */
} VbDoubtContext;

/** Appends an error where @record is not newer than the one before, which it is for the next one
    then. Returns: whether it was replayed */
gboolean vb_doubt_replayed (VbDoubt *doubt, VbRecord *record);

/**
 * Judges the values of @record, each by itself: what is in range and hard to believe is doubted,
 * and of the three limits none rises beside one that is wrong or doubted. Both count as not known
 * in this record. A limit that was sent to a monitor is ignored.
 */
void vb_doubt_judge (const VbDoubt *doubt, const VbDoubtContext *context, VbRecord *record);

/** Whether the Soc of @record is doubted and the one before is held meanwhile as if it had been
    sent: a true fall to 0 is to make no alarm of its own. */
gboolean vb_doubt_holds_soc (const VbDoubtContext *context, const VbRecord *record);

/** Notes what @record, which was judged and is taken, says of Sequence, Timestamp, zeros and
    voltages. */
void vb_doubt_note (VbDoubt *doubt, const VbDoubtContext *context, const VbRecord *record);

/** Notes the voltage among @names, the fields of which the safer value was taken into @values. */
void vb_doubt_note_safer (VbDoubt *doubt, const VbValues *values, GPtrArray *names);

/** Forgets Sequence and Timestamp: the next record may begin anew. */
void vb_doubt_forget_sequence (VbDoubt *doubt);

/** Forgets the voltages that were taken last: the next ones are believed. */
void vb_doubt_forget_voltages (VbDoubt *doubt);

G_END_DECLS
