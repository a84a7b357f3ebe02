#define G_LOG_DOMAIN "main"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/standstill.h"
#include "bus/address.h"
#include "config/config.h"
#include "core/ladder-source.h"
#include "doctor/doctor.h"
#include "exit-status.h"
#include "heartbeat.h"
#include "options.h"
#include "process.h"
#include "serve.h"
#include "state/history-keeper.h"
#include "venus/service.h"
#include "venus/system.h"
#include "web/battery.h"
#include "web/events.h"
#include "web/info.h"
#include "web/recent.h"

/* Everything that runs, in the order in which it is made; torn down in reverse. */
typedef struct
{
  VbOptions options;
  GPtrArray *inherited; /* of GSocket: what the supervisor listens on for us */
  VbConfig *config;
  GMainLoop *loop;
  VbStandstill *standstill;
  GPtrArray *batteries; /* of VbBattery */
  GPtrArray *services;  /* of VbVenusService, one for each battery */
  GPtrArray *ladders;   /* of GSource */
  VbHistoryKeeper *history_keeper;
  VbVenusSystem *system_watch;
  VbHttpServer *server;
  VbWebBattery *battery_routes;
  VbWebInfo *info_routes;
  VbWebRecent *recent_routes;
  VbWebEvents *event_stream;
  VbExitStatus status;
} Daemon;

static gboolean
on_terminate (gpointer user_data)
{
  g_main_loop_quit (((Daemon *)user_data)->loop);

  return G_SOURCE_CONTINUE;
}

static void
on_bus_lost (gpointer user_data)
{
  Daemon *daemon = user_data;

  g_message ("no connection to the bus could be made");
  daemon->status = VB_EXIT_BUS;
  g_main_loop_quit (daemon->loop);
}

static VbConfig *
load_config (const Daemon *daemon, GError **error)
{
  VbConfig *config
      = vb_config_load (daemon->options.config, (const char *const *)daemon->options.listen, error);

  for (guint i = 0; config != NULL && i < config->warnings->len; i++)
    g_message ("%s", (const char *)g_ptr_array_index (config->warnings, i));

  return config;
}

/* The loop has to turn more often than any value grows old, or it would seem to stand still. */
static void
keep_time (const Daemon *daemon)
{
  gint64 shortest = G_MAXINT64;

  for (guint i = 0; i < daemon->batteries->len; i++) {
    const VbBatteryConfig *battery = vb_battery_config (g_ptr_array_index (daemon->batteries, i));

    shortest = MIN (shortest, battery->live.freshness.warn_after);
  }
  vb_standstill_set_limit (daemon->standstill, shortest);
  vb_heartbeat_start (MIN (VB_HEARTBEAT_PERIOD, shortest / 2), VB_HEARTBEAT_LIMIT);
}

/* SIGHUP: what can change without leaving the bus does, what cannot is named. */
static gboolean
on_reload (gpointer user_data)
{
  Daemon *daemon = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (VbConfig) config = load_config (daemon, &error);
  g_auto (GStrv) unchangeable = NULL;

  if (config == NULL) {
    g_message ("configuration kept as it was: %s", error->message);
    return G_SOURCE_CONTINUE;
  }

  unchangeable = vb_config_unchangeable (daemon->config, config);
  for (guint i = 0; unchangeable[i] != NULL; i++)
    g_message ("%s changes with a restart only", unchangeable[i]);

  for (guint i = 0; i < daemon->batteries->len; i++) {
    VbBattery *battery = g_ptr_array_index (daemon->batteries, i);
    const VbBatteryConfig *own
        = vb_config_battery (config, vb_battery_config (battery)->fixed.name);

    if (own != NULL)
      vb_battery_reconfigure (battery, own, vb_clock_now ());
  }
  keep_time (daemon);
  g_message ("configuration read again");

  return G_SOURCE_CONTINUE;
}

/* Not g_printerr(), which makes question marks of what the locale cannot spell. */
static VbExitStatus
fail (VbExitStatus status, const GError *error)
{
  fprintf (stderr, "dbus-virtual-battery: %s\n", error->message);

  return status;
}

static VbExitStatus
add_batteries (Daemon *daemon)
{
  g_autoptr (GError) error = NULL;
  const char *bus = daemon->options.bus != NULL ? daemon->options.bus : daemon->config->bus_address;
  g_autofree char *address = vb_bus_address (bus, &error);
  const VbVenusServiceConfig service_config = {
    .address = address,
    .require_settings = daemon->config->require_settings,
    .settings_timeout = daemon->config->settings_timeout,
    .insecure = daemon->config->allow_anonymous,
    .process_version = VB_VERSION,
    .standstill = daemon->standstill,
  };

  if (address == NULL)
    return fail (VB_EXIT_BUS, error);

  g_message ("version %s, bus %s", VB_VERSION, address);
  daemon->system_watch = vb_venus_system_new (address, on_bus_lost, daemon, &error);
  if (daemon->system_watch == NULL)
    return fail (VB_EXIT_BUS, error);
  for (guint i = 0; i < daemon->config->batteries->len; i++) {
    VbBattery *battery
        = vb_battery_new (g_ptr_array_index (daemon->config->batteries, i), vb_clock_now ());
    GSource *ladder = vb_ladder_source_new (battery);
    VbVenusService *service;

    g_ptr_array_add (daemon->batteries, battery);
    vb_battery_set_system (battery, vb_venus_system_system (daemon->system_watch));
    g_source_attach (ladder, NULL);
    g_ptr_array_add (daemon->ladders, ladder);

    service = vb_venus_service_new (battery, &service_config, &error);
    if (service == NULL)
      return fail (g_error_matches (error, VB_VENUS_ERROR, VB_VENUS_ERROR_NAME_TAKEN)
                       ? VB_EXIT_NAME_TAKEN
                       : VB_EXIT_BUS,
                   error);
    g_ptr_array_add (daemon->services, service);
    vb_venus_service_set_lost_func (service, on_bus_lost, daemon);
  }
  daemon->history_keeper = vb_history_keeper_new (daemon->batteries, daemon->config->state_dir,
                                                  VB_HISTORY_KEEPER_PERIOD);

  return VB_EXIT_OK;
}

static VbExitStatus
add_server (Daemon *daemon)
{
  VbHttpConfig config = VB_HTTP_CONFIG_DEFAULT;
  g_autoptr (GError) error = NULL;

  config.standstill = daemon->standstill;
  config.token = daemon->config->token;
  config.server_names = (const char *const *)daemon->config->server_names;
  daemon->server = vb_http_server_new (&config);
  daemon->battery_routes = vb_web_battery_new (daemon->server, daemon->batteries);
  daemon->info_routes = vb_web_info_new (daemon->server, daemon->batteries);
  daemon->recent_routes = vb_web_recent_new (daemon->server, daemon->batteries);
  daemon->event_stream = vb_web_events_new (daemon->server, daemon->batteries);

  if (!vb_serve (daemon->server, daemon->config, daemon->inherited, &error))
    return fail (VB_EXIT_LISTEN, error);

  return VB_EXIT_OK;
}

static VbExitStatus
run (Daemon *daemon)
{
  /* Also while it starts and ends: a bus that hangs is worse than one that is not there. */
  vb_heartbeat_start (VB_HEARTBEAT_PERIOD, VB_HEARTBEAT_LIMIT);
  daemon->status = add_batteries (daemon);
  if (daemon->status == VB_EXIT_OK) {
    keep_time (daemon);
    daemon->status = add_server (daemon);
  }
  if (daemon->status != VB_EXIT_OK)
    return daemon->status;

  g_unix_signal_add (SIGTERM, on_terminate, daemon);
  g_unix_signal_add (SIGINT, on_terminate, daemon);
  g_unix_signal_add (SIGHUP, on_reload, daemon);
  vb_heartbeat_notify ("READY=1");

  g_main_loop_run (daemon->loop);

  vb_heartbeat_notify ("STOPPING=1");

  return daemon->status;
}

static void
ladder_free (gpointer data)
{
  g_source_destroy (data);
  g_source_unref (data);
}

static void
tear_down (Daemon *daemon)
{
  g_clear_pointer (&daemon->server, vb_http_server_free);
  g_clear_pointer (&daemon->battery_routes, vb_web_battery_free);
  g_clear_pointer (&daemon->info_routes, vb_web_info_free);
  g_clear_pointer (&daemon->recent_routes, vb_web_recent_free);
  g_clear_pointer (&daemon->event_stream, vb_web_events_free);
  g_clear_pointer (&daemon->services, g_ptr_array_unref);
  g_clear_pointer (&daemon->ladders, g_ptr_array_unref);
  g_clear_pointer (&daemon->history_keeper, vb_history_keeper_free);
  g_clear_pointer (&daemon->batteries, g_ptr_array_unref);
  g_clear_pointer (&daemon->system_watch, vb_venus_system_free);
  g_clear_pointer (&daemon->standstill, vb_standstill_free);
  g_clear_pointer (&daemon->loop, g_main_loop_unref);
  g_clear_pointer (&daemon->config, vb_config_free);
  g_clear_pointer (&daemon->inherited, g_ptr_array_unref);
  vb_options_clear (&daemon->options);
}

/* What the bus is called is wrong already before anybody looks for it. */
static gboolean
check_bus (const char *bus, const char *file, const char *key, GError **error)
{
  if (vb_bus_address_check (bus, error))
    return TRUE;

  g_prefix_error (error, "%s%s%s=%s: ", file, *file != '\0' ? ": " : "", key, bus);

  return FALSE;
}

static VbExitStatus
run_doctor (const VbOptions *options)
{
  const VbDoctorOptions where = {
    .config = options->config,
    .bus = options->bus,
    .listen = (const char *const *)options->listen,
  };

  return vb_doctor_run (&where) ? VB_EXIT_OK : VB_EXIT_FAILURE;
}

static VbExitStatus
start (Daemon *daemon, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  VbExitStatus status;

  if (!vb_options_parse (&daemon->options, &argc, &argv, &error))
    return fail (VB_EXIT_COMMAND_LINE, error);

  if (!check_bus (daemon->options.bus, "", "--bus", &error))
    return fail (VB_EXIT_COMMAND_LINE, error);
  if (vb_options_print (&daemon->options, &status))
    return status;
  if (daemon->options.doctor)
    return run_doctor (&daemon->options);
  if (daemon->options.verbose)
    g_setenv ("G_MESSAGES_DEBUG", "all", FALSE);

  if (!daemon->options.check_config) {
    daemon->inherited = vb_serve_inherit (&daemon->options.listen, &error);
    if (daemon->inherited == NULL)
      return fail (VB_EXIT_LISTEN, error);
  }
  daemon->config = load_config (daemon, &error);
  if (daemon->config == NULL
      || !check_bus (daemon->config->bus_address, daemon->config->file, "[bus] address", &error))
    return fail (VB_EXIT_CONFIGURATION, error);
  if (daemon->options.check_config)
    return VB_EXIT_OK;

  vb_process_prepare ();
  daemon->loop = g_main_loop_new (NULL, FALSE);
  daemon->standstill = vb_standstill_new (VB_STANDSTILL_NEVER, vb_clock_now);
  daemon->batteries = g_ptr_array_new_with_free_func ((GDestroyNotify)vb_battery_free);
  daemon->services = g_ptr_array_new_with_free_func ((GDestroyNotify)vb_venus_service_free);
  daemon->ladders = g_ptr_array_new_with_free_func (ladder_free);

  return run (daemon);
}

int
main (int argc, char **argv)
{
  Daemon daemon = { 0 };
  const VbExitStatus status = start (&daemon, argc, argv);

  tear_down (&daemon);
  vb_heartbeat_stop ();

  return status;
}
