#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * VbStandstill:
 *
 * Finds out that the process stood still: that more than a given time passed between two turns of
 * the main loop (a stopped process, a suspended machine). What had waited in the sockets by then is
 * not fresh: docs/ARCHITECTURE.md, "The ladder".
 *
 * A quiet loop sleeps in poll() for as long as nothing happens; whoever runs the loop must make it
 * turn more often than the given time.
 */
typedef struct _VbStandstill VbStandstill;

/** Tells the time in µs, as vb_clock_now(). */
typedef gint64 (*VbStandstillClock) (void);

/** The limit of a process that never counts as standing still. */
#define VB_STANDSTILL_NEVER G_MAXINT64

/**
 * Watches the turns of the default main context by @clock, which must go on while the machine is
 * suspended; @limit in µs. Free with vb_standstill_free().
 */
VbStandstill *vb_standstill_new (gint64 limit, VbStandstillClock clock);
void vb_standstill_free (VbStandstill *standstill);

/** When it was last noticed that the process had stood still, by the clock; 0: never. */
gint64 vb_standstill_noticed (const VbStandstill *standstill);

/**
 * Changes the limit from the next turn on. Where it was VB_STANDSTILL_NEVER, watching begins now:
 * the time that a start takes before that is no standstill.
 */
void vb_standstill_set_limit (VbStandstill *standstill, gint64 limit);

/** What vb_standstill_lasted() says of input that has waited nobody knows how long. */
#define VB_STANDSTILL_UNKNOWN G_MAXINT64

/** So long (µs) input is drained at most: where more keeps coming, all of it is fresh by then. */
#define VB_STANDSTILL_DRAIN ((gint64)5 * G_USEC_PER_SEC)

/** All input that waits by now has come before the process was there to take it. */
void vb_standstill_inherit (VbStandstill *standstill);

/** One more, or one less, source whose input is to be drained after the process stood still. */
void vb_standstill_add_input (VbStandstill *standstill, int inputs);

/** To be called by each of these sources when it is asked whether it is ready. */
void vb_standstill_note_input (VbStandstill *standstill, gboolean ready);

/**
 * How long (µs) the process stood still. It says so from the moment of noticing until all input
 * that waited has been drained, or VB_STANDSTILL_DRAIN has passed; 0 otherwise.
 * VB_STANDSTILL_UNKNOWN after vb_standstill_inherit().
 */
gint64 vb_standstill_lasted (const VbStandstill *standstill);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbStandstill, vb_standstill_free)

G_END_DECLS
