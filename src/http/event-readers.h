#pragma once

#include "http-request.h"

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
 *
 * Returns: what to write to; valid until the main loop runs again
 */
VbHttpStream *
vb_event_readers_add (VbEventReaders *readers, VbHttpRequest *request, const char *battery);

/** Sends @length bytes of @text about @battery (NULL: to everybody) to those who want it. */
void vb_event_readers_send (VbEventReaders *readers,
                            const char *battery,
                            const char *text,
                            gsize length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbEventReaders, vb_event_readers_free)

G_END_DECLS
