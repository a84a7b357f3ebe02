#pragma once

#include "record.h"
#include "verdict.h"

G_BEGIN_DECLS

typedef struct _VbBattery VbBattery; /* see core/battery */

/** One step of the battery: what changed on the bus with it, all at once. Of one that has parts
    each step is told: something of one of them may have changed. */
typedef struct
{
  VbState before;
  VbState after;
  const guint *items; /* items whose published value changed */
  guint n_items;
} VbChange;

/** What came for a battery, and what became of it. Valid during the call alone. */
typedef struct
{
  const char *part; /* that it is of; NULL: of the battery */
  VbApplyMode mode;
  const char *body; /* as it came, @length bytes; NULL: it came as @record */
  gsize length;
  const VbRecord *record;
  const char *source; /* who sent it */
  VbOutcome outcome;
  const GPtrArray *errors; /* of VbRecordError; there were @n_more besides */
  guint n_more;
  gint64 now;
} VbArrival;

/** What a listener is told; a NULL it does not want to know. */
typedef struct
{
  /* A step has been taken. */
  void (*changed) (VbBattery *battery, const VbChange *change, gpointer user_data);

  /* A record has been taken, its step with it: vb_battery_source() says from where. */
  void (*taken) (VbBattery *battery, const VbVerdict *verdict, gpointer user_data);

  /* A record has been refused: vb_battery_source() says why. */
  void (*refused) (VbBattery *battery, gpointer user_data);

  /* A record has arrived, whatever became of it; told after all else that it did. */
  void (*arrived) (VbBattery *battery, const VbArrival *arrival, gpointer user_data);

  /* The source is about to say "off"; @part: of that part alone, or NULL. */
  void (*deleted) (VbBattery *battery, const char *part, gint64 now, gpointer user_data);

  /* A client of the bus has written @item. */
  void (*written) (VbBattery *battery, guint item, gpointer user_data);

  /* Another rule limits than before, or none any more: after the step that it came with. */
  void (*limited) (VbBattery *battery, gpointer user_data);

  /* Part @part is in another state, or counts now, or does not any more. */
  void (*part_changed) (VbBattery *battery, guint part, gpointer user_data);
} VbBatteryEvents;

/** VbListeners: who is told what happens to a battery, in the order in which they were added. */
typedef struct
{
  GArray *listeners; /* of VbListener */
} VbListeners;

/** One of them. */
typedef struct
{
  const VbBatteryEvents *events;
  gpointer user_data;
} VbListener;

/** Makes @listeners (uninitialised) nobody; free with vb_listeners_clear(). */
void vb_listeners_init (VbListeners *listeners);
void vb_listeners_clear (VbListeners *listeners);

/** Adds one, which is told after those that were added before it. @events must stay until it is
    removed; that must not be done by a listener. */
void vb_listeners_add (VbListeners *listeners, const VbBatteryEvents *events, gpointer user_data);
void vb_listeners_remove (VbListeners *listeners, gpointer user_data);

/** Calls the function @event_ of each of @listeners_ that has one, for @battery_. */
#define VB_LISTENERS_TELL(listeners_, battery_, event_, ...)                           \
  for (guint i_ = 0; i_ < (listeners_)->listeners->len; i_++) {                        \
    const VbListener *one_ = &g_array_index ((listeners_)->listeners, VbListener, i_); \
                                                                                       \
    if (one_->events->event_ != NULL)                                                  \
      one_->events->event_ (battery_, ##__VA_ARGS__, one_->user_data);                 \
  }

G_END_DECLS
