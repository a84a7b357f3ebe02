#include "load.h"

#include <string.h>

#include "check.h"
#include "keys.h"
#include "listen.h"
#include "portable.h"
#include "retired.h"
#include "times.h"
#include "token.h"
#include "twice.h"

static const char *const default_files[] = {
  "/data/conf/dbus-virtual-battery.ini",
  "/etc/dbus-virtual-battery.ini",
};

/* The first of the directories that a supervisor has made for us, as systemd's StateDirectory=. */
static char *
supervised_state_dir (void)
{
  const char *dirs = g_getenv ("STATE_DIRECTORY");

  return dirs != NULL && g_path_is_absolute (dirs) ? g_strndup (dirs, strcspn (dirs, ":")) : NULL;
}

static char *
default_state_dir (void)
{
  const char *xdg = g_getenv ("XDG_STATE_HOME");
  char *supervised = supervised_state_dir ();

  if (supervised != NULL)
    return supervised;
  if (g_file_test ("/data", G_FILE_TEST_IS_DIR))
    return g_strdup ("/data/var/lib/dbus-virtual-battery");
  if (xdg != NULL && g_path_is_absolute (xdg))
    return g_build_filename (xdg, "dbus-virtual-battery", NULL);

  return g_build_filename (g_get_home_dir (), ".local", "state", "dbus-virtual-battery", NULL);
}

static VbConfig *
new_by_default (void)
{
  VbConfig *config = vb_config_new ();

  for (VbKeyGroup group = VB_KEY_GROUP_HTTP; group <= VB_KEY_GROUP_STATE; group++)
    if (!vb_key_group_is_several (group))
      vb_key_read_defaults (group, config);

  /* Addresses that were asked for are all needed; of these the second is not. */
  config->default_listen = g_steal_pointer (&config->listen);
  config->require_settings = g_file_test (VB_VENUS_FOLDER, G_FILE_TEST_IS_DIR);
  config->state_dir = default_state_dir ();

  return config;
}

static VbBatteryConfig *
add_battery (VbConfig *config, const char *name)
{
  VbBatteryConfig *battery = g_new0 (VbBatteryConfig, 1);

  vb_battery_config_init (battery, name);
  vb_key_read_defaults (VB_KEY_GROUP_BATTERY, battery);
  vb_key_read_defaults (VB_KEY_GROUP_LIMITS, battery);
  battery->fixed.device_instance = VB_INSTANCE_UNSET;
  g_ptr_array_add (config->batteries, battery);

  return battery;
}

/* Whether @group is a group of the file; @name is set to that of a battery or part, or NULL. */
static gboolean
find_group (const char *group, VbKeyGroup *found, const char **name)
{
  for (VbKeyGroup i = VB_KEY_GROUP_HTTP; i <= VB_KEY_GROUP_STATE; i++) {
    const char *word = vb_key_group_name (i);
    const gsize length = strlen (word);

    *found = i;
    *name = vb_key_group_is_several (i) ? VB_DEFAULT_BATTERY : NULL;
    if (g_str_equal (group, word) && i != VB_KEY_GROUP_PART)
      return TRUE;
    if (!vb_key_group_is_several (i) || !g_str_has_prefix (group, word) || group[length] != ' ')
      continue;
    *name = group + length + 1;
    return TRUE;
  }

  return FALSE;
}

static gboolean
refuse_key (const char *group, VbKeyGroup kind, const char *key, GError **error)
{
  const VbKey *meant = vb_key_suggest (kind, key);

  g_set_error (error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_UNKNOWN,
               meant != NULL ? "[%s] has no key %s; did you mean %s?" : "[%s] has no key %s", group,
               key, meant != NULL ? meant->key : NULL);

  return FALSE;
}

/* NULL where an escape is wrong. GLib would warn of itself where the value ends within an escape
   and has a wrong one before. */
static char *
unescape (GKeyFile *file, const char *group, const char *key, const char *raw)
{
  const gsize length = strlen (raw);
  gsize backslashes = 0;
  g_autoptr (GError) failed = NULL;
  g_autofree char *text = NULL;

  while (backslashes < length && raw[length - 1 - backslashes] == '\\')
    backslashes++;
  if (backslashes % 2 == 0)
    text = g_key_file_get_string (file, group, key, &failed);

  return failed == NULL ? g_steal_pointer (&text) : NULL;
}

/* The value of one key, in words of UTF-8 without escapes; NULL where there is an error. */
static char *
read_value (GKeyFile *file, const char *group, const char *key, GError **error)
{
  g_autofree char *raw = g_key_file_get_value (file, group, key, NULL);
  char *text = unescape (file, group, key, raw);

  if (text == NULL)
    g_set_error (error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_VALUE,
                 "a value is UTF-8, and a backslash in it is doubled");

  return text;
}

/* Reads a key of an earlier version as what it is called now. */
static gboolean
read_retired (const VbRetiredKey *retired,
              GKeyFile *file,
              const char *group,
              const char *text,
              gpointer target,
              GPtrArray *warnings,
              GError **error)
{
  const char *value = vb_config_retired_value (retired, text, error);

  if (value == NULL)
    return FALSE;
  if (g_key_file_has_key (file, group, retired->successor, NULL)) {
    g_set_error (error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_CLASH,
                 "%s, which took its place, is set too", retired->successor);
    return FALSE;
  }

  g_ptr_array_add (warnings, g_strdup_printf ("[%s] %s=%s is now called %s=%s", group, retired->key,
                                              text, retired->successor, value));

  return vb_key_read (vb_key_find (retired->group, retired->successor), value, target, error);
}

static gboolean
read_group (GKeyFile *file,
            const char *group,
            VbKeyGroup kind,
            gpointer target,
            GPtrArray *warnings,
            GError **error)
{
  g_auto (GStrv) keys = g_key_file_get_keys (file, group, NULL, NULL);

  for (guint i = 0; keys[i] != NULL; i++) {
    const VbKey *key = vb_key_find (kind, keys[i]);
    const VbRetiredKey *retired = vb_config_retired_find (kind, keys[i]);
    g_autofree char *text = NULL;

    if (key == NULL && retired == NULL)
      return refuse_key (group, kind, keys[i], error);

    text = read_value (file, group, keys[i], error);
    if (text == NULL
        || !(key != NULL ? vb_key_read (key, text, target, error)
                         : read_retired (retired, file, group, text, target, warnings, error))) {
      g_autofree char *raw = g_key_file_get_value (file, group, keys[i], NULL);
      g_autofree char *shown = g_utf8_make_valid (raw, -1);

      g_prefix_error (error, "[%s] %s=%s: ", group, keys[i], shown);
      return FALSE;
    }
  }

  return TRUE;
}

/* The battery that a group [limits NAME] is about; NULL with an error where there is none. */
static VbBatteryConfig *
limited_battery (VbConfig *config, const char *group, const char *name, GError **error)
{
  const gboolean is_default = g_str_equal (name, VB_DEFAULT_BATTERY);

  for (guint i = 0; i < config->batteries->len; i++) {
    VbBatteryConfig *battery = g_ptr_array_index (config->batteries, i);

    if (g_str_equal (battery->fixed.name, name) && !(is_default && strchr (group, ' ') != NULL))
      return battery;
  }

  if (is_default)
    g_set_error (error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_CLASH,
                 strchr (group, ' ') != NULL
                     ? "[%s]: the limits of the battery `" VB_DEFAULT_BATTERY "` are [limits]"
                     : "[%s] is of the battery `" VB_DEFAULT_BATTERY "`, and there is no [battery]",
                 group);
  else
    g_set_error (error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_CLASH, "[%s]: there is no [battery %s]",
                 group, name);

  return NULL;
}

static gboolean
read_battery (VbConfig *config, GKeyFile *file, const char *group, const char *name, GError **error)
{
  VbBatteryConfig *battery;

  if (g_str_equal (group, "battery " VB_DEFAULT_BATTERY))
    return vb_config_check_refuse_name (name, error);

  battery = add_battery (config, name);
  if (!read_group (file, group, VB_KEY_GROUP_BATTERY, battery, config->warnings, error))
    return FALSE;
  vb_config_times_follow (&battery->live, file, group);

  return TRUE;
}

static gboolean
read_limits (VbConfig *config, GKeyFile *file, char **groups, GError **error)
{
  for (guint i = 0; groups[i] != NULL; i++) {
    VbBatteryConfig *battery;
    const char *name;
    VbKeyGroup kind;

    if (!find_group (groups[i], &kind, &name) || kind != VB_KEY_GROUP_LIMITS)
      continue;
    battery = limited_battery (config, groups[i], name, error);
    if (battery == NULL || !read_group (file, groups[i], kind, battery, config->warnings, error))
      return FALSE;
  }

  return TRUE;
}

/* A part of the battery @name/PART, or of the default battery. */
static gboolean
read_part (VbConfig *config, GKeyFile *file, const char *group, const char *name, GError **error)
{
  const char *slash = strchr (name, '/');
  g_autofree char *battery_name
      = slash != NULL ? g_strndup (name, (gsize)(slash - name)) : g_strdup (VB_DEFAULT_BATTERY);
  VbBatteryConfig *battery = (VbBatteryConfig *)vb_config_battery (config, battery_name);
  VbPartConfig *part;

  if (battery == NULL) {
    g_set_error (error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_CLASH, "[%s]: there is no battery %s",
                 group, battery_name);
    return FALSE;
  }

  part = vb_part_config_new (slash != NULL ? slash + 1 : name);
  if (battery->fixed.parts == NULL)
    battery->fixed.parts = g_ptr_array_new_with_free_func ((GDestroyNotify)vb_part_config_free);
  g_ptr_array_add (battery->fixed.parts, part);
  vb_key_read_defaults (VB_KEY_GROUP_PART, part);

  return read_group (file, group, VB_KEY_GROUP_PART, part, config->warnings, error);
}

static gboolean
read_parts (VbConfig *config, GKeyFile *file, char **groups, GError **error)
{
  for (guint i = 0; groups[i] != NULL; i++) {
    const char *name;
    VbKeyGroup kind;

    if (find_group (groups[i], &kind, &name) && kind == VB_KEY_GROUP_PART
        && !read_part (config, file, groups[i], name, error))
      return FALSE;
  }

  return TRUE;
}

static gboolean
read_groups (VbConfig *config, GKeyFile *file, GError **error)
{
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);

  for (guint i = 0; groups[i] != NULL; i++) {
    const char *battery;
    VbKeyGroup kind;

    if (!find_group (groups[i], &kind, &battery)) {
      g_set_error (error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_UNKNOWN,
                   "there is no group [%s]; there are [http], [bus], [battery], [battery NAME], "
                   "[part NAME], [part BATTERY/NAME], [limits], [limits NAME] and [state]",
                   groups[i]);
      return FALSE;
    }
    if (kind == VB_KEY_GROUP_BATTERY) {
      if (!read_battery (config, file, groups[i], battery, error))
        return FALSE;
    } else if (battery == NULL
               && !read_group (file, groups[i], kind, config, config->warnings, error))
      return FALSE;
  }

  if (config->batteries->len == 0)
    add_battery (config, VB_DEFAULT_BATTERY);

  /* They may stand before the battery that they are about. */
  return read_limits (config, file, groups, error) && read_parts (config, file, groups, error);
}

/* Instances that were not set count up in the order of the file, past those that were. */
static gboolean
number_batteries (VbConfig *config, GError **error)
{
  int next = VB_INSTANCE_FIRST;

  for (guint i = 0; i < config->batteries->len; i++) {
    VbBatteryConfig *battery = g_ptr_array_index (config->batteries, i);

    if (battery->fixed.device_instance != VB_INSTANCE_UNSET)
      continue;
    while (vb_config_has_instance (config, next))
      next++;
    if (next > VB_INSTANCE_MAX) {
      g_set_error (error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_CLASH,
                   "battery %s: no device-instance from %d to %d is left", battery->fixed.name,
                   VB_INSTANCE_FIRST, VB_INSTANCE_MAX);
      return FALSE;
    }
    battery->fixed.device_instance = next;
  }

  return TRUE;
}

/* Who asks for the battery without its name means the first one. */
static void
put_default_first (VbConfig *config)
{
  for (guint i = 1; i < config->batteries->len; i++) {
    VbBatteryConfig *battery = g_ptr_array_index (config->batteries, i);

    if (!g_str_equal (battery->fixed.name, VB_DEFAULT_BATTERY))
      continue;
    g_ptr_array_steal_index (config->batteries, i);
    g_ptr_array_insert (config->batteries, 0, battery);
  }
}

const char *
vb_config_load_find_file (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (default_files); i++)
    if (g_file_test (default_files[i], G_FILE_TEST_EXISTS))
      return default_files[i];

  return NULL;
}

const char *
vb_config_load_find_again (const char *used)
{
  if (used != NULL && !g_file_test (used, G_FILE_TEST_EXISTS))
    return used;

  return vb_config_load_find_file ();
}

/* What stands in the file need not be UTF-8; what is said of it is. */
static void
make_valid (GError **error)
{
  char *valid;

  if (error == NULL)
    return;

  valid = g_utf8_make_valid ((*error)->message, -1);
  g_free ((*error)->message);
  (*error)->message = valid;
}

static gboolean
refuse_text (const char *what, GError **error)
{
  g_set_error_literal (error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_FILE, what);

  return FALSE;
}

/* GKeyFile reads up to a NUL byte, and what is behind it would be lost without a word. A file that
   was being written when the power went is often NUL bytes from end to end. */
static gboolean
check_text (const char *text, gsize length, GError **error)
{
  static const char mark[] = "\xef\xbb\xbf";
  g_autofree char *what = NULL;
  guint line = 1;

  if (g_str_has_prefix (text, mark))
    return refuse_text ("it begins with a byte order mark; save it as UTF-8 without one", error);
  if (strlen (text) == length)
    return TRUE;

  for (const char *end = strchr (text, '\n'); end != NULL; end = strchr (end + 1, '\n'))
    line++;
  what = g_strdup_printf ("line %u holds a NUL byte: it is no text, or was not written to its end",
                          line);

  return refuse_text (what, error);
}

/* @batteries_only: what is said of this machine is not read */
static gboolean
read_text (
    VbConfig *config, const char *text, gsize length, gboolean batteries_only, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) failed = NULL;

  if (!check_text (text, length, error))
    return FALSE;
  /* Translations are kept so that custom-name[de] is an unknown key rather than left out. */
  if (!g_key_file_load_from_data (file, text, length, G_KEY_FILE_KEEP_TRANSLATIONS, &failed))
    return refuse_text (failed->message, error);
  if (batteries_only)
    vb_config_portable_cut (file);
  if (!vb_config_twice_check (text, error) || !read_groups (config, file, error))
    return FALSE;

  config->portable = vb_config_portable (file);

  return TRUE;
}

/* Reads @text, which comes from @where, and checks what does not depend on this machine. */
static gboolean
read_and_check (VbConfig *config,
                const char *where,
                const char *text,
                gsize length,
                gboolean batteries_only,
                GError **error)
{
  if (read_text (config, text, length, batteries_only, error)
      && vb_config_token_read (config, error) && vb_config_check (config, error)
      && number_batteries (config, error))
    return TRUE;

  g_prefix_error (error, "%s: ", where);
  make_valid (error);

  return FALSE;
}

static gboolean
get_text (const char *path, char **text, gsize *length, GError **error)
{
  g_autoptr (GError) failed = NULL;

  if (g_file_get_contents (path, text, length, &failed))
    return TRUE;

  g_set_error (error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_FILE, "%s: %s", path, failed->message);
  make_valid (error);

  return FALSE;
}

VbConfig *
vb_config_load (const char *file, const char *const *listen, GError **error)
{
  g_autoptr (VbConfig) config = new_by_default ();
  g_autofree char *text = NULL;
  const char *path = file != NULL ? file : vb_config_load_find_file ();
  gsize length = 0;

  if (path != NULL && !get_text (path, &text, &length, error))
    return NULL;
  if (!read_and_check (config, path != NULL ? path : "default configuration",
                       text != NULL ? text : "", length, FALSE, error))
    return NULL;
  put_default_first (config);
  config->file = g_strdup (path);

  if (listen != NULL) {
    g_strfreev (config->listen);
    config->listen = g_strdupv ((char **)listen);
  }
  if (!vb_config_listen_check (config, error)) {
    g_prefix_error (error, "%s: ", listen != NULL ? "--listen, or LISTEN_FDS" : path);
    make_valid (error);
    return NULL;
  }

  return g_steal_pointer (&config);
}

VbConfig *
vb_config_load_portable (const char *where, const char *text, GError **error)
{
  g_autoptr (VbConfig) config = new_by_default ();

  if (!read_and_check (config, where, text, strlen (text), TRUE, error))
    return NULL;
  put_default_first (config);

  return g_steal_pointer (&config);
}

VbConfig *
vb_config_load_batteries (const char *file, GError **error)
{
  g_autoptr (VbConfig) config = new_by_default ();
  g_autofree char *text = NULL;
  gsize length;

  g_return_val_if_fail (file != NULL, NULL);

  if (!get_text (file, &text, &length, error)
      || !read_and_check (config, file, text, length, TRUE, error))
    return NULL;
  put_default_first (config);

  return g_steal_pointer (&config);
}
