#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * Sends `GET @path` to the program that serves HTTP at @address, and blocks until it is answered.
 * The address is one to listen on, as for vb_http_listen_socket(); for a wildcard the loopback
 * address is asked.
 *
 * @token: to be sent as Bearer token, or NULL
 * @patience: how long the program may be silent, in s; the whole may take twice that time
 * @status: set to the status that was answered
 *
 * Returns: (transfer full): the body, which may hold anything; NULL with a G_IO_ERROR:
 * G_IO_ERROR_CONNECTION_REFUSED where nobody listens, G_IO_ERROR_TIMED_OUT where nobody answers,
 * G_IO_ERROR_INVALID_DATA where it is no HTTP
 */
GBytes *vb_client_ask (const char *address,
                       const char *token,
                       const char *path,
                       guint patience,
                       guint *status,
                       GError **error);

/** What it says of one of several sources that make a battery together. */
typedef struct
{
  char *name;
  char *state;
  char *missing; /* as of a battery */
  gboolean counts;
  gboolean off;
} VbPartAnswer;

/** What a running daemon says of one battery (`GET /battery/NAME`), as far as it is read. */
typedef struct
{
  char *state;
  char *joining; /* what it waits for on its way to the bus; NULL: nothing */
  gboolean on_bus;
  int instance;  /* -1: not known yet */
  double age;    /* seconds; NAN: no source yet */
  char *address; /* of the source; NULL: none yet */
  gint64 records;
  gint64 refused;
  char *last;            /* time of the last record that was taken; NULL: none */
  char *last_refusal;    /* time of the last one that was not; NULL: none */
  char *refusal;         /* why; NULL: it does not say */
  char *missing;         /* required fields that are missing, as a list; empty: none */
  double charge_voltage; /* V, MaxChargeVoltage as the source sent it; NAN: not known */
  GPtrArray *parts;      /* of VbPartAnswer; NULL: it has none */
} VbBatteryAnswer;

/** Reads it from @json. Returns: whether it is of that form; free with vb_battery_answer_free() */
VbBatteryAnswer *vb_battery_answer_new (GBytes *json);
void vb_battery_answer_free (VbBatteryAnswer *answer);

/** One line of the checklist of a running daemon (`GET /battery/NAME/commissioning`). */
typedef struct
{
  char *status; /* `green`, `red` or `unknown` */
  char *key;
  char *text;
} VbChecklistLine;

/** Reads it from @json: an array of VbChecklistLine, without what is not of that form. Returns:
    (transfer full): NULL where it is no checklist */
GPtrArray *vb_checklist_line_read (GBytes *json);

/** Whether @page, an answer to `GET /`, is that of Node-RED's editor. */
gboolean vb_client_is_node_red (GBytes *page);

/** Whether @json is the list of batteries of a daemon (`GET /batteries`). */
gboolean vb_battery_answer_is_list (GBytes *json);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VbBatteryAnswer, vb_battery_answer_free)

G_END_DECLS
