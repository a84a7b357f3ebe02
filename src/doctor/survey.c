#include "survey.h"

#include "bus/address.h"
#include "bus/filter.h"
#include "bus/value.h"
#include "venus/identity.h"
#include "venus/settings-message.h"
#include "venus/system-items.h"

#define BUS "org.freedesktop.DBus"
#define BUS_PATH "/org/freedesktop/DBus"

struct _VbDoctorSurvey
{
  char *address;
  guint patience; /* ms */
  GDBusConnection *connection;
  GHashTable *silent; /* key: char *, a name that did not answer in time */
};

static void
on_connected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **)user_data = g_object_ref (result);
}

static gboolean
on_time_over (gpointer user_data)
{
  g_cancellable_cancel (user_data);

  return G_SOURCE_REMOVE;
}

/* A bus that takes the connection and says nothing would be waited for without end. */
static GDBusConnection *
connect_in_time (const char *address, guint patience, GError **error)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GSource) timeout = g_timeout_source_new (patience);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) failed = NULL;
  GDBusConnection *connection;

  g_source_set_callback (timeout, on_time_over, cancellable, NULL);
  g_source_attach (timeout, context);
  g_main_context_push_thread_default (context);
  g_dbus_connection_new_for_address (address,
                                     G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
                                         | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                     NULL, cancellable, on_connected, &result);
  while (result == NULL)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);
  g_source_destroy (timeout);

  connection = g_dbus_connection_new_for_address_finish (result, &failed);
  if (g_error_matches (failed, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "no answer within %g s",
                 patience / 1000.0);
  else if (failed != NULL)
    g_propagate_error (error, g_steal_pointer (&failed));

  return connection;
}

VbDoctorSurvey *
vb_doctor_survey_new (const char *bus, guint patience, GError **error)
{
  g_autofree char *address = vb_bus_address (bus, error);
  GDBusConnection *connection;
  VbDoctorSurvey *survey;

  if (address == NULL)
    return NULL;

  connection = connect_in_time (address, patience, error);
  if (connection == NULL) {
    g_prefix_error (error, "%s: ", address);
    return NULL;
  }

  g_dbus_connection_set_exit_on_close (connection, FALSE);
  survey = g_new0 (VbDoctorSurvey, 1);
  survey->address = g_steal_pointer (&address);
  survey->patience = patience;
  survey->connection = connection;
  survey->silent = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return survey;
}

void
vb_doctor_survey_free (VbDoctorSurvey *survey)
{
  g_hash_table_unref (survey->silent);
  g_object_unref (survey->connection);
  g_free (survey->address);
  g_free (survey);
}

const char *
vb_doctor_survey_address (const VbDoctorSurvey *survey)
{
  return survey->address;
}

gboolean
vb_doctor_survey_is_silent (const VbDoctorSurvey *survey, const char *name)
{
  return g_hash_table_contains (survey->silent, name);
}

static GVariant *
call (VbDoctorSurvey *survey,
      const char *name,
      const char *path,
      const char *interface,
      const char *method,
      GVariant *arguments,
      const char *reply)
{
  g_autoptr (GVariant) owned = arguments != NULL ? g_variant_ref_sink (arguments) : NULL;
  g_autoptr (GError) error = NULL;
  GVariant *answer;

  if (vb_doctor_survey_is_silent (survey, name))
    return NULL;

  answer = g_dbus_connection_call_sync (survey->connection, name, path, interface, method, owned,
                                        G_VARIANT_TYPE (reply), G_DBUS_CALL_FLAGS_NO_AUTO_START,
                                        (int)survey->patience, NULL, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    g_hash_table_add (survey->silent, g_strdup (name));

  return answer;
}

gboolean
vb_doctor_survey_has (VbDoctorSurvey *survey, const char *name)
{
  g_autoptr (GVariant) reply
      = call (survey, BUS, BUS_PATH, BUS, "NameHasOwner", g_variant_new ("(s)", name), "(b)");
  gboolean has = FALSE;

  if (reply != NULL)
    g_variant_get (reply, "(b)", &has);

  return has;
}

guint
vb_doctor_survey_pid (VbDoctorSurvey *survey, const char *name)
{
  g_autoptr (GVariant) reply = call (survey, BUS, BUS_PATH, BUS, "GetConnectionUnixProcessID",
                                     g_variant_new ("(s)", name), "(u)");
  guint pid = 0;

  if (reply != NULL)
    g_variant_get (reply, "(u)", &pid);

  return pid;
}

/* The value as it comes, or NULL. */
static GVariant *
get (VbDoctorSurvey *survey, const char *name, const char *path)
{
  g_autoptr (GVariant) reply = call (survey, name, path, VB_BUS_ITEM, "GetValue", NULL, "(v)");

  return reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
}

gboolean
vb_doctor_survey_value (VbDoctorSurvey *survey, const char *name, const char *path, VbValue *value)
{
  g_autoptr (GVariant) boxed = get (survey, name, path);
  g_autoptr (GVariant) plain = boxed != NULL ? vb_bus_value_unbox (boxed) : NULL;
  double number;

  *value = (VbValue)VB_VALUE_INIT;
  if (plain == NULL)
    return FALSE;

  if (g_variant_is_of_type (plain, G_VARIANT_TYPE_STRING))
    *value = vb_value_text (g_variant_get_string (plain, NULL));
  else if (vb_bus_value_number (plain, &number))
    *value = vb_value_real (number);

  return vb_value_is_valid (value);
}

int
vb_doctor_survey_instance (VbDoctorSurvey *survey, const char *name)
{
  g_autofree char *id = vb_identity_settings_id (name);
  g_autofree char *path = g_strconcat ("/Settings/Devices/", id, "/ClassAndVrmInstance", NULL);
  g_auto (VbValue) value = VB_VALUE_INIT;
  int instance;

  if (!vb_doctor_survey_value (survey, VB_DOCTOR_SURVEY_SETTINGS, path, &value)
      || value.kind != VB_VALUE_TEXT
      || !vb_settings_message_parse_instance (value.as.text, &instance))
    return -1;

  return instance;
}

char **
vb_doctor_survey_batteries (VbDoctorSurvey *survey)
{
  g_autoptr (GVariant) reply = call (survey, BUS, BUS_PATH, BUS, "ListNames", NULL, "(as)");
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GVariantIter) all = NULL;
  const char *name;

  if (reply != NULL) {
    g_variant_get (reply, "(as)", &all);
    while (g_variant_iter_loop (all, "&s", &name))
      if (g_str_has_prefix (name, "com.victronenergy.battery."))
        g_ptr_array_add (names, g_strdup (name));
  }
  g_ptr_array_add (names, NULL);

  return (char **)g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

VbSystem
vb_doctor_survey_system (VbDoctorSurvey *survey)
{
  VbSystem system = { .there = vb_doctor_survey_has (survey, VB_DOCTOR_SURVEY_SYSTEM) };

  for (guint i = 0; system.there && i < VB_SYSTEM_ITEMS; i++) {
    g_autoptr (GVariant) boxed = get (survey, VB_DOCTOR_SURVEY_SYSTEM, vb_system_items[i].path);

    vb_system_item_keep (&vb_system_items[i], boxed, &system);
  }
  for (guint i = 0; system.there && i < VB_SYSTEM_CHOICES; i++) {
    g_autoptr (GVariant) boxed = get (survey, VB_SYSTEM_SETTINGS, vb_system_choices[i].path);

    vb_system_choice_keep (&vb_system_choices[i], boxed, &system);
  }

  return system;
}
