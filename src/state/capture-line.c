#include "capture-line.h"

#include <string.h>

#include "json/intake.h"
#include "json/member.h"

#define HIDDEN "***"

static void
begin (VbJsonWriter *json, GString *text, gint64 time)
{
  vb_json_writer_init (json, text);
  vb_json_begin_object (json);
  vb_json_member_integer (json, "t", time);
}

/* @bytes, of which what @secrets say is left out. */
static GString *
hide (const char *bytes, gsize length, const GPtrArray *secrets)
{
  GString *text = g_string_new_len (bytes, (gssize)length);

  for (guint i = 0; i < secrets->len; i++) {
    const char *secret = g_ptr_array_index (secrets, i);
    const gsize size = strlen (secret);
    gsize at = 0;
    const char *found;

    while ((found = memmem (text->str + at, text->len - at, secret, size)) != NULL) {
      at = (gsize)(found - text->str);
      g_string_erase (text, (gssize)at, (gssize)size);
      g_string_insert (text, (gssize)at, HIDDEN);
      at += strlen (HIDDEN);
    }
  }

  return text;
}

/* @note: members that are written already */
static void
end (VbJsonWriter *json, const char *note, gsize note_length, const GPtrArray *secrets)
{
  if (note_length > 0) {
    g_autoptr (GString) shown = hide (note, note_length, secrets);

    g_string_append_c (json->text, ',');
    g_string_append_len (json->text, shown->str, (gssize)shown->len);
  }
  vb_json_end_object (json);
  g_string_append_c (json->text, '\n');
}

static void
member_configuration (VbJsonWriter *json, const char *configuration)
{
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, configuration, -1);

  vb_json_member_string (json, "digest", digest);
  vb_json_member_string (json, "configuration", configuration);
}

void
vb_capture_line_head (gint64 time, const GPtrArray *names, const char *configuration, GString *text)
{
  VbJsonWriter json;

  vb_json_writer_init (&json, text);
  vb_json_begin_object (&json);
  vb_json_member_integer (&json, "capture", VB_CAPTURE_FORMAT);
  vb_json_member_string (&json, "version", VB_VERSION);
  vb_json_member_integer (&json, "t", time);
  vb_json_member_time (&json, "time", time);
  vb_json_member_texts (&json, "batteries", names);
  member_configuration (&json, configuration);
  end (&json, NULL, 0, NULL);
}

/* What is no text cannot be JSON, and stays what it was. */
static void
member_body (VbJsonWriter *json, const VbCaptured *captured, const GPtrArray *secrets)
{
  g_autoptr (GString) body = hide (captured->body, captured->body_length, secrets);

  if (g_utf8_validate_len (body->str, body->len, NULL))
    vb_json_member_string (json, "body", body->str);
  else {
    g_autofree char *text = g_base64_encode ((const guchar *)body->str, body->len);

    vb_json_member_string (json, "base64", text);
  }
}

static void
members_record (VbJsonWriter *json, const VbCaptured *captured, const GPtrArray *secrets)
{
  vb_json_member_integer (json, "sender", captured->sender);
  vb_json_member_string (json, "method", captured->mode == VB_APPLY_REPLACE ? "PUT" : "POST");
  member_body (json, captured, secrets);
  vb_json_member_integer (json, "status", vb_intake_status (captured->outcome));
  vb_json_member_string (json, "state", vb_state_name (captured->state));
}

void
vb_capture_line_captured (const VbCaptured *captured,
                          const char *name,
                          const GPtrArray *secrets,
                          GString *text)
{
  VbJsonWriter json;

  begin (&json, text, captured->time);
  vb_json_member_string (&json, "battery", name);
  switch (captured->kind) {
  case VB_CAPTURED_RECORD:
    members_record (&json, captured, secrets);
    break;
  case VB_CAPTURED_DELETED:
    vb_json_member_string (&json, "method", "DELETE");
    break;
  case VB_CAPTURED_STATE:
  default:
    vb_json_member_string (&json, "entered", vb_state_name (captured->state));
    break;
  }
  end (&json, captured->note, captured->note_length, secrets);
}

void
vb_capture_line_configuration (gint64 time, const char *configuration, GString *text)
{
  VbJsonWriter json;

  begin (&json, text, time);
  member_configuration (&json, configuration);
  end (&json, NULL, 0, NULL);
}
