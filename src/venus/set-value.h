#pragma once

#include <gio/gio.h>

#include "cells.h"
#include "json/intake.h"

G_BEGIN_DECLS

/** What SetValue answers; never a D-Bus error. */
typedef enum
{
  VB_SET_TAKEN = 0,
  VB_SET_IMPOSSIBLE = 1, /* not writable, or of a type that the item cannot hold */
  VB_SET_REFUSED = 2,
} VbSet;

/**
 * Writes @value, unboxed, to @item of @battery, as a client's SetValue asks for. The custom name is
 * always writable. Data is writable where the battery is configured dbus-writable; a write is then
 * a record of one field, which goes through @intake and the same checks as any other. @now is the
 * time as for the battery, in µs.
 */
VbSet vb_set_value (VbIntake *intake, VbBattery *battery, guint item, GVariant *value, gint64 now);

/** The same for @number of venus/cells: only a battery that there is can be asked for.
    @id: set to which, where the answer is VB_SET_TAKEN */
VbSet vb_set_cells (const VbVenusCells *cells, guint number, GVariant *value, double *id);

G_END_DECLS
