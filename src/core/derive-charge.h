#pragma once

#include "derive.h"

G_BEGIN_DECLS

/** A current smoothed over time; zeroed, it begins with the next sample. */
typedef struct
{
  double amperes;
  gint64 time; /* of the last sample, µs; 0: none yet */
} VbSmoothed;

/**
 * Computes what InstalledCapacity and Soc tell of the charge (design §3): ConsumedAmphours (≤ 0), the
 * remaining Capacity, and TimeToGo from that and the current smoothed over some minutes. TimeToGo
 * moves in steps of 60 s; it is invalid while the battery is charged or idle, that is for more than
 * 240 hours to go. Without InstalledCapacity nothing is derived.
 *
 * @sent and @derived are as in vb_derive(), which comes first. The capacity being static, the results
 * have the time of Soc, and TimeToGo that of the older one of Soc and Current.
 *
 * @current: kept from call to call
 * @warn_after: as in vb_derive_choose()
 */
void
vb_derive_charge (const VbSample *sent, VbSample *derived, VbSmoothed *current, gint64 warn_after);

G_END_DECLS
