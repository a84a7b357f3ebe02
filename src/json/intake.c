#define G_LOG_DOMAIN "battery"

#include "intake.h"

#include <string.h>

#include "base/standstill.h"
#include "record.h"

struct _VbIntake
{
  VbJsonRecord *reader;
  VbRecord *record;
  GString *read; /* the body that the record was read from, where nothing was wrong with it */
  VbVerdict *verdict;
  GPtrArray *errors; /* of VbRecordError: of the last refusal */
  GString *detail;
  gboolean refused; /* the last one was */
};

VbIntake *
vb_intake_new (void)
{
  VbIntake *intake = g_new0 (VbIntake, 1);

  intake->reader = vb_json_record_new ();
  intake->record = vb_record_new ();
  intake->read = g_string_new (NULL);
  intake->verdict = vb_verdict_new ();
  intake->detail = g_string_new (NULL);

  return intake;
}

void
vb_intake_free (VbIntake *intake)
{
  vb_json_record_free (intake->reader);
  vb_record_free (intake->record);
  g_string_free (intake->read, TRUE);
  vb_verdict_free (intake->verdict);
  g_clear_pointer (&intake->errors, g_ptr_array_unref);
  g_string_free (intake->detail, TRUE);
  g_free (intake);
}

guint
vb_intake_status (VbOutcome outcome)
{
  static const guint statuses[] = {
    [VB_OUTCOME_IN_FORCE] = 200, [VB_OUTCOME_TAKEN] = 202,    [VB_OUTCOME_WRONG] = 422,
    [VB_OUTCOME_REPLAYED] = 409, [VB_OUTCOME_NOT_JSON] = 400, [VB_OUTCOME_WAITED] = 503,
    [VB_OUTCOME_PARTS] = 409,
  };

  g_return_val_if_fail (outcome < G_N_ELEMENTS (statuses), 500);

  return statuses[outcome];
}

gboolean
vb_intake_is_taken (VbOutcome outcome)
{
  return outcome == VB_OUTCOME_IN_FORCE || outcome == VB_OUTCOME_TAKEN;
}

static void
describe_safer (const GPtrArray *safer, GString *detail)
{
  if (safer->len == 0) {
    g_string_append (detail, "nothing was changed");
    return;
  }

  g_string_append (detail, "only what is safer was taken");
  for (guint i = 0; i < safer->len; i++)
    g_string_append_printf (detail, "%s%s", i == 0 ? ": " : ", ",
                            (const char *)g_ptr_array_index (safer, i));
}

/* One sentence for all errors: how many of the record's fields are wrong. */
static void
describe_errors (const VbRecord *record, const GPtrArray *safer, GString *detail)
{
  guint wrong = record->n_more, missing = 0;
  guint fields = record->entries->len + record->ignored->len + record->n_more;

  for (guint i = 0; i < record->errors->len; i++) {
    const VbRecordError *error = g_ptr_array_index (record->errors, i);

    if (error->field == NULL) {
      g_string_append_printf (detail, "Nothing was changed: %s.", error->detail);
      return;
    }

    if (error->code == VB_FIELD_ERROR_MISSING)
      missing++;
    else
      wrong++;
    if (error->path == NULL || error->code == VB_FIELD_ERROR_DUPLICATE)
      fields++;
  }

  if (missing > 0)
    g_string_append_printf (detail, "%u required %s missing; ", missing,
                            missing == 1 ? "field is" : "fields are");
  else
    g_string_append_printf (detail, "%u of %u fields %s wrong; ", wrong, MAX (fields, wrong),
                            wrong == 1 ? "is" : "are");
  describe_safer (safer, detail);
  g_string_append_c (detail, '.');
}

static void
describe_wait (gint64 stood_still, GString *detail)
{
  if (stood_still == VB_STANDSTILL_UNKNOWN)
    g_string_append (detail, "The daemon was not running; what waited meanwhile is not taken.");
  else
    g_string_append_printf (detail,
                            "The daemon stood still for %.1f s; what waited meanwhile is not "
                            "taken.",
                            (double)stood_still / G_USEC_PER_SEC);
}

/* What was wrong with a record, once a minute at most. @what: what became of it */
static void
log_errors (const VbBattery *battery,
            const char *address,
            const GPtrArray *errors,
            const char *what)
{
  const char *name = vb_battery_config (battery)->fixed.name;
  const VbSource *source = vb_battery_source (battery);
  const VbRecordError *error;
  g_autofree char *more = NULL, *brief = NULL;

  if (!source->to_log || errors == NULL || errors->len == 0)
    return;

  error = g_ptr_array_index (errors, 0);
  if (source->unlogged > 0)
    more = g_strdup_printf ("; %u more since the last line about it", source->unlogged);
  if (error->field != NULL && error->path == NULL
      && !g_str_has_prefix (error->detail, error->field))
    brief = g_strdup_printf ("%s: %s", error->field, error->detail);
  g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "BATTERY", name, "REFUSAL_CODE",
                    vb_field_error_name (error->code), "MESSAGE",
                    "battery %s: record from %s %s: %s%s", name, address, what,
                    brief != NULL ? brief : error->detail, more != NULL ? more : "");
}

static VbOutcome
refuse (VbIntake *intake, VbBattery *battery, const VbDelivery *delivery, VbOutcome outcome)
{
  char what[32];

  g_string_truncate (intake->read, 0);
  g_clear_pointer (&intake->errors, g_ptr_array_unref);
  intake->errors = vb_record_steal_errors (intake->record);
  intake->refused = TRUE;
  if (delivery->check)
    return outcome;

  if (delivery->of_part)
    vb_battery_refuse_part (battery, delivery->part, delivery->source, outcome,
                            g_ptr_array_ref (intake->errors), intake->record->n_more,
                            delivery->now);
  else
    vb_battery_refuse (battery, delivery->source, outcome, g_ptr_array_ref (intake->errors),
                       intake->record->n_more, delivery->now);
  g_snprintf (what, sizeof what, "refused with %u", vb_intake_status (outcome));
  log_errors (battery, delivery->source, intake->errors, what);

  return outcome;
}

static gboolean
lacks_part (const VbBattery *battery, const VbDelivery *delivery)
{
  return !delivery->of_part && vb_battery_parts (battery) != NULL;
}

/* What is sent for all of a battery would contradict what its parts say. */
static VbOutcome
refuse_without_part (VbIntake *intake, VbBattery *battery, const VbDelivery *delivery)
{
  const VbParts *parts = vb_battery_parts (battery);
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < vb_parts_n (parts); i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", vb_parts_get (parts, i)->own->name);
  vb_record_reset (intake->record);
  vb_record_add_error (intake->record, NULL, NULL, VB_FIELD_ERROR_PARTS,
                       "the battery has parts, and each of them has records of its own: %s",
                       names->str);
  describe_errors (intake->record, intake->verdict->safer, intake->detail);

  return refuse (intake, battery, delivery, VB_OUTCOME_PARTS);
}

static gboolean
is_taken (VbIntake *intake, VbBattery *battery, const VbDelivery *delivery)
{
  if (delivery->check)
    return vb_battery_check (battery, delivery->of_part ? &delivery->part : NULL, intake->record,
                             delivery->now, intake->verdict);
  if (delivery->of_part)
    return vb_battery_apply_part (battery, delivery->part, intake->record, delivery->mode,
                                  delivery->source, delivery->now, intake->verdict);

  return vb_battery_apply (battery, intake->record, delivery->mode,
                           delivery->named != NULL ? delivery->named : delivery->source,
                           delivery->now, intake->verdict);
}

static VbOutcome
give (VbIntake *intake, VbBattery *battery, const VbDelivery *delivery)
{
  if (!is_taken (intake, battery, delivery)) {
    const gboolean replayed
        = vb_record_error_list_has (intake->record->errors, VB_FIELD_ERROR_REPLAYED);

    describe_errors (intake->record, intake->verdict->safer, intake->detail);
    return refuse (intake, battery, delivery, replayed ? VB_OUTCOME_REPLAYED : VB_OUTCOME_WRONG);
  }

  if (!delivery->check)
    log_errors (battery, delivery->source, vb_battery_source (battery)->errors, "taken in part");

  return intake->verdict->state == VB_STATE_LIVE && intake->verdict->battery_state == VB_STATE_LIVE
                 && vb_battery_presence (battery)->on_bus
             ? VB_OUTCOME_IN_FORCE
             : VB_OUTCOME_TAKEN;
}

/* @body: NULL where there was none */
static VbOutcome
tell (VbIntake *intake,
      VbBattery *battery,
      const VbDelivery *delivery,
      const char *body,
      gsize length,
      VbOutcome outcome)
{
  const VbParts *parts = vb_battery_parts (battery);
  const VbArrival arrival = {
    .part = delivery->of_part ? vb_parts_get (parts, delivery->part)->own->name : NULL,
    .mode = delivery->mode,
    .body = body,
    .length = length,
    .record = intake->record,
    .source = delivery->source,
    .outcome = outcome,
    .errors = vb_intake_errors (intake),
    .n_more = vb_intake_n_more (intake),
    .now = delivery->now,
  };

  if (!delivery->check)
    vb_battery_tell_arrived (battery, &arrival);

  return outcome;
}

static void
begin (VbIntake *intake)
{
  intake->refused = FALSE;
  g_string_truncate (intake->detail, 0);
  g_ptr_array_set_size (intake->verdict->safer, 0);
}

gboolean
vb_intake_has_waited (VbIntake *intake, const VbBattery *battery, gint64 stood_still)
{
  if (stood_still <= vb_battery_config (battery)->live.freshness.warn_after)
    return FALSE;

  begin (intake);
  describe_wait (stood_still, intake->detail);

  return TRUE;
}

/* Whether the record is what @body says already. */
static gboolean
is_read (const VbIntake *intake, const char *body, gsize length)
{
  return length > 0 && length == intake->read->len && memcmp (body, intake->read->str, length) == 0;
}

VbOutcome
vb_intake_read (VbIntake *intake,
                VbBattery *battery,
                const VbDelivery *delivery,
                const char *body,
                gsize length)
{
  g_autoptr (GError) error = NULL;
  VbOutcome outcome;

  if (vb_intake_has_waited (intake, battery, delivery->stood_still))
    return VB_OUTCOME_WAITED;
  begin (intake);
  if (lacks_part (battery, delivery))
    return tell (intake, battery, delivery, body, length,
                 refuse_without_part (intake, battery, delivery));

  if (!is_read (intake, body, length)) {
    g_string_truncate (intake->read, 0);
    if (!vb_json_record_read (intake->reader, body, length, intake->record, &error)) {
      g_string_append_printf (intake->detail, "Not JSON; nothing was changed: %s.", error->message);
      vb_record_add_error (intake->record, NULL, NULL, VB_FIELD_ERROR_TYPE, "not JSON, %s",
                           error->message);
      return tell (intake, battery, delivery, body, length,
                   refuse (intake, battery, delivery, VB_OUTCOME_NOT_JSON));
    }
  }

  outcome = give (intake, battery, delivery);

  /* What was judged has been changed, for this battery and this moment alone. */
  if (intake->record->errors->len > 0 || intake->record->altered)
    g_string_truncate (intake->read, 0);
  else if (!intake->refused && intake->read->len == 0)
    g_string_append_len (intake->read, body, (gssize)length);

  return tell (intake, battery, delivery, body, length, outcome);
}

VbRecord *
vb_intake_begin (VbIntake *intake)
{
  vb_record_reset (intake->record);
  g_string_truncate (intake->read, 0);

  return intake->record;
}

VbOutcome
vb_intake_take (VbIntake *intake, VbBattery *battery, const VbDelivery *delivery)
{
  if (vb_intake_has_waited (intake, battery, delivery->stood_still))
    return VB_OUTCOME_WAITED;
  begin (intake);

  return tell (intake, battery, delivery, NULL, 0,
               lacks_part (battery, delivery) ? refuse_without_part (intake, battery, delivery)
                                              : give (intake, battery, delivery));
}

const VbVerdict *
vb_intake_verdict (const VbIntake *intake)
{
  return intake->verdict;
}

const VbRecord *
vb_intake_record (const VbIntake *intake)
{
  return intake->record;
}

const GPtrArray *
vb_intake_errors (const VbIntake *intake)
{
  return intake->refused ? intake->errors : intake->record->errors;
}

guint
vb_intake_n_more (const VbIntake *intake)
{
  return intake->record->n_more;
}

const char *
vb_intake_detail (const VbIntake *intake)
{
  return intake->detail->str;
}
