#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** What @file says of batteries, as a key file without comments: no address, no token, no path of
    this machine stands in it. Free with g_free(). */
char *vb_config_portable (GKeyFile *file);

/** Takes away what @file says of anything else. */
void vb_config_portable_cut (GKeyFile *file);

G_END_DECLS
