#pragma once

#include "core/battery.h"
#include "writer.h"

G_BEGIN_DECLS

/** `rules`: the curves of the limits by rules of @battery, each with the fields that it goes by
    now; nothing where it has no rules. */
void vb_json_rules_member (VbJsonWriter *json, const VbBattery *battery);

G_END_DECLS
