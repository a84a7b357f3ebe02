#pragma once

#include "heard.h"

G_BEGIN_DECLS

/** Takes what is shown also where nobody sent it among the items of @values that a step looks
    at. */
void vb_publish_activate (VbValues *values, const VbBatteryConfig *config);

/**
 * Computes what is shown of every item from what was sent and derived, and from @state: values in
 * `live` and `late`; in `stale` and `lost` the alarms, the static fields and what is left of the
 * limits; off the bus nothing. Begun with vb_values_begin().
 *
 * @source: who the line about the source names; it has been named then
 * @blamed: of whom the line speaks
 * @entered: @state was entered with this step
 */
void vb_publish (VbValues *values,
                 const VbBatteryConfig *config,
                 const VbRules *rules,
                 VbSource *source,
                 const VbBlamed *blamed,
                 VbState state,
                 gboolean entered,
                 gint64 now);

/** The longest such line, in bytes. */
#define VB_INFORMATION_MAX 128

/** Appends the line that a person reads in the GUI for @state: why it is not live, and what
    follows; in `live` which rule limits, or else from whom data come. It has VB_INFORMATION_MAX
    bytes at most, whatever the source sent. */
void vb_publish_describe (
    const VbBlamed *blamed, const VbRules *rules, VbState state, gint64 now, GString *text);

/** Appends what a battery that is not on the bus waits for, in no more bytes. */
void vb_publish_waits (const VbBlamed *blamed, gint64 now, GString *text);

G_END_DECLS
