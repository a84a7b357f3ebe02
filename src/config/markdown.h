#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Appends every key as a Markdown document: what --list-keys prints. */
void vb_config_markdown_append (GString *markdown);

G_END_DECLS
