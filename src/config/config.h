#pragma once

#include "core/battery-config.h"

G_BEGIN_DECLS

/** VbConfig: the whole configuration. */
typedef struct
{
  char *file;            /* that it was read from; NULL: none */
  char **listen;         /* NULL: default_listen */
  char **default_listen; /* the second only where the machine has it */
  char *token_file;      /* NULL: none */
  char *token;           /* what is in it; NULL: no token is needed */
  gboolean allow_anonymous;
  char **server_names;
  char *bus_address; /* as --bus; NULL: the rule of every Venus driver */
  gboolean require_settings;
  gint64 settings_timeout; /* µs */
  char *state_dir;
  char *portable;       /* what it says of batteries: see config/portable */
  GPtrArray *batteries; /* of VbBatteryConfig, in the order of the file */
  GPtrArray *warnings;  /* of char *: what is allowed and perhaps not meant */
} VbConfig;

/** A configuration in which nothing is set. Free with vb_config_free(). */
VbConfig *vb_config_new (void);
void vb_config_free (VbConfig *config);

/** The battery @name, or NULL. */
const VbBatteryConfig *vb_config_battery (const VbConfig *config, const char *name);

/** Whether a battery of @config has asked for @instance. */
gboolean vb_config_has_instance (const VbConfig *config, int instance);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbConfig, vb_config_free)

G_END_DECLS
