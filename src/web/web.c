#include "web.h"

#include "battery.h"
#include "events.h"
#include "info.h"
#include "recent.h"

struct _VbWeb
{
  GPtrArray *batteries;
  VbWebBattery *battery;
  VbWebInfo *info;
  VbWebRecent *recent;
  VbWebEvents *events;
};

VbWeb *
vb_web_new (VbHttpServer *server, GPtrArray *batteries)
{
  VbWeb *web = g_new0 (VbWeb, 1);

  web->batteries = g_ptr_array_ref (batteries);
  web->battery = vb_web_battery_new (server, batteries);
  web->info = vb_web_info_new (server, batteries);
  web->recent = vb_web_recent_new (server, batteries);
  web->events = vb_web_events_new (server, batteries);

  return web;
}

void
vb_web_free (VbWeb *web)
{
  vb_web_battery_free (web->battery);
  vb_web_info_free (web->info);
  vb_web_recent_free (web->recent);
  vb_web_events_free (web->events);
  g_ptr_array_unref (web->batteries);
  g_free (web);
}
