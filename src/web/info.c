#include "info.h"

#include "base/clock.h"
#include "json/state.h"
#include "json/writer.h"
#include "metrics.h"
#include "openapi.h"
#include "page.h"
#include "schema.h"

#define JSON "application/json"
#define PROMETHEUS "text/plain; version=0.0.4; charset=utf-8"

/* What is made of the tables, once, when it is first asked for. */
typedef struct
{
  GString *text;
  char *etag;
} Unchanging;

struct _VbWebInfo
{
  VbHttpServer *server;
  GPtrArray *batteries;
  Unchanging fields;
  Unchanging schema;
  Unchanging openapi;
  GString *answer;
};

/* A family is shown by its first member, with the pattern of all. */
static void
member_family (VbJsonWriter *json, const VbField *field)
{
  vb_json_name (json, "family");
  if (field->count == 0) {
    vb_json_null (json);
    return;
  }

  vb_json_begin_object (json);
  vb_json_member_string (json, "name", field->name);
  vb_json_member_string (json, "path", field->path);
  vb_json_member_integer (json, "first", field->first);
  vb_json_member_integer (json, "step", field->step);
  vb_json_member_integer (json, "count", field->count);
  vb_json_end_object (json);
}

static void
member_range (VbJsonWriter *json, const VbField *field)
{
  vb_json_name (json, "range");
  if (field->kind == VB_KIND_TEXT || (field->minimum == 0 && field->maximum == 0)) {
    vb_json_null (json);
    return;
  }

  vb_json_begin_array (json);
  vb_json_real (json, field->minimum, 6);
  vb_json_real (json, field->maximum, 6);
  vb_json_end_array (json);
}

static void
member_aliases (VbJsonWriter *json, const VbItem *item)
{
  g_auto (GStrv) aliases
      = g_strsplit (item->field->aliases != NULL ? item->field->aliases : "", " ", -1);

  vb_json_name (json, "aliases");
  vb_json_begin_array (json);
  for (guint i = 0; aliases[i] != NULL; i++)
    vb_json_string (json, aliases[i]);
  vb_json_end_array (json);
}

static void
write_field (VbJsonWriter *json, const VbItem *item)
{
  const VbField *field = item->field;

  vb_json_begin_object (json);
  vb_json_member_string (json, "name", item->name);
  vb_json_member_string (json, "path", item->path);
  member_family (json, field);
  vb_json_member_string (json, "kind", vb_kind_name (field->kind));
  vb_json_member_string (json, "unit", field->unit);
  member_range (json, field);
  vb_json_member_string (json, "values", field->values);
  vb_json_member_integer (json, "decimals", field->kind == VB_KIND_REAL ? field->decimals : 0);
  vb_json_member_string (json, "group", vb_group_name (field->group));
  vb_json_member_boolean (json, "required", (field->flags & VB_FIELD_REQUIRED) != 0);
  member_aliases (json, item);
  vb_json_member_string (json, "description", field->description);
  vb_json_end_object (json);
}

static void
write_fields (GString *text)
{
  VbJsonWriter json;

  vb_json_writer_init (&json, text);
  vb_json_begin_array (&json);
  for (guint i = 0; i < vb_item_count (); i++) {
    const VbItem *item = vb_item (i);

    if (vb_item_is_row (i) && item->field->group != VB_GROUP_IDENTITY)
      write_field (&json, item);
  }
  vb_json_end_array (&json);
}

static void
reply_unchanging (VbHttpRequest *request, Unchanging *answer, void (*write) (GString *text))
{
  if (answer->text == NULL) {
    g_autofree char *checksum = NULL;

    answer->text = g_string_new (NULL);
    write (answer->text);
    g_string_append_c (answer->text, '\n');
    checksum = g_compute_checksum_for_string (G_CHECKSUM_SHA1, answer->text->str, -1);
    answer->etag = g_strdup_printf ("\"%s\"", checksum);
  }

  vb_http_request_reply_unchanging (request, JSON, answer->etag, answer->text->str,
                                    answer->text->len);
}

static void
clear_unchanging (Unchanging *answer)
{
  if (answer->text != NULL)
    g_string_free (answer->text, TRUE);
  g_free (answer->etag);
}

static void
get_fields (VbHttpRequest *request, gpointer user_data)
{
  VbWebInfo *routes = user_data;

  reply_unchanging (request, &routes->fields, write_fields);
}

static void
write_schema (GString *text)
{
  VbJsonWriter json;

  vb_json_writer_init (&json, text);
  vb_schema_write (&json, "#/$defs/", TRUE);
}

static void
get_schema (VbHttpRequest *request, gpointer user_data)
{
  VbWebInfo *routes = user_data;

  reply_unchanging (request, &routes->schema, write_schema);
}

static void
get_openapi (VbHttpRequest *request, gpointer user_data)
{
  VbWebInfo *routes = user_data;

  reply_unchanging (request, &routes->openapi, vb_openapi_append);
}

static void
get_health (VbHttpRequest *request, gpointer user_data)
{
  VbWebInfo *routes = user_data;
  gboolean healthy;

  g_string_truncate (routes->answer, 0);
  healthy = vb_json_state_health (routes->batteries, routes->answer);
  vb_http_request_reply (request, healthy ? 200 : 503, JSON, routes->answer->str,
                         routes->answer->len);
}

static void
get_metrics (VbHttpRequest *request, gpointer user_data)
{
  VbWebInfo *routes = user_data;

  g_string_truncate (routes->answer, 0);
  vb_metrics_append (routes->batteries, vb_http_server_timing (routes->server), vb_clock_now (),
                     routes->answer);
  vb_http_request_reply (request, 200, PROMETHEUS, routes->answer->str, routes->answer->len);
}

static void
get_page (VbHttpRequest *request, gpointer user_data)
{
  vb_page_reply (request);
}

static const VbHttpRoute table[] = {
  { "GET", "/", get_page, TRUE },
  { "GET", "/fields", get_fields, FALSE },
  { "GET", "/health", get_health, FALSE },
  { "GET", "/metrics", get_metrics, FALSE },
  { "GET", "/openapi.json", get_openapi, FALSE },
  { "GET", "/schema.json", get_schema, FALSE },
};

VbWebInfo *
vb_web_info_new (VbHttpServer *server, GPtrArray *batteries)
{
  VbWebInfo *routes = g_new0 (VbWebInfo, 1);

  routes->server = server;
  routes->batteries = g_ptr_array_ref (batteries);
  routes->answer = g_string_new (NULL);
  vb_http_server_add_routes (server, table, G_N_ELEMENTS (table), routes);

  return routes;
}

void
vb_web_info_free (VbWebInfo *routes)
{
  g_ptr_array_unref (routes->batteries);
  clear_unchanging (&routes->fields);
  clear_unchanging (&routes->schema);
  clear_unchanging (&routes->openapi);
  g_string_free (routes->answer, TRUE);
  g_free (routes);
}
