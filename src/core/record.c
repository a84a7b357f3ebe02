#include "record.h"

#include <math.h>
#include <string.h>

#include "base/shown.h"

/* Keys that dbus-mqtt-battery publishers send and that mean nothing here; the identity rows of the
   field table belong to them too. */
static const char *const ignored_keys[] = {
  "DeviceName",
  "Family",
  "Info/ChargeModeDebug",
  "Info/ChargeModeDebugBulk",
  "Info/ChargeModeDebugFloat",
  "JsonData",
  "Manufacturer",
};

/* Each suggestion looks at every name there is. A record with more unknown names than this is none
   that was meant for a battery. */
#define SUGGESTIONS_MAX 8

/* Largest number up to which every integer is a double of its own. */
#define SEQUENCE_MAX 9007199254740992.0

static void
entry_clear (gpointer data)
{
  VbRecordEntry *entry = data;

  vb_value_clear (&entry->value);
}

static void
error_free (gpointer data)
{
  VbRecordError *error = data;

  g_free (error->field);
  g_free (error->detail);
  g_free (error);
}

VbRecord *
vb_record_new (void)
{
  VbRecord *record = g_new0 (VbRecord, 1);

  record->entries = g_array_new (FALSE, TRUE, sizeof (VbRecordEntry));
  g_array_set_clear_func (record->entries, entry_clear);
  record->errors = g_ptr_array_new_with_free_func (error_free);
  record->ignored = g_ptr_array_new_with_free_func (g_free);
  record->spellings = g_string_new (NULL);
  record->named = g_new0 (guint8, vb_item_count ());

  return record;
}

void
vb_record_free (VbRecord *record)
{
  g_array_unref (record->entries);
  g_ptr_array_unref (record->errors);
  g_ptr_array_unref (record->ignored);
  g_string_free (record->spellings, TRUE);
  g_free (record->named);
  g_free (record);
}

void
vb_record_reset (VbRecord *record)
{
  for (guint i = 0; i < record->entries->len; i++)
    record->named[g_array_index (record->entries, VbRecordEntry, i).item] = FALSE;

  g_array_set_size (record->entries, 0);
  g_ptr_array_set_size (record->errors, 0);
  record->n_more = 0;
  record->n_unknown = 0;
  g_ptr_array_set_size (record->ignored, 0);
  g_string_truncate (record->spellings, 0);
  record->has_sequence = FALSE;
  record->has_timestamp = FALSE;
  record->connected = VB_CONNECTED_UNSAID;
}

void
vb_record_add_error (VbRecord *record,
                     const char *field,
                     const char *path,
                     VbFieldError code,
                     const char *format,
                     ...)
{
  VbRecordError *error = g_new0 (VbRecordError, 1);
  g_autofree char *detail = NULL;
  va_list arguments;
  guint item;

  va_start (arguments, format);
  detail = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  error->detail = vb_shown (detail, VB_RECORD_DETAIL_MAX);
  error->field = field != NULL ? vb_shown (field, VB_RECORD_FIELD_MAX) : NULL;
  error->path = path;
  error->code = code;
  error->required = path != NULL && vb_item_find (path, &item)
                    && (vb_item (item)->field->flags & VB_FIELD_REQUIRED);
  g_ptr_array_add (record->errors, error);
}

gboolean
vb_record_ignores (const char *spelling)
{
  if (*spelling == '/')
    spelling++;

  for (guint i = 0; i < G_N_ELEMENTS (ignored_keys); i++)
    if (g_str_equal (spelling, ignored_keys[i]))
      return TRUE;

  return FALSE;
}

static void
add_unknown (VbRecord *record, const char *spelling)
{
  g_autofree char *meant = NULL;

  /* A body of nothing else would cost a hundred times its size. */
  if (record->n_unknown++ >= VB_RECORD_ERRORS_MAX) {
    record->n_more++;
    return;
  }

  if (record->n_unknown <= SUGGESTIONS_MAX)
    meant = vb_item_suggest (spelling);

  if (meant != NULL)
    vb_record_add_error (record, spelling, NULL, VB_FIELD_ERROR_UNKNOWN,
                         "no such field; did you mean %s?", meant);
  else
    vb_record_add_error (record, spelling, NULL, VB_FIELD_ERROR_UNKNOWN, "no such field");
}

/* Looks up what @spelling names and notes that it was named. Returns FALSE where there is nothing
   to add: unknown, ignored, or named before. */
static gboolean
name_item (VbRecord *record, const char *spelling, guint *item)
{
  const VbItem *named;
  const VbRecordEntry *entry;

  if (!vb_item_find (spelling, item)) {
    if (vb_record_ignores (spelling))
      g_ptr_array_add (record->ignored, g_strdup (spelling));
    else
      add_unknown (record, spelling);
    return FALSE;
  }

  named = vb_item (*item);
  if (named->field->group == VB_GROUP_IDENTITY) {
    g_ptr_array_add (record->ignored, g_strdup (spelling));
    return FALSE;
  }

  entry = vb_record_entry (record, *item);
  if (entry != NULL) {
    vb_record_add_error (record, spelling, named->path, VB_FIELD_ERROR_DUPLICATE,
                         "%s is named twice; the first time as %s", named->name,
                         vb_record_spelling (record, entry));
    return FALSE;
  }

  return TRUE;
}

static void
add_entry (VbRecord *record, const char *spelling, guint item, VbValue *value)
{
  VbRecordEntry entry = { .item = item, .value = *value, .spelling = record->spellings->len };

  *value = (VbValue)VB_VALUE_INIT;
  g_string_append_len (record->spellings, spelling, strlen (spelling) + 1);
  g_array_append_val (record->entries, entry);
  record->named[item] = TRUE;
}

/* Adds the checked value, or the error that the check found. A wrong field counts as named, so that
   a second spelling of it is a duplicate. */
static void
add_checked (VbRecord *record, const char *spelling, guint item, VbValue *value, GError *error)
{
  add_entry (record, spelling, item, value);
  if (error != NULL)
    vb_record_add_error (record, spelling, vb_item (item)->path, error->code, "%s", error->message);
}

/* The three members that speak of the record or its source rather than of the battery. */
static gboolean
add_about_record (VbRecord *record, const char *spelling, double number)
{
  if (g_str_equal (spelling, "Sequence")) {
    if (number != floor (number) || fabs (number) > SEQUENCE_MAX)
      vb_record_add_error (record, spelling, NULL, VB_FIELD_ERROR_TYPE,
                           "Sequence is %g, a whole number within ±2⁵³ is needed", number);
    else {
      record->has_sequence = TRUE;
      record->sequence = (gint64)number;
    }
    return TRUE;
  }

  if (g_str_equal (spelling, "Timestamp")) {
    record->has_timestamp = TRUE;
    record->timestamp = number;
    return TRUE;
  }

  if (g_str_equal (spelling, "Connected") || g_str_equal (spelling, "/Connected")) {
    if (record->connected != VB_CONNECTED_UNSAID)
      vb_record_add_error (record, spelling, NULL, VB_FIELD_ERROR_DUPLICATE,
                           "Connected is named twice");
    else if (number != 0 && number != 1)
      vb_record_add_error (record, spelling, NULL, VB_FIELD_ERROR_RANGE,
                           "Connected is %g, allowed are 0 and 1", number);
    else
      record->connected = number == 0 ? VB_CONNECTED_NO : VB_CONNECTED_YES;
    return TRUE;
  }

  return FALSE;
}

static gboolean
is_about_record (const char *spelling)
{
  return g_str_equal (spelling, "Sequence") || g_str_equal (spelling, "Timestamp")
         || g_str_equal (spelling, "Connected") || g_str_equal (spelling, "/Connected");
}

static gboolean
refuse_about_record (VbRecord *record, const char *spelling, const char *what)
{
  if (!is_about_record (spelling))
    return FALSE;

  vb_record_add_error (record, spelling, NULL, VB_FIELD_ERROR_TYPE, "%s is %s, a number is needed",
                       spelling, what);
  return TRUE;
}

void
vb_record_add_number (VbRecord *record, const char *spelling, double number)
{
  g_autoptr (GError) error = NULL;
  g_auto (VbValue) value = VB_VALUE_INIT;
  guint item;

  g_return_if_fail (isfinite (number));

  if (add_about_record (record, spelling, number) || !name_item (record, spelling, &item))
    return;

  vb_item_check_number (item, number, &value, &error);
  add_checked (record, spelling, item, &value, error);
}

void
vb_record_add_boolean (VbRecord *record, const char *spelling, gboolean boolean)
{
  g_autoptr (GError) error = NULL;
  g_auto (VbValue) value = VB_VALUE_INIT;
  guint item;

  if (g_str_has_suffix (spelling, "Connected") && add_about_record (record, spelling, boolean))
    return;
  if (refuse_about_record (record, spelling, boolean ? "true" : "false")
      || !name_item (record, spelling, &item))
    return;

  vb_item_check_boolean (item, boolean, &value, &error);
  add_checked (record, spelling, item, &value, error);
}

void
vb_record_add_text (VbRecord *record, const char *spelling, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_auto (VbValue) value = VB_VALUE_INIT;
  guint item;

  if (refuse_about_record (record, spelling, "a text") || !name_item (record, spelling, &item))
    return;

  vb_item_check_text (item, text, &value, &error);
  add_checked (record, spelling, item, &value, error);
}

void
vb_record_add_null (VbRecord *record, const char *spelling)
{
  g_auto (VbValue) value = VB_VALUE_INIT;
  guint item;

  if (refuse_about_record (record, spelling, "null") || !name_item (record, spelling, &item))
    return;

  add_entry (record, spelling, item, &value);
}

void
vb_record_add_other (VbRecord *record, const char *spelling, const char *what)
{
  g_auto (VbValue) value = VB_VALUE_INIT;
  guint item;

  if (refuse_about_record (record, spelling, what) || !name_item (record, spelling, &item))
    return;

  add_entry (record, spelling, item, &value);
  vb_record_add_error (record, spelling, vb_item (item)->path, VB_FIELD_ERROR_TYPE,
                       "%s is %s, a %s is needed", vb_item (item)->name, what,
                       vb_item (item)->field->kind == VB_KIND_TEXT ? "text" : "number");
}

void
vb_record_cut_errors (VbRecord *record)
{
  GPtrArray *errors = record->errors;
  const guint n_errors = errors->len;

  for (guint i = n_errors; i-- > 0 && errors->len > VB_RECORD_ERRORS_MAX;)
    if (((const VbRecordError *)g_ptr_array_index (errors, i))->code == VB_FIELD_ERROR_UNKNOWN)
      g_ptr_array_remove_index (errors, i);
  g_ptr_array_set_size (errors, (gint)MIN (errors->len, VB_RECORD_ERRORS_MAX));
  record->n_more += n_errors - errors->len;
}

GPtrArray *
vb_record_steal_errors (VbRecord *record)
{
  GPtrArray *errors;

  vb_record_cut_errors (record);
  errors = g_steal_pointer (&record->errors);
  record->errors = g_ptr_array_new_with_free_func (error_free);

  return errors;
}

const VbRecordEntry *
vb_record_entry (const VbRecord *record, guint item)
{
  if (!record->named[item])
    return NULL;

  for (guint i = 0; i < record->entries->len; i++) {
    const VbRecordEntry *entry = &g_array_index (record->entries, VbRecordEntry, i);

    if (entry->item == item)
      return entry;
  }

  return NULL;
}

double
vb_record_number (const VbRecord *record, VbKnown known)
{
  const VbRecordEntry *entry = vb_record_entry (record, vb_item_known (known));

  return entry != NULL ? vb_value_number (&entry->value, NAN) : NAN;
}

gboolean
vb_record_says_null (const VbRecord *record, VbKnown known)
{
  const VbRecordEntry *entry = vb_record_entry (record, vb_item_known (known));

  return entry != NULL && !vb_value_is_valid (&entry->value);
}

gboolean
vb_record_says_value (const VbRecord *record, VbKnown known)
{
  const VbRecordEntry *entry = vb_record_entry (record, vb_item_known (known));

  return entry != NULL && vb_value_is_valid (&entry->value);
}

void
vb_record_add_field_error (VbRecord *record, VbKnown known, VbFieldError code, const char *detail)
{
  const guint item = vb_item_known (known);
  const VbRecordEntry *entry = vb_record_entry (record, item);

  vb_record_add_error (record,
                       entry != NULL ? vb_record_spelling (record, entry) : vb_item (item)->name,
                       vb_item (item)->path, code, "%s", detail);
}

gboolean
vb_record_has_error (const VbRecord *record, VbFieldError code)
{
  for (guint i = 0; i < record->errors->len; i++)
    if (((const VbRecordError *)g_ptr_array_index (record->errors, i))->code == code)
      return TRUE;

  return FALSE;
}

const char *
vb_record_spelling (const VbRecord *record, const VbRecordEntry *entry)
{
  return record->spellings->str + entry->spelling;
}

gboolean
vb_record_is_empty (const VbRecord *record)
{
  return record->entries->len == 0 && record->errors->len == 0 && record->ignored->len == 0
         && !record->has_sequence && !record->has_timestamp
         && record->connected == VB_CONNECTED_UNSAID;
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
