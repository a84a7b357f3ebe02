#include "core/cadence.h"

#define SECOND ((gint64)G_USEC_PER_SEC)
#define WITHIN (10 * SECOND)

/* Notes a record every @interval from @start on, @n of them. Returns: the time of the last one */
static gint64
send (VbCadence *cadence, gint64 start, gint64 interval, guint n)
{
  for (guint i = 0; i < n; i++)
    vb_cadence_note (cadence, start + i * interval, vb_cadence_window (WITHIN));

  return start + (n - 1) * interval;
}

static void
test_window (void)
{
  g_assert_cmpint (vb_cadence_window (WITHIN), ==, 60 * SECOND);
  g_assert_cmpint (vb_cadence_window (100 * SECOND), ==, 300 * SECOND);
}

/* Nothing is known before a window has gone by. */
static void
test_measures (void)
{
  VbCadence cadence = { 0 };

  g_assert_cmpint (vb_cadence_longest (&cadence), ==, 0);
  g_assert_cmpint (vb_cadence_open (&cadence, 1000 * SECOND), ==, 0);
  g_assert_false (cadence.measured);

  send (&cadence, 100 * SECOND, 2 * SECOND, 30);
  g_assert_false (cadence.measured);
  g_assert_cmpint (vb_cadence_longest (&cadence), ==, 6 * SECOND);
  send (&cadence, 160 * SECOND, 2 * SECOND, 1);
  g_assert_true (cadence.measured);
  g_assert_cmpint (vb_cadence_longest (&cadence), ==, 6 * SECOND);
  g_assert_cmpint (vb_cadence_open (&cadence, 161 * SECOND), ==, 5 * SECOND);
}

/* One gap stays known for a whole window, and is forgotten after two. */
static void
test_gap (void)
{
  VbCadence cadence = { 0 };
  gint64 last = send (&cadence, 100 * SECOND, SECOND, 70);

  g_assert_cmpint (vb_cadence_longest (&cadence), ==, 3 * SECOND);
  last = send (&cadence, last + 9 * SECOND, SECOND, 60);
  g_assert_cmpint (vb_cadence_longest (&cadence), ==, 11 * SECOND);
  last = send (&cadence, last + SECOND, SECOND, 60);
  last = send (&cadence, last + SECOND, SECOND, 60);
  g_assert_cmpint (vb_cadence_longest (&cadence), ==, 3 * SECOND);
  g_assert_cmpint (vb_cadence_open (&cadence, last + 100 * SECOND), ==, 102 * SECOND);
}

/* Few records are measured from the first one on; one that is not newer is none. */
static void
test_few (void)
{
  VbCadence cadence = { 0 };

  send (&cadence, 100 * SECOND, 0, 5);
  g_assert_cmpuint (cadence.n, ==, 1);
  g_assert_cmpint (vb_cadence_open (&cadence, 107 * SECOND), ==, 7 * SECOND);
  send (&cadence, 108 * SECOND, SECOND, 2);
  g_assert_cmpint (vb_cadence_longest (&cadence), ==, 0);
  g_assert_cmpint (vb_cadence_open (&cadence, 110 * SECOND), ==, 10 * SECOND);
  send (&cadence, 109 * SECOND, 0, 3);
  g_assert_cmpint (vb_cadence_longest (&cadence), ==, 0);
  send (&cadence, 112 * SECOND, 0, 1);
  g_assert_cmpint (vb_cadence_longest (&cadence), ==, 12 * SECOND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cadence/window", test_window);
  g_test_add_func ("/cadence/measures", test_measures);
  g_test_add_func ("/cadence/gap", test_gap);
  g_test_add_func ("/cadence/few", test_few);

  return g_test_run ();
}
