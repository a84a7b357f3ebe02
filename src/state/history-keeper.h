#pragma once

#include "core/battery.h"

G_BEGIN_DECLS

/**
 * VbHistoryKeeper:
 *
 * Keeps the counters of the batteries that have history=true, and what their programme of charge
 * has to remember, in files, `NAME.history` in the state folder. It reads them at the start and
 * saves them within a minute of the first change, then at most every 5 minutes, and at the end, in
 * another thread: a slow disk keeps nobody waiting.
 */
typedef struct _VbHistoryKeeper VbHistoryKeeper;

/** How often is looked whether the counters of a battery have changed for the first time, in s. */
#define VB_HISTORY_KEEPER_FIRST 30

/** How often the counters are saved afterwards, in s. */
#define VB_HISTORY_KEEPER_PERIOD 300

/**
 * Reads what is kept, before the first record. A file that makes no sense, or cannot be read, is
 * set aside as `NAME.history.bad`, with a line in the log; a counter that a file lacks begins anew,
 * with a line too.
 *
 * @batteries: of VbBattery; referenced
 * @first: seconds within which what changes first is saved
 * @period: seconds between two savings
 */
VbHistoryKeeper *
vb_history_keeper_new (GPtrArray *batteries, const char *folder, guint first, guint period);

/** Looks whether there is more to keep than before: after the configuration was read again. */
void vb_history_keeper_look (VbHistoryKeeper *keeper);

/** Saves what has changed, waiting a few seconds for the disk at most, and frees. */
void vb_history_keeper_free (VbHistoryKeeper *keeper);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbHistoryKeeper, vb_history_keeper_free)

G_END_DECLS
