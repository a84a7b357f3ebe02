#pragma once

#include "battery.h"

G_BEGIN_DECLS

/** Who may send records over HTTP. */
typedef enum
{
  VB_ACCESS_UNKNOWN,
  VB_ACCESS_LOCAL, /* this machine alone, without a token */
  VB_ACCESS_TOKEN, /* who has the token */
  VB_ACCESS_OPEN,  /* other machines too, without a token */
} VbAccess;

/** VbCommissioningFacts: what the daemon has seen of a battery, before anybody judges it. But for
    @config zeroed it is nothing. */
typedef struct
{
  const VbBatteryConfig *config;
  gint64 now; /* µs */
  VbState state;
  guint64 records;
  VbCadence cadence;
  GPtrArray *missing;  /* of const char *: required fields absent or too old; NULL: none */
  GPtrArray *absent;   /* of const char *: parts that do not count, or do not send; NULL: none */
  GPtrArray *doubts;   /* of char *: what speaks against what is sent of the cells; NULL: nothing */
  guint n_cells;       /* that are sent one by one */
  double lowest_cell;  /* V; 0: not known */
  double highest_cell; /* V; 0: not known */
  double charge_voltage;          /* V, as the source asks for it; 0: not known */
  VbPresence presence;            /* its service is not owned */
  const VbSystem *system;         /* NULL: nobody chooses */
  const VbNeighbours *neighbours; /* NULL: not known */
  VbAccess access;
} VbCommissioningFacts;

/** Fills @facts (uninitialised) with what is known of @battery at @now; valid until it changes. */
void vb_commissioning_facts_gather (VbCommissioningFacts *facts,
                                    const VbBattery *battery,
                                    VbAccess access,
                                    gint64 now);

/** Frees what @facts owns. */
void vb_commissioning_facts_clear (VbCommissioningFacts *facts);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (VbCommissioningFacts, vb_commissioning_facts_clear)

G_END_DECLS
