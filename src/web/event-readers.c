#include "event-readers.h"

#define EVENT_STREAM "text/event-stream"

typedef struct
{
  VbHttpStream *stream;
  char *battery;     /* NULL: all */
  gboolean accepted; /* wants to hear of each record that was taken, too */
} Reader;

struct _VbEventReaders
{
  GArray *readers; /* of Reader */
};

static void
reader_clear (gpointer data)
{
  g_free (((Reader *)data)->battery);
}

VbEventReaders *
vb_event_readers_new (void)
{
  VbEventReaders *readers = g_new0 (VbEventReaders, 1);

  readers->readers = g_array_new (FALSE, FALSE, sizeof (Reader));
  g_array_set_clear_func (readers->readers, reader_clear);

  return readers;
}

void
vb_event_readers_free (VbEventReaders *readers)
{
  g_array_unref (readers->readers);
  g_free (readers);
}

guint
vb_event_readers_count (VbEventReaders *readers)
{
  for (guint i = readers->readers->len; i-- > 0;)
    if (vb_http_stream_is_gone (g_array_index (readers->readers, Reader, i).stream))
      g_array_remove_index (readers->readers, i);

  return readers->readers->len;
}

static void
on_ended (VbHttpStream *stream, gpointer user_data)
{
  VbEventReaders *readers = user_data;

  for (guint i = 0; i < readers->readers->len; i++)
    if (g_array_index (readers->readers, Reader, i).stream == stream) {
      g_array_remove_index (readers->readers, i);
      return;
    }
}

VbHttpStream *
vb_event_readers_add (VbEventReaders *readers,
                      VbHttpRequest *request,
                      const char *battery,
                      gboolean accepted)
{
  VbHttpStream *stream = vb_http_request_reply_stream (request, EVENT_STREAM, on_ended, readers);
  const Reader reader = {
    .stream = stream,
    .battery = g_strdup (battery),
    .accepted = accepted,
  };

  if (stream == NULL) {
    g_free (reader.battery);
    return NULL;
  }

  g_array_append_val (readers->readers, reader);

  return reader.stream;
}

gboolean
vb_event_readers_want_accepted (const VbEventReaders *readers)
{
  for (guint i = 0; i < readers->readers->len; i++)
    if (g_array_index (readers->readers, Reader, i).accepted)
      return TRUE;

  return FALSE;
}

static gboolean
wants (const Reader *reader, const char *battery, gboolean accepted)
{
  return (reader->accepted || !accepted)
         && (battery == NULL || reader->battery == NULL || g_str_equal (reader->battery, battery));
}

void
vb_event_readers_send (
    VbEventReaders *readers, const char *battery, gboolean accepted, const char *text, gsize length)
{
  for (guint i = 0; i < readers->readers->len; i++) {
    const Reader *reader = &g_array_index (readers->readers, Reader, i);

    if (wants (reader, battery, accepted))
      vb_http_stream_write (reader->stream, text, length);
  }
}
