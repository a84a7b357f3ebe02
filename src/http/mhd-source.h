#pragma once

#include <glib.h>
#include <microhttpd.h>

#include "loop-turn.h"

G_BEGIN_DECLS

/** Called after libmicrohttpd has run. */
typedef void (*VbMhdRan) (gpointer user_data);

/**
 * Makes a source that runs @daemon in a GLib main loop. @daemon must have been started with
 * MHD_USE_EPOLL and without a thread of its own, and must outlive the source: destroy the source
 * first, then stop the daemon.
 *
 * @turn: told whether there is input, or NULL
 * @ran: called after each run, or NULL
 */
GSource *
vb_mhd_source_new (struct MHD_Daemon *daemon, VbLoopTurn *turn, VbMhdRan ran, gpointer user_data);

/** Lets libmicrohttpd run once more: it does not ask for that when a connection is resumed. */
void vb_mhd_source_wake (GSource *source);

G_END_DECLS
