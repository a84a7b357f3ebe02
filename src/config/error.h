#pragma once

#include <glib.h>

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

G_END_DECLS
