#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * VbVenusSettings:
 *
 * What com.victronenergy.settings keeps of one device on one connection: its class and instance,
 * and the name that its owner gave it. It asks again, ever more slowly, until settings answers, and
 * anew when settings returns. See docs/venus.md, "Names and instances".
 */
typedef struct _VbVenusSettings VbVenusSettings;

/** What the owner is asked and told, each from the main loop. */
typedef struct
{
  /* The instance to ask for. @first: none is kept yet, so this one will be; -1: it cannot be told
     yet, and settings are asked again later. */
  int (*preferred) (gboolean first, gpointer user_data);

  /* Settings has told the instance. @is_new: it has just been given, and nobody has met it yet.
     Told again when settings returns. The owner may free the settings in answer. */
  void (*added) (int instance, gboolean is_new, gpointer user_data);

  /* The instance was changed there, as in the GUI. The same. */
  void (*instance_changed) (int instance, gpointer user_data);

  /* The name that is kept there: when settings first tells it, when it was changed there, and the
     one that stays where another was refused. */
  void (*name_changed) (const char *name, gpointer user_data);
} VbVenusSettingsEvents;

/**
 * Looks for settings on @connection.
 *
 * @id: the device's id there, `httpbattery_NAME`
 * @name: the name, used where none is kept yet
 *
 * @events must stay. Free with vb_venus_settings_free().
 */
VbVenusSettings *vb_venus_settings_new (GDBusConnection *connection,
                                        const char *id,
                                        const char *name,
                                        const VbVenusSettingsEvents *events,
                                        gpointer user_data);
void vb_venus_settings_free (VbVenusSettings *settings);

/** Stores @name: at once, or as soon as settings is there. */
void vb_venus_settings_store_name (VbVenusSettings *settings, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbVenusSettings, vb_venus_settings_free)

G_END_DECLS
