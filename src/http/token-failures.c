#define G_LOG_DOMAIN "http"

#include "token-failures.h"

typedef struct
{
  char address[64];
  gint64 since; /* of the first that is counted */
  guint count;  /* 0: nobody's */
} Entry;

struct _VbTokenFailures
{
  Entry entries[VB_TOKEN_FAILURES_ADDRESSES];
};

VbTokenFailures *
vb_token_failures_new (void)
{
  return g_new0 (VbTokenFailures, 1);
}

void
vb_token_failures_free (VbTokenFailures *failures)
{
  g_free (failures);
}

/* The entry of @address, or the one that it may have. */
static Entry *
find (VbTokenFailures *failures, const char *address)
{
  Entry *oldest = &failures->entries[0];

  for (guint i = 0; i < G_N_ELEMENTS (failures->entries); i++) {
    Entry *entry = &failures->entries[i];

    if (entry->count > 0 && g_str_equal (entry->address, address))
      return entry;
    if (oldest->count > 0 && (entry->count == 0 || entry->since < oldest->since))
      oldest = entry;
  }

  oldest->count = 0;

  return oldest;
}

guint
vb_token_failures_note (VbTokenFailures *failures, const char *address, gint64 now)
{
  Entry *entry = find (failures, address);

  if (entry->count == 0 || now - entry->since >= VB_TOKEN_FAILURES_WINDOW) {
    g_strlcpy (entry->address, address, sizeof entry->address);
    entry->since = now;
    entry->count = 0;
  }
  if (entry->count <= VB_TOKEN_FAILURES_MAX && ++entry->count > VB_TOKEN_FAILURES_MAX)
    g_message ("%s has sent %u wrong tokens", address, entry->count);
  if (entry->count <= VB_TOKEN_FAILURES_MAX)
    return 0;

  return (guint)((entry->since + VB_TOKEN_FAILURES_WINDOW - now + G_USEC_PER_SEC - 1)
                 / G_USEC_PER_SEC);
}
