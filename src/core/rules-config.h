#pragma once

#include "curve.h"

G_BEGIN_DECLS

/** What rules are like by default; times in s. The key table of the configuration shows the
    same. */
#define VB_RECOVER_ABOVE 10
#define VB_RECOVER_HOLD 30

#define VB_ABSORPTION_TIME 1800
#define VB_REBULK_SOC 90
#define VB_BALANCE_FROM_SOC 95
#define VB_BALANCE_TIME 3600
#define VB_BALANCE_EVERY 7

/** Of a rise in one second, where recover-ramp is not set: this share of the maximum. */
#define VB_RECOVER_SHARE 0.02

/** The three limits that rules are about. */
typedef enum
{
  VB_LIMIT_CHARGE_VOLTAGE,
  VB_LIMIT_CHARGE_CURRENT,
  VB_LIMIT_DISCHARGE_CURRENT,
  VB_N_LIMITS
} VbLimit;

/** The curves that there are: which limit by what. */
typedef enum
{
  VB_CHARGE_BY_CELL_VOLTAGE,
  VB_DISCHARGE_BY_CELL_VOLTAGE,
  VB_CHARGE_BY_TEMPERATURE,
  VB_DISCHARGE_BY_TEMPERATURE,
  VB_CHARGE_BY_SOC,
  VB_DISCHARGE_BY_SOC,
  VB_N_CURVES
} VbCurveId;

/** VbRulesConfig: what the configuration says of limits by rules ([limits]). It owns nothing. A
    number that is not set is NAN, a curve that is not set has no point. */
typedef struct
{
  double maximum[VB_N_LIMITS]; /* V, A, A: 100 % of the curves */
  VbCurve curves[VB_N_CURVES];
  VbCurveKind curve;
  double recover_above;         /* % */
  gint64 recover_hold;          /* µs */
  double recover_ramp;          /* A/s */
  double min_discharge_current; /* A */
  double cell_max_voltage;      /* V */

  double float_voltage;   /* V */
  gint64 absorption_time; /* µs */
  double rebulk_soc;      /* % */

  double balance_voltage;  /* V */
  double balance_from_soc; /* % */
  gint64 balance_time;     /* µs */
  double balance_every;    /* days */

  double charge_to_soc;           /* % */
  VbCurve charge_to_soc_by_month; /* from which month on, 1 to 12, up to which Soc */
  double full_every;              /* days */
} VbRulesConfig;

/** Rules of which nothing is set. */
void vb_rules_config_init (VbRulesConfig *config);

/** The limit that the curve @id is about. */
VbLimit vb_rules_config_limit_of (VbCurveId id);

/** The highest that rules supply of @limit, whatever they lower it to; NAN: they supply none. */
double vb_rules_config_most (const VbRulesConfig *config, VbLimit limit);

/** Whether there is a curve about @limit. */
gboolean vb_rules_config_has_curve (const VbRulesConfig *config, VbLimit limit);

/** Whether anything is said about @limit. */
gboolean vb_rules_config_governs (const VbRulesConfig *config, VbLimit limit);

/** Whether anything is said at all. */
gboolean vb_rules_config_is_on (const VbRulesConfig *config);

G_END_DECLS
