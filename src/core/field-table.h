#pragma once

#include "field.h"

G_BEGIN_DECLS

/** The table and the number of its rows. */
extern const VbField vb_fields[];
extern const guint vb_n_fields;

G_END_DECLS
