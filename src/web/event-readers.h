#pragma once

#include "http/request.h"

G_BEGIN_DECLS

/** VbEventReaders: who reads events at the moment, each of all batteries or of one. */
typedef struct _VbEventReaders VbEventReaders;

VbEventReaders *vb_event_readers_new (void);

/** To be called when their streams have ended. */
void vb_event_readers_free (VbEventReaders *readers);

/** How many there are; who has gone is noticed here. */
guint vb_event_readers_count (VbEventReaders *readers);

/**
 * Answers @request with a stream, for one more reader.
 *
 * @battery: the only battery that it wants to hear of, or NULL
 * @accepted: whether it wants to hear of each record that was taken, too
 *
 * Returns: what to write to; valid until the main loop runs again
 */
VbHttpStream *vb_event_readers_add (VbEventReaders *readers,
                                    VbHttpRequest *request,
                                    const char *battery,
                                    gboolean accepted);

/** Whether somebody wants to hear of each record that was taken. */
gboolean vb_event_readers_want_accepted (const VbEventReaders *readers);

/**
 * Sends @length bytes of @text about @battery (NULL: to everybody) to those who want it.
 *
 * @accepted: only to those who want to hear of each record that was taken
 */
void vb_event_readers_send (VbEventReaders *readers,
                            const char *battery,
                            gboolean accepted,
                            const char *text,
                            gsize length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbEventReaders, vb_event_readers_free)

G_END_DECLS
