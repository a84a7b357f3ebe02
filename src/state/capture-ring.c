#include "capture-ring.h"

#include <string.h>

/* Numbers of batteries fit a byte. */
#define N_BATTERIES 256

/* In a block the texts stand behind it; of a body that is that of an earlier record of the same
   block, only where that stands. */
typedef struct
{
  VbCaptured captured;
  gsize body_at;
} Entry;

typedef struct
{
  gsize used;
  gsize written; /* at most, where all of it is written out as JSON */
  char bytes[VB_CAPTURE_BLOCK];
} Block;

/* So much may be written of one block: a body that is repeated stands in it once, and in the
   capture each time. */
#define WRITTEN_MAX (3 * VB_CAPTURE_BLOCK)

/* What an entry is written as besides its texts. */
#define FRAME 256

struct _VbCaptureRing
{
  GPtrArray *blocks; /* the oldest first */
  guint n_most;
  Entry last[N_BATTERIES]; /* the last body of each battery in the last block */
};

VbCaptureRing *
vb_capture_ring_new (gsize bytes)
{
  VbCaptureRing *ring = g_new0 (VbCaptureRing, 1);

  ring->blocks = g_ptr_array_new_with_free_func (g_free);
  ring->n_most = MAX (2, (guint)(bytes / sizeof (Block)));

  return ring;
}

void
vb_capture_ring_free (VbCaptureRing *ring)
{
  g_ptr_array_unref (ring->blocks);
  g_free (ring);
}

static Block *
last_block (const VbCaptureRing *ring)
{
  return ring->blocks->len > 0 ? g_ptr_array_index (ring->blocks, ring->blocks->len - 1) : NULL;
}

static Block *
begin_block (VbCaptureRing *ring)
{
  Block *block = ring->blocks->len < ring->n_most ? g_new (Block, 1)
                                                  : g_ptr_array_steal_index (ring->blocks, 0);

  block->used = 0;
  block->written = 0;
  g_ptr_array_add (ring->blocks, block);
  memset (ring->last, 0, sizeof ring->last);

  return block;
}

/* So that each entry begins where a structure may. */
static gsize
rounded (gsize length)
{
  return (length + G_ALIGNOF (Entry) - 1) / G_ALIGNOF (Entry) * G_ALIGNOF (Entry);
}

static gsize
append (Block *block, const void *bytes, gsize length)
{
  const gsize at = block->used;

  if (length > 0)
    memcpy (block->bytes + at, bytes, length);
  block->used += length;

  return at;
}

/* In a text of JSON a character is escaped by one more, but for controls, which no JSON has in it,
   by five. */
static gsize
written_size (const VbCaptured *captured)
{
  const gboolean is_json
      = captured->outcome != VB_OUTCOME_NOT_JSON && captured->outcome != VB_OUTCOME_PARTS;
  const gsize escaped = is_json ? 2 : 6;

  return FRAME + escaped * captured->body_length + captured->note_length;
}

static gboolean
is_repeated (const VbCaptureRing *ring, const Block *block, const VbCaptured *captured)
{
  const Entry *last = &ring->last[captured->battery];

  return captured->kind == VB_CAPTURED_RECORD && captured->body_length > 0
         && last->captured.body_length == captured->body_length
         && memcmp (block->bytes + last->body_at, captured->body, captured->body_length) == 0;
}

void
vb_capture_ring_add (VbCaptureRing *ring, const VbCaptured *captured)
{
  const gsize length = rounded (sizeof (Entry) + captured->body_length + captured->note_length);
  Block *block = last_block (ring);
  Entry entry = { .captured = *captured };
  gboolean repeats;

  g_return_if_fail (length <= VB_CAPTURE_BLOCK);

  if (block == NULL || block->used + length > VB_CAPTURE_BLOCK || block->written > WRITTEN_MAX)
    block = begin_block (ring);
  block->written += written_size (captured);

  repeats = is_repeated (ring, block, captured);
  entry.body_at = repeats ? ring->last[captured->battery].body_at : block->used + sizeof (Entry);
  append (block, &entry, sizeof entry);
  if (!repeats)
    append (block, captured->body, captured->body_length);
  append (block, captured->note, captured->note_length);
  block->used = rounded (block->used);
  if (captured->kind == VB_CAPTURED_RECORD)
    ring->last[captured->battery] = entry;
}

static gsize
call (const Block *block, gsize at, VbCaptureRingFunc func, gpointer user_data)
{
  Entry entry;
  gsize next = at + sizeof entry;

  memcpy (&entry, block->bytes + at, sizeof entry);
  entry.captured.body = block->bytes + entry.body_at;
  if (entry.body_at == next)
    next += entry.captured.body_length;
  entry.captured.note = block->bytes + next;
  func (&entry.captured, user_data);

  return rounded (next + entry.captured.note_length);
}

void
vb_capture_ring_foreach (const VbCaptureRing *ring, VbCaptureRingFunc func, gpointer user_data)
{
  for (guint i = 0; i < ring->blocks->len; i++) {
    const Block *block = g_ptr_array_index (ring->blocks, i);

    for (gsize at = 0; at < block->used;)
      at = call (block, at, func, user_data);
  }
}
