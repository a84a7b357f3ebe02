#include "config.h"

static void
battery_config_free (gpointer data)
{
  vb_battery_config_clear (data);
  g_free (data);
}

VbConfig *
vb_config_new (void)
{
  VbConfig *config = g_new0 (VbConfig, 1);

  config->batteries = g_ptr_array_new_with_free_func (battery_config_free);
  config->warnings = g_ptr_array_new_with_free_func (g_free);

  return config;
}

void
vb_config_free (VbConfig *config)
{
  g_free (config->file);
  g_strfreev (config->listen);
  g_strfreev (config->default_listen);
  g_free (config->token_file);
  g_free (config->token);
  g_strfreev (config->server_names);
  g_free (config->bus_address);
  g_free (config->state_dir);
  g_free (config->portable);
  g_ptr_array_unref (config->batteries);
  g_ptr_array_unref (config->warnings);
  g_free (config);
}

const VbBatteryConfig *
vb_config_battery (const VbConfig *config, const char *name)
{
  for (guint i = 0; i < config->batteries->len; i++) {
    const VbBatteryConfig *battery = g_ptr_array_index (config->batteries, i);

    if (g_str_equal (battery->fixed.name, name))
      return battery;
  }

  return NULL;
}

gboolean
vb_config_has_instance (const VbConfig *config, int instance)
{
  for (guint i = 0; i < config->batteries->len; i++)
    if (((const VbBatteryConfig *)g_ptr_array_index (config->batteries, i))->fixed.device_instance
        == instance)
      return TRUE;

  return FALSE;
}
