#pragma once

#include <gio/gio.h>

#include "core/selection.h"

G_BEGIN_DECLS

#define VB_SYSTEM_SERVICE "com.victronenergy.system"

/** Where settings keeps which BMS was chosen: an instance. */
#define VB_SYSTEM_SETTINGS "com.victronenergy.settings"
#define VB_SYSTEM_BMS_CHOICE "/Settings/SystemSetup/BmsInstance"

/** One path of com.victronenergy.system, and where VbSystem keeps it. */
typedef struct
{
  const char *path;
  gsize offset;
  gboolean is_text; /* else a flag */
} VbSystemItem;

#define VB_SYSTEM_ITEMS 5
extern const VbSystemItem vb_system_items[VB_SYSTEM_ITEMS];

/**
 * Keeps @boxed, the value as it came over the bus, in @system; NULL where the service does not know
 * the path.
 *
 * Returns: whether that changed anything
 */
gboolean vb_system_item_keep (const VbSystemItem *item, GVariant *boxed, VbSystem *system);

/** Whether @boxed, the value of VB_SYSTEM_BMS_CHOICE or NULL, says that nobody has chosen. */
gboolean vb_system_item_is_automatic (GVariant *boxed);

G_END_DECLS
