#include "head.h"

#include <string.h>
#include <sys/utsname.h>

#include "base/shown.h"
#include "config/keys.h"
#include "config/load.h"

/* The longest line of the file that is shown whole. */
#define LINE_MAX_BYTES 1000

static gboolean
is_key (const char *key)
{
  for (VbKeyGroup group = VB_KEY_GROUP_HTTP; group <= VB_KEY_GROUP_STATE; group++)
    if (vb_key_find (group, key) != NULL)
      return TRUE;

  return FALSE;
}

/* What stands in the place of a path and leads nowhere may be the token itself. */
static gboolean
is_secret (const char *key, const char *value)
{
  g_autofree char *path = g_strstrip (g_strdup (value));

  return g_str_equal (key, "token-file") && !g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
show_line (const char *line, GString *text)
{
  const char *equals = strchr (line, '=');
  g_autofree char *key = equals != NULL ? g_strndup (line, (gsize)(equals - line)) : NULL;

  if (*line != '[' && key != NULL && is_secret (g_strchomp (key), equals + 1))
    g_string_append_printf (text, "  %s=(not shown: there is no such file)\n", key);
  else if (*line == '[' || (key != NULL && is_key (g_strchomp (key))))
    g_string_append_printf (text, "  %s\n", line);
  else if (key != NULL)
    g_string_append_printf (text, "  %s=(not shown: there is no such key)\n", key);
  else
    g_string_append (text, "  (not shown: neither a group nor a key)\n");
}

void
vb_head_show_config (const char *config, GString *text)
{
  g_auto (GStrv) lines = g_strsplit (config, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (*g_strstrip (lines[i]) != '\0' && *lines[i] != '#') {
      g_autofree char *line = vb_shown (lines[i], LINE_MAX_BYTES);

      show_line (line, text);
    }
}

static void
show_venus_version (GString *text)
{
  g_autofree char *version = NULL;

  if (!g_file_get_contents (VB_VENUS_FOLDER "/version", &version, NULL, NULL)) {
    g_string_append (text, "no Venus OS\n");
    return;
  }
  version[strcspn (version, "\r\n")] = '\0';
  g_string_append_printf (text, "Venus OS %s\n", g_strstrip (version));
}

static void
show_config_file (const char *config_file, GString *text)
{
  g_autofree char *config = NULL;
  g_autofree char *valid = NULL;

  g_string_append_printf (text, "%s:\n", config_file);
  if (g_file_get_contents (config_file, &config, NULL, NULL)) {
    valid = g_utf8_make_valid (config, -1);
    vb_head_show_config (valid, text);
  }
  g_string_append_c (text, '\n');
}

void
vb_head_append (const char *config_file, GString *text)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *time = g_date_time_format (now, "%Y-%m-%dT%H:%M:%SZ");
  struct utsname machine;

  g_string_append_printf (text, "dbus-virtual-battery %s for %s\n", VB_VERSION, VB_ARCHITECTURE);
  if (uname (&machine) == 0)
    g_string_append_printf (text, "%s %s %s\n", machine.sysname, machine.release, machine.machine);
  show_venus_version (text);
  g_string_append_printf (text, "%s\n", time);

  if (config_file != NULL)
    show_config_file (config_file, text);
  else
    g_string_append (text, "no configuration file: the defaults\n\n");
}
