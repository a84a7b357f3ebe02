#include "timing.h"

static const gint64 limits[VB_HTTP_TIMING_BUCKETS]
    = { 50, 100, 250, 500, 1000, 2500, 5000, 10000, 100000, 1000000, 10000000 };

gint64
vb_http_timing_limit (guint bucket)
{
  g_return_val_if_fail (bucket < VB_HTTP_TIMING_BUCKETS, 0);

  return limits[bucket];
}

void
vb_http_timing_add (VbHttpTiming *timing, gint64 duration)
{
  for (guint i = 0; i < VB_HTTP_TIMING_BUCKETS; i++)
    if (duration <= limits[i])
      timing->buckets[i]++;
  timing->count++;
  timing->sum += duration;
}
