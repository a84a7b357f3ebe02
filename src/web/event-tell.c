#include "base/clock.h"
#include "events-private.h"
#include "json/event.h"

/* Nothing is made that nobody reads. */
static gboolean
is_heard (VbEventStream *stream)
{
  stream->has_gap = stream->has_gap || stream->timer == 0;

  return stream->timer != 0;
}

static gboolean
has_item (const VbChange *change, guint item)
{
  for (guint i = 0; i < change->n_items; i++)
    if (change->items[i] == item)
      return TRUE;

  return FALSE;
}

static gboolean
has_values (const VbChange *change)
{
  for (guint i = 0; i < change->n_items; i++)
    if (vb_item (change->items[i])->field->group != VB_GROUP_IDENTITY)
      return TRUE;

  return FALSE;
}

static void
on_changed (VbBattery *battery, const VbChange *change, gpointer user_data)
{
  VbEventStream *stream = user_data;

  if (!is_heard (stream))
    return;

  if (change->after != change->before) {
    vb_event_json_state (battery, stream->data);
    vb_event_stream_send (stream, battery, "state");
  }
  if (has_values (change)) {
    vb_event_json_values (battery, change->items, change->n_items, stream->data);
    vb_event_stream_send (stream, battery, "values");
  }
  if (has_item (change, vb_item_known (VB_KNOWN_CUSTOM_NAME))) {
    vb_event_json_renamed (battery, stream->data);
    vb_event_stream_send (stream, battery, "renamed");
  }
}

/* Not kept for a reader that comes back: there would be little else to keep. */
static void
on_taken (VbBattery *battery, const VbVerdict *verdict, gpointer user_data)
{
  VbEventStream *stream = user_data;
  g_autoptr (GString) text = NULL;

  if (!vb_event_readers_want_accepted (stream->readers))
    return;

  text = g_string_new (NULL);
  vb_event_json_accepted (battery, verdict, vb_clock_now (), stream->data);
  vb_event_ring_format (stream->ring, "accepted", stream->data->str, text);
  vb_event_readers_send (stream->readers, vb_battery_config (battery)->name, TRUE, text->str,
                         text->len);
}

static void
on_refused (VbBattery *battery, gpointer user_data)
{
  VbEventStream *stream = user_data;

  if (!is_heard (stream))
    return;

  vb_event_json_refused (battery, stream->data);
  vb_event_stream_send (stream, battery, "refused");
}

static void
on_written (VbBattery *battery, guint item, gpointer user_data)
{
  VbEventStream *stream = user_data;

  if (!is_heard (stream))
    return;

  vb_event_json_written (battery, item, stream->data);
  vb_event_stream_send (stream, battery, "written");
}

const VbBatteryEvents vb_event_stream_tells = { on_changed, on_taken, on_refused, on_written };
