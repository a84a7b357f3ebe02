#pragma once

#include "battery-config.h"

G_BEGIN_DECLS

/*
 * What becomes of a battery whose source falls silent, in words made from its configuration: what
 * Venus gets of it, and what chargers and inverters make of that (docs/plants.md).
 */

/**
 * Appends it in one sentence.
 *
 * @feeds_in: whether DC-coupled feed-in is on, so that chargers obey the charge voltage alone
 * @asked: the charge voltage that the source asks for, V; NAN: not known
 */
void
vb_silence_describe (const VbBatteryConfig *config, gboolean feeds_in, double asked, GString *text);

/**
 * Why chargers that feed in go on charging a battery that is stale, and what to do. They obey the
 * charge voltage alone, so it has to be lowered.
 *
 * @asked: as above
 *
 * Returns: NULL where they do not go on; free with g_free()
 */
char *vb_silence_gap (const VbBatteryLive *live, double asked);

G_END_DECLS
