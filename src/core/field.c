#include "field.h"

G_DEFINE_QUARK (vb_field_error, vb_field_error)

const char *
vb_field_error_name (VbFieldError code)
{
  static const char *const names[] = {
    [VB_FIELD_ERROR_UNKNOWN] = "unknown",   [VB_FIELD_ERROR_TYPE] = "type",
    [VB_FIELD_ERROR_RANGE] = "range",       [VB_FIELD_ERROR_ENUM] = "enum",
    [VB_FIELD_ERROR_LENGTH] = "length",     [VB_FIELD_ERROR_DUPLICATE] = "duplicate",
    [VB_FIELD_ERROR_MISSING] = "missing",   [VB_FIELD_ERROR_IMPLAUSIBLE] = "implausible",
    [VB_FIELD_ERROR_REPLAYED] = "replayed", [VB_FIELD_ERROR_EMPTY] = "empty",
    [VB_FIELD_ERROR_PARTS] = "parts",
  };

  g_return_val_if_fail (code < G_N_ELEMENTS (names), NULL);

  return names[code];
}

const char *
vb_kind_name (VbKind kind)
{
  static const char *const names[] = {
    [VB_KIND_REAL] = "real",
    [VB_KIND_INTEGER] = "integer",
    [VB_KIND_BOOLEAN] = "boolean",
    [VB_KIND_TEXT] = "text",
  };

  g_return_val_if_fail (kind < G_N_ELEMENTS (names), NULL);

  return names[kind];
}

const char *
vb_group_name (VbGroup group)
{
  static const char *const names[] = {
    [VB_GROUP_LIVE] = "live",     [VB_GROUP_LIMIT] = "limit",       [VB_GROUP_ALARM] = "alarm",
    [VB_GROUP_STATIC] = "static", [VB_GROUP_IDENTITY] = "identity",
  };

  g_return_val_if_fail (group < G_N_ELEMENTS (names), NULL);

  return names[group];
}
