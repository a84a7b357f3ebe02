#include "system-items.h"

#include "bus/value.h"

/* The instance, and the text, that mean: whichever is there. */
#define AUTOMATIC -1
#define AUTOMATIC_TEXT "default"

const VbSystemItem vb_system_items[VB_SYSTEM_ITEMS] = {
  { "/ActiveBatteryService", offsetof (VbSystem, monitor), TRUE },
  { "/Dc/Battery/BatteryService", offsetof (VbSystem, monitor_service), TRUE },
  { "/ActiveBmsService", offsetof (VbSystem, bms), TRUE },
  { "/Control/Dvcc", offsetof (VbSystem, dvcc), FALSE },
  { "/Dvcc/Alarms/MultipleBatteries", offsetof (VbSystem, several), FALSE },
};

const VbSystemChoice vb_system_choices[VB_SYSTEM_CHOICES] = {
  { "/Settings/SystemSetup/BmsInstance", offsetof (VbSystem, automatic_bms) },
  { "/Settings/SystemSetup/BatteryService", offsetof (VbSystem, automatic_monitor) },
};

static gboolean
keep_text (char **kept, GVariant *value)
{
  const char *text = value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
                         ? g_variant_get_string (value, NULL)
                         : NULL;

  if (g_strcmp0 (*kept, text) == 0)
    return FALSE;

  g_free (*kept);
  *kept = g_strdup (text);

  return TRUE;
}

static gboolean
keep_flag (gboolean *kept, GVariant *value)
{
  double number;
  const gboolean flag = value != NULL && vb_bus_value_number (value, &number) && number != 0;
  const gboolean changed = *kept != flag;

  *kept = flag;

  return changed;
}

gboolean
vb_system_item_keep (const VbSystemItem *item, GVariant *boxed, VbSystem *system)
{
  g_autoptr (GVariant) value = boxed != NULL ? vb_bus_value_unbox (boxed) : NULL;
  gpointer kept = (char *)system + item->offset;

  return item->is_text ? keep_text (kept, value) : keep_flag (kept, value);
}

static gboolean
is_automatic (GVariant *value)
{
  double number;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_str_equal (g_variant_get_string (value, NULL), AUTOMATIC_TEXT);

  return vb_bus_value_number (value, &number) && number == AUTOMATIC;
}

gboolean
vb_system_choice_keep (const VbSystemChoice *choice, GVariant *boxed, VbSystem *system)
{
  g_autoptr (GVariant) value = boxed != NULL ? vb_bus_value_unbox (boxed) : NULL;
  gboolean *kept = (gboolean *)(gpointer)((char *)system + choice->offset);
  const gboolean automatic = value != NULL && is_automatic (value);
  const gboolean changed = *kept != automatic;

  *kept = automatic;

  return changed;
}
