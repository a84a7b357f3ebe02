/* The configuration: what is accepted holds what is asked of it, what is refused is refused with
   a reason. */
#include <math.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config/changes.h"
#include "config/load.h"
#include "fuzz.h"

static int fd;
static char *path;

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  fuzz_prepare ();
  fd = memfd_create ("config", MFD_CLOEXEC);
  g_assert_cmpint (fd, >=, 0);
  path = g_strdup_printf ("/proc/self/fd/%d", fd);

  return 0;
}

/* A token file can be anything that can be read, and some of that has no end. */
static gboolean
leads_elsewhere (const char *text, gsize size)
{
  static const char *const places[] = { "dev", "proc", "sys", ".." };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    if (memmem (text, size, places[i], strlen (places[i])) != NULL
        && memmem (text, size, "token-file", strlen ("token-file")) != NULL)
      return TRUE;

  return FALSE;
}

static void
write_file (const uint8_t *data, size_t size)
{
  g_assert_cmpint (ftruncate (fd, 0), ==, 0);
  g_assert_cmpint (pwrite (fd, data, size, 0), ==, (gssize)size);
}

static void
assert_limit (double limit)
{
  g_assert_true (isnan (limit) || (isfinite (limit) && limit >= 0));
}

static void
assert_battery (const VbConfig *config, const VbBatteryConfig *battery)
{
  const VbFreshness *freshness = &battery->live.freshness;

  g_assert_cmpint (freshness->warn_after, >=, G_USEC_PER_SEC / 10);
  g_assert_cmpint (freshness->stale_after, >, freshness->warn_after);
  g_assert_cmpint (freshness->drop_after, >=, freshness->stale_after);
  g_assert_cmpint (freshness->drop_after, <=, 300 * (gint64)G_USEC_PER_SEC);
  g_assert_cmpint (freshness->leave_after, >=, freshness->drop_after);
  g_assert_cmpint (battery->live.optional_after, >=, freshness->stale_after);
  g_assert_true (battery->live.frozen_after == 0 || battery->live.frozen_after > 0);
  g_assert_cmpint (battery->fixed.device_instance, >=, 0);
  g_assert_cmpint (battery->fixed.device_instance, <=, VB_INSTANCE_MAX);
  assert_limit (battery->live.stale_charge_voltage);
  assert_limit (battery->live.battery_low_voltage);
  assert_limit (battery->live.max_charge_voltage);
  assert_limit (battery->live.max_charge_current);
  assert_limit (battery->live.max_discharge_current);
  assert_limit (battery->live.min_battery_low_voltage);
  g_assert_true (g_utf8_validate (battery->fixed.custom_name, -1, NULL));
  g_assert_true (g_regex_match_simple ("^[a-z][a-z0-9_]{0,31}$", battery->fixed.name,
                                       G_REGEX_DOLLAR_ENDONLY, 0));
  g_assert_true (vb_config_battery (config, battery->fixed.name) == battery);
}

static void
assert_config (const VbConfig *config)
{
  g_auto (GStrv) unchangeable = vb_config_changes_fixed (config, config);

  g_assert_cmpuint (config->batteries->len, >, 0);
  for (guint i = 0; i < config->batteries->len; i++)
    assert_battery (config, g_ptr_array_index (config->batteries, i));
  for (guint i = 0; i < config->warnings->len; i++)
    fuzz_assert_message (g_ptr_array_index (config->warnings, i));
  g_assert_cmpint (config->settings_timeout, >=, 0);
  g_assert_cmpuint (g_strv_length (unchangeable), ==, 0);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (VbConfig) config = NULL;
  g_autoptr (GError) error = NULL;

  if (leads_elsewhere ((const char *)data, size))
    return 0;

  write_file (data, size);
  config = vb_config_load (path, NULL, &error);
  if (config != NULL)
    assert_config (config);
  else {
    g_assert_true (error->domain == VB_CONFIG_ERROR);
    fuzz_assert_message (error->message);
    g_assert_true (g_str_has_prefix (error->message, path));
  }

  return 0;
}
