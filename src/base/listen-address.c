#include "listen-address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <string.h>

const char *
vb_listen_address_path (const char *text)
{
  return g_str_has_prefix (text, "unix:") ? text + strlen ("unix:") : NULL;
}

static gboolean
parse_path (const char *path, VbListenAddress *address)
{
  const gsize length = strlen (path);

  if (*path != '/' || length > VB_LISTEN_ADDRESS_PATH_MAX)
    return FALSE;

  address->as.local.sun_family = AF_UNIX;
  memcpy (address->as.local.sun_path, path, length + 1);
  address->length = sizeof address->as.local;

  return TRUE;
}

/* Returns the host in @text; NULL: a bracket is wrong. @port is set to what stands behind it, or
   NULL. */
static char *
split (const char *text, const char **port)
{
  const char *end = strchr (text, *text == '[' ? ']' : ':');

  *port = NULL;
  if (*text == '[') {
    if (end == NULL || (end[1] != '\0' && end[1] != ':'))
      return NULL;
    if (end[1] == ':')
      *port = end + 2;
    return g_strndup (text + 1, (gsize)(end - text - 1));
  }

  /* With more than one colon it is an IPv6 address without brackets. */
  if (end == NULL || strchr (end + 1, ':') != NULL)
    return g_strdup (text);
  *port = end + 1;

  return g_strndup (text, (gsize)(end - text));
}

static gboolean
parse_port (const char *text, in_port_t *port)
{
  const struct servent *service;
  guint64 number;

  if (g_ascii_isdigit (*text)) {
    if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT16, &number, NULL))
      return FALSE;
    *port = htons ((guint16)number);
    return TRUE;
  }

  service = getservbyname (text, "tcp");
  if (service == NULL)
    return FALSE;
  *port = (in_port_t)service->s_port;

  return TRUE;
}

/* inet_pton() knows no scopes, as in fe80::1%eth0. */
static gboolean
parse_ipv6 (const char *host, in_port_t port, VbListenAddress *address)
{
  const struct addrinfo hints = { .ai_family = AF_INET6, .ai_flags = AI_NUMERICHOST };
  struct addrinfo *found;

  if (getaddrinfo (host, NULL, &hints, &found) != 0)
    return FALSE;

  memcpy (&address->as.ipv6, found->ai_addr, sizeof address->as.ipv6);
  freeaddrinfo (found);
  address->as.ipv6.sin6_port = port;
  address->length = sizeof address->as.ipv6;

  return TRUE;
}

static gboolean
parse_ipv4 (const char *host, in_port_t port, VbListenAddress *address)
{
  if (g_str_equal (host, "localhost"))
    host = "127.0.0.1";
  if (inet_pton (AF_INET, host, &address->as.ipv4.sin_addr) != 1)
    return FALSE;

  address->as.ipv4.sin_family = AF_INET;
  address->as.ipv4.sin_port = port;
  address->length = sizeof address->as.ipv4;

  return TRUE;
}

gboolean
vb_listen_address_parse (const char *text, VbListenAddress *address)
{
  const char *path = vb_listen_address_path (text);
  in_port_t port = htons (VB_LISTEN_ADDRESS_PORT);
  g_autofree char *host = NULL;
  const char *port_text;

  *address = (VbListenAddress){ 0 };
  if (path != NULL)
    return parse_path (path, address);

  host = split (text, &port_text);
  if (host == NULL || (port_text != NULL && !parse_port (port_text, &port)))
    return FALSE;

  return strchr (host, ':') != NULL ? parse_ipv6 (host, port, address)
                                    : parse_ipv4 (host, port, address);
}

gboolean
vb_listen_address_is_local (const VbListenAddress *address)
{
  switch (address->as.any.sa_family) {
  case AF_INET:
    return ntohl (address->as.ipv4.sin_addr.s_addr) >> IN_CLASSA_NSHIFT == IN_LOOPBACKNET;
  case AF_INET6:
    return IN6_IS_ADDR_LOOPBACK (&address->as.ipv6.sin6_addr);
  default:
    return address->as.any.sa_family == AF_UNIX;
  }
}
