#include "error.h"

G_DEFINE_QUARK (vb_config_error, vb_config_error)
