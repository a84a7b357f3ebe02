#pragma once

#include "presence.h"
#include "rules.h"
#include "required.h"
#include "selection.h"
#include "source.h"

G_BEGIN_DECLS

/** VbVerdict: what became of a record that was accepted. Made once, filled for each. */
typedef struct
{
  VbState state;
  const char *part;      /* of which it was, and whose state and missing fields these are; NULL */
  VbState battery_state; /* of the battery that it is a part of */
  guint accepted;        /* fields that the record set or cleared */
  guint changed;         /* items whose value on the bus changed with it, derived ones included */
  GPtrArray *missing;    /* of const char *: flat names, required fields absent or too old */
  GPtrArray *warnings;   /* of char *: owned texts */
  GPtrArray *safer;      /* of const char *: flat names, what was taken of fields that were not */
  GString *reason;       /* why it is not live; empty where it is */
  gboolean has_rules;    /* there are limits by rules */
  VbLimited limited[VB_N_LIMITS]; /* which of them hold it down */
} VbVerdict;

VbVerdict *vb_verdict_new (void);
void vb_verdict_free (VbVerdict *verdict);

/** Fills @verdict on @record, which has just been taken: @state is the one after it, @changed how
    many items changed on the bus. */
void vb_verdict_fill (VbVerdict *verdict,
                      const VbBatteryConfig *config,
                      const VbRequired *required,
                      const VbRules *rules,
                      const VbValues *values,
                      const VbRecord *record,
                      VbState state,
                      guint changed,
                      gint64 now);

/**
 * Appends what a person should know of a battery as it is: limits that the seat belt changed, a BMS
 * without limits, and what Venus selects. Owned texts.
 */
void vb_verdict_warnings (const VbBatteryConfig *config,
                          const VbRequired *required,
                          const VbValues *values,
                          const VbSource *source,
                          const VbSystem *system,
                          const VbPresence *presence,
                          VbState state,
                          GPtrArray *texts);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbVerdict, vb_verdict_free)

G_END_DECLS
