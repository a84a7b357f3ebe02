#define G_LOG_DOMAIN "http"

#include "battery.h"

#include <string.h>

#include "base/clock.h"
#include "base/standstill.h"
#include "json/record.h"
#include "json/state.h"
#include "request-battery.h"

#define JSON "application/json"
#define PROBLEM "application/problem+json"

/* Everything that a push needs is kept for the next one. */
struct _VbWebBattery
{
  GPtrArray *batteries;
  gboolean logs_records; /* else even making the line would cost something */
  VbJsonRecord *reader;
  VbRecord *record;
  GString *taken; /* the body that the record was read from, where nothing was wrong with it */
  VbVerdict *verdict;
  GString *answer;
};

static void
reply (VbWebBattery *routes, VbHttpRequest *request, guint status, const char *content_type)
{
  /* For whoever reads it in a terminal. */
  g_string_append_c (routes->answer, '\n');
  vb_http_request_reply (request, status, content_type, routes->answer->str, routes->answer->len);
}

/* What lay in a socket while the process stood still, or was not there yet, is not fresh (design §5). */
static gboolean
refuse_waited (const VbBattery *battery, VbHttpRequest *request)
{
  const gint64 stood_still = vb_http_request_stood_still (request);
  g_autofree char *detail = NULL;

  if (stood_still <= vb_battery_config (battery)->live.freshness.warn_after)
    return FALSE;

  if (stood_still == VB_STANDSTILL_UNKNOWN)
    detail = g_strdup ("The daemon was not running; what waited meanwhile is not taken.");
  else
    detail
        = g_strdup_printf ("The daemon stood still for %.1f s; what waited meanwhile is not taken.",
                           (double)stood_still / G_USEC_PER_SEC);
  vb_http_request_add_header (request, "Retry-After", "1");
  vb_http_request_problem (request, 503, detail);

  return TRUE;
}

static guint
refusal_status (const GPtrArray *errors)
{
  for (guint i = 0; i < errors->len; i++)
    if (((const VbRecordError *)g_ptr_array_index (errors, i))->code == VB_FIELD_ERROR_REPLAYED)
      return 409;

  return 422;
}

/* One sentence for all errors: how many of the record's fields are wrong. */
static char *
refusal_detail (const VbRecord *record)
{
  guint wrong = 0, missing = 0, fields = record->entries->len + record->ignored->len;

  for (guint i = 0; i < record->errors->len; i++) {
    const VbRecordError *error = g_ptr_array_index (record->errors, i);

    if (error->field == NULL)
      return g_strdup_printf ("Nothing was changed: %s.", error->detail);

    if (error->code == VB_FIELD_ERROR_MISSING)
      missing++;
    else
      wrong++;
    if (error->code == VB_FIELD_ERROR_UNKNOWN || error->code == VB_FIELD_ERROR_DUPLICATE)
      fields++;
  }

  if (wrong == 0)
    return g_strdup_printf ("%u required %s missing; nothing was changed.", missing,
                            missing == 1 ? "field is" : "fields are");

  return g_strdup_printf ("%u of %u fields %s wrong; nothing was changed.", wrong,
                          MAX (fields, wrong), wrong == 1 ? "is" : "are");
}

/* @counted: the refusal is the source's; a check leaves no trace. */
static void
refuse (VbWebBattery *routes,
        VbBattery *battery,
        VbHttpRequest *request,
        guint status,
        const char *detail,
        gboolean counted)
{
  g_autoptr (GPtrArray) errors = vb_record_steal_errors (routes->record);

  g_string_truncate (routes->taken, 0);
  vb_json_state_refusal (status, detail, errors, routes->answer);
  g_debug ("%s: refused with %u: %s", vb_battery_config (battery)->fixed.name, status, detail);
  if (counted)
    vb_battery_refuse (battery, vb_http_request_source (request), status, g_steal_pointer (&errors),
                       vb_clock_now ());

  reply (routes, request, status, PROBLEM);
}

/* Whether the record is what @body says. */
static gboolean
is_read (const VbWebBattery *routes, const char *body, gsize length)
{
  return length > 0 && length == routes->taken->len
         && memcmp (body, routes->taken->str, length) == 0;
}

/* Reads the body into the record; answers with 411 where there can be none, with 400 where it is not
   JSON. */
static gboolean
read_record (VbWebBattery *routes, VbBattery *battery, VbHttpRequest *request, gboolean counted)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *detail = NULL;
  gsize length;
  const char *body = vb_http_request_body (request, &length);

  if (!vb_http_request_has_length (request)) {
    vb_http_request_problem (request, 411, "The request has no Content-Length.");
    return FALSE;
  }
  if (is_read (routes, body, length))
    return TRUE;

  g_string_truncate (routes->taken, 0);
  if (vb_json_record_read (routes->reader, body, length, routes->record, &error))
    return TRUE;

  detail = g_strdup_printf ("Not JSON; nothing was changed: %s.", error->message);
  vb_record_add_error (routes->record, NULL, NULL, VB_FIELD_ERROR_TYPE, "not JSON, %s",
                       error->message);
  refuse (routes, battery, request, 400, detail, counted);

  return FALSE;
}

static void
answer_verdict (VbWebBattery *routes, VbBattery *battery, VbHttpRequest *request)
{
  const gboolean in_force
      = routes->verdict->state == VB_STATE_LIVE && vb_battery_presence (battery)->on_bus;
  gsize length;
  const char *body = vb_http_request_body (request, &length);

  if (routes->logs_records)
    g_debug ("%s: record from %s: %u accepted, %u changed, %s",
             vb_battery_config (battery)->fixed.name, vb_http_request_source (request),
             routes->verdict->accepted, routes->verdict->changed,
             vb_state_name (routes->verdict->state));
  /* What was taken with errors has been changed, for this battery alone. */
  if (routes->record->errors->len > 0)
    g_string_truncate (routes->taken, 0);
  else if (routes->taken->len == 0)
    g_string_append_len (routes->taken, body, (gssize)length);
  vb_json_state_verdict (battery, routes->verdict, routes->record, routes->answer);
  reply (routes, request, in_force ? 200 : 202, JSON);
}

static void
refuse_record (VbWebBattery *routes, VbBattery *battery, VbHttpRequest *request, gboolean counted)
{
  const guint status = refusal_status (routes->record->errors);
  g_autofree char *detail = refusal_detail (routes->record);

  refuse (routes, battery, request, status, detail, counted);
}

static void
push_record (VbHttpRequest *request, VbWebBattery *routes, VbApplyMode mode)
{
  VbBattery *battery = vb_request_battery (request, routes->batteries);
  const char *source = vb_http_request_source (request);

  g_string_truncate (routes->answer, 0);
  if (battery == NULL || refuse_waited (battery, request)
      || !read_record (routes, battery, request, TRUE))
    return;

  if (vb_battery_apply (battery, routes->record, mode, source, vb_clock_now (), routes->verdict))
    answer_verdict (routes, battery, request);
  else
    refuse_record (routes, battery, request, TRUE);
}

static void
post_battery (VbHttpRequest *request, gpointer user_data)
{
  push_record (request, user_data, VB_APPLY_MERGE);
}

static void
put_battery (VbHttpRequest *request, gpointer user_data)
{
  push_record (request, user_data, VB_APPLY_REPLACE);
}

static void
check_battery (VbHttpRequest *request, gpointer user_data)
{
  VbWebBattery *routes = user_data;
  VbBattery *battery = vb_request_battery (request, routes->batteries);

  g_string_truncate (routes->answer, 0);
  if (battery == NULL || refuse_waited (battery, request)
      || !read_record (routes, battery, request, FALSE))
    return;

  if (vb_battery_check (battery, routes->record, vb_clock_now (), routes->verdict))
    answer_verdict (routes, battery, request);
  else
    refuse_record (routes, battery, request, FALSE);
}

static void
delete_battery (VbHttpRequest *request, gpointer user_data)
{
  const VbWebBattery *routes = user_data;
  VbBattery *battery = vb_request_battery (request, routes->batteries);

  if (battery == NULL || refuse_waited (battery, request))
    return;

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
  { "POST", "/battery", post_battery },
  { "PUT", "/battery", put_battery },
  { "GET", "/battery", get_battery },
  { "DELETE", "/battery", delete_battery },
  { "POST", "/battery/check", check_battery },
  { "POST", "/battery/*", post_battery },
  { "PUT", "/battery/*", put_battery },
  { "GET", "/battery/*", get_battery },
  { "DELETE", "/battery/*", delete_battery },
  { "POST", "/battery/*/check", check_battery },
  { "GET", "/batteries", get_batteries },
  { "POST", "/battery/history/clear", clear_history },
  { "POST", "/battery/*/history/clear", clear_history },
};

VbWebBattery *
vb_web_battery_new (VbHttpServer *server, GPtrArray *batteries)
{
  VbWebBattery *routes = g_new0 (VbWebBattery, 1);

  routes->batteries = g_ptr_array_ref (batteries);
  routes->logs_records = g_getenv ("G_MESSAGES_DEBUG") != NULL;
  routes->reader = vb_json_record_new ();
  routes->record = vb_record_new ();
  routes->taken = g_string_new (NULL);
  routes->verdict = vb_verdict_new ();
  routes->answer = g_string_new (NULL);
  vb_http_server_add_routes (server, table, G_N_ELEMENTS (table), routes);

  return routes;
}

void
vb_web_battery_free (VbWebBattery *routes)
{
  g_ptr_array_unref (routes->batteries);
  vb_json_record_free (routes->reader);
  vb_record_free (routes->record);
  g_string_free (routes->taken, TRUE);
  vb_verdict_free (routes->verdict);
  g_string_free (routes->answer, TRUE);
  g_free (routes);
}
