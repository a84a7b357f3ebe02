/*
 * A battery's life: records in JSON, time, "off", configuration. The invariants of the ladder hold
 * after every step; a record that is refused changes nothing; /check says what the record itself is
 * told, and changes nothing; what is said of the battery is JSON.
 *
 * The input is lines. The first is the configuration, each character one choice; each other one is
 * a step: what (one of ACTS), how much later (one of DELAYS), and what comes with it.
 */
#include <json-glib/json-glib.h>

#include "../unit/battery-fixture.h"
#include "fuzz.h"
#include "json/record.h"
#include "json/state.h"

#define ACTS "pPtdc"
#define DELAYS "01sml<=x"

static Fixture fixture;
static VbJsonRecord *reader;
static JsonParser *parser;

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  fuzz_prepare ();
  set_up (&fixture, NULL);
  reader = vb_json_record_new ();
  parser = json_parser_new ();

  return 0;
}

/* The place of @c in @known, or any where it is none of them. */
static guint
choice (const char *known, char c)
{
  const char *found = c != '\0' ? strchr (known, c) : NULL;

  return found != NULL ? (guint)(found - known) : (guchar)c % (guint)strlen (known);
}

/* One choice of @n, by the next character of @line. */
static guint
next_choice (const char **line, guint n)
{
  return **line != '\0' ? (guint)(guchar) * (*line)++ % n : 0;
}

static void
configure (const char *line)
{
  static const double belts[] = { NAN, 50, 20 };
  static const double voltages[] = { NAN, 53, 54.55 };
  VbBatteryConfig *config = &fixture.config;
  VbFreshness *freshness = &config->live.freshness;

  freshness->on_stale = (VbOnStale)next_choice (&line, 3);
  freshness->warn_after = SECOND * (10 - (gint64)next_choice (&line, 10));
  freshness->stale_after = freshness->warn_after + SECOND * (20 - (gint64)next_choice (&line, 20));
  freshness->drop_after = freshness->stale_after + SECOND * next_choice (&line, 50);
  freshness->leave_after = freshness->drop_after + SECOND * next_choice (&line, 50);
  config->live.optional_after = freshness->stale_after + SECOND * next_choice (&line, 30);
  config->live.frozen_after = next_choice (&line, 2) * freshness->stale_after;
  config->live.stale_charge_voltage = voltages[next_choice (&line, 3)];
  config->live.battery_low_voltage = next_choice (&line, 2) == 1 ? 45 : NAN;
  config->live.max_charge_voltage = voltages[next_choice (&line, 3)];
  config->live.max_charge_current = belts[next_choice (&line, 3)];
  config->live.max_discharge_current = belts[next_choice (&line, 3)];
  config->live.min_battery_low_voltage = next_choice (&line, 2) == 1 ? 44.123 : NAN;
  config->live.wrong_fields = next_choice (&line, 2) == 1;

  /* What cannot change while it runs. */
  config->fixed.role = next_choice (&line, 4) == 1 ? VB_ROLE_MONITOR : VB_ROLE_BMS;
  config->fixed.history = next_choice (&line, 2) == 1;
}

static void
pass_time (guint delay)
{
  static const gint64 delays[] = { 0, 1, SECOND, 3 * SECOND, 25 * SECOND };
  const gint64 next = vb_battery_next_tick (fixture.battery);

  if (delay < G_N_ELEMENTS (delays))
    fixture.now += delays[delay];
  else if (delay < 7 && next != G_MAXINT64)
    fixture.now = MAX (fixture.now, next - (delay == 5 ? 1 : 0));
  else
    fixture.now += 1000 * SECOND;
}

static void
assert_json (const GString *text)
{
  g_autoptr (GError) error = NULL;

  json_parser_load_from_data (parser, text->str, (gssize)text->len, &error);
  g_assert_no_error (error);
}

/* What the invariants leave open. */
static void
assert_numbers (void)
{
  for (guint i = 0; i < vb_item_count (); i++)
    g_assert_true (isfinite (vb_value_number (&fixture.bus[i], 0)));
}

static void
assert_told (void)
{
  g_autoptr (GString) text = g_string_new (NULL);

  vb_json_state_battery (fixture.battery, fixture.now, text);
  assert_json (text);
}

static VbValue *
copy_bus (void)
{
  VbValue *copy = g_new0 (VbValue, vb_item_count ());

  for (guint i = 0; i < vb_item_count (); i++)
    vb_value_set (&copy[i], &fixture.bus[i]);

  return copy;
}

static void
assert_bus_is (VbValue *copy)
{
  for (guint i = 0; i < vb_item_count (); i++) {
    g_assert_true (vb_value_equal (&copy[i], &fixture.bus[i]));
    vb_value_clear (&copy[i]);
  }
}

/* Of a refused record its safer part alone has taken effect, if it has one. */
static void
assert_only_safer (VbValue *before)
{
  GPtrArray *safer = fixture.verdict->safer;

  if (safer->len == 0) {
    assert_bus_is (before);
    return;
  }

  for (guint i = 0; i < vb_item_count (); i++) {
    const VbField *field = vb_item (i)->field;
    const double now = vb_value_number (&fixture.bus[i], 0), then = vb_value_number (&before[i], 0);

    if (field->group != VB_GROUP_LIMIT && field->group != VB_GROUP_ALARM)
      g_assert_true (field->known != VB_KNOWN_NONE || vb_value_equal (&before[i], &fixture.bus[i]));
    else if (!vb_value_equal (&before[i], &fixture.bus[i])) {
      g_assert_true (g_ptr_array_find (safer, vb_item (i)->name, NULL));
      g_assert_true (field->flags & VB_FIELD_ALARM ? now > then : now < then);
    }
    vb_value_clear (&before[i]);
  }
}

/* Returns: whether the record can be taken, as /check says */
static gboolean
check (const char *body, VbVerdict *verdict)
{
  g_autofree VbValue *before = NULL;
  const VbState state = fixture.state;
  gboolean good;

  if (!vb_json_record_read (reader, body, strlen (body), fixture.record, NULL))
    return FALSE;

  before = copy_bus ();
  good = vb_battery_check (fixture.battery, NULL, fixture.record, fixture.now, verdict);
  g_assert_cmpint (fixture.state, ==, state);
  assert_bus_is (before);

  return good;
}

static void
apply (const char *body, VbApplyMode mode)
{
  g_autoptr (VbVerdict) promised = vb_verdict_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree VbValue *before = NULL;
  VbState state;
  gboolean good, taken;

  vb_battery_tick (fixture.battery, fixture.now);
  good = check (body, promised);
  if (!vb_json_record_read (reader, body, strlen (body), fixture.record, NULL))
    return;

  before = copy_bus ();
  state = fixture.state;
  taken = apply_record (&fixture, mode);
  if (mode == VB_APPLY_MERGE) {
    g_assert_true (taken == good);
    g_assert_cmpuint (promised->safer->len, ==, fixture.verdict->safer->len);
  }
  if (taken && mode == VB_APPLY_MERGE) {
    g_assert_cmpint (promised->state, ==, fixture.verdict->state);
    g_assert_cmpuint (promised->accepted, ==, fixture.verdict->accepted);
    g_assert_cmpuint (promised->changed, ==, fixture.verdict->changed);
    g_assert_cmpuint (promised->missing->len, ==, fixture.verdict->missing->len);
  }

  if (!taken) {
    g_assert_cmpint (fixture.state, ==, state);
    assert_only_safer (before);
    return;
  }
  for (guint i = 0; i < vb_item_count (); i++)
    vb_value_clear (&before[i]);
  vb_json_state_verdict (fixture.battery, fixture.verdict, fixture.record, text);
  assert_json (text);
}

static void
step (const char *line)
{
  const guint act = choice (ACTS, line[0]);

  pass_time (line[0] != '\0' ? choice (DELAYS, line[1]) : 0);
  line += MIN (strlen (line), 2);
  if (act < 2)
    apply (line, act == 0 ? VB_APPLY_MERGE : VB_APPLY_REPLACE);
  else if (act == 2)
    tick_at (&fixture, fixture.now - START);
  else if (act == 3)
    switch_off (&fixture);
  else {
    const VbRole role = fixture.config.fixed.role;
    const gboolean history = fixture.config.fixed.history;

    configure (line);
    fixture.config.fixed.role = role;
    fixture.config.fixed.history = history;
    reconfigure (&fixture);
  }
  assert_numbers ();
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *)data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 64);

  configure (lines[0] != NULL ? lines[0] : "");
  restart (&fixture);
  for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++)
    step (lines[i]);
  assert_told ();

  return 0;
}
