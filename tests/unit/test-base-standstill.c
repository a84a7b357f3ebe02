#include "base/standstill.h"

#define LIMIT 1000

static gint64 now;

static gint64
tell_time (void)
{
  return now;
}

/* A source that says of itself whether it has input, as libmicrohttpd's does. */
typedef struct
{
  GSource source;
  VbStandstill *turn;
  gboolean ready;
  gint64 dispatch_takes;
  gint64 stood_still; /* as its last dispatch was told; -1: none */
} Input;

static gboolean
input_check (GSource *source)
{
  Input *input = (Input *)source;

  vb_standstill_note_input (input->turn, input->ready);

  return input->ready;
}

static gboolean
input_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  Input *input = (Input *)source;

  now += input->dispatch_takes;
  input->stood_still = vb_standstill_lasted (input->turn);

  return G_SOURCE_CONTINUE;
}

static Input *
input_new (VbStandstill *turn)
{
  static GSourceFuncs functions = { .check = input_check, .dispatch = input_dispatch };
  Input *input = (Input *)g_source_new (&functions, sizeof (Input));

  input->turn = turn;
  input->stood_still = -1;
  g_source_attach (&input->source, NULL);
  vb_standstill_add_input (turn, 1);

  return input;
}

static void
input_free (Input *input)
{
  g_source_destroy (&input->source);
  g_source_unref (&input->source);
}

static void
turn_loop (guint times)
{
  for (guint i = 0; i < times; i++)
    g_main_context_iteration (NULL, FALSE);
}

static void
test_limit (void)
{
  g_autoptr (VbStandstill) turn = vb_standstill_new (LIMIT, tell_time);

  turn_loop (3);
  g_assert_cmpint (vb_standstill_lasted (turn), ==, 0);
  now += LIMIT;
  turn_loop (1);
  g_assert_cmpint (vb_standstill_lasted (turn), ==, 0);

  /* Nothing has been asked whether it is drained yet when the loop has turned only once. */
  now += LIMIT + 1;
  turn_loop (1);
  g_assert_cmpint (vb_standstill_lasted (turn), ==, LIMIT + 1);
  turn_loop (2);
  g_assert_cmpint (vb_standstill_lasted (turn), ==, 0);
}

/* What takes its time before the limit is set is the start of the process. */
static void
test_begins_with_a_limit (void)
{
  g_autoptr (VbStandstill) turn = vb_standstill_new (VB_STANDSTILL_NEVER, tell_time);

  turn_loop (1);
  now += 5 * LIMIT;
  vb_standstill_set_limit (turn, LIMIT);
  g_assert_cmpint (vb_standstill_lasted (turn), ==, 0);
  turn_loop (1);
  g_assert_cmpint (vb_standstill_noticed (turn), ==, 0);

  now += 5 * LIMIT;
  vb_standstill_set_limit (turn, 2 * LIMIT);
  g_assert_cmpint (vb_standstill_lasted (turn), ==, 5 * LIMIT);
  turn_loop (1);
  g_assert_cmpint (vb_standstill_noticed (turn), ==, now);
}

/* What waited in a socket before the process was there may be of any age; what comes later is
   not. */
static void
test_inherited (void)
{
  g_autoptr (VbStandstill) turn = vb_standstill_new (LIMIT, tell_time);
  Input *input = input_new (turn);

  vb_standstill_inherit (turn);
  input->ready = TRUE;
  turn_loop (2);
  g_assert_cmpint (input->stood_still, ==, VB_STANDSTILL_UNKNOWN);
  g_assert_cmpint (vb_standstill_noticed (turn), ==, 0);

  input->ready = FALSE;
  turn_loop (2);
  input->ready = TRUE;
  turn_loop (1);
  g_assert_cmpint (input->stood_still, ==, 0);
  input_free (input);
}

/* As long as one of the inputs has something, what it has may have waited. */
static void
test_until_drained (void)
{
  g_autoptr (VbStandstill) turn = vb_standstill_new (LIMIT, tell_time);
  Input *one = input_new (turn), *other = input_new (turn);

  turn_loop (2);
  now += 5 * LIMIT;
  one->ready = TRUE;
  other->ready = TRUE;
  turn_loop (3);
  g_assert_cmpint (one->stood_still, ==, 5 * LIMIT);
  g_assert_cmpint (other->stood_still, ==, 5 * LIMIT);
  one->ready = FALSE;
  turn_loop (3);
  g_assert_cmpint (vb_standstill_lasted (turn), ==, 5 * LIMIT);

  /* The longest counts. */
  now += 2 * LIMIT;
  turn_loop (1);
  g_assert_cmpint (other->stood_still, ==, 5 * LIMIT);
  now += 7 * LIMIT;
  turn_loop (1);
  g_assert_cmpint (other->stood_still, ==, 7 * LIMIT);

  other->ready = FALSE;
  turn_loop (2);
  g_assert_cmpint (vb_standstill_lasted (turn), ==, 0);
  one->ready = TRUE;
  turn_loop (1);
  g_assert_cmpint (one->stood_still, ==, 0);

  input_free (one);
  input_free (other);
}

/* A flood that never lets the loop rest would otherwise have the honest refused with it for
   ever. */
static void
test_never_drained (void)
{
  g_autoptr (VbStandstill) turn = vb_standstill_new (VB_STANDSTILL_DRAIN, tell_time);
  Input *input = input_new (turn);

  input->ready = TRUE;
  vb_standstill_inherit (turn);
  now += VB_STANDSTILL_DRAIN - 1;
  turn_loop (1);
  g_assert_cmpint (input->stood_still, ==, VB_STANDSTILL_UNKNOWN);
  now += 1;
  turn_loop (1);
  g_assert_cmpint (input->stood_still, ==, 0);

  now += 2 * VB_STANDSTILL_DRAIN;
  turn_loop (1);
  g_assert_cmpint (input->stood_still, ==, 2 * VB_STANDSTILL_DRAIN);
  now += VB_STANDSTILL_DRAIN;
  turn_loop (1);
  g_assert_cmpint (input->stood_still, ==, 0);

  input_free (input);
}

static gboolean
on_urgent (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* GLib does not ask a source while one of a higher priority is ready: that it is silent means
   nothing. */
static void
test_not_asked (void)
{
  g_autoptr (VbStandstill) turn = vb_standstill_new (LIMIT, tell_time);
  Input *input = input_new (turn);
  guint urgent;

  turn_loop (2);
  now += 5 * LIMIT;
  input->ready = TRUE;
  urgent = g_idle_add_full (G_PRIORITY_HIGH, on_urgent, NULL, NULL);
  turn_loop (5);
  g_assert_cmpint (input->stood_still, ==, -1);
  g_source_remove (urgent);
  turn_loop (1);
  g_assert_cmpint (input->stood_still, ==, 5 * LIMIT);

  input_free (input);
}

/* The process may be stopped anywhere, not only while it waits. */
static void
test_in_a_dispatch (void)
{
  g_autoptr (VbStandstill) turn = vb_standstill_new (LIMIT, tell_time);
  Input *input = input_new (turn);

  turn_loop (2);
  input->ready = TRUE;
  input->dispatch_takes = 5 * LIMIT;
  turn_loop (1);
  g_assert_cmpint (input->stood_still, ==, 5 * LIMIT);
  input->dispatch_takes = 0;
  turn_loop (1);
  g_assert_cmpint (input->stood_still, ==, 5 * LIMIT);
  input->ready = FALSE;
  turn_loop (3);
  g_assert_cmpint (vb_standstill_lasted (turn), ==, 0);

  input_free (input);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/standstill/limit", test_limit);
  g_test_add_func ("/standstill/begins-with-a-limit", test_begins_with_a_limit);
  g_test_add_func ("/standstill/inherited", test_inherited);
  g_test_add_func ("/standstill/until-drained", test_until_drained);
  g_test_add_func ("/standstill/never-drained", test_never_drained);
  g_test_add_func ("/standstill/not-asked", test_not_asked);
  g_test_add_func ("/standstill/in-a-dispatch", test_in_a_dispatch);

  return g_test_run ();
}
