#pragma once

#include <gio/gio.h>

#include "core/selection.h"

G_BEGIN_DECLS

#define VB_SYSTEM_SERVICE "com.victronenergy.system"

/** One path of com.victronenergy.system, and where VbSystem keeps it. */
typedef struct
{
  const char *path;
  gsize offset;
  gboolean is_text; /* else a flag */
} VbSystemItem;

#define VB_SYSTEM_ITEMS 4
extern const VbSystemItem vb_system_items[VB_SYSTEM_ITEMS];

/** The item at @path, or NULL where it does not matter. */
const VbSystemItem *vb_system_item_find (const char *path);

/**
 * Keeps @boxed, the value as it came over the bus, in @system; NULL where the service does not know
 * the path.
 *
 * Returns: whether that changed anything
 */
gboolean vb_system_item_keep (const VbSystemItem *item, GVariant *boxed, VbSystem *system);

G_END_DECLS
