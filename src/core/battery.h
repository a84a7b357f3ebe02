#pragma once

#include "cadence.h"
#include "computed.h"
#include "listeners.h"
#include "whole.h"

G_BEGIN_DECLS

/** What has happened to a battery since the start. */
typedef struct
{
  guint64 refused[VB_N_FIELD_ERRORS]; /* records, by the code of their first error */
  guint64 entered[VB_N_STATES];       /* steps into a state from another one */
  guint64 signals;                    /* that were sent on the bus */
} VbTally;

/**
 * VbBattery:
 *
 * The values of one battery with their ages, and what of them is on the bus. It knows neither D-Bus
 * nor HTTP: both meet here. Every time is an argument, in µs of one monotonic clock.
 */
typedef struct _VbBattery VbBattery;

/** Makes a battery in state `waiting`; @config is copied. Free with vb_battery_free(). */
VbBattery *vb_battery_new (const VbBatteryConfig *config, gint64 now);
void vb_battery_free (VbBattery *battery);

/** The battery @name among @batteries, an array of VbBattery; NULL where there is none. */
VbBattery *vb_battery_find (const GPtrArray *batteries, const char *name);

const VbBatteryConfig *vb_battery_config (const VbBattery *battery);

/** The name of a limit that would have no number any more if @config were taken over: the source
    has never sent it, and the maximum that stands in for it is not in @config. NULL: there is none,
    or the battery is not on the bus. */
const char *vb_battery_loses_limit (const VbBattery *battery, const VbBatteryConfig *config);

/**
 * Takes over from @config what can change without leaving the bus (everything but name, role,
 * device-instance, custom-name, product-id and history) and applies it at once.
 * Nothing is taken over where vb_battery_loses_limit() names one.
 */
void vb_battery_reconfigure (VbBattery *battery, const VbBatteryConfig *config, gint64 now);

/**
 * Adds a listener, which is told after those that were added before it. @events must stay until it
 * is removed; that must not be done by a listener.
 */
void
vb_battery_add_listener (VbBattery *battery, const VbBatteryEvents *events, gpointer user_data);
void vb_battery_remove_listener (VbBattery *battery, gpointer user_data);

/** Tells the listeners of a record that has arrived; called by who gives it to the battery. */
void vb_battery_tell_arrived (VbBattery *battery, const VbArrival *arrival);

/** Tells the listeners that a client of the bus has written @item; called by the bus side alone. */
void vb_battery_tell_written (VbBattery *battery, guint item);

/**
 * Judges @record and takes it: first the ladder at @now, then the record, then the listeners once.
 * Each field is judged by itself. What is wrong or hard to believe counts as not known in this
 * record and stands in record->errors; the rest is taken. Of a record that is refused its safer
 * part is taken all the same (core/safer).
 *
 * @source: the sender's address, as `127.0.0.1`
 *
 * Returns: FALSE if the record was refused; record->errors then says why, verdict->safer what was
 * taken all the same, and the refusal still has to be noted with vb_battery_refuse().
 */
gboolean vb_battery_apply (VbBattery *battery,
                           VbRecord *record,
                           VbApplyMode mode,
                           const char *source,
                           gint64 now,
                           VbVerdict *verdict);

/** The same checks and the same verdict; changes nothing. @part: the number of the part that would
    send it, as for vb_battery_apply_part(); NULL: none. */
gboolean vb_battery_check (
    VbBattery *battery, const guint *part, VbRecord *record, gint64 now, VbVerdict *verdict);

/**
 * Notes that a record was refused, as @outcome says. Takes over @errors, an array of VbRecordError
 * (as from vb_record_steal_errors()); there were @n_more besides. Nothing on the bus moves. Whoever
 * refuses logs it where the refusal of vb_battery_source() is to be logged.
 */
void vb_battery_refuse (VbBattery *battery,
                        const char *source,
                        VbOutcome outcome,
                        GPtrArray *errors,
                        guint n_more,
                        gint64 now);

/**
 * The same for a part of a battery that has some: @part is its number. Of what all of them say
 * together the battery is made; @verdict is on the record of that part.
 */
gboolean vb_battery_apply_part (VbBattery *battery,
                                guint part,
                                VbRecord *record,
                                VbApplyMode mode,
                                const char *source,
                                gint64 now,
                                VbVerdict *verdict);
void vb_battery_refuse_part (VbBattery *battery,
                             guint part,
                             const char *source,
                             VbOutcome outcome,
                             GPtrArray *errors,
                             guint n_more,
                             gint64 now);
void vb_battery_delete_part (VbBattery *battery, guint part, gint64 now);

/** Finds the part @name. Returns: whether there is one, and @part was set to its number */
gboolean vb_battery_find_part (const VbBattery *battery, const char *name, guint *part);

/** The parts of @battery; NULL where it has none and is one source's. */
const VbParts *vb_battery_parts (const VbBattery *battery);

/** The source says "off" (DELETE): leaves the bus, forgets all live, limit and alarm values. */
void vb_battery_delete (VbBattery *battery, gint64 now);

/** Lets time act: the ladder, and optional fields that have grown too old. */
void vb_battery_tick (VbBattery *battery, gint64 now);

/** When vb_battery_tick() is next needed, or G_MAXINT64 for never. */
gint64 vb_battery_next_tick (const VbBattery *battery);

/** What has been heard of @battery: its values with their ages, what is required, what contradicts
    itself, which cells and sensors there are. Of a battery with parts it is what these say
    together; what contradicts itself, and the cells, each of them has for itself. */
const VbHeard *vb_battery_heard (const VbBattery *battery);

/** What is computed from that: limits by rules, and what has been counted, which is meaningful
    where config.fixed.history is set. */
const VbComputed *vb_battery_computed (const VbBattery *battery);

/** Goes on counting from @counters: before the first record. */
void vb_battery_set_counters (VbBattery *battery, const VbCounters *counters, gint64 now);

/**
 * Begins the counters anew, which shows at once; what the source sent stays.
 *
 * Returns: FALSE where @battery counts nothing (config.fixed.history)
 */
gboolean vb_battery_clear_history (VbBattery *battery, gint64 now);

/** Tells which month it is by the wall clock: 1 to 12, 0 where that is not known. It counts with
    the next record. */
void vb_battery_set_month (VbBattery *battery, guint month);

/** What of the programme of charge outlasts a restart; and again, before the first record. */
VbProgrammeMemory vb_battery_memory (const VbBattery *battery, gint64 now);
void vb_battery_recall (VbBattery *battery, const VbProgrammeMemory *memory, gint64 now);

/** State, when it was entered, and the age of the source (its oldest required field, µs). */
VbState vb_battery_state (const VbBattery *battery);
gint64 vb_battery_since (const VbBattery *battery);
gint64 vb_battery_age (const VbBattery *battery, gint64 now);

/** Makes @text why the battery is not live: the line that the GUI shows or, off the bus, what is
    waited for. Empty in `live`. */
void vb_battery_reason (const VbBattery *battery, gint64 now, GString *text);

/** The value of @item that is (or would be) on the bus; never NULL. */
const VbValue *vb_battery_value (const VbBattery *battery, guint item);

/** What the source asked for where another value of @item is in force: a limit beyond the seat
    belt, or in `stale`. NULL where it is what was asked for, or where nothing was. */
const VbValue *vb_battery_asked (const VbBattery *battery, guint item);

/** What of the rules holds the three limits down, an array of VB_N_LIMITS; NULL where the battery
    has no rules. */
const VbLimited *vb_battery_limited (const VbBattery *battery);

/**
 * Appends what a person should know of the battery as it is: limits that the seat belt changed, a
 * BMS without limits, what Venus selects, other batteries that are in its way, and what contradicts
 * itself. Owned texts.
 */
void vb_battery_warnings (const VbBattery *battery, GPtrArray *texts);

/** The same of those that are to be shown beside @item. */
void vb_battery_item_warnings (const VbBattery *battery, guint item, GPtrArray *texts);

/** Sets an item of group identity, or the custom name; the listener is told if it changed. */
void vb_battery_set_identity (VbBattery *battery, guint item, const VbValue *value);

/** Whether this battery has @item at all: a monitor has no limits, identity always exists. */
gboolean vb_battery_has_item (const VbBattery *battery, guint item);

const VbSource *vb_battery_source (const VbBattery *battery);
const VbPresence *vb_battery_presence (const VbBattery *battery);

/** How often what is required comes, all of it: a record that leaves the source as old as it was
    does not count. */
const VbCadence *vb_battery_cadence (const VbBattery *battery);

/** What it looks at: the system's choice, and the other batteries. */
const VbSelection *vb_battery_selection (const VbBattery *battery);

/** Counts a signal that is sent on the bus; called by the bus side alone. */
void vb_battery_count_signal (VbBattery *battery);

const VbTally *vb_battery_tally (const VbBattery *battery);

/** Tells where the battery stands on the bus; called by the bus side alone. */
void vb_battery_set_presence (
    VbBattery *battery, gboolean on_bus, VbJoining joining, const char *service, int instance);

/** Lets @battery look at @system's choice; NULL: nobody chooses. @system must outlive @battery. */
void vb_battery_set_system (VbBattery *battery, const VbSystem *system);

/** Lets @battery look at the @neighbours on the bus; NULL: there are none. They must outlive it. */
void vb_battery_set_neighbours (VbBattery *battery, const VbNeighbours *neighbours);

/** What the system's choice means for @battery. */
VbSelected vb_battery_selected (const VbBattery *battery);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbBattery, vb_battery_free)

G_END_DECLS
