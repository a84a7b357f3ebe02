#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** So many records have to come in the time after which a source is late. */
#define VB_CADENCE_RECORDS 3

/** How long it is measured before it is known, in µs: at least this, and as many times as records
    are wanted the time within which they are. */
#define VB_CADENCE_WINDOW (60 * (gint64)G_USEC_PER_SEC)

/**
 * VbCadence:
 *
 * How often a source sends: the longest time that three records have taken, in the window under way
 * and in the one before. So two of them may be lost and the battery is live. Zeroed nothing has
 * come. Times in µs of one clock.
 */
typedef struct
{
  gint64 times[VB_CADENCE_RECORDS]; /* of the last ones, the oldest first */
  guint n;                          /* how many of them there are */
  gint64 began;                     /* the window under way */
  gint64 longest;                   /* in it */
  gint64 before;                    /* in the window before */
  gboolean measured;                /* a whole window has gone by */
} VbCadence;

/** The window for a source of which records are wanted within @within. */
gint64 vb_cadence_window (gint64 within);

/** Notes a record that came at @time. One that is not newer than the last counts for nothing. */
void vb_cadence_note (VbCadence *cadence, gint64 time, gint64 window);

/** The longest time that three records have taken lately; 0: there were not so many. */
gint64 vb_cadence_longest (const VbCadence *cadence);

/** How long it is since the oldest of the last three came, or the first where there were fewer; 0:
    none has come. */
gint64 vb_cadence_open (const VbCadence *cadence, gint64 now);

G_END_DECLS
