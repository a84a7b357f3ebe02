#pragma once

#include "field-lookup.h"

G_BEGIN_DECLS

/** Longest text that a field holds, in bytes; what is longer is cut. */
#define VB_TEXT_MAX 64

/** What of a wrong text an error repeats, in bytes. */
#define VB_QUOTED_MAX 32

/**
 * Checks @number against @item's kind and range, once it has been freed of what arithmetic leaves
 * behind its last digit: a number that rounds into the range is its end, and one that is within a
 * millionth of a whole number is whole. On success @value holds it, of the field's kind, otherwise
 * not rounded, its sign folded where the row says so.
 *
 * Returns: FALSE with an error in VB_FIELD_ERROR (type, range, enum) whose message names the item,
 * the value and the limit, as `Soc is 101 %, above the limit of 100 %`
 */
gboolean vb_item_check_number (guint item, double number, VbValue *value, GError **error);

/** Brings a number that is beyond its row's range by no more than the row's slack back to it.
    Returns: whether it had to */
gboolean vb_item_clamp_number (guint item, double *number);

/** The same for true and false, which fit 0/1 fields alone. */
gboolean vb_item_check_boolean (guint item, gboolean boolean, VbValue *value, GError **error);

/** The same for a text of valid UTF-8 without control characters that is not empty (codes type,
    length); what is longer than VB_TEXT_MAX bytes is cut at a character. */
gboolean vb_item_check_text (guint item, const char *text, VbValue *value, GError **error);

/** Whether @item can hold a text. */
gboolean vb_item_takes_text (guint item);

/** What @item needs, for a sentence: `a number`. */
const char *vb_item_needs (guint item);

/** Rounds a real to its row's decimals (never to -0); other kinds are left as they are. */
void vb_item_round (guint item, VbValue *value);

/**
 * Writes the text of @value that D-Bus consumers show, as `52.70V`, `63.5%` or `---`; a point is
 * the decimal separator in every locale. Appends to @text.
 */
void vb_item_format (guint item, const VbValue *value, GString *text);

G_END_DECLS
