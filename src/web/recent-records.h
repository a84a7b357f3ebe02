#pragma once

#include "core/battery.h"
#include "json/writer.h"

G_BEGIN_DECLS

/** VbRecentRecords: the last records of one battery, those that were refused among them. */
typedef struct _VbRecentRecords VbRecentRecords;

/** How many are kept. */
#define VB_RECENT_RECORDS 50

/** How many errors are kept in all of them; what is beyond is counted, the oldest first. */
#define VB_RECENT_ERRORS 200

VbRecentRecords *vb_recent_records_new (void);
void vb_recent_records_free (VbRecentRecords *recent);

/** Adds the record that @battery has just taken. */
void vb_recent_records_add_taken (VbRecentRecords *recent,
                                  const VbBattery *battery,
                                  const VbVerdict *verdict);

/** Adds the record that @battery has just refused. */
void vb_recent_records_add_refused (VbRecentRecords *recent, const VbBattery *battery);

/**
 * Writes an array, the newest first: of each record the data of the event `accepted` or `refused`
 * (json/event.h) without its battery.
 */
void vb_recent_records_write (const VbRecentRecords *recent, VbJsonWriter *json);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbRecentRecords, vb_recent_records_free)

G_END_DECLS
