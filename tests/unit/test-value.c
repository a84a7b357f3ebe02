#include "core/value.h"

static void
test_equal (void)
{
  g_auto (VbValue) text = vb_value_text ("a"), same = vb_value_text ("a"),
                   other = vb_value_text ("b");
  const VbValue invalid = VB_VALUE_INIT, one = vb_value_integer (1), real = vb_value_real (1);

  g_assert_true (vb_value_equal (&text, &same));
  g_assert_false (vb_value_equal (&text, &other));
  g_assert_true (vb_value_equal (&invalid, &(VbValue)VB_VALUE_INIT));
  g_assert_false (vb_value_equal (&invalid, &one));
  g_assert_false (vb_value_equal (&one, &real));
  g_assert_true (vb_value_equal (&real, &(VbValue){ .kind = VB_VALUE_REAL, .as.real = 1 }));
}

static void
test_set (void)
{
  g_auto (VbValue) value = vb_value_text ("a"), source = vb_value_text ("a");
  const VbValue number = vb_value_integer (7);
  const char *kept = value.as.text;

  /* Repeating a text allocates nothing. */
  vb_value_set (&value, &source);
  g_assert_true (value.as.text == kept);
  g_assert_true (value.as.text != source.as.text);

  vb_value_set (&value, &number);
  g_assert_cmpint (value.as.integer, ==, 7);
  vb_value_set (&value, &source);
  g_assert_cmpstr (value.as.text, ==, "a");
  vb_value_clear (&value);
  g_assert_false (vb_value_is_valid (&value));
}

static void
test_number (void)
{
  g_auto (VbValue) text = vb_value_text ("1");
  const VbValue invalid = VB_VALUE_INIT, one = vb_value_integer (1), real = vb_value_real (1.5);

  g_assert_cmpfloat (vb_value_number (&one, -1), ==, 1);
  g_assert_cmpfloat (vb_value_number (&real, -1), ==, 1.5);
  g_assert_cmpfloat (vb_value_number (&invalid, -1), ==, -1);
  g_assert_cmpfloat (vb_value_number (&text, -1), ==, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/value/equal", test_equal);
  g_test_add_func ("/value/set", test_set);
  g_test_add_func ("/value/number", test_number);

  return g_test_run ();
}
