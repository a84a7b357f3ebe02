#include "page.h"

#include <gio/gio.h>

#include "resources.h"

#define FOLDER "/dbus-virtual-battery/"
#define HTML "text/html; charset=utf-8"

static GBytes *
load (const char *path)
{
  g_autoptr (GError) error = NULL;
  GBytes *bytes
      = g_resource_lookup_data (vb_get_resource (), path, G_RESOURCE_LOOKUP_FLAGS_NONE, &error);

  if (bytes == NULL)
    g_error ("%s", error->message);

  return bytes;
}

/* Whether the client names gzip, and not as what it does not want. */
static gboolean
takes_gzip (const VbHttpRequest *request)
{
  const char *header = vb_http_request_header (request, "Accept-Encoding");
  g_auto (GStrv) codings = g_strsplit (header != NULL ? header : "", ",", -1);

  for (guint i = 0; codings[i] != NULL; i++) {
    g_auto (GStrv) parts = g_strsplit (codings[i], ";", 2);
    const char *weight = parts[0] != NULL && parts[1] != NULL ? g_strstrip (parts[1]) : "q=1";

    if (parts[0] != NULL && g_ascii_strcasecmp (g_strstrip (parts[0]), "gzip") == 0)
      return !g_str_has_prefix (weight, "q=") || g_ascii_strtod (weight + 2, NULL) > 0;
  }

  return FALSE;
}

void
vb_page_reply (VbHttpRequest *request)
{
  const gboolean gzip = takes_gzip (request);
  g_autoptr (GBytes) page = load (gzip ? FOLDER "status-page.html.gz" : FOLDER "status-page.html");
  g_autoptr (GBytes) policy = load (FOLDER "status-page.policy");
  g_autofree char *checksum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA1, page);
  g_autofree char *etag = g_strdup_printf ("\"%s\"", checksum);
  gsize length;
  const char *text = g_bytes_get_data (page, &length);

  if (gzip)
    vb_http_request_add_header (request, "Content-Encoding", "gzip");
  vb_http_request_add_header (request, "Vary", "Accept-Encoding");
  /* A file that is compiled in ends in a zero byte that does not count. */
  vb_http_request_add_header (request, "Content-Security-Policy", g_bytes_get_data (policy, NULL));
  vb_http_request_add_header (request, "X-Content-Type-Options", "nosniff");
  vb_http_request_add_header (request, "Referrer-Policy", "no-referrer");
  vb_http_request_reply_unchanging (request, HTML, etag, text, length);
}
