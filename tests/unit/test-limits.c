#include "battery-standings.h"

/* The seat belt, and what `stale` leaves of the limits. */

/* A limit beyond the belt is brought to it, and the verdict says so. */
static void
test_seat_belt (Fixture *fixture, gconstpointer user_data)
{
  static const char *const warnings[]
      = { "MaxChargeVoltage brought from 55.2 V to the 54 V of the seat belt",
          "MaxChargeCurrent brought from 100 A to the 80 A of the seat belt",
          "MaxDischargeCurrent brought from 150 A to the 120 A of the seat belt",
          "BatteryLowVoltage brought from 44 V to the 46 V of the seat belt" };

  fixture->config.live.max_charge_voltage = 54;
  fixture->config.live.max_charge_current = 80;
  fixture->config.live.max_discharge_current = 120;
  fixture->config.live.min_battery_low_voltage = 46;
  restart (fixture);
  g_assert_true (push (fixture, REQUIRED " BatteryLowVoltage=44"));
  assert_bus (fixture, "MaxChargeVoltage=54 MaxChargeCurrent=80 MaxDischargeCurrent=120"
                       " BatteryLowVoltage=46");
  g_assert_cmpuint (fixture->verdict->warnings->len, ==, G_N_ELEMENTS (warnings));
  for (guint i = 0; i < G_N_ELEMENTS (warnings); i++)
    g_assert_cmpstr (g_ptr_array_index (fixture->verdict->warnings, i), ==, warnings[i]);

  g_assert_true (push (fixture, "MaxChargeVoltage=54 MaxChargeCurrent=80 MaxDischargeCurrent=120"
                                " BatteryLowVoltage=46"));
  assert_step (fixture, VB_STATE_LIVE, 0);
  g_assert_cmpuint (fixture->verdict->warnings->len, ==, 0);
  g_assert_true (push (fixture, "MaxChargeVoltage=53 MaxChargeCurrent=10 MaxDischargeCurrent=0"
                                " BatteryLowVoltage=47"));
  assert_bus (fixture, "MaxChargeVoltage=53 MaxChargeCurrent=10 MaxDischargeCurrent=0"
                       " BatteryLowVoltage=47");

  /* The configured low voltage wears it, too. */
  fixture->config.live.battery_low_voltage = 40;
  restart (fixture);
  g_assert_true (push (fixture, REQUIRED));
  assert_bus (fixture, "BatteryLowVoltage=46");
}

/* A belt that is finer than the decimals on the bus is never exceeded by rounding, nor is a warning
   given of what rounding alone changes. */
static void
test_seat_belt_decimals (Fixture *fixture, gconstpointer user_data)
{
  fixture->config.live.max_charge_voltage = 55.27;
  fixture->config.live.max_charge_current = 80.06;
  fixture->config.live.max_discharge_current = 120.09;
  fixture->config.live.min_battery_low_voltage = 46.01;
  fixture->config.live.stale_charge_voltage = 53.66;
  restart (fixture);
  g_assert_true (push (fixture,
                       "Soc=50 Voltage=52 Current=1 MaxChargeVoltage=56 MaxChargeCurrent=90"
                       " MaxDischargeCurrent=130 BatteryLowVoltage=40"));
  assert_bus (fixture, "MaxChargeVoltage=55.2 MaxChargeCurrent=80 MaxDischargeCurrent=120"
                       " BatteryLowVoltage=46.1");
  g_assert_true (push (fixture, "MaxChargeVoltage=55.24 MaxChargeCurrent=80.04"));
  assert_bus (fixture, "MaxChargeVoltage=55.2 MaxChargeCurrent=80");
  g_assert_cmpuint (fixture->verdict->warnings->len, ==, 0);
  tick_at (fixture, 30 * SECOND);
  assert_bus (fixture, "MaxChargeVoltage=53.6 MaxDischargeCurrent=120 MaxChargeCurrent=0");

  /* Limits that the decimals can show are exact. */
  fixture->config.live.max_charge_voltage = 55.3;
  fixture->config.live.max_charge_current = 80.1;
  fixture->config.live.min_battery_low_voltage = 46.2;
  restart (fixture);
  g_assert_true (push (fixture,
                       "Soc=50 Voltage=52 Current=1 MaxChargeVoltage=56 MaxChargeCurrent=90"
                       " MaxDischargeCurrent=100 BatteryLowVoltage=40"));
  assert_bus (fixture, "MaxChargeVoltage=55.3 MaxChargeCurrent=80.1 BatteryLowVoltage=46.2");
}

/* What the source sends is brought to the decimals of the bus towards safety; what floating point
   has made of a number that they can show is that number. */
static void
test_towards_safety (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *name;
    double sent;
    double shown;
  } rows[] = {
    { "MaxChargeVoltage", 55.25, 55.2 },
    { "MaxChargeVoltage", 55.29, 55.2 },
    { "MaxChargeVoltage", 55.2, 55.2 },
    { "MaxChargeVoltage", 55.199999999999996, 55.2 },
    { "MaxChargeVoltage", 55.19999695, 55.2 },
    { "MaxChargeVoltage", 55.20000076, 55.2 },
    { "MaxChargeCurrent", 99.99, 99.9 },
    { "MaxChargeCurrent", 0.05, 0 },
    { "MaxChargeCurrent", 100.1 - 0.1, 100 },
    { "MaxDischargeCurrent", 150.06, 150 },
    /* 0 shuts inverters down, which nobody has asked for. */
    { "MaxDischargeCurrent", 0.05, 0.1 },
    { "MaxDischargeCurrent", 0.001, 0.1 },
    { "MaxDischargeCurrent", 0, 0 },
    { "BatteryLowVoltage", 44.01, 44.1 },
    { "BatteryLowVoltage", 44.1, 44.1 },
    { "BatteryLowVoltage", 44.09999847, 44.1 },
    { "BatteryLowVoltage", 44.10000229, 44.1 },
    { "BatteryLowVoltage", 0, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    const guint item = item_of (rows[i].name);

    restart (fixture);
    g_assert_true (push (fixture, REQUIRED " BatteryLowVoltage=46"));
    vb_record_reset (fixture->record);
    vb_record_add_number (fixture->record, rows[i].name, rows[i].sent);
    g_assert_true (apply_record (fixture, VB_APPLY_MERGE));
    if (vb_value_number (&fixture->bus[item], NAN) != rows[i].shown)
      g_error ("%s of %.17g is shown as %.17g", rows[i].name, rows[i].sent,
               vb_value_number (&fixture->bus[item], NAN));
    g_assert_null (vb_battery_asked (fixture->battery, item));
    g_assert_cmpuint (fixture->verdict->warnings->len, ==, 0);
  }

  /* Also what is lowered in stale, and what the configuration asks for. */
  fixture->config.live.battery_low_voltage = 45.01;
  restart (fixture);
  g_assert_true (push (fixture, REQUIRED));
  assert_bus (fixture, "BatteryLowVoltage=45.1");
  tick_at (fixture, 30 * SECOND);
  g_assert_true (push (fixture, "MaxChargeVoltage=54.19 MaxDischargeCurrent=0.05"));
  assert_bus (fixture, "MaxChargeVoltage=54.1 MaxDischargeCurrent=0.1");
}

static void
assert_asked (Fixture *fixture, const char *name, double number)
{
  const VbValue *asked = vb_battery_asked (fixture->battery, item_of (name));

  if (isnan (number))
    g_assert_null (asked);
  else
    g_assert_cmpfloat (vb_value_number (asked, NAN), ==, number);
}

/* What was asked for stands beside what is in force, as long as they differ. */
static void
test_asked (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);

  fixture->config.live.max_charge_voltage = 54;
  restart (fixture);
  g_assert_true (push (fixture, REQUIRED));
  assert_asked (fixture, "MaxChargeVoltage", 55.2);
  assert_asked (fixture, "MaxChargeCurrent", NAN);
  assert_asked (fixture, "BatteryLowVoltage", NAN);
  assert_asked (fixture, "Soc", NAN);
  vb_battery_warnings (fixture->battery, warnings);
  g_assert_cmpuint (warnings->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (warnings, 0), ==,
                   "MaxChargeVoltage brought from 55.2 V to the 54 V of the seat belt");

  tick_at (fixture, 30 * SECOND);
  assert_asked (fixture, "MaxChargeCurrent", 100);
  assert_asked (fixture, "MaxDischargeCurrent", NAN);
  g_ptr_array_set_size (warnings, 0);
  vb_battery_warnings (fixture->battery, warnings);
  g_assert_cmpuint (warnings->len, ==, 0);

  tick_at (fixture, 180 * SECOND);
  assert_asked (fixture, "MaxChargeCurrent", NAN);
}

/* What the configuration asks for is no less changed than what is sent. */
static void
test_belt_on_the_configured (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);

  fixture->config.live.battery_low_voltage = 44;
  restart (fixture);
  g_assert_true (push (fixture, REQUIRED));
  vb_battery_warnings (fixture->battery, warnings);
  g_assert_cmpuint (warnings->len, ==, 0);

  fixture->config.live.min_battery_low_voltage = 45.55;
  reconfigure (fixture);
  assert_bus (fixture, "BatteryLowVoltage=45.6");
  vb_battery_warnings (fixture->battery, warnings);
  g_assert_cmpuint (warnings->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (warnings, 0), ==,
                   "BatteryLowVoltage brought from 44 V to the 45.6 V of the seat belt");

  /* A sent one takes its place, and null leaves none. */
  g_ptr_array_set_size (warnings, 0);
  g_assert_true (push (fixture, "BatteryLowVoltage=47"));
  vb_battery_warnings (fixture->battery, warnings);
  g_assert_true (push (fixture, "BatteryLowVoltage=null"));
  vb_battery_warnings (fixture->battery, warnings);
  g_assert_cmpuint (warnings->len, ==, 0);

  /* The floor does not make a sent MaxChargeVoltage implausible: refusing it would keep a higher
     one. */
  g_assert_true (push (fixture, "Voltage=45 MaxChargeVoltage=45 BatteryLowVoltage=44"));
  assert_bus (fixture, "MaxChargeVoltage=45 BatteryLowVoltage=45.6");
}

/* MaxChargeVoltage is lowered to stale-charge-voltage, and never raised to it. */
static void
test_stale_charge_voltage (Fixture *fixture, gconstpointer user_data)
{
  fixture->config.live.stale_charge_voltage = 53;
  stand (fixture, VB_ROLE_BMS, LATE);
  tick_at (fixture, 30 * SECOND);
  assert_step (fixture, VB_STATE_STALE, 1);
  assert_bus (fixture, "MaxChargeVoltage=53");
  g_assert_true (push (fixture, "MaxChargeVoltage=54"));
  assert_bus (fixture, "MaxChargeVoltage=53");
  g_assert_true (push (fixture, REQUIRED));
  assert_bus (fixture, LIMITS);

  fixture->config.live.stale_charge_voltage = 56;
  restart (fixture);
  g_assert_true (push (fixture, REQUIRED));
  tick_at (fixture, 30 * SECOND);
  assert_bus (fixture, "MaxChargeVoltage=55.2 MaxChargeCurrent=0");
}

/* What the source itself has set to 0 stays 0, and what it has not sent stays invalid. */
static void
test_hold_nothing (Fixture *fixture, gconstpointer user_data)
{
  g_assert_true (
      push (fixture, MONITORED " MaxChargeVoltage=55 MaxChargeCurrent=0 MaxDischargeCurrent=10"));
  tick_at (fixture, 30 * SECOND);
  assert_bus (fixture, "MaxChargeVoltage=55 MaxChargeCurrent=0 MaxDischargeCurrent=10"
                       " BatteryLowVoltage=- ChargeRequest=-");
}

/* A lowered limit stays lowered, until a complete record. */
static void
test_lowered_twice (Fixture *fixture, gconstpointer user_data)
{
  stand (fixture, VB_ROLE_BMS, STALE);
  g_assert_true (push (fixture, "MaxDischargeCurrent=20"));
  assert_bus (fixture, "MaxDischargeCurrent=20");
  g_assert_true (push (fixture, "MaxDischargeCurrent=30"));
  assert_step (fixture, VB_STATE_STALE, 0);
  g_assert_true (push (fixture, "MaxDischargeCurrent=20"));
  assert_step (fixture, VB_STATE_STALE, 0);
  g_assert_true (push (fixture, "MaxDischargeCurrent=20.04"));
  assert_step (fixture, VB_STATE_STALE, 0);
  g_assert_true (push (fixture, "MaxDischargeCurrent=0"));
  assert_step (fixture, VB_STATE_STALE, 1);
  assert_bus (fixture, "MaxDischargeCurrent=0");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) g_test_add ("/limits/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("seat-belt", test_seat_belt);
  ADD ("seat-belt-decimals", test_seat_belt_decimals);
  ADD ("towards-safety", test_towards_safety);
  ADD ("asked", test_asked);
  ADD ("belt-on-the-configured", test_belt_on_the_configured);
  ADD ("stale-charge-voltage", test_stale_charge_voltage);
  ADD ("hold-nothing", test_hold_nothing);
  ADD ("lowered-twice", test_lowered_twice);
#undef ADD

  return g_test_run ();
}
