#include "schema.h"

#include <string.h>

#include "core/record.h"
#include "json/record.h"

/* Enumerations in the table lie within these numbers. */
#define ENUM_FIRST -16
#define ENUM_LAST 64

/* Of a family the numbers of its members, as a regular expression. */
static void
append_numbers (const VbField *field, GString *pattern)
{
  g_string_append_c (pattern, '(');
  for (guint i = 0; i < field->count; i++)
    g_string_append_printf (pattern, "%s%u", i > 0 ? "|" : "", field->first + i * field->step);
  g_string_append_c (pattern, ')');
}

/* @length bytes of @text, in which %u stands for the number of a member of @field. */
static void
append_pattern (const VbField *field, const char *text, gsize length, GString *pattern)
{
  for (gsize i = 0; i < length; i++)
    if (text[i] == '%') {
      append_numbers (field, pattern);
      i++;
    } else
      g_string_append_c (pattern, text[i]);
}

/* The name of a row's definition: its own, without the number of a member. */
static char *
definition_name (const VbField *field)
{
  g_auto (GStrv) parts = g_strsplit (field->name, "%u", -1);

  return g_strjoinv ("N", parts);
}

static void
member_reference (VbJsonWriter *json, const char *name, const char *refs, const VbField *field)
{
  g_autofree char *definition = definition_name (field);
  g_autofree char *reference = g_strconcat (refs, definition, NULL);

  vb_json_name (json, name);
  vb_json_begin_object (json);
  vb_json_member_string (json, "$ref", reference);
  vb_json_end_object (json);
}

static void
member_types (VbJsonWriter *json, const VbField *field)
{
  vb_json_name (json, "type");
  vb_json_begin_array (json);
  if (field->kind == VB_KIND_REAL)
    vb_json_string (json, "number");
  else if (field->kind == VB_KIND_INTEGER)
    vb_json_string (json, "integer");
  if (field->kind == VB_KIND_TEXT || field->flags & VB_FIELD_OR_TEXT)
    vb_json_string (json, "string");
  vb_json_string (json, "null");
  vb_json_end_array (json);
}

/* The numbers that an enumeration allows, as the table itself checks them. */
static void
member_enum (VbJsonWriter *json, guint item)
{
  const gboolean boolean = vb_item (item)->field->kind == VB_KIND_BOOLEAN;

  vb_json_name (json, "enum");
  vb_json_begin_array (json);
  for (int number = ENUM_FIRST; number <= ENUM_LAST; number++) {
    g_auto (VbValue) value = VB_VALUE_INIT;

    if (vb_item_check_number (item, number, &value, NULL))
      vb_json_integer (json, number);
  }
  if (boolean) {
    vb_json_boolean (json, TRUE);
    vb_json_boolean (json, FALSE);
  }
  vb_json_null (json);
  vb_json_end_array (json);
}

static void
member_bounds (VbJsonWriter *json, const VbField *field)
{
  if (field->kind == VB_KIND_TEXT || field->flags & VB_FIELD_OR_TEXT) {
    vb_json_member_integer (json, "minLength", 1);
    vb_json_member_integer (json, "maxLength", VB_TEXT_MAX);
  }
  if (field->kind != VB_KIND_TEXT && (field->minimum != 0 || field->maximum != 0)) {
    vb_json_member_real (json, "minimum", field->minimum, 6);
    vb_json_member_real (json, "maximum", field->maximum, 6);
  }
}

static void
write_definition (VbJsonWriter *json, guint item)
{
  const VbField *field = vb_item (item)->field;
  g_autofree char *name = definition_name (field);

  vb_json_name (json, name);
  vb_json_begin_object (json);
  vb_json_member_string (json, "title", field->name);
  vb_json_member_string (json, "description", field->description);
  if (field->values != NULL || field->kind == VB_KIND_BOOLEAN)
    member_enum (json, item);
  else {
    member_types (json, field);
    member_bounds (json, field);
  }
  if (field->unit != NULL)
    vb_json_member_string (json, "x-unit", field->unit);
  vb_json_member_string (json, "x-group", vb_group_name (field->group));
  vb_json_member_string (json, "x-path", field->path);
  vb_json_member_boolean (json, "x-required", (field->flags & VB_FIELD_REQUIRED) != 0);
  vb_json_end_object (json);
}

/* The first item of each row that a record can name. */
static GArray *
list_rows (void)
{
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < vb_item_count (); i++)
    if (vb_item_is_row (i) && vb_item (i)->field->group != VB_GROUP_IDENTITY)
      g_array_append_val (rows, i);

  return rows;
}

static const VbField *
row (const GArray *rows, guint index)
{
  return vb_item (g_array_index (rows, guint, index))->field;
}

/* What a list of the members of @field holds. */
static void
member_items (VbJsonWriter *json, const char *refs, const VbField *field)
{
  vb_json_member_integer (json, "maxItems", field->count);
  member_reference (json, "items", refs, field);
}

/* The type of what holds @field: all cells may also stand in a list. */
static void
member_container (VbJsonWriter *json, const char *refs, const VbField *field)
{
  if (field->known != VB_KNOWN_CELL_VOLTAGE) {
    vb_json_member_string (json, "type", "object");
    return;
  }

  vb_json_name (json, "type");
  vb_json_begin_array (json);
  vb_json_string (json, "object");
  vb_json_string (json, "array");
  vb_json_end_array (json);
  member_items (json, refs, field);
}

/* Nested objects below the path @prefix: one level of names, each a value or again an object. */
static void
write_level (VbJsonWriter *json, const GArray *rows, const char *prefix, const char *refs)
{
  const gsize skip = strlen (prefix);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < rows->len; i++) {
    const VbField *field = row (rows, i);
    const char *rest = g_str_has_prefix (field->path, prefix) ? field->path + skip : NULL;
    const gsize length = rest != NULL ? strcspn (rest, "/") : 0;
    g_autoptr (GString) pattern = g_string_new ("^");

    /* A field at the top is there by its spellings already. */
    if (rest == NULL || (skip == 1 && rest[length] == '\0')
        || !g_hash_table_add (seen, g_strndup (rest, length)))
      continue;

    append_pattern (field, rest, length, pattern);
    g_string_append_c (pattern, '$');
    if (rest[length] == '\0')
      member_reference (json, pattern->str, refs, field);
    else {
      g_autofree char *below = g_strndup (field->path, skip + length + 1);

      vb_json_name (json, pattern->str);
      vb_json_begin_object (json);
      member_container (json, refs, field);
      vb_json_name (json, "patternProperties");
      vb_json_begin_object (json);
      write_level (json, rows, below, refs);
      if (g_str_equal (below, "/Dc/"))
        write_level (json, rows, "/Dc/0/", refs);
      vb_json_end_object (json);
      vb_json_member_boolean (json, "additionalProperties", FALSE);
      vb_json_end_object (json);
    }
  }
}

/* `Name`, its aliases, and the path with or without its first slash; /Dc/0/ also as /Dc/. */
static void
write_spellings (VbJsonWriter *json, const GArray *rows, const char *refs)
{
  for (guint i = 0; i < rows->len; i++) {
    const VbField *field = row (rows, i);
    g_auto (GStrv) aliases = g_strsplit (field->aliases != NULL ? field->aliases : "", " ", -1);
    const char *path = field->path + 1;
    g_autoptr (GString) pattern = g_string_new ("^(");

    if (field->count > 0)
      append_pattern (field, field->name, strlen (field->name), pattern);
    for (guint j = 0; aliases[j] != NULL; j++)
      if (*aliases[j] != '\0') {
        g_string_append_c (pattern, '|');
        append_pattern (field, aliases[j], strlen (aliases[j]), pattern);
      }
    g_string_append (pattern, pattern->len > 2 ? "|/?" : "/?");
    if (g_str_has_prefix (path, "Dc/0/")) {
      g_string_append (pattern, "Dc/(0/)?");
      path += strlen ("Dc/0/");
    }
    append_pattern (field, path, strlen (path), pattern);
    g_string_append (pattern, ")$");
    member_reference (json, pattern->str, refs, field);
  }
}

/* For an editor, which offers these names. */
static void
write_names (VbJsonWriter *json, const GArray *rows, const char *refs)
{
  for (guint i = 0; i < rows->len; i++)
    if (row (rows, i)->count == 0)
      member_reference (json, row (rows, i)->name, refs, row (rows, i));
}

static void
member_object (VbJsonWriter *json, const char *name, const char *description)
{
  vb_json_name (json, name);
  vb_json_begin_object (json);
  vb_json_member_string (json, "description", description);
}

static void
member_or_null (VbJsonWriter *json, const char *type)
{
  vb_json_name (json, "type");
  vb_json_begin_array (json);
  vb_json_string (json, type);
  vb_json_string (json, "null");
  vb_json_end_array (json);
}

/* A group of paths is described as one already. */
static void
write_lists (VbJsonWriter *json, const char *refs)
{
  const VbField *cells = vb_item (vb_item_known (VB_KNOWN_CELL_VOLTAGE))->field;

  for (const char *const *name = vb_json_record_lists (); *name != NULL; name++) {
    if (**name != '/' && vb_item_is_group (*name))
      continue;
    member_object (json, *name, "The voltages of all cells, from the first one on.");
    vb_json_member_string (json, "type", "array");
    member_items (json, refs, cells);
    vb_json_end_object (json);
  }
}

/* What a record may say beside fields. */
static void
write_others (VbJsonWriter *json)
{
  member_object (json, "Sequence", "Greater than that of the record before; 0 and 1 begin anew.");
  member_or_null (json, "integer");
  vb_json_end_object (json);
  member_object (json, "Timestamp", "Unix seconds, later than that of the record before.");
  member_or_null (json, "number");
  vb_json_end_object (json);
  member_object (json, "Connected",
                 "0 or false: the battery is out of reach, whatever else the record says; it is "
                 "stale now.");
  vb_json_name (json, "enum");
  vb_json_begin_array (json);
  vb_json_integer (json, 0);
  vb_json_integer (json, 1);
  vb_json_boolean (json, FALSE);
  vb_json_boolean (json, TRUE);
  vb_json_end_array (json);
  vb_json_end_object (json);
}

static void
write_definitions (VbJsonWriter *json, const GArray *rows)
{
  vb_json_name (json, "$defs");
  vb_json_begin_object (json);
  for (guint i = 0; i < rows->len; i++)
    write_definition (json, g_array_index (rows, guint, i));
  vb_json_end_object (json);
}

void
vb_schema_write (VbJsonWriter *json, const char *refs, gboolean is_document)
{
  g_autoptr (GArray) rows = list_rows ();

  vb_json_begin_object (json);
  if (is_document) {
    vb_json_member_string (json, "$schema", "https://json-schema.org/draft/2020-12/schema");
    vb_json_member_string (json, "$id", "urn:dbus-virtual-battery:record");
  }
  vb_json_member_string (json, "title", "Battery record");
  vb_json_member_string (json, "type", "object");
  vb_json_member_integer (json, "minProperties", 1);
  vb_json_name (json, "properties");
  vb_json_begin_object (json);
  write_names (json, rows, refs);
  write_lists (json, refs);
  write_others (json);
  vb_json_end_object (json);
  vb_json_name (json, "patternProperties");
  vb_json_begin_object (json);
  write_spellings (json, rows, refs);
  write_level (json, rows, "/", refs);
  vb_json_end_object (json);
  vb_json_member_boolean (json, "additionalProperties", FALSE);
  write_definitions (json, rows);
  vb_json_end_object (json);
}
