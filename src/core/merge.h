#pragma once

#include "item.h"

G_BEGIN_DECLS

/** How a part stands towards the share of a current limit in one direction. */
typedef enum
{
  VB_SHARE_IN,
  VB_SHARE_BACK, /* its switch has just closed: it may lower the limit, and not raise it */
  VB_SHARE_OUT,  /* its switch is open */
} VbShare;

/** What one part contributes to an item. */
typedef struct
{
  const VbSample *sample; /* NULL: it has none */
  gint64 time;            /* from which the age of the sample counts; G_MAXINT64: it does not */
  double weight;          /* above 0 */
  VbShare share;
} VbContribution;

/**
 * Merges @n contributions to @item, in the order of the parts, by @rule; one of those that take
 * numbers, texts or samples as they are (VB_MERGE_SUM to VB_MERGE_SHARE). With a rule that needs
 * all of them (sums, means, extremes, shares) there is nothing where one has no sample. A shared
 * limit beyond the range of its row is the end of that range.
 *
 * @merged: set; invalid with time 0 where there is nothing, else with the oldest of the times
 * Returns: FALSE where what they say together is outside the range of its row; then it is not
 * taken, as with a single source: @merged stays as it was, and grows older
 */
gboolean
vb_merge (guint item, VbMerge rule, const VbContribution *contributions, guint n, VbSample *merged);

/** Sets @merged to nothing: invalid, with time 0. */
void vb_merge_nothing (VbSample *merged);

/** The word for @rule in the documentation of the fields: `sum`, `weighted`, … */
const char *vb_merge_name (VbMerge rule);

G_END_DECLS
