#pragma once

#include <gio/gio.h>

#include "cells.h"

G_BEGIN_DECLS

/**
 * VbItemsChanged:
 *
 * The signal ItemsChanged as the bytes that go over the wire, made without GDBus. A push consists
 * of little else, and a tree of some ten GVariants for each item would cost more than all the rest.
 */
typedef struct _VbItemsChanged VbItemsChanged;

/** Free with vb_items_changed_free(), while @cells is there, whose numbers are meant. */
VbItemsChanged *vb_items_changed_new (const VbVenusCells *cells);
void vb_items_changed_free (VbItemsChanged *signal);

/**
 * The message with the @n items @numbers, Value and Text of each.
 *
 * @serial: not 0
 *
 * Returns: its bytes, *@length of them; valid until the next call
 */
const guint8 *vb_items_changed_make (
    VbItemsChanged *signal, const guint *numbers, guint n, guint32 serial, gsize *length);

/**
 * The same items as GDBus carries them, an `(a{sa{sv}})`: for the answer to GetItems, and for a
 * signal that has to wait behind others. Read back from the bytes, so that both say the same; free
 * with g_variant_unref().
 */
GVariant *vb_items_changed_pack (VbItemsChanged *signal, const guint *numbers, guint n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbItemsChanged, vb_items_changed_free)

G_END_DECLS
