#pragma once

#include "record.h"

G_BEGIN_DECLS

/** The last refusal, for GET /battery and for the texts of the ladder. */
typedef struct
{
  gint64 time;   /* µs; 0: none yet */
  char *address; /* who sent it */
  VbOutcome outcome;
  GPtrArray *errors; /* of VbRecordError */
  guint n_more;      /* how many more errors there were */
} VbRefusal;

/** VbSource: where the records come from. Zeroed it is nobody yet. */
typedef struct
{
  char *address; /* of the last accepted record; before the first one, of the last refusal */
  guint64 records;
  guint64 refused;
  gint64 last;       /* time of the last accepted record, µs; 0: none yet */
  GPtrArray *errors; /* of VbRecordError: what was wrong in that record; NULL: nothing */
  guint n_more;      /* how many more errors there were */
  VbRefusal refusal;
  gboolean to_log; /* what was last wrong is to be logged: nothing was within the last minute */
  guint unlogged;  /* then: how many records with errors were not since */

  /*< private >*/
  char *named;       /* who the line about the source names */
  gint64 named_last; /* when that one last sent */
  gboolean renamed;  /* it names somebody else now: the line is due */
  gint64 logged;     /* when something wrong was last to be logged; 0: never */
  guint silent;      /* records with errors since then */
} VbSource;

/** Notes who has sent at @now (µs). Two that send in turn would change the line about the source
    with every record: it stays with the one it names until that one has been silent for
    @warn_after. */
void vb_source_set (VbSource *source, const char *address, gint64 warn_after, gint64 now);

/** Notes a record that was taken, with what was wrong in it: a reference to @errors is kept where
    there are any. What is wrong every second is to be logged once a minute. */
void vb_source_take (VbSource *source,
                     const char *address,
                     GPtrArray *errors,
                     guint n_more,
                     gint64 warn_after,
                     gint64 now);

/** Notes a record that was refused, and takes @errors over; there were @n_more besides. It is to
    be logged as often as what was wrong in others. */
void vb_source_refuse (VbSource *source,
                       const char *address,
                       VbOutcome outcome,
                       GPtrArray *errors,
                       guint n_more,
                       gint64 warn_after,
                       gint64 now);

/** Makes @copy (uninitialised) a copy of @source without its refusal. */
void vb_source_copy (VbSource *copy, const VbSource *source);

/** Frees what @source owns. */
void vb_source_clear (VbSource *source);

G_END_DECLS
