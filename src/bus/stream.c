#define G_LOG_DOMAIN "bus"

#include "stream.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

/* The part of a message's header that is always there (D-Bus specification, Message Format). */
#define HEADER_SIZE 16
#define BYTE_ORDER_AT 0
#define BODY_LENGTH_AT 4
#define SERIAL_AT 8
#define FIELDS_LENGTH_AT 12

/* How long a bus is waited for that is behind, ms. */
#define BUS_PATIENCE 50

/* How long it is not waited for after that was in vain, µs. */
#define BUS_REST ((gint64)BUS_PATIENCE * 1000)

/* What GDBus writes to, in its own thread. */
#define VB_TYPE_BUS_OUTPUT (vb_bus_output_get_type ())
G_DECLARE_FINAL_TYPE (VbBusOutput, vb_bus_output, VB, BUS_OUTPUT, GOutputStream)

struct _VbBusOutput
{
  GOutputStream parent;
  GPollableOutputStream *base;

  GMutex lock;      /* of what follows, and of writing */
  gsize unwritten;  /* of the message that GDBus is writing */
  guint32 serial;   /* its serial */
  guint32 finished; /* the serial of the last one that was written whole */
};

struct _VbBusStream
{
  GUnixConnection parent;
  GIOStream *base; /* closes the socket when it is freed */
  VbBusOutput *output;
};

static void output_pollable_init (GPollableOutputStreamInterface *pollable);

G_DEFINE_TYPE_WITH_CODE (VbBusOutput,
                         vb_bus_output,
                         G_TYPE_OUTPUT_STREAM,
                         G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM,
                                                output_pollable_init))
G_DEFINE_TYPE (VbBusStream, vb_bus_stream, G_TYPE_UNIX_CONNECTION)

static guint32
read_uint32 (const guint8 *header, gsize at)
{
  guint32 value;

  memcpy (&value, header + at, sizeof value);

  return header[BYTE_ORDER_AT] == G_DBUS_MESSAGE_BYTE_ORDER_BIG_ENDIAN ? GUINT32_FROM_BE (value)
                                                                       : GUINT32_FROM_LE (value);
}

/* GDBus writes one message at a time, from its first byte on; an answer has the byte order of the
   call. */
static void
begin_message (VbBusOutput *output, const guint8 *header)
{
  const gsize fields = read_uint32 (header, FIELDS_LENGTH_AT);

  output->unwritten = HEADER_SIZE + (fields + 7) / 8 * 8 + read_uint32 (header, BODY_LENGTH_AT);
  output->serial = read_uint32 (header, SERIAL_AT);
}

static gssize
output_write_nonblocking (GPollableOutputStream *pollable,
                          const void *buffer,
                          gsize count,
                          GError **error)
{
  VbBusOutput *output = VB_BUS_OUTPUT (pollable);
  gssize written;

  g_mutex_lock (&output->lock);
  written = g_pollable_output_stream_write_nonblocking (output->base, buffer, count, NULL, error);
  if (written > 0 && output->unwritten == 0)
    begin_message (output, buffer);
  if (written > 0)
    output->unwritten -= MIN ((gsize)written, output->unwritten);
  if (written > 0 && output->unwritten == 0)
    output->finished = output->serial;
  g_mutex_unlock (&output->lock);

  return written;
}

static gboolean
output_is_writable (GPollableOutputStream *pollable)
{
  return g_pollable_output_stream_is_writable (VB_BUS_OUTPUT (pollable)->base);
}

static GSource *
output_create_source (GPollableOutputStream *pollable, GCancellable *cancellable)
{
  VbBusOutput *output = VB_BUS_OUTPUT (pollable);
  g_autoptr (GSource) base = g_pollable_output_stream_create_source (output->base, NULL);

  return g_pollable_source_new_full (output, base, cancellable);
}

static void
output_pollable_init (GPollableOutputStreamInterface *pollable)
{
  pollable->write_nonblocking = output_write_nonblocking;
  pollable->is_writable = output_is_writable;
  pollable->create_source = output_create_source;
}

/* The lines of the authentication. */
static gssize
output_write (GOutputStream *stream,
              const void *buffer,
              gsize count,
              GCancellable *cancellable,
              GError **error)
{
  return g_output_stream_write (G_OUTPUT_STREAM (VB_BUS_OUTPUT (stream)->base), buffer, count,
                                cancellable, error);
}

static void
output_finalize (GObject *object)
{
  VbBusOutput *output = VB_BUS_OUTPUT (object);

  g_object_unref (output->base);
  g_mutex_clear (&output->lock);
  G_OBJECT_CLASS (vb_bus_output_parent_class)->finalize (object);
}

static void
vb_bus_output_class_init (VbBusOutputClass *class)
{
  G_OBJECT_CLASS (class)->finalize = output_finalize;
  G_OUTPUT_STREAM_CLASS (class)->write_fn = output_write;
}

static void
vb_bus_output_init (VbBusOutput *output)
{
  g_mutex_init (&output->lock);
}

static GOutputStream *
stream_get_output (GIOStream *stream)
{
  return G_OUTPUT_STREAM (VB_BUS_STREAM (stream)->output);
}

static void
stream_finalize (GObject *object)
{
  VbBusStream *stream = VB_BUS_STREAM (object);

  G_OBJECT_CLASS (vb_bus_stream_parent_class)->finalize (object);
  g_object_unref (stream->output);
  g_object_unref (stream->base);
}

static void
vb_bus_stream_class_init (VbBusStreamClass *class)
{
  G_OBJECT_CLASS (class)->finalize = stream_finalize;
  G_IO_STREAM_CLASS (class)->get_output_stream = stream_get_output;
}

static void
vb_bus_stream_init (VbBusStream *stream)
{
}

GIOStream *
vb_bus_stream_new (GIOStream *base)
{
  VbBusStream *stream;

  if (!G_IS_UNIX_CONNECTION (base))
    return g_object_ref (base);

  stream = g_object_new (VB_TYPE_BUS_STREAM, "socket",
                         g_socket_connection_get_socket (G_SOCKET_CONNECTION (base)), NULL);
  stream->base = g_object_ref (base);
  stream->output = g_object_new (VB_TYPE_BUS_OUTPUT, NULL);
  stream->output->base
      = g_object_ref (G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (base)));

  return G_IO_STREAM (stream);
}

/* A bus that is behind is waited for, a little. So a source that posts faster than the bus takes is
   slowed down, and fills no queue. A bus that takes nothing at all must not hold up the loop, nor
   once for each battery: all of them are on the same bus. */
static gssize
send_when_ready (int fd, const guint8 *message, gsize length)
{
  static gint64 not_before; /* when it may be waited for again */
  struct pollfd ready = { .fd = fd, .events = POLLOUT };
  const gssize sent = send (fd, message, length, MSG_DONTWAIT | MSG_NOSIGNAL);

  if (sent >= 0 || errno != EAGAIN || g_get_monotonic_time () < not_before)
    return sent;

  if (poll (&ready, 1, BUS_PATIENCE) > 0)
    return send (fd, message, length, MSG_DONTWAIT | MSG_NOSIGNAL);

  not_before = g_get_monotonic_time () + BUS_REST;

  return sent;
}

static gboolean
send_whole (GSocket *socket, const guint8 *message, gsize length)
{
  const gssize sent = send_when_ready (g_socket_get_fd (socket), message, length);

  if (sent == (gssize)length)
    return TRUE;

  /* Half a message is the end of a connection: it will be made anew. */
  if (sent > 0)
    g_socket_shutdown (socket, TRUE, TRUE, NULL);

  return FALSE;
}

gboolean
vb_bus_stream_write (VbBusStream *stream, const guint8 *message, gsize length, guint32 last_serial)
{
  GSocket *socket = g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream));
  gboolean written = FALSE;

  if (length > VB_BUS_STREAM_MAX)
    return FALSE;

  g_mutex_lock (&stream->output->lock);
  if (stream->output->unwritten == 0 && stream->output->finished == last_serial)
    written = send_whole (socket, message, length);
  g_mutex_unlock (&stream->output->lock);

  return written;
}
