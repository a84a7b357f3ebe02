#pragma once

#include "derive.h"
#include "doubt.h"
#include "plausible.h"
#include "rules.h"
#include "source.h"

G_BEGIN_DECLS

/**
 * VbHeard:
 *
 * What has been heard of a battery, or of a part of one: what was sent and believed, with its ages,
 * what has to be sent, what records are measured against, who sends, and the state that all this
 * has led to. Of a battery with parts it is what these say together.
 */
typedef struct
{
  const VbBatteryConfig *config; /* of the battery, or part */
  VbState state;
  gint64 since; /* when that was entered, µs */
  VbValues values;
  VbRequired required;
  VbDoubt doubt;
  VbPlausible plausible;
  VbMembers members;
  VbSource source;
} VbHeard;

/** Of whom a line about the source speaks: of a battery, or of the part of it that is to blame. */
typedef struct
{
  const char *part; /* its name; NULL: the battery itself */
  const VbHeard *heard;
} VbBlamed;

/** Makes @heard (uninitialised) that of a battery, or part, with @config, which must outlive it.
    Nothing has been heard of it. Free with vb_heard_clear(). */
void vb_heard_init (VbHeard *heard, const VbBatteryConfig *config, gint64 now);
void vb_heard_clear (VbHeard *heard);

/** Makes @copy (uninitialised) a copy of @heard, of a battery, or part, with @config. */
void vb_heard_copy (VbHeard *copy, const VbHeard *heard, const VbBatteryConfig *config);

/** Notes what a reload at @now makes of the configuration, which becomes @after next. */
void vb_heard_reconfigure (VbHeard *heard, const VbBatteryConfig *after, gint64 now);

/**
 * Judges @record and takes it. Each field is judged by itself. What is wrong or hard to believe
 * counts as not known in this record and stands in record->errors; the rest is taken. Of a record
 * that is refused its safer part is taken all the same (core/safer).
 *
 * @source: the sender's address
 * @safer: set to the flat names of what was taken of fields that were not
 *
 * Returns: FALSE if it was refused; record->errors then says why
 */
gboolean vb_heard_take (VbHeard *heard,
                        VbRecord *record,
                        VbApplyMode mode,
                        const char *source,
                        gint64 now,
                        GPtrArray *safer);

/** Looks at what follows at once from what was sent, at what rules go by, and with that at what is
    required now. */
void vb_heard_look (VbHeard *heard, gint64 now);

/** The same, but for what is required: for who knows better what rules go by, and calls
    vb_required_note() then. */
void vb_heard_derive (VbHeard *heard, gint64 now);

/** The age of the source (its oldest required field, µs), or VB_AGE_NEVER. */
gint64 vb_heard_age (const VbHeard *heard, gint64 now);

/** Appends the flat names of the required fields that are absent or older than warn-after. */
void vb_heard_missing (const VbHeard *heard, gint64 now, GPtrArray *names);

/** Enters @state, and forgets what does not outlast it. */
void vb_heard_enter (VbHeard *heard, VbState state, gint64 now);

/** The source says "off": forgets all that it has said of the present. The state stays. */
void vb_heard_forget (VbHeard *heard, gint64 now);

G_END_DECLS
