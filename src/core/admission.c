#include "admission.h"

gboolean
vb_admission_check (const VbRequired *required,
                    const VbBatteryConfig *config,
                    VbRecord *record,
                    VbApplyMode *mode)
{
  if (vb_record_is_empty (record)) {
    vb_record_add_error (record, NULL, NULL, VB_FIELD_ERROR_EMPTY,
                         "the record is empty: it names no field");
    return FALSE;
  }
  if (record->connected == VB_CONNECTED_NO)
    return TRUE;
  if (record->connected == VB_CONNECTED_WRONG || !vb_record_is_usable (record)
      || (config->live.wrong_fields == VB_WRONG_FIELDS_REFUSE && vb_record_is_wrong (record)))
    return FALSE;
  if (*mode == VB_APPLY_REPLACE && !vb_required_are_named (required, config, record))
    return FALSE;
  if (!vb_required_are_usable (config, record))
    *mode = VB_APPLY_MERGE;

  return TRUE;
}
