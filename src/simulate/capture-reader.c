#include "capture-reader.h"

#include <string.h>

#include "json/reader.h"
#include "state/capture-line.h"

G_DEFINE_QUARK (vb_capture_reader_error, vb_capture_reader_error)

/* Up to here a double holds every integer; in µs it is 285 years. */
#define NUMBER_MAX ((double)((gint64)1 << 53))

struct _VbCaptureReader
{
  VbJsonReader *json;
  VbCaptureEntry entry;
  gboolean has_wrong_time; /* of the line */
};

static void
read_base64 (const char *text, GString *body)
{
  gsize length;
  g_autofree guchar *bytes = g_base64_decode (text, &length);

  g_string_append_len (body, (const char *)bytes, (gssize)length);
}

static void
read_text (VbCaptureEntry *entry, const char *name, const char *text)
{
  const struct
  {
    const char *name;
    GString *text;
  } members[] = {
    { "time", entry->moment }, { "battery", entry->battery },
    { "part", entry->part },   { "method", entry->method },
    { "body", entry->body },   { "configuration", entry->configuration },
  };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (g_str_equal (name, members[i].name))
      g_string_assign (members[i].text, text);
  if (g_str_equal (name, "configuration"))
    entry->configures = TRUE;
  if (g_str_equal (name, "base64"))
    read_base64 (text, entry->body);
}

static gboolean
is_time (const VbJsonToken *token)
{
  return token->kind == VB_JSON_NUMBER && token->fault == VB_JSON_FAULT_NONE && token->number >= 0
         && token->number <= NUMBER_MAX;
}

static void
read_number (VbCaptureEntry *entry, const char *name, double number)
{
  const struct
  {
    const char *name;
    gint64 *number;
  } members[] = {
    { "capture", &entry->format },
    { "t", &entry->time },
    { "sender", &entry->sender },
    { "status", &entry->status },
  };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (g_str_equal (name, members[i].name))
      *members[i].number = (gint64)CLAMP (number, -NUMBER_MAX, NUMBER_MAX);
}

static void
on_read (const VbJsonToken *token, gpointer user_data)
{
  VbCaptureReader *reader = user_data;

  if (token->path == NULL)
    return;
  if (g_str_equal (token->path, "t") && !is_time (token))
    reader->has_wrong_time = TRUE;
  if (token->fault != VB_JSON_FAULT_NONE)
    return;
  if (token->kind == VB_JSON_TEXT)
    read_text (&reader->entry, token->path, token->text);
  else if (token->kind == VB_JSON_NUMBER)
    read_number (&reader->entry, token->path, token->number);
}

VbCaptureReader *
vb_capture_reader_new (void)
{
  VbCaptureReader *reader = g_new0 (VbCaptureReader, 1);

  reader->json = vb_json_reader_new ();
  vb_json_reader_set_read (reader->json, on_read, reader);
  reader->entry.moment = g_string_new (NULL);
  reader->entry.battery = g_string_new (NULL);
  reader->entry.part = g_string_new (NULL);
  reader->entry.method = g_string_new (NULL);
  reader->entry.body = g_string_new (NULL);
  reader->entry.configuration = g_string_new (NULL);

  return reader;
}

void
vb_capture_reader_free (VbCaptureReader *reader)
{
  vb_json_reader_free (reader->json);
  g_string_free (reader->entry.moment, TRUE);
  g_string_free (reader->entry.battery, TRUE);
  g_string_free (reader->entry.part, TRUE);
  g_string_free (reader->entry.method, TRUE);
  g_string_free (reader->entry.body, TRUE);
  g_string_free (reader->entry.configuration, TRUE);
  g_free (reader);
}

static void
reset (VbCaptureEntry *entry)
{
  entry->format = 0;
  entry->time = 0;
  entry->sender = 0;
  entry->status = 0;
  entry->configures = FALSE;
  g_string_truncate (entry->moment, 0);
  g_string_truncate (entry->battery, 0);
  g_string_truncate (entry->part, 0);
  g_string_truncate (entry->method, 0);
  g_string_truncate (entry->body, 0);
  g_string_truncate (entry->configuration, 0);
}

const VbCaptureEntry *
vb_capture_reader_read (VbCaptureReader *reader, const char *line, gsize length, GError **error)
{
  g_autoptr (GError) failed = NULL;

  reset (&reader->entry);
  reader->has_wrong_time = FALSE;
  if (!vb_json_reader_read (reader->json, line, length, &failed)) {
    g_set_error (error, VB_CAPTURE_READER_ERROR, VB_CAPTURE_READER_ERROR_LINE, "not JSON, %s",
                 failed->message);
    return NULL;
  }
  if (reader->entry.format > VB_CAPTURE_FORMAT) {
    g_set_error (error, VB_CAPTURE_READER_ERROR, VB_CAPTURE_READER_ERROR_FORMAT,
                 "a capture of format %" G_GINT64_FORMAT "; this version reads up to %d",
                 reader->entry.format, VB_CAPTURE_FORMAT);
    return NULL;
  }

  if (reader->has_wrong_time) {
    g_set_error (error, VB_CAPTURE_READER_ERROR, VB_CAPTURE_READER_ERROR_LINE,
                 "\"t\" is a number of microseconds from 0 to 2⁵³");
    return NULL;
  }

  return &reader->entry;
}
