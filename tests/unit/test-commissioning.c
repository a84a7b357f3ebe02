#include "core/commissioning.h"

#include <math.h>
#include <string.h>

#include "battery-fixture.h"

#define OURS "com.victronenergy.battery.virtual"
#define SHED "com.victronenergy.battery.http_shed"
#define OTHER "com.victronenergy.battery.other"

/* Facts of a battery of which everything is right, in a plant of which everything is known. */
typedef struct
{
  VbBatteryConfig config;
  VbSystem system;
  VbNeighbours *neighbours;
  VbCommissioningFacts facts;
} Plant;

/* A record every @interval for @length, up to START. */
static void
send_every (Plant *plant, gint64 interval, gint64 length)
{
  const gint64 window = vb_cadence_window (plant->config.live.freshness.warn_after);

  plant->facts.cadence = (VbCadence){ 0 };
  for (gint64 time = START - length; time <= START; time += interval)
    vb_cadence_note (&plant->facts.cadence, time, window);
}

static void
set_up_plant (Plant *plant)
{
  VbBatteryLive *live = &plant->config.live;

  vb_battery_config_init (&plant->config, "virtual");
  plant->config.fixed.history = TRUE;
  live->max_charge_voltage = 56;
  live->max_charge_current = 100;
  live->max_discharge_current = 200;
  live->stale_charge_voltage = 53.6;
  plant->system = (VbSystem){ .there = TRUE,
                              .monitor = g_strdup ("com.victronenergy.battery/120"),
                              .monitor_service = g_strdup (OURS),
                              .bms = g_strdup (OURS),
                              .dvcc = TRUE,
                              .bms_told = TRUE,
                              .monitor_told = TRUE,
                              .feed_in_told = TRUE };
  plant->neighbours = vb_neighbours_new ();
  vb_neighbours_add_own (plant->neighbours, OURS, 120);
  vb_neighbours_set_instance (plant->neighbours, OURS, 120);
  plant->facts = (VbCommissioningFacts){
    .config = &plant->config,
    .now = START,
    .state = VB_STATE_LIVE,
    .records = 60,
    .missing = g_ptr_array_new (),
    .absent = g_ptr_array_new (),
    .doubts = g_ptr_array_new_with_free_func (g_free),
    .n_cells = 16,
    .lowest_cell = 3.281,
    .highest_cell = 3.31,
    .charge_voltage = 55.2,
    .presence = { .on_bus = TRUE, .service = (char *)OURS, .instance = 120 },
    .system = &plant->system,
    .neighbours = plant->neighbours,
    .access = VB_ACCESS_TOKEN,
  };
  send_every (plant, SECOND, 61 * SECOND);
}

static void
tear_down_plant (Plant *plant)
{
  vb_commissioning_facts_clear (&plant->facts);
  vb_neighbours_free (plant->neighbours);
  vb_system_clear (&plant->system);
  vb_battery_config_clear (&plant->config);
}

static void
set_text (char **text, const char *new_text)
{
  g_free (*text);
  *text = g_strdup (new_text);
}

static void
nothing (Plant *plant)
{
}

static void
seldom (Plant *plant)
{
  send_every (plant, 4 * SECOND, 120 * SECOND);
}

/* Not before a whole window has gone by, however good it looks. */
static void
short_time (Plant *plant)
{
  send_every (plant, SECOND, 59 * SECOND);
}

static void
silent (Plant *plant)
{
  plant->facts.now += 9 * SECOND;
}

static void
never (Plant *plant)
{
  plant->facts.cadence = (VbCadence){ 0 };
  plant->facts.records = 0;
}

static void
longer (Plant *plant)
{
  plant->config.live.freshness.warn_after = 15 * SECOND;
  send_every (plant, 4 * SECOND, 120 * SECOND);
}

static void
lacks_soc (Plant *plant)
{
  g_ptr_array_add (plant->facts.missing, (gpointer) "Soc");
  g_ptr_array_add (plant->facts.missing, (gpointer) "Voltage");
}

static void
lacks_part (Plant *plant)
{
  g_ptr_array_add (plant->facts.absent, (gpointer) "left");
}

static void
gone (Plant *plant)
{
  plant->facts.state = VB_STATE_GONE;
  lacks_soc (plant);
}

static void
doubted (Plant *plant)
{
  g_ptr_array_add (plant->facts.doubts, g_strdup ("the cells together are 50 V"));
}

static void
without_cells (Plant *plant)
{
  plant->facts.lowest_cell = plant->facts.highest_cell = 0;
}

static void
ends_alone (Plant *plant)
{
  plant->facts.n_cells = 0;
}

static void
low_cell (Plant *plant)
{
  plant->facts.lowest_cell = 0.4;
}

static void
high_cell (Plant *plant)
{
  plant->facts.highest_cell = 4.7;
}

static void
loose_wire (Plant *plant)
{
  plant->facts.lowest_cell = 2.1;
}

static void
no_belt (Plant *plant)
{
  plant->config.live.max_charge_voltage = plant->config.live.max_discharge_current = NAN;
}

static void
limits_for_belt (Plant *plant)
{
  no_belt (plant);
  plant->config.live.rules.maximum[VB_LIMIT_CHARGE_VOLTAGE] = 55;
  plant->config.live.rules.maximum[VB_LIMIT_DISCHARGE_CURRENT] = 150;
}

static void
no_system (Plant *plant)
{
  plant->system.there = FALSE;
}

static void
no_bus (Plant *plant)
{
  plant->facts.system = NULL;
  plant->facts.neighbours = NULL;
}

static void
off_the_bus (Plant *plant)
{
  plant->facts.presence.on_bus = FALSE;
}

static void
no_settings (Plant *plant)
{
  plant->system.bms_told = plant->system.monitor_told = plant->system.feed_in_told = FALSE;
}

static void
automatic (Plant *plant)
{
  plant->system.automatic_monitor = plant->system.automatic_bms = TRUE;
}

static void
other_is (Plant *plant)
{
  set_text (&plant->system.monitor_service, OTHER);
  set_text (&plant->system.bms, OTHER);
}

static void
none_is (Plant *plant)
{
  set_text (&plant->system.monitor, NULL);
  set_text (&plant->system.monitor_service, NULL);
  set_text (&plant->system.bms, NULL);
}

static void
other_gave_way (Plant *plant)
{
  automatic (plant);
  vb_neighbours_set_instance (plant->neighbours, OTHER, 512);
  vb_neighbours_set_limits (plant->neighbours, OTHER, TRUE);
}

static void
other_gave_way_perhaps (Plant *plant)
{
  other_gave_way (plant);
  no_settings (plant);
}

static void
several (Plant *plant)
{
  plant->system.several = TRUE;
}

static void
no_dvcc (Plant *plant)
{
  plant->system.dvcc = FALSE;
}

static void
feeds_in (Plant *plant)
{
  plant->system.feed_in = TRUE;
}

static void
no_voltage (Plant *plant)
{
  plant->config.live.stale_charge_voltage = NAN;
}

static void
gap (Plant *plant)
{
  feeds_in (plant);
  no_voltage (plant);
}

static void
gap_perhaps (Plant *plant)
{
  no_settings (plant);
  no_voltage (plant);
}

static void
too_high (Plant *plant)
{
  feeds_in (plant);
  plant->config.live.stale_charge_voltage = 55.2;
}

static void
drops (Plant *plant)
{
  feeds_in (plant);
  plant->config.live.freshness.on_stale = VB_ON_STALE_DROP;
}

static void
drops_unseen (Plant *plant)
{
  no_bus (plant);
  plant->config.live.freshness.on_stale = VB_ON_STALE_DROP;
}

static void
asks_nothing (Plant *plant)
{
  plant->facts.charge_voltage = 0;
}

static void
twin (Plant *plant)
{
  vb_neighbours_set_instance (plant->neighbours, "com.victronenergy.battery.twin", 120);
}

static void
no_number (Plant *plant)
{
  plant->facts.presence.instance = -1;
}

static void
local (Plant *plant)
{
  plant->facts.access = VB_ACCESS_LOCAL;
}

static void
open_to_all (Plant *plant)
{
  plant->facts.access = VB_ACCESS_OPEN;
}

static void
access_unknown (Plant *plant)
{
  plant->facts.access = VB_ACCESS_UNKNOWN;
}

static void
no_history (Plant *plant)
{
  plant->config.fixed.history = FALSE;
}

static void
blocks (Plant *plant)
{
  plant->config.live.freshness.on_stale = VB_ON_STALE_BLOCK;
}

static void
is_monitor (Plant *plant)
{
  plant->config.fixed.role = VB_ROLE_MONITOR;
}

static void
automatic_monitor (Plant *plant)
{
  is_monitor (plant);
  automatic (plant);
}

static void
monitor_unseen (Plant *plant)
{
  is_monitor (plant);
  no_system (plant);
}

static void
sibling_is (Plant *plant)
{
  vb_neighbours_add_own (plant->neighbours, SHED, 121);
  set_text (&plant->system.monitor_service, SHED);
}

static void
add_part (Plant *plant, const char *name, VbWhenSilent when_silent, gboolean says)
{
  VbPartConfig *part = vb_part_config_new (name);

  part->when_silent = when_silent;
  part->n_items = says;
  if (says)
    part->items = g_new0 (guint, 1);
  if (plant->config.fixed.parts == NULL)
    plant->config.fixed.parts
        = g_ptr_array_new_with_free_func ((GDestroyNotify)vb_part_config_free);
  g_ptr_array_add (plant->config.fixed.parts, part);
}

static void
one_pack (Plant *plant)
{
  add_part (plant, "left", VB_WHEN_SILENT_LEAVE_OUT, FALSE);
}

static void
packs_alike (Plant *plant)
{
  add_part (plant, "left", VB_WHEN_SILENT_STOP_CHARGING, FALSE);
  add_part (plant, "right", VB_WHEN_SILENT_STOP_CHARGING, FALSE);
}

static void
packs_left_out (Plant *plant)
{
  add_part (plant, "left", VB_WHEN_SILENT_LEAVE_OUT, FALSE);
  add_part (plant, "right", VB_WHEN_SILENT_LEAVE_OUT, FALSE);
}

static void
of_parts (Plant *plant)
{
  add_part (plant, "left", VB_WHEN_SILENT_STOP_CHARGING, FALSE);
  add_part (plant, "right", VB_WHEN_SILENT_LEAVE_OUT, FALSE);
  add_part (plant, "shunt", VB_WHEN_SILENT_STOP_CHARGING, TRUE);
}

#define STOPS                                                                           \
  "after 10 s without a complete record there is a warning, after 30 s there is an "    \
  "alarm, and what Venus controls stops charging, by a charge current of 0 and a "      \
  "charge voltage of 53.6 V at most, while discharging goes on within the last limit; " \
  "after 180 s the limits are withdrawn, and inverters shut down some minutes later; "  \
  "after 600 s the battery leaves the bus"

/* Of each row what makes it green, red and unknown, and what is said then. */
static const struct
{
  const char *key;
  void (*set) (Plant *plant);
  VbCheck check;
  const char *part;
} cases[] = {
  { "records", nothing, VB_CHECK_GREEN, "3 complete records took 3.0 s at most, and after 10 s" },
  { "records", longer, VB_CHECK_GREEN, "took 12.0 s at most, and after 15 s" },
  { "records", seldom, VB_CHECK_RED, "3 complete records took up to 12.0 s" },
  { "records", silent, VB_CHECK_RED, "fewer than 3 complete records have come within the last 11" },
  { "records", short_time, VB_CHECK_UNKNOWN, "measured for 59 s of 60 s" },
  { "records", never, VB_CHECK_UNKNOWN, "nothing complete" },
  { "required", nothing, VB_CHECK_GREEN, "younger than 10 s" },
  { "required", lacks_soc, VB_CHECK_RED, "too old: Soc, Voltage; send" },
  { "required", lacks_part, VB_CHECK_RED, "do not count yet: left" },
  { "required", never, VB_CHECK_UNKNOWN, "no record" },
  { "required", gone, VB_CHECK_UNKNOWN, "gone" },
  { "cells", nothing, VB_CHECK_GREEN, "of 16 cells the lowest is 3.281 V, the highest 3.310 V" },
  { "cells", ends_alone, VB_CHECK_GREEN, "the lowest is 3.281 V" },
  { "cells", doubted, VB_CHECK_RED, "together are 50 V" },
  { "cells", low_cell, VB_CHECK_RED, "0.400 V" },
  { "cells", high_cell, VB_CHECK_RED, "4.700 V" },
  { "cells", loose_wire, VB_CHECK_RED, "is a wire loose" },
  { "cells", without_cells, VB_CHECK_UNKNOWN, "no cell voltage" },
  { "belt", nothing, VB_CHECK_GREEN, "at most 56 V, 100 A, 200 A" },
  { "belt", limits_for_belt, VB_CHECK_GREEN, "at most 55 V, 100 A, 150 A" },
  { "belt", no_belt, VB_CHECK_RED, "max-charge-voltage, max-discharge-current: not set" },
  { "monitor", nothing, VB_CHECK_GREEN, "it is, and somebody has chosen it" },
  { "monitor", automatic, VB_CHECK_RED, "nobody has chosen it (Automatic)" },
  { "monitor", other_is, VB_CHECK_RED, "it is not, " OTHER " is; choose it" },
  { "monitor", none_is, VB_CHECK_RED, "it is not, none is" },
  { "monitor", no_settings, VB_CHECK_UNKNOWN, "settings do not say" },
  { "monitor", no_system, VB_CHECK_UNKNOWN, "com.victronenergy.system" },
  { "monitor", no_bus, VB_CHECK_UNKNOWN, "com.victronenergy.system" },
  { "monitor", off_the_bus, VB_CHECK_UNKNOWN, "not on the bus" },
  { "monitor", sibling_is, VB_CHECK_NONE, NULL },
  { "bms", nothing, VB_CHECK_GREEN, "it is" },
  { "bms", automatic, VB_CHECK_GREEN, "it is" },
  { "bms", other_is, VB_CHECK_RED, "not used: the BMS is " OTHER },
  { "bms", none_is, VB_CHECK_RED, "not used: the BMS is none" },
  { "bms", other_gave_way, VB_CHECK_RED, "in the place of " OTHER },
  { "bms", several, VB_CHECK_RED, "several BMSes" },
  { "bms", other_gave_way_perhaps, VB_CHECK_UNKNOWN, "settings do not say" },
  { "bms", no_bus, VB_CHECK_UNKNOWN, "com.victronenergy.system" },
  { "bms", off_the_bus, VB_CHECK_UNKNOWN, "not on the bus" },
  { "bms", is_monitor, VB_CHECK_NONE, NULL },
  { "dvcc", nothing, VB_CHECK_GREEN, "on" },
  { "dvcc", no_dvcc, VB_CHECK_RED, "switch it on" },
  { "dvcc", no_system, VB_CHECK_UNKNOWN, "com.victronenergy.system" },
  { "dvcc", no_bus, VB_CHECK_UNKNOWN, "com.victronenergy.system" },
  { "feed-in", nothing, VB_CHECK_GREEN, "told to hold 53.6 V" },
  { "feed-in", feeds_in, VB_CHECK_GREEN, "told to hold 53.6 V" },
  { "feed-in", no_voltage, VB_CHECK_GREEN, "it is off; while it is on" },
  { "feed-in", gap, VB_CHECK_RED, "it is on: chargers obey the charge voltage only" },
  { "feed-in", too_high, VB_CHECK_RED, "55.2 V, is not below its MaxChargeVoltage" },
  { "feed-in", drops, VB_CHECK_RED, "on-stale=drop lowers nothing" },
  { "feed-in", asks_nothing, VB_CHECK_UNKNOWN, "above 53.6 V" },
  { "feed-in", gap_perhaps, VB_CHECK_UNKNOWN, "not known without settings" },
  { "feed-in", drops_unseen, VB_CHECK_UNKNOWN, "not known without settings" },
  { "twin", nothing, VB_CHECK_GREEN, "no other battery on the bus has device instance 120" },
  { "twin", twin, VB_CHECK_RED, "120 is also that of com.victronenergy.battery.twin" },
  { "twin", no_number, VB_CHECK_UNKNOWN, "not known yet" },
  { "twin", no_bus, VB_CHECK_UNKNOWN, "not known yet" },
  { "twin", off_the_bus, VB_CHECK_UNKNOWN, "not on the bus" },
  { "token", nothing, VB_CHECK_GREEN, "has to have it" },
  { "token", local, VB_CHECK_GREEN, "this machine alone" },
  { "token", open_to_all, VB_CHECK_RED, "set [http] token-file" },
  { "token", access_unknown, VB_CHECK_UNKNOWN, "not known" },
  { "history", nothing, VB_CHECK_GREEN, "are counted" },
  { "history", no_history, VB_CHECK_RED, "set history=true" },
  { "silence", nothing, VB_CHECK_GREEN, STOPS },
  { "silence", one_pack, VB_CHECK_GREEN,
    STOPS "; where part left alone falls silent, it is the same" },
  { "silence", packs_alike, VB_CHECK_GREEN,
    STOPS "; where part left or right alone falls silent, it is the same" },
  { "silence", packs_left_out, VB_CHECK_GREEN,
    STOPS "; where part left or right alone falls silent, the battery goes on without it after 30 "
          "s, with a warning" },
  { "silence", of_parts, VB_CHECK_GREEN,
    STOPS "; where part left alone falls silent, it is the same; where part right alone falls "
          "silent, the battery goes on without it after 30 s, with a warning; where part shunt "
          "alone falls silent, the others stand in for it if they send what it says, and else it "
          "is the same" },
  { "silence", no_voltage, VB_CHECK_GREEN, "charge current of 0, while discharging goes on" },
  { "silence", blocks, VB_CHECK_GREEN, "discharging by a discharge current of 0, which shuts an" },
  { "silence", other_is, VB_CHECK_RED, "Venus does not use its limits, so that nothing stops: " },
  { "silence", no_dvcc, VB_CHECK_RED, "Venus does not use its limits, so that nothing stops: " },
  { "silence", gap, VB_CHECK_RED, "but solar chargers that feed in go on charging" },
  { "silence", drops, VB_CHECK_RED, "withdrawn, which stops nothing at once" },
  { "silence", drops_unseen, VB_CHECK_RED, "withdrawn, which stops nothing at once" },
  { "silence", gap_perhaps, VB_CHECK_UNKNOWN, "charge current of 0, while discharging goes on" },
  { "silence", no_bus, VB_CHECK_UNKNOWN, STOPS },
  { "silence", off_the_bus, VB_CHECK_UNKNOWN, STOPS },
  { "silence", is_monitor, VB_CHECK_GREEN,
    "there is an alarm, and no state of charge is shown; after 600 s" },
  { "silence", automatic_monitor, VB_CHECK_RED, "no state of charge is shown" },
  { "silence", monitor_unseen, VB_CHECK_UNKNOWN, "no state of charge is shown" },
};

static const char *const keys[] = { "records", "required", "cells", "belt",  "monitor", "bms",
                                    "dvcc",    "feed-in",  "twin",  "token", "history", "silence" };

static const VbCommissioned *
find (const GPtrArray *list, const char *key)
{
  for (guint i = 0; i < list->len; i++) {
    const VbCommissioned *line = g_ptr_array_index (list, i);

    if (g_str_equal (line->key, key))
      return line;
  }

  return NULL;
}

static void
test_rows (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    Plant plant;
    g_autoptr (GPtrArray) list = NULL;
    const VbCommissioned *line;

    set_up_plant (&plant);
    cases[i].set (&plant);
    list = vb_commissioning_judge (&plant.facts);
    line = find (list, cases[i].key);
    if (cases[i].check == VB_CHECK_NONE)
      g_assert_null (line);
    else if (line == NULL || line->check != cases[i].check
             || strstr (line->text, cases[i].part) == NULL)
      g_error ("case %u, %s: wanted %s with “%s”, got %s: %s", i, cases[i].key,
               vb_commissioning_word (cases[i].check), cases[i].part,
               line != NULL ? vb_commissioning_word (line->check) : "nothing",
               line != NULL ? line->text : "");
    tear_down_plant (&plant);
  }
}

/* Each row has a case of each kind; but what the configuration alone decides is always known. */
static void
test_cases (void)
{
  static const char *const known[] = { "belt", "history", NULL };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
    gboolean seen[VB_N_CHECKS] = { FALSE };

    for (guint j = 0; j < G_N_ELEMENTS (cases); j++)
      if (g_str_equal (cases[j].key, keys[i]))
        seen[cases[j].check] = TRUE;
    g_assert_true (seen[VB_CHECK_GREEN] && seen[VB_CHECK_RED]);
    g_assert_true (seen[VB_CHECK_UNKNOWN] || g_strv_contains (known, keys[i]));
  }
}

/* Of everything right every row is green; where nothing has been seen, none is. */
static void
test_never_by_default (void)
{
  g_auto (VbBatteryConfig) config;
  VbCommissioningFacts facts = { .config = &config };
  g_autoptr (GPtrArray) green = NULL;
  g_autoptr (GPtrArray) empty = NULL;
  Plant plant;

  set_up_plant (&plant);
  green = vb_commissioning_judge (&plant.facts);
  vb_battery_config_init (&config, "virtual");
  empty = vb_commissioning_judge (&facts);
  g_assert_cmpuint (green->len, ==, G_N_ELEMENTS (keys));
  g_assert_cmpuint (empty->len, ==, G_N_ELEMENTS (keys));
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
    const VbCommissioned *line = g_ptr_array_index (empty, i);

    g_assert_cmpstr (line->key, ==, keys[i]);
    if (line->check == VB_CHECK_GREEN)
      g_error ("%s is green by default: %s", line->key, line->text);
    g_assert_cmpint (((VbCommissioned *)g_ptr_array_index (green, i))->check, ==, VB_CHECK_GREEN);
  }
  tear_down_plant (&plant);
}

static void
assert_line (Fixture *fixture, const char *key, VbCheck check, const char *part)
{
  g_auto (VbCommissioningFacts) facts;
  g_autoptr (GPtrArray) list = NULL;
  const VbCommissioned *line;

  vb_commissioning_facts_gather (&facts, fixture->battery, VB_ACCESS_LOCAL, fixture->now);
  list = vb_commissioning_judge (&facts);
  line = find (list, key);
  if (line == NULL || line->check != check || strstr (line->text, part) == NULL)
    g_error ("%s: wanted %s with “%s”, got %s: %s", key, vb_commissioning_word (check), part,
             vb_commissioning_word (line->check), line->text);
}

/* Records are measured as they arrive; a record that leaves a required field to grow old does not
   count, however often it comes. */
static void
test_arrivals (Fixture *fixture, gconstpointer unused)
{
  assert_line (fixture, "records", VB_CHECK_UNKNOWN, "nothing complete");
  for (guint i = 0; i < 31; i++) {
    push (fixture, REQUIRED);
    assert_line (fixture, "records", i < 30 ? VB_CHECK_UNKNOWN : VB_CHECK_GREEN,
                 i < 30 ? "measured for" : "took 6.0 s at most");
    tick_at (fixture, fixture->now - START + 2 * SECOND);
  }
  for (guint i = 0; i < 9; i++) {
    push (fixture, "Soc=50");
    tick_at (fixture, fixture->now - START + SECOND);
  }
  assert_line (fixture, "records", VB_CHECK_RED, "within the last 15.0 s");
  assert_line (fixture, "required", VB_CHECK_RED, "Voltage");
  switch_off (fixture);
  assert_line (fixture, "records", VB_CHECK_UNKNOWN, "nothing complete");
}

/* What speaks against the cells: that they do not add up, that one is not there, that one is
   wrong. */
static void
test_doubts (Fixture *fixture, gconstpointer unused)
{
  push (fixture, REQUIRED " Cell1=26.3");
  assert_line (fixture, "cells", VB_CHECK_RED, "26.3");
  push (fixture, REQUIRED " Cell1=3.3 Cell2=3.31");
  assert_line (fixture, "cells", VB_CHECK_GREEN, "of 2 cells the lowest is 3.300 V");
  push (fixture, REQUIRED " Cell1=3.3 Cell2=null");
  assert_line (fixture, "cells", VB_CHECK_RED, "Cell2");
  push (fixture, REQUIRED " Cell1=3.3 Cell2=3.31 NrOfCellsPerBattery=2");
  assert_line (fixture, "cells", VB_CHECK_RED, "the cells together are 6.61 V");
  assert_line (fixture, "feed-in", VB_CHECK_UNKNOWN, "set its stale-charge-voltage");
  switch_off (fixture);
  assert_line (fixture, "cells", VB_CHECK_UNKNOWN, "no cell voltage");
}

/* A cell at 0 V, or null, between cells that have a voltage: a wire is off. Behind them it may be
   one that there is not, unless somebody says how many there are. */
static void
test_wire_off (Fixture *fixture, gconstpointer unused)
{
  push (fixture, REQUIRED " Cell1=3.3 Cell2=3.31 Cell3=0 Cell4=null");
  assert_line (fixture, "cells", VB_CHECK_GREEN, "of 2 cells");
  push (fixture, REQUIRED " Cell6=3.3");
  assert_line (fixture, "cells", VB_CHECK_RED, "Cell3 has no voltage, and other cells have");
  push (fixture, REQUIRED " Cell3=3.32");
  assert_line (fixture, "cells", VB_CHECK_RED, "Cell4 has no voltage, and other cells have");
  push (fixture, REQUIRED " Cell4=3.32");
  assert_line (fixture, "cells", VB_CHECK_GREEN, "of 6 cells");
  push (fixture, REQUIRED " Cell7=0 NrOfCellsPerBattery=7");
  assert_line (fixture, "cells", VB_CHECK_RED, "Cell7 has no voltage");
  switch_off (fixture);
  push (fixture, REQUIRED " Cell1=0 Cell2=3.31 NrOfCellsPerBattery=null");
  assert_line (fixture, "cells", VB_CHECK_RED, "Cell1 has no voltage");

  /* What comes no more is no cell after a while. */
  for (guint i = 0; i < 60; i++) {
    tick_at (fixture, fixture->now - START + 6 * SECOND);
    push (fixture, REQUIRED " Cell2=3.31");
  }
  assert_line (fixture, "cells", VB_CHECK_GREEN, "of 2 cells");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/commissioning/rows", test_rows);
  g_test_add_func ("/commissioning/cases", test_cases);
  g_test_add_func ("/commissioning/never-by-default", test_never_by_default);
  g_test_add ("/commissioning/arrivals", Fixture, NULL, set_up, test_arrivals, tear_down);
  g_test_add ("/commissioning/doubts", Fixture, NULL, set_up, test_doubts, tear_down);
  g_test_add ("/commissioning/wire-off", Fixture, NULL, set_up, test_wire_off, tear_down);

  return g_test_run ();
}
