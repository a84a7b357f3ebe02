#pragma once

#include "http/request.h"

G_BEGIN_DECLS

/**
 * Answers `GET /` with the status page (design §2): one file that needs nothing from elsewhere, made
 * from data/status-page at build time, compressed where the client takes that.
 */
void vb_page_reply (VbHttpRequest *request);

G_END_DECLS
