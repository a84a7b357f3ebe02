#pragma once

#include "core/record.h"

G_BEGIN_DECLS

/**
 * VbJsonRecord:
 *
 * Reads a record from JSON in any mixture of three spellings: flat names, D-Bus paths, nested
 * objects. Made once and used for every body.
 */
typedef struct _VbJsonRecord VbJsonRecord;

VbJsonRecord *vb_json_record_new (void);
void vb_json_record_free (VbJsonRecord *reader);

/**
 * Reads @length bytes at @body into @record, which is reset first. What is well-formed JSON and
 * wrong as a record goes to record->errors.
 *
 * Returns: FALSE where the body is not JSON at all, with an error in VB_JSON_READER_ERROR that
 * names line and column
 */
gboolean vb_json_record_read (
    VbJsonRecord *reader, const char *body, gsize length, VbRecord *record, GError **error);

/** The names under which a list of cells may stand; NULL ends them. */
const char *const *vb_json_record_lists (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbJsonRecord, vb_json_record_free)

G_END_DECLS
