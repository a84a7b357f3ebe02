#include <math.h>
#include <string.h>

#include "doctor/client.h"

static GBytes *
bytes (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

static VbBatteryAnswer *
read_answer (const char *text)
{
  g_autoptr (GBytes) json = bytes (text);

  return vb_battery_answer_new (json);
}

static void
test_whole (void)
{
  g_autoptr (VbBatteryAnswer) answer = read_answer (
      "{\"state\": \"late\", \"on_bus\": true, \"joining\": null, \"instance\": 100, \"age\": 12.5,"
      "\"parts\": [{\"part\": \"left\", \"state\": \"late\", \"counts\": true, \"off\": false,"
      "\"missing\": [\"Soc\", \"Power\"]}, 7, {\"part\": \"right\"}],"
      "\"missing\": [\"Soc\", \"Voltage\"], \"source\": {\"address\": \"127.0.0.1\","
      "\"records\": 812, \"refused\": 2, \"last\": \"2026\", \"last_refusal\": {\"time\": \"2025\","
      "\"status\": 422, \"errors\": [{\"detail\": \"Soc is 101 %\"}, {\"detail\": \"other\"}]}},"
      "\"values\": {\"MaxChargeVoltage\": {\"value\": 53, \"asked\": 55.2}}}");
  const VbPartAnswer *part;

  g_assert_nonnull (answer);
  g_assert_cmpstr (answer->state, ==, "late");
  g_assert_true (answer->on_bus);
  g_assert_null (answer->joining);
  g_assert_cmpint (answer->instance, ==, 100);
  g_assert_cmpfloat (answer->age, ==, 12.5);
  g_assert_cmpstr (answer->missing, ==, "Soc, Voltage");
  g_assert_cmpstr (answer->address, ==, "127.0.0.1");
  g_assert_cmpint (answer->records, ==, 812);
  g_assert_cmpint (answer->refused, ==, 2);
  g_assert_cmpstr (answer->last, ==, "2026");
  g_assert_cmpstr (answer->last_refusal, ==, "2025");
  g_assert_cmpstr (answer->refusal, ==, "Soc is 101 %");
  g_assert_cmpfloat (answer->charge_voltage, ==, 55.2);

  g_assert_cmpuint (answer->parts->len, ==, 1);
  part = g_ptr_array_index (answer->parts, 0);
  g_assert_cmpstr (part->name, ==, "left");
  g_assert_cmpstr (part->state, ==, "late");
  g_assert_cmpstr (part->missing, ==, "Soc, Power");
  g_assert_true (part->counts);
  g_assert_false (part->off);
}

/* What is not there, or is something else, is as if it were not known. */
static void
test_parts (void)
{
  g_autoptr (VbBatteryAnswer) plain
      = read_answer ("{\"state\": \"live\", \"on_bus\": true,"
                     "\"values\": {\"MaxChargeVoltage\": {\"value\": 54}}}");
  g_autoptr (VbBatteryAnswer) bare = read_answer ("{\"state\": \"waiting\", \"on_bus\": false}");
  g_autoptr (VbBatteryAnswer) odd = read_answer (
      "{\"state\": \"x\", \"on_bus\": 1, \"joining\": [], \"instance\": \"7\", \"age\": null,"
      "\"missing\": [1, null, \"Soc\"], \"source\": {\"address\": {}, \"records\": true,"
      "\"last\": 5, \"last_refusal\": {\"time\": \"t\", \"errors\": [7]}},"
      "\"values\": {\"MaxChargeVoltage\": {\"value\": \"54\", \"asked\": null}}}");

  g_assert_nonnull (bare);
  g_assert_false (bare->on_bus);
  g_assert_cmpint (bare->instance, ==, -1);
  g_assert_true (isnan (bare->age));
  g_assert_cmpstr (bare->missing, ==, "");
  g_assert_null (bare->last);
  g_assert_null (bare->parts);

  g_assert_nonnull (odd);
  g_assert_false (odd->on_bus);
  g_assert_null (odd->joining);
  g_assert_cmpint (odd->instance, ==, -1);
  g_assert_true (isnan (odd->age));
  g_assert_cmpstr (odd->missing, ==, "Soc");
  g_assert_null (odd->address);
  g_assert_cmpint (odd->records, ==, 0);
  g_assert_null (odd->last);
  g_assert_null (odd->refusal);
  g_assert_true (isnan (bare->charge_voltage));
  g_assert_true (isnan (odd->charge_voltage));
  g_assert_cmpfloat (plain->charge_voltage, ==, 54);
}

static void
test_node_red (void)
{
  static const struct
  {
    const char *page;
    gboolean is_node_red;
  } cases[] = {
    { "<html><head>\n<title>Node-RED</title>", TRUE },
    { "<title>Shed</title><script src=\"red/red.min.js?v=1\"></script>", TRUE },
    { "<title>Grafana</title>I am not Node-RED", FALSE },
    { "Cannot GET /", FALSE },
    { "", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GBytes) page = bytes (cases[i].page);

    g_assert_cmpint (vb_client_is_node_red (page), ==, cases[i].is_node_red);
  }
}

static void
test_other_programs (void)
{
  static const char *const others[] = { "",
                                        "<html>",
                                        "null",
                                        "[]",
                                        "{}",
                                        "{\"state\": 5, \"on_bus\": true}",
                                        "{\"state\": \"x\"}",
                                        "{\"state\": \"x\", \"on_bus\": true",
                                        "[[[[[[[[[[[[[[[[[[[[" };

  for (guint i = 0; i < G_N_ELEMENTS (others); i++) {
    g_autoptr (GBytes) json = bytes (others[i]);

    g_assert_null (vb_battery_answer_new (json));
    g_assert_false (vb_battery_answer_is_list (json));
  }
}

static void
test_list (void)
{
  g_autoptr (GBytes) ours = bytes ("[{\"name\": \"virtual\", \"service\": \"com.x\"}]\n");
  g_autoptr (GBytes) other = bytes ("[{\"name\": \"virtual\"}]");
  g_autoptr (GBytes) numbers = bytes ("[1]");

  g_assert_true (vb_battery_answer_is_list (ours));
  g_assert_false (vb_battery_answer_is_list (other));
  g_assert_false (vb_battery_answer_is_list (numbers));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/battery-answer/whole", test_whole);
  g_test_add_func ("/battery-answer/parts", test_parts);
  g_test_add_func ("/battery-answer/node-red", test_node_red);
  g_test_add_func ("/battery-answer/other-programs", test_other_programs);
  g_test_add_func ("/battery-answer/list", test_list);

  return g_test_run ();
}
