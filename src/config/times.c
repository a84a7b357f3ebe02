#include "times.h"

#include "keys.h"

/* How many times older than late a battery is when it becomes stale, as it is by default. */
#define RATIO (VB_STALE_AFTER / VB_WARN_AFTER)

static gboolean
is_set (GKeyFile *file, const char *group, const char *key)
{
  return g_key_file_has_key (file, group, key, NULL);
}

/* The limit of @key's range that is nearest to @time. */
static gint64
within (const char *key, gint64 time)
{
  const VbKey *row = vb_key_find (VB_KEY_GROUP_BATTERY, key);

  return CLAMP (time, (gint64)(row->minimum * G_USEC_PER_SEC),
                (gint64)(row->maximum * G_USEC_PER_SEC));
}

void
vb_config_times_follow (VbBatteryLive *live, GKeyFile *file, const char *group)
{
  VbFreshness *times = &live->freshness;
  const gboolean warn = is_set (file, group, "warn-after");
  const gboolean stale = is_set (file, group, "stale-after");
  const gboolean drop = is_set (file, group, "drop-after");
  const gboolean leave = is_set (file, group, "leave-after");

  /* Up the ladder, and then down it where what comes later was set earlier. */
  if (!stale && times->stale_after <= times->warn_after)
    times->stale_after = within ("stale-after", times->warn_after * RATIO);
  if (!drop)
    times->drop_after = within ("drop-after", MAX (times->drop_after, times->stale_after));
  if (!leave)
    times->leave_after = MAX (times->leave_after, times->drop_after);

  if (!drop)
    times->drop_after = MIN (times->drop_after, times->leave_after);
  if (!stale)
    times->stale_after = MIN (times->stale_after, times->drop_after);
  if (!warn && times->warn_after >= times->stale_after)
    times->warn_after = within ("warn-after", times->stale_after / RATIO);

  if (!is_set (file, group, "optional-after"))
    live->optional_after = MAX (live->optional_after, times->stale_after);
}
