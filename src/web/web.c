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
  VbWebCapture *capture;
  VbWebCommissioning *commissioning;
};

VbWeb *
vb_web_new (VbHttpServer *server,
            GPtrArray *batteries,
            VbAccess access,
            VbWebCaptureWrite write,
            gpointer user_data)
{
  VbWeb *web = g_new0 (VbWeb, 1);

  web->batteries = g_ptr_array_ref (batteries);
  web->battery = vb_web_battery_new (server, batteries);
  web->info = vb_web_info_new (server, batteries);
  web->recent = vb_web_recent_new (server, batteries);
  web->events = vb_web_events_new (server, batteries);
  web->capture = vb_web_capture_new (server, write, user_data);
  web->commissioning = vb_web_commissioning_new (server, batteries, access);

  return web;
}

void
vb_web_free (VbWeb *web)
{
  vb_web_battery_free (web->battery);
  vb_web_info_free (web->info);
  vb_web_recent_free (web->recent);
  vb_web_events_free (web->events);
  vb_web_capture_free (web->capture);
  vb_web_commissioning_free (web->commissioning);
  g_ptr_array_unref (web->batteries);
  g_free (web);
}
