#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Appends the OpenAPI 3.1 description of the HTTP interface, with the record's schema in it. */
void vb_openapi_append (GString *text);

G_END_DECLS
