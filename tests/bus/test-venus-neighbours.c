/* The other batteries on the bus are watched: who there is, and the instance that each shows. */

#include "venus/neighbours.h"

#include "item-service.h"

#define OURS "com.victronenergy.battery.virtual"
#define TWIN "com.victronenergy.battery.twin"
#define INSTANCE "/DeviceInstance"
#define LIMIT "/Info/MaxChargeVoltage"

typedef struct
{
  PrivateBus bus;
  ItemService *twin;
  GDBusConnection *connection;
  VbVenusNeighbours *watch;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  private_bus_set_up (&fixture->bus);
  fixture->twin = item_service_new (&fixture->bus, TWIN);
  item_service_put (fixture->twin, INSTANCE, g_variant_new_int32 (120));
  fixture->connection = private_bus_connect (&fixture->bus);
  fixture->watch = vb_venus_neighbours_new ();
  vb_neighbours_add_own (vb_venus_neighbours_batteries (fixture->watch), OURS, 120);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  vb_venus_neighbours_free (fixture->watch);
  disconnect_client (fixture->connection);
  item_service_free (fixture->twin);
  private_bus_tear_down (&fixture->bus);
}

static void
watch (Fixture *fixture)
{
  vb_venus_neighbours_set_connection (fixture->watch, fixture->connection);
}

static VbNeighbours *
batteries (gpointer user_data)
{
  return vb_venus_neighbours_batteries (((Fixture *)user_data)->watch);
}

static gboolean
are_known (gpointer user_data)
{
  return vb_venus_neighbours_are_known (((Fixture *)user_data)->watch);
}

static gboolean
has_twin (gpointer user_data)
{
  return vb_neighbours_clash (batteries (user_data), OURS, 120) != NULL;
}

static gboolean
has_no_twin (gpointer user_data)
{
  return !has_twin (user_data);
}

static gboolean
has_bms (gpointer user_data)
{
  return vb_neighbours_other_bms (batteries (user_data)) != NULL;
}

static gboolean
has_no_bms (gpointer user_data)
{
  return !has_bms (user_data);
}

/* Before the answers nothing is known, also not that nobody is there. */
static void
test_there_before (Fixture *fixture, gconstpointer unused)
{
  item_service_appear (fixture->twin);
  g_assert_false (are_known (fixture));
  watch (fixture);
  g_assert_false (are_known (fixture));
  run_until (are_known, fixture);
  g_assert_cmpstr (vb_neighbours_clash (batteries (fixture), OURS, 120), ==, TWIN);

  vb_venus_neighbours_set_connection (fixture->watch, NULL);
  g_assert_true (has_no_twin (fixture));
  g_assert_false (are_known (fixture));
}

static void
test_comes_and_goes (Fixture *fixture, gconstpointer unused)
{
  watch (fixture);
  run_until (are_known, fixture);
  g_assert_true (has_no_twin (fixture));

  for (guint turn = 0; turn < 2; turn++) {
    item_service_appear (fixture->twin);
    run_until (has_twin, fixture);
    item_service_vanish (fixture->twin);
    run_until (has_no_twin, fixture);
    g_assert_true (are_known (fixture));
  }
}

/* One that has its number later on, or another one, by either signal. */
static void
test_changes (Fixture *fixture, gconstpointer unused)
{
  item_service_put (fixture->twin, INSTANCE, g_variant_new_array (G_VARIANT_TYPE_INT32, NULL, 0));
  item_service_put (fixture->twin, LIMIT, g_variant_new_double (55.2));
  item_service_appear (fixture->twin);
  watch (fixture);
  run_until (has_bms, fixture);
  g_assert_true (are_known (fixture));
  g_assert_true (has_no_twin (fixture));

  item_service_put (fixture->twin, INSTANCE, g_variant_new_int32 (120));
  run_until (has_twin, fixture);
  g_dbus_connection_emit_signal (
      fixture->twin->connection, NULL, "/", VB_BUS_ITEM, "ItemsChanged",
      g_variant_new_parsed ("({'" INSTANCE "': {'Value': <121>, 'Text': <'121'>}, "
                            "'" LIMIT "': {'Value': <@ai []>, 'Text': <'---'>}},)"),
      NULL);
  run_until (has_no_twin, fixture);
  run_until (has_no_bms, fixture);
}

/* What is no number shows no instance; who has no such item shows none. */
static void
test_nonsense (Fixture *fixture, gconstpointer unused)
{
  static const char *const values[] = { "'120'", "120.5", "-1", "1e300", "[120]" };
  ItemService *bare = item_service_new (&fixture->bus, "com.victronenergy.battery.bare");

  item_service_appear (bare);
  item_service_appear (fixture->twin);
  watch (fixture);
  run_until (has_twin, fixture);
  run_until (are_known, fixture);
  for (guint i = 0; i < G_N_ELEMENTS (values); i++) {
    item_service_put (fixture->twin, INSTANCE, g_variant_new_parsed (values[i]));
    run_until (has_no_twin, fixture);
    item_service_put (fixture->twin, INSTANCE, g_variant_new_double (120));
    run_until (has_twin, fixture);
  }
  item_service_free (bare);
}

/* Our own are told of by who serves them; what is no battery does not count. */
static void
test_left_out (Fixture *fixture, gconstpointer unused)
{
  static const char *const names[] = { OURS, "com.victronenergy.battery",
                                       "com.victronenergy.batteryx.a", "com.victronenergy.tank.a" };

  watch (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_free (fixture->twin->name);
    fixture->twin->name = g_strdup (names[i]);
    item_service_appear (fixture->twin);
  }
  wait_for_bus (fixture->connection);
  run_until (are_known, fixture);
  g_assert_null (vb_neighbours_clash (batteries (fixture), "none", 120));
}

#define ADD(name, test) \
  g_test_add ("/venus-neighbours/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("there-before", test_there_before);
  ADD ("comes-and-goes", test_comes_and_goes);
  ADD ("changes", test_changes);
  ADD ("nonsense", test_nonsense);
  ADD ("left-out", test_left_out);

  return g_test_run ();
}
