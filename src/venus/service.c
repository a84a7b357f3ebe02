#define G_LOG_DOMAIN "bus"

#include "service.h"

#include "base/clock.h"
#include "bus/link.h"
#include "bus/name.h"
#include "bus/value.h"
#include "identity.h"
#include "instance.h"
#include "objects.h"
#include "set-value.h"

/* How long after a standstill what was written during it may still come in: GDBus reads it in a
   thread of its own. */
#define STANDSTILL_GRACE G_USEC_PER_SEC

struct _VbVenusService
{
  VbBattery *battery;
  VbIntake *intake;               /* of what clients of the bus write */
  const VbStandstill *standstill; /* or NULL */
  VbNeighbours *neighbours;       /* or NULL */
  char *bus_name;
  gboolean insecure;
  VbVenusInstance *instance;

  VbBusLink *link;
  VbVenusObjects *objects; /* NULL while there is no connection */
  VbBusName *name;         /* NULL while it is not asked for */
  char *former;            /* unique name of the connection that we closed last, or NULL */

  VbVenusServiceLost lost;
  gpointer lost_data;
};

G_DEFINE_QUARK (vb_venus_error, vb_venus_error)

static gboolean
wants_bus (const VbVenusService *service)
{
  return vb_state_on_bus (vb_battery_state (service->battery));
}

static gboolean
owns_name (const VbVenusService *service)
{
  return service->name != NULL && vb_bus_name_is_owned (service->name);
}

static void
tell_presence (VbVenusService *service)
{
  const gboolean on_bus = owns_name (service);
  VbJoining joining = VB_JOINING_NOTHING;

  if (wants_bus (service) && !on_bus) {
    joining = vb_venus_instance_joining (service->instance);
    if (joining == VB_JOINING_NOTHING)
      joining = VB_JOINING_NAME;
  }

  vb_battery_set_presence (service->battery, on_bus, joining, service->bus_name,
                           vb_venus_instance_number (service->instance));
  if (service->neighbours != NULL)
    vb_neighbours_set_instance (service->neighbours, service->bus_name,
                                vb_venus_instance_number (service->instance));
}

static void
on_name_changed (gboolean owned, gpointer user_data)
{
  VbVenusService *service = user_data;

  if (owned)
    g_message ("%s is on the bus, device instance %d", service->bus_name,
               vb_venus_instance_number (service->instance));
  tell_presence (service);
}

/* Asks for the name, once there is nothing left to be waited for: a consumer reads everything as
   soon as it sees the name, and never again. */
static void
join (VbVenusService *service)
{
  if (service->name == NULL && service->objects != NULL && wants_bus (service)
      && vb_venus_instance_joining (service->instance) == VB_JOINING_NOTHING)
    service->name = vb_bus_name_new (vb_bus_link_connection (service->link), service->bus_name,
                                     service->former, on_name_changed, service);

  tell_presence (service);
}

/* Only what has closed its connection has left the bus. */
static void
leave (VbVenusService *service)
{
  GDBusConnection *connection = vb_bus_link_connection (service->link);

  if (connection != NULL) {
    g_autofree char *former = g_strdup (g_dbus_connection_get_unique_name (connection));

    vb_bus_link_renew (service->link);
    service->former = g_steal_pointer (&former);
  }
  tell_presence (service);
}

static void
on_instance_ready (gpointer user_data)
{
  join (user_data);
}

static void
on_instance_leave (gpointer user_data)
{
  leave (user_data);
}

static gboolean
has_waited (const VbVenusService *service, gint64 now)
{
  const gint64 noticed
      = service->standstill != NULL ? vb_standstill_noticed (service->standstill) : 0;

  return noticed != 0 && now - noticed < STANDSTILL_GRACE;
}

static int
on_set_value (guint item, GVariant *value, gpointer user_data)
{
  VbVenusService *service = user_data;
  const VbValue *own = vb_battery_value (service->battery, item);
  const gint64 now = vb_clock_now ();
  g_auto (VbValue) before = VB_VALUE_INIT;
  VbSet set;

  /* A name does not grow old. */
  if (vb_item (item)->field->group != VB_GROUP_IDENTITY && has_waited (service, now))
    return VB_SET_REFUSED;

  vb_value_set (&before, own);
  set = vb_set_value (service->intake, service->battery, item, value, now);
  if (set != VB_SET_TAKEN)
    return set;

  if (item == vb_item_known (VB_KNOWN_CUSTOM_NAME))
    vb_venus_instance_store_name (service->instance);

  /* A client that wrote something waits for a signal with what became of it: where
     rounding or the seat belt made what was there already, no change tells it. */
  if (owns_name (service) && vb_value_equal (&before, own) && !vb_bus_value_says (value, own))
    vb_venus_objects_signal (service->objects, &item, 1);
  vb_battery_tell_written (service->battery, item);

  return set;
}

static void
export_objects (VbVenusService *service)
{
  service->objects = vb_venus_objects_new (vb_bus_link_connection (service->link), service->battery,
                                           service->insecure, on_set_value, service);
}

static void
on_connected (GDBusConnection *connection, gpointer user_data)
{
  VbVenusService *service = user_data;

  export_objects (service);
  vb_venus_instance_set_connection (service->instance, connection);
  join (service);
}

static void
on_disconnected (gpointer user_data)
{
  VbVenusService *service = user_data;

  /* A bus that has been started anew gives the unique names of the old one to others. */
  g_clear_pointer (&service->former, g_free);
  vb_venus_instance_set_connection (service->instance, NULL);
  g_clear_pointer (&service->name, vb_bus_name_free);
  g_clear_pointer (&service->objects, vb_venus_objects_free);
  tell_presence (service);
}

static void
on_lost (gpointer user_data)
{
  VbVenusService *service = user_data;

  if (service->lost != NULL)
    service->lost (service->lost_data);
}

static void
on_changed (VbBattery *battery, const VbChange *change, gpointer user_data)
{
  VbVenusService *service = user_data;
  const gboolean was_on_bus = vb_state_on_bus (change->before);
  const gboolean is_on_bus = vb_state_on_bus (change->after);
  const GArray *numbers = NULL;

  if (was_on_bus && !is_on_bus) {
    g_message ("%s leaves the bus", service->bus_name);
    leave (service);
    return;
  }

  if (service->objects != NULL)
    numbers = vb_venus_objects_add (service->objects, change->items, change->n_items);

  if (numbers != NULL && owns_name (service))
    vb_venus_objects_signal (service->objects, (const guint *)numbers->data, numbers->len);
  else if (is_on_bus)
    join (service);
}

static VbVenusService *
service_alloc (VbBattery *battery, const VbVenusServiceConfig *config)
{
  VbVenusService *service = g_new0 (VbVenusService, 1);

  service->battery = battery;
  service->intake = vb_intake_new ();
  service->standstill = config->standstill;
  service->bus_name = vb_identity_bus_name (vb_battery_config (battery)->fixed.name);
  service->insecure = config->insecure;
  if (config->neighbours != NULL) {
    service->neighbours = vb_venus_neighbours_batteries (config->neighbours);
    vb_neighbours_add_own (service->neighbours, service->bus_name,
                           vb_battery_config (battery)->fixed.device_instance);
    vb_battery_set_neighbours (battery, service->neighbours);
  }

  return service;
}

/* Two services of one name would hide each other: better not to start. */
static gboolean
reach_bus (VbVenusService *service, const char *address, GError **error)
{
  static const VbBusLinkEvents events = { on_connected, on_disconnected, on_lost };
  g_autoptr (GError) failed = NULL;
  gboolean taken;

  service->link = vb_bus_link_new (address, &events, service, &failed);
  if (service->link == NULL
      || !vb_bus_name_is_taken (vb_bus_link_connection (service->link), service->bus_name, &taken,
                                &failed)) {
    g_set_error (error, VB_VENUS_ERROR, VB_VENUS_ERROR_UNREACHABLE,
                 "cannot reach the bus at %s: %s", address, failed->message);
    return FALSE;
  }

  if (taken)
    g_set_error (error, VB_VENUS_ERROR, VB_VENUS_ERROR_NAME_TAKEN,
                 "%s is already owned by another process on the bus at %s", service->bus_name,
                 address);

  return !taken;
}

VbVenusService *
vb_venus_service_new (VbBattery *battery, const VbVenusServiceConfig *config, GError **error)
{
  static const VbVenusInstanceEvents instance_events = { on_instance_ready, on_instance_leave };
  static const VbBatteryEvents battery_events = { .changed = on_changed };
  g_autoptr (VbVenusService) service = NULL;

  g_return_val_if_fail (battery != NULL, NULL);
  g_return_val_if_fail (config != NULL && config->address != NULL, NULL);

  service = service_alloc (battery, config);
  if (!reach_bus (service, config->address, error))
    return NULL;

  vb_identity_set (battery, config->process_version, config->insecure);
  service->instance = vb_venus_instance_new (battery, config->neighbours, config->require_settings,
                                             config->settings_timeout, &instance_events, service);
  vb_battery_add_listener (battery, &battery_events, service);
  on_connected (vb_bus_link_connection (service->link), service);

  return g_steal_pointer (&service);
}

void
vb_venus_service_free (VbVenusService *service)
{
  vb_battery_remove_listener (service->battery, service);
  g_clear_pointer (&service->instance, vb_venus_instance_free);
  g_clear_pointer (&service->name, vb_bus_name_free);
  g_clear_pointer (&service->objects, vb_venus_objects_free);
  g_clear_pointer (&service->link, vb_bus_link_free);
  vb_intake_free (service->intake);
  g_free (service->former);
  g_free (service->bus_name);
  g_free (service);
}

void
vb_venus_service_set_lost_func (VbVenusService *service,
                                VbVenusServiceLost lost,
                                gpointer user_data)
{
  service->lost = lost;
  service->lost_data = user_data;
}
