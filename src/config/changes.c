#include "changes.h"

#include "keys.h"

/* The group of the file that the battery @name stands in. */
static char *
battery_group (const char *name)
{
  return g_str_equal (name, VB_DEFAULT_BATTERY) ? g_strdup ("battery")
                                                : g_strconcat ("battery ", name, NULL);
}

/* The same of its part @part. */
static char *
part_group (const char *name, const char *part)
{
  return g_str_equal (name, VB_DEFAULT_BATTERY) ? g_strconcat ("part ", part, NULL)
                                                : g_strconcat ("part ", name, "/", part, NULL);
}

static void
add_group (const char *name, GPtrArray *differences)
{
  g_autofree char *group = battery_group (name);

  g_ptr_array_add (differences, g_strdup_printf ("[%s]", group));
}

static void
add_differences (VbKeyGroup group,
                 const char *name,
                 gconstpointer old,
                 gconstpointer new,
                 GPtrArray *differences)
{
  for (guint i = 0; i < vb_n_keys; i++)
    if (vb_keys[i].group == group && !vb_key_is_live (&vb_keys[i])
        && !vb_key_equal (&vb_keys[i], old, new))
      g_ptr_array_add (differences, g_strdup_printf ("[%s] %s", name, vb_keys[i].key));
}

/* A part that is added or taken away is a difference too. */
static void
add_parts (const VbBatteryConfig *old, const VbBatteryConfig *new, GPtrArray *differences)
{
  const GPtrArray *before = old->fixed.parts, *after = new->fixed.parts;
  const guint n_before = before != NULL ? before->len : 0, n_after = after != NULL ? after->len : 0;

  for (guint i = 0; i < MAX (n_before, n_after); i++) {
    const VbPartConfig *any = g_ptr_array_index (i < n_before ? before : after, i);
    const VbPartConfig *is = i < n_after ? g_ptr_array_index (after, i) : NULL;
    g_autofree char *group = part_group (old->fixed.name, any->name);

    if (i < n_before && is != NULL && g_str_equal (any->name, is->name))
      add_differences (VB_KEY_GROUP_PART, group, any, is, differences);
    else
      g_ptr_array_add (differences, g_strdup_printf ("[%s]", group));
  }
}

gboolean
vb_config_changes_fixes (const VbBatteryConfig *old, const VbBatteryConfig *new)
{
  g_autoptr (GPtrArray) differences = g_ptr_array_new_with_free_func (g_free);

  add_differences (VB_KEY_GROUP_BATTERY, old->fixed.name, old, new, differences);
  add_parts (old, new, differences);

  return differences->len > 0;
}

char **
vb_config_changes_fixed (const VbConfig *old, const VbConfig *new)
{
  static const VbKeyGroup groups[] = { VB_KEY_GROUP_HTTP, VB_KEY_GROUP_BUS, VB_KEY_GROUP_STATE };
  g_autoptr (GPtrArray) differences = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    add_differences (groups[i], vb_key_group_name (groups[i]), old, new, differences);

  for (guint i = 0; i < old->batteries->len; i++) {
    const VbBatteryConfig *battery = g_ptr_array_index (old->batteries, i);
    const VbBatteryConfig *now = vb_config_battery (new, battery->fixed.name);
    g_autofree char *group = battery_group (battery->fixed.name);

    if (now != NULL) {
      add_differences (VB_KEY_GROUP_BATTERY, group, battery, now, differences);
      add_parts (battery, now, differences);
    } else
      add_group (battery->fixed.name, differences);
  }
  for (guint i = 0; i < new->batteries->len; i++) {
    const VbBatteryConfig *battery = g_ptr_array_index (new->batteries, i);

    if (vb_config_battery (old, battery->fixed.name) == NULL)
      add_group (battery->fixed.name, differences);
  }
  g_ptr_array_add (differences, NULL);

  return (char **)g_ptr_array_free (g_steal_pointer (&differences), FALSE);
}
