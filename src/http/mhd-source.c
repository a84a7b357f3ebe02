#include "mhd-source.h"

typedef struct
{
  GSource source;
  struct MHD_Daemon *daemon;
  gpointer tag;
  VbStandstill *standstill;
  const VbMhdHooks *hooks;
  gpointer user_data;
} MhdSource;

static int
mhd_timeout (MhdSource *self)
{
  MHD_UNSIGNED_LONG_LONG timeout;

  if (MHD_get_timeout (self->daemon, &timeout) != MHD_YES)
    return -1;

  return (int)MIN (timeout, (MHD_UNSIGNED_LONG_LONG)G_MAXINT);
}

static guint
n_connections (MhdSource *self)
{
  return MHD_get_daemon_info (self->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS)->num_connections;
}

/* libmicrohttpd watches its clients edge-triggered: what it has read and not yet worked off (a
   pipelined request, a long body) shows in this time-out alone. So it is asked before each wait. */
static gboolean
mhd_prepare (GSource *source, int *timeout)
{
  MhdSource *self = (MhdSource *)source;

  *timeout = mhd_timeout (self);
  if (*timeout == 0 && self->standstill != NULL)
    vb_standstill_note_input (self->standstill, TRUE);

  return *timeout == 0;
}

static gboolean
mhd_check (GSource *source)
{
  MhdSource *self = (MhdSource *)source;
  const gboolean ready = g_source_query_unix_fd (source, self->tag) != 0 || mhd_timeout (self) == 0;

  if (self->standstill != NULL)
    vb_standstill_note_input (self->standstill, ready);

  return ready;
}

/* At its connection limit libmicrohttpd stops listening, and goes on only at the start of a run
   after the one in which a connection ended. Nothing would wake the loop for that run. */
static gboolean
mhd_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  MhdSource *self = (MhdSource *)source;
  const guint before = n_connections (self);

  g_source_set_ready_time (source, -1);
  if (self->standstill != NULL && vb_standstill_lasted (self->standstill) > 0)
    self->hooks->stood_still (self->user_data);
  MHD_run (self->daemon);
  if (n_connections (self) < before)
    MHD_run (self->daemon);
  if (self->hooks != NULL)
    self->hooks->ran (self->user_data);

  return G_SOURCE_CONTINUE;
}

GSource *
vb_mhd_source_new (struct MHD_Daemon *daemon,
                   VbStandstill *standstill,
                   const VbMhdHooks *hooks,
                   gpointer user_data)
{
  static GSourceFuncs functions = {
    .prepare = mhd_prepare,
    .check = mhd_check,
    .dispatch = mhd_dispatch,
  };
  GSource *source = g_source_new (&functions, sizeof (MhdSource));
  MhdSource *self = (MhdSource *)source;
  const union MHD_DaemonInfo *epoll = MHD_get_daemon_info (daemon, MHD_DAEMON_INFO_EPOLL_FD);

  self->daemon = daemon;
  self->standstill = standstill;
  self->hooks = hooks;
  self->user_data = user_data;
  self->tag = g_source_add_unix_fd (source, epoll->epoll_fd, G_IO_IN);
  g_source_set_name (source, "http");

  /* Nothing runs the loop from within a dispatch. Else GLib takes the descriptor out of what it
     polls for each one and puts it back, and wakes itself for both. */
  g_source_set_can_recurse (source, TRUE);

  return source;
}

void
vb_mhd_source_wake (GSource *source)
{
  g_source_set_ready_time (source, 0);
}
