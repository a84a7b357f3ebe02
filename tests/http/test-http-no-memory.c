/* Where libmicrohttpd gets no memory for an answer, the connection ends and the server goes on. */

#include <microhttpd.h>

#include "http-client.h"
#include "web/events.h"

/* Put in the place of libmicrohttpd's by the linker, which knows those by the other names. */
struct MHD_Response *__real_MHD_create_response_from_buffer (size_t size,
                                                             void *buffer,
                                                             enum MHD_ResponseMemoryMode mode);
struct MHD_Response *__wrap_MHD_create_response_from_buffer (size_t size,
                                                             void *buffer,
                                                             enum MHD_ResponseMemoryMode mode);
struct MHD_Response *__real_MHD_create_response_from_callback (uint64_t size,
                                                               size_t block_size,
                                                               MHD_ContentReaderCallback reader,
                                                               void *user_data,
                                                               MHD_ContentReaderFreeCallback ended);
struct MHD_Response *__wrap_MHD_create_response_from_callback (uint64_t size,
                                                               size_t block_size,
                                                               MHD_ContentReaderCallback reader,
                                                               void *user_data,
                                                               MHD_ContentReaderFreeCallback ended);
enum MHD_Result
__real_MHD_add_response_header (struct MHD_Response *response, const char *name, const char *value);
enum MHD_Result
__wrap_MHD_add_response_header (struct MHD_Response *response, const char *name, const char *value);
enum MHD_Result __real_MHD_queue_response (struct MHD_Connection *connection,
                                           unsigned int status,
                                           struct MHD_Response *response);
enum MHD_Result __wrap_MHD_queue_response (struct MHD_Connection *connection,
                                           unsigned int status,
                                           struct MHD_Response *response);

/* How many calls go well before one does not; G_MAXUINT: all. */
static guint left = G_MAXUINT;

static gboolean
is_refused (void)
{
  if (left == G_MAXUINT)
    return FALSE;

  return left-- == 0;
}

struct MHD_Response *
__wrap_MHD_create_response_from_buffer (size_t size, void *buffer, enum MHD_ResponseMemoryMode mode)
{
  return is_refused () ? NULL : __real_MHD_create_response_from_buffer (size, buffer, mode);
}

struct MHD_Response *
__wrap_MHD_create_response_from_callback (uint64_t size,
                                          size_t block_size,
                                          MHD_ContentReaderCallback reader,
                                          void *user_data,
                                          MHD_ContentReaderFreeCallback ended)
{
  return is_refused () ? NULL
                       : __real_MHD_create_response_from_callback (size, block_size, reader,
                                                                   user_data, ended);
}

enum MHD_Result
__wrap_MHD_add_response_header (struct MHD_Response *response, const char *name, const char *value)
{
  return is_refused () ? MHD_NO : __real_MHD_add_response_header (response, name, value);
}

enum MHD_Result
__wrap_MHD_queue_response (struct MHD_Connection *connection,
                           unsigned int status,
                           struct MHD_Response *response)
{
  return is_refused () ? MHD_NO : __real_MHD_queue_response (connection, status, response);
}

/* At whichever call there is none: nothing is answered, and the next one is served. */
static void
assert_goes_on (Fixture *fixture, const char *request, const char *status, guint n_calls)
{
  for (guint i = 0; i < n_calls; i++) {
    g_autofree char *answer = NULL;
    const int fd = knock (fixture);

    left = i;
    say (fd, request);
    answer = hear (fd, "nothing", 1);
    g_assert_cmpstr (answer, ==, "");
    g_assert_cmpuint (left, ==, G_MAXUINT);
    close (fd);

    assert_answer (fixture, "GET /thing HTTP/1.1\r\n" HOST END, "200");
  }

  assert_answer (fixture, request, status);
}

static void
test_answer (Fixture *fixture, gconstpointer unused)
{
  assert_goes_on (fixture, "GET /thing HTTP/1.1\r\n" HOST END, "200", 4);
  assert_goes_on (fixture, "POST /thing HTTP/1.1\r\n" HOST "Content-Length: 2\r\n" END "{}", "200",
                  4);
}

/* It has a header of its own. */
static void
test_refusal (Fixture *fixture, gconstpointer unused)
{
  assert_goes_on (fixture, "PATCH /thing HTTP/1.1\r\n" HOST END, "405", 5);
}

static void
test_stream (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GPtrArray) batteries = g_ptr_array_new ();
  VbWebEvents *events = vb_web_events_new (fixture->server, batteries);

  for (guint i = 0; i < 4; i++) {
    g_autofree char *answer = NULL;
    const int fd = knock (fixture);

    left = i;
    say (fd, "GET /events HTTP/1.1\r\n" HOST END);
    answer = hear (fd, "nothing", 1);
    g_assert_cmpstr (answer, ==, "");
    g_assert_cmpuint (left, ==, G_MAXUINT);
    close (fd);
  }

  /* None of them has kept a reader's place. */
  for (guint i = 0; i < VB_EVENT_READERS_MAX; i++) {
    g_autofree char *answer = NULL;
    const int fd = knock (fixture);

    say (fd, "GET /events HTTP/1.1\r\n" HOST END);
    answer = hear (fd, "\r\n\r\n", 1);
    assert_status (answer, "200");
  }

  vb_http_server_free (fixture->server);
  vb_web_events_free (events);
  set_up (fixture, NULL);
}

#define ADD(path, function) \
  g_test_add ("/http-no-memory/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("answer", test_answer);
  ADD ("refusal", test_refusal);
  ADD ("stream", test_stream);

  return g_test_run ();
}
