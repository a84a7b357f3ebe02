#pragma once

#include "part.h"

G_BEGIN_DECLS

/** An alarm of a module that nothing stands for on the bus. */
typedef struct
{
  guint part; /* its number */
  guint item; /* as the part has it */
  gint64 level;
} VbUnseenAlarm;

/**
 * VbNumbering:
 *
 * What the parts of a battery have of cells, sensors and modules, numbered through in the order of
 * the file: of several with a cell 1 each keeps its own, one behind the other.
 */
typedef struct
{
  GArray *items; /* of guint: those that have been written */
  guint *rounds; /* of vb_item_count(): in which round each was; 0: it is not among @items */
  guint round;   /* number of the last one, never 0 */
  guint n_cells_dropped; /* that there was no number for */
  guint n_modules_dropped;
  VbUnseenAlarm unseen; /* the worst of the @n_unseen */
  guint n_unseen;
} VbNumbering;

/** Makes @numbering (uninitialised) one of which nothing has been written; free with
    vb_numbering_clear(). */
void vb_numbering_init (VbNumbering *numbering);
void vb_numbering_clear (VbNumbering *numbering);

/** Makes @copy (uninitialised) a copy of @numbering. */
void vb_numbering_copy (VbNumbering *copy, const VbNumbering *numbering);

/** Whether @field is numbered through. */
gboolean vb_numbering_has (const VbField *field);

/** Writes what those of the @n @parts that count have, and the alarms of all of them, into what was
    sent of @values. What was written before and is nobody's any more becomes invalid. The numbers
    of a part stay its own when it does not count. An alarm of a module that there is no number for
    raises Alarm, which has been written before. */
void vb_numbering_write (
    VbNumbering *numbering, const VbPart *parts, guint n, VbValues *values, gint64 now);

/** Appends what there was no number for, as of when that was last written. Owned texts. */
void vb_numbering_warn (const VbNumbering *numbering, const VbPart *parts, GPtrArray *texts);

G_END_DECLS
