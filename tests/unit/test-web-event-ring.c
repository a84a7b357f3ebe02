#include "web/event-ring.h"

#include <string.h>

#define SIZE 4
#define BYTES 400
#define START 1700000000

typedef struct
{
  VbEventRing *ring;
  GString *repeated;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  fixture->ring = vb_event_ring_new (SIZE, BYTES, START);
  fixture->repeated = g_string_new (NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  vb_event_ring_free (fixture->ring);
  g_string_free (fixture->repeated, TRUE);
}

static void
repeat (const char *battery, const char *text, gpointer user_data)
{
  const char *data = strstr (text, "data: ") + strlen ("data: ");

  g_string_append_printf ((GString *)user_data, "%s:%.*s ", battery, (int)strcspn (data, "\n"),
                          data);
}

static void
assert_since (Fixture *fixture, const char *last, const char *repeated)
{
  g_string_truncate (fixture->repeated, 0);
  g_assert_cmpint (vb_event_ring_since (fixture->ring, last, repeat, fixture->repeated), ==,
                   repeated != NULL);
  g_assert_cmpstr (fixture->repeated->str, ==, repeated != NULL ? repeated : "");
}

static void
add (Fixture *fixture, guint n)
{
  char data[16];

  g_snprintf (data, sizeof data, "%u", n);
  vb_event_ring_add (fixture->ring, n % 2 == 0 ? "shed" : "boat", "values", data);
}

static void
test_text (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GString) text = g_string_new (NULL);

  vb_event_ring_format (fixture->ring, "state", "{}", text);
  g_assert_cmpstr (text->str, ==, "id: 1700000000-0\nevent: state\ndata: {}\n\n");
  g_assert_cmpstr (vb_event_ring_add (fixture->ring, "shed", "values", "{\"a\":1}"), ==,
                   "id: 1700000000-1\nevent: values\ndata: {\"a\":1}\n\n");
  g_string_truncate (text, 0);
  vb_event_ring_format (fixture->ring, "state", "{}", text);
  g_assert_cmpstr (text->str, ==, "id: 1700000000-1\nevent: state\ndata: {}\n\n");
}

static void
test_since (Fixture *fixture, gconstpointer unused)
{
  assert_since (fixture, "1700000000-0", "");
  add (fixture, 1);
  add (fixture, 2);
  assert_since (fixture, "1700000000-0", "boat:1 shed:2 ");
  assert_since (fixture, "1700000000-1", "shed:2 ");
  assert_since (fixture, "1700000000-2", "");
  for (guint i = 3; i <= 6; i++)
    add (fixture, i);
  assert_since (fixture, "1700000000-2", "boat:3 shed:4 boat:5 shed:6 ");
  assert_since (fixture, "1700000000-1", NULL);
}

/* Few events that are long leave no room for as many as there may be. */
static void
test_bytes (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *half = g_strnfill (BYTES / 2 - 50, 'h');
  g_autofree char *whole = g_strnfill (BYTES, 'w');
  g_autofree char *expected = NULL;

  add (fixture, 1);
  add (fixture, 2);
  vb_event_ring_add (fixture->ring, "shed", "values", half);
  assert_since (fixture, "1700000000-3", "");
  expected = g_strdup_printf ("boat:1 shed:2 shed:%s ", half);
  assert_since (fixture, "1700000000-0", expected);

  vb_event_ring_add (fixture->ring, "shed", "values", half);
  assert_since (fixture, "1700000000-0", NULL);
  g_free (expected);
  expected = g_strdup_printf ("shed:%s shed:%s ", half, half);
  assert_since (fixture, "1700000000-2", expected);

  g_assert_nonnull (strstr (vb_event_ring_add (fixture->ring, "shed", "values", whole), whole));
  assert_since (fixture, "1700000000-3", NULL);
  g_free (expected);
  expected = g_strdup_printf ("shed:%s ", whole);
  assert_since (fixture, "1700000000-4", expected);

  for (guint i = 6; i <= 9; i++)
    add (fixture, i);
  assert_since (fixture, "1700000000-5", "shed:6 boat:7 shed:8 boat:9 ");
  assert_since (fixture, "1700000000-4", NULL);
}

static void
test_foreign (Fixture *fixture, gconstpointer unused)
{
  static const char *const foreign[] = { "",
                                         "1700000000",
                                         "1700000000-",
                                         "1700000000-x",
                                         "1700000000-1x",
                                         "1700000000--1",
                                         "1",
                                         "1700000000-3",
                                         "1699999999-1",
                                         "x-1",
                                         "1700000000-99999999999999999999" };

  add (fixture, 1);
  add (fixture, 2);
  for (guint i = 0; i < G_N_ELEMENTS (foreign); i++)
    assert_since (fixture, foreign[i], NULL);
}

#define ADD(name, test) g_test_add ("/event-ring/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("text", test_text);
  ADD ("since", test_since);
  ADD ("bytes", test_bytes);
  ADD ("foreign", test_foreign);

  return g_test_run ();
}
