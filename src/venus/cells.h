#pragma once

#include "core/battery.h"

G_BEGIN_DECLS

/**
 * VbVenusCells:
 *
 * What the page "Individual Battery Info" of the GX reads of one battery: the paths below
 * `/Battery`, which say again what other items show; of a battery that is several packs, what each
 * of them has sent. They are numbered on from vb_item_count(), so that a number means a path of
 * either kind; there are none where screen-cells is false, or no cell has had a value yet.
 */
typedef struct _VbVenusCells VbVenusCells;

/** Free with vb_venus_cells_free(), while @battery is there. */
VbVenusCells *vb_venus_cells_new (VbBattery *battery);
void vb_venus_cells_free (VbVenusCells *cells);

/** How many numbers there are, those of the items included. */
guint vb_venus_cells_count (const VbVenusCells *cells);

/** Whether @number has had a value, or is an item. */
gboolean vb_venus_cells_is_there (const VbVenusCells *cells, guint number);

/** The path, the value and the text of @number, as they are on the bus now. */
const char *vb_venus_cells_path (const VbVenusCells *cells, guint number);
const VbValue *vb_venus_cells_value (const VbVenusCells *cells, guint number);
void vb_venus_cells_format (const VbVenusCells *cells, guint number, GString *text);

/**
 * Follows a change of the @n_items @items, or of the state.
 *
 * Returns: the numbers of @items, and of the paths that have changed with them; valid until the
 * next call
 */
const GArray *vb_venus_cells_follow (VbVenusCells *cells, const guint *items, guint n_items);

/** Whether @number is one of the batteries that can be asked for: 1, or each pack of several. */
gboolean vb_venus_cells_has_battery (const VbVenusCells *cells, double number);

/** Somebody asks for the battery @number, which there is. Returns: as vb_venus_cells_follow() */
const GArray *vb_venus_cells_ask (VbVenusCells *cells, double number);

/** Whether @number is the one of `/Battery/Request/Id`. */
gboolean vb_venus_cells_is_request (guint number);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbVenusCells, vb_venus_cells_free)

G_END_DECLS
