#pragma once

#include "core/battery.h"

G_BEGIN_DECLS

/*
 * The data of each server-sent event (design §2, `GET /events`): one line of JSON, which names its
 * battery. Each function replaces what is in @text.
 */

/** `state`: what the battery is in, since when, and the line about it. */
void vb_event_json_state (const VbBattery *battery, GString *text);

/** `values`: @n @items with value and text; null for one that has become invalid. */
void vb_event_json_values (const VbBattery *battery, const guint *items, guint n, GString *text);

/** `values` with everything that is valid. */
void vb_event_json_all_values (const VbBattery *battery, GString *text);

/** `accepted`: the last record that was taken, what became of it, and the age of the source. */
void vb_event_json_accepted (const VbBattery *battery,
                             const VbVerdict *verdict,
                             gint64 now,
                             GString *text);

/** `refused`: the last refusal. */
void vb_event_json_refused (const VbBattery *battery, GString *text);

/** `selected`: what Venus has chosen. */
void vb_event_json_selected (const VbBattery *battery, GString *text);

/** `renamed`: the custom name. */
void vb_event_json_renamed (const VbBattery *battery, GString *text);

/** `written`: a client of the bus has written @item, which has that value now. */
void vb_event_json_written (const VbBattery *battery, guint item, GString *text);

G_END_DECLS
