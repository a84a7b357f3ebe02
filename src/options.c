#include "options.h"

#include <stdio.h>

#include "bus/address.h"
#include "config/markdown.h"
#include "core/field-markdown.h"

gboolean
vb_options_parse (VbOptions *options, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "config", 0, 0, G_OPTION_ARG_FILENAME, &options->config, "Configuration file", "FILE" },
    { "check-config", 0, 0, G_OPTION_ARG_NONE, &options->check_config,
      "Say what is wrong in the configuration, and exit", NULL },
    { "doctor", 0, 0, G_OPTION_ARG_NONE, &options->doctor,
      "Say what is right and what is wrong on this machine, and exit", NULL },
    { "listen", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->listen,
      "Listen on ADDRESS instead of those configured; several are separated by ; or given one by "
      "one",
      "ADDRESS" },
    { "bus", 0, 0, G_OPTION_ARG_STRING, &options->bus,
      "system, session or an address (default: session where DBUS_SESSION_BUS_ADDRESS is set, else "
      "system)",
      "BUS" },
    { "capture", 0, 0, G_OPTION_ARG_FILENAME, &options->capture,
      "Write what comes, and what becomes of it, into FILE", "FILE" },
    { "simulate", 0, 0, G_OPTION_ARG_FILENAME, &options->simulate,
      "Print what becomes of a capture, with the configuration in it or with --config, and exit",
      "FILE" },
    { "table", 0, 0, G_OPTION_ARG_NONE, &options->table, "Print it as a table", NULL },
    { "list-fields", 0, 0, G_OPTION_ARG_NONE, &options->list_fields,
      "Print the fields of a record as Markdown, and exit", NULL },
    { "list-keys", 0, 0, G_OPTION_ARG_NONE, &options->list_keys,
      "Print the keys of the configuration as Markdown, and exit", NULL },
    { "verbose", 0, 0, G_OPTION_ARG_NONE, &options->verbose, "Log every record", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Print the version, and exit", NULL },
    { 0 },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- a battery for Venus OS over HTTP");

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;

  if (options->listen != NULL) {
    g_autofree char *joined = g_strjoinv (";", options->listen);

    g_strfreev (options->listen);
    options->listen = g_strsplit (joined, ";", -1);
  }

  if (*argc > 1) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                 "%s: no arguments are taken beside options", (*argv)[1]);
    return FALSE;
  }

  if (options->table && options->simulate == NULL) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "--table goes with --simulate");
    return FALSE;
  }

  if (options->capture != NULL && options->simulate != NULL) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                 "--capture does not go with --simulate: nothing comes in a simulation");
    return FALSE;
  }

  /* What the bus is called is wrong already before anybody looks for it. */
  if (!vb_bus_address_check (options->bus, error)) {
    g_prefix_error (error, "--bus=%s: ", options->bus);
    return FALSE;
  }

  return TRUE;
}

static VbExitStatus
print_markdown (void (*to_markdown) (GString *markdown))
{
  g_autoptr (GString) markdown = g_string_new (NULL);

  to_markdown (markdown);

  return fputs (markdown->str, stdout) != EOF && fflush (stdout) == 0 ? VB_EXIT_OK
                                                                      : VB_EXIT_FAILURE;
}

gboolean
vb_options_print (const VbOptions *options, VbExitStatus *status)
{
  if (options->version) {
    g_print ("dbus-virtual-battery %s\n", VB_VERSION);
    *status = VB_EXIT_OK;
  } else if (options->list_fields)
    *status = print_markdown (vb_field_markdown_append);
  else if (options->list_keys)
    *status = print_markdown (vb_config_markdown_append);
  else
    return FALSE;

  return TRUE;
}

void
vb_options_clear (VbOptions *options)
{
  g_clear_pointer (&options->config, g_free);
  g_clear_pointer (&options->bus, g_free);
  g_clear_pointer (&options->capture, g_free);
  g_clear_pointer (&options->simulate, g_free);
  g_clear_pointer (&options->listen, g_strfreev);
}
