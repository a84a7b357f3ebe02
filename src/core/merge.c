#include "merge.h"

#include <math.h>

const char *
vb_merge_name (VbMerge rule)
{
  static const char *const names[] = {
    [VB_MERGE_NONE] = "",
    [VB_MERGE_SUM] = "sum",
    [VB_MERGE_SUM_SENT] = "sum of those sent",
    [VB_MERGE_WEIGHTED] = "weighted",
    [VB_MERGE_MEAN] = "mean",
    [VB_MERGE_MIN] = "min",
    [VB_MERGE_MAX] = "max",
    [VB_MERGE_WORST] = "worst",
    [VB_MERGE_ANY] = "any",
    [VB_MERGE_ALL] = "all",
    [VB_MERGE_FIRST] = "first",
    [VB_MERGE_SHARE] = "share",
    [VB_MERGE_CELLS] = "numbered through",
    [VB_MERGE_SENSORS] = "numbered through",
    [VB_MERGE_MODULES] = "numbered through",
    [VB_MERGE_ID] = "with the part's name",
    [VB_MERGE_DIFFERENCE] = "max less min",
    [VB_MERGE_COUNT] = "sum, each 1 at least",
    [VB_MERGE_ONE] = "max, each 1 at least",
    [VB_MERGE_ONLINE] = "parts that count",
    [VB_MERGE_OFFLINE] = "parts that do not",
  };

  g_return_val_if_fail (rule < G_N_ELEMENTS (names), NULL);

  return names[rule];
}

static double
number_of (const VbContribution *contribution)
{
  return contribution->sample != NULL ? vb_value_number (&contribution->sample->value, NAN) : NAN;
}

static gint64
oldest (const VbContribution *contributions, guint n)
{
  gint64 time = G_MAXINT64;

  for (guint i = 0; i < n; i++)
    if (contributions[i].sample != NULL)
      time = MIN (time, contributions[i].time);

  return time;
}

static void
set_sample (VbSample *merged, const VbValue *value, gint64 time)
{
  vb_value_set (&merged->value, value);
  merged->time = vb_value_is_valid (value) ? time : 0;
}

void
vb_merge_nothing (VbSample *merged)
{
  vb_value_clear (&merged->value);
  merged->time = 0;
}

/* Returns: FALSE where it is outside the range of @item, and @merged stays as it was */
static gboolean
set_number (guint item, double number, gint64 time, VbSample *merged)
{
  VbValue value = VB_VALUE_INIT;

  if (isnan (number))
    vb_merge_nothing (merged);
  else if (vb_item_check_number (item, number, &value, NULL))
    set_sample (merged, &value, time);
  else
    return FALSE;

  return TRUE;
}

/* The one whose sample stands for all; NULL where there is none. @sign: 1 for the highest, -1 for
   the lowest. @all: nothing where one has no sample */
static const VbContribution *
find_extreme (const VbContribution *contributions, guint n, int sign, gboolean all)
{
  const VbContribution *found = NULL;

  for (guint i = 0; i < n; i++) {
    const double number = number_of (&contributions[i]);

    if (isnan (number) && all)
      return NULL;
    if (!isnan (number) && (found == NULL || sign * number > sign * number_of (found)))
      found = &contributions[i];
  }

  return found;
}

static void
set_extreme (const VbContribution *contributions, guint n, int sign, gboolean all, VbSample *merged)
{
  const VbContribution *found = find_extreme (contributions, n, sign, all);

  if (found != NULL)
    set_sample (merged, &found->sample->value, oldest (contributions, n));
  else
    vb_merge_nothing (merged);
}

static void
set_first (const VbContribution *contributions, guint n, VbSample *merged)
{
  for (guint i = 0; i < n; i++)
    if (contributions[i].sample != NULL && vb_value_is_valid (&contributions[i].sample->value)) {
      set_sample (merged, &contributions[i].sample->value, contributions[i].time);
      return;
    }

  vb_merge_nothing (merged);
}

/* The current with which none of the parts that are in exceeds its own limit, each having a share
   by its weight. @back: also those that have just come back are in */
static double
shared_limit (const VbContribution *contributions, guint n, gboolean back)
{
  double weights = 0, limit = INFINITY;

  for (guint i = 0; i < n; i++)
    if (contributions[i].share == VB_SHARE_IN || (back && contributions[i].share == VB_SHARE_BACK))
      weights += contributions[i].weight;
  if (weights == 0)
    return 0;

  for (guint i = 0; i < n; i++)
    if (contributions[i].share == VB_SHARE_IN || (back && contributions[i].share == VB_SHARE_BACK))
      limit = fmin (limit, number_of (&contributions[i]) * weights / contributions[i].weight);

  return limit;
}

static gboolean
are_all (const VbContribution *contributions, guint n)
{
  for (guint i = 0; i < n; i++)
    if (isnan (number_of (&contributions[i])))
      return FALSE;

  return n > 0;
}

static double
total (const VbContribution *contributions, guint n, gboolean weighted)
{
  double sum = 0;

  for (guint i = 0; i < n; i++)
    sum += number_of (&contributions[i]) * (weighted ? contributions[i].weight : 1);

  return sum;
}

static double
total_weight (const VbContribution *contributions, guint n)
{
  double sum = 0;

  for (guint i = 0; i < n; i++)
    sum += contributions[i].weight;

  return sum;
}

static double
compute (guint item, VbMerge rule, const VbContribution *contributions, guint n)
{
  if (!are_all (contributions, n))
    return NAN;

  switch (rule) {
  case VB_MERGE_WEIGHTED:
    return total (contributions, n, TRUE) / total_weight (contributions, n);
  case VB_MERGE_MEAN:
    return total (contributions, n, FALSE) / n;
  case VB_MERGE_SHARE:
    return fmin (
        fmin (shared_limit (contributions, n, FALSE), shared_limit (contributions, n, TRUE)),
        vb_item (item)->field->maximum);
  case VB_MERGE_SUM:
  case VB_MERGE_SUM_SENT:
  default:
    return total (contributions, n, FALSE);
  }
}

gboolean
vb_merge (guint item, VbMerge rule, const VbContribution *contributions, guint n, VbSample *merged)
{
  switch (rule) {
  case VB_MERGE_MIN:
  case VB_MERGE_MAX:
    set_extreme (contributions, n, rule == VB_MERGE_MAX ? 1 : -1, TRUE, merged);
    break;
  case VB_MERGE_WORST:
  case VB_MERGE_ANY:
  case VB_MERGE_ALL:
    set_extreme (contributions, n, rule == VB_MERGE_ALL ? -1 : 1, FALSE, merged);
    break;
  case VB_MERGE_FIRST:
    set_first (contributions, n, merged);
    break;
  default:
    return set_number (item, compute (item, rule, contributions, n), oldest (contributions, n),
                       merged);
  }

  return TRUE;
}
