#pragma once

#include "heard.h"
#include "verdict.h"

G_BEGIN_DECLS

/** What is numbered through over the parts of a battery. */
typedef enum
{
  VB_NUMBERED_CELLS,
  VB_NUMBERED_SENSORS,
  VB_NUMBERED_MODULES,
  VB_N_NUMBERED
} VbNumbered;

/** A switch of a part: whether it lets a current in one direction through. */
typedef struct
{
  gboolean open;    /* it is, or was less than VB_PART_RETURN ago */
  gint64 closed_at; /* since when it is not any more, µs; 0: it is */
} VbSwitch;

/** So long (µs) a part that has come back must send before it counts, or a switch that has closed
    be closed. */
#define VB_PART_RETURN (10 * (gint64)G_USEC_PER_SEC)

/**
 * VbPart:
 *
 * One of several sources that make a battery together: what it sent, with ages, doubt and ladder of
 * its own. It does not know the others; what they have to do with each other is in core/parts.
 */
typedef struct
{
  const VbPartConfig *own;
  VbBatteryConfig config; /* the battery's, but for what is required; it owns nothing */
  gboolean is_pack;       /* it has a share in everything; else it says some fields alone */
  gboolean asks_own;      /* nothing that it says is required of a battery: all of it is, of it */

  VbHeard heard;      /* shown are, of limits and alarms, what safer values are measured against */
  gint64 shows_since; /* since when it has been live or late, µs; 0: it is not */
  gint64 live_since;  /* since when it has been live, µs; 0: it is not */
  gint64 back_since;  /* when it became live after it was silent, µs; 0: it did not yet */
  gint64 first; /* when its first record since the start, or since it was off, came; 0: none did */
  gint64 live_by;      /* from when on its age counted when it last ceased to be, µs */
  gint64 silent_since; /* when it last became stale or worse, µs */
  gint64 due;          /* when time next changes anything, or G_MAXINT64 */

  guint n[VB_N_NUMBERED]; /* so many numbers are its own */

  gboolean changed; /* how it stands has, since it was last told */
  guint steps;      /* so often a record, or time, has acted on it */
  gint64 stepped;   /* when that was last, µs */

  VbSwitch charge; /* as of when they were last looked at */
  VbSwitch discharge;

  /* Kept by core/parts. */
  gboolean counts;
  gboolean off;       /* declared so; one in series counts all the same, and is waited for */
  gboolean keeps_soc; /* it does not count, and its last Soc does */
} VbPart;

/** Makes @part (uninitialised) one of a battery with @config. @waived: what is not required of it.
    Free with vb_part_clear(). */
void vb_part_init (
    VbPart *part, const VbPartConfig *own, const VbBatteryConfig *config, guint waived, gint64 now);
void vb_part_clear (VbPart *part);

/** Makes @copy (uninitialised) a copy of @part, of a battery with @config. */
void vb_part_copy (VbPart *copy, const VbPart *part, const VbBatteryConfig *config);

/** Gives @part what a reload has changed of its battery; time has to act next. */
void vb_part_reconfigure (VbPart *part, const VbBatteryLive *live, gint64 now);

/** Whether @part alone says @field, where it says anything alone. Who says one of Current and Power
    says both. */
gboolean vb_part_says (const VbPart *part, guint item);

/**
 * Judges @record and takes it, as vb_battery_apply() does for a battery of one source.
 *
 * Returns: FALSE if it was refused; @verdict->safer then says what was taken all the same
 */
gboolean vb_part_take (VbPart *part,
                       VbRecord *record,
                       VbApplyMode mode,
                       const char *source,
                       gint64 now,
                       VbVerdict *verdict);

/** Appends each of @own, texts about @part, with its name before it. Owned texts. */
void vb_part_tell_named (const VbPart *part, const GPtrArray *own, GPtrArray *texts);

/** Appends what contradicts itself in what @part says, and which cell or sensor it lacks. Owned
    texts. */
void vb_part_warn (const VbPart *part, GPtrArray *texts);

/** Fills @verdict on @record, which @part has just taken; @rules: those of the battery,
    @changed: how many of its items changed on the bus. */
void vb_part_fill_verdict (VbPart *part,
                           const VbRules *rules,
                           const VbRecord *record,
                           guint changed,
                           gint64 now,
                           VbVerdict *verdict);

/** The source of @part says "off": forgets all it has said of the present. */
void vb_part_forget (VbPart *part, gint64 now);

/** Whether @part, which has left, sends again and is on its way back. */
gboolean vb_part_is_returning (const VbPart *part);

/** Whether @part has sent for so long after it was silent that it may count. */
gboolean vb_part_is_back (const VbPart *part);

/** @part, which had left, counts again: what it sent before it came back does not return. */
void vb_part_return (VbPart *part);

/** Lets time act on the ladder of @part, and on what has grown too old. */
void vb_part_tick (VbPart *part, gint64 now);

/** Looks at what has become of the switches of @part: after each record, and when they are due.
    Returns: whether one has changed */
gboolean vb_part_look_at_switches (VbPart *part, gint64 now);

/** When time next changes a switch, or G_MAXINT64. */
gint64 vb_part_switches_due (const VbPart *part);

/** The age of the source (its oldest required field, µs), or VB_AGE_NEVER. */
gint64 vb_part_age (const VbPart *part, gint64 now);

/** The time from which all that @part has sent counts at the latest, because it is frozen;
    G_MAXINT64 where it is not. */
gint64 vb_part_cap (const VbPart *part, gint64 now);

/** What @part has for @item, as long as it is fresh; NULL for nothing. */
const VbSample *vb_part_sample (const VbPart *part, guint item, gint64 now);

/** The same as of when a record, or time, last acted on @part; never NULL. */
const VbValue *vb_part_value (const VbPart *part, guint item);

/** Whether @part belongs to those that have @item: it is required of it, or was sent, or follows
    from what was. */
gboolean vb_part_has (const VbPart *part, guint item);

/** Its capacity (Ah): what it sends, else what is configured; 0: not known. */
double vb_part_capacity (const VbPart *part);

G_END_DECLS
