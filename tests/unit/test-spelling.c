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
    { "", "", 0 },        { "", "abc", 3 },
    { "abc", "", 3 },     { "abc", "abc", 0 },
    { "abc", "abd", 1 },  { "abc", "ab", 1 },
    { "abc", "xabc", 1 }, { "kitten", "sitting", 3 },
    { "SOC", "Soc", 0 },  { "max_charge-current", "MaxChargeCurrent", 0 },
    { "ab", "ba", 2 },    { "_", "", 0 },
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/spelling/distance", test_distance);
  g_test_add_func ("/spelling/too-different", test_too_different);
  g_test_add_func ("/spelling/too-long", test_too_long);

  return g_test_run ();
}
