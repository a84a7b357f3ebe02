#pragma once

#include <glib.h>

#include "exit-status.h"

G_BEGIN_DECLS

/** The command line. Zero-initialised it is empty. */
typedef struct
{
  char *config;
  char *bus;
  char **listen;
  char *capture;
  char *simulate;
  gboolean table;
  gboolean check_config;
  gboolean doctor;
  gboolean list_fields;
  gboolean list_keys;
  gboolean verbose;
  gboolean version;
} VbOptions;

/**
 * Parses the command line into @options.
 *
 * Returns: FALSE with an error in G_OPTION_ERROR, or a G_IO_ERROR where --bus is no address
 */
gboolean vb_options_parse (VbOptions *options, int *argc, char ***argv, GError **error);

/**
 * Prints what @options ask to be printed: the version, the fields, the keys.
 *
 * Returns: whether that was all that was asked for; then @status is set
 */
gboolean vb_options_print (const VbOptions *options, VbExitStatus *status);

/** Frees what @options owns. */
void vb_options_clear (VbOptions *options);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (VbOptions, vb_options_clear)

G_END_DECLS
