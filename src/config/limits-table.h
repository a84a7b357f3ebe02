#pragma once

#include "config.h"

G_BEGIN_DECLS

/** Appends what the rules of each battery ([limits]) come to, curve by curve, as a table to be
    read; nothing where there are none. */
void vb_config_limits_table_append (const VbConfig *config, GString *text);

G_END_DECLS
