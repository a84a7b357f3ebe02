#pragma once

#include "inputs.h"

G_BEGIN_DECLS

/** One requirement: met by either field where there are two. */
typedef struct
{
  VbKnown field;
  VbKnown or_field; /* VB_KNOWN_NONE: no alternative */
  gboolean bms_only;
  VbInput input; /* VB_INPUT_NONE: it is required whatever the rules are */
} VbRequirement;

/** There are as many requirements. */
#define VB_N_REQUIREMENTS 10

/**
 * VbRequired:
 *
 * What must come from the source. The age of the source is that of its oldest required field, so
 * that a flow which goes on sending Soc after its BMS has died does not keep old limits alive. A
 * source is frozen when nothing that it measures has changed although current flows.
 */
typedef struct
{
  gint64 last_change; /* when Voltage, Current, Power or Soc last changed by a bit, µs */
  gint64 cut;         /* when the source last said that its battery is out of reach; 0: never. What
                         came up to then counts from @counts_from at the latest */
  gint64 counts_from;
  gint64 last_record; /* when the last record was taken, µs; 0: none was. A part of which nothing is
                         required is as old as that; a battery needs not keep it */
  gboolean named_limits; /* a record has had a value for one of the three, believed or not */
  guint counting;        /* a bit for each requirement that counts now */
  gboolean ruled;        /* there are limits by rules; what is below is about them alone */
  VbInputs inputs;       /* what rules go by */
  guint met;             /* a bit for each limit that was ever sent */
  gint64 since[VB_N_REQUIREMENTS]; /* when a reload has made it required: what came before that, or
                                        never, has an age from then on, because a curve more is no
                                        reason to leave the bus at once; 0: none has */
} VbRequired;

/** Makes @required that of a battery of which nothing has come. */
void vb_required_init (VbRequired *required, const VbBatteryConfig *config);

/** Takes over what a reload at @now says of limits by rules. @on_bus: the battery is, and is not to
    leave for it at once. */
void vb_required_reconfigure (VbRequired *required,
                              const VbBatteryConfig *after,
                              gboolean on_bus,
                              gint64 now);

/** The first limit that a reload would leave without a number: that has never been sent, and for
    which @after has no maximum any more. NULL: there is none */
const char *vb_required_loses_limit (const VbRequired *required,
                                     const VbBatteryConfig *before,
                                     const VbBatteryConfig *after);

/** All requirements there are: @n of them. Not each is one of every battery. */
const VbRequirement *vb_required_list (guint *n);

/** Whether @requirement is one of a battery, or part, of @config of which nothing has come yet. */
gboolean vb_required_at_first (const VbBatteryConfig *config, const VbRequirement *requirement);

/** Whether a battery, or part, of @config has to be sent @field: always, or as long as its rules do
    not supply it, or where its rules go by it; and no other part says it alone. */
gboolean vb_required_is (const VbBatteryConfig *config, const VbField *field);

/** Whether @field is a limit for which the rules of @config have a maximum that stands in. */
gboolean vb_required_is_supplied (const VbBatteryConfig *config, const VbField *field);

/** Whether the field that @entry names keeps value and age where the record has no value for it
    that is to be taken. A required one does: not known in one record is no reason to lose it. So
    does a limit or an alarm that is wrong: it must not end by that. */
gboolean vb_required_keeps (const VbBatteryConfig *config, const VbRecordEntry *entry);

/** Notes which limits have been sent (one that was sent once stays required), and with that, and
    with what rules go by, what is required now. */
void vb_required_note (VbRequired *required, const VbBatteryConfig *config, const VbValues *values);

/**
 * What has not been met for the longest time.
 *
 * @item: of two that may meet it the first
 * @time: when it was last met; 0: never
 *
 * Returns: FALSE where nothing is required; @time is then that of the last record, and @item unset
 */
gboolean vb_required_oldest (const VbRequired *required,
                             const VbBatteryConfig *config,
                             const VbValues *values,
                             guint *item,
                             gint64 *time);

/** Notes what @record, which is taken, has values for, whatever becomes of them. */
void vb_required_hear (VbRequired *required, const VbRecord *record);

/** Whether a battery that publishes limits has never been sent one, and rules do not supply them
    all. */
gboolean vb_required_lacks_limits (const VbRequired *required,
                                   const VbBatteryConfig *config,
                                   const VbValues *values);

/** The age of the source (µs), or VB_AGE_NEVER where a required field never came; where none is
    required, that of its last record. */
gint64 vb_required_age (const VbRequired *required,
                        const VbBatteryConfig *config,
                        const VbValues *values,
                        gint64 now);

/** The time from which the age of what came at @time counts: it is an earlier one where the source
    has said since then that its battery is out of reach. */
gint64 vb_required_counted_time (const VbRequired *required, gint64 time);

/** The time from which the age of all that a frozen source sent counts; G_MAXINT64: it is not. */
gint64 vb_required_frozen_since (const VbRequired *required,
                                 const VbBatteryConfig *config,
                                 const VbValues *values,
                                 gint64 now);

/** The source says that its battery is out of reach: it is stale at @now, however young the values
    are, and only what is sent from then on leads back. Said again it does not begin anew. */
void vb_required_cut (VbRequired *required,
                      const VbBatteryConfig *config,
                      const VbValues *values,
                      gint64 now);

/** Whether a required field has not come since the source said so. */
gboolean vb_required_is_out_of_reach (const VbRequired *required,
                                      const VbBatteryConfig *config,
                                      const VbValues *values);

/** When that age reaches @deadline, by the values or by the source being frozen. */
gint64 vb_required_due (const VbRequired *required,
                        const VbBatteryConfig *config,
                        const VbValues *values,
                        gint64 deadline,
                        gint64 now);

/** Appends the flat names of the required fields that are absent or older than warn-after. */
void vb_required_missing (const VbRequired *required,
                          const VbBatteryConfig *config,
                          const VbValues *values,
                          gint64 now,
                          GPtrArray *names);

/** Appends those that @record names and has no value for that is to be taken, however young their
    values are, each once. */
void vb_required_lacking (const VbRequired *required,
                          const VbBatteryConfig *config,
                          const VbRecord *record,
                          GPtrArray *names);

/** Appends an error for every required field that @record does not name. Returns: whether it names
    all of them */
gboolean
vb_required_are_named (const VbRequired *required, const VbBatteryConfig *config, VbRecord *record);

/** Whether no required field that @record names is wrong, doubted or held. */
gboolean vb_required_are_usable (const VbBatteryConfig *config, const VbRecord *record);

G_END_DECLS
