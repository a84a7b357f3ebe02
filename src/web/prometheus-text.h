#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Appends what stands before the samples of the metric @name; @type: gauge, counter, histogram. */
void vb_prometheus_text_append_head (GString *text,
                                     const char *name,
                                     const char *type,
                                     const char *help);

/** Appends a sample's number and ends its line. */
void vb_prometheus_text_append_number (GString *text, double number);

G_END_DECLS
