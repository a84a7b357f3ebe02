#include "ignored-names.h"

#include <string.h>

/* Keys that dbus-mqtt-battery and dbus-serialbattery publish and that mean nothing here, or which
   begin with it; the identity rows of the field table belong to them too. */
static const char *const ignored_keys[] = {
  "CapacityBms",
  "ConsumedAmphoursBms",
  "DeviceName",
  "DeviceState",
  "Family",
  "Info/ChargeModeDebug",
  "Info/ChargeModeDebugBulk",
  "Info/ChargeModeDebugFloat",
  "JsonData",
  "Manufacturer",
  "Mode",
};
static const char *const ignored_groups[] = { "Cell", "Info/Config" };

gboolean
vb_ignored_names_have (const char *spelling)
{
  if (*spelling == '/')
    spelling++;

  for (guint i = 0; i < G_N_ELEMENTS (ignored_keys); i++)
    if (g_str_equal (spelling, ignored_keys[i]))
      return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (ignored_groups); i++)
    if (g_str_has_prefix (spelling, ignored_groups[i])
        && strchr ("/", spelling[strlen (ignored_groups[i])]) != NULL)
      return TRUE;

  return FALSE;
}
