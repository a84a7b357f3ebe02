#include "core/derive.h"

#include <math.h>

#define SECOND ((gint64)G_USEC_PER_SEC)
#define START (10000 * SECOND)
#define WARN_AFTER (10 * SECOND)

typedef struct
{
  VbSample *sent;
  VbSample *derived;
  VbSmoothed current;
} Charge;

static void
set_up (Charge *charge, gconstpointer unused)
{
  charge->sent = g_new0 (VbSample, vb_item_count ());
  charge->derived = g_new0 (VbSample, vb_item_count ());
}

static guint
item_of (const char *name)
{
  guint item;

  if (!vb_item_find (name, &item))
    g_error ("no such field: %s", name);

  return item;
}

static void
samples_free (VbSample *samples)
{
  for (guint i = 0; i < vb_item_count (); i++)
    vb_value_clear (&samples[i].value);
  g_free (samples);
}

static void
tear_down (Charge *charge, gconstpointer unused)
{
  samples_free (charge->sent);
  samples_free (charge->derived);
}

static void
send (Charge *charge, const char *name, double number, gint64 time)
{
  charge->sent[item_of (name)]
      = (VbSample){ .value = isnan (number) ? (VbValue)VB_VALUE_INIT : vb_value_real (number),
                    .time = time };
}

static void
derive (Charge *charge)
{
  vb_derive_charge (charge->sent, charge->derived, &charge->current, WARN_AFTER);
}

static double
derived (const Charge *charge, const char *name)
{
  return vb_value_number (&charge->derived[item_of (name)].value, NAN);
}

static gint64
derived_time (const Charge *charge, const char *name)
{
  return charge->derived[item_of (name)].time;
}

static void
test_capacity (Charge *charge, gconstpointer unused)
{
  static const double socs[] = { 0, 12.5, 63.5, 100 };

  send (charge, "InstalledCapacity", 280, START - 5000 * SECOND);
  for (guint i = 0; i < G_N_ELEMENTS (socs); i++) {
    send (charge, "Soc", socs[i], START);
    derive (charge);
    g_assert_cmpfloat_with_epsilon (derived (charge, "Capacity"), 2.8 * socs[i], 1e-9);
    g_assert_cmpfloat_with_epsilon (derived (charge, "ConsumedAmphours"), 2.8 * (socs[i] - 100),
                                    1e-9);
    g_assert_cmpint (derived_time (charge, "Capacity"), ==, START);
    g_assert_cmpint (derived_time (charge, "ConsumedAmphours"), ==, START);
  }
  g_assert_false (signbit (derived (charge, "ConsumedAmphours")));
}

/* Nothing is invented. */
static void
test_inputs_missing (Charge *charge, gconstpointer unused)
{
  static const char *const names[] = { "Capacity", "ConsumedAmphours", "TimeToGo" };
  static const struct
  {
    double installed, soc, current;
    guint n; /* of them can be derived */
  } rows[] = {
    { NAN, 50, -10, 0 }, { 0, 50, -10, 0 },   { 280, NAN, -10, 0 },
    { 280, 50, NAN, 2 }, { 280, 50, -10, 3 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    send (charge, "InstalledCapacity", rows[i].installed, START);
    send (charge, "Soc", rows[i].soc, START);
    send (charge, "Current", rows[i].current, START);
    derive (charge);
    for (guint j = 0; j < G_N_ELEMENTS (names); j++) {
      g_assert_cmpint (isnan (derived (charge, names[j])), ==, j >= rows[i].n);
      g_assert_cmpint (derived_time (charge, names[j]) == 0, ==, j >= rows[i].n);
    }
  }
}

/* Sends Soc and Current, @age after START. Returns: TimeToGo in s, NAN where there is none */
static double
time_to_go (Charge *charge, double soc, double current, gint64 age)
{
  send (charge, "Soc", soc, START + age);
  send (charge, "Current", current, START + age);
  derive (charge);

  return derived (charge, "TimeToGo");
}

static void
test_time_to_go (Charge *charge, gconstpointer unused)
{
  send (charge, "InstalledCapacity", 200, START);

  /* 100 Ah at 10 A. */
  g_assert_cmpfloat (time_to_go (charge, 50, -10, 0), ==, 36000);
  g_assert_cmpfloat (time_to_go (charge, 50, -10, SECOND), ==, 36000);

  /* It takes a time constant to come nearer by 1 - 1/e to another current. */
  for (guint i = 1; i <= 180; i++)
    time_to_go (charge, 50, -20, (1 + i) * SECOND);
  g_assert_cmpfloat_with_epsilon (charge->current.amperes, -20 + 10 / G_E, 1e-9);
  for (guint i = 0; i < 5000; i++)
    time_to_go (charge, 50, -20, (182 + i) * SECOND);
  g_assert_cmpfloat_with_epsilon (derived (charge, "TimeToGo"), 18000, 61);

  /* However often it is sent: the time counts, not the number of records. */
  g_assert_cmpfloat_with_epsilon (charge->current.amperes, -20, 1e-6);
  time_to_go (charge, 50, -40, (5181 + 180) * SECOND);
  g_assert_cmpfloat_with_epsilon (charge->current.amperes, -40 + 20 / G_E, 1e-3);
}

static void
test_time_to_go_age (Charge *charge, gconstpointer unused)
{
  send (charge, "InstalledCapacity", 200, START);
  send (charge, "Soc", 50, START - 3 * SECOND);
  send (charge, "Current", -10, START);
  derive (charge);
  g_assert_cmpint (derived_time (charge, "TimeToGo"), ==, START - 3 * SECOND);
}

/* Charging and idling have no time to go, and what was taken before does not linger. */
static void
test_not_discharging (Charge *charge, gconstpointer unused)
{
  send (charge, "InstalledCapacity", 200, START);
  g_assert_cmpfloat (time_to_go (charge, 50, -10, 0), ==, 36000);
  g_assert_true (isnan (time_to_go (charge, 50, 10, SECOND)));
  g_assert_true (isnan (time_to_go (charge, 50, 0, 2 * SECOND)));

  /* 100 Ah are 240 hours at 0.4167 A. */
  charge->current = (VbSmoothed){ 0 };
  g_assert_true (isnan (time_to_go (charge, 50, -0.416, 0)));
  charge->current = (VbSmoothed){ 0 };
  g_assert_cmpfloat (time_to_go (charge, 50, -0.418, 0), ==, 861240);

  /* After a long charge nothing of it is left in the average. */
  charge->current = (VbSmoothed){ 0 };
  time_to_go (charge, 50, 100, 0);
  g_assert_cmpfloat (time_to_go (charge, 50, -10, SECOND), ==, 36000);

  /* An empty battery has no time left, and not less. */
  charge->current = (VbSmoothed){ 0 };
  g_assert_cmpfloat (time_to_go (charge, 0, -10, 0), ==, 0);
}

/* Where the current changes its sign, something else goes on from now on: the average of before
   would be nothing for minutes, and then days. */
static void
test_turned (Charge *charge, gconstpointer unused)
{
  send (charge, "InstalledCapacity", 280, START);
  for (gint64 i = 0; i < 1200; i++)
    g_assert_true (isnan (time_to_go (charge, 50, 80, i * SECOND)));

  /* 140 Ah at 40 A. */
  for (gint64 i = 1200; i < 2000; i++)
    g_assert_cmpfloat (time_to_go (charge, 50, -40, i * SECOND), ==, 12600);

  /* An idle minute is no turn: what was drawn before still counts. */
  for (gint64 i = 2000; i < 2060; i++)
    g_assert_true (isnan (time_to_go (charge, 50, 0, i * SECOND)));
  g_assert_cmpfloat (time_to_go (charge, 50, -40, 2060 * SECOND), >, 12600);

  /* A turn that lasts one record. */
  g_assert_true (isnan (time_to_go (charge, 50, 1, 2061 * SECOND)));
  g_assert_cmpfloat (time_to_go (charge, 50, -40, 2062 * SECOND), ==, 12600);
}

/* Noise at the edge of two steps moves nothing; a step does, by whole minutes. */
static void
test_steps (Charge *charge, gconstpointer unused)
{
  guint n_changes = 0;
  double before;

  send (charge, "InstalledCapacity", 200, START);
  before = time_to_go (charge, 50, -10, 0);
  for (gint64 i = 1; i < 1000; i++) {
    const double now = time_to_go (charge, 50, i % 2 == 0 ? -10.005 : -9.995, i * SECOND);

    n_changes += now != before;
    before = now;
  }
  g_assert_cmpuint (n_changes, <=, 1);

  for (gint64 i = 0; i < 3600; i++) {
    const double now = time_to_go (charge, 50 - (double)i / 720, -10, (1000 + i) * SECOND);

    g_assert_cmpfloat (fmod (now, 60), ==, 0);
    n_changes += now != before;
    before = now;
  }
  g_assert_cmpuint (n_changes, <=, 61);
}

#define ADD(name, test) g_test_add ("/derive-charge/" name, Charge, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("capacity", test_capacity);
  ADD ("inputs-missing", test_inputs_missing);
  ADD ("time-to-go", test_time_to_go);
  ADD ("time-to-go-age", test_time_to_go_age);
  ADD ("not-discharging", test_not_discharging);
  ADD ("turned", test_turned);
  ADD ("steps", test_steps);

  return g_test_run ();
}
