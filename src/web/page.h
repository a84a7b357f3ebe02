#pragma once

#include "http/request.h"

G_BEGIN_DECLS

/**
 * Answers `GET /` with the status page: one file that needs nothing from elsewhere. It is made from
 * data/status-page at build time, and compressed where the client takes that.
 */
void vb_page_reply (VbHttpRequest *request);

G_END_DECLS
