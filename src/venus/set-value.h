#pragma once

#include <gio/gio.h>

#include "core/battery.h"

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
 * always writable; data is where the battery is configured dbus-writable, and then a write is a record
 * of one field, through the same checks. @now is the time as for the battery, in µs.
 */
VbSet vb_set_value (VbBattery *battery, guint item, GVariant *value, gint64 now);

G_END_DECLS
