#include "check.h"

#include <gio/gio.h>
#include <string.h>
#include <sys/un.h>

static gboolean
refuse_address (const char *address, GError **error)
{
  g_set_error (
      error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_VALUE,
      "[http] listen=%s: allowed is an IP address or localhost, with :PORT, IPv6 in square "
      "brackets, or unix: and an absolute path of up to %d bytes",
      address, (int)sizeof ((struct sockaddr_un *)NULL)->sun_path - 1);

  return FALSE;
}

/* @local: set to whether only this machine can reach @address */
static gboolean
check_address (const char *address, gboolean *local, GError **error)
{
  g_autoptr (GSocketConnectable) parsed = NULL;
  g_autoptr (GInetAddress) inet = NULL;
  const char *host;

  if (g_str_has_prefix (address, "unix:")) {
    const char *path = address + strlen ("unix:");

    *local = TRUE;
    return (*path == '/' && strlen (path) < sizeof ((struct sockaddr_un *)NULL)->sun_path)
           || refuse_address (address, error);
  }

  parsed = g_network_address_parse (address, 0, NULL);
  if (parsed == NULL)
    return refuse_address (address, error);

  host = g_network_address_get_hostname (G_NETWORK_ADDRESS (parsed));
  inet = g_inet_address_new_from_string (host);
  *local
      = g_str_equal (host, "localhost") || (inet != NULL && g_inet_address_get_is_loopback (inet));

  return *local || inet != NULL || refuse_address (address, error);
}

gboolean
vb_config_check_listen (const VbConfig *config, GError **error)
{
  if (config->listen == NULL)
    return TRUE;

  if (*config->listen == NULL) {
    g_set_error (error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_VALUE,
                 "[http] listen: no address is given");
    return FALSE;
  }

  for (guint i = 0; config->listen[i] != NULL; i++) {
    gboolean local = FALSE;

    if (!check_address (config->listen[i], &local, error))
      return FALSE;
    if (!local && config->token == NULL && !config->allow_anonymous) {
      g_set_error (error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_CLASH,
                   "[http] listen=%s can be reached from elsewhere: that needs token-file, or "
                   "allow-anonymous=true",
                   config->listen[i]);
      return FALSE;
    }
  }

  return TRUE;
}
