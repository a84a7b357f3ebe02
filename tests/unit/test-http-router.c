#include "http/router.h"

static void
serve (VbHttpRequest *request, gpointer user_data)
{
}

static const VbHttpRoute routes[] = {
  { "GET", "/battery", serve },          { "POST", "/battery", serve },
  { "POST", "/battery/check", serve },   { "GET", "/battery/*", serve },
  { "POST", "/battery/*/check", serve },
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http-router/find", test_find);

  return g_test_run ();
}
