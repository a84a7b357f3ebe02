#pragma once

#include "part.h"

G_BEGIN_DECLS

/**
 * VbParts:
 *
 * The parts of one battery: which of them count, and what all of them together say. The battery
 * takes that as if one source had sent it.
 */
typedef struct _VbParts VbParts;

/** Makes the parts of @config, which has some and must outlive them. Free with vb_parts_free(). */
VbParts *vb_parts_new (const VbBatteryConfig *config, gint64 now);
void vb_parts_free (VbParts *parts);

/** A copy that logs nothing, of a battery with @config. */
VbParts *vb_parts_copy (const VbParts *parts, const VbBatteryConfig *config);

/** How many they are, and the part with number @index, from 0 in the order of the file. */
guint vb_parts_n (const VbParts *parts);
const VbPart *vb_parts_get (const VbParts *parts, guint index);

/** Sets @index to the number of the part @name. Returns: FALSE if there is none */
gboolean vb_parts_find (const VbParts *parts, const char *name, guint *index);

/** Takes over what can change of @config. */
void vb_parts_reconfigure (VbParts *parts, const VbBatteryConfig *config, gint64 now);

/** Judges @record of part @index and takes it, as vb_part_take(). */
gboolean vb_parts_take (VbParts *parts,
                        guint index,
                        VbRecord *record,
                        VbApplyMode mode,
                        const char *source,
                        gint64 now,
                        VbVerdict *verdict);

/** Fills @verdict on @record, which part @index has taken, as vb_part_fill_verdict(), and appends
    what a person should know of the others. */
void vb_parts_fill_verdict (VbParts *parts,
                            guint index,
                            const VbRules *rules,
                            const VbRecord *record,
                            guint changed,
                            gint64 now,
                            VbVerdict *verdict);

/** Notes that a record of part @index was refused, as vb_battery_refuse(); takes @errors over. */
void vb_parts_refuse (VbParts *parts,
                      guint index,
                      const char *source,
                      VbOutcome outcome,
                      GPtrArray *errors,
                      guint n_more,
                      gint64 now);

/** The source of part @index says "off": it leaves at once. */
void vb_parts_delete (VbParts *parts, guint index, gint64 now);

/** All of them are off: the battery then waits for each of them as at the start. */
void vb_parts_forget (VbParts *parts, gint64 now);

/** Lets time act on each of them. */
void vb_parts_tick (VbParts *parts, gint64 now);

/** Whether there is nothing left that the battery could go on with: no pack counts, or one of those
    in series has been declared off. */
gboolean vb_parts_are_off (const VbParts *parts);

/** When that next changes anything, or G_MAXINT64. */
gint64 vb_parts_due (const VbParts *parts, gint64 now);

/** Writes what all of them say together as what was sent of @values, each with the time of the
    oldest contribution that counts. */
void vb_parts_merge (VbParts *parts, VbValues *values, gint64 now);

/** Notes what rules go by of the packs that count: a curve goes by the worst of them. And which
    limits any of them has ever sent: those are required from then on. */
void vb_parts_note_inputs (const VbParts *parts, VbRequired *required);

/** As vb_required_loses_limit(), of any part that counts. */
const char *vb_parts_lose_limit (const VbParts *parts, const VbBatteryConfig *after);

/** The share of all packs that those which count have, 0 to 1: of a current that all of them bear
    together they bear no more. */
double vb_parts_share (const VbParts *parts);

/** Whether how part @index stands (its state, whether it counts) has changed since this was last
    asked. */
gboolean vb_parts_has_changed (VbParts *parts, guint index);

/** The age (µs) of the oldest part that counts, as of the last merging; VB_AGE_NEVER also where
    there are packs and none of them counts. */
gint64 vb_parts_age (const VbParts *parts, gint64 now);

/** The part that is to blame where the battery is not live: what it has is the oldest. Never
    NULL. */
const VbPart *vb_parts_blamed (const VbParts *parts, gint64 now);

/** Appends what a person should know: which part does not count and why, and what of them
    contradicts itself. Owned texts. */
void vb_parts_warn (const VbParts *parts, GPtrArray *texts);

G_END_DECLS
