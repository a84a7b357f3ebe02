#pragma once

#include <gio/gio.h>

#include "cells.h"

G_BEGIN_DECLS

/**
 * VbVenusItems:
 *
 * Packs the items of one battery, one by one or as what GetValue and GetText on a group answer
 * (docs/venus.md, "Values on the bus"). ItemsChanged and GetItems are made by venus/items-changed.
 */
typedef struct _VbVenusItems VbVenusItems;

/** Free with vb_venus_items_free(), while @cells is there, whose numbers are meant. */
VbVenusItems *vb_venus_items_new (const VbVenusCells *cells);
void vb_venus_items_free (VbVenusItems *items);

/** The value of @item, to be put into a variant (transfer floating). */
GVariant *vb_venus_items_value (const VbVenusItems *items, guint item);

/** The text of @item; valid until the next call of any function here. */
const char *vb_venus_items_text (VbVenusItems *items, guint item);

/**
 * The values (`a{sv}`) of the @n items @numbers, by their paths without the first @skip bytes: what
 * GetValue on a group answers (transfer floating).
 */
GVariant *
vb_venus_items_pack_values (VbVenusItems *items, const guint *numbers, guint n, gsize skip);

/** The same for their texts: `a{ss}`. */
GVariant *
vb_venus_items_pack_texts (VbVenusItems *items, const guint *numbers, guint n, gsize skip);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbVenusItems, vb_venus_items_free)

G_END_DECLS
