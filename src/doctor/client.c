#include "client.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "http/listen.h"
#include "json/reader.h"

/* A program that sends more than this, or more slowly, is not the daemon. */
#define LONGEST (1024 * 1024)

/* A wildcard address can be listened on, but not be reached. */
static GSocketAddress *
address_to_ask (const char *address, GError **error)
{
  g_autoptr (GSocketAddress) parsed = vb_http_listen_address (address, error);
  GInetAddress *inet;

  if (parsed == NULL || !G_IS_INET_SOCKET_ADDRESS (parsed))
    return g_steal_pointer (&parsed);

  inet = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (parsed));
  if (g_inet_address_get_is_any (inet)) {
    g_autoptr (GInetAddress) loopback
        = g_inet_address_new_loopback (g_inet_address_get_family (inet));

    return g_inet_socket_address_new (
        loopback, g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (parsed)));
  }

  return g_steal_pointer (&parsed);
}

static GSocketConnection *
connect_to (const char *address, guint patience, GError **error)
{
  g_autoptr (GSocketAddress) parsed = address_to_ask (address, error);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) failed = NULL;
  GSocketConnection *connection;

  if (parsed == NULL)
    return NULL;

  g_socket_client_set_timeout (client, patience);
  g_socket_client_set_enable_proxy (client, FALSE);
  connection = g_socket_client_connect (client, G_SOCKET_CONNECTABLE (parsed), NULL, &failed);
  if (connection != NULL)
    return connection;

  /* A unix socket that is not there is one where nobody listens. */
  if (g_error_matches (failed, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    failed->code = G_IO_ERROR_CONNECTION_REFUSED;
  g_propagate_error (error, g_steal_pointer (&failed));

  return NULL;
}

static gboolean
send_request (GSocketConnection *connection, const char *token, const char *path, GError **error)
{
  g_autoptr (GString) request = g_string_new (NULL);

  /* HTTP/1.0 is answered in one piece, up to the end of the connection. */
  g_string_append_printf (request, "GET %s HTTP/1.0\r\nHost: localhost\r\n", path);
  if (token != NULL)
    g_string_append_printf (request, "Authorization: Bearer %s\r\n", token);
  g_string_append (request, "\r\n");

  return g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)),
                                    request->str, request->len, NULL, NULL, error);
}

static gboolean
read_reply (GSocketConnection *connection, guint patience, GString *reply, GError **error)
{
  GInputStream *stream = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  const gint64 deadline = g_get_monotonic_time () + 2 * patience * G_USEC_PER_SEC;
  char part[4096];
  gssize length;

  while ((length = g_input_stream_read (stream, part, sizeof part, NULL, error)) > 0) {
    g_string_append_len (reply, part, length);
    if (reply->len > LONGEST || g_get_monotonic_time () > deadline) {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the answer has no end");
      return FALSE;
    }
  }

  return length == 0;
}

GBytes *
vb_client_ask (const char *address,
               const char *token,
               const char *path,
               guint patience,
               guint *status,
               GError **error)
{
  g_autoptr (GSocketConnection) connection = connect_to (address, patience, error);
  g_autoptr (GString) reply = g_string_new (NULL);
  const char *body;

  if (connection == NULL || !send_request (connection, token, path, error)
      || !read_reply (connection, patience, reply, error))
    return NULL;

  body = strstr (reply->str, "\r\n\r\n");
  if (sscanf (reply->str, "HTTP/1.%*1[01] %3u", status) != 1 || body == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the answer is no HTTP");
    return NULL;
  }
  body += strlen ("\r\n\r\n");

  return g_bytes_new (body, reply->len - (gsize)(body - reply->str));
}

gboolean
vb_client_is_node_red (GBytes *page)
{
  gsize length;
  const char *text = g_bytes_get_data (page, &length);

  /* Its title can be changed, its program cannot. */
  return text != NULL
         && (g_strstr_len (text, (gssize)length, "<title>Node-RED</title>") != NULL
             || g_strstr_len (text, (gssize)length, "red/red.min.js") != NULL);
}

/* The program that answers may be any: nothing is taken for granted. */

static JsonNode *
parse (GBytes *json)
{
  g_autoptr (VbJsonReader) check = vb_json_reader_new ();
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  gsize length;
  const char *text = g_bytes_get_data (json, &length);

  return text != NULL && vb_json_reader_read (check, text, length, NULL)
                 && json_parser_load_from_data (parser, text, (gssize)length, NULL)
             ? json_parser_steal_root (parser)
             : NULL;
}

static JsonObject *
as_object (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static JsonArray *
as_array (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static JsonNode *
member (JsonObject *object, const char *name)
{
  return object != NULL ? json_object_get_member (object, name) : NULL;
}

static const char *
text_of (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node)
                 && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

static double
number_of (JsonNode *node, double fallback)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node)
                 && (json_node_get_value_type (node) == G_TYPE_INT64
                     || json_node_get_value_type (node) == G_TYPE_DOUBLE)
             ? json_node_get_double (node)
             : fallback;
}

static gboolean
truth_of (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node)
         && json_node_get_value_type (node) == G_TYPE_BOOLEAN && json_node_get_boolean (node);
}

static char *
copy_text (JsonObject *object, const char *name)
{
  return g_strdup (text_of (member (object, name)));
}

/* The texts of an array, separated by commas. */
static char *
join_texts (JsonArray *array)
{
  GString *joined = g_string_new (NULL);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++) {
    const char *text = text_of (json_array_get_element (array, i));

    if (text != NULL)
      g_string_append_printf (joined, "%s%s", joined->len > 0 ? ", " : "", text);
  }

  return g_string_free (joined, FALSE);
}

/* What is wrong with a field that there is begins with its name. */
static char *
describe_error (JsonObject *error)
{
  g_autofree char *field = copy_text (error, "field");
  g_autofree char *path = copy_text (error, "path");
  g_autofree char *detail = copy_text (error, "detail");

  if (field == NULL || path != NULL || detail == NULL)
    return g_steal_pointer (&detail);

  return g_strdup_printf ("%s: %s", field, detail);
}

static void
read_source (VbBatteryAnswer *answer, JsonObject *source)
{
  JsonObject *refusal = as_object (member (source, "last_refusal"));
  JsonArray *errors = as_array (member (refusal, "errors"));

  answer->address = copy_text (source, "address");
  answer->records = (gint64)number_of (member (source, "records"), 0);
  answer->refused = (gint64)number_of (member (source, "refused"), 0);
  answer->last = copy_text (source, "last");
  answer->last_refusal = copy_text (refusal, "time");
  if (errors != NULL && json_array_get_length (errors) > 0)
    answer->refusal = describe_error (as_object (json_array_get_element (errors, 0)));
}

/* Where it is lowered or held, what was asked for stands beside it. */
static double
read_charge_voltage (JsonObject *values)
{
  JsonObject *limit = as_object (member (values, "MaxChargeVoltage"));

  return number_of (member (limit, "asked"), number_of (member (limit, "value"), NAN));
}

static void
free_part (gpointer data)
{
  VbPartAnswer *part = data;

  g_free (part->name);
  g_free (part->state);
  g_free (part->missing);
  g_free (part);
}

/* What is not of that form is left out. */
static GPtrArray *
read_parts (JsonArray *array)
{
  GPtrArray *parts;

  if (array == NULL)
    return NULL;

  parts = g_ptr_array_new_with_free_func (free_part);
  for (guint i = 0; i < json_array_get_length (array); i++) {
    JsonObject *object = as_object (json_array_get_element (array, i));
    VbPartAnswer *part;

    if (text_of (member (object, "part")) == NULL || text_of (member (object, "state")) == NULL)
      continue;
    part = g_new0 (VbPartAnswer, 1);
    part->name = copy_text (object, "part");
    part->state = copy_text (object, "state");
    part->missing = join_texts (as_array (member (object, "missing")));
    part->counts = truth_of (member (object, "counts"));
    part->off = truth_of (member (object, "off"));
    g_ptr_array_add (parts, part);
  }

  return parts;
}

VbBatteryAnswer *
vb_battery_answer_new (GBytes *json)
{
  g_autoptr (JsonNode) root = parse (json);
  JsonObject *object = as_object (root);
  VbBatteryAnswer *answer;

  if (text_of (member (object, "state")) == NULL || member (object, "on_bus") == NULL)
    return NULL;

  answer = g_new0 (VbBatteryAnswer, 1);
  answer->state = copy_text (object, "state");
  answer->joining = copy_text (object, "joining");
  answer->on_bus = truth_of (member (object, "on_bus"));
  answer->instance = (int)number_of (member (object, "instance"), -1);
  answer->age = number_of (member (object, "age"), NAN);
  answer->missing = join_texts (as_array (member (object, "missing")));
  answer->charge_voltage = read_charge_voltage (as_object (member (object, "values")));
  read_source (answer, as_object (member (object, "source")));
  answer->parts = read_parts (as_array (member (object, "parts")));

  return answer;
}

void
vb_battery_answer_free (VbBatteryAnswer *answer)
{
  g_free (answer->state);
  g_free (answer->joining);
  g_free (answer->address);
  g_free (answer->last);
  g_free (answer->last_refusal);
  g_free (answer->refusal);
  g_free (answer->missing);
  g_clear_pointer (&answer->parts, g_ptr_array_unref);
  g_free (answer);
}

static void
free_line (gpointer data)
{
  VbChecklistLine *line = data;

  g_free (line->status);
  g_free (line->key);
  g_free (line->text);
  g_free (line);
}

static void
read_line (JsonArray *array, guint index, JsonNode *node, gpointer user_data)
{
  static const char *const known[] = { "green", "red", "unknown", NULL };
  JsonObject *object = as_object (node);
  const char *status = text_of (member (object, "status"));
  VbChecklistLine *line;

  if (status == NULL || !g_strv_contains (known, status) || text_of (member (object, "key")) == NULL
      || text_of (member (object, "text")) == NULL)
    return;

  line = g_new (VbChecklistLine, 1);
  *line = (VbChecklistLine){ .status = g_strdup (status),
                             .key = copy_text (object, "key"),
                             .text = copy_text (object, "text") };
  g_ptr_array_add (user_data, line);
}

GPtrArray *
vb_checklist_line_read (GBytes *json)
{
  g_autoptr (JsonNode) root = parse (json);
  JsonArray *checks = as_array (member (as_object (root), "checks"));
  GPtrArray *lines;

  if (checks == NULL)
    return NULL;

  lines = g_ptr_array_new_with_free_func (free_line);
  json_array_foreach_element (checks, read_line, lines);

  return lines;
}

gboolean
vb_battery_answer_is_list (GBytes *json)
{
  g_autoptr (JsonNode) root = parse (json);
  JsonArray *list = as_array (root);
  JsonObject *first;

  if (list == NULL || json_array_get_length (list) == 0)
    return FALSE;
  first = as_object (json_array_get_element (list, 0));

  return text_of (member (first, "name")) != NULL && text_of (member (first, "service")) != NULL;
}
