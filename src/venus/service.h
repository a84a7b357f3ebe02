#pragma once

#include <gio/gio.h>

#include "base/standstill.h"
#include "core/battery.h"
#include "neighbours.h"

G_BEGIN_DECLS

#define VB_VENUS_ERROR vb_venus_error_quark ()
GQuark vb_venus_error_quark (void);

typedef enum
{
  VB_VENUS_ERROR_UNREACHABLE, /* no connection to the bus: exit status 5 */
  VB_VENUS_ERROR_NAME_TAKEN,  /* another process owns the battery's name: exit status 6 */
} VbVenusError;

/**
 * VbVenusService:
 *
 * One battery on one private connection to the bus. It joins the bus when the battery becomes live,
 * sends one ItemsChanged for each step, and leaves by closing its connection. See docs/venus.md,
 * "Joining and leaving".
 */
typedef struct _VbVenusService VbVenusService;

/** Called once, when no connection to the bus could be made for 5 s. */
typedef void (*VbVenusServiceLost) (gpointer user_data);

/** How the battery stands on the bus. */
typedef struct
{
  const char *address;         /* of the bus */
  gboolean require_settings;   /* wait for settings without end (`joining`: settings) */
  gint64 settings_timeout;     /* else so long (µs); then the configured instance is taken */
  gboolean insecure;           /* publish /Mgmt/InsecureConnection 1 */
  const char *process_version; /* /Mgmt/ProcessVersion, /FirmwareVersion */

  /* Outlives the service. The other batteries on the bus, which are told of this one. NULL: there
     are none */
  const VbVenusNeighbours *neighbours;

  /* Outlives the service. What clients wrote during a standstill is refused, as is what lay in the
     sockets of HTTP meanwhile. NULL: there are no standstills */
  const VbStandstill *standstill;
} VbVenusServiceConfig;

/**
 * Connects to the bus (blocking: this is start-up), makes sure that nobody owns the name, exports
 * the objects and becomes @battery's listener. @battery must outlive the service.
 *
 * Returns: NULL with an error in VB_VENUS_ERROR
 */
VbVenusService *
vb_venus_service_new (VbBattery *battery, const VbVenusServiceConfig *config, GError **error);

/** Closes the connection (blocking) so that the name is gone, then frees. */
void vb_venus_service_free (VbVenusService *service);

/** Sets who is told when the bus is lost for good. */
void vb_venus_service_set_lost_func (VbVenusService *service,
                                     VbVenusServiceLost lost,
                                     gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbVenusService, vb_venus_service_free)

G_END_DECLS
