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

static gboolean
is_on (GVariant *value)
{
  double number;

  return vb_bus_value_number (value, &number) && number != 0;
}

/* An empty array, and a text where there should be a number, say nothing. */
static gboolean
is_told (GVariant *value)
{
  double number;

  return g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
         || vb_bus_value_number (value, &number);
}

const VbSystemChoice vb_system_choices[VB_SYSTEM_CHOICES] = {
  { "/Settings/SystemSetup/BmsInstance", offsetof (VbSystem, automatic_bms),
    offsetof (VbSystem, bms_told), is_automatic },
  { "/Settings/SystemSetup/BatteryService", offsetof (VbSystem, automatic_monitor),
    offsetof (VbSystem, monitor_told), is_automatic },
  { "/Settings/CGwacs/OvervoltageFeedIn", offsetof (VbSystem, feed_in),
    offsetof (VbSystem, feed_in_told), is_on },
};

static gboolean
set_flag (VbSystem *system, gsize offset, gboolean flag)
{
  gboolean *kept = (gboolean *)(gpointer)((char *)system + offset);
  const gboolean changed = *kept != flag;

  *kept = flag;

  return changed;
}

gboolean
vb_system_choice_keep (const VbSystemChoice *choice, GVariant *boxed, VbSystem *system)
{
  g_autoptr (GVariant) value = boxed != NULL ? vb_bus_value_unbox (boxed) : NULL;

  set_flag (system, choice->told, value != NULL && is_told (value));

  return set_flag (system, choice->offset, value != NULL && choice->read (value));
}
