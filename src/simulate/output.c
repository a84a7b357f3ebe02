#include "output.h"

#include "json/member.h"

/* The columns of the table that are values of the battery. */
static const struct
{
  VbKnown known;
  const char *head;
  int width;
  gboolean tells; /* whether a change of it is worth a line */
} columns[] = {
  { VB_KNOWN_SOC, "SoC", 6, FALSE },
  { VB_KNOWN_VOLTAGE, "V", 8, FALSE },
  { VB_KNOWN_CURRENT, "A", 8, FALSE },
  { VB_KNOWN_MAX_CHARGE_VOLTAGE, "CVL", 7, TRUE },
  { VB_KNOWN_MAX_CHARGE_CURRENT, "CCL", 7, TRUE },
  { VB_KNOWN_MAX_DISCHARGE_CURRENT, "DCL", 7, TRUE },
};

struct _VbOutput
{
  gboolean table;
  gboolean begun;
  GHashTable *told; /* of char *: of each battery, what its last line said */
  GString *key;     /* the same of the present one */
  GString *note;
};

VbOutput *
vb_output_new (gboolean table)
{
  VbOutput *output = g_new0 (VbOutput, 1);

  output->table = table;
  output->told = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  output->key = g_string_new (NULL);
  output->note = g_string_new (NULL);

  return output;
}

void
vb_output_free (VbOutput *output)
{
  g_hash_table_unref (output->told);
  g_string_free (output->key, TRUE);
  g_string_free (output->note, TRUE);
  g_free (output);
}

static const char *
cause_name (VbCause cause)
{
  static const char *const names[] = {
    [VB_CAUSE_RECORD] = "record",
    [VB_CAUSE_TIME] = "time",
    [VB_CAUSE_DELETE] = "delete",
    [VB_CAUSE_CONFIGURATION] = "configuration",
  };

  return names[cause];
}

static void
member_changed (VbJsonWriter *json, const VbHappening *happening)
{
  if (happening->changed->len == 0)
    return;

  vb_json_name (json, "shown");
  vb_json_begin_object (json);
  for (guint i = 0; i < happening->changed->len; i++) {
    const guint item = g_array_index (happening->changed, guint, i);

    vb_json_name (json, vb_item (item)->name);
    vb_json_member_value (json, vb_battery_value (happening->battery, item),
                          vb_item (item)->field->decimals);
  }
  vb_json_end_object (json);
}

static void
member_any_texts (VbJsonWriter *json, const char *name, const GPtrArray *texts)
{
  if (texts->len > 0)
    vb_json_member_texts (json, name, texts);
}

static void
members_of_record (VbJsonWriter *json, const VbHappening *happening)
{
  const VbVerdict *verdict = vb_intake_verdict (happening->intake);
  const GPtrArray *errors = vb_intake_errors (happening->intake);

  if (vb_intake_is_taken (happening->outcome)) {
    member_any_texts (json, "missing", verdict->missing);
    member_any_texts (json, "warnings", verdict->warnings);
  }
  if (errors->len > 0)
    vb_json_member_errors (json, errors, vb_intake_n_more (happening->intake));
  member_any_texts (json, "safer", verdict->safer);
}

static void
tell_json (VbOutput *output, const VbHappening *happening, GString *text)
{
  VbJsonWriter json;

  vb_json_writer_init (&json, text);
  vb_json_begin_object (&json);
  vb_json_member_real (&json, "t", (double)happening->time / G_USEC_PER_SEC, 6);
  vb_json_member_string (&json, "battery", vb_battery_config (happening->battery)->fixed.name);
  vb_json_member_string (&json, "cause", cause_name (happening->cause));
  if (happening->cause == VB_CAUSE_RECORD)
    vb_json_member_integer (&json, "status", vb_intake_status (happening->outcome));
  vb_json_member_string (&json, "state", vb_state_name (vb_battery_state (happening->battery)));
  if (output->note->len > 0)
    vb_json_member_string (&json, "reason", output->note->str);
  if (happening->cause == VB_CAUSE_RECORD)
    members_of_record (&json, happening);
  vb_json_member_limited (&json, vb_battery_limited (happening->battery));
  member_changed (&json, happening);
  vb_json_end_object (&json);
  g_string_append_c (text, '\n');
}

static void
append_cell (GString *line, const char *text, int width)
{
  g_string_append_printf (line, " %*s", width, text);
}

static void
append_value (GString *line, const VbBattery *battery, guint column)
{
  const guint item = vb_item_known (columns[column].known);
  const VbValue *value = vb_battery_value (battery, item);
  char text[G_ASCII_DTOSTR_BUF_SIZE] = "-";

  if (vb_value_is_valid (value)) {
    char format[8];

    g_snprintf (format, sizeof format, "%%.%df", MAX (0, vb_item (item)->field->decimals));
    g_ascii_formatd (text, sizeof text, format, vb_value_number (value, 0));
  }
  append_cell (line, text, columns[column].width);
}

static void
append_head (GString *text)
{
  g_string_append_printf (text, "%12s %-10s %-6s %-7s", "time", "battery", "status", "state");
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    append_cell (text, columns[i].head, columns[i].width);
  g_string_append (text, "  note\n");
}

static void
append_time (GString *text, gint64 time)
{
  const gint64 tenths = time / (G_USEC_PER_SEC / 10);
  g_autofree char *clock
      = g_strdup_printf ("%" G_GINT64_FORMAT ":%02d:%02d.%d", tenths / 36000,
                         (int)(tenths / 600 % 60), (int)(tenths / 10 % 60), (int)(tenths % 10));

  g_string_append_printf (text, "%12s", clock);
}

/* What there is to say beside the numbers: why the battery is not live, else what is wrong with the
   record, else what is to be warned of. */
static const char *
note_of (const VbOutput *output, const VbHappening *happening)
{
  const GPtrArray *errors;
  const GPtrArray *warnings;

  if (happening->cause != VB_CAUSE_RECORD)
    return output->note->str;

  errors = vb_intake_errors (happening->intake);
  warnings = vb_intake_verdict (happening->intake)->warnings;
  if (errors->len > 0)
    return ((const VbRecordError *)g_ptr_array_index (errors, 0))->detail;
  if (output->note->len == 0 && vb_intake_is_taken (happening->outcome) && warnings->len > 0)
    return g_ptr_array_index (warnings, 0);

  return output->note->str;
}

/* Without its numbers: a note that goes on counting is the same one. Those in names, as in Cell12,
   stay. */
static void
append_words (GString *key, const char *note)
{
  gboolean in_name = FALSE;

  for (const char *c = note; *c != '\0'; c++) {
    in_name = g_ascii_isalpha (*c) || (in_name && g_ascii_isdigit (*c));
    if (in_name || !g_ascii_isdigit (*c))
      g_string_append_c (key, *c);
  }
}

/* What makes a line worth being told, in one text. */
static void
make_key (VbOutput *output, const VbHappening *happening, const char *status, const char *note)
{
  g_string_printf (output->key, "%s %s ", status,
                   vb_state_name (vb_battery_state (happening->battery)));
  append_words (output->key, note);
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    if (columns[i].tells)
      append_value (output->key, happening->battery, i);
}

static void
tell_row (VbOutput *output, const VbHappening *happening, GString *text)
{
  const VbBattery *battery = happening->battery;
  const char *note = note_of (output, happening);
  g_autofree char *status = happening->cause == VB_CAUSE_RECORD
                                ? g_strdup_printf ("%u", vb_intake_status (happening->outcome))
                                : g_strdup (cause_name (happening->cause));

  make_key (output, happening, status, note);
  if (g_strcmp0 (g_hash_table_lookup (output->told, battery), output->key->str) == 0)
    return;

  g_hash_table_insert (output->told, (gpointer)battery, g_strdup (output->key->str));
  if (!output->begun)
    append_head (text);
  output->begun = TRUE;
  append_time (text, happening->time);
  g_string_append_printf (text, " %-10s %-6.6s %-7s", vb_battery_config (battery)->fixed.name,
                          status, vb_state_name (vb_battery_state (battery)));
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    append_value (text, battery, i);
  g_string_append_printf (text, "  %s\n", note);
}

void
vb_output_tell (VbOutput *output, const VbHappening *happening, GString *text)
{
  vb_battery_reason (happening->battery, happening->now, output->note);
  if (output->table)
    tell_row (output, happening, text);
  else
    tell_json (output, happening, text);
}
