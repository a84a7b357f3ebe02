#include "http/token-failures.h"

#define SECOND G_USEC_PER_SEC

static void
test_window (void)
{
  g_autoptr (VbTokenFailures) failures = vb_token_failures_new ();
  const gint64 window = VB_TOKEN_FAILURES_WINDOW;

  for (guint i = 0; i < VB_TOKEN_FAILURES_MAX; i++)
    g_assert_cmpuint (vb_token_failures_note (failures, "192.0.2.1", i * SECOND), ==, 0);
  g_assert_cmpuint (vb_token_failures_note (failures, "192.0.2.1", 20 * SECOND), ==, 40);
  g_assert_cmpuint (vb_token_failures_note (failures, "192.0.2.1", window - 1), ==, 1);

  /* Another address has nothing to do with it. */
  g_assert_cmpuint (vb_token_failures_note (failures, "192.0.2.2", 20 * SECOND), ==, 0);

  /* After its time everything begins anew. */
  for (guint i = 0; i < VB_TOKEN_FAILURES_MAX; i++)
    g_assert_cmpuint (vb_token_failures_note (failures, "192.0.2.1", window), ==, 0);
  g_assert_cmpuint (vb_token_failures_note (failures, "192.0.2.1", window), ==, 60);
}

/* However many addresses there are, it takes no more room; the newest are known. */
static void
test_many_addresses (void)
{
  g_autoptr (VbTokenFailures) failures = vb_token_failures_new ();

  for (guint i = 0; i < 3 * VB_TOKEN_FAILURES_ADDRESSES; i++) {
    g_autofree char *address = g_strdup_printf ("2001:db8::%x", i);

    for (guint n = 0; n < VB_TOKEN_FAILURES_MAX; n++)
      g_assert_cmpuint (vb_token_failures_note (failures, address, i), ==, 0);
    g_assert_cmpuint (vb_token_failures_note (failures, address, i), >, 0);
  }
  for (guint i = 2 * VB_TOKEN_FAILURES_ADDRESSES; i < 3 * VB_TOKEN_FAILURES_ADDRESSES; i++) {
    g_autofree char *address = g_strdup_printf ("2001:db8::%x", i);

    g_assert_cmpuint (vb_token_failures_note (failures, address, SECOND), >, 0);
  }
  g_assert_cmpuint (vb_token_failures_note (failures, "2001:db8::0", SECOND), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/token-failures/window", test_window);
  g_test_add_func ("/token-failures/many-addresses", test_many_addresses);

  return g_test_run ();
}
