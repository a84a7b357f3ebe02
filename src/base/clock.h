#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * The time that every `now` argument takes, in µs: monotonic, and it goes on while the machine is
 * suspended, because values grow old then too.
 */
gint64 vb_clock_now (void);

/**
 * The wall-clock time of @time, in µs since 1970 (UTC), for people to read: a moment is told alike
 * each time, until somebody sets the wall clock.
 */
gint64 vb_clock_wall (gint64 time);

G_END_DECLS
