#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * The heartbeat: a daemon whose loop hangs is a frozen battery, so it ends itself and leaves the
 * rest to its supervisor. A process that was merely stopped (SIGSTOP, a suspended machine) goes on.
 * Where a supervisor asks for it through NOTIFY_SOCKET and WATCHDOG_USEC, it is told too.
 */

/** How long the loop may hang, and how often it beats by default, in µs. */
#define VB_HEARTBEAT_LIMIT (15 * G_USEC_PER_SEC)
#define VB_HEARTBEAT_PERIOD (5 * G_USEC_PER_SEC)

/**
 * Starts it: the default main context beats every @period, and a process whose loop has not beaten
 * for @limit ends with VB_EXIT_HUNG. Both in µs. The beat is shortened where WATCHDOG_USEC asks for
 * more. Called again, it goes on with the new times.
 */
void vb_heartbeat_start (gint64 period, gint64 limit);

/** Stops it. */
void vb_heartbeat_stop (void);

/**
 * Tells the supervisor @state (`READY=1`, `STOPPING=1`) where NOTIFY_SOCKET names its socket, a
 * path or, with `@`, an abstract one.
 */
void vb_heartbeat_notify (const char *state);

G_END_DECLS
