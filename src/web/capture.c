#include "capture.h"

#include "base/clock.h"

#define JSON_LINES "application/jsonl; charset=utf-8"
#define NAME "attachment; filename=\"virtual-battery-%Y%m%d-%H%M%S.jsonl\""

struct _VbWebCapture
{
  VbWebCaptureWrite write;
  gpointer user_data;
  gboolean busy; /* somebody has it, and has not read it to its end */
};

/* A capture on its way. */
typedef struct
{
  VbWebCapture *routes;
  GString *text;
} Sent;

static void
sent_free (gpointer data)
{
  Sent *sent = data;

  sent->routes->busy = FALSE;
  g_string_free (sent->text, TRUE);
  g_free (sent);
}

static void
add_headers (VbHttpRequest *request, gint64 back)
{
  g_autoptr (GDateTime) today = g_date_time_new_now_local ();
  g_autofree char *name = g_date_time_format (today, NAME);
  g_autofree char *seconds = g_strdup_printf ("%" G_GINT64_FORMAT, back / G_USEC_PER_SEC);

  vb_http_request_add_header (request, "Content-Disposition", name);
  vb_http_request_add_header (request, "Capture-Seconds", seconds);
}

static void
post_capture (VbHttpRequest *request, gpointer user_data)
{
  VbWebCapture *routes = user_data;
  g_autoptr (GBytes) body = NULL;
  Sent *sent;

  if (routes->busy) {
    vb_http_request_add_header (request, "Retry-After", "5");
    vb_http_request_problem (request, 503, "Somebody else is being sent the capture.");
    return;
  }

  sent = g_new (Sent, 1);
  sent->routes = routes;
  sent->text = g_string_new (NULL);
  routes->busy = TRUE;
  add_headers (request, routes->write (routes->user_data, vb_clock_now (), sent->text));
  body = g_bytes_new_with_free_func (sent->text->str, sent->text->len, sent_free, sent);
  vb_http_request_reply_bytes (request, JSON_LINES, body);
}

static const VbHttpRoute table[] = {
  { "POST", "/capture", post_capture, FALSE },
};

VbWebCapture *
vb_web_capture_new (VbHttpServer *server, VbWebCaptureWrite write, gpointer user_data)
{
  VbWebCapture *routes = g_new0 (VbWebCapture, 1);

  routes->write = write;
  routes->user_data = user_data;
  vb_http_server_add_routes (server, table, G_N_ELEMENTS (table), routes);

  return routes;
}

void
vb_web_capture_free (VbWebCapture *routes)
{
  g_free (routes);
}
