/* The life of a battery on the bus: docs/venus.md, checks 10, 11, 16 to 18, 20 to 28 and 44. */

#include "venus/identity.h"
#include "venus/service.h"

#include "base/clock.h"
#include "private-bus.h"

#define SECOND G_USEC_PER_SEC
#define NAME "com.victronenergy.battery.virtual"

/* A signal that a client received. */
typedef struct
{
  char *path;
  char *name;
  GVariant *arguments;
} Signal;

typedef struct
{
  PrivateBus bus;
  GDBusConnection *client;
  VbBattery *battery;
  VbVenusService *service;
  gint64 now;
  GPtrArray *signals; /* of Signal: those of BusItem, from whomever */
  guint n_lost;
} Fixture;

typedef struct
{
  VbRole role;
  gboolean dbus_writable;
  gboolean require_settings;
  gboolean hasty; /* the ladder is over in some milliseconds */
} Setup;

static const Setup plain = { .role = VB_ROLE_BMS };
static const Setup writable = { .role = VB_ROLE_BMS, .dbus_writable = TRUE };
static const Setup on_venus = { .role = VB_ROLE_BMS, .require_settings = TRUE };
static const Setup hasty = { .role = VB_ROLE_BMS, .dbus_writable = TRUE, .hasty = TRUE };

static void
signal_free (gpointer data)
{
  Signal *signal = data;

  g_free (signal->path);
  g_free (signal->name);
  g_variant_unref (signal->arguments);
  g_free (signal);
}

static void
on_signal (GDBusConnection *connection,
           const char *sender,
           const char *path,
           const char *interface,
           const char *name,
           GVariant *arguments,
           gpointer user_data)
{
  Fixture *fixture = user_data;
  Signal *signal = g_new0 (Signal, 1);

  signal->path = g_strdup (path);
  signal->name = g_strdup (name);
  signal->arguments = g_variant_ref (arguments);
  g_ptr_array_add (fixture->signals, signal);
}

static VbVenusService *
make_service (Fixture *fixture, VbBattery *battery, gboolean require_settings, GError **error)
{
  const VbVenusServiceConfig config = {
    .address = fixture->bus.address,
    .require_settings = require_settings,
    .process_version = "1.2.3",
  };

  return vb_venus_service_new (battery, &config, error);
}

static void
hasten (VbBattery *battery, gint64 now)
{
  g_auto (VbBatteryConfig) config = { 0 };

  vb_battery_config_copy (&config, vb_battery_config (battery));
  config.live.freshness.warn_after = 1000;
  config.live.freshness.stale_after = 2000;
  config.live.freshness.drop_after = 3000;
  config.live.freshness.leave_after = 4000;
  vb_battery_reconfigure (battery, &config, now);
}

static void
start (Fixture *fixture, gconstpointer user_data)
{
  const Setup *setup = user_data;
  g_autoptr (GError) error = NULL;

  fixture->battery = make_battery ("virtual", setup->role, setup->dbus_writable, fixture->now);
  if (setup->hasty)
    hasten (fixture->battery, fixture->now);
  fixture->service = make_service (fixture, fixture->battery, setup->require_settings, &error);
  g_assert_no_error (error);
}

static void
stop (Fixture *fixture)
{
  g_clear_pointer (&fixture->service, vb_venus_service_free);
  g_clear_pointer (&fixture->battery, vb_battery_free);
}

static void
set_up (Fixture *fixture, gconstpointer user_data)
{
  private_bus_set_up (&fixture->bus);
  fixture->client = private_bus_connect (&fixture->bus);
  fixture->signals = g_ptr_array_new_with_free_func (signal_free);
  g_dbus_connection_signal_subscribe (fixture->client, NULL, VB_BUS_ITEM, NULL, NULL, NULL,
                                      G_DBUS_SIGNAL_FLAGS_NONE, on_signal, fixture, NULL);
  wait_for_bus (fixture->client);
  /* SetValue takes the time from the clock: both must be of one. */
  fixture->now = vb_clock_now ();
  start (fixture, user_data);
}

static void
tear_down (Fixture *fixture, gconstpointer user_data)
{
  stop (fixture);
  disconnect_client (fixture->client);
  g_ptr_array_unref (fixture->signals);
  private_bus_tear_down (&fixture->bus);
}

static gboolean
is_on_bus (gpointer user_data)
{
  return vb_battery_presence (user_data)->on_bus;
}

static void
go_live (Fixture *fixture)
{
  push_complete (fixture->battery, fixture->now);
  run_until (is_on_bus, fixture->battery);
}

/* Returns when everything that was sent by the service up to now has arrived. */
static void
settle (Fixture *fixture)
{
  g_autoptr (GDBusMessage) reply
      = call (fixture->client, NAME, "/", "org.freedesktop.DBus.Peer", "Ping", NULL);

  g_assert_cmpint (g_dbus_message_get_message_type (reply), ==, G_DBUS_MESSAGE_TYPE_METHOD_RETURN);
}

static void
assert_presence (Fixture *fixture, gboolean on_bus, VbJoining joining, int instance)
{
  const VbPresence *presence = vb_battery_presence (fixture->battery);

  g_assert_cmpint (presence->on_bus, ==, on_bus);
  g_assert_cmpstr (vb_joining_name (presence->joining), ==, vb_joining_name (joining));
  g_assert_cmpint (presence->instance, ==, instance);
  g_assert_cmpstr (presence->service, ==, NAME);
}

static char *
owner (Fixture *fixture)
{
  return owner_of (fixture->client, NAME);
}

/* The paths in the only signal since the last call, in the order of the field table, or NULL where
   there was none. It must be an ItemsChanged of the root with Value and Text for each. */
static char *
changed_paths (Fixture *fixture)
{
  g_autoptr (GVariant) items = NULL;
  g_autoptr (GString) paths = g_string_new (NULL);
  const Signal *signal;
  GVariantIter iter;
  const char *path;
  guint n = 0;

  settle (fixture);
  if (fixture->signals->len == 0)
    return NULL;

  g_assert_cmpuint (fixture->signals->len, ==, 1);
  signal = g_ptr_array_index (fixture->signals, 0);
  g_assert_cmpstr (signal->path, ==, "/");
  g_assert_cmpstr (signal->name, ==, "ItemsChanged");
  g_assert_cmpstr (g_variant_get_type_string (signal->arguments), ==, "(a{sa{sv}})");

  items = g_variant_get_child_value (signal->arguments, 0);
  for (guint i = 0; i < vb_item_count (); i++) {
    g_autoptr (GVariant) item = g_variant_lookup_value (items, vb_item (i)->path, NULL);
    g_autoptr (GVariant) value = NULL;
    g_autoptr (GVariant) text = NULL;

    if (item == NULL)
      continue;
    n++;
    value = g_variant_lookup_value (item, "Value", NULL);
    text = g_variant_lookup_value (item, "Text", G_VARIANT_TYPE_STRING);
    g_assert_nonnull (value);
    g_assert_nonnull (text);
    g_assert_cmpuint (g_variant_n_children (item), ==, 2);
    g_string_append_printf (paths, "%s%s", paths->len > 0 ? " " : "", vb_item (i)->path);
  }
  g_variant_iter_init (&iter, items);
  while (g_variant_iter_next (&iter, "{&s@a{sv}}", &path, NULL))
    if (g_str_has_prefix (path, "/Battery/")) {
      n++;
      g_string_append_printf (paths, " %s", path);
    }
  g_assert_cmpuint (n, ==, g_variant_n_children (items));
  g_ptr_array_set_size (fixture->signals, 0);

  return g_strdup (paths->str);
}

static void
assert_changed (Fixture *fixture, const char *expected)
{
  g_autofree char *paths = changed_paths (fixture);

  g_assert_cmpstr (paths, ==, expected);
}

/* Check 21, and the way to the bus as the verdict tells it. */
static void
test_join (Fixture *fixture, gconstpointer user_data)
{
  g_autofree char *before = owner (fixture), *partial = NULL, *after = NULL;

  g_assert_null (before);
  assert_presence (fixture, FALSE, VB_JOINING_NOTHING, 120);

  push (fixture->battery, fixture->now, "Soc", 63.5, "Voltage", 52.7, NULL);
  partial = owner (fixture);
  g_assert_null (partial);
  assert_presence (fixture, FALSE, VB_JOINING_NOTHING, 120);

  push_complete (fixture->battery, fixture->now);
  assert_presence (fixture, FALSE, VB_JOINING_NAME, 120);

  run_until (is_on_bus, fixture->battery);
  assert_presence (fixture, TRUE, VB_JOINING_NOTHING, 120);
  after = owner (fixture);
  g_assert_nonnull (after);
  assert_changed (fixture, NULL);
}

static void
test_identity (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *path;
    const char *value;
  } rows[] = {
    { "/Mgmt/ProcessName", "'dbus-virtual-battery'" },
    { "/Mgmt/ProcessVersion", "'1.2.3'" },
    { "/Mgmt/Connection", "'HTTP'" },
    { "/DeviceInstance", "120" },
    { "/ProductId", "65535" },
    { "/ProductName", "'Virtual battery'" },
    { "/CustomName", "''" },
    { "/FirmwareVersion", "'1.2.3'" },
    { "/HardwareVersion", "@ai []" },
    { "/Serial", "'httpbattery_virtual'" },
    { "/Connected", "1" },
  };

  go_live (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    assert_value (fixture->client, NAME, rows[i].path, rows[i].value);
}

static void
test_names (void)
{
  g_autofree char *first = vb_identity_bus_name ("virtual");
  g_autofree char *other = vb_identity_bus_name ("shed");

  g_assert_cmpstr (first, ==, NAME);
  g_assert_cmpstr (other, ==, "com.victronenergy.battery.http_shed");
}

/* A consumer that reads everything as soon as it sees the name, as systemcalc does. */
typedef struct
{
  GVariant *items;
  guint n_appeared;
} Consumer;

static void
on_items (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Consumer *consumer = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply
      = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  g_assert_no_error (error);
  g_assert_null (consumer->items);
  consumer->items = g_variant_get_child_value (reply, 0);
}

static void
on_owner_changed (GDBusConnection *connection,
                  const char *sender,
                  const char *path,
                  const char *interface,
                  const char *name,
                  GVariant *arguments,
                  gpointer user_data)
{
  Consumer *consumer = user_data;
  const char *new_owner, *old_owner;

  /* Never from one owner to the next without a gap: systemcalc would not notice. */
  g_variant_get (arguments, "(&s&s&s)", NULL, &old_owner, &new_owner);
  g_assert_cmpint (*old_owner == '\0', !=, *new_owner == '\0');

  if (*new_owner == '\0')
    return;
  consumer->n_appeared++;
  g_dbus_connection_call (connection, new_owner, "/", VB_BUS_ITEM, "GetItems", NULL,
                          G_VARIANT_TYPE ("(a{sa{sv}})"), G_DBUS_CALL_FLAGS_NONE, -1, NULL,
                          on_items, consumer);
}

static guint
watch_owner (Fixture *fixture, Consumer *consumer)
{
  const guint watch = g_dbus_connection_signal_subscribe (
      fixture->client, "org.freedesktop.DBus", "org.freedesktop.DBus", "NameOwnerChanged",
      "/org/freedesktop/DBus", NAME, G_DBUS_SIGNAL_FLAGS_NONE, on_owner_changed, consumer, NULL);

  wait_for_bus (fixture->client);

  return watch;
}

static void
assert_read (GVariant *items, const char *path, const char *expected)
{
  g_autoptr (GVariant) item = g_variant_lookup_value (items, path, NULL);
  g_autoptr (GVariant) value = g_variant_lookup_value (item, "Value", NULL);
  g_autofree char *printed = g_variant_print (value, TRUE);

  g_assert_cmpstr (printed, ==, expected);
}

/* Check 22: what is read at once is complete, a hundred times over. */
static void
test_read_at_once (Fixture *fixture, gconstpointer user_data)
{
  Consumer consumer = { 0 };
  const guint watch = watch_owner (fixture, &consumer);

  for (guint i = 1; i <= 100; i++) {
    push_complete (fixture->battery, fixture->now);
    push (fixture->battery, fixture->now, "Cell1", 3.3, NULL);
    run_until (is_set, &consumer.items);

    assert_read (consumer.items, "/DeviceInstance", "120");
    assert_read (consumer.items, "/ProductName", "'Virtual battery'");
    assert_read (consumer.items, "/Connected", "1");
    assert_read (consumer.items, "/Soc", "63.5");
    assert_read (consumer.items, "/Info/MaxChargeCurrent", "100.0");
    assert_read (consumer.items, "/Voltages/Cell1", "3.2999999999999998");
    g_clear_pointer (&consumer.items, g_variant_unref);
    g_assert_cmpuint (consumer.n_appeared, ==, i);

    stop (fixture);
    start (fixture, user_data);
  }

  g_dbus_connection_signal_unsubscribe (fixture->client, watch);
}

/* Checks 16 to 18 and 20: one signal for each step, with what changed and nothing else. */
static void
test_signals (Fixture *fixture, gconstpointer user_data)
{
  go_live (fixture);
  assert_changed (fixture, NULL);

  push (fixture->battery, fixture->now, "Soc", 64.0, "Current", -10.0, "MaxChargeCurrent", 80.0,
        "Temperature", 21.5, "LowVoltage", 1.0, NULL);
  assert_changed (fixture, "/Dc/0/Current /Dc/0/Power /Dc/0/Temperature /Soc"
                           " /Info/MaxChargeCurrent /Alarms/LowVoltage /Alarms/Alarm");

  /* The same again, and less than a step. */
  push (fixture->battery, fixture->now + SECOND, "Soc", 64.0, "Current", -10.0, NULL);
  assert_changed (fixture, NULL);
  push (fixture->battery, fixture->now + SECOND, "Soc", 64.04, "Current", -10.001, NULL);
  assert_changed (fixture, NULL);

  push (fixture->battery, fixture->now + SECOND, "Soc", 65.0, NULL);
  assert_changed (fixture, "/Soc");
  assert_value (fixture->client, NAME, "/Soc", "65.0");
}

/* The ladder's steps are signals too. */
static void
test_ladder (Fixture *fixture, gconstpointer user_data)
{
  go_live (fixture);
  assert_changed (fixture, NULL);

  vb_battery_tick (fixture->battery, fixture->now + 10 * SECOND - 1);
  assert_changed (fixture, NULL);
  vb_battery_tick (fixture->battery, fixture->now + 10 * SECOND);
  assert_changed (fixture, "/ConnectionInformation /Alarms/BmsCable /Alarms/Alarm");

  vb_battery_tick (fixture->battery, fixture->now + 30 * SECOND);
  assert_changed (fixture, "/Dc/0/Voltage /Dc/0/Current /Dc/0/Power /Soc /Info/MaxChargeCurrent"
                           " /ConnectionInformation /System/NrOfModulesOnline"
                           " /System/NrOfModulesOffline /Alarms/BmsCable"
                           " /Connected");

  vb_battery_tick (fixture->battery, fixture->now + 180 * SECOND);
  assert_changed (fixture, "/Info/MaxChargeVoltage /Info/MaxChargeCurrent"
                           " /Info/MaxDischargeCurrent"
                           " /ConnectionInformation");
  assert_presence (fixture, TRUE, VB_JOINING_NOTHING, 120);
}

/* A member of a family has its object before the signal names it. */
static void
test_family (Fixture *fixture, gconstpointer user_data)
{
  push_complete (fixture->battery, fixture->now);
  push (fixture->battery, fixture->now, "Cell2", 3.3, NULL);
  run_until (is_on_bus, fixture->battery);
  assert_value (fixture->client, NAME, "/Voltages/Cell2", "3.2999999999999998");
  assert_changed (fixture, NULL);

  push (fixture->battery, fixture->now, "Balances/Cell2", 1.0, NULL);
  assert_changed (fixture, "/Balances/Cell2 /Balancing /Battery/1/Status");
  assert_value (fixture->client, NAME, "/Balances", "{'Cell2': <1>}");
}

/* Check 23: a second one does not start. */
static void
test_taken_at_start (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (VbBattery) battery = make_battery ("virtual", VB_ROLE_BMS, FALSE, fixture->now);
  g_autoptr (GError) error = NULL;
  g_autofree char *before = NULL, *after = NULL;

  go_live (fixture);
  before = owner (fixture);
  g_assert_null (make_service (fixture, battery, FALSE, &error));
  g_assert_error (error, VB_VENUS_ERROR, VB_VENUS_ERROR_NAME_TAKEN);
  g_assert_nonnull (strstr (error->message, NAME));
  after = owner (fixture);
  g_assert_cmpstr (before, ==, after);
}

static void
test_unreachable (Fixture *fixture, gconstpointer user_data)
{
  const VbVenusServiceConfig config
      = { .address = "unix:path=/nonexistent/bus", .process_version = "1.2.3" };
  g_autoptr (VbBattery) battery = make_battery ("virtual", VB_ROLE_BMS, FALSE, fixture->now);
  g_autoptr (GError) error = NULL;

  g_assert_null (vb_venus_service_new (battery, &config, &error));
  g_assert_error (error, VB_VENUS_ERROR, VB_VENUS_ERROR_UNREACHABLE);
  g_assert_nonnull (strstr (error->message, "/nonexistent/bus"));
}

static void
on_message (const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
  g_ptr_array_add (user_data, g_strdup (message));
}

static gboolean
is_refused (gpointer user_data)
{
  return ((GPtrArray *)user_data)->len > 0;
}

/* A name that is taken at run time is waited for, without a word on the bus meanwhile. However many
   records come in, it is asked for by one. */
static void
test_taken_at_run_time (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func (g_free);
  const guint handler = g_log_set_handler ("bus", G_LOG_LEVEL_MESSAGE, on_message, messages);
  g_autoptr (GDBusConnection) thief = private_bus_connect (&fixture->bus);
  g_autofree char *holder = NULL;

  g_assert_cmpuint (ask_bus (thief, "RequestName", g_variant_new ("(su)", NAME, 4)), ==, 1);
  push_complete (fixture->battery, fixture->now);
  push (fixture->battery, fixture->now, "Soc", 70.0, NULL);
  run_until (is_refused, messages);
  holder = owner (fixture);
  g_assert_cmpstr (holder, ==, g_dbus_connection_get_unique_name (thief));
  assert_presence (fixture, FALSE, VB_JOINING_NAME, 120);
  g_assert_cmpint (vb_battery_state (fixture->battery), ==, VB_STATE_LIVE);

  g_dbus_connection_close_sync (thief, NULL, NULL);
  run_until (is_on_bus, fixture->battery);
  assert_changed (fixture, NULL);
  assert_value (fixture->client, NAME, "/Soc", "70.0");

  g_assert_cmpuint (messages->len, ==, 2);
  g_assert_cmpstr (messages->pdata[0], ==,
                   NAME " is owned by another process; asking again in 1 s");
  g_assert_cmpstr (messages->pdata[1], ==, NAME " is on the bus, device instance 120");
  g_log_remove_handler ("bus", handler);
}

static gboolean
is_name_gone (gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autofree char *name = owner (fixture);

  return name == NULL;
}

static gboolean
has_owner (Fixture *fixture, const char *name)
{
  g_autofree char *found = owner_of (fixture->client, name);

  return found != NULL;
}

/* Checks 25 and 44: the unique name goes with the battery, and the next complete record brings the
   battery back on a connection of its own, with the instance that it had. */
static void
test_gone (Fixture *fixture, gconstpointer user_data)
{
  g_autofree char *first = NULL, *second = NULL;
  Consumer consumer = { 0 };
  const guint watch = watch_owner (fixture, &consumer);

  push (fixture->battery, fixture->now, "Cell4", 3.3, NULL);
  go_live (fixture);
  first = owner (fixture);
  run_until (is_set, &consumer.items);
  g_clear_pointer (&consumer.items, g_variant_unref);

  vb_battery_tick (fixture->battery, fixture->now + 600 * SECOND);
  g_assert_cmpint (vb_battery_state (fixture->battery), ==, VB_STATE_GONE);
  assert_presence (fixture, FALSE, VB_JOINING_NOTHING, 120);
  run_until (is_name_gone, fixture);
  g_assert_false (has_owner (fixture, first));

  fixture->now += 700 * SECOND;
  go_live (fixture);
  second = owner (fixture);
  g_assert_cmpstr (first, !=, second);
  assert_presence (fixture, TRUE, VB_JOINING_NOTHING, 120);
  run_until (is_set, &consumer.items);
  assert_read (consumer.items, "/DeviceInstance", "120");
  assert_read (consumer.items, "/Soc", "63.5");

  /* What it had before it left is not among what it has now. */
  g_assert_null (g_variant_lookup_value (consumer.items, "/Voltages/Cell4", NULL));
  g_clear_pointer (&consumer.items, g_variant_unref);
  g_dbus_connection_signal_unsubscribe (fixture->client, watch);
}

/* A record that arrives while it is leaving: it joins when the old name has gone, not before, and
   without the patience that it has with others. */
static void
test_back_at_once (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func (g_free);
  const guint handler = g_log_set_handler ("bus", G_LOG_LEVEL_MESSAGE, on_message, messages);
  Consumer consumer = { 0 };
  const guint watch = watch_owner (fixture, &consumer);

  go_live (fixture);
  for (guint i = 1; i <= 50; i++) {
    run_until (is_set, &consumer.items);
    g_clear_pointer (&consumer.items, g_variant_unref);
    g_assert_cmpuint (consumer.n_appeared, ==, i);

    vb_battery_delete (fixture->battery, fixture->now);
    push_complete (fixture->battery, fixture->now);
    assert_presence (fixture, FALSE, VB_JOINING_NAME, 120);
    run_until (is_on_bus, fixture->battery);
  }
  run_until (is_set, &consumer.items);
  g_clear_pointer (&consumer.items, g_variant_unref);

  for (guint i = 0; i < messages->len; i++)
    g_assert_null (strstr (messages->pdata[i], "asking again"));

  g_dbus_connection_signal_unsubscribe (fixture->client, watch);
  g_log_remove_handler ("bus", handler);
}

/* Deleted before it ever came on the bus. */
static void
test_gone_while_joining (Fixture *fixture, gconstpointer user_data)
{
  push_complete (fixture->battery, fixture->now);
  vb_battery_delete (fixture->battery, fixture->now);
  assert_presence (fixture, FALSE, VB_JOINING_NOTHING, 120);
  run_until (is_name_gone, fixture);

  push (fixture->battery, fixture->now, "Soc", 63.5, NULL);
  g_assert_true (is_name_gone (fixture));
  go_live (fixture);
}

/* Check 25: freeing takes both names off the bus. */
static void
test_stop (Fixture *fixture, gconstpointer user_data)
{
  g_autofree char *unique = NULL;

  go_live (fixture);
  unique = owner (fixture);
  stop (fixture);
  run_until (is_name_gone, fixture);
  g_assert_false (has_owner (fixture, unique));
}

/* Check 27. */
static void
test_two (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (VbBattery) shed = make_battery ("shed", VB_ROLE_MONITOR, FALSE, fixture->now);
  g_autoptr (GError) error = NULL;
  VbVenusService *service = make_service (fixture, shed, FALSE, &error);
  g_autofree char *first = NULL, *second = NULL;

  g_assert_no_error (error);
  go_live (fixture);
  push (shed, fixture->now, "Soc", 30.0, "Voltage", 12.8, "Current", 1.0, NULL);
  run_until (is_on_bus, shed);

  first = owner (fixture);
  second = owner_of (fixture->client, "com.victronenergy.battery.http_shed");
  g_assert_nonnull (second);
  g_assert_cmpstr (first, !=, second);
  assert_value (fixture->client, "com.victronenergy.battery.http_shed", "/Soc", "30.0");
  assert_value (fixture->client, "com.victronenergy.battery.http_shed", "/Serial",
                "'httpbattery_shed'");

  vb_venus_service_free (service);
  assert_value (fixture->client, NAME, "/Soc", "63.5");
}

/* Where localsettings has to give the instance there is no joining without it. */
static void
test_settings (Fixture *fixture, gconstpointer user_data)
{
  assert_presence (fixture, FALSE, VB_JOINING_NOTHING, -1);
  push_complete (fixture->battery, fixture->now);
  assert_presence (fixture, FALSE, VB_JOINING_SETTINGS, -1);
  g_assert_true (is_name_gone (fixture));

  push_complete (fixture->battery, fixture->now + SECOND);
  g_assert_true (is_name_gone (fixture));
  assert_presence (fixture, FALSE, VB_JOINING_SETTINGS, -1);
}

/* What a client saw, in the order of the wire: 's' for a signal, 'r' for a reply. Filled in the
   worker thread. */
typedef struct
{
  GMutex lock;
  GString *seen;
} Wire;

static GDBusMessage *
note_message (GDBusConnection *connection,
              GDBusMessage *message,
              gboolean incoming,
              gpointer user_data)
{
  Wire *wire = user_data;

  if (!incoming)
    return message;

  g_mutex_lock (&wire->lock);
  if (g_strcmp0 (g_dbus_message_get_member (message), "ItemsChanged") == 0)
    g_string_append_c (wire->seen, 's');
  else if (g_dbus_message_get_message_type (message) == G_DBUS_MESSAGE_TYPE_METHOD_RETURN)
    g_string_append_c (wire->seen, 'r');
  g_mutex_unlock (&wire->lock);

  return message;
}

/* Checks 10 and 11: the signal leaves before the reply, and there is one only where there is a
   change. */
static void
test_custom_name (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *sent;
    int answer;
    const char *wire;
    const char *value;
  } rows[] = {
    { "<'abc'>", 0, "sr", "'abc'" },
    { "<'abc'>", 0, "r", "'abc'" },
    { "'abc2'", 0, "sr", "'abc2'" },
    { "<<'abc3'>>", 0, "sr", "'abc3'" },
    { "<7>", 1, "r", "'abc3'" },
    { "<'123456789 123456789 123456789 123'>", 2, "r", "'abc3'" },
    { "@ai []", 0, "sr", "''" },
    { "<@ai []>", 0, "r", "''" },
    { "<'Gäste'>", 0, "sr", "'Gäste'" },
  };
  Wire wire = { .seen = g_string_new (NULL) };
  guint filter;

  g_mutex_init (&wire.lock);
  go_live (fixture);
  settle (fixture);
  filter = g_dbus_connection_add_filter (fixture->client, note_message, &wire, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *seen = NULL;

    g_assert_cmpint (
        set (fixture->client, NAME, "/CustomName", g_variant_new_parsed (rows[i].sent)), ==,
        rows[i].answer);
    g_mutex_lock (&wire.lock);
    seen = g_strdup (wire.seen->str);
    g_string_truncate (wire.seen, 0);
    g_mutex_unlock (&wire.lock);
    g_assert_cmpstr (seen, ==, rows[i].wire);

    assert_value (fixture->client, NAME, "/CustomName", rows[i].value);
    g_mutex_lock (&wire.lock);
    g_string_truncate (wire.seen, 0);
    g_mutex_unlock (&wire.lock);
  }

  g_dbus_connection_remove_filter (fixture->client, filter);
  settle (fixture);
  g_string_free (wire.seen, TRUE);
  g_mutex_clear (&wire.lock);
}

/* Check 9. */
static void
test_read_only (Fixture *fixture, gconstpointer user_data)
{
  go_live (fixture);
  g_assert_cmpint (set (fixture->client, NAME, "/Soc", g_variant_new_parsed ("<5.0>")), ==, 1);
  assert_changed (fixture, NULL);
  assert_value (fixture->client, NAME, "/Soc", "63.5");
}

/* With dbus-writable a write is a record of one field. */
static void
test_writable (Fixture *fixture, gconstpointer user_data)
{
  go_live (fixture);
  assert_changed (fixture, NULL);

  g_assert_cmpint (set (fixture->client, NAME, "/Soc", g_variant_new_parsed ("<50>")), ==, 0);
  assert_changed (fixture, "/Soc");
  assert_value (fixture->client, NAME, "/Soc", "50.0");

  g_assert_cmpint (set (fixture->client, NAME, "/Soc", g_variant_new_parsed ("<106>")), ==, 2);
  g_assert_cmpint (set (fixture->client, NAME, "/DeviceInstance", g_variant_new_parsed ("<7>")), ==,
                   1);
  assert_changed (fixture, NULL);
  g_assert_cmpuint (vb_battery_source (fixture->battery)->refusal.outcome, ==, VB_OUTCOME_WRONG);
}

/* The step down that a write lets happen first takes the objects away under it. */
static void
test_write_while_leaving (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GDBusMessage) message = NULL;
  g_autofree char *unique = NULL;

  /* The record is so old by the clock that the ladder ends with the next look at it. */
  fixture->now -= 5000;
  go_live (fixture);
  unique = owner (fixture);
  message = g_dbus_message_new_method_call (NAME, "/Soc", VB_BUS_ITEM, "SetValue");
  g_dbus_message_set_body (message, g_variant_new_parsed ("(<50>,)"));
  g_dbus_connection_send_message (fixture->client, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL,
                                  NULL);
  run_until (is_name_gone, fixture);
  g_assert_false (has_owner (fixture, unique));
  g_assert_cmpint (vb_battery_state (fixture->battery), ==, VB_STATE_GONE);
}

static void
on_lost (gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->n_lost++;
}

static gboolean
is_lost (gpointer user_data)
{
  return ((Fixture *)user_data)->n_lost > 0;
}

static gboolean
is_off_bus (gpointer user_data)
{
  return !is_on_bus (user_data);
}

/* The bus has died, and is there again; meanwhile @battery knows that it is not on it. */
static void
restart_bus (Fixture *fixture)
{
  private_bus_stop (&fixture->bus);
  run_until (is_off_bus, fixture->battery);
  private_bus_start (&fixture->bus);

  disconnect_client (fixture->client);
  fixture->client = private_bus_connect (&fixture->bus);
}

/* Check 28: the bus has gone and does not come back. An earlier loss does not count. */
static void
test_bus_lost (Fixture *fixture, gconstpointer user_data)
{
  gint64 stopped;

  vb_venus_service_set_lost_func (fixture->service, on_lost, fixture);
  go_live (fixture);
  restart_bus (fixture);
  run_until (is_on_bus, fixture->battery);

  stopped = g_get_monotonic_time ();
  private_bus_stop (&fixture->bus);
  run_until (is_off_bus, fixture->battery);
  assert_presence (fixture, FALSE, VB_JOINING_NAME, 120);
  run_until (is_lost, fixture);
  g_assert_cmpint (g_get_monotonic_time () - stopped, >=, 5 * SECOND);
  g_assert_cmpuint (fixture->n_lost, ==, 1);
}

/* A loss is noticed also while the battery is not on the bus. */
static void
test_bus_lost_while_waiting (Fixture *fixture, gconstpointer user_data)
{
  vb_venus_service_set_lost_func (fixture->service, on_lost, fixture);
  private_bus_stop (&fixture->bus);

  run_until (is_lost, fixture);
  assert_presence (fixture, FALSE, VB_JOINING_NOTHING, 120);
}

/* One that comes back is joined again, with what has happened meanwhile. */
static void
test_bus_back (Fixture *fixture, gconstpointer user_data)
{
  vb_venus_service_set_lost_func (fixture->service, on_lost, fixture);
  go_live (fixture);
  restart_bus (fixture);
  push (fixture->battery, fixture->now, "Soc", 70.0, "Cell5", 3.3, NULL);

  run_until (is_on_bus, fixture->battery);
  g_assert_cmpuint (fixture->n_lost, ==, 0);
  assert_value (fixture->client, NAME, "/DeviceInstance", "120");
  assert_value (fixture->client, NAME, "/Voltages/Cell5", "3.2999999999999998");
  assert_value (fixture->client, NAME, "/Soc", "70.0");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path_, setup_, test_) \
  g_test_add ("/battery-service/" path_, Fixture, &setup_, set_up, test_, tear_down)
  g_test_add_func ("/battery-service/names", test_names);
  ADD ("identity", plain, test_identity);
  ADD ("09-read-only", plain, test_read_only);
  ADD ("10-11-custom-name", plain, test_custom_name);
  ADD ("16-20-signals", plain, test_signals);
  ADD ("21-join", plain, test_join);
  ADD ("22-read-at-once", plain, test_read_at_once);
  ADD ("23-taken-at-start", plain, test_taken_at_start);
  ADD ("23-taken-at-run-time", plain, test_taken_at_run_time);
  ADD ("25-stop", plain, test_stop);
  ADD ("27-two", plain, test_two);
  ADD ("28-bus-lost", plain, test_bus_lost);
  ADD ("28-bus-lost-while-waiting", plain, test_bus_lost_while_waiting);
  ADD ("44-gone", plain, test_gone);
  ADD ("ladder", plain, test_ladder);
  ADD ("family", plain, test_family);
  ADD ("unreachable", plain, test_unreachable);
  ADD ("back-at-once", plain, test_back_at_once);
  ADD ("gone-while-joining", plain, test_gone_while_joining);
  ADD ("settings", on_venus, test_settings);
  ADD ("writable", writable, test_writable);
  ADD ("write-while-leaving", hasty, test_write_while_leaving);
  ADD ("bus-back", plain, test_bus_back);

  return g_test_run ();
}
