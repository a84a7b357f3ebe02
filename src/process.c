#define G_LOG_DOMAIN "main"

#include "process.h"

#include <signal.h>
#include <sys/resource.h>

/* At the kernel's limit libmicrohttpd stops accepting on an address until one of that address' own
   clients leaves, and those of another address may have taken the descriptors. */
static void
take_descriptors (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= VB_PROCESS_DESCRIPTORS)
    return;

  limit.rlim_cur = MIN (limit.rlim_max, VB_PROCESS_DESCRIPTORS);
  if (setrlimit (RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur == VB_PROCESS_DESCRIPTORS)
    return;

  g_message ("only %u files can be open at once; %d are enough in any case", (guint)limit.rlim_cur,
             VB_PROCESS_DESCRIPTORS);
}

void
vb_process_prepare (void)
{
  take_descriptors ();
  signal (SIGPIPE, SIG_IGN);
  signal (SIGXFSZ, SIG_IGN);
}
