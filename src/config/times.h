#pragma once

#include "core/battery-config.h"

G_BEGIN_DECLS

/**
 * Brings the times of @live that [@group] of @file does not set to those that it does: each is as
 * by default, or as near to that as the order of the ladder allows. Those that are set stay as they
 * are, in whatever order.
 */
void vb_config_times_follow (VbBatteryLive *live, GKeyFile *file, const char *group);

G_END_DECLS
