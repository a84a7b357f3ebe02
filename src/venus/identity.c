#include "identity.h"

static void
set_text (VbBattery *battery, VbKnown known, const char *text)
{
  const VbValue value = { .kind = VB_VALUE_TEXT, .as.text = (char *)text };

  vb_battery_set_identity (battery, vb_item_known (known), &value);
}

static void
set_integer (VbBattery *battery, VbKnown known, gint64 integer)
{
  const VbValue value = vb_value_integer (integer);

  vb_battery_set_identity (battery, vb_item_known (known), &value);
}

void
vb_identity_set (VbBattery *battery, const char *version, gboolean insecure)
{
  const VbBatteryConfig *config = vb_battery_config (battery);
  g_autofree char *serial = vb_identity_settings_id (config->fixed.name);

  set_text (battery, VB_KNOWN_PROCESS_NAME, "dbus-virtual-battery");
  set_text (battery, VB_KNOWN_PROCESS_VERSION, version);
  set_text (battery, VB_KNOWN_FIRMWARE_VERSION, version);
  set_text (battery, VB_KNOWN_CONNECTION, "HTTP");
  set_text (battery, VB_KNOWN_PRODUCT_NAME, "Virtual battery");
  set_text (battery, VB_KNOWN_CUSTOM_NAME, config->fixed.custom_name);
  set_text (battery, VB_KNOWN_SERIAL, serial);
  set_integer (battery, VB_KNOWN_PRODUCT_ID, config->fixed.product_id);
  if (insecure)
    set_integer (battery, VB_KNOWN_INSECURE_CONNECTION, 1);
  if (config->fixed.history) {
    set_integer (battery, VB_KNOWN_CAN_BE_CLEARED, 1);
    set_integer (battery, VB_KNOWN_CLEAR_HISTORY, 0);
  }
}

char *
vb_identity_settings_id (const char *name)
{
  return g_strconcat ("httpbattery_", name, NULL);
}

char *
vb_identity_bus_name (const char *name)
{
  return g_str_equal (name, VB_DEFAULT_BATTERY)
             ? g_strdup ("com.victronenergy.battery.virtual")
             : g_strconcat ("com.victronenergy.battery.http_", name, NULL);
}
