#include "core/neighbours.h"

#define OURS "com.victronenergy.battery.virtual"
#define SHED "com.victronenergy.battery.http_shed"
#define TWIN "com.victronenergy.battery.twin"
#define OTHER "com.victronenergy.battery.other"

static VbNeighbours *
make (void)
{
  VbNeighbours *neighbours = vb_neighbours_new ();

  vb_neighbours_add_own (neighbours, OURS, 120);
  vb_neighbours_add_own (neighbours, SHED, 122);

  return neighbours;
}

/* A clash is with whoever shows the same number, others or our own; what is only asked for shows
   nothing, and who shows nothing clashes with nobody. */
static void
test_clash (void)
{
  g_autoptr (VbNeighbours) neighbours = make ();

  g_assert_null (vb_neighbours_clash (neighbours, OURS, 120));
  g_assert_null (vb_neighbours_clash (neighbours, OURS, 122));

  vb_neighbours_set_instance (neighbours, OURS, 120);
  vb_neighbours_set_instance (neighbours, TWIN, 120);
  vb_neighbours_set_instance (neighbours, OTHER, -1);
  g_assert_cmpstr (vb_neighbours_clash (neighbours, OURS, 120), ==, TWIN);
  g_assert_cmpstr (vb_neighbours_clash (neighbours, TWIN, 120), ==, OURS);
  g_assert_null (vb_neighbours_clash (neighbours, OURS, -1));
  g_assert_null (vb_neighbours_clash (neighbours, OURS, 12));

  /* Of several it is always the same one. */
  vb_neighbours_set_instance (neighbours, OTHER, 120);
  g_assert_cmpstr (vb_neighbours_clash (neighbours, OURS, 120), ==, OTHER);
  vb_neighbours_remove (neighbours, OTHER);
  vb_neighbours_set_instance (neighbours, TWIN, 121);
  g_assert_null (vb_neighbours_clash (neighbours, OURS, 120));

  vb_neighbours_set_instance (neighbours, SHED, 120);
  g_assert_cmpstr (vb_neighbours_clash (neighbours, OURS, 120), ==, SHED);
}

static void
test_own (void)
{
  g_autoptr (VbNeighbours) neighbours = make ();

  vb_neighbours_set_instance (neighbours, TWIN, 120);
  g_assert_true (vb_neighbours_is_own (neighbours, SHED));
  g_assert_false (vb_neighbours_is_own (neighbours, TWIN));
  g_assert_false (vb_neighbours_is_own (neighbours, OTHER));
}

/* Past what others show, what our own show, and what our own ask for. */
static void
test_free_instance (void)
{
  g_autoptr (VbNeighbours) neighbours = make ();

  g_assert_cmpint (vb_neighbours_free_instance (neighbours, OURS, 120), ==, 120);
  vb_neighbours_set_instance (neighbours, TWIN, 120);
  g_assert_cmpint (vb_neighbours_free_instance (neighbours, OURS, 120), ==, 121);
  vb_neighbours_set_instance (neighbours, OTHER, 121);
  g_assert_cmpint (vb_neighbours_free_instance (neighbours, OURS, 120), ==, 123);
  vb_neighbours_set_instance (neighbours, SHED, 123);
  g_assert_cmpint (vb_neighbours_free_instance (neighbours, OURS, 120), ==, 124);
  g_assert_cmpint (vb_neighbours_free_instance (neighbours, SHED, 122), ==, 122);

  /* Where none is left, the one that was asked for. */
  vb_neighbours_set_instance (neighbours, TWIN, 255);
  g_assert_cmpint (vb_neighbours_free_instance (neighbours, OURS, 255), ==, 255);
}

static void
test_other_bms (void)
{
  g_autoptr (VbNeighbours) neighbours = make ();

  vb_neighbours_set_limits (neighbours, OURS, TRUE);
  vb_neighbours_set_instance (neighbours, TWIN, 7);
  g_assert_null (vb_neighbours_other_bms (neighbours));
  vb_neighbours_set_limits (neighbours, TWIN, TRUE);
  g_assert_cmpstr (vb_neighbours_other_bms (neighbours), ==, TWIN);
  vb_neighbours_set_limits (neighbours, TWIN, FALSE);
  g_assert_null (vb_neighbours_other_bms (neighbours));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/neighbours/clash", test_clash);
  g_test_add_func ("/neighbours/own", test_own);
  g_test_add_func ("/neighbours/free-instance", test_free_instance);
  g_test_add_func ("/neighbours/other-bms", test_other_bms);

  return g_test_run ();
}
