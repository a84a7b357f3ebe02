#include "listeners.h"

void
vb_listeners_init (VbListeners *listeners)
{
  listeners->listeners = g_array_new (FALSE, FALSE, sizeof (VbListener));
}

void
vb_listeners_clear (VbListeners *listeners)
{
  g_array_unref (listeners->listeners);
}

void
vb_listeners_add (VbListeners *listeners, const VbBatteryEvents *events, gpointer user_data)
{
  const VbListener listener = { .events = events, .user_data = user_data };

  g_return_if_fail (events != NULL);

  g_array_append_val (listeners->listeners, listener);
}

void
vb_listeners_remove (VbListeners *listeners, gpointer user_data)
{
  for (guint i = listeners->listeners->len; i-- > 0;)
    if (g_array_index (listeners->listeners, VbListener, i).user_data == user_data)
      g_array_remove_index (listeners->listeners, i);
}
