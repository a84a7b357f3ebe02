#include "http-connection.h"

#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* The kernel's own header: the C library's lacks tcpi_bytes_received, and cannot be included too. */
#include <linux/tcp.h>

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

/* 0 where the kernel does not count them: on a unix socket a request begins with its first line. */
static guint64
bytes_received (const VbHttpConnection *connection)
{
  struct tcp_info info;
  socklen_t length = sizeof info;

  memset (&info, 0, sizeof info);
  if (connection->local || getsockopt (connection->fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0)
    return 0;

  return info.tcpi_bytes_received;
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
vb_http_connection_complete (VbHttpConnection *connection, gsize size)
{
  const guint64 received = bytes_received (connection);

  connection->answering = TRUE;
  connection->headers_known = FALSE;
  connection->begun = 0;

  /* What has come beyond this request is the beginning of the next one. */
  connection->bytes_done += size;
  if (size == 0 || received <= connection->bytes_done + EMPTY_LINE)
    connection->bytes_done = received;
}

gint64
vb_http_connection_age (const VbHttpConnection *connection, gint64 now)
{
  return connection->begun != 0 ? now - connection->begun : 0;
}

void
vb_http_connection_end (VbHttpConnection *connection, gint64 now)
{
  connection->answering = FALSE;
  if (connection->served != 0)
    connection->interval = now - connection->served;
  connection->served = now;
}

static gboolean
has_begun (const VbHttpConnection *connection)
{
  const guint64 slack = connection->bytes_done > 0 ? EMPTY_LINE : 0;

  return bytes_received (connection) > connection->bytes_done + slack;
}

gboolean
vb_http_connection_makes_room (const VbHttpConnection *connection, gint64 now)
{
  if (connection->cut || connection->answering)
    return FALSE;

  if (connection->begun != 0 || has_begun (connection))
    return connection->served == 0 && vb_http_connection_age (connection, now) >= VB_HTTP_DAWDLE;

  return connection->served == 0
         || now - connection->served >= MAX (VB_HTTP_ESTABLISHED, 2 * connection->interval);
}

gint64
vb_http_connection_deadline (VbHttpConnection *connection, gint64 limit, gint64 now)
{
  /* While an answer is on its way the next request is not read, so it is not the client who waits. */
  if (connection->cut || connection->answering)
    return G_MAXINT64;

  if (connection->begun == 0 && has_begun (connection))
    connection->begun = now;

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
