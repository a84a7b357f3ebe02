#pragma once

#include "event-readers.h"
#include "event-ring.h"
#include "events.h"

G_BEGIN_DECLS

/* What nobody tells of by itself, as it was last sent. */
typedef struct
{
  VbSelected selected;
  gboolean on_bus;
  VbJoining joining;
} Seen;

struct _VbEventStream
{
  GPtrArray *batteries;
  VbEventReaders *readers;
  VbEventRing *ring;
  gboolean has_gap; /* something has happened since that is not in the ring */
  gint64 start;
  GString *data;
  Seen *seen; /* of each battery */

  guint timer; /* as long as somebody reads, or might come back */
  guint seconds;
  guint silent; /* s since the last reader has left */
};

/** Sends the event @name about @battery; its data stands in stream->data. */
void vb_event_stream_send (VbEventStream *stream, const VbBattery *battery, const char *name);

/** What the batteries tell a VbEventStream. */
extern const VbBatteryEvents vb_event_stream_tells;

G_END_DECLS
