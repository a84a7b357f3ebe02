#include "request-battery.h"

VbBattery *
vb_request_battery (VbHttpRequest *request, const GPtrArray *batteries)
{
  const char *wildcard = vb_http_request_wildcard (request);
  const char *name = wildcard != NULL ? wildcard : VB_DEFAULT_BATTERY;
  VbBattery *battery = vb_battery_find (batteries, name);
  g_autofree char *shown = NULL;
  g_autofree char *detail = NULL;

  if (battery != NULL)
    return battery;

  /* A path need not be UTF-8, an answer in JSON is. */
  shown = g_utf8_make_valid (name, -1);
  detail = g_strdup_printf ("There is no battery %s.", shown);
  vb_http_request_problem (request, 404, detail);

  return NULL;
}
