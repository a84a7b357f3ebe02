#pragma once

#include <gio/gio.h>

#include "core/battery.h"
#include "neighbours.h"

G_BEGIN_DECLS

/**
 * VbVenusInstance:
 *
 * Finds the device instance of one battery, and keeps its custom name in settings. It asks
 * settings, and does without it where it may. Where the instance is new it lets the system service
 * come first. It never changes an instance that is on the bus. See docs/venus.md, "Names and
 * instances".
 */
typedef struct _VbVenusInstance VbVenusInstance;

/** What the owner is told, each from the main loop. */
typedef struct
{
  /* There is nothing left to be waited for. */
  void (*ready) (gpointer user_data);

  /* The instance is about to change: the battery has to leave the bus now, and may come back with
     the next connection. */
  void (*leave) (gpointer user_data);
} VbVenusInstanceEvents;

/**
 * @neighbours: an instance that one of them shows is not asked for; NULL: there are none
 * @require_settings: wait for settings without end
 * @timeout: else for so long (µs), then the configured instance is taken; 0: at once
 *
 * @battery, @neighbours and @events must stay. Free with vb_venus_instance_free().
 */
VbVenusInstance *vb_venus_instance_new (VbBattery *battery,
                                        const VbVenusNeighbours *neighbours,
                                        gboolean require_settings,
                                        gint64 timeout,
                                        const VbVenusInstanceEvents *events,
                                        gpointer user_data);
void vb_venus_instance_free (VbVenusInstance *instance);

/** Asks on @connection from now on; NULL: on none. */
void vb_venus_instance_set_connection (VbVenusInstance *instance, GDBusConnection *connection);

/** The instance, or -1 while it is not known. */
int vb_venus_instance_number (const VbVenusInstance *instance);

/** What is being waited for: settings, system or nothing. */
VbJoining vb_venus_instance_joining (const VbVenusInstance *instance);

/** Keeps the battery's custom name, which has just been changed, in settings. */
void vb_venus_instance_store_name (VbVenusInstance *instance);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbVenusInstance, vb_venus_instance_free)

G_END_DECLS
