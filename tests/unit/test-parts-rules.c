#include "parts-fixture.h"

/* Limits by rules for a battery that several sources make together. */

#define MAXIMA "charge-voltage=56 charge-current=140 discharge-current=200 "

/* Rules act on what all of them say together; what a discharge curve goes by each pack has to
   send. */
static void
test_rules (Fixture *fixture, gconstpointer user_data)
{
  const Part strings[]
      = { { .name = "left", .capacity = 280 }, { .name = "right", .capacity = 280 } };

  set_limits (fixture, "charge-voltage=56 charge-current=100 discharge-current=200 "
                       "discharge-by-cell-voltage=2.80:0;3.00:50;3.10:100");
  begin_pair (fixture, VB_WHEN_SILENT_STOP_CHARGING);
  g_assert_true (push_part (fixture, "left", PACK "MinCellVoltage=3.2"));
  g_assert_true (push_part (fixture, "right", PACK));
  assert_missing (fixture, "MinCellVoltage");
  assert_state (fixture, VB_STATE_WAITING);
  g_assert_true (push_part (fixture, "right", PACK "MinCellVoltage=3"));
  assert_state (fixture, VB_STATE_LIVE);
  assert_bus (fixture, "MaxChargeVoltage=56 MaxChargeCurrent=100 MaxDischargeCurrent=100");
  g_assert_true (push_part (fixture, "right", "MinCellVoltage=2.8"));
  assert_bus (fixture, "MaxDischargeCurrent=0");

  /* The sensor of one dies: that one is to blame. */
  send_until (fixture, "left right", PACK, 5);
  for (guint second = 6; second <= 12; second++) {
    send_until (fixture, "left", PACK "MinCellVoltage=3.2", second);
    g_assert_true (push_part (fixture, "right", PACK));
  }
  assert_state (fixture, VB_STATE_LATE);
  assert_bus (fixture, "ConnectionInformation='right: MinCellVoltage not sent for 10 s'");

  /* In parallel the pack whose cells allow the least decides; in series they are one string. */
  set_limits (fixture, "charge-voltage=56 charge-current=100 discharge-current=200 "
                       "cell-max-voltage=3.5");
  begin_pair (fixture, VB_WHEN_SILENT_STOP_CHARGING);
  g_assert_true (push_part (fixture, "left", PACK "Cell1=3.3 Cell2=3.4"));
  g_assert_true (push_part (fixture, "right", PACK "Cell1=3.2 Cell2=3.5"));
  assert_bus (fixture, "MaxChargeVoltage=6.7");
  begin (fixture, VB_PARTS_SERIES, strings, 2);
  g_assert_true (push_part (fixture, "left", PACK "Cell1=3.3 Cell2=3.4"));
  g_assert_true (push_part (fixture, "right", PACK "Cell1=3.2 Cell2=3.5"));
  assert_bus (fixture, "MaxChargeVoltage=13.4");
}

/* What rules supply is no more than a pack that sends limits bears, beside one that sends none. */
static void
test_rules_beside_limits (Fixture *fixture, gconstpointer user_data)
{
  set_limits (fixture, "charge-voltage=56 charge-current=100 discharge-current=200");
  begin_pair (fixture, VB_WHEN_SILENT_STOP_CHARGING);
  g_assert_true (push_part (fixture, "left", PACK));
  g_assert_true (push_part (fixture, "right", PACK));
  assert_bus (fixture, "MaxChargeVoltage=56 MaxChargeCurrent=100 MaxDischargeCurrent=200");

  g_assert_true (push_part (fixture, "left", "MaxChargeVoltage=55 MaxChargeCurrent=20"));
  assert_bus (fixture, "MaxChargeVoltage=55 MaxChargeCurrent=20 MaxDischargeCurrent=200");
}

/* A limit that a pack never sent is no safer one of a refused record: beside one that another pack
   sends it would have no age, give that pack a share, and let the battery bear more. */
static void
test_rules_beside_refused (Fixture *fixture, gconstpointer user_data)
{
  set_limits (fixture, "charge-voltage=56 charge-current=100 discharge-current=200");
  begin_pair (fixture, VB_WHEN_SILENT_STOP_CHARGING);
  g_assert_true (push_part (fixture, "left", PACK "MaxChargeCurrent=30"));
  g_assert_true (push_part (fixture, "right", PACK));
  assert_bus (fixture, "MaxChargeCurrent=30");

  g_assert_false (push_part (fixture, "right", "MaxChargeCurrent=40 Connected=2"));
  send_until (fixture, "left", PACK "MaxChargeCurrent=30", 5);
  assert_bus (fixture, "MaxChargeCurrent=30");
  g_assert_true (push_part (fixture, "right", "MaxChargeCurrent=40"));
  send_until (fixture, "left", PACK "MaxChargeCurrent=30", 9);
  assert_bus (fixture, "MaxChargeCurrent=38");

  /* Once it has sent one it is measured against that. */
  g_assert_false (push_part (fixture, "right", "MaxChargeCurrent=15 Connected=2"));
  assert_bus (fixture, "MaxChargeCurrent=30");
}

/* A curve goes by the worst pack, whatever kinds of input they have, and by no pack's silence. */
static void
test_rules_by_the_worst (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *rules;
    const char *left;
    const char *right;
    const char *bus;
  } cases[] = {
    { "charge-by-temperature=0:0;10:100;40:100;50:0", "Temperature=20", "Temperature=-10",
      "MaxChargeCurrent=0" },
    { "charge-by-temperature=0:0;10:100;40:100;50:0", "Temperature=20", "Temperature=60",
      "MaxChargeCurrent=0" },
    { "charge-by-temperature=0:0;10:100;40:100;50:0", "MinCellTemperature=19 MaxCellTemperature=21",
      "Temperature=60", "MaxChargeCurrent=0" },
    { "charge-by-temperature=0:0;10:100;40:100;50:0", "MinCellTemperature=19 MaxCellTemperature=21",
      "Temperature=-10", "MaxChargeCurrent=0" },
    { "charge-by-temperature=0:0;10:100;40:100;50:0", "Temperature=20", "", "MaxChargeCurrent=0" },
    { "charge-by-temperature=0:0;10:100;40:100;50:0", "Temperature=20", "Temperature=15",
      "MaxChargeCurrent=140" },
    { "charge-by-cell-voltage=3.45:100;3.55:0", "MaxCellVoltage=3.40 Cell2=3.60",
      "MaxCellVoltage=3.3", "MaxChargeCurrent=0" },
    { "charge-by-cell-voltage=3.45:100;3.55:0", "MaxCellVoltage=3.40", "", "MaxChargeCurrent=0" },
    { "discharge-by-cell-voltage=2.80:0;3.00:100", "MinCellVoltage=3.3 Cell2=2.75",
      "MinCellVoltage=3.3", "MaxDischargeCurrent=0" },
    /* Both kinds at once are enough for what has to be sent. */
    { "discharge-by-temperature=-20:0;-10:100;50:100;60:0",
      "MinCellTemperature=19 MaxCellTemperature=21", "Temperature=55", "MaxDischargeCurrent=100" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *limits = g_strconcat (MAXIMA, cases[i].rules, NULL);
    g_autofree char *left = g_strconcat (PACK, cases[i].left, NULL);
    g_autofree char *right = g_strconcat (PACK, cases[i].right, NULL);

    set_limits (fixture, limits);
    begin_pair (fixture, VB_WHEN_SILENT_STOP_CHARGING);
    g_assert_true (push_part (fixture, "left", left));
    g_assert_true (push_part (fixture, "right", right));
    assert_state (fixture, VB_STATE_LIVE);
    assert_bus (fixture, cases[i].bus);
  }
}

/* A part that says the temperature says it for all packs. */
static void
test_rules_by_a_sayer (Fixture *fixture, gconstpointer user_data)
{
  const Part parts[]
      = { { .name = "left", .capacity = 280 }, { .name = "probe", .says = "Temperature" } };

  set_limits (fixture, MAXIMA "charge-by-temperature=0:0;10:100;40:100;50:0");
  begin (fixture, VB_PARTS_PARALLEL, parts, 2);
  g_assert_true (push_part (fixture, "left", PACK));
  g_assert_true (push_part (fixture, "probe", "Temperature=5"));
  assert_state (fixture, VB_STATE_LIVE);
  assert_bus (fixture, "MaxChargeCurrent=70");
}

/* What rules supply is for all packs: one that leaves takes its share with it. */
static void
test_rules_shared (Fixture *fixture, gconstpointer user_data)
{
  set_limits (fixture, MAXIMA);
  begin_pair (fixture, VB_WHEN_SILENT_LEAVE_OUT);
  g_assert_true (push_part (fixture, "left", PACK));
  g_assert_true (push_part (fixture, "right", PACK));
  assert_bus (fixture, "MaxChargeCurrent=140 MaxDischargeCurrent=200");
  send_until (fixture, "left", PACK, 31);
  g_assert_false (part_of (fixture, "right")->counts);
  assert_state (fixture, VB_STATE_LIVE);
  assert_bus (fixture, "MaxChargeVoltage=56 MaxChargeCurrent=70 MaxDischargeCurrent=100");
}

/* A limit that one pack in series sends is not lifted by what rules would supply for all. */
static void
test_rules_in_series (Fixture *fixture, gconstpointer user_data)
{
  const Part strings[] = { { .name = "left" }, { .name = "right" } };

  set_limits (fixture, MAXIMA);
  begin (fixture, VB_PARTS_SERIES, strings, 2);
  g_assert_true (push_part (fixture, "left", "Voltage=26 Current=10 Soc=50"));
  g_assert_true (push_part (fixture, "right", "Voltage=26 Current=10 Soc=50 MaxChargeVoltage=27"));
  assert_state (fixture, VB_STATE_WAITING);
  assert_missing (fixture, "");
  assert_reason (fixture, "Waiting for MaxChargeVoltage");

  /* Their own voltages are a part of the battery's. */
  fixture->config.live.battery_low_voltage = 44;
  begin (fixture, VB_PARTS_SERIES, strings, 2);
  g_assert_true (push_part (fixture, "left", "Voltage=26 Current=10 Soc=50"));
  g_assert_true (push_part (fixture, "right", "Voltage=26 Current=10 Soc=50"));
  assert_state (fixture, VB_STATE_LIVE);
  assert_bus (fixture, "Voltage=52 MaxChargeVoltage=56 BatteryLowVoltage=44");
  g_assert_true (push_part (fixture, "left", "Voltage=26.1 MaxChargeVoltage=27.6"));
  g_assert_true (push_part (fixture, "right", "Voltage=26.1 MaxChargeVoltage=27.6"));
  assert_bus (fixture, "Voltage=52.2 MaxChargeVoltage=55.2");
  fixture->config.live.battery_low_voltage = NAN;
}

/* A reload does not take from a pack what stands in for the limits that it does not send. */
static void
test_reload_takes_a_limit (Fixture *fixture, gconstpointer user_data)
{
  set_limits (fixture, MAXIMA);
  begin_pair (fixture, VB_WHEN_SILENT_STOP_CHARGING);
  g_assert_true (push_part (fixture, "left", PACK LIMITS));
  g_assert_true (push_part (fixture, "right", PACK));
  assert_state (fixture, VB_STATE_LIVE);
  set_limits (fixture, "");
  g_assert_cmpstr (vb_battery_loses_limit (fixture->battery, &fixture->config), ==,
                   "MaxChargeVoltage");
  vb_battery_reconfigure (fixture->battery, &fixture->config, fixture->now);
  assert_state (fixture, VB_STATE_LIVE);
}

/* What only the pack that has left was asked for is supplied for the others, and no pack that comes
   back takes them off the bus. */
static void
test_rules_without_the_sender (Fixture *fixture, gconstpointer user_data)
{
  set_limits (fixture, MAXIMA);
  begin_pair (fixture, VB_WHEN_SILENT_LEAVE_OUT);
  send_until (fixture, "left", PACK, 1);
  g_assert_true (push_part (fixture, "right", PACK "MaxChargeCurrent=20"));
  assert_state (fixture, VB_STATE_LIVE);
  send_until (fixture, "left", PACK, 29);
  send_until (fixture, "left", PACK, 100);
  assert_state (fixture, VB_STATE_LIVE);
  assert_bus (fixture, "MaxChargeCurrent=70 MaxDischargeCurrent=100");

  g_assert_true (push_part (fixture, "right", PACK "MaxChargeCurrent=20"));
  assert_state (fixture, VB_STATE_LIVE);
  vb_battery_delete_part (fixture->battery, number_of (fixture, "right"), fixture->now);
  assert_state (fixture, VB_STATE_LIVE);
  assert_bus (fixture, "MaxChargeCurrent=70 MaxDischargeCurrent=100");
}

#define TEST(name) g_test_add ("/parts-rules/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  TEST (rules);
  TEST (rules_beside_limits);
  TEST (rules_beside_refused);
  TEST (rules_by_the_worst);
  TEST (rules_by_a_sayer);
  TEST (rules_shared);
  TEST (rules_in_series);
  TEST (reload_takes_a_limit);
  TEST (rules_without_the_sender);

  return g_test_run ();
}
