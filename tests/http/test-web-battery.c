#include "web/battery.h"
#include "web/info.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define FULL                                                                           \
  "{\"Soc\": 63.5, \"Voltage\": 52.7, \"Current\": -12.3, \"MaxChargeVoltage\": 55.2," \
  " \"MaxChargeCurrent\": 100, \"MaxDischargeCurrent\": 150}"

typedef struct
{
  GPtrArray *batteries;
  VbBattery *battery;
  VbHttpServer *server;
  VbWebBattery *battery_routes;
  VbWebInfo *info_routes;
  guint16 port;

  /* The last answer. */
  guint status;
  char *head;
  char *body;
  JsonParser *parser;
} Fixture;

/* One request, sent by a thread of its own while the loop serves it. */
typedef struct
{
  guint16 port;
  char *request;
  GString *answer;
  gint done;
} Exchange;

static void
set_up (Fixture *fixture, gconstpointer user_data)
{
  const VbHttpConfig http = VB_HTTP_CONFIG_DEFAULT;
  g_auto (VbBatteryConfig) config = { 0 };
  g_autoptr (GError) error = NULL;
  int port;

  vb_battery_config_init (&config, "virtual");
  fixture->battery = vb_battery_new (&config, 1);
  fixture->batteries = g_ptr_array_new_with_free_func ((GDestroyNotify)vb_battery_free);
  g_ptr_array_add (fixture->batteries, fixture->battery);

  fixture->server = vb_http_server_new (&http);
  fixture->battery_routes = vb_web_battery_new (fixture->server, fixture->batteries);
  fixture->info_routes = vb_web_info_new (fixture->server, fixture->batteries);
  port = vb_http_server_listen (fixture->server, "127.0.0.1:0", &error);
  g_assert_no_error (error);
  fixture->port = (guint16)port;
  fixture->parser = json_parser_new ();
}

static void
tear_down (Fixture *fixture, gconstpointer user_data)
{
  vb_http_server_free (fixture->server);
  vb_web_battery_free (fixture->battery_routes);
  vb_web_info_free (fixture->info_routes);
  g_ptr_array_unref (fixture->batteries);
  g_free (fixture->head);
  g_free (fixture->body);
  g_object_unref (fixture->parser);
}

static gpointer
exchange (gpointer data)
{
  Exchange *own = data;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) connection
      = g_socket_client_connect_to_host (client, "127.0.0.1", own->port, NULL, &error);
  char buffer[4096];
  gssize length;

  g_assert_no_error (error);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), own->request,
                             strlen (own->request), NULL, NULL, &error);
  g_assert_no_error (error);
  while ((length = g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)),
                                        buffer, sizeof buffer, NULL, NULL))
         > 0)
    g_string_append_len (own->answer, buffer, length);

  g_atomic_int_set (&own->done, TRUE);
  g_main_context_wakeup (NULL);

  return NULL;
}

static JsonNode *
ask (Fixture *fixture, const char *method, const char *path, const char *body)
{
  g_autoptr (GString) answer = g_string_new (NULL);
  g_autofree char *request = g_strdup_printf ("%s %s HTTP/1.1\r\nHost: localhost\r\n"
                                              "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
                                              method, path, strlen (body), body);
  Exchange own = { .port = fixture->port, .request = request, .answer = answer };
  GThread *thread = g_thread_new ("client", exchange, &own);
  const char *blank;

  while (!g_atomic_int_get (&own.done))
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);

  blank = strstr (answer->str, "\r\n\r\n");
  g_assert_nonnull (blank);
  g_free (fixture->head);
  g_free (fixture->body);
  fixture->head = g_strndup (answer->str, (gsize)(blank - answer->str));
  fixture->body = g_strdup (blank + 4);
  fixture->status = (guint)g_ascii_strtoull (answer->str + strlen ("HTTP/1.1 "), NULL, 10);

  if (*fixture->body == '\0')
    return NULL;

  g_assert_true (json_parser_load_from_data (fixture->parser, fixture->body, -1, NULL));

  return json_parser_get_root (fixture->parser);
}

static JsonObject *
ask_object (Fixture *fixture, const char *method, const char *path, const char *body)
{
  JsonNode *node = ask (fixture, method, path, body);

  g_assert_nonnull (node);

  return json_node_get_object (node);
}

static void
test_post (Fixture *fixture, gconstpointer user_data)
{
  JsonObject *verdict;

  /* 202: the battery does not own a name, nobody has put it on a bus. */
  verdict = ask_object (fixture, "POST", "/battery", FULL);
  g_assert_cmpuint (fixture->status, ==, 202);
  g_assert_cmpstr (json_object_get_string_member (verdict, "state"), ==, "live");
  g_assert_nonnull (strstr (fixture->head, "application/json"));

  vb_battery_set_presence (fixture->battery, TRUE, VB_JOINING_NOTHING, "com.example", 100);
  verdict = ask_object (fixture, "POST", "/battery/virtual", FULL);
  g_assert_cmpuint (fixture->status, ==, 200);
  g_assert_cmpint (json_object_get_int_member (verdict, "changed"), ==, 0);
}

static void
test_refusals (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *method;
    const char *path;
    const char *body;
    guint status;
    const char *detail;
  } rows[] = {
    { "POST", "/battery", "{", 400, "line 1, column" },
    { "POST", "/battery", "", 400, "line 1, column" },
    { "POST", "/battery", "{}", 422, "empty" },
    { "POST", "/battery", "[]", 422, "not an object" },
    { "POST", "/battery", "{\"Connected\": 2, \"Voltage\": 52}", 422, "1 of 2 fields is wrong" },
    { "POST", "/battery", "{\"Soc\": 106, \"Volt\": 52}", 422, "2 of 2 fields are wrong" },
    { "POST", "/battery/check", "{\"Soc\": 106}", 422, "1 of 1 fields is wrong" },
    { "PUT", "/battery", "{\"Soc\": 50}", 422, "5 required fields are missing" },
    { "POST", "/battery/other", FULL, 404, "no battery other" },
    { "GET", "/battery/other", "", 404, "no battery other" },
    { "DELETE", "/battery/other", "", 404, "no battery other" },
    { "POST", "/battery?Soc=63.5", FULL, 400,
      "/battery takes no query; values go into the body, as JSON; a name goes into the path, as "
      "/battery/NAME." },
    { "GET", "/battery?battery=boat", "", 400, "a name goes into the path, as /battery/NAME" },
    { "POST", "/battery/check?x=1", FULL, 400, "/battery/check takes no query" },
    { "POST", "/battery/", FULL, 404, "did you mean /battery?" },
    { "POST", "/virtualbattery", FULL, 404, "did you mean /battery?" },
    { "GET", "/batterys", "", 404, "did you mean /batter" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    JsonObject *problem;

    g_test_message ("%s %s %s", rows[i].method, rows[i].path, rows[i].body);
    problem = ask_object (fixture, rows[i].method, rows[i].path, rows[i].body);
    g_assert_cmpuint (fixture->status, ==, rows[i].status);
    g_assert_cmpint (json_object_get_int_member (problem, "status"), ==, rows[i].status);
    g_assert_nonnull (strstr (fixture->head, "application/problem+json"));
    g_assert_nonnull (strstr (json_object_get_string_member (problem, "detail"), rows[i].detail));
  }

  /* Six of them were pushes that the source has to hear of; a check is none. */
  g_assert_cmpuint (vb_battery_source (fixture->battery)->refused, ==, 7);
  g_assert_cmpuint (vb_battery_source (fixture->battery)->records, ==, 0);
}

static void
test_replayed (Fixture *fixture, gconstpointer user_data)
{
  ask (fixture, "POST", "/battery", "{\"Sequence\": 7, \"Soc\": 50}");
  g_assert_cmpuint (fixture->status, ==, 202);
  ask (fixture, "POST", "/battery", "{\"Sequence\": 7, \"Soc\": 50}");
  g_assert_cmpuint (fixture->status, ==, 409);
}

/* The very same body again and again, and others between: every answer is that of a first time. */
static void
test_repeated (Fixture *fixture, gconstpointer user_data)
{
  static const struct
  {
    const char *method;
    const char *path;
    const char *body;
    guint status;
    gint64 accepted;
  } rows[] = {
    { "POST", "/battery", FULL, 202, 6 },
    { "POST", "/battery", FULL, 202, 6 },
    { "POST", "/battery", "{\"Soc\": 106}", 422, 0 },
    { "POST", "/battery", "{\"Soc\": 106}", 422, 0 },
    { "POST", "/battery", FULL, 202, 6 },
    { "POST", "/battery", "{\"Soc\": 50}", 202, 1 },
    { "PUT", "/battery", "{\"Soc\": 50}", 422, 0 },
    { "PUT", "/battery", "{\"Soc\": 50}", 422, 0 },
    { "POST", "/battery", "{\"Soc\": 50}", 202, 1 },
    { "POST", "/battery", "", 400, 0 },
    { "POST", "/battery", "", 400, 0 },
    { "POST", "/battery/check", FULL, 202, 6 },
    { "PUT", "/battery", FULL, 202, 6 },
    { "POST", "/battery", "{\"Soc\": 0}", 202, 0 },
    { "POST", "/battery", "{\"Soc\": 0}", 202, 0 },
    { "POST", "/battery", FULL, 202, 6 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    JsonObject *answer = ask_object (fixture, rows[i].method, rows[i].path, rows[i].body);

    g_test_message ("%u: %s", i, fixture->body);
    g_assert_cmpuint (fixture->status, ==, rows[i].status);
    if (rows[i].accepted > 0)
      g_assert_cmpint (json_object_get_int_member (answer, "accepted"), ==, rows[i].accepted);
    else if (rows[i].status != 400)
      g_assert_cmpuint (json_array_get_length (json_object_get_array_member (answer, "errors")), >,
                        0);
  }
  g_assert_cmpuint (vb_battery_source (fixture->battery)->records, ==, 9);
}

/* The same bytes to a BMS and to a monitor in turn: what the monitor leaves out, the BMS takes. */
static void
test_repeated_to_another (Fixture *fixture, gconstpointer user_data)
{
  static const char *const between[] = { "/battery/boat", "/battery/boat/check" };

  for (guint drop = 0; drop < 2; drop++) {
    g_auto (VbBatteryConfig) config = { 0 };

    vb_battery_config_init (&config, "virtual");
    config.live.wrong_fields = drop != 0;
    vb_battery_reconfigure (fixture->battery, &config, 1);
    if (drop == 0) {
      g_auto (VbBatteryConfig) boat = { 0 };

      vb_battery_config_init (&boat, "boat");
      boat.fixed.role = VB_ROLE_MONITOR;
      boat.live.wrong_fields = VB_WRONG_FIELDS_REFUSE;
      g_ptr_array_add (fixture->batteries, vb_battery_new (&boat, 1));
    }

    for (guint i = 0; i < G_N_ELEMENTS (between); i++) {
      JsonObject *answer;

      for (guint j = 0; j < 2; j++) {
        answer = ask_object (fixture, "POST", "/battery", FULL);
        g_assert_cmpuint (fixture->status, ==, 202);
        g_assert_cmpint (json_object_get_int_member (answer, "accepted"), ==, 6);
        g_assert_cmpuint (json_array_get_length (json_object_get_array_member (answer, "errors")),
                          ==, 0);

        answer = ask_object (fixture, "POST", between[i], FULL);
        g_assert_cmpuint (fixture->status, ==, 202);
        g_assert_cmpint (json_object_get_int_member (answer, "accepted"), ==, 3);
        g_assert_cmpuint (json_array_get_length (json_object_get_array_member (answer, "errors")),
                          ==, 0);
        g_assert_cmpuint (json_array_get_length (json_object_get_array_member (answer, "ignored")),
                          ==, 3);
      }
    }
  }
}

static void
test_check_changes_nothing (Fixture *fixture, gconstpointer user_data)
{
  JsonObject *verdict = ask_object (fixture, "POST", "/battery/check", FULL);

  g_assert_cmpuint (fixture->status, ==, 202);
  g_assert_cmpstr (json_object_get_string_member (verdict, "state"), ==, "live");
  g_assert_cmpint (vb_battery_state (fixture->battery), ==, VB_STATE_WAITING);
  g_assert_cmpuint (vb_battery_source (fixture->battery)->records, ==, 0);

  ask (fixture, "POST", "/battery/virtual/check", FULL);
  g_assert_cmpuint (fixture->status, ==, 202);
}

static void
test_put_get_delete (Fixture *fixture, gconstpointer user_data)
{
  JsonObject *battery;

  ask (fixture, "POST", "/battery", "{\"Temperature\": 20}");
  ask (fixture, "PUT", "/battery", FULL);
  g_assert_cmpuint (fixture->status, ==, 202);

  battery = ask_object (fixture, "GET", "/battery", "");
  g_assert_cmpuint (fixture->status, ==, 200);
  g_assert_cmpstr (json_object_get_string_member (battery, "state"), ==, "live");
  g_assert_false (
      json_object_has_member (json_object_get_object_member (battery, "values"), "Temperature"));

  g_assert_null (ask (fixture, "DELETE", "/battery", ""));
  g_assert_cmpuint (fixture->status, ==, 204);
  g_assert_cmpint (vb_battery_state (fixture->battery), ==, VB_STATE_GONE);
}

static void
test_information (Fixture *fixture, gconstpointer user_data)
{
  JsonArray *list;
  gboolean cells = FALSE;

  list = json_node_get_array (ask (fixture, "GET", "/batteries", ""));
  g_assert_cmpuint (json_array_get_length (list), ==, 1);

  ask (fixture, "GET", "/health", "");
  g_assert_cmpuint (fixture->status, ==, 503);
  ask (fixture, "POST", "/battery", FULL);
  ask (fixture, "GET", "/health", "");
  g_assert_cmpuint (fixture->status, ==, 200);

  list = json_node_get_array (ask (fixture, "GET", "/fields", ""));
  g_assert_cmpuint (json_array_get_length (list), >, 150);
  for (guint i = 0; i < json_array_get_length (list); i++) {
    JsonObject *field = json_array_get_object_element (list, i);

    g_assert_cmpstr (json_object_get_string_member (field, "group"), !=, "identity");
    g_assert_true (g_variant_is_object_path (json_object_get_string_member (field, "path")));
    if (g_str_equal (json_object_get_string_member (field, "name"), "Cell1")) {
      cells = TRUE;
      g_assert_false (json_object_get_null_member (field, "family"));
    }
  }
  g_assert_true (cells);
}

#define ADD(path, function) \
  g_test_add ("/web-battery/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("post", test_post);
  ADD ("refusals", test_refusals);
  ADD ("replayed", test_replayed);
  ADD ("repeated", test_repeated);
  ADD ("repeated-to-another", test_repeated_to_another);
  ADD ("check-changes-nothing", test_check_changes_nothing);
  ADD ("put-get-delete", test_put_get_delete);
  ADD ("information", test_information);

  return g_test_run ();
}
