#include "presence.h"

const char *
vb_joining_name (VbJoining joining)
{
  static const char *const names[] = {
    [VB_JOINING_NOTHING] = NULL,
    [VB_JOINING_SETTINGS] = "settings",
    [VB_JOINING_SYSTEM] = "system",
    [VB_JOINING_NAME] = "name",
  };

  g_return_val_if_fail (joining < G_N_ELEMENTS (names), NULL);

  return names[joining];
}

void
vb_presence_set (
    VbPresence *presence, gboolean on_bus, VbJoining joining, const char *service, int instance)
{
  presence->on_bus = on_bus;
  presence->joining = joining;
  presence->instance = instance;
  if (g_strcmp0 (presence->service, service) != 0) {
    g_free (presence->service);
    presence->service = g_strdup (service);
  }
}

void
vb_presence_clear (VbPresence *presence)
{
  g_clear_pointer (&presence->service, g_free);
}
