#include "keys.h"

#include <math.h>
#include <string.h>

#include "base/listen-address.h"
#include "base/spelling.h"
#include "config.h"
#include "error.h"
#include "points.h"

static const char *const roles[] = { "bms", "monitor", NULL };
static const char *const on_stale[] = { "stop-charging", "block", "drop", NULL };
static const char *const wrong_fields[] = { "take", "refuse", NULL };
static const char *const curve_kinds[] = { "linear", "step", NULL };
static const char *const arrangements[] = { "parallel", "series", NULL };
static const char *const when_silent[] = { "stop-charging", "leave-out", NULL };

/* clang-format off */
#define PORT G_STRINGIFY (VB_LISTEN_ADDRESS_PORT)
#define FIRST G_STRINGIFY (VB_INSTANCE_FIRST)
#define LONGEST G_STRINGIFY (VB_CUSTOM_NAME_MAX)
#define HTTP VB_KEY_GROUP_HTTP
#define BUS VB_KEY_GROUP_BUS
#define BATTERY VB_KEY_GROUP_BATTERY
#define LIMITS VB_KEY_GROUP_LIMITS
#define PART VB_KEY_GROUP_PART
#define STATE VB_KEY_GROUP_STATE
#define AT(member_) offsetof (VbConfig, member_)
#define OF(member_) offsetof (VbBatteryConfig, member_)
#define IN(member_) offsetof (VbPartConfig, member_)
#define MAXIMUM(limit_) OF (live.rules.maximum[limit_])
#define CURVE(id_) OF (live.rules.curves[id_])
#define NOT_EMPTY .not_empty = TRUE
#define SECONDS(minimum_, maximum_) .minimum = minimum_, .maximum = maximum_, .unit = "s"
#define DEFAULT(number_) .by_default = G_STRINGIFY (number_)
#define VOLTS .minimum = 0.1, .maximum = 1000, .unit = "V"
#define VOLTS_FROM_0 .minimum = 0, .maximum = 1000, .unit = "V"
#define AMPERES .minimum = 0, .maximum = 3000, .unit = "A"
#define CELL_VOLTS .minimum = 0, .maximum = 5, .unit = "V"
#define CELSIUS .minimum = -50, .maximum = 150, .unit = "°C"
#define DAYS .minimum = 0.01, .maximum = 3650, .unit = "days"
#define PERCENT .minimum = 0, .maximum = 100, .unit = "%"

const VbKey vb_keys[] = {
  { HTTP, "listen", VB_KEY_LIST, AT (listen),
    .by_default = "127.0.0.1:" PORT ";[::1]:" PORT,
    .description = "Addresses to listen on, also `unix:/path`. Another address than loopback needs "
                   "`token-file` or `allow-anonymous=true`. `[::1]:" PORT "` is left out by "
                   "default where the machine has no IPv6. Not used where a supervisor hands "
                   "sockets over (LISTEN_FDS)." },
  { HTTP, "token-file", VB_KEY_TEXT, AT (token_file), NOT_EMPTY,
    .description = "File that holds the token which every request must bring. What it holds is "
                   "read again on SIGHUP." },
  { HTTP, "allow-anonymous", VB_KEY_BOOLEAN, AT (allow_anonymous), .by_default = "false",
    .description = "Whether anybody who reaches the daemon may send without a token." },
  { HTTP, "server-names", VB_KEY_LIST, AT (server_names),
    .description = "Further names of this machine that may stand in a Host header." },

  { BUS, "address", VB_KEY_TEXT, AT (bus_address), NOT_EMPTY,
    .description = "`system`, `session` or an address, as `--bus`. Not set: the session bus where "
                   "DBUS_SESSION_BUS_ADDRESS is set, else the system bus." },
  { BUS, "require-settings", VB_KEY_BOOLEAN, AT (require_settings),
    .description = "Whether a battery waits for com.victronenergy.settings before it joins the "
                   "bus. Not set: true on a Venus device (/opt/victronenergy exists)." },
  { BUS, "settings-timeout", VB_KEY_SECONDS, AT (settings_timeout), .minimum = 0, .maximum = 300,
    .unit = "s", .by_default = "10",
    .description = "How long it waits otherwise, before it takes the number asked for." },

  { BATTERY, "role", VB_KEY_WORD, OF (fixed.role), .words = roles, .by_default = "bms",
    .description = "`bms` publishes limits; `monitor` has none at all and refuses them." },
  { BATTERY, "device-instance", VB_KEY_INTEGER, OF (fixed.device_instance), .minimum = 0,
    .maximum = VB_INSTANCE_MAX,
    .description = "Number that is asked for. Not set: counting up from " FIRST " in file order. "
                   "Settings keep what was given first, and one that another battery on the bus "
                   "shows is not asked for." },
  { BATTERY, "custom-name", VB_KEY_TEXT, OF (fixed.custom_name), .by_default = "",
    .description = "Name at first, until it is changed on the GX; up to " LONGEST " characters." },
  { BATTERY, "product-id", VB_KEY_INTEGER, OF (fixed.product_id), .minimum = 0, .maximum = 65535,
    DEFAULT (VB_PRODUCT_ID),
    .description = "Product id. Ids that make Venus change limits (0xB000 to 0xB0FF, 0xA3E0 to "
                   "0xA3EF) are refused." },
  { BATTERY, "warn-after", VB_KEY_SECONDS, OF (live.freshness.warn_after), SECONDS (0.1, 300),
    DEFAULT (VB_WARN_AFTER),
    .description = "Age of the source at which the battery is *late*. A time that is not set "
                   "follows those that are: it is as by default, or as near to that as their order "
                   "allows." },
  { BATTERY, "stale-after", VB_KEY_SECONDS, OF (live.freshness.stale_after), SECONDS (0.1, 300),
    DEFAULT (VB_STALE_AFTER),
    .description = "Age at which it is *stale*: see `on-stale`." },
  { BATTERY, "drop-after", VB_KEY_SECONDS, OF (live.freshness.drop_after), SECONDS (0.1, 300),
    DEFAULT (VB_DROP_AFTER),
    .description = "Age at which it is *lost*: all limits withdrawn." },
  { BATTERY, "leave-after", VB_KEY_SECONDS, OF (live.freshness.leave_after), SECONDS (0.1, 1e6),
    DEFAULT (VB_LEAVE_AFTER),
    .description = "Age at which it is *gone*: off the bus." },
  { BATTERY, "optional-after", VB_KEY_SECONDS, OF (live.optional_after), SECONDS (0.1, 1e6),
    DEFAULT (VB_OPTIONAL_AFTER),
    .description = "Age at which a field that is not required becomes invalid by itself." },
  { BATTERY, "frozen-after", VB_KEY_SECONDS, OF (live.frozen_after), SECONDS (0, 1e6),
    .by_default = "0",
    .description = "Time without any change of Voltage, Current, Power and Soc, while current "
                   "flows, after which the source counts as dead; 0 for never." },
  { BATTERY, "on-stale", VB_KEY_WORD, OF (live.freshness.on_stale), .words = on_stale,
    .by_default = "stop-charging",
    .description = "What *stale* does to the limits: stop charging, block charging and "
                   "discharging, or withdraw them at once." },
  { BATTERY, "stale-charge-voltage", VB_KEY_REAL, OF (live.stale_charge_voltage), VOLTS,
    .description = "With `on-stale=stop-charging` or `block`: MaxChargeVoltage is lowered to this. "
                   "With DC-coupled feed-in chargers obey the voltage only." },
  { BATTERY, "wrong-fields", VB_KEY_WORD, OF (live.wrong_fields), .words = wrong_fields,
    .by_default = "take",
    .description = "What becomes of a record in which fields are wrong: the rest of it is taken, "
                   "or it is refused but for what makes the plant safer. (It was `wrong-optional`, "
                   "`drop` or `refuse`, which is still read.)" },
  { BATTERY, "dbus-writable", VB_KEY_BOOLEAN, OF (live.dbus_writable), .by_default = "false",
    .description = "Whether SetValue on a data path is taken as a record of one field." },
  { BATTERY, "battery-low-voltage", VB_KEY_REAL, OF (live.battery_low_voltage), VOLTS_FROM_0,
    .description = "BatteryLowVoltage where the source sends none." },
  { BATTERY, "max-charge-voltage", VB_KEY_REAL, OF (live.max_charge_voltage), VOLTS,
    .description = "Seat belt: highest MaxChargeVoltage that is published." },
  { BATTERY, "max-charge-current", VB_KEY_REAL, OF (live.max_charge_current), AMPERES,
    .description = "Seat belt: highest MaxChargeCurrent that is published." },
  { BATTERY, "max-discharge-current", VB_KEY_REAL, OF (live.max_discharge_current), AMPERES,
    .description = "Seat belt: highest MaxDischargeCurrent that is published." },
  { BATTERY, "min-battery-low-voltage", VB_KEY_REAL, OF (live.min_battery_low_voltage),
    VOLTS_FROM_0,
    .description = "Seat belt: lowest BatteryLowVoltage that is published." },
  { BATTERY, "history", VB_KEY_BOOLEAN, OF (fixed.history), .by_default = "false",
    .description = "Whether the daemon counts energy, charge and extremes by itself, where the "
                   "source does not send them." },
  { BATTERY, "screen-cells", VB_KEY_BOOLEAN, OF (fixed.screen_cells), .by_default = "true",
    .description = "Whether the GX shows every cell in its \"Individual Battery Info\" (Venus 3.70 "
                   "and newer), once a cell is sent." },
  { BATTERY, "parts", VB_KEY_WORD, OF (fixed.arrangement), .words = arrangements,
    .by_default = "parallel",
    .description = "How the parts of the battery are connected, where it has any: see `[part]`." },

  { PART, "capacity", VB_KEY_REAL, IN (capacity), .minimum = 0.1, .maximum = 1000000, .unit = "Ah",
    .description = "Its weight among the parts, where it sends no InstalledCapacity." },
  { PART, "when-silent", VB_KEY_WORD, IN (when_silent), .words = when_silent,
    .by_default = "stop-charging",
    .description = "What becomes of the battery once the part is *stale*: it goes down the ladder "
                   "with it, or goes on without it. In series every part counts." },
  { PART, "says", VB_KEY_LIST, IN (says),
    .description = "Fields that this part alone says, as `Voltage;Current;Soc` of a shunt. It is "
                   "heard on them and on alarms only, and takes no share in the rest. When it has "
                   "fallen silent, they are left to the other parts, where all of them send "
                   "them." },

  { LIMITS, "charge-voltage", VB_KEY_REAL, MAXIMUM (VB_LIMIT_CHARGE_VOLTAGE), VOLTS,
    .description = "Highest MaxChargeVoltage; MaxChargeVoltage itself where the source sends none." },
  { LIMITS, "charge-current", VB_KEY_REAL, MAXIMUM (VB_LIMIT_CHARGE_CURRENT), AMPERES,
    .description = "The same of MaxChargeCurrent: 100 % of the curves of charging." },
  { LIMITS, "discharge-current", VB_KEY_REAL, MAXIMUM (VB_LIMIT_DISCHARGE_CURRENT), AMPERES,
    .description = "The same of MaxDischargeCurrent: 100 % of the curves of discharging." },
  { LIMITS, "charge-by-cell-voltage", VB_KEY_POINTS, CURVE (VB_CHARGE_BY_CELL_VOLTAGE), CELL_VOLTS,
    .description = "How much of `charge-current` at which voltage of the highest cell. It ends at "
                   "0 %." },
  { LIMITS, "discharge-by-cell-voltage", VB_KEY_POINTS, CURVE (VB_DISCHARGE_BY_CELL_VOLTAGE),
    CELL_VOLTS,
    .description = "How much of `discharge-current` at which voltage of the lowest cell, which has "
                   "to be sent then." },
  { LIMITS, "charge-by-temperature", VB_KEY_POINTS, CURVE (VB_CHARGE_BY_TEMPERATURE), CELSIUS,
    .description = "How much of `charge-current` at which temperature: the worse of the coldest "
                   "and the warmest cell; that of the battery where no cell's is sent. It begins "
                   "and ends at 0 %." },
  { LIMITS, "discharge-by-temperature", VB_KEY_POINTS, CURVE (VB_DISCHARGE_BY_TEMPERATURE),
    CELSIUS,
    .description = "How much of `discharge-current` at which temperature, which has to be sent "
                   "then." },
  { LIMITS, "charge-by-soc", VB_KEY_POINTS, CURVE (VB_CHARGE_BY_SOC), PERCENT,
    .description = "How much of `charge-current` at which Soc." },
  { LIMITS, "discharge-by-soc", VB_KEY_POINTS, CURVE (VB_DISCHARGE_BY_SOC), PERCENT,
    .description = "How much of `discharge-current` at which Soc." },
  { LIMITS, "curve", VB_KEY_WORD, OF (live.rules.curve), .words = curve_kinds,
    .by_default = "linear",
    .description = "Between two points of a curve: a straight line, or the share of the lower one." },
  { LIMITS, "recover-above", VB_KEY_REAL, OF (live.rules.recover_above), .minimum = 0,
    .maximum = 99, .unit = "%", DEFAULT (VB_RECOVER_ABOVE),
    .description = "A current that a curve has made 0 stays 0 until the smallest share of its "
                   "curves has been above this for `recover-hold`." },
  { LIMITS, "recover-hold", VB_KEY_SECONDS, OF (live.rules.recover_hold), SECONDS (1, 86400),
    DEFAULT (VB_RECOVER_HOLD),
    .description = "How long it has to be, without a break." },
  { LIMITS, "recover-ramp", VB_KEY_REAL, OF (live.rules.recover_ramp), .minimum = 0.01,
    .maximum = 3000, .unit = "A/s",
    .description = "How fast a current rises; it is cut at once. Not set: 2 % of the maximum." },
  { LIMITS, "min-discharge-current", VB_KEY_REAL, OF (live.rules.min_discharge_current), AMPERES,
    .by_default = "0",
    .description = "The curves of discharging do not go below it, for plants in which 0 shuts the "
                   "inverter down. What the source sends goes below it, and so does *stale*." },
  { LIMITS, "cell-max-voltage", VB_KEY_REAL, OF (live.rules.cell_max_voltage), .minimum = 2,
    .maximum = 5, .unit = "V",
    .description = "No cell above it: MaxChargeVoltage is lowered to what the pack has when its "
                   "highest cell is there, so that chargers which obey the voltage only hold it "
                   "too. Every cell has to be known." },
  { LIMITS, "float-voltage", VB_KEY_REAL, OF (live.rules.float_voltage), VOLTS,
    .description = "MaxChargeVoltage once the charge voltage has been held (Voltage within 0.5 %, "
                   "no cell missing) for `absorption-time`, until Soc falls below "
                   "`rebulk-soc`." },
  { LIMITS, "absorption-time", VB_KEY_SECONDS, OF (live.rules.absorption_time), SECONDS (0, 86400),
    DEFAULT (VB_ABSORPTION_TIME), .description = "How long, without a break." },
  { LIMITS, "rebulk-soc", VB_KEY_REAL, OF (live.rules.rebulk_soc), PERCENT,
    DEFAULT (VB_REBULK_SOC), .description = "Below it the charge voltage is in force again." },
  { LIMITS, "balance-voltage", VB_KEY_REAL, OF (live.rules.balance_voltage), VOLTS,
    .description = "A higher voltage in the place of `charge-voltage` once Soc has reached "
                   "`balance-from-soc`, for `balance-time`." },
  { LIMITS, "balance-from-soc", VB_KEY_REAL, OF (live.rules.balance_from_soc), PERCENT,
    DEFAULT (VB_BALANCE_FROM_SOC), .description = "From which Soc on." },
  { LIMITS, "balance-time", VB_KEY_SECONDS, OF (live.rules.balance_time), SECONDS (1, 604800),
    DEFAULT (VB_BALANCE_TIME), .description = "How long." },
  { LIMITS, "balance-every", VB_KEY_REAL, OF (live.rules.balance_every), DAYS,
    DEFAULT (VB_BALANCE_EVERY),
    .description = "At most every so many days; it outlasts a restart." },
  { LIMITS, "charge-to-soc", VB_KEY_REAL, OF (live.rules.charge_to_soc), PERCENT,
    .description = "Above it MaxChargeCurrent is 0, until Soc is 2 % lower." },
  { LIMITS, "charge-to-soc-by-month", VB_KEY_POINTS, OF (live.rules.charge_to_soc_by_month),
    .minimum = 1, .maximum = 12, .unit = "month",
    .description = "In its place, by the months of the year: a month that is not named has that of "
                   "the one before." },
  { LIMITS, "full-every", VB_KEY_REAL, OF (live.rules.full_every), DAYS,
    .description = "Every so many days that is ignored until the battery was full: Soc 99.5 %, or "
                   "with `float-voltage` the end of absorption. It outlasts a restart." },

  { STATE, "dir", VB_KEY_TEXT, AT (state_dir), NOT_EMPTY,
    .description = "Directory for what is to survive a restart. Not set: STATE_DIRECTORY where the "
                   "supervisor sets it (systemd), else /data/var/lib/dbus-virtual-battery "
                   "where /data exists, else the XDG state directory. Counters "
                   "(`history=true`) are kept there, as `NAME.history`." },
};
/* clang-format on */

const guint vb_n_keys = G_N_ELEMENTS (vb_keys);

const char *
vb_key_group_name (VbKeyGroup group)
{
  static const char *const names[] = { "http", "bus", "battery", "part", "limits", "state" };

  g_return_val_if_fail (group < G_N_ELEMENTS (names), NULL);

  return names[group];
}

gboolean
vb_key_group_is_several (VbKeyGroup group)
{
  return group == VB_KEY_GROUP_BATTERY || group == VB_KEY_GROUP_PART
         || group == VB_KEY_GROUP_LIMITS;
}

const VbKey *
vb_key_find (VbKeyGroup group, const char *key)
{
  for (guint i = 0; i < vb_n_keys; i++)
    if (vb_keys[i].group == group && g_str_equal (vb_keys[i].key, key))
      return &vb_keys[i];

  return NULL;
}

const VbKey *
vb_key_suggest (VbKeyGroup group, const char *key)
{
  const VbKey *meant = NULL;
  guint nearest = 1 + (guint)strlen (key) / 4;

  for (guint i = 0; i < vb_n_keys; i++) {
    guint distance;

    if (vb_keys[i].group != group)
      continue;
    distance = vb_spelling_distance (key, vb_keys[i].key, nearest);
    if (distance <= nearest) {
      nearest = distance;
      meant = &vb_keys[i];
    }
  }

  return meant;
}

gboolean
vb_key_is_live (const VbKey *key)
{
  return key->group == VB_KEY_GROUP_LIMITS
         || (key->group == VB_KEY_GROUP_BATTERY && key->offset >= OF (live));
}

void
vb_key_append_allowed (const VbKey *key, GString *text)
{
  char low[G_ASCII_DTOSTR_BUF_SIZE], high[G_ASCII_DTOSTR_BUF_SIZE];

  switch (key->kind) {
  case VB_KEY_WORD:
    for (guint i = 0; key->words[i] != NULL; i++)
      g_string_append_printf (text, "%s%s", i > 0 ? " or " : "", key->words[i]);
    break;
  case VB_KEY_BOOLEAN:
    g_string_append (text, "true or false");
    break;
  case VB_KEY_SECONDS:
  case VB_KEY_INTEGER:
  case VB_KEY_REAL:
    g_string_append_printf (text, "%s to %s%s%s",
                            g_ascii_formatd (low, sizeof low, "%.15g", key->minimum),
                            g_ascii_formatd (high, sizeof high, "%.15g", key->maximum),
                            key->unit != NULL ? " " : "", key->unit != NULL ? key->unit : "");
    break;
  case VB_KEY_LIST:
    g_string_append (text, "texts separated by ;");
    break;
  case VB_KEY_POINTS:
    g_string_append_printf (text, "2 to %d points `%s:%%` separated by ;, ascending",
                            VB_CURVE_POINTS, key->unit);
    break;
  case VB_KEY_TEXT:
  default:
    g_string_append (text, key->not_empty ? "a text that is not empty" : "a text");
    break;
  }
}

static gboolean
refuse (const VbKey *key, GError **error)
{
  g_autoptr (GString) allowed = g_string_new (NULL);

  vb_key_append_allowed (key, allowed);
  g_set_error (error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_VALUE, "allowed is %s", allowed->str);

  return FALSE;
}

static gboolean
read_number (const VbKey *key, const char *text, double *number, GError **error)
{
  char *end;

  if (key->kind == VB_KEY_INTEGER)
    *number = (double)g_ascii_strtoll (text, &end, g_str_has_prefix (text, "0x") ? 16 : 10);
  else
    *number = g_ascii_strtod (text, &end);

  /* g_ascii_strtod() takes hexadecimal too, which nobody means by 0x10 seconds. */
  if (*text == '\0' || *end != '\0' || g_ascii_isspace (*text) || !isfinite (*number)
      || (key->kind != VB_KEY_INTEGER && strpbrk (text, "xX") != NULL) || *number < key->minimum
      || *number > key->maximum)
    return refuse (key, error);

  return TRUE;
}

static gboolean
read_seconds (const VbKey *key, const char *text, gint64 *time, GError **error)
{
  double number;

  if (!read_number (key, text, &number, error))
    return FALSE;

  *time = (gint64)round (number * G_USEC_PER_SEC);
  if (*time != 0 || number == 0)
    return TRUE;

  /* It would mean "off", or "at once", which is something else. */
  g_set_error_literal (error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_VALUE,
                       "a time is 0, or 0.000001 s at least");

  return FALSE;
}

static gboolean
read_text (const VbKey *key, const char *text, char **target, GError **error)
{
  if (key->not_empty && *text == '\0')
    return refuse (key, error);

  g_free (*target);
  *target = g_strdup (text);

  return TRUE;
}

static gboolean
read_word (const VbKey *key, const char *text, int *place, GError **error)
{
  for (int i = 0; key->words[i] != NULL; i++)
    if (g_str_equal (key->words[i], text)) {
      *place = i;
      return TRUE;
    }

  return refuse (key, error);
}

static gboolean
read_boolean (const VbKey *key, const char *text, gboolean *boolean, GError **error)
{
  *boolean = g_str_equal (text, "true");

  return *boolean || g_str_equal (text, "false") || refuse (key, error);
}

/* The texts of a list, without empty ones. */
static char **
read_list (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, ";", -1);
  g_autoptr (GPtrArray) list = g_ptr_array_new ();

  for (guint i = 0; parts[i] != NULL; i++)
    if (*g_strstrip (parts[i]) != '\0')
      g_ptr_array_add (list, g_strdup (parts[i]));
  g_ptr_array_add (list, NULL);

  return (char **)g_ptr_array_free (g_steal_pointer (&list), FALSE);
}

gboolean
vb_key_read (const VbKey *key, const char *text, gpointer target, GError **error)
{
  gpointer member = (char *)target + key->offset;
  double number = 0;

  switch (key->kind) {
  case VB_KEY_WORD:
    return read_word (key, text, member, error);
  case VB_KEY_BOOLEAN:
    return read_boolean (key, text, member, error);
  case VB_KEY_SECONDS:
    return read_seconds (key, text, member, error);
  case VB_KEY_INTEGER:
    if (!read_number (key, text, &number, error))
      return FALSE;
    *(int *)member = (int)number;
    return TRUE;
  case VB_KEY_REAL:
    return read_number (key, text, member, error);
  case VB_KEY_LIST:
    g_strfreev (*(char ***)member);
    *(char ***)member = read_list (text);
    return TRUE;
  case VB_KEY_POINTS:
    return vb_config_points_read (text, key->minimum, key->maximum, key->unit, member, error);
  case VB_KEY_TEXT:
  default:
    return read_text (key, text, member, error);
  }
}

void
vb_key_read_defaults (VbKeyGroup group, gpointer target)
{
  for (guint i = 0; i < vb_n_keys; i++)
    if (vb_keys[i].group == group && vb_keys[i].by_default != NULL)
      vb_key_read (&vb_keys[i], vb_keys[i].by_default, target, NULL);
}

static gboolean
equal_lists (char **a, char **b)
{
  static char *none[] = { NULL };

  return g_strv_equal ((const char *const *)(a != NULL ? a : none),
                       (const char *const *)(b != NULL ? b : none));
}

gboolean
vb_key_equal (const VbKey *key, gconstpointer a, gconstpointer b)
{
  gconstpointer left = (const char *)a + key->offset, right = (const char *)b + key->offset;

  switch (key->kind) {
  case VB_KEY_TEXT:
    return g_strcmp0 (*(char **)left, *(char **)right) == 0;
  case VB_KEY_LIST:
    return equal_lists (*(char ***)left, *(char ***)right);
  case VB_KEY_POINTS:
    return vb_curve_equal (left, right);
  case VB_KEY_SECONDS:
    return *(gint64 *)left == *(gint64 *)right;
  case VB_KEY_REAL:
    return *(double *)left == *(double *)right
           || (isnan (*(double *)left) && isnan (*(double *)right));
  case VB_KEY_BOOLEAN:
  case VB_KEY_INTEGER:
  case VB_KEY_WORD:
  default:
    return *(int *)left == *(int *)right;
  }
}
