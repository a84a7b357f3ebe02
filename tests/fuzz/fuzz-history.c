/* The state file: as it is, and once more with the checksum made right, so that what stands behind
   the checksum is reached. What is read is written again as it was, and shows nothing on the bus
   that is no number or beyond its range. */
#include <math.h>

#include "../unit/battery-fixture.h"
#include "fuzz.h"
#include "state/history-file.h"

#define NOW G_GINT64_CONSTANT (1800000000)

static Fixture fixture;

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  fuzz_prepare ();
  set_up (&fixture, NULL);
  fixture.config.fixed.history = TRUE;

  return 0;
}

static void
assert_same (double a, double b)
{
  g_assert_true (a == b || (isnan (a) && isnan (b)));
}

static void
assert_round_trip (const VbCounters *counters)
{
  g_autofree char *text = vb_history_file_write ("virtual", counters, NULL, NOW);
  g_autofree char *lacks = NULL;
  g_autoptr (GError) error = NULL;
  const double *written = (const double *)counters;
  VbCounters again;

  vb_history_file_read (text, "virtual", NOW, &again, NULL, &lacks, &error);
  g_assert_no_error (error);
  g_assert_null (lacks);
  for (guint i = 0; i < sizeof again / sizeof (double); i++)
    assert_same (((const double *)&again)[i], written[i]);
}

static void
assert_shown (void)
{
  for (guint i = 0; i < vb_item_count (); i++) {
    const VbField *field = vb_item (i)->field;
    const double number = vb_value_number (&fixture.bus[i], 0);

    g_assert_true (isfinite (number));
    if (field->flags & VB_FIELD_COUNTED && field->maximum != 0 && number > 0)
      g_assert_cmpfloat (number, <=, field->maximum);
  }
}

/* A battery that goes on counting from @counters. */
static void
assert_goes_on (const VbCounters *counters)
{
  restart (&fixture);
  vb_battery_set_counters (fixture.battery, counters, fixture.now);
  for (guint i = 0; i < 3; i++) {
    g_assert_true (push (&fixture, REQUIRED " InstalledCapacity=200"));
    assert_shown ();
    fixture.now += SECOND;
  }
}

static void
read_text (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *lacks = NULL;
  VbCounters counters;

  if (!vb_history_file_read (text, "virtual", NOW, &counters, NULL, &lacks, &error)) {
    fuzz_assert_message (error->message);
    return;
  }

  assert_round_trip (&counters);
  assert_goes_on (&counters);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *)data, size);
  g_autofree char *line = g_strconcat (text, g_str_has_suffix (text, "\n") ? "" : "\n", NULL);
  g_autofree char *checksum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, line, -1);
  g_autofree char *whole = g_strconcat (line, "# sha256 ", checksum, "\n", NULL);

  read_text (text);
  read_text (whole);

  return 0;
}
