#pragma once

#include "capture-ring.h"

G_BEGIN_DECLS

/*
 * The lines of a capture, JSON Lines of format 1. Each function appends one line with its line
 * feed.
 */

/** The number of the format, in the first line. */
#define VB_CAPTURE_FORMAT 1

/** What a capture begins with. @time: of the first line behind it; @names: of the batteries, by
    number; @configuration: in force then */
void vb_capture_line_head (gint64 time,
                           const GPtrArray *names,
                           const char *configuration,
                           GString *text);

/** @captured, about the battery @name. What @secrets (of char *) say is left out of it. */
void vb_capture_line_captured (const VbCaptured *captured,
                               const char *name,
                               const GPtrArray *secrets,
                               GString *text);

/** The configuration that is in force from @time on. */
void vb_capture_line_configuration (gint64 time, const char *configuration, GString *text);

G_END_DECLS
