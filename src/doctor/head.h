#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * Appends what a reader of a bug report has to know first: program, machine, Venus version, and the
 * configuration without anything that could be a secret.
 *
 * @config_file: NULL: there is none
 */
void vb_head_append (const char *config_file, GString *text);

/** Appends the lines of a configuration file that set something. The value of a key that does not
    exist is left out, because it could be a secret. */
void vb_head_show_config (const char *config, GString *text);

G_END_DECLS
