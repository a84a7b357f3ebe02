#include "http/router.h"

static void
serve (VbHttpRequest *request, gpointer user_data)
{
}

static const VbHttpRoute routes[] = {
  { "GET", "/battery", serve, FALSE },          { "POST", "/battery", serve, FALSE },
  { "POST", "/battery/check", serve, FALSE },   { "GET", "/battery/*", serve, FALSE },
  { "POST", "/battery/*/check", serve, FALSE },
};

static void
test_find (void)
{
  static const struct
  {
    const char *method;
    const char *path;
    gboolean found;
    const char *wildcard;
    const char *allow;
  } rows[] = {
    { "GET", "/battery", TRUE, "", "" },
    { "HEAD", "/battery", TRUE, "", "" },
    { "POST", "/battery", TRUE, "", "" },
    { "PUT", "/battery", FALSE, "", "GET, HEAD, POST" },
    { "GET", "/battery/shed", TRUE, "shed", "" },
    { "POST", "/battery/shed", FALSE, NULL, "GET, HEAD" },
    { "POST", "/battery/check", TRUE, "", "" },
    { "GET", "/battery/check", FALSE, NULL, "POST" },
    { "POST", "/battery/shed/check", TRUE, "shed", "" },
    { "POST", "/battery/check/check", TRUE, "check", "" },
    { "GET", "/battery/", FALSE, NULL, "" },
    { "GET", "/battery//check", FALSE, NULL, "" },
    { "GET", "/batteryshed", FALSE, NULL, "" },
    { "GET", "/", FALSE, NULL, "" },
    { "GET", "", FALSE, NULL, "" },
  };
  g_autoptr (VbHttpRouter) router = vb_http_router_new ();
  g_autoptr (GString) wildcard = g_string_new ("left over"), allow = g_string_new ("left over");
  int data;

  vb_http_router_add (router, routes, G_N_ELEMENTS (routes), &data);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    gpointer user_data = NULL;
    const VbHttpRoute *route
        = vb_http_router_find (router, rows[i].method, rows[i].path, &user_data, wildcard, allow);

    g_test_message ("%s %s", rows[i].method, rows[i].path);
    g_assert_true ((route != NULL && route->handler == serve) == rows[i].found);
    g_assert_true ((user_data == &data) == rows[i].found);
    if (rows[i].wildcard != NULL)
      g_assert_cmpstr (wildcard->str, ==, rows[i].wildcard);
    g_assert_cmpstr (allow->str, ==, rows[i].allow);
  }
}

static void
test_meant (void)
{
  static const struct
  {
    const char *path;
    const char *meant;
  } rows[] = {
    { "/battery/", "/battery" },
    { "//battery", "/battery" },
    { "/Battery", "/battery" },
    { "/virtualbattery", "/battery" },
    { "/api/v1/battery", "/battery" },
    { "/batery", "/battery" },
    { "/battery/shed/", "/battery/shed" },
    { "/battery/shed/chek", "/battery" },
    { "/battery/check/", "/battery/check" },
    { "/", NULL },
    { "", NULL },
    { "/soc", NULL },
  };
  g_autoptr (VbHttpRouter) router = vb_http_router_new ();

  vb_http_router_add (router, routes, G_N_ELEMENTS (routes), NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *meant = vb_http_router_meant (router, rows[i].path);

    g_test_message ("%s", rows[i].path);
    g_assert_cmpstr (meant, ==, rows[i].meant);
  }
  g_assert_true (vb_http_router_has_below (router, "/battery"));
  g_assert_false (vb_http_router_has_below (router, "/battery/check"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http-router/find", test_find);
  g_test_add_func ("/http-router/meant", test_meant);

  return g_test_run ();
}
