#include "markdown.h"

#include "keys.h"

void
vb_config_markdown_append (GString *markdown)
{
  g_string_append (markdown,
                   "# The configuration\n\n"
                   "A key file: `--config FILE`, else `/data/conf/dbus-virtual-battery.ini`, else "
                   "`/etc/dbus-virtual-battery.ini`. Nothing has to be set. `--check-config` names "
                   "what is wrong. `[battery]` is the battery `virtual`; `[battery NAME]` groups, "
                   "with the same keys, are further ones. `[part NAME]` is a part of `[battery]`, "
                   "`[part BATTERY/NAME]` of another one; `[limits]` and `[limits NAME]` are the "
                   "limits by rules of the same batteries. Keys marked *live* are taken over on "
                   "SIGHUP, unless another key of the same battery differs too.\n");

  for (VbKeyGroup group = VB_KEY_GROUP_HTTP; group <= VB_KEY_GROUP_STATE; group++) {
    g_string_append_printf (markdown,
                            "\n## [%s]\n\n| key | allowed | default | |\n|---|---|---|---|\n",
                            vb_key_group_name (group));
    for (guint i = 0; i < vb_n_keys; i++) {
      const VbKey *key = &vb_keys[i];

      if (key->group != group)
        continue;
      g_string_append_printf (markdown, "| `%s` | ", key->key);
      vb_key_append_allowed (key, markdown);
      if (key->by_default == NULL)
        g_string_append (markdown, " | not set");
      else if (*key->by_default == '\0')
        g_string_append (markdown, " | empty");
      else
        g_string_append_printf (markdown, " | `%s`", key->by_default);
      g_string_append_printf (markdown, " | %s%s |\n", key->description,
                              vb_key_is_live (key) ? " *Live.*" : "");
    }
  }
}
