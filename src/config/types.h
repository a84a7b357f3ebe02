#pragma once

#include <glib.h>

#include "core/battery-config.h"

G_BEGIN_DECLS

#define VB_CONFIG_ERROR vb_config_error_quark ()
GQuark vb_config_error_quark (void);

typedef enum
{
  VB_CONFIG_ERROR_FILE,    /* cannot be read, or is no key file */
  VB_CONFIG_ERROR_UNKNOWN, /* a group or key that does not exist */
  VB_CONFIG_ERROR_VALUE,   /* a value that is not allowed */
  VB_CONFIG_ERROR_CLASH,   /* values that do not go together */
} VbConfigError;

/** The name of the battery whose group is [battery] alone. */
#define VB_DEFAULT_BATTERY "virtual"

/** VbConfig: the whole configuration, checked (design §7). */
typedef struct
{
  char *file;       /* that it was read from; NULL: none */
  char **listen;    /* NULL: the default addresses */
  char *token_file; /* NULL: none */
  char *token;      /* what is in it; NULL: no token is needed */
  gboolean allow_anonymous;
  char **server_names;
  char *bus_address; /* as --bus; NULL: the rule of every Venus driver */
  gboolean require_settings;
  gint64 settings_timeout; /* µs */
  char *state_dir;
  GPtrArray *batteries; /* of VbBatteryConfig, in the order of the file */
  GPtrArray *warnings;  /* of char *: what is allowed and perhaps not meant */
} VbConfig;

G_END_DECLS
