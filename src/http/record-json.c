#include "record-json.h"

#include <json-glib/json-glib.h>

#include "json-check.h"

struct _VbRecordReader
{
  VbJsonCheck *check;
  JsonParser *parser;
  GString *name; /* nested names joined by '/' */
};

VbRecordReader *
vb_record_reader_new (void)
{
  VbRecordReader *reader = g_new0 (VbRecordReader, 1);

  reader->check = vb_json_check_new ();
  reader->parser = json_parser_new_immutable ();
  reader->name = g_string_new (NULL);

  return reader;
}

void
vb_record_reader_free (VbRecordReader *reader)
{
  vb_json_check_free (reader->check);
  g_object_unref (reader->parser);
  g_string_free (reader->name, TRUE);
  g_free (reader);
}

/* What the gate lets nobody take for a value, although it is JSON: the document cannot be read on,
   so the whole record is refused whatever wrong-optional says. */
static void
add_check_error (VbRecord *record, const char *field, const GError *error)
{
  static const VbFieldError codes[] = {
    [VB_JSON_CHECK_ERROR_DUPLICATE] = VB_FIELD_ERROR_DUPLICATE,
    [VB_JSON_CHECK_ERROR_NUMBER] = VB_FIELD_ERROR_RANGE,
    [VB_JSON_CHECK_ERROR_NUL] = VB_FIELD_ERROR_TYPE,
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

static void
add_scalar (VbRecord *record, const char *name, JsonNode *node)
{
  const GType type = json_node_get_value_type (node);

  if (type == G_TYPE_STRING)
    vb_record_add_text (record, name, json_node_get_string (node));
  else if (type == G_TYPE_BOOLEAN)
    vb_record_add_boolean (record, name, json_node_get_boolean (node));
  else
    vb_record_add_number (record, name, json_node_get_double (node));
}

static void add_members (VbRecordReader *reader, VbRecord *record, JsonObject *object);

static void
add_member (VbRecordReader *reader, VbRecord *record, JsonNode *node)
{
  const char *name = reader->name->str;
  guint item;

  switch (json_node_get_node_type (node)) {
  case JSON_NODE_NULL:
    vb_record_add_null (record, name);
    break;
  case JSON_NODE_VALUE:
    add_scalar (record, name, node);
    break;
  case JSON_NODE_ARRAY:
    vb_record_add_other (record, name, "an array");
    break;
  case JSON_NODE_OBJECT:
  default:
    /* An empty object says nothing, but its name must be one all the same. */
    if (vb_item_find (name, &item) || vb_record_ignores (name)
        || (json_object_get_size (json_node_get_object (node)) == 0 && !vb_item_is_group (name)))
      vb_record_add_other (record, name, "an object");
    else
      add_members (reader, record, json_node_get_object (node));
    break;
  }
}

static void
add_members (VbRecordReader *reader, VbRecord *record, JsonObject *object)
{
  const gsize length = reader->name->len;
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &node)) {
    if (length > 0)
      g_string_append_c (reader->name, '/');
    g_string_append (reader->name, name);
    add_member (reader, record, node);
    g_string_truncate (reader->name, length);
  }
}

gboolean
vb_record_reader_read (
    VbRecordReader *reader, const char *body, gsize length, VbRecord *record, GError **error)
{
  g_autoptr (GError) refused = NULL;
  const char *field;
  JsonNode *root;

  vb_record_reset (record);

  if (!vb_json_check (reader->check, body, length, &field, &refused)) {
    if (refused->code == VB_JSON_CHECK_ERROR_SYNTAX || refused->code == VB_JSON_CHECK_ERROR_DEPTH) {
      g_propagate_error (error, g_steal_pointer (&refused));
      return FALSE;
    }
    add_check_error (record, field, refused);
    return TRUE;
  }

  if (!json_parser_load_from_data (reader->parser, body, (gssize)length, error))
    return FALSE;

  root = json_parser_get_root (reader->parser);
  if (!JSON_NODE_HOLDS_OBJECT (root))
    vb_record_add_error (record, NULL, NULL, VB_FIELD_ERROR_TYPE,
                         "the record is not an object: it is to be {…}");
  else {
    g_string_truncate (reader->name, 0);
    add_members (reader, record, json_node_get_object (root));
  }

  return TRUE;
}
