#include "field-markdown.h"

#include "item.h"
#include "merge.h"

static const struct
{
  VbGroup group;
  const char *title;
  const char *text;
} sections[] = {
  { VB_GROUP_LIVE, "Live values",
    "Invalid on the bus when the source goes quiet (`stale-after`); an optional one by itself "
    "when it is older than `optional-after`." },
  { VB_GROUP_LIMIT, "Limits",
    "For `role=bms` alone. They become invalid together, never one alone." },
  { VB_GROUP_ALARM, "Alarms and states",
    "Kept until the battery leaves the bus; cleared by sending 0, not by leaving them out." },
  { VB_GROUP_STATIC, "Static values",
    "Kept. Where the daemon counts by itself (`history=true`), what is sent wins until it is "
    "`optional-after` old." },
};

static void
append_names (const VbItem *item, const VbItem *last, GString *markdown)
{
  g_auto (GStrv) aliases
      = g_strsplit (item->field->aliases != NULL ? item->field->aliases : "", " ", -1);

  if (item == last)
    g_string_append_printf (markdown, "| `%s`", item->name);
  else
    g_string_append_printf (markdown, "| `%s` … `%s`", item->name, last->name);

  for (guint i = 0; aliases[i] != NULL && *aliases[i] != '\0'; i++) {
    g_auto (GStrv) parts = g_strsplit (aliases[i], "%u", 2);

    if (parts[1] == NULL)
      g_string_append_printf (markdown, ", `%s`", parts[0]);
    else
      g_string_append_printf (markdown, ", `%s%u%s` … `%s%u%s`", parts[0], item->member, parts[1],
                              parts[0], last->member, parts[1]);
  }

  if (item == last)
    g_string_append_printf (markdown, " | `%s`", item->path);
  else
    g_string_append_printf (markdown, " | `%s` …", item->path);
}

static void
append_range (const VbField *field, GString *markdown)
{
  char low[G_ASCII_DTOSTR_BUF_SIZE], high[G_ASCII_DTOSTR_BUF_SIZE];

  if (field->values != NULL)
    g_string_append (markdown, field->values);
  else if (field->kind == VB_KIND_TEXT)
    g_string_append_printf (markdown, "1 to %d bytes", VB_TEXT_MAX);
  else
    g_string_append_printf (markdown, "%s to %s",
                            g_ascii_formatd (low, sizeof low, "%.15g", field->minimum),
                            g_ascii_formatd (high, sizeof high, "%.15g", field->maximum));
}

/* What becomes of the values of parts: in parallel, and in series where that is something else. */
static void
append_merge (const VbField *field, GString *markdown)
{
  g_string_append (markdown, vb_merge_name (field->merge));
  if (field->merge_series != VB_MERGE_NONE)
    g_string_append_printf (markdown, "; in series %s", vb_merge_name (field->merge_series));
}

static void
append_row (guint item, GString *markdown)
{
  const VbItem *first = vb_item (item);
  const VbField *field = first->field;

  append_names (first, vb_item (item + MAX (field->count, 1) - 1), markdown);
  g_string_append_printf (markdown, " | %s%s | %s | ", vb_kind_name (field->kind),
                          field->flags & VB_FIELD_OR_TEXT ? " or text" : "",
                          field->unit != NULL ? field->unit : "");
  append_range (field, markdown);
  g_string_append (markdown, " | ");
  if (field->kind == VB_KIND_REAL)
    g_string_append_printf (markdown, "%d", field->decimals);
  g_string_append (markdown, " | ");
  append_merge (field, markdown);
  g_string_append_printf (markdown, " | %s%s%s |\n", field->description,
                          field->flags & VB_FIELD_REQUIRED ? "; **required**" : "",
                          field->flags & VB_FIELD_COUNTED ? "; counted with `history=true`" : "");
}

void
vb_field_markdown_append (GString *markdown)
{
  g_string_append (
      markdown,
      "# The fields of a record\n\n"
      "Each can be spelled by its name, by its path with or without the first slash, or "
      "nested (`{\"Dc\": {\"Voltage\": 52.7}}`). Of `Current` and `Power` one is enough. "
      "Decimals are those a value is rounded to on the bus; −1 means whole tens. Limits "
      "are rounded towards safety: maxima down (a MaxDischargeCurrent above 0 to 0.1 at "
      "least, since 0 shuts inverters down), BatteryLowVoltage up.\n\n"
      "*Of parts* says what becomes of a field where a battery has several: *sum*, *mean* and "
      "*weighted* (by capacity) need a value of each part that counts, as does what is "
      "required; *min* and *max* of each that has sent one; *share* is the most with "
      "which no part exceeds its own limit, each with a share by its capacity. Where it is "
      "empty, only a part that `says` the field is heard.\n");

  for (guint i = 0; i < G_N_ELEMENTS (sections); i++) {
    g_string_append_printf (markdown,
                            "\n## %s\n\n%s\n\n"
                            "| name | path | kind | unit | range | decimals | of parts | what |\n"
                            "|---|---|---|---|---|---|---|---|\n",
                            sections[i].title, sections[i].text);
    for (guint item = 0; item < vb_item_count (); item++)
      if (vb_item_is_row (item) && vb_item (item)->field->group == sections[i].group)
        append_row (item, markdown);
  }
}
