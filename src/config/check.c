#include "check.h"

#include <math.h>
#include <string.h>

#include "base/shown.h"
#include "check-limits.h"
#include "core/limits.h"
#include "error.h"
#include "name.h"
#include "parts.h"

static const char *const reserved[] = { VB_DEFAULT_BATTERY, "check", "history", "part" };

/* Product ids that make systemcalc or the GUI treat the battery as somebody else's. */
static const struct
{
  int first;
  int last;
} product_ids[] = { { 0xB000, 0xB0FF }, { 0xA3E0, 0xA3EF } };

gboolean
vb_config_check_refuse_name (const char *name, GError **error)
{
  g_set_error (error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_VALUE,
               "[battery %s]: a battery's name is a letter a to z and up to %d of a to z, 0 to 9 "
               "and _, and not " VB_DEFAULT_BATTERY ", check, history or part; the battery "
               "`" VB_DEFAULT_BATTERY "` is [battery]",
               name, VB_CONFIG_NAME_MAX - 1);

  return FALSE;
}

static gboolean G_GNUC_PRINTF (3, 4)
    refuse (const VbBatteryConfig *battery, GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_CLASH, "battery %s: %s", battery->fixed.name,
               message);

  return FALSE;
}

static double
seconds (gint64 time)
{
  return (double)time / G_USEC_PER_SEC;
}

static gboolean
check_times (const VbBatteryConfig *battery, GError **error)
{
  const VbFreshness *times = &battery->live.freshness;

  if (times->stale_after <= times->warn_after)
    return refuse (battery, error, "stale-after=%g must be above warn-after=%g",
                   seconds (times->stale_after), seconds (times->warn_after));
  if (times->drop_after < times->stale_after)
    return refuse (battery, error, "drop-after=%g must not be below stale-after=%g",
                   seconds (times->drop_after), seconds (times->stale_after));
  if (times->leave_after < times->drop_after)
    return refuse (battery, error, "leave-after=%g must not be below drop-after=%g",
                   seconds (times->leave_after), seconds (times->drop_after));
  if (battery->live.optional_after < times->stale_after)
    return refuse (battery, error, "optional-after=%g must not be below stale-after=%g",
                   seconds (battery->live.optional_after), seconds (times->stale_after));
  if (battery->live.frozen_after != 0 && battery->live.frozen_after <= times->warn_after)
    return refuse (battery, error, "frozen-after=%g must be 0 or above warn-after=%g",
                   seconds (battery->live.frozen_after), seconds (times->warn_after));

  return TRUE;
}

static gboolean
check_product_id (const VbBatteryConfig *battery, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (product_ids); i++)
    if (battery->fixed.product_id >= product_ids[i].first
        && battery->fixed.product_id <= product_ids[i].last)
      return refuse (battery, error,
                     "product-id=0x%04X makes Venus change the limits of the battery; 0x%04X to "
                     "0x%04X are not allowed",
                     battery->fixed.product_id, product_ids[i].first, product_ids[i].last);

  return TRUE;
}

static gboolean
check_role (const VbBatteryConfig *battery, GError **error)
{
  const struct
  {
    const char *key;
    double value;
  } limits[] = {
    { "stale-charge-voltage", battery->live.stale_charge_voltage },
    { "battery-low-voltage", battery->live.battery_low_voltage },
    { "max-charge-voltage", battery->live.max_charge_voltage },
    { "max-charge-current", battery->live.max_charge_current },
    { "max-discharge-current", battery->live.max_discharge_current },
    { "min-battery-low-voltage", battery->live.min_battery_low_voltage },
  };

  if (battery->fixed.role != VB_ROLE_MONITOR)
    return TRUE;

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    if (!isnan (limits[i].value))
      return refuse (battery, error, "%s=%g: a battery with role=monitor has no limits",
                     limits[i].key, limits[i].value);

  return TRUE;
}

/* What lies below what, as the bus will show it: a battery that is empty at a voltage above the one
   that it is charged to is never full. */
static gboolean
check_voltages (const VbBatteryConfig *battery, GError **error)
{
  const VbBatteryLive *live = &battery->live;
  const struct
  {
    const char *key;
    double value;
    VbKnown field;
  } rows[] = {
    { "battery-low-voltage", live->battery_low_voltage, VB_KNOWN_BATTERY_LOW_VOLTAGE },
    { "min-battery-low-voltage", live->min_battery_low_voltage, VB_KNOWN_BATTERY_LOW_VOLTAGE },
    { "stale-charge-voltage", live->stale_charge_voltage, VB_KNOWN_MAX_CHARGE_VOLTAGE },
    { "max-charge-voltage", live->max_charge_voltage, VB_KNOWN_MAX_CHARGE_VOLTAGE },
  };

  for (guint i = 0; i < 2; i++)
    for (guint j = 2; j < G_N_ELEMENTS (rows); j++)
      /* Every comparison with NAN is false: what is not set binds nothing. */
      if (vb_limits_configured (rows[i].field, rows[i].value)
          >= vb_limits_configured (rows[j].field, rows[j].value))
        return refuse (battery, error, "%s=%g must be below %s=%g", rows[i].key, rows[i].value,
                       rows[j].key, rows[j].value);

  if (live->stale_charge_voltage > live->max_charge_voltage)
    return refuse (battery, error,
                   "stale-charge-voltage=%g must not be above max-charge-voltage=%g",
                   live->stale_charge_voltage, live->max_charge_voltage);

  return TRUE;
}

static gboolean
check_battery (const VbBatteryConfig *battery, GError **error)
{
  if (g_utf8_strlen (battery->fixed.custom_name, -1) > VB_CUSTOM_NAME_MAX)
    return refuse (battery, error, "custom-name=%s has %ld characters, above the limit of %d",
                   battery->fixed.custom_name, g_utf8_strlen (battery->fixed.custom_name, -1),
                   VB_CUSTOM_NAME_MAX);
  if (vb_shown_find_control (battery->fixed.custom_name) != 0)
    return refuse (battery, error, "custom-name=%s holds the control character U+%04X",
                   battery->fixed.custom_name, vb_shown_find_control (battery->fixed.custom_name));

  return check_times (battery, error) && check_product_id (battery, error)
         && check_role (battery, error) && check_voltages (battery, error)
         && vb_config_check_limits (battery, error);
}

static gboolean
check_names (const VbConfig *config, GError **error)
{
  for (guint i = 0; i < config->batteries->len; i++) {
    const VbBatteryConfig *battery = g_ptr_array_index (config->batteries, i);
    const gboolean is_default = g_str_equal (battery->fixed.name, VB_DEFAULT_BATTERY);

    if (!vb_config_name_is_valid (battery->fixed.name))
      return vb_config_check_refuse_name (battery->fixed.name, error);
    for (guint j = 0; j < G_N_ELEMENTS (reserved); j++)
      if (!is_default && g_str_equal (battery->fixed.name, reserved[j]))
        return vb_config_check_refuse_name (battery->fixed.name, error);

    for (guint j = 0; j < i; j++) {
      const VbBatteryConfig *other = g_ptr_array_index (config->batteries, j);

      if (g_str_equal (battery->fixed.name, other->fixed.name))
        return refuse (battery, error, "there are two batteries of this name");
      if (battery->fixed.device_instance != VB_INSTANCE_UNSET
          && battery->fixed.device_instance == other->fixed.device_instance)
        return refuse (battery, error, "device-instance=%d is also that of battery %s",
                       battery->fixed.device_instance, other->fixed.name);
    }
  }

  return TRUE;
}

static void
warn_of_several_bmses (VbConfig *config)
{
  guint n = 0;

  for (guint i = 0; i < config->batteries->len; i++)
    if (((const VbBatteryConfig *)g_ptr_array_index (config->batteries, i))->fixed.role
        == VB_ROLE_BMS)
      n++;

  if (n > 1)
    g_ptr_array_add (config->warnings,
                     g_strdup_printf ("%u batteries have role=bms: Venus raises its "
                                      "MultipleBatteries alarm and obeys one of them",
                                      n));
}

gboolean
vb_config_check (VbConfig *config, GError **error)
{
  for (guint i = 0; i < config->batteries->len; i++)
    if (!check_battery (g_ptr_array_index (config->batteries, i), error))
      return FALSE;

  if (!check_names (config, error) || !vb_config_parts_check (config, error))
    return FALSE;

  warn_of_several_bmses (config);

  return TRUE;
}
