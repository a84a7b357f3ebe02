#include "battery-private.h"

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

VbVerdict *
vb_verdict_new (void)
{
  VbVerdict *verdict = g_new0 (VbVerdict, 1);

  verdict->missing = g_ptr_array_new ();
  verdict->warnings = g_ptr_array_new_with_free_func (g_free);

  return verdict;
}

void
vb_verdict_free (VbVerdict *verdict)
{
  g_ptr_array_unref (verdict->missing);
  g_ptr_array_unref (verdict->warnings);
  g_free (verdict);
}

void
vb_battery_activate (VbBattery *battery, guint item)
{
  if (battery->flags[item] & VB_ITEM_ACTIVE)
    return;

  battery->flags[item] |= VB_ITEM_ACTIVE;
  g_array_append_val (battery->active, item);
}

static VbBattery *
battery_alloc (const VbBatteryConfig *config)
{
  VbBattery *battery = g_new0 (VbBattery, 1);
  const guint n = vb_item_count ();

  vb_battery_config_copy (&battery->config, config);
  battery->sent = g_new0 (VbSample, n);
  battery->derived = g_new0 (VbSample, n);
  battery->shown = g_new0 (VbSample, n);
  battery->flags = g_new0 (guint8, n);
  battery->active = g_array_new (FALSE, FALSE, sizeof (guint));
  battery->changed = g_array_new (FALSE, FALSE, sizeof (guint));
  battery->next_tick = G_MAXINT64;
  battery->presence.instance = -1;

  return battery;
}

VbBattery *
vb_battery_new (const VbBatteryConfig *config, gint64 now)
{
  static const VbKnown own[] = {
    VB_KNOWN_BMS_CABLE,
    VB_KNOWN_CONNECTED,
    VB_KNOWN_CONNECTION_INFORMATION,
    VB_KNOWN_BATTERY_LOW_VOLTAGE,
  };
  VbBattery *battery;
  guint n_derived;
  const VbKnown *derived = vb_derive_fields (&n_derived);

  g_return_val_if_fail (config != NULL, NULL);

  battery = battery_alloc (config);
  battery->listeners = g_array_new (FALSE, FALSE, sizeof (VbListener));
  battery->since = now;
  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    if (vb_battery_has_item (battery, vb_item_known (own[i])))
      vb_battery_activate (battery, vb_item_known (own[i]));
  for (guint i = 0; i < n_derived; i++)
    vb_battery_activate (battery, vb_item_known (derived[i]));
  vb_battery_init_history (battery);

  return battery;
}

static void
samples_free (VbSample *samples)
{
  for (guint i = 0; i < vb_item_count (); i++)
    vb_value_clear (&samples[i].value);

  g_free (samples);
}

void
vb_battery_free (VbBattery *battery)
{
  samples_free (battery->sent);
  samples_free (battery->derived);
  samples_free (battery->shown);
  g_free (battery->flags);
  g_array_unref (battery->active);
  g_array_unref (battery->changed);
  g_clear_pointer (&battery->listeners, g_array_unref);
  g_free (battery->source.address);
  g_free (battery->described);
  g_free (battery->source.refusal.address);
  g_clear_pointer (&battery->source.refusal.errors, g_ptr_array_unref);
  g_free (battery->presence.service);
  g_free (battery->selection);
  vb_battery_config_clear (&battery->config);
  g_free (battery);
}

static void
samples_copy (VbSample *samples, const VbSample *source)
{
  for (guint i = 0; i < vb_item_count (); i++) {
    vb_value_set (&samples[i].value, &source[i].value);
    samples[i].time = source[i].time;
  }
}

VbBattery *
vb_battery_copy (const VbBattery *battery)
{
  VbBattery *copy = battery_alloc (&battery->config);
  VbBattery own = *copy;

  *copy = *battery;
  copy->config = own.config;
  copy->sent = own.sent;
  copy->derived = own.derived;
  copy->shown = own.shown;
  copy->flags = own.flags;
  copy->active = own.active;
  copy->changed = own.changed;
  copy->presence = own.presence;
  copy->listeners = NULL;
  copy->system = NULL;
  copy->selection = NULL;
  copy->source.address = g_strdup (battery->source.address);
  copy->described = g_strdup (battery->described);
  copy->source.refusal = (VbRefusal){ 0 };

  samples_copy (copy->sent, battery->sent);
  samples_copy (copy->derived, battery->derived);
  samples_copy (copy->shown, battery->shown);
  for (guint i = 0; i < vb_item_count (); i++)
    copy->flags[i] = battery->flags[i];
  g_array_append_vals (copy->active, battery->active->data, battery->active->len);

  return copy;
}

VbBattery *
vb_battery_find (const GPtrArray *batteries, const char *name)
{
  for (guint i = 0; i < batteries->len; i++) {
    VbBattery *battery = g_ptr_array_index (batteries, i);

    if (g_str_equal (battery->config.fixed.name, name))
      return battery;
  }

  return NULL;
}

const VbBatteryConfig *
vb_battery_config (const VbBattery *battery)
{
  return &battery->config;
}

VbState
vb_battery_state (const VbBattery *battery)
{
  return battery->state;
}

gint64
vb_battery_since (const VbBattery *battery)
{
  return battery->since;
}

gint64
vb_battery_next_tick (const VbBattery *battery)
{
  return battery->next_tick;
}

const VbValue *
vb_battery_value (const VbBattery *battery, guint item)
{
  return &battery->shown[item].value;
}

gint64
vb_battery_value_age (const VbBattery *battery, guint item, gint64 now, gboolean *derived)
{
  const VbSample *shown = &battery->shown[item];

  *derived = (battery->flags[item] & VB_ITEM_DERIVED) != 0;

  return vb_value_is_valid (&shown->value) ? now - shown->time : VB_AGE_NEVER;
}

gboolean
vb_battery_has_item (const VbBattery *battery, guint item)
{
  const VbField *field = vb_item (item)->field;

  if (field->known == VB_KNOWN_CLEAR_HISTORY || field->known == VB_KNOWN_CAN_BE_CLEARED)
    return battery->config.fixed.history;

  return battery->config.fixed.role == VB_ROLE_BMS || field->group != VB_GROUP_LIMIT;
}

const VbSource *
vb_battery_source (const VbBattery *battery)
{
  return &battery->source;
}

static void
set_address (char **address, const char *new_address)
{
  char *copy = g_strdup (new_address);

  g_free (*address);
  *address = copy;
}

/* Two that send in turn would change the line about the source with every record: it stays with the one
   it names until that one has been silent for warn-after. */
static void
describe_source (VbBattery *battery, const char *address, gint64 now)
{
  const gboolean same = g_strcmp0 (battery->described, address) == 0;

  if (!same && battery->described_last != 0
      && now - battery->described_last < battery->config.live.freshness.warn_after)
    return;

  battery->described_last = now;
  if (same)
    return;
  set_address (&battery->described, address);
  battery->describe = TRUE;
}

void
vb_battery_set_source (VbBattery *battery, const char *address, gint64 now)
{
  describe_source (battery, address, now);
  if (g_strcmp0 (battery->source.address, address) != 0)
    set_address (&battery->source.address, address);
}

const VbPresence *
vb_battery_presence (const VbBattery *battery)
{
  return &battery->presence;
}

const VbTally *
vb_battery_tally (const VbBattery *battery)
{
  return &battery->tally;
}

void
vb_battery_set_presence (
    VbBattery *battery, gboolean on_bus, VbJoining joining, const char *service, int instance)
{
  VbPresence *presence = &battery->presence;

  presence->on_bus = on_bus;
  presence->joining = joining;
  presence->instance = instance;
  if (g_strcmp0 (presence->service, service) != 0) {
    g_free (presence->service);
    presence->service = g_strdup (service);
  }
}
