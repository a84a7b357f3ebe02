#include "check-parts.h"

/* Where the records of @part have to go. */
static char *
address_of (const VbBatteryFacts *battery, const VbPartAnswer *part)
{
  return g_strdup_printf ("/battery/%s/part/%s", battery->config->fixed.name, part->name);
}

static gboolean
is_any (const char *state, const char *one, const char *other)
{
  return g_str_equal (state, one) || g_str_equal (state, other);
}

/* One that does not count: it was switched off, is left out, or on its way back. */
static void
check_absent (const VbBatteryFacts *battery, const VbPartAnswer *part, VbReport *report)
{
  const char *name = battery->config->fixed.name;

  if (is_any (part->state, "live", "late"))
    vb_report_add (report, VB_FINDING_WARN,
                   "%s: part %s has come back, and counts after 10 s of records", name, part->name);
  else if (part->off)
    vb_report_add (report, VB_FINDING_WARN,
                   "%s: part %s was switched off (DELETE), and does not count until it sends again",
                   name, part->name);
  else
    vb_report_add (report, VB_FINDING_WARN,
                   "%s: part %s has fallen silent, and the battery goes on without it; see whether "
                   "its source is still there",
                   name, part->name);
}

static void
check_part (const VbBatteryFacts *battery, const VbPartAnswer *part, VbReport *report)
{
  const char *name = battery->config->fixed.name;
  g_autofree char *address = address_of (battery, part);

  if (!part->counts)
    check_absent (battery, part, report);
  else if (is_any (part->state, "waiting", "gone"))
    vb_report_add (report, VB_FINDING_FAIL,
                   "%s: part %s is awaited, missing: %s; POST its records to %s (/battery/%s "
                   "refuses them with 409)",
                   name, part->name, part->missing, address, name);
  else if (g_str_equal (part->state, "live"))
    vb_report_add (report, VB_FINDING_OK, "%s: part %s is live, and counts", name, part->name);
  else
    vb_report_add (report, g_str_equal (part->state, "late") ? VB_FINDING_WARN : VB_FINDING_FAIL,
                   "%s: part %s is %s, and the battery with it; see whether its source still sends "
                   "to %s",
                   name, part->name, part->state, address);
}

void
vb_check_parts (const VbDoctorFacts *facts, VbReport *report)
{
  for (guint i = 0; i < facts->batteries->len; i++) {
    const VbBatteryFacts *battery = &g_array_index (facts->batteries, VbBatteryFacts, i);
    const GPtrArray *parts = battery->answer != NULL ? battery->answer->parts : NULL;

    for (guint j = 0; parts != NULL && j < parts->len; j++)
      check_part (battery, g_ptr_array_index (parts, j), report);
  }
}
