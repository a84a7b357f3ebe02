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

/** The largest family of which aggregates are derived. */
#define VB_FAMILY_MAX 256

/** Which members of a family (cells, temperature sensors) there are. */
typedef struct
{
  guint n;       /* the highest of them, counted from 1 */
  guint lacking; /* the first of them that has no value, counted from 1; 0: none */
  guint gap;     /* the first that is none and is sent as 0 or null all the same; 0: none */
  guint8 is_one[VB_FAMILY_MAX];
} VbFamily;

/** The families of which aggregates are derived; zeroed: nothing has been seen yet. */
typedef struct
{
  VbFamily cells;
  VbFamily sensors;
} VbMembers;

/**
 * Notes that @item was sent as @value: a cell is one once it has carried a value above 0, a sensor
 * once it has carried any. Other items are let be.
 */
void vb_derive_note (VbMembers *members, guint item, const VbValue *value);

/** Appends a text for each family of which nothing is derived because a member has no value. */
void vb_derive_warn (const VbMembers *members, GPtrArray *texts);

/** Appends a text where a cell that has never had a voltage is sent between cells that have one, or
    among as many as there have to be. */
void vb_derive_warn_of_gap (const VbMembers *members, GPtrArray *texts);

/**
 * Computes what the source did not send: Power or Current, the smallest and largest cell
 * voltage and temperature with their ids, sum and difference of the cells.
 *
 * @sent and @derived are arrays of vb_item_count() samples. @derived is written for the items that
 * can be derived at all: invalid with time 0 where an input is missing, the aggregate would cover
 * only some of the cells, or the result is outside its row's range. A derived value has the time of
 * its oldest input.
 *
 * @members: of which cells and sensors there are aggregates; NrOfCellsPerBattery, where it is
 * known, takes away those beyond it, and says that there have to be as many
 * @optional_after: a cell older than this (µs) is not fresh
 */
void vb_derive (
    const VbSample *sent, VbSample *derived, VbMembers *members, gint64 now, gint64 optional_after);

/**
 * Computes how many batteries there are, in parallel and in series, and of how many cells, where
 * @members has cells and not all of it was sent: as many as fit what was sent, else one. All four
 * are known then, or none is derived.
 */
void
vb_derive_system (const VbSample *sent, VbSample *derived, const VbMembers *members, gint64 now);

/** The fields of which that makes something: @n of them, from the first on. */
const VbKnown *vb_derive_system_fields (guint *n);

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
