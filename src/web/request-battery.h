#pragma once

#include "core/battery.h"
#include "http/request.h"

G_BEGIN_DECLS

/**
 * The battery among @batteries (of VbBattery) that the path of @request names; the default one
 * where it names none. NULL, and answered with 404, where there is no such battery.
 */
VbBattery *vb_request_battery (VbHttpRequest *request, const GPtrArray *batteries);

/** The part that the path of @request names, as number @part of the battery returned; or NULL, and
    then it has been answered with 404. */
VbBattery *
vb_request_battery_part (VbHttpRequest *request, const GPtrArray *batteries, guint *part);

G_END_DECLS
