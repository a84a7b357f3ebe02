#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** The longest message of a line of the log, in bytes. */
#define VB_LOG_MESSAGE_MAX 1024

/** From now on each message that is logged is one line without control characters, whoever was
    quoted in it, and is cut where it is too long. */
void vb_log_begin (void);

/** From now on nothing but warnings is logged. */
void vb_log_mute (void);

G_END_DECLS
