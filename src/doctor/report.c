#include "report.h"

#include "base/shown.h"

/* The longest finding, in bytes. */
#define SAID_MAX 2000

VbReport *
vb_report_new (void)
{
  VbReport *report = g_new0 (VbReport, 1);

  report->text = g_string_new (NULL);
  report->subject = "";

  return report;
}

void
vb_report_free (VbReport *report)
{
  g_string_free (report->text, TRUE);
  g_free (report);
}

void
vb_report_add (VbReport *report, VbFinding finding, const char *format, ...)
{
  static const char *const words[VB_N_FINDINGS] = { "ok", "warn", "FAIL", "--" };
  g_autofree char *said = NULL;
  va_list arguments;

  g_return_if_fail (finding < VB_N_FINDINGS);

  va_start (arguments, format);
  said = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  /* What other programs say may hold anything; a finding is one line. */
  g_strdelimit (said, "\r\n", ' ');
  report->n[finding]++;
  g_string_append_printf (report->text, "%-4s %-12s ", words[finding], report->subject);
  vb_shown_append (report->text, said, SAID_MAX);
  g_string_append_c (report->text, '\n');
}

gboolean
vb_report_close (VbReport *report)
{
  const guint wrong = report->n[VB_FINDING_FAIL], doubtful = report->n[VB_FINDING_WARN];
  const gboolean well = wrong == 0 && doubtful == 0;

  if (well)
    g_string_append (report->text, "\nAll is well.\n");
  else
    g_string_append_printf (report->text, "\n%u wrong (FAIL), %u doubtful (warn).\n", wrong,
                            doubtful);

  return well;
}
