#include "core/derive.h"

#define SECOND ((gint64)G_USEC_PER_SEC)
#define NOW (1000 * SECOND)
#define WARN_AFTER (10 * SECOND)
#define OPTIONAL_AFTER (120 * SECOND)

typedef struct
{
  VbSample *sent;
  VbSample *derived;
  VbMembers members;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer user_data)
{
  fixture->sent = g_new0 (VbSample, vb_item_count ());
  fixture->derived = g_new0 (VbSample, vb_item_count ());
  fixture->members = (VbMembers){ 0 };
}

static void
samples_free (VbSample *samples)
{
  for (guint i = 0; i < vb_item_count (); i++)
    vb_value_clear (&samples[i].value);
  g_free (samples);
}

static void
tear_down (Fixture *fixture, gconstpointer user_data)
{
  samples_free (fixture->sent);
  samples_free (fixture->derived);
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
send_number (Fixture *fixture, const char *name, double number, gint64 age)
{
  const guint item = item_of (name);
  g_autoptr (GError) error = NULL;

  vb_value_clear (&fixture->sent[item].value);
  vb_item_check_number (item, number, &fixture->sent[item].value, &error);
  g_assert_no_error (error);
  fixture->sent[item].time = NOW - age;
  vb_derive_note (&fixture->members, item, &fixture->sent[item].value);
}

static void
send_null (Fixture *fixture, const char *name)
{
  vb_value_clear (&fixture->sent[item_of (name)].value);
  fixture->sent[item_of (name)].time = NOW;
}

static void
derive (Fixture *fixture)
{
  vb_derive (fixture->sent, fixture->derived, &fixture->members, NOW, OPTIONAL_AFTER);
}

static void
assert_number (Fixture *fixture, const char *name, double number, gint64 age)
{
  const VbSample *sample = &fixture->derived[item_of (name)];

  g_assert_true (vb_value_is_valid (&sample->value));
  g_assert_cmpfloat_with_epsilon (vb_value_number (&sample->value, 1e9), number, 1e-9);
  g_assert_cmpint (sample->time, ==, NOW - age);
}

static void
assert_text (Fixture *fixture, const char *name, const char *text, gint64 age)
{
  const VbSample *sample = &fixture->derived[item_of (name)];

  g_assert_cmpint (sample->value.kind, ==, VB_VALUE_TEXT);
  g_assert_cmpstr (sample->value.as.text, ==, text);
  g_assert_cmpint (sample->time, ==, NOW - age);
}

static void
assert_none (Fixture *fixture, const char *name)
{
  const VbSample *sample = &fixture->derived[item_of (name)];

  g_assert_false (vb_value_is_valid (&sample->value));
  g_assert_cmpint (sample->time, ==, 0);
}

static void
assert_no_cells (Fixture *fixture)
{
  static const char *const names[] = { "MinCellVoltage",   "MinVoltageCellId", "MaxCellVoltage",
                                       "MaxVoltageCellId", "Voltages/Sum",     "Voltages/Diff" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    assert_none (fixture, names[i]);
}

/* Everything that can be derived here is among those named, once, and nothing else is written. The
   last three are those of vb_derive_charge(). */
static void
test_fields (Fixture *fixture, gconstpointer user_data)
{
  guint n;
  const VbKnown *fields = vb_derive_fields (&n);

  send_number (fixture, "Voltage", 50, 0);
  send_number (fixture, "Current", 10, 0);
  send_number (fixture, "Power", 500, 0);
  send_number (fixture, "Cell1", 3.3, 0);
  send_number (fixture, "Temperature1", 20, 0);
  derive (fixture);

  g_assert_cmpuint (n, ==, 12 + 3);
  for (guint i = 0; i < 12; i++) {
    VbSample *sample = &fixture->derived[vb_item_known (fields[i])];

    g_assert_true (vb_value_is_valid (&sample->value));
    vb_value_clear (&sample->value);
  }
  for (guint i = 0; i < vb_item_count (); i++)
    g_assert_false (vb_value_is_valid (&fixture->derived[i].value));
}

static void
test_nothing (Fixture *fixture, gconstpointer user_data)
{
  derive (fixture);

  for (guint i = 0; i < vb_item_count (); i++)
    g_assert_false (vb_value_is_valid (&fixture->derived[i].value));
}

static void
test_power (Fixture *fixture, gconstpointer user_data)
{
  send_number (fixture, "Voltage", 52.7, 2 * SECOND);
  send_number (fixture, "Current", -12.3, 3 * SECOND);
  derive (fixture);
  assert_number (fixture, "Power", 52.7 * -12.3, 3 * SECOND);
  assert_none (fixture, "Current");

  send_number (fixture, "Voltage", 52.7, 5 * SECOND);
  derive (fixture);
  assert_number (fixture, "Power", 52.7 * -12.3, 5 * SECOND);

  send_null (fixture, "Current");
  derive (fixture);
  assert_none (fixture, "Power");
}

static void
test_current (Fixture *fixture, gconstpointer user_data)
{
  send_number (fixture, "Power", -500, 0);
  derive (fixture);
  assert_none (fixture, "Current");

  send_number (fixture, "Voltage", 50, SECOND);
  derive (fixture);
  assert_number (fixture, "Current", -10, SECOND);
  assert_none (fixture, "Power");
}

/* What comes out must pass its row's range. */
static void
test_out_of_range (Fixture *fixture, gconstpointer user_data)
{
  send_number (fixture, "Voltage", 1000, 0);
  send_number (fixture, "Current", 3000, 0);
  derive (fixture);
  assert_none (fixture, "Power");

  send_number (fixture, "Current", 1000, 0);
  derive (fixture);
  assert_number (fixture, "Power", 1000000, 0);

  send_null (fixture, "Current");
  send_number (fixture, "Voltage", 1, 0);
  send_number (fixture, "Power", -3001, 0);
  derive (fixture);
  assert_none (fixture, "Current");

  send_number (fixture, "Power", -3000, 0);
  derive (fixture);
  assert_number (fixture, "Current", -3000, 0);
}

static void
test_cells (Fixture *fixture, gconstpointer user_data)
{
  send_number (fixture, "Cell1", 3.31, 1 * SECOND);
  send_number (fixture, "Cell2", 3.28, 4 * SECOND);
  send_number (fixture, "Cell3", 3.35, 2 * SECOND);
  derive (fixture);

  assert_number (fixture, "MinCellVoltage", 3.28, 4 * SECOND);
  assert_text (fixture, "MinVoltageCellId", "Cell2", 4 * SECOND);
  assert_number (fixture, "MaxCellVoltage", 3.35, 4 * SECOND);
  assert_text (fixture, "MaxVoltageCellId", "Cell3", 4 * SECOND);
  assert_number (fixture, "Voltages/Sum", 9.94, 4 * SECOND);
  assert_number (fixture, "Voltages/Diff", 0.07, 4 * SECOND);

  /* The extremes wander. */
  send_number (fixture, "Cell256", 2.5, 0);
  send_number (fixture, "Cell1", 3.6, 0);
  derive (fixture);
  assert_text (fixture, "MinVoltageCellId", "Cell256", 4 * SECOND);
  assert_text (fixture, "MaxVoltageCellId", "Cell1", 4 * SECOND);
}

static void
test_one_cell (Fixture *fixture, gconstpointer user_data)
{
  send_number (fixture, "Cell5", 3.3, 0);
  derive (fixture);

  assert_number (fixture, "MinCellVoltage", 3.3, 0);
  assert_text (fixture, "MinVoltageCellId", "Cell5", 0);
  assert_text (fixture, "MaxVoltageCellId", "Cell5", 0);
  assert_number (fixture, "Voltages/Diff", 0, 0);
}

/* Never a minimum over some of the cells. */
static void
test_some_cells (Fixture *fixture, gconstpointer user_data)
{
  send_number (fixture, "Cell1", 3.31, 0);
  send_number (fixture, "Cell2", 3.28, OPTIONAL_AFTER - 1);
  derive (fixture);
  assert_number (fixture, "MinCellVoltage", 3.28, OPTIONAL_AFTER - 1);

  send_number (fixture, "Cell2", 3.28, OPTIONAL_AFTER);
  derive (fixture);
  assert_no_cells (fixture);

  send_number (fixture, "Cell2", 3.28, 0);
  derive (fixture);
  assert_number (fixture, "MinCellVoltage", 3.28, 0);

  send_null (fixture, "Cell2");
  derive (fixture);
  assert_no_cells (fixture);
}

/* A cell is one once it has carried a value above 0. */
static void
test_no_such_cell (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  send_number (fixture, "Cell1", 3.31, 0);
  send_number (fixture, "Cell2", 3.28, 0);
  send_null (fixture, "Cell3");
  send_number (fixture, "Cell4", 0, 0);
  send_null (fixture, "Temperature3");
  send_number (fixture, "Temperature1", 0, 0);
  derive (fixture);
  assert_number (fixture, "MinCellVoltage", 3.28, 0);
  assert_number (fixture, "MaxCellTemperature", 0, 0);
  assert_number (fixture, "Voltages/Sum", 6.59, 0);
  vb_derive_warn (&fixture->members, texts);
  g_assert_cmpuint (texts->len, ==, 0);

  /* One that was and reads 0 now: neither a minimum of 0 nor one over the others. */
  send_number (fixture, "Cell2", 0, 0);
  derive (fixture);
  assert_no_cells (fixture);
  vb_derive_warn (&fixture->members, texts);
  g_assert_cmpuint (texts->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (texts, 0), ==,
                   "Cell2 has no value: nothing is known of all cells");

  send_number (fixture, "Cell2", 3.2, 0);
  send_null (fixture, "Temperature1");
  derive (fixture);
  assert_number (fixture, "MinCellVoltage", 3.2, 0);
  assert_none (fixture, "MinCellTemperature");
  g_ptr_array_set_size (texts, 0);
  vb_derive_warn (&fixture->members, texts);
  g_assert_cmpuint (texts->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (texts, 0), ==,
                   "Temperature1 has no value: nothing is known of all temperatures");
}

/* A smaller count takes cells away, and a larger one does not bring them back. */
static void
test_fewer_cells (Fixture *fixture, gconstpointer user_data)
{
  for (guint i = 1; i <= 5; i++) {
    g_autofree char *name = g_strdup_printf ("Cell%u", i);

    send_number (fixture, name, 3.3 - i * 0.01, 0);
  }
  derive (fixture);
  assert_text (fixture, "MinVoltageCellId", "Cell5", 0);

  send_number (fixture, "NrOfCellsPerBattery", 4, 0);
  derive (fixture);
  assert_text (fixture, "MinVoltageCellId", "Cell4", 0);
  send_null (fixture, "Cell5");
  derive (fixture);
  assert_text (fixture, "MinVoltageCellId", "Cell4", 0);

  send_null (fixture, "NrOfCellsPerBattery");
  derive (fixture);
  assert_text (fixture, "MinVoltageCellId", "Cell4", 0);
  send_number (fixture, "Cell5", 3, 0);
  derive (fixture);
  assert_text (fixture, "MinVoltageCellId", "Cell5", 0);
}

static void
test_families_fit (Fixture *fixture, gconstpointer user_data)
{
  g_assert_cmpuint (vb_item (vb_item_known (VB_KNOWN_CELL_VOLTAGE))->field->count, <=,
                    VB_FAMILY_MAX);
  g_assert_cmpuint (vb_item (vb_item_known (VB_KNOWN_CELL_TEMPERATURE))->field->count, <=,
                    VB_FAMILY_MAX);
}

static void
test_cell_count (Fixture *fixture, gconstpointer user_data)
{
  send_number (fixture, "NrOfCellsPerBattery", 3, 0);
  send_number (fixture, "Cell1", 3.31, 0);
  send_number (fixture, "Cell2", 3.28, 0);
  derive (fixture);
  assert_no_cells (fixture);

  send_number (fixture, "Cell3", 3.3, 0);
  derive (fixture);
  assert_number (fixture, "MinCellVoltage", 3.28, 0);

  /* The count is of cells, and says nothing of sensors. */
  send_number (fixture, "Temperature1", 20, 0);
  derive (fixture);
  assert_number (fixture, "MinCellTemperature", 20, 0);
}

static void
test_temperatures (Fixture *fixture, gconstpointer user_data)
{
  const guint name = item_of ("Temperature2Name");

  send_number (fixture, "Temperature1", 21.5, 0);
  send_number (fixture, "Temperature2", -3, SECOND);
  send_number (fixture, "Temperature4", 30, 0);
  fixture->sent[name] = (VbSample){ vb_value_text ("Top"), NOW - 500 * SECOND };
  derive (fixture);

  assert_number (fixture, "MinCellTemperature", -3, SECOND);
  assert_text (fixture, "MinTemperatureCellId", "Top", SECOND);
  assert_number (fixture, "MaxCellTemperature", 30, SECOND);
  assert_text (fixture, "MaxTemperatureCellId", "T4", SECOND);
  assert_none (fixture, "Voltages/Sum");
}

static void
test_choose (Fixture *fixture, gconstpointer user_data)
{
  const VbSample derived = { vb_value_real (1), NOW };
  const VbSample none = { VB_VALUE_INIT, 0 };
  VbSample sent = { vb_value_real (2), NOW };

  g_assert_true (vb_derive_choose (&sent, &derived, WARN_AFTER) == &sent);
  g_assert_true (vb_derive_choose (&none, &derived, WARN_AFTER) == &derived);
  g_assert_true (vb_derive_choose (&sent, &none, WARN_AFTER) == &sent);

  /* A sent value wins unless it is older than the inputs by more than warn-after. */
  sent.time = NOW - WARN_AFTER;
  g_assert_true (vb_derive_choose (&sent, &derived, WARN_AFTER) == &sent);
  sent.time = NOW - WARN_AFTER - 1;
  g_assert_true (vb_derive_choose (&sent, &derived, WARN_AFTER) == &derived);
  g_assert_true (vb_derive_choose (&sent, &none, WARN_AFTER) == &sent);
}

/* Four that are all known or none; what was sent is not derived. */
static void
test_system (Fixture *fixture, gconstpointer user_data)
{
  static const char *const names[]
      = { "NrOfBatteries", "BatteriesParallel", "BatteriesSeries", "NrOfCellsPerBattery" };
  static const struct
  {
    double sent[4], derived[4]; /* 0: not sent, not derived */
  } cases[] = {
    { { 0, 0, 0, 0 }, { 1, 1, 1, 7 } },
    { { 0, 0, 0, 16 }, { 1, 1, 1, 0 } },
    { { 4, 0, 0, 0 }, { 0, 4, 1, 7 } },
    { { 4, 2, 0, 0 }, { 0, 0, 2, 7 } },
    { { 4, 0, 4, 0 }, { 0, 1, 0, 7 } },
    { { 0, 2, 3, 0 }, { 6, 0, 0, 7 } },
    { { 0, 2, 0, 0 }, { 2, 0, 1, 7 } },
    { { 0, 0, 3, 0 }, { 3, 1, 0, 7 } },
    { { 6, 2, 3, 8 }, { 0, 0, 0, 0 } },
    /* It does not come out even. */
    { { 5, 2, 0, 0 }, { 0, 0, 0, 0 } },
    { { 5, 0, 3, 0 }, { 0, 0, 0, 0 } },
  };

  vb_derive_system (fixture->sent, fixture->derived, &fixture->members, NOW);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    assert_none (fixture, names[i]);

  send_number (fixture, "Cell2", 3.3, 0);
  send_number (fixture, "Cell7", 3.4, 0);
  for (guint c = 0; c < G_N_ELEMENTS (cases); c++) {
    for (guint i = 0; i < G_N_ELEMENTS (names); i++)
      if (cases[c].sent[i] > 0)
        send_number (fixture, names[i], cases[c].sent[i], 0);
      else
        vb_value_clear (&fixture->sent[item_of (names[i])].value);
    vb_derive_system (fixture->sent, fixture->derived, &fixture->members, NOW);
    for (guint i = 0; i < G_N_ELEMENTS (names); i++)
      if (cases[c].derived[i] > 0)
        assert_number (fixture, names[i], cases[c].derived[i], 0);
      else
        assert_none (fixture, names[i]);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) g_test_add ("/derive/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("fields", test_fields);
  ADD ("nothing", test_nothing);
  ADD ("power", test_power);
  ADD ("current", test_current);
  ADD ("out-of-range", test_out_of_range);
  ADD ("cells", test_cells);
  ADD ("one-cell", test_one_cell);
  ADD ("some-cells", test_some_cells);
  ADD ("no-such-cell", test_no_such_cell);
  ADD ("fewer-cells", test_fewer_cells);
  ADD ("families-fit", test_families_fit);
  ADD ("cell-count", test_cell_count);
  ADD ("temperatures", test_temperatures);
  ADD ("choose", test_choose);
  ADD ("system", test_system);

  return g_test_run ();
}
