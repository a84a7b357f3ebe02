#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "config/changes.h"
#include "config/keys.h"
#include "config/limits-table.h"
#include "config/listen.h"
#include "config/load.h"
#include "config/markdown.h"
#include "core/item.h"

/* Each test has a folder of its own for the files it writes. */
typedef struct
{
  char *folder;
  char *file;
  char *token;
} Files;

static void
set_up (Files *files, gconstpointer unused)
{
  files->folder = g_dir_make_tmp ("test-config-XXXXXX", NULL);
  g_assert_nonnull (files->folder);
  files->file = g_build_filename (files->folder, "test.ini", NULL);
  files->token = g_build_filename (files->folder, "token", NULL);
}

static void
tear_down (Files *files, gconstpointer unused)
{
  g_unlink (files->file);
  g_unlink (files->token);
  g_assert_cmpint (g_rmdir (files->folder), ==, 0);
  g_free (files->folder);
  g_free (files->file);
  g_free (files->token);
}

static void
write_file (const char *path, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static VbConfig *
load (const Files *files, const char *text)
{
  g_autoptr (GError) error = NULL;
  VbConfig *config;

  write_file (files->file, text);
  config = vb_config_load (files->file, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (config);

  return config;
}

static const VbBatteryConfig *
battery (const VbConfig *config, guint place)
{
  g_assert_cmpuint (place, <, config->batteries->len);

  return g_ptr_array_index (config->batteries, place);
}

#define PIECES 4

/* What is wrong with a file, and what the message has to name; the file's own name always. */
typedef struct
{
  const char *text;
  VbConfigError code;
  const char *pieces[PIECES];
} Bad;

#define FILE_ VB_CONFIG_ERROR_FILE
#define UNKNOWN VB_CONFIG_ERROR_UNKNOWN
#define VALUE VB_CONFIG_ERROR_VALUE
#define CLASH VB_CONFIG_ERROR_CLASH

/* clang-format off */
static const Bad bad[] = {
  /* No key file */
  { "listen=127.0.0.1:1882\n", FILE_, { "group" } },
  { "[http\n", FILE_, { "[http" } },
  { "[http]\nlisten\n", FILE_, { "listen" } },
  { "{\"http\": {}}\n", FILE_, { "http" } },
  { "\xef\xbb\xbf[battery]\nwarn-after=5\n", FILE_, { "byte order mark" } },

  /* Unknown groups and keys, and what was probably meant */
  { "[Battery]\n", UNKNOWN, { "[Battery]", "[battery]" } },
  { "[htpp]\n", UNKNOWN, { "[htpp]", "[http]" } },
  { "[batteries]\n", UNKNOWN, { "[batteries]" } },
  { "[batteryshed]\n", UNKNOWN, { "[batteryshed]" } },
  { "[battery:shed]\n", UNKNOWN, { "[battery:shed]", "[battery NAME]" } },
  { "[http]\nport=1882\n", UNKNOWN, { "[http]", "port" } },
  { "[http]\nlissten=127.0.0.1\n", UNKNOWN, { "[http]", "lissten", "did you mean listen?" } },
  { "[http]\ntoken_file=/x\n", UNKNOWN, { "token_file", "did you mean token-file?" } },
  { "[http]\nrole=bms\n", UNKNOWN, { "[http]", "role" } },
  { "[bus]\nadress=system\n", UNKNOWN, { "[bus]", "did you mean address?" } },
  { "[battery]\nwarnafter=10\n", UNKNOWN, { "[battery]", "did you mean warn-after?" } },
  { "[battery]\nWarn-After=10\n", UNKNOWN, { "Warn-After", "did you mean warn-after?" } },
  { "[battery shed]\nmax-charge-curent=10\n", UNKNOWN,
    { "[battery shed]", "did you mean max-charge-current?" } },
  { "[battery]\nxyzzy=1\n", UNKNOWN, { "[battery]", "xyzzy" } },
  { "[state]\ndirectory=/x\n", UNKNOWN, { "[state]", "directory" } },
  { "[battery]\ncustom-name[de]=Schuppen\n", UNKNOWN, { "custom-name[de]" } },

  /* Names */
  { "[battery Shed]\n", VALUE, { "[battery Shed]", "a to z" } },
  { "[battery 1st]\n", VALUE, { "[battery 1st]", "a to z" } },
  { "[battery my-shed]\n", VALUE, { "[battery my-shed]", "a to z" } },
  { "[battery ]\n", VALUE, { "[battery ]", "a to z" } },
  { "[battery  shed]\n", VALUE, { "[battery  shed]", "a to z" } },
  { "[battery abcdefghijklmnopqrstuvwxyz1234567]\n", VALUE, { "1234567]", "31" } },
  { "[battery virtual]\n", VALUE, { "[battery virtual]", "[battery]" } },
  { "[battery check]\n", VALUE, { "[battery check]", "check" } },
  { "[battery history]\n", VALUE, { "[battery history]", "history" } },

  { "[battery part]\n", VALUE, { "[battery part]", "part" } },

  /* Parts */
  { "[part]\n", UNKNOWN, { "[part]", "[part NAME]" } },
  { "[part Left]\n", CLASH, { "part Left", "a to z" } },
  { "[part ]\n", CLASH, { "a to z" } },
  { "[part boat/left]\n", CLASH, { "[part boat/left]", "no battery boat" } },
  { "[battery boat]\n[part left]\n", CLASH, { "[part left]", "no battery virtual" } },
  { "[part left]\n[part virtual/left]\n", CLASH, { "part left", "two parts" } },
  { "[part left]\ncapacty=280\n", UNKNOWN, { "[part left]", "did you mean capacity?" } },
  { "[part left]\nrole=bms\n", UNKNOWN, { "[part left]", "role" } },
  { "[part left]\ncapacity=0\n", VALUE, { "capacity=0", "0.1 to 1000000 Ah" } },
  { "[part left]\nwhen-silent=drop\n", VALUE, { "when-silent=drop", "stop-charging or leave-out" } },
  { "[battery]\nparts=both\n", VALUE, { "parts=both", "parallel or series" } },
  { "[battery]\nparts=series\n", CLASH, { "parts=series", "no [part NAME]" } },
  { "[battery]\nparts=series\n[part left]\nwhen-silent=leave-out\n", CLASH,
    { "part left", "when-silent=leave-out", "parts=series" } },
  { "[part left]\n[part shunt]\nsays=Soc\nwhen-silent=leave-out\n", CLASH,
    { "part shunt", "when-silent=leave-out", "says" } },
  { "[part left]\n[part shunt]\nsays=Soc;Curent\n", CLASH,
    { "part shunt", "says=Curent", "did you mean Current?" } },
  { "[part left]\n[part shunt]\nsays=Cell1\n", CLASH, { "part shunt", "says=Cell1" } },
  { "[part left]\n[part shunt]\nsays=CustomName\n", CLASH, { "part shunt", "says=CustomName" } },
  { "[part left]\n[part shunt]\nsays=Soc;/Soc\n", CLASH, { "says=/Soc", "twice" } },
  { "[part left]\nsays=Soc\n[part shunt]\nsays=Current;Soc\n", CLASH,
    { "part shunt", "says=Soc", "part left" } },
  { "[part left]\nsays=Voltage;Soc;MaxChargeVoltage\n[part shunt]\nsays=Current\n", CLASH,
    { "no part says MaxChargeCurrent" } },
  { "[battery]\nrole=monitor\n[part left]\n[part shunt]\nsays=MaxChargeCurrent\n", CLASH,
    { "says=MaxChargeCurrent", "role=monitor" } },
  { "[part a]\n[part b]\n[part c]\n[part d]\n[part e]\n[part f]\n[part g]\n[part h]\n"
    "[part i]\n[part j]\n[part k]\n[part l]\n[part m]\n[part n]\n[part o]\n[part p]\n"
    "[part q]\n", CLASH, { "17 parts", "16" } },

  /* Twice */
  { "[battery shed]\nwarn-after=5\n[battery shed]\n", CLASH, { "[battery shed]", "twice" } },
  { "[http]\n[battery]\n[http]\n", CLASH, { "[http]", "twice" } },
  { "[battery]\nwarn-after=5\nwarn-after=6\n", CLASH, { "[battery]", "warn-after", "twice" } },

  /* Values by kind */
  { "[http]\nallow-anonymous=yes\n", VALUE,
    { "[http]", "allow-anonymous=yes", "true or false" } },
  { "[http]\nallow-anonymous=\n", VALUE, { "allow-anonymous=", "true or false" } },
  { "[http]\nallow-anonymous=True\n", VALUE, { "allow-anonymous=True", "true or false" } },
  { "[bus]\nrequire-settings=2\n", VALUE, { "[bus]", "require-settings=2", "true or false" } },
  { "[battery]\nrole=BMS\n", VALUE, { "[battery]", "role=BMS", "bms or monitor" } },
  { "[battery]\nrole=\n", VALUE, { "role=", "bms or monitor" } },
  { "[battery]\non-stale=stop\n", VALUE,
    { "on-stale=stop", "stop-charging", "block", "drop" } },
  { "[battery]\nwrong-fields=ignore\n", VALUE, { "wrong-fields=ignore", "take or refuse" } },
  { "[battery]\ndbus-writable=1\n", VALUE, { "dbus-writable=1", "true or false" } },
  { "[battery]\nwarn-after=ten\n", VALUE, { "[battery]", "warn-after=ten", "300 s" } },
  { "[battery]\nwarn-after=10 # seconds\n", VALUE, { "warn-after=10 # seconds", "300 s" } },
  { "[battery]\nwarn-after=10s\n", VALUE, { "warn-after=10s", "300 s" } },
  { "[battery]\nwarn-after=0,5\n", VALUE, { "warn-after=0,5", "300 s" } },
  { "[battery]\nwarn-after=nan\n", VALUE, { "warn-after=nan", "300 s" } },
  { "[battery]\nwarn-after=inf\n", VALUE, { "warn-after=inf", "300 s" } },
  { "[battery]\nwarn-after=0x10\n", VALUE, { "warn-after=0x10", "300 s" } },
  { "[battery]\nwarn-after=\n", VALUE, { "warn-after=", "300 s" } },
  { "[battery]\nwarn-after=-1\n", VALUE, { "warn-after=-1", "0.1 to 300 s" } },
  { "[battery]\nwarn-after=0\n", VALUE, { "warn-after=0", "0.1 to 300 s" } },
  { "[battery]\nwarn-after=0.09\n", VALUE, { "warn-after=0.09", "0.1 to 300 s" } },
  { "[battery]\ndrop-after=301\n", VALUE, { "drop-after=301", "300 s" } },
  { "[battery]\nfrozen-after=-5\n", VALUE, { "frozen-after=-5", "0 to" } },
  { "[battery]\nfrozen-after=0.0000001\n", VALUE, { "frozen-after=0.0000001", "0.000001 s" } },
  { "[bus]\nsettings-timeout=1e-9\n", VALUE, { "settings-timeout=1e-9", "0.000001 s" } },
  { "[state]\ndir=\n", VALUE, { "[state]", "dir=", "not empty" } },
  { "[http]\ntoken-file=\n", VALUE, { "[http]", "token-file=", "not empty" } },
  { "[bus]\naddress=\n", VALUE, { "[bus]", "address=", "not empty" } },
  { "[battery]\ndevice-instance=-1\n", VALUE, { "device-instance=-1", "0 to 255" } },
  { "[battery]\ndevice-instance=256\n", VALUE, { "device-instance=256", "0 to 255" } },
  { "[battery]\ndevice-instance=1.5\n", VALUE, { "device-instance=1.5", "0 to 255" } },
  { "[battery]\ndevice-instance=\n", VALUE, { "device-instance=", "0 to 255" } },
  { "[battery]\nproduct-id=65536\n", VALUE, { "product-id=65536", "65535" } },
  { "[battery]\nproduct-id=0xGG\n", VALUE, { "product-id=0xGG", "65535" } },
  { "[battery]\nproduct-id=0x\n", VALUE, { "product-id=0x", "65535" } },
  { "[battery]\nmax-charge-voltage=0\n", VALUE, { "max-charge-voltage=0", "0.1 to 1000 V" } },
  { "[battery]\nmax-charge-current=3001\n", VALUE, { "max-charge-current=3001", "0 to 3000 A" } },
  { "[battery]\nmax-discharge-current=-1\n", VALUE,
    { "max-discharge-current=-1", "0 to 3000 A" } },
  { "[battery]\nstale-charge-voltage=1001\n", VALUE,
    { "stale-charge-voltage=1001", "0.1 to 1000 V" } },
  { "[battery]\nbattery-low-voltage=-0.1\n", VALUE, { "battery-low-voltage=-0.1", "1000 V" } },
  { "[battery]\nmin-battery-low-voltage=x\n", VALUE, { "min-battery-low-voltage=x", "1000 V" } },
  { "[battery]\ncustom-name=123456789012345678901234567890123\n", CLASH,
    { "custom-name=123", "33", "32" } },
  { "[battery]\ncustom-name=a\\nb\n", CLASH, { "custom-name=a", "U+000A" } },
  { "[battery]\ncustom-name=a\xe2\x80\xae\n", CLASH, { "custom-name=a", "U+202E" } },
  { "[battery]\ncustom-name=\\q\n", VALUE, { "[battery]", "custom-name=\\q" } },
  { "[battery]\ncustom-name=\xff\n", VALUE, { "[battery]", "custom-name", "UTF-8" } },

  /* Values that do not go together */
  { "[battery]\nwarn-after=30\nstale-after=30\n", CLASH, { "stale-after=30", "warn-after=30" } },
  { "[battery]\nstale-after=30\nwarn-after=31\n", CLASH,
    { "stale-after=30", "warn-after=31" } },
  { "[battery shed]\nstale-after=10\nwarn-after=10\n", CLASH,
    { "shed", "stale-after=10", "warn-after=10" } },
  { "[battery]\ndrop-after=29.9\nstale-after=30\n", CLASH,
    { "drop-after=29.9", "stale-after=30" } },
  { "[battery]\nleave-after=179\ndrop-after=180\n", CLASH,
    { "leave-after=179", "drop-after=180" } },
  { "[battery]\noptional-after=29\n", CLASH, { "optional-after=29", "stale-after=30" } },
  { "[battery]\nwarn-after=300\n", CLASH, { "stale-after=300", "warn-after=300" } },
  { "[battery]\nwarn-after=50\ndrop-after=40\n", CLASH, { "stale-after=40", "warn-after=50" } },
  { "[battery]\nmax-charge-voltage=48\nmin-battery-low-voltage=50\n", CLASH,
    { "min-battery-low-voltage=50", "below", "max-charge-voltage=48" } },
  { "[battery]\nmax-charge-voltage=50\nbattery-low-voltage=50\n", CLASH,
    { "battery-low-voltage=50", "max-charge-voltage=50" } },
  { "[battery]\nstale-charge-voltage=30\nmin-battery-low-voltage=44\n", CLASH,
    { "min-battery-low-voltage=44", "stale-charge-voltage=30" } },
  { "[battery]\nstale-charge-voltage=30\nbattery-low-voltage=44\n", CLASH,
    { "battery-low-voltage=44", "stale-charge-voltage=30" } },
  { "[battery]\nstale-charge-voltage=54.19\nmin-battery-low-voltage=54.05\n", CLASH,
    { "min-battery-low-voltage=54.05", "stale-charge-voltage=54.19" } },
  { "[battery shed]\nstale-charge-voltage=57\nmax-charge-voltage=56.8\n", CLASH,
    { "shed", "stale-charge-voltage=57", "max-charge-voltage=56.8" } },
  { "[battery]\nfrozen-after=10\n", CLASH, { "frozen-after=10", "0", "warn-after=10" } },
  { "[battery]\nproduct-id=0xB004\n", CLASH, { "product-id=0xB004", "0xB000", "0xB0FF" } },
  { "[battery]\nproduct-id=0xb0ff\n", CLASH, { "product-id=0xB0FF", "0xB000" } },
  { "[battery]\nproduct-id=45056\n", CLASH, { "product-id=0xB000", "0xB0FF" } },
  { "[battery]\nproduct-id=0xA3E5\n", CLASH, { "product-id=0xA3E5", "0xA3E0", "0xA3EF" } },
  { "[battery]\nproduct-id=0xA3E0\n", CLASH, { "product-id=0xA3E0", "0xA3EF" } },
  { "[battery]\nhistory=1\n", VALUE, { "history=1", "true or false" } },
  { "[battery]\nrole=monitor\nstale-charge-voltage=50\n", CLASH,
    { "stale-charge-voltage=50", "role=monitor" } },
  { "[battery]\nrole=monitor\nbattery-low-voltage=44\n", CLASH,
    { "battery-low-voltage=44", "role=monitor" } },
  { "[battery]\nmax-charge-voltage=56\nrole=monitor\n", CLASH,
    { "max-charge-voltage=56", "role=monitor" } },
  { "[battery]\nrole=monitor\nmax-charge-current=0\n", CLASH,
    { "max-charge-current=0", "role=monitor" } },
  { "[battery]\nrole=monitor\nmax-discharge-current=10\n", CLASH,
    { "max-discharge-current=10", "role=monitor" } },
  { "[battery shed]\nrole=monitor\nmin-battery-low-voltage=44\n", CLASH,
    { "shed", "min-battery-low-voltage=44", "role=monitor" } },
  { "[battery]\ndevice-instance=7\n[battery shed]\ndevice-instance=7\n", CLASH,
    { "device-instance=7", "shed", "virtual" } },

  /* Who may send */
  { "[http]\nlisten=\n", VALUE, { "[http]", "listen" } },
  { "[http]\nlisten=;\n", VALUE, { "[http]", "listen" } },
  { "[http]\nlisten=0.0.0.0:1882\n", CLASH,
    { "[http]", "listen=0.0.0.0:1882", "token-file", "allow-anonymous=true" } },
  { "[http]\nlisten=127.0.0.1:1882;[::]:1882\n", CLASH, { "[::]:1882", "token-file" } },

  /* Limits by rules: groups */
  { "[limits shed]\ncharge-current=10\n", CLASH, { "[limits shed]", "no [battery shed]" } },
  { "[battery shed]\n[limits]\ncharge-current=10\n", CLASH, { "[limits]", "no [battery]" } },
  { "[limits virtual]\ncharge-current=10\n", CLASH, { "[limits virtual]", "are [limits]" } },
  { "[limit]\ncharge-current=10\n", UNKNOWN, { "[limit]", "[limits]", "[limits NAME]" } },
  { "[limits]\ncharge-curent=10\n", UNKNOWN, { "[limits]", "did you mean charge-current?" } },
  { "[battery]\ncharge-current=10\n", UNKNOWN, { "[battery]", "charge-current" } },
  { "[limits]\nwarn-after=10\n", UNKNOWN, { "[limits]", "warn-after" } },
  { "[battery]\nrole=monitor\n[limits]\ncharge-current=10\n", CLASH,
    { "[limits]", "role=monitor" } },

  /* Points: each error names the point */
  { "[limits]\ncharge-by-soc=\n", VALUE, { "charge-by-soc=", "2 to 16 points" } },
  { "[limits]\ncharge-by-soc=90:100\n", VALUE, { "charge-by-soc=90:100", "2 to 16 points" } },
  { "[limits]\ncharge-by-soc=90:100;80:0\n", VALUE, { "point 2, 80:0", "ascend", "90 %" } },
  { "[limits]\ncharge-by-soc=90:100;90:0\n", VALUE, { "point 2, 90:0", "ascend" } },
  { "[limits]\ncharge-by-soc=90:100;95:101\n", VALUE, { "point 2, 95:101", "0 to 100 %" } },
  { "[limits]\ncharge-by-soc=90:-1;95:0\n", VALUE, { "point 1, 90:-1", "0 to 100 %" } },
  { "[limits]\ncharge-by-soc=90:100;101:0\n", VALUE, { "point 2, 101:0", "from 0 to 100 %" } },
  { "[limits]\ncharge-by-soc=90:100;95\n", VALUE, { "point 2, 95", "two numbers, `%:%`" } },
  { "[limits]\ncharge-by-soc=90:100;95:0:1\n", VALUE, { "point 2, 95:0:1", "two numbers" } },
  { "[limits]\ncharge-by-soc=90:full;95:0\n", VALUE, { "point 1, 90:full", "two numbers" } },
  { "[limits]\ncharge-by-soc=90:100;0x5F:0\n", VALUE, { "point 2, 0x5F:0", "two numbers" } },
  { "[limits]\ncharge-by-soc=nan:100;95:0\n", VALUE, { "point 1, nan:100", "two numbers" } },
  { "[limits]\ncharge-by-cell-voltage=3.4:100;3.5 V:0\n", VALUE,
    { "point 2, 3.5 V:0", "`V:%`" } },
  { "[limits]\ncharge-by-cell-voltage=3.4:100;35:0\n", VALUE, { "point 2, 35:0", "0 to 5 V" } },
  { "[limits]\ncharge-by-temperature=-60:0;5:100\n", VALUE, { "point 1, -60:0", "°C" } },
  { "[limits]\ncharge-by-soc=1:1;2:1;3:1;4:1;5:1;6:1;7:1;8:1;9:1;10:1;11:1;12:1;13:1;14:1;15:1;"
    "16:1;17:1\n", VALUE, { "point 17, 17:1", "16 points at most" } },

  /* Curves */
  { "[limits]\ncharge-by-soc=90:100;95:0\n", CLASH, { "charge-by-soc", "needs charge-current" } },
  { "[limits]\ncharge-current=9\ndischarge-by-soc=5:0;10:100\n", CLASH,
    { "discharge-by-soc", "needs discharge-current" } },
  { "[limits]\ncharge-current=9\ncharge-by-cell-voltage=3.4:100;3.5:5\n", CLASH,
    { "charge-by-cell-voltage", "last point, 3.5:5", "0 %" } },
  { "[limits]\ncharge-current=9\ncharge-by-temperature=0:10;5:100;50:0\n", CLASH,
    { "charge-by-temperature", "first point, 0:10", "0 %" } },
  { "[limits]\ncharge-current=9\ncharge-by-temperature=0:0;5:100\n", CLASH,
    { "charge-by-temperature", "last point, 5:100", "0 %" } },
  { "[limits]\ncharge-current=9\nrecover-above=50\ncharge-by-soc=90:50;95:0\n", CLASH,
    { "charge-by-soc", "recover-above=50", "stay 0" } },
  { "[battery shed]\n[limits shed]\ncharge-by-soc=90:100;95:0\n", CLASH,
    { "[limits shed]", "needs charge-current" } },

  /* What does not go with another key, or does nothing */
  { "[limits]\nmin-discharge-current=5\n", CLASH,
    { "min-discharge-current does nothing without a curve of discharging" } },
  { "[limits]\ncharge-current=5\ncurve=step\n", CLASH, { "curve does nothing without a curve" } },
  { "[limits]\ncharge-current=5\nrecover-above=20\n", CLASH, { "recover-above does nothing" } },
  { "[limits]\ncharge-current=5\nrecover-hold=20\n", CLASH, { "recover-hold does nothing" } },
  { "[limits]\ncharge-voltage=56\nrecover-ramp=2\n", CLASH,
    { "recover-ramp does nothing without a rule about a current" } },
  { "[limits]\nabsorption-time=60\n", CLASH,
    { "absorption-time does nothing without float-voltage" } },
  { "[limits]\nrebulk-soc=60\n", CLASH, { "rebulk-soc does nothing without float-voltage" } },
  { "[limits]\nbalance-time=60\n", CLASH, { "balance-time does nothing without balance-voltage" } },
  { "[limits]\nbalance-every=60\n", CLASH, { "balance-every does nothing" } },
  { "[limits]\nbalance-from-soc=60\n", CLASH, { "balance-from-soc does nothing" } },
  { "[limits]\nfull-every=60\n", CLASH, { "full-every does nothing without charge-to-soc" } },
  { "[limits]\nfloat-voltage=56\ncharge-voltage=56\n", CLASH,
    { "float-voltage=56", "below charge-voltage=56" } },
  { "[battery]\nbattery-low-voltage=44\n[limits]\nfloat-voltage=44\n", CLASH,
    { "float-voltage=44", "battery-low-voltage=44" } },
  { "[limits]\nbalance-voltage=56\n", CLASH, { "balance-voltage=56", "needs a charge-voltage" } },
  { "[limits]\nbalance-voltage=56\ncharge-voltage=56\n", CLASH,
    { "balance-voltage=56", "needs a charge-voltage that is lower" } },
  { "[limits]\ncharge-to-soc-by-month=3:100;10.5:80\n", CLASH,
    { "charge-to-soc-by-month", "point 2, 10.5:80", "1 to 12" } },
  { "[limits]\ncharge-to-soc-by-month=3:100;13:80\n", VALUE,
    { "point 2, 13:80", "1 to 12 month" } },
  { "[limits]\ncharge-to-soc-by-month=0:100;3:80\n", VALUE, { "point 1, 0:100" } },
  { "[limits]\ndischarge-current=4\nmin-discharge-current=5\ndischarge-by-soc=5:0;9:100\n", CLASH,
    { "min-discharge-current=5", "above discharge-current=4" } },
  { "[battery]\nbattery-low-voltage=44\n[limits]\ncharge-voltage=44\n", CLASH,
    { "charge-voltage=44", "battery-low-voltage=44" } },
  { "[battery]\nmin-battery-low-voltage=44\n[limits]\ncharge-voltage=40\n", CLASH,
    { "charge-voltage=40", "min-battery-low-voltage=44" } },
  { "[limits]\ncurve=smooth\n", VALUE, { "curve=smooth", "linear or step" } },
  { "[limits]\nrecover-hold=0\n", VALUE, { "recover-hold=0", "1 to 86400 s" } },
  { "[limits]\nrecover-ramp=0\n", VALUE, { "recover-ramp=0", "0.01 to 3000 A/s" } },
  { "[http]\nlisten=192.168.1.5\nallow-anonymous=false\n", CLASH,
    { "192.168.1.5", "allow-anonymous=true" } },
  { "[http]\nlisten=127.0.0.1:99999\n", VALUE, { "[http]", "127.0.0.1:99999" } },
  { "[http]\nlisten=cerbo.local:1882\n", VALUE, { "[http]", "cerbo.local:1882" } },
  { "[http]\nlisten=1882\n", VALUE, { "[http]", "listen=1882" } },
  { "[http]\nlisten=unix:\n", VALUE, { "[http]", "unix:" } },
  { "[http]\nlisten=unix:socket\n", VALUE, { "[http]", "unix:socket", "/" } },
  { "[http]\nlisten=[::1\nallow-anonymous=true\n", VALUE, { "[http]", "[::1" } },
  { "[http]\ntoken-file=/nonexistent/token\n", VALUE,
    { "[http]", "token-file (not shown", "No such file" } },
  { "[http]\ntoken-file=/\n", VALUE, { "token-file=/" } },
  { "[battery]\ncustom-name=a\\q\n", VALUE, { "custom-name=a\\q:", "doubled" } },
  { "[battery]\ncustom-name=a\\\\\\\n", VALUE, { "custom-name=a\\\\\\:", "doubled" } },
  { "[battery]\ncustom-name=a\\qb\\\n", VALUE, { "custom-name=a\\qb\\:", "doubled" } },
};
/* clang-format on */

static void
assert_refused (const Files *files, const Bad *row)
{
  g_autofree char *escaped = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (VbConfig) config = NULL;

  write_file (files->file, row->text);
  config = vb_config_load (files->file, NULL, &error);
  if (config != NULL)
    g_error ("taken: %s", row->text);
  escaped = g_strescape (row->text, NULL);
  g_test_message ("%s: %s", escaped, error->message);

  if (!g_error_matches (error, VB_CONFIG_ERROR, (int)row->code))
    g_error ("code %d instead of %d for %s: %s", error->code, row->code, row->text, error->message);
  if (strstr (error->message, files->file) == NULL)
    g_error ("the file is not named for %s: %s", row->text, error->message);
  if (!g_utf8_validate (error->message, -1, NULL))
    g_error ("the message is no UTF-8 for %s", row->text);
  for (guint i = 0; i < PIECES && row->pieces[i] != NULL; i++)
    if (strstr (error->message, row->pieces[i]) == NULL)
      g_error ("%s is missing for %s: %s", row->pieces[i], row->text, error->message);
}

static void
test_bad (Files *files, gconstpointer unused)
{
  G_STATIC_ASSERT (G_N_ELEMENTS (bad) >= 60);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    assert_refused (files, &bad[i]);
}

/* What is behind a NUL byte would be lost without a word. */
static void
test_nul (Files *files, gconstpointer unused)
{
  static const struct
  {
    const char *bytes;
    gsize length;
    const char *line;
  } rows[] = {
    { "\0", 1, "line 1 " },
    { "\0\0\0\0\0\0\0\0", 8, "line 1 " },
    { "[battery]\nwarn-after=5\n\0\nmax-charge-voltage=56\n", 47, "line 3 " },
    { "[battery]\nwarn-after=5\n\0", 24, "line 3 " },
    { "[battery]\nwarn-after=\0005\n", 24, "line 2 " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (VbConfig) config = NULL;

    g_assert_true (g_file_set_contents (files->file, rows[i].bytes, (gssize)rows[i].length, NULL));
    config = vb_config_load (files->file, NULL, &error);
    g_assert_null (config);
    g_assert_error (error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_FILE);
    g_assert_nonnull (strstr (error->message, files->file));
    g_assert_nonnull (strstr (error->message, rows[i].line));
    g_assert_nonnull (strstr (error->message, "NUL"));
  }
}

/* A file that was named must be there; none found is no error. */
static void
test_missing_file (Files *files, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VbConfig) config = vb_config_load (files->file, NULL, &error);

  g_assert_null (config);
  g_assert_error (error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_FILE);
  g_assert_nonnull (strstr (error->message, files->file));
}

/* Who has read one that is gone reads it again, and fails: nothing is no configuration. */
static void
test_find_again (Files *files, gconstpointer unused)
{
  const char *first = vb_config_load_find_file ();

  g_assert_cmpstr (vb_config_load_find_again (files->file), ==, files->file);
  g_assert_cmpstr (vb_config_load_find_again (NULL), ==, first);
  write_file (files->file, "");
  g_assert_cmpstr (vb_config_load_find_again (files->file), ==, first);
}

static void
assert_default_battery (const VbBatteryConfig *config, const char *name, int instance)
{
  g_auto (VbBatteryConfig) standard = { 0 };

  vb_battery_config_init (&standard, name);
  g_assert_cmpstr (config->fixed.name, ==, name);
  g_assert_cmpint (config->fixed.device_instance, ==, instance);
  for (guint i = 0; i < vb_n_keys; i++)
    if (vb_keys[i].group == VB_KEY_GROUP_BATTERY && strcmp (vb_keys[i].key, "device-instance") != 0
        && !vb_key_equal (&vb_keys[i], config, &standard))
      g_error ("[battery] %s is not as by default", vb_keys[i].key);
}

static void
test_empty (Files *files, gconstpointer unused)
{
  g_autoptr (VbConfig) config = load (files, "# nothing\n");

  g_assert_null (config->listen);
  g_assert_null (config->token_file);
  g_assert_null (config->token);
  g_assert_false (config->allow_anonymous);
  g_assert_null (config->server_names);
  g_assert_null (config->bus_address);
  g_assert_cmpint (config->require_settings, ==,
                   g_file_test ("/opt/victronenergy", G_FILE_TEST_IS_DIR));
  g_assert_true (g_path_is_absolute (config->state_dir));
  g_assert_true (g_str_has_suffix (config->state_dir, "/dbus-virtual-battery"));
  g_assert_cmpuint (config->warnings->len, ==, 0);
  g_assert_cmpuint (config->batteries->len, ==, 1);
  assert_default_battery (battery (config, 0), "virtual", 120);
}

/* What a supervisor made for us comes before every other directory, and after the file. */
static void
test_state_directory (Files *files, gconstpointer unused)
{
  static const struct
  {
    const char *environment;
    const char *file;
    const char *dir; /* NULL: as without a supervisor */
  } cases[] = {
    { "/var/lib/vb", "", "/var/lib/vb" },
    { "/var/lib/vb:/var/lib/other", "", "/var/lib/vb" },
    { "/var/lib/vb", "[state]\ndir=/x\n", "/x" },
    { "", "", NULL },
    { "relative", "", NULL },
  };
  g_autoptr (VbConfig) without = load (files, "");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (VbConfig) config = NULL;

    g_setenv ("STATE_DIRECTORY", cases[i].environment, TRUE);
    config = load (files, cases[i].file);
    g_assert_cmpstr (config->state_dir, ==,
                     cases[i].dir != NULL ? cases[i].dir : without->state_dir);
  }
  g_unsetenv ("STATE_DIRECTORY");
}

/* [limits] is of the battery that it names, wherever it stands, and every key of it arrives. */
static void
test_limits (Files *files, gconstpointer unused)
{
  g_autoptr (VbConfig) config
      = load (files, "[limits shed]\ncharge-current=20\n"
                     "[battery shed]\n[battery]\n"
                     "[limits]\n"
                     "charge-voltage=56\ncharge-current=100\n"
                     "discharge-current=150\n"
                     "charge-by-cell-voltage = 3.45 : 100 ; 3.55:0 ;\n"
                     "discharge-by-cell-voltage=2.9:0;3.1:100\n"
                     "charge-by-temperature=0:0;5:100;45:100;50:0\n"
                     "discharge-by-temperature=-20:0;-10:100\n"
                     "charge-by-soc=95:100;100:5\ndischarge-by-soc=5:0;10:100\n"
                     "curve=step\nrecover-above=15\nrecover-hold=60\n"
                     "recover-ramp=0.5\nmin-discharge-current=3\n"
                     "cell-max-voltage=3.6\nfloat-voltage=54\n"
                     "absorption-time=600\nrebulk-soc=80\n"
                     "balance-voltage=57\nbalance-from-soc=96\n"
                     "balance-time=900\nbalance-every=3\n"
                     "charge-to-soc-by-month=3:100;10:80\nfull-every=20\n");
  const VbRulesConfig *rules = &battery (config, 0)->live.rules;
  const VbRulesConfig *shed = &battery (config, 1)->live.rules;
  static const guint points[] = { 2, 2, 4, 2, 2, 2 };

  g_assert_cmpfloat (rules->maximum[VB_LIMIT_CHARGE_VOLTAGE], ==, 56);
  g_assert_cmpfloat (rules->maximum[VB_LIMIT_CHARGE_CURRENT], ==, 100);
  g_assert_cmpfloat (rules->maximum[VB_LIMIT_DISCHARGE_CURRENT], ==, 150);
  for (VbCurveId id = 0; id < VB_N_CURVES; id++)
    g_assert_cmpuint (rules->curves[id].n, ==, points[id]);
  g_assert_cmpfloat (rules->curves[VB_CHARGE_BY_CELL_VOLTAGE].at[0], ==, 3.45);
  g_assert_cmpfloat (rules->curves[VB_CHARGE_BY_CELL_VOLTAGE].share[0], ==, 100);
  g_assert_cmpfloat (rules->curves[VB_CHARGE_BY_SOC].share[1], ==, 5);
  g_assert_cmpint (rules->curve, ==, VB_CURVE_STEP);
  g_assert_cmpfloat (rules->recover_above, ==, 15);
  g_assert_cmpint (rules->recover_hold, ==, 60 * (gint64)G_USEC_PER_SEC);
  g_assert_cmpfloat (rules->recover_ramp, ==, 0.5);
  g_assert_cmpfloat (rules->min_discharge_current, ==, 3);
  g_assert_cmpfloat (rules->cell_max_voltage, ==, 3.6);
  g_assert_cmpfloat (rules->float_voltage, ==, 54);
  g_assert_cmpint (rules->absorption_time, ==, 600 * (gint64)G_USEC_PER_SEC);
  g_assert_cmpfloat (rules->rebulk_soc, ==, 80);
  g_assert_cmpfloat (rules->balance_voltage, ==, 57);
  g_assert_cmpfloat (rules->balance_from_soc, ==, 96);
  g_assert_cmpint (rules->balance_time, ==, 900 * (gint64)G_USEC_PER_SEC);
  g_assert_cmpfloat (rules->balance_every, ==, 3);
  g_assert_cmpuint (rules->charge_to_soc_by_month.n, ==, 2);
  g_assert_cmpfloat (rules->full_every, ==, 20);

  g_assert_cmpfloat (shed->maximum[VB_LIMIT_CHARGE_CURRENT], ==, 20);
  g_assert_true (isnan (shed->maximum[VB_LIMIT_DISCHARGE_CURRENT]));
  g_assert_true (isnan (shed->recover_ramp));

  /* Without a [battery] the one that there is by default has them. */
  g_clear_pointer (&config, vb_config_free);
  config = load (files, "[limits]\ncharge-current=30\n");
  g_assert_cmpuint (config->batteries->len, ==, 1);
  g_assert_cmpfloat (battery (config, 0)->live.rules.maximum[VB_LIMIT_CHARGE_CURRENT], ==, 30);
}

static char *
source_file (const char *folder, const char *name)
{
  const char *root = g_getenv ("SOURCE_ROOT");
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  char *text;

  if (root == NULL)
    g_error ("SOURCE_ROOT is not set");
  path = g_build_filename (root, folder, name, NULL);
  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);

  return text;
}

/* The lines of @text that say something. */
static char *
without_comments (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GString) rest = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0' && *lines[i] != '#')
      g_string_append_printf (rest, "%s\n", lines[i]);

  return g_string_free (g_steal_pointer (&rest), FALSE);
}

/* Each example for a chemistry is taken, also with what is commented out of it, and the document
   shows it as it is. */
static void
test_examples (Files *files, gconstpointer unused)
{
  static const char *const names[]
      = { "lifepo4-8s.ini", "lifepo4-15s.ini", "lifepo4-16s.ini", "nmc-14s.ini" };
  g_autofree char *document = source_file ("docs", "limits.md");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = g_build_filename ("examples", names[i], NULL);
    g_autofree char *text = source_file ("data", path);
    g_autofree char *bare = without_comments (text);
    g_auto (GStrv) optional = g_strsplit (text, "#cell-max", 2);
    g_autofree char *more = g_strjoinv ("cell-max", optional);
    g_autoptr (VbConfig) config = load (files, text);
    g_autoptr (VbConfig) with_more = load (files, more);
    g_autoptr (GString) table = g_string_new (NULL);

    g_assert_cmpuint (config->warnings->len, ==, 0);
    g_assert_nonnull (strstr (document, bare));
    g_assert_false (isnan (battery (with_more, 0)->live.rules.cell_max_voltage));
    vb_config_limits_table_append (config, table);
    for (VbCurveId id = 0; id < VB_N_CURVES; id++)
      g_assert_cmpuint (battery (config, 0)->live.rules.curves[id].n, >, 1);
    g_assert_true (g_str_has_prefix (table->str, "[limits], between two points a straight line\n"
                                                 "charge-by-cell-voltage "));
  }
}

/* What --check-config prints of the rules. */
static void
test_limits_table (Files *files, gconstpointer unused)
{
  g_autoptr (VbConfig) config
      = load (files, "[battery]\n[battery shed]\n[battery plain]\n"
                     "[limits]\ncharge-current=140\ncharge-by-cell-voltage=3.45:100;3.55:0\n"
                     "charge-to-soc-by-month=3:80;11:100\n"
                     "[limits shed]\ndischarge-current=50\ncurve=step\n"
                     "discharge-by-temperature=-20:0;-10.5:33.5\n");
  g_autoptr (GString) table = g_string_new (NULL);

  vb_config_limits_table_append (config, table);
  g_assert_cmpstr (table->str, ==,
                   "[limits], between two points a straight line\n"
                   "charge-by-cell-voltage       3.45 V    100 %     140 A\n"
                   "                             3.55 V      0 %       0 A\n"
                   "charge-to-soc-by-month          3 month     80 %\n"
                   "                               11 month    100 %\n"
                   "[limits shed], between two points the lower one\n"
                   "discharge-by-temperature      -20 °C      0 %       0 A\n"
                   "                            -10.5 °C   33.5 %   16.75 A\n");
}

static gboolean
same_list (char **a, char **b)
{
  return g_strv_equal ((const char *const *)a, (const char *const *)b);
}

/* What the table says by default is what a battery that was not configured is like. */
static void
test_table_defaults (Files *files, gconstpointer unused)
{
  static char *listen[] = { "127.0.0.1:1882", "[::1]:1882", NULL };
  g_autoptr (VbConfig) unset = load (files, "");
  VbConfig config = { 0 };
  g_auto (VbBatteryConfig) standard = { 0 }, read = { 0 };
  VbPartConfig *standard_part = vb_part_config_new ("left"), *part = vb_part_config_new ("left");

  vb_battery_config_init (&standard, "virtual");
  vb_battery_config_init (&read, "virtual");

  for (guint i = 0; i < vb_n_keys; i++) {
    const VbKey *key = &vb_keys[i];
    const gboolean of_battery
        = key->group == VB_KEY_GROUP_BATTERY || key->group == VB_KEY_GROUP_LIMITS;
    const gboolean of_part = key->group == VB_KEY_GROUP_PART;
    gpointer target = of_battery ? (gpointer)&read : of_part ? (gpointer)part : &config;
    gpointer expected = of_battery ? (gpointer)&standard
                        : of_part  ? (gpointer)standard_part
                                   : unset;
    g_autoptr (GError) error = NULL;

    g_assert_cmpfloat (key->minimum, <=, key->maximum);
    if (key->by_default == NULL)
      continue;
    g_assert_true (vb_key_read (key, key->by_default, target, &error));
    g_assert_no_error (error);
    if (strcmp (key->key, "listen") != 0 && !vb_key_equal (key, target, expected))
      g_error ("%s is not by default %s", key->key, key->by_default);
  }

  g_assert_true (same_list (unset->default_listen, listen));
  g_assert_cmpint (unset->settings_timeout, ==, 10 * G_USEC_PER_SEC);
  g_strfreev (config.listen);
  vb_part_config_free (standard_part);
  vb_part_config_free (part);
}

/* A part may stand before its battery; the order of the parts is that of the file. */
static void
test_parts (Files *files, gconstpointer unused)
{
  g_autoptr (VbConfig) config = load (files, "[part boat/left]\ncapacity=280\n"
                                             "[part only]\nwhen-silent=leave-out\n"
                                             "[battery]\n[battery boat]\nparts=series\n"
                                             "[part boat/shunt]\nsays=Current;/Soc\n");
  const VbBatteryFixed *boat = &vb_config_battery (config, "boat")->fixed;
  const VbPartConfig *left = g_ptr_array_index (boat->parts, 0);
  const VbPartConfig *shunt = g_ptr_array_index (boat->parts, 1);
  const VbPartConfig *only
      = g_ptr_array_index (vb_config_battery (config, "virtual")->fixed.parts, 0);

  g_assert_cmpint (boat->arrangement, ==, VB_PARTS_SERIES);
  g_assert_cmpuint (boat->parts->len, ==, 2);
  g_assert_cmpstr (left->name, ==, "left");
  g_assert_cmpfloat (left->capacity, ==, 280);
  g_assert_cmpuint (left->n_items, ==, 0);
  g_assert_cmpstr (shunt->name, ==, "shunt");
  g_assert_true (isnan (shunt->capacity));
  g_assert_cmpuint (shunt->n_items, ==, 2);
  g_assert_cmpuint (shunt->items[0], ==, vb_item_known (VB_KNOWN_CURRENT));
  g_assert_cmpuint (shunt->items[1], ==, vb_item_known (VB_KNOWN_SOC));
  g_assert_cmpint (only->when_silent, ==, VB_WHEN_SILENT_LEAVE_OUT);
}

/* What a reload cannot change of parts is named. */
static void
test_changed_parts (Files *files, gconstpointer unused)
{
  static const struct
  {
    const char *before;
    const char *after;
    const char *difference;
  } rows[] = {
    { "[part left]\n", "[part left]\ncapacity=100\n", "[part left] capacity" },
    { "[part left]\n", "[part left]\nwhen-silent=leave-out\n", "[part left] when-silent" },
    { "[part left]\n", "[part left]\n[part right]\n", "[part right]" },
    { "[part left]\n[part right]\n", "[part left]\n", "[part right]" },
    { "[battery boat]\n[part boat/left]\n", "[battery boat]\n", "[part boat/left]" },
    { "[part left]\n[part s]\nsays=Soc\n", "[part left]\n[part s]\nsays=Current\n",
      "[part s] says" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (VbConfig) before = load (files, rows[i].before);
    g_autoptr (VbConfig) after = load (files, rows[i].after);
    g_auto (GStrv) differences = vb_config_changes_fixed (before, after);

    g_assert_cmpuint (g_strv_length (differences), ==, 1);
    g_assert_cmpstr (differences[0], ==, rows[i].difference);
    g_assert_true (vb_config_changes_fixes (battery (before, 0), battery (after, 0)));
    g_assert_false (vb_config_changes_fixes (battery (before, 0), battery (before, 0)));
  }
}

/* A limit of the configuration has the range of the field that it stands for. */
static void
test_ranges_of_fields (Files *files, gconstpointer unused)
{
  static const struct
  {
    const char *key;
    VbKnown field;
  } rows[] = {
    { "stale-charge-voltage", VB_KNOWN_MAX_CHARGE_VOLTAGE },
    { "max-charge-voltage", VB_KNOWN_MAX_CHARGE_VOLTAGE },
    { "max-charge-current", VB_KNOWN_MAX_CHARGE_CURRENT },
    { "max-discharge-current", VB_KNOWN_MAX_DISCHARGE_CURRENT },
    { "battery-low-voltage", VB_KNOWN_BATTERY_LOW_VOLTAGE },
    { "min-battery-low-voltage", VB_KNOWN_BATTERY_LOW_VOLTAGE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    const VbKey *key = vb_key_find (VB_KEY_GROUP_BATTERY, rows[i].key);
    const VbField *field = vb_item (vb_item_known (rows[i].field))->field;

    g_assert_nonnull (key);
    g_test_message ("%s", key->key);
    g_assert_cmpfloat (key->minimum, ==, field->minimum);
    g_assert_cmpfloat (key->maximum, ==, field->maximum);
    g_assert_cmpstr (key->unit, ==, field->unit);
  }
}

static void
test_everything (Files *files, gconstpointer unused)
{
  g_autofree char *text = g_strdup_printf (
      "[http]\nlisten = 0.0.0.0:1882 ; [::]:1882;unix:/run/vb.sock\ntoken-file=%s\n"
      "server-names=cerbo.local;battery.example\n"
      "[bus]\naddress=unix:path=/run/bus\nrequire-settings=true\nsettings-timeout=2.5\n"
      "[state]\ndir=/var/lib/vb\n"
      "[battery]\nrole=bms\ndevice-instance=0\ncustom-name=Shed \xc3\xa4\nproduct-id=0xC065\n"
      "warn-after=0.1\nstale-after=0.25\ndrop-after=0.25\nleave-after=0.25\noptional-after=0.25\n"
      "frozen-after=0.100001\non-stale=block\nstale-charge-voltage=53.6\nwrong-fields=refuse\n"
      "dbus-writable=true\nbattery-low-voltage=44\nmax-charge-voltage=56.8\n"
      "max-charge-current=100.5\nmax-discharge-current=0\nmin-battery-low-voltage=0\n"
      "history=true\n",
      files->token);
  g_autoptr (VbConfig) config = NULL;
  const VbBatteryConfig *own;

  write_file (files->token, "  s3cret\r\n\n");
  config = load (files, text);
  own = battery (config, 0);

  g_assert_cmpuint (g_strv_length (config->listen), ==, 3);
  g_assert_cmpstr (config->listen[0], ==, "0.0.0.0:1882");
  g_assert_cmpstr (config->listen[1], ==, "[::]:1882");
  g_assert_cmpstr (config->listen[2], ==, "unix:/run/vb.sock");
  g_assert_cmpstr (config->token_file, ==, files->token);
  g_assert_cmpstr (config->token, ==, "s3cret");
  g_assert_false (config->allow_anonymous);
  g_assert_cmpuint (g_strv_length (config->server_names), ==, 2);
  g_assert_cmpstr (config->server_names[1], ==, "battery.example");
  g_assert_cmpstr (config->bus_address, ==, "unix:path=/run/bus");
  g_assert_true (config->require_settings);
  g_assert_cmpint (config->settings_timeout, ==, 2500000);
  g_assert_cmpstr (config->state_dir, ==, "/var/lib/vb");

  g_assert_cmpuint (config->batteries->len, ==, 1);
  g_assert_cmpint (own->fixed.role, ==, VB_ROLE_BMS);
  g_assert_cmpint (own->fixed.device_instance, ==, 0);
  g_assert_cmpstr (own->fixed.custom_name, ==, "Shed \xc3\xa4");
  g_assert_cmphex (own->fixed.product_id, ==, 0xC065);
  g_assert_cmpint (own->live.freshness.warn_after, ==, 100000);
  g_assert_cmpint (own->live.freshness.stale_after, ==, 250000);
  g_assert_cmpint (own->live.freshness.drop_after, ==, 250000);
  g_assert_cmpint (own->live.freshness.leave_after, ==, 250000);
  g_assert_cmpint (own->live.freshness.on_stale, ==, VB_ON_STALE_BLOCK);
  g_assert_cmpint (own->live.optional_after, ==, 250000);
  g_assert_cmpint (own->live.frozen_after, ==, 100001);
  g_assert_cmpfloat (own->live.stale_charge_voltage, ==, 53.6);
  g_assert_true (own->live.wrong_fields);
  g_assert_true (own->live.dbus_writable);
  g_assert_cmpfloat (own->live.battery_low_voltage, ==, 44);
  g_assert_cmpfloat (own->live.max_charge_voltage, ==, 56.8);
  g_assert_cmpfloat (own->live.max_charge_current, ==, 100.5);
  g_assert_cmpfloat (own->live.max_discharge_current, ==, 0);
  g_assert_cmpfloat (own->live.min_battery_low_voltage, ==, 0);
  g_assert_true (own->fixed.history);
}

static void
test_words (Files *files, gconstpointer unused)
{
  static const char *const names[] = { "stop-charging", "block", "drop" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *text = g_strdup_printf ("[battery]\non-stale=%s\n", names[i]);
    g_autoptr (VbConfig) config = load (files, text);

    g_assert_cmpuint (battery (config, 0)->live.freshness.on_stale, ==, i);
  }
  G_STATIC_ASSERT (VB_ON_STALE_STOP_CHARGING == 0 && VB_ON_STALE_BLOCK == 1
                   && VB_ON_STALE_DROP == 2);
}

/* The bounds of the rules of the ladder are allowed themselves. */
static void
test_bounds (Files *files, gconstpointer unused)
{
  static const char *const good[] = {
    "[battery]\nwarn-after=299.999999\nstale-after=300\ndrop-after=300\nleave-after=300\n"
    "optional-after=300\n",
    "[battery]\nwarn-after=29.999999\n",
    "[battery]\nstale-charge-voltage=56.8\nmax-charge-voltage=56.8\nbattery-low-voltage=56.7\n"
    "min-battery-low-voltage=56.7\n",
    "[battery]\nproduct-id=0xAFFF\n",
    "[battery]\nproduct-id=0xB100\n",
    "[battery]\nproduct-id=0xA3DF\n",
    "[battery]\nproduct-id=0xA3F0\n",
    "[battery]\nproduct-id=0\n",
    "[battery]\ndevice-instance=255\n",
    "[battery]\ncustom-name=\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
    "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
    "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
    "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\n",
    "[battery abcdefghijklmnopqrstuvwxyz123456]\n",
    "[battery a]\n",
    "[battery a__9]\n",
    "[battery]\nrole=monitor\non-stale=drop\n",
    "[http]\nlisten=localhost:1882;127.8.9.10:0;[::1]:80;unix:/x\n",
    "[http]\nlisten=127.0.0.1\n",
    "[http]\nlisten=0.0.0.0:1882\nallow-anonymous=true\n",
    "[bus]\naddress=session\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autoptr (VbConfig) config = load (files, good[i]);

    g_assert_cmpuint (config->batteries->len, ==, 1);
    g_assert_cmpuint (config->warnings->len, ==, 0);
  }
}

/* A time that is not set follows those that are. */
static void
test_times_follow (Files *files, gconstpointer unused)
{
  static const struct
  {
    const char *text;
    double warn, stale, drop, leave, optional;
  } rows[] = {
    { "", 10, 30, 180, 600, 120 },
    { "stale-after=250\n", 10, 250, 250, 600, 250 },
    { "stale-after=130\n", 10, 130, 180, 600, 130 },
    { "warn-after=30\n", 30, 90, 180, 600, 120 },
    { "warn-after=80\n", 80, 240, 240, 600, 240 },
    { "warn-after=250\n", 250, 300, 300, 600, 300 },
    { "stale-after=6\n", 2, 6, 180, 600, 120 },
    { "stale-after=0.2\n", 0.1, 0.2, 180, 600, 120 },
    { "drop-after=300\n", 10, 30, 300, 600, 120 },
    { "drop-after=20\n", 10, 20, 20, 600, 120 },
    { "drop-after=3\n", 1, 3, 3, 600, 120 },
    { "leave-after=100\n", 10, 30, 100, 100, 120 },
    { "leave-after=1000\n", 10, 30, 180, 1000, 120 },
    { "warn-after=60\ndrop-after=100\n", 60, 100, 100, 600, 120 },
    { "optional-after=1000\nstale-after=250\n", 10, 250, 250, 600, 1000 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *text
        = g_strconcat ("[battery]\n[battery shed]\nrole=monitor\n", rows[i].text, NULL);
    g_autoptr (VbConfig) config = load (files, text);
    const VbBatteryLive *live = &battery (config, 1)->live;
    const VbFreshness *times = &live->freshness;

    g_test_message ("%s", rows[i].text);
    g_assert_cmpint (times->warn_after, ==, (gint64)(rows[i].warn * G_USEC_PER_SEC));
    g_assert_cmpint (times->stale_after, ==, (gint64)(rows[i].stale * G_USEC_PER_SEC));
    g_assert_cmpint (times->drop_after, ==, (gint64)(rows[i].drop * G_USEC_PER_SEC));
    g_assert_cmpint (times->leave_after, ==, (gint64)(rows[i].leave * G_USEC_PER_SEC));
    g_assert_cmpint (live->optional_after, ==, (gint64)(rows[i].optional * G_USEC_PER_SEC));
    assert_default_battery (battery (config, 0), "virtual", 120);
  }
}

/* The default battery is there if [battery] is, or if there is no battery at all, and comes
   first. */
static void
test_default_battery (Files *files, gconstpointer unused)
{
  g_autoptr (VbConfig) without = load (files, "[battery shed]\n");
  g_autoptr (VbConfig) with = load (files, "[battery shed]\n[battery]\n[battery boat]\n");

  g_assert_cmpuint (without->batteries->len, ==, 1);
  assert_default_battery (battery (without, 0), "shed", 120);

  g_assert_cmpuint (with->batteries->len, ==, 3);
  assert_default_battery (battery (with, 0), "virtual", 121);
  assert_default_battery (battery (with, 1), "shed", 120);
  assert_default_battery (battery (with, 2), "boat", 122);
}

/* Numbers that are not set count up from 120, past those that are, wherever they stand. */
static void
test_instances (Files *files, gconstpointer unused)
{
  g_autoptr (VbConfig) config = load (files, "[battery a]\n"
                                             "[battery b]\ndevice-instance=5\n"
                                             "[battery c]\n"
                                             "[battery d]\ndevice-instance=121\n"
                                             "[battery e]\ndevice-instance=0x78\n");
  static const int instances[] = { 122, 5, 123, 121, 120 };

  for (guint i = 0; i < G_N_ELEMENTS (instances); i++)
    g_assert_cmpint (battery (config, i)->fixed.device_instance, ==, instances[i]);
}

/* Beyond 255 there is none left to count up to. */
static void
test_instances_run_out (Files *files, gconstpointer unused)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (VbConfig) most = NULL;
  g_autoptr (VbConfig) config = NULL;

  for (guint i = 120; i <= 255; i++)
    g_string_append_printf (text, "[battery b%u]\nrole=monitor\n", i);
  most = load (files, text->str);
  g_assert_cmpint (battery (most, 135)->fixed.device_instance, ==, 255);

  g_string_append (text, "[battery onemore]\n");
  write_file (files->file, text->str);
  config = vb_config_load (files->file, NULL, &error);
  g_assert_null (config);
  g_assert_error (error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_CLASH);
  g_assert_nonnull (strstr (error->message, "onemore"));
  g_assert_nonnull (strstr (error->message, "255"));
}

static void
test_warnings (Files *files, gconstpointer unused)
{
  g_autoptr (VbConfig) two = load (files, "[battery]\n[battery shed]\n");
  g_autoptr (VbConfig) one = load (files, "[battery]\n[battery shed]\nrole=monitor\n");

  g_assert_cmpuint (two->warnings->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (two->warnings, 0), "MultipleBatteries"));
  g_assert_cmpuint (one->warnings->len, ==, 0);
}

/* Who can reach the daemon: this machine alone, where every address is its own. */
static void
test_local (Files *files, gconstpointer unused)
{
  static const struct
  {
    const char *text;
    gboolean local;
  } cases[] = {
    { "", TRUE },
    { "[http]\nlisten=127.0.0.1:1;[::1]:1;unix:/run/x\n", TRUE },
    { "[http]\nlisten=127.0.0.1:1;192.0.2.1:1\nallow-anonymous=true\n", FALSE },
    { "[http]\nlisten=[::]:1\nallow-anonymous=true\n", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (VbConfig) config = load (files, cases[i].text);

    g_assert_cmpint (vb_config_listen_is_local (config), ==, cases[i].local);
  }
}

static void
test_token (Files *files, gconstpointer unused)
{
  static const char *const none[] = { "", " \t\r\n", "\n", "\xff\xfe" };
  g_autofree char *text = g_strdup_printf ("[http]\nlisten=0.0.0.0\ntoken-file=%s\n", files->token);

  for (guint i = 0; i < G_N_ELEMENTS (none); i++) {
    const Bad row = { text, VALUE, { "token-file", files->token, "token" } };

    write_file (files->token, none[i]);
    assert_refused (files, &row);
  }

  for (guint length = 15; length <= 16; length++) {
    g_autofree char *token = g_strnfill (length, 'x');
    g_autofree char *line = g_strconcat (token, "\n", NULL);
    g_autoptr (VbConfig) config = NULL;

    write_file (files->token, line);
    config = load (files, text);
    g_assert_cmpstr (config->token, ==, token);
    g_assert_cmpuint (config->warnings->len, ==, length < 16 ? 1 : 0);
  }
}

/* --listen takes the place of the file's addresses and is under the same rules. */
static void
test_listen_option (Files *files, gconstpointer unused)
{
  static const char *const local[] = { "127.0.0.1:0", NULL };
  static const char *const open[] = { "0.0.0.0:0", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (VbConfig) config = NULL;
  g_autoptr (VbConfig) refused = NULL;

  write_file (files->file, "[http]\nlisten=0.0.0.0:1882\n");
  config = vb_config_load (files->file, local, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (config->listen), ==, 1);
  g_assert_cmpstr (config->listen[0], ==, "127.0.0.1:0");

  write_file (files->file, "");
  refused = vb_config_load (files->file, open, &error);
  g_assert_null (refused);
  g_assert_error (error, VB_CONFIG_ERROR, VB_CONFIG_ERROR_CLASH);
  g_assert_nonnull (strstr (error->message, "0.0.0.0:0"));
}

/* What SIGHUP cannot change is named, what it can is not. */
static void
test_unchangeable (Files *files, gconstpointer unused)
{
  g_autoptr (VbConfig) old = load (files, "[http]\nserver-names=a\n"
                                          "[battery]\ndevice-instance=3\nwarn-after=5\n"
                                          "[battery shed]\n");
  g_autoptr (VbConfig) new = load (files, "[http]\nserver-names=b\n[bus]\naddress=system\n"
                                          "[battery]\ndevice-instance=4\nwarn-after=6\n"
                                          "on-stale=drop\nmax-charge-voltage=56\n"
                                          "[battery boat]\n");
  g_auto (GStrv) same = vb_config_changes_fixed (old, old);
  g_auto (GStrv) different = vb_config_changes_fixed (old, new);

  g_assert_cmpuint (g_strv_length (same), ==, 0);
  g_assert_cmpuint (g_strv_length (different), ==, 5);
  g_assert_true (g_strv_contains ((const char *const *)different, "[http] server-names"));
  g_assert_true (g_strv_contains ((const char *const *)different, "[bus] address"));
  g_assert_true (g_strv_contains ((const char *const *)different, "[battery] device-instance"));
  g_assert_true (g_strv_contains ((const char *const *)different, "[battery shed]"));
  g_assert_true (g_strv_contains ((const char *const *)different, "[battery boat]"));
}

/* A battery of which a fixed key differs is told from one of which live keys alone do. */
static void
test_fixes (Files *files, gconstpointer unused)
{
  g_autoptr (VbConfig) config = load (files, "[battery]\nmax-charge-voltage=54\n"
                                             "[battery a]\nmax-charge-voltage=55\n"
                                             "[battery b]\nrole=monitor\n");
  g_auto (VbBatteryConfig) other = { 0 };

  vb_battery_config_copy (&other, battery (config, 0));
  g_assert_false (vb_config_changes_fixes (battery (config, 0), &other));
  other.live = battery (config, 1)->live;
  g_assert_false (vb_config_changes_fixes (battery (config, 0), &other));
  other.fixed.role = VB_ROLE_MONITOR;
  g_assert_true (vb_config_changes_fixes (battery (config, 0), &other));
}

static void
test_markdown (Files *files, gconstpointer unused)
{
  g_autoptr (GString) markdown = g_string_new (NULL);
  g_autofree char *page = source_file ("docs", "configuration.md");

  vb_config_markdown_append (markdown);
  for (guint i = 0; i < vb_n_keys; i++) {
    g_autofree char *cell = g_strdup_printf ("| `%s` |", vb_keys[i].key);

    g_assert_nonnull (strstr (markdown->str, cell));
  }
  g_assert_cmpstr (page, ==, markdown->str);
}

/* Whether two configurations of one battery say the same, `listen` aside: unset is not its
   default. */
static void
assert_same (const VbConfig *a, const VbConfig *b)
{
  g_assert_cmpuint (a->batteries->len, ==, 1);
  g_assert_cmpuint (b->batteries->len, ==, 1);
  g_assert_null (battery (a, 0)->fixed.parts);
  g_assert_null (battery (b, 0)->fixed.parts);

  for (guint i = 0; i < vb_n_keys; i++) {
    const gboolean of_battery
        = vb_keys[i].group == VB_KEY_GROUP_BATTERY || vb_keys[i].group == VB_KEY_GROUP_LIMITS;
    gconstpointer left = of_battery ? (gconstpointer)battery (a, 0) : a;
    gconstpointer right = of_battery ? (gconstpointer)battery (b, 0) : b;

    if (strcmp (vb_keys[i].key, "listen") != 0 && vb_keys[i].group != VB_KEY_GROUP_PART
        && !vb_key_equal (&vb_keys[i], left, right))
      g_error ("%s of the sample is not as by default", vb_keys[i].key);
  }
}

/* The sample shows every key, with its default or else with an example. As it stands, and with the
   defaults uncommented, it changes nothing; with the examples uncommented it is taken. */
static void
test_sample (Files *files, gconstpointer unused)
{
  g_autofree char *sample = source_file ("data", "dbus-virtual-battery.ini");
  g_auto (GStrv) lines = g_strsplit (sample, "\n", -1);
  g_autoptr (GString) defaults = g_string_new (NULL);
  g_autoptr (GString) examples = g_string_new (NULL);
  guint shown = 0;

  write_file (files->token, "0123456789abcdef");
  for (guint i = 0; lines[i] != NULL; i++) {
    const char *equals = strchr (lines[i], '=');
    const char *line = lines[i];
    const VbKey *found = NULL;

    for (guint j = 0; j < vb_n_keys && *line == '#' && equals != NULL; j++)
      if (strlen (vb_keys[j].key) == (gsize)(equals - line - 1)
          && g_str_has_prefix (line + 1, vb_keys[j].key))
        found = &vb_keys[j];

    if (found != NULL) {
      shown++;
      line++;
    }
    if (found != NULL && found->by_default != NULL)
      g_assert_cmpstr (equals + 1, ==, found->by_default);

    /* A group that would change what there is by default is not there. */
    if (g_str_has_prefix (line, "#["))
      line++;
    else if (found == NULL || (found->by_default != NULL && found->group != VB_KEY_GROUP_PART))
      g_string_append_printf (defaults, "%s\n", line);
    if (found != NULL && strcmp (found->key, "token-file") == 0)
      g_string_append_printf (examples, "token-file=%s\n", files->token);
    else
      g_string_append_printf (examples, "%s\n", line);
  }
  g_assert_cmpuint (shown, ==, vb_n_keys);

  {
    g_autoptr (VbConfig) standard = load (files, "");
    g_autoptr (VbConfig) as_it_is = load (files, sample);
    g_autoptr (VbConfig) in_force = load (files, defaults->str);
    g_autoptr (VbConfig) example = load (files, examples->str);

    assert_same (standard, as_it_is);
    assert_same (standard, in_force);
    g_assert_true (same_list (in_force->listen, standard->default_listen));
    g_assert_cmpuint (example->warnings->len, ==, 0);
  }
}

static void
add (const char *path, void (*test) (Files *files, gconstpointer unused))
{
  g_test_add (path, Files, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("/config/bad", test_bad);
  add ("/config/nul", test_nul);
  add ("/config/missing-file", test_missing_file);
  add ("/config/find-again", test_find_again);
  add ("/config/empty", test_empty);
  add ("/config/state-directory", test_state_directory);
  add ("/config/table-defaults", test_table_defaults);
  add ("/config/ranges-of-fields", test_ranges_of_fields);
  add ("/config/parts", test_parts);
  add ("/config/changed-parts", test_changed_parts);
  add ("/config/everything", test_everything);
  add ("/config/limits", test_limits);
  add ("/config/limits-table", test_limits_table);
  add ("/config/examples", test_examples);
  add ("/config/words", test_words);
  add ("/config/bounds", test_bounds);
  add ("/config/times-follow", test_times_follow);
  add ("/config/default-battery", test_default_battery);
  add ("/config/instances", test_instances);
  add ("/config/instances-run-out", test_instances_run_out);
  add ("/config/warnings", test_warnings);
  add ("/config/local", test_local);
  add ("/config/token", test_token);
  add ("/config/listen-option", test_listen_option);
  add ("/config/unchangeable", test_unchangeable);
  add ("/config/fixes", test_fixes);
  add ("/config/markdown", test_markdown);
  add ("/config/sample", test_sample);

  return g_test_run ();
}
