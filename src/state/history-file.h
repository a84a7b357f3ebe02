#pragma once

#include "core/charge-programme.h"
#include "core/history.h"

G_BEGIN_DECLS

#define VB_HISTORY_FILE_ERROR vb_history_file_error_quark ()
GQuark vb_history_file_error_quark (void);

typedef enum
{
  VB_HISTORY_FILE_ERROR_FOREIGN, /* torn, changed by somebody, or of another battery or version */
} VbHistoryFileError;

/**
 * What a file keeps of the battery @name: a key file with a checksum.
 *
 * @counters: NULL: nothing is counted
 * @memory: of the programme of charge; NULL: none
 * @saved: wall-clock time, s
 *
 * Free with g_free().
 */
char *vb_history_file_write (const char *name,
                             const VbCounters *counters,
                             const VbProgrammeMemory *memory,
                             gint64 saved);

/**
 * Reads that again. The times since the last full charge go on from when they were saved until @now
 * (wall clock, s), unless one of the two clocks cannot be right. A counter that another version did
 * not know begins anew; a key that this one does not know is left out.
 *
 * @memory: what the file lacks of it is NAN; NULL where it is not wanted
 * @lacks: set to the counters that begin anew, as `drawn, consumed`, or NULL; free with g_free()
 *
 * Returns: FALSE with an error in VB_HISTORY_FILE_ERROR; nothing is touched then
 */
gboolean vb_history_file_read (const char *text,
                               const char *name,
                               gint64 now,
                               VbCounters *counters,
                               VbProgrammeMemory *memory,
                               char **lacks,
                               GError **error);

/**
 * Puts @text into the file @path, so that after a power cut the old or the new one is there, whole:
 * it is written beside it, synchronised, renamed, and the folder synchronised. Makes the folder.
 * Blocks for as long as the disk does.
 *
 * Returns: FALSE with a G_FILE_ERROR
 */
gboolean vb_history_file_replace (const char *path, const char *text, GError **error);

G_END_DECLS
