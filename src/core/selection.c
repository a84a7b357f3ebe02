#include "selection.h"

void
vb_system_clear (VbSystem *system)
{
  g_clear_pointer (&system->monitor, g_free);
  g_clear_pointer (&system->bms, g_free);
}

VbSelected
vb_system_selected (const VbSystem *system, const char *service, int instance)
{
  char key[64];

  if (system == NULL || !system->there)
    return (VbSelected){ .known = FALSE };

  g_snprintf (key, sizeof key, "com.victronenergy.battery/%d", instance);

  return (VbSelected){
    .known = TRUE,
    .monitor = g_strcmp0 (system->monitor, key) == 0,
    .bms = service != NULL && g_strcmp0 (system->bms, service) == 0,
    .dvcc = system->dvcc,
  };
}

static void
describe_monitor (const VbSystem *system, const VbSelected *selected, GPtrArray *texts)
{
  if (selected->monitor)
    g_ptr_array_add (texts, g_strdup ("selected as battery monitor"));
  else if (system->monitor != NULL)
    g_ptr_array_add (texts, g_strdup_printf ("not the battery monitor: %s is selected instead",
                                             system->monitor));
  else
    g_ptr_array_add (texts, g_strdup ("not the battery monitor: none is selected"));
}

static void
describe_bms (const VbSystem *system, const VbSelected *selected, GPtrArray *texts)
{
  if (selected->bms)
    g_ptr_array_add (texts, g_strdup ("selected as BMS"));
  else if (system->bms != NULL)
    g_ptr_array_add (
        texts, g_strdup_printf ("limits are not used: %s is selected as BMS instead", system->bms));
  else
    g_ptr_array_add (texts, g_strdup ("limits are not used: no BMS is selected"));

  if (!selected->dvcc)
    g_ptr_array_add (texts, g_strdup ("limits are not used: switch DVCC on"));
  if (system->several)
    g_ptr_array_add (texts, g_strdup ("several BMSes are on the bus (MultipleBatteries): Venus "
                                      "obeys one of them, choose it there"));
}

void
vb_system_describe (
    const VbSystem *system, VbRole role, const char *service, int instance, GPtrArray *texts)
{
  const VbSelected selected = vb_system_selected (system, service, instance);

  if (!selected.known)
    return;

  describe_monitor (system, &selected, texts);
  if (role == VB_ROLE_BMS)
    describe_bms (system, &selected, texts);
}
