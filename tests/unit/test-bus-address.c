#include "bus/address.h"

#define SESSION "unix:path=/tmp/session-bus"
#define SYSTEM "unix:path=/tmp/system-bus"

/* Which bus is meant: the rule of every Venus driver. */
static void
test_which (void)
{
  static const struct
  {
    const char *session; /* DBUS_SESSION_BUS_ADDRESS */
    const char *bus;
    const char *address;
  } rows[] = {
    { SESSION, NULL, SESSION },
    { NULL, NULL, SYSTEM },
    { "", NULL, SYSTEM },
    { SESSION, "session", SESSION },
    { SESSION, "system", SYSTEM },
    { NULL, "system", SYSTEM },
    { SESSION, "unix:path=/tmp/other", "unix:path=/tmp/other" },
    { NULL, "tcp:host=127.0.0.1,port=1234", "tcp:host=127.0.0.1,port=1234" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *address = NULL;

    if (rows[i].session != NULL)
      g_setenv ("DBUS_SESSION_BUS_ADDRESS", rows[i].session, TRUE);
    else
      g_unsetenv ("DBUS_SESSION_BUS_ADDRESS");

    address = vb_bus_address (rows[i].bus, &error);
    g_assert_no_error (error);
    g_assert_cmpstr (address, ==, rows[i].address);
  }
}

static void
test_wrong (void)
{
  static const char *const wrong[] = { "Session", "nope", "nope:path=/tmp/bus", "unix:nope=1" };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *address = vb_bus_address (wrong[i], &error);

    g_assert_null (address);
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", SYSTEM, TRUE);

  g_test_add_func ("/bus-address/which", test_which);
  g_test_add_func ("/bus-address/wrong", test_wrong);

  return g_test_run ();
}
