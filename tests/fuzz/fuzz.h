#pragma once

/* What the fuzz targets share. A target is one file with one LLVMFuzzerTestOneInput(); libFuzzer or
   replay.c brings the main(). A broken property ends the process, as does every warning of GLib. */

#include <glib.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize (int *argc, char ***argv);
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static inline GLogWriterOutput
fuzz_write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  if (level & (G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO | G_LOG_LEVEL_DEBUG))
    return G_LOG_WRITER_HANDLED;

  g_log_writer_default (level, fields, n_fields, user_data);
  abort (); /* GLib would stop as for a debugger, and libFuzzer keeps no input then */
}

/* To be called from LLVMFuzzerInitialize(). */
static inline void
fuzz_prepare (void)
{
  g_log_set_writer_func (fuzz_write_log, NULL, NULL);
}

/* What is told to a person must be a text, and say something. */
static inline void
fuzz_assert_message (const char *message)
{
  g_assert_nonnull (message);
  g_assert_true (*message != '\0');
  g_assert_true (g_utf8_validate (message, -1, NULL));
}
