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

static void
end_line (VbReport *report, const char *said)
{
  g_autofree char *line = g_strdup (said);

  /* What other programs say may hold anything; a finding is one line. */
  g_strdelimit (line, "\r\n", ' ');
  vb_shown_append (report->text, line, SAID_MAX);
  g_string_append_c (report->text, '\n');
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

  report->n[finding]++;
  g_string_append_printf (report->text, "%-4s %-12s ", words[finding], report->subject);
  end_line (report, said);
}

void
vb_report_begin_list (VbReport *report, const char *title)
{
  g_string_append_printf (report->text, "\n%s\n", title);
}

void
vb_report_add_check (VbReport *report, const char *status, const char *subject, const char *text)
{
  if (g_str_equal (status, "red"))
    report->n_red++;
  g_string_append_printf (report->text, "%-7s ", status);
  g_string_append_printf (report->text, "%-9s ", subject);
  end_line (report, text);
}

gboolean
vb_report_close (VbReport *report)
{
  const guint wrong = report->n[VB_FINDING_FAIL], doubtful = report->n[VB_FINDING_WARN];
  const gboolean well = wrong == 0 && doubtful == 0 && report->n_red == 0;

  if (well)
    g_string_append (report->text, "\nAll is well.\n");
  else
    g_string_append_printf (report->text, "\n%u wrong (FAIL), %u doubtful (warn), %u red.\n", wrong,
                            doubtful, report->n_red);

  return well;
}
