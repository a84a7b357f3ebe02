#pragma once

#include "merge.h"
#include "part.h"

G_BEGIN_DECLS

/** The parts of a battery as they are merged. */
typedef struct
{
  const VbBatteryConfig *config;
  const VbPart *parts; /* @n of them */
  guint n;
  gint64 caps[VB_PARTS_MAX]; /* see vb_part_cap(), as of when each was last looked at */
  double weights[VB_PARTS_MAX];
  gboolean equal; /* a capacity is not known: the parts weigh the same */
} VbWeighed;

/** What one part contributes to an item, as it was when its last record came. */
typedef struct
{
  VbContribution contribution;
  gboolean contributes;
  gboolean sent; /* at some time */
  gboolean has;
  gboolean nulled;
} VbMergedEntry;

/**
 * VbMergedRow:
 *
 * An item that is merged by a rule, and not numbered through: what each part contributes to it.
 */
typedef struct
{
  guint item;
  const VbField *field;
  VbMerge rule;
  gboolean required;   /* of a battery like this one, unless rules supply it */
  const VbPart *sayer; /* that says it alone; NULL: none does */
  gboolean outside;    /* of its range, what they say together: it was not taken */
  VbMergedEntry entries[VB_PARTS_MAX];
} VbMergedRow;

/** Makes the row of @item; free it with g_free(). Each part has to be looked at next. */
VbMergedRow *vb_merged_row_new (const VbWeighed *weighed, guint item);

/** Looks at what part @index contributes: as often as that, or whether or by how much it counts,
    changes. */
void vb_merged_row_look (const VbWeighed *weighed, VbMergedRow *row, guint index, gint64 now);

/** Merges what the packs say. @nulled: set to whether one of them made it invalid. Returns: as
    vb_merge() */
gboolean vb_merged_row_merge (const VbWeighed *weighed,
                              const VbMergedRow *row,
                              VbSample *result,
                              gboolean *nulled);

/** As vb_merged_row_merge(), where a part says it alone: that is all there is to it while it
    counts; when it has fallen silent the packs take its place where they can, and where they cannot
    its last word of what is required goes on growing older. */
gboolean vb_merged_row_merge_said (const VbWeighed *weighed,
                                   const VbMergedRow *row,
                                   gint64 now,
                                   VbSample *result,
                                   gboolean *nulled);

/** Whether the packs send it, and none of them is too old for it. */
gboolean vb_merged_row_is_sent (const VbWeighed *weighed, const VbMergedRow *row, gint64 now);

G_END_DECLS
