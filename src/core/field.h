#pragma once

#include "value.h"

G_BEGIN_DECLS

/** VbKind: what a field holds for life. */
typedef enum
{
  VB_KIND_REAL,
  VB_KIND_INTEGER,
  VB_KIND_BOOLEAN, /* integer 0 or 1; true and false are taken too */
  VB_KIND_TEXT,
} VbKind;

/** VbGroup: what time does to a field. */
typedef enum
{
  VB_GROUP_LIVE,
  VB_GROUP_LIMIT,
  VB_GROUP_ALARM,
  VB_GROUP_STATIC,
  VB_GROUP_IDENTITY, /* the daemon's own: not settable by a record */
} VbGroup;

typedef enum
{
  VB_FIELD_REQUIRED = 1 << 0,     /* the source's age is the age of the oldest of these */
  VB_FIELD_OR_TEXT = 1 << 1,      /* a number, or a text that is published as it is */
  VB_FIELD_NOT_POSITIVE = 1 << 2, /* published ≤ 0 whatever sign came in */
  VB_FIELD_HEX = 1 << 3,          /* text is 0x and upper-case hexadecimal */
  VB_FIELD_WRITABLE = 1 << 4,     /* SetValue is taken whatever dbus-writable says */
  VB_FIELD_COUNTED = 1 << 5,      /* counted where history=true and the source is silent about it */
  VB_FIELD_ALARM = 1 << 6,        /* 0 ok, 1 warning, 2 alarm: a higher one is the safer one */
  VB_FIELD_LIVE_ONLY = 1 << 7,    /* kept as its group says, but invalid on the bus from stale on */
  VB_FIELD_FROM_VALUE = 1 << 8,   /* its object begins with its first value */
  VB_FIELD_NOT_ZERO = 1 << 9,     /* 0 is no value */
} VbFieldFlags;

/** VbMerge: how the values of the parts of a battery become one. */
typedef enum
{
  VB_MERGE_NONE,     /* not at all; of a second rule: the same in series */
  VB_MERGE_SUM,      /* of all parts that count */
  VB_MERGE_SUM_SENT, /* of those that send it */
  VB_MERGE_WEIGHTED, /* by capacity */
  VB_MERGE_MEAN,
  VB_MERGE_MIN,
  VB_MERGE_MAX,
  VB_MERGE_WORST,      /* the highest, also of parts that do not count and were not declared off */
  VB_MERGE_ANY,        /* 1 where one is */
  VB_MERGE_ALL,        /* 1 where all are */
  VB_MERGE_FIRST,      /* of the first part, in the order of the file, that has one */
  VB_MERGE_SHARE,      /* of a current, by capacity */
  VB_MERGE_CELLS,      /* numbered through in the order of the file */
  VB_MERGE_SENSORS,    /* the same, of temperature sensors */
  VB_MERGE_MODULES,    /* the same, of modules */
  VB_MERGE_ID,         /* of the part with the extreme, with the part's name before it */
  VB_MERGE_DIFFERENCE, /* of the merged extremes */
  VB_MERGE_COUNT,      /* the sum; a part that sends none counts as one */
  VB_MERGE_ONE,        /* the highest; a part that sends none counts as one */
  VB_MERGE_ONLINE,     /* the sum over the parts that count, each one where it sends none */
  VB_MERGE_OFFLINE,    /* the same with what is offline in them, and one for each other part */
  VB_N_MERGES
} VbMerge;

/**
 * VbKnown:
 *
 * The fields that code has to know by name, as opposed to those that it only carries. A row says
 * which one it is; vb_item_known() leads back to it.
 */
typedef enum
{
  VB_KNOWN_NONE,
  VB_KNOWN_VOLTAGE,
  VB_KNOWN_CURRENT,
  VB_KNOWN_POWER,
  VB_KNOWN_SOC,
  VB_KNOWN_TEMPERATURE,
  VB_KNOWN_TIME_TO_GO,
  VB_KNOWN_CAPACITY,
  VB_KNOWN_INSTALLED_CAPACITY,
  VB_KNOWN_CONSUMED_AMPHOURS,
  VB_KNOWN_MAX_CHARGE_VOLTAGE,
  VB_KNOWN_MAX_CHARGE_CURRENT,
  VB_KNOWN_MAX_DISCHARGE_CURRENT,
  VB_KNOWN_BATTERY_LOW_VOLTAGE,
  VB_KNOWN_CHARGE_REQUEST,
  VB_KNOWN_BMS_CABLE,
  VB_KNOWN_CONNECTION_INFORMATION,
  VB_KNOWN_CELL_VOLTAGE, /* family */
  VB_KNOWN_CELL_COUNT,
  VB_KNOWN_MIN_CELL_VOLTAGE,
  VB_KNOWN_MAX_CELL_VOLTAGE,
  VB_KNOWN_MIN_CELL_VOLTAGE_ID,
  VB_KNOWN_MAX_CELL_VOLTAGE_ID,
  VB_KNOWN_CELL_VOLTAGE_SUM,
  VB_KNOWN_CELL_VOLTAGE_DIFF,
  VB_KNOWN_CELL_TEMPERATURE,      /* family */
  VB_KNOWN_CELL_TEMPERATURE_NAME, /* family */
  VB_KNOWN_MIN_CELL_TEMPERATURE,
  VB_KNOWN_MAX_CELL_TEMPERATURE,
  VB_KNOWN_MIN_CELL_TEMPERATURE_ID,
  VB_KNOWN_MAX_CELL_TEMPERATURE_ID,
  VB_KNOWN_NR_OF_BATTERIES,
  VB_KNOWN_BATTERIES_PARALLEL,
  VB_KNOWN_BATTERIES_SERIES,
  VB_KNOWN_BALANCE, /* family */
  VB_KNOWN_BALANCING,
  VB_KNOWN_MODULES_ONLINE,
  VB_KNOWN_MODULES_OFFLINE,
  VB_KNOWN_ALARM,
  VB_KNOWN_ALLOW_TO_CHARGE,
  VB_KNOWN_ALLOW_TO_DISCHARGE,
  VB_KNOWN_CHARGED_ENERGY,
  VB_KNOWN_DISCHARGED_ENERGY,
  VB_KNOWN_CONNECTED,
  VB_KNOWN_DEVICE_INSTANCE,
  VB_KNOWN_CUSTOM_NAME,
  VB_KNOWN_PRODUCT_ID,
  VB_KNOWN_PRODUCT_NAME,
  VB_KNOWN_PROCESS_NAME,
  VB_KNOWN_PROCESS_VERSION,
  VB_KNOWN_CONNECTION,
  VB_KNOWN_INSECURE_CONNECTION,
  VB_KNOWN_FIRMWARE_VERSION,
  VB_KNOWN_SERIAL,
  VB_KNOWN_CLEAR_HISTORY,
  VB_KNOWN_CAN_BE_CLEARED,
  VB_N_KNOWN
} VbKnown;

/** So many modules the GUI shows. */
#define VB_MODULES_MAX 10

/**
 * VbField:
 *
 * One row of the field table. A family (`/Voltages/Cell1…`) is one row with a count: its name, path
 * and aliases then hold one %u for the member's number.
 */
typedef struct
{
  const char *name;    /* flat name, as `Soc` */
  const char *path;    /* D-Bus path, as `/Soc` */
  const char *aliases; /* further flat names, separated by blanks, or NULL */
  VbKind kind;
  VbGroup group;
  VbFieldFlags flags;
  VbMerge merge;        /* of parts in parallel */
  VbMerge merge_series; /* of parts in series; VB_MERGE_NONE: the same */
  VbKnown known;
  const char *unit;   /* as a person writes it: V, A, %, °C; NULL for none */
  const char *suffix; /* what the text on the bus ends in, where it is not the unit */
  int decimals;       /* of a real; -1 means whole tens */
  double minimum;     /* lowest allowed number */
  double maximum;     /* highest allowed number; minimum = maximum = 0: any finite number */
  double slack;       /* how far beyond its range a number is brought back to it, with a warning */
  const char *values; /* an enumeration, as `0 ok, 1 warning` or `0-8 initializing`; or NULL */
  guint first;        /* number of the family's first member */
  guint step;         /* from one member's number to the next; 0 for a single field */
  guint count;        /* members of the family; 0 for a single field */
  const char *description;
} VbField;

#define VB_FIELD_ERROR vb_field_error_quark ()
GQuark vb_field_error_quark (void);

/** VbFieldError: why a value is refused; the codes that a refusal names. */
typedef enum
{
  VB_FIELD_ERROR_UNKNOWN,
  VB_FIELD_ERROR_TYPE,
  VB_FIELD_ERROR_RANGE,
  VB_FIELD_ERROR_ENUM,
  VB_FIELD_ERROR_LENGTH,
  VB_FIELD_ERROR_DUPLICATE,
  VB_FIELD_ERROR_MISSING,
  VB_FIELD_ERROR_IMPLAUSIBLE,
  VB_FIELD_ERROR_REPLAYED,
  VB_FIELD_ERROR_EMPTY,
  VB_FIELD_ERROR_PARTS, /* of a record for all of a battery with parts */
  VB_N_FIELD_ERRORS
} VbFieldError;

/** The word for @code that a refusal carries: `unknown`, `type`, … */
const char *vb_field_error_name (VbFieldError code);

/** The word for @kind: `real`, `integer`, `boolean`, `text`. */
const char *vb_kind_name (VbKind kind);

/** The word for @group: `live`, `limit`, `alarm`, `static`, `identity`. */
const char *vb_group_name (VbGroup group);

G_END_DECLS
