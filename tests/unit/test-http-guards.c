#include "http/guards.h"

static void
test_host (void)
{
  static const char *const names[] = { "cerbo.local", NULL };
  static const struct
  {
    const char *host;
    gboolean loopback; /* whether it is ours when listening on loopback */
    gboolean wildcard; /* … on every address */
  } rows[] = {
    { "localhost", TRUE, TRUE },
    { "LOCALHOST:1882", TRUE, TRUE },
    { "127.0.0.1", TRUE, TRUE },
    { "127.0.0.1:99", TRUE, TRUE },
    { "127.9.9.9", TRUE, TRUE },
    { "[::1]", TRUE, TRUE },
    { "[::1]:1882", TRUE, TRUE },
    { "cerbo.local", TRUE, TRUE },
    { "Cerbo.Local:1882", TRUE, TRUE },
    { "192.168.1.5", FALSE, TRUE },
    { "192.168.1.5:1882", FALSE, TRUE },
    { "[fe80::1]:1882", FALSE, TRUE },
    { "evil.example", FALSE, FALSE },
    { "localhost.evil.example", FALSE, FALSE },
    { "127.0.0.1.evil.example", FALSE, FALSE },
    { "", FALSE, FALSE },
    { "[::1", FALSE, FALSE },
    { "[::1]evil.example", FALSE, FALSE },
    { "[::1]:1882.evil.example", FALSE, FALSE },
    { "::1", FALSE, FALSE },
    { "localhost:1882@evil.example", FALSE, FALSE },
    { "localhost:evil.example", FALSE, FALSE },
    { "localhost:", TRUE, TRUE },
  };
  g_autoptr (VbHttpGuards) loopback = vb_http_guards_new (NULL, names);
  g_autoptr (VbHttpGuards) wildcard = vb_http_guards_new (NULL, names);
  g_autoptr (VbHttpGuards) token = vb_http_guards_new ("t", NULL);

  vb_http_guards_add_listen (loopback, "127.0.0.1");
  vb_http_guards_add_listen (wildcard, "0.0.0.0");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_test_message ("%s", rows[i].host);
    g_assert_cmpint (vb_http_guards_allow_host (loopback, rows[i].host), ==, rows[i].loopback);
    g_assert_cmpint (vb_http_guards_allow_host (wildcard, rows[i].host), ==, rows[i].wildcard);
    g_assert_true (vb_http_guards_allow_host (token, rows[i].host));
  }
  g_assert_true (vb_http_guards_allow_host (loopback, NULL));
}

static void
test_listen_address_is_a_name (void)
{
  g_autoptr (VbHttpGuards) guards = vb_http_guards_new (NULL, NULL);

  g_assert_false (vb_http_guards_allow_host (guards, "192.168.1.5:1882"));
  vb_http_guards_add_listen (guards, "192.168.1.5");
  g_assert_true (vb_http_guards_allow_host (guards, "192.168.1.5:1882"));
  g_assert_false (vb_http_guards_allow_host (guards, "192.168.1.6:1882"));
}

static void
test_origin (void)
{
  static const struct
  {
    const char *origin;
    const char *host;
    gboolean allowed;
  } rows[] = {
    { NULL, "localhost:1882", TRUE },
    { "http://localhost:1882", "localhost:1882", TRUE },
    { "https://cerbo.local", "cerbo.local", TRUE },
    { "http://LOCALHOST:1882", "localhost:1882", TRUE },
    { "http://localhost", "localhost:1882", FALSE },
    { "http://evil.example", "localhost:1882", FALSE },
    { "http://localhost:1882.evil.example", "localhost:1882", FALSE },
    { "null", "localhost:1882", FALSE },
    { "", "localhost:1882", FALSE },
    { "ftp://localhost:1882", "localhost:1882", FALSE },
    { "http://localhost:1882", NULL, FALSE },
  };
  g_autoptr (VbHttpGuards) guards = vb_http_guards_new (NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (vb_http_guards_allow_origin (guards, rows[i].origin, rows[i].host), ==,
                     rows[i].allowed);
}

static void
test_token (void)
{
  static const struct
  {
    const char *authorization;
    gboolean allowed;
  } rows[] = {
    { NULL, FALSE },
    { "", FALSE },
    { "Bearer secret", TRUE },
    { "bearer secret", TRUE },
    { "Bearer  secret", FALSE },
    { "Bearer secre", FALSE },
    { "Bearer secrett", FALSE },
    { "Bearer ", FALSE },
    { "secret", FALSE },
    { "Basic YW55Ym9keTpzZWNyZXQ=", TRUE }, /* anybody:secret */
    { "Basic OnNlY3JldA==", TRUE },         /* :secret */
    { "Basic c2VjcmV0", FALSE },            /* secret */
    { "Basic c2VjcmV0Og==", FALSE },        /* secret: */
    { "Basic ####", FALSE },
    { "Digest secret", FALSE },
  };
  g_autoptr (VbHttpGuards) guards = vb_http_guards_new ("secret", NULL);
  g_autoptr (VbHttpGuards) open = vb_http_guards_new (NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_test_message ("%s", rows[i].authorization);
    g_assert_cmpint (vb_http_guards_allow_token (guards, rows[i].authorization), ==,
                     rows[i].allowed);
    g_assert_true (vb_http_guards_allow_token (open, rows[i].authorization));
  }
}

static void
test_another_token (void)
{
  g_autoptr (VbHttpGuards) guards = vb_http_guards_new ("first", NULL);

  vb_http_guards_set_token (guards, "second");
  g_assert_false (vb_http_guards_allow_token (guards, "Bearer first"));
  g_assert_true (vb_http_guards_allow_token (guards, "Bearer second"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http-guards/host", test_host);
  g_test_add_func ("/http-guards/listen-address-is-a-name", test_listen_address_is_a_name);
  g_test_add_func ("/http-guards/origin", test_origin);
  g_test_add_func ("/http-guards/token", test_token);
  g_test_add_func ("/http-guards/another-token", test_another_token);

  return g_test_run ();
}
