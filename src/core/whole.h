#pragma once

#include "parts.h"

G_BEGIN_DECLS

/**
 * VbWhole:
 *
 * What has been heard of a whole battery: by one source, or by its parts, which all together are
 * taken as if one source had sent it. Who asks need not know which of the two it is.
 */
typedef struct
{
  VbHeard heard;
  VbParts *parts;  /* what they say together is @heard; NULL: it is one source's */
  gboolean silent; /* a copy, which logs nothing */
} VbWhole;

/** Makes @whole (uninitialised) that of a battery with @config, which must outlive it. Nothing has
    been heard of it. Free with vb_whole_clear(). */
void vb_whole_init (VbWhole *whole, const VbBatteryConfig *config, gint64 now);
void vb_whole_clear (VbWhole *whole);

/** Makes @copy (uninitialised) a copy of @whole that logs nothing, of a battery with @config. */
void vb_whole_copy (VbWhole *copy, const VbWhole *whole, const VbBatteryConfig *config);

/**
 * Judges @record and takes it, as vb_battery_apply() says.
 *
 * @part: the number of the part that sent it; NULL: the battery is one source's
 *
 * Returns: FALSE if it was refused; record->errors then says why, @verdict->safer what was taken
 * all the same
 */
gboolean vb_whole_take (VbWhole *whole,
                        const guint *part,
                        VbRecord *record,
                        VbApplyMode mode,
                        const char *source,
                        gint64 now,
                        VbVerdict *verdict);

/**
 * Fills @verdict on @record, which has just been taken with @part, and logs what contradicts itself
 * since then in what one source says of all of it.
 *
 * @rules: those of the battery
 * @changed: how many of its items changed on the bus
 */
void vb_whole_fill_verdict (VbWhole *whole,
                            const guint *part,
                            const VbRules *rules,
                            const VbRecord *record,
                            guint changed,
                            gint64 now,
                            VbVerdict *verdict);

/** Looks at what follows at once from what was sent, and at what rules go by. */
void vb_whole_look (VbWhole *whole, gint64 now);

/** Takes together what the parts say, and looks at that. Of one source only a record
    (@has_record) is a reason to look. */
void vb_whole_gather (VbWhole *whole, gboolean has_record, gint64 now);

/** Lets time act on the parts. */
void vb_whole_tick (VbWhole *whole, gint64 now);

/** When time next changes anything, or G_MAXINT64. */
gint64 vb_whole_due (const VbWhole *whole, gint64 now);

/** Takes over what a reload has changed of the configuration. */
void vb_whole_reconfigure (VbWhole *whole, gint64 now);

/** As vb_required_loses_limit(), of the battery or of any part that counts. */
const char *vb_whole_loses_limit (const VbWhole *whole, const VbBatteryConfig *after);

/** All sources say "off": forgets what was said of the present. The state stays. */
void vb_whole_forget (VbWhole *whole, gint64 now);

/** The age of the source (its oldest required field, µs), or of the oldest part that counts;
    VB_AGE_NEVER. */
gint64 vb_whole_age (const VbWhole *whole, gint64 now);

/** The share of all packs that those which count have, 0 to 1. */
double vb_whole_share (const VbWhole *whole);

/** Of whom the line about the source speaks. */
VbBlamed vb_whole_blamed (const VbWhole *whole, gint64 now);

G_END_DECLS
