#include "battery-fixture.h"

/* What must come from the source, how old it is, and a source that is frozen. */

/* Measurements that do not change by a single bit although current flows. */
static void
test_frozen (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    gint64 time;
    VbState state;
    const char *text;
  } steps[] = {
    { 60, VB_STATE_LATE, "ConnectionInformation='The same values for 60 s'" },
    { 80, VB_STATE_STALE, "ConnectionInformation='The same values for 60 s: charging stopped'" },
    { 230, VB_STATE_LOST, "ConnectionInformation='The same values for 60 s: limits withdrawn'" },
  };

  fixture->config.live.frozen_after = 60 * SECOND;
  restart (fixture);
  g_assert_true (push (fixture, REQUIRED));
  for (guint i = 1, step = 0; i < 300; i++) {
    g_autofree char *text = NULL;

    tick_at (fixture, i * SECOND - 1);
    assert_step (fixture, vb_battery_state (fixture->battery), 0);
    tick_at (fixture, i * SECOND);
    if (step < G_N_ELEMENTS (steps) && steps[step].time == i) {
      assert_step (fixture, steps[step].state, 1);
      assert_bus (fixture, steps[step++].text);
    }
    /* Neither a text that counts the seconds nor the air says that the battery is alive. */
    text = g_strdup_printf (REQUIRED " HighVoltage=0 ChargeMode='seen %u' AirTemperature=%u.5"
                                     " Cell1=3.%u TimeToSoC0=%u",
                            i, i % 30, 200 + i, 1000 - i);
    g_assert_true (push (fixture, text));
    assert_missing (fixture, "");
  }

  /* A limit is no measurement. */
  g_assert_true (push (fixture, "MaxDischargeCurrent=140"));
  assert_step (fixture, VB_STATE_LOST, 0);
  /* Any change ends it, below the rounding too. */
  g_assert_true (push (fixture, "Voltage=52.700001"));
  assert_step (fixture, VB_STATE_LIVE, 1);
}

/* Each of the four says that the source lives. */
static void
test_what_thaws (Fixture *fixture, gconstpointer user_data)
{
  static const char *const records[] = { "Voltage=52.71", "Current=-12", "Power=-600", "Soc=63.4" };

  fixture->config.live.frozen_after = 60 * SECOND;
  for (guint i = 0; i < G_N_ELEMENTS (records); i++) {
    restart (fixture);
    for (guint j = 0; j <= 90; j++) {
      tick_at (fixture, j * SECOND);
      g_assert_true (push (fixture, REQUIRED " Power=-650"));
    }
    assert_step (fixture, VB_STATE_STALE, 0);
    g_assert_true (push (fixture, records[i]));
    assert_step (fixture, VB_STATE_LIVE, 1);
  }
}

/* A battery at rest may well say the same for hours. */
static void
test_not_frozen (Fixture *fixture, gconstpointer user_data)
{
  static const char *const records[]
      = { "Soc=60 Voltage=52 Current=0 " LIMITS, "Soc=60 Voltage=52 Power=0 " LIMITS,
          /* What the electronics draws is no current of the battery. */
          "Soc=60 Voltage=52 Current=0 Power=3 " LIMITS };

  fixture->config.live.frozen_after = 60 * SECOND;
  for (guint i = 0; i < G_N_ELEMENTS (records); i++) {
    restart (fixture);
    for (guint j = 0; j < 1000; j++) {
      tick_at (fixture, j * SECOND);
      g_assert_true (push (fixture, records[i]));
      assert_step (fixture, VB_STATE_LIVE, j == 0 ? 1 : 0);
    }
  }

  /* Current flows that is known by its Power alone. */
  restart (fixture);
  for (guint j = 0; j <= 60; j++) {
    tick_at (fixture, j * SECOND);
    g_assert_true (push (fixture, "Soc=60 Voltage=52 Power=100 " LIMITS));
  }
  assert_step (fixture, VB_STATE_LATE, 0);

  /* A record that takes the place of an old Current counts at once. */
  fixture->config.live.frozen_after = 10 * SECOND;
  restart (fixture);
  g_assert_true (push (fixture, "Soc=60 Voltage=52 Current=30 Power=0 " LIMITS));
  tick_at (fixture, 11 * SECOND);
  g_assert_true (push (fixture, "Soc=60 Voltage=52 Power=0 " LIMITS));
  assert_step (fixture, VB_STATE_LIVE, 1);

  /* Off by default. */
  fixture->config.live.frozen_after = 0;
  restart (fixture);
  for (guint j = 0; j < 1000; j++) {
    tick_at (fixture, j * SECOND);
    g_assert_true (push (fixture, REQUIRED));
    assert_step (fixture, VB_STATE_LIVE, j == 0 ? 1 : 0);
  }
}

/* Each required field in turn falls silent beside a source that sends all others each second. */
static void
test_one_falls_silent (Fixture *fixture, gconstpointer user_data)
{
  g_auto (GStrv) words = split_words (REQUIRED);

  for (guint silent = 0; words[silent] != NULL; silent++) {
    g_autofree char *name = g_strndup (words[silent], strcspn (words[silent], "="));
    g_autoptr (GString) rest = g_string_new (NULL);
    const struct
    {
      gint64 time;
      VbState state;
      const char *consequence;
    } steps[] = { { 10, VB_STATE_LATE, "" },
                  { 30, VB_STATE_STALE, ": charging stopped" },
                  { 180, VB_STATE_LOST, ": limits withdrawn" } };

    for (guint i = 0; words[i] != NULL; i++)
      if (i != silent)
        g_string_append_printf (rest, "%s ", words[i]);

    restart (fixture);
    g_assert_true (push (fixture, REQUIRED));
    for (guint i = 0, step = 0; i < 600; i++) {
      tick_at (fixture, i * SECOND);
      if (step < G_N_ELEMENTS (steps) && i == steps[step].time) {
        g_autofree char *expected = g_strdup_printf (
            "ConnectionInformation='%s not sent for %u s%s'", name, i, steps[step].consequence);

        assert_step (fixture, steps[step].state, 1);
        assert_bus (fixture, expected);
        step++;
      }
      g_assert_true (push (fixture, rest->str));
      assert_missing (fixture, i < 10 ? "" : name);

      /* A fresh SoC beside a dead charge limit stays off the bus. */
      if (i >= 30)
        assert_bus (fixture, "Soc=- Voltage=- Current=- Power=-");
    }
    tick_at (fixture, 600 * SECOND);
    assert_step (fixture, VB_STATE_GONE, 1);
  }
}

/* Current and Power stand in for each other. */
static void
test_current_or_power (Fixture *fixture, gconstpointer user_data)
{
  g_assert_true (push (fixture, REQUIRED));
  for (guint i = 1; i < 200; i++) {
    g_autofree char *record = g_strdup_printf ("Soc=60 Voltage=50 %s=%u " LIMITS,
                                               i % 100 < 50 ? "Power" : "Current", i);

    tick_at (fixture, i * SECOND);
    g_assert_true (push (fixture, record));
    assert_step (fixture, VB_STATE_LIVE, 1);
    assert_missing (fixture, "");
  }
  tick_at (fixture, 209 * SECOND - 1);
  assert_step (fixture, VB_STATE_LIVE, 0);
  tick_at (fixture, 209 * SECOND);
  assert_step (fixture, VB_STATE_LATE, 1);
}

/* One NaN never trips a plant: a required null keeps value and age, whatever the method. */
static void
test_required_null (Fixture *fixture, gconstpointer user_data)
{
  static const char *const names[] = {
    "Voltage", "Current", "Soc", "MaxChargeVoltage", "MaxChargeCurrent", "MaxDischargeCurrent"
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    for (VbApplyMode mode = VB_APPLY_MERGE; mode <= VB_APPLY_REPLACE; mode++) {
      restart (fixture);
      g_assert_true (push (fixture, REQUIRED));
      tick_at (fixture, 4 * SECOND);
      fill_record (fixture->record, "");
      for (guint j = 0; j < G_N_ELEMENTS (names); j++)
        vb_record_add_null (fixture->record, names[j]);
      g_assert_true (apply_record (fixture, mode));
      assert_step (fixture, VB_STATE_LIVE, 0);
      assert_missing (fixture, "Voltage Current Soc MaxChargeVoltage MaxChargeCurrent"
                               " MaxDischargeCurrent");
      assert_bus (fixture, REQUIRED);
      tick_at (fixture, 10 * SECOND);
      assert_step (fixture, VB_STATE_LATE, 1);
    }
}

/* A PUT that calls the one unknown does not take away the other, by which the battery lives. */
static void
test_put_null_for_one_of_two (Fixture *fixture, gconstpointer user_data)
{
  g_assert_true (push (fixture, "Soc=60 Voltage=50 Power=500 " LIMITS));
  tick_at (fixture, 1 * SECOND);
  g_assert_true (put (fixture, "Soc=60 Voltage=50 Current=null " LIMITS));
  assert_step (fixture, VB_STATE_LIVE, 0);
  assert_missing (fixture, "Current");
  assert_bus (fixture, "Power=500 Current=10");

  g_assert_true (put (fixture, "Soc=60 Voltage=50 Current=8 " LIMITS));
  assert_bus (fixture, "Power=400 Current=8");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) \
  g_test_add ("/required/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("frozen", test_frozen);
  ADD ("what-thaws", test_what_thaws);
  ADD ("not-frozen", test_not_frozen);
  ADD ("one-falls-silent", test_one_falls_silent);
  ADD ("current-or-power", test_current_or_power);
  ADD ("required-null", test_required_null);
  ADD ("put-null-for-one-of-two", test_put_null_for_one_of_two);
#undef ADD

  return g_test_run ();
}
