#pragma once

#include "types.h"

G_BEGIN_DECLS

/** What device_instance is while the file has not set it. */
#define VB_INSTANCE_UNSET (-1)

/** The highest device instance (contract §2.1). */
#define VB_INSTANCE_MAX 255

/**
 * Checks what no key can be checked for by itself: order of the times, names, clashes, who may send
 * (design §5, §7). Appends to @config->warnings.
 *
 * Returns: FALSE with an error in VB_CONFIG_ERROR
 */
gboolean vb_config_check (VbConfig *config, GError **error);

/**
 * Checks that every address of @config->listen can be listened on, and that others than this machine
 * can only reach it with a token or where that was asked for.
 *
 * Returns: FALSE with an error in VB_CONFIG_ERROR
 */
gboolean vb_config_check_listen (const VbConfig *config, GError **error);

/**
 * Reads @config->token from @config->token_file, where there is one. Appends to @config->warnings.
 *
 * Returns: FALSE with an error in VB_CONFIG_ERROR
 */
gboolean vb_config_read_token (VbConfig *config, GError **error);

/**
 * Checks that no group stands twice in @text, which is a key file, and no key twice in its group:
 * GKeyFile would merge them without a word.
 *
 * Returns: FALSE with an error in VB_CONFIG_ERROR
 */
gboolean vb_config_check_twice (const char *text, GError **error);

/** Sets the error for a battery that cannot be called @name. Returns: FALSE */
gboolean vb_config_refuse_name (const char *name, GError **error);

/** Whether a battery of @config has asked for @instance. */
gboolean vb_config_has_instance (const VbConfig *config, int instance);

G_END_DECLS
