#include "field-synonyms.h"

#include "base/spelling.h"

/* A # stands for the member's number. */
static const struct
{
  const char *elsewhere;
  const char *name;
} synonyms[] = {
  { "actual current", "Current" },
  { "balancing", "Balancing" },
  { "battery current", "Current" },
  { "battery level", "Soc" },
  { "battery percent", "Soc" },
  { "battery percentage", "Soc" },
  { "battery power", "Power" },
  { "battery soc", "Soc" },
  { "battery state of charge", "Soc" },
  { "battery state of health", "Soh" },
  { "battery strings", "NrOfCellsPerBattery" },
  { "battery temp", "Temperature" },
  { "battery temperature", "Temperature" },
  { "battery voltage", "Voltage" },
  { "capacity remaining", "Capacity" },
  { "cell # voltage", "Cell#" },
  { "cell count", "NrOfCellsPerBattery" },
  { "cell temperature #", "Temperature#" },
  { "cell voltage #", "Cell#" },
  { "charging cycles", "ChargeCycles" },
  { "cycle count", "ChargeCycles" },
  { "cycles", "ChargeCycles" },
  { "delta cell voltage", "Diff" },
  { "full charge capacity", "InstalledCapacity" },
  { "max voltage cell", "MaxVoltageCellId" },
  { "min voltage cell", "MinVoltageCellId" },
  { "mosfet temperature", "MOSTemperature" },
  { "nominal capacity", "InstalledCapacity" },
  { "number of cells", "NrOfCellsPerBattery" },
  { "pack current", "Current" },
  { "pack voltage", "Voltage" },
  { "power tube temperature", "MOSTemperature" },
  { "rated capacity", "InstalledCapacity" },
  { "remaining capacity", "Capacity" },
  { "state of charge", "Soc" },
  { "state of health", "Soh" },
  { "temp", "Temperature" },
  { "temp #", "Temperature#" },
  { "temperature sensor #", "Temperature#" },
  { "total current", "Current" },
  { "total power", "Power" },
  { "total voltage", "Voltage" },
};

char *
vb_field_synonyms_find (const char *spelling)
{
  for (guint i = 0; i < G_N_ELEMENTS (synonyms); i++) {
    const char *name = synonyms[i].name;
    g_auto (GStrv) parts = NULL;
    guint number;

    if (!vb_spelling_matches (spelling, synonyms[i].elsewhere, &number))
      continue;

    parts = g_strsplit (name, "#", 2);

    return parts[1] == NULL ? g_strdup (name)
                            : g_strdup_printf ("%s%u%s", parts[0], number, parts[1]);
  }

  return NULL;
}
