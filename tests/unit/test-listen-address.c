#include "base/listen-address.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>

static const struct
{
  const char *text;
  const char *meant; /* as GLib writes it; NULL: no address */
  gboolean local;
} rows[] = {
  { "127.0.0.1:1882", "127.0.0.1:1882", TRUE },
  { "127.8.9.10:0", "127.8.9.10", TRUE },
  { "localhost", "127.0.0.1:1882", TRUE },
  { "localhost:80", "127.0.0.1:80", TRUE },
  { "[::1]:1882", "[::1]:1882", TRUE },
  { "[::1]", "[::1]:1882", TRUE },
  { "::1", "[::1]:1882", TRUE },
  { "[127.0.0.1]:7", "127.0.0.1:7", TRUE },
  { "unix:/run/vb.sock", "/run/vb.sock", TRUE },
  { "0.0.0.0:1882", "0.0.0.0:1882", FALSE },
  { "192.168.1.5", "192.168.1.5:1882", FALSE },
  { "128.0.0.1:65535", "128.0.0.1:65535", FALSE },
  { "[::]:1882", "[::]:1882", FALSE },
  { "2001:db8::1", "[2001:db8::1]:1882", FALSE },
  { "[::ffff:192.168.1.5]:1", "192.168.1.5:1", FALSE },
  { "", NULL, FALSE },
  { "1882", NULL, FALSE },
  { ":1882", NULL, FALSE },
  { "127.1:1882", NULL, FALSE },
  { "0x7f.0.0.1", NULL, FALSE },
  { "127.0.0.1:", NULL, FALSE },
  { "127.0.0.1:65536", NULL, FALSE },
  { "127.0.0.1:99999999999999999999", NULL, FALSE },
  { "127.0.0.1:-1", NULL, FALSE },
  { "127.0.0.1:+1", NULL, FALSE },
  { "127.0.0.1: 1", NULL, FALSE },
  { "127.0.0.1:0x50", NULL, FALSE },
  { "127.0.0.1:80x", NULL, FALSE },
  { "127.0.0.1:no-such-service", NULL, FALSE },
  { " 127.0.0.1", NULL, FALSE },
  { "LOCALHOST", NULL, FALSE },
  { "cerbo.local:1882", NULL, FALSE },
  { "[::1", NULL, FALSE },
  { "[::1]1882", NULL, FALSE },
  { "[]:1882", NULL, FALSE },
  { "[localhost]:1882", "127.0.0.1:1882", TRUE },
  { "::1:x", NULL, FALSE },
  { "unix:", NULL, FALSE },
  { "unix:socket", NULL, FALSE },
  { "UNIX:/run/vb.sock", NULL, FALSE },
};

static char *
write_out (const VbListenAddress *address)
{
  g_autoptr (GSocketAddress) read
      = g_socket_address_new_from_native ((gpointer)&address->as, address->length);

  if (G_IS_UNIX_SOCKET_ADDRESS (read))
    return g_strdup (g_unix_socket_address_get_path (G_UNIX_SOCKET_ADDRESS (read)));

  return g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (read));
}

static void
test_parse (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    VbListenAddress address;
    const gboolean taken = vb_listen_address_parse (rows[i].text, &address);
    g_autofree char *meant = taken ? write_out (&address) : NULL;

    g_test_message ("%s", rows[i].text);
    g_assert_cmpstr (meant, ==, rows[i].meant);
    if (taken)
      g_assert_cmpint (vb_listen_address_is_local (&address), ==, rows[i].local);
  }
}

/* What GLib makes of an address with a port is the measure, where GLib looks up no name. */
static void
test_as_glib (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    VbListenAddress address;
    g_autoptr (GSocketConnectable) parsed
        = g_network_address_parse (rows[i].text, VB_LISTEN_ADDRESS_PORT, NULL);
    GNetworkAddress *network = G_NETWORK_ADDRESS (parsed);
    const char *host = parsed != NULL ? g_network_address_get_hostname (network) : "";
    const gboolean is_local_name = g_str_equal (host, "localhost");

    if (g_str_has_prefix (rows[i].text, "unix:"))
      continue;

    g_test_message ("%s", rows[i].text);
    g_assert_cmpint (vb_listen_address_parse (rows[i].text, &address), ==,
                     is_local_name || g_hostname_is_ip_address (host));
    if (rows[i].meant != NULL)
      g_assert_cmpint (address.as.any.sa_family == AF_INET ? ntohs (address.as.ipv4.sin_port)
                                                           : ntohs (address.as.ipv6.sin6_port),
                       ==, g_network_address_get_port (network));
  }
}

/* One byte more would not be the path that was meant. */
static void
test_long_path (void)
{
  g_autofree char *longest = g_strnfill (VB_LISTEN_ADDRESS_PATH_MAX, '/');
  g_autofree char *text = g_strconcat ("unix:", longest, NULL);
  g_autofree char *longer = g_strconcat (text, "x", NULL);
  VbListenAddress address;
  g_autofree char *path = NULL;

  g_assert_true (vb_listen_address_parse (text, &address));
  path = write_out (&address);
  g_assert_cmpstr (path, ==, longest);
  g_assert_cmpstr (vb_listen_address_path (text), ==, longest);
  g_assert_null (vb_listen_address_path ("localhost"));
  g_assert_false (vb_listen_address_parse (longer, &address));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/listen-address/parse", test_parse);
  g_test_add_func ("/listen-address/as-glib", test_as_glib);
  g_test_add_func ("/listen-address/long-path", test_long_path);

  return g_test_run ();
}
