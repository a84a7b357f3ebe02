#pragma once

#include "core/battery.h"

G_BEGIN_DECLS

/** What was captured. */
typedef enum
{
  VB_CAPTURED_RECORD,  /* a record that came */
  VB_CAPTURED_DELETED, /* the source said "off" */
  VB_CAPTURED_STATE,   /* the battery entered a state */
} VbCapturedKind;

/** One thing that was captured. Its texts are not terminated and valid during a call alone. */
typedef struct
{
  VbCapturedKind kind;
  guint8 battery; /* its number */
  guint8 sender;  /* number of the address that sent the record, from 1 on; 0: one of many */
  VbApplyMode mode;
  VbOutcome outcome;
  VbState state; /* after it */
  gint64 time;   /* µs of the clock of the batteries */

  const char *body; /* the record as it came */
  gsize body_length;
  const char *note; /* members of a JSON object that say more: what was wrong, why the state */
  gsize note_length;
} VbCaptured;

/**
 * VbCaptureRing:
 *
 * The latest captured things, in memory and bounded in bytes. A source that says the same bytes
 * again costs no second copy of them. Nothing is allocated for one of them once the ring is full.
 */
typedef struct _VbCaptureRing VbCaptureRing;

/** How many bytes of memory a ring is made of at a time: nothing longer can be added. */
#define VB_CAPTURE_BLOCK 65536

/** @bytes: it takes at most, a multiple of VB_CAPTURE_BLOCK and two of them at least */
VbCaptureRing *vb_capture_ring_new (gsize bytes);
void vb_capture_ring_free (VbCaptureRing *ring);

/** Adds @captured; the oldest block of others leaves for it where there is no room. */
void vb_capture_ring_add (VbCaptureRing *ring, const VbCaptured *captured);

typedef void (*VbCaptureRingFunc) (const VbCaptured *captured, gpointer user_data);

/** Calls @func for each that is there, the oldest first. */
void
vb_capture_ring_foreach (const VbCaptureRing *ring, VbCaptureRingFunc func, gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbCaptureRing, vb_capture_ring_free)

G_END_DECLS
