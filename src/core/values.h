#pragma once

#include "battery-config.h"
#include "record.h"

G_BEGIN_DECLS

typedef enum
{
  VB_ITEM_ACTIVE = 1 << 0,
  VB_ITEM_NULLED = 1 << 1,  /* null was sent: nothing derived takes its place */
  VB_ITEM_DERIVED = 1 << 2, /* the shown value is a derived one */
} VbItemFlags;

/**
 * VbValues:
 *
 * The values of one battery: of every item what was sent, what was derived, and what is shown, that
 * is on the bus. A record or the passing of time changes the first two; the third follows from them
 * and the state (core/publish). Times are in µs of the clock that every `now` takes.
 */
typedef struct
{
  VbSample *sent;
  VbSample *derived;
  VbSample *shown;
  guint8 *flags;   /* of VbItemFlags */
  GArray *active;  /* of guint: items that were ever sent or can be derived */
  GArray *changed; /* of guint: items whose shown value changed since the last vb_values_begin() */
} VbValues;

/** Makes @values (uninitialised) empty; free with vb_values_clear(). */
void vb_values_init (VbValues *values);
void vb_values_clear (VbValues *values);

/** Makes @values (uninitialised) a copy of @source, in which nothing has changed. */
void vb_values_copy (VbValues *values, const VbValues *source);

/** Takes @item among those that a step looks at. */
void vb_values_activate (VbValues *values, guint item);

/** The number that was last sent for a field, or NAN. */
double vb_values_number (const VbValues *values, VbKnown known);

/** When a field was last sent, while its value is valid; else 0. */
gint64 vb_values_time (const VbValues *values, VbKnown known);

/**
 * Takes one field of a record.
 *
 * @keeps: whether the field keeps value and age where the record has no value for it that is to be
 * taken; else it becomes invalid, and nothing derived takes its place
 *
 * Returns: whether Voltage, Current, Power or Soc has changed, by a single bit
 */
gboolean vb_values_take (VbValues *values, const VbRecordEntry *entry, gboolean keeps, gint64 now);

/** Keeps the value that a field has, where it has one, as if it had been sent at @now. */
void vb_values_hold (VbValues *values, VbKnown known, gint64 now);

/**
 * Makes invalid what @record, which replaces, does not name; identity and group static stay. So
 * does Current or Power where the record calls the other one null. The times stay, so that a cell
 * that was seen once is missed when it is not there any more.
 *
 * @either: whether one of Current and Power is required; else neither stands in for the other
 */
void vb_values_clear_unnamed (VbValues *values, const VbRecord *record, gboolean either);

/**
 * Forgets what was sent up to @until about the present; identity and group static stay. Alarms are
 * forgotten whatever their time: they are kept until the battery leaves the bus.
 */
void vb_values_forget (VbValues *values, gint64 until);

/** Whether a field becomes invalid by itself when it is older than optional-after. */
gboolean vb_values_expires (const VbField *field);

/** When (µs, after @now) the next sent value expires, or G_MAXINT64. */
gint64 vb_values_next_expiry (const VbValues *values, gint64 optional_after, gint64 now);

/** The sample that the source or the other values give for @item, as long as it is fresh; NULL for
    none. A sent value that has expired leaves its place to a derived one that is younger. */
const VbSample *
vb_values_fresh (const VbValues *values, guint item, const VbBatteryLive *live, gint64 now);

/** The age (µs) of the shown value of @item, and whether it was derived; VB_AGE_NEVER where it is
    invalid. */
gint64 vb_values_age (const VbValues *values, guint item, gint64 now, gboolean *derived);

/** Begins a step: nothing has changed yet. */
void vb_values_begin (VbValues *values);

/** Sets a shown value and notes the change. @time: of the record behind it. */
void vb_values_show (VbValues *values, guint item, const VbValue *value, gint64 time);

/** Makes a shown value invalid, and notes the change. */
void vb_values_hide (VbValues *values, guint item);

G_END_DECLS
