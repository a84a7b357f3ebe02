#define G_LOG_DOMAIN "battery"

#include "battery-private.h"

/* Venus chooses within some seconds after a battery has come or gone; what it says meanwhile is not
   told. */
#define SETTLED_AFTER (5 * G_USEC_PER_SEC)

void
vb_battery_set_system (VbBattery *battery, const VbSystem *system)
{
  battery->system = system;
}

VbSelected
vb_battery_selected (const VbBattery *battery)
{
  return vb_system_selected (battery->system, battery->presence.service,
                             battery->presence.instance);
}

static char *
join_texts (const GPtrArray *texts)
{
  GString *joined = g_string_new (NULL);

  for (guint i = 0; i < texts->len; i++)
    g_string_append_printf (joined, "%s%s", i > 0 ? "; " : "",
                            (const char *)g_ptr_array_index (texts, i));

  return g_string_free (joined, FALSE);
}

/* Whether Venus has chosen since it was last told, and stayed with it. */
static gboolean
is_due (const VbBattery *battery, gint64 now)
{
  const VbSystem *system = battery->system;
  gint64 chosen;

  if (system == NULL || !system->there || !battery->presence.on_bus)
    return FALSE;

  chosen = MAX (system->last_change, battery->joined);

  return battery->selection_told <= chosen && now - chosen >= SETTLED_AFTER;
}

void
vb_battery_tell_selection (VbBattery *battery, gint64 now, GPtrArray *warnings)
{
  g_autoptr (GPtrArray) texts = NULL;
  g_autofree char *joined = NULL;

  if (!battery->presence.on_bus)
    battery->joined = now;
  if (!is_due (battery, now))
    return;

  battery->selection_told = now;
  texts = g_ptr_array_new_with_free_func (g_free);
  vb_system_describe (battery->system, battery->config.fixed.role, battery->presence.service,
                      battery->presence.instance, texts);
  joined = join_texts (texts);
  if (g_strcmp0 (joined, battery->selection) == 0)
    return;

  g_message ("battery %s: %s", battery->config.fixed.name, joined);
  g_free (battery->selection);
  battery->selection = g_steal_pointer (&joined);
  g_ptr_array_extend_and_steal (warnings, g_steal_pointer (&texts));
}
