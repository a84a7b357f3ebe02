#include "battery-config.h"

#include <math.h>

#define SECOND ((gint64)G_USEC_PER_SEC)

const char *
vb_role_name (VbRole role)
{
  return role == VB_ROLE_BMS ? "bms" : "monitor";
}

VbPartConfig *
vb_part_config_new (const char *name)
{
  VbPartConfig *part = g_new0 (VbPartConfig, 1);

  part->name = g_strdup (name);
  part->capacity = NAN;

  return part;
}

void
vb_part_config_free (VbPartConfig *part)
{
  g_free (part->name);
  g_strfreev (part->says);
  g_free (part->items);
  g_free (part);
}

gboolean
vb_battery_config_has_field (const VbBatteryConfig *config, const VbField *field)
{
  if (field->known == VB_KNOWN_CLEAR_HISTORY || field->known == VB_KNOWN_CAN_BE_CLEARED)
    return config->fixed.history;

  return config->fixed.role == VB_ROLE_BMS || field->group != VB_GROUP_LIMIT;
}

void
vb_battery_config_init (VbBatteryConfig *config, const char *name)
{
  /* What is not named is off, or the first of its words. */
  *config = (VbBatteryConfig) {
    .fixed = {
      .name = g_strdup (name),
      .device_instance = VB_INSTANCE_FIRST,
      .custom_name = g_strdup (""),
      .product_id = VB_PRODUCT_ID,
      .screen_cells = TRUE,
    },
    .live = {
      .freshness = {
        .warn_after = VB_WARN_AFTER * SECOND,
        .stale_after = VB_STALE_AFTER * SECOND,
        .drop_after = VB_DROP_AFTER * SECOND,
        .leave_after = VB_LEAVE_AFTER * SECOND,
      },
      .optional_after = VB_OPTIONAL_AFTER * SECOND,
      .stale_charge_voltage = NAN,
      .battery_low_voltage = NAN,
      .max_charge_voltage = NAN,
      .max_charge_current = NAN,
      .max_discharge_current = NAN,
      .min_battery_low_voltage = NAN,
    },
  };
  vb_rules_config_init (&config->live.rules);
}

void
vb_battery_config_copy (VbBatteryConfig *config, const VbBatteryConfig *source)
{
  *config = *source;
  config->fixed.name = g_strdup (source->fixed.name);
  config->fixed.custom_name = g_strdup (source->fixed.custom_name);
  if (source->fixed.parts != NULL)
    config->fixed.parts = g_ptr_array_ref (source->fixed.parts);
}

void
vb_battery_config_clear (VbBatteryConfig *config)
{
  g_clear_pointer (&config->fixed.name, g_free);
  g_clear_pointer (&config->fixed.custom_name, g_free);
  g_clear_pointer (&config->fixed.parts, g_ptr_array_unref);
}
