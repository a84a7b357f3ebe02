#include "portable.h"

#include "keys.h"

/* Whether @group is about this machine rather than about a battery. */
static gboolean
is_local (const char *group)
{
  static const VbKeyGroup local[] = { VB_KEY_GROUP_HTTP, VB_KEY_GROUP_BUS, VB_KEY_GROUP_STATE };

  for (guint i = 0; i < G_N_ELEMENTS (local); i++)
    if (g_str_equal (group, vb_key_group_name (local[i])))
      return TRUE;

  return FALSE;
}

void
vb_config_portable_cut (GKeyFile *file)
{
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);

  for (guint i = 0; groups[i] != NULL; i++)
    if (is_local (groups[i]))
      g_key_file_remove_group (file, groups[i], NULL);
}

char *
vb_config_portable (GKeyFile *file)
{
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);
  GString *text = g_string_new (NULL);

  for (guint i = 0; groups[i] != NULL; i++) {
    g_auto (GStrv) keys = g_key_file_get_keys (file, groups[i], NULL, NULL);

    if (is_local (groups[i]))
      continue;
    g_string_append_printf (text, "[%s]\n", groups[i]);
    for (guint j = 0; keys[j] != NULL; j++) {
      g_autofree char *value = g_key_file_get_value (file, groups[i], keys[j], NULL);

      g_string_append_printf (text, "%s=%s\n", keys[j], value);
    }
  }

  return g_string_free (text, FALSE);
}
