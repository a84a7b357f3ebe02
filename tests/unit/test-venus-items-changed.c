#include "venus/items-changed.h"

#include "bus/filter.h"
#include "bus/value.h"

#define SECOND ((gint64)G_USEC_PER_SEC)

typedef struct
{
  VbBattery *battery;
  VbRecord *record;
  VbVerdict *verdict;
  VbVenusCells *cells;
  VbItemsChanged *signal;
  GArray *numbers; /* of guint */
  guint32 serial;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer user_data)
{
  g_auto (VbBatteryConfig) config = { 0 };

  vb_battery_config_init (&config, "virtual");
  fixture->battery = vb_battery_new (&config, SECOND);
  fixture->record = vb_record_new ();
  fixture->verdict = vb_verdict_new ();
  fixture->cells = vb_venus_cells_new (fixture->battery);
  fixture->signal = vb_items_changed_new (fixture->cells);
  fixture->numbers = g_array_new (FALSE, FALSE, sizeof (guint));
}

static void
tear_down (Fixture *fixture, gconstpointer user_data)
{
  vb_items_changed_free (fixture->signal);
  vb_venus_cells_free (fixture->cells);
  vb_battery_free (fixture->battery);
  vb_record_free (fixture->record);
  vb_verdict_free (fixture->verdict);
  g_array_unref (fixture->numbers);
}

/* Adds some value that the field of @item takes to the record, or null. */
static void
add_any (Fixture *fixture, guint item)
{
  const VbItem *own = vb_item (item);
  const VbField *field = own->field;
  const double span = field->maximum - field->minimum;

  if (g_test_rand_int_range (0, 8) == 0)
    vb_record_add_null (fixture->record, own->name);
  else if (field->kind == VB_KIND_TEXT) {
    g_autofree char *text = g_strnfill ((gsize)g_test_rand_int_range (1, 65), 'x');

    vb_record_add_text (fixture->record, own->name, text);
  } else if (field->kind == VB_KIND_REAL)
    vb_record_add_number (fixture->record, own->name,
                          field->minimum + span * g_test_rand_double_range (0, 1));
  else
    vb_record_add_number (fixture->record, own->name, g_test_rand_int_range (0, 2));
}

/* A complete record with some values for some other fields. */
static void
post_any (Fixture *fixture, gint64 now)
{
  static const char *const sent[] = {
    "Soc", "Voltage", "Current", "MaxChargeVoltage", "MaxChargeCurrent", "MaxDischargeCurrent"
  };

  vb_record_reset (fixture->record);
  for (guint i = 0; i < G_N_ELEMENTS (sent); i++)
    vb_record_add_number (fixture->record, sent[i], g_test_rand_double_range (50, 60));
  for (guint i = 0; i < vb_item_count (); i++)
    if (vb_item (i)->field->group != VB_GROUP_IDENTITY && g_test_rand_int_range (0, 4) == 0
        && vb_item (i)->field->group != VB_GROUP_LIMIT
        && !(vb_item (i)->field->flags & VB_FIELD_REQUIRED))
      add_any (fixture, i);

  if (!vb_battery_apply (fixture->battery, fixture->record, VB_APPLY_MERGE, "192.0.2.7", now,
                         fixture->verdict))
    g_error ("%s", ((const VbRecordError *)g_ptr_array_index (fixture->record->errors, 0))->detail);
}

/* The same as GDBus would be given it. */
static GVariant *
build (const VbBattery *battery, const guint *numbers, guint n)
{
  GVariantBuilder items;

  g_variant_builder_init (&items, G_VARIANT_TYPE ("a{sa{sv}}"));
  for (guint i = 0; i < n; i++) {
    const VbValue *value = vb_battery_value (battery, numbers[i]);
    g_autoptr (GString) text = g_string_new (NULL);

    vb_item_format (numbers[i], value, text);
    g_variant_builder_open (&items, G_VARIANT_TYPE ("{sa{sv}}"));
    g_variant_builder_add (&items, "s", vb_item (numbers[i])->path);
    g_variant_builder_open (&items, G_VARIANT_TYPE ("a{sv}"));
    g_variant_builder_add (&items, "{sv}", "Value", vb_bus_value_new (value));
    g_variant_builder_add (&items, "{sv}", "Text", g_variant_new_string (text->str));
    g_variant_builder_close (&items);
    g_variant_builder_close (&items);
  }

  return g_variant_ref_sink (g_variant_new ("(a{sa{sv}})", &items));
}

/* That the bytes are the message which GDBus would have sent. */
static gsize
assert_same (Fixture *fixture)
{
  const guint *numbers = (const guint *)fixture->numbers->data;
  const guint n = fixture->numbers->len;
  g_autoptr (GVariant) expected = build (fixture->battery, numbers, n);
  g_autoptr (GVariant) packed = vb_items_changed_pack (fixture->signal, numbers, n);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusMessage) message = NULL;
  gsize length;
  const guint8 *bytes
      = vb_items_changed_make (fixture->signal, numbers, n, ++fixture->serial, &length);

  g_assert_cmpint (g_dbus_message_bytes_needed ((guchar *)bytes, length, &error), ==,
                   (gssize)length);
  g_assert_no_error (error);
  message = g_dbus_message_new_from_blob ((guchar *)bytes, length, G_DBUS_CAPABILITY_FLAGS_NONE,
                                          &error);
  g_assert_no_error (error);

  g_assert_cmpint (g_dbus_message_get_message_type (message), ==, G_DBUS_MESSAGE_TYPE_SIGNAL);
  g_assert_cmpint (g_dbus_message_get_flags (message), ==, G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
  g_assert_cmpuint (g_dbus_message_get_serial (message), ==, fixture->serial);
  g_assert_cmpstr (g_dbus_message_get_path (message), ==, "/");
  g_assert_cmpstr (g_dbus_message_get_interface (message), ==, VB_BUS_ITEM);
  g_assert_cmpstr (g_dbus_message_get_member (message), ==, "ItemsChanged");
  g_assert_cmpstr (g_dbus_message_get_signature (message), ==, "a{sa{sv}}");
  g_assert_true (g_variant_equal (g_dbus_message_get_body (message), expected));
  g_assert_true (g_variant_equal (packed, expected));

  return length;
}

/* Every item, valid or not, alone: every path and type at the same place. */
static void
test_each (Fixture *fixture, gconstpointer user_data)
{
  post_any (fixture, SECOND);
  for (guint i = 0; i < vb_item_count (); i++) {
    g_array_set_size (fixture->numbers, 0);
    g_array_append_val (fixture->numbers, i);
    assert_same (fixture);
  }
}

/* Any items together: every alignment that one leaves to the next. */
static void
test_any (Fixture *fixture, gconstpointer user_data)
{
  for (guint round = 0; round < 500; round++) {
    const int most = g_test_rand_int_range (2, 60);

    post_any (fixture, SECOND + round);
    g_array_set_size (fixture->numbers, 0);
    for (guint i = 0; i < vb_item_count (); i++)
      if (g_test_rand_int_range (0, most) == 0)
        g_array_append_val (fixture->numbers, i);
    assert_same (fixture);
  }
}

static void
test_all_and_none (Fixture *fixture, gconstpointer user_data)
{
  const gsize empty = assert_same (fixture);

  post_any (fixture, SECOND);
  for (guint i = 0; i < vb_item_count (); i++)
    g_array_append_val (fixture->numbers, i);
  g_assert_cmpuint (assert_same (fixture), >, 32 * 1024);

  /* What came before leaves no trace. */
  g_array_set_size (fixture->numbers, 0);
  g_assert_cmpuint (assert_same (fixture), ==, empty);
}

static void
test_extremes (Fixture *fixture, gconstpointer user_data)
{
  static const gint64 integers[] = {
    0, -1, G_MAXINT32, G_MININT32, (gint64)G_MAXINT32 + 1, (gint64)G_MININT32 - 1, G_MAXINT64
  };
  const guint instance = vb_item_known (VB_KNOWN_DEVICE_INSTANCE);
  const guint name = vb_item_known (VB_KNOWN_CUSTOM_NAME);

  g_array_append_val (fixture->numbers, instance);
  g_array_append_val (fixture->numbers, name);
  for (guint i = 0; i < G_N_ELEMENTS (integers); i++) {
    const VbValue value = vb_value_integer (integers[i]);

    vb_battery_set_identity (fixture->battery, instance, &value);
    assert_same (fixture);
  }
  for (guint length = 0; length <= 17; length++) {
    g_autofree char *text = g_strnfill (length, 'y');
    g_auto (VbValue) value = vb_value_text (length == 17 ? "Hütte am See" : text);

    vb_battery_set_identity (fixture->battery, name, &value);
    assert_same (fixture);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/items-changed/each", Fixture, NULL, set_up, test_each, tear_down);
  g_test_add ("/items-changed/any", Fixture, NULL, set_up, test_any, tear_down);
  g_test_add ("/items-changed/all-and-none", Fixture, NULL, set_up, test_all_and_none, tear_down);
  g_test_add ("/items-changed/extremes", Fixture, NULL, set_up, test_extremes, tear_down);

  return g_test_run ();
}
