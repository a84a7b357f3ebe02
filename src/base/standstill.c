#include "standstill.h"

struct _VbStandstill
{
  GSource *source;
  VbStandstillClock clock;
  gint64 limit;
  gint64 last;        /* when the loop last turned */
  gint64 stood_still; /* 0: not, or everything is drained */
  gint64 noticed;     /* when that was last found out */
  gint64 give_up;     /* when what is still there counts as fresh */
  int inputs;
  int asked;      /* inputs that were asked in this turn */
  gboolean ready; /* one of them was */
};

typedef struct
{
  GSource source;
  VbStandstill *turn;
} TurnSource;

static void
drain (VbStandstill *turn, gint64 stood_still)
{
  turn->stood_still = MAX (turn->stood_still, stood_still);
  turn->give_up = turn->clock () + VB_STANDSTILL_DRAIN;
  turn->ready = TRUE;
}

static void
note_turn (VbStandstill *turn)
{
  const gint64 now = turn->clock ();
  const gint64 gap = now - turn->last;

  turn->last = now;
  if (gap <= turn->limit)
    return;

  turn->noticed = now;
  drain (turn, gap);
}

/* While there is something to drain the loop does not sleep: an empty poll() is what tells that
   nothing waits any more, and what comes later is fresh. */
static gboolean
turn_prepare (GSource *source, int *timeout)
{
  VbStandstill *turn = ((TurnSource *)source)->turn;

  *timeout = -1;
  note_turn (turn);
  if (turn->stood_still == 0)
    return FALSE;

  if ((!turn->ready && turn->asked >= turn->inputs) || turn->last >= turn->give_up)
    turn->stood_still = 0;
  else
    *timeout = 0;
  turn->ready = FALSE;
  turn->asked = 0;

  return FALSE;
}

static gboolean
turn_check (GSource *source)
{
  note_turn (((TurnSource *)source)->turn);

  return FALSE;
}

static gboolean
turn_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

VbStandstill *
vb_standstill_new (gint64 limit, VbStandstillClock clock)
{
  static GSourceFuncs functions = {
    .prepare = turn_prepare,
    .check = turn_check,
    .dispatch = turn_dispatch,
  };
  VbStandstill *turn = g_new0 (VbStandstill, 1);

  turn->clock = clock;
  turn->limit = limit;
  turn->last = turn->clock ();
  turn->source = g_source_new (&functions, sizeof (TurnSource));
  ((TurnSource *)turn->source)->turn = turn;
  g_source_set_name (turn->source, "loop turn");

  /* Before everybody else: GLib asks no source below the priority of one that is ready. */
  g_source_set_priority (turn->source, G_MININT);
  g_source_attach (turn->source, NULL);

  return turn;
}

void
vb_standstill_free (VbStandstill *turn)
{
  g_source_destroy (turn->source);
  g_source_unref (turn->source);
  g_free (turn);
}

gint64
vb_standstill_noticed (const VbStandstill *turn)
{
  return turn->noticed;
}

void
vb_standstill_set_limit (VbStandstill *turn, gint64 limit)
{
  if (turn->limit == VB_STANDSTILL_NEVER)
    turn->last = turn->clock ();
  turn->limit = limit;
}

void
vb_standstill_inherit (VbStandstill *turn)
{
  drain (turn, VB_STANDSTILL_UNKNOWN);
}

void
vb_standstill_add_input (VbStandstill *turn, int inputs)
{
  turn->inputs += inputs;
}

void
vb_standstill_note_input (VbStandstill *turn, gboolean ready)
{
  turn->asked++;
  turn->ready = turn->ready || ready;
}

gint64
vb_standstill_lasted (const VbStandstill *turn)
{
  /* It may have stood still since the loop last turned: in the middle of a dispatch. */
  const gint64 gap = turn->clock () - turn->last;

  return MAX (turn->stood_still, gap > turn->limit ? gap : 0);
}
