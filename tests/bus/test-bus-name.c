/* Asking for a name until it is ours: docs/venus.md, checks 23 and 24. */

#include "bus/name.h"

#include "private-bus.h"

#define NAME "com.victronenergy.battery.virtual"

typedef struct
{
  PrivateBus bus;
  GDBusConnection *own;
  GDBusConnection *other;
  VbBusName *name;
  GString *told; /* '+' for each time that the name became ours, '-' for each that it was not */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer user_data)
{
  private_bus_set_up (&fixture->bus);
  fixture->own = private_bus_connect (&fixture->bus);
  fixture->other = private_bus_connect (&fixture->bus);
  fixture->told = g_string_new (NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer user_data)
{
  g_clear_pointer (&fixture->name, vb_bus_name_free);
  disconnect_client (fixture->own);
  disconnect_client (fixture->other);
  g_string_free (fixture->told, TRUE);
  private_bus_tear_down (&fixture->bus);
}

static void
on_changed (gboolean owned, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_string_append_c (fixture->told, owned ? '+' : '-');
}

static void
claim (Fixture *fixture, const char *former)
{
  fixture->name = vb_bus_name_new (fixture->own, NAME, former, on_changed, fixture);
}

static gboolean
is_owned (gpointer user_data)
{
  return vb_bus_name_is_owned (user_data);
}

static gboolean
is_told_lost (gpointer user_data)
{
  return strchr (((GString *)user_data)->str, '-') != NULL;
}

static void
assert_owner (Fixture *fixture, GDBusConnection *connection)
{
  g_autofree char *owner = owner_of (fixture->other, NAME);

  g_assert_cmpstr (owner, ==,
                   connection != NULL ? g_dbus_connection_get_unique_name (connection) : NULL);
}

/* DO_NOT_QUEUE and nothing else. */
static guint32
request (GDBusConnection *connection, guint32 flags)
{
  return ask_bus (connection, "RequestName", g_variant_new ("(su)", NAME, flags));
}

static void
test_free (Fixture *fixture, gconstpointer user_data)
{
  claim (fixture, NULL);
  g_assert_false (vb_bus_name_is_owned (fixture->name));
  run_until (is_owned, fixture->name);

  g_assert_cmpstr (fixture->told->str, ==, "+");
  assert_owner (fixture, fixture->own);
}

/* Check 24: nobody can take it away. */
static void
test_not_replaced (Fixture *fixture, gconstpointer user_data)
{
  claim (fixture, NULL);
  run_until (is_owned, fixture->name);

  g_assert_cmpuint (request (fixture->other, 0x6), ==, 3);
  assert_owner (fixture, fixture->own);
  g_assert_cmpstr (fixture->told->str, ==, "+");
}

/* Check 23: it neither queues for the name nor takes it from one who would let it. */
static void
test_taken (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GDBusMessage) reply = NULL;
  g_autoptr (GVariant) queue = NULL;

  g_assert_cmpuint (request (fixture->other, 0x1), ==, 1);
  claim (fixture, NULL);

  /* The answer to the claim is there before that to what is asked after it. */
  reply = call (fixture->own, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                "org.freedesktop.DBus", "ListQueuedOwners", g_variant_new ("(s)", NAME));
  queue = argument_of (reply, "as");
  g_assert_cmpuint (g_variant_n_children (queue), ==, 1);
  assert_owner (fixture, fixture->other);
  g_assert_false (vb_bus_name_is_owned (fixture->name));
  g_assert_cmpstr (fixture->told->str, ==, "");

  /* Asked again after a second. */
  ask_bus (fixture->other, "ReleaseName", g_variant_new ("(s)", NAME));
  run_until (is_owned, fixture->name);
  assert_owner (fixture, fixture->own);
}

static void
on_message (const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
  g_ptr_array_add (user_data, g_strdup (message));
}

static gboolean
has_three (gpointer user_data)
{
  return ((GPtrArray *)user_data)->len == 3;
}

/* Each time it waits a second longer, and says so. */
static void
test_patience (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func (g_free);
  const guint handler = g_log_set_handler ("bus", G_LOG_LEVEL_MESSAGE, on_message, messages);

  request (fixture->other, 0);
  claim (fixture, NULL);
  run_until (has_three, messages);
  for (guint i = 0; i < messages->len; i++) {
    g_autofree char *expected
        = g_strdup_printf (NAME " is owned by another process; asking again in %u s", i + 1);

    g_assert_cmpstr (messages->pdata[i], ==, expected);
  }

  g_log_remove_handler ("bus", handler);
}

static gboolean
release_former (gpointer user_data)
{
  GDBusConnection *former = user_data;

  g_dbus_connection_close (former, NULL, NULL, NULL);

  return G_SOURCE_REMOVE;
}

/* While the bus has not noticed yet that our former connection is closed, it is asked again without
   any ado. */
static void
test_former (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func (g_free);
  const guint handler = g_log_set_handler ("bus", G_LOG_LEVEL_MESSAGE, on_message, messages);
  GDBusConnection *former = private_bus_connect (&fixture->bus);

  g_assert_cmpuint (request (former, 0x4), ==, 1);
  claim (fixture, g_dbus_connection_get_unique_name (former));
  g_timeout_add (100, release_former, former);
  run_until (is_owned, fixture->name);

  g_assert_cmpuint (messages->len, ==, 0);
  assert_owner (fixture, fixture->own);
  g_object_unref (former);
  g_log_remove_handler ("bus", handler);
}

/* The bus says that we do not have it any more: it is asked for again. */
static void
test_lost (Fixture *fixture, gconstpointer user_data)
{
  claim (fixture, NULL);
  run_until (is_owned, fixture->name);

  ask_bus (fixture->own, "ReleaseName", g_variant_new ("(s)", NAME));
  run_until (is_told_lost, fixture->told);
  g_assert_false (vb_bus_name_is_owned (fixture->name));

  run_until (is_owned, fixture->name);
  g_assert_cmpstr (fixture->told->str, ==, "+-+");
  assert_owner (fixture, fixture->own);
}

/* Nobody is told once it is freed, though the answer is under way. */
static void
test_freed (Fixture *fixture, gconstpointer user_data)
{
  g_autofree char *owner = NULL;

  claim (fixture, NULL);
  g_clear_pointer (&fixture->name, vb_bus_name_free);

  /* The answer to the claim is there before this one, on the same connection. */
  owner = owner_of (fixture->own, NAME);
  g_assert_cmpstr (owner, ==, g_dbus_connection_get_unique_name (fixture->own));
  g_assert_cmpstr (fixture->told->str, ==, "");
}

static void
test_is_taken (Fixture *fixture, gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;
  gboolean taken = TRUE;

  g_assert_true (vb_bus_name_is_taken (fixture->own, NAME, &taken, &error));
  g_assert_no_error (error);
  g_assert_false (taken);

  request (fixture->other, 0x4);
  g_assert_true (vb_bus_name_is_taken (fixture->own, NAME, &taken, &error));
  g_assert_true (taken);

  g_dbus_connection_close_sync (fixture->own, NULL, NULL);
  g_assert_false (vb_bus_name_is_taken (fixture->own, NAME, &taken, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path_, test_) g_test_add ("/bus-name/" path_, Fixture, NULL, set_up, test_, tear_down)
  ADD ("free", test_free);
  ADD ("23-taken", test_taken);
  ADD ("24-not-replaced", test_not_replaced);
  ADD ("patience", test_patience);
  ADD ("former", test_former);
  ADD ("lost", test_lost);
  ADD ("freed", test_freed);
  ADD ("is-taken", test_is_taken);

  return g_test_run ();
}
