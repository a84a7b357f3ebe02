#include "info-routes.h"

#include "json-writer.h"
#include "state-json.h"

#define JSON "application/json"

struct _VbInfoRoutes
{
  GPtrArray *batteries;
  GString *fields; /* the table does not change: written once */
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
  const VbField *before = NULL;
  VbJsonWriter json;

  vb_json_writer_init (&json, text);
  vb_json_begin_array (&json);
  for (guint i = 0; i < vb_n_items (); i++) {
    const VbItem *item = vb_item (i);

    if (item->field != before && item->field->group != VB_GROUP_IDENTITY)
      write_field (&json, item);
    before = item->field;
  }
  vb_json_end_array (&json);
}

static void
get_fields (VbHttpRequest *request, gpointer user_data)
{
  VbInfoRoutes *routes = user_data;

  if (routes->fields->len == 0)
    write_fields (routes->fields);

  vb_http_request_reply (request, 200, JSON, routes->fields->str, routes->fields->len);
}

static void
get_health (VbHttpRequest *request, gpointer user_data)
{
  VbInfoRoutes *routes = user_data;
  gboolean healthy;

  g_string_truncate (routes->answer, 0);
  healthy = vb_state_json_health (routes->batteries, routes->answer);
  vb_http_request_reply (request, healthy ? 200 : 503, JSON, routes->answer->str,
                         routes->answer->len);
}

static const VbHttpRoute table[] = {
  { "GET", "/fields", get_fields },
  { "GET", "/health", get_health },
};

VbInfoRoutes *
vb_info_routes_new (VbHttpServer *server, GPtrArray *batteries)
{
  VbInfoRoutes *routes = g_new0 (VbInfoRoutes, 1);

  routes->batteries = g_ptr_array_ref (batteries);
  routes->fields = g_string_new (NULL);
  routes->answer = g_string_new (NULL);
  vb_http_server_add_routes (server, table, G_N_ELEMENTS (table), routes);

  return routes;
}

void
vb_info_routes_free (VbInfoRoutes *routes)
{
  g_ptr_array_unref (routes->batteries);
  g_string_free (routes->fields, TRUE);
  g_string_free (routes->answer, TRUE);
  g_free (routes);
}
