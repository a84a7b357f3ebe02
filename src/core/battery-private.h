#pragma once

#include "battery.h"
#include "derive-charge.h"
#include "history.h"

G_BEGIN_DECLS

typedef struct
{
  const VbBatteryEvents *events;
  gpointer user_data;
} VbListener;

/** What makes a zero hard to believe (design §2). */
typedef enum
{
  VB_ZERO_NONE,
  VB_ZERO_BEFORE_JOINING, /* Soc 0 while the battery is not on the bus */
  VB_ZERO_FALLEN,         /* Soc fell to 0 from above 5 % */
  VB_ZERO_WITH_LIMITS,    /* Soc and both current limits are 0 */
} VbZero;

/*
 * How a battery is built, for the files battery*.c alone.
 *
 * Three arrays hold a sample for every item: what was sent, what was derived, and what is shown,
 * that is on the bus. A step (a record, a tick) changes the first two, then vb_battery_show_all()
 * computes the third from them and the state, and tells the listener once what changed.
 */
struct _VbBattery
{
  VbBatteryConfig config;
  VbSample *sent;
  VbSample *derived;
  VbSample *shown;
  guint8 *flags;  /* of VbItemFlags */
  GArray *active; /* of guint: items that were ever sent or can be derived */

  VbSmoothed current;
  VbHistory history; /* counted where config.fixed.history */

  VbState state;
  gint64 since;
  gint64 next_tick;
  gint64 last_change;    /* when a live measurement last changed by a single bit */
  char *described;       /* who the line about the source names */
  gint64 described_last; /* when that one last sent */
  gboolean describe;     /* it names somebody else now: the line is due */

  /* An unbelievable zero is believed once it has been repeated for warn-after. */
  VbZero zero;
  gint64 zero_first;
  gint64 zero_last;

  gboolean has_sequence;
  gint64 sequence;
  gboolean has_timestamp;
  double timestamp;

  VbSource source;
  VbPresence presence;
  VbTally tally;
  gint64 refusal_logged;   /* when a refusal was last logged; 0: never */
  guint refusals_unlogged; /* since then */

  const VbSystem *system;
  char *selection;       /* what was last told of its choice */
  gint64 selection_told; /* when it was last looked at */
  gint64 joined;         /* the last record while not on the bus */

  GArray *changed;   /* of guint: items changed in this step */
  GArray *listeners; /* of VbListener; NULL in a copy, which tells nobody */
};

typedef enum
{
  VB_ITEM_ACTIVE = 1 << 0,
  VB_ITEM_NULLED = 1 << 1,  /* null was sent: nothing derived takes its place */
  VB_ITEM_DERIVED = 1 << 2, /* the shown value is a derived one */
} VbItemFlags;

/** One requirement: met by either field where there are two. */
typedef struct
{
  VbKnown field;
  VbKnown or_field; /* VB_KNOWN_NONE: no alternative */
  gboolean bms_only;
} VbRequirement;

/* battery.c */

/** Takes @item among those that a step looks at. */
void vb_battery_activate (VbBattery *battery, guint item);

/** A copy that tells nobody, to try a record on. */
VbBattery *vb_battery_copy (const VbBattery *battery);

/** Tells the listeners of a step, of a record that was taken, of a refusal. */
void vb_battery_tell_change (VbBattery *battery, const VbChange *change);
void vb_battery_tell_taken (VbBattery *battery, const VbVerdict *verdict);
void vb_battery_tell_refused (VbBattery *battery);

/** Notes who has sent at @now. */
void vb_battery_set_source (VbBattery *battery, const char *address, gint64 now);

/* battery-step.c */

/**
 * One step: enters @next, shows what is to be shown, tells the listener once.
 *
 * @record: the record that led here, or NULL
 *
 * Returns: how many items changed on the bus
 */
guint vb_battery_step (VbBattery *battery, VbState next, const VbRecord *record, gint64 now);

/* battery-age.c */

/** The requirements of @battery's role: @n of them, from the first on. */
const VbRequirement *vb_battery_requirements (const VbBattery *battery, guint *n);

/** When @requirement was last met; 0: never. */
gint64 vb_battery_requirement_time (const VbBattery *battery, const VbRequirement *requirement);

/** Whether a field becomes invalid by itself when it is older than optional-after. */
gboolean vb_battery_expires (const VbField *field);

/** When time next changes anything, or G_MAXINT64. */
gint64 vb_battery_schedule (const VbBattery *battery, gint64 now);

/* battery-show.c */

/** Sets a shown value and notes the change. @time: of the record behind it. */
void vb_battery_show (VbBattery *battery, guint item, const VbValue *value, gint64 time);

/** The value that the source or the other values give for @item, as long as it is fresh; NULL for
    none. */
const VbSample *vb_battery_fresh_sample (const VbBattery *battery, guint item, gint64 now);

/** Computes what is shown of every item from what was sent and the state. @entered: the state was
    entered with this step. */
void vb_battery_show_all (VbBattery *battery, gboolean entered, gint64 now);

/* battery-check.c */

/**
 * Appends what is wrong with @record for this battery to its errors: role, missing (PUT), replayed,
 * implausible (design §2). Where wrong-optional=drop, wrong fields that are not required do not count.
 *
 * @noted: set to whether the record has to be noted even if it is refused: it was replayed, or holds
 * a zero that is believed only once it has been repeated
 *
 * Returns: whether the record can be taken
 */
gboolean vb_battery_check_record (
    const VbBattery *battery, VbRecord *record, VbApplyMode mode, gint64 now, gboolean *noted);

/** Notes what @record said of Sequence, Timestamp and zeros, for the next one. */
void vb_battery_note_record (VbBattery *battery, const VbRecord *record, gint64 now);

/** What is known of a field once @record (which may be NULL) has been taken: its value in the record,
    else the one sent before. NAN where there is none. */
double vb_battery_after_record (const VbBattery *battery, const VbRecord *record, VbKnown known);

/** The number that @record itself carries, or NAN. */
double vb_record_number (const VbRecord *record, VbKnown known);

/** Appends an error about a field under the spelling that was sent. */
void
vb_record_add_field_error (VbRecord *record, VbKnown known, VbFieldError code, const char *detail);

/* battery-zero.c */

/**
 * Has an error where @record holds a zero that is not believed before it has been repeated for
 * warn-after (design §2). Returns: whether it holds such a zero, believed by now or not
 */
gboolean vb_battery_check_zero (const VbBattery *battery, VbRecord *record, gint64 now);

/** Notes what @record says of zeros, for the next one. */
void vb_battery_note_zero (VbBattery *battery, const VbRecord *record, gint64 now);

/* battery-role.c */

/** Has an error for each limit that @record names where @battery is a monitor (design §4, Roles). */
void vb_battery_check_role (const VbBattery *battery, VbRecord *record);

/* battery-limits.c */

/** Rounds a sent limit and brings it within the seat belt (design §5), never beyond it by rounding.
    Returns: whether the belt had to change it. */
gboolean vb_battery_belt (const VbBattery *battery, guint item, VbValue *value);

/** What `stale` makes of the limits that were in force. */
void vb_battery_hold_limits (VbBattery *battery, gint64 now);

/** In `stale`: lets the limits of @record that are lower than those in force take effect. */
void vb_battery_lower_limits (VbBattery *battery, const VbRecord *record, gint64 now);

/* battery-selection.c */

/**
 * Appends to @warnings, and logs, what Venus has chosen: once for each change that has lasted for
 * some seconds.
 */
void vb_battery_tell_selection (VbBattery *battery, gint64 now, GPtrArray *warnings);

/* battery-history.c */

/** Begins an empty history. */
void vb_battery_init_history (VbBattery *battery);

/** Counts what a record has brought. */
void vb_battery_count (VbBattery *battery, gint64 now);

/** Writes the counters where derived values are. */
void vb_battery_derive_history (VbBattery *battery, gint64 now);

/* battery-log.c */

/** Logs the state that has just been entered, and why. */
void vb_battery_log_state (const VbBattery *battery, gint64 now);

/** Logs the last refusal, of a record from @source, unless there was one in the last minute. */
void vb_battery_log_refusal (VbBattery *battery, const char *source, gint64 now);

/* battery-text.c */

/** The line that a person reads in the GUI (design §4), for the state just entered or kept. */
void vb_battery_describe (const VbBattery *battery, gint64 now, GString *text);

G_END_DECLS
