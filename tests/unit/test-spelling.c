#include "base/spelling.h"

static void
test_distance (void)
{
  static const struct
  {
    const char *a;
    const char *b;
    guint distance;
  } rows[] = {
    { "", "", 0 },
    { "", "abc", 3 },
    { "abc", "", 3 },
    { "abc", "abc", 0 },
    { "abc", "abd", 1 },
    { "abc", "ab", 1 },
    { "abc", "xabc", 1 },
    { "kitten", "sitting", 3 },
    { "SOC", "Soc", 0 },
    { "max_charge-current", "MaxChargeCurrent", 0 },
    { "ab", "ba", 2 },
    { "_", "", 0 },
    { "Cell7", "Cell107", 0 },
    { "Cell7", "Cell", 1 },
    { "a1b", "a12c", 1 },
    { "a b", "A_B", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_assert_cmpuint (vb_spelling_distance (rows[i].a, rows[i].b, rows[i].distance), ==,
                      rows[i].distance);
    g_assert_cmpuint (vb_spelling_distance (rows[i].b, rows[i].a, 100), ==, rows[i].distance);
  }
}

static void
test_too_long (void)
{
  g_autofree char *longest = g_strnfill (VB_SPELLING_MAX, 'x');
  g_autofree char *longer = g_strnfill (VB_SPELLING_MAX + 1, 'x');

  g_assert_cmpuint (vb_spelling_distance (longest, "", 100), ==, VB_SPELLING_MAX);
  g_assert_cmpuint (vb_spelling_distance (longer, longest, 100), ==, G_MAXUINT);
  g_assert_cmpuint (vb_spelling_distance (longest, longer, 100), ==, G_MAXUINT);
}

/* What differs in length by more than is asked for need not be compared. */
static void
test_too_different (void)
{
  g_assert_cmpuint (vb_spelling_distance ("ab", "abcd", 2), ==, 2);
  g_assert_cmpuint (vb_spelling_distance ("ab", "abcd", 1), ==, G_MAXUINT);
  g_assert_cmpuint (vb_spelling_distance ("a_b_c_d", "ab", 1), ==, G_MAXUINT);
  g_assert_cmpuint (vb_spelling_distance ("a_b", "ab", 0), ==, 0);
}

static void
test_same_numbers (void)
{
  static const struct
  {
    const char *a;
    const char *b;
    gboolean same;
  } rows[] = {
    { "", "", TRUE },
    { "Soc", "Voltage", TRUE },
    { "Cell2", "Cell2", TRUE },
    { "Cell02", "Cell2", TRUE },
    { "Cell02", "Cell102", FALSE },
    { "Cell12", "Cell1", FALSE },
    { "Cell2", "Cell", FALSE },
    { "Dc/0/Voltage", "Dc/00/Volts", TRUE },
    { "a1b2", "a1b3", FALSE },
    { "a1b2", "a1b", FALSE },
    { "a1b2", "a12b", FALSE },
    { "2Cell", "Cell_2", TRUE },
    { "0", "", FALSE },
    /* Beyond 64 bits all are the same large one. */
    { "99999999999999999999", "5", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_assert_cmpint (vb_spelling_same_numbers (rows[i].a, rows[i].b), ==, rows[i].same);
    g_assert_cmpint (vb_spelling_same_numbers (rows[i].b, rows[i].a), ==, rows[i].same);
  }
}

static void
test_matches (void)
{
  static const struct
  {
    const char *spelling;
    const char *pattern;
    gboolean matches;
    guint number;
  } rows[] = {
    { "battery_voltage", "battery voltage", TRUE, 0 },
    { "Battery Voltage", "battery voltage", TRUE, 0 },
    { "batteryVoltage", "battery voltage", TRUE, 0 },
    { "battery-voltage", "battery voltage", TRUE, 0 },
    { "battery_voltages", "battery voltage", FALSE, 0 },
    { "my_battery_voltage", "battery voltage", FALSE, 0 },
    { "battery/voltage", "battery voltage", FALSE, 0 },
    { "cell_voltage_7", "cell voltage #", TRUE, 7 },
    { "cell_voltage_07", "cell voltage #", TRUE, 7 },
    { "cell_voltage_128", "cell voltage #", TRUE, 128 },
    { "cell_voltage", "cell voltage #", FALSE, 0 },
    { "cell_voltage_1_2", "cell voltage #", FALSE, 0 },
    { "cell_3_voltage", "cell # voltage", TRUE, 3 },
    { "cell_99999999999_voltage", "cell # voltage", TRUE, G_MAXUINT },
    { "", "", TRUE, 0 },
    { "", "temp", FALSE, 0 },
  };
  g_autofree char *longer = g_strnfill (VB_SPELLING_MAX + 1, '_');
  guint number = 77;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    number = 77;
    g_assert_cmpint (vb_spelling_matches (rows[i].spelling, rows[i].pattern, &number), ==,
                     rows[i].matches);
    g_assert_cmpuint (number, ==, rows[i].matches ? rows[i].number : 77);
  }
  g_assert_false (vb_spelling_matches (longer, "", &number));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/spelling/distance", test_distance);
  g_test_add_func ("/spelling/too-different", test_too_different);
  g_test_add_func ("/spelling/too-long", test_too_long);
  g_test_add_func ("/spelling/same-numbers", test_same_numbers);
  g_test_add_func ("/spelling/matches", test_matches);

  return g_test_run ();
}
