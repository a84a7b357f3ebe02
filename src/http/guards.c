#include "guards.h"

#include <gio/gio.h>
#include <string.h>

struct _VbHttpGuards
{
  char *token;
  GPtrArray *names; /* of char *: Host names that are ours */
  gboolean any_address;
};

VbHttpGuards *
vb_http_guards_new (const char *token, const char *const *server_names)
{
  VbHttpGuards *guards = g_new0 (VbHttpGuards, 1);

  guards->token = g_strdup (token);
  guards->names = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (guards->names, g_strdup ("localhost"));
  for (guint i = 0; server_names != NULL && server_names[i] != NULL; i++)
    g_ptr_array_add (guards->names, g_strdup (server_names[i]));

  return guards;
}

void
vb_http_guards_free (VbHttpGuards *guards)
{
  g_free (guards->token);
  g_ptr_array_unref (guards->names);
  g_free (guards);
}

void
vb_http_guards_set_token (VbHttpGuards *guards, const char *token)
{
  g_return_if_fail (token != NULL);

  g_free (guards->token);
  guards->token = g_strdup (token);
}

void
vb_http_guards_add_listen (VbHttpGuards *guards, const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  if (address != NULL && g_inet_address_get_is_any (address))
    guards->any_address = TRUE;
  else
    g_ptr_array_add (guards->names, g_strdup (host));
}

/* The host of `host`, `host:port`, `[::1]` and `[::1]:port`; NULL where it is none of them. */
static char *
without_port (const char *host)
{
  const gboolean bracket = *host == '[';
  const char *name = bracket ? host + 1 : host;
  const char *end = name + strcspn (name, bracket ? "]" : ":");
  const char *port = end;

  if (bracket && *port++ != ']')
    return NULL;
  if (*port == ':')
    port += 1 + strspn (port + 1, "0123456789");

  return *port == '\0' ? g_strndup (name, (gsize)(end - name)) : NULL;
}

gboolean
vb_http_guards_allow_host (const VbHttpGuards *guards, const char *host)
{
  g_autofree char *name = NULL;
  g_autoptr (GInetAddress) address = NULL;

  if (host == NULL || guards->token != NULL)
    return TRUE;

  name = without_port (host);
  if (name == NULL)
    return FALSE;

  for (guint i = 0; i < guards->names->len; i++)
    if (g_ascii_strcasecmp (name, g_ptr_array_index (guards->names, i)) == 0)
      return TRUE;

  address = g_inet_address_new_from_string (name);

  return address != NULL && (guards->any_address || g_inet_address_get_is_loopback (address));
}

gboolean
vb_http_guards_allow_origin (const VbHttpGuards *guards, const char *origin, const char *host)
{
  static const char *const schemes[] = { "http://", "https://" };

  if (origin == NULL)
    return TRUE;
  if (host == NULL)
    return FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_str_has_prefix (origin, schemes[i])
        && g_ascii_strcasecmp (origin + strlen (schemes[i]), host) == 0)
      return TRUE;

  return FALSE;
}

gboolean
vb_http_guards_allow_fetch (const VbHttpFetch *fetch, const char *method, const char *path)
{
  if (fetch->site == NULL || g_str_equal (fetch->site, "none")
      || g_str_equal (fetch->site, "same-origin"))
    return TRUE;

  return g_strcmp0 (fetch->mode, "navigate") == 0 && g_strcmp0 (fetch->dest, "document") == 0
         && g_str_equal (method, "GET") && g_str_equal (path, "/");
}

/* Digests are compared, not the texts: their length and first difference would show in the time. */
static gboolean
equal_in_constant_time (const char *a, const char *b)
{
  static const guchar key[] = "dbus-virtual-battery";
  g_autofree char *a_digest = g_compute_hmac_for_string (G_CHECKSUM_SHA256, key, sizeof key, a, -1);
  g_autofree char *b_digest = g_compute_hmac_for_string (G_CHECKSUM_SHA256, key, sizeof key, b, -1);
  guint differences = 0;

  for (guint i = 0; a_digest[i] != '\0'; i++)
    differences |= (guint)(a_digest[i] ^ b_digest[i]);

  return differences == 0;
}

/* The password in the base64 of `user:password`, or NULL. */
static char *
basic_password (const char *base64)
{
  gsize length;
  g_autofree guchar *decoded = g_base64_decode (base64, &length);
  g_autofree char *credentials = g_strndup ((const char *)decoded, length);
  const char *colon = strchr (credentials, ':');

  return colon != NULL ? g_strdup (colon + 1) : NULL;
}

gboolean
vb_http_guards_allow_token (const VbHttpGuards *guards, const char *authorization)
{
  static const char bearer[] = "Bearer ", basic[] = "Basic ";

  if (guards->token == NULL)
    return TRUE;
  if (authorization == NULL)
    return FALSE;

  if (g_ascii_strncasecmp (authorization, bearer, strlen (bearer)) == 0)
    return equal_in_constant_time (authorization + strlen (bearer), guards->token);

  if (g_ascii_strncasecmp (authorization, basic, strlen (basic)) == 0) {
    g_autofree char *password = basic_password (authorization + strlen (basic));

    return password != NULL && equal_in_constant_time (password, guards->token);
  }

  return FALSE;
}
