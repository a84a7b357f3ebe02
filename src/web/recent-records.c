#include "recent-records.h"

#include "json/intake.h"
#include "json/member.h"

/* Long enough for every address of a network. */
#define ADDRESS_SIZE 64

typedef struct
{
  gint64 time;
  char address[ADDRESS_SIZE];

  /* Of one that was taken. */
  const char *part; /* of which it was; NULL: of the battery */
  VbState state;
  guint accepted;
  guint changed;
  GPtrArray *missing; /* of const char *, flat names */

  guint status;      /* of one that was refused; 0: it was not */
  GPtrArray *errors; /* of VbRecordError; NULL: nothing was wrong */
  guint n_more;      /* how many more there were */
} Record;

struct _VbRecentRecords
{
  guint64 n_added; /* number n is at n modulo VB_RECENT_RECORDS */
  Record records[VB_RECENT_RECORDS];
};

VbRecentRecords *
vb_recent_records_new (void)
{
  VbRecentRecords *recent = g_new0 (VbRecentRecords, 1);

  for (guint i = 0; i < VB_RECENT_RECORDS; i++)
    recent->records[i].missing = g_ptr_array_new ();

  return recent;
}

void
vb_recent_records_free (VbRecentRecords *recent)
{
  for (guint i = 0; i < VB_RECENT_RECORDS; i++) {
    g_ptr_array_unref (recent->records[i].missing);
    g_clear_pointer (&recent->records[i].errors, g_ptr_array_unref);
  }
  g_free (recent);
}

static Record *
add (VbRecentRecords *recent, gint64 time, const char *address)
{
  Record *record = &recent->records[recent->n_added++ % VB_RECENT_RECORDS];

  record->time = time;
  g_strlcpy (record->address, address != NULL ? address : "", sizeof record->address);
  record->status = 0;
  g_ptr_array_set_size (record->missing, 0);
  g_clear_pointer (&record->errors, g_ptr_array_unref);

  return record;
}

static void
forget_errors (Record *record)
{
  record->n_more += record->errors->len;
  g_ptr_array_unref (record->errors);
  record->errors = g_ptr_array_new ();
}

static void
forget_old_errors (VbRecentRecords *recent)
{
  guint n_errors = 0;

  for (guint64 i = 1; i <= MIN (recent->n_added, VB_RECENT_RECORDS); i++) {
    Record *record = &recent->records[(recent->n_added - i) % VB_RECENT_RECORDS];

    if (record->errors == NULL)
      continue;
    n_errors += record->errors->len;
    if (n_errors > VB_RECENT_ERRORS)
      forget_errors (record);
  }
}

/* Takes @errors over. */
static void
set_errors (VbRecentRecords *recent, Record *record, GPtrArray *errors, guint n_more)
{
  record->errors = errors;
  record->n_more = n_more;
  forget_old_errors (recent);
}

void
vb_recent_records_add_taken (VbRecentRecords *recent,
                             const VbBattery *battery,
                             const VbVerdict *verdict)
{
  const VbSource *source = vb_battery_source (battery);
  Record *record = add (recent, source->last, source->address);

  record->part = verdict->part;
  record->state = verdict->state;
  record->accepted = verdict->accepted;
  record->changed = verdict->changed;
  for (guint i = 0; i < verdict->missing->len; i++)
    g_ptr_array_add (record->missing, g_ptr_array_index (verdict->missing, i));
  if (source->errors != NULL)
    set_errors (recent, record, g_ptr_array_ref (source->errors), source->n_more);
}

void
vb_recent_records_add_refused (VbRecentRecords *recent, const VbBattery *battery)
{
  const VbRefusal *refusal = &vb_battery_source (battery)->refusal;
  Record *record = add (recent, refusal->time, refusal->address);

  record->status = vb_intake_status (refusal->outcome);
  set_errors (recent, record, g_ptr_array_ref (refusal->errors), refusal->n_more);
}

static void
write_record (const Record *record, VbJsonWriter *json)
{
  vb_json_begin_object (json);
  vb_json_member_time (json, "time", record->time);
  vb_json_member_string (json, "address", record->address);
  if (record->status != 0)
    vb_json_member_integer (json, "status", record->status);
  else {
    if (record->part != NULL)
      vb_json_member_string (json, "part", record->part);
    vb_json_member_accepted (json, record->state, record->accepted, record->changed,
                             record->missing);
  }
  vb_json_member_any_errors (json, record->errors, record->n_more);
  vb_json_end_object (json);
}

void
vb_recent_records_write (const VbRecentRecords *recent, VbJsonWriter *json)
{
  const guint64 n = MIN (recent->n_added, VB_RECENT_RECORDS);

  vb_json_begin_array (json);
  for (guint64 i = 1; i <= n; i++)
    write_record (&recent->records[(recent->n_added - i) % VB_RECENT_RECORDS], json);
  vb_json_end_array (json);
}
