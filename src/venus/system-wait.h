#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * VbSystemWait:
 *
 * Waits for com.victronenergy.system. A battery with an instance that the system has never met must
 * not be on the bus before it: it would not start.
 */
typedef struct _VbSystemWait VbSystemWait;

/** Called once, from the main loop: the system is there, or the time is over. */
typedef void (*VbSystemWaitDone) (gpointer user_data);

/**
 * Waits on @connection for at most @seconds. Free with vb_system_wait_free(), also when it is over.
 */
VbSystemWait *vb_system_wait_new (GDBusConnection *connection,
                                  guint seconds,
                                  VbSystemWaitDone done,
                                  gpointer user_data);
void vb_system_wait_free (VbSystemWait *wait);

G_END_DECLS
