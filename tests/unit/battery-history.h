#pragma once

#include "battery-fixture.h"

/*
 * Random histories, and a model of the ladder that says independently of the battery in which state
 * each step must leave it.
 */

/* What the states of a history must be, from when each required field last came. */
typedef struct
{
  gint64 times[7]; /* of the last value; 0: none */
  VbState state;
} Model;

static const VbKnown modelled[] = { VB_KNOWN_VOLTAGE,
                                    VB_KNOWN_SOC,
                                    VB_KNOWN_CURRENT,
                                    VB_KNOWN_POWER,
                                    VB_KNOWN_MAX_CHARGE_VOLTAGE,
                                    VB_KNOWN_MAX_CHARGE_CURRENT,
                                    VB_KNOWN_MAX_DISCHARGE_CURRENT };

static gint64
model_age (const Model *model, const Fixture *fixture)
{
  const gint64 *times = model->times;
  gint64 oldest = MIN (MIN (times[0], times[1]), MAX (times[2], times[3]));

  if (fixture->config.fixed.role == VB_ROLE_BMS)
    oldest = MIN (oldest, MIN (MIN (times[4], times[5]), times[6]));

  return oldest == 0 ? VB_AGE_NEVER : fixture->now - oldest;
}

static void
model_tick (Model *model, const Fixture *fixture)
{
  const VbFreshness *freshness = &fixture->config.live.freshness;
  const gint64 age = model_age (model, fixture);
  VbState at = VB_STATE_LIVE;

  if (model->state == VB_STATE_WAITING || model->state == VB_STATE_GONE)
    return;

  if (age >= freshness->warn_after)
    at = VB_STATE_LATE;
  if (age >= freshness->stale_after)
    at = freshness->on_stale == VB_ON_STALE_DROP ? VB_STATE_LOST : VB_STATE_STALE;
  if (age >= freshness->drop_after)
    at = VB_STATE_LOST;
  if (age >= freshness->leave_after)
    at = VB_STATE_GONE;
  model->state = MAX (model->state, at);
}

static void
model_off (Model *model)
{
  *model = (Model){ .state = VB_STATE_GONE };
}

/* The record is still as it was taken. */
static void
model_take (Model *model, Fixture *fixture, VbApplyMode mode)
{
  gboolean null[G_N_ELEMENTS (modelled)] = { FALSE };

  if (fixture->record->connected == VB_CONNECTED_NO) {
    model_off (model);
    return;
  }

  for (guint i = 0; i < G_N_ELEMENTS (modelled); i++) {
    const VbRecordEntry *entry = vb_record_entry (fixture->record, vb_item_known (modelled[i]));

    null[i] = entry != NULL && !vb_value_is_valid (&entry->value);
    if (entry != NULL && !null[i])
      model->times[i] = fixture->now;
  }

  /* PUT with one of Current and Power takes the other away, where it has a value. */
  for (guint i = 2; i < 4 && mode == VB_APPLY_REPLACE; i++)
    if (vb_record_entry (fixture->record, vb_item_known (modelled[i])) == NULL && !null[5 - i])
      model->times[i] = 0;

  if (model_age (model, fixture) < fixture->config.live.freshness.warn_after)
    model->state = VB_STATE_LIVE;
}

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

static gboolean
random_push (Fixture *fixture, GRand *rand, Model *model)
{
  const VbApplyMode mode = g_rand_int_range (rand, 0, 4) == 0 ? VB_APPLY_REPLACE : VB_APPLY_MERGE;
  const guint kind = g_rand_int_range (rand, 0, 4);
  g_autoptr (GString) description = g_string_new (NULL);
  gboolean taken;

  if (kind == 0)
    g_string_append (description,
                     fixture->config.fixed.role == VB_ROLE_BMS ? REQUIRED " " : MONITORED " ");
  for (gint i = g_rand_int_range (rand, 0, kind == 1 ? 12 : 4); i > 0; i--)
    add_random_word (rand, description, kind == 1);

  fill_record (fixture->record, description->str);
  model_tick (model, fixture);
  taken = apply_record (fixture, mode);
  if (taken)
    model_take (model, fixture, mode);

  return taken;
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
  config->live.drop_wrong_optional = g_rand_boolean (rand);
}
