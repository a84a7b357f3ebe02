#define G_LOG_DOMAIN "system"

#include "system-wait.h"

#include "system-items.h"

struct _VbSystemWait
{
  VbSystemWaitDone done;
  gpointer user_data;
  guint name_watch;
  guint time_over; /* source */
};

static void
end (VbSystemWait *wait)
{
  g_clear_handle_id (&wait->name_watch, g_bus_unwatch_name);
  g_clear_handle_id (&wait->time_over, g_source_remove);
}

static void
on_appeared (GDBusConnection *connection, const char *name, const char *owner, gpointer user_data)
{
  VbSystemWait *wait = user_data;

  end (wait);
  wait->done (wait->user_data);
}

static gboolean
on_time_over (gpointer user_data)
{
  VbSystemWait *wait = user_data;

  g_message (VB_SYSTEM_SERVICE " has not come; not waiting any longer");
  wait->time_over = 0;
  end (wait);
  wait->done (wait->user_data);

  return G_SOURCE_REMOVE;
}

VbSystemWait *
vb_system_wait_new (GDBusConnection *connection,
                    guint seconds,
                    VbSystemWaitDone done,
                    gpointer user_data)
{
  VbSystemWait *wait = g_new0 (VbSystemWait, 1);

  wait->done = done;
  wait->user_data = user_data;
  wait->name_watch = g_bus_watch_name_on_connection (
      connection, VB_SYSTEM_SERVICE, G_BUS_NAME_WATCHER_FLAGS_NONE, on_appeared, NULL, wait, NULL);
  wait->time_over = g_timeout_add_seconds (seconds, on_time_over, wait);

  return wait;
}

void
vb_system_wait_free (VbSystemWait *wait)
{
  end (wait);
  g_free (wait);
}
