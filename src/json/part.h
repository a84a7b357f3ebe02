#pragma once

#include "core/battery.h"
#include "writer.h"

G_BEGIN_DECLS

/** `parts`: how each part of @battery stands; nothing where it has none. */
void vb_json_part_member_all (VbJsonWriter *json, const VbBattery *battery, gint64 now);

/** The event `part`: how part @index stands, as in `parts`; @text is emptied first. */
void vb_json_part_event (const VbBattery *battery, guint index, gint64 now, GString *text);

/** Everything about part @index of @battery: GET /battery/part/PART. Appends to @text. */
void vb_json_part (const VbBattery *battery, guint index, gint64 now, GString *text);

G_END_DECLS
