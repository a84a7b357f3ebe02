#pragma once

#include <glib.h>
#include <netinet/in.h>
#include <sys/un.h>

G_BEGIN_DECLS

/** The port where an address names none. */
#define VB_LISTEN_ADDRESS_PORT 1882

/** The longest path of a unix socket, in bytes. */
#define VB_LISTEN_ADDRESS_PATH_MAX (sizeof ((struct sockaddr_un *)NULL)->sun_path - 1)

/** VbListenAddress: where to listen, as the kernel takes it. */
typedef struct
{
  union
  {
    struct sockaddr any;
    struct sockaddr_in ipv4;
    struct sockaddr_in6 ipv6;
    struct sockaddr_un local;
  } as;
  socklen_t length;
} VbListenAddress;

/**
 * Reads @text: an IP address or `localhost`, with `:PORT` (a number, or the name of a service),
 * IPv6 in square brackets where there is a port; or `unix:` and an absolute path. No name is looked
 * up.
 *
 * Returns: FALSE where it is none of these
 */
gboolean vb_listen_address_parse (const char *text, VbListenAddress *address);

/** Whether only this machine can reach @address. */
gboolean vb_listen_address_is_local (const VbListenAddress *address);

/** The path in @text where that is `unix:PATH`, else NULL. */
const char *vb_listen_address_path (const char *text);

G_END_DECLS
