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
  VbStandstill *standstill;
} TurnSource;

static void
drain (VbStandstill *standstill, gint64 stood_still)
{
  standstill->stood_still = MAX (standstill->stood_still, stood_still);
  standstill->give_up = standstill->clock () + VB_STANDSTILL_DRAIN;
  standstill->ready = TRUE;
}

static void
note_turn (VbStandstill *standstill)
{
  const gint64 now = standstill->clock ();
  const gint64 gap = now - standstill->last;

  standstill->last = now;
  if (gap <= standstill->limit)
    return;

  standstill->noticed = now;
  drain (standstill, gap);
}

/* While there is something to drain the loop does not sleep: an empty poll() is what tells that
   nothing waits any more, and what comes later is fresh. */
static gboolean
turn_prepare (GSource *source, int *timeout)
{
  VbStandstill *standstill = ((TurnSource *)source)->standstill;

  *timeout = -1;
  note_turn (standstill);
  if (standstill->stood_still == 0)
    return FALSE;

  if ((!standstill->ready && standstill->asked >= standstill->inputs)
      || standstill->last >= standstill->give_up)
    standstill->stood_still = 0;
  else
    *timeout = 0;
  standstill->ready = FALSE;
  standstill->asked = 0;

  return FALSE;
}

static gboolean
turn_check (GSource *source)
{
  note_turn (((TurnSource *)source)->standstill);

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
  VbStandstill *standstill = g_new0 (VbStandstill, 1);

  standstill->clock = clock;
  standstill->limit = limit;
  standstill->last = standstill->clock ();
  standstill->source = g_source_new (&functions, sizeof (TurnSource));
  ((TurnSource *)standstill->source)->standstill = standstill;
  g_source_set_name (standstill->source, "standstill");

  /* Before everybody else: GLib asks no source below the priority of one that is ready. */
  g_source_set_priority (standstill->source, G_MININT);
  g_source_attach (standstill->source, NULL);

  return standstill;
}

void
vb_standstill_free (VbStandstill *standstill)
{
  g_source_destroy (standstill->source);
  g_source_unref (standstill->source);
  g_free (standstill);
}

gint64
vb_standstill_noticed (const VbStandstill *standstill)
{
  return standstill->noticed;
}

void
vb_standstill_set_limit (VbStandstill *standstill, gint64 limit)
{
  if (standstill->limit == VB_STANDSTILL_NEVER)
    standstill->last = standstill->clock ();
  standstill->limit = limit;
}

void
vb_standstill_inherit (VbStandstill *standstill)
{
  drain (standstill, VB_STANDSTILL_UNKNOWN);
}

void
vb_standstill_add_input (VbStandstill *standstill, int inputs)
{
  standstill->inputs += inputs;
}

void
vb_standstill_note_input (VbStandstill *standstill, gboolean ready)
{
  standstill->asked++;
  standstill->ready = standstill->ready || ready;
}

gint64
vb_standstill_lasted (const VbStandstill *standstill)
{
  /* It may have stood still since the loop last turned: in the middle of a dispatch. */
  const gint64 gap = standstill->clock () - standstill->last;

  return MAX (standstill->stood_still, gap > standstill->limit ? gap : 0);
}
