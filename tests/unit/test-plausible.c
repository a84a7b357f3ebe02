#include "battery-fixture.h"

/*
 * What contradicts without danger: warned of as long as it lasts, logged once, and taken as it was
 * sent.
 */
#define IDLE "Soc=63.5 Voltage=52.7 Current=0 " LIMITS
#define BASE REQUIRED " MinCellVoltage=3.29 MaxCellVoltage=3.31 Sum=52.7"

static char *
join (const GPtrArray *texts)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < texts->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "|" : "",
                            (const char *)g_ptr_array_index (texts, i));

  return g_string_free (text, FALSE);
}

static void
assert_warnings (Fixture *fixture, const char *expected)
{
  g_autoptr (GPtrArray) lasting = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *verdict = join (fixture->verdict->warnings), *battery = NULL;

  vb_battery_warnings (fixture->battery, lasting);
  battery = join (lasting);
  g_assert_cmpstr (verdict, ==, expected);
  g_assert_cmpstr (battery, ==, expected);
}

static void
assert_beside (Fixture *fixture, const char *name, const char *expected)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *warnings = NULL;
  guint item;

  g_assert_true (vb_item_find (name, &item));
  vb_battery_item_warnings (fixture->battery, item, texts);
  warnings = join (texts);
  g_assert_cmpstr (warnings, ==, expected);
}

/* Each is there with the record that brings it and gone with the one that mends it; what was sent
   is on the bus all the same. */
static void
test_rows (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *record;
    const char *warning;
    const char *bus;
    const char *mended;
  } rows[] = {
    { "Current=12.3 Power=-648", "Power is -648 W, and Voltage × Current is 648 W", "Power=-648",
      "Power=648" },
    { "Current=-12.3 Power=-0.648", "Power is -0.648 W, and Voltage × Current is -648 W",
      "Power=-1", "Power=-648" },
    { "Current=-2300", "Current is -2300 A, and no limit is above 150 A: was it sent in mA?",
      "Current=-2300", "Current=-2.3" },
    { "Soc=0.8",
      "Soc is 0.8 %: was it sent as a share of 1?|Soc went from 63.5 % to 0.8 % with "
      "one record",
      "Soc=0.8", "Soc=20" },
    { "Soc=43.4", "Soc went from 63.5 % to 43.4 % with one record", "Soc=43.4", "Soc=43.5" },
    { "AllowToCharge=false",
      "AllowToCharge is 0, and MaxChargeCurrent is 100 A: Venus obeys the limit alone",
      "AllowToCharge=0 MaxChargeCurrent=100", "MaxChargeCurrent=0" },
    { "AllowToDischarge=false",
      "AllowToDischarge is 0, and MaxDischargeCurrent is 150 A: Venus obeys the limit alone",
      "AllowToDischarge=0", "AllowToDischarge=true" },
    { "MinCellVoltage=3.5", "MinCellVoltage is 3.5 V, above the MaxCellVoltage of 3.31 V",
      "MinCellVoltage=3.5", "MinCellVoltage=3.3" },
    { "MinCellTemperature=30 MaxCellTemperature=20",
      "MinCellTemperature is 30 °C, above the MaxCellTemperature of 20 °C", "MinCellTemperature=30",
      "MaxCellTemperature=30" },
    { "Sum=46", "Voltage is 52.7 V, and the cells together are 46 V", "Sum=46", "Sum=48" },
    { "ChargedEnergy=5 DischargedEnergy=6", "", "ChargedEnergy=5", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_test_message ("%s", rows[i].record);
    restart (fixture);
    g_assert_true (push (fixture, BASE));
    assert_warnings (fixture, "");
    g_assert_true (push (fixture, rows[i].record));
    g_assert_cmpuint (fixture->errors->len, ==, 0);
    assert_warnings (fixture, rows[i].warning);
    assert_bus (fixture, rows[i].bus);
    if (rows[i].mended == NULL)
      continue;
    g_assert_true (push (fixture, rows[i].mended));
    assert_warnings (fixture, "");
  }
}

static void
test_run_back (Fixture *fixture, gconstpointer user_data)
{
  g_assert_true (push (fixture, BASE " ChargedEnergy=5 DischargedEnergy=6"));
  g_assert_true (push (fixture, "ChargedEnergy=4 DischargedEnergy=6"));
  assert_warnings (fixture, "ChargedEnergy went back from 5 kWh to 4 kWh");
  g_assert_true (push (fixture, "ChargedEnergy=4 DischargedEnergy=5.5"));
  assert_warnings (fixture, "DischargedEnergy went back from 6 kWh to 5.5 kWh");
  g_assert_true (push (fixture, "ChargedEnergy=4 DischargedEnergy=5.5"));
  assert_warnings (fixture, "");
}

/* Some of the cells are not all of them, but more than all are too many. */
static void
test_cells (Fixture *fixture, gconstpointer user_data)
{
  g_assert_true (push (fixture, REQUIRED " Cell1=3.3 Cell2=3.3"));
  assert_warnings (fixture, "");
  g_assert_true (push (fixture, REQUIRED " Cell1=3.3 Cell2=3.3 NrOfCellsPerBattery=2"));
  assert_warnings (fixture, "Voltage is 52.7 V, and the cells together are 6.6 V");

  restart (fixture);
  g_assert_true (push (fixture, "Soc=60 Voltage=6 Current=1 MaxChargeVoltage=7 MaxChargeCurrent=9"
                                " MaxDischargeCurrent=9 Cell1=3.4 Cell2=3.4"));
  assert_warnings (fixture, "Voltage is 6 V, and the cells together are 6.8 V");
}

/* A battery that is empty is warned of, not doubted. */
static void
test_low (Fixture *fixture, gconstpointer user_data)
{
  g_assert_true (push (fixture, BASE " BatteryLowVoltage=46"));
  g_assert_true (push (fixture, "Voltage=46 Sum=46 BatteryLowVoltage=46"));
  assert_warnings (fixture, "BatteryLowVoltage is 46 V, and Voltage is 46 V");
  g_assert_true (push (fixture, "Voltage=46.1"));
  assert_warnings (fixture, "");
}

static void
test_seldom (Fixture *fixture, gconstpointer user_data)
{
  for (guint i = 0; i < 4; i++) {
    tick_at (fixture, i * 12 * SECOND);
    g_assert_true (push (fixture, BASE));
    assert_warnings (fixture, i < 2 ? "" : "records come every 12 s, and after 10 s they are late");
  }
  tick_at (fixture, 37 * SECOND);
  g_assert_true (push (fixture, BASE));
  assert_warnings (fixture, "");
}

/* Where frozen-after is off: five minutes in which nothing changed while current flowed. */
static void
test_unchanged (Fixture *fixture, gconstpointer user_data)
{
  for (guint i = 0; i <= 320; i++) {
    tick_at (fixture, i * SECOND);
    g_assert_true (push (fixture, BASE));
    assert_warnings (fixture, i < 300 ? ""
                                      : "current flows, and nothing that is measured has changed "
                                        "for 5 minutes: is the source frozen?");
  }
  g_assert_true (push (fixture, "Soc=63.4"));
  assert_warnings (fixture, "");

  restart (fixture);
  for (guint i = 0; i <= 320; i++) {
    tick_at (fixture, i * SECOND);
    g_assert_true (push (fixture, IDLE));
    assert_warnings (fixture, "");
  }
}

/* What speaks of a field is shown beside its value. */
static void
test_beside (Fixture *fixture, gconstpointer user_data)
{
  g_assert_true (push (fixture, BASE));
  g_assert_true (push (fixture, "Soc=0.8 Power=648"));
  assert_beside (fixture, "Soc",
                 "Soc is 0.8 %: was it sent as a share of 1?|Soc went from 63.5 % to 0.8 % with "
                 "one record");
  assert_beside (fixture, "Voltage", "");
  assert_beside (fixture, "Power", "Power is 648 W, and Voltage × Current is -648 W");
  assert_beside (fixture, "Cell1", "");

  vb_battery_delete (fixture->battery, fixture->now);
  assert_beside (fixture, "Soc", "");
}

/* What is old contradicts nothing. */
static void
test_old (Fixture *fixture, gconstpointer user_data)
{
  g_assert_true (push (fixture, BASE " Power=-648"));
  for (guint i = 1; i <= 20; i++) {
    tick_at (fixture, i * SECOND);
    g_assert_true (push (fixture, "Soc=63.5 Voltage=52.7 Current=-100 " LIMITS));
  }
  assert_warnings (fixture, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) \
  g_test_add ("/plausible/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("rows", test_rows);
  ADD ("run-back", test_run_back);
  ADD ("cells", test_cells);
  ADD ("low", test_low);
  ADD ("seldom", test_seldom);
  ADD ("unchanged", test_unchanged);
  ADD ("beside", test_beside);
  ADD ("old", test_old);

  return g_test_run ();
}
