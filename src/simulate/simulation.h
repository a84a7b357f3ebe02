#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** What of a simulation is printed: a piece of text, at most a few lines at a time. */
typedef void (*VbSimulationPrint) (const GString *text, gpointer user_data);

/**
 * Runs the capture in @file through batteries on the clock of the capture, and has @print called
 * with what they would have answered and shown. Nothing else is touched: no bus, no socket, no file
 * of the state. What is printed depends on the capture and the configuration alone.
 *
 * The batteries begin empty, whatever was known before the capture began, and joining the bus takes
 * them no time.
 *
 * @config: a configuration in place of the one in the capture, or NULL
 * @table: as a table; else as JSON Lines
 *
 * Returns: FALSE with an error that names the file and the line
 */
gboolean vb_simulation_run (const char *file,
                            const char *config,
                            gboolean table,
                            VbSimulationPrint print,
                            gpointer user_data,
                            GError **error);

G_END_DECLS
