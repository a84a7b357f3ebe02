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
  gboolean to_log;   /* no other one has been logged within the last minute */
  guint unlogged;    /* then: how many were not since the last one that was */
} VbRefusal;

/** VbSource: where the records come from. Zeroed it is nobody yet. */
typedef struct
{
  char *address; /* of the last accepted record; before the first one, of the last refusal */
  guint64 records;
  guint64 refused;
  gint64 last; /* time of the last accepted record, µs; 0: none yet */
  VbRefusal refusal;

  /*< private >*/
  char *named;       /* who the line about the source names */
  gint64 named_last; /* when that one last sent */
  gboolean renamed;  /* it names somebody else now: the line is due */
  gint64 logged;     /* when a refusal was last to be logged; 0: never */
  guint unlogged;    /* refusals since then */
} VbSource;

/** Notes who has sent at @now (µs). Two that send in turn would change the line about the source
    with every record: it stays with the one it names until that one has been silent for
    @warn_after. */
void vb_source_set (VbSource *source, const char *address, gint64 warn_after, gint64 now);

/** Notes a record that was taken. */
void vb_source_take (VbSource *source, const char *address, gint64 warn_after, gint64 now);

/** Notes a record that was refused, and takes @errors over; there were @n_more besides. A
    flow that is refused every second is to be logged once a minute. */
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
