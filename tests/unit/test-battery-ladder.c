#include "battery-standings.h"

/*
 * The ladder, exhaustively: every transition at its microsecond, and every event in every state.
 * What is expected is all that is on the bus; what is not named there is invalid.
 */

/* Every step at its microsecond and not one before, as exactly one change. */
static void
test_boundaries (Fixture *fixture, gconstpointer user_data)
{
  static const Standing ladders[][5] = { { FRESH, LATE, STALE, LOST, GONE },
                                         { FRESH, LATE, BLOCKED, LOST, GONE },
                                         { FRESH, LATE, DROPPED, GONE, GONE } };

  for (VbRole role = VB_ROLE_BMS; role <= VB_ROLE_MONITOR; role++)
    for (VbOnStale on_stale = VB_ON_STALE_STOP_CHARGING; on_stale <= VB_ON_STALE_DROP; on_stale++) {
      g_autofree char *full = for_role (role, FULL);

      fixture->config.fixed.role = role;
      fixture->config.live.freshness.on_stale = on_stale;
      restart (fixture);
      g_assert_true (push (fixture, full));
      assert_step (fixture, VB_STATE_LIVE, 1);
      assert_whole_bus (fixture, standings[FRESH].bus, "");

      for (guint i = 1; i < G_N_ELEMENTS (ladders[0]); i++) {
        const Standing before = ladders[on_stale][i - 1], at = ladders[on_stale][i];

        if (before == at)
          continue;
        g_assert_cmpint (vb_battery_next_tick (fixture->battery), ==, START + standings[at].time);
        tick_at (fixture, standings[at].time - 1);
        assert_step (fixture, standings[before].state, 0);
        tick_at (fixture, standings[at].time);
        assert_step (fixture, standings[at].state, 1);
        g_assert_cmpint (vb_battery_since (fixture->battery), ==, fixture->now);
        assert_whole_bus (fixture, standings[at].bus, "");
        tick_at (fixture, standings[at].time);
        assert_step (fixture, standings[at].state, 0);
      }
      g_assert_cmpint (vb_battery_next_tick (fixture->battery), ==, G_MAXINT64);
    }
}

/* Time may pass several steps at once: still one change. */
static void
test_gaps (Fixture *fixture, gconstpointer user_data)
{
  for (Standing from = FRESH; from < DELETED; from++)
    for (Standing to = from; to < DELETED; to++)
      if (standings[from].on_stale == standings[to].on_stale
          && standings[from].state < standings[to].state) {
        stand (fixture, VB_ROLE_BMS, from);
        tick_at (fixture, standings[to].time);
        assert_step (fixture, standings[to].state, 1);
        assert_whole_bus (fixture, standings[to].bus, "");
      }
}

typedef enum
{
  POST,
  PUT,
  DELETE,
  TICK,
  REFUSED, /* POST, refused */
} Event;

typedef enum
{
  ANY_ROLE,
  BMS_ALONE, /* a matter of limits */
} Whom;

typedef struct
{
  VbState state;
  guint calls;
  const char *bus; /* all that is there afterwards, where it is not what was there before */
  const char *changed;
} Outcome;

#define SAME(state_)      \
  {                       \
    state_, 0, NULL, NULL \
  }
#define CHANGED(state_, changed_) \
  {                               \
    state_, 1, NULL, changed_     \
  }
#define OFF(calls_)                 \
  {                                 \
    VB_STATE_GONE, calls_, "", NULL \
  }
#define ON(bus_)                 \
  {                              \
    VB_STATE_LIVE, 1, bus_, NULL \
  }
#define SAME_EVERYWHERE                                                                          \
  {                                                                                              \
    SAME (VB_STATE_WAITING), SAME (VB_STATE_LIVE), SAME (VB_STATE_LATE), SAME (VB_STATE_STALE),  \
        SAME (VB_STATE_STALE), SAME (VB_STATE_LOST), SAME (VB_STATE_LOST), SAME (VB_STATE_GONE), \
        SAME (VB_STATE_GONE)                                                                     \
  }
#define OFF_EVERYWHERE                                                              \
  {                                                                                 \
    OFF (1), OFF (1), OFF (1), OFF (1), OFF (1), OFF (1), OFF (1), OFF (0), OFF (0) \
  }

#define UNREACHED()                                                                    \
  {                                                                                    \
    VB_STATE_STALE, 1,                                                                 \
        LIMITS " MaxChargeCurrent=0 BatteryLowVoltage=46 ChargeRequest=0 " KEPT TEXT ( \
            "Battery out of reach, says the source: charging stopped"),                \
        NULL                                                                           \
  }
#define OUT_OF_REACH                                                                             \
  {                                                                                              \
    SAME (VB_STATE_WAITING), UNREACHED (), UNREACHED (), SAME (VB_STATE_STALE),                  \
        SAME (VB_STATE_STALE), SAME (VB_STATE_LOST), SAME (VB_STATE_LOST), SAME (VB_STATE_GONE), \
        SAME (VB_STATE_GONE)                                                                     \
  }

#define OTHER \
  "Soc=50 Voltage=51 Current=10 MaxChargeVoltage=56 MaxChargeCurrent=80 MaxDischargeCurrent=120"
#define OTHER_ON OTHER " Power=510 Connected=1 BmsCable=0 " ANSWERS RECEIVING
#define OTHER_LIVE LIVE " " OTHER_ON

static const struct
{
  const char *name;
  Event event;
  Whom whom;
  const char *record;
  Outcome in[N_STANDINGS];
} events[] = {
  { "complete record",
    POST,
    ANY_ROLE,
    OTHER,
    { ON (OTHER_ON), ON (OTHER_LIVE), ON (OTHER_LIVE), ON (OTHER_LIVE), ON (OTHER_LIVE),
      /* By now the optional values have expired by themselves. */
      ON (OTHER_ON " HighVoltage=1 AllowToCharge=1 ChargeCycles=200 BatteryLowVoltage=46 " SYSTEM),
      ON (OTHER_LIVE),
      /* Off the bus, alarms and what was too old are forgotten. */
      ON (OTHER_ON " ChargeCycles=200 " SYSTEM), ON (OTHER_ON " ChargeCycles=200") } },
  { "equal record",
    POST,
    ANY_ROLE,
    FULL,
    { ON (LIVE RECEIVING), SAME (VB_STATE_LIVE), ON (LIVE RECEIVING), ON (LIVE RECEIVING),
      ON (LIVE RECEIVING), ON (LIVE RECEIVING), ON (LIVE RECEIVING), ON (LIVE RECEIVING),
      ON (LIVE RECEIVING) } },
  { "partial record",
    POST,
    BMS_ALONE,
    "Soc=50 Voltage=51 Current=10 Temperature=25",
    { SAME (VB_STATE_WAITING),
      CHANGED (VB_STATE_LIVE, "Soc=50 Voltage=51 Current=10 Power=510 Temperature=25"),
      CHANGED (VB_STATE_LATE, "Soc=50 Voltage=51 Current=10 Power=510 Temperature=25"),
      SAME (VB_STATE_STALE), SAME (VB_STATE_STALE), SAME (VB_STATE_LOST), SAME (VB_STATE_LOST),
      SAME (VB_STATE_GONE), SAME (VB_STATE_GONE) } },
  { "alarms",
    POST,
    ANY_ROLE,
    "HighVoltage=2 LowSoc=1 ErrorCode=7 BmsCable=1",
    { SAME (VB_STATE_WAITING),
      CHANGED (VB_STATE_LIVE, "HighVoltage=2 LowSoc=1 ErrorCode=7 BmsCable=1"),
      CHANGED (VB_STATE_LATE, "HighVoltage=2 LowSoc=1 ErrorCode=7"),
      CHANGED (VB_STATE_STALE, "HighVoltage=2 LowSoc=1 ErrorCode=7"),
      CHANGED (VB_STATE_STALE, "HighVoltage=2 LowSoc=1 ErrorCode=7"),
      CHANGED (VB_STATE_LOST, "HighVoltage=2 LowSoc=1 ErrorCode=7"),
      CHANGED (VB_STATE_LOST, "HighVoltage=2 LowSoc=1 ErrorCode=7"), SAME (VB_STATE_GONE),
      SAME (VB_STATE_GONE) } },
  { "alarm cleared",
    POST,
    ANY_ROLE,
    "HighVoltage=0",
    { SAME (VB_STATE_WAITING), CHANGED (VB_STATE_LIVE, "HighVoltage=0"),
      CHANGED (VB_STATE_LATE, "HighVoltage=0"), CHANGED (VB_STATE_STALE, "HighVoltage=0"),
      CHANGED (VB_STATE_STALE, "HighVoltage=0"), CHANGED (VB_STATE_LOST, "HighVoltage=0"),
      CHANGED (VB_STATE_LOST, "HighVoltage=0"), SAME (VB_STATE_GONE), SAME (VB_STATE_GONE) } },
  { "lower limits",
    POST,
    BMS_ALONE,
    "MaxChargeVoltage=54 MaxChargeCurrent=50 MaxDischargeCurrent=20",
    { SAME (VB_STATE_WAITING),
      CHANGED (VB_STATE_LIVE, "MaxChargeVoltage=54 MaxChargeCurrent=50 MaxDischargeCurrent=20"),
      CHANGED (VB_STATE_LATE, "MaxChargeVoltage=54 MaxChargeCurrent=50 MaxDischargeCurrent=20"),
      CHANGED (VB_STATE_STALE, "MaxChargeVoltage=54 MaxDischargeCurrent=20"),
      CHANGED (VB_STATE_STALE, "MaxChargeVoltage=54"), SAME (VB_STATE_LOST), SAME (VB_STATE_LOST),
      SAME (VB_STATE_GONE), SAME (VB_STATE_GONE) } },
  { "higher limits",
    POST,
    BMS_ALONE,
    "MaxChargeVoltage=56 MaxChargeCurrent=200 MaxDischargeCurrent=300",
    { SAME (VB_STATE_WAITING),
      CHANGED (VB_STATE_LIVE, "MaxChargeVoltage=56 MaxChargeCurrent=200 MaxDischargeCurrent=300"),
      CHANGED (VB_STATE_LATE, "MaxChargeVoltage=56 MaxChargeCurrent=200 MaxDischargeCurrent=300"),
      SAME (VB_STATE_STALE), SAME (VB_STATE_STALE), SAME (VB_STATE_LOST), SAME (VB_STATE_LOST),
      SAME (VB_STATE_GONE), SAME (VB_STATE_GONE) } },
  { "one limit higher, one lower",
    POST,
    BMS_ALONE,
    "MaxChargeVoltage=56 MaxDischargeCurrent=20",
    { SAME (VB_STATE_WAITING),
      CHANGED (VB_STATE_LIVE, "MaxChargeVoltage=56 MaxDischargeCurrent=20"),
      CHANGED (VB_STATE_LATE, "MaxChargeVoltage=56 MaxDischargeCurrent=20"),
      CHANGED (VB_STATE_STALE, "MaxDischargeCurrent=20"), SAME (VB_STATE_STALE),
      SAME (VB_STATE_LOST), SAME (VB_STATE_LOST), SAME (VB_STATE_GONE), SAME (VB_STATE_GONE) } },
  /* Lower is the less safe side of this one. */
  { "low voltage lower",
    POST,
    BMS_ALONE,
    "BatteryLowVoltage=44",
    { SAME (VB_STATE_WAITING), CHANGED (VB_STATE_LIVE, "BatteryLowVoltage=44"),
      CHANGED (VB_STATE_LATE, "BatteryLowVoltage=44"), SAME (VB_STATE_STALE), SAME (VB_STATE_STALE),
      SAME (VB_STATE_LOST), SAME (VB_STATE_LOST), SAME (VB_STATE_GONE), SAME (VB_STATE_GONE) } },
  { "null for limits that are not required",
    POST,
    BMS_ALONE,
    "BatteryLowVoltage=null ChargeRequest=null",
    { SAME (VB_STATE_WAITING), CHANGED (VB_STATE_LIVE, "BatteryLowVoltage=- ChargeRequest=-"),
      CHANGED (VB_STATE_LATE, "BatteryLowVoltage=- ChargeRequest=-"), SAME (VB_STATE_STALE),
      SAME (VB_STATE_STALE), SAME (VB_STATE_LOST), SAME (VB_STATE_LOST), SAME (VB_STATE_GONE),
      SAME (VB_STATE_GONE) } },
  { "null for an alarm and a measurement",
    POST,
    ANY_ROLE,
    "Temperature=null HighVoltage=null",
    { SAME (VB_STATE_WAITING), CHANGED (VB_STATE_LIVE, "Temperature=- HighVoltage=-"),
      CHANGED (VB_STATE_LATE, "Temperature=- HighVoltage=-"),
      CHANGED (VB_STATE_STALE, "HighVoltage=-"), CHANGED (VB_STATE_STALE, "HighVoltage=-"),
      CHANGED (VB_STATE_LOST, "HighVoltage=-"), CHANGED (VB_STATE_LOST, "HighVoltage=-"),
      SAME (VB_STATE_GONE), SAME (VB_STATE_GONE) } },
  { "static value",
    POST,
    ANY_ROLE,
    "ChargeCycles=100",
    { SAME (VB_STATE_WAITING), CHANGED (VB_STATE_LIVE, "ChargeCycles=100"),
      CHANGED (VB_STATE_LATE, "ChargeCycles=100"), SAME (VB_STATE_STALE), SAME (VB_STATE_STALE),
      SAME (VB_STATE_LOST), SAME (VB_STATE_LOST), SAME (VB_STATE_GONE), SAME (VB_STATE_GONE) } },
  { "null for Voltage", POST, ANY_ROLE, "Voltage=null", SAME_EVERYWHERE },
  { "null for Current", POST, BMS_ALONE, "Current=null", SAME_EVERYWHERE },
  { "null for Power", POST, BMS_ALONE, "Power=null", SAME_EVERYWHERE },
  { "null for Soc", POST, BMS_ALONE, "Soc=null", SAME_EVERYWHERE },
  { "null for MaxChargeVoltage", POST, BMS_ALONE, "MaxChargeVoltage=null", SAME_EVERYWHERE },
  { "null for MaxChargeCurrent", POST, BMS_ALONE, "MaxChargeCurrent=null", SAME_EVERYWHERE },
  { "null for MaxDischargeCurrent", POST, BMS_ALONE, "MaxDischargeCurrent=null", SAME_EVERYWHERE },
  { "PUT",
    PUT,
    ANY_ROLE,
    OTHER,
    { ON (OTHER_ON), ON (OTHER_ON " ChargeCycles=200 " SYSTEM),
      ON (OTHER_ON " ChargeCycles=200 " SYSTEM), ON (OTHER_ON " ChargeCycles=200 " SYSTEM),
      ON (OTHER_ON " ChargeCycles=200 " SYSTEM), ON (OTHER_ON " ChargeCycles=200 " SYSTEM),
      ON (OTHER_ON " ChargeCycles=200 " SYSTEM), ON (OTHER_ON " ChargeCycles=200 " SYSTEM),
      ON (OTHER_ON " ChargeCycles=200") } },
  { "DELETE", DELETE, ANY_ROLE, NULL, OFF_EVERYWHERE },
  { "Connected 0", POST, ANY_ROLE, "Connected=0", OUT_OF_REACH },
  { "Connected false beside values", POST, ANY_ROLE, OTHER " Connected=false", OUT_OF_REACH },
  { "Connected 0 beside zeros", PUT, ANY_ROLE,
    "Connected=0 Soc=0 Voltage=0 Current=0 MaxChargeVoltage=0 MaxChargeCurrent=0"
    " MaxDischargeCurrent=0",
    OUT_OF_REACH },
  { "a wrong Connected", REFUSED, ANY_ROLE, FULL " Connected=2", SAME_EVERYWHERE },
  { "an empty record", REFUSED, ANY_ROLE, "", SAME_EVERYWHERE },
  { "a long gap",
    TICK,
    ANY_ROLE,
    NULL,
    { SAME (VB_STATE_WAITING), OFF (1), OFF (1), OFF (1), OFF (1), OFF (1), OFF (1), OFF (0),
      OFF (0) } },
};

static void
happen (Fixture *fixture, Event event, const char *record)
{
  g_autofree char *own = for_role (fixture->config.fixed.role, record != NULL ? record : "");

  switch (event) {
  case POST:
    g_assert_true (push (fixture, own));
    break;
  case PUT:
    g_assert_true (put (fixture, own));
    break;
  case REFUSED:
    g_assert_false (push (fixture, own));
    break;
  case DELETE:
    switch_off (fixture);
    break;
  case TICK:
  default:
    tick_at (fixture, 3600 * SECOND);
    break;
  }
}

/* Every event in every state, for both roles and every on-stale. */
static void
test_events (Fixture *fixture, gconstpointer user_data)
{
  fixture->config.live.wrong_fields = VB_WRONG_FIELDS_REFUSE;
  for (VbRole role = VB_ROLE_BMS; role <= VB_ROLE_MONITOR; role++)
    for (guint i = 0; i < G_N_ELEMENTS (events); i++)
      for (Standing standing = WAITING; standing < N_STANDINGS; standing++) {
        const Outcome *outcome = &events[i].in[standing];

        if (role == VB_ROLE_MONITOR && events[i].whom == BMS_ALONE)
          continue;

        stand (fixture, role, standing);
        g_test_message ("then %s", events[i].name);
        happen (fixture, events[i].event, events[i].record);
        assert_step (fixture, outcome->state, outcome->calls);
        assert_whole_bus (fixture, outcome->bus != NULL ? outcome->bus : standings[standing].bus,
                          outcome->changed != NULL ? outcome->changed : "");
      }
}

/* After "off", and after leave-after, nothing old counts towards completeness. */
static void
test_complete_again (Fixture *fixture, gconstpointer user_data)
{
  static const char *const parts[] = { "Soc=60",
                                       "Voltage=52",
                                       "Power=520",
                                       "MaxChargeVoltage=55",
                                       "MaxChargeCurrent=90",
                                       "MaxDischargeCurrent=80" };
  static const Standing off[] = { WAITING, DELETED, GONE };

  for (guint i = 0; i < G_N_ELEMENTS (off); i++) {
    stand (fixture, VB_ROLE_BMS, off[i]);
    for (guint j = 0; j < G_N_ELEMENTS (parts); j++) {
      g_assert_cmpint (vb_state_on_bus (vb_battery_state (fixture->battery)), ==, FALSE);
      tick_at (fixture, standings[off[i]].time + (j + 1) * SECOND);
      g_assert_true (push (fixture, parts[j]));
      g_assert_cmpuint (fixture->verdict->missing->len, ==, G_N_ELEMENTS (parts) - 1 - j);
    }
    assert_step (fixture, VB_STATE_LIVE, 1);
    assert_bus (fixture, "Soc=60 Current=10 Power=520 MaxDischargeCurrent=80 HighVoltage=-");
  }
}

/* Where the parts come more than warn-after apart, the record is never complete. */
static void
test_never_complete (Fixture *fixture, gconstpointer user_data)
{
  g_assert_true (push (fixture, MONITORED));
  tick_at (fixture, 10 * SECOND);
  g_assert_true (push (fixture, LIMITS));
  assert_step (fixture, VB_STATE_WAITING, 0);
  assert_missing (fixture, "Voltage Current Soc");

  tick_at (fixture, 20 * SECOND - 1);
  g_assert_true (push (fixture, MONITORED));
  assert_step (fixture, VB_STATE_LIVE, 1);
  assert_missing (fixture, "");
}

/* A battery that has left for its dead limits has a fresh rest, and that counts. */
static void
test_gone_with_fresh_rest (Fixture *fixture, gconstpointer user_data)
{
  g_assert_true (push (fixture, FULL));
  tick_at (fixture, 595 * SECOND);
  g_assert_true (push (fixture, MONITORED " HighVoltage=2"));
  tick_at (fixture, 600 * SECOND);
  assert_step (fixture, VB_STATE_GONE, 1);

  tick_at (fixture, 604 * SECOND);
  g_assert_true (push (fixture, LIMITS));
  assert_step (fixture, VB_STATE_LIVE, 1);
  assert_bus (fixture, "Soc=63.5 HighVoltage=-");
}

/* A value of @item that is not towards safety, and differs from all that is sent otherwise. */
static void
add_any_value (VbRecord *record, guint item)
{
  const VbItem *own = vb_item (item);

  switch (own->field->known) {
  case VB_KNOWN_VOLTAGE:
  case VB_KNOWN_MAX_CHARGE_VOLTAGE:
    vb_record_add_number (record, own->path, 60);
    break;
  case VB_KNOWN_BATTERY_LOW_VOLTAGE:
    vb_record_add_number (record, own->path, 47);
    break;
  case VB_KNOWN_MAX_CHARGE_CURRENT:
  case VB_KNOWN_MAX_DISCHARGE_CURRENT:
    vb_record_add_number (record, own->path, 500);
    break;
  default:
    if (own->field->kind == VB_KIND_TEXT)
      vb_record_add_text (record, own->path, "text");
    else
      vb_record_add_number (record, own->path, 1);
    break;
  }
}

/* Any field alone, in stale and in lost: alarms are shown, and nothing else is. */
static void
test_every_field (Fixture *fixture, gconstpointer user_data)
{
  static const Standing held[] = { STALE, BLOCKED, LOST, DROPPED };

  for (guint i = 0; i < G_N_ELEMENTS (held); i++) {
    gint64 time = standings[held[i]].time;

    stand (fixture, VB_ROLE_BMS, held[i]);
    for (guint item = 0; item < vb_item_count (); item++) {
      const VbField *field = vb_item (item)->field;
      const gboolean shown = field->group == VB_GROUP_ALARM && field->known != VB_KNOWN_BMS_CABLE
                             && field->known != VB_KNOWN_BALANCING
                             && !(field->flags & VB_FIELD_LIVE_ONLY);
      /* The daemon's own count makes room. */
      const gboolean counts = field->known == VB_KNOWN_MODULES_ONLINE;
      const gboolean equal = vb_value_number (&fixture->bus[item], NAN) == 1;

      if (field->group == VB_GROUP_IDENTITY)
        continue;

      /* Never all required ones within warn-after. */
      if (field->flags & VB_FIELD_REQUIRED)
        tick_at (fixture, time += 11 * SECOND);

      vb_record_reset (fixture->record);
      add_any_value (fixture->record, item);
      g_assert_true (apply_record (fixture, VB_APPLY_MERGE));
      assert_step (fixture, standings[held[i]].state, counts || (shown && !equal) ? 1 : 0);
      if (shown)
        g_assert_cmpfloat (vb_value_number (&fixture->bus[item], NAN), ==, 1);
    }
  }
}

/* The times are the configured ones. */
static void
test_configured_times (Fixture *fixture, gconstpointer user_data)
{
  fixture->config.live.freshness = (VbFreshness){ .warn_after = 2500 * 1000,
                                                  .stale_after = 4 * SECOND,
                                                  .drop_after = 6 * SECOND,
                                                  .leave_after = 8 * SECOND,
                                                  .on_stale = VB_ON_STALE_BLOCK };
  restart (fixture);
  g_assert_true (push (fixture, REQUIRED));
  tick_at (fixture, 2500 * 1000);
  assert_step (fixture, VB_STATE_LATE, 1);
  assert_bus (fixture, TEXT ("No data for 2.5 s"));
  tick_at (fixture, 4 * SECOND);
  assert_bus (fixture, TEXT ("No data for 4 s: charging and discharging stopped"));
  tick_at (fixture, 6 * SECOND);
  assert_bus (fixture, TEXT ("No data for 6 s: limits withdrawn"));
  tick_at (fixture, 8 * SECOND);
  assert_step (fixture, VB_STATE_GONE, 1);
}

/* Every apply begins with a tick at the same time. */
static void
test_ladder_first (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    gint64 time;
    const char *record;
    VbState state;
  } arrivals[] = {
    { 10 * SECOND - 1, LIMITS, VB_STATE_LIVE },  { 10 * SECOND, LIMITS, VB_STATE_LATE },
    { 30 * SECOND, LIMITS, VB_STATE_STALE },     { 180 * SECOND, LIMITS, VB_STATE_LOST },
    { 600 * SECOND, LIMITS, VB_STATE_GONE },     { 10 * SECOND, REQUIRED, VB_STATE_LIVE },
    { 30 * SECOND, REQUIRED, VB_STATE_LIVE },    { 180 * SECOND, REQUIRED, VB_STATE_LIVE },
    { 10000 * SECOND, REQUIRED, VB_STATE_LIVE }, { 9 * SECOND, REQUIRED, VB_STATE_LIVE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (arrivals); i++) {
    const gboolean due = arrivals[i].time >= 10 * SECOND;
    const gboolean back = g_str_equal (arrivals[i].record, REQUIRED);

    restart (fixture);
    g_assert_true (push (fixture, REQUIRED));
    fixture->now += arrivals[i].time;
    g_assert_true (push (fixture, arrivals[i].record));
    assert_step (fixture, arrivals[i].state, (due ? 1u : 0u) + (due && back ? 1u : 0u));
  }

  /* Even before one that is refused. */
  restart (fixture);
  g_assert_true (push (fixture, REQUIRED));
  fixture->now += 30 * SECOND;
  g_assert_false (push (fixture, "Soc=106"));
  assert_step (fixture, VB_STATE_STALE, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) \
  g_test_add ("/battery-ladder/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("boundaries", test_boundaries);
  ADD ("gaps", test_gaps);
  ADD ("events", test_events);
  ADD ("complete-again", test_complete_again);
  ADD ("never-complete", test_never_complete);
  ADD ("gone-with-fresh-rest", test_gone_with_fresh_rest);
  ADD ("every-field", test_every_field);
  ADD ("configured-times", test_configured_times);
  ADD ("ladder-first", test_ladder_first);

  return g_test_run ();
}
