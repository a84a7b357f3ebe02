#pragma once

#include <gio/gunixconnection.h>

G_BEGIN_DECLS

/**
 * VbBusStream:
 *
 * The socket below GDBus. What GDBus sends goes through it as it is. Between two of its messages
 * one of our own can be written at once, without waking the thread that GDBus sends from
 * (tests/bench/PROFILE.md says what that costs).
 */
#define VB_TYPE_BUS_STREAM (vb_bus_stream_get_type ())
G_DECLARE_FINAL_TYPE (VbBusStream, vb_bus_stream, VB, BUS_STREAM, GUnixConnection)

/**
 * The longest message that can be written at once: a socket takes that whole or not at all (Linux:
 * up to 32 kB).
 */
#define VB_BUS_STREAM_MAX (16 * 1024)

/**
 * Takes @base, a connection to a bus that has not been authenticated yet.
 *
 * Returns: (transfer full): what GDBus is to be given: @base itself where that is no unix socket.
 */
GIOStream *vb_bus_stream_new (GIOStream *base);

/**
 * Writes a message, whole. It is never written before one that GDBus was given earlier, or a reply
 * with old values would come after the signal with the new ones.
 *
 * @last_serial: g_dbus_connection_get_last_serial()
 *
 * Returns: FALSE where GDBus has not written everything yet, the message is too long, or the socket
 * does not take it within 50 ms: then it is to be sent through GDBus.
 */
gboolean
vb_bus_stream_write (VbBusStream *stream, const guint8 *message, gsize length, guint32 last_serial);

G_END_DECLS
