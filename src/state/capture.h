#pragma once

#include "core/battery.h"

G_BEGIN_DECLS

/**
 * VbCapture:
 *
 * What came for the batteries and what became of it, as it is written into a capture: JSON Lines,
 * one line for each record, DELETE, state and configuration, on the clock of the batteries. It
 * keeps the latest ones in memory, and nothing on the disk. Addresses and tokens are left out.
 */
typedef struct _VbCapture VbCapture;

/** How many bytes of memory it takes at most. */
#define VB_CAPTURE_SIZE (2 * 1024 * 1024)

/** Listens to @batteries (of VbBattery; referenced). @configuration: what it says of batteries, as
    config/portable has it. Free with vb_capture_free(). */
VbCapture *vb_capture_new (GPtrArray *batteries, const char *configuration);
void vb_capture_free (VbCapture *capture);

/** The configuration was read again at @now. */
void vb_capture_configured (VbCapture *capture, const char *configuration, gint64 now);

/** From now on what @secret says is left out of what is written: a token. NULL: nothing more. It
    goes on for those of before. */
void vb_capture_hide (VbCapture *capture, const char *secret);

/** Called for each line as it comes, its line feed with it. */
typedef void (*VbCaptureFunc) (const char *line, gsize length, gpointer user_data);

/** Has @func called for each line as it comes; NULL: for none. */
void vb_capture_follow (VbCapture *capture, VbCaptureFunc func, gpointer user_data);

/** Appends the first line of a capture that begins at @now. */
void vb_capture_write_head (const VbCapture *capture, gint64 now, GString *text);

/** Appends the whole capture to @text. Returns: how far back (µs) it goes at @now; 0: nothing came
    yet */
gint64 vb_capture_write (const VbCapture *capture, gint64 now, GString *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbCapture, vb_capture_free)

G_END_DECLS
