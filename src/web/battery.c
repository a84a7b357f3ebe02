#define G_LOG_DOMAIN "http"

#include "battery.h"

#include "base/clock.h"
#include "json/intake.h"
#include "json/part.h"
#include "json/state.h"
#include "request-battery.h"

#define JSON "application/json"
#define PROBLEM "application/problem+json"

/* Everything that a push needs is kept for the next one. */
struct _VbWebBattery
{
  GPtrArray *batteries;
  gboolean logs_records; /* else even making the line would cost something */
  VbIntake *intake;
  GString *answer;
};

static void
reply (VbWebBattery *routes, VbHttpRequest *request, guint status, const char *content_type)
{
  /* For whoever reads it in a terminal. */
  g_string_append_c (routes->answer, '\n');
  vb_http_request_reply (request, status, content_type, routes->answer->str, routes->answer->len);
}

static void
answer_verdict (VbWebBattery *routes,
                const VbBattery *battery,
                VbHttpRequest *request,
                VbOutcome outcome)
{
  const VbVerdict *verdict = vb_intake_verdict (routes->intake);

  if (routes->logs_records)
    g_debug ("%s: record from %s: %u accepted, %u changed, %s",
             vb_battery_config (battery)->fixed.name, vb_http_request_source (request),
             verdict->accepted, verdict->changed, vb_state_name (verdict->state));
  vb_json_state_verdict (battery, verdict, vb_intake_record (routes->intake), routes->answer);
  reply (routes, request, vb_intake_status (outcome), JSON);
}

/* Where the records of @battery, which has parts, have to go. */
static GString *
describe_addresses (const VbBattery *battery)
{
  const char *name = vb_battery_config (battery)->fixed.name;
  const gboolean is_default = g_str_equal (name, VB_DEFAULT_BATTERY);
  const VbParts *parts = vb_battery_parts (battery);
  GString *detail = g_string_new ("This battery has parts; each has an address of its own:");

  for (guint i = 0; i < vb_parts_n (parts); i++)
    g_string_append_printf (detail, "%s /battery%s%s/part/%s", i > 0 ? "," : "",
                            is_default ? "" : "/", is_default ? "" : name,
                            vb_parts_get (parts, i)->own->name);
  g_string_append_c (detail, '.');

  return detail;
}

static void
answer_refusal (VbWebBattery *routes,
                const VbBattery *battery,
                VbState state,
                VbHttpRequest *request,
                VbOutcome outcome)
{
  const guint status = vb_intake_status (outcome);
  g_autoptr (GString) addresses = outcome == VB_OUTCOME_PARTS ? describe_addresses (battery) : NULL;
  const char *detail = addresses != NULL ? addresses->str : vb_intake_detail (routes->intake);

  g_debug ("%s: refused with %u: %s", vb_battery_config (battery)->fixed.name, status, detail);
  vb_json_state_refusal (status, state, detail, vb_intake_errors (routes->intake),
                         vb_intake_n_more (routes->intake),
                         vb_intake_verdict (routes->intake)->safer, routes->answer);
  reply (routes, request, status, PROBLEM);
}

static void
answer_waited (const VbWebBattery *routes, VbHttpRequest *request)
{
  vb_http_request_add_header (request, "Retry-After", "1");
  vb_http_request_problem (request, vb_intake_status (VB_OUTCOME_WAITED),
                           vb_intake_detail (routes->intake));
}

/* @part: its number where the record is of a part; -1: it is not */
static void
push_to (
    VbHttpRequest *request, VbWebBattery *routes, VbBattery *battery, int part, VbDelivery delivery)
{
  VbOutcome outcome;
  const char *body;
  gsize length;

  delivery.source = vb_http_request_source (request);
  delivery.stood_still = vb_http_request_stood_still (request);
  delivery.now = vb_clock_now ();
  delivery.of_part = part >= 0;
  delivery.part = delivery.of_part ? (guint)part : 0;

  if (!vb_http_request_has_length (request)
      && !vb_intake_has_waited (routes->intake, battery, delivery.stood_still)) {
    /* What comes behind it may be a body. */
    vb_http_request_add_header (request, "Connection", "close");
    vb_http_request_problem (request, 411, "The request has no Content-Length.");
    return;
  }

  g_string_truncate (routes->answer, 0);
  body = vb_http_request_body (request, &length);
  outcome = vb_intake_read (routes->intake, battery, &delivery, body, length);
  if (outcome == VB_OUTCOME_WAITED)
    answer_waited (routes, request);
  else if (vb_intake_is_taken (outcome)) {
    if (!delivery.check)
      vb_http_request_set_posted (request);
    answer_verdict (routes, battery, request, outcome);
  } else
    answer_refusal (routes, battery,
                    part >= 0 ? vb_parts_get (vb_battery_parts (battery), (guint)part)->heard.state
                              : vb_battery_state (battery),
                    request, outcome);
}

static void
push_record (VbHttpRequest *request, VbWebBattery *routes, VbApplyMode mode, gboolean check)
{
  VbBattery *battery = vb_request_battery (request, routes->batteries);

  if (battery != NULL)
    push_to (request, routes, battery, -1, (VbDelivery){ .mode = mode, .check = check });
}

static void
push_part (VbHttpRequest *request, VbWebBattery *routes, VbApplyMode mode, gboolean check)
{
  guint part;
  VbBattery *battery = vb_request_battery_part (request, routes->batteries, &part);

  if (battery != NULL)
    push_to (request, routes, battery, (int)part, (VbDelivery){ .mode = mode, .check = check });
}

static void
post_battery (VbHttpRequest *request, gpointer user_data)
{
  push_record (request, user_data, VB_APPLY_MERGE, FALSE);
}

static void
put_battery (VbHttpRequest *request, gpointer user_data)
{
  push_record (request, user_data, VB_APPLY_REPLACE, FALSE);
}

static void
check_battery (VbHttpRequest *request, gpointer user_data)
{
  push_record (request, user_data, VB_APPLY_MERGE, TRUE);
}

static void
delete_battery (VbHttpRequest *request, gpointer user_data)
{
  const VbWebBattery *routes = user_data;
  VbBattery *battery = vb_request_battery (request, routes->batteries);

  if (battery == NULL)
    return;
  if (vb_intake_has_waited (routes->intake, battery, vb_http_request_stood_still (request))) {
    answer_waited (routes, request);
    return;
  }

  vb_battery_delete (battery, vb_clock_now ());
  vb_http_request_reply (request, 204, NULL, "", 0);
}

static void
get_battery (VbHttpRequest *request, gpointer user_data)
{
  VbWebBattery *routes = user_data;
  VbBattery *battery = vb_request_battery (request, routes->batteries);

  if (battery == NULL)
    return;

  g_string_truncate (routes->answer, 0);
  vb_json_state_battery (battery, vb_clock_now (), routes->answer);
  reply (routes, request, 200, JSON);
}

static void
post_part (VbHttpRequest *request, gpointer user_data)
{
  push_part (request, user_data, VB_APPLY_MERGE, FALSE);
}

static void
put_part (VbHttpRequest *request, gpointer user_data)
{
  push_part (request, user_data, VB_APPLY_REPLACE, FALSE);
}

static void
check_part (VbHttpRequest *request, gpointer user_data)
{
  push_part (request, user_data, VB_APPLY_MERGE, TRUE);
}

static void
delete_part (VbHttpRequest *request, gpointer user_data)
{
  const VbWebBattery *routes = user_data;
  guint part;
  VbBattery *battery = vb_request_battery_part (request, routes->batteries, &part);

  if (battery == NULL)
    return;
  if (vb_intake_has_waited (routes->intake, battery, vb_http_request_stood_still (request))) {
    answer_waited (routes, request);
    return;
  }

  vb_battery_delete_part (battery, part, vb_clock_now ());
  vb_http_request_reply (request, 204, NULL, "", 0);
}

static void
get_part (VbHttpRequest *request, gpointer user_data)
{
  VbWebBattery *routes = user_data;
  guint part;
  const VbBattery *battery = vb_request_battery_part (request, routes->batteries, &part);

  if (battery == NULL)
    return;

  g_string_truncate (routes->answer, 0);
  vb_json_part (battery, part, vb_clock_now (), routes->answer);
  reply (routes, request, 200, JSON);
}

static void
get_batteries (VbHttpRequest *request, gpointer user_data)
{
  VbWebBattery *routes = user_data;

  g_string_truncate (routes->answer, 0);
  vb_json_state_batteries (routes->batteries, routes->answer);
  reply (routes, request, 200, JSON);
}

static void
clear_history (VbHttpRequest *request, gpointer user_data)
{
  const VbWebBattery *routes = user_data;
  VbBattery *battery = vb_request_battery (request, routes->batteries);

  if (battery == NULL)
    return;

  if (vb_battery_clear_history (battery, vb_clock_now ()))
    vb_http_request_reply (request, 204, NULL, "", 0);
  else
    vb_http_request_problem (request, 409, "This battery counts nothing: history=false.");
}

static const VbHttpRoute table[] = {
  { "POST", "/battery", post_battery, FALSE },
  { "PUT", "/battery", put_battery, FALSE },
  { "GET", "/battery", get_battery, FALSE },
  { "DELETE", "/battery", delete_battery, FALSE },
  { "POST", "/battery/check", check_battery, FALSE },
  { "POST", "/battery/part/*", post_part, FALSE },
  { "PUT", "/battery/part/*", put_part, FALSE },
  { "GET", "/battery/part/*", get_part, FALSE },
  { "DELETE", "/battery/part/*", delete_part, FALSE },
  { "POST", "/battery/part/*/check", check_part, FALSE },
  { "POST", "/battery/*/part/*", post_part, FALSE },
  { "PUT", "/battery/*/part/*", put_part, FALSE },
  { "GET", "/battery/*/part/*", get_part, FALSE },
  { "DELETE", "/battery/*/part/*", delete_part, FALSE },
  { "POST", "/battery/*/part/*/check", check_part, FALSE },
  { "POST", "/battery/*", post_battery, FALSE },
  { "PUT", "/battery/*", put_battery, FALSE },
  { "GET", "/battery/*", get_battery, FALSE },
  { "DELETE", "/battery/*", delete_battery, FALSE },
  { "POST", "/battery/*/check", check_battery, FALSE },
  { "GET", "/batteries", get_batteries, FALSE },
  { "POST", "/battery/history/clear", clear_history, FALSE },
  { "POST", "/battery/*/history/clear", clear_history, FALSE },
};

VbWebBattery *
vb_web_battery_new (VbHttpServer *server, GPtrArray *batteries)
{
  VbWebBattery *routes = g_new0 (VbWebBattery, 1);

  routes->batteries = g_ptr_array_ref (batteries);
  routes->logs_records = g_getenv ("G_MESSAGES_DEBUG") != NULL;
  routes->intake = vb_intake_new ();
  routes->answer = g_string_new (NULL);
  vb_http_server_add_routes (server, table, G_N_ELEMENTS (table), routes);

  return routes;
}

void
vb_web_battery_free (VbWebBattery *routes)
{
  g_ptr_array_unref (routes->batteries);
  vb_intake_free (routes->intake);
  g_string_free (routes->answer, TRUE);
  g_free (routes);
}
