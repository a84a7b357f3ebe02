#define G_LOG_DOMAIN "settings"

#include "settings.h"

#include "bus/filter.h"
#include "bus/retry.h"
#include "settings-message.h"

#define SETTINGS "com.victronenergy.settings"
#define SETTINGS_INTERFACE "com.victronenergy.Settings"

#define CALL_MILLISECONDS 5000

/* What is kept there of a device. */
enum
{
  INSTANCE,
  NAME,
  N_KEPT
};

static const char *const leaves[N_KEPT] = { "ClassAndVrmInstance", "CustomName" };

struct _VbVenusSettings
{
  GDBusConnection *connection;
  char *paths[N_KEPT + 1];
  char *name; /* as it is kept there; until settings has told it, the one to begin with */
  const VbVenusSettingsEvents *events;
  gpointer user_data;

  guint name_watch;
  char *owner; /* of the bus name; NULL while settings is not there */
  GCancellable *cancellable;
  guint subscriptions[N_KEPT];
  VbBusRetry retry;
  gboolean is_new; /* settings had nothing of the device when it was asked */
  gboolean added;

  char *wanted;  /* a name that is still to be stored, or NULL */
  char *storing; /* one that is under way, or NULL */
};

static void
call (VbVenusSettings *settings,
      const char *path,
      const char *interface,
      const char *method,
      GVariant *arguments,
      GAsyncReadyCallback done)
{
  g_dbus_connection_call (settings->connection, settings->owner, path, interface, method, arguments,
                          NULL, G_DBUS_CALL_FLAGS_NONE, CALL_MILLISECONDS, settings->cancellable,
                          done, settings);
}

/* Cancelled means that settings has gone, or the device is freed: nothing is to be touched then. */
static GVariant *
finish (GObject *source, GAsyncResult *result, gboolean *cancelled, GError **error)
{
  g_autoptr (GError) failed = NULL;
  GVariant *reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &failed);

  *cancelled = g_error_matches (failed, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  if (reply == NULL)
    g_propagate_error (error, g_steal_pointer (&failed));

  return reply;
}

static void
adopt_name (VbVenusSettings *settings, const char *name)
{
  g_free (settings->name);
  settings->name = g_strdup (name);
  settings->events->name_changed (settings->name, settings->user_data);
}

static void
on_stored (GObject *source, GAsyncResult *result, gpointer user_data)
{
  VbVenusSettings *settings = user_data;
  g_autoptr (GError) error = NULL;
  gboolean cancelled;
  g_autoptr (GVariant) reply = finish (source, result, &cancelled, &error);
  g_autofree char *stored = NULL;
  gint32 code = -1;

  if (cancelled)
    return;

  stored = g_steal_pointer (&settings->storing);
  if (reply != NULL && g_variant_is_of_type (reply, G_VARIANT_TYPE ("(i)")))
    g_variant_get (reply, "(i)", &code);

  if (code == 0) {
    g_free (settings->name);
    settings->name = g_steal_pointer (&stored);
  } else
    g_message ("%s: %s is not stored: %s", settings->paths[NAME], stored,
               error != NULL ? error->message : "refused");

  if (settings->wanted != NULL)
    vb_venus_settings_store_name (settings, settings->wanted);
  else if (code != 0)
    settings->events->name_changed (settings->name, settings->user_data);
}

void
vb_venus_settings_store_name (VbVenusSettings *settings, const char *name)
{
  char *wanted = g_strdup (name);

  g_free (settings->wanted);
  settings->wanted = wanted;

  /* One after the other, so that the last one stays. */
  if (!settings->added || settings->storing != NULL)
    return;

  settings->storing = g_steal_pointer (&settings->wanted);
  call (settings, settings->paths[NAME], VB_BUS_ITEM, "SetValue",
        g_variant_new ("(v)", g_variant_new_string (settings->storing)), on_stored);
}

static void
on_added (GObject *source, GAsyncResult *result, gpointer user_data)
{
  VbVenusSettings *settings = user_data;
  g_autoptr (GError) error = NULL;
  gboolean cancelled;
  g_autoptr (GVariant) reply = finish (source, result, &cancelled, &error);
  g_auto (GStrv) kept = NULL;
  int instance;

  if (cancelled)
    return;

  if (reply != NULL)
    kept = vb_settings_message_read_added (reply, (const char *const *)settings->paths, N_KEPT,
                                           &error);
  if (kept == NULL) {
    vb_bus_retry_later (&settings->retry, error->message);
    return;
  }
  if (!vb_settings_message_parse_instance (kept[INSTANCE], &instance)) {
    g_autofree char *reason = g_strdup_printf ("%s is %s, needed is battery:NUMBER",
                                               settings->paths[INSTANCE], kept[INSTANCE]);

    vb_bus_retry_later (&settings->retry, reason);
    return;
  }

  vb_bus_retry_stop (&settings->retry);
  settings->added = TRUE;
  if (settings->wanted != NULL)
    vb_venus_settings_store_name (settings, settings->wanted);
  else
    adopt_name (settings, kept[NAME]);
  settings->events->added (instance, settings->is_new, settings->user_data);
}

static void
on_looked_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  VbVenusSettings *settings = user_data;
  g_autoptr (GError) error = NULL;
  gboolean cancelled;
  g_autoptr (GVariant) reply = finish (source, result, &cancelled, &error);
  g_autofree char *instance = NULL;
  const char *defaults[N_KEPT];
  int preferred;

  if (cancelled)
    return;
  if (reply == NULL && !g_dbus_error_is_remote_error (error)) {
    vb_bus_retry_later (&settings->retry, error->message);
    return;
  }

  settings->is_new = reply == NULL;
  preferred = settings->events->preferred (settings->is_new, settings->user_data);
  if (preferred < 0) {
    vb_bus_retry_later (&settings->retry, "the other batteries have not told their instances yet");
    return;
  }
  instance = vb_settings_message_class_and_instance (preferred);
  defaults[INSTANCE] = instance;
  defaults[NAME] = settings->name;
  call (settings, "/", SETTINGS_INTERFACE, "AddSettings",
        vb_settings_message_add_arguments ((const char *const *)settings->paths, defaults, N_KEPT),
        on_added);
}

/* First whether settings has the device already: the answer of AddSettings does not tell. */
static void
look_up (gpointer user_data)
{
  VbVenusSettings *settings = user_data;

  call (settings, settings->paths[INSTANCE], VB_BUS_ITEM, "GetValue", NULL, on_looked_up);
}

static void
on_changed (GDBusConnection *connection,
            const char *sender,
            const char *path,
            const char *interface,
            const char *signal,
            GVariant *arguments,
            gpointer user_data)
{
  VbVenusSettings *settings = user_data;
  g_autoptr (GVariant) item = NULL;
  g_autoptr (GVariant) boxed = NULL;
  g_autofree char *text = NULL;
  int instance;

  if (!settings->added || !g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(a{sv})")))
    return;

  item = g_variant_get_child_value (arguments, 0);
  boxed = g_variant_lookup_value (item, "Value", NULL);
  text = boxed != NULL ? vb_settings_message_text (boxed) : NULL;
  if (text == NULL)
    return;

  if (g_str_equal (path, settings->paths[NAME])) {
    /* While one is stored this is its echo, or already out of date. */
    if (settings->storing == NULL)
      adopt_name (settings, text);
  } else if (vb_settings_message_parse_instance (text, &instance))
    settings->events->instance_changed (instance, settings->user_data);
  else
    g_message ("%s is now %s, needed is battery:NUMBER; the instance stays", path, text);
}

static void
on_appeared (GDBusConnection *connection, const char *name, const char *owner, gpointer user_data)
{
  VbVenusSettings *settings = user_data;

  settings->owner = g_strdup (owner);
  settings->cancellable = g_cancellable_new ();
  for (guint i = 0; i < N_KEPT; i++)
    settings->subscriptions[i] = g_dbus_connection_signal_subscribe (
        connection, owner, VB_BUS_ITEM, "PropertiesChanged", settings->paths[i], NULL,
        G_DBUS_SIGNAL_FLAGS_NONE, on_changed, settings, NULL);
  look_up (settings);
}

static void
forget_owner (VbVenusSettings *settings)
{
  if (settings->owner == NULL)
    return;

  g_cancellable_cancel (settings->cancellable);
  g_clear_object (&settings->cancellable);
  vb_bus_retry_stop (&settings->retry);
  for (guint i = 0; i < N_KEPT; i++)
    g_dbus_connection_signal_unsubscribe (settings->connection, settings->subscriptions[i]);
  g_clear_pointer (&settings->owner, g_free);
  settings->added = FALSE;

  /* What was under way is lost; it is stored when settings returns. */
  if (settings->wanted == NULL)
    settings->wanted = g_steal_pointer (&settings->storing);
  g_clear_pointer (&settings->storing, g_free);
}

static void
on_vanished (GDBusConnection *connection, const char *name, gpointer user_data)
{
  VbVenusSettings *settings = user_data;

  g_message ("%s: " SETTINGS " is not there; waiting for it", settings->paths[INSTANCE]);
  forget_owner (settings);
}

VbVenusSettings *
vb_venus_settings_new (GDBusConnection *connection,
                       const char *id,
                       const char *name,
                       const VbVenusSettingsEvents *events,
                       gpointer user_data)
{
  VbVenusSettings *settings = g_new0 (VbVenusSettings, 1);

  settings->connection = g_object_ref (connection);
  for (guint i = 0; i < N_KEPT; i++)
    settings->paths[i] = g_strconcat ("/Settings/Devices/", id, "/", leaves[i], NULL);
  settings->name = g_strdup (name);
  settings->events = events;
  settings->user_data = user_data;
  settings->retry = (VbBusRetry){ .again = look_up, .user_data = settings };
  settings->name_watch
      = g_bus_watch_name_on_connection (connection, SETTINGS, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                        on_appeared, on_vanished, settings, NULL);

  return settings;
}

void
vb_venus_settings_free (VbVenusSettings *settings)
{
  g_bus_unwatch_name (settings->name_watch);
  forget_owner (settings);
  g_object_unref (settings->connection);
  for (guint i = 0; i < N_KEPT; i++)
    g_free (settings->paths[i]);
  g_free (settings->name);
  g_free (settings->wanted);
  g_free (settings);
}
