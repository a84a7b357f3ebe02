#include "recent.h"

#include "base/clock.h"
#include "recent-records.h"
#include "recent-values.h"
#include "request-battery.h"

#define JSON "application/json"

typedef struct
{
  VbBattery *battery;
  VbRecentRecords *records;
  VbRecentValues *values;
} Recent;

struct _VbWebRecent
{
  GPtrArray *batteries;
  Recent *recent; /* of each battery */
  GString *answer;
};

static void
on_taken (VbBattery *battery, const VbVerdict *verdict, gpointer user_data)
{
  Recent *recent = user_data;

  vb_recent_records_add_taken (recent->records, battery, verdict);
  vb_recent_values_add (recent->values, battery, vb_battery_source (battery)->last);
}

static void
on_refused (VbBattery *battery, gpointer user_data)
{
  Recent *recent = user_data;

  vb_recent_records_add_refused (recent->records, battery);
}

static const VbBatteryEvents events = { .taken = on_taken, .refused = on_refused };

static const Recent *
recent_of (const VbWebRecent *routes, const VbBattery *battery)
{
  const Recent *recent = routes->recent;

  while (recent->battery != battery)
    recent++;

  return recent;
}

static void
get_recent (VbHttpRequest *request, gpointer user_data)
{
  VbWebRecent *routes = user_data;
  const VbBattery *battery = vb_request_battery (request, routes->batteries);
  const gint64 now = vb_clock_now ();
  const Recent *recent;
  VbJsonWriter json;

  if (battery == NULL)
    return;

  recent = recent_of (routes, battery);
  g_string_truncate (routes->answer, 0);
  vb_json_writer_init (&json, routes->answer);
  vb_json_begin_object (&json);
  vb_json_member_string (&json, "battery", vb_battery_config (battery)->fixed.name);
  vb_json_name (&json, "records");
  vb_recent_records_write (recent->records, &json);
  vb_json_name (&json, "values");
  vb_recent_values_write (recent->values, &json, now);
  vb_json_end_object (&json);
  g_string_append_c (routes->answer, '\n');
  vb_http_request_reply (request, 200, JSON, routes->answer->str, routes->answer->len);
}

/* Without a name it would take the name of a battery that is called recent. */
static const VbHttpRoute table[] = {
  { "GET", "/battery/*/recent", get_recent, FALSE },
};

VbWebRecent *
vb_web_recent_new (VbHttpServer *server, GPtrArray *batteries)
{
  VbWebRecent *routes = g_new0 (VbWebRecent, 1);

  routes->batteries = g_ptr_array_ref (batteries);
  routes->answer = g_string_new (NULL);
  routes->recent = g_new0 (Recent, batteries->len);
  for (guint i = 0; i < batteries->len; i++) {
    Recent *recent = &routes->recent[i];

    recent->battery = g_ptr_array_index (batteries, i);
    recent->records = vb_recent_records_new ();
    recent->values = vb_recent_values_new ();
    vb_battery_add_listener (recent->battery, &events, recent);
  }
  vb_http_server_add_routes (server, table, G_N_ELEMENTS (table), routes);

  return routes;
}

void
vb_web_recent_free (VbWebRecent *routes)
{
  for (guint i = 0; i < routes->batteries->len; i++) {
    Recent *recent = &routes->recent[i];

    vb_battery_remove_listener (recent->battery, recent);
    vb_recent_records_free (recent->records);
    vb_recent_values_free (recent->values);
  }
  g_free (routes->recent);
  g_ptr_array_unref (routes->batteries);
  g_string_free (routes->answer, TRUE);
  g_free (routes);
}
