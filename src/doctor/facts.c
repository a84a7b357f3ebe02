#include "facts.h"

#include <gio/gio.h>

#include "client.h"
#include "config/load.h"
#include "http/listen.h"
#include "survey.h"
#include "venus/identity.h"

#define NODE_RED "127.0.0.1:1880"
/* How long each answer is waited for, in s. */
#define PATIENCE 2

#define FEED_IN "/Settings/CGwacs/OvervoltageFeedIn"

static void
clear_battery (gpointer data)
{
  VbBatteryFacts *battery = data;

  g_free (battery->service);
  g_free (battery->program);
  g_free (battery->version);
  g_clear_pointer (&battery->answer, vb_battery_answer_free);
  g_clear_pointer (&battery->checklist, g_ptr_array_unref);
}

VbDoctorFacts *
vb_doctor_facts_new_empty (void)
{
  VbDoctorFacts *facts = g_new0 (VbDoctorFacts, 1);

  facts->neighbours = vb_neighbours_new ();
  facts->listens = g_array_new (FALSE, TRUE, sizeof (VbListenFacts));
  facts->batteries = g_array_new (FALSE, TRUE, sizeof (VbBatteryFacts));
  g_array_set_clear_func (facts->batteries, clear_battery);

  return facts;
}

void
vb_doctor_facts_free (VbDoctorFacts *facts)
{
  g_array_unref (facts->batteries);
  g_array_unref (facts->listens);
  vb_system_clear (&facts->system);
  vb_neighbours_free (facts->neighbours);
  g_clear_pointer (&facts->config, vb_config_free);
  g_free (facts->config_error);
  g_free (facts->bus);
  g_free (facts->bus_error);
  g_free (facts);
}

gboolean
vb_doctor_facts_has_daemon (const VbDoctorFacts *facts, const char **address)
{
  for (guint i = 0; i < facts->listens->len; i++) {
    const VbListenFacts *listen = &g_array_index (facts->listens, VbListenFacts, i);

    if (listen->port != VB_PORT_OURS)
      continue;
    if (address != NULL)
      *address = listen->address;
    return TRUE;
  }

  return FALSE;
}

/* The text of an item, or NULL. */
static char *
survey_text (VbDoctorSurvey *survey, const char *name, const char *path)
{
  g_auto (VbValue) value = VB_VALUE_INIT;

  return vb_doctor_survey_value (survey, name, path, &value) && value.kind == VB_VALUE_TEXT
             ? g_strdup (value.as.text)
             : NULL;
}

static void
look_at_name (VbDoctorSurvey *survey, gboolean settings, VbBatteryFacts *battery)
{
  battery->owned = vb_doctor_survey_has (survey, battery->service);
  if (battery->owned) {
    battery->pid = vb_doctor_survey_pid (survey, battery->service);
    battery->program = survey_text (survey, battery->service, "/Mgmt/ProcessName");
    battery->version = survey_text (survey, battery->service, "/Mgmt/ProcessVersion");
  }
  if (settings)
    battery->kept_instance = vb_doctor_survey_instance (survey, battery->config->fixed.name);
}

static void
look_at_neighbours (VbDoctorFacts *facts, VbDoctorSurvey *survey)
{
  g_auto (GStrv) services = vb_doctor_survey_batteries (survey);

  for (guint i = 0; services[i] != NULL; i++) {
    g_auto (VbValue) instance = VB_VALUE_INIT, limit = VB_VALUE_INIT;

    if (!vb_doctor_survey_value (survey, services[i], "/DeviceInstance", &instance))
      continue;
    vb_neighbours_set_instance (facts->neighbours, services[i],
                                (int)vb_value_number (&instance, -1));
    vb_neighbours_set_limits (
        facts->neighbours, services[i],
        vb_doctor_survey_value (survey, services[i], "/Info/MaxChargeVoltage", &limit));
  }
}

static void
look_at_bus (VbDoctorFacts *facts, const char *bus)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (VbDoctorSurvey) survey = vb_doctor_survey_new (bus, PATIENCE * 1000, &error);
  g_auto (VbValue) feed_in = VB_VALUE_INIT;

  if (survey == NULL) {
    facts->bus_error = g_strdup (error->message);
    return;
  }

  facts->bus = g_strdup (vb_doctor_survey_address (survey));
  facts->settings = vb_doctor_survey_has (survey, VB_DOCTOR_SURVEY_SETTINGS);
  if (facts->settings)
    facts->feed_in = vb_doctor_survey_value (survey, VB_DOCTOR_SURVEY_SETTINGS, FEED_IN, &feed_in)
                     && vb_value_number (&feed_in, 0) != 0;
  facts->system = vb_doctor_survey_system (survey);
  look_at_neighbours (facts, survey);
  for (guint i = 0; i < facts->batteries->len; i++)
    look_at_name (survey, facts->settings, &g_array_index (facts->batteries, VbBatteryFacts, i));
  facts->silent_settings = vb_doctor_survey_is_silent (survey, VB_DOCTOR_SURVEY_SETTINGS);
  facts->silent_system = vb_doctor_survey_is_silent (survey, VB_DOCTOR_SURVEY_SYSTEM);
}

static gboolean
is_any_port (const char *address)
{
  g_autoptr (GSocketAddress) parsed = vb_http_listen_address (address, NULL);

  return G_IS_INET_SOCKET_ADDRESS (parsed)
         && g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (parsed)) == 0;
}

static VbPort
look_at_port (const char *address, const char *token)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) answer = NULL;
  guint status = 0;

  if (!vb_http_listen_is_here (address))
    return VB_PORT_ELSEWHERE;
  if (is_any_port (address))
    return VB_PORT_ANY;

  answer = vb_client_ask (address, token, "/batteries", PATIENCE, &status, &error);
  if (answer != NULL && status == 200 && vb_battery_answer_is_list (answer))
    return VB_PORT_OURS;
  if (status == 401)
    return VB_PORT_LOCKED;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    return VB_PORT_FREE;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    return VB_PORT_DENIED;

  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) ? VB_PORT_SILENT
                                                                   : VB_PORT_FOREIGN;
}

static void
look_at_ports (VbDoctorFacts *facts)
{
  char **addresses
      = facts->config->listen != NULL ? facts->config->listen : facts->config->default_listen;

  for (guint i = 0; addresses[i] != NULL; i++) {
    const VbListenFacts listen
        = { addresses[i], look_at_port (addresses[i], facts->config->token) };

    g_array_append_val (facts->listens, listen);
  }
}

/* An older daemon has none. */
static void
ask_checklist (const VbDoctorFacts *facts, const char *address, VbBatteryFacts *battery)
{
  g_autofree char *path
      = g_strconcat ("/battery/", battery->config->fixed.name, "/commissioning", NULL);
  guint status = 0;
  g_autoptr (GBytes) json
      = vb_client_ask (address, facts->config->token, path, PATIENCE, &status, NULL);

  if (json != NULL && status == 200)
    battery->checklist = vb_checklist_line_read (json);
}

static void
ask_daemon (VbDoctorFacts *facts)
{
  const char *address;

  if (!vb_doctor_facts_has_daemon (facts, &address))
    return;

  for (guint i = 0; i < facts->batteries->len; i++) {
    VbBatteryFacts *battery = &g_array_index (facts->batteries, VbBatteryFacts, i);
    g_autofree char *path = g_strconcat ("/battery/", battery->config->fixed.name, NULL);
    g_autoptr (GBytes) json
        = vb_client_ask (address, facts->config->token, path, PATIENCE, &battery->status, NULL);

    if (json != NULL && battery->status == 200)
      battery->answer = vb_battery_answer_new (json);
    if (battery->answer != NULL)
      ask_checklist (facts, address, battery);
  }
}

static VbNodeRed
look_at_node_red (void)
{
  g_autoptr (GError) error = NULL;
  guint status;
  g_autoptr (GBytes) page = vb_client_ask (NODE_RED, NULL, "/", PATIENCE, &status, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    return VB_NODE_RED_NONE;

  return page != NULL && vb_client_is_node_red (page) ? VB_NODE_RED_ANSWERS : VB_NODE_RED_FOREIGN;
}

VbDoctorFacts *
vb_doctor_facts_new (const VbDoctorOptions *options)
{
  VbDoctorFacts *facts = vb_doctor_facts_new_empty ();
  g_autoptr (GError) error = NULL;

  facts->venus = g_file_test (VB_VENUS_FOLDER, G_FILE_TEST_IS_DIR);
  facts->config = vb_config_load (options->config, options->listen, &error);
  if (facts->config == NULL)
    facts->config_error = g_strdup (error->message);

  for (guint i = 0; facts->config != NULL && i < facts->config->batteries->len; i++) {
    VbBatteryFacts battery
        = { .config = g_ptr_array_index (facts->config->batteries, i), .kept_instance = -1 };

    battery.service = vb_identity_bus_name (battery.config->fixed.name);
    vb_neighbours_add_own (facts->neighbours, battery.service,
                           battery.config->fixed.device_instance);
    g_array_append_val (facts->batteries, battery);
  }

  look_at_bus (facts, options->bus != NULL || facts->config == NULL ? options->bus
                                                                    : facts->config->bus_address);
  if (facts->config != NULL) {
    look_at_ports (facts);
    ask_daemon (facts);
  }
  facts->node_red = look_at_node_red ();

  return facts;
}
