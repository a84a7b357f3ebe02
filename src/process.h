#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** So many open files are enough for every connection that HTTP and the bus can have at once. */
#define VB_PROCESS_DESCRIPTORS 4096

/**
 * Takes as many descriptors as there may be needed, where it may, and says so where it may not;
 * sees to it that a client that goes away, or a file that may not grow, is an error and not the
 * end.
 */
void vb_process_prepare (void);

G_END_DECLS
