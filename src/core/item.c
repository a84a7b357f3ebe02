#include "item.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/shown.h"

/* How near a whole number one has to be to be it. */
#define WHOLE_WITHIN 1e-6

/* A number as a person writes it: 101, 0.1, -12.3. */
static const char *
write_number (double number, char *buffer)
{
  return g_ascii_formatd (buffer, G_ASCII_DTOSTR_BUF_SIZE, "%.15g", number);
}

static gboolean
is_in_range (const VbField *field, double number)
{
  return (field->minimum == 0 && field->maximum == 0)
         || (number >= field->minimum && number <= field->maximum);
}

static gboolean
check_range (const VbItem *item, double number, GError **error)
{
  const VbField *field = item->field;
  const char *unit = field->unit != NULL ? field->unit : "";
  const char *blank = field->unit != NULL ? " " : "";
  char value[G_ASCII_DTOSTR_BUF_SIZE], limit[G_ASCII_DTOSTR_BUF_SIZE];
  const char *side;
  double bound;

  if (is_in_range (field, number))
    return TRUE;

  side = number > field->maximum ? "above" : "below";
  bound = number > field->maximum ? field->maximum : field->minimum;

  g_set_error (error, VB_FIELD_ERROR, VB_FIELD_ERROR_RANGE, "%s is %s%s%s, %s the limit of %s%s%s",
               item->name, write_number (number, value), blank, unit, side,
               write_number (bound, limit), blank, unit);

  return FALSE;
}

static gboolean
check_whole (const VbItem *item, double number, GError **error)
{
  char value[G_ASCII_DTOSTR_BUF_SIZE];

  if (number == round (number))
    return TRUE;

  g_set_error (error, VB_FIELD_ERROR, VB_FIELD_ERROR_TYPE, "%s is %s, a whole number is needed",
               item->name, write_number (number, value));

  return FALSE;
}

/* @values lists what is allowed as `0 ok, 1 warning, 2 alarm` or `0-8 initializing, 9 running`. */
static gboolean
check_enumeration (const VbItem *item, double number, GError **error)
{
  const VbField *field = item->field;
  char value[G_ASCII_DTOSTR_BUF_SIZE];

  for (const char *at = field->values; at != NULL; at = strchr (at, ',')) {
    char *rest;
    guint64 low, high;

    at += strspn (at, ", ");
    low = high = g_ascii_strtoull (at, &rest, 10);
    if (*rest == '-')
      high = g_ascii_strtoull (rest + 1, NULL, 10);
    if (number >= (double)low && number <= (double)high)
      return TRUE;
  }

  if (field->values == NULL)
    return TRUE;

  g_set_error (error, VB_FIELD_ERROR, VB_FIELD_ERROR_ENUM, "%s is %s, allowed are %s", item->name,
               write_number (number, value), field->values);

  return FALSE;
}

/*
 * Rounds half away from zero, as the number was written: 1.005 * 100 is a bit less than 100.5 in
 * binary, by at most what the nudge adds.
 */
static double
round_decimal (double scaled)
{
  return round (scaled + scaled * 2 * DBL_EPSILON);
}

static double
round_to_decimals (int decimals, double number)
{
  static const double powers[] = { 1, 10, 100, 1000, 1e4, 1e5, 1e6 };

  /* Zero has no sign on the bus. */
  if (decimals < 0)
    return round_decimal (number / powers[-decimals]) * powers[-decimals] + 0.0;

  return round_decimal (number * powers[decimals]) / powers[decimals] + 0.0;
}

/* @number without what arithmetic has left behind its last digit: 100.00000000000001 % is 100 %,
   and 1.0000000000000002 modules are one. What is in range by itself stays as it is. */
static double
without_dust (const VbField *field, double number)
{
  const double whole = round (number);
  double rounded;

  if (field->kind != VB_KIND_REAL)
    return fabs (number - whole) < WHOLE_WITHIN ? whole : number;
  if (is_in_range (field, number))
    return number;

  rounded = round_to_decimals (field->decimals, number);

  return is_in_range (field, rounded) ? rounded : number;
}

gboolean
vb_item_clamp_number (guint item, double *number)
{
  const VbField *field = vb_item (item)->field;
  const double beyond = MAX (*number - field->maximum, field->minimum - *number);

  if (field->slack == 0 || is_in_range (field, *number) || beyond > field->slack)
    return FALSE;

  *number = CLAMP (*number, field->minimum, field->maximum);

  return TRUE;
}

gboolean
vb_item_check_number (guint item, double number, VbValue *value, GError **error)
{
  const VbItem *meant = vb_item (item);
  const VbField *field = meant->field;

  g_return_val_if_fail (isfinite (number), FALSE);

  if (field->kind == VB_KIND_TEXT) {
    g_set_error (error, VB_FIELD_ERROR, VB_FIELD_ERROR_TYPE, "%s is a number, a text is needed",
                 meant->name);
    return FALSE;
  }
  number = without_dust (field, number);
  if (field->kind != VB_KIND_REAL && !check_whole (meant, number, error))
    return FALSE;
  if (!check_enumeration (meant, number, error) || !check_range (meant, number, error))
    return FALSE;

  if (field->flags & VB_FIELD_NOT_POSITIVE && number > 0)
    number = -number;
  *value = field->kind == VB_KIND_REAL ? vb_value_real (number) : vb_value_integer ((gint64)number);

  return TRUE;
}

gboolean
vb_item_check_boolean (guint item, gboolean boolean, VbValue *value, GError **error)
{
  const VbItem *meant = vb_item (item);

  if (meant->field->kind != VB_KIND_BOOLEAN) {
    g_set_error (error, VB_FIELD_ERROR, VB_FIELD_ERROR_TYPE, "%s is %s, %s is needed", meant->name,
                 boolean ? "true" : "false", vb_item_needs (item));
    return FALSE;
  }

  *value = vb_value_integer (boolean ? 1 : 0);

  return TRUE;
}

gboolean
vb_item_takes_text (guint item)
{
  const VbField *field = vb_item (item)->field;

  return field->kind == VB_KIND_TEXT || field->flags & VB_FIELD_OR_TEXT;
}

const char *
vb_item_needs (guint item)
{
  static const char *const needs[] = {
    [VB_KIND_REAL] = "a number",
    [VB_KIND_INTEGER] = "a whole number",
    [VB_KIND_BOOLEAN] = "true or false (or 1 or 0)",
    [VB_KIND_TEXT] = "a text",
  };

  return needs[vb_item (item)->field->kind];
}

gboolean
vb_item_check_text (guint item, const char *text, VbValue *value, GError **error)
{
  const VbItem *meant = vb_item (item);
  const gsize length = strlen (text);
  gunichar control;

  if (!vb_item_takes_text (item)) {
    g_autofree char *shown = vb_shown (text, VB_QUOTED_MAX);

    g_set_error (error, VB_FIELD_ERROR, VB_FIELD_ERROR_TYPE, "%s is the text \"%s\", %s is needed",
                 meant->name, shown, vb_item_needs (item));
    return FALSE;
  }
  if (length == 0) {
    g_set_error (error, VB_FIELD_ERROR, VB_FIELD_ERROR_LENGTH, "%s is an empty text", meant->name);
    return FALSE;
  }
  if (!g_utf8_validate (text, (gssize)length, NULL)) {
    g_set_error (error, VB_FIELD_ERROR, VB_FIELD_ERROR_TYPE, "%s is not UTF-8, a text is needed",
                 meant->name);
    return FALSE;
  }

  control = vb_shown_find_control (text);
  if (control != 0) {
    g_set_error (error, VB_FIELD_ERROR, VB_FIELD_ERROR_TYPE,
                 "%s holds the control character U+%04X, a text of one line is needed", meant->name,
                 control);
    return FALSE;
  }

  *value = (VbValue){ .kind = VB_VALUE_TEXT, .as.text = vb_shown (text, VB_TEXT_MAX) };

  return TRUE;
}

void
vb_item_round (guint item, VbValue *value)
{
  if (value->kind == VB_VALUE_REAL)
    value->as.real = round_to_decimals (vb_item (item)->field->decimals, value->as.real);
}

void
vb_item_format (guint item, const VbValue *value, GString *text)
{
  const VbField *field = vb_item (item)->field;
  const char *suffix = field->suffix != NULL ? field->suffix : field->unit;

  switch (value->kind) {
  case VB_VALUE_INTEGER:
    if (field->flags & VB_FIELD_HEX)
      g_string_append_printf (text, "0x%" G_GINT64_MODIFIER "X", value->as.integer);
    else
      vb_number_append_integer (text, value->as.integer);
    break;
  case VB_VALUE_REAL:
    vb_number_append_real (text, value->as.real, (guint)MAX (field->decimals, 0));
    break;
  case VB_VALUE_TEXT:
    g_string_append (text, value->as.text);
    return;
  case VB_VALUE_INVALID:
  default:
    g_string_append (text, "---");
    return;
  }

  if (suffix != NULL)
    g_string_append (text, suffix);
}
