#pragma once

#include "core/battery.h"

G_BEGIN_DECLS

/**
 * Appends a metric for each row of the field table of which a battery of @batteries (of VbBattery)
 * has a valid number: named after the field, in the base unit that Prometheus asks for.
 */
void vb_field_metrics_append (const GPtrArray *batteries, GString *text);

G_END_DECLS
