#pragma once

#include "config.h"
#include "error.h"

G_BEGIN_DECLS

/** There where the machine is a Venus device. */
#define VB_VENUS_FOLDER "/opt/victronenergy"

/**
 * The configuration that is read where none is named: the first of
 * /data/conf/dbus-virtual-battery.ini and /etc/dbus-virtual-battery.ini that exists, or NULL.
 */
const char *vb_config_load_find_file (void);

/**
 * The same for who has read @used (NULL: none) already: @used where that is there no more, so that
 * reading it fails and nothing is taken for a configuration that is none.
 */
const char *vb_config_load_find_again (const char *used);

/**
 * Reads a configuration, and checks it.
 *
 * @file: a path; NULL: vb_config_load_find_file(), or the defaults where there is none
 * @listen: addresses that take the place of those in the file, or NULL
 *
 * Returns: NULL with an error in VB_CONFIG_ERROR that names file, group, key, value and what is
 * allowed. Free with vb_config_free().
 */
VbConfig *vb_config_load (const char *file, const char *const *listen, GError **error);

/** Reads @text, as of config->portable, in the same way; @where: where it stands, for errors. */
VbConfig *vb_config_load_portable (const char *where, const char *text, GError **error);

/** Reads what @file says of batteries, in the same way. What it says of a machine is not read: its
    token may be elsewhere, its addresses taken. */
VbConfig *vb_config_load_batteries (const char *file, GError **error);

G_END_DECLS
