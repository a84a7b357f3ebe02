#pragma once

#include "core/battery.h"

G_BEGIN_DECLS

/**
 * VbIntake:
 *
 * The way in of every record, whatever brought it: from the bytes, or from a record that was filled
 * elsewhere, to the battery, with an outcome that knows no transport. What a record needs is kept
 * for the next one. A source that says the same bytes again is not read again.
 */
typedef struct _VbIntake VbIntake;

/** How a record is delivered. */
typedef struct
{
  VbApplyMode mode;
  const char *source; /* who sends, as `127.0.0.1` */
  const char *named;  /* who is shown as the source once the record is taken; NULL: @source */
  gint64 stood_still; /* how long (µs) the process had stood still when it came; 0: it had not */
  gint64 now;         /* µs of the clock of the batteries */
  gboolean check;     /* say what would become of it, and change nothing */
  gboolean of_part;   /* it is one of a part of the battery: that with number @part */
  guint part;
} VbDelivery;

/** Makes an intake. Free with vb_intake_free(). */
VbIntake *vb_intake_new (void);
void vb_intake_free (VbIntake *intake);

/**
 * Reads @length bytes at @body as a record and gives it to @battery. A refusal is noted with the
 * battery and logged, unless it is a check, or the record waited: then there was nothing to be
 * read.
 */
VbOutcome vb_intake_read (VbIntake *intake,
                          VbBattery *battery,
                          const VbDelivery *delivery,
                          const char *body,
                          gsize length);

/** An empty record to be filled for vb_intake_take(). It belongs to @intake and is valid until the
    next call. */
VbRecord *vb_intake_begin (VbIntake *intake);

/** Gives the record of vb_intake_begin() to @battery, else as vb_intake_read(). */
VbOutcome vb_intake_take (VbIntake *intake, VbBattery *battery, const VbDelivery *delivery);

/**
 * Whether what comes from a client for @battery has waited too long: what lay in a socket while the
 * process stood still for @stood_still (µs), or was not there yet, is not fresh. vb_intake_read()
 * and vb_intake_take() ask by themselves; then, as here, vb_intake_detail() says so.
 */
gboolean vb_intake_has_waited (VbIntake *intake, const VbBattery *battery, gint64 stood_still);

/** The verdict on the last record, where it was taken; where it was refused only what was safer
    counts in it. */
const VbVerdict *vb_intake_verdict (const VbIntake *intake);

/** The last record; its errors are in vb_intake_errors() where it was refused. */
const VbRecord *vb_intake_record (const VbIntake *intake);

/** What was wrong with the last record, taken or not: an array of VbRecordError. */
const GPtrArray *vb_intake_errors (const VbIntake *intake);

/** How many more errors the last record had than are in vb_intake_errors(). */
guint vb_intake_n_more (const VbIntake *intake);

/** One sentence on why the last record was refused; valid until the next one. */
const char *vb_intake_detail (const VbIntake *intake);

/** Whether @outcome is one of a record that was taken. */
gboolean vb_intake_is_taken (VbOutcome outcome);

/** The HTTP status that answers, documents and the log give for @outcome. */
guint vb_intake_status (VbOutcome outcome);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbIntake, vb_intake_free)

G_END_DECLS
