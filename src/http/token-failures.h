#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * VbTokenFailures:
 *
 * Counts the wrong tokens that come from each address. It refuses nobody: a right token is let in
 * whatever came before from where it comes, or a stranger on the same machine could lock the source
 * out.
 */
typedef struct _VbTokenFailures VbTokenFailures;

/** So many wrong tokens from one address within so long (µs) are taken for mistakes. */
#define VB_TOKEN_FAILURES_MAX 10
#define VB_TOKEN_FAILURES_WINDOW ((gint64)60 * G_USEC_PER_SEC)

/** So many addresses are remembered; then the one that began longest ago is forgotten. */
#define VB_TOKEN_FAILURES_ADDRESSES 64

VbTokenFailures *vb_token_failures_new (void);
void vb_token_failures_free (VbTokenFailures *failures);

/**
 * A wrong token came from @address; @now in µs of the monotonic clock.
 *
 * Returns: after how many seconds @address may try again, or 0 where there were not too many
 */
guint vb_token_failures_note (VbTokenFailures *failures, const char *address, gint64 now);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbTokenFailures, vb_token_failures_free)

G_END_DECLS
