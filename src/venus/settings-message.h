#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** What com.victronenergy.settings is asked, and how it answers (docs/venus.md, "Names and
    instances"). */

#define VB_SETTINGS_ERROR vb_settings_error_quark ()
GQuark vb_settings_error_quark (void);

typedef enum
{
  VB_SETTINGS_ERROR_REFUSED, /* an error code for one of the settings */
  VB_SETTINGS_ERROR_ANSWER,  /* an answer that cannot be understood */
} VbSettingsError;

/**
 * The arguments of AddSettings for the @n texts @defaults at @paths: each is taken where nothing is
 * kept yet (transfer floating).
 */
GVariant *
vb_settings_message_add_arguments (const char *const *paths, const char *const *defaults, guint n);

/**
 * Reads the answer @reply to that call: the texts that are kept, in the order of @paths.
 *
 * Returns: NULL with an error in VB_SETTINGS_ERROR that names the setting; free with g_strfreev()
 */
char **
vb_settings_message_read_added (GVariant *reply, const char *const *paths, guint n, GError **error);

/** The text in @boxed, an item's value, or NULL where it is none. Free with g_free(). */
char *vb_settings_message_text (GVariant *boxed);

/** What is kept for a battery with @instance: `battery:100`. */
char *vb_settings_message_class_and_instance (int instance);

/** Reads that again. Returns: whether @text was of that form and @instance was set */
gboolean vb_settings_message_parse_instance (const char *text, int *instance);

G_END_DECLS
