#include "twice.h"

#include <string.h>

#include "error.h"

static gboolean
refuse (const char *group, const char *key, GError **error)
{
  if (key == NULL)
    g_set_error (error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_CLASH, "[%s] stands there twice", group);
  else
    g_set_error (error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_CLASH, "[%s] %s is set twice", group, key);

  return FALSE;
}

gboolean
vb_config_twice_check (const char *text, GError **error)
{
  g_autoptr (GHashTable) groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *group = g_strdup ("");
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++) {
    char *line = g_strstrip (lines[i]);
    char *end = strchr (line, *line == '[' ? ']' : '=');

    if (*line == '#' || end == NULL)
      continue;

    *end = '\0';
    if (*line == '[') {
      g_free (group);
      group = g_strdup (line + 1);
      g_hash_table_remove_all (keys);
      if (!g_hash_table_add (groups, g_strdup (group)))
        return refuse (group, NULL, error);
    } else if (!g_hash_table_add (keys, g_strdup (g_strchomp (line))))
      return refuse (group, line, error);
  }

  return TRUE;
}
