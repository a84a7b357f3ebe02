#include "rules-fixture.h"

/* The programme of charge: cell-max-voltage, float, balance, up to which Soc. */

#define MAXIMA "charge-voltage=56 charge-current=100 discharge-current=150"
#define MINUTE (60 * SECOND)
#define DAY (86400 * SECOND)

/* A record each 9 s for @time. */
static void
push_for (Fixture *fixture, gint64 time, const char *record)
{
  for (const gint64 end = fixture->now + time; fixture->now < end;) {
    tick_at (fixture, MIN (fixture->now + 9 * SECOND, end) - START);
    g_assert_true (push (fixture, record));
  }
}

static void
push_now (Fixture *fixture, const char *record)
{
  g_assert_true (push (fixture, record));
}

static VbRule
limited_by (const Fixture *fixture, VbLimit limit)
{
  return fixture->verdict->limited[limit].by;
}

/* The pack's voltage at which the highest cell would be at the limit. */
static void
test_cell_max_voltage (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *cells;
    const char *bus;
    VbRule by;
  } cases[] = {
    /* A pack in balance is not hindered. */
    { "Cell1=3.3 Cell2=3.3 Cell3=3.3 Cell4=3.3", "MaxChargeVoltage=14.2", VB_RULE_CHARGE_VOLTAGE },
    { "Cell1=3.5 Cell2=3.5 Cell3=3.5 Cell4=3.5", "MaxChargeVoltage=14.2", VB_RULE_CHARGE_VOLTAGE },
    { "Cell1=3.5 Cell2=3.4 Cell3=3.4 Cell4=3.4", "MaxChargeVoltage=13.9",
      VB_RULE_CELL_MAX_VOLTAGE },
    { "Cell1=3.55 Cell2=3.35 Cell3=3.35 Cell4=3.35", "MaxChargeVoltage=13.6",
      VB_RULE_CELL_MAX_VOLTAGE },
    { "Cell1=3.65 Cell2=3.35 Cell3=3.35 Cell4=3.35", "MaxChargeVoltage=13.3",
      VB_RULE_CELL_MAX_VOLTAGE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *record = g_strconcat ("Soc=63.5 Voltage=13.4 Current=1 MaxChargeVoltage=14.5"
                                           " MaxChargeCurrent=50 MaxDischargeCurrent=50 ",
                                           cases[i].cells, NULL);

    restart_with (fixture, "charge-voltage=14.2 cell-max-voltage=3.55");
    push_now (fixture, record);
    assert_bus (fixture, cases[i].bus);
    assert_bus (fixture, "MaxChargeCurrent=50");
    g_assert_cmpint (limited_by (fixture, VB_LIMIT_CHARGE_VOLTAGE), ==, cases[i].by);
  }
}

/* A cut is at once, a rise only once the cells have allowed clearly more for recover-hold. */
static void
test_cells_hold (Fixture *fixture, gconstpointer user_data)
{
  static const char calm[] = "Soc=63.5 Voltage=13.4 Current=1 Cell1=3.5 Cell2=3.4 Cell3=3.4"
                             " Cell4=3.4";
  static const char high[] = "Soc=63.5 Voltage=13.4 Current=1 Cell1=3.55 Cell2=3.35 Cell3=3.35"
                             " Cell4=3.35";
  static const char near[] = "Soc=63.5 Voltage=13.4 Current=1 Cell1=3.51 Cell2=3.36 Cell3=3.36"
                             " Cell4=3.36";

  restart_with (fixture, "charge-voltage=14.2 charge-current=100 discharge-current=100"
                         " cell-max-voltage=3.55");
  push_now (fixture, calm);
  assert_bus (fixture, "MaxChargeVoltage=13.9");
  push_now (fixture, high);
  assert_bus (fixture, "MaxChargeVoltage=13.6");
  push_for (fixture, 60 * SECOND, near);
  assert_bus (fixture, "MaxChargeVoltage=13.6");
  push_for (fixture, 27 * SECOND, calm);
  assert_bus (fixture, "MaxChargeVoltage=13.6");
  push_for (fixture, 18 * SECOND, calm);
  assert_bus (fixture, "MaxChargeVoltage=13.7");
  push_for (fixture, 36 * SECOND, calm);
  assert_bus (fixture, "MaxChargeVoltage=13.8");
}

/* What the source says of its highest cell does not count against the cells. */
static void
test_highest_of_the_cells (Fixture *fixture, gconstpointer user_data)
{
  restart_with (fixture, "charge-voltage=14.2 charge-current=100 discharge-current=100"
                         " cell-max-voltage=3.55");
  push_now (fixture, "Soc=63.5 Voltage=13.4 Current=1 Cell1=3.55 Cell2=3.35 Cell3=3.35 Cell4=3.35"
                     " MaxCellVoltage=3.3");
  assert_bus (fixture, "MaxChargeVoltage=13.6");
}

/* Without every cell nothing rises, and after a while nothing is charged. */
static void
test_cells_not_seen (Fixture *fixture, gconstpointer user_data)
{
  static const char seen[] = "Soc=63.5 Voltage=13.4 Current=1 Cell1=3.5 Cell2=3.4 Cell3=3.4"
                             " Cell4=3.4";
  static const char lacking[] = "Soc=63.5 Voltage=13.4 Current=1 Cell1=3.3 Cell2=3.3 Cell3=3.3"
                                " Cell4=null";

  restart_with (fixture, "charge-voltage=14.2 charge-current=100 discharge-current=100"
                         " cell-max-voltage=3.55");
  push_now (fixture, seen);
  assert_bus (fixture, "MaxChargeVoltage=13.9 MaxChargeCurrent=100");
  push_for (fixture, 27 * SECOND, lacking);
  assert_bus (fixture, "MaxChargeVoltage=13.9 MaxChargeCurrent=100");
  push_for (fixture, 9 * SECOND, lacking);
  assert_bus (fixture, "MaxChargeVoltage=13.9 MaxChargeCurrent=0 MaxDischargeCurrent=100");
  g_assert_cmpint (limited_by (fixture, VB_LIMIT_CHARGE_CURRENT), ==, VB_RULE_CELL_MAX_VOLTAGE);
  g_assert_true (fixture->verdict->warnings->len > 0);
  push_for (fixture, 40 * SECOND, seen);
  assert_bus (fixture, "MaxChargeVoltage=13.9");

  /* One that sends no cells is not charged at all. */
  restart (fixture);
  push_now (fixture, "Soc=63.5 Voltage=13.4 Current=1");
  assert_bus (fixture, "MaxChargeCurrent=0 MaxChargeVoltage=14.2");
}

/* Held for long enough without a break: float, until the battery has been used. */
static void
test_float (Fixture *fixture, gconstpointer user_data)
{
#define AT(voltage_, soc_) "Current=1 Voltage=" voltage_ " Soc=" soc_
  restart_with (fixture, MAXIMA " float-voltage=54 absorption-time=600 rebulk-soc=90");
  push_now (fixture, AT ("55.9", "97"));
  push_for (fixture, 9 * MINUTE, AT ("55.9", "97"));
  push_for (fixture, 9 * SECOND, AT ("55.7", "97"));
  push_for (fixture, 10 * MINUTE - SECOND, AT ("55.9", "99"));
  assert_bus (fixture, "MaxChargeVoltage=56");
  push_for (fixture, 10 * SECOND, AT ("55.9", "99"));
  assert_bus (fixture, "MaxChargeVoltage=54");
  g_assert_cmpint (limited_by (fixture, VB_LIMIT_CHARGE_VOLTAGE), ==, VB_RULE_FLOAT_VOLTAGE);
  push_for (fixture, 10 * MINUTE, AT ("53.9", "90"));
  assert_bus (fixture, "MaxChargeVoltage=54");
  push_now (fixture, AT ("52", "89.9"));
  assert_bus (fixture, "MaxChargeVoltage=56");

  /* A cell that is not seen does not let it begin; neither does a lower voltage of the source. */
  push_now (fixture, AT ("55.9", "97") " Cell1=3.5 Cell2=3.5");
  push_for (fixture, 20 * MINUTE, AT ("55.9", "97") " Cell1=3.5 Cell2=null");
  assert_bus (fixture, "MaxChargeVoltage=56");
  push_for (fixture, 20 * MINUTE, AT ("55.9", "97") " Cell1=3.5");
  assert_bus (fixture, "MaxChargeVoltage=56");
  push_for (fixture, 20 * MINUTE, AT ("55.9", "97") " Cell1=3.5 Cell2=3.5 MaxChargeVoltage=55.5");
  assert_bus (fixture, "MaxChargeVoltage=54");
}

/* A higher voltage for a while, at most every so many days. */
static void
test_balance (Fixture *fixture, gconstpointer user_data)
{
  restart_with (fixture, MAXIMA " balance-voltage=57 balance-from-soc=95 balance-time=600"
                                " balance-every=2");
  push_now (fixture, AT ("52", "94.9"));
  assert_bus (fixture, "MaxChargeVoltage=56");
  push_now (fixture, AT ("55", "95"));
  assert_bus (fixture, "MaxChargeVoltage=57");
  push_for (fixture, 10 * MINUTE - SECOND, AT ("56.5", "98"));
  assert_bus (fixture, "MaxChargeVoltage=57");
  push_for (fixture, SECOND, AT ("56.5", "98"));
  assert_bus (fixture, "MaxChargeVoltage=56");
  push_for (fixture, 2 * DAY - 11 * MINUTE, AT ("55", "98"));
  assert_bus (fixture, "MaxChargeVoltage=56");
  push_for (fixture, 2 * MINUTE, AT ("55", "98"));
  assert_bus (fixture, "MaxChargeVoltage=57");

  /* It lifts nothing that the source sends. */
  push_now (fixture, AT ("55", "98") " MaxChargeVoltage=55");
  assert_bus (fixture, "MaxChargeVoltage=55");
}

/* Above the target nothing is charged, with some hysteresis, until it has to be full again. */
static void
test_charge_to_soc (Fixture *fixture, gconstpointer user_data)
{
  restart_with (fixture, MAXIMA " charge-to-soc=80 full-every=3 recover-ramp=3000");
  push_now (fixture, AT ("53", "80"));
  assert_bus (fixture, "MaxChargeCurrent=100");
  push_now (fixture, AT ("53", "80.1"));
  assert_bus (fixture, "MaxChargeCurrent=0 MaxDischargeCurrent=150");
  g_assert_cmpint (limited_by (fixture, VB_LIMIT_CHARGE_CURRENT), ==, VB_RULE_CHARGE_TO_SOC);
  push_for (fixture, 2 * MINUTE, AT ("53", "78.1"));
  assert_bus (fixture, "MaxChargeCurrent=0");
  push_for (fixture, 2 * MINUTE, AT ("53", "78"));
  assert_bus (fixture, "MaxChargeCurrent=100");
  push_for (fixture, 2 * DAY, AT ("53", "80.5"));
  assert_bus (fixture, "MaxChargeCurrent=0");
  push_for (fixture, DAY, AT ("53", "80.5"));
  assert_bus (fixture, "MaxChargeCurrent=100");
  push_for (fixture, DAY, AT ("53", "99.4"));
  assert_bus (fixture, "MaxChargeCurrent=100");
  push_now (fixture, AT ("53", "99.5"));
  assert_bus (fixture, "MaxChargeCurrent=0");
}

/* A month that is not named has that of the one before, and January that of December. */
static void
test_months (Fixture *fixture, gconstpointer user_data)
{
  static const char *const charged[]
      = { "100", "100", "100", "0", "0", "0", "0", "0", "0", "0", "0", "100", "100" };

  for (guint month = 0; month <= 12; month++) {
    g_autofree char *expected = g_strconcat ("MaxChargeCurrent=", charged[month], NULL);

    restart_with (fixture, MAXIMA " charge-to-soc-by-month='3:70;11:100'");
    vb_battery_set_month (fixture->battery, month);
    push_now (fixture, AT ("53", "80"));
    assert_bus (fixture, month == 0 ? "MaxChargeCurrent=100" : expected);
  }
}

/* What it has to remember is told and recalled; gone and DELETE forget the rest alone. */
static void
test_memory (Fixture *fixture, gconstpointer user_data)
{
  VbProgrammeMemory memory;

  restart_with (fixture, MAXIMA " balance-voltage=57 balance-time=60 balance-every=2"
                                " charge-to-soc=90 full-every=5");
  memory = vb_battery_memory (fixture->battery, fixture->now);
  g_assert_cmpfloat (memory.since_full, ==, 0);
  g_assert_true (isnan (memory.since_balance));
  push_now (fixture, AT ("56", "100"));
  push_for (fixture, 2 * MINUTE, AT ("56", "98"));
  switch_off (fixture);
  memory = vb_battery_memory (fixture->battery, fixture->now);
  g_assert_cmpfloat (memory.since_full, ==, 120);
  g_assert_cmpfloat_with_epsilon (memory.since_balance, 120, 1);
  push_for (fixture, SECOND, AT ("56", "98"));
  assert_bus (fixture, "MaxChargeVoltage=56 MaxChargeCurrent=0");

  restart (fixture);
  memory = (VbProgrammeMemory){ .since_full = 6 * 86400.0, .since_balance = 86400 };
  vb_battery_recall (fixture->battery, &memory, fixture->now);
  push_now (fixture, AT ("56", "98"));
  assert_bus (fixture, "MaxChargeVoltage=56 MaxChargeCurrent=100");
}

/* One that is broken off does not begin anew with each start. */
static void
test_balance_broken_off (Fixture *fixture, gconstpointer user_data)
{
  VbProgrammeMemory memory;

  restart_with (fixture, MAXIMA " balance-voltage=57 balance-time=600 balance-every=2");
  push_now (fixture, AT ("55", "98"));
  push_for (fixture, 5 * MINUTE, AT ("55", "98"));
  assert_bus (fixture, "MaxChargeVoltage=57");
  memory = vb_battery_memory (fixture->battery, fixture->now);
  restart (fixture);
  vb_battery_recall (fixture->battery, &memory, fixture->now);
  push_now (fixture, AT ("55", "98"));
  assert_bus (fixture, "MaxChargeVoltage=56");
  push_for (fixture, 2 * DAY - 6 * MINUTE, AT ("55", "98"));
  assert_bus (fixture, "MaxChargeVoltage=56");
  push_for (fixture, 2 * MINUTE, AT ("55", "98"));
  assert_bus (fixture, "MaxChargeVoltage=57");
}

/* One whose voltage is never held is not left above charge-to-soc for ever. */
static void
test_never_full (Fixture *fixture, gconstpointer user_data)
{
  restart_with (fixture, MAXIMA " charge-to-soc=80 full-every=4 float-voltage=54"
                                " recover-ramp=3000");
  push_now (fixture, AT ("53", "70"));
  push_for (fixture, 10 * DAY, AT ("53", "70"));
  push_for (fixture, 2 * DAY, AT ("55", "100"));
  push_for (fixture, DAY - MINUTE, AT ("53", "75"));
  assert_bus (fixture, "MaxChargeCurrent=100");
  push_for (fixture, 2 * MINUTE, AT ("53", "81"));
  assert_bus (fixture, "MaxChargeCurrent=0");
  push_for (fixture, 4 * DAY - 2 * MINUTE, AT ("53", "81"));
  assert_bus (fixture, "MaxChargeCurrent=0");
  push_for (fixture, 3 * MINUTE, AT ("53", "81"));
  assert_bus (fixture, "MaxChargeCurrent=100");
}

static GLogWriterOutput
write_nothing (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  return level <= G_LOG_LEVEL_WARNING ? g_log_writer_default (level, fields, n_fields, user_data)
                                      : G_LOG_WRITER_HANDLED;
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (write_nothing, NULL, NULL);

#define ADD(name, function) \
  g_test_add ("/charge-programme/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("cell-max-voltage", test_cell_max_voltage);
  ADD ("cells-hold", test_cells_hold);
  ADD ("highest-of-the-cells", test_highest_of_the_cells);
  ADD ("cells-not-seen", test_cells_not_seen);
  ADD ("float", test_float);
  ADD ("balance", test_balance);
  ADD ("charge-to-soc", test_charge_to_soc);
  ADD ("balance-broken-off", test_balance_broken_off);
  ADD ("never-full", test_never_full);
  ADD ("months", test_months);
  ADD ("memory", test_memory);
#undef ADD

  return g_test_run ();
}
