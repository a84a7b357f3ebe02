#define G_LOG_DOMAIN "bus"

#include "battery-service.h"

#include "bus-link.h"
#include "bus-name.h"
#include "bus-objects.h"
#include "core/clock.h"
#include "set-value.h"

struct _VbBatteryService
{
  VbBattery *battery;
  char *bus_name;
  gboolean insecure;
  int instance; /* -1 while it is not known */

  VbBusLink *link;
  VbBusObjects *objects; /* NULL while there is no connection */
  VbBusName *name;       /* NULL while it is not asked for */
  char *former;          /* unique name of the connection that we closed last, or NULL */

  VbBatteryServiceLost lost;
  gpointer lost_data;
};

G_DEFINE_QUARK (vb_bus_error, vb_bus_error)

char *
vb_battery_service_name (const char *name)
{
  return g_str_equal (name, "virtual")
             ? g_strdup ("com.victronenergy.battery.virtual")
             : g_strconcat ("com.victronenergy.battery.http_", name, NULL);
}

static gboolean
wants_bus (const VbBatteryService *service)
{
  return vb_state_on_bus (vb_battery_state (service->battery));
}

static gboolean
owns_name (const VbBatteryService *service)
{
  return service->name != NULL && vb_bus_name_is_owned (service->name);
}

static void
tell_presence (VbBatteryService *service)
{
  const gboolean on_bus = owns_name (service);
  VbJoining joining = VB_JOINING_NOTHING;

  if (wants_bus (service) && !on_bus)
    joining = service->instance < 0 ? VB_JOINING_SETTINGS : VB_JOINING_NAME;

  vb_battery_set_presence (service->battery, on_bus, joining, service->bus_name, service->instance);
}

static void
on_name_changed (gboolean owned, gpointer user_data)
{
  VbBatteryService *service = user_data;

  if (owned)
    g_message ("%s is on the bus, device instance %d", service->bus_name, service->instance);
  tell_presence (service);
}

/* Asks for the name, once there is nothing left to be waited for: a consumer reads everything as
   soon as it sees the name, and never again (contract §1.8). */
static void
join (VbBatteryService *service)
{
  if (service->name == NULL && service->objects != NULL && service->instance >= 0
      && wants_bus (service))
    service->name = vb_bus_name_new (vb_bus_link_connection (service->link), service->bus_name,
                                     service->former, on_name_changed, service);

  tell_presence (service);
}

static void
leave (VbBatteryService *service)
{
  GDBusConnection *connection = vb_bus_link_connection (service->link);

  g_message ("%s leaves the bus", service->bus_name);
  if (connection != NULL) {
    g_autofree char *former = g_strdup (g_dbus_connection_get_unique_name (connection));

    vb_bus_link_renew (service->link);
    service->former = g_steal_pointer (&former);
  }
  tell_presence (service);
}

/* The one place where the device instance becomes known. It must not change on the bus. */
static void
set_instance (VbBatteryService *service, int instance)
{
  const VbValue value = vb_value_integer (instance);

  service->instance = instance;
  vb_battery_set_identity (service->battery, vb_item_known (VB_KNOWN_DEVICE_INSTANCE), &value);
}

static int
on_set_value (guint item, GVariant *value, gpointer user_data)
{
  VbBatteryService *service = user_data;

  return vb_set_value (service->battery, item, value, vb_clock_now ());
}

static void
export_objects (VbBatteryService *service)
{
  service->objects = vb_bus_objects_new (vb_bus_link_connection (service->link), service->battery,
                                         service->insecure, on_set_value, service);
}

static void
on_connected (GDBusConnection *connection, gpointer user_data)
{
  VbBatteryService *service = user_data;

  export_objects (service);
  join (service);
}

static void
on_disconnected (gpointer user_data)
{
  VbBatteryService *service = user_data;

  /* A bus that has been started anew gives the unique names of the old one to others. */
  g_clear_pointer (&service->former, g_free);
  g_clear_pointer (&service->name, vb_bus_name_free);
  g_clear_pointer (&service->objects, vb_bus_objects_free);
  tell_presence (service);
}

static void
on_lost (gpointer user_data)
{
  VbBatteryService *service = user_data;

  if (service->lost != NULL)
    service->lost (service, service->lost_data);
}

static void
on_changed (VbBattery *battery, const VbChange *change, gpointer user_data)
{
  VbBatteryService *service = user_data;
  const gboolean was_on_bus = vb_state_on_bus (change->before);
  const gboolean is_on_bus = vb_state_on_bus (change->after);

  if (was_on_bus && !is_on_bus) {
    leave (service);
    return;
  }

  if (service->objects != NULL)
    vb_bus_objects_add (service->objects, change->items, change->n_items);

  if (owns_name (service))
    vb_bus_objects_signal (service->objects, change->items, change->n_items);
  else if (is_on_bus)
    join (service);
}

static void
set_identity (VbBattery *battery, VbKnown known, const char *text)
{
  const VbValue value = { .kind = VB_VALUE_TEXT, .as.text = (char *)text };

  vb_battery_set_identity (battery, vb_item_known (known), &value);
}

static void
set_identities (VbBattery *battery, const VbBatteryServiceConfig *config)
{
  const VbBatteryConfig *battery_config = vb_battery_config (battery);
  const VbValue product_id = vb_value_integer (battery_config->product_id);
  const VbValue insecure = vb_value_integer (1);
  g_autofree char *serial = g_strconcat ("httpbattery_", battery_config->name, NULL);

  set_identity (battery, VB_KNOWN_PROCESS_NAME, "dbus-virtual-battery");
  set_identity (battery, VB_KNOWN_PROCESS_VERSION, config->process_version);
  set_identity (battery, VB_KNOWN_FIRMWARE_VERSION, config->process_version);
  set_identity (battery, VB_KNOWN_CONNECTION, "HTTP");
  set_identity (battery, VB_KNOWN_PRODUCT_NAME, "Virtual battery");
  set_identity (battery, VB_KNOWN_CUSTOM_NAME, battery_config->custom_name);
  set_identity (battery, VB_KNOWN_SERIAL, serial);
  vb_battery_set_identity (battery, vb_item_known (VB_KNOWN_PRODUCT_ID), &product_id);
  if (config->insecure)
    vb_battery_set_identity (battery, vb_item_known (VB_KNOWN_INSECURE_CONNECTION), &insecure);
}

static VbBatteryService *
service_alloc (VbBattery *battery, const VbBatteryServiceConfig *config)
{
  VbBatteryService *service = g_new0 (VbBatteryService, 1);

  service->battery = battery;
  service->bus_name = vb_battery_service_name (vb_battery_config (battery)->name);
  service->insecure = config->insecure;
  service->instance = -1;

  return service;
}

/* Two services of one name would hide each other: better not to start (contract §1.8). */
static gboolean
reach_bus (VbBatteryService *service, const char *address, GError **error)
{
  static const VbBusLinkEvents events = { on_connected, on_disconnected, on_lost };
  g_autoptr (GError) failed = NULL;
  gboolean taken;

  service->link = vb_bus_link_new (address, &events, service, &failed);
  if (service->link == NULL
      || !vb_bus_name_is_taken (vb_bus_link_connection (service->link), service->bus_name, &taken,
                                &failed)) {
    g_set_error (error, VB_BUS_ERROR, VB_BUS_ERROR_UNREACHABLE, "cannot reach the bus at %s: %s",
                 address, failed->message);
    return FALSE;
  }

  if (taken)
    g_set_error (error, VB_BUS_ERROR, VB_BUS_ERROR_NAME_TAKEN,
                 "%s is already owned by another process on the bus at %s", service->bus_name,
                 address);

  return !taken;
}

VbBatteryService *
vb_battery_service_new (VbBattery *battery, const VbBatteryServiceConfig *config, GError **error)
{
  g_autoptr (VbBatteryService) service = NULL;

  g_return_val_if_fail (battery != NULL, NULL);
  g_return_val_if_fail (config != NULL && config->address != NULL, NULL);

  service = service_alloc (battery, config);
  if (!reach_bus (service, config->address, error))
    return NULL;

  set_identities (battery, config);
  if (!config->require_settings)
    set_instance (service, vb_battery_config (battery)->device_instance);
  export_objects (service);
  vb_battery_set_listener (battery, on_changed, service);
  join (service);

  return g_steal_pointer (&service);
}

void
vb_battery_service_free (VbBatteryService *service)
{
  vb_battery_set_listener (service->battery, NULL, NULL);
  g_clear_pointer (&service->name, vb_bus_name_free);
  g_clear_pointer (&service->objects, vb_bus_objects_free);
  g_clear_pointer (&service->link, vb_bus_link_free);
  g_free (service->former);
  g_free (service->bus_name);
  g_free (service);
}

void
vb_battery_service_set_lost_func (VbBatteryService *service,
                                  VbBatteryServiceLost lost,
                                  gpointer user_data)
{
  service->lost = lost;
  service->lost_data = user_data;
}
