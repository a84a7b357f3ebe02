#include "record.h"

#include <math.h>
#include <string.h>

#include "base/shown.h"
#include "core/ignored-names.h"
#include "reader.h"

/* What of a value that is none is repeated, in bytes. */
#define SHOWN_MAX 40

/* No container is being passed over. */
#define NOTHING G_MAXUINT

/* What some bridges wrap the whole record in. */
#define WRAPPER "value"

/* Where a list of cells may stand. */
static const char *const lists[]
    = { "Cells", "cells", "Voltages", "/Voltages", "CellVoltages", NULL };

struct _VbJsonRecord
{
  VbJsonReader *reader;
  VbRecord *record;
  guint depth;         /* how many containers are open */
  guint passed_over;   /* how many were when the one began that is not looked into */
  gboolean just_begun; /* the last that came was the beginning of an object */
  guint list;          /* how many were when the list of cells began that is being read */
  guint n_cells;       /* how many of it have been read */
  gboolean is_wrapped; /* inside of the object that wraps the record */
  gboolean may_wrap;
  GString *inner; /* the text that wraps the record; empty: none does */
};

const char *const *
vb_json_record_lists (void)
{
  return lists;
}

static void
add_faulty (VbRecord *record, const char *name, const VbJsonToken *token)
{
  static const struct
  {
    VbFieldError code;
    const char *text;
  } faults[] = {
    [VB_JSON_FAULT_INTEGER]
    = { VB_FIELD_ERROR_RANGE, "beyond the limit of ±9007199254740992 for an integer" },
    [VB_JSON_FAULT_REAL] = { VB_FIELD_ERROR_RANGE, "beyond the limit of ±1.797e308 for a number" },
    [VB_JSON_FAULT_NUL] = { VB_FIELD_ERROR_TYPE, "a text may not hold \\u0000" },
  };
  g_autofree char *shown = vb_shown (token->text, SHOWN_MAX);
  g_autofree char *what = g_strdup_printf ("is %s, %s", shown, faults[token->fault].text);

  vb_record_add_wrong (record, name, faults[token->fault].code, NAN, what);
}

/* Returns: FALSE where what is in @token is not to be looked into */
static gboolean
add_value (VbRecord *record, const char *name, const VbJsonToken *token)
{
  guint item;

  if (token->fault != VB_JSON_FAULT_NONE) {
    add_faulty (record, name, token);
    return TRUE;
  }

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
    if (!vb_item_find (name, &item) && !vb_ignored_names_have (name))
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

/* Nothing in a list is a list of its own, or an object. */
static gboolean
add_cell (VbJsonRecord *reader, const VbJsonToken *token)
{
  const gboolean is_container = token->kind == VB_JSON_ARRAY || token->kind == VB_JSON_OBJECT;
  char name[16];

  g_snprintf (name, sizeof name, "Cell%u", ++reader->n_cells);
  if (is_container)
    vb_record_add_other (reader->record, name,
                         token->kind == VB_JSON_ARRAY ? "an array" : "an object");
  else
    add_value (reader->record, name, token);

  return !is_container;
}

static const char *
unwrapped (const VbJsonRecord *reader, const char *path)
{
  return reader->is_wrapped ? path + strlen (WRAPPER "/") : path;
}

/* Returns: whether @token is the value that wraps the record */
static gboolean
wraps (VbJsonRecord *reader, const VbJsonToken *token)
{
  if (!reader->may_wrap || reader->depth != 1 || !g_str_equal (token->path, WRAPPER))
    return FALSE;

  if (token->kind == VB_JSON_TEXT && token->fault == VB_JSON_FAULT_NONE && *token->text == '{'
      && reader->inner->len == 0)
    g_string_assign (reader->inner, token->text);
  else if (token->kind == VB_JSON_OBJECT)
    reader->is_wrapped = TRUE;
  else
    return FALSE;

  return TRUE;
}

static gboolean
add_token (VbJsonRecord *reader, const VbJsonToken *token)
{
  const char *name;

  if (reader->depth == 0)
    return add_root (reader->record, token);
  if (reader->list != NOTHING)
    return add_cell (reader, token);
  if (wraps (reader, token))
    return TRUE;

  name = unwrapped (reader, token->path);
  if (token->kind == VB_JSON_ARRAY && g_strv_contains (lists, name)) {
    reader->list = reader->depth;
    reader->n_cells = 0;
    return TRUE;
  }

  return add_value (reader->record, name, token);
}

static void
end (VbJsonRecord *reader, const VbJsonToken *token)
{
  reader->depth--;
  if (reader->depth == reader->passed_over)
    reader->passed_over = NOTHING;
  else if (reader->depth == reader->list)
    reader->list = NOTHING;
  else if (reader->is_wrapped && reader->depth == 1)
    reader->is_wrapped = FALSE;

  /* An empty object says nothing, but its name must be one all the same. */
  else if (reader->passed_over == NOTHING && reader->just_begun && reader->depth > 0
           && !vb_item_is_group (unwrapped (reader, token->path)))
    vb_record_add_other (reader->record, unwrapped (reader, token->path), "an object");
}

static void
read_token (const VbJsonToken *token, gpointer user_data)
{
  VbJsonRecord *reader = user_data;

  if (token->kind == VB_JSON_END)
    end (reader, token);
  else if (reader->passed_over == NOTHING && !add_token (reader, token))
    reader->passed_over = reader->depth;

  reader->just_begun = token->kind == VB_JSON_OBJECT;
  if (token->kind == VB_JSON_OBJECT || token->kind == VB_JSON_ARRAY)
    reader->depth++;
}

VbJsonRecord *
vb_json_record_new (void)
{
  VbJsonRecord *reader = g_new0 (VbJsonRecord, 1);

  reader->reader = vb_json_reader_new ();
  reader->inner = g_string_new (NULL);
  vb_json_reader_set_read (reader->reader, read_token, reader);

  return reader;
}

void
vb_json_record_free (VbJsonRecord *reader)
{
  vb_json_reader_free (reader->reader);
  g_string_free (reader->inner, TRUE);
  g_free (reader);
}

static gboolean
read_document (
    VbJsonRecord *reader, const char *body, gsize length, gboolean may_wrap, GError **error)
{
  vb_record_reset (reader->record);
  reader->depth = 0;
  reader->passed_over = NOTHING;
  reader->list = NOTHING;
  reader->is_wrapped = FALSE;
  reader->may_wrap = may_wrap;
  g_string_truncate (reader->inner, 0);

  return vb_json_reader_read (reader->reader, body, length, error);
}

/* Only where it is all that the record says: else it is a field that there is not. */
static void
read_inner (VbJsonRecord *reader)
{
  g_autofree char *inner = NULL;
  g_autoptr (GError) refused = NULL;

  if (reader->inner->len == 0)
    return;
  if (!vb_record_is_empty (reader->record)) {
    vb_record_add_text (reader->record, WRAPPER, reader->inner->str);
    return;
  }

  inner = g_strdup (reader->inner->str);
  if (read_document (reader, inner, strlen (inner), FALSE, &refused))
    return;

  vb_record_reset (reader->record);
  vb_record_add_error (reader->record, WRAPPER, NULL, VB_FIELD_ERROR_TYPE,
                       WRAPPER " is a text that is not JSON, %s", refused->message);
}

gboolean
vb_json_record_read (
    VbJsonRecord *reader, const char *body, gsize length, VbRecord *record, GError **error)
{
  reader->record = record;
  if (!read_document (reader, body, length, TRUE, error)) {
    vb_record_reset (record);
    return FALSE;
  }
  read_inner (reader);

  return TRUE;
}
