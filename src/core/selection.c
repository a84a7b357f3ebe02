#define G_LOG_DOMAIN "battery"

#include "selection.h"

#include "base/shown.h"

/* The longest name of a service that a text repeats, in bytes; those of the bus have 255. */
#define SERVICE_MAX 255

/* Venus chooses within some seconds after a battery has come or gone; what it says meanwhile is not
   told. */
#define SETTLED_AFTER (5 * G_USEC_PER_SEC)

void
vb_system_clear (VbSystem *system)
{
  g_clear_pointer (&system->monitor, g_free);
  g_clear_pointer (&system->monitor_service, g_free);
  g_clear_pointer (&system->bms, g_free);
}

const char *
vb_system_monitor (const VbSystem *system)
{
  return system->monitor_service != NULL ? system->monitor_service : system->monitor;
}

/* Another battery may have the number, too: where the name is known it decides. */
static gboolean
is_monitor (const VbSystem *system, const char *service, int instance)
{
  char key[64];

  if (system->monitor_service != NULL)
    return g_strcmp0 (system->monitor_service, service) == 0;

  g_snprintf (key, sizeof key, "com.victronenergy.battery/%d", instance);

  return g_strcmp0 (system->monitor, key) == 0;
}

VbSelected
vb_system_selected (const VbSystem *system, const char *service, int instance)
{
  if (system == NULL || !system->there)
    return (VbSelected){ .known = FALSE };

  return (VbSelected){
    .known = TRUE,
    .monitor = is_monitor (system, service, instance),
    .bms = service != NULL && g_strcmp0 (system->bms, service) == 0,
    .dvcc = system->dvcc,
  };
}

static void
describe_monitor (const VbSystem *system, const VbSelected *selected, GPtrArray *texts)
{
  if (selected->monitor) {
    g_ptr_array_add (texts, g_strdup ("selected as battery monitor"));
    if (system->automatic_monitor)
      g_ptr_array_add (texts,
                       g_strdup ("nobody has chosen the battery monitor (Automatic): while this "
                                 "battery is stale Venus silently shows another one, as that of a "
                                 "Multi; choose this one in Settings, System setup, Battery "
                                 "monitor"));
  } else if (vb_system_monitor (system) != NULL) {
    g_autofree char *monitor = vb_shown (vb_system_monitor (system), SERVICE_MAX);

    g_ptr_array_add (texts,
                     g_strdup_printf ("not the battery monitor: %s is selected instead", monitor));
  } else
    g_ptr_array_add (texts, g_strdup ("not the battery monitor: none is selected"));
}

static void
describe_bms (const VbSystem *system, const VbSelected *selected, GPtrArray *texts)
{
  if (selected->bms)
    g_ptr_array_add (texts, g_strdup ("selected as BMS"));
  else if (system->bms != NULL) {
    g_autofree char *bms = vb_shown (system->bms, SERVICE_MAX);

    g_ptr_array_add (texts,
                     g_strdup_printf ("limits are not used: %s is selected as BMS instead", bms));
  } else
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

/* The texts from the one at @first on; NULL: there are none. */
static char *
join_texts (const GPtrArray *texts, guint first)
{
  GString *joined;

  if (first >= texts->len)
    return NULL;

  joined = g_string_new (NULL);
  for (guint i = first; i < texts->len; i++)
    g_string_append_printf (joined, "%s%s", i > first ? "; " : "",
                            (const char *)g_ptr_array_index (texts, i));

  return g_string_free (joined, FALSE);
}

/* Whether Venus has chosen since it was last told, and stayed with it. */
static gboolean
is_due (const VbSelection *selection, const VbPresence *presence, gint64 now)
{
  const VbSystem *system = selection->system;
  gint64 chosen;

  if (system == NULL || !system->there || !presence->on_bus)
    return FALSE;

  chosen = MAX (system->last_change, selection->joined);

  return selection->told_at <= chosen && now - chosen >= SETTLED_AFTER;
}

static void
warn_of_clash (const VbNeighbours *neighbours, const VbPresence *presence, GPtrArray *warnings)
{
  const char *other = vb_neighbours_clash (neighbours, presence->service, presence->instance);
  g_autofree char *shown = other != NULL ? vb_shown (other, SERVICE_MAX) : NULL;

  if (shown != NULL)
    g_ptr_array_add (warnings,
                     g_strdup_printf ("device instance %d is also that of %s: Venus takes the one "
                                      "for the other; give one of them another number",
                                      presence->instance, shown));
}

static void
warn_of_displaced (const VbSelection *selection, const VbPresence *presence, GPtrArray *warnings)
{
  const VbSelected selected
      = vb_system_selected (selection->system, presence->service, presence->instance);
  const char *other = vb_neighbours_other_bms (selection->neighbours);
  g_autofree char *shown = other != NULL ? vb_shown (other, SERVICE_MAX) : NULL;

  if (shown != NULL && selected.bms && selection->system->automatic_bms)
    g_ptr_array_add (warnings,
                     g_strdup_printf ("Venus obeys this battery in the place of %s, because "
                                      "nobody has chosen the BMS and its device instance is lower; "
                                      "choose the BMS under DVCC",
                                      shown));
}

void
vb_selection_warn (const VbSelection *selection, const VbPresence *presence, GPtrArray *warnings)
{
  if (selection->neighbours == NULL || presence->service == NULL)
    return;

  warn_of_clash (selection->neighbours, presence, warnings);
  warn_of_displaced (selection, presence, warnings);
}

/* The same, and logs it where it has changed. */
static void
warn_and_log (VbSelection *selection,
              const VbBatteryFixed *config,
              const VbPresence *presence,
              GPtrArray *warnings)
{
  const guint first = warnings->len;
  g_autofree char *joined = NULL;

  vb_selection_warn (selection, presence, warnings);
  joined = join_texts (warnings, first);
  if (g_strcmp0 (joined, selection->warned) == 0)
    return;

  g_message ("battery %s: %s", config->name,
             joined != NULL ? joined : "no other battery is in its way any more");
  g_free (selection->warned);
  selection->warned = g_steal_pointer (&joined);
}

void
vb_selection_tell (VbSelection *selection,
                   const VbBatteryFixed *config,
                   const VbPresence *presence,
                   gint64 now,
                   GPtrArray *warnings)
{
  g_autoptr (GPtrArray) texts = NULL;
  g_autofree char *joined = NULL;

  warn_and_log (selection, config, presence, warnings);
  if (!presence->on_bus)
    selection->joined = now;
  if (!is_due (selection, presence, now))
    return;

  selection->told_at = now;
  texts = g_ptr_array_new_with_free_func (g_free);
  vb_system_describe (selection->system, config->role, presence->service, presence->instance,
                      texts);
  joined = join_texts (texts, 0);
  if (g_strcmp0 (joined, selection->told) == 0)
    return;

  g_message ("battery %s: %s", config->name, joined);
  g_free (selection->told);
  selection->told = g_steal_pointer (&joined);
  g_ptr_array_extend_and_steal (warnings, g_steal_pointer (&texts));
}

void
vb_selection_clear (VbSelection *selection)
{
  g_clear_pointer (&selection->warned, g_free);
  g_clear_pointer (&selection->told, g_free);
}
