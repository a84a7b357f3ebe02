#include <gio/gunixsocketaddress.h>
#include <unistd.h>

#include "doctor/survey.h"
#include "private-bus.h"

/* In ms: for who answers, however slow the machine is, and for who never does. */
#define PATIENCE (DEADLINE_SECONDS * 1000)
#define IMPATIENCE 200

#define BATTERY "com.victronenergy.battery.virtual"

/* A service on the bus that answers in GDBus' worker thread: the survey blocks the main one. */
typedef struct
{
  PrivateBus bus;
  GDBusConnection *connection;
} Fixture;

static GVariant *
item_value (const char *path)
{
  static const struct
  {
    const char *path;
    const char *value;
  } items[] = {
    { "/ActiveBatteryService", "'com.victronenergy.battery/100'" },
    { "/Dc/Battery/BatteryService", "'com.victronenergy.battery.x'" },
    { "/Settings/SystemSetup/BmsInstance", "-1" },
    { "/Settings/SystemSetup/BatteryService", "'default'" },
    { "/ActiveBmsService", "@ai []" },
    { "/Control/Dvcc", "1" },
    { "/Dvcc/Alarms/MultipleBatteries", "0" },
    { "/Settings/Devices/httpbattery_virtual/ClassAndVrmInstance", "'battery:117'" },
    { "/Settings/Devices/httpbattery_odd/ClassAndVrmInstance", "'grid:7'" },
    { "/Settings/Devices/httpbattery_number/ClassAndVrmInstance", "7" },
    { "/Text", "'text'" },
    { "/Number", "<<2.5>>" },
    { "/Invalid", "@ai []" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    if (g_str_equal (items[i].path, path))
      return g_variant_new_parsed (items[i].value);

  return NULL;
}

static GDBusMessage *
answer (GDBusConnection *connection, GDBusMessage *message, gboolean incoming, gpointer unused)
{
  const char *path = g_dbus_message_get_path (message);
  g_autoptr (GDBusMessage) reply = NULL;
  GVariant *value;

  if (!incoming || g_dbus_message_get_message_type (message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL)
    return message;

  value = item_value (path);
  if (value != NULL) {
    reply = g_dbus_message_new_method_reply (message);
    g_dbus_message_set_body (reply, g_variant_new ("(v)", value));
  } else if (g_str_equal (path, "/Deaf")) {
    g_object_unref (message);
    return NULL;
  } else
    reply = g_dbus_message_new_method_error (message, "org.freedesktop.DBus.Error.UnknownObject",
                                             "no %s", path);
  g_dbus_connection_send_message (connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
  g_object_unref (message);

  return NULL;
}

static void
own (Fixture *fixture, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
      fixture->connection, "org.freedesktop.DBus", "/", "org.freedesktop.DBus", "RequestName",
      g_variant_new ("(su)", name, 4), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (reply);
}

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  private_bus_set_up (&fixture->bus);
  fixture->connection = private_bus_connect (&fixture->bus);
  g_dbus_connection_add_filter (fixture->connection, answer, NULL, NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  disconnect_client (fixture->connection);
  private_bus_tear_down (&fixture->bus);
}

static VbDoctorSurvey *
survey_new (const Fixture *fixture, guint patience)
{
  g_autoptr (GError) error = NULL;
  VbDoctorSurvey *survey = vb_doctor_survey_new (fixture->bus.address, patience, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (vb_doctor_survey_address (survey), ==, fixture->bus.address);

  return survey;
}

static void
test_names (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (VbDoctorSurvey) survey = survey_new (fixture, PATIENCE);

  g_assert_false (vb_doctor_survey_has (survey, BATTERY));
  g_assert_cmpuint (vb_doctor_survey_pid (survey, BATTERY), ==, 0);
  own (fixture, BATTERY);
  g_assert_true (vb_doctor_survey_has (survey, BATTERY));
  g_assert_cmpuint (vb_doctor_survey_pid (survey, BATTERY), ==, (guint)getpid ());
}

static void
test_values (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (VbDoctorSurvey) survey = survey_new (fixture, PATIENCE);
  g_auto (VbValue) text = VB_VALUE_INIT;
  VbValue other = VB_VALUE_INIT;

  g_assert_false (vb_doctor_survey_value (survey, BATTERY, "/Text", &other));
  own (fixture, BATTERY);
  g_assert_true (vb_doctor_survey_value (survey, BATTERY, "/Text", &text));
  g_assert_cmpstr (text.as.text, ==, "text");
  g_assert_true (vb_doctor_survey_value (survey, BATTERY, "/Number", &other));
  g_assert_cmpfloat (vb_value_number (&other, 0), ==, 2.5);
  g_assert_false (vb_doctor_survey_value (survey, BATTERY, "/Invalid", &other));
  g_assert_false (vb_doctor_survey_value (survey, BATTERY, "/None", &other));
  g_assert_false (vb_doctor_survey_is_silent (survey, BATTERY));
}

static void
test_batteries (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (VbDoctorSurvey) survey = survey_new (fixture, PATIENCE);
  g_auto (GStrv) none = vb_doctor_survey_batteries (survey);
  g_auto (GStrv) one = NULL;

  g_assert_cmpuint (g_strv_length (none), ==, 0);
  own (fixture, "com.victronenergy.batteryx.a");
  own (fixture, "com.victronenergy.tank.a");
  own (fixture, BATTERY);
  one = vb_doctor_survey_batteries (survey);
  g_assert_cmpuint (g_strv_length (one), ==, 1);
  g_assert_cmpstr (one[0], ==, BATTERY);
}

static void
test_settings (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (VbDoctorSurvey) survey = survey_new (fixture, PATIENCE);

  own (fixture, VB_DOCTOR_SURVEY_SETTINGS);
  g_assert_cmpint (vb_doctor_survey_instance (survey, "virtual"), ==, 117);
  g_assert_cmpint (vb_doctor_survey_instance (survey, "odd"), ==, -1);
  g_assert_cmpint (vb_doctor_survey_instance (survey, "number"), ==, -1);
  g_assert_cmpint (vb_doctor_survey_instance (survey, "new"), ==, -1);
}

static void
test_system (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (VbDoctorSurvey) survey = survey_new (fixture, PATIENCE);
  VbSystem system = vb_doctor_survey_system (survey);

  g_assert_false (system.there);
  own (fixture, VB_DOCTOR_SURVEY_SYSTEM);
  system = vb_doctor_survey_system (survey);
  g_assert_true (system.there);
  g_assert_cmpstr (system.monitor, ==, "com.victronenergy.battery/100");
  g_assert_cmpstr (system.monitor_service, ==, "com.victronenergy.battery.x");
  g_assert_null (system.bms);
  g_assert_false (system.automatic_bms);
  g_assert_false (system.automatic_monitor);
  g_assert_true (system.dvcc);
  g_assert_false (system.several);
  vb_system_clear (&system);

  /* Whether somebody has chosen is known by settings. */
  own (fixture, VB_DOCTOR_SURVEY_SETTINGS);
  system = vb_doctor_survey_system (survey);
  g_assert_true (system.automatic_bms);
  g_assert_true (system.automatic_monitor);
  vb_system_clear (&system);
}

/* Who does not answer once is not waited for again. */
static void
test_silent (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (VbDoctorSurvey) survey = NULL;
  VbValue value = VB_VALUE_INIT;

  /* The bus itself may need longer on a machine that is busy. */
  while (survey == NULL)
    survey = vb_doctor_survey_new (fixture->bus.address, IMPATIENCE, NULL);
  own (fixture, BATTERY);
  g_assert_false (vb_doctor_survey_value (survey, BATTERY, "/Deaf", &value));
  g_assert_true (vb_doctor_survey_is_silent (survey, BATTERY));
  g_assert_false (vb_doctor_survey_value (survey, BATTERY, "/Text", &value));
}

/* A bus that is not there, and one that takes the connection and says nothing. */
static void
test_no_bus (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *path = g_build_filename (fixture->bus.folder, "hangs", NULL);
  g_autofree char *address = g_strconcat ("unix:path=", path, NULL);
  g_autoptr (GSocketAddress) at = g_unix_socket_address_new (path);
  g_autoptr (GSocket) socket
      = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_autoptr (GError) missing = NULL;
  g_autoptr (GError) hanging = NULL;

  g_assert_null (vb_doctor_survey_new (address, PATIENCE, &missing));
  g_assert_nonnull (strstr (missing->message, address));

  g_assert_true (g_socket_bind (socket, at, FALSE, NULL));
  g_assert_true (g_socket_listen (socket, NULL));
  g_assert_null (vb_doctor_survey_new (address, IMPATIENCE, &hanging));
  g_assert_error (hanging, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_nonnull (strstr (hanging->message, address));
  g_unlink (path);
}

#define ADD(name_, function_) \
  g_test_add ("/bus-survey/" name_, Fixture, NULL, set_up, function_, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("names", test_names);
  ADD ("values", test_values);
  ADD ("batteries", test_batteries);
  ADD ("settings", test_settings);
  ADD ("system", test_system);
  ADD ("silent", test_silent);
  ADD ("no-bus", test_no_bus);

  return g_test_run ();
}
