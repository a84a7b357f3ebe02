#include "event-ring.h"

#include <stdlib.h>
#include <string.h>

typedef struct
{
  char *battery;
  char *text;
} Event;

struct _VbEventRing
{
  gint64 start;
  guint64 n_added; /* the number of the last event */
  guint64 oldest;  /* the number of the first one that is kept */
  gsize bytes;     /* of the texts */
  gsize max_bytes;
  guint size;
  Event *events; /* number n is at n modulo size */
};

VbEventRing *
vb_event_ring_new (guint size, gsize bytes, gint64 start)
{
  VbEventRing *ring = g_new0 (VbEventRing, 1);

  g_return_val_if_fail (size > 0, NULL);

  ring->oldest = 1;
  ring->max_bytes = bytes;
  ring->size = size;
  ring->start = start;
  ring->events = g_new0 (Event, size);

  return ring;
}

static void
remove_oldest (VbEventRing *ring)
{
  Event *event = &ring->events[ring->oldest++ % ring->size];

  ring->bytes -= strlen (event->text);
  g_clear_pointer (&event->battery, g_free);
  g_clear_pointer (&event->text, g_free);
}

void
vb_event_ring_free (VbEventRing *ring)
{
  while (ring->oldest <= ring->n_added)
    remove_oldest (ring);
  g_free (ring->events);
  g_free (ring);
}

void
vb_event_ring_format (const VbEventRing *ring, const char *name, const char *data, GString *text)
{
  g_string_append_printf (text,
                          "id: %" G_GINT64_FORMAT "-%" G_GUINT64_FORMAT "\nevent: %s\ndata: %s\n\n",
                          ring->start, ring->n_added, name, data);
}

const char *
vb_event_ring_add (VbEventRing *ring, const char *battery, const char *name, const char *data)
{
  GString *text = g_string_new (NULL);
  Event *event;

  ring->n_added++;
  vb_event_ring_format (ring, name, data, text);
  ring->bytes += text->len;
  while (ring->oldest < ring->n_added
         && (ring->n_added - ring->oldest >= ring->size || ring->bytes > ring->max_bytes))
    remove_oldest (ring);

  event = &ring->events[ring->n_added % ring->size];
  event->battery = g_strdup (battery);
  event->text = g_string_free (text, FALSE);

  return event->text;
}

/* Reads START-NUMBER; FALSE where it is none of this run's. */
static gboolean
parse_id (const VbEventRing *ring, const char *id, guint64 *number)
{
  char *end;

  if (g_ascii_strtoll (id, &end, 10) != ring->start || *end != '-' || !g_ascii_isdigit (end[1]))
    return FALSE;

  *number = g_ascii_strtoull (end + 1, &end, 10);

  return *end == '\0' && *number <= ring->n_added;
}

gboolean
vb_event_ring_since (const VbEventRing *ring,
                     const char *last,
                     VbEventRingFunc func,
                     gpointer user_data)
{
  guint64 number;

  if (!parse_id (ring, last, &number) || number + 1 < ring->oldest)
    return FALSE;

  while (number < ring->n_added) {
    const Event *event = &ring->events[++number % ring->size];

    func (event->battery, event->text, user_data);
  }

  return TRUE;
}
