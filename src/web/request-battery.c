#include "request-battery.h"

#include <string.h>

/* @what: there is no such thing as @name */
static void
refuse (VbHttpRequest *request, const char *what, const char *name)
{
  /* A path need not be UTF-8, an answer in JSON is. */
  g_autofree char *shown = g_utf8_make_valid (name, -1);
  g_autofree char *detail = g_strdup_printf ("%s %s.", what, shown);

  vb_http_request_problem (request, 404, detail);
}

static VbBattery *
find (VbHttpRequest *request, const GPtrArray *batteries, const char *name)
{
  VbBattery *battery = vb_battery_find (batteries, name);

  if (battery == NULL)
    refuse (request, "There is no battery", name);

  return battery;
}

VbBattery *
vb_request_battery (VbHttpRequest *request, const GPtrArray *batteries)
{
  const char *wildcard = vb_http_request_wildcard (request);

  return find (request, batteries, wildcard != NULL ? wildcard : VB_DEFAULT_BATTERY);
}

VbBattery *
vb_request_battery_part (VbHttpRequest *request, const GPtrArray *batteries, guint *part)
{
  const char *wildcard = vb_http_request_wildcard (request);
  const char *slash = strchr (wildcard, '/');
  g_autofree char *name = slash != NULL ? g_strndup (wildcard, (gsize)(slash - wildcard))
                                        : g_strdup (VB_DEFAULT_BATTERY);
  VbBattery *battery = find (request, batteries, name);

  if (battery == NULL || vb_battery_find_part (battery, slash != NULL ? slash + 1 : wildcard, part))
    return battery;

  refuse (request, "The battery has no part", slash != NULL ? slash + 1 : wildcard);

  return NULL;
}
