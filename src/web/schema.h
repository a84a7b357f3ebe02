#pragma once

#include "json/writer.h"

G_BEGIN_DECLS

/**
 * Writes the JSON Schema (2020-12) of a record, made from the field table: every field in its three
 * spellings, with unit, range, group and description.
 *
 * @refs: where the definitions of the fields stand, as `#/$defs/`
 * @is_document: whether it stands alone, and has `$schema` and `$id`
 */
void vb_schema_write (VbJsonWriter *json, const char *refs, gboolean is_document);

G_END_DECLS
