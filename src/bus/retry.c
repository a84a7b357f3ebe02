#define G_LOG_DOMAIN "bus"

#include "retry.h"

#define SECONDS_MAX 10

static gboolean
on_time (gpointer user_data)
{
  VbBusRetry *retry = user_data;

  retry->source = 0;
  retry->again (retry->user_data);

  return G_SOURCE_REMOVE;
}

void
vb_bus_retry_later (VbBusRetry *retry, const char *reason)
{
  guint seconds;

  g_return_if_fail (retry->source == 0);

  retry->n_failed++;
  seconds = MIN (retry->n_failed, SECONDS_MAX);
  g_message ("%s; asking again in %u s", reason, seconds);
  retry->source = g_timeout_add_seconds (seconds, on_time, retry);
}

void
vb_bus_retry_stop (VbBusRetry *retry)
{
  g_clear_handle_id (&retry->source, g_source_remove);
  retry->n_failed = 0;
}
