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

/**
 * Whether an Authorization header (NULL: none) holds the token: as Bearer token, or as the password
 * of Basic with any user. Compared in constant time. Always TRUE where no token is needed.
 */
gboolean vb_http_guards_allow_token (const VbHttpGuards *guards, const char *authorization);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbHttpGuards, vb_http_guards_free)

G_END_DECLS
