#include "http/timing.h"

/* A request counts in every bucket that is wide enough for it. */
static void
test_buckets (void)
{
  static const gint64 durations[] = { 0, 50, 51, 999, 1000, 1001, 9999999, 10000001 };
  VbHttpTiming timing = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (durations); i++)
    vb_http_timing_add (&timing, durations[i]);

  g_assert_cmpuint (timing.count, ==, G_N_ELEMENTS (durations));
  g_assert_cmpint (timing.sum, ==, 50 + 51 + 999 + 1000 + 1001 + 9999999 + 10000001);
  for (guint i = 0; i < VB_HTTP_TIMING_BUCKETS; i++) {
    guint64 expected = 0;

    for (guint j = 0; j < G_N_ELEMENTS (durations); j++)
      expected += durations[j] <= vb_http_timing_limit (i);
    g_assert_cmpuint (timing.buckets[i], ==, expected);
    g_assert_true (i == 0 || vb_http_timing_limit (i) > vb_http_timing_limit (i - 1));
  }
  g_assert_cmpint (vb_http_timing_limit (0), ==, 50);
  g_assert_cmpint (vb_http_timing_limit (VB_HTTP_TIMING_BUCKETS - 1), ==, 10000000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http-timing/buckets", test_buckets);

  return g_test_run ();
}
