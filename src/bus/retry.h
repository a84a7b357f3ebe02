#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Something that is asked again until it succeeds, ever more slowly: after 1, 2, … 10 s. */
typedef struct
{
  void (*again) (gpointer user_data);
  gpointer user_data;

  /*< private >*/
  guint n_failed;
  guint source;
} VbBusRetry;

/** Calls @retry->again later on; the log says why, and when. */
void vb_bus_retry_later (VbBusRetry *retry, const char *reason);

/** Not any more; the next time begins with 1 s again. */
void vb_bus_retry_stop (VbBusRetry *retry);

G_END_DECLS
