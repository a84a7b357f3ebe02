#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define VB_HTTP_TIMING_BUCKETS 11

/** How long requests took, from their first byte to their answer: a cumulative histogram. */
typedef struct
{
  guint64 buckets[VB_HTTP_TIMING_BUCKETS]; /* how many took at most vb_http_timing_limit() */
  guint64 count;
  gint64 sum; /* µs */
} VbHttpTiming;

/** The upper limit of @bucket, in µs. */
gint64 vb_http_timing_limit (guint bucket);

/** Notes a request that took @duration (µs). */
void vb_http_timing_add (VbHttpTiming *timing, gint64 duration);

G_END_DECLS
