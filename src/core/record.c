#include "record.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/shown.h"
#include "ignored-names.h"

/* What senders say instead of null: Home Assistant, ESPHome, Python. */
static const char *const not_known[] = { "", "nan", "none", "null", "unavailable", "unknown" };

/* Largest number up to which every integer is a double of its own. */
#define SEQUENCE_MAX 9007199254740992.0

/* So many ignored names are told, at most. */
#define IGNORED_MAX 400

static void
entry_clear (gpointer data)
{
  VbRecordEntry *entry = data;

  vb_value_clear (&entry->value);
}

VbRecord *
vb_record_new (void)
{
  VbRecord *record = g_new0 (VbRecord, 1);

  record->entries = g_array_new (FALSE, TRUE, sizeof (VbRecordEntry));
  g_array_set_clear_func (record->entries, entry_clear);
  record->errors = vb_record_error_list_new ();
  record->ignored = g_ptr_array_new_with_free_func (g_free);
  record->warnings = g_ptr_array_new_with_free_func (g_free);
  record->spellings = g_string_new (NULL);
  record->named = g_new0 (guint16, vb_item_count ());

  return record;
}

void
vb_record_free (VbRecord *record)
{
  g_array_unref (record->entries);
  g_ptr_array_unref (record->errors);
  g_ptr_array_unref (record->ignored);
  g_ptr_array_unref (record->warnings);
  g_string_free (record->spellings, TRUE);
  g_free (record->named);
  g_free (record);
}

/* Somebody else may hold them: who noted a record keeps its errors. */
static void
clear_errors (VbRecord *record)
{
  if (record->errors->len == 0)
    return;

  g_ptr_array_unref (record->errors);
  record->errors = vb_record_error_list_new ();
}

void
vb_record_reset (VbRecord *record)
{
  for (guint i = 0; i < record->entries->len; i++)
    record->named[g_array_index (record->entries, VbRecordEntry, i).item] = 0;

  g_array_set_size (record->entries, 0);
  clear_errors (record);
  record->n_more = 0;
  record->n_unknown = 0;
  g_ptr_array_set_size (record->ignored, 0);
  g_ptr_array_set_size (record->warnings, 0);
  record->altered = FALSE;
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
  va_list arguments;

  va_start (arguments, format);
  g_ptr_array_add (record->errors, vb_record_error_new (field, path, code, format, arguments));
  va_end (arguments);
}

void
vb_record_add_warning (VbRecord *record, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  if (record->warnings->len == VB_RECORD_WARNINGS_MAX)
    return;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_ptr_array_add (record->warnings, vb_shown (text, VB_RECORD_DETAIL_MAX));
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

  meant = vb_item_suggest (spelling);
  if (meant != NULL)
    vb_record_add_error (record, spelling, NULL, VB_FIELD_ERROR_UNKNOWN,
                         "no such field; did you mean %s?", meant);
  else
    vb_record_add_error (record, spelling, NULL, VB_FIELD_ERROR_UNKNOWN, "no such field");
}

static void
add_ignored (VbRecord *record, const char *spelling)
{
  if (record->ignored->len < IGNORED_MAX)
    g_ptr_array_add (record->ignored, vb_shown (spelling, VB_RECORD_FIELD_MAX));
}

/* Looks up what @spelling names. Returns FALSE where there is nothing to add: unknown, or
   ignored. */
static gboolean
find_item (VbRecord *record, const char *spelling, guint *item)
{
  if (!vb_item_find (spelling, item)) {
    if (vb_ignored_names_have (spelling))
      add_ignored (record, spelling);
    else
      add_unknown (record, spelling);
    return FALSE;
  }

  if (vb_item (*item)->field->group == VB_GROUP_IDENTITY) {
    add_ignored (record, spelling);
    return FALSE;
  }

  return TRUE;
}

/* The safer one of two values that one record has for the same field: a lower limit, a higher
   alarm; invalid where neither is safer. */
static void
take_safer (VbRecordEntry *entry, const VbValue *second)
{
  const VbField *field = vb_item (entry->item)->field;
  const double a = vb_value_number (&entry->value, NAN);
  const double b = vb_value_number (second, NAN);
  gboolean second_is_safer;

  if (field->group == VB_GROUP_LIMIT && field->flags & VB_FIELD_REQUIRED)
    second_is_safer = isnan (a) || b < a;
  else if (field->flags & VB_FIELD_ALARM)
    second_is_safer = isnan (a) || b > a;
  else {
    vb_value_clear (&entry->value);
    return;
  }

  if (second_is_safer)
    vb_value_set (&entry->value, second);
}

/* Takes @value over. */
static void
add_entry (
    VbRecord *record, const char *spelling, guint item, VbSaid said, VbValue *value, double sent)
{
  VbRecordEntry entry = {
    .item = item, .said = said, .value = *value, .sent = sent, .spelling = record->spellings->len
  };
  VbRecordEntry *first = vb_record_entry (record, item);

  if (first != NULL) {
    vb_record_add_error (record, spelling, vb_item (item)->path, VB_FIELD_ERROR_DUPLICATE,
                         "%s is named twice; the first time as %s", vb_item (item)->name,
                         vb_record_spelling (record, first));
    take_safer (first, value);
    first->said = VB_SAID_WRONG;
    return;
  }

  *value = (VbValue)VB_VALUE_INIT;
  g_string_append (record->spellings, spelling);
  g_string_append_c (record->spellings, '\0');
  g_array_append_val (record->entries, entry);
  record->named[item] = (guint16)record->entries->len;
}

/* Adds the checked value, or the error that the check found. */
static void
add_checked (VbRecord *record,
             const char *spelling,
             guint item,
             VbValue *value,
             double sent,
             const GError *error)
{
  if (error != NULL)
    vb_record_add_error (record, spelling, vb_item (item)->path, error->code, "%s", error->message);
  add_entry (record, spelling, item, error != NULL ? VB_SAID_WRONG : VB_SAID_VALUE, value, sent);
}

static void
add_number (VbRecord *record, const char *spelling, guint item, double number)
{
  g_autoptr (GError) error = NULL;
  g_auto (VbValue) value = VB_VALUE_INIT;
  double within = number;

  if (!vb_item_check_number (item, number, &value, &error)
      && vb_item_clamp_number (item, &within)) {
    g_clear_error (&error);
    vb_item_check_number (item, within, &value, &error);
    vb_record_add_warning (record, "%s is %.15g, taken as %.15g", vb_item (item)->name, number,
                           within);
  }
  add_checked (record, spelling, item, &value, number, error);
}

/* Of two the first counts, whatever the other says. */
static void
add_second (VbRecord *record, const char *spelling)
{
  vb_record_add_error (record, spelling, NULL, VB_FIELD_ERROR_DUPLICATE, "%s is named twice",
                       spelling);
}

static void
set_sequence (VbRecord *record, const char *spelling, double number)
{
  if (record->has_sequence) {
    add_second (record, spelling);
    return;
  }
  if (number != floor (number) || fabs (number) > SEQUENCE_MAX) {
    vb_record_add_error (record, spelling, NULL, VB_FIELD_ERROR_TYPE,
                         "Sequence is %g, a whole number within ±2⁵³ is needed", number);
    return;
  }

  record->has_sequence = TRUE;
  record->sequence = (gint64)number;
}

static void
set_timestamp (VbRecord *record, const char *spelling, double number)
{
  if (record->has_timestamp) {
    add_second (record, spelling);
    return;
  }

  record->has_timestamp = TRUE;
  record->timestamp = number;
}

/* Of two that differ the record says neither. */
static void
set_connected (VbRecord *record, const char *spelling, double number)
{
  const VbConnected connected = number == 0 ? VB_CONNECTED_NO : VB_CONNECTED_YES;

  if (number != 0 && number != 1) {
    vb_record_add_error (record, spelling, NULL, VB_FIELD_ERROR_RANGE,
                         "Connected is %g, allowed are 0 and 1", number);
    record->connected = VB_CONNECTED_WRONG;
  } else if (record->connected != VB_CONNECTED_UNSAID && record->connected != connected) {
    vb_record_add_error (record, spelling, NULL, VB_FIELD_ERROR_DUPLICATE,
                         "Connected is named twice");
    record->connected = VB_CONNECTED_WRONG;
  } else
    record->connected = connected;
}

/* The members that speak of the record or its source rather than of the battery. */
static const struct
{
  const char *name;
  void (*set) (VbRecord *record, const char *spelling, double number);
} about_record[] = {
  { "Sequence", set_sequence },
  { "Timestamp", set_timestamp },
  { "Connected", set_connected },
  { "/Connected", set_connected },
};

/* Returns: FALSE where @spelling is none of those members */
static gboolean
add_about_record (VbRecord *record, const char *spelling, double number)
{
  for (guint i = 0; i < G_N_ELEMENTS (about_record); i++)
    if (g_str_equal (spelling, about_record[i].name)) {
      about_record[i].set (record, spelling, number);
      return TRUE;
    }

  return FALSE;
}

/* The same for what is no number; @is_null: nothing was said of the record itself then. */
static gboolean
add_wrong_about_record (VbRecord *record, const char *spelling, const char *what, gboolean is_null)
{
  for (guint i = 0; i < G_N_ELEMENTS (about_record); i++) {
    if (!g_str_equal (spelling, about_record[i].name))
      continue;

    if (about_record[i].set == set_connected)
      record->connected = VB_CONNECTED_WRONG;
    else if (is_null)
      return TRUE;
    vb_record_add_error (record, spelling, NULL, VB_FIELD_ERROR_TYPE, "%s %s", spelling, what);
    return TRUE;
  }

  return FALSE;
}

void
vb_record_add_number (VbRecord *record, const char *spelling, double number)
{
  guint item;

  g_return_if_fail (isfinite (number));

  if (!add_about_record (record, spelling, number) && find_item (record, spelling, &item))
    add_number (record, spelling, item, number);
}

void
vb_record_add_boolean (VbRecord *record, const char *spelling, gboolean boolean)
{
  g_autoptr (GError) error = NULL;
  g_auto (VbValue) value = VB_VALUE_INIT;
  guint item;

  if (g_str_has_suffix (spelling, "Connected") && add_about_record (record, spelling, boolean))
    return;
  if (add_wrong_about_record (
          record, spelling,
          boolean ? "is true, a number is needed" : "is false, a number is needed", FALSE)
      || !find_item (record, spelling, &item))
    return;

  vb_item_check_boolean (item, boolean, &value, &error);
  add_checked (record, spelling, item, &value, boolean, error);
}

static gboolean
says_not_known (guint item, const char *text)
{
  for (guint i = 0; i < G_N_ELEMENTS (not_known); i++)
    if (g_ascii_strcasecmp (text, not_known[i]) == 0)
      return *text == '\0' || vb_item (item)->field->kind != VB_KIND_TEXT;

  return FALSE;
}

static void
add_text (VbRecord *record, const char *spelling, guint item, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_auto (VbValue) value = VB_VALUE_INIT;

  if (vb_item_check_text (item, text, &value, &error) && strlen (text) > VB_TEXT_MAX)
    vb_record_add_warning (record, "%s is a text of %zu bytes, cut to %d", vb_item (item)->name,
                           strlen (text), VB_TEXT_MAX);
  add_checked (record, spelling, item, &value, NAN, error);
}

void
vb_record_add_text (VbRecord *record, const char *spelling, const char *text)
{
  g_autofree char *quoted = NULL;
  double number;
  guint item;

  if (vb_number_from_text (text, &number)) {
    if (add_about_record (record, spelling, number)) {
      vb_record_add_warning (record, "%s is the text \"%s\", taken as a number", spelling, text);
      return;
    }
  } else {
    g_autofree char *shown = vb_shown (text, VB_QUOTED_MAX);

    quoted = g_strdup_printf ("is the text \"%s\", a number is needed", shown);
    number = NAN;
    if (add_wrong_about_record (record, spelling, quoted, FALSE))
      return;
  }

  if (!find_item (record, spelling, &item))
    return;

  if (says_not_known (item, text))
    vb_record_add_null (record, spelling);
  else if (!isnan (number) && !vb_item_takes_text (item)) {
    vb_record_add_warning (record, "%s is the text \"%s\", taken as a number", vb_item (item)->name,
                           text);
    add_number (record, spelling, item, number);
  } else
    add_text (record, spelling, item, text);
}

void
vb_record_add_null (VbRecord *record, const char *spelling)
{
  g_auto (VbValue) value = VB_VALUE_INIT;
  guint item;

  if (!add_wrong_about_record (record, spelling, "is null, 0 or 1 is needed", TRUE)
      && find_item (record, spelling, &item))
    add_entry (record, spelling, item, VB_SAID_NULL, &value, NAN);
}

void
vb_record_add_wrong (
    VbRecord *record, const char *spelling, VbFieldError code, double sent, const char *what)
{
  g_auto (VbValue) value = VB_VALUE_INIT;
  guint item;

  if (add_wrong_about_record (record, spelling, what, FALSE)
      || !find_item (record, spelling, &item))
    return;

  vb_record_add_error (record, spelling, vb_item (item)->path, code, "%s %s", vb_item (item)->name,
                       what);
  add_entry (record, spelling, item, VB_SAID_WRONG, &value, sent);
}

void
vb_record_add_other (VbRecord *record, const char *spelling, const char *what)
{
  g_autofree char *text = NULL;
  guint item;

  text = g_strdup_printf ("is %s, %s is needed", what,
                          vb_item_find (spelling, &item) ? vb_item_needs (item) : "a number");
  vb_record_add_wrong (record, spelling, VB_FIELD_ERROR_TYPE, NAN, text);
}

void
vb_record_cut_errors (VbRecord *record)
{
  record->n_more += vb_record_error_list_cut (record->errors);
}

GPtrArray *
vb_record_steal_errors (VbRecord *record)
{
  GPtrArray *errors;

  vb_record_cut_errors (record);
  errors = g_steal_pointer (&record->errors);
  record->errors = vb_record_error_list_new ();

  return errors;
}

VbRecordEntry *
vb_record_entry (const VbRecord *record, guint item)
{
  if (record->named[item] == 0)
    return NULL;

  return &g_array_index (record->entries, VbRecordEntry, record->named[item] - 1);
}

double
vb_record_number (const VbRecord *record, VbKnown known)
{
  const VbRecordEntry *entry = vb_record_entry (record, vb_item_known (known));

  return entry != NULL && entry->said == VB_SAID_VALUE ? vb_value_number (&entry->value, NAN) : NAN;
}

double
vb_record_sent (const VbRecord *record, VbKnown known)
{
  const VbRecordEntry *entry = vb_record_entry (record, vb_item_known (known));

  return entry != NULL ? vb_value_number (&entry->value, entry->sent) : NAN;
}

gboolean
vb_record_lacks_value (const VbRecord *record, VbKnown known)
{
  const VbRecordEntry *entry = vb_record_entry (record, vb_item_known (known));

  return entry != NULL && entry->said != VB_SAID_VALUE;
}

gboolean
vb_record_has_value (const VbRecord *record, VbKnown known)
{
  const VbRecordEntry *entry = vb_record_entry (record, vb_item_known (known));

  return entry != NULL && entry->said == VB_SAID_VALUE;
}

gboolean
vb_record_is_wrong (const VbRecord *record)
{
  for (guint i = 0; i < record->errors->len; i++)
    if (((const VbRecordError *)g_ptr_array_index (record->errors, i))->code
        != VB_FIELD_ERROR_IMPLAUSIBLE)
      return TRUE;

  return FALSE;
}

gboolean
vb_record_is_usable (const VbRecord *record)
{
  if (!vb_record_is_wrong (record) || record->connected != VB_CONNECTED_UNSAID)
    return TRUE;

  for (guint i = 0; i < record->entries->len; i++)
    if (g_array_index (record->entries, VbRecordEntry, i).said != VB_SAID_WRONG)
      return TRUE;

  return FALSE;
}

VbRecordEntry *
vb_record_doubt (VbRecord *record, VbKnown known, const char *format, ...)
{
  const guint item = vb_item_known (known);
  VbRecordEntry *entry = vb_record_entry (record, item);
  va_list arguments;

  if (entry == NULL)
    return NULL;

  va_start (arguments, format);
  g_ptr_array_add (record->errors,
                   vb_record_error_new (vb_record_spelling (record, entry), vb_item (item)->path,
                                        VB_FIELD_ERROR_IMPLAUSIBLE, format, arguments));
  va_end (arguments);
  entry->said = VB_SAID_DOUBTED;
  record->altered = TRUE;

  return entry;
}

void
vb_record_ignore (VbRecord *record, guint item)
{
  const VbRecordEntry *entry = vb_record_entry (record, item);

  if (entry == NULL)
    return;

  add_ignored (record, vb_record_spelling (record, entry));
  vb_record_error_list_remove (record->errors, vb_item (item)->path);
  g_array_remove_index (record->entries, record->named[item] - 1u);
  record->named[item] = 0;
  for (guint i = 0; i < record->entries->len; i++)
    record->named[g_array_index (record->entries, VbRecordEntry, i).item] = (guint16)(i + 1);
  record->altered = TRUE;
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
