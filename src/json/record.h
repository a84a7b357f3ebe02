#pragma once

#include "core/record.h"

G_BEGIN_DECLS

/**
 * VbRecordReader:
 *
 * Reads a record from JSON in any mixture of the three spellings of design §2 (flat names, D-Bus
 * paths, nested objects). Made once and used for every body.
 */
typedef struct _VbRecordReader VbRecordReader;

VbRecordReader *vb_record_reader_new (void);
void vb_record_reader_free (VbRecordReader *reader);

/**
 * Reads @length bytes at @body into @record, which is reset first. What is well-formed JSON and wrong
 * all the same goes to record->errors (422).
 *
 * Returns: FALSE where the body is not JSON at all (400), with an error in VB_JSON_CHECK_ERROR that
 * names line and column
 */
gboolean vb_record_reader_read (
    VbRecordReader *reader, const char *body, gsize length, VbRecord *record, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbRecordReader, vb_record_reader_free)

G_END_DECLS
