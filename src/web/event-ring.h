#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * VbEventRing:
 *
 * The last server-sent events, each with its id, so that a reader that was away for a moment misses
 * none. An id is `START-NUMBER`: another start of the daemon has other ids.
 */
typedef struct _VbEventRing VbEventRing;

/** @size: how many are kept, @bytes: of how many bytes in all; @start: tells this run of the daemon
    from others */
VbEventRing *vb_event_ring_new (guint size, gsize bytes, gint64 start);
void vb_event_ring_free (VbEventRing *ring);

/**
 * Adds the event @name with @data, one line of JSON, about the battery @battery. The oldest ones
 * leave for it; the last one is kept, whatever its size.
 *
 * Returns: its text as it goes over the wire; valid until the next one
 */
const char *
vb_event_ring_add (VbEventRing *ring, const char *battery, const char *name, const char *data);

/** Called for one event, in order. */
typedef void (*VbEventRingFunc) (const char *battery, const char *text, gpointer user_data);

/**
 * Calls @func for each event after the one with the id @last.
 *
 * Returns: FALSE where @last is not of this run, or too long ago: nothing was called then
 */
gboolean vb_event_ring_since (const VbEventRing *ring,
                              const char *last,
                              VbEventRingFunc func,
                              gpointer user_data);

/** Appends an event that has the id of the last one: a snapshot, after which that one goes on. */
void
vb_event_ring_format (const VbEventRing *ring, const char *name, const char *data, GString *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbEventRing, vb_event_ring_free)

G_END_DECLS
