#include "commissioning.h"

#include "base/clock.h"
#include "json/writer.h"
#include "request-battery.h"

#define JSON "application/json"

struct _VbWebCommissioning
{
  GPtrArray *batteries;
  VbAccess access;
  GString *answer;
};

static void
member_counts (VbJsonWriter *json, const GPtrArray *list)
{
  static const VbCheck counted[] = { VB_CHECK_GREEN, VB_CHECK_RED, VB_CHECK_UNKNOWN };
  guint n[VB_N_CHECKS] = { 0 };

  for (guint i = 0; i < list->len; i++)
    n[((const VbCommissioned *)g_ptr_array_index (list, i))->check]++;
  for (guint i = 0; i < G_N_ELEMENTS (counted); i++)
    vb_json_member_integer (json, vb_commissioning_word (counted[i]), n[counted[i]]);
}

static void
write_line (VbJsonWriter *json, const VbCommissioned *line)
{
  vb_json_begin_object (json);
  vb_json_member_string (json, "key", line->key);
  vb_json_member_string (json, "title", line->title);
  vb_json_member_string (json, "status", vb_commissioning_word (line->check));
  vb_json_member_string (json, "text", line->text);
  vb_json_end_object (json);
}

static void
write_list (VbJsonWriter *json, const char *name, const GPtrArray *list)
{
  vb_json_begin_object (json);
  vb_json_member_string (json, "battery", name);
  member_counts (json, list);
  vb_json_name (json, "checks");
  vb_json_begin_array (json);
  for (guint i = 0; i < list->len; i++)
    write_line (json, g_ptr_array_index (list, i));
  vb_json_end_array (json);
  vb_json_end_object (json);
}

static void
get_commissioning (VbHttpRequest *request, gpointer user_data)
{
  VbWebCommissioning *routes = user_data;
  VbBattery *battery = vb_request_battery (request, routes->batteries);
  const gint64 now = vb_clock_now ();
  g_auto (VbCommissioningFacts) facts = { 0 };
  g_autoptr (GPtrArray) list = NULL;
  VbJsonWriter json;

  if (battery == NULL)
    return;

  vb_battery_tick (battery, now);
  vb_commissioning_facts_gather (&facts, battery, routes->access, now);
  list = vb_commissioning_judge (&facts);
  g_string_truncate (routes->answer, 0);
  vb_json_writer_init (&json, routes->answer);
  write_list (&json, facts.config->fixed.name, list);
  g_string_append_c (routes->answer, '\n');
  vb_http_request_reply (request, 200, JSON, routes->answer->str, routes->answer->len);
}

/* Without a name it would take the name of a battery that is called commissioning. */
static const VbHttpRoute table[] = {
  { "GET", "/battery/*/commissioning", get_commissioning, FALSE },
};

VbWebCommissioning *
vb_web_commissioning_new (VbHttpServer *server, GPtrArray *batteries, VbAccess access)
{
  VbWebCommissioning *routes = g_new0 (VbWebCommissioning, 1);

  routes->batteries = g_ptr_array_ref (batteries);
  routes->access = access;
  routes->answer = g_string_new (NULL);
  vb_http_server_add_routes (server, table, G_N_ELEMENTS (table), routes);

  return routes;
}

void
vb_web_commissioning_free (VbWebCommissioning *routes)
{
  g_ptr_array_unref (routes->batteries);
  g_string_free (routes->answer, TRUE);
  g_free (routes);
}
