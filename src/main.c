#include <stdio.h>

#include "base/shown.h"
#include "daemon.h"
#include "doctor/doctor.h"
#include "log.h"
#include "simulate/simulation.h"

/* The longest reason not to start, in bytes: it may quote the configuration. */
#define REASON_MAX 4096

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

static void
print_text (const GString *text, gpointer user_data)
{
  fwrite (text->str, 1, text->len, stdout);
}

/* What is logged meanwhile is of no machine that there is. */
static VbExitStatus
run_simulation (const VbOptions *options, GError **error)
{
  gboolean done;

  vb_log_mute ();
  done = vb_simulation_run (options->simulate, options->config, options->table, print_text, NULL,
                            error);

  return fflush (stdout) == 0 && done ? VB_EXIT_OK : VB_EXIT_FAILURE;
}

static VbExitStatus
run_daemon (VbDaemon *daemon, const VbOptions *options, GError **error)
{
  const VbExitStatus status = vb_daemon_load (daemon, error);

  return status == VB_EXIT_OK && !options->check_config ? vb_daemon_run (daemon, error) : status;
}

int
main (int argc, char **argv)
{
  g_auto (VbOptions) options = { 0 };
  g_autoptr (VbDaemon) daemon = NULL;
  g_autoptr (GError) error = NULL;
  VbExitStatus status = VB_EXIT_COMMAND_LINE;

  vb_log_begin ();

  if (vb_options_parse (&options, &argc, &argv, &error) && !vb_options_print (&options, &status)) {
    if (options.doctor)
      return run_doctor (&options);

    if (options.verbose)
      g_setenv ("G_MESSAGES_DEBUG", "all", FALSE);
    if (options.simulate != NULL)
      status = run_simulation (&options, &error);
    else {
      daemon = vb_daemon_new (&options);
      status = run_daemon (daemon, &options, &error);
    }
  }

  /* Not g_printerr(), which makes question marks of what the locale cannot spell. */
  if (error != NULL) {
    g_autofree char *reason = vb_shown (error->message, REASON_MAX);

    fprintf (stderr, "dbus-virtual-battery: %s\n", reason);
  }

  return status;
}
