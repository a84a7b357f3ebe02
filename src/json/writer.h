#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * VbJsonWriter:
 *
 * Writes one JSON document into a string, element by element, in the order of the calls. So an
 * answer costs no tree, and a number is written with the decimals of its field rather than with
 * every digit of the double. It puts the commas. The caller closes objects and arrays, and gives
 * each member of an object its name.
 *
 * It owns nothing and needs no freeing.
 */
typedef struct
{
  GString *text;  /* the caller's; written at its end */
  gboolean comma; /* the next element has one before it */
} VbJsonWriter;

/** Begins a document at the end of @text, which must outlive the writer. */
void vb_json_writer_init (VbJsonWriter *writer, GString *text);

void vb_json_begin_object (VbJsonWriter *writer);
void vb_json_end_object (VbJsonWriter *writer);
void vb_json_begin_array (VbJsonWriter *writer);
void vb_json_end_array (VbJsonWriter *writer);

/** Writes the name of an object's next member; exactly one value, object or array must follow. */
void vb_json_name (VbJsonWriter *writer, const char *name);

/** Writes @value, which is UTF-8, with the escapes JSON asks for; NULL is written as null. */
void vb_json_string (VbJsonWriter *writer, const char *value);

void vb_json_integer (VbJsonWriter *writer, gint64 value);

/**
 * Writes @value rounded to @decimals places (0 to 17; less is taken as 0, more as 17), without the
 * zeros at the end and without a sign before zero: 52.70 is written as 52.7, −0.001 with two places
 * as 0. What is not finite has no JSON number and is written as null. The decimal separator is a
 * point in every locale.
 */
void vb_json_real (VbJsonWriter *writer, double value, int decimals);

void vb_json_boolean (VbJsonWriter *writer, gboolean value);
void vb_json_null (VbJsonWriter *writer);

/* A member, name and value in one call; the values as above. */
void vb_json_member_string (VbJsonWriter *writer, const char *name, const char *value);
void vb_json_member_integer (VbJsonWriter *writer, const char *name, gint64 value);
void vb_json_member_real (VbJsonWriter *writer, const char *name, double value, int decimals);
void vb_json_member_boolean (VbJsonWriter *writer, const char *name, gboolean value);

G_END_DECLS
