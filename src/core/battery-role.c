#include "battery-private.h"

#define DETAIL "%s is a limit, and a battery with role=monitor has none"

/* Says of @error, which concerns a limit, nothing else than that there are none; a monitor needs none
   of them, so that it is an optional field that is wrong. */
static void
make_role_error (VbRecordError *error, const VbItem *limit)
{
  error->code = VB_FIELD_ERROR_ROLE;
  error->required = FALSE;
  g_free (error->detail);
  error->detail = g_strdup_printf (DETAIL, limit->name);
}

/* Whether one of the errors concerns @limit, whatever was wrong with it; it is a role error then. */
static gboolean
is_wrong_already (VbRecord *record, const VbItem *limit)
{
  gboolean found = FALSE;

  for (guint i = 0; i < record->errors->len; i++) {
    VbRecordError *error = g_ptr_array_index (record->errors, i);

    if (g_strcmp0 (error->path, limit->path) == 0) {
      make_role_error (error, limit);
      found = TRUE;
    }
  }

  return found;
}

void
vb_battery_check_role (const VbBattery *battery, VbRecord *record)
{
  for (guint item = 0; battery->config.fixed.role == VB_ROLE_MONITOR && item < vb_item_count ();
       item++) {
    const VbItem *limit = vb_item (item);
    const VbRecordEntry *entry;

    if (limit->field->group != VB_GROUP_LIMIT || is_wrong_already (record, limit))
      continue;

    entry = vb_record_entry (record, item);
    if (entry != NULL) {
      vb_record_add_error (record, vb_record_spelling (record, entry), limit->path,
                           VB_FIELD_ERROR_ROLE, DETAIL, limit->name);
      make_role_error (g_ptr_array_index (record->errors, record->errors->len - 1), limit);
    }
  }
}
