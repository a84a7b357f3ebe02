#include "record-error.h"

#include <string.h>

#include "base/shown.h"

static void
error_free (gpointer data)
{
  VbRecordError *error = data;

  g_free (error->field);
  g_free (error->detail);
  g_free (error);
}

VbRecordError *
vb_record_error_new (
    const char *field, const char *path, VbFieldError code, const char *format, va_list arguments)
{
  VbRecordError *error = g_new0 (VbRecordError, 1);
  g_autofree char *detail = g_strdup_vprintf (format, arguments);

  error->detail = vb_shown (detail, VB_RECORD_DETAIL_MAX);
  error->field = field != NULL ? vb_shown (field, VB_RECORD_FIELD_MAX) : NULL;
  error->path = path;
  error->code = code;

  return error;
}

GPtrArray *
vb_record_error_list_new (void)
{
  return g_ptr_array_new_with_free_func (error_free);
}

static const VbRecordError *
error_at (const GPtrArray *list, guint i)
{
  return g_ptr_array_index (list, i);
}

gboolean
vb_record_error_list_has (const GPtrArray *list, VbFieldError code)
{
  for (guint i = 0; i < list->len; i++)
    if (error_at (list, i)->code == code)
      return TRUE;

  return FALSE;
}

void
vb_record_error_list_remove (GPtrArray *list, const char *path)
{
  for (guint i = list->len; i-- > 0;)
    if (g_strcmp0 (error_at (list, i)->path, path) == 0)
      g_ptr_array_remove_index (list, i);
}

guint
vb_record_error_list_cut (GPtrArray *list)
{
  const guint n_errors = list->len;

  for (guint i = n_errors; i-- > 0 && list->len > VB_RECORD_ERRORS_MAX;)
    if (error_at (list, i)->code == VB_FIELD_ERROR_UNKNOWN)
      g_ptr_array_remove_index (list, i);
  g_ptr_array_set_size (list, (gint)MIN (list->len, VB_RECORD_ERRORS_MAX));

  return n_errors - list->len;
}

char *
vb_record_error_brief (const VbRecordError *error)
{
  const gsize length = strcspn (error->detail, ",;");
  g_autofree char *brief = g_strndup (error->detail, length);

  /* Details of a known field begin with its name, the others would not say what they speak of. */
  if (error->field != NULL && error->path == NULL && !g_str_has_prefix (brief, error->field))
    return g_strdup_printf ("%s: %s", error->field, brief);

  return g_steal_pointer (&brief);
}
