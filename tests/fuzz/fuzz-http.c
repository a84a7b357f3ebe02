/*
 * The server with all its routes, and a client that writes whatever it likes to a real connection.
 * The input is cut at each byte 0x1e: the server sees the pieces one after the other. Whatever
 * comes back begins with a status line, and a body that says it is JSON is.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "web/web.h"

#define CUT 0x1e

/* Turns of the loop that the server may take for one piece: more is a loop without an end. */
#define TURNS_MAX 10000

typedef struct
{
  GPtrArray *batteries;
  VbHttpServer *server;
  VbWeb *web;
  int client;
  GByteArray *heard;
} World;

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  fuzz_prepare ();
  signal (SIGPIPE, SIG_IGN);

  return 0;
}

/* A capture of its own would hold what was sent to earlier runs. */
static gint64
write_capture (gpointer user_data, gint64 now, GString *text)
{
  g_string_append (text, "{\"capture\":1}\n");

  return 0;
}

static void
add_battery (World *world, const char *name, VbRole role)
{
  g_auto (VbBatteryConfig) config;

  vb_battery_config_init (&config, name);
  config.fixed.role = role;
  config.fixed.history = role == VB_ROLE_BMS;
  g_ptr_array_add (world->batteries, vb_battery_new (&config, G_USEC_PER_SEC));
}

/* One of 60 000 in turn: a port stays taken for a minute where the server has closed first, and a
   single address has not as many as there are inputs in a minute. */
static guint32
next_address (void)
{
  static guint32 n;

  return INADDR_LOOPBACK + n++ % 60000;
}

static void
begin (World *world, const char *token)
{
  VbHttpConfig config = VB_HTTP_CONFIG_DEFAULT;
  struct sockaddr_in address
      = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (next_address ()) };
  g_autofree char *host = g_strconcat (inet_ntoa (address.sin_addr), ":0", NULL);
  g_autoptr (GError) error = NULL;
  int port;

  world->heard = g_byte_array_new ();
  world->batteries = g_ptr_array_new_with_free_func ((GDestroyNotify)vb_battery_free);
  add_battery (world, "virtual", VB_ROLE_BMS);
  add_battery (world, "shed", VB_ROLE_MONITOR);

  config.token = token;
  world->server = vb_http_server_new (&config);
  world->web = vb_web_new (world->server, world->batteries, VB_ACCESS_LOCAL, write_capture, NULL);
  port = vb_http_server_listen (world->server, host, &error);
  g_assert_no_error (error);

  address.sin_port = htons ((guint16)port);
  world->client = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  /* libFuzzer's own alarm, each half minute, may interrupt it. */
  if (TEMP_FAILURE_RETRY (connect (world->client, (struct sockaddr *)&address, sizeof address))
      != 0)
    g_error ("cannot connect to %s: %s", host, g_strerror (errno));
}

/* Reset rather than closed, so that no port waits for what may still come. */
static void
hang_up (World *world)
{
  const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

  setsockopt (world->client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close (world->client);
}

static void
end (World *world)
{
  vb_http_server_free (world->server);
  vb_web_free (world->web);
  g_ptr_array_unref (world->batteries);
  g_byte_array_unref (world->heard);
}

/* Returns: whether anything came, or the end. */
static gboolean
hear (World *world)
{
  guint8 bytes[4096];
  gboolean any = FALSE;
  gssize n;

  while ((n = recv (world->client, bytes, sizeof bytes, MSG_DONTWAIT)) > 0) {
    g_byte_array_append (world->heard, bytes, (guint)n);
    any = TRUE;
  }

  return any;
}

/* Lets the server work until it has nothing more to do. */
static void
work (World *world)
{
  guint turns = 0;

  while (g_main_context_iteration (NULL, FALSE) || hear (world))
    g_assert_cmpuint (++turns, <, TURNS_MAX);
}

static void
say (World *world, const uint8_t *data, size_t size)
{
  while (size > 0) {
    const gssize n = send (world->client, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);

    work (world);
    if (n < 0)
      return;
    data += n;
    size -= (size_t)n;
  }
}

static const char *
header (const char *answer, const char *name, const char *end_of_headers)
{
  const char *found = strstr (answer, name);

  return found != NULL && found < end_of_headers ? found + strlen (name) : NULL;
}

/* @answer: one or more answers; only the first is looked at. */
static void
assert_answer (const char *answer, gsize size, gboolean has_body)
{
  const char *headers_end = strstr (answer, "\r\n\r\n");
  const char *type, *length;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  int status;

  g_assert_cmpint (sscanf (answer, "HTTP/1.1 %3d ", &status), ==, 1);
  g_assert_cmpint (status, >=, 100);
  g_assert_cmpint (status, <, 600);
  g_assert_nonnull (headers_end);
  g_assert_cmpint (status, !=, 500);

  type = header (answer, "\r\nContent-Type: application/", headers_end);
  length = header (answer, "\r\nContent-Length: ", headers_end);
  if (type == NULL || length == NULL || !has_body || strstr (type, "json") == NULL)
    return;

  g_assert_cmpuint (size - (gsize)(headers_end + 4 - answer), >=,
                    g_ascii_strtoull (length, NULL, 10));
  json_parser_load_from_data (parser, headers_end + 4, (gssize)g_ascii_strtoull (length, NULL, 10),
                              &error);
  g_assert_no_error (error);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  World world = { 0 };
  const gboolean is_head = memmem (data, size, "HEAD", 4) != NULL;

  begin (&world, size > 0 && data[0] == 'T' ? "secret" : NULL);
  if (size > 0) {
    data++;
    size--;
  }
  while (size > 0) {
    const uint8_t *cut = memchr (data, CUT, size);
    const size_t piece = cut != NULL ? (size_t)(cut - data) : size;

    say (&world, data, piece);
    data += MIN (piece + 1, size);
    size -= MIN (piece + 1, size);
  }
  shutdown (world.client, SHUT_WR);
  work (&world);

  g_byte_array_append (world.heard, (const guint8 *)"", 1);
  if (world.heard->len > 1)
    assert_answer ((const char *)world.heard->data, world.heard->len - 1, !is_head);

  hang_up (&world);
  work (&world);
  end (&world);
  work (&world);

  return 0;
}
