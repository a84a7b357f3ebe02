#pragma once

#include "field.h"
#include "freshness.h"
#include "rules-config.h"

G_BEGIN_DECLS

/** The battery that is meant where none is named. */
#define VB_DEFAULT_BATTERY "virtual"

/** The longest custom name, in characters: that of the GUI. */
#define VB_CUSTOM_NAME_MAX 32

/** The device instance that is asked for first, and the highest that there is. */
#define VB_INSTANCE_FIRST 120
#define VB_INSTANCE_MAX 255

/** What a battery is like by default; times in s. The key table of the configuration shows the
    same. */
#define VB_PRODUCT_ID 0xFFFF
#define VB_WARN_AFTER 10
#define VB_STALE_AFTER 30
#define VB_DROP_AFTER 180
#define VB_LEAVE_AFTER 600
#define VB_OPTIONAL_AFTER 120

typedef enum
{
  VB_ROLE_BMS,     /* publishes the limits, selectable as controlling BMS */
  VB_ROLE_MONITOR, /* has no field of group limit at all */
} VbRole;

/** What becomes of a record in which fields are wrong. */
typedef enum
{
  VB_WRONG_FIELDS_TAKE,   /* the rest of it is taken */
  VB_WRONG_FIELDS_REFUSE, /* it is refused, but for its safer part */
} VbWrongFields;

/** How the parts of a battery are connected. */
typedef enum
{
  VB_PARTS_PARALLEL,
  VB_PARTS_SERIES,
} VbArrangement;

/** What becomes of a battery when one of its parts has fallen silent. */
typedef enum
{
  VB_WHEN_SILENT_STOP_CHARGING, /* it goes down the ladder */
  VB_WHEN_SILENT_LEAVE_OUT,     /* it goes on without that part */
} VbWhenSilent;

/** A battery has so many parts at most. */
#define VB_PARTS_MAX 16

/** VbPartConfig: what the configuration says of one part of a battery. */
typedef struct
{
  char *name;
  double capacity; /* Ah; NAN: not set */
  VbWhenSilent when_silent;
  char **says;  /* names of the fields that it alone says; NULL or empty: it has a share in all */
  guint *items; /* those fields, @n_items of them */
  guint n_items;
} VbPartConfig;

/** Makes the configuration of a part with the defaults. Free with vb_part_config_free(). */
VbPartConfig *vb_part_config_new (const char *name);
void vb_part_config_free (VbPartConfig *part);

/** The word for @role: `bms`, `monitor`. */
const char *vb_role_name (VbRole role);

/** What of a battery's configuration can change only by leaving the bus. */
typedef struct
{
  char *name; /* NAME of the routes; VB_DEFAULT_BATTERY for the default battery */
  VbRole role;
  int device_instance; /* the preferred one */
  char *custom_name;
  int product_id;
  gboolean history;      /* the daemon counts */
  gboolean screen_cells; /* the cells are shown on the GX screen */
  VbArrangement arrangement;
  GPtrArray *parts; /* of VbPartConfig, in the order of the file; NULL: it is one source's */
  guint waived; /* of a part: bit n is set where another one meets requirement n, see required */
  const guint *asked; /* of a part that says nothing of what a battery needs: @n_asked items, which
                         are required of it all the same; it is not owned */
  guint n_asked;
} VbBatteryFixed;

/** What can change while the battery is on the bus. It owns nothing: a reload is an assignment.
    Times in µs; a limit that is not set is NAN. */
typedef struct
{
  VbFreshness freshness;
  gint64 optional_after;
  gint64 frozen_after; /* 0: off */
  double stale_charge_voltage;
  VbWrongFields wrong_fields;
  gboolean dbus_writable;
  double battery_low_voltage;
  double max_charge_voltage;
  double max_charge_current;
  double max_discharge_current;
  double min_battery_low_voltage;
  VbRulesConfig rules;
} VbBatteryLive;

/** VbBatteryConfig: what the configuration says of one battery. */
typedef struct
{
  VbBatteryFixed fixed;
  VbBatteryLive live;
} VbBatteryConfig;

/** Whether a battery of this configuration has the items of @field at all: a monitor has no limits,
    and who counts nothing has nothing to clear. */
gboolean vb_battery_config_has_field (const VbBatteryConfig *config, const VbField *field);

/** A configuration with the defaults for the battery @name; the caller owns @config. */
void vb_battery_config_init (VbBatteryConfig *config, const char *name);

/** Makes @config (uninitialised) a copy of @source. */
void vb_battery_config_copy (VbBatteryConfig *config, const VbBatteryConfig *source);

/** Frees what @config owns. */
void vb_battery_config_clear (VbBatteryConfig *config);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (VbBatteryConfig, vb_battery_config_clear)

G_END_DECLS
