#include "value.h"

VbValue
vb_value_integer (gint64 integer)
{
  return (VbValue){ .kind = VB_VALUE_INTEGER, .as.integer = integer };
}

VbValue
vb_value_real (double real)
{
  return (VbValue){ .kind = VB_VALUE_REAL, .as.real = real };
}

VbValue
vb_value_text (const char *text)
{
  return (VbValue){ .kind = VB_VALUE_TEXT, .as.text = g_strdup (text) };
}

void
vb_value_clear (VbValue *value)
{
  if (value->kind == VB_VALUE_TEXT)
    g_free (value->as.text);

  *value = (VbValue)VB_VALUE_INIT;
}

void
vb_value_set (VbValue *value, const VbValue *source)
{
  if (value->kind == VB_VALUE_TEXT && vb_value_equal (value, source))
    return;

  vb_value_clear (value);
  *value = *source;
  if (source->kind == VB_VALUE_TEXT)
    value->as.text = g_strdup (source->as.text);
}

gboolean
vb_value_equal (const VbValue *a, const VbValue *b)
{
  if (a->kind != b->kind)
    return FALSE;

  switch (a->kind) {
  case VB_VALUE_INTEGER:
    return a->as.integer == b->as.integer;
  case VB_VALUE_REAL:
    return a->as.real == b->as.real;
  case VB_VALUE_TEXT:
    return g_str_equal (a->as.text, b->as.text);
  case VB_VALUE_INVALID:
  default:
    return TRUE;
  }
}

gboolean
vb_value_is_valid (const VbValue *value)
{
  return value->kind != VB_VALUE_INVALID;
}

double
vb_value_number (const VbValue *value, double fallback)
{
  if (value->kind == VB_VALUE_REAL)
    return value->as.real;
  if (value->kind == VB_VALUE_INTEGER)
    return (double)value->as.integer;

  return fallback;
}
