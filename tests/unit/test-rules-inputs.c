#include "rules-fixture.h"

/* What rules go by: through a silence, where the source contradicts itself, and said twice. */

#define MAXIMA "charge-voltage=56 charge-current=100 discharge-current=150"
#define CELL "charge-by-cell-voltage='3.45:100;3.50:20;3.55:0'"
#define LOW_CELL "discharge-by-cell-voltage='2.9:0;3.1:100'"

static void
push_at (Fixture *fixture, double seconds, const char *record)
{
  tick_at (fixture, (gint64)(seconds * SECOND));
  g_assert_true (push (fixture, record));
}

/* A silence is no time in which a cell has been seen below its limit. */
static void
test_hold_through_silence (Fixture *fixture, gconstpointer user_data)
{
  restart_with (fixture, MAXIMA " " CELL);
  push_at (fixture, 0, MONITORED " MaxCellVoltage=3.60");
  push_at (fixture, 1, MONITORED " MaxCellVoltage=3.40");
  tick_at (fixture, 66 * SECOND);
  assert_step (fixture, VB_STATE_STALE, 1);
  push_at (fixture, 67, MONITORED " MaxCellVoltage=3.40");
  push_at (fixture, 68, MONITORED " MaxCellVoltage=3.40");
  assert_step (fixture, VB_STATE_LIVE, 0);
  assert_bus (fixture, "MaxChargeCurrent=0");
  push_at (fixture, 77, MONITORED " MaxCellVoltage=3.40");
  push_at (fixture, 86, MONITORED " MaxCellVoltage=3.40");
  push_at (fixture, 95, MONITORED " MaxCellVoltage=3.40");
  assert_bus (fixture, "MaxChargeCurrent=0");
  push_at (fixture, 97, MONITORED " MaxCellVoltage=3.40");
  assert_bus (fixture, "MaxChargeCurrent=4");

  /* Of a shorter one no more than warn-after counts. */
  restart (fixture);
  push_at (fixture, 0, MONITORED " MaxCellVoltage=3.60");
  push_at (fixture, 1, MONITORED " MaxCellVoltage=3.40");
  push_at (fixture, 30, MONITORED " MaxCellVoltage=3.40");
  push_at (fixture, 39, MONITORED " MaxCellVoltage=3.40");
  push_at (fixture, 48, MONITORED " MaxCellVoltage=3.40");
  push_at (fixture, 49, MONITORED " MaxCellVoltage=3.40");
  assert_bus (fixture, "MaxChargeCurrent=0");
  push_at (fixture, 50, MONITORED " MaxCellVoltage=3.40");
  assert_bus (fixture, "MaxChargeCurrent=2");
}

static void
test_ramp_through_silence (Fixture *fixture, gconstpointer user_data)
{
  restart_with (fixture, MAXIMA);
  push_at (fixture, 0, MONITORED " MaxChargeCurrent=10");
  push_at (fixture, 20, MONITORED " MaxChargeCurrent=60");
  assert_bus (fixture, "MaxChargeCurrent=30");
  tick_at (fixture, 60 * SECOND);
  assert_step (fixture, VB_STATE_STALE, 1);
  push_at (fixture, 61, MONITORED " MaxChargeCurrent=60");
  assert_bus (fixture, "MaxChargeCurrent=30");
  push_at (fixture, 62, MONITORED " MaxChargeCurrent=60");
  assert_bus (fixture, "MaxChargeCurrent=32");
}

static void
test_absorption_through_silence (Fixture *fixture, gconstpointer user_data)
{
  static const char held[] = "Soc=97 Voltage=55.9 Current=1";

  restart_with (fixture, MAXIMA " float-voltage=54 absorption-time=60");
  push_at (fixture, 0, held);
  push_at (fixture, 9, held);
  tick_at (fixture, 70 * SECOND);
  assert_step (fixture, VB_STATE_STALE, 1);
  for (guint i = 71; i < 131; i++)
    push_at (fixture, i, held);
  assert_bus (fixture, "MaxChargeVoltage=56");
  push_at (fixture, 131, held);
  assert_bus (fixture, "MaxChargeVoltage=54");

  restart (fixture);
  push_at (fixture, 0, held);
  push_at (fixture, 29, held);
  for (guint i = 30; i < 79; i++)
    push_at (fixture, i, held);
  assert_bus (fixture, "MaxChargeVoltage=56");
  push_at (fixture, 79, held);
  assert_bus (fixture, "MaxChargeVoltage=54");
}

/* The charge voltage of the cells does not come back in a silence, either. */
static void
test_cells_through_silence (Fixture *fixture, gconstpointer user_data)
{
  static const char high[] = MONITORED " Cell1=3.55 Cell2=3.35 Cell3=3.35 Cell4=3.35";
  static const char calm[] = MONITORED " Cell1=3.4 Cell2=3.4 Cell3=3.4 Cell4=3.4";

  restart_with (fixture, MAXIMA " cell-max-voltage=3.55 absorption-time=60");
  push_at (fixture, 0, high);
  push_at (fixture, 1, calm);
  assert_bus (fixture, "MaxChargeVoltage=13.6");
  tick_at (fixture, 66 * SECOND);
  for (guint i = 67; i < 97; i++)
    push_at (fixture, i, calm);
  assert_bus (fixture, "MaxChargeVoltage=13.6");
  push_at (fixture, 97, calm);
  assert_bus (fixture, "MaxChargeVoltage=13.9");
}

/* What the source says of its extremes does not hide a cell that it sends beside. */
static void
test_contradicted (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *record;
    const char *bus;
  } cases[] = {
    { "MaxCellVoltage=3.40 Cell1=3.40 Cell2=3.50", "MaxChargeCurrent=20" },
    { "MaxCellVoltage=3.50 Cell1=3.40 Cell2=3.40", "MaxChargeCurrent=20" },
    { "MaxCellVoltage=3.40 Cell2=3.50", "MaxChargeCurrent=20 MaxCellVoltage=3.4" },
    { "MaxCellVoltage=3.40 NrOfCellsPerBattery=16 Cell2=3.50", "MaxChargeCurrent=20" },
    { "MaxCellVoltage=3.40 Cell1=3.40 Cell2=5", "MaxChargeCurrent=0" },
    { "MaxCellVoltage=3.40 Cell1=3.40 Cell2=0", "MaxChargeCurrent=100" },
    { "MinCellVoltage=3.30 Cell1=3.30 Cell2=3.00", "MaxDischargeCurrent=75" },
    { "MinCellVoltage=3.00 Cell1=3.30 Cell2=3.30", "MaxDischargeCurrent=75" },
    { "MinCellVoltage=3.30 Cell1=3.30 Cell2=2.5", "MaxDischargeCurrent=0" },
    /* One cell that is read wrongly does not put out the lights. */
    { "MinCellVoltage=3.30 Cell1=3.30 Cell2=1", "MaxDischargeCurrent=150" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *record = g_strconcat (MONITORED " ", cases[i].record, NULL);

    restart_with (fixture,
                  strstr (cases[i].record, "Max") != NULL ? MAXIMA " " CELL : MAXIMA " " LOW_CELL);
    push_at (fixture, 0, record);
    assert_bus (fixture, cases[i].bus);
  }

  /* Cells that are older do not contradict. */
  restart_with (fixture, MAXIMA " " CELL " recover-ramp=3000");
  push_at (fixture, 0, MONITORED " Cell1=3.40 Cell2=3.50");
  push_at (fixture, 9, MONITORED " MaxCellVoltage=3.40");
  assert_bus (fixture, "MaxChargeCurrent=20");
  push_at (fixture, 10, MONITORED " MaxCellVoltage=3.40");
  assert_bus (fixture, "MaxChargeCurrent=100");
}

/* The lower of two that the record has is not passed by what a rule lets rise with it. */
static void
test_twice_beside_a_rise (Fixture *fixture, gconstpointer user_data)
{
  restart_with (fixture, MAXIMA " balance-voltage=57 balance-from-soc=95");
  push_at (fixture, 0, "Soc=90 Voltage=52.7 Current=1");
  assert_bus (fixture, "MaxChargeVoltage=56");
  push_at (fixture, 1, "Soc=96 Voltage=52.7 Current=1 MaxChargeVoltage=56 MaxChargeVoltage=58");
  assert_bus (fixture, "MaxChargeVoltage=56");

  restart_with (fixture, MAXIMA " " CELL);
  push_at (fixture, 0, MONITORED " MaxCellVoltage=3.5");
  assert_bus (fixture, "MaxChargeCurrent=20");
  push_at (fixture, 9, MONITORED " MaxCellVoltage=3.3 MaxChargeCurrent=25 MaxChargeCurrent=90");
  assert_bus (fixture, "MaxChargeCurrent=25");
}

/* A limit that rules supply alone is lowered by the first one of the source, also beside one that is
   not believed. */
static void
test_first_beside_a_doubted (Fixture *fixture, gconstpointer user_data)
{
  fixture->config.live.freshness.on_stale = VB_ON_STALE_BLOCK;
  restart_with (fixture, MAXIMA);
  push_at (fixture, 0, MONITORED);
  tick_at (fixture, 30 * SECOND);
  assert_bus (fixture, "MaxDischargeCurrent=0");
  push_at (fixture, 31, MONITORED " MaxChargeVoltage=5 MaxDischargeCurrent=20");
  assert_step (fixture, VB_STATE_LIVE, 1);
  assert_bus (fixture, "MaxChargeVoltage=56 MaxDischargeCurrent=20");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) \
  g_test_add ("/rules-inputs/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("hold-through-silence", test_hold_through_silence);
  ADD ("ramp-through-silence", test_ramp_through_silence);
  ADD ("absorption-through-silence", test_absorption_through_silence);
  ADD ("cells-through-silence", test_cells_through_silence);
  ADD ("contradicted", test_contradicted);
  ADD ("twice-beside-a-rise", test_twice_beside_a_rise);
  ADD ("first-beside-a-doubted", test_first_beside_a_doubted);
#undef ADD

  return g_test_run ();
}
