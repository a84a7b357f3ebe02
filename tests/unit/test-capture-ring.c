#include "state/capture-ring.h"

#include <string.h>

typedef struct
{
  VbCaptureRing *ring;
  GString *heard;
  guint n_heard;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  fixture->ring = vb_capture_ring_new (2 * VB_CAPTURE_BLOCK + 4096);
  fixture->heard = g_string_new (NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  vb_capture_ring_free (fixture->ring);
  g_string_free (fixture->heard, TRUE);
}

static void
hear (const VbCaptured *captured, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->n_heard++;
  g_string_append_printf (fixture->heard, "%u/%d/%" G_GINT64_FORMAT "/%.*s/%.*s ",
                          captured->battery, captured->kind, captured->time,
                          (int)captured->body_length, captured->body, (int)captured->note_length,
                          captured->note);
}

static void
add (Fixture *fixture, guint8 battery, gint64 time, const char *body, const char *note)
{
  const VbCaptured captured = {
    .kind = body != NULL ? VB_CAPTURED_RECORD : VB_CAPTURED_STATE,
    .battery = battery,
    .time = time,
    .body = body,
    .body_length = body != NULL ? strlen (body) : 0,
    .note = note,
    .note_length = note != NULL ? strlen (note) : 0,
  };

  vb_capture_ring_add (fixture->ring, &captured);
}

static const char *
all (Fixture *fixture)
{
  fixture->n_heard = 0;
  g_string_truncate (fixture->heard, 0);
  vb_capture_ring_foreach (fixture->ring, hear, fixture);

  return fixture->heard->str;
}

static void
test_order (Fixture *fixture, gconstpointer unused)
{
  g_assert_cmpstr (all (fixture), ==, "");
  add (fixture, 0, 1, "{\"Soc\":1}", NULL);
  add (fixture, 1, 2, "{}", "\"errors\":[]");
  add (fixture, 0, 3, NULL, "\"reason\":\"x\"");
  g_assert_cmpstr (all (fixture), ==,
                   "0/0/1/{\"Soc\":1}/ 1/0/2/{}/\"errors\":[] 0/2/3//\"reason\":\"x\" ");
}

/* The same bytes again, of one battery among others, with a note or without. */
static void
test_repeated (Fixture *fixture, gconstpointer unused)
{
  add (fixture, 0, 1, "same", NULL);
  add (fixture, 1, 2, "same", NULL);
  add (fixture, 0, 3, "same", "note");
  add (fixture, 0, 4, NULL, "state");
  add (fixture, 0, 5, "same", NULL);
  add (fixture, 0, 6, "", NULL);
  add (fixture, 0, 7, "same", NULL);
  g_assert_cmpstr (all (fixture), ==,
                   "0/0/1/same/ 1/0/2/same/ 0/0/3/same/note 0/2/4//state 0/0/5/same/ 0/0/6// "
                   "0/0/7/same/ ");
}

/* What is kept of a source that goes on saying the same is more than what is kept of one that does
   not. */
static guint
fill (Fixture *fixture, gboolean repeats)
{
  for (guint i = 0; i < 4000; i++) {
    char body[400];

    memset (body, 'x', sizeof body);
    g_snprintf (body + 390, 10, "%u", repeats ? 0 : i);
    add (fixture, 0, i, body, NULL);
  }
  all (fixture);

  return fixture->n_heard;
}

static void
test_bounded (Fixture *fixture, gconstpointer unused)
{
  const guint n_different = fill (fixture, FALSE);

  g_assert_cmpuint (n_different, >, 200);
  g_assert_cmpuint (n_different, <, 2 * VB_CAPTURE_BLOCK / 400);
  g_assert_nonnull (strstr (fixture->heard->str, "/3999/"));
  g_assert_null (strstr (fixture->heard->str, "/100/"));
  g_assert_cmpuint (fill (fixture, TRUE), >, n_different + n_different / 4);
}

/* One that fills a block by itself. */
static void
test_long (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *body = g_strnfill (VB_CAPTURE_BLOCK - 1024, 'y');

  add (fixture, 0, 1, "first", NULL);
  for (gint64 i = 2; i < 5; i++) {
    body[0] = (char)i;
    add (fixture, 0, i, body, NULL);
  }
  add (fixture, 0, 5, body, "again");
  add (fixture, 0, 6, "last", NULL);
  all (fixture);
  g_assert_nonnull (strstr (fixture->heard->str, "yyy/again 0/0/6/last/ "));
  g_assert_null (strstr (fixture->heard->str, "first"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path_, test_) \
  g_test_add ("/capture-ring/" path_, Fixture, NULL, set_up, test_, tear_down)
  ADD ("order", test_order);
  ADD ("repeated", test_repeated);
  ADD ("bounded", test_bounded);
  ADD ("long", test_long);

  return g_test_run ();
}
