#include "battery-answer.h"

#include <json-glib/json-glib.h>
#include <math.h>

#include "json/reader.h"

/* The program that answers may be any: nothing is taken for granted. */

static JsonNode *
parse (GBytes *json)
{
  g_autoptr (VbJsonCheck) check = vb_json_check_new ();
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  const char *field;
  gsize length;
  const char *text = g_bytes_get_data (json, &length);

  return text != NULL && vb_json_check (check, text, length, &field, NULL)
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
    answer->refusal = copy_text (as_object (json_array_get_element (errors, 0)), "detail");
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
  read_source (answer, as_object (member (object, "source")));

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
  g_free (answer);
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
