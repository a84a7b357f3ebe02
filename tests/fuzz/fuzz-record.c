/* Decoding a record: what is accepted is finite, of the field's kind and within its range, and
   named once; what is wrong is an error of that field, in words that fit an answer in JSON. */
#include <json-glib/json-glib.h>
#include <math.h>

#include "fuzz.h"
#include "json/record.h"
#include "json/state.h"

static VbJsonRecord *reader;
static VbRecord *record;

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  fuzz_prepare ();
  reader = vb_json_record_new ();
  record = vb_record_new ();

  return 0;
}

static void
assert_number (const VbField *field, double number)
{
  g_assert_true (isfinite (number));
  g_assert_true (field->kind != VB_KIND_TEXT);
  if (field->kind == VB_KIND_BOOLEAN)
    g_assert_true (number == 0 || number == 1);
  if (field->flags & VB_FIELD_NOT_POSITIVE)
    g_assert_cmpfloat (number, <=, 0);
  else if (field->minimum != 0 || field->maximum != 0) {
    g_assert_cmpfloat (number, >=, field->minimum);
    g_assert_cmpfloat (number, <=, field->maximum);
  }
}

static void
assert_value (guint item, const VbValue *value)
{
  const VbField *field = vb_item (item)->field;
  g_autoptr (GString) text = g_string_new (NULL);
  VbValue rounded;

  g_assert_true (field->group != VB_GROUP_IDENTITY);
  if (value->kind == VB_VALUE_TEXT) {
    g_assert_true (field->kind == VB_KIND_TEXT || field->flags & VB_FIELD_OR_TEXT);
    g_assert_cmpuint (strlen (value->as.text), >=, 1);
    g_assert_cmpuint (strlen (value->as.text), <=, VB_TEXT_MAX);
    fuzz_assert_message (value->as.text);
  } else if (vb_value_is_valid (value)) {
    g_assert_true ((value->kind == VB_VALUE_REAL) == (field->kind == VB_KIND_REAL));
    assert_number (field, vb_value_number (value, NAN));
    rounded = *value;
    vb_item_round (item, &rounded);
    assert_number (field, vb_value_number (&rounded, NAN));
  }

  vb_item_format (item, value, text);
  fuzz_assert_message (text->str);
}

static gboolean
has_error (const char *path)
{
  for (guint i = 0; i < record->errors->len; i++)
    if (g_strcmp0 (((VbRecordError *)g_ptr_array_index (record->errors, i))->path, path) == 0)
      return TRUE;

  return FALSE;
}

/* What can be had of a field is one of its values, be it right or the safer one of two. */
static void
assert_entries (void)
{
  for (guint i = 0; i < record->entries->len; i++) {
    const VbRecordEntry *entry = &g_array_index (record->entries, VbRecordEntry, i);

    g_assert_true (vb_record_entry (record, entry->item) == entry);
    g_assert_cmpuint (entry->said, <=, VB_SAID_WRONG);
    g_assert_true (has_error (vb_item (entry->item)->path) == (entry->said == VB_SAID_WRONG));
    g_assert_true (entry->said == VB_SAID_WRONG
                   || vb_value_is_valid (&entry->value) == (entry->said == VB_SAID_VALUE));
    g_assert_false (isinf (entry->sent));
    assert_value (entry->item, &entry->value);
  }
}

static void
assert_warnings (void)
{
  g_assert_cmpuint (record->warnings->len, <=, VB_RECORD_WARNINGS_MAX);
  for (guint i = 0; i < record->warnings->len; i++)
    fuzz_assert_message (g_ptr_array_index (record->warnings, i));
}

static void
assert_errors (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GPtrArray) safer = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < record->errors->len; i++) {
    const VbRecordError *wrong = g_ptr_array_index (record->errors, i);
    g_autofree char *brief = vb_record_error_brief (wrong);

    g_assert_nonnull (vb_field_error_name (wrong->code));
    fuzz_assert_message (wrong->detail);
    fuzz_assert_message (brief);
  }

  vb_json_state_refusal (422, VB_STATE_LIVE, "Some fields are wrong.", record->errors, 0, safer,
                         text);
  json_parser_load_from_data (parser, text->str, (gssize)text->len, &error);
  g_assert_no_error (error);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;

  if (!vb_json_record_read (reader, (const char *)data, size, record, &error)) {
    fuzz_assert_message (error->message);
    return 0;
  }

  assert_entries ();
  assert_errors ();
  assert_warnings ();

  return 0;
}
