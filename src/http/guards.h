#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * VbHttpGuards:
 *
 * Who may speak to the daemon: which Host names are its own, whether an Origin is, and whether a
 * token is right. A page in the user's browser must not be able to write.
 */
typedef struct _VbHttpGuards VbHttpGuards;

/**
 * @token: the token that is needed, or NULL for none
 * @server_names: further Host names that are ours, or NULL
 */
VbHttpGuards *vb_http_guards_new (const char *token, const char *const *server_names);
void vb_http_guards_free (VbHttpGuards *guards);

/** From now on @token is the one that is needed; not NULL. */
void vb_http_guards_set_token (VbHttpGuards *guards, const char *token);

/** Takes the address @host (no port) that is listened on; of a wildcard any IP literal is ours. */
void vb_http_guards_add_listen (VbHttpGuards *guards, const char *host);

/**
 * Whether a Host header is ours. Its port does not matter. @host may be NULL (HTTP/1.0). Where a
 * token is needed, every Host is: the token is what a foreign page does not have.
 */
gboolean vb_http_guards_allow_host (const VbHttpGuards *guards, const char *host);

/** Whether an Origin header (NULL: none) is the page of @host, the request's own Host header. */
gboolean
vb_http_guards_allow_origin (const VbHttpGuards *guards, const char *origin, const char *host);

/** What a browser says of a request (Fetch Metadata); all NULL where it is none, or an old one. */
typedef struct
{
  const char *site; /* Sec-Fetch-Site */
  const char *mode; /* Sec-Fetch-Mode */
  const char *dest; /* Sec-Fetch-Dest */
} VbHttpFetch;

/**
 * Whether a request with these headers is let in. One that a page of another origin leads to is
 * not, even on another port of this host: its frames and pictures could take what others need. A
 * link to the page, `/`, may be followed.
 */
gboolean
vb_http_guards_allow_fetch (const VbHttpFetch *fetch, const char *method, const char *path);

/**
 * Whether an Authorization header (NULL: none) holds the token: as Bearer token, or as the password
 * of Basic with any user. Compared in constant time. Always TRUE where no token is needed.
 */
gboolean vb_http_guards_allow_token (const VbHttpGuards *guards, const char *authorization);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbHttpGuards, vb_http_guards_free)

G_END_DECLS
