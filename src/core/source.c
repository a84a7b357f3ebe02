#include "source.h"

#define LOG_EVERY (60 * G_USEC_PER_SEC)

static void
set_text (char **text, const char *new_text)
{
  char *copy = g_strdup (new_text);

  g_free (*text);
  *text = copy;
}

static void
name_source (VbSource *source, const char *address, gint64 warn_after, gint64 now)
{
  const gboolean same = g_strcmp0 (source->named, address) == 0;

  if (!same && source->named_last != 0 && now - source->named_last < warn_after)
    return;

  source->named_last = now;
  if (same)
    return;
  set_text (&source->named, address);
  source->renamed = TRUE;
}

void
vb_source_set (VbSource *source, const char *address, gint64 warn_after, gint64 now)
{
  name_source (source, address, warn_after, now);
  if (g_strcmp0 (source->address, address) != 0)
    set_text (&source->address, address);
}

static void
note_to_log (VbSource *source, gint64 now)
{
  source->to_log = source->logged == 0 || now - source->logged >= LOG_EVERY;
  if (!source->to_log) {
    source->silent++;
    return;
  }

  source->unlogged = source->silent;
  source->logged = now;
  source->silent = 0;
}

void
vb_source_take (VbSource *source,
                const char *address,
                GPtrArray *errors,
                guint n_more,
                gint64 warn_after,
                gint64 now)
{
  source->records++;
  source->last = now;
  g_clear_pointer (&source->errors, g_ptr_array_unref);
  source->n_more = n_more;
  source->to_log = FALSE;
  if (errors->len > 0) {
    source->errors = g_ptr_array_ref (errors);
    note_to_log (source, now);
  }
  vb_source_set (source, address, warn_after, now);
}

void
vb_source_refuse (VbSource *source,
                  const char *address,
                  VbOutcome outcome,
                  GPtrArray *errors,
                  guint n_more,
                  gint64 warn_after,
                  gint64 now)
{
  VbRefusal *refusal = &source->refusal;

  source->refused++;
  refusal->time = now;
  refusal->outcome = outcome;
  set_text (&refusal->address, address);
  g_clear_pointer (&refusal->errors, g_ptr_array_unref);
  refusal->errors = errors;
  refusal->n_more = n_more;
  note_to_log (source, now);

  /* Who is refused does not stand for who is believed. */
  if (source->records == 0)
    vb_source_set (source, address, warn_after, now);
}

void
vb_source_copy (VbSource *copy, const VbSource *source)
{
  *copy = *source;
  copy->address = g_strdup (source->address);
  copy->named = g_strdup (source->named);
  copy->refusal = (VbRefusal){ 0 };
  copy->errors = NULL;
}

void
vb_source_clear (VbSource *source)
{
  g_free (source->address);
  g_free (source->named);
  g_free (source->refusal.address);
  g_clear_pointer (&source->refusal.errors, g_ptr_array_unref);
  g_clear_pointer (&source->errors, g_ptr_array_unref);
}
