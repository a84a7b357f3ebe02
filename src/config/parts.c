#include "parts.h"

#include "core/required.h"
#include "error.h"
#include "name.h"

static const VbPartConfig *
part_at (const VbBatteryConfig *battery, guint index)
{
  return g_ptr_array_index (battery->fixed.parts, index);
}

static gboolean G_GNUC_PRINTF (4, 5) refuse (const VbBatteryConfig *battery,
                                             const VbPartConfig *part,
                                             GError **error,
                                             const char *format,
                                             ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  if (part != NULL)
    g_set_error (error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_CLASH, "battery %s, part %s: %s",
                 battery->fixed.name, part->name, message);
  else
    g_set_error (error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_CLASH, "battery %s: %s",
                 battery->fixed.name, message);

  return FALSE;
}

static gboolean
check_names (const VbBatteryConfig *battery, GError **error)
{
  for (guint i = 0; i < battery->fixed.parts->len; i++) {
    const VbPartConfig *part = part_at (battery, i);

    if (!vb_config_name_is_valid (part->name))
      return refuse (battery, part, error,
                     "a part's name is a letter a to z and up to %d of a to z, 0 to 9 and _",
                     VB_CONFIG_NAME_MAX - 1);
    for (guint j = 0; j < i; j++)
      if (g_str_equal (part_at (battery, j)->name, part->name))
        return refuse (battery, part, error, "there are two parts of this name");
  }

  return TRUE;
}

static gboolean
says (const VbPartConfig *part, guint item)
{
  for (guint i = 0; i < part->n_items; i++)
    if (part->items[i] == item)
      return TRUE;

  return FALSE;
}

/* What a record cannot set, and what is numbered through, nobody says alone. */
static gboolean
can_be_said (const VbField *field)
{
  return field->group != VB_GROUP_IDENTITY && field->count == 0
         && field->known != VB_KNOWN_CONNECTION_INFORMATION;
}

static gboolean
find_fields (const VbBatteryConfig *battery, VbPartConfig *part, GError **error)
{
  const guint n = part->says != NULL ? g_strv_length (part->says) : 0;

  part->items = g_new0 (guint, n);
  for (guint i = 0; i < n; i++) {
    const char *name = part->says[i];
    g_autofree char *meant = NULL;
    guint item;

    if (!vb_item_find (name, &item)) {
      meant = vb_item_suggest (name);

      return refuse (battery, part, error,
                     meant != NULL ? "says=%s: no such field; did you mean %s?"
                                   : "says=%s: no such field",
                     name, meant);
    }
    if (!can_be_said (vb_item (item)->field))
      return refuse (battery, part, error,
                     "says=%s: that is not a field which a part can say alone", name);
    if (battery->fixed.role == VB_ROLE_MONITOR && vb_item (item)->field->group == VB_GROUP_LIMIT)
      return refuse (battery, part, error, "says=%s: a battery with role=monitor has no limits",
                     name);
    if (says (part, item))
      return refuse (battery, part, error, "says=%s: it stands there twice", name);
    part->items[part->n_items++] = item;
  }

  return TRUE;
}

static gboolean
check_fields (const VbBatteryConfig *battery, GError **error)
{
  for (guint i = 0; i < battery->fixed.parts->len; i++) {
    VbPartConfig *part = g_ptr_array_index (battery->fixed.parts, i);

    if (!find_fields (battery, part, error))
      return FALSE;
    for (guint j = 0; j < i; j++)
      for (guint k = 0; k < part->n_items; k++)
        if (says (part_at (battery, j), part->items[k]))
          return refuse (battery, part, error, "says=%s: part %s says it already",
                         vb_item (part->items[k])->name, part_at (battery, j)->name);
    if (part->n_items > 0 && part->when_silent == VB_WHEN_SILENT_LEAVE_OUT)
      return refuse (
          battery, part, error,
          "when-silent=leave-out beside says: what it says is left to the others anyway");
    if (part->when_silent == VB_WHEN_SILENT_LEAVE_OUT
        && battery->fixed.arrangement == VB_PARTS_SERIES)
      return refuse (battery, part, error,
                     "when-silent=leave-out beside parts=series: in series every part counts");
  }

  return TRUE;
}

static gboolean
says_any (const VbBatteryConfig *battery, guint item)
{
  for (guint i = 0; i < battery->fixed.parts->len; i++)
    if (says (part_at (battery, i), item))
      return TRUE;

  return FALSE;
}

/* Where each part says something alone, together they have to say all that is required. */
static gboolean
check_required (const VbBatteryConfig *battery, GError **error)
{
  guint n;
  const VbRequirement *list = vb_required_list (&n);

  for (guint i = 0; i < battery->fixed.parts->len; i++)
    if (part_at (battery, i)->n_items == 0)
      return TRUE;

  for (guint i = 0; i < n; i++)
    if (list[i].input == VB_INPUT_NONE && vb_required_at_first (battery, &list[i])
        && !says_any (battery, vb_item_known (list[i].field))
        && !(list[i].or_field != VB_KNOWN_NONE
             && says_any (battery, vb_item_known (list[i].or_field))))
      return refuse (battery, NULL, error, "no part says %s",
                     vb_item (vb_item_known (list[i].field))->name);

  return TRUE;
}

static gboolean
check_battery (const VbBatteryConfig *battery, GError **error)
{
  if (battery->fixed.parts == NULL)
    return battery->fixed.arrangement == VB_PARTS_PARALLEL
           || refuse (battery, NULL, error, "parts=series: there is no [part NAME]");
  if (battery->fixed.parts->len > VB_PARTS_MAX)
    return refuse (battery, NULL, error, "%u parts, above the limit of %d",
                   battery->fixed.parts->len, VB_PARTS_MAX);

  return check_names (battery, error) && check_fields (battery, error)
         && check_required (battery, error);
}

gboolean
vb_config_parts_check (VbConfig *config, GError **error)
{
  for (guint i = 0; i < config->batteries->len; i++)
    if (!check_battery (g_ptr_array_index (config->batteries, i), error))
      return FALSE;

  return TRUE;
}
