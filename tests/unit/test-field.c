#include "core/field-markdown.h"
#include "core/field-synonyms.h"
#include "core/field-table.h"
#include "core/item.h"

#include <math.h>
#include <string.h>

/* What the bus knows, as far as it is not marked "leave out". */
static const char *const contract_paths[] = {
  "/Dc/0/Voltage",
  "/Dc/0/Current",
  "/Dc/0/Power",
  "/Dc/0/Temperature",
  "/Dc/0/MidVoltage",
  "/Dc/0/MidVoltageDeviation",
  "/Dc/1/Voltage",
  "/Soc",
  "/Soh",
  "/TimeToGo",
  "/Capacity",
  "/InstalledCapacity",
  "/ConsumedAmphours",
  "/AirTemperature",
  "/BusVoltage",
  "/CurrentAvg",
  "/Info/MaxChargeVoltage",
  "/Info/MaxChargeCurrent",
  "/Info/MaxDischargeCurrent",
  "/Info/BatteryLowVoltage",
  "/Info/ChargeRequest",
  "/Info/FullChargeRequest",
  "/Info/ChargeMode",
  "/Capabilities/ChargeVoltageControl",
  "/Settings/DischargeFloor",
  "/State",
  "/ErrorCode",
  "/ConnectionInformation",
  "/Relay/0/State",
  "/SystemSwitch",
  "/Settings/HasTemperature",
  "/Settings/HasStarterVoltage",
  "/Settings/HasMidVoltage",
  "/System/NrOfBatteries",
  "/System/BatteriesParallel",
  "/System/BatteriesSeries",
  "/System/NrOfCellsPerBattery",
  "/System/MinCellVoltage",
  "/System/MaxCellVoltage",
  "/System/MinVoltageCellId",
  "/System/MaxVoltageCellId",
  "/System/MinCellTemperature",
  "/System/MaxCellTemperature",
  "/System/MinTemperatureCellId",
  "/System/MaxTemperatureCellId",
  "/System/NrOfModulesOnline",
  "/System/NrOfModulesOffline",
  "/System/NrOfModulesBlockingCharge",
  "/System/NrOfModulesBlockingDischarge",
  "/Balancing",
  "/Balancer/Status",
  "/Io/AllowToCharge",
  "/Io/AllowToDischarge",
  "/Io/ExternalRelay",
  "/Io/ProgrammableContact",
  "/Io/AllowToBalance",
  "/System/MOSTemperature",
  "/Voltages/Cell1",
  "/Balances/Cell1",
  "/Alarms/LowVoltage",
  "/Alarms/HighVoltage",
  "/Alarms/HighCellVoltage",
  "/Alarms/HighCurrent",
  "/Alarms/HighChargeCurrent",
  "/Alarms/HighDischargeCurrent",
  "/Alarms/HighChargeTemperature",
  "/Alarms/LowChargeTemperature",
  "/Alarms/LowSoc",
  "/Alarms/StateOfHealth",
  "/Alarms/LowStarterVoltage",
  "/Alarms/HighStarterVoltage",
  "/Alarms/LowTemperature",
  "/Alarms/HighTemperature",
  "/Alarms/MidVoltage",
  "/Alarms/LowFusedVoltage",
  "/Alarms/HighFusedVoltage",
  "/Alarms/FuseBlown",
  "/Alarms/HighInternalTemperature",
  "/Alarms/InternalFailure",
  "/Alarms/BatteryTemperatureSensor",
  "/Alarms/CellImbalance",
  "/Alarms/LowCellVoltage",
  "/Alarms/Contactor",
  "/Alarms/BmsCable",
  "/Alarms/FirmwareUpdateFailure",
  "/Alarms/ParallelBmsLost",
  "/Alarms/Alarm",
  "/History/DeepestDischarge",
  "/History/LastDischarge",
  "/History/AverageDischarge",
  "/History/ChargeCycles",
  "/History/FullDischarges",
  "/History/TotalAhDrawn",
  "/History/MinimumVoltage",
  "/History/MaximumVoltage",
  "/History/MinimumCellVoltage",
  "/History/MaximumCellVoltage",
  "/History/MinimumTemperature",
  "/History/MaximumTemperature",
  "/History/TimeSinceLastFullCharge",
  "/History/AutomaticSyncs",
  "/History/LowVoltageAlarms",
  "/History/HighVoltageAlarms",
  "/History/LowStarterVoltageAlarms",
  "/History/HighStarterVoltageAlarms",
  "/History/MinimumStarterVoltage",
  "/History/MaximumStarterVoltage",
  "/History/LowFusedVoltageAlarms",
  "/History/HighFusedVoltageAlarms",
  "/History/MinimumFusedVoltage",
  "/History/MaximumFusedVoltage",
  "/History/DischargedEnergy",
  "/History/ChargedEnergy",
  "/Diagnostics/ShutDownsDueError",
  "/Diagnostics/LastErrors/1/Error",
  "/Diagnostics/LastErrors/1/Time",
  "/Dc/1/Current",
  "/Dc/1/Power",
  "/Info/ChargeLimitation",
  "/Info/DischargeLimitation",
  "/Io/AllowToHeat",
  "/Alarms/ChargeBlocked",
  "/Alarms/DischargeBlocked",
  "/Diagnostics/Module0/Id",
  "/Diagnostics/Module9/Alarms/LowVoltage",
  "/Diagnostics/LastErrors/4/Error",
  "/Diagnostics/LastErrors/4/Time",
};

/* What dbus-mqtt-battery publishers send. */
static const char *const mqtt_keys[] = {
  "Dc/Power",
  "Dc/Voltage",
  "Dc/Current",
  "Dc/Temperature",
  "Dc/MidVoltage",
  "Dc/MidVoltageDeviation",
  "InstalledCapacity",
  "ConsumedAmphours",
  "Capacity",
  "Soc",
  "SocBms",
  "Soh",
  "TimeToGo",
  "Balancing",
  "SystemSwitch",
  "State",
  "Heating",
  "CurrentAvg",
  "ConnectionInformation",
  "Alarms/LowVoltage",
  "Alarms/HighVoltage",
  "Alarms/LowSoc",
  "Alarms/HighChargeCurrent",
  "Alarms/HighDischargeCurrent",
  "Alarms/HighCurrent",
  "Alarms/CellImbalance",
  "Alarms/HighChargeTemperature",
  "Alarms/LowChargeTemperature",
  "Alarms/LowCellVoltage",
  "Alarms/LowTemperature",
  "Alarms/HighTemperature",
  "Alarms/FuseBlown",
  "Alarms/BmsCable",
  "Alarms/HighCellVoltage",
  "Alarms/HighInternalTemperature",
  "Alarms/InternalFailure",
  "Alarms/StateOfHealth",
  "Info/ChargeRequest",
  "Info/MaxChargeVoltage",
  "Info/MaxChargeCurrent",
  "Info/MaxDischargeCurrent",
  "Info/MaxChargeCellVoltage",
  "Info/HeatingCurrent",
  "Info/HeatingPower",
  "Info/HeatingTemperatureStart",
  "Info/HeatingTemperatureStop",
  "Info/BatteryLowVoltage",
  "Info/ChargeMode",
  "Info/ChargeLimitation",
  "Info/DischargeLimitation",
  "History/ChargeCycles",
  "History/MinimumVoltage",
  "History/MaximumVoltage",
  "History/TotalAhDrawn",
  "History/AverageDischarge",
  "History/ChargedEnergy",
  "History/DeepestDischarge",
  "History/DischargedEnergy",
  "History/FullDischarges",
  "History/HighVoltageAlarms",
  "History/LastDischarge",
  "History/LowVoltageAlarms",
  "History/MaximumCellVoltage",
  "History/MaximumTemperature",
  "History/MinimumCellVoltage",
  "History/MinimumTemperature",
  "History/TimeSinceLastFullCharge",
  "System/MinVoltageCellId",
  "System/MinCellVoltage",
  "System/MaxVoltageCellId",
  "System/MaxCellVoltage",
  "System/MinTemperatureCellId",
  "System/MinCellTemperature",
  "System/MaxTemperatureCellId",
  "System/MaxCellTemperature",
  "System/MOSTemperature",
  "System/NrOfCellsPerBattery",
  "System/NrOfModulesOnline",
  "System/NrOfModulesOffline",
  "System/NrOfModulesBlockingCharge",
  "System/NrOfModulesBlockingDischarge",
  "System/Temperature1",
  "System/Temperature2",
  "System/Temperature3",
  "System/Temperature4",
  "System/Temperature1Name",
  "System/Temperature2Name",
  "System/Temperature3Name",
  "System/Temperature4Name",
  "Voltages/Sum",
  "Voltages/Diff",
  "Io/AllowToCharge",
  "Io/AllowToDischarge",
  "Io/AllowToBalance",
  "Io/AllowToHeat",
  "Io/ExternalRelay",
  "Io/ForceChargingOff",
  "Io/ForceDischargingOff",
  "Io/TurnBalancingOff",
  "Settings/HasTemperature",
};

/* … and their numbered ones. */
static const struct
{
  const char *prefix;
  guint first;
  guint step;
  guint last;
} mqtt_families[] = {
  { "Voltages/Cell", 1, 1, 24 },
  { "Balances/Cell", 1, 1, 24 },
  { "TimeToSoC/", 0, 5, 100 },
};

/* The alarms that the GUI does not show, neither of the battery nor of a module. */
static const char *const hidden_alarms[] = {
  "/Alarms/Alarm",           "/Alarms/LowFusedVoltage",  "/Alarms/HighFusedVoltage",
  "/Alarms/ChargeBlocked",   "/Alarms/DischargeBlocked", "/Alarms/FirmwareUpdateFailure",
  "/Alarms/ParallelBmsLost",
};

/* What Victron-VirtualBattery flows send. */
static const char *const seed_names[] = {
  "Soc",
  "Current",
  "Voltage",
  "Power",
  "MinCellTemperature",
  "MaxCellTemperature",
  "MaxChargeCurrent",
  "MaxDischargeCurrent",
  "MaxChargeVoltage",
  "MaxCellVoltage",
  "MinCellVoltage",
  "ModulesBlockingCharge",
  "InternalFailure",
};

static guint
find (const char *spelling)
{
  guint item;

  if (!vb_item_find (spelling, &item))
    g_error ("%s is not found", spelling);

  return item;
}

static void
assert_all_found (const char *const *spellings, guint n)
{
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (vb_item (find (spellings[i]))->field->group, !=, VB_GROUP_IDENTITY);
}

static void
test_complete (void)
{
  assert_all_found (contract_paths, G_N_ELEMENTS (contract_paths));
  assert_all_found (mqtt_keys, G_N_ELEMENTS (mqtt_keys));
  assert_all_found (seed_names, G_N_ELEMENTS (seed_names));
}

static void
test_mqtt_families (void)
{
  guint n = G_N_ELEMENTS (mqtt_keys);

  for (guint i = 0; i < G_N_ELEMENTS (mqtt_families); i++)
    for (guint j = mqtt_families[i].first; j <= mqtt_families[i].last; j += mqtt_families[i].step) {
      g_autofree char *key = g_strdup_printf ("%s%u", mqtt_families[i].prefix, j);

      g_assert_cmpuint (vb_item (find (key))->member, ==, j);
      n++;
    }

  g_assert_cmpuint (n, ==, 169);
}

static void
test_module_alarms (void)
{
  guint shown = 0, item;

  for (guint i = 0; i < G_N_ELEMENTS (contract_paths); i++) {
    gboolean hidden = FALSE;

    if (!g_str_has_prefix (contract_paths[i], "/Alarms/"))
      continue;
    for (guint j = 0; j < G_N_ELEMENTS (hidden_alarms); j++)
      hidden |= g_str_equal (contract_paths[i], hidden_alarms[j]);
    for (guint j = 0; j < 10; j++) {
      g_autofree char *path = g_strdup_printf ("/Diagnostics/Module%u%s", j, contract_paths[i]);

      g_assert_cmpint (vb_item_find (path, &item), ==, !hidden);
    }
    shown += !hidden;
  }

  g_assert_cmpuint (shown, ==, 23);
}

static void
test_rows (void)
{
  guint known[VB_N_KNOWN] = { 0 };

  for (guint i = 0; i < vb_n_fields; i++) {
    const VbField *field = &vb_fields[i];
    const gboolean family = strstr (field->path, "%u") != NULL;

    g_test_message ("%s", field->name);
    g_assert_true (*field->name != '\0' && *field->path == '/' && *field->description != '\0');
    g_assert_cmpfloat (field->minimum, <=, field->maximum);
    g_assert_cmpfloat (field->slack, >=, 0);
    /* An alarm is what says so, in the group of alarms or of a module. */
    if (field->flags & VB_FIELD_ALARM)
      g_assert_cmpint (field->group, ==, VB_GROUP_ALARM);
    g_assert_cmpint ((field->flags & VB_FIELD_ALARM) != 0, ==,
                     strstr (field->path, "/Alarms/") != NULL);
    /* What becomes an integer has limits that fit one on the bus. */
    if (field->kind == VB_KIND_INTEGER && field->values == NULL)
      g_assert_true (field->maximum > field->minimum && field->maximum <= G_MAXINT32);
    g_assert_cmpint (field->kind == VB_KIND_BOOLEAN, <=, field->values != NULL);
    g_assert_cmpint (field->count > 0, ==, family);
    g_assert_cmpint (strstr (field->name, "%u") != NULL, ==, family);
    g_assert_cmpint (field->decimals, >=, -1);
    g_assert_cmpint (field->decimals, <=, 3);
    known[field->known]++;
  }

  for (guint i = VB_KNOWN_NONE + 1; i < VB_N_KNOWN; i++) {
    g_assert_cmpuint (known[i], ==, 1);
    g_assert_cmpint (vb_item (vb_item_known (i))->field->known, ==, i);
  }
}

/* The name of a row is the last element of its path where no other row has it. */
static void
test_names (void)
{
  g_autoptr (GHashTable) last = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) paths = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < vb_item_count (); i++) {
    const char *element = strrchr (vb_item (i)->path, '/') + 1;

    g_assert_true (g_variant_is_object_path (vb_item (i)->path));
    g_assert_true (g_hash_table_add (names, (gpointer)vb_item (i)->name));
    g_assert_true (g_hash_table_add (paths, (gpointer)vb_item (i)->path));
    g_hash_table_insert (
        last, (gpointer)element,
        GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (last, element)) + 1));
  }

  for (guint i = 0; i < vb_item_count (); i++) {
    const VbItem *item = vb_item (i);
    const char *element = strrchr (item->path, '/') + 1;

    /* `/TimeToSoC/5` would be called 5. */
    if (GPOINTER_TO_UINT (g_hash_table_lookup (last, element)) == 1 && !g_ascii_isdigit (*element))
      g_assert_cmpstr (item->name, ==, element);

    /* A path is a leaf or a group, never both. */
    for (const char *slash = strchr (item->path + 1, '/'); slash != NULL;
         slash = strchr (slash + 1, '/')) {
      g_autofree char *prefix = g_strndup (item->path, (gsize)(slash - item->path));

      g_assert_false (g_hash_table_contains (paths, prefix));
    }
  }
}

/* No spelling leads anywhere else: names, paths and aliases never clash, identity included. */
static void
test_unambiguous (void)
{
  for (guint i = 0; i < vb_item_count (); i++) {
    const VbItem *item = vb_item (i);
    g_auto (GStrv) aliases
        = g_strsplit (item->field->aliases != NULL ? item->field->aliases : "", " ", -1);

    g_assert_cmpuint (find (item->name), ==, i);
    g_assert_cmpuint (find (item->path), ==, i);
    g_assert_cmpuint (find (item->path + 1), ==, i);
    for (guint j = 0; aliases[j] != NULL; j++) {
      g_auto (GStrv) parts = g_strsplit (aliases[j], "%u", 2);
      g_autofree char *alias = NULL;

      if (parts[1] == NULL)
        alias = g_strdup (aliases[j]);
      else
        alias = g_strdup_printf ("%s%u%s", parts[0], item->member, parts[1]);
      g_assert_cmpuint (find (alias), ==, i);
    }
  }
}

static void
test_spellings (void)
{
  guint item;

  g_assert_cmpuint (find ("Voltage"), ==, find ("/Dc/0/Voltage"));
  g_assert_cmpuint (find ("Voltage"), ==, find ("Dc/0/Voltage"));
  g_assert_cmpuint (find ("Voltage"), ==, find ("Dc/Voltage"));
  g_assert_cmpuint (find ("Voltage"), ==, find ("/Dc/Voltage"));
  g_assert_cmpuint (find ("Cell7"), ==, find ("Voltages/Cell7"));
  g_assert_cmpuint (find ("Cell7"), ==, find ("CellVoltage7"));
  g_assert_cmpuint (find ("Balance7"), ==, find ("/Balances/Cell7"));
  g_assert_cmpuint (find ("ModulesBlockingCharge"), ==, find ("NrOfModulesBlockingCharge"));
  g_assert_cmpuint (vb_item (find ("Cell256"))->member, ==, 256);
  g_assert_cmpuint (vb_item (find ("TimeToSoC95"))->member, ==, 95);
  g_assert_false (vb_item_find ("soc", &item));
  g_assert_false (vb_item_find ("", &item));
  g_assert_false (vb_item_find ("/", &item));
  g_assert_false (vb_item_find ("Relay/State", &item));
  g_assert_false (vb_item_find ("Cell%u", &item));
  g_assert_false (vb_item_find ("Cell0", &item));
  g_assert_false (vb_item_find ("Cell257", &item));
  g_assert_false (vb_item_find ("Dc/1/0/Voltage", &item));
}

static void
test_groups (void)
{
  static const char *const groups[]
      = { "Dc", "/Dc", "Dc/0", "/Dc/0", "Info", "Diagnostics/LastErrors/3" };
  static const char *const others[]
      = { "", "/", "D", "Dc/", "/Dc/0/", "Soc", "/Dc/0/Voltage", "dc", "Dc/7", "//Dc" };

  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    g_assert_true (vb_item_is_group (groups[i]));
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_false (vb_item_is_group (others[i]));
}

static void
test_suggestions (void)
{
  static const struct
  {
    const char *sent;
    const char *meant;
  } rows[] = {
    { "soc", "Soc" },
    { "SOC", "Soc" },
    { "MaxChargeCurent", "MaxChargeCurrent" },
    { "maxChargeCurrent", "MaxChargeCurrent" },
    { "max_charge_current", "MaxChargeCurrent" },
    { "Volatge", "Voltage" },
    { "Cel3", "Cell3" },
    { "/Dc/0/Volts", "/Dc/0/Voltage" },
    { "/soc", "/Soc" },
    { "Info/MaxChargeVoltge", "Info/MaxChargeVoltage" },
    { "Dc/Voltge", "Dc/Voltage" },
    { "alarms/low_soc", "Alarms/LowSoc" },
    { "minCellTemperature", "MinCellTemperature" },
    /* Numbers are compared as numbers. */
    { "Cell02", "Cell2" },
    { "cell2", "Cell2" },
    { "Voltages/Cell02", "Voltages/Cell2" },
    { "Cell257", NULL },
    { "Cell0", NULL },
    { "Temperature5", NULL },
    { "/Dc/2/Voltage", NULL },
    /* What it is called elsewhere goes before what is spelt like it. */
    { "battery_voltage", "Voltage" },
    { "battery_current", "Current" },
    { "power", "Power" },
    { "temperature", "Temperature" },
    { "state_of_charge", "Soc" },
    { "Battery Level", "Soc" },
    { "cell_voltage_7", "Cell7" },
    { "cell_07_voltage", "Cell7" },
    { "cell_voltage_999", NULL },
    { "temperature_sensor_2", "Temperature2" },
    { "temp5", NULL },
    /* A limit is not guessed: a slip of one letter alone. */
    { "MaxChargeCurrentt", "MaxChargeCurrent" },
    { "MaxChargCurent", NULL },
    { "MaxDisharrgeCurrent", NULL },
    { "max_discharge_curr", NULL },
    { "BatteryVoltage", "Voltage" },
    { "BatteryLowVolt", NULL },
    { "low_voltage", "LowVoltage" },
    { "ChargeRequst", "ChargeRequest" },
    { "xyzzy", NULL },
    { "x", NULL },
    { "/", NULL },
    { "Firmware/Update/Url", NULL },
    { "Serial", NULL },
    { "ProductNam", NULL },
    { "", NULL },
  };

  /* Asked again, when it is known, and once more when others have taken its place, it is the
     same. */
  for (guint turn = 0; turn < 3; turn++) {
    for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
      g_autofree char *meant = vb_item_suggest (rows[i].sent);

      g_assert_cmpstr (meant, ==, rows[i].meant);
    }
    for (guint i = 0; turn == 1 && i < 100; i++) {
      g_autofree char *other = g_strdup_printf ("other-%u", i);
      g_autofree char *meant = vb_item_suggest (other);

      g_assert_null (meant);
    }
  }
}

/* Each of them is a field, and not one that Venus is governed by. */
static void
test_synonyms (void)
{
  static const char *const known[]
      = { "pack_voltage", "total voltage",  "TOTAL_POWER", "cycle-count",     "remainingCapacity",
          "battery soc",  "cell 3 voltage", "temp_1",      "min_voltage_cell" };
  static const char *const unknown[]
      = { "", "Soc", "Voltage", "max_voltage", "charge_limit", "voltage_battery", "cell voltage" };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++) {
    g_autofree char *name = vb_field_synonyms_find (known[i]);

    g_test_message ("%s: %s", known[i], name);
    g_assert_nonnull (name);
    g_assert_cmpstr (vb_item (find (name))->name, ==, name);
    g_assert_cmpint (vb_item (find (name))->field->group, !=, VB_GROUP_LIMIT);
  }
  for (guint i = 0; i < G_N_ELEMENTS (unknown); i++) {
    g_autofree char *name = vb_field_synonyms_find (unknown[i]);

    g_assert_null (name);
  }
}

static void
test_numbers (void)
{
  static const struct
  {
    const char *name;
    double number;
    const char *message; /* NULL: allowed */
  } rows[] = {
    { "Soc", 0, NULL },
    { "Soc", 100, NULL },
    { "Soc", 101, "Soc is 101 %, above the limit of 100 %" },
    { "Soc", -0.1, "Soc is -0.1 %, below the limit of 0 %" },
    { "Voltage", 0, "Voltage is 0 V, below the limit of 0.1 V" },
    { "MaxChargeVoltage", 0, "MaxChargeVoltage is 0 V, below the limit of 0.1 V" },
    { "MaxChargeCurrent", 0, NULL },
    { "MaxChargeCurrent", -1, "MaxChargeCurrent is -1 A, below the limit of 0 A" },
    { "LowSoc", 2, NULL },
    { "LowSoc", 3, "LowSoc is 3, allowed are 0 ok, 1 warning, 2 alarm" },
    { "LowSoc", 1.5, "LowSoc is 1.5, a whole number is needed" },
    { "Balancing", 1, NULL },
    { "Balancing", 2, "Balancing is 2, allowed are 0 no, 1 yes" },
    { "Balancing", 0.5, "Balancing is 0.5, a whole number is needed" },
    { "State", 0, NULL },
    { "State", 8, NULL },
    { "State", 9, NULL },
    { "State", 18, NULL },
    { "State", 19,
      "State is 19, allowed are 0-8 initializing, 9 running, 10 error, 11 unknown, 12 shutdown, "
      "13 updating, 14 standby, 15 going to run, 16 pre-charging, 17 contactor check, 18 pending" },
    { "RelayState", -1, "RelayState is -1, allowed are 0 open, 1 closed" },
    { "MinCellTemperature", -40, NULL },
    { "MinCellTemperature", 125.5, "MinCellTemperature is 125.5 °C, above the limit of 125 °C" },
    { "Cell3", 5.001, "Cell3 is 5.001 V, above the limit of 5 V" },
    { "ChargeCycles", 2147483647, NULL },
    { "ChargeCycles", 2147483648, "ChargeCycles is 2147483648, above the limit of 2147483647" },
    { "ChargeCycles", 1e300, "ChargeCycles is 1e+300, above the limit of 2147483647" },
    { "MinVoltageCellId", 3, "MinVoltageCellId is a number, a text is needed" },
    { "ConsumedAmphours", 20, NULL },
    { "ConsumedAmphours", 2e7, "ConsumedAmphours is 20000000 Ah, above the limit of 10000000 Ah" },
    { "TimeToSoC50", 3600, NULL },
    { "LowSoc", -1, "LowSoc is -1, allowed are 0 ok, 1 warning, 2 alarm" },
    /* Dust is what rounds to the end of the range, or to a whole number. */
    { "Soc", 100.05, "Soc is 100.05 %, above the limit of 100 %" },
    { "MaxChargeCurrent", -0.06, "MaxChargeCurrent is -0.06 A, below the limit of 0 A" },
    { "NrOfModulesOnline", 1.00001, "NrOfModulesOnline is 1.00001, a whole number is needed" },
    { "LowSoc", 2.0000001, NULL },
    { "Balancing", 1e-9, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_auto (VbValue) value = VB_VALUE_INIT;
    g_autoptr (GError) error = NULL;
    const gboolean taken
        = vb_item_check_number (find (rows[i].name), rows[i].number, &value, &error);

    g_assert_cmpint (taken, ==, rows[i].message == NULL);
    if (!taken)
      g_assert_cmpstr (error->message, ==, rows[i].message);
    g_assert_cmpint (vb_value_is_valid (&value), ==, taken);
  }
}

/* What arithmetic leaves behind its last digit; what is in range stays as it was sent. */
static void
test_dust (void)
{
  static const struct
  {
    const char *name;
    double sent;
    double taken;
  } rows[] = {
    { "Soc", 100.00000000000001, 100 },
    { "Soc", 100.04, 100 },
    { "Soc", -0.02, 0 },
    { "Soc", 63.449, 63.449 },
    { "Soc", 99.99999999999999, 99.99999999999999 },
    { "MaxChargeCurrent", -1e-15, 0 },
    { "Voltage", 0.0999999, 0.1 },
    { "Cell1", 5.0004, 5 },
    { "TimeToGo", -4, 0 },
    { "NrOfModulesOnline", 1.0000000000000002, 1 },
    { "NrOfModulesOnline", -1e-15, 0 },
    { "LowSoc", 1.9999999, 2 },
    { "ConsumedAmphours", 20.25, -20.25 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_auto (VbValue) value = VB_VALUE_INIT;

    g_test_message ("%s %.17g", rows[i].name, rows[i].sent);
    g_assert_true (vb_item_check_number (find (rows[i].name), rows[i].sent, &value, NULL));
    g_assert_cmpfloat (vb_value_number (&value, NAN), ==, rows[i].taken);
    g_assert_false (signbit (vb_value_number (&value, NAN)) && rows[i].taken == 0);
  }
}

static void
test_clamp (void)
{
  static const struct
  {
    const char *name;
    double sent;
    double clamped; /* NAN: it is not */
  } rows[] = {
    { "Soc", 100.1, 100 },
    { "Soc", 105, 100 },
    { "Soc", 105.01, NAN },
    { "Soc", -0.1, 0 },
    { "Soc", -5, 0 },
    { "Soc", -5.01, NAN },
    { "Soc", 50, NAN },
    { "Soc", 100, NAN },
    { "Soc", 0, NAN },
    { "SocBms", 101, NAN },
    { "MaxChargeCurrent", -1, NAN },
    { "Voltage", 0, NAN },
  };
  guint with_slack = 0;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    double number = rows[i].sent;

    g_test_message ("%s %g", rows[i].name, rows[i].sent);
    g_assert_cmpint (vb_item_clamp_number (find (rows[i].name), &number), ==,
                     !isnan (rows[i].clamped));
    g_assert_cmpfloat (number, ==, isnan (rows[i].clamped) ? rows[i].sent : rows[i].clamped);
  }

  /* No other field is brought back: a limit that is out of range is not known. */
  for (guint i = 0; i < vb_n_fields; i++)
    with_slack += vb_fields[i].slack > 0;
  g_assert_cmpuint (with_slack, ==, 1);
}

static void
test_folded_sign (void)
{
  g_auto (VbValue) value = VB_VALUE_INIT;

  g_assert_true (vb_item_check_number (find ("ConsumedAmphours"), 20.5, &value, NULL));
  g_assert_cmpfloat (value.as.real, ==, -20.5);
  g_assert_true (vb_item_check_number (find ("ConsumedAmphours"), -20.5, &value, NULL));
  g_assert_cmpfloat (value.as.real, ==, -20.5);
}

static void
test_booleans_and_texts (void)
{
  g_autofree char *longest = g_strnfill (VB_TEXT_MAX, 'x');
  g_autofree char *longer = g_strnfill (VB_TEXT_MAX + 1, 'x');
  g_autofree char *cut = g_strdup_printf ("%.61s\u2026", longer);
  g_auto (VbValue) value = VB_VALUE_INIT;
  GError *error = NULL;

  g_assert_true (vb_item_check_boolean (find ("Balancing"), TRUE, &value, NULL));
  g_assert_cmpint (value.as.integer, ==, 1);
  g_assert_true (vb_item_check_boolean (find ("RelayState"), FALSE, &value, NULL));
  g_assert_cmpint (value.as.integer, ==, 0);
  g_assert_false (vb_item_check_boolean (find ("Soc"), TRUE, &value, &error));
  g_assert_error (error, VB_FIELD_ERROR, VB_FIELD_ERROR_TYPE);
  g_assert_cmpstr (error->message, ==, "Soc is true, a number is needed");
  g_clear_error (&error);

  g_assert_false (vb_item_check_boolean (find ("LowSoc"), FALSE, &value, &error));
  g_assert_cmpstr (error->message, ==, "LowSoc is false, a whole number is needed");
  g_clear_error (&error);
  g_assert_false (vb_item_check_boolean (find ("ChargeMode"), TRUE, &value, &error));
  g_assert_cmpstr (error->message, ==, "ChargeMode is true, a text is needed");
  g_clear_error (&error);

  g_assert_true (vb_item_check_text (find ("MinVoltageCellId"), longest, &value, NULL));
  g_assert_cmpstr (value.as.text, ==, longest);
  vb_value_clear (&value);
  g_assert_true (vb_item_check_text (find ("MinVoltageCellId"), longer, &value, NULL));
  g_assert_cmpstr (value.as.text, ==, cut);
  vb_value_clear (&value);
  g_assert_false (vb_item_check_text (find ("MinVoltageCellId"), "", &value, &error));
  g_assert_error (error, VB_FIELD_ERROR, VB_FIELD_ERROR_LENGTH);
  g_clear_error (&error);
  g_assert_false (vb_item_check_text (find ("MinVoltageCellId"), "a\xff", &value, &error));
  g_assert_error (error, VB_FIELD_ERROR, VB_FIELD_ERROR_TYPE);
  g_clear_error (&error);
  g_assert_false (vb_item_check_text (find ("Soc"), "63", &value, &error));
  g_assert_cmpstr (error->message, ==, "Soc is the text \"63\", a number is needed");
  g_clear_error (&error);
  g_assert_false (vb_item_check_text (find ("Balancing"), "on\n", &value, &error));
  g_assert_cmpstr (error->message, ==,
                   "Balancing is the text \"on\\u000a\", true or false (or 1 or 0) is needed");
  g_clear_error (&error);
  g_assert_true (vb_item_check_text (find ("TimeToSoC50"), "1h 5m", &value, NULL));
  g_assert_true (vb_item_takes_text (find ("TimeToSoC50")));
  g_assert_true (vb_item_takes_text (find ("ChargeMode")));
  g_assert_false (vb_item_takes_text (find ("Soc")));
}

static void
test_rounding_and_text (void)
{
  static const struct
  {
    const char *name;
    double number;
    double rounded;
    const char *text;
  } rows[] = {
    { "Voltage", 52.704, 52.7, "52.70V" },
    { "Voltage", 52.705, 52.71, "52.71V" },
    { "Current", -0.04, 0, "0.0A" },
    { "Current", -12.35, -12.4, "-12.4A" },
    { "Soc", 63.449, 63.4, "63.4%" },
    { "Power", -648.21, -648, "-648W" },
    { "MaxCellVoltage", 3.31449, 3.314, "3.314V" },
    { "Temperature", 21.25, 21.3, "21.3C" },
    { "TimeToGo", 3604, 3600, "3600s" },
    { "TimeToGo", 3605, 3610, "3610s" },
    { "LowSoc", 2, 2, "2" },
    { "TimeSinceLastFullCharge", 60, 60, "60s" },
    { "DischargedEnergy", 1.005, 1.01, "1.01kWh" },
    { "DischargedEnergy", 1.00499999, 1.0, "1.00kWh" },
    { "DischargedEnergy", 9999999.985, 9999999.99, "9999999.99kWh" },
    { "Current", 0.05, 0.1, "0.1A" },
    { "Current", -0.05, -0.1, "-0.1A" },
    { "Current", -0.35, -0.4, "-0.4A" },
    { "Cell1", 3.0005, 3.001, "3.001V" },
    { "Soh", 99.5, 100, "100%" },
    { "Capacity", 12.25, 12.3, "12.3Ah" },
    { "TimeToGo", 4, 0, "0s" },
    { "TimeToSoC50", -0.4, 0, "0s" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    const guint item = find (rows[i].name);
    g_auto (VbValue) value = VB_VALUE_INIT;
    g_autoptr (GString) text = g_string_new (NULL);

    g_assert_true (vb_item_check_number (item, rows[i].number, &value, NULL));
    vb_item_round (item, &value);
    /* To the bit: what is rounded once stays as it is. */
    g_assert_cmpfloat (vb_value_number (&value, -1), ==, rows[i].rounded);
    if (value.kind == VB_VALUE_REAL)
      g_assert_false (signbit (value.as.real) && value.as.real == 0);
    vb_item_format (item, &value, text);
    g_assert_cmpstr (text->str, ==, rows[i].text);
  }
}

/* Rounded or not, large or small: to the letter what printf() makes of it. */
static void
test_texts_of_any_number (void)
{
  for (guint i = 0; i < 200000; i++) {
    const guint item = (guint)g_test_rand_int_range (0, (gint32)vb_item_count ());
    const VbField *field = vb_item (item)->field;
    const char *suffix = field->suffix != NULL ? field->suffix : field->unit;
    const double magnitude = exp10 (g_test_rand_double_range (-8, 20));
    VbValue value = vb_value_real (g_test_rand_double_range (-1, 1) * magnitude);
    g_autoptr (GString) text = g_string_new (NULL);
    g_autofree char *expected = NULL;

    if (g_test_rand_bit ())
      vb_item_round (item, &value);
    vb_item_format (item, &value, text);
    expected = g_strdup_printf ("%.*f%s", MAX (field->decimals, 0), value.as.real,
                                suffix != NULL ? suffix : "");
    g_assert_cmpstr (text->str, ==, expected);
  }
}

static void
test_texts_of_any_integer (void)
{
  static const gint64 integers[] = { 0, 1, -1, 9, 10, -10, 99, 100, G_MAXINT64, G_MININT64 };

  for (guint i = 0; i < G_N_ELEMENTS (integers); i++) {
    const VbValue value = vb_value_integer (integers[i]);
    g_autofree char *expected = g_strdup_printf ("%" G_GINT64_FORMAT, integers[i]);
    g_autoptr (GString) text = g_string_new (NULL);

    vb_item_format (find ("LowSoc"), &value, text);
    g_assert_cmpstr (text->str, ==, expected);
  }
}

static void
test_other_texts (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const VbValue invalid = VB_VALUE_INIT, product = vb_value_integer (0xFFFF);
  const VbValue name = { .kind = VB_VALUE_TEXT, .as.text = (char *)"Cell3" };

  vb_item_format (find ("Soc"), &invalid, text);
  vb_item_format (vb_item_known (VB_KNOWN_PRODUCT_ID), &product, text);
  vb_item_format (find ("MinVoltageCellId"), &name, text);
  g_assert_cmpstr (text->str, ==, "---0xFFFFCell3");
}

static void
test_words (void)
{
  for (guint i = VB_FIELD_ERROR_UNKNOWN; i <= VB_FIELD_ERROR_EMPTY; i++)
    g_assert_nonnull (vb_field_error_name (i));
  g_assert_cmpstr (vb_field_error_name (VB_FIELD_ERROR_IMPLAUSIBLE), ==, "implausible");
  g_assert_cmpstr (vb_kind_name (VB_KIND_TEXT), ==, "text");
  g_assert_cmpstr (vb_group_name (VB_GROUP_LIMIT), ==, "limit");
}

/* ./dev docs makes it anew. */
static void
test_reference_is_up_to_date (void)
{
  g_autofree char *file = g_build_filename (g_getenv ("SOURCE_ROOT"), "docs", "fields.md", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GString) markdown = g_string_new (NULL);

  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  vb_field_markdown_append (markdown);
  g_assert_true (g_str_equal (text, markdown->str));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/field/complete", test_complete);
  g_test_add_func ("/field/mqtt-families", test_mqtt_families);
  g_test_add_func ("/field/module-alarms", test_module_alarms);
  g_test_add_func ("/field/rows", test_rows);
  g_test_add_func ("/field/names", test_names);
  g_test_add_func ("/field/unambiguous", test_unambiguous);
  g_test_add_func ("/field/spellings", test_spellings);
  g_test_add_func ("/field/groups", test_groups);
  g_test_add_func ("/field/suggestions", test_suggestions);
  g_test_add_func ("/field/numbers", test_numbers);
  g_test_add_func ("/field/synonyms", test_synonyms);
  g_test_add_func ("/field/dust", test_dust);
  g_test_add_func ("/field/clamp", test_clamp);
  g_test_add_func ("/field/folded-sign", test_folded_sign);
  g_test_add_func ("/field/booleans-and-texts", test_booleans_and_texts);
  g_test_add_func ("/field/rounding-and-text", test_rounding_and_text);
  g_test_add_func ("/field/texts-of-any-number", test_texts_of_any_number);
  g_test_add_func ("/field/texts-of-any-integer", test_texts_of_any_integer);
  g_test_add_func ("/field/other-texts", test_other_texts);
  g_test_add_func ("/field/words", test_words);
  g_test_add_func ("/field/reference-is-up-to-date", test_reference_is_up_to_date);

  return g_test_run ();
}
