#include "token.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "error.h"

/* Wrong tokens are counted, and never keep a right one out. */
#define TOKEN_SHORT 16

gboolean
vb_config_token_read (VbConfig *config, GError **error)
{
  g_autoptr (GError) failed = NULL;

  if (config->token_file == NULL)
    return TRUE;

  /* Where there is no such file it may be the token itself, in the place of a path. */
  if (g_access (config->token_file, F_OK) != 0) {
    g_set_error (error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_VALUE,
                 "[http] token-file (not shown: it could be a token): %s", g_strerror (errno));
    return FALSE;
  }
  if (!g_file_get_contents (config->token_file, &config->token, NULL, &failed)) {
    g_set_error (error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_VALUE, "[http] token-file=%s: %s",
                 config->token_file, failed->message);
    return FALSE;
  }

  g_strstrip (config->token);
  if (*config->token != '\0' && g_utf8_validate (config->token, -1, NULL)) {
    if (strlen (config->token) < TOKEN_SHORT)
      g_ptr_array_add (config->warnings,
                       g_strdup_printf ("[http] token-file=%s: a token of fewer than %d characters "
                                        "can be guessed",
                                        config->token_file, TOKEN_SHORT));
    return TRUE;
  }

  g_set_error (error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_VALUE,
               "[http] token-file=%s: the file must hold a token of at least one character",
               config->token_file);

  return FALSE;
}
