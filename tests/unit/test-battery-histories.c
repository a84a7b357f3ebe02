/*
 * Random histories with fields of every kind, wrong ones too: after each step the fixture asserts
 * what holds of a battery at any time. Which state a step must lead to is what tests/model says.
 */
#include "battery-fixture.h"

/* A word of a random record. */
static void
add_random_word (GRand *rand, GString *description, gboolean required_alone)
{
  static const char *const words[] = { "Voltage=52.7",
                                       "Voltage=53.1",
                                       "Soc=63.5",
                                       "Soc=4",
                                       "Current=-12.3",
                                       "Current=0",
                                       "Power=400",
                                       "MaxChargeVoltage=55.2",
                                       "MaxChargeVoltage=54",
                                       "MaxChargeCurrent=100",
                                       "MaxChargeCurrent=0",
                                       "MaxDischargeCurrent=150",
                                       "MaxDischargeCurrent=0",
                                       "MaxDischargeCurrent=20",
                                       "Voltage=null",
                                       "Current=null",
                                       "Power=null",
                                       "Soc=null",
                                       "MaxChargeVoltage=null",
                                       "MaxChargeCurrent=null",
                                       "MaxDischargeCurrent=null",
                                       "Soc=0",
                                       "BatteryLowVoltage=46",
                                       "BatteryLowVoltage=null",
                                       "ChargeRequest=1",
                                       "ChargeRequest=0",
                                       "ChargeRequest=null",
                                       "Temperature=20",
                                       "Temperature=null",
                                       "HighVoltage=2",
                                       "HighVoltage=0",
                                       "HighVoltage=null",
                                       "BmsCable=2",
                                       "BmsCable=0",
                                       "Cell1=3.2",
                                       "Cell2=3.3",
                                       "Cell2=null",
                                       "NrOfCellsPerBattery=2",
                                       "MinCellVoltage=3.1",
                                       "MinCellVoltage=null",
                                       "InstalledCapacity=200",
                                       "ConnectionInformation=text",
                                       "Sequence=1",
                                       "Sequence=5",
                                       "Soc=101",
                                       "Nonsense=1",
                                       "MaxChargeVoltage=12",
                                       "Connected=0" };
  const guint n = required_alone ? 14 : G_N_ELEMENTS (words);
  const char *word = words[g_rand_int_range (rand, 0, n)];
  g_autofree char *name = g_strndup (word, strcspn (word, "=") + 1);

  /* Rarely all at once, rarely twice. */
  if (strstr (description->str, name) == NULL
      && (!g_str_has_prefix (word, "Connected") || g_rand_int_range (rand, 0, 5) == 0))
    g_string_append_printf (description, "%s ", word);
}

static void
random_push (Fixture *fixture, GRand *rand)
{
  const VbApplyMode mode = g_rand_int_range (rand, 0, 4) == 0 ? VB_APPLY_REPLACE : VB_APPLY_MERGE;
  const guint kind = g_rand_int_range (rand, 0, 4);
  g_autoptr (GString) description = g_string_new (NULL);

  if (kind == 0)
    g_string_append (description,
                     fixture->config.fixed.role == VB_ROLE_BMS ? REQUIRED " " : MONITORED " ");
  for (gint i = g_rand_int_range (rand, 0, kind == 1 ? 12 : 4); i > 0; i--)
    add_random_word (rand, description, kind == 1);

  fill_record (fixture->record, description->str);
  apply_record (fixture, mode);
}

static void
random_time (Fixture *fixture, GRand *rand)
{
  static const gint64 steps[] = { 0, 0, 0, 1, SECOND, SECOND, 3 * SECOND, 9 * SECOND, 25 * SECOND };
  const gint64 next = vb_battery_next_tick (fixture->battery);

  if (next != G_MAXINT64 && g_rand_int_range (rand, 0, 5) == 0)
    fixture->now = MAX (fixture->now, next - g_rand_int_range (rand, 0, 2));
  else if (g_rand_int_range (rand, 0, 500) == 0)
    fixture->now += g_rand_int_range (rand, 0, 1000) * SECOND;
  else
    fixture->now += steps[g_rand_int_range (rand, 0, G_N_ELEMENTS (steps))];
}

static void
random_config (Fixture *fixture, GRand *rand)
{
  VbBatteryConfig *config = &fixture->config;
  const gint64 unit = g_rand_boolean (rand) ? SECOND : SECOND / 3;

  config->live.freshness.on_stale = g_rand_int_range (rand, 0, 3);
  config->live.freshness.warn_after = 10 * unit;
  config->live.freshness.stale_after = g_rand_int_range (rand, 11, 31) * unit;
  config->live.freshness.drop_after
      = config->live.freshness.stale_after + g_rand_int_range (rand, 0, 3) * 50 * unit;
  config->live.freshness.leave_after
      = config->live.freshness.drop_after + g_rand_int_range (rand, 0, 3) * 100 * unit;
  config->live.optional_after
      = config->live.freshness.stale_after + g_rand_int_range (rand, 0, 100) * unit;
  config->live.stale_charge_voltage = g_rand_boolean (rand) ? 53 : NAN;
  config->live.battery_low_voltage = g_rand_boolean (rand) ? 45 : NAN;
  config->live.max_discharge_current = g_rand_boolean (rand) ? 100 : NAN;
  config->live.max_charge_voltage = g_rand_boolean (rand) ? 54.5 : NAN;
  config->live.wrong_fields = g_rand_boolean (rand);
}

/* Seeded, so that it is the same history each time. @user_data: the seconds after which what does
   not change is frozen; 0: never. */
static void
test_histories (Fixture *fixture, gconstpointer user_data)
{
  const gint64 frozen_after = GPOINTER_TO_INT (user_data) * SECOND;
  guint reached[VB_STATE_GONE + 1] = { 0 };

  for (guint32 seed = 1; seed <= 20; seed++) {
    GRand *rand = g_rand_new_with_seed (seed);

    fixture->config.fixed.role = seed % 4 == 0 ? VB_ROLE_MONITOR : VB_ROLE_BMS;
    fixture->config.live.frozen_after = frozen_after;
    random_config (fixture, rand);
    restart (fixture);

    for (guint i = 0; i < 2000; i++) {
      random_time (fixture, rand);
      switch (g_rand_int_range (rand, 0, 100)) {
      case 0:
        switch_off (fixture);
        break;
      case 1:
        random_config (fixture, rand);
        reconfigure (fixture);
        break;
      default:
        if (g_rand_int_range (rand, 0, 3) > 0)
          random_push (fixture, rand);
        else
          tick_at (fixture, fixture->now - START);
        break;
      }
      reached[vb_battery_state (fixture->battery)]++;
    }
    g_rand_free (rand);
  }

  /* A history that does not come round proves nothing. */
  for (VbState state = VB_STATE_WAITING; state <= VB_STATE_GONE; state++) {
    g_test_message ("%s: %u", vb_state_name (state), reached[state]);
    g_assert_cmpuint (reached[state], >, 50);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/battery/histories", Fixture, NULL, set_up, test_histories, tear_down);
  g_test_add ("/battery/histories-frozen", Fixture, GINT_TO_POINTER (40), set_up, test_histories,
              tear_down);

  return g_test_run ();
}
