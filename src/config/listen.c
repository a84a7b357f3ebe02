#include "listen.h"

#include "base/listen-address.h"
#include "error.h"

static gboolean
refuse_address (const char *address, GError **error)
{
  g_set_error (
      error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_VALUE,
      "[http] listen=%s: allowed is an IP address or localhost, with :PORT, IPv6 in square "
      "brackets, or unix: and an absolute path of up to %d bytes",
      address, (int)VB_LISTEN_ADDRESS_PATH_MAX);

  return FALSE;
}

gboolean
vb_config_listen_check (const VbConfig *config, GError **error)
{
  if (config->listen == NULL)
    return TRUE;

  if (*config->listen == NULL) {
    g_set_error (error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_VALUE,
                 "[http] listen: no address is given");
    return FALSE;
  }

  for (guint i = 0; config->listen[i] != NULL; i++) {
    VbListenAddress address;

    if (!vb_listen_address_parse (config->listen[i], &address))
      return refuse_address (config->listen[i], error);
    if (!vb_listen_address_is_local (&address) && config->token == NULL
        && !config->allow_anonymous) {
      g_set_error (error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_CLASH,
                   "[http] listen=%s can be reached from elsewhere: that needs token-file, or "
                   "allow-anonymous=true",
                   config->listen[i]);
      return FALSE;
    }
  }

  return TRUE;
}

gboolean
vb_config_listen_is_local (const VbConfig *config)
{
  for (guint i = 0; config->listen != NULL && config->listen[i] != NULL; i++) {
    VbListenAddress address;

    if (!vb_listen_address_parse (config->listen[i], &address)
        || !vb_listen_address_is_local (&address))
      return FALSE;
  }

  /* So are the default addresses. */
  return TRUE;
}
