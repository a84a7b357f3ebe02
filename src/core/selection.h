#pragma once

#include "battery-config.h"
#include "neighbours.h"
#include "presence.h"

G_BEGIN_DECLS

/**
 * VbSystem:
 *
 * What com.victronenergy.system says of its choice among batteries. One for
 * all batteries; the bus side keeps it up to date.
 */
typedef struct
{
  gboolean there;         /* the service is on the bus */
  char *monitor;          /* /ActiveBatteryService, as com.victronenergy.battery/120; NULL: none */
  char *monitor_service;  /* /Dc/Battery/BatteryService, its bus name; NULL: none, or not told */
  char *bms;              /* /ActiveBmsService, a bus name; NULL: none */
  gboolean dvcc;          /* /Control/Dvcc: the limits of the BMS are used */
  gboolean several;       /* /Dvcc/Alarms/MultipleBatteries: more than one BMS is on the bus */
  gboolean automatic_bms; /* settings: nobody has chosen the BMS, so the lowest instance is it */
  gboolean automatic_monitor; /* the same of the monitor, which Venus drops while it is stale */
  gboolean feed_in;           /* settings: DC-coupled feed-in is on, so chargers obey no current */
  gboolean bms_told;          /* settings say whether somebody has chosen the BMS; else not known */
  gboolean monitor_told;      /* the same of the monitor */
  gboolean feed_in_told;      /* the same of feed-in */
  gint64 last_change;         /* µs */
} VbSystem;

/** Frees what @system owns. */
void vb_system_clear (VbSystem *system);

/** VbSelection: what one battery has been told of the choice. Zeroed, nobody chooses. */
typedef struct
{
  const VbSystem *system;         /* NULL: nobody chooses */
  const VbNeighbours *neighbours; /* NULL: there are none */

  /*< private >*/
  char *warned;   /* what was last logged of the others; NULL: nothing */
  char *told;     /* what was last told */
  gint64 told_at; /* when it was last looked at, µs */
  gint64 joined;  /* the last record while not on the bus, µs */
} VbSelection;

/** What the system's choice means for one battery. */
typedef struct
{
  gboolean known;
  gboolean monitor;
  gboolean bms;
  gboolean dvcc;
} VbSelected;

/**
 * Compares @system's choice with a battery's @service (bus name) and @instance.
 *
 * @system: may be NULL, and then nothing is known
 */
VbSelected vb_system_selected (const VbSystem *system, const char *service, int instance);

/**
 * Appends what a person should know of @system's choice for a battery with role @role, in one
 * sentence each, as `selected as BMS` or `limits are not used: switch DVCC on`.
 */
void vb_system_describe (
    const VbSystem *system, VbRole role, const char *service, int instance, GPtrArray *texts);

/** The bus name of the monitor, or where the system does not tell it the other name that it has
    for it; NULL: there is none. */
const char *vb_system_monitor (const VbSystem *system);

/**
 * Appends to @warnings in what way the other batteries on the bus and the one at @presence are in
 * each other's way: one has its instance, or it has taken the place of a BMS that nobody has
 * deposed.
 */
void
vb_selection_warn (const VbSelection *selection, const VbPresence *presence, GPtrArray *warnings);

/**
 * Appends to @warnings, and logs, what Venus has chosen for the battery @config: once for each
 * change that has lasted for some seconds. What vb_selection_warn() says is appended each time, and
 * logged once. To be asked with each record; @now in µs.
 */
void vb_selection_tell (VbSelection *selection,
                        const VbBatteryFixed *config,
                        const VbPresence *presence,
                        gint64 now,
                        GPtrArray *warnings);

/** Frees what @selection owns; its system is not its own. */
void vb_selection_clear (VbSelection *selection);

G_END_DECLS
