#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define VB_CAPTURE_READER_ERROR vb_capture_reader_error_quark ()
GQuark vb_capture_reader_error_quark (void);

typedef enum
{
  VB_CAPTURE_READER_ERROR_LINE,   /* is no line of a capture */
  VB_CAPTURE_READER_ERROR_FORMAT, /* of a format that is not known here */
} VbCaptureReaderError;

/** What one line of a capture says; members that it does not have are NULL, or 0. */
typedef struct
{
  gint64 format; /* of the first line: the number of the format */
  gint64 time;   /* µs of a clock of its own */
  gint64 sender;
  gint64 status;   /* the number of what became of it, as vb_intake_status() */
  GString *moment; /* of the first line: the same in UTC, ISO 8601 */
  GString *battery;
  GString *part;       /* of it; empty: what came is not of a part */
  GString *method;     /* POST, PUT, DELETE; empty: nothing came */
  GString *body;       /* as it came, whatever bytes */
  gboolean configures; /* it has a configuration, which may be empty */
  GString *configuration;
} VbCaptureEntry;

/** VbCaptureReader: reads the lines of a capture, one after the other (state/capture-line). */
typedef struct _VbCaptureReader VbCaptureReader;

VbCaptureReader *vb_capture_reader_new (void);
void vb_capture_reader_free (VbCaptureReader *reader);

/**
 * Reads one line of @length bytes, with its line feed or without.
 *
 * Returns: what it says, valid until the next one; NULL with an error in VB_CAPTURE_READER_ERROR
 */
const VbCaptureEntry *
vb_capture_reader_read (VbCaptureReader *reader, const char *line, gsize length, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbCaptureReader, vb_capture_reader_free)

G_END_DECLS
