#pragma once

#include "record-error.h"

G_BEGIN_DECLS

/** What a record says of a field, and what has been made of it. */
typedef enum
{
  VB_SAID_VALUE,
  VB_SAID_NULL,    /* "not known" */
  VB_SAID_WRONG,   /* among the errors; not known in this record */
  VB_SAID_DOUBTED, /* among the errors: in range and hard to believe; not known in this record */
  VB_SAID_HELD,    /* a limit that must not rise with this record; not known in it */
} VbSaid;

/** One field that a record names. */
typedef struct
{
  guint item;
  VbSaid said;
  VbValue value;  /* what was said, where it is one that the field can have; of a field that was
                     said twice the safer one, as long as there is one; else invalid */
  double sent;    /* the number that was sent, whether the field can have it or not, else NAN */
  gsize spelling; /* where the spelling that was sent begins, see vb_record_spelling() */
} VbRecordEntry;

/** What a record says about the source itself: dbus-mqtt-battery's `Connected`. */
typedef enum
{
  VB_CONNECTED_UNSAID,
  VB_CONNECTED_NO,
  VB_CONNECTED_YES,
  VB_CONNECTED_WRONG, /* it was said, and cannot be understood */
} VbConnected;

/** How a record is applied. */
typedef enum
{
  VB_APPLY_MERGE,   /* POST: others keep value and age */
  VB_APPLY_REPLACE, /* PUT: must name every required field, clears the others */
} VbApplyMode;

/** What became of a record. */
typedef enum
{
  VB_OUTCOME_IN_FORCE, /* taken, and what it says is on the bus */
  VB_OUTCOME_TAKEN,    /* taken, and the battery is not live, or not on the bus (yet) */
  VB_OUTCOME_WRONG,    /* refused for what it says */
  VB_OUTCOME_REPLAYED, /* refused: not newer than the one before */
  VB_OUTCOME_PARTS,    /* refused: for all of a battery with parts, unread */
  VB_OUTCOME_NOT_JSON, /* refused: cannot be read */
  VB_OUTCOME_WAITED,   /* refused: it waited while the process stood still */
  VB_N_OUTCOMES
} VbOutcome;

/** So many warnings of one record are told, at most. */
#define VB_RECORD_WARNINGS_MAX 20

/**
 * VbRecord:
 *
 * The checked (field, value) pairs of one record, and every error found on the way. It is made once
 * and reset for each record, so that a push allocates nothing that could be kept.
 */
typedef struct
{
  GArray *entries;     /* of VbRecordEntry */
  GPtrArray *errors;   /* of VbRecordError; not each unknown name has one of its own */
  guint n_more;        /* how many more errors there were than @errors holds */
  GPtrArray *ignored;  /* of char *: keys known from other drivers that mean nothing here, and
                         limits that were sent to a monitor */
  GPtrArray *warnings; /* of char *: what was taken in another form than it was sent in */
  gboolean has_sequence;
  gint64 sequence;
  gboolean has_timestamp;
  double timestamp; /* Unix seconds */
  VbConnected connected;
  gboolean altered; /* by who judged it: it is not what was read any more */

  /*< private >*/
  guint n_unknown; /* unknown names */
  GString *spellings;
  guint16 *named; /* of vb_item_count(): the number of the entry that names the item, from 1 on; 0:
                     none does */
} VbRecord;

/** Makes an empty record. Free with vb_record_free(). */
VbRecord *vb_record_new (void);
void vb_record_free (VbRecord *record);

/** Empties @record for the next use. */
void vb_record_reset (VbRecord *record);

/**
 * Adds one member under the name @spelling. Whatever is wrong with it (unknown name, wrong kind,
 * out of range, named twice) is appended to @record->errors; the other members stay. Names that
 * mean something to dbus-mqtt-battery and nothing here go to @record->ignored.
 */
void vb_record_add_number (VbRecord *record, const char *spelling, double number);
void vb_record_add_boolean (VbRecord *record, const char *spelling, gboolean boolean);
void vb_record_add_text (VbRecord *record, const char *spelling, const char *text);
void vb_record_add_null (VbRecord *record, const char *spelling);

/** Adds a member whose value is none that a field could have; @code and @what say what is wrong
    with it: `is an array, a number is needed`. @sent: the number that it is, or NAN. */
void vb_record_add_wrong (
    VbRecord *record, const char *spelling, VbFieldError code, double sent, const char *what);

/** Adds a member that is an array or an object; @what says which: `an array`. */
void vb_record_add_other (VbRecord *record, const char *spelling, const char *what);

/** Appends an error; @field and @path may be NULL. What is appended is one line each, without
    control characters, and cut where it is too long. */
void vb_record_add_error (VbRecord *record,
                          const char *field,
                          const char *path,
                          VbFieldError code,
                          const char *format,
                          ...) G_GNUC_PRINTF (5, 6);

/** Doubts what @record says of a field: an error of code `implausible`. Returns: its entry, NULL
    where it does not name it */
VbRecordEntry *vb_record_doubt (VbRecord *record, VbKnown known, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/** Takes @item out of @record, with all that was wrong with it, and lists it as ignored. */
void vb_record_ignore (VbRecord *record, guint item);

/** Appends a warning; what is appended is one line and cut where it is too long. */
void vb_record_add_warning (VbRecord *record, const char *format, ...) G_GNUC_PRINTF (2, 3);

/** Leaves VB_RECORD_ERRORS_MAX errors at most and counts the others: those of unknown names go
    first. Who judges the record must have seen all of them by then. */
void vb_record_cut_errors (VbRecord *record);

/** Hands the errors over (an array of VbRecordError), cut as above, and leaves none;
    @record->n_more stays. Free with g_ptr_array_unref(). */
GPtrArray *vb_record_steal_errors (VbRecord *record);

/** The entry that names @item, or NULL. */
VbRecordEntry *vb_record_entry (const VbRecord *record, guint item);

/** The value that @record has for a field, and which is to be taken; NAN where there is none. */
double vb_record_number (const VbRecord *record, VbKnown known);

/** The number that @record has for a field, whether it is right and to be taken or not; else
    NAN. */
double vb_record_sent (const VbRecord *record, VbKnown known);

/** Whether @record names a field and has no value for it that is to be taken; whether it has
    one. */
gboolean vb_record_lacks_value (const VbRecord *record, VbKnown known);
gboolean vb_record_has_value (const VbRecord *record, VbKnown known);

/** Whether anything can be used of @record, which is not empty. */
gboolean vb_record_is_usable (const VbRecord *record);

/** Whether any field of @record is wrong; doubted is not wrong. */
gboolean vb_record_is_wrong (const VbRecord *record);

/** The spelling under which @entry was sent; valid until the record is reset. */
const char *vb_record_spelling (const VbRecord *record, const VbRecordEntry *entry);

/** Whether the record named nothing at all, not even something to ignore. */
gboolean vb_record_is_empty (const VbRecord *record);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbRecord, vb_record_free)

G_END_DECLS
