#pragma once

#include "capture.h"

G_BEGIN_DECLS

/**
 * VbCaptureFile:
 *
 * Writes a capture into a file as it comes, in a thread of its own: a slow disk keeps nobody
 * waiting. A file that has become long is called FILE.1, the one before it FILE.2, up to FILE.7;
 * each of them is a capture by itself.
 */
typedef struct _VbCaptureFile VbCaptureFile;

/** Length at which another file is begun, in bytes. */
#define VB_CAPTURE_FILE_SIZE (32 * 1024 * 1024)

/**
 * Begins @path anew; what was there becomes FILE.1.
 *
 * @size: as VB_CAPTURE_FILE_SIZE
 *
 * Returns: NULL with an error in G_FILE_ERROR that names the file
 */
VbCaptureFile *
vb_capture_file_new (VbCapture *capture, const char *path, gsize size, GError **error);

/** Writes what is still to be written, and closes. To be called before @capture is freed. */
void vb_capture_file_free (VbCaptureFile *file);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbCaptureFile, vb_capture_file_free)

G_END_DECLS
