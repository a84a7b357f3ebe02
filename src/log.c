#include "log.h"

#include <string.h>

#include "base/shown.h"

static gboolean muted;

static gboolean
is_fine (const char *message)
{
  return strlen (message) <= VB_LOG_MESSAGE_MAX && g_utf8_validate (message, -1, NULL)
         && vb_shown_find_control (message) == 0;
}

static GLogWriterOutput
write_shown (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  g_autofree GLogField *shown = g_memdup (fields, (guint)(n_fields * sizeof *fields));
  g_autofree char *message = NULL;

  if (muted && level > G_LOG_LEVEL_WARNING)
    return G_LOG_WRITER_HANDLED;

  /* A message of a given length is a text, too, but not one of ours. */
  for (gsize i = 0; i < n_fields; i++)
    if (message == NULL && g_str_equal (fields[i].key, "MESSAGE") && fields[i].length < 0
        && !is_fine (fields[i].value)) {
      message = vb_shown (fields[i].value, VB_LOG_MESSAGE_MAX);
      shown[i].value = message;
    }

  return g_log_writer_default (level, shown, n_fields, user_data);
}

void
vb_log_begin (void)
{
  g_log_set_writer_func (write_shown, NULL, NULL);
}

void
vb_log_mute (void)
{
  muted = TRUE;
}
