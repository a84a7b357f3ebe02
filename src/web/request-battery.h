#pragma once

#include "core/battery.h"
#include "http/request.h"

G_BEGIN_DECLS

/**
 * The battery among @batteries (of VbBattery) that stands in the path of @request; that of
 * VB_DEFAULT_BATTERY where none does. NULL, and answered with 404, where there is no such battery.
 */
VbBattery *vb_request_battery (VbHttpRequest *request, const GPtrArray *batteries);

G_END_DECLS
