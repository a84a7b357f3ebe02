#pragma once

#include <glib.h>
#include <microhttpd.h>

#include "base/standstill.h"

G_BEGIN_DECLS

/** What is called around a run of libmicrohttpd. */
typedef struct
{
  void (*stood_still) (gpointer user_data); /* before it, where the process stood still */
  void (*ran) (gpointer user_data);         /* after it */
} VbMhdHooks;

/**
 * Makes a source that runs @daemon in a GLib main loop. @daemon must have been started with
 * MHD_USE_EPOLL and without a thread of its own, and must outlive the source: destroy the source
 * first, then stop the daemon.
 *
 * @standstill: told whether there is input, and asked whether the process stood still; or NULL
 * @hooks: static; or NULL where there is no @standstill
 */
GSource *vb_mhd_source_new (struct MHD_Daemon *daemon,
                            VbStandstill *standstill,
                            const VbMhdHooks *hooks,
                            gpointer user_data);

/** Lets libmicrohttpd run once more: it does not ask for that when a connection is resumed. */
void vb_mhd_source_wake (GSource *source);

G_END_DECLS
