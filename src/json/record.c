#include "record.h"

#include "reader.h"

/* No container is being passed over. */
#define NOTHING G_MAXUINT

struct _VbJsonRecord
{
  VbJsonReader *check;
  VbRecord *record;
  guint depth;         /* how many containers are open */
  guint passed_over;   /* how many were when the one began that is not looked into */
  gboolean just_begun; /* the last that came was the beginning of an object */
};

/* What is JSON and yet no value, as an integer that no double holds. The document cannot be read
   on, so the whole record is refused whatever wrong-optional says. */
static void
add_check_error (VbRecord *record, const char *field, const GError *error)
{
  static const VbFieldError codes[] = {
    [VB_JSON_READER_ERROR_DUPLICATE] = VB_FIELD_ERROR_DUPLICATE,
    [VB_JSON_READER_ERROR_NUMBER] = VB_FIELD_ERROR_RANGE,
    [VB_JSON_READER_ERROR_NUL] = VB_FIELD_ERROR_TYPE,
  };
  const char *path = NULL;
  VbRecordError *added;
  guint item;

  if (field != NULL && vb_item_find (field, &item))
    path = vb_item (item)->path;

  vb_record_add_error (record, field, path, codes[error->code], "%s", error->message);
  added = g_ptr_array_index (record->errors, record->errors->len - 1);
  added->required = TRUE;
}

/* Returns: FALSE where what is in @token is not to be looked into */
static gboolean
add_value (VbRecord *record, const VbJsonToken *token)
{
  const char *name = token->path;
  guint item;

  switch (token->kind) {
  case VB_JSON_NULL:
    vb_record_add_null (record, name);
    return TRUE;
  case VB_JSON_FALSE:
  case VB_JSON_TRUE:
    vb_record_add_boolean (record, name, token->kind == VB_JSON_TRUE);
    return TRUE;
  case VB_JSON_NUMBER:
    vb_record_add_number (record, name, token->number);
    return TRUE;
  case VB_JSON_TEXT:
    vb_record_add_text (record, name, token->text);
    return TRUE;
  case VB_JSON_ARRAY:
    vb_record_add_other (record, name, "an array");
    return FALSE;
  case VB_JSON_OBJECT:
  case VB_JSON_END:
  default:
    if (!vb_item_find (name, &item) && !vb_record_ignores (name))
      return TRUE;
    vb_record_add_other (record, name, "an object");
    return FALSE;
  }
}

/* The document itself. */
static gboolean
add_root (VbRecord *record, const VbJsonToken *token)
{
  if (token->kind == VB_JSON_OBJECT)
    return TRUE;

  vb_record_add_error (record, NULL, NULL, VB_FIELD_ERROR_TYPE,
                       "the record is not an object: it is to be {…}");

  return FALSE;
}

static void
end (VbJsonRecord *reader, const VbJsonToken *token)
{
  reader->depth--;
  if (reader->depth == reader->passed_over)
    reader->passed_over = NOTHING;

  /* An empty object says nothing, but its name must be one all the same. */
  else if (reader->passed_over == NOTHING && reader->just_begun && reader->depth > 0
           && !vb_item_is_group (token->path))
    vb_record_add_other (reader->record, token->path, "an object");
}

static void
read_token (const VbJsonToken *token, gpointer user_data)
{
  VbJsonRecord *reader = user_data;

  if (token->kind == VB_JSON_END)
    end (reader, token);
  else if (reader->passed_over == NOTHING
           && !(reader->depth == 0 ? add_root (reader->record, token)
                                   : add_value (reader->record, token)))
    reader->passed_over = reader->depth;

  reader->just_begun = token->kind == VB_JSON_OBJECT;
  if (token->kind == VB_JSON_OBJECT || token->kind == VB_JSON_ARRAY)
    reader->depth++;
}

VbJsonRecord *
vb_json_record_new (void)
{
  VbJsonRecord *reader = g_new0 (VbJsonRecord, 1);

  reader->check = vb_json_reader_new ();
  vb_json_reader_set_read (reader->check, read_token, reader);

  return reader;
}

void
vb_json_record_free (VbJsonRecord *reader)
{
  vb_json_reader_free (reader->check);
  g_free (reader);
}

gboolean
vb_json_record_read (
    VbJsonRecord *reader, const char *body, gsize length, VbRecord *record, GError **error)
{
  g_autoptr (GError) refused = NULL;
  const char *field;

  vb_record_reset (record);
  reader->record = record;
  reader->depth = 0;
  reader->passed_over = NOTHING;

  if (vb_json_reader_read (reader->check, body, length, &field, &refused))
    return TRUE;

  vb_record_reset (record);
  if (refused->code == VB_JSON_READER_ERROR_SYNTAX || refused->code == VB_JSON_READER_ERROR_DEPTH) {
    g_propagate_error (error, g_steal_pointer (&refused));
    return FALSE;
  }
  add_check_error (record, field, refused);

  return TRUE;
}
