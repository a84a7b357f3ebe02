#define G_LOG_DOMAIN "history"

#include "history-keeper.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "history-file.h"

#define LAST_SAVE_SECONDS 5

/* One battery's file. */
typedef struct
{
  VbBattery *battery;
  char *path;
  VbCounters saved;             /* what was last handed to the thread */
  VbCounters idle;              /* what was counted before, where nothing is counted now */
  gint64 read;                  /* when that was read, µs; 0: there is none */
  VbProgrammeMemory remembered; /* as it was at 0 of the clock; what was last handed over */
  gboolean begun;               /* something was */
  gboolean failed;              /* and did not come to the disk */

  /* Of the thread, one job at a time. */
  char *text;
  char *failure; /* what was last told of it */
} Kept;

struct _VbHistoryKeeper
{
  GPtrArray *batteries;
  GPtrArray *kept; /* of Kept */
  GThreadPool *pool;
  guint first;  /* as asked for, s */
  guint period; /* the same */
  guint timer;
  guint first_timer; /* until each of them has been saved once; 0: they have */

  GMutex mutex;
  GCond done;
  guint n_jobs; /* under way */
};

static gint64
wall_clock (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

/* Told once for each change of situation. */
static void
tell (Kept *kept, const GError *error)
{
  const char *failure = error != NULL ? error->message : NULL;

  if (g_strcmp0 (failure, kept->failure) == 0)
    return;

  if (failure != NULL)
    g_message ("%s; the counters are not kept", failure);
  else
    g_message ("%s is kept again", kept->path);
  g_free (kept->failure);
  kept->failure = g_strdup (failure);
}

static void
save_in_thread (gpointer data, gpointer user_data)
{
  VbHistoryKeeper *keeper = user_data;
  Kept *kept = data;
  g_autoptr (GError) error = NULL;

  vb_history_file_replace (kept->path, kept->text, &error);
  tell (kept, error);

  g_mutex_lock (&keeper->mutex);
  keeper->n_jobs--;
  kept->failed = error != NULL;
  g_cond_signal (&keeper->done);
  g_mutex_unlock (&keeper->mutex);
}

static gboolean
has_history (const Kept *kept)
{
  return vb_battery_config (kept->battery)->fixed.history;
}

static gboolean
has_memory (const Kept *kept)
{
  return vb_programme_needs_memory (&vb_battery_config (kept->battery)->live.rules);
}

/* Whether there is something new to save. */
static gboolean
has_changed (const Kept *kept)
{
  const VbCounters *counters = &vb_battery_computed (kept->battery)->history.counters;
  const VbProgrammeMemory memory = vb_battery_memory (kept->battery, 0);

  /* NANs among them are equal by their bytes. */
  /* NOLINTBEGIN(bugprone-suspicious-memory-comparison) */
  return kept->failed
         || (has_history (kept) && memcmp (&kept->saved, counters, sizeof kept->saved) != 0)
         || (has_memory (kept) && memcmp (&kept->remembered, &memory, sizeof memory) != 0);
  /* NOLINTEND(bugprone-suspicious-memory-comparison) */
}

/* The counters as they are at @now; FALSE where there are none. */
static gboolean
find_counters (const Kept *kept, gint64 now, VbCounters *counters)
{
  const gint64 since
      = has_history (kept)
            ? now - vb_history_uncounted (&vb_battery_computed (kept->battery)->history, now)
            : kept->read;

  *counters
      = has_history (kept) ? vb_battery_computed (kept->battery)->history.counters : kept->idle;
  counters->since_full += (double)(now - since) / G_USEC_PER_SEC;

  return has_history (kept) || kept->read != 0;
}

static void
save (gpointer data, gpointer user_data)
{
  VbHistoryKeeper *keeper = user_data;
  Kept *kept = data;
  const gint64 now = vb_clock_now ();
  const VbProgrammeMemory memory = vb_battery_memory (kept->battery, now);
  VbCounters counters;
  gboolean counted;

  if (!has_changed (kept))
    return;

  counted = find_counters (kept, now, &counters);
  kept->saved = vb_battery_computed (kept->battery)->history.counters;
  kept->remembered = vb_battery_memory (kept->battery, 0);
  kept->begun = TRUE;
  kept->failed = FALSE;
  g_free (kept->text);
  kept->text = vb_history_file_write (vb_battery_config (kept->battery)->fixed.name,
                                      counted ? &counters : NULL,
                                      has_memory (kept) ? &memory : NULL, wall_clock ());
  keeper->n_jobs++;
  g_thread_pool_push (keeper->pool, kept, NULL);
}

static void
save_first (gpointer data, gpointer user_data)
{
  if (!((Kept *)data)->begun)
    save (data, user_data);
}

/* While a disk takes its time, no more is asked of it. */
static void
save_all (VbHistoryKeeper *keeper, GFunc save_one)
{
  g_mutex_lock (&keeper->mutex);
  if (keeper->n_jobs == 0)
    g_ptr_array_foreach (keeper->kept, save_one, keeper);
  g_mutex_unlock (&keeper->mutex);
}

static gboolean
on_timer (gpointer user_data)
{
  save_all (user_data, save);

  return G_SOURCE_CONTINUE;
}

/* Who tries it out, and pulls the plug, is to find something. */
static gboolean
on_first_timer (gpointer user_data)
{
  VbHistoryKeeper *keeper = user_data;

  save_all (keeper, save_first);
  for (guint i = 0; i < keeper->kept->len; i++) {
    const Kept *kept = g_ptr_array_index (keeper->kept, i);

    if (!kept->begun && (has_history (kept) || has_memory (kept)))
      return G_SOURCE_CONTINUE;
  }

  keeper->first_timer = 0;

  return G_SOURCE_REMOVE;
}

/* A file that nothing is to be kept in is let be. */
static void
set_aside (const Kept *kept, const char *reason)
{
  g_autofree char *aside = g_strconcat (kept->path, ".bad", NULL);

  if (!has_history (kept) && !has_memory (kept))
    return;

  if (g_rename (kept->path, aside) == 0)
    g_message ("%s is set aside as %s, counting anew: %s", kept->path, aside, reason);
  else
    g_message ("%s cannot be set aside, counting anew: %s", kept->path, reason);
}

static void
read_file (Kept *kept, VbBattery *battery)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL, *lacks = NULL;
  VbCounters counters;
  VbProgrammeMemory memory;

  if (!g_file_get_contents (kept->path, &text, NULL, &error)) {
    if (!g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
      set_aside (kept, error->message);
    return;
  }

  if (!vb_history_file_read (text, vb_battery_config (battery)->fixed.name, wall_clock (),
                             &counters, &memory, &lacks, &error)) {
    set_aside (kept, error->message);
    return;
  }

  if (lacks != NULL && has_history (kept))
    g_message ("%s lacks %s: what it lacks is counted anew, the rest goes on", kept->path, lacks);
  vb_battery_recall (battery, &memory, vb_clock_now ());
  if (has_history (kept))
    vb_battery_set_counters (battery, &counters, vb_clock_now ());
  else {
    kept->idle = counters;
    kept->read = vb_clock_now ();
  }

  /* One that has been there before is not saved before it changes. */
  if (!isnan (memory.since_full))
    kept->remembered = vb_battery_memory (battery, 0);
}

static void
kept_free (gpointer data)
{
  Kept *kept = data;

  g_free (kept->path);
  g_free (kept->text);
  g_free (kept->failure);
  g_free (kept);
}

static void
keep (VbHistoryKeeper *keeper, VbBattery *battery, const char *folder)
{
  g_autofree char *name = g_strconcat (vb_battery_config (battery)->fixed.name, ".history", NULL);
  Kept *kept = g_new0 (Kept, 1);

  kept->battery = battery;
  kept->remembered = (VbProgrammeMemory){ NAN, NAN };
  kept->path = g_build_filename (folder, name, NULL);
  read_file (kept, battery);
  kept->saved = vb_battery_computed (battery)->history.counters;
  g_ptr_array_add (keeper->kept, kept);
}

VbHistoryKeeper *
vb_history_keeper_new (GPtrArray *batteries, const char *folder, guint first, guint period)
{
  VbHistoryKeeper *keeper = g_new0 (VbHistoryKeeper, 1);

  g_return_val_if_fail (folder != NULL, NULL);

  keeper->batteries = g_ptr_array_ref (batteries);
  keeper->kept = g_ptr_array_new_with_free_func (kept_free);
  g_mutex_init (&keeper->mutex);
  g_cond_init (&keeper->done);
  for (guint i = 0; i < batteries->len; i++)
    keep (keeper, g_ptr_array_index (batteries, i), folder);
  keeper->first = first;
  keeper->period = period;
  vb_history_keeper_look (keeper);

  return keeper;
}

/* Where nothing is kept, nothing wakes the process up. */
void
vb_history_keeper_look (VbHistoryKeeper *keeper)
{
  gboolean keeps = FALSE;

  for (guint i = 0; i < keeper->kept->len; i++) {
    const Kept *kept = g_ptr_array_index (keeper->kept, i);

    keeps = keeps || has_history (kept) || has_memory (kept);
  }
  if (!keeps || keeper->pool != NULL)
    return;

  keeper->pool = g_thread_pool_new (save_in_thread, keeper, 1, FALSE, NULL);
  keeper->timer = g_timeout_add_seconds (keeper->period, on_timer, keeper);
  keeper->first_timer = g_timeout_add_seconds (keeper->first, on_first_timer, keeper);
}

/* Returns whether every job has come to its end by @deadline. */
static gboolean
wait_for_disk (VbHistoryKeeper *keeper, gint64 deadline)
{
  gboolean in_time = TRUE;

  g_mutex_lock (&keeper->mutex);
  while (keeper->n_jobs > 0 && in_time)
    in_time = g_cond_wait_until (&keeper->done, &keeper->mutex, deadline);
  g_mutex_unlock (&keeper->mutex);

  return in_time;
}

static gboolean
save_last (VbHistoryKeeper *keeper)
{
  const gint64 deadline = g_get_monotonic_time () + LAST_SAVE_SECONDS * G_USEC_PER_SEC;

  if (!wait_for_disk (keeper, deadline))
    return FALSE;
  save_all (keeper, save);

  return wait_for_disk (keeper, deadline);
}

void
vb_history_keeper_free (VbHistoryKeeper *keeper)
{
  g_clear_handle_id (&keeper->timer, g_source_remove);
  g_clear_handle_id (&keeper->first_timer, g_source_remove);
  if (keeper->pool != NULL && !save_last (keeper)) {
    /* What the thread still works with has to stay; the process is about to end. */
    g_message ("the disk does not answer; the last counters are not kept");
    return;
  }
  if (keeper->pool != NULL)
    g_thread_pool_free (keeper->pool, FALSE, TRUE);

  g_ptr_array_unref (keeper->kept);
  g_ptr_array_unref (keeper->batteries);
  g_mutex_clear (&keeper->mutex);
  g_cond_clear (&keeper->done);
  g_free (keeper);
}
