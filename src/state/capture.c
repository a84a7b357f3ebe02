#include "capture.h"

#include <string.h>

#include "capture-line.h"
#include "json/member.h"

/* Addresses that are told apart. */
#define SENDERS_MAX 255

/* The configuration that was in force from @time on. */
typedef struct
{
  gint64 time;
  char *text;
} Configuration;

struct _VbCapture
{
  GPtrArray *batteries;
  GPtrArray *names;          /* of const char *, theirs */
  GPtrArray *senders;        /* of char *: addresses */
  GPtrArray *secrets;        /* of char * */
  GPtrArray *configurations; /* of Configuration: the one before the oldest line, and those since */
  VbCaptureRing *ring;
  GString *note;

  VbCaptureFunc func;
  gpointer user_data;
  GString *line;
};

static void
configuration_free (gpointer data)
{
  Configuration *configuration = data;

  g_free (configuration->text);
  g_free (configuration);
}

static const Configuration *
configuration_at (const VbCapture *capture, guint i)
{
  return g_ptr_array_index (capture->configurations, i);
}

static void
add_configuration (VbCapture *capture, const char *text, gint64 now)
{
  Configuration *configuration = g_new (Configuration, 1);

  configuration->time = now;
  configuration->text = g_strdup (text);
  g_ptr_array_add (capture->configurations, configuration);
}

static guint8
number_of_battery (const VbCapture *capture, const VbBattery *battery)
{
  guint number = 0;

  g_ptr_array_find (capture->batteries, battery, &number);

  return (guint8)number;
}

static guint8
number_of_sender (VbCapture *capture, const char *address)
{
  guint i = 0;

  while (i < capture->senders->len && !g_str_equal (capture->senders->pdata[i], address))
    i++;
  if (i == SENDERS_MAX)
    return 0;
  if (i == capture->senders->len)
    g_ptr_array_add (capture->senders, g_strdup (address));

  return (guint8)(i + 1);
}

static void
add (VbCapture *capture, const VbCaptured *captured)
{
  vb_capture_ring_add (capture->ring, captured);
  if (capture->func == NULL)
    return;

  g_string_truncate (capture->line, 0);
  vb_capture_line_captured (captured, capture->names->pdata[captured->battery], capture->secrets,
                            capture->line);
  capture->func (capture->line->str, capture->line->len, capture->user_data);
}

/* What is noted of it stands in capture->note. */
static void
add_noted (VbCapture *capture, VbCaptured *captured)
{
  captured->note = capture->note->str;
  captured->note_length = capture->note->len;
  add (capture, captured);
}

static void
begin_note (VbCapture *capture, VbJsonWriter *json)
{
  g_string_truncate (capture->note, 0);
  vb_json_writer_init (json, capture->note);
}

/* A record that did not come as a body, as one. */
static char *
body_of (const VbRecord *record)
{
  GString *text = g_string_new (NULL);
  VbJsonWriter json;

  vb_json_writer_init (&json, text);
  vb_json_begin_object (&json);
  for (guint i = 0; i < record->entries->len; i++) {
    const VbRecordEntry *entry = &g_array_index (record->entries, VbRecordEntry, i);

    vb_json_name (&json, vb_record_spelling (record, entry));
    if (entry->value.kind == VB_VALUE_TEXT)
      vb_json_string (&json, entry->value.as.text);
    else
      vb_json_real (&json, vb_value_number (&entry->value, entry->sent), 9);
  }
  vb_json_end_object (&json);

  return g_string_free (text, FALSE);
}

static void
on_arrived (VbBattery *battery, const VbArrival *arrival, gpointer user_data)
{
  VbCapture *capture = user_data;
  g_autofree char *made = arrival->body == NULL ? body_of (arrival->record) : NULL;
  VbCaptured captured = {
    .kind = VB_CAPTURED_RECORD,
    .battery = number_of_battery (capture, battery),
    .sender = number_of_sender (capture, arrival->source),
    .mode = arrival->mode,
    .outcome = arrival->outcome,
    .state = vb_battery_state (battery),
    .time = arrival->now,
    .body = made != NULL ? made : arrival->body,
    .body_length = made != NULL ? strlen (made) : arrival->length,
  };
  VbJsonWriter json;

  begin_note (capture, &json);
  if (arrival->part != NULL)
    vb_json_member_string (&json, "part", arrival->part);
  if (arrival->errors->len > 0)
    vb_json_member_errors (&json, arrival->errors, arrival->n_more);
  add_noted (capture, &captured);
}

static void
on_deleted (VbBattery *battery, const char *part, gint64 now, gpointer user_data)
{
  VbCapture *capture = user_data;
  VbCaptured captured = {
    .kind = VB_CAPTURED_DELETED,
    .battery = number_of_battery (capture, battery),
    .time = now,
  };
  VbJsonWriter json;

  begin_note (capture, &json);
  if (part != NULL)
    vb_json_member_string (&json, "part", part);
  add_noted (capture, &captured);
}

static void
on_changed (VbBattery *battery, const VbChange *change, gpointer user_data)
{
  VbCapture *capture = user_data;
  VbCaptured captured = {
    .kind = VB_CAPTURED_STATE,
    .battery = number_of_battery (capture, battery),
    .state = change->after,
    .time = vb_battery_since (battery),
  };
  g_autoptr (GString) reason = NULL;
  VbJsonWriter json;

  if (change->after == change->before)
    return;

  reason = g_string_new (NULL);
  vb_battery_reason (battery, captured.time, reason);
  begin_note (capture, &json);
  if (reason->len > 0)
    vb_json_member_string (&json, "reason", reason->str);
  add_noted (capture, &captured);
}

static const VbBatteryEvents events = {
  .changed = on_changed,
  .arrived = on_arrived,
  .deleted = on_deleted,
};

VbCapture *
vb_capture_new (GPtrArray *batteries, const char *configuration)
{
  VbCapture *capture = g_new0 (VbCapture, 1);

  capture->batteries = g_ptr_array_ref (batteries);
  capture->names = g_ptr_array_new ();
  capture->senders = g_ptr_array_new_with_free_func (g_free);
  capture->secrets = g_ptr_array_new_with_free_func (g_free);
  capture->configurations = g_ptr_array_new_with_free_func (configuration_free);
  capture->ring = vb_capture_ring_new (VB_CAPTURE_SIZE);
  capture->note = g_string_new (NULL);
  capture->line = g_string_new (NULL);
  add_configuration (capture, configuration, 0);
  for (guint i = 0; i < batteries->len; i++) {
    VbBattery *battery = g_ptr_array_index (batteries, i);

    g_ptr_array_add (capture->names, vb_battery_config (battery)->fixed.name);
    vb_battery_add_listener (battery, &events, capture);
  }

  return capture;
}

void
vb_capture_free (VbCapture *capture)
{
  for (guint i = 0; i < capture->batteries->len; i++)
    vb_battery_remove_listener (g_ptr_array_index (capture->batteries, i), capture);
  g_ptr_array_unref (capture->batteries);
  g_ptr_array_unref (capture->names);
  g_ptr_array_unref (capture->senders);
  g_ptr_array_unref (capture->secrets);
  g_ptr_array_unref (capture->configurations);
  vb_capture_ring_free (capture->ring);
  g_string_free (capture->note, TRUE);
  g_string_free (capture->line, TRUE);
  g_free (capture);
}

static void
note_first (const VbCaptured *captured, gpointer user_data)
{
  gint64 *first = user_data;

  if (*first == VB_AGE_NEVER)
    *first = captured->time;
}

/* When the oldest line is from. */
static gint64
oldest (const VbCapture *capture)
{
  gint64 first = VB_AGE_NEVER;

  vb_capture_ring_foreach (capture->ring, note_first, &first);

  return first;
}

void
vb_capture_configured (VbCapture *capture, const char *configuration, gint64 now)
{
  const gint64 first = oldest (capture);

  if (g_str_equal (configuration,
                   configuration_at (capture, capture->configurations->len - 1)->text))
    return;

  /* Those before the one that was in force with the oldest line say nothing any more. */
  while (capture->configurations->len > 1 && configuration_at (capture, 1)->time <= first)
    g_ptr_array_remove_index (capture->configurations, 0);
  add_configuration (capture, configuration, now);
  if (capture->func == NULL)
    return;

  g_string_truncate (capture->line, 0);
  vb_capture_line_configuration (now, configuration, capture->line);
  capture->func (capture->line->str, capture->line->len, capture->user_data);
}

void
vb_capture_hide (VbCapture *capture, const char *secret)
{
  if (secret != NULL && *secret != '\0')
    g_ptr_array_add (capture->secrets, g_strdup (secret));
}

void
vb_capture_follow (VbCapture *capture, VbCaptureFunc func, gpointer user_data)
{
  capture->func = func;
  capture->user_data = user_data;
}

void
vb_capture_write_head (const VbCapture *capture, gint64 now, GString *text)
{
  const guint last = capture->configurations->len - 1;

  vb_capture_line_head (now, capture->names, configuration_at (capture, last)->text, text);
}

typedef struct
{
  const VbCapture *capture;
  guint next; /* of the configurations */
  GString *text;
} Writing;

static void
write_configurations (Writing *writing, gint64 until)
{
  const VbCapture *capture = writing->capture;

  while (writing->next < capture->configurations->len
         && configuration_at (capture, writing->next)->time <= until) {
    const Configuration *configuration = configuration_at (capture, writing->next++);

    vb_capture_line_configuration (configuration->time, configuration->text, writing->text);
  }
}

static void
write_captured (const VbCaptured *captured, gpointer user_data)
{
  Writing *writing = user_data;
  const VbCapture *capture = writing->capture;

  write_configurations (writing, captured->time);
  vb_capture_line_captured (captured, capture->names->pdata[captured->battery], capture->secrets,
                            writing->text);
}

gint64
vb_capture_write (const VbCapture *capture, gint64 now, GString *text)
{
  const gint64 first = oldest (capture);
  const gint64 begins = first != VB_AGE_NEVER ? first : now;
  Writing writing = { .capture = capture, .text = text };

  while (writing.next + 1 < capture->configurations->len
         && configuration_at (capture, writing.next + 1)->time <= begins)
    writing.next++;
  vb_capture_line_head (begins, capture->names, configuration_at (capture, writing.next++)->text,
                        text);
  vb_capture_ring_foreach (capture->ring, write_captured, &writing);
  write_configurations (&writing, now);

  return now - begins;
}
