#pragma once

#include "field.h"

G_BEGIN_DECLS

/** Appends the settable fields as a Markdown document: what --list-fields prints. */
void vb_field_markdown_append (GString *markdown);

G_END_DECLS
