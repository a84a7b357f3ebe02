#define G_LOG_DOMAIN "settings"

#include "instance.h"

#include "base/shown.h"
#include "identity.h"
#include "settings.h"
#include "system-wait.h"

/* How long a new instance waits for the system service (docs/venus.md, "Names and instances"). */
#define SYSTEM_SECONDS 60

/* The longest name that is taken over from settings, in bytes; a character has four at most. */
#define NAME_BYTES_MAX (4 * VB_CUSTOM_NAME_MAX)

struct _VbVenusInstance
{
  VbBattery *battery;
  const VbVenusNeighbours *neighbours; /* or NULL */
  char *id;                            /* in settings */
  const VbVenusInstanceEvents *events;
  gpointer user_data;

  int number;       /* -1 while it is not known */
  gboolean is_kept; /* it is the one that settings keeps */
  gboolean is_new;  /* the system service has to be there first */
  guint timeout;    /* source: the configured number is taken then */

  GDBusConnection *connection; /* these three: NULL while there is none */
  VbVenusSettings *settings;
  VbSystemWait *system_wait; /* or nothing is waited for */
};

static int
configured_number (const VbVenusInstance *instance)
{
  return vb_battery_config (instance->battery)->fixed.device_instance;
}

static const char *
custom_name (const VbVenusInstance *instance)
{
  return vb_battery_value (instance->battery, vb_item_known (VB_KNOWN_CUSTOM_NAME))->as.text;
}

/* The one place where the number becomes known. It must not change on the bus. */
static void
set_number (VbVenusInstance *instance, int number)
{
  const VbValue value = vb_value_integer (number);

  g_clear_handle_id (&instance->timeout, g_source_remove);
  instance->number = number;
  vb_battery_set_identity (instance->battery, vb_item_known (VB_KNOWN_DEVICE_INSTANCE), &value);
}

static void
on_system_there (gpointer user_data)
{
  VbVenusInstance *instance = user_data;

  g_clear_pointer (&instance->system_wait, vb_system_wait_free);
  instance->is_new = FALSE;
  instance->events->ready (instance->user_data);
}

static void
wait_for_system (VbVenusInstance *instance)
{
  if (instance->system_wait == NULL)
    instance->system_wait
        = vb_system_wait_new (instance->connection, SYSTEM_SECONDS, on_system_there, instance);
}

static void
change_number (VbVenusInstance *instance, int number)
{
  g_message ("battery %s: device instance changed from %d to %d in settings",
             vb_battery_config (instance->battery)->fixed.name, instance->number, number);
  instance->is_new = TRUE;
  instance->is_kept = TRUE;
  instance->events->leave (instance->user_data);
  set_number (instance, number);
}

static void
adopt_number (VbVenusInstance *instance, int number, gboolean is_new)
{
  instance->is_new = is_new;
  instance->is_kept = TRUE;
  set_number (instance, number);
  if (is_new)
    wait_for_system (instance);
  instance->events->ready (instance->user_data);
}

static int
on_preferred (gboolean first, gpointer user_data)
{
  const VbVenusInstance *instance = user_data;
  const int preferred = instance->number >= 0 ? instance->number : configured_number (instance);
  g_autofree char *service = NULL;

  /* What is kept there counts; that one asks always for the same spares settings from writing. */
  if (!first)
    return configured_number (instance);
  /* Settings has lost a number that it had kept: it is ours, whoever else shows it. */
  if (instance->is_kept || instance->neighbours == NULL)
    return preferred;
  if (!vb_venus_neighbours_are_known (instance->neighbours))
    return -1;

  service = vb_identity_bus_name (vb_battery_config (instance->battery)->fixed.name);

  return vb_neighbours_free_instance (vb_venus_neighbours_batteries (instance->neighbours), service,
                                      preferred);
}

static void
on_added (int number, gboolean is_new, gpointer user_data)
{
  VbVenusInstance *instance = user_data;

  if (instance->number < 0)
    adopt_number (instance, number, is_new);
  else if (instance->number == number)
    instance->is_kept = TRUE;
  else if (instance->is_kept || !vb_state_on_bus (vb_battery_state (instance->battery)))
    change_number (instance, number);
  else
    g_message ("battery %s: settings would give it device instance %d; it stays %d until a restart",
               vb_battery_config (instance->battery)->fixed.name, number, instance->number);
}

static void
on_instance_changed (int number, gpointer user_data)
{
  VbVenusInstance *instance = user_data;

  if (number != instance->number)
    change_number (instance, number);
}

static void
on_name_changed (const char *name, gpointer user_data)
{
  const VbVenusInstance *instance = user_data;

  /* Who writes to settings is asked by nobody what he writes. */
  g_autofree char *shown = vb_shown (name, NAME_BYTES_MAX);
  const VbValue value = { .kind = VB_VALUE_TEXT, .as.text = shown };

  vb_battery_set_identity (instance->battery, vb_item_known (VB_KNOWN_CUSTOM_NAME), &value);
}

static gboolean
on_timeout (gpointer user_data)
{
  VbVenusInstance *instance = user_data;

  g_message ("battery %s: com.victronenergy.settings has not answered; it takes device instance %d "
             "as configured",
             vb_battery_config (instance->battery)->fixed.name, configured_number (instance));
  instance->timeout = 0;
  set_number (instance, configured_number (instance));
  instance->events->ready (instance->user_data);

  return G_SOURCE_REMOVE;
}

VbVenusInstance *
vb_venus_instance_new (VbBattery *battery,
                       const VbVenusNeighbours *neighbours,
                       gboolean require_settings,
                       gint64 timeout,
                       const VbVenusInstanceEvents *events,
                       gpointer user_data)
{
  VbVenusInstance *instance;

  g_return_val_if_fail (battery != NULL && events != NULL, NULL);
  g_return_val_if_fail (timeout >= 0, NULL);

  instance = g_new0 (VbVenusInstance, 1);
  instance->battery = battery;
  instance->neighbours = neighbours;
  instance->id = vb_identity_settings_id (vb_battery_config (battery)->fixed.name);
  instance->events = events;
  instance->user_data = user_data;
  instance->number = -1;
  if (!require_settings && timeout == 0)
    set_number (instance, configured_number (instance));
  else if (!require_settings)
    instance->timeout = g_timeout_add ((guint)(timeout / 1000), on_timeout, instance);

  return instance;
}

void
vb_venus_instance_free (VbVenusInstance *instance)
{
  vb_venus_instance_set_connection (instance, NULL);
  g_clear_handle_id (&instance->timeout, g_source_remove);
  g_free (instance->id);
  g_free (instance);
}

void
vb_venus_instance_set_connection (VbVenusInstance *instance, GDBusConnection *connection)
{
  static const VbVenusSettingsEvents events
      = { on_preferred, on_added, on_instance_changed, on_name_changed };

  g_clear_pointer (&instance->system_wait, vb_system_wait_free);
  g_clear_pointer (&instance->settings, vb_venus_settings_free);
  g_set_object (&instance->connection, connection);
  if (connection == NULL)
    return;

  instance->settings
      = vb_venus_settings_new (connection, instance->id, custom_name (instance), &events, instance);
  if (instance->is_new)
    wait_for_system (instance);
}

int
vb_venus_instance_number (const VbVenusInstance *instance)
{
  return instance->number;
}

VbJoining
vb_venus_instance_joining (const VbVenusInstance *instance)
{
  if (instance->number < 0)
    return VB_JOINING_SETTINGS;

  return instance->is_new ? VB_JOINING_SYSTEM : VB_JOINING_NOTHING;
}

void
vb_venus_instance_store_name (VbVenusInstance *instance)
{
  if (instance->settings != NULL)
    vb_venus_settings_store_name (instance->settings, custom_name (instance));
}
