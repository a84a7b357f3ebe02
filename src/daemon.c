#define G_LOG_DOMAIN "main"

#include "daemon.h"

#include <gio/gio.h>
#include <glib-unix.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/standstill.h"
#include "bus/address.h"
#include "config/changes.h"
#include "config/limits-table.h"
#include "config/listen.h"
#include "config/load.h"
#include "core/ladder-source.h"
#include "heartbeat.h"
#include "http/inherit.h"
#include "http/listen.h"
#include "http/server.h"
#include "process.h"
#include "state/capture-file.h"
#include "state/history-keeper.h"
#include "venus/service.h"
#include "venus/system.h"
#include "web/web.h"

/* How often is looked which month it is. */
#define CALENDAR_SECONDS 900

/* In the order in which it is made; taken down in reverse, but for the server, which goes first. */
struct _VbDaemon
{
  const VbOptions *options;
  GPtrArray *inherited; /* of GSocket: what the supervisor listens on for us */
  char **listen;        /* addresses that take the place of those in the file, or NULL */
  VbConfig *config;     /* at the start; the batteries have what a reload has changed */
  char *file;           /* that was read last; NULL: none */
  char *token;          /* that is needed now; NULL: none */
  GMainLoop *loop;
  VbStandstill *standstill;
  VbVenusSystem *system;
  GPtrArray *batteries; /* of VbBattery */
  GPtrArray *ladders;   /* of GSource */
  GPtrArray *services;  /* of VbVenusService, one for each battery */
  VbHistoryKeeper *history_keeper;
  VbCapture *capture;
  VbCaptureFile *capture_file; /* NULL: none was asked for */
  guint calendar;              /* timer */
  VbHttpServer *server;
  VbWeb *web;
  VbExitStatus status;
};

static void
ladder_free (gpointer data)
{
  g_source_destroy (data);
  g_source_unref (data);
}

VbDaemon *
vb_daemon_new (const VbOptions *options)
{
  VbDaemon *daemon = g_new0 (VbDaemon, 1);

  daemon->options = options;
  daemon->listen = g_strdupv (options->listen);

  return daemon;
}

void
vb_daemon_free (VbDaemon *daemon)
{
  g_clear_pointer (&daemon->server, vb_http_server_free);
  g_clear_pointer (&daemon->web, vb_web_free);
  g_clear_pointer (&daemon->services, g_ptr_array_unref);
  g_clear_pointer (&daemon->ladders, g_ptr_array_unref);
  g_clear_pointer (&daemon->capture_file, vb_capture_file_free);
  g_clear_pointer (&daemon->capture, vb_capture_free);
  g_clear_handle_id (&daemon->calendar, g_source_remove);
  g_clear_pointer (&daemon->history_keeper, vb_history_keeper_free);
  g_clear_pointer (&daemon->batteries, g_ptr_array_unref);
  g_clear_pointer (&daemon->system, vb_venus_system_free);
  g_clear_pointer (&daemon->standstill, vb_standstill_free);
  g_clear_pointer (&daemon->loop, g_main_loop_unref);
  g_clear_pointer (&daemon->config, vb_config_free);
  g_free (daemon->file);
  g_free (daemon->token);
  g_strfreev (daemon->listen);
  g_clear_pointer (&daemon->inherited, g_ptr_array_unref);
  g_free (daemon);
  vb_heartbeat_stop ();
}

/* The addresses of the sockets that were handed over are held to the same rules as those of the
   configuration, in whose place they stand. */
static gboolean
inherit_sockets (VbDaemon *daemon, GError **error)
{
  g_auto (GStrv) addresses = NULL;

  daemon->inherited = vb_http_inherit_sockets (error);
  if (daemon->inherited == NULL || daemon->inherited->len == 0)
    return daemon->inherited != NULL;

  addresses = g_new0 (char *, daemon->inherited->len + 1);
  for (guint i = 0; i < daemon->inherited->len; i++) {
    addresses[i] = vb_http_inherit_address (g_ptr_array_index (daemon->inherited, i), error);
    if (addresses[i] == NULL)
      return FALSE;
  }
  g_strfreev (daemon->listen);
  daemon->listen = g_steal_pointer (&addresses);

  return TRUE;
}

static VbConfig *
load_config (const VbDaemon *daemon, const char *file, GError **error)
{
  VbConfig *config = vb_config_load (file, (const char *const *)daemon->listen, error);

  for (guint i = 0; config != NULL && i < config->warnings->len; i++)
    g_message ("%s", (const char *)g_ptr_array_index (config->warnings, i));

  return config;
}

/* What the rules come to, for --check-config. */
static void
print_limits (const VbConfig *config)
{
  g_autoptr (GString) text = g_string_new (NULL);

  vb_config_limits_table_append (config, text);
  fputs (text->str, stdout);
}

VbExitStatus
vb_daemon_load (VbDaemon *daemon, GError **error)
{
  if (!daemon->options->check_config && !inherit_sockets (daemon, error))
    return VB_EXIT_LISTEN;

  daemon->config = load_config (daemon, daemon->options->config, error);
  if (daemon->config == NULL)
    return VB_EXIT_CONFIGURATION;
  if (!vb_bus_address_check (daemon->config->bus_address, error)) {
    g_prefix_error (error, "%s: [bus] address=%s: ", daemon->config->file,
                    daemon->config->bus_address);
    return VB_EXIT_CONFIGURATION;
  }
  daemon->file = g_strdup (daemon->config->file);
  daemon->token = g_strdup (daemon->config->token);
  if (daemon->options->check_config)
    print_limits (daemon->config);

  return VB_EXIT_OK;
}

static gboolean
on_terminate (gpointer user_data)
{
  g_main_loop_quit (((VbDaemon *)user_data)->loop);

  return G_SOURCE_CONTINUE;
}

static void
on_bus_lost (gpointer user_data)
{
  VbDaemon *daemon = user_data;

  g_message ("no connection to the bus could be made");
  daemon->status = VB_EXIT_BUS;
  g_main_loop_quit (daemon->loop);
}

/* The loop has to turn more often than any value grows old, or it would seem to stand still. */
static void
keep_time (const VbDaemon *daemon)
{
  gint64 shortest = G_MAXINT64;

  for (guint i = 0; i < daemon->batteries->len; i++) {
    const VbBatteryConfig *battery = vb_battery_config (g_ptr_array_index (daemon->batteries, i));

    shortest = MIN (shortest, battery->live.freshness.warn_after);
  }
  vb_standstill_set_limit (daemon->standstill, shortest);
  vb_heartbeat_start (MIN (VB_HEARTBEAT_PERIOD, shortest / 2), VB_HEARTBEAT_LIMIT);
}

/* Half of a configuration is none: a seat belt is not taken off a battery because the same change
   would make a monitor of it. */
static void
reload_battery (const VbDaemon *daemon, VbBattery *battery, const VbConfig *config)
{
  const char *name = vb_battery_config (battery)->fixed.name;
  const VbBatteryConfig *wanted = vb_config_battery (config, name);

  if (wanted == NULL)
    return;

  if (vb_config_changes_fixes (vb_config_battery (daemon->config, name), wanted))
    g_message ("battery %s: its whole configuration is kept as it was", name);
  else if (vb_battery_loses_limit (battery, wanted) != NULL)
    g_message ("battery %s: its whole configuration is kept as it was: the source has never sent "
               "%s, and without its maximum in [limits] there would be none; DELETE it first",
               name, vb_battery_loses_limit (battery, wanted));
  else
    vb_battery_reconfigure (battery, wanted, vb_clock_now ());
}

/* What the token file holds counts from now on; that there is one is as it was at the start. */
static void
reload_token (VbDaemon *daemon, const VbConfig *config)
{
  if (g_strcmp0 (config->token_file, daemon->config->token_file) != 0
      || g_strcmp0 (config->token, daemon->token) == 0)
    return;

  g_free (daemon->token);
  daemon->token = g_strdup (config->token);
  vb_http_server_set_token (daemon->server, daemon->token);
  vb_capture_hide (daemon->capture, daemon->token);
  g_message ("the token has changed");
}

/* SIGHUP: what can change without leaving the bus does, what cannot is named. */
static gboolean
on_reload (gpointer user_data)
{
  VbDaemon *daemon = user_data;
  const char *file = daemon->options->config != NULL ? daemon->options->config
                                                     : vb_config_load_find_again (daemon->file);
  g_autoptr (GError) error = NULL;
  g_autoptr (VbConfig) config = load_config (daemon, file, &error);
  g_auto (GStrv) unchangeable = NULL;

  if (config == NULL) {
    g_message ("configuration kept as it was: %s", error->message);
    return G_SOURCE_CONTINUE;
  }

  unchangeable = vb_config_changes_fixed (daemon->config, config);
  for (guint i = 0; unchangeable[i] != NULL; i++)
    g_message ("%s changes with a restart only", unchangeable[i]);

  for (guint i = 0; i < daemon->batteries->len; i++)
    reload_battery (daemon, g_ptr_array_index (daemon->batteries, i), config);
  vb_capture_configured (daemon->capture, config->portable, vb_clock_now ());
  reload_token (daemon, config);
  g_free (daemon->file);
  daemon->file = g_strdup (config->file);
  keep_time (daemon);
  vb_history_keeper_look (daemon->history_keeper);
  g_message ("configuration read again");

  return G_SOURCE_CONTINUE;
}

static VbBattery *
add_battery (VbDaemon *daemon, const VbBatteryConfig *config)
{
  VbBattery *battery = vb_battery_new (config, vb_clock_now ());
  GSource *ladder = vb_ladder_source_new (battery);

  g_ptr_array_add (daemon->batteries, battery);
  vb_battery_set_system (battery, vb_venus_system_system (daemon->system));
  g_source_attach (ladder, NULL);
  g_ptr_array_add (daemon->ladders, ladder);

  return battery;
}

static VbExitStatus
add_batteries (VbDaemon *daemon, const char *address, GError **error)
{
  const VbVenusServiceConfig service_config = {
    .address = address,
    .require_settings = daemon->config->require_settings,
    .settings_timeout = daemon->config->settings_timeout,
    .insecure = daemon->config->allow_anonymous,
    .process_version = VB_VERSION,
    .standstill = daemon->standstill,
    .neighbours = vb_venus_system_neighbours (daemon->system),
  };

  daemon->batteries = g_ptr_array_new_with_free_func ((GDestroyNotify)vb_battery_free);
  daemon->ladders = g_ptr_array_new_with_free_func (ladder_free);
  daemon->services = g_ptr_array_new_with_free_func ((GDestroyNotify)vb_venus_service_free);

  for (guint i = 0; i < daemon->config->batteries->len; i++) {
    VbBattery *battery = add_battery (daemon, g_ptr_array_index (daemon->config->batteries, i));
    g_autoptr (GError) failed = NULL;
    VbVenusService *service = vb_venus_service_new (battery, &service_config, &failed);

    if (service == NULL) {
      const gboolean taken = g_error_matches (failed, VB_VENUS_ERROR, VB_VENUS_ERROR_NAME_TAKEN);

      g_propagate_error (error, g_steal_pointer (&failed));
      return taken ? VB_EXIT_NAME_TAKEN : VB_EXIT_BUS;
    }
    g_ptr_array_add (daemon->services, service);
    vb_venus_service_set_lost_func (service, on_bus_lost, daemon);
  }

  return VB_EXIT_OK;
}

/* The month is all that the wall clock decides. */
static gboolean
on_calendar (gpointer user_data)
{
  const VbDaemon *daemon = user_data;
  g_autoptr (GDateTime) date = g_date_time_new_now_local ();

  for (guint i = 0; i < daemon->batteries->len; i++)
    vb_battery_set_month (g_ptr_array_index (daemon->batteries, i),
                          (guint)g_date_time_get_month (date));

  return G_SOURCE_CONTINUE;
}

static VbExitStatus
join_bus (VbDaemon *daemon, GError **error)
{
  const char *bus
      = daemon->options->bus != NULL ? daemon->options->bus : daemon->config->bus_address;
  g_autofree char *address = vb_bus_address (bus, error);
  VbExitStatus status;

  if (address == NULL)
    return VB_EXIT_BUS;

  g_message ("version %s, bus %s", VB_VERSION, address);
  if (daemon->file != NULL)
    g_message ("configuration %s", daemon->file);
  else
    g_message ("no configuration file: defaults");
  daemon->system = vb_venus_system_new (address, on_bus_lost, daemon, error);
  if (daemon->system == NULL)
    return VB_EXIT_BUS;
  status = add_batteries (daemon, address, error);
  on_calendar (daemon);
  daemon->calendar = g_timeout_add_seconds (CALENDAR_SECONDS, on_calendar, daemon);
  if (status == VB_EXIT_OK)
    daemon->history_keeper
        = vb_history_keeper_new (daemon->batteries, daemon->config->state_dir,
                                 VB_HISTORY_KEEPER_FIRST, VB_HISTORY_KEEPER_PERIOD);

  return status;
}

static void
log_address (const char *address, int port)
{
  g_message (port > 0 ? "listening on %s, port %d" : "listening on %s", address, port);
}

static gboolean
adopt (VbDaemon *daemon, GError **error)
{
  for (guint i = 0; i < daemon->inherited->len; i++) {
    const int port
        = vb_http_server_adopt (daemon->server, g_ptr_array_index (daemon->inherited, i), error);

    if (port < 0)
      return FALSE;
    log_address (daemon->listen[i], port);
  }

  return TRUE;
}

static gboolean
listen_on (VbHttpServer *server, const VbConfig *config, GError **error)
{
  const gboolean by_default = config->listen == NULL;
  char **addresses = by_default ? config->default_listen : config->listen;

  for (guint i = 0; addresses[i] != NULL; i++) {
    g_autoptr (GError) failed = NULL;
    const int port = vb_http_server_listen (server, addresses[i], &failed);

    if (port >= 0)
      log_address (addresses[i], port);
    /* By default the first address is needed, and the second taken where the machine has it. */
    else if (!by_default || i == 0) {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    } else if (vb_http_listen_is_here (addresses[i]))
      g_message ("%s; a client that resolves localhost to it does not come here", failed->message);
  }

  return TRUE;
}

static gboolean
capture (VbDaemon *daemon, GError **error)
{
  const char *path = daemon->options->capture;

  daemon->capture = vb_capture_new (daemon->batteries, daemon->config->portable);
  vb_capture_hide (daemon->capture, daemon->token);
  if (path != NULL)
    daemon->capture_file = vb_capture_file_new (daemon->capture, path, VB_CAPTURE_FILE_SIZE, error);

  return path == NULL || daemon->capture_file != NULL;
}

static gint64
write_capture (gpointer user_data, gint64 now, GString *text)
{
  const VbDaemon *daemon = user_data;

  return vb_capture_write (daemon->capture, now, text);
}

/* It stays so: neither the addresses nor whether there is a token change with a reload. */
static VbAccess
access_of (const VbConfig *config)
{
  if (config->token != NULL)
    return VB_ACCESS_TOKEN;

  return vb_config_listen_is_local (config) ? VB_ACCESS_LOCAL : VB_ACCESS_OPEN;
}

static VbExitStatus
serve (VbDaemon *daemon, GError **error)
{
  VbHttpConfig config = VB_HTTP_CONFIG_DEFAULT;

  config.standstill = daemon->standstill;
  config.token = daemon->config->token;
  config.server_names = (const char *const *)daemon->config->server_names;
  daemon->server = vb_http_server_new (&config);
  daemon->web = vb_web_new (daemon->server, daemon->batteries, access_of (daemon->config),
                            write_capture, daemon);

  return (daemon->inherited->len > 0 ? adopt (daemon, error)
                                     : listen_on (daemon->server, daemon->config, error))
             ? VB_EXIT_OK
             : VB_EXIT_LISTEN;
}

VbExitStatus
vb_daemon_run (VbDaemon *daemon, GError **error)
{
  vb_process_prepare ();
  daemon->loop = g_main_loop_new (NULL, FALSE);
  daemon->standstill = vb_standstill_new (VB_STANDSTILL_NEVER, vb_clock_now);

  /* Also while it starts and ends: a bus that hangs is worse than one that is not there. */
  vb_heartbeat_start (VB_HEARTBEAT_PERIOD, VB_HEARTBEAT_LIMIT);
  daemon->status = join_bus (daemon, error);
  if (daemon->status == VB_EXIT_OK && !capture (daemon, error))
    daemon->status = VB_EXIT_FAILURE;
  if (daemon->status == VB_EXIT_OK) {
    keep_time (daemon);
    daemon->status = serve (daemon, error);
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
