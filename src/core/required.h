#pragma once

#include "values.h"

G_BEGIN_DECLS

/** One requirement: met by either field where there are two. */
typedef struct
{
  VbKnown field;
  VbKnown or_field; /* VB_KNOWN_NONE: no alternative */
  gboolean bms_only;
} VbRequirement;

/**
 * VbRequired:
 *
 * What must come from the source. The age of the source is that of its oldest required field, so
 * that a flow which goes on sending Soc after its BMS has died does not keep old limits alive. A
 * source is frozen when nothing that it measures has changed although current flows.
 */
typedef struct
{
  gint64
      last_change; /* when one of Voltage, Current, Power, Soc last changed by a single bit, µs */
} VbRequired;

/** The requirements of @role: @n of them, from the first on. */
const VbRequirement *vb_required_list (VbRole role, guint *n);

/** When @requirement was last met; 0: never. */
gint64 vb_required_time (const VbValues *values, const VbRequirement *requirement);

/** The requirement that has not been met for the longest time; never NULL. */
const VbRequirement *vb_required_oldest (VbRole role, const VbValues *values);

/** Whether a battery that publishes limits has never been sent one. */
gboolean vb_required_lacks_limits (VbRole role, const VbValues *values);

/** The age of the source (µs), or VB_AGE_NEVER where a required field never came. */
gint64 vb_required_age (const VbRequired *required,
                        const VbBatteryConfig *config,
                        const VbValues *values,
                        gint64 now);

/** When that age reaches @deadline, by the values or by the source being frozen. */
gint64 vb_required_due (const VbRequired *required,
                        const VbBatteryConfig *config,
                        const VbValues *values,
                        gint64 deadline,
                        gint64 now);

/** Appends the flat names of the required fields that are absent or older than warn-after. */
void vb_required_missing (const VbBatteryConfig *config,
                          const VbValues *values,
                          gint64 now,
                          GPtrArray *names);

/** Appends those that @record calls null however young their values are, each once. */
void vb_required_nulled (VbRole role, const VbRecord *record, GPtrArray *names);

G_END_DECLS
