#define G_LOG_DOMAIN "capture"

#include "capture-file.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

/* Old files beside the one that is written. */
#define N_OLD 7

/* So much may wait for the disk; what comes then is lost, with a line in the log. */
#define WAITING_MAX (4 * 1024 * 1024)

/* Something for the thread to do. */
typedef struct
{
  char *text; /* to be written; NULL: the end */
  gsize length;
  gboolean begins; /* a file of its own */
} Job;

struct _VbCaptureFile
{
  VbCapture *capture;
  char *path;
  gsize size;
  gsize written; /* to the present file, or waiting to be */
  gint waiting;  /* bytes, atomic */
  gboolean lost; /* something was, and it has been said */
  GAsyncQueue *jobs;
  GThread *thread;

  /* Of the thread. */
  FILE *file;
  gboolean failed; /* and it has been said */
};

static void
job_free (gpointer data)
{
  Job *job = data;

  g_free (job->text);
  g_free (job);
}

static void
tell_failed (VbCaptureFile *file)
{
  if (!file->failed)
    g_message ("%s: %s; nothing more is captured into it", file->path, g_strerror (errno));
  file->failed = TRUE;
}

/* What is not there cannot be renamed, and need not be. */
static void
move_old (const VbCaptureFile *file)
{
  for (guint i = N_OLD; i > 0; i--) {
    g_autofree char *to = g_strdup_printf ("%s.%u", file->path, i);
    g_autofree char *from
        = i > 1 ? g_strdup_printf ("%s.%u", file->path, i - 1) : g_strdup (file->path);

    g_rename (from, to);
  }
}

static gboolean
begin_file (VbCaptureFile *file)
{
  g_clear_pointer (&file->file, fclose);
  move_old (file);
  file->file = g_fopen (file->path, "we");

  return file->file != NULL;
}

static void
do_job (VbCaptureFile *file, const Job *job)
{
  const gboolean is_last = g_async_queue_length (file->jobs) <= 0;

  g_atomic_int_add (&file->waiting, -(gint)job->length);
  if (file->failed)
    return;

  if ((job->begins && !begin_file (file))
      || fwrite (job->text, 1, job->length, file->file) != job->length
      || (is_last && fflush (file->file) != 0))
    tell_failed (file);
}

static gpointer
run (gpointer data)
{
  VbCaptureFile *file = data;

  for (;;) {
    Job *job = g_async_queue_pop (file->jobs);
    const gboolean is_end = job->text == NULL;

    if (!is_end)
      do_job (file, job);
    job_free (job);
    if (is_end)
      return NULL;
  }
}

static void
push (VbCaptureFile *file, const char *text, gsize length, gboolean begins)
{
  Job *job = g_new (Job, 1);

  job->text = g_strndup (text, length);
  job->length = length;
  job->begins = begins;
  g_atomic_int_add (&file->waiting, (gint)length);
  g_async_queue_push (file->jobs, job);
}

/* @begins: a file of its own */
static void
push_head (VbCaptureFile *file, gboolean begins)
{
  g_autoptr (GString) head = g_string_new (NULL);

  vb_capture_write_head (file->capture, vb_clock_now (), head);
  file->written = head->len;
  push (file, head->str, head->len, begins);
}

static void
on_line (const char *line, gsize length, gpointer user_data)
{
  VbCaptureFile *file = user_data;

  if (g_atomic_int_get (&file->waiting) + (gint)length > WAITING_MAX) {
    if (!file->lost)
      g_message ("%s: the disk is too slow; lines of the capture are lost", file->path);
    file->lost = TRUE;
    return;
  }

  file->lost = FALSE;
  if (file->written + length > file->size)
    push_head (file, TRUE);
  file->written += length;
  push (file, line, length, FALSE);
}

VbCaptureFile *
vb_capture_file_new (VbCapture *capture, const char *path, gsize size, GError **error)
{
  g_autofree VbCaptureFile *file = g_new0 (VbCaptureFile, 1);

  file->path = g_strdup (path);
  if (!begin_file (file)) {
    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "%s: %s", path,
                 g_strerror (errno));
    g_free (file->path);
    return NULL;
  }

  file->capture = capture;
  file->size = size;
  file->jobs = g_async_queue_new_full (job_free);
  file->thread = g_thread_new ("capture", run, file);
  push_head (file, FALSE);
  vb_capture_follow (capture, on_line, file);

  return g_steal_pointer (&file);
}

void
vb_capture_file_free (VbCaptureFile *file)
{
  vb_capture_follow (file->capture, NULL, NULL);
  g_async_queue_push (file->jobs, g_new0 (Job, 1));
  g_thread_join (file->thread);
  g_clear_pointer (&file->file, fclose);
  g_async_queue_unref (file->jobs);
  g_free (file->path);
  g_free (file);
}
