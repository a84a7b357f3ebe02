#include "simulate/simulation.h"

#include <glib/gstdio.h>
#include <string.h>

#include "config/error.h"
#include "simulate/capture-reader.h"

#define HEAD                                                                                       \
  "{\"capture\":1,\"t\":5000000,\"batteries\":[\"virtual\"],\"configuration\":\"[battery]\\nwarn-" \
  "after=2\\nstale-after=3\\n\"}\n"
#define REQUIRED                                                  \
  "{\\\"Soc\\\":63.5,\\\"Voltage\\\":52.7,\\\"Current\\\":-12.3," \
  "\\\"MaxChargeVoltage\\\":55.2,\\\"MaxChargeCurrent\\\":100,\\\"MaxDischargeCurrent\\\":150}"
#define POST(time_, body_)                                                                      \
  "{\"t\":" time_ ",\"battery\":\"virtual\",\"sender\":1,\"method\":\"POST\",\"body\":\"" body_ \
  "\"}\n"
#define LIVE \
  "{\"t\":0,\"battery\":\"virtual\",\"cause\":\"record\",\"status\":200,\"state\":\"live\","

typedef struct
{
  char *folder;
  char *capture;
  char *config;
  GString *printed;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  fixture->folder = g_dir_make_tmp ("test-simulation-XXXXXX", NULL);
  fixture->capture = g_build_filename (fixture->folder, "capture.jsonl", NULL);
  fixture->config = g_build_filename (fixture->folder, "other.ini", NULL);
  fixture->printed = g_string_new (NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  g_unlink (fixture->capture);
  g_unlink (fixture->config);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
  g_free (fixture->capture);
  g_free (fixture->config);
  g_string_free (fixture->printed, TRUE);
}

static void
print (const GString *text, gpointer user_data)
{
  g_string_append (user_data, text->str);
}

/* @config: what stands in another configuration; NULL: there is none */
static gboolean
run (Fixture *fixture, const char *text, const char *config, gboolean table, GError **error)
{
  g_string_truncate (fixture->printed, 0);
  g_assert_true (g_file_set_contents (fixture->capture, text, -1, NULL));
  if (config != NULL)
    g_assert_true (g_file_set_contents (fixture->config, config, -1, NULL));

  return vb_simulation_run (fixture->capture, config != NULL ? fixture->config : NULL, table, print,
                            fixture->printed, error);
}

static void
assert_line (const Fixture *fixture, guint number, const char *part)
{
  g_auto (GStrv) lines = g_strsplit (fixture->printed->str, "\n", -1);

  g_assert_cmpuint (number, <, g_strv_length (lines) - 1);
  if (strstr (lines[number], part) == NULL)
    g_error ("no %s in line %u of:\n%s", part, number, fixture->printed->str);
}

static void
assert_n_lines (const Fixture *fixture, guint n)
{
  g_auto (GStrv) lines = g_strsplit (fixture->printed->str, "\n", -1);

  g_assert_cmpuint (g_strv_length (lines) - 1, ==, n);
}

static const char day[] = HEAD POST ("5000000", REQUIRED)
    POST ("6000000", "{\\\"Soc\\\":\\\"high\\\"}") POST ("6500000", "{") POST (
        "9000000", REQUIRED) "{\"t\":9500000,\"battery\":\"virtual\",\"method\":\"DELETE\"}\n";

/* What stands in the file about answers and states is not read: it is worked out anew. Time acts at
   its very moment. */
static void
test_json (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (run (fixture, day, NULL, FALSE, &error));
  g_assert_no_error (error);
  assert_line (fixture, 0, LIVE);
  assert_line (fixture, 0, "\"shown\":{");
  assert_line (fixture, 0, "\"MaxChargeCurrent\":100");
  assert_line (fixture, 1, "{\"t\":1,\"battery\":\"virtual\",\"cause\":\"record\",\"status\":422,");
  assert_line (fixture, 1, "\"errors\":[{\"field\":\"Soc\"");
  assert_line (fixture, 2,
               "{\"t\":1.5,\"battery\":\"virtual\",\"cause\":\"record\",\"status\":400,");
  assert_line (fixture, 3,
               "{\"t\":2,\"battery\":\"virtual\",\"cause\":\"time\",\"state\":\"late\"");
  assert_line (fixture, 4,
               "{\"t\":3,\"battery\":\"virtual\",\"cause\":\"time\",\"state\":\"stale\"");
  assert_line (fixture, 4, "\"MaxChargeCurrent\":0");
  assert_line (fixture, 5, "{\"t\":4,\"battery\":\"virtual\",\"cause\":\"record\",\"status\":200,");
  assert_line (fixture, 6,
               "{\"t\":4.5,\"battery\":\"virtual\",\"cause\":\"delete\",\"state\":\"gone\"");
  assert_n_lines (fixture, 7);
}

static void
test_table (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (run (fixture, day, NULL, TRUE, &error));
  g_assert_no_error (error);
  assert_line (fixture, 0,
               "        time battery    status state      SoC        V        A     CVL");
  assert_line (fixture, 1,
               "   0:00:00.0 virtual    200    live      63.5    52.70    -12.3    55.2");
  assert_line (fixture, 2, "   0:00:01.0 virtual    422    live ");
  assert_line (fixture, 2, "  Soc is the text \"high\"");
  assert_line (fixture, 5,
               "   0:00:03.0 virtual    time   stale        -        -        -    55.2     0.0");
  assert_n_lines (fixture, 8);
}

/* A note that goes on counting is told once, and another cell is another note; 0 is a time like any
   other. */
static void
test_counting_note (Fixture *fixture, gconstpointer unused)
{
#define SAME(time_) POST (time_, REQUIRED)
  static const char text[]
      = "{\"capture\":1,\"t\":0,\"configuration\":\"[battery]\\nwarn-after=200"
        "\\nstale-after=250\\n\"}\n" SAME ("0") SAME ("100000000") SAME ("200000000")
            SAME ("300000000") SAME ("400000000") SAME ("500000000")
                POST ("501000000", "{\\\"Cell1\\\":99}") POST ("502000000", "{\\\"Cell1\\\":98}")
                    POST ("503000000", "{\\\"Cell2\\\":99}");
  g_autoptr (GError) error = NULL;

  g_assert_true (run (fixture, text, NULL, TRUE, &error));
  g_assert_no_error (error);
  assert_line (fixture, 1, "   0:00:00.0 virtual    200    live ");
  assert_line (fixture, 2, "nothing that is measured has changed for 5 minutes");
  assert_line (fixture, 3, "   0:08:21.0 virtual    422    live ");
  assert_line (fixture, 3, "Cell1 is 99 V");
  assert_line (fixture, 4, "Cell2 is 99 V");
  assert_n_lines (fixture, 5);
}

/* The same records with another configuration: nothing grows old. What the file says of the
   configuration, at its beginning or later, does not count then. */
static void
test_other_configuration (Fixture *fixture, gconstpointer unused)
{
  static const char text[] = HEAD POST (
      "5000000", REQUIRED) "{\"t\":6000000,\"configuration\":\"\"}\n" POST ("9000000", REQUIRED);
  g_autoptr (GError) error = NULL;

  g_assert_true (run (fixture, text, "[battery]\nmax-charge-current=50\n", FALSE, &error));
  g_assert_no_error (error);
  assert_line (fixture, 0, "\"MaxChargeCurrent\":50");
  assert_line (fixture, 1, "\"t\":4,");
  assert_n_lines (fixture, 2);
}

/* The configuration of a plant, tried elsewhere: no token, no address of it is needed. */
static void
test_other_machine (Fixture *fixture, gconstpointer unused)
{
  static const char text[] = HEAD POST ("5000000", REQUIRED);
  g_autoptr (GError) error = NULL;

  g_assert_true (run (fixture, text,
                      "[http]\ntoken-file=/nowhere/token\nlisten=192.0.2.1:1882\n[state]\n"
                      "dir=/nowhere\n[battery]\nmax-charge-current=50\n",
                      FALSE, &error));
  g_assert_no_error (error);
  assert_line (fixture, 0, "\"MaxChargeCurrent\":50");
  assert_n_lines (fixture, 1);
}

/* Which rule holds which limit down, as verdicts have it; and nothing where there are no rules. */
static void
test_limited (Fixture *fixture, gconstpointer unused)
{
  static const char text[]
      = HEAD POST ("5000000", REQUIRED) POST ("5500000", "{\\\"Temperature\\\":45}")
          POST ("6500000", "{\\\"Temperature\\\":45}") POST ("36000000", REQUIRED);
  static const char rules[]
      = "[battery]\nwarn-after=2\nstale-after=3\n[limits]\ncharge-current=80\n"
        "recover-hold=1\nrecover-ramp=80\n"
        "charge-by-temperature=0:0;10:100;40:100;50:0\n";
  g_autoptr (GError) error = NULL;

  g_assert_true (run (fixture, text, rules, FALSE, &error));
  g_assert_no_error (error);
  assert_line (fixture, 0,
               "\"limited\":{\"MaxChargeCurrent\":{\"to\":0,\"by\":\"charge-by-temperature\","
               "\"field\":\"Temperature\",\"value\":null,\"share\":0}}");
  assert_line (fixture, 1, "\"limited\":{\"MaxChargeCurrent\":{\"to\":0,\"by\":\"recover-hold\"}}");
  assert_line (fixture, 2,
               "\"limited\":{\"MaxChargeCurrent\":{\"to\":40,\"by\":\"charge-by-temperature\","
               "\"field\":\"Temperature\",\"value\":45,\"share\":50}}");
  assert_line (fixture, 3, "\"cause\":\"time\",\"state\":\"late\"");
  assert_line (fixture, 3, "\"limited\":{\"MaxChargeCurrent\":{\"to\":40,");

  g_assert_true (run (fixture, text, NULL, FALSE, &error));
  g_assert_no_error (error);
  g_assert_null (strstr (fixture->printed->str, "limited"));
}

/* As with SIGHUP: what can change does, and a battery of which something else would change, too,
   stays as it is. */
static void
test_configured (Fixture *fixture, gconstpointer unused)
{
  static const char text[] = HEAD POST (
      "5000000",
      REQUIRED) "{\"t\":5500000,\"configuration\":\"[battery]\\nmax-charge-current=40\\n\"}\n"
                "{\"t\":5600000,\"configuration\":\"[battery]\\nrole=monitor\\n\"}\n"
                "{\"t\":5700000,\"configuration\":\"\"}\n" POST ("9000000", REQUIRED);
  g_autoptr (GError) error = NULL;

  g_assert_true (run (fixture, text, NULL, FALSE, &error));
  g_assert_no_error (error);
  assert_line (fixture, 1, "{\"t\":0.5,\"battery\":\"virtual\",\"cause\":\"configuration\"");
  assert_line (fixture, 1, "\"shown\":{\"MaxChargeCurrent\":40}");
  assert_line (fixture, 2, "\"t\":0.7,");
  assert_line (fixture, 2, "\"shown\":{\"MaxChargeCurrent\":100}");
  assert_line (fixture, 3, "\"t\":4,");
  assert_n_lines (fixture, 4);
}

/* What a battery is charged to may go by the month: by that of the capture. */
static void
test_month (Fixture *fixture, gconstpointer unused)
{
#define BY_MONTH(time_)                                                                       \
  "{\"capture\":1,\"t\":0,\"time\":\"" time_ "\",\"configuration\":\"[limits]\\n"             \
  "charge-current=100\\ncharge-to-soc=100\\ncharge-to-soc-by-month=1:50;5:100\\n\"}\n" POST ( \
      "1000000", REQUIRED) POST ("3601000000", REQUIRED)
  g_autoptr (GError) error = NULL;

  g_assert_true (run (fixture, BY_MONTH ("2026-04-30T23:30:00.000Z"), NULL, FALSE, &error));
  g_assert_no_error (error);
  assert_line (fixture, 0, "\"MaxChargeCurrent\":0");
  g_assert_true (run (fixture, BY_MONTH ("2026-05-30T23:30:00.000Z"), NULL, FALSE, &error));
  g_assert_no_error (error);
  assert_line (fixture, 0, "\"MaxChargeCurrent\":100");
}

/* The clock of a capture may stand anywhere, and leave the calendar. */
static void
test_far_away (Fixture *fixture, gconstpointer unused)
{
  static const char text[] = "{\"capture\":1,\"t\":0,\"time\":\"9999-12-31T00:00:00.000Z\","
                             "\"configuration\":\"\"}\n" POST ("9007199254740992", REQUIRED);
  g_autoptr (GError) error = NULL;

  g_assert_true (run (fixture, text, NULL, FALSE, &error));
  g_assert_no_error (error);
  assert_line (fixture, 0, "\"state\":\"live\"");
  assert_n_lines (fixture, 1);
}

/* A record for all of a battery with parts is refused again, also with another configuration; one
   of a battery without fits no battery with parts. */
static void
test_whole_record (Fixture *fixture, gconstpointer unused)
{
#define PARTS "[battery]\\n[part left]\\n[part right]\\n"
#define REFUSED(t_) \
  "{\"t\":" t_ ",\"battery\":\"virtual\",\"method\":\"POST\",\"status\":409,\"body\":\"{}\"}\n"
  static const char text[] = "{\"capture\":1,\"t\":0,\"configuration\":\"" PARTS
                             "\"}\n" REFUSED ("1000000") REFUSED ("2000000");
  g_autoptr (GError) error = NULL;

  g_assert_true (run (fixture, text, NULL, FALSE, &error));
  g_assert_no_error (error);
  assert_line (fixture, 0, "\"status\":409");
  assert_line (fixture, 0, "\"code\":\"parts\"");
  assert_n_lines (fixture, 2);
  g_assert_true (run (fixture, text, "[part one]\n[part two]\n", FALSE, &error));
  g_assert_no_error (error);
  assert_line (fixture, 0, "\"code\":\"parts\"");

  g_assert_false (run (fixture, HEAD POST ("6000000", REQUIRED), "[part left]\n", FALSE, &error));
  g_assert_nonnull (strstr (error->message, ", line 2: the battery virtual of the configuration "
                                            "has parts"));
}

static void
test_refused (Fixture *fixture, gconstpointer unused)
{
  static const struct
  {
    const char *text;
    const char *config;
    const char *says;
  } files[] = {
    { "{}\n", NULL, ", line 1: a capture begins with a line that has \"capture\"" },
    { "{\n", NULL, ", line 1: not JSON, " },
    { "{\"capture\":2,\"t\":0,\"configuration\":\"\"}\n", NULL, ", line 1: a capture of format 2" },
    { "{\"capture\":1,\"t\":0,\"configuration\":\"[batery]\\n\"}\n", NULL,
      ", line 1: its configuration: there is no group [batery]" },
    { HEAD "{\"t\":6000000,\"battery\":\"boat\",\"method\":\"POST\",\"body\":\"{}\"}\n", NULL,
      ", line 2: the configuration has no battery boat" },
    { "{\"capture\":1,\"t\":-1,\"configuration\":\"\"}\n", NULL,
      ", line 1: \"t\" is a number of " },
    { HEAD "{\"t\":-1}\n", NULL, ", line 2: \"t\" is a number of microseconds from 0 to 2⁵³" },
    { HEAD "{\"t\":1e300}\n", NULL, ", line 2: \"t\" is a number of " },
    { HEAD "{\"t\":1e400}\n", NULL, ", line 2: \"t\" is a number of " },
    { HEAD "{\"t\":99999999999999999999}\n", NULL, ", line 2: \"t\" is a number of " },
    { HEAD "{\"t\":\"6000000\"}\n", NULL, ", line 2: \"t\" is a number of " },
    { HEAD "{\"t\":6000000,\"configuration\":\"[battery]\\nwarn=1\\n\"}\n", NULL,
      ", line 2: its configuration: [battery] has no key warn" },
    { HEAD, "[battery]\nwarn-after=x\n", "other.ini: [battery] warn-after=x" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (run (fixture, files[i].text, files[i].config, FALSE, &error));
    if (strstr (error->message, files[i].says) == NULL)
      g_error ("no %s in %s", files[i].says, error->message);
    g_assert_cmpstr (fixture->printed->str, ==, "");
  }
}

static void
test_no_file (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (fixture->capture, "", -1, NULL));
  g_assert_false (vb_simulation_run ("/nowhere", NULL, FALSE, print, fixture->printed, &error));
  g_assert_nonnull (strstr (error->message, "/nowhere"));
}

/* Twice the same, to the last byte. */
static void
test_deterministic (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *first = NULL;

  g_assert_true (run (fixture, day, NULL, FALSE, NULL));
  first = g_strdup (fixture->printed->str);
  g_assert_true (run (fixture, day, NULL, FALSE, NULL));
  g_assert_cmpstr (fixture->printed->str, ==, first);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path_, test_) g_test_add ("/simulation/" path_, Fixture, NULL, set_up, test_, tear_down)
  ADD ("json", test_json);
  ADD ("table", test_table);
  ADD ("counting-note", test_counting_note);
  ADD ("other-configuration", test_other_configuration);
  ADD ("other-machine", test_other_machine);
  ADD ("limited", test_limited);
  ADD ("configured", test_configured);
  ADD ("month", test_month);
  ADD ("far-away", test_far_away);
  ADD ("whole-record", test_whole_record);
  ADD ("refused", test_refused);
  ADD ("no-file", test_no_file);
  ADD ("deterministic", test_deterministic);

  return g_test_run ();
}
