#include "router.h"

#include <string.h>

#include "base/spelling.h"

/* So many letters of a path may be wrong. */
#define LETTERS_MOST 2

typedef struct
{
  const VbHttpRoute *route;
  gpointer user_data;
} Row;

struct _VbHttpRouter
{
  GArray *rows; /* of Row */
};

VbHttpRouter *
vb_http_router_new (void)
{
  VbHttpRouter *router = g_new0 (VbHttpRouter, 1);

  router->rows = g_array_new (FALSE, FALSE, sizeof (Row));

  return router;
}

void
vb_http_router_free (VbHttpRouter *router)
{
  g_array_unref (router->rows);
  g_free (router);
}

void
vb_http_router_add (VbHttpRouter *router,
                    const VbHttpRoute *routes,
                    guint n_routes,
                    gpointer user_data)
{
  for (guint i = 0; i < n_routes; i++) {
    const Row row = { &routes[i], user_data };

    g_array_append_val (router->rows, row);
  }
}

/* Whether @path is @pattern, with an element of at least one character in place of each `*`; what
   stands there is appended to @wildcard, with slashes between. */
static gboolean
matches (const char *pattern, const char *path, GString *wildcard)
{
  while (*pattern != '\0') {
    const gsize length = strcspn (path, "/");

    if (*pattern != '*') {
      if (*pattern++ != *path++)
        return FALSE;
      continue;
    }

    if (length == 0)
      return FALSE;
    g_string_append_printf (wildcard, "%s%.*s", wildcard->len > 0 ? "/" : "", (int)length, path);
    path += length;
    pattern++;
  }

  return *path == '\0';
}

/* HEAD is GET without the body, which libmicrohttpd leaves out by itself. */
static gboolean
serves (const VbHttpRoute *route, const char *method)
{
  return g_str_equal (route->method, g_str_equal (method, "HEAD") ? "GET" : method);
}

static const Row *
find (const VbHttpRouter *router,
      const char *method,
      const char *path,
      gboolean exact,
      GString *wildcard,
      GString *allow)
{
  for (guint i = 0; i < router->rows->len; i++) {
    const Row *row = &g_array_index (router->rows, Row, i);
    const VbHttpRoute *route = row->route;

    g_string_truncate (wildcard, 0);
    if ((strchr (route->path, '*') == NULL) != exact || !matches (route->path, path, wildcard))
      continue;
    if (serves (route, method))
      return row;

    g_string_append_printf (allow, "%s%s", allow->len > 0 ? ", " : "", route->method);
    if (g_str_equal (route->method, "GET"))
      g_string_append (allow, ", HEAD");
  }

  return NULL;
}

const VbHttpRoute *
vb_http_router_find (const VbHttpRouter *router,
                     const char *method,
                     const char *path,
                     gpointer *user_data,
                     GString *wildcard,
                     GString *allow)
{
  const Row *row;

  g_string_truncate (allow, 0);
  row = find (router, method, path, TRUE, wildcard, allow);

  /* A path that is there exactly is not also somebody's wildcard. */
  if (row == NULL && allow->len == 0)
    row = find (router, method, path, FALSE, wildcard, allow);
  if (row == NULL)
    return NULL;

  g_string_truncate (allow, 0);
  *user_data = row->user_data;

  return row->route;
}

static gboolean
has_path (const VbHttpRouter *router, const char *path)
{
  g_autoptr (GString) wildcard = g_string_new (NULL);

  for (guint i = 0; i < router->rows->len; i++)
    if (matches (g_array_index (router->rows, Row, i).route->path, path,
                 g_string_truncate (wildcard, 0)))
      return TRUE;

  return FALSE;
}

/* @path with single slashes, none of them at its end. */
static char *
tidy (const char *path)
{
  g_auto (GStrv) elements = g_strsplit (path, "/", -1);
  GString *tidied = g_string_new (NULL);

  for (guint i = 0; elements[i] != NULL; i++)
    if (*elements[i] != '\0')
      g_string_append_printf (tidied, "/%s", elements[i]);

  return g_string_free (tidied, FALSE);
}

/* The longest of the paths that is in @path as a word; "" where none is. */
static const char *
contained (const VbHttpRouter *router, const char *path)
{
  const char *found = "";

  for (guint i = 0; i < router->rows->len; i++) {
    const char *offered = g_array_index (router->rows, Row, i).route->path;

    if (strlen (offered) > 1 && strstr (path, offered + 1) != NULL
        && strlen (offered) > strlen (found))
      found = offered;
  }

  return found;
}

static const char *
nearest (const VbHttpRouter *router, const char *path)
{
  guint least = LETTERS_MOST + 1;
  const char *found = NULL;

  for (guint i = 0; i < router->rows->len; i++) {
    const char *offered = g_array_index (router->rows, Row, i).route->path;
    const guint distance = strlen (offered) > 1 && strchr (offered, '*') == NULL
                               ? vb_spelling_distance (path, offered, LETTERS_MOST)
                               : G_MAXUINT;

    if (distance < least) {
      least = distance;
      found = offered;
    }
  }

  return found;
}

char *
vb_http_router_meant (const VbHttpRouter *router, const char *path)
{
  g_autofree char *folded = g_ascii_strdown (path, -1);
  g_autofree char *tidied = tidy (folded);
  const char *found = nearest (router, tidied);

  if (has_path (router, tidied))
    return g_steal_pointer (&tidied);
  if (found == NULL)
    found = contained (router, tidied);

  return *found != '\0' ? g_strdup (found) : NULL;
}

gboolean
vb_http_router_has_below (const VbHttpRouter *router, const char *path)
{
  const gsize length = strlen (path);

  for (guint i = 0; i < router->rows->len; i++) {
    const char *offered = g_array_index (router->rows, Row, i).route->path;

    if (strncmp (offered, path, length) == 0 && g_str_equal (offered + length, "/*"))
      return TRUE;
  }

  return FALSE;
}
