#include "battery-private.h"

void
vb_battery_add_listener (VbBattery *battery, const VbBatteryEvents *events, gpointer user_data)
{
  const VbListener listener = { .events = events, .user_data = user_data };

  g_return_if_fail (events != NULL);

  g_array_append_val (battery->listeners, listener);
}

void
vb_battery_remove_listener (VbBattery *battery, gpointer user_data)
{
  for (guint i = battery->listeners->len; i-- > 0;)
    if (g_array_index (battery->listeners, VbListener, i).user_data == user_data)
      g_array_remove_index (battery->listeners, i);
}

void
vb_battery_tell_change (VbBattery *battery, const VbChange *change)
{
  for (guint i = 0; battery->listeners != NULL && i < battery->listeners->len; i++) {
    const VbListener *listener = &g_array_index (battery->listeners, VbListener, i);

    if (listener->events->changed != NULL)
      listener->events->changed (battery, change, listener->user_data);
  }
}

void
vb_battery_tell_taken (VbBattery *battery, const VbVerdict *verdict)
{
  for (guint i = 0; battery->listeners != NULL && i < battery->listeners->len; i++) {
    const VbListener *listener = &g_array_index (battery->listeners, VbListener, i);

    if (listener->events->taken != NULL)
      listener->events->taken (battery, verdict, listener->user_data);
  }
}

void
vb_battery_tell_refused (VbBattery *battery)
{
  for (guint i = 0; i < battery->listeners->len; i++) {
    const VbListener *listener = &g_array_index (battery->listeners, VbListener, i);

    if (listener->events->refused != NULL)
      listener->events->refused (battery, listener->user_data);
  }
}

void
vb_battery_tell_written (VbBattery *battery, guint item)
{
  for (guint i = 0; i < battery->listeners->len; i++) {
    const VbListener *listener = &g_array_index (battery->listeners, VbListener, i);

    if (listener->events->written != NULL)
      listener->events->written (battery, item, listener->user_data);
  }
}
