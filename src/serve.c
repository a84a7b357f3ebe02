#define G_LOG_DOMAIN "main"

#include "serve.h"

#include "http/inherit.h"

GPtrArray *
vb_serve_inherit (char ***addresses, GError **error)
{
  g_autoptr (GPtrArray) sockets = vb_http_inherit_sockets (error);
  g_auto (GStrv) found = NULL;

  if (sockets == NULL || sockets->len == 0)
    return g_steal_pointer (&sockets);

  found = g_new0 (char *, sockets->len + 1);
  for (guint i = 0; i < sockets->len; i++) {
    found[i] = vb_http_inherit_address (g_ptr_array_index (sockets, i), error);
    if (found[i] == NULL)
      return NULL;
  }
  g_strfreev (*addresses);
  *addresses = g_steal_pointer (&found);

  return g_steal_pointer (&sockets);
}

static void
log_address (const char *address, int port)
{
  g_message (port > 0 ? "listening on %s, port %d" : "listening on %s", address, port);
}

static gboolean
adopt (VbHttpServer *server, const GPtrArray *sockets, const char *const *addresses, GError **error)
{
  for (guint i = 0; i < sockets->len; i++) {
    const int port = vb_http_server_adopt (server, g_ptr_array_index (sockets, i), error);

    if (port < 0)
      return FALSE;
    log_address (addresses[i], port);
  }

  return TRUE;
}

gboolean
vb_serve (VbHttpServer *server, const VbConfig *config, const GPtrArray *inherited, GError **error)
{
  const gboolean by_default = config->listen == NULL;
  const char *const *addresses
      = by_default ? vb_config_default_listen : (const char *const *)config->listen;

  if (inherited->len > 0)
    return adopt (server, inherited, addresses, error);

  for (guint i = 0; addresses[i] != NULL; i++) {
    g_autoptr (GError) failed = NULL;
    const int port = vb_http_server_listen (server, addresses[i], &failed);

    if (port >= 0)
      log_address (addresses[i], port);
    /* By default the first address is needed, and the second taken where the machine has it. */
    else if (!by_default || i == 0) {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  }

  return TRUE;
}
