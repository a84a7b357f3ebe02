#pragma once

#include "item.h"

G_BEGIN_DECLS

/** One field that a record names. An invalid @value stands for null: "not known". */
typedef struct
{
  guint item;
  VbValue value;
  gsize spelling; /* where the spelling that was sent begins, see vb_record_spelling() */
} VbRecordEntry;

/** One thing that is wrong with a record. */
typedef struct
{
  char *field; /* the spelling that was sent, nested names joined by '/'; NULL: the whole record */
  const char *path; /* D-Bus path of the field meant, or NULL where there is none */
  VbFieldError code;
  char *detail;      /* one sentence that names the value and the limit */
  gboolean required; /* a required field is concerned */
} VbRecordError;

/** What a record says about the source itself: dbus-mqtt-battery's `Connected`. */
typedef enum
{
  VB_CONNECTED_UNSAID,
  VB_CONNECTED_NO,
  VB_CONNECTED_YES,
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
  VB_OUTCOME_NOT_JSON, /* refused: cannot be read */
  VB_OUTCOME_WAITED,   /* refused: it waited while the process stood still */
  VB_N_OUTCOMES
} VbOutcome;

/** So many errors of one record are told, at most; of the others, how many they were. */
#define VB_RECORD_ERRORS_MAX 20

/** Longest spelling and longest detail of an error, in bytes. */
#define VB_RECORD_FIELD_MAX 64
#define VB_RECORD_DETAIL_MAX 256

/**
 * VbRecord:
 *
 * The checked (field, value) pairs of one record, and every error found on the way. It is made once
 * and reset for each record, so that a push allocates nothing that could be kept.
 */
typedef struct
{
  GArray *entries;    /* of VbRecordEntry */
  GPtrArray *errors;  /* of VbRecordError; not each unknown name has one of its own */
  guint n_more;       /* how many more errors there were than @errors holds */
  GPtrArray *ignored; /* of char *: keys known from other drivers that mean nothing here */
  gboolean has_sequence;
  gint64 sequence;
  gboolean has_timestamp;
  double timestamp; /* Unix seconds */
  VbConnected connected;

  /*< private >*/
  guint n_unknown; /* unknown names */
  GString *spellings;
  guint8 *named; /* of vb_item_count(): whether the record named the item */
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

/** Whether @spelling is one of those names that mean nothing here, whatever their value is. */
gboolean vb_record_ignores (const char *spelling);

/** Adds a member whose value is of no kind a field can have; @what says what it is: `an array`. */
void vb_record_add_other (VbRecord *record, const char *spelling, const char *what);

/** Appends an error; @field and @path may be NULL. What is appended is one line each, without
    control characters, and cut where it is too long. */
void vb_record_add_error (VbRecord *record,
                          const char *field,
                          const char *path,
                          VbFieldError code,
                          const char *format,
                          ...) G_GNUC_PRINTF (5, 6);

/** Appends an error about a field, under the spelling that was sent where there is one. */
void
vb_record_add_field_error (VbRecord *record, VbKnown known, VbFieldError code, const char *detail);

/** Whether one of the errors has @code. */
gboolean vb_record_has_error (const VbRecord *record, VbFieldError code);

/** Leaves VB_RECORD_ERRORS_MAX errors at most and counts the others: those of unknown names go
    first. Who judges the record must have seen all of them by then. */
void vb_record_cut_errors (VbRecord *record);

/** Hands the errors over (an array of VbRecordError), cut as above, and leaves none;
    @record->n_more stays. Free with g_ptr_array_unref(). */
GPtrArray *vb_record_steal_errors (VbRecord *record);

/** The entry that names @item, or NULL. */
const VbRecordEntry *vb_record_entry (const VbRecord *record, guint item);

/** The number that @record itself carries for a field, or NAN. */
double vb_record_number (const VbRecord *record, VbKnown known);

/** Whether @record names a field and calls it null; whether it has a value for it. */
gboolean vb_record_says_null (const VbRecord *record, VbKnown known);
gboolean vb_record_says_value (const VbRecord *record, VbKnown known);

/** The spelling under which @entry was sent; valid until the record is reset. */
const char *vb_record_spelling (const VbRecord *record, const VbRecordEntry *entry);

/** Whether the record named nothing at all, not even something to ignore. */
gboolean vb_record_is_empty (const VbRecord *record);

/** Shortens an error to what fits a line on the GX: `Soc is 101 %`. Free with g_free(). */
char *vb_record_error_brief (const VbRecordError *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbRecord, vb_record_free)

G_END_DECLS
