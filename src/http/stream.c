#define G_LOG_DOMAIN "http"

#include "stream.h"

#include <microhttpd.h>
#include <string.h>
#include <sys/socket.h>

#define BLOCK 4096

struct _VbHttpStream
{
  struct MHD_Connection *connection;
  int fd;
  GString *waiting; /* for the client to read */
  gsize sent;       /* of it */
  gboolean suspended;
  gboolean dropped;
  GPtrArray *streams; /* of the server; NULL until it is attached to it */
  void (*woken) (gpointer user_data);
  gpointer woken_data;
  VbHttpStreamEnded ended;
  gpointer user_data;
};

/* While there is nothing to send, libmicrohttpd is told to forget the connection; otherwise it
   would ask again and again. */
static ssize_t
read_stream (void *user_data, uint64_t position, char *buffer, size_t most)
{
  VbHttpStream *stream = user_data;
  const gsize length = MIN (stream->waiting->len - stream->sent, most);

  if (stream->dropped)
    return MHD_CONTENT_READER_END_WITH_ERROR;

  if (length == 0) {
    stream->suspended = TRUE;
    MHD_suspend_connection (stream->connection);
    return 0;
  }

  memcpy (buffer, stream->waiting->str + stream->sent, length);
  stream->sent += length;
  if (stream->sent == stream->waiting->len) {
    g_string_truncate (stream->waiting, 0);
    stream->sent = 0;
  }

  return (ssize_t)length;
}

static void
end_stream (void *user_data)
{
  VbHttpStream *stream = user_data;

  stream->ended (stream, stream->user_data);
  if (stream->streams != NULL)
    g_ptr_array_remove_fast (stream->streams, stream);
  g_string_free (stream->waiting, TRUE);
  g_free (stream);
}

VbHttpStream *
vb_http_stream_new (struct MHD_Connection *connection,
                    VbHttpStreamEnded ended,
                    gpointer user_data,
                    struct MHD_Response **response)
{
  VbHttpStream *stream = g_new0 (VbHttpStream, 1);

  stream->connection = connection;
  stream->fd = MHD_get_connection_info (connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
  stream->waiting = g_string_new (NULL);
  stream->ended = ended;
  stream->user_data = user_data;
  *response = MHD_create_response_from_callback (MHD_SIZE_UNKNOWN, BLOCK, read_stream, stream,
                                                 end_stream);
  if (*response == NULL)
    end_stream (g_steal_pointer (&stream));

  return stream;
}

void
vb_http_stream_attach (VbHttpStream *stream,
                       GPtrArray *streams,
                       void (*woken) (gpointer user_data),
                       gpointer user_data)
{
  stream->streams = streams;
  stream->woken = woken;
  stream->woken_data = user_data;
  g_ptr_array_add (streams, stream);
}

void
vb_http_stream_wake (VbHttpStream *stream)
{
  if (!stream->suspended)
    return;

  stream->suspended = FALSE;
  MHD_resume_connection (stream->connection);
  stream->woken (stream->woken_data);
}

/* A client that does not read keeps its socket full; nothing but its end would wake it up. */
static void
drop (VbHttpStream *stream)
{
  g_message ("a reader of a stream has fallen behind and is dropped");
  stream->dropped = TRUE;
  shutdown (stream->fd, SHUT_RDWR);
}

gboolean
vb_http_stream_is_gone (VbHttpStream *stream)
{
  char byte;

  if (!stream->dropped && recv (stream->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0) {
    stream->dropped = TRUE;
    vb_http_stream_wake (stream);
  }

  return stream->dropped;
}

void
vb_http_stream_write (VbHttpStream *stream, const char *data, gsize length)
{
  if (stream->dropped)
    return;

  if (stream->sent > 0) {
    g_string_erase (stream->waiting, 0, (gssize)stream->sent);
    stream->sent = 0;
  }
  if (stream->waiting->len + length > VB_HTTP_STREAM_MAX)
    drop (stream);
  else
    g_string_append_len (stream->waiting, data, (gssize)length);
  vb_http_stream_wake (stream);
}
