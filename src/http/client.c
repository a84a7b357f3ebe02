#include "client.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* The kernel's own header: the C library's has no tcpi_bytes_received. Both cannot be included. */
#include <linux/tcp.h>

/* Of <netinet/tcp.h>: the client is over; the client has said that it sends nothing more. */
#define CLOSE 7
#define CLOSE_WAIT 8

/* Many small clients send an empty line after the body: it does not begin the next request. */
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

static const char line_answer[]
    = "HTTP/1.1 414 URI Too Long\r\n"
      "Cache-Control: no-store\r\n"
      "Content-Type: application/problem+json\r\n"
      "Content-Length: 108\r\n"
      "Connection: close\r\n"
      "\r\n"
      "{\"type\":\"about:blank\",\"title\":\"URI Too Long\",\"status\":414,"
      "\"detail\":\"The query has more than 64 arguments.\"}\n";

/* Fills in who the client is. */
static void
find_source (VbHttpClient *client)
{
  struct sockaddr_storage address = { 0 };
  socklen_t length = sizeof address;

  client->local = getpeername (client->fd, (struct sockaddr *)&address, &length) == 0
                  && address.ss_family == AF_UNIX;
  if (client->local
      || getnameinfo ((struct sockaddr *)&address, length, client->source, sizeof client->source,
                      NULL, 0, NI_NUMERICHOST)
             != 0)
    g_strlcpy (client->source, client->local ? "unix" : "unknown", sizeof client->source);
}

VbHttpClient *
vb_http_client_new (struct MHD_Connection *mhd, int fd, gint64 now)
{
  VbHttpClient *client = g_new0 (VbHttpClient, 1);

  client->fd = fd;
  client->mhd = mhd;
  client->opened = now;
  find_source (client);
  client->request = vb_http_request_new (mhd, client->source);

  return client;
}

void
vb_http_client_free (VbHttpClient *client)
{
  vb_http_request_free (client->request);
  g_free (client);
}

/* What the kernel knows of a client. */
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
received (const VbHttpClient *client)
{
  struct tcp_info info;
  socklen_t length = sizeof info;

  if (client->local)
    return (Received){ .ended = nothing_is_left (client->fd) };

  memset (&info, 0, sizeof info);
  if (getsockopt (client->fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0)
    return (Received){ 0 };

  return (Received){ info.tcpi_bytes_received,
                     (info.tcpi_state == CLOSE_WAIT || info.tcpi_state == CLOSE)
                         && nothing_is_left (client->fd) };
}

void
vb_http_client_begin (VbHttpClient *client, gint64 now)
{
  if (client->begun == 0)
    client->begun = now;
}

void
vb_http_client_set_headers_known (VbHttpClient *client)
{
  client->headers_known = TRUE;
}

void
vb_http_client_complete (VbHttpClient *client, gsize size, gboolean posted, gint64 now)
{
  const guint64 bytes = received (client).bytes;

  client->asked = TRUE;
  client->answering = now;
  client->headers_known = FALSE;
  client->begun = 0;

  /* What has come beyond this request is the beginning of the next one. */
  client->bytes_done += size;
  if (size == 0 || bytes <= client->bytes_done + EMPTY_LINE)
    client->bytes_done = bytes;

  if (!posted)
    return;
  if (client->posted != 0)
    client->interval = now - client->posted;
  client->posted = now;
}

gint64
vb_http_client_age (const VbHttpClient *client, gint64 now)
{
  return client->begun != 0 ? now - client->begun : 0;
}

void
vb_http_client_end (VbHttpClient *client)
{
  client->answering = 0;
  client->streaming = FALSE;
}

/* The kernel counts the end as a byte. */
static gboolean
has_begun (const VbHttpClient *client, Received so_far)
{
  const guint64 slack = client->bytes_done > 0 ? EMPTY_LINE : 0;

  return !so_far.ended && so_far.bytes > client->bytes_done + slack;
}

gboolean
vb_http_client_has_begun (const VbHttpClient *client)
{
  return client->begun != 0 || has_begun (client, received (client));
}

gint64
vb_http_client_new_until (const VbHttpClient *client)
{
  if (client->answering != 0)
    return client->answering + VB_HTTP_GRACE;

  return client->asked ? 0 : client->opened + VB_HTTP_GRACE;
}

static VbHttpStanding
standing_of_poster (const VbHttpClient *client, gboolean look, gint64 now)
{
  /* A client that posts twice a minute is as established as one that posts each second. */
  const gint64 claim = MAX (VB_HTTP_ESTABLISHED, 2 * client->interval);

  if (client->answering != 0)
    return now - client->answering < VB_HTTP_ESTABLISHED ? VB_HTTP_STANDING_POSTER_ANSWERED
                                                         : VB_HTTP_STANDING_DEAF_POSTER;
  if (client->begun != 0 || (look && vb_http_client_has_begun (client)))
    return VB_HTTP_STANDING_POSTER_SENDING;

  return now - client->posted < claim ? VB_HTTP_STANDING_POSTER_IDLE
                                      : VB_HTTP_STANDING_POSTER_LAPSED;
}

static VbHttpStanding
standing_of_stranger (const VbHttpClient *client, gboolean look, gint64 now)
{
  const gboolean is_new = now < vb_http_client_new_until (client);

  if (client->answering != 0)
    return is_new ? VB_HTTP_STANDING_ANSWERED : VB_HTTP_STANDING_DEAF_STRANGER;
  if (look && client->begun == 0 && vb_http_client_has_begun (client))
    return VB_HTTP_STANDING_UNREAD;
  if (client->begun == 0)
    return is_new ? VB_HTTP_STANDING_NEW_SILENT : VB_HTTP_STANDING_SILENT;
  if (now - client->begun >= VB_HTTP_DAWDLE)
    return VB_HTTP_STANDING_DAWDLING;

  return is_new ? VB_HTTP_STANDING_NEW_SENDING : VB_HTTP_STANDING_SENDING;
}

VbHttpStanding
vb_http_client_standing (const VbHttpClient *client, gboolean look, gint64 now)
{
  if (client->cut)
    return VB_HTTP_STANDING_CUT;
  if (client->streaming)
    return VB_HTTP_STANDING_STREAMING;

  return client->posted != 0 ? standing_of_poster (client, look, now)
                             : standing_of_stranger (client, look, now);
}

gint64
vb_http_client_deadline (VbHttpClient *client, gint64 limit, gint64 now)
{
  Received so_far;

  /* While an answer is on its way, we do not read the next request: it is we who are late. */
  if (client->cut || client->answering != 0)
    return G_MAXINT64;
  so_far = received (client);
  if (client->begun == 0 && has_begun (client, so_far))
    client->begun = now;

  /* Where the end came together with the last bytes, libmicrohttpd does not notice it. */
  if (so_far.ended)
    return now;

  return client->begun == 0 ? G_MAXINT64 : client->begun + limit;
}

static void
end (VbHttpClient *client, const char *last_words)
{
  send (client->fd, last_words, strlen (last_words), MSG_NOSIGNAL | MSG_DONTWAIT);
  client->cut = TRUE;
  shutdown (client->fd, SHUT_RDWR);
}

void
vb_http_client_cut (VbHttpClient *client)
{
  end (client, client->headers_known ? timeout_answer : "");
}

void
vb_http_client_refuse_line (VbHttpClient *client)
{
  end (client, line_answer);
}
