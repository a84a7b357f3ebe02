#include "base/shown.h"

#include <string.h>

static void
test_one_line (void)
{
  static const struct
  {
    const char *raw;
    const char *shown;
  } texts[] = {
    { "", "" },
    { "Soc", "Soc" },
    { "Größe 电池 🔋", "Größe 电池 🔋" },
    { "a\nb\r\tc", "a\\u000ab\\u000d\\u0009c" },
    { "\x1b[31mred", "\\u001b[31mred" },
    { "\x7f\xc2\x80\xc2\x9f\u00a0", "\\u007f\\u0080\\u009f\u00a0" },
    { "\u2028\u2029\u202a\u202e\u202f", "\\u2028\\u2029\\u202a\\u202e\u202f" },
    { "\u2065\u2066\u2069\u206a", "\u2065\\u2066\\u2069\u206a" },
    { "\u200d\u200e\u200f\u061c", "\u200d\\u200e\\u200f\\u061c" },
    { "a\xff\xc3z", "a\ufffd\ufffdz" },
    { "cut off \xe2\x80", "cut off \ufffd\ufffd" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree char *shown = vb_shown (texts[i].raw, 64);

    g_assert_cmpstr (shown, ==, texts[i].shown);
  }
}

static void
test_cut (void)
{
  static const struct
  {
    const char *raw;
    gsize max;
    const char *shown;
  } texts[] = {
    { "0123456789", 10, "0123456789" },
    { "0123456789x", 10, "0123456\u2026" },
    { "012345ä7890", 10, "012345\u2026" },
    { "0123456\n", 13, "0123456\\u000a" },
    { "0123456\n", 12, "0123456\u2026" },
    { "\n", 5, "\u2026" },
    { "abcd", 3, "\u2026" },
    { "abc", 3, "abc" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree char *shown = vb_shown (texts[i].raw, texts[i].max);

    g_assert_cmpstr (shown, ==, texts[i].shown);
  }
}

/* Whatever comes and wherever it is cut: valid, one line, and no longer. */
static void
test_any (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (15);

  for (guint i = 0; i < 20000; i++) {
    const gsize max = (gsize)g_rand_int_range (random, 3, 40);
    g_autoptr (GString) text = g_string_new ("before:");
    char raw[32];

    for (guint j = 0; j < sizeof raw - 1; j++)
      raw[j] = (char)g_rand_int_range (random, 0, 256);
    raw[sizeof raw - 1] = '\0';

    vb_shown_append (text, raw, max);
    g_assert_true (g_str_has_prefix (text->str, "before:"));
    g_assert_cmpuint (text->len, <=, strlen ("before:") + max);
    g_assert_true (g_utf8_validate (text->str, (gssize)text->len, NULL));
    g_assert_cmpuint (vb_shown_find_control (text->str), ==, 0);
  }
}

static void
test_find_control (void)
{
  g_assert_cmpuint (vb_shown_find_control (""), ==, 0);
  g_assert_cmpuint (vb_shown_find_control ("Größe 电池 \u00a0"), ==, 0);
  g_assert_cmpuint (vb_shown_find_control ("ä\u202e\n"), ==, 0x202e);
  g_assert_cmpuint (vb_shown_find_control ("ä\n"), ==, '\n');
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/shown/one-line", test_one_line);
  g_test_add_func ("/shown/cut", test_cut);
  g_test_add_func ("/shown/any", test_any);
  g_test_add_func ("/shown/find-control", test_find_control);

  return g_test_run ();
}
