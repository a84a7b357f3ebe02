#pragma once

#include "battery-invariants.h"

/*
 * Drives one battery through its life on a clock of the test's own; the invariants of the ladder
 * are asserted after every step.
 *
 * Records and expectations are written as `Soc=63.5 Current=null ChargeMode='Bulk charge'`; in an
 * expectation `-` stands for invalid.
 */
#define SECOND ((gint64)G_USEC_PER_SEC)
#define START (1000 * SECOND)
#define SOURCE "192.0.2.7"

#define LIMITS "MaxChargeVoltage=55.2 MaxChargeCurrent=100 MaxDischargeCurrent=150"
#define MONITORED "Soc=63.5 Voltage=52.7 Current=-12.3"
#define REQUIRED MONITORED " " LIMITS

static guint G_GNUC_UNUSED
item_of (const char *name)
{
  guint item;

  if (!vb_item_find (name, &item))
    g_error ("no such field: %s", name);

  return item;
}

/* The value that a word of an expectation stands for: `-` for invalid, a number, else a text. */
static VbValue G_GNUC_UNUSED
value_of (guint item, const char *word)
{
  const VbKind kind = vb_item (item)->field->kind;

  if (g_str_equal (word, "-"))
    return (VbValue)VB_VALUE_INIT;
  if (kind == VB_KIND_TEXT)
    return vb_value_text (word);
  if (kind == VB_KIND_REAL)
    return vb_value_real (g_ascii_strtod (word, NULL));

  return vb_value_integer (g_ascii_strtoll (word, NULL, 10));
}

/* Splits `A=1 B='x y'` into words; free with g_strfreev(). */
static char **
split_words (const char *description)
{
  g_autoptr (GError) error = NULL;
  char **words = NULL;

  if (g_shell_parse_argv (description, NULL, &words, &error))
    return words;

  g_assert_error (error, G_SHELL_ERROR, G_SHELL_ERROR_EMPTY_STRING);

  return g_new0 (char *, 1);
}

/* Empties @record and fills it with what @description says. */
static void G_GNUC_UNUSED
fill_record (VbRecord *record, const char *description)
{
  g_auto (GStrv) words = split_words (description);

  vb_record_reset (record);
  for (guint i = 0; words[i] != NULL; i++) {
    char *word = strchr (words[i], '=');
    char *end;
    double number;

    g_assert_nonnull (word);
    *word++ = '\0';
    number = g_ascii_strtod (word, &end);
    if (g_str_equal (word, "null"))
      vb_record_add_null (record, words[i]);
    else if (g_str_equal (word, "true") || g_str_equal (word, "false"))
      vb_record_add_boolean (record, words[i], *word == 't');
    else if (end != word && *end == '\0')
      vb_record_add_number (record, words[i], number);
    else
      vb_record_add_text (record, words[i], word);
  }
}

static const VbBatteryEvents listener_events = { .changed = on_change };

/* Begins anew with @fixture->config, at START. */
static void
restart (Fixture *fixture)
{
  g_clear_pointer (&fixture->battery, vb_battery_free);
  for (guint i = 0; i < vb_item_count (); i++)
    vb_value_clear (&fixture->bus[i]);
  g_hash_table_remove_all (fixture->socs);

  fixture->now = START;
  fixture->state = VB_STATE_WAITING;
  fixture->calls = 0;
  fixture->battery = vb_battery_new (&fixture->config, fixture->now);
  vb_battery_add_listener (fixture->battery, &listener_events, fixture);
  assert_invariants (fixture);
}

static void G_GNUC_UNUSED
set_up (Fixture *fixture, gconstpointer user_data)
{
  vb_battery_config_init (&fixture->config, "virtual");
  fixture->record = vb_record_new ();
  fixture->verdict = vb_verdict_new ();
  fixture->bus = g_new0 (VbValue, vb_item_count ());
  fixture->socs = g_hash_table_new (NULL, NULL);
  restart (fixture);
}

static void G_GNUC_UNUSED
tear_down (Fixture *fixture, gconstpointer user_data)
{
  for (guint i = 0; i < vb_item_count (); i++)
    vb_value_clear (&fixture->bus[i]);

  vb_battery_free (fixture->battery);
  vb_battery_config_clear (&fixture->config);
  vb_record_free (fixture->record);
  vb_verdict_free (fixture->verdict);
  g_clear_pointer (&fixture->errors, g_ptr_array_unref);
  g_hash_table_unref (fixture->socs);
  g_free (fixture->bus);
}

/* Applies the record as it is filled. A refused one is noted, as the HTTP side does. */
static gboolean
apply_record (Fixture *fixture, VbApplyMode mode)
{
  const guint most = vb_battery_next_tick (fixture->battery) <= fixture->now ? 2 : 1;
  const VbRecordEntry *soc;
  gboolean taken;

  fixture->calls = 0;
  taken = vb_battery_apply (fixture->battery, fixture->record, mode, SOURCE, fixture->now,
                            fixture->verdict);
  g_assert_cmpuint (fixture->calls, <=,
                    taken || fixture->verdict->safer->len > 0 ? most : most - 1);

  soc = vb_record_entry (fixture->record, vb_item_known (VB_KNOWN_SOC));
  if (taken && soc != NULL && soc->said == VB_SAID_VALUE) {
    VbValue rounded = soc->value;

    vb_item_round (soc->item, &rounded);
    g_hash_table_add (fixture->socs, GINT_TO_POINTER (lround (rounded.as.real * 10)));
  }

  g_clear_pointer (&fixture->errors, g_ptr_array_unref);
  fixture->errors = vb_record_steal_errors (fixture->record);
  if (!taken)
    vb_battery_refuse (fixture->battery, SOURCE, VB_OUTCOME_WRONG,
                       g_ptr_array_ref (fixture->errors), 0, fixture->now);
  else
    g_assert_cmpint (fixture->verdict->state, ==, fixture->state);

  assert_invariants (fixture);

  return taken;
}

/* POST */
static gboolean G_GNUC_UNUSED
push (Fixture *fixture, const char *description)
{
  fill_record (fixture->record, description);

  return apply_record (fixture, VB_APPLY_MERGE);
}

static gboolean G_GNUC_UNUSED
put (Fixture *fixture, const char *description)
{
  fill_record (fixture->record, description);

  return apply_record (fixture, VB_APPLY_REPLACE);
}

/* Lets time pass until @time after START. */
static void G_GNUC_UNUSED
tick_at (Fixture *fixture, gint64 time)
{
  g_assert_cmpint (START + time, >=, fixture->now);
  fixture->now = START + time;
  fixture->calls = 0;
  vb_battery_tick (fixture->battery, fixture->now);
  g_assert_cmpuint (fixture->calls, <=, 1);
  assert_invariants (fixture);
}

/* DELETE */
static void G_GNUC_UNUSED
switch_off (Fixture *fixture)
{
  fixture->calls = 0;
  vb_battery_delete (fixture->battery, fixture->now);
  g_assert_cmpuint (fixture->calls, <=, 1);
  g_hash_table_remove_all (fixture->socs);
  assert_invariants (fixture);
}

/* SIGHUP with @fixture->config */
static void G_GNUC_UNUSED
reconfigure (Fixture *fixture)
{
  fixture->calls = 0;
  vb_battery_reconfigure (fixture->battery, &fixture->config, fixture->now);
  g_assert_cmpuint (fixture->calls, <=, 1);
  assert_invariants (fixture);
}

/* Asserts the items on the bus that @expected names. */
static void G_GNUC_UNUSED
assert_bus (Fixture *fixture, const char *expected)
{
  g_auto (GStrv) words = split_words (expected);

  for (guint i = 0; words[i] != NULL; i++) {
    char *word = strchr (words[i], '=');
    guint item;
    g_autoptr (GString) text = g_string_new (NULL);
    g_auto (VbValue) value = VB_VALUE_INIT;

    g_assert_nonnull (word);
    *word++ = '\0';
    item = item_of (words[i]);
    value = value_of (item, word);
    vb_item_format (item, &fixture->bus[item], text);
    if (!vb_value_equal (&fixture->bus[item], &value))
      g_error ("%s is %s, expected was %s", words[i], text->str, word);
  }
}

/* Asserts the state, and how often the listener was called in the last step. */
#define assert_step(fixture, expected_state, expected_calls)                    \
  G_STMT_START                                                                  \
  {                                                                             \
    g_assert_cmpstr (vb_state_name (vb_battery_state ((fixture)->battery)), ==, \
                     vb_state_name (expected_state));                           \
    g_assert_cmpuint ((fixture)->calls, ==, expected_calls);                    \
  }                                                                             \
  G_STMT_END

/* Asserts that the last record has exactly one error, and which one. */
static void G_GNUC_UNUSED
assert_refused (Fixture *fixture, const char *field, VbFieldError code, const char *detail)
{
  const VbRecordError *error;

  g_assert_cmpuint (fixture->errors->len, ==, 1);
  error = g_ptr_array_index (fixture->errors, 0);
  g_assert_cmpstr (error->field, ==, field);
  g_assert_cmpstr (vb_field_error_name (error->code), ==, vb_field_error_name (code));
  if (detail != NULL)
    g_assert_cmpstr (error->detail, ==, detail);
}

/* Asserts the names under `missing` of the last verdict, in order, separated by blanks. */
static void G_GNUC_UNUSED
assert_missing (Fixture *fixture, const char *expected)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < fixture->verdict->missing->len; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? " " : "",
                            (const char *)g_ptr_array_index (fixture->verdict->missing, i));

  g_assert_cmpstr (names->str, ==, expected);
}
