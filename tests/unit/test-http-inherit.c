#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/inherit.h"
#include "http/listen.h"

/* The descriptors from 3 on are taken in a process of their own, which has nothing else there: each
   test is run again as a subprocess. */
static void
in_a_process_of_its_own (void (*test) (void))
{
  if (g_test_subprocess ()) {
    test ();
    return;
  }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
}

static void
hand_over (const char *pid, const char *n)
{
  char own[16];

  g_snprintf (own, sizeof own, "%d", getpid ());
  g_setenv ("LISTEN_PID", pid != NULL ? pid : own, TRUE);
  g_setenv ("LISTEN_FDS", n, TRUE);
  g_setenv ("LISTEN_FDNAMES", "http", TRUE);
}

static void
put_at (int wanted, int fd)
{
  g_assert_cmpint (dup2 (fd, wanted), ==, wanted);
}

static void
assert_environment_is_clean (void)
{
  g_assert_null (g_getenv ("LISTEN_PID"));
  g_assert_null (g_getenv ("LISTEN_FDS"));
  g_assert_null (g_getenv ("LISTEN_FDNAMES"));
}

static void
assert_refused (const char *part)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (vb_http_inherit_sockets (&error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, part));
  assert_environment_is_clean ();
}

static void
assert_none (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) sockets = vb_http_inherit_sockets (&error);

  g_assert_no_error (error);
  g_assert_cmpuint (sockets->len, ==, 0);
  assert_environment_is_clean ();
}

static void
none (void)
{
  g_unsetenv ("LISTEN_PID");
  g_unsetenv ("LISTEN_FDS");
  assert_none ();
  hand_over (NULL, "0");
  assert_none ();

  /* Somebody else's, as of the shell that started us: not even looked at. */
  hand_over ("1", "2");
  assert_none ();
}

static void
test_none (void)
{
  in_a_process_of_its_own (none);
}

static void
all_kinds (void)
{
  g_autofree char *folder = g_dir_make_tmp ("test-http-inherit-XXXXXX", NULL);
  g_autofree char *path = g_strconcat (folder, "/socket", NULL);
  g_autofree char *unix_address = g_strconcat ("unix:", path, NULL);
  const char *const addresses[] = { "127.0.0.1:0", "[::1]:0", unix_address };
  g_autoptr (GPtrArray) sockets = NULL;
  g_autoptr (GError) error = NULL;
  int kept[G_N_ELEMENTS (addresses)];

  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++) {
    g_autoptr (GSocket) socket = vb_http_listen_socket (addresses[i], &error);

    g_assert_no_error (error);
    kept[i] = fcntl (g_socket_get_fd (socket), F_DUPFD, 100);
  }
  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    put_at (3 + (int)i, kept[i]);

  hand_over (NULL, "3");
  sockets = vb_http_inherit_sockets (&error);
  g_assert_no_error (error);
  g_assert_cmpuint (sockets->len, ==, G_N_ELEMENTS (addresses));
  assert_environment_is_clean ();

  for (guint i = 0; i < sockets->len; i++) {
    g_autofree char *address = vb_http_inherit_address (g_ptr_array_index (sockets, i), &error);
    const gsize same = strcspn (addresses[i], "0");

    g_assert_no_error (error);
    g_assert_cmpint (strncmp (address, addresses[i], i == 2 ? strlen (address) : same), ==, 0);
    g_assert_cmpint (fcntl (3 + (int)i, F_GETFD) & FD_CLOEXEC, !=, 0);
  }

  g_unlink (path);
  g_rmdir (folder);
}

static void
test_all_kinds (void)
{
  in_a_process_of_its_own (all_kinds);
}

/* Any of them would make libmicrohttpd end the process. */
static void
wrong_descriptors (void)
{
  int pair[2];

  close (3);
  hand_over (NULL, "1");
  assert_refused ("descriptor 3");

  put_at (3, open ("/dev/null", O_RDONLY));
  hand_over (NULL, "1");
  assert_refused ("descriptor 3");

  put_at (3, socket (AF_INET, SOCK_DGRAM, 0));
  hand_over (NULL, "1");
  assert_refused ("it is no stream");

  put_at (3, socket (AF_INET, SOCK_STREAM, 0));
  hand_over (NULL, "1");
  assert_refused ("nobody listens on it");

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, pair), ==, 0);
  put_at (3, pair[0]);
  hand_over (NULL, "1");
  assert_refused ("nobody listens on it");
}

static void
test_wrong_descriptors (void)
{
  in_a_process_of_its_own (wrong_descriptors);
}

static void
wrong_numbers (void)
{
  static const char *const wrong[] = { "", "x", "-1", "1x", " 1", "65", "99999999999999999999" };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    hand_over (NULL, wrong[i]);
    assert_refused ("LISTEN_FDS=");
    hand_over (*wrong[i] == '6' ? "x" : wrong[i], "1");
    assert_refused ("LISTEN_PID=");
  }
}

static void
test_wrong_numbers (void)
{
  in_a_process_of_its_own (wrong_numbers);
}

/* ListenStream=@NAME of a socket unit: nothing that a client of HTTP could be told. */
static void
test_abstract (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_strdup_printf ("dbus-virtual-battery-test-%d", getpid ());
  g_autoptr (GSocketAddress) address
      = g_unix_socket_address_new_with_type (name, -1, G_UNIX_SOCKET_ADDRESS_ABSTRACT);
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM,
                                             G_SOCKET_PROTOCOL_DEFAULT, &error);

  g_assert_no_error (error);
  g_assert_true (g_socket_bind (socket, address, FALSE, &error));
  g_assert_null (vb_http_inherit_address (socket, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http-inherit/none", test_none);
  g_test_add_func ("/http-inherit/all-kinds", test_all_kinds);
  g_test_add_func ("/http-inherit/wrong-descriptors", test_wrong_descriptors);
  g_test_add_func ("/http-inherit/wrong-numbers", test_wrong_numbers);
  g_test_add_func ("/http-inherit/abstract", test_abstract);

  return g_test_run ();
}
