#pragma once

/* What the tests of the HTTP server share: a server with a few routes, and clients that speak to it
   byte by byte. Clients and server run in one thread and one main loop, which sleeps whenever
   nothing is to be done: a server that forgets to wake up is found. */

#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/server.h"

/* How long a client waits for what must come (ms): much more than it takes on a busy machine. */
#define PATIENCE 20000

#define HOST "Host: localhost\r\n"
#define END "Connection: close\r\n\r\n"

typedef struct
{
  VbStandstill *standstill;
  VbHttpServer *server;
  guint16 port;
  guint requests;
  gsize received;     /* bytes of all bodies */
  char *source;       /* of the last request */
  gint64 stood_still; /* of the last request */
} Fixture;

static inline void
answer_thing (VbHttpRequest *request, gpointer user_data)
{
  Fixture *fixture = user_data;
  const char *wildcard = vb_http_request_wildcard (request);
  gsize length;
  g_autofree char *answer = NULL;

  vb_http_request_body (request, &length);
  fixture->requests++;
  fixture->received += length;
  fixture->stood_still = vb_http_request_stood_still (request);
  g_free (fixture->source);
  fixture->source = g_strdup (vb_http_request_source (request));

  answer = g_strdup_printf ("[\"%s\",\"%s\",%zu]", vb_http_request_method (request),
                            wildcard != NULL ? wildcard : "", length);
  if (g_str_equal (vb_http_request_method (request), "POST"))
    vb_http_request_set_posted (request);
  vb_http_request_reply (request, 200, "application/json", answer, strlen (answer));
}

/* More than the sockets between the two take at once. */
#define MUCH (16 * 1024 * 1024)

static inline void
answer_much (VbHttpRequest *request, gpointer user_data)
{
  g_autofree char *much = g_strnfill (MUCH, 'x');

  vb_http_request_reply (request, 200, "text/plain", much, MUCH);
}

static inline void
answer_nothing (VbHttpRequest *request, gpointer user_data)
{
}

static const VbHttpRoute routes[] = {
  { "GET", "/thing", answer_thing, FALSE },
  { "POST", "/thing", answer_thing, FALSE },
  { "DELETE", "/thing", answer_thing, FALSE },
  { "GET", "/thing/*", answer_thing, FALSE },
  { "POST", "/thing/check", answer_thing, FALSE },
  { "POST", "/thing/*/check", answer_thing, FALSE },
  { "GET", "/much", answer_much, FALSE },
  { "GET", "/nothing", answer_nothing, FALSE },
};

static inline void
start (Fixture *fixture, const VbHttpConfig *settings)
{
  VbHttpConfig config = *settings;
  g_autoptr (GError) error = NULL;
  int port;

  if (fixture->standstill == NULL)
    fixture->standstill = vb_standstill_new (VB_STANDSTILL_NEVER, vb_clock_now);
  config.standstill = fixture->standstill;
  fixture->server = vb_http_server_new (&config);
  vb_http_server_add_routes (fixture->server, routes, G_N_ELEMENTS (routes), fixture);
  port = vb_http_server_listen (fixture->server, "127.0.0.1:0", &error);
  g_assert_no_error (error);
  g_assert_cmpint (port, >, 0);
  fixture->port = (guint16)port;
}

static inline void
set_up (Fixture *fixture, gconstpointer user_data)
{
  const VbHttpConfig config = VB_HTTP_CONFIG_DEFAULT;

  start (fixture, &config);
}

static inline void
tear_down (Fixture *fixture, gconstpointer user_data)
{
  vb_http_server_free (fixture->server);
  vb_standstill_free (fixture->standstill);
  g_free (fixture->source);
}

static inline gboolean
on_readable (int fd, GIOCondition condition, gpointer user_data)
{
  *(gboolean *)user_data = TRUE;

  return G_SOURCE_CONTINUE;
}

static inline gboolean
on_timeout (gpointer user_data)
{
  *(gboolean *)user_data = TRUE;

  return G_SOURCE_CONTINUE;
}

/* Lets the server work until @fd has something to read or has ended; FALSE after @milliseconds. */
static inline gboolean
serve_until_readable (int fd, guint milliseconds)
{
  gboolean readable = FALSE, timeout = FALSE;
  const guint watch = g_unix_fd_add (fd, G_IO_IN | G_IO_HUP, on_readable, &readable);
  const guint timer = g_timeout_add (milliseconds, on_timeout, &timeout);

  while (!readable && !timeout)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (watch);
  g_source_remove (timer);

  return readable;
}

/* Lets the server work for a time. */
static inline void
serve_for (guint milliseconds)
{
  gboolean timeout = FALSE;
  const guint timer = g_timeout_add (milliseconds, on_timeout, &timeout);

  while (!timeout)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (timer);
}

static inline int
knock_at (GSocketAddress *address)
{
  const gsize length = (gsize)g_socket_address_get_native_size (address);
  g_autofree struct sockaddr *native = g_malloc (length);
  const int fd = socket ((int)g_socket_address_get_family (address), SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_true (g_socket_address_to_native (address, native, length, NULL));
  g_assert_cmpint (connect (fd, native, (socklen_t)length), ==, 0);

  return fd;
}

static inline int
knock (const Fixture *fixture)
{
  g_autoptr (GSocketAddress) address
      = g_inet_socket_address_new_from_string ("127.0.0.1", fixture->port);

  return knock_at (address);
}

/* More than the socket takes at once goes on while the server reads. */
static inline void
say (int fd, const char *text)
{
  for (gsize length = strlen (text); length > 0;) {
    const gssize sent = send (fd, text, length, MSG_NOSIGNAL | MSG_DONTWAIT);

    if (sent > 0) {
      text += sent;
      length -= (gsize)sent;
    } else if (errno != EAGAIN)
      return;
    g_main_context_iteration (NULL, FALSE);
  }
}

/* Reads until the text holds @wanted @times times, or the end. */
static inline char *
hear (int fd, const char *wanted, guint times)
{
  GString *text = g_string_new (NULL);
  guint found = 0;

  while (found < times) {
    char buffer[4096];
    gssize length;

    if (!serve_until_readable (fd, PATIENCE))
      g_error ("no “%s” within %d ms after: %s", wanted, PATIENCE, text->str);
    length = recv (fd, buffer, sizeof buffer, 0);
    if (length <= 0)
      break;
    g_string_append_len (text, buffer, length);

    found = 0;
    for (const char *at = strstr (text->str, wanted); at != NULL; at = strstr (at + 1, wanted))
      found++;
  }

  return g_string_free (text, FALSE);
}

/* Reads to the end. */
static inline char *
hear_all (int fd)
{
  return hear (fd, "\n\n\n", G_MAXUINT);
}

static inline char *
ask_at (int fd, const char *request)
{
  char *answer;

  say (fd, request);
  answer = hear_all (fd);
  close (fd);

  return answer;
}

/* One request on a connection of its own; the whole answer. */
static inline char *
ask (const Fixture *fixture, const char *request)
{
  return ask_at (knock (fixture), request);
}

static inline void
assert_contains (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("no “%s” in: %s", part, text);
}

static inline void
assert_status (const char *answer, const char *status)
{
  g_autofree char *line = g_strdup_printf ("HTTP/1.1 %s ", status);

  if (!g_str_has_prefix (answer, line))
    g_error ("wanted %s, got: %s", status, answer);
}

static inline void
assert_answer (const Fixture *fixture, const char *request, const char *status)
{
  g_autofree char *answer = NULL;

  g_test_message ("%s: %.100s", status, request);
  answer = ask (fixture, request);
  assert_status (answer, status);
}

/* One request on a connection that is kept. */
static inline void
assert_kept_answer (int fd, const char *request, const char *status)
{
  g_autofree char *answer = NULL;

  say (fd, request);
  answer = hear (fd, "]", 1);
  assert_status (answer, status);
}
