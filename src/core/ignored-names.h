#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Whether @spelling is one of the names that other drivers publish and that mean nothing here,
    whatever their value is. */
gboolean vb_ignored_names_have (const char *spelling);

G_END_DECLS
