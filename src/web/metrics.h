#pragma once

#include "core/battery.h"
#include "http/timing.h"

G_BEGIN_DECLS

/**
 * Appends what Prometheus scrapes (text format 0.0.4): the state and the records of each battery,
 * every valid number of the field table in base units (`virtual_battery_voltage_volts`), how long
 * requests took, and the process itself.
 *
 * @batteries: of VbBattery
 */
void vb_metrics_append (const GPtrArray *batteries,
                        const VbHttpTiming *timing,
                        gint64 now,
                        GString *text);

G_END_DECLS
