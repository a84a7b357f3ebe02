#pragma once

#include "core/battery.h"

G_BEGIN_DECLS

/*
 * The data of each server-sent event (`GET /events`): one line of JSON, which names its
 * battery. Each function replaces what is in @text.
 */

/** `state`: what the battery is in, since when, and the line about it. */
void vb_json_event_state (const VbBattery *battery, GString *text);

/** `values`: @n @items with value and text; null for one that has become invalid. */
void vb_json_event_values (const VbBattery *battery, const guint *items, guint n, GString *text);

/** `values` with everything that is valid. */
void vb_json_event_all_values (const VbBattery *battery, GString *text);

/** `accepted`: the last record that was taken, what became of it, what was wrong in it, and the age
    of the source. */
void vb_json_event_accepted (const VbBattery *battery,
                             const VbVerdict *verdict,
                             gint64 now,
                             GString *text);

/** `refused`: the last refusal. */
void vb_json_event_refused (const VbBattery *battery, GString *text);

/** `selected`: what Venus has chosen. */
void vb_json_event_selected (const VbBattery *battery, GString *text);

/** `limited`: which rules limit. */
void vb_json_event_limited (const VbBattery *battery, GString *text);

/** `renamed`: the custom name. */
void vb_json_event_renamed (const VbBattery *battery, GString *text);

/** `written`: a client of the bus has written @item, which has that value now. */
void vb_json_event_written (const VbBattery *battery, guint item, GString *text);

G_END_DECLS
