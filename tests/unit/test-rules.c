#include "rules-fixture.h"

/* Limits by rules, case by case. */

#define MAXIMA "charge-voltage=56 charge-current=100 discharge-current=150"
#define CELL "charge-by-cell-voltage='3.45:100;3.50:20;3.55:0'"
#define TEMPERATURE "charge-by-temperature='0:0;10:100;40:100;50:0'"
#define LOW_CELL "discharge-by-cell-voltage='2.9:0;3.1:100'"

/* What is measured, with nothing that a rule takes away. */
#define LOW MONITORED " MinCellVoltage=3.30"
#define MEASURED LOW " MaxCellVoltage=3.40 Temperature=20"

static void
push_at (Fixture *fixture, double seconds, const char *record)
{
  tick_at (fixture, (gint64)(seconds * SECOND));
  g_assert_true (push (fixture, record));
}

/* A source that sends no limits gets those of the configuration. */
static void
test_supplied (Fixture *fixture, gconstpointer user_data)
{
  restart_with (fixture, MAXIMA);
  g_assert_true (push (fixture, MONITORED));
  assert_step (fixture, VB_STATE_LIVE, 1);
  assert_missing (fixture, "");
  assert_bus (fixture, "MaxChargeVoltage=56 MaxChargeCurrent=100 MaxDischargeCurrent=150");
  g_assert_cmpuint (fixture->verdict->warnings->len, ==, 0);

  /* One that sends them sends the lower ones, or is lowered. */
  restart (fixture);
  g_assert_true (push (fixture, MONITORED " MaxChargeVoltage=55 MaxChargeCurrent=120"
                                          " MaxDischargeCurrent=0"));
  assert_bus (fixture, "MaxChargeVoltage=55 MaxChargeCurrent=100 MaxDischargeCurrent=0");

  /* Without all three it is no BMS yet. */
  restart_with (fixture, "charge-current=100");
  g_assert_true (push (fixture, MONITORED));
  assert_step (fixture, VB_STATE_WAITING, 0);
  assert_missing (fixture, "MaxChargeVoltage MaxDischargeCurrent");
  g_assert_cmpuint (fixture->verdict->warnings->len, ==, 1);
}

/* The bus shows limits as the seat belt has them. */
static void
test_belt_on_top (Fixture *fixture, gconstpointer user_data)
{
  fixture->config.live.max_charge_current = 80;
  restart_with (fixture, MAXIMA);
  g_assert_true (push (fixture, MONITORED));
  assert_bus (fixture, "MaxChargeCurrent=80");
}

/* What each curve leaves, at its points and between them. */
static void
test_curves (Fixture *fixture, gconstpointer user_data)
{
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (g_getenv ("SOURCE_ROOT"));
  path = g_build_filename (g_getenv ("SOURCE_ROOT"), "tests", "data", "limits-by-curves.txt", NULL);
  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);

  lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL; line++) {
    g_auto (GStrv) columns = g_strsplit (*line, "\t", -1);
    g_autofree char *limits = NULL;
    g_autofree char *record = NULL;

    if (**line == '\0' || **line == '#')
      continue;

    g_assert_cmpuint (g_strv_length (columns), ==, 3);
    limits = g_strconcat (MAXIMA " ", columns[0], NULL);
    record = g_strconcat ("Voltage=52 Current=1 ",
                          strstr (columns[1], "Soc=") != NULL ? "" : "Soc=50 ", columns[1], NULL);

    restart_with (fixture, limits);
    g_assert_true (push (fixture, record));
    assert_step (fixture, VB_STATE_LIVE, 1);
    assert_bus (fixture, columns[2]);
  }
}

/* A cut is at once; what has become 0 stays so until it has recovered for long enough, and then
   rises by the ramp. */
static void
test_recovery (Fixture *fixture, gconstpointer user_data)
{
  restart_with (fixture, MAXIMA " " CELL);
  push_at (fixture, 0, MEASURED);
  assert_bus (fixture, "MaxChargeCurrent=100");
  push_at (fixture, 1, "MaxCellVoltage=3.60 " MONITORED);
  assert_bus (fixture, "MaxChargeCurrent=0");

  /* 8 % and exactly 10 % are not above 10 %. */
  push_at (fixture, 2, "MaxCellVoltage=3.53 " MONITORED);
  push_at (fixture, 9, "MaxCellVoltage=3.525 " MONITORED);
  push_at (fixture, 18, "MaxCellVoltage=3.525 " MONITORED);
  push_at (fixture, 27, "MaxCellVoltage=3.525 " MONITORED);
  push_at (fixture, 36, "MaxCellVoltage=3.525 " MONITORED);
  assert_bus (fixture, "MaxChargeCurrent=0");

  /* A break begins the hold anew. */
  push_at (fixture, 40, "MaxCellVoltage=3.40 " MONITORED);
  push_at (fixture, 49, "MaxCellVoltage=3.40 " MONITORED);
  push_at (fixture, 58, "MaxCellVoltage=3.525 " MONITORED);
  push_at (fixture, 60, "MaxCellVoltage=3.40 " MONITORED);
  push_at (fixture, 69, "MaxCellVoltage=3.40 " MONITORED);
  push_at (fixture, 78, "MaxCellVoltage=3.40 " MONITORED);
  push_at (fixture, 87, "MaxCellVoltage=3.40 " MONITORED);
  push_at (fixture, 89.999, "MaxCellVoltage=3.40 " MONITORED);
  assert_bus (fixture, "MaxChargeCurrent=0");

  /* 2 A in a second, since the last output. */
  push_at (fixture, 91, "MaxCellVoltage=3.40 " MONITORED);
  assert_bus (fixture, "MaxChargeCurrent=2");
  push_at (fixture, 96, "MaxCellVoltage=3.40 " MONITORED);
  assert_bus (fixture, "MaxChargeCurrent=12");
  push_at (fixture, 97, "MaxCellVoltage=3.50 " MONITORED);
  assert_bus (fixture, "MaxChargeCurrent=14");
  push_at (fixture, 98, "MaxCellVoltage=3.525 " MONITORED);
  assert_bus (fixture, "MaxChargeCurrent=10");
  push_at (fixture, 102, "MaxCellVoltage=3.40 " MONITORED);
  assert_bus (fixture, "MaxChargeCurrent=18");
}

/* The ramp that is set, and what the source itself raises. */
static void
test_ramp (Fixture *fixture, gconstpointer user_data)
{
  restart_with (fixture, MAXIMA " recover-ramp=0.5");
  push_at (fixture, 0, MONITORED " MaxChargeCurrent=10 MaxDischargeCurrent=0");
  assert_bus (fixture, "MaxChargeCurrent=10 MaxDischargeCurrent=0");
  push_at (fixture, 4, MONITORED " MaxChargeCurrent=60 MaxDischargeCurrent=150");
  assert_bus (fixture, "MaxChargeCurrent=12 MaxDischargeCurrent=2");
  push_at (fixture, 5, MONITORED " MaxChargeCurrent=11 MaxDischargeCurrent=1");
  assert_bus (fixture, "MaxChargeCurrent=11 MaxDischargeCurrent=1");

  /* Time alone does not raise, and what it does not raise it does not let rise later on. */
  fixture->config.live.rules.recover_ramp = 4;
  push_at (fixture, 6, MONITORED " MaxChargeCurrent=60 MaxDischargeCurrent=150");
  tick_at (fixture, 7 * SECOND);
  reconfigure (fixture);
  tick_at (fixture, 8 * SECOND);
  reconfigure (fixture);
  assert_bus (fixture, "MaxChargeCurrent=11.5 MaxDischargeCurrent=1.5");
  push_at (fixture, 9, MONITORED " MaxChargeCurrent=60 MaxDischargeCurrent=150");
  assert_bus (fixture, "MaxChargeCurrent=23.5 MaxDischargeCurrent=13.5");

  /* DELETE forgets it. */
  switch_off (fixture);
  g_assert_true (push (fixture, MONITORED " MaxChargeCurrent=60 MaxDischargeCurrent=150"));
  assert_bus (fixture, "MaxChargeCurrent=60 MaxDischargeCurrent=150");
}

/* With min-discharge-current the latch holds the floor. */
static void
test_floor_is_latched (Fixture *fixture, gconstpointer user_data)
{
  restart_with (fixture, MAXIMA " " LOW_CELL " min-discharge-current=5");
  push_at (fixture, 0, "MinCellVoltage=2.8 " MONITORED);
  assert_bus (fixture, "MaxDischargeCurrent=5");
  push_at (fixture, 9, "MinCellVoltage=3.3 " MONITORED);
  push_at (fixture, 18, "MinCellVoltage=3.3 " MONITORED);
  push_at (fixture, 27, "MinCellVoltage=3.3 " MONITORED);
  push_at (fixture, 36, "MinCellVoltage=3.3 " MONITORED);
  assert_bus (fixture, "MaxDischargeCurrent=5");
  push_at (fixture, 39, "MinCellVoltage=3.3 " MONITORED);
  assert_bus (fixture, "MaxDischargeCurrent=14");
}

static void
assert_warned (Fixture *fixture, const char *expected)
{
  g_assert_cmpuint (fixture->verdict->warnings->len, ==, expected != NULL ? 1 : 0);
  if (expected != NULL)
    g_assert_cmpstr (g_ptr_array_index (fixture->verdict->warnings, 0), ==, expected);
}

/* A sensor of charging that dies stops charging and leaves the lights on. */
static void
test_charge_sensor (Fixture *fixture, gconstpointer user_data)
{
  restart_with (fixture, MAXIMA " " CELL);
  push_at (fixture, 0, MONITORED);
  assert_step (fixture, VB_STATE_LIVE, 1);
  assert_bus (fixture, "MaxChargeCurrent=0 MaxDischargeCurrent=150");
  assert_warned (fixture, "MaxCellVoltage has never been there: charge-by-cell-voltage stops"
                          " charging");

  /* It comes back as any 0 does. */
  push_at (fixture, 1, MEASURED);
  assert_warned (fixture, NULL);
  assert_bus (fixture, "MaxChargeCurrent=0");

  restart (fixture);
  push_at (fixture, 0, MEASURED);
  assert_bus (fixture, "MaxChargeCurrent=100");
  push_at (fixture, 9, MONITORED);
  push_at (fixture, 18, MONITORED " MaxCellVoltage=null");
  push_at (fixture, 27, MONITORED);
  assert_bus (fixture, "MaxChargeCurrent=100");
  tick_at (fixture, 30 * SECOND - 1);
  assert_bus (fixture, "MaxChargeCurrent=100");
  tick_at (fixture, 30 * SECOND);
  assert_step (fixture, VB_STATE_LIVE, 1);
  assert_bus (fixture, "MaxChargeCurrent=0 MaxDischargeCurrent=150");
  push_at (fixture, 31, MONITORED);
  assert_step (fixture, VB_STATE_LIVE, 0);
  assert_warned (fixture, "MaxCellVoltage not there for 30 s: charge-by-cell-voltage stops"
                          " charging");
}

/* One NaN among the cells does not: the last voltage of the highest cell counts on. */
static void
test_one_nan (Fixture *fixture, gconstpointer user_data)
{
  restart_with (fixture, MAXIMA " " CELL " " LOW_CELL);
  push_at (fixture, 0, MONITORED " Cell1=3.3 Cell2=3.5");
  assert_bus (fixture, "MaxChargeCurrent=20 MaxCellVoltage=3.5");
  push_at (fixture, 1, MONITORED " Cell1=3.3 Cell2=null");
  assert_step (fixture, VB_STATE_LIVE, 1);
  assert_missing (fixture, "");
  assert_bus (fixture, "MaxChargeCurrent=20 MaxCellVoltage=-");
  for (guint i = 2; i < 30; i++)
    push_at (fixture, i, MONITORED " Cell1=3.3 Cell2=null");
  assert_step (fixture, VB_STATE_LATE, 0);
  assert_bus (fixture, "ConnectionInformation='MinCellVoltage not sent for 10 s'");
  tick_at (fixture, 30 * SECOND);
  assert_step (fixture, VB_STATE_STALE, 1);
}

/* What a discharge curve goes by is required. */
static void
test_discharge_sensor (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *limits;
    const char *record;
    const char *missing;
  } cases[] = {
    { LOW_CELL, "MinCellVoltage=3.3", "MinCellVoltage" },
    { LOW_CELL, "Cell1=3.3 Cell2=3.4", "MinCellVoltage" },
    { "discharge-by-temperature='-20:0;-10:100'", "Temperature=5", "Temperature" },
    { "discharge-by-temperature='-20:0;-10:100'", "MinCellTemperature=5 MaxCellTemperature=6",
      "MinCellTemperature MaxCellTemperature" },
    { "discharge-by-temperature='-20:0;-10:100'", "MaxCellTemperature=6 Temperature=5",
      "MaxCellTemperature" },
    { "discharge-by-temperature='-20:0;-10:100'", "Temperature1=6 Temperature2=7",
      "MinCellTemperature MaxCellTemperature" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *limits = g_strconcat (MAXIMA " ", cases[i].limits, NULL);
    g_autofree char *record = g_strconcat (MONITORED " ", cases[i].record, NULL);

    restart_with (fixture, limits);
    push_at (fixture, 0, MONITORED);
    assert_step (fixture, VB_STATE_WAITING, 0);
    assert_missing (fixture, strstr (cases[i].limits, "temperature") != NULL ? "Temperature"
                                                                             : "MinCellVoltage");
    push_at (fixture, 1, record);
    assert_step (fixture, VB_STATE_LIVE, 1);
    assert_missing (fixture, "");

    push_at (fixture, 10, MONITORED);
    push_at (fixture, 11, MONITORED);
    assert_step (fixture, VB_STATE_LATE, 0);
    assert_missing (fixture, cases[i].missing);
    tick_at (fixture, 20 * SECOND);
    push_at (fixture, 30.5, MONITORED);
    tick_at (fixture, 31 * SECOND);
    assert_step (fixture, VB_STATE_STALE, 1);
    push_at (fixture, 32, record);
    assert_step (fixture, VB_STATE_LIVE, 1);

    /* PUT has to name it, or what it is derived from. */
    g_assert_false (put (fixture, MONITORED));
    g_assert_true (put (fixture, record));
    assert_step (fixture, VB_STATE_LIVE, 0);
  }
}

/* A limit that the source has sent is required from then on, though a rule would supply it. */
static void
test_sent_stays_required (Fixture *fixture, gconstpointer user_data)
{
  restart_with (fixture, MAXIMA);
  push_at (fixture, 0, MONITORED " MaxChargeCurrent=null");
  assert_step (fixture, VB_STATE_LIVE, 1);
  assert_bus (fixture, "MaxChargeCurrent=100");
  push_at (fixture, 1, MONITORED " MaxChargeCurrent=20");
  assert_bus (fixture, "MaxChargeCurrent=20");
  for (guint i = 2; i < 31; i++)
    push_at (fixture, i, MONITORED " MaxChargeCurrent=null");
  assert_missing (fixture, "MaxChargeCurrent");
  assert_bus (fixture, "MaxChargeCurrent=20");
  tick_at (fixture, 31 * SECOND);
  assert_step (fixture, VB_STATE_STALE, 1);

  switch_off (fixture);
  g_assert_true (push (fixture, MONITORED));
  assert_bus (fixture, "MaxChargeCurrent=100");
}

/* In stale the ladder decides; what was latched before is latched after. */
static void
test_ladder (Fixture *fixture, gconstpointer user_data)
{
  restart_with (fixture, MAXIMA " " CELL);
  push_at (fixture, 0, MONITORED " MaxCellVoltage=3.6");
  assert_bus (fixture, "MaxChargeCurrent=0");
  tick_at (fixture, 10 * SECOND);
  tick_at (fixture, 30 * SECOND);
  assert_step (fixture, VB_STATE_STALE, 0 + 1);
  assert_bus (fixture, "MaxChargeCurrent=0 MaxDischargeCurrent=150 MaxChargeVoltage=56");
  push_at (fixture, 40, MEASURED);
  assert_step (fixture, VB_STATE_LIVE, 1);
  assert_bus (fixture, "MaxChargeCurrent=0 MaxDischargeCurrent=150");

  /* Lost withdraws what was supplied as it does what was sent. */
  tick_at (fixture, 230 * SECOND);
  assert_bus (fixture, "MaxChargeCurrent=- MaxDischargeCurrent=- MaxChargeVoltage=-");
  tick_at (fixture, 640 * SECOND);
  assert_step (fixture, VB_STATE_GONE, 1);
  g_assert_true (push (fixture, MEASURED));
  assert_bus (fixture, "MaxChargeCurrent=100");
}

/* SIGHUP: cuts at once, rises with the next record; without [limits] it is as the source says. */
static void
test_reload (Fixture *fixture, gconstpointer user_data)
{
  push_at (fixture, 0, REQUIRED " MaxCellVoltage=3.5");
  assert_bus (fixture, LIMITS);
  set_limits (fixture, MAXIMA " " CELL);
  reconfigure (fixture);
  assert_bus (fixture, "MaxChargeVoltage=55.2 MaxChargeCurrent=20 MaxDischargeCurrent=150");
  set_limits (fixture, MAXIMA);
  reconfigure (fixture);
  assert_bus (fixture, "MaxChargeCurrent=20");
  push_at (fixture, 1, REQUIRED);
  assert_bus (fixture, "MaxChargeCurrent=22");
  set_limits (fixture, "");
  reconfigure (fixture);
  assert_bus (fixture, LIMITS);
}

/* A reload that asks for what never came takes nobody off the bus: it has an age from then on, and
   the ladder its time. What is in force stays until then. */
static void
test_reload_asks_for_more (Fixture *fixture, gconstpointer user_data)
{
  push_at (fixture, 0, REQUIRED);
  set_limits (fixture, MAXIMA " " LOW_CELL);
  reconfigure (fixture);
  assert_step (fixture, VB_STATE_LIVE, 0);
  assert_bus (fixture, "MaxChargeCurrent=100 MaxDischargeCurrent=150");
  push_at (fixture, 9, REQUIRED);
  assert_step (fixture, VB_STATE_LIVE, 0);
  push_at (fixture, 12, REQUIRED);
  assert_missing (fixture, "MinCellVoltage");
  g_assert_cmpint (vb_battery_state (fixture->battery), ==, VB_STATE_LATE);
  push_at (fixture, 31, REQUIRED);
  g_assert_cmpint (vb_battery_state (fixture->battery), ==, VB_STATE_STALE);
  assert_bus (fixture, "MaxChargeCurrent=0 MaxDischargeCurrent=150");
  push_at (fixture, 32, REQUIRED " MinCellVoltage=3.0");
  g_assert_cmpint (vb_battery_state (fixture->battery), ==, VB_STATE_LIVE);
  assert_bus (fixture, "MaxDischargeCurrent=75");

  /* What came once, long ago, does not make it any older. */
  restart_with (fixture, MAXIMA);
  push_at (fixture, 32, REQUIRED " Temperature=20");
  push_at (fixture, 700, REQUIRED);
  push_at (fixture, 701, REQUIRED);
  set_limits (fixture, MAXIMA " discharge-by-temperature='0:0;10:100'");
  reconfigure (fixture);
  g_assert_cmpint (vb_battery_state (fixture->battery), ==, VB_STATE_LIVE);
  set_limits (fixture, MAXIMA);
  reconfigure (fixture);

  /* Where it is gone for that, it takes all to come back. */
  restart (fixture);
  set_limits (fixture, MAXIMA);
  reconfigure (fixture);
  push_at (fixture, 740, REQUIRED);
  set_limits (fixture, MAXIMA " " LOW_CELL);
  reconfigure (fixture);
  push_at (fixture, 1400, REQUIRED);
  g_assert_cmpint (vb_battery_state (fixture->battery), ==, VB_STATE_GONE);
  push_at (fixture, 1401, REQUIRED);
  g_assert_cmpint (vb_battery_state (fixture->battery), ==, VB_STATE_GONE);
}

/* A limit that only its maximum supplies does not go with that: the battery keeps what it has. */
static void
test_reload_takes_a_limit (Fixture *fixture, gconstpointer user_data)
{
  restart_with (fixture, MAXIMA);
  push_at (fixture, 0, MONITORED " MaxDischargeCurrent=120");
  set_limits (fixture, "charge-voltage=56 charge-current=100");
  g_assert_null (vb_battery_loses_limit (fixture->battery, &fixture->config));
  set_limits (fixture, "charge-voltage=56");
  g_assert_cmpstr (vb_battery_loses_limit (fixture->battery, &fixture->config), ==,
                   "MaxChargeCurrent");
  reconfigure (fixture);
  push_at (fixture, 1, MONITORED " MaxDischargeCurrent=120");
  assert_bus (fixture, "MaxChargeVoltage=56 MaxChargeCurrent=100 MaxDischargeCurrent=120");
  vb_battery_delete (fixture->battery, fixture->now);
  g_assert_null (vb_battery_loses_limit (fixture->battery, &fixture->config));
}

/* What one refused record says of a limit that is never sent holds until the next record. */
static void
test_safer_is_no_limit_for_ever (Fixture *fixture, gconstpointer user_data)
{
  restart_with (fixture, MAXIMA);
  push_at (fixture, 0, MONITORED);
  tick_at (fixture, SECOND);
  push (fixture, MONITORED " MaxDischargeCurrent=0 MaxDischargeCurrent=20");
  assert_bus (fixture, "MaxDischargeCurrent=0");
  push_at (fixture, 2, MONITORED " MaxDischargeCurrent=0 MaxDischargeCurrent=20");
  assert_bus (fixture, "MaxDischargeCurrent=0");
  push_at (fixture, 62, MONITORED);
  push_at (fixture, 63, MONITORED);
  g_assert_cmpfloat (
      vb_value_number (vb_battery_value (fixture->battery, item_of ("MaxDischargeCurrent")), 0), >,
      0);
}

/* One cell that is read wrongly makes no charge voltage that no battery has. */
static void
test_wild_cell (Fixture *fixture, gconstpointer user_data)
{
  restart_with (fixture, MAXIMA " cell-max-voltage=3.5");
  push_at (fixture, 0, MONITORED " Cell1=3.3 Cell2=3.3 Cell3=5 Cell4=3.3");
  assert_bus (fixture, "MaxChargeVoltage=14.1");
}

/* A refused record that asks for less gets it, also while a rule holds the limit lower still. */
static void
test_safer (Fixture *fixture, gconstpointer user_data)
{
  fixture->config.live.wrong_fields = VB_WRONG_FIELDS_REFUSE;
  restart_with (fixture, MAXIMA " " CELL " recover-ramp=3000");
  push_at (fixture, 0, REQUIRED " MaxCellVoltage=3.5");
  assert_bus (fixture, "MaxChargeCurrent=20");
  tick_at (fixture, SECOND);
  g_assert_false (push (fixture, "MaxChargeCurrent=50 Nonsense=1"));
  assert_bus (fixture, "MaxChargeCurrent=20");
  push_at (fixture, 2, MONITORED " MaxCellVoltage=3.3");
  assert_bus (fixture, "MaxChargeCurrent=50");

  /* Where a reload has raised what the next record will let rise, too. */
  restart_with (fixture, "charge-voltage=54 charge-current=100 discharge-current=150");
  push_at (fixture, 2, REQUIRED);
  assert_bus (fixture, "MaxChargeVoltage=54");
  set_limits (fixture, MAXIMA);
  reconfigure (fixture);
  assert_bus (fixture, "MaxChargeVoltage=54");
  g_assert_false (push (fixture, "MaxChargeVoltage=54 Nonsense=1"));
  push_at (fixture, 3, MONITORED);
  assert_bus (fixture, "MaxChargeVoltage=54");
}

static void
assert_limited (Fixture *fixture, VbLimit limit, VbRule by, double to)
{
  g_assert_true (fixture->verdict->has_rules);
  g_assert_cmpstr (vb_rule_name (fixture->verdict->limited[limit].by), ==, vb_rule_name (by));
  if (by != VB_RULE_NONE)
    g_assert_cmpfloat_with_epsilon (fixture->verdict->limited[limit].to, to, 1e-9);
  g_assert_cmpint (vb_battery_limited (fixture->battery)[limit].by, ==, by);
}

/* The verdict says what limits with each record. */
static void
test_limited (Fixture *fixture, gconstpointer user_data)
{
  const VbLimited *limited = &fixture->verdict->limited[VB_LIMIT_CHARGE_CURRENT];

  restart_with (fixture, MAXIMA " " CELL " " LOW_CELL);
  push_at (fixture, 0, MEASURED);
  for (VbLimit limit = 0; limit < VB_N_LIMITS; limit++)
    assert_limited (fixture, limit, VB_RULE_NONE, 0);

  /* What the source sends is what would be without rules. */
  push_at (fixture, 1, MEASURED " MaxChargeCurrent=120 MaxChargeVoltage=57");
  assert_limited (fixture, VB_LIMIT_CHARGE_CURRENT, VB_RULE_CHARGE_CURRENT, 100);
  assert_limited (fixture, VB_LIMIT_CHARGE_VOLTAGE, VB_RULE_CHARGE_VOLTAGE, 56);
  push_at (fixture, 2, LOW " MaxChargeCurrent=20 MaxChargeVoltage=57 MaxCellVoltage=3.475");
  assert_limited (fixture, VB_LIMIT_CHARGE_CURRENT, VB_RULE_NONE, 0);
  push_at (fixture, 3, LOW " MaxChargeCurrent=20 MaxChargeVoltage=57 MaxCellVoltage=3.525");
  assert_limited (fixture, VB_LIMIT_CHARGE_CURRENT, VB_RULE_CHARGE_BY_CELL_VOLTAGE, 10);
  g_assert_cmpint (limited->input, ==, VB_INPUT_MAX_CELL_VOLTAGE);
  g_assert_cmpfloat (limited->value, ==, 3.525);
  g_assert_cmpfloat_with_epsilon (limited->share, 10, 1e-9);
  push_at (fixture, 4, LOW " MaxChargeCurrent=20 MaxChargeVoltage=57 MaxCellVoltage=3.4");
  assert_limited (fixture, VB_LIMIT_CHARGE_CURRENT, VB_RULE_RECOVER_RAMP, 12);
  push_at (fixture, 5, LOW " MaxChargeCurrent=20 MaxChargeVoltage=57 MaxCellVoltage=3.6");
  assert_limited (fixture, VB_LIMIT_CHARGE_CURRENT, VB_RULE_CHARGE_BY_CELL_VOLTAGE, 0);
  push_at (fixture, 6, LOW " MaxChargeCurrent=20 MaxChargeVoltage=57 MaxCellVoltage=3.4");
  assert_limited (fixture, VB_LIMIT_CHARGE_CURRENT, VB_RULE_RECOVER_HOLD, 0);

  /* Where the ladder decides, no rule does. */
  tick_at (fixture, 36 * SECOND);
  g_assert_cmpint (vb_battery_limited (fixture->battery)[VB_LIMIT_CHARGE_CURRENT].by, ==,
                   VB_RULE_NONE);
  push_at (fixture, 37, REQUIRED " MinCellVoltage=3.30");
  set_limits (fixture, "");
  reconfigure (fixture);
  g_assert_null (vb_battery_limited (fixture->battery));
}

/* What is told is what the bus shows; a rule that leaves more than the seat belt limits nothing. */
static void
test_limited_below_the_belt (Fixture *fixture, gconstpointer user_data)
{
  fixture->config.live.max_charge_current = 50;
  restart_with (fixture, MAXIMA " " CELL);
  push_at (fixture, 0, MONITORED " MaxCellVoltage=3.475");
  assert_bus (fixture, "MaxChargeCurrent=50 ConnectionInformation='Receiving data from 192.0.2.7'");
  assert_limited (fixture, VB_LIMIT_CHARGE_CURRENT, VB_RULE_NONE, 0);
  push_at (fixture, 1, MONITORED " MaxCellVoltage=3.4801");
  assert_bus (fixture, "MaxChargeCurrent=50");
  assert_limited (fixture, VB_LIMIT_CHARGE_CURRENT, VB_RULE_NONE, 0);
  push_at (fixture, 2, MONITORED " MaxCellVoltage=3.4899");
  assert_bus (fixture, "MaxChargeCurrent=36.1");
  assert_limited (fixture, VB_LIMIT_CHARGE_CURRENT, VB_RULE_CHARGE_BY_CELL_VOLTAGE, 36.16);
}

static void
count_limited (VbBattery *battery, gpointer user_data)
{
  (*(guint *)user_data)++;
}

/* The line and the event change with the rule, not with the number, and not with every record of a
   rule that comes and goes. */
static void
test_told (Fixture *fixture, gconstpointer user_data)
{
  static const VbBatteryEvents events = { .limited = count_limited };
  guint told = 0;

  restart_with (fixture, MAXIMA " " CELL " " LOW_CELL " recover-ramp=50");
  vb_battery_add_listener (fixture->battery, &events, &told);
  push_at (fixture, 0, MEASURED);
  assert_bus (fixture, "ConnectionInformation='Receiving data from 192.0.2.7'");
  push_at (fixture, 1, LOW " MaxCellVoltage=3.46");
  assert_bus (fixture, "ConnectionInformation='Charging limited: highest cell'");
  g_assert_cmpuint (told, ==, 1);
  push_at (fixture, 2, MONITORED " MaxCellVoltage=3.47 MinCellVoltage=3.0");
  assert_bus (fixture, "ConnectionInformation='Charging limited: highest cell; discharging limited:"
                       " lowest cell'");
  g_assert_cmpuint (told, ==, 2);

  for (guint i = 3; i < 13; i++)
    push_at (fixture, i, LOW " MaxCellVoltage=3.46");
  assert_bus (fixture, "ConnectionInformation='Charging limited: highest cell; discharging limited:"
                       " lowest cell'");
  push_at (fixture, 13, LOW " MaxCellVoltage=3.46");
  assert_bus (fixture, "ConnectionInformation='Charging limited: highest cell'");
  g_assert_cmpuint (told, ==, 3);

  /* It comes and goes. */
  for (guint i = 14; i < 60; i++)
    push_at (fixture, i, i % 5 == 0 ? LOW " MaxCellVoltage=3.46" : MEASURED);
  assert_bus (fixture, "ConnectionInformation='Charging limited: highest cell'");
  for (guint i = 60; i < 80; i++)
    push_at (fixture, i, MEASURED);
  assert_bus (fixture, "ConnectionInformation='Receiving data from 192.0.2.7'");
  g_assert_cmpuint (told, ==, 4);

  /* The source's own text stands behind it. */
  push_at (fixture, 80, MEASURED " ConnectionInformation=own");
  assert_bus (fixture, "ConnectionInformation=own");
  push_at (fixture, 80, LOW " MaxCellVoltage=3.46 ConnectionInformation=own");
  assert_bus (fixture, "ConnectionInformation='Charging limited: highest cell; own'");
  push_at (fixture, 80,
           MONITORED " MaxCellVoltage=3.46 MinCellVoltage=3.0 ConnectionInformation="
                     "'0123456789 123456789 123456789 123456789 123456789 123456789"
                     " 123'");
  assert_bus (fixture,
              "ConnectionInformation='Charging limited: highest cell; discharging limited:"
              " lowest cell; 0123456789 123456789 123456789 123456789 123456789 12345678…'");
  push_at (fixture, 81, LOW " MaxCellVoltage=3.46 ConnectionInformation=null");
  push_at (fixture, 82, MONITORED " MinCellVoltage=3.3");
  for (guint i = 90; i < 140; i += 9)
    push_at (fixture, i, MONITORED " MinCellVoltage=3.3");
  assert_bus (fixture, "ConnectionInformation='Charging limited: highest cell not known'");
  vb_battery_remove_listener (fixture->battery, &told);
}

/* A configuration with rules costs a battery without limits nothing. */
static void
test_steady (Fixture *fixture, gconstpointer user_data)
{
  restart_with (fixture, MAXIMA " " CELL " " TEMPERATURE " " LOW_CELL);
  push_at (fixture, 0, MEASURED " MaxCellTemperature=7");
  for (guint i = 1; i < 1000; i++) {
    push_at (fixture, i, MEASURED " MaxCellTemperature=7");
    assert_step (fixture, VB_STATE_LIVE, 0);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) g_test_add ("/rules/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("supplied", test_supplied);
  ADD ("belt-on-top", test_belt_on_top);
  ADD ("curves", test_curves);
  ADD ("recovery", test_recovery);
  ADD ("ramp", test_ramp);
  ADD ("floor-is-latched", test_floor_is_latched);
  ADD ("charge-sensor", test_charge_sensor);
  ADD ("one-nan", test_one_nan);
  ADD ("discharge-sensor", test_discharge_sensor);
  ADD ("sent-stays-required", test_sent_stays_required);
  ADD ("ladder", test_ladder);
  ADD ("reload", test_reload);
  ADD ("reload-asks-for-more", test_reload_asks_for_more);
  ADD ("reload-takes-a-limit", test_reload_takes_a_limit);
  ADD ("safer-is-no-limit-for-ever", test_safer_is_no_limit_for_ever);
  ADD ("wild-cell", test_wild_cell);
  ADD ("safer", test_safer);
  ADD ("limited", test_limited);
  ADD ("limited-below-the-belt", test_limited_below_the_belt);
  ADD ("told", test_told);
  ADD ("steady", test_steady);
#undef ADD

  return g_test_run ();
}
