/* SetValue with whatever a neighbour on the bus sends: an item, how the battery is configured, the
   type, the bytes. What is not taken changes nothing. */
#include "../unit/battery-fixture.h"
#include "bus/value.h"
#include "fuzz.h"
#include "venus/set-value.h"

/* Bits of the third byte. */
enum
{
  READ_ONLY = 1 << 0,
  MONITOR = 1 << 1,
  HISTORY = 1 << 2,
  WAITING = 1 << 3,
  STALE = 1 << 4,
  BOXED = 1 << 5,
  TWICE_BOXED = 1 << 6,
  REFUSE_WRONG = 1 << 7,
};

static Fixture fixture;
static VbIntake *intake;

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  fuzz_prepare ();
  set_up (&fixture, NULL);
  intake = vb_intake_new ();

  return 0;
}

static void
begin (guint flags)
{
  fixture.config.live.dbus_writable = !(flags & READ_ONLY);
  fixture.config.fixed.role = flags & MONITOR ? VB_ROLE_MONITOR : VB_ROLE_BMS;
  fixture.config.fixed.history = (flags & HISTORY) != 0;
  fixture.config.live.wrong_fields = (flags & REFUSE_WRONG) != 0;
  restart (&fixture);
  if (!(flags & WAITING))
    g_assert_true (push (&fixture, flags & MONITOR ? MONITORED : REQUIRED));
  if (flags & STALE)
    tick_at (&fixture, 30 * SECOND);
}

/* Returns NULL where the bytes begin with no type. */
static GVariant *
read_value (const uint8_t *data, size_t size, guint flags)
{
  const uint8_t *end = memchr (data, '\0', size);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GVariant) value = NULL;

  if (end == NULL || !g_variant_type_string_is_valid ((const char *)data)
      || !g_variant_type_is_definite ((const GVariantType *)data))
    return NULL;

  bytes = g_bytes_new (end + 1, size - (gsize)(end + 1 - data));
  value = g_variant_ref_sink (g_variant_new_from_bytes ((const GVariantType *)data, bytes, FALSE));
  for (guint box = BOXED; box <= TWICE_BOXED; box <<= 1)
    if (flags & box) {
      GVariant *boxed = g_variant_ref_sink (g_variant_new_variant (value));

      g_variant_unref (value);
      value = boxed;
    }

  return g_steal_pointer (&value);
}

static void
assert_unchanged (VbState state, const VbValue *before)
{
  g_assert_cmpint (vb_battery_state (fixture.battery), ==, state);
  for (guint i = 0; i < vb_item_count (); i++)
    g_assert_true (vb_value_equal (&before[i], vb_battery_value (fixture.battery, i)));
}

static void
set (guint item, GVariant *variant)
{
  g_autoptr (GVariant) value = vb_bus_value_unbox (variant);
  const VbState state = vb_battery_state (fixture.battery);
  g_autofree VbValue *before = g_new0 (VbValue, vb_item_count ());
  const VbRecordEntry *soc;
  double number;
  VbSet answer;

  for (guint i = 0; i < vb_item_count (); i++)
    vb_value_set (&before[i], &fixture.bus[i]);

  /* What the invariants must know of: a Soc that a record is going to carry. */
  if (item == vb_item_known (VB_KNOWN_SOC) && vb_bus_value_number (value, &number)) {
    vb_record_reset (fixture.record);
    vb_record_add_number (fixture.record, "Soc", number);
    soc = vb_record_entry (fixture.record, item);
    if (soc != NULL && vb_value_is_valid (&soc->value))
      g_hash_table_add (fixture.socs, GINT_TO_POINTER (lround (soc->value.as.real * 10)));
  }

  answer = vb_set_value (intake, fixture.battery, item, value, fixture.now);
  g_assert_true (answer == VB_SET_TAKEN || answer == VB_SET_IMPOSSIBLE || answer == VB_SET_REFUSED);
  if (answer != VB_SET_TAKEN)
    assert_unchanged (state, before);
  assert_invariants (&fixture);

  for (guint i = 0; i < vb_item_count (); i++)
    vb_value_clear (&before[i]);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GVariant) value = size > 3 ? read_value (data + 3, size - 3, data[2]) : NULL;
  g_autoptr (GVariant) normal = NULL;
  guint item;

  if (value == NULL)
    return 0;

  item = (data[0] | (guint)data[1] << 8) % vb_item_count ();
  begin (data[2]);
  set (item, value);

  /* As GDBus hands it over. */
  normal = g_variant_get_normal_form (value);
  begin (data[2]);
  set (item, normal);

  return 0;
}
