#pragma once

#include "battery-fixture.h"

/*
 * Where a battery can stand on the ladder, and all that is on the bus then; what is not named there
 * is invalid.
 */
#define OPTIONAL                                                                        \
  "Temperature=21.4 BatteryLowVoltage=46 ChargeRequest=1 HighVoltage=1 AllowToCharge=1" \
  " ChargeCycles=200 Cell1=3.29 Cell2=3.31 ChargeMode=Bulk"
#define FULL REQUIRED " " OPTIONAL
#define CELLS                                                                              \
  "MinCellVoltage=3.29 MinVoltageCellId=Cell1 MaxCellVoltage=3.31 MaxVoltageCellId=Cell2 " \
  "Sum=6.6 Diff=0.02"
#define SYSTEM "NrOfBatteries=1 BatteriesParallel=1 BatteriesSeries=1 NrOfCellsPerBattery=2"
#define ANSWERS "NrOfModulesOnline=1 NrOfModulesOffline=0"
#define SILENT "NrOfModulesOnline=0 NrOfModulesOffline=1"
#define LIVE FULL " " CELLS " Power=-648 Connected=1 BmsCable=0 " ANSWERS " " SYSTEM
#define KEPT "HighVoltage=1 ChargeCycles=200 Connected=0 BmsCable=2 " SILENT " " SYSTEM
#define TEXT(text) " ConnectionInformation='" text "'"
#define RECEIVING TEXT ("Receiving data from " SOURCE)

/* Where a battery can stand, on-stale included. */
typedef enum
{
  WAITING,
  FRESH,
  LATE,
  STALE,
  BLOCKED,
  LOST,
  DROPPED,
  GONE,
  DELETED,
  N_STANDINGS
} Standing;

static const struct
{
  const char *name;
  VbState state;
  VbOnStale on_stale;
  gint64 time; /* since the last record, which was FULL */
  const char *bus;
} standings[] = {
  [WAITING] = { "waiting", VB_STATE_WAITING, VB_ON_STALE_STOP_CHARGING, 0, "" },
  [FRESH] = { "live", VB_STATE_LIVE, VB_ON_STALE_STOP_CHARGING, 1 * SECOND, LIVE RECEIVING },
  [LATE] = { "late", VB_STATE_LATE, VB_ON_STALE_STOP_CHARGING, 10 * SECOND,
             LIVE " BmsCable=1" TEXT ("No data for 10 s") },
  [STALE] = { "stale, stop-charging", VB_STATE_STALE, VB_ON_STALE_STOP_CHARGING, 30 * SECOND,
              LIMITS " MaxChargeCurrent=0 BatteryLowVoltage=46 ChargeRequest=0 " KEPT TEXT (
                  "No data for 30 s: charging stopped") },
  [BLOCKED]
  = { "stale, block", VB_STATE_STALE, VB_ON_STALE_BLOCK, 30 * SECOND,
      LIMITS " MaxChargeCurrent=0 MaxDischargeCurrent=0 BatteryLowVoltage=46"
             " ChargeRequest=0 " KEPT TEXT ("No data for 30 s: charging and discharging stopped") },
  [LOST] = { "lost", VB_STATE_LOST, VB_ON_STALE_STOP_CHARGING, 180 * SECOND,
             KEPT TEXT ("No data for 180 s: limits withdrawn") },
  [DROPPED] = { "lost, drop", VB_STATE_LOST, VB_ON_STALE_DROP, 30 * SECOND,
                KEPT TEXT ("No data for 30 s: limits withdrawn") },
  [GONE] = { "gone", VB_STATE_GONE, VB_ON_STALE_STOP_CHARGING, 600 * SECOND, "" },
  [DELETED] = { "gone, deleted", VB_STATE_GONE, VB_ON_STALE_STOP_CHARGING, 1 * SECOND, "" },
};

static gboolean
is_limit (const char *word)
{
  g_autofree char *name = g_strndup (word, strcspn (word, "="));

  return vb_item (item_of (name))->field->group == VB_GROUP_LIMIT;
}

/* A monitor has no limits, and says nothing of them. */
static char *G_GNUC_UNUSED
for_role (VbRole role, const char *description)
{
  g_auto (GStrv) words = split_words (description);
  g_autoptr (GString) own = g_string_new (NULL);

  if (role == VB_ROLE_BMS)
    return g_strdup (description);

  for (guint i = 0; words[i] != NULL; i++) {
    char *consequence = strstr (words[i], ": ");

    if (is_limit (words[i]))
      continue;
    if (consequence != NULL)
      *consequence = '\0';
    g_string_append_printf (own, "'%s' ", words[i]);
  }

  return g_string_free (g_steal_pointer (&own), FALSE);
}

/* Asserts all that is on the bus, but for Alarm, which is an invariant; a later word takes the
   place of an earlier one. */
static void G_GNUC_UNUSED
assert_whole_bus (Fixture *fixture, const char *bus, const char *changed)
{
  g_autofree char *both = g_strconcat (bus, " ", changed, NULL);
  g_autofree char *own = for_role (fixture->config.fixed.role, both);
  g_auto (GStrv) words = split_words (own);
  g_autoptr (GHashTable) expected = g_hash_table_new (NULL, NULL);
  GHashTableIter iter;
  gpointer item, word;

  for (guint i = 0; words[i] != NULL; i++) {
    char *equals = strchr (words[i], '=');

    *equals = '\0';
    g_hash_table_insert (expected, GUINT_TO_POINTER (item_of (words[i]) + 1), equals + 1);
  }

  g_hash_table_iter_init (&iter, expected);
  while (g_hash_table_iter_next (&iter, &item, &word)) {
    const char *name = vb_item (GPOINTER_TO_UINT (item) - 1)->path;
    g_autofree char *pair = g_strdup_printf ("%s='%s'", name, (const char *)word);

    assert_bus (fixture, pair);
  }

  for (guint i = 0; i < vb_item_count (); i++)
    if (vb_value_is_valid (&fixture->bus[i]) && i != vb_item_known (VB_KNOWN_ALARM)
        && !g_hash_table_contains (expected, GUINT_TO_POINTER (i + 1)))
      g_error ("%s is valid", vb_item (i)->path);
}

/* Leads a new battery of @role to @standing. */
static void G_GNUC_UNUSED
stand (Fixture *fixture, VbRole role, Standing standing)
{
  g_autofree char *full = for_role (role, FULL);

  g_test_message ("%s, %s", vb_role_name (role), standings[standing].name);
  fixture->config.fixed.role = role;
  fixture->config.live.freshness.on_stale = standings[standing].on_stale;
  restart (fixture);

  if (standing != WAITING)
    g_assert_true (push (fixture, full));
  tick_at (fixture, standings[standing].time);
  if (standing == DELETED)
    switch_off (fixture);

  g_assert_cmpint (vb_battery_state (fixture->battery), ==, standings[standing].state);
  assert_whole_bus (fixture, standings[standing].bus, "");
}
