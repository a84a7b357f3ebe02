#pragma once

#include "exit-status.h"
#include "options.h"

G_BEGIN_DECLS

/**
 * VbDaemon:
 *
 * Everything that runs: the batteries, each with its service on the bus, the HTTP server with its
 * routes, and the files that outlast a restart. It is wired, reloaded and taken down here.
 */
typedef struct _VbDaemon VbDaemon;

/** A daemon that does nothing yet; @options must outlive it. Free with vb_daemon_free(). */
VbDaemon *vb_daemon_new (const VbOptions *options);

/**
 * Takes the sockets that a supervisor hands over, unless the configuration is only to be checked,
 * and reads the configuration.
 *
 * Returns: VB_EXIT_OK, or what the process is to end with and @error
 */
VbExitStatus vb_daemon_load (VbDaemon *daemon, GError **error);

/**
 * Runs what vb_daemon_load() has read until SIGTERM, SIGINT, or the loss of the bus; reads it again
 * on SIGHUP.
 *
 * Returns: what the process is to end with; with @error where it could not start
 */
VbExitStatus vb_daemon_run (VbDaemon *daemon, GError **error);

/** Leaves the bus, closes every connection, saves what is kept, and frees. */
void vb_daemon_free (VbDaemon *daemon);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbDaemon, vb_daemon_free)

G_END_DECLS
