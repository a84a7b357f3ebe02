#include "base/number.h"

#include <math.h>

static void
assert_real (double value, guint decimals, const char *expected)
{
  g_autoptr (GString) text = g_string_new ("x");

  vb_number_append_real (text, value, decimals);
  g_assert_cmpstr (text->str + 1, ==, expected);
}

static void
test_reals (void)
{
  assert_real (0, 0, "0");
  assert_real (0, 3, "0.000");
  assert_real (0.05, 2, "0.05");
  assert_real (-0.05, 2, "-0.05");
  assert_real (-12.4, 1, "-12.4");
  assert_real (1000, 0, "1000");
  assert_real (9007199254740991, 0, "9007199254740991");
  assert_real (9007199254740993e3, 1, "9007199254740993024.0");
  assert_real (0.1, 17, "0.10000000000000001");
}

/* Rounded or not, large or small: to the letter what printf() makes of it. */
static void
test_any_real (void)
{
  for (guint i = 0; i < 200000; i++) {
    const guint decimals = (guint)g_test_rand_int_range (0, VB_DECIMALS_MAX + 1);
    const double power = exp10 (decimals % 7);
    double value = g_test_rand_double_range (-1, 1)
                   * exp10 (g_test_rand_double_range (-8, i % 100 ? 20 : 308));
    char expected[512];

    if (g_test_rand_bit () && fabs (value) < 1e15)
      value = round (value * power) / power + 0.0;
    g_snprintf (expected, sizeof expected, "%.*f", (int)decimals, value);
    assert_real (value, decimals, expected);
  }
}

static void
test_integers (void)
{
  static const gint64 integers[] = { 0, 1, -1, 9, 10, -10, 99, 100, G_MAXINT64, G_MININT64 };

  for (guint i = 0; i < G_N_ELEMENTS (integers); i++) {
    g_autoptr (GString) text = g_string_new (NULL);
    char expected[32];

    vb_number_append_integer (text, integers[i]);
    g_snprintf (expected, sizeof expected, "%" G_GINT64_FORMAT, integers[i]);
    g_assert_cmpstr (text->str, ==, expected);
  }
}

/* The whole text is a number as JSON writes it, or it is none. */
static void
test_from_text (void)
{
  static const struct
  {
    const char *text;
    double number;
  } numbers[] = {
    { "0", 0 },
    { "-0", 0 },
    { "-0.0", -0.0 },
    { "63", 63 },
    { "-12.5", -12.5 },
    { "0.5", 0.5 },
    { "1e3", 1000 },
    { "1E+3", 1000 },
    { "-1.5e-1", -0.15 },
    { "0e0", 0 },
    { "100.00000000000001", 100.00000000000001 },
    { "9007199254740992", 9007199254740992.0 },
    { "9007199254740993.0", 9007199254740992.0 },
    { "1e-999", 0 },
    { "1.7976931348623157e308", 1.7976931348623157e308 },
  };
  static const char *const others[] = {
    "",
    "-",
    "+1",
    "01",
    "-01",
    "00",
    ".5",
    "5.",
    "-.5",
    "1e",
    "1e+",
    "e1",
    "1.e1",
    " 1",
    "1 ",
    "1,5",
    "1.5.",
    "0x10",
    "1_000",
    "--1",
    "NaN",
    "inf",
    "1e999",
    "-1e999",
    "1n",
    "1%",
    "\"1\"",
    "9007199254740993",
    "99999999999999999999",
    "\u0661",
    "1\n",
    "true",
    "[1]",
    "1e1.5",
  };
  double number;

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++) {
    number = NAN;
    g_test_message ("%s", numbers[i].text);
    g_assert_true (vb_number_from_text (numbers[i].text, &number));
    g_assert_cmpmem (&number, sizeof number, &numbers[i].number, sizeof number);
  }
  for (guint i = 0; i < G_N_ELEMENTS (others); i++) {
    g_test_message ("%s", others[i]);
    g_assert_false (vb_number_from_text (others[i], &number));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/digits/reals", test_reals);
  g_test_add_func ("/digits/any-real", test_any_real);
  g_test_add_func ("/digits/integers", test_integers);
  g_test_add_func ("/digits/from-text", test_from_text);

  return g_test_run ();
}
