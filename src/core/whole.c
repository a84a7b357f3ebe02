#include "whole.h"

void
vb_whole_init (VbWhole *whole, const VbBatteryConfig *config, gint64 now)
{
  *whole = (VbWhole){ .parts = config->fixed.parts != NULL ? vb_parts_new (config, now) : NULL };
  vb_heard_init (&whole->heard, config, now);
}

void
vb_whole_clear (VbWhole *whole)
{
  g_clear_pointer (&whole->parts, vb_parts_free);
  vb_heard_clear (&whole->heard);
}

void
vb_whole_copy (VbWhole *copy, const VbWhole *whole, const VbBatteryConfig *config)
{
  *copy = (VbWhole){ .silent = TRUE };
  vb_heard_copy (&copy->heard, &whole->heard, config);
  if (whole->parts != NULL)
    copy->parts = vb_parts_copy (whole->parts, config);
}

gboolean
vb_whole_take (VbWhole *whole,
               const guint *part,
               VbRecord *record,
               VbApplyMode mode,
               const char *source,
               gint64 now,
               VbVerdict *verdict)
{
  VbHeard *heard = &whole->heard;

  g_return_val_if_fail (part != NULL || whole->parts == NULL, FALSE);

  if (part == NULL)
    return vb_heard_take (heard, record, mode, source, now, verdict->safer);
  if (!vb_parts_take (whole->parts, *part, record, mode, source, now, verdict))
    return FALSE;

  vb_source_take (&heard->source, source, record->errors, record->n_more,
                  heard->config->live.freshness.warn_after, now);

  return TRUE;
}

void
vb_whole_fill_verdict (VbWhole *whole,
                       const guint *part,
                       const VbRules *rules,
                       const VbRecord *record,
                       guint changed,
                       gint64 now,
                       VbVerdict *verdict)
{
  VbHeard *heard = &whole->heard;
  const VbBatteryConfig *config = heard->config;
  gboolean warns;

  if (part != NULL) {
    vb_parts_fill_verdict (whole->parts, *part, rules, record, changed, now, verdict);
    verdict->battery_state = heard->state;
    return;
  }

  vb_verdict_fill (verdict, config, &heard->required, rules, &heard->values, record, heard->state,
                   changed, now);
  if (record->connected == VB_CONNECTED_NO)
    return;

  warns = vb_plausible_look (&heard->plausible, config, &heard->required, &heard->values, now);
  if (warns && !whole->silent)
    vb_plausible_log (&heard->plausible, config->fixed.name);
  if (warns)
    vb_plausible_describe (&heard->plausible, verdict->warnings);
}

void
vb_whole_look (VbWhole *whole, gint64 now)
{
  VbHeard *heard = &whole->heard;

  vb_heard_derive (heard, now);
  if (heard->required.ruled && whole->parts != NULL)
    vb_parts_note_inputs (whole->parts, &heard->required);
  vb_required_note (&heard->required, heard->config, &heard->values);
}

/* What the parts say together is as if one source had sent it; whether that one is frozen they have
   looked at themselves. */
static void
merge (VbWhole *whole, gint64 now)
{
  vb_parts_merge (whole->parts, &whole->heard.values, now);
  whole->heard.required.last_change = now;
  vb_whole_look (whole, now);
}

void
vb_whole_gather (VbWhole *whole, gboolean has_record, gint64 now)
{
  if (whole->parts != NULL)
    merge (whole, now);
  else if (has_record)
    vb_whole_look (whole, now);
}

void
vb_whole_tick (VbWhole *whole, gint64 now)
{
  if (whole->parts != NULL)
    vb_parts_tick (whole->parts, now);
}

gint64
vb_whole_due (const VbWhole *whole, gint64 now)
{
  const VbHeard *heard = &whole->heard;
  const VbBatteryLive *live = &heard->config->live;
  const gint64 deadline = vb_freshness_deadline (&live->freshness, heard->state);
  const gboolean shows_values = vb_state_shows_values (heard->state);
  gint64 due = whole->parts != NULL ? vb_parts_due (whole->parts, now) : G_MAXINT64;
  gint64 next;

  if (deadline == VB_AGE_NEVER)
    return due;

  next = vb_required_due (&heard->required, heard->config, &heard->values, deadline, now);
  due = MIN (due, next);
  if (whole->parts != NULL) {
    next = now - vb_whole_age (whole, now) + deadline;
    due = MIN (due, next);
  }
  /* With a Current that expires, another one may flow from then on: that of a frozen source. */
  if (shows_values || live->frozen_after > 0) {
    next = vb_values_next_expiry (&heard->values, live->optional_after, now);
    due = MIN (due, next);
  }
  if (heard->required.ruled && shows_values) {
    next = vb_rules_due (live, &heard->required.inputs, now);
    due = MIN (due, next);
  }

  return due;
}

void
vb_whole_reconfigure (VbWhole *whole, gint64 now)
{
  vb_whole_look (whole, now);
  if (whole->parts != NULL)
    vb_parts_reconfigure (whole->parts, whole->heard.config, now);
}

const char *
vb_whole_loses_limit (const VbWhole *whole, const VbBatteryConfig *after)
{
  return whole->parts != NULL
             ? vb_parts_lose_limit (whole->parts, after)
             : vb_required_loses_limit (&whole->heard.required, whole->heard.config, after);
}

void
vb_whole_forget (VbWhole *whole, gint64 now)
{
  if (whole->parts != NULL) {
    vb_parts_forget (whole->parts, now);
    merge (whole, now);
  }
  vb_heard_forget (&whole->heard, now);
}

gint64
vb_whole_age (const VbWhole *whole, gint64 now)
{
  const gint64 age = vb_heard_age (&whole->heard, now);
  const gint64 of_parts = whole->parts != NULL ? vb_parts_age (whole->parts, now) : 0;

  return MAX (age, of_parts);
}

double
vb_whole_share (const VbWhole *whole)
{
  return whole->parts != NULL ? vb_parts_share (whole->parts) : 1;
}

VbBlamed
vb_whole_blamed (const VbWhole *whole, gint64 now)
{
  const VbBlamed itself = { NULL, &whole->heard };
  const VbPart *part;

  if (whole->parts == NULL || whole->heard.state == VB_STATE_LIVE)
    return itself;

  part = vb_parts_blamed (whole->parts, now);

  return vb_part_age (part, now) < vb_whole_age (whole, now)
             ? itself
             : (VbBlamed){ part->own->name, &part->heard };
}
