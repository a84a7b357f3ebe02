#include "value.h"

#include <math.h>

static gpointer
make_invalid (gpointer unused)
{
  return g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE_INT32, NULL, 0));
}

VbBusType
vb_bus_value_type (const VbValue *value)
{
  switch (value->kind) {
  case VB_VALUE_INTEGER:
    return value->as.integer >= G_MININT32 && value->as.integer <= G_MAXINT32 ? VB_BUS_INT32
                                                                              : VB_BUS_INT64;
  case VB_VALUE_REAL:
    return VB_BUS_DOUBLE;
  case VB_VALUE_TEXT:
    return VB_BUS_STRING;
  case VB_VALUE_INVALID:
  default:
    return VB_BUS_NOTHING;
  }
}

GVariant *
vb_bus_value_new (const VbValue *value)
{
  static GOnce invalid = G_ONCE_INIT;

  switch (vb_bus_value_type (value)) {
  case VB_BUS_INT32:
    return g_variant_new_int32 ((gint32)value->as.integer);
  case VB_BUS_INT64:
    return g_variant_new_int64 (value->as.integer);
  case VB_BUS_DOUBLE:
    return g_variant_new_double (value->as.real);
  case VB_BUS_STRING:
    return g_variant_new_string (value->as.text);
  case VB_BUS_NOTHING:
  default:
    return g_once (&invalid, make_invalid, NULL);
  }
}

GVariant *
vb_bus_value_unbox (GVariant *variant)
{
  GVariant *value = g_variant_ref (variant);

  while (g_variant_is_of_type (value, G_VARIANT_TYPE_VARIANT)) {
    GVariant *inner = g_variant_get_variant (value);

    g_variant_unref (value);
    value = inner;
  }

  return value;
}

gboolean
vb_bus_value_is_clear (GVariant *value)
{
  return g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY) && g_variant_n_children (value) == 0;
}

gboolean
vb_bus_value_number (GVariant *value, double *number)
{
  switch (g_variant_classify (value)) {
  case G_VARIANT_CLASS_BYTE:
    *number = g_variant_get_byte (value);
    return TRUE;
  case G_VARIANT_CLASS_INT16:
    *number = g_variant_get_int16 (value);
    return TRUE;
  case G_VARIANT_CLASS_UINT16:
    *number = g_variant_get_uint16 (value);
    return TRUE;
  case G_VARIANT_CLASS_INT32:
    *number = g_variant_get_int32 (value);
    return TRUE;
  case G_VARIANT_CLASS_UINT32:
    *number = g_variant_get_uint32 (value);
    return TRUE;
  case G_VARIANT_CLASS_INT64:
    *number = (double)g_variant_get_int64 (value);
    return TRUE;
  case G_VARIANT_CLASS_UINT64:
    *number = (double)g_variant_get_uint64 (value);
    return TRUE;
  case G_VARIANT_CLASS_DOUBLE:
    *number = g_variant_get_double (value);
    return isfinite (*number);
  default:
    return FALSE;
  }
}

gboolean
vb_bus_value_says (GVariant *value, const VbValue *own)
{
  double number;

  if (vb_bus_value_is_clear (value))
    return !vb_value_is_valid (own) || (own->kind == VB_VALUE_TEXT && *own->as.text == '\0');
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return own->kind == VB_VALUE_TEXT
           && g_str_equal (g_variant_get_string (value, NULL), own->as.text);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    number = g_variant_get_boolean (value);
  else if (!vb_bus_value_number (value, &number))
    return FALSE;

  return own->kind != VB_VALUE_TEXT && vb_value_number (own, number + 1) == number;
}

gboolean
vb_bus_value_add_to_record (GVariant *value, const char *path, VbRecord *record)
{
  double number;

  if (vb_bus_value_is_clear (value))
    vb_record_add_null (record, path);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    vb_record_add_boolean (record, path, g_variant_get_boolean (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    vb_record_add_text (record, path, g_variant_get_string (value, NULL));
  else if (vb_bus_value_number (value, &number))
    vb_record_add_number (record, path, number);
  else
    return FALSE;

  return TRUE;
}
