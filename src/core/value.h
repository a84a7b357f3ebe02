#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * VbValueKind:
 *
 * What a value on the bus can be. There are no booleans on a Venus bus: 0/1 integers take their
 * place.
 */
typedef enum
{
  VB_VALUE_INVALID, /* not known: an empty `ai` on the bus, text `---` */
  VB_VALUE_INTEGER,
  VB_VALUE_REAL, /* always finite */
  VB_VALUE_TEXT, /* valid UTF-8, owned */
} VbValueKind;

/**
 * VbValue:
 *
 * One value of a battery. Zero-initialised it is invalid. A text is owned by the value.
 */
typedef struct
{
  VbValueKind kind;
  union
  {
    gint64 integer;
    double real;
    char *text;
  } as;
} VbValue;

#define VB_VALUE_INIT                     \
  {                                       \
    .kind = VB_VALUE_INVALID, .as = { 0 } \
  }

/** A value together with the time of the record that carried it (µs; 0: never). */
typedef struct
{
  VbValue value;
  gint64 time;
} VbSample;

/** Makes an integer value. */
VbValue vb_value_integer (gint64 integer);

/** Makes a real value; @real must be finite, that is the caller's promise. */
VbValue vb_value_real (double real);

/** Makes a text value that owns a copy of @text. Free with vb_value_clear(). */
VbValue vb_value_text (const char *text);

/** Frees what @value owns and leaves it invalid. */
void vb_value_clear (VbValue *value);

/**
 * Makes @value a copy of @source. A text that is equal already is kept, so that repeating a record
 * allocates nothing.
 */
void vb_value_set (VbValue *value, const VbValue *source);

/** Whether both are invalid, or of one kind and equal. */
gboolean vb_value_equal (const VbValue *a, const VbValue *b);

/** Whether @value is anything but invalid. */
gboolean vb_value_is_valid (const VbValue *value);

/** The number in @value, integer or real, or @fallback for a text or an invalid one. */
double vb_value_number (const VbValue *value, double fallback);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (VbValue, vb_value_clear)

G_END_DECLS
