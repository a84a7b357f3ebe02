#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** What a check has come to. */
typedef enum
{
  VB_FINDING_OK,
  VB_FINDING_WARN, /* works, and perhaps not as it is meant */
  VB_FINDING_FAIL,
  VB_FINDING_NONE, /* does not apply, or cannot be known */
  VB_N_FINDINGS
} VbFinding;

/** The findings so far, one line each. */
typedef struct
{
  GString *text;
  guint n[VB_N_FINDINGS];
  guint n_red;         /* of the checklists */
  const char *subject; /* of the check under way */
} VbReport;

/** Makes an empty one. Free with vb_report_free(). */
VbReport *vb_report_new (void);
void vb_report_free (VbReport *report);

/** Appends a line about @report->subject: what was found, and what to do next where it is wrong. */
void vb_report_add (VbReport *report, VbFinding finding, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/** Appends a blank line and @title: what follows is a list of its own. */
void vb_report_begin_list (VbReport *report, const char *title);

/** Appends a line of a checklist; @status: `green`, `red` or `unknown`. */
void
vb_report_add_check (VbReport *report, const char *status, const char *subject, const char *text);

/** Appends the last line, which counts the others. Returns: whether all is well */
gboolean vb_report_close (VbReport *report);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbReport, vb_report_free)

G_END_DECLS
