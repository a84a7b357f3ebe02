#pragma once

#include <gio/gio.h>

#include "core/record.h"

G_BEGIN_DECLS

/** The types that a value can have on the bus. */
typedef enum
{
  VB_BUS_NOTHING, /* an empty `ai`: invalid */
  VB_BUS_INT32,   /* `i` */
  VB_BUS_INT64,   /* `x`: beyond 32 bits */
  VB_BUS_DOUBLE,  /* `d` */
  VB_BUS_STRING,  /* `s` */
} VbBusType;

/** The type that @value has on the bus. */
VbBusType vb_bus_value_type (const VbValue *value);

/**
 * What goes into the variant of an item on the bus: `i` (`x` beyond 32 bits), `d`, `s`, and for an
 * invalid value an empty `ai`. See docs/venus.md, "Values on the bus".
 *
 * Returns: (transfer floating): to be given to a container; the invalid one is shared and not to be
 * freed
 */
GVariant *vb_bus_value_new (const VbValue *value);

/**
 * Takes the variants around a value off: clients send one, several, or none.
 *
 * Returns: (transfer full): the innermost value
 */
GVariant *vb_bus_value_unbox (GVariant *variant);

/** Whether @value means "clear": any empty array. */
gboolean vb_bus_value_is_clear (GVariant *value);

/**
 * Whether @value (unboxed) is a finite number, of any type that clients send; then @number is set
 * to it.
 */
gboolean vb_bus_value_number (GVariant *value, double *number);

/** Whether @value (unboxed) says the same as @own, in whatever type of number. What clears says the
    same as an invalid value, or an empty text. */
gboolean vb_bus_value_says (GVariant *value, const VbValue *own);

/**
 * Adds @value (unboxed) to @record under @path, as a client's SetValue means it: any integer or
 * double is a number, an empty array is null.
 *
 * Returns: FALSE where it is of a kind that no item can take, or not finite
 */
gboolean vb_bus_value_add_to_record (GVariant *value, const char *path, VbRecord *record);

G_END_DECLS
