#pragma once

#include "merged-row.h"
#include "numbering.h"

G_BEGIN_DECLS

/**
 * VbMerged:
 *
 * What the parts of a battery say together, item by item. Which of them count is settled before
 * (core/parts).
 */
typedef struct
{
  VbWeighed weighed;
  guint8 *has_row; /* of vb_item_count() */
  GPtrArray *rows; /* of those items that are merged and not numbered through, in their order */
  VbNumbering numbering;
} VbMerged;

/** Makes @merged (uninitialised) of @n @parts of a battery with @config; both must outlive it. Free
    with vb_merged_clear(). */
void vb_merged_init (VbMerged *merged, const VbBatteryConfig *config, const VbPart *parts, guint n);
void vb_merged_clear (VbMerged *merged);

/** Makes @copy (uninitialised) a copy of @merged, of @parts of a battery with @config. Each of them
    has to be looked at next. */
void vb_merged_copy (VbMerged *copy,
                     const VbMerged *merged,
                     const VbBatteryConfig *config,
                     const VbPart *parts);

/** Takes what @part has ever said among what is merged. Returns: whether anything is new there, and
    all parts have to be looked at */
gboolean vb_merged_add (VbMerged *merged, const VbPart *part);

/** Weighs the parts. Returns: whether a weight has changed, and all parts have to be looked at */
gboolean vb_merged_weigh (VbMerged *merged);

/** The share of the packs that count in the weight of all packs. */
double vb_merged_share (const VbMerged *merged);

/** Looks at what part @index says: as often as that, or whether or by how much it counts, changes.
 */
void vb_merged_look (VbMerged *merged, guint index, gint64 now);

/** Whether the battery can go on without @sayer, which says some fields alone: the packs send what
    of it is required, or where nothing is, all of it. */
gboolean vb_merged_can_do_without (const VbMerged *merged, const VbPart *sayer, gint64 now);

/** Writes what all of them say together as what was sent of @values, each with the time of the
    oldest contribution that counts. */
void vb_merged_write (VbMerged *merged, VbValues *values, gint64 now);

/** Appends what a person should know of the merging. Owned texts. */
void vb_merged_warn (const VbMerged *merged, GPtrArray *texts);

G_END_DECLS
