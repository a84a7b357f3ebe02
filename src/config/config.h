#pragma once

#include "types.h"

G_BEGIN_DECLS

/** Where is listened by default; the second only where the machine has it. */
extern const char *const vb_config_default_listen[];

/** There where the machine is a Venus device. */
#define VB_VENUS_FOLDER "/opt/victronenergy"

/**
 * The configuration that is read where none is named: the first of /data/conf/dbus-virtual-battery.ini
 * and /etc/dbus-virtual-battery.ini that exists, or NULL.
 */
const char *vb_config_find_file (void);

/**
 * Reads a configuration.
 *
 * @file: a path; NULL: vb_config_find_file(), or the defaults where there is none
 * @listen: addresses that take the place of those in the file, or NULL
 *
 * Returns: NULL with an error in VB_CONFIG_ERROR that names file, group, key, value and what is
 * allowed. Free with vb_config_free().
 */
VbConfig *vb_config_load (const char *file, const char *const *listen, GError **error);
void vb_config_free (VbConfig *config);

/** The battery @name, or NULL. */
const VbBatteryConfig *vb_config_battery (const VbConfig *config, const char *name);

/**
 * The names of the keys that differ between @old and @new and cannot change while running, as
 * `[http] listen`. Free with g_strfreev().
 */
char **vb_config_unchangeable (const VbConfig *old, const VbConfig *new);

/** Appends every key as a Markdown document: what --list-keys prints. */
void vb_config_to_markdown (GString *markdown);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbConfig, vb_config_free)

G_END_DECLS
