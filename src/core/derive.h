#pragma once

#include "item.h"

G_BEGIN_DECLS

/** A current smoothed over time; zeroed, and where the sign changes, it begins with the next
    sample. */
typedef struct
{
  double amperes;
  gint64 time; /* of the last sample, µs; 0: none yet */
} VbSmoothed;

/**
 * Computes what the source did not send: Power or Current, the smallest and largest cell
 * voltage and temperature with their ids, sum and difference of the cells.
 *
 * @sent and @derived are arrays of vb_item_count() samples. @derived is written for the items that
 * can be derived at all: invalid with time 0 where an input is missing, the aggregate would cover
 * only some of the cells, or the result is outside its row's range. A derived value has the time of
 * its oldest input.
 *
 * @optional_after: a cell older than this (µs) is not fresh
 */
void vb_derive (const VbSample *sent, VbSample *derived, gint64 now, gint64 optional_after);

/** The part of vb_derive() that concerns Power and Current alone. */
void vb_derive_power (const VbSample *sent, VbSample *derived);

/** The fields that vb_derive() and vb_derive_charge() can write, @n of them. */
const VbKnown *vb_derive_fields (guint *n);

/**
 * Which of the two is the item's value: @sent wins unless it is invalid, or older than the inputs
 * of @derived by more than @warn_after.
 */
const VbSample *vb_derive_choose (const VbSample *sent, const VbSample *derived, gint64 warn_after);

/**
 * Computes what InstalledCapacity and Soc tell of the charge: ConsumedAmphours (≤ 0), the
 * remaining Capacity, and TimeToGo from that and the current smoothed over some minutes. TimeToGo
 * moves in steps of 60 s; it is invalid while the battery is charged or idle, that is for more than
 * 240 hours to go. Without InstalledCapacity nothing is derived.
 *
 * @sent and @derived are as in vb_derive(), which comes first. The capacity being static, the
 * results have the time of Soc, and TimeToGo that of the older one of Soc and Current.
 *
 * @current: kept from call to call
 * @warn_after: as in vb_derive_choose()
 */
void
vb_derive_charge (const VbSample *sent, VbSample *derived, VbSmoothed *current, gint64 warn_after);

G_END_DECLS
