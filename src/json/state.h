#pragma once

#include "core/battery.h"

G_BEGIN_DECLS

/* What the daemon says of batteries, in JSON. Each function appends one document to @text; @now is
   the time as for the battery, in µs. */

/** The verdict on a record that was accepted; @record's errors are those that were dropped. */
void vb_json_state_verdict (const VbBattery *battery,
                            const VbVerdict *verdict,
                            const VbRecord *record,
                            GString *text);

/**
 * A refusal, RFC 9457: @state is that of the battery, @detail one sentence, @errors an array of
 * VbRecordError with one entry for every wrong field.
 */
void vb_json_state_refusal (guint status,
                            VbState state,
                            const char *detail,
                            const GPtrArray *errors,
                            guint n_more,
                            const GPtrArray *safer,
                            GString *text);

/** Everything about one battery: GET /battery. */
void vb_json_state_battery (const VbBattery *battery, gint64 now, GString *text);

/** The list of GET /batteries; @batteries of VbBattery. */
void vb_json_state_batteries (const GPtrArray *batteries, GString *text);

/** The states of GET /health. Returns: whether every battery is live */
gboolean vb_json_state_health (const GPtrArray *batteries, GString *text);

G_END_DECLS
