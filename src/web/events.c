#define G_LOG_DOMAIN "http"

#include "events.h"

#include <string.h>

#include "base/clock.h"
#include "event-readers.h"
#include "event-ring.h"
#include "json/event.h"
#include "json/part.h"

#define EVENTS_KEPT 256

/* All of them fit what a reader may have waiting, who asks for them. */
#define EVENT_BYTES_KEPT (VB_HTTP_STREAM_MAX / 2)

#define HEARTBEAT_SECONDS 15

/* How long after the last reader events are kept for one that comes back. */
#define KEPT_SECONDS 60

static const char heartbeat[] = ": still here\n\n";

/* What nobody tells of by itself, as it was last sent. */
typedef struct
{
  VbSelected selected;
  gboolean on_bus;
  VbJoining joining;
} Seen;

struct _VbWebEvents
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

static void
send (VbWebEvents *stream, const VbBattery *battery, const char *name)
{
  const char *battery_name = vb_battery_config (battery)->fixed.name;
  const char *text = vb_event_ring_add (stream->ring, battery_name, name, stream->data->str);

  vb_event_readers_send (stream->readers, battery_name, FALSE, text, strlen (text));
}

static gboolean
same_selected (const VbSelected *a, const VbSelected *b)
{
  return a->known == b->known && a->monitor == b->monitor && a->bms == b->bms && a->dvcc == b->dvcc;
}

/* Looks for what has changed without a step of the battery. */
static void
look_at (VbWebEvents *stream, guint index)
{
  const VbBattery *battery = g_ptr_array_index (stream->batteries, index);
  const VbPresence *presence = vb_battery_presence (battery);
  const VbSelected selected = vb_battery_selected (battery);
  Seen *seen = &stream->seen[index];

  if (presence->on_bus != seen->on_bus || presence->joining != seen->joining) {
    vb_json_event_state (battery, stream->data);
    send (stream, battery, "state");
  }
  if (!same_selected (&selected, &seen->selected)) {
    vb_json_event_selected (battery, stream->data);
    send (stream, battery, "selected");
  }
  *seen = (Seen){ selected, presence->on_bus, presence->joining };
}

static gboolean
on_second (gpointer user_data)
{
  VbWebEvents *stream = user_data;

  for (guint i = 0; i < stream->batteries->len; i++)
    look_at (stream, i);

  stream->seconds++;
  if (stream->seconds % HEARTBEAT_SECONDS == 0)
    vb_event_readers_send (stream->readers, NULL, FALSE, heartbeat, sizeof heartbeat - 1);

  stream->silent = vb_event_readers_count (stream->readers) > 0 ? 0 : stream->silent + 1;
  if (stream->silent < KEPT_SECONDS)
    return G_SOURCE_CONTINUE;

  stream->timer = 0;

  return G_SOURCE_REMOVE;
}

/* Who a repeated event goes to. */
typedef struct
{
  VbHttpStream *reader;
  const char *battery; /* NULL: all */
} Repeat;

static void
repeat (const char *battery, const char *text, gpointer user_data)
{
  const Repeat *to = user_data;

  if (to->battery == NULL || g_str_equal (to->battery, battery))
    vb_http_stream_write (to->reader, text, strlen (text));
}

static void
append_event (VbWebEvents *stream, const char *name, GString *text)
{
  vb_event_ring_format (stream->ring, name, stream->data->str, text);
}

static void
append_parts (VbWebEvents *stream, const VbBattery *battery, GString *text)
{
  const VbParts *parts = vb_battery_parts (battery);

  for (guint i = 0; parts != NULL && i < vb_parts_n (parts); i++) {
    vb_json_part_event (battery, i, vb_clock_now (), stream->data);
    append_event (stream, "part", text);
  }
}

static void
send_snapshot (VbWebEvents *stream, VbHttpStream *reader, const char *wanted)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < stream->batteries->len; i++) {
    const VbBattery *battery = g_ptr_array_index (stream->batteries, i);

    if (wanted != NULL && !g_str_equal (vb_battery_config (battery)->fixed.name, wanted))
      continue;
    vb_json_event_state (battery, stream->data);
    append_event (stream, "state", text);
    vb_json_event_renamed (battery, stream->data);
    append_event (stream, "renamed", text);
    vb_json_event_selected (battery, stream->data);
    append_event (stream, "selected", text);
    vb_json_event_all_values (battery, stream->data);
    append_event (stream, "values", text);
    append_parts (stream, battery, text);
    if (vb_battery_limited (battery) == NULL)
      continue;
    vb_json_event_limited (battery, stream->data);
    append_event (stream, "limited", text);
  }
  vb_http_stream_write (reader, text->str, text->len);
}

/* Listens from now on, where nobody did. */
static void
begin (VbWebEvents *stream)
{
  if (stream->has_gap) {
    vb_event_ring_free (stream->ring);
    stream->ring = vb_event_ring_new (EVENTS_KEPT, EVENT_BYTES_KEPT, ++stream->start);
    stream->has_gap = FALSE;
  }
  for (guint i = 0; stream->timer == 0 && i < stream->batteries->len; i++) {
    const VbBattery *battery = g_ptr_array_index (stream->batteries, i);
    const VbPresence *presence = vb_battery_presence (battery);

    stream->seen[i] = (Seen){ vb_battery_selected (battery), presence->on_bus, presence->joining };
  }
  if (stream->timer == 0)
    stream->timer = g_timeout_add_seconds (1, on_second, stream);
  stream->silent = 0;
}

/* `?accepted=true`: an owner's page shows each record, a flow has its verdicts already. */
static gboolean
wants_accepted (const VbHttpRequest *request)
{
  const char *value = vb_http_request_argument (request, "accepted");

  return value != NULL && (g_str_equal (value, "true") || g_str_equal (value, "1"));
}

static void
get_events (VbHttpRequest *request, gpointer user_data)
{
  VbWebEvents *stream = user_data;
  const char *battery = vb_http_request_argument (request, "battery");
  const char *last = vb_http_request_header (request, "Last-Event-ID");
  Repeat to = { .battery = battery };

  if (battery != NULL && vb_battery_find (stream->batteries, battery) == NULL) {
    vb_http_request_problem (request, 404, "There is no such battery.");
    return;
  }
  if (vb_event_readers_count (stream->readers) >= VB_EVENT_READERS_MAX) {
    vb_http_request_add_header (request, "Retry-After", "10");
    vb_http_request_problem (request, 503, "Too many event readers.");
    return;
  }

  begin (stream);
  to.reader = vb_event_readers_add (stream->readers, request, battery, wants_accepted (request));
  if (to.reader == NULL)
    return;
  if (last == NULL || !vb_event_ring_since (stream->ring, last, repeat, &to))
    send_snapshot (stream, to.reader, battery);
}

static const VbHttpRoute table[] = {
  { "GET", "/events", get_events, TRUE },
};

/* Nothing is made that nobody reads. */
static gboolean
is_heard (VbWebEvents *stream)
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
  VbWebEvents *stream = user_data;

  if (!is_heard (stream))
    return;

  if (change->after != change->before) {
    vb_json_event_state (battery, stream->data);
    send (stream, battery, "state");
  }
  if (has_values (change)) {
    vb_json_event_values (battery, change->items, change->n_items, stream->data);
    send (stream, battery, "values");
  }
  if (has_item (change, vb_item_known (VB_KNOWN_CUSTOM_NAME))) {
    vb_json_event_renamed (battery, stream->data);
    send (stream, battery, "renamed");
  }
}

/* Not kept for a reader that comes back: there would be little else to keep. */
static void
on_taken (VbBattery *battery, const VbVerdict *verdict, gpointer user_data)
{
  VbWebEvents *stream = user_data;
  g_autoptr (GString) text = NULL;

  if (!vb_event_readers_want_accepted (stream->readers))
    return;

  text = g_string_new (NULL);
  vb_json_event_accepted (battery, verdict, vb_clock_now (), stream->data);
  vb_event_ring_format (stream->ring, "accepted", stream->data->str, text);
  vb_event_readers_send (stream->readers, vb_battery_config (battery)->fixed.name, TRUE, text->str,
                         text->len);
}

static void
on_refused (VbBattery *battery, gpointer user_data)
{
  VbWebEvents *stream = user_data;

  if (!is_heard (stream))
    return;

  vb_json_event_refused (battery, stream->data);
  send (stream, battery, "refused");
}

static void
on_written (VbBattery *battery, guint item, gpointer user_data)
{
  VbWebEvents *stream = user_data;

  if (!is_heard (stream))
    return;

  vb_json_event_written (battery, item, stream->data);
  send (stream, battery, "written");
}

static void
on_limited (VbBattery *battery, gpointer user_data)
{
  VbWebEvents *stream = user_data;

  if (!is_heard (stream))
    return;

  vb_json_event_limited (battery, stream->data);
  send (stream, battery, "limited");
}

static void
on_part_changed (VbBattery *battery, guint part, gpointer user_data)
{
  VbWebEvents *stream = user_data;

  if (!is_heard (stream))
    return;

  vb_json_part_event (battery, part, vb_clock_now (), stream->data);
  send (stream, battery, "part");
}

static const VbBatteryEvents tells = {
  .changed = on_changed,
  .taken = on_taken,
  .refused = on_refused,
  .written = on_written,
  .limited = on_limited,
  .part_changed = on_part_changed,
};

VbWebEvents *
vb_web_events_new (VbHttpServer *server, GPtrArray *batteries)
{
  VbWebEvents *stream = g_new0 (VbWebEvents, 1);

  stream->batteries = g_ptr_array_ref (batteries);
  stream->readers = vb_event_readers_new ();
  stream->start = g_get_real_time ();
  stream->ring = vb_event_ring_new (EVENTS_KEPT, EVENT_BYTES_KEPT, stream->start);
  stream->data = g_string_new (NULL);
  stream->seen = g_new0 (Seen, batteries->len);
  for (guint i = 0; i < batteries->len; i++)
    vb_battery_add_listener (g_ptr_array_index (batteries, i), &tells, stream);
  vb_http_server_add_routes (server, table, G_N_ELEMENTS (table), stream);

  return stream;
}

void
vb_web_events_free (VbWebEvents *stream)
{
  for (guint i = 0; i < stream->batteries->len; i++)
    vb_battery_remove_listener (g_ptr_array_index (stream->batteries, i), stream);
  g_clear_handle_id (&stream->timer, g_source_remove);
  vb_event_readers_free (stream->readers);
  g_ptr_array_unref (stream->batteries);
  vb_event_ring_free (stream->ring);
  g_string_free (stream->data, TRUE);
  g_free (stream->seen);
  g_free (stream);
}
