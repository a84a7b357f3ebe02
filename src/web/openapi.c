#include "openapi.h"

#include <gio/gio.h>

#include "resources.h"
#include "schema.h"

#define PATH "/dbus-virtual-battery/openapi.json"
#define VERSION "@VERSION@"
#define RECORD "\"@RECORD@\""
#define RECORD_REFS "#/components/schemas/Record/$defs/"

static void
append_record (GString *text)
{
  VbJsonWriter json;

  vb_json_writer_init (&json, text);
  vb_schema_write (&json, RECORD_REFS, FALSE);
}

/* What stands before and behind @mark in @text. */
static char **
split_at (const char *text, const char *mark)
{
  char **parts = g_strsplit (text, mark, 2);

  if (g_strv_length (parts) != 2)
    g_error (PATH " has no %s", mark);

  return parts;
}

void
vb_openapi_append (GString *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes
      = g_resource_lookup_data (vb_get_resource (), PATH, G_RESOURCE_LOOKUP_FLAGS_NONE, &error);
  g_auto (GStrv) version = NULL;
  g_auto (GStrv) record = NULL;

  if (bytes == NULL)
    g_error ("%s", error->message);

  /* A file that is compiled in ends in a zero byte that does not count. */
  version = split_at (g_bytes_get_data (bytes, NULL), VERSION);
  record = split_at (version[1], RECORD);
  g_string_append_printf (text, "%s" VB_VERSION "%s", version[0], record[0]);
  append_record (text);
  g_string_append (text, record[1]);
}
