#include "core/battery.h"

#define SECOND G_USEC_PER_SEC
#define SERVICE "com.victronenergy.battery.virtual"

static const VbSystem chosen = {
  .there = TRUE,
  .monitor = "com.victronenergy.battery/100",
  .bms = SERVICE,
  .dvcc = TRUE,
};

static void
assert_selected (const VbSystem *system, int instance, gboolean monitor, gboolean bms)
{
  const VbSelected selected = vb_system_selected (system, SERVICE, instance);

  g_assert_true (selected.known);
  g_assert_cmpint (selected.monitor, ==, monitor);
  g_assert_cmpint (selected.bms, ==, bms);
}

static void
test_selected (void)
{
  VbSystem system = chosen;

  assert_selected (&system, 100, TRUE, TRUE);
  assert_selected (&system, 10, FALSE, TRUE);
  assert_selected (&system, -1, FALSE, TRUE);
  g_assert_true (vb_system_selected (&system, SERVICE, 100).dvcc);
  g_assert_false (vb_system_selected (&system, NULL, 100).bms);

  system.monitor = "com.victronenergy.battery/1000";
  system.bms = SERVICE "_2";
  system.dvcc = FALSE;
  assert_selected (&system, 100, FALSE, FALSE);
  g_assert_false (vb_system_selected (&system, SERVICE, 100).dvcc);

  system.monitor = system.bms = NULL;
  assert_selected (&system, 100, FALSE, FALSE);
}

/* Two batteries may have one number; where Venus tells the name it decides. */
static void
test_selected_by_name (void)
{
  VbSystem system = chosen;

  system.monitor_service = SERVICE;
  assert_selected (&system, 100, TRUE, TRUE);
  system.monitor = "com.victronenergy.battery/7";
  assert_selected (&system, 100, TRUE, TRUE);
  g_assert_cmpstr (vb_system_monitor (&system), ==, SERVICE);

  system.monitor = chosen.monitor;
  system.monitor_service = "com.victronenergy.battery.twin";
  assert_selected (&system, 100, FALSE, TRUE);
  g_assert_cmpstr (vb_system_monitor (&system), ==, "com.victronenergy.battery.twin");
  system.monitor_service = NULL;
  g_assert_cmpstr (vb_system_monitor (&system), ==, "com.victronenergy.battery/100");
}

static void
test_unknown (void)
{
  VbSystem system = chosen;
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  system.there = FALSE;
  g_assert_false (vb_system_selected (NULL, SERVICE, 100).known);
  g_assert_false (vb_system_selected (&system, SERVICE, 100).known);
  vb_system_describe (NULL, VB_ROLE_BMS, SERVICE, 100, texts);
  vb_system_describe (&system, VB_ROLE_BMS, SERVICE, 100, texts);
  g_assert_cmpuint (texts->len, ==, 0);
}

static void
assert_described (const VbSystem *system, VbRole role, const char *expected)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *joined = NULL;

  vb_system_describe (system, role, SERVICE, 100, texts);
  g_ptr_array_add (texts, NULL);
  joined = g_strjoinv ("; ", (char **)texts->pdata);
  g_assert_cmpstr (joined, ==, expected);
}

static void
test_described (void)
{
  VbSystem system = chosen;

  assert_described (&system, VB_ROLE_BMS, "selected as battery monitor; selected as BMS");
  assert_described (&system, VB_ROLE_MONITOR, "selected as battery monitor");

  system.dvcc = FALSE;
  system.several = TRUE;
  assert_described (&system, VB_ROLE_MONITOR, "selected as battery monitor");
  assert_described (&system, VB_ROLE_BMS,
                    "selected as battery monitor; selected as BMS; "
                    "limits are not used: switch DVCC on; several BMSes are on the bus "
                    "(MultipleBatteries): Venus obeys one of them, choose it there");

  system = chosen;
  system.monitor = "com.victronenergy.battery/0";
  system.bms = "com.victronenergy.battery.ttyO2";
  assert_described (&system, VB_ROLE_BMS,
                    "not the battery monitor: com.victronenergy.battery/0 is selected instead; "
                    "limits are not used: com.victronenergy.battery.ttyO2 is selected as BMS "
                    "instead");

  /* Who chooses does not matter to whom it was not. */
  system.automatic_monitor = TRUE;
  system.monitor_service = "com.victronenergy.battery.twin";
  assert_described (&system, VB_ROLE_MONITOR,
                    "not the battery monitor: com.victronenergy.battery.twin is selected instead");

  system.monitor = system.monitor_service = system.bms = NULL;
  assert_described (&system, VB_ROLE_BMS,
                    "not the battery monitor: none is selected; "
                    "limits are not used: no BMS is selected");
}

#define AUTOMATIC                                                                               \
  "nobody has chosen the battery monitor (Automatic): while this battery is stale Venus "       \
  "silently shows another one, as that of a Multi; choose this one in Settings, System setup, " \
  "Battery monitor"

/* What Venus chose by itself it takes back by itself. */
static void
test_automatic_monitor (void)
{
  VbSystem system = chosen;

  system.automatic_monitor = TRUE;
  assert_described (&system, VB_ROLE_MONITOR, "selected as battery monitor; " AUTOMATIC);
  assert_described (&system, VB_ROLE_BMS,
                    "selected as battery monitor; " AUTOMATIC "; selected as BMS");
}

static VbBattery *
make_battery (const VbSystem *system)
{
  g_auto (VbBatteryConfig) config = { 0 };
  VbBattery *battery;

  vb_battery_config_init (&config, "virtual");
  battery = vb_battery_new (&config, SECOND);
  vb_battery_set_system (battery, system);

  return battery;
}

/* Sends a complete record. Returns: the warnings of its verdict, joined */
static char *
push (VbBattery *battery, gint64 now, gboolean check)
{
  static const char *const names[] = {
    "Soc", "Voltage", "Current", "MaxChargeVoltage", "MaxChargeCurrent", "MaxDischargeCurrent"
  };
  static const double numbers[] = { 63.5, 52.7, -12.3, 55.2, 100, 150 };
  g_autoptr (VbRecord) record = vb_record_new ();
  g_autoptr (VbVerdict) verdict = vb_verdict_new ();

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    vb_record_add_number (record, names[i], numbers[i]);
  if (check)
    g_assert_true (vb_battery_check (battery, NULL, record, now, verdict));
  else
    g_assert_true (vb_battery_apply (battery, record, VB_APPLY_MERGE, "127.0.0.1", now, verdict));
  g_ptr_array_add (verdict->warnings, NULL);

  return g_strjoinv ("; ", (char **)verdict->warnings->pdata);
}

static void
assert_warns (VbBattery *battery, gint64 now, const char *expected)
{
  g_autofree char *warnings = push (battery, now, FALSE);

  g_assert_cmpstr (warnings, ==, expected);
}

static void
expect_log (const char *text)
{
  g_test_expect_message ("battery", G_LOG_LEVEL_MESSAGE, text);
}

/* Once for each change that has lasted for 5 s, and only while the battery is on the bus. */
static void
test_told (void)
{
  VbSystem system = chosen;
  g_autoptr (VbBattery) battery = make_battery (&system);
  gint64 now = 2 * SECOND;

  assert_warns (battery, now, "");
  vb_battery_set_presence (battery, TRUE, VB_JOINING_NOTHING, SERVICE, 100);
  assert_warns (battery, now + 5 * SECOND - 1, "");

  /* A check tells nothing, so that the next record still does. */
  g_free (push (battery, now + 5 * SECOND, TRUE));
  expect_log ("battery virtual: selected as battery monitor; selected as BMS");
  assert_warns (battery, now + 5 * SECOND, "selected as battery monitor; selected as BMS");
  g_test_assert_expected_messages ();
  assert_warns (battery, now + 6 * SECOND, "");
  assert_warns (battery, now + 60 * SECOND, "");

  /* What was taken back at once is not told. */
  now += 61 * SECOND;
  system.dvcc = FALSE;
  system.last_change = now;
  assert_warns (battery, now + SECOND, "");
  system.dvcc = TRUE;
  system.last_change = now + 2 * SECOND;
  assert_warns (battery, now + 8 * SECOND, "");

  system.dvcc = FALSE;
  system.last_change = now + 9 * SECOND;
  expect_log ("*switch DVCC on");
  assert_warns (battery, now + 14 * SECOND,
                "selected as battery monitor; selected as BMS; "
                "limits are not used: switch DVCC on");
  g_test_assert_expected_messages ();
  assert_warns (battery, now + 15 * SECOND, "");
}

static void
test_not_on_bus (void)
{
  VbSystem system = chosen;
  g_autoptr (VbBattery) battery = make_battery (&system);

  for (guint i = 1; i < 20; i++)
    assert_warns (battery, i * SECOND, "");

  /* Where there is no system service, nothing is known. */
  vb_battery_set_presence (battery, TRUE, VB_JOINING_NOTHING, SERVICE, 100);
  system.there = FALSE;
  for (guint i = 20; i < 40; i++)
    assert_warns (battery, i * SECOND, "");
  g_assert_false (vb_battery_selected (battery).known);
}

#define CLASH                                                                                    \
  "device instance 100 is also that of com.victronenergy.battery.twin: Venus takes the one for " \
  "the other; give one of them another number"
#define DISPLACED                                                                                 \
  "Venus obeys this battery in the place of com.victronenergy.battery.other, because nobody has " \
  "chosen the BMS and its device instance is lower; choose the BMS under DVCC"

static void
assert_stands (const VbBattery *battery, const char *expected)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *joined = NULL;

  vb_battery_warnings (battery, texts);
  g_ptr_array_add (texts, NULL);
  joined = g_strjoinv ("; ", (char **)texts->pdata);
  g_assert_cmpstr (joined, ==, expected);
}

/* A twin is warned of by every record, also one that is only tried, and logged once. */
static void
test_clash (void)
{
  g_autoptr (VbNeighbours) neighbours = vb_neighbours_new ();
  g_autoptr (VbBattery) battery = make_battery (NULL);
  g_autofree char *tried = NULL;

  vb_battery_set_neighbours (battery, neighbours);
  vb_neighbours_add_own (neighbours, SERVICE, 100);
  vb_neighbours_set_instance (neighbours, SERVICE, 100);
  vb_neighbours_set_instance (neighbours, "com.victronenergy.battery.twin", 100);
  assert_warns (battery, 2 * SECOND, "");

  vb_battery_set_presence (battery, FALSE, VB_JOINING_NAME, SERVICE, 100);
  expect_log ("battery virtual: device instance 100 is also that of *twin*");
  for (guint i = 3; i < 6; i++)
    assert_warns (battery, i * SECOND, CLASH);
  tried = push (battery, 6 * SECOND, TRUE);
  g_assert_cmpstr (tried, ==, CLASH);
  assert_stands (battery, CLASH);
  g_test_assert_expected_messages ();

  vb_neighbours_remove (neighbours, "com.victronenergy.battery.twin");
  assert_stands (battery, "");
  expect_log ("battery virtual: no other battery is in its way any more");
  assert_warns (battery, 7 * SECOND, "");
  assert_warns (battery, 8 * SECOND, "");
  g_test_assert_expected_messages ();
}

/* Who becomes BMS by its number alone takes the place of another: not where somebody has chosen,
   not where Venus obeys the other, and not where the other is none. */
static void
test_displaced (void)
{
  VbSystem system = chosen;
  g_autoptr (VbNeighbours) neighbours = vb_neighbours_new ();
  g_autoptr (VbBattery) battery = make_battery (&system);

  vb_battery_set_neighbours (battery, neighbours);
  vb_battery_set_presence (battery, FALSE, VB_JOINING_NAME, SERVICE, 100);
  vb_neighbours_set_instance (neighbours, "com.victronenergy.battery.other", 512);
  system.automatic_bms = TRUE;
  assert_warns (battery, 2 * SECOND, "");

  vb_neighbours_set_limits (neighbours, "com.victronenergy.battery.other", TRUE);
  expect_log ("battery virtual: Venus obeys this battery in the place of *other*");
  assert_warns (battery, 3 * SECOND, DISPLACED);
  g_test_assert_expected_messages ();

  system.automatic_bms = FALSE;
  assert_stands (battery, "");
  system.automatic_bms = TRUE;
  system.bms = "com.victronenergy.battery.other";
  assert_stands (battery, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/selection/selected", test_selected);
  g_test_add_func ("/selection/selected-by-name", test_selected_by_name);
  g_test_add_func ("/selection/clash", test_clash);
  g_test_add_func ("/selection/displaced", test_displaced);
  g_test_add_func ("/selection/unknown", test_unknown);
  g_test_add_func ("/selection/described", test_described);
  g_test_add_func ("/selection/automatic-monitor", test_automatic_monitor);
  g_test_add_func ("/selection/told", test_told);
  g_test_add_func ("/selection/not-on-bus", test_not_on_bus);

  return g_test_run ();
}
