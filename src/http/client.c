#include "client.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* The kernel's own header: the C library's lacks tcpi_bytes_received, and cannot be included too. */
#include <linux/tcp.h>

/* Of <netinet/tcp.h>: the connection is over; the client has said that it sends nothing more. */
#define CLOSE 7
#define CLOSE_WAIT 8

/* Many small clients send an empty line behind the body: it does not begin the next request. */
#define EMPTY_LINE 2

static const char timeout_answer[]
    = "HTTP/1.1 408 Request Timeout\r\n"
      "Cache-Control: no-store\r\n"
      "Content-Type: application/problem+json\r\n"
      "Content-Length: 111\r\n"
      "Connection: close\r\n"
      "\r\n"
      "{\"type\":\"about:blank\",\"title\":\"Request Timeout\",\"status\":408,"
      "\"detail\":\"The request was not complete in time.\"}\n";

void
vb_http_connection_init (VbHttpConnection *connection, int fd, gint64 now)
{
  struct sockaddr_storage address = { 0 };
  socklen_t length = sizeof address;

  connection->fd = fd;
  connection->opened = now;
  connection->local
      = getpeername (fd, (struct sockaddr *)&address, &length) == 0 && address.ss_family == AF_UNIX;
  if (connection->local
      || getnameinfo ((struct sockaddr *)&address, length, connection->source,
                      sizeof connection->source, NULL, 0, NI_NUMERICHOST)
             != 0)
    g_strlcpy (connection->source, connection->local ? "unix" : "unknown",
               sizeof connection->source);
}

/* What the kernel knows of a connection. */
typedef struct
{
  guint64 bytes;  /* received; 0 on a unix socket, where a request begins with its first line */
  gboolean ended; /* all of it has been read, and nothing more will come */
} Received;

static gboolean
nothing_is_left (int fd)
{
  char byte;
  const gssize length = recv (fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

  return length == 0 || (length < 0 && errno != EAGAIN);
}

static Received
received (const VbHttpConnection *connection)
{
  struct tcp_info info;
  socklen_t length = sizeof info;

  if (connection->local)
    return (Received){ .ended = nothing_is_left (connection->fd) };

  memset (&info, 0, sizeof info);
  if (getsockopt (connection->fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0)
    return (Received){ 0 };

  return (Received){ info.tcpi_bytes_received,
                     (info.tcpi_state == CLOSE_WAIT || info.tcpi_state == CLOSE)
                         && nothing_is_left (connection->fd) };
}

void
vb_http_connection_begin (VbHttpConnection *connection, gint64 now)
{
  if (connection->begun == 0)
    connection->begun = now;
}

void
vb_http_connection_set_headers_known (VbHttpConnection *connection)
{
  connection->headers_known = TRUE;
}

void
vb_http_connection_complete (VbHttpConnection *connection, gsize size, gint64 now)
{
  const guint64 bytes = received (connection).bytes;

  connection->asked = TRUE;
  connection->answering = now;
  connection->headers_known = FALSE;
  connection->begun = 0;

  /* What has come beyond this request is the beginning of the next one. */
  connection->bytes_done += size;
  if (size == 0 || bytes <= connection->bytes_done + EMPTY_LINE)
    connection->bytes_done = bytes;
}

gint64
vb_http_connection_age (const VbHttpConnection *connection, gint64 now)
{
  return connection->begun != 0 ? now - connection->begun : 0;
}

void
vb_http_connection_end (VbHttpConnection *connection, gboolean posted, gint64 now)
{
  connection->answering = 0;
  if (!posted)
    return;
  if (connection->posted != 0)
    connection->interval = now - connection->posted;
  connection->posted = now;
}

/* The kernel counts the end as a byte. */
static gboolean
has_begun (const VbHttpConnection *connection, Received so_far)
{
  const guint64 slack = connection->bytes_done > 0 ? EMPTY_LINE : 0;

  return !so_far.ended && so_far.bytes > connection->bytes_done + slack;
}

gboolean
vb_http_connection_has_begun (const VbHttpConnection *connection)
{
  return connection->begun != 0 || has_begun (connection, received (connection));
}

gint64
vb_http_connection_new_until (const VbHttpConnection *connection)
{
  return connection->asked ? 0 : connection->opened + VB_HTTP_GRACE;
}

gboolean
vb_http_connection_makes_room (const VbHttpConnection *connection, gint64 patience, gint64 now)
{
  if (connection->cut)
    return FALSE;

  if (connection->answering != 0)
    return now - connection->answering >= VB_HTTP_ESTABLISHED;

  if (connection->begun != 0)
    return connection->posted == 0 && now - connection->begun >= patience;

  if (vb_http_connection_has_begun (connection))
    return FALSE;

  return connection->posted == 0
             ? patience == 0 || now >= vb_http_connection_new_until (connection)
             : now - connection->posted >= MAX (VB_HTTP_ESTABLISHED, 2 * connection->interval);
}

gint64
vb_http_connection_deadline (VbHttpConnection *connection, gint64 limit, gint64 now)
{
  Received so_far;

  /* While an answer is on its way the next request is not read, so it is not the client who waits. */
  if (connection->cut || connection->answering != 0)
    return G_MAXINT64;
  so_far = received (connection);
  if (connection->begun == 0 && has_begun (connection, so_far))
    connection->begun = now;

  /* Where the end came together with the last bytes, libmicrohttpd does not notice it. */
  if (so_far.ended)
    return now;

  return connection->begun == 0 ? G_MAXINT64 : connection->begun + limit;
}

void
vb_http_connection_cut (VbHttpConnection *connection)
{
  if (connection->headers_known)
    send (connection->fd, timeout_answer, strlen (timeout_answer), MSG_NOSIGNAL | MSG_DONTWAIT);

  connection->cut = TRUE;
  shutdown (connection->fd, SHUT_RDWR);
}
