#pragma once

#include "publish.h"

G_BEGIN_DECLS

/** Logs that a battery with @config has entered @state, with the line that a person reads then. */
void vb_battery_log_state (const VbBatteryConfig *config,
                           VbState state,
                           const VbRules *rules,
                           const VbBlamed *blamed,
                           gint64 now);

/** Logs each limit that another of @rules holds down than before, or none any more. */
void vb_battery_log_limited (const VbBatteryConfig *config, const VbRules *rules);

G_END_DECLS
