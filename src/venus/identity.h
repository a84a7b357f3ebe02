#pragma once

#include "core/battery.h"

G_BEGIN_DECLS

/**
 * Says who the battery is: process, product, serial number, custom name as
 * configured. All but the device instance, which is not known yet.
 *
 * @version: of the process
 * @insecure: anybody may send: /Mgmt/InsecureConnection is 1
 */
void vb_identity_set (VbBattery *battery, const char *version, gboolean insecure);

/** The id under which settings keeps the battery NAME: `httpbattery_NAME`. */
char *vb_identity_settings_id (const char *name);

/** The bus name of the battery NAME: `com.victronenergy.battery.virtual`, `….http_NAME`. */
char *vb_identity_bus_name (const char *name);

G_END_DECLS
