#include "venus/set-value.h"

#include <string.h>

#define SECOND G_USEC_PER_SEC

/* What SetValue answers and what it leaves on the bus. */

typedef struct
{
  VbBattery *battery;
  VbIntake *intake;
  guint n_changes;
} Fixture;

static void
on_changed (VbBattery *battery, const VbChange *change, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->n_changes++;
}

static const VbBatteryEvents listener_events = { .changed = on_changed };

static void
set_up (Fixture *fixture, gconstpointer writable)
{
  g_auto (VbBatteryConfig) config = { 0 };

  vb_battery_config_init (&config, "virtual");
  config.live.dbus_writable = writable != NULL;
  fixture->battery = vb_battery_new (&config, SECOND);
  fixture->intake = vb_intake_new ();
  vb_battery_add_listener (fixture->battery, &listener_events, fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer writable)
{
  vb_battery_free (fixture->battery);
  vb_intake_free (fixture->intake);
}

static VbSet
set (Fixture *fixture, const char *path, const char *sent)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = g_variant_parse (NULL, sent, NULL, NULL, &error);
  guint item;

  g_assert_no_error (error);
  g_assert_true (vb_item_find (path, &item));

  return vb_set_value (fixture->intake, fixture->battery, item, value, 2 * SECOND);
}

static const VbValue *
custom_name (Fixture *fixture)
{
  return vb_battery_value (fixture->battery, vb_item_known (VB_KNOWN_CUSTOM_NAME));
}

static void
test_custom_name (Fixture *fixture, gconstpointer writable)
{
  g_assert_cmpint (set (fixture, "/CustomName", "'Shed'"), ==, VB_SET_TAKEN);
  g_assert_cmpuint (fixture->n_changes, ==, 1);
  g_assert_cmpstr (custom_name (fixture)->as.text, ==, "Shed");

  /* The same again changes nothing. */
  g_assert_cmpint (set (fixture, "/CustomName", "'Shed'"), ==, VB_SET_TAKEN);
  g_assert_cmpuint (fixture->n_changes, ==, 1);

  /* Clearing it leaves an empty text: the GUI shows the field only where there is one. */
  g_assert_cmpint (set (fixture, "/CustomName", "@ai []"), ==, VB_SET_TAKEN);
  g_assert_cmpuint (fixture->n_changes, ==, 2);
  g_assert_cmpint (custom_name (fixture)->kind, ==, VB_VALUE_TEXT);
  g_assert_cmpstr (custom_name (fixture)->as.text, ==, "");
}

static void
test_custom_name_refused (Fixture *fixture, gconstpointer writable)
{
  g_autofree char *longest = g_strnfill (VB_CUSTOM_NAME_MAX, 'x');
  g_autoptr (GString) wide = g_string_new ("'");
  g_autofree char *longer = g_strdup_printf ("'%sx'", longest);
  g_autofree char *just = g_strdup_printf ("'%s'", longest);

  /* Characters count, not bytes. */
  for (guint i = 0; i < VB_CUSTOM_NAME_MAX; i++)
    g_string_append (wide, "ü");
  g_string_append_c (wide, '\'');

  g_assert_cmpint (set (fixture, "/CustomName", longer), ==, VB_SET_REFUSED);
  g_assert_cmpint (set (fixture, "/CustomName", "'Shed\\n'"), ==, VB_SET_REFUSED);
  g_assert_cmpint (set (fixture, "/CustomName", "'\\u001b[31mShed'"), ==, VB_SET_REFUSED);
  g_assert_cmpint (set (fixture, "/CustomName", "'\\u202eShed'"), ==, VB_SET_REFUSED);
  g_assert_cmpint (set (fixture, "/CustomName", "7"), ==, VB_SET_IMPOSSIBLE);
  g_assert_cmpint (set (fixture, "/CustomName", "true"), ==, VB_SET_IMPOSSIBLE);
  g_assert_cmpint (set (fixture, "/CustomName", "['a']"), ==, VB_SET_IMPOSSIBLE);
  g_assert_cmpuint (fixture->n_changes, ==, 0);

  g_assert_cmpint (set (fixture, "/CustomName", just), ==, VB_SET_TAKEN);
  g_assert_cmpint (set (fixture, "/CustomName", wide->str), ==, VB_SET_TAKEN);
  g_assert_cmpuint (strlen (custom_name (fixture)->as.text), ==, 2 * VB_CUSTOM_NAME_MAX);
}

/* Nothing but the custom name is writable, whatever is sent. */
static void
test_read_only (Fixture *fixture, gconstpointer writable)
{
  const guint custom = vb_item_known (VB_KNOWN_CUSTOM_NAME);
  static const char *const sent[] = { "1", "1.0", "'a'", "@ai []", "true" };

  for (guint item = 0; item < vb_item_count (); item++) {
    /* With dbus-writable, identity still is not. */
    if (item == custom || (writable != NULL && vb_item (item)->field->group != VB_GROUP_IDENTITY))
      continue;
    for (guint i = 0; i < G_N_ELEMENTS (sent); i++)
      g_assert_cmpint (set (fixture, vb_item (item)->path, sent[i]), ==, VB_SET_IMPOSSIBLE);
  }

  g_assert_cmpuint (fixture->n_changes, ==, 0);
  g_assert_cmpuint (vb_battery_source (fixture->battery)->refused, ==, 0);
}

/* With dbus-writable the fields come in one by one, and together make a record. */
static void
test_data (Fixture *fixture, gconstpointer writable)
{
  static const struct
  {
    const char *path;
    const char *sent;
  } record[] = {
    { "/Soc", "63.5" },
    { "/Dc/0/Voltage", "52.7" },
    { "/Dc/0/Current", "int64 -12" },
    { "/Info/MaxChargeVoltage", "55.2" },
    { "/Info/MaxChargeCurrent", "uint32 100" },
    { "/Info/MaxDischargeCurrent", "150" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (record); i++) {
    g_assert_cmpint (vb_battery_state (fixture->battery), ==, VB_STATE_WAITING);
    g_assert_cmpint (set (fixture, record[i].path, record[i].sent), ==, VB_SET_TAKEN);
  }

  g_assert_cmpint (vb_battery_state (fixture->battery), ==, VB_STATE_LIVE);
  g_assert_cmpuint (fixture->n_changes, ==, 1);
  g_assert_cmpstr (vb_battery_source (fixture->battery)->address, ==, "D-Bus");
  g_assert_cmpuint (vb_battery_source (fixture->battery)->records, ==, G_N_ELEMENTS (record));

  g_assert_cmpint (set (fixture, "/Soc", "63.5"), ==, VB_SET_TAKEN);
  g_assert_cmpuint (fixture->n_changes, ==, 1);
  g_assert_cmpint (set (fixture, "/Soc", "64"), ==, VB_SET_TAKEN);
  g_assert_cmpuint (fixture->n_changes, ==, 2);
}

static void
test_data_refused (Fixture *fixture, gconstpointer writable)
{
  const VbSource *source = vb_battery_source (fixture->battery);
  const VbRecordError *error;

  g_assert_cmpint (set (fixture, "/Soc", "106"), ==, VB_SET_REFUSED);
  g_assert_cmpuint (source->refused, ==, 1);
  g_assert_cmpuint (source->refusal.outcome, ==, VB_OUTCOME_WRONG);
  g_assert_cmpuint (source->refusal.errors->len, ==, 1);
  error = g_ptr_array_index (source->refusal.errors, 0);
  g_assert_cmpstr (error->field, ==, "/Soc");

  g_assert_cmpint (set (fixture, "/Soc", "'63 %'"), ==, VB_SET_IMPOSSIBLE);
  g_assert_cmpuint (source->refused, ==, 2);

  /* What is not believed has not been set, though the source has been heard. */
  g_assert_cmpint (set (fixture, "/Soc", "0"), ==, VB_SET_REFUSED);
  g_assert_cmpuint (source->refused, ==, 2);
  g_assert_cmpuint (source->records, ==, 1);

  /* Nothing that a record could say. */
  g_assert_cmpint (set (fixture, "/Soc", "[63]"), ==, VB_SET_IMPOSSIBLE);
  g_assert_cmpuint (source->refused, ==, 2);

  g_assert_cmpuint (source->records, ==, 1);
  g_assert_cmpuint (fixture->n_changes, ==, 0);
}

/* A charge limit of 0 takes effect, whatever Soc was said before. */
static void
test_charge_limit (Fixture *fixture, gconstpointer writable)
{
  static const char *const record[][2] = {
    { "/Soc", "3" },
    { "/Dc/0/Voltage", "47" },
    { "/Dc/0/Current", "1" },
    { "/Info/MaxChargeVoltage", "55.2" },
    { "/Info/MaxChargeCurrent", "100" },
    { "/Info/MaxDischargeCurrent", "0" },
    { "/Soc", "0" },
    { "/Info/MaxChargeCurrent", "0" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (record); i++)
    g_assert_cmpint (set (fixture, record[i][0], record[i][1]), ==, VB_SET_TAKEN);
  g_assert_cmpfloat (
      vb_value_number (
          vb_battery_value (fixture->battery, vb_item_known (VB_KNOWN_MAX_CHARGE_CURRENT)), -1),
      ==, 0);
}

int
main (int argc, char **argv)
{
  const gconstpointer writable = GINT_TO_POINTER (TRUE);

  g_test_init (&argc, &argv, NULL);

  g_test_add ("/set-value/custom-name", Fixture, NULL, set_up, test_custom_name, tear_down);
  g_test_add ("/set-value/custom-name-refused", Fixture, NULL, set_up, test_custom_name_refused,
              tear_down);
  g_test_add ("/set-value/read-only", Fixture, NULL, set_up, test_read_only, tear_down);
  g_test_add ("/set-value/read-only-identity", Fixture, writable, set_up, test_read_only,
              tear_down);
  g_test_add ("/set-value/data", Fixture, writable, set_up, test_data, tear_down);
  g_test_add ("/set-value/data-refused", Fixture, writable, set_up, test_data_refused, tear_down);

  g_test_add ("/set-value/charge-limit", Fixture, writable, set_up, test_charge_limit, tear_down);

  return g_test_run ();
}
