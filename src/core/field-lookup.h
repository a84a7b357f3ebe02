#pragma once

#include "field.h"

G_BEGIN_DECLS

/**
 * VbItem:
 *
 * One D-Bus path: a single field, or one member of a family. Items are numbered from 0 in the order
 * of the table, a family's members one after the other.
 */
typedef struct
{
  const VbField *field;
  guint member; /* its number in the family, as 7 for Cell7; 0 for a single field */
  const char *name;
  const char *path;
} VbItem;

/** The number of items. */
guint vb_item_count (void);

/** The item with number @item (0 … vb_item_count() - 1). */
const VbItem *vb_item (guint item);

/** Whether @item stands for its row of the table: a single field, or the first member of a
    family. */
gboolean vb_item_is_row (guint item);

/** The item of a field that code knows by name; of a family, its first member. */
guint vb_item_known (VbKnown known);

/**
 * Looks a spelling up: flat name, alias, D-Bus path with or without its first slash, where `Dc/x`
 * also stands for `Dc/0/x`. Exact, case included. Identity items are found too.
 *
 * Returns: whether @item was set
 */
gboolean vb_item_find (const char *spelling, guint *item);

/** Whether @spelling is the beginning of paths, as `Dc` or `/Info` is. */
gboolean vb_item_is_group (const char *spelling);

/**
 * The spelling that was probably meant by @spelling, of the same style (flat or path), or NULL
 * where nothing settable comes near. Free with g_free().
 */
char *vb_item_suggest (const char *spelling);

G_END_DECLS
