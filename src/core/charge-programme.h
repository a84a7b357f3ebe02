#pragma once

#include "inputs.h"
#include "limited.h"

G_BEGIN_DECLS

/** Soc has to fall so far below charge-to-soc until charging begins again, in %. */
#define VB_CHARGE_TO_SOC_HYSTERESIS 2

/** From this Soc on a battery counts as full where no absorption is configured, in %. */
#define VB_FULL_SOC 99.5

/** Within so many days above charge-to-soc a battery has to become full; else they count anew. */
#define VB_FULL_WITHIN 3

/** The charge voltage counts as held from this share of it on. */
#define VB_HELD_SHARE 0.995

/** What outlasts a restart: times ago, in s; NAN: never. */
typedef struct
{
  double since_full;
  double since_balance;
} VbProgrammeMemory;

/**
 * VbProgramme:
 *
 * The programme of charge: to which voltage, and up to which Soc. It goes on with records alone.
 * Made by vb_programme_init().
 */
typedef struct
{
  gint64 full_at;     /* when it was last full, or the counting began; µs, also before 0 */
  gint64 above_since; /* since when it is above charge-to-soc to become full, µs; 0: it is not */
  gint64 balanced_at; /* when a balance last began */
  gboolean balanced;  /* one has, ever */
  gboolean stopped;   /* by charge-to-soc */
  gboolean floating;  /* absorption is over */
  gboolean balancing; /* at balance-voltage */
  gint64 held_since;  /* since when the charge voltage has been held, µs; 0: it is not */
} VbProgramme;

/** A programme at its beginning. */
void vb_programme_init (VbProgramme *programme, gint64 now);

/** Begins anew, but for what outlasts a restart. */
void vb_programme_restart (VbProgramme *programme);

/** Passes over a silence of @silence µs, in which nobody knows whether the charge voltage was
    held. */
void vb_programme_pass_over (VbProgramme *programme, gint64 silence);

/** A silence so long that what has to last begins anew. */
void vb_programme_interrupt (VbProgramme *programme);

void vb_programme_recall (VbProgramme *programme, const VbProgrammeMemory *memory, gint64 now);
VbProgrammeMemory vb_programme_memory (const VbProgramme *programme, gint64 now);

/** Whether @config makes use of what outlasts a restart. */
gboolean vb_programme_needs_memory (const VbRulesConfig *config);

/**
 * Goes on with a record at @now.
 *
 * @month: 1 to 12; 0: not known, and no month counts
 * @charge_voltage: the limit in force, V, as it is without float; NAN: none
 */
void vb_programme_go_on (VbProgramme *programme,
                         const VbRulesConfig *config,
                         const VbInputs *inputs,
                         guint month,
                         double charge_voltage,
                         gint64 now);

/** Up to which Soc is charged in @month, %; NAN: no rule says so. */
double vb_programme_target (const VbRulesConfig *config, guint month);

/** The charge voltage by the programme, V; NAN: none. @by: the rule that says so */
double vb_programme_voltage (const VbProgramme *programme, const VbRulesConfig *config, VbRule *by);

G_END_DECLS
