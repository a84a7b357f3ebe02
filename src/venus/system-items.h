#pragma once

#include <gio/gio.h>

#include "core/selection.h"

G_BEGIN_DECLS

#define VB_SYSTEM_SERVICE "com.victronenergy.system"

#define VB_SYSTEM_SETTINGS "com.victronenergy.settings"

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

/** One path of com.victronenergy.settings that keeps what somebody has chosen, the flag of VbSystem
    that follows from it, and the one that says that it is known. */
typedef struct
{
  const char *path;
  gsize offset;
  gsize told;
  gboolean (*read) (GVariant *value);
} VbSystemChoice;

#define VB_SYSTEM_CHOICES 3
extern const VbSystemChoice vb_system_choices[VB_SYSTEM_CHOICES];

/**
 * Keeps in @system what @boxed, the value as it came over the bus, says: that nobody has chosen, or
 * that feed-in is on; NULL, what is not known, does not say so.
 *
 * Returns: whether that changed anything
 */
gboolean vb_system_choice_keep (const VbSystemChoice *choice, GVariant *boxed, VbSystem *system);

G_END_DECLS
