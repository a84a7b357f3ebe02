#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** One request, complete with its body. Valid during its handler only. */
typedef struct _VbHttpRequest VbHttpRequest;

/** A handler must answer with one of the reply functions before it returns. */
typedef void (*VbHttpHandler) (VbHttpRequest *request, gpointer user_data);

/**
 * One row of the routing table. @path may hold `*` in place of an element, which the handler gets
 * through vb_http_request_wildcard(), several of them with a slash between. Exact paths win over
 * wildcards, and of these the first row. GET serves HEAD too.
 */
typedef struct
{
  const char *method;
  const char *path;
  VbHttpHandler handler;
  gboolean takes_query; /* else a query is refused: nothing that was meant by it would happen */
} VbHttpRoute;

G_END_DECLS
