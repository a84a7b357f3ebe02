/* What com.victronenergy.system says is followed by its signals. */

#include "venus/system.h"

#include "item-service.h"
#include "venus/system-wait.h"

#define SYSTEM "com.victronenergy.system"
#define MONITOR "/ActiveBatteryService"
#define BMS "/ActiveBmsService"
#define DVCC "/Control/Dvcc"
#define SEVERAL "/Dvcc/Alarms/MultipleBatteries"

#define SETTINGS "com.victronenergy.settings"
#define MONITOR_CHOICE "/Settings/SystemSetup/BatteryService"
#define BMS_CHOICE "/Settings/SystemSetup/BmsInstance"
#define FEED_IN "/Settings/CGwacs/OvervoltageFeedIn"

typedef struct
{
  PrivateBus bus;
  ItemService *system;
  VbVenusSystem *watch;
  gboolean lost;
} Fixture;

static void
on_lost (gpointer user_data)
{
  ((Fixture *)user_data)->lost = TRUE;
}

static GVariant *
invalid (void)
{
  return g_variant_new_array (G_VARIANT_TYPE_INT32, NULL, 0);
}

static void
make_system (Fixture *fixture)
{
  fixture->system = item_service_new (&fixture->bus, SYSTEM);
  item_service_put (fixture->system, MONITOR, g_variant_new_string ("com.victronenergy.battery/0"));
  item_service_put (fixture->system, BMS, invalid ());
  item_service_put (fixture->system, DVCC, g_variant_new_int32 (1));
}

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  private_bus_set_up (&fixture->bus);
  make_system (fixture);
  fixture->watch = vb_venus_system_new (fixture->bus.address, on_lost, fixture, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  g_clear_pointer (&fixture->watch, vb_venus_system_free);
  g_clear_pointer (&fixture->system, item_service_free);
  private_bus_tear_down (&fixture->bus);
}

static const VbSystem *
system_of (gpointer user_data)
{
  return vb_venus_system_system (((Fixture *)user_data)->watch);
}

static gboolean
is_gone (gpointer user_data)
{
  return !system_of (user_data)->there;
}

static gboolean
has_dvcc (gpointer user_data)
{
  return system_of (user_data)->dvcc;
}

static gboolean
has_bms (gpointer user_data)
{
  return system_of (user_data)->bms != NULL;
}

static gboolean
has_no_bms (gpointer user_data)
{
  return system_of (user_data)->bms == NULL;
}

static gboolean
has_several (gpointer user_data)
{
  return system_of (user_data)->several;
}

static void
appear (Fixture *fixture)
{
  item_service_appear (fixture->system);
  run_until (has_dvcc, fixture);
}

static void
test_appears_and_vanishes (Fixture *fixture, gconstpointer unused)
{
  g_assert_false (system_of (fixture)->there);

  appear (fixture);
  g_assert_true (system_of (fixture)->there);
  g_assert_cmpstr (system_of (fixture)->monitor, ==, "com.victronenergy.battery/0");
  g_assert_null (system_of (fixture)->bms);
  g_assert_false (system_of (fixture)->several);

  item_service_vanish (fixture->system);
  run_until (is_gone, fixture);
  g_assert_null (system_of (fixture)->monitor);
  g_assert_false (system_of (fixture)->dvcc);

  appear (fixture);
  g_assert_cmpstr (system_of (fixture)->monitor, ==, "com.victronenergy.battery/0");
}

static void
test_properties_changed (Fixture *fixture, gconstpointer unused)
{
  gint64 before;

  appear (fixture);
  before = system_of (fixture)->last_change;
  item_service_put (fixture->system, BMS, g_variant_new_string ("com.victronenergy.battery.x"));
  run_until (has_bms, fixture);
  g_assert_cmpstr (system_of (fixture)->bms, ==, "com.victronenergy.battery.x");
  g_assert_cmpint (system_of (fixture)->last_change, >, before);

  item_service_put (fixture->system, BMS, invalid ());
  run_until (has_no_bms, fixture);
}

static void
send_items_changed (Fixture *fixture, GDBusConnection *connection, const char *items)
{
  g_dbus_connection_emit_signal (connection, NULL, "/", VB_BUS_ITEM, "ItemsChanged",
                                 g_variant_new_parsed (items), NULL);
  wait_for_bus (connection);
}

/* One signal for many items, with some that are not followed, and one that comes later on. */
static void
test_items_changed (Fixture *fixture, gconstpointer unused)
{
  appear (fixture);
  send_items_changed (fixture, fixture->system->connection,
                      "({'/Dc/Battery/Soc': {'Value': <50.0>, 'Text': <'50'>}, "
                      "'" BMS "': {'Value': <'com.victronenergy.battery.y'>, 'Text': <''>}, "
                      "'" MONITOR "': {'Text': <'no value'>}, "
                      "'" SEVERAL "': {'Value': <<byte 1>>, 'Text': <''>}},)");
  run_until (has_several, fixture);
  g_assert_cmpstr (system_of (fixture)->bms, ==, "com.victronenergy.battery.y");
  g_assert_cmpstr (system_of (fixture)->monitor, ==, "com.victronenergy.battery/0");
}

/* What another process says of the system counts for nothing, nor what makes no sense. */
static void
test_ignored (Fixture *fixture, gconstpointer unused)
{
  GDBusConnection *other = private_bus_connect (&fixture->bus);

  appear (fixture);
  send_items_changed (fixture, other,
                      "({'" DVCC "': {'Value': <0>, 'Text': <''>}, "
                      "'" MONITOR "': {'Value': <'x'>, 'Text': <''>}},)");
  send_items_changed (fixture, fixture->system->connection, "('nonsense', 7)");
  send_items_changed (fixture, fixture->system->connection,
                      "({'" MONITOR "': {'Value': <7>, 'Text': <''>}},)");
  item_service_put (fixture->system, BMS, g_variant_new_string ("com.victronenergy.battery.x"));
  run_until (has_bms, fixture);

  g_assert_true (system_of (fixture)->dvcc);
  g_assert_null (system_of (fixture)->monitor);
  disconnect_client (other);
}

static gboolean
is_automatic (gpointer user_data)
{
  return system_of (user_data)->automatic_monitor && system_of (user_data)->automatic_bms;
}

static gboolean
is_chosen (gpointer user_data)
{
  return !system_of (user_data)->automatic_monitor && !system_of (user_data)->automatic_bms;
}

/* Whether somebody has chosen is told by settings, whether the system is there or not; it is not
   known without them. That it changes is a change of the system's choice. */
static void
test_automatic (Fixture *fixture, gconstpointer unused)
{
  ItemService *settings = item_service_new (&fixture->bus, SETTINGS);
  gint64 before;

  item_service_put (settings, MONITOR_CHOICE, g_variant_new_string ("default"));
  item_service_put (settings, BMS_CHOICE, g_variant_new_int32 (-1));
  g_assert_true (is_chosen (fixture));
  item_service_appear (settings);
  run_until (is_automatic, fixture);
  appear (fixture);
  g_assert_true (is_automatic (fixture));

  before = system_of (fixture)->last_change;
  item_service_put (settings, MONITOR_CHOICE,
                    g_variant_new_string ("com.victronenergy.battery/120"));
  item_service_put (settings, BMS_CHOICE, g_variant_new_int32 (120));
  run_until (is_chosen, fixture);
  g_assert_cmpint (system_of (fixture)->last_change, >, before);

  item_service_put (settings, MONITOR_CHOICE, g_variant_new_string ("default"));
  item_service_put (settings, BMS_CHOICE, g_variant_new_int32 (-1));
  run_until (is_automatic, fixture);
  item_service_put (settings, MONITOR_CHOICE, g_variant_new_string ("nobattery"));
  item_service_put (settings, BMS_CHOICE, g_variant_new_int32 (-255));
  run_until (is_chosen, fixture);

  item_service_put (settings, MONITOR_CHOICE, g_variant_new_string ("default"));
  item_service_put (settings, BMS_CHOICE, g_variant_new_int32 (-1));
  run_until (is_automatic, fixture);
  item_service_vanish (settings);
  run_until (is_chosen, fixture);
  item_service_free (settings);
}

static gboolean
feeds_in (gpointer user_data)
{
  return system_of (user_data)->feed_in;
}

static gboolean
knows_feed_in (gpointer user_data)
{
  return system_of (user_data)->feed_in_told;
}

static gboolean
knows_nothing (gpointer user_data)
{
  const VbSystem *system = system_of (user_data);

  return !system->feed_in_told && !system->bms_told && !system->monitor_told;
}

/* What settings have not said is not known, neither on nor off, chosen nor automatic; the system
   service has no part in it. */
static void
test_feed_in (Fixture *fixture, gconstpointer unused)
{
  ItemService *settings = item_service_new (&fixture->bus, SETTINGS);

  g_assert_true (knows_nothing (fixture));
  item_service_put (settings, FEED_IN, g_variant_new_int32 (0));
  item_service_put (settings, MONITOR_CHOICE, g_variant_new_string ("nobattery"));
  item_service_put (settings, BMS_CHOICE, invalid ());
  item_service_appear (settings);
  run_until (knows_feed_in, fixture);
  g_assert_false (feeds_in (fixture));

  item_service_put (settings, FEED_IN, g_variant_new_int32 (1));
  run_until (feeds_in, fixture);
  g_assert_true (system_of (fixture)->monitor_told);
  g_assert_false (system_of (fixture)->bms_told);
  appear (fixture);
  item_service_vanish (fixture->system);
  run_until (is_gone, fixture);
  g_assert_true (feeds_in (fixture));
  g_assert_true (system_of (fixture)->feed_in_told && system_of (fixture)->monitor_told);

  item_service_vanish (settings);
  run_until (knows_nothing, fixture);
  g_assert_false (feeds_in (fixture));
  item_service_free (settings);
}

static gboolean
is_lost (gpointer user_data)
{
  return ((Fixture *)user_data)->lost;
}

/* A bus that is started anew is found again; one that stays away is lost. */
static void
test_bus_restarted (Fixture *fixture, gconstpointer unused)
{
  appear (fixture);
  private_bus_stop (&fixture->bus);
  run_until (is_gone, fixture);
  item_service_free (g_steal_pointer (&fixture->system));

  private_bus_start (&fixture->bus);
  make_system (fixture);
  appear (fixture);
  g_assert_false (fixture->lost);

  private_bus_stop (&fixture->bus);
  item_service_free (g_steal_pointer (&fixture->system));
  run_until (is_lost, fixture);
}

static void
on_done (gpointer user_data)
{
  ++*(guint *)user_data;
}

static gboolean
is_done (gpointer user_data)
{
  return *(guint *)user_data > 0;
}

static void
test_wait (Fixture *fixture, gconstpointer unused)
{
  GDBusConnection *connection = private_bus_connect (&fixture->bus);
  guint n_done = 0;
  VbSystemWait *wait = vb_system_wait_new (connection, 1000, on_done, &n_done);

  wait_for_bus (connection);
  g_assert_cmpuint (n_done, ==, 0);
  item_service_appear (fixture->system);
  run_until (is_done, &n_done);
  vb_system_wait_free (wait);

  /* Where it is there already, or the time is over. */
  n_done = 0;
  wait = vb_system_wait_new (connection, 1000, on_done, &n_done);
  run_until (is_done, &n_done);
  vb_system_wait_free (wait);

  item_service_vanish (fixture->system);
  n_done = 0;
  wait = vb_system_wait_new (connection, 0, on_done, &n_done);
  run_until (is_done, &n_done);
  vb_system_wait_free (wait);
  g_assert_cmpuint (n_done, ==, 1);

  disconnect_client (connection);
}

static void
test_unreachable (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (vb_venus_system_new ("unix:path=/nonexistent", on_lost, NULL, &error));
  g_assert_nonnull (strstr (error->message, "unix:path=/nonexistent"));
}

#define ADD(name, test) g_test_add ("/system-watch/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("appears-and-vanishes", test_appears_and_vanishes);
  ADD ("properties-changed", test_properties_changed);
  ADD ("items-changed", test_items_changed);
  ADD ("ignored", test_ignored);
  ADD ("automatic", test_automatic);
  ADD ("feed-in", test_feed_in);
  ADD ("bus-restarted", test_bus_restarted);
  ADD ("wait", test_wait);
  g_test_add_func ("/system-watch/unreachable", test_unreachable);

  return g_test_run ();
}
