#pragma once

#include "rules-fixture.h"

/* Several sources that make one battery together. */

#define PACK "Voltage=52 Current=10 Soc=50 "
#define SMALL PACK "MaxChargeVoltage=55.2 MaxChargeCurrent=100 MaxDischargeCurrent=20 "

/* A part of the battery that restart() makes; @rest: as in the configuration file. */
typedef struct
{
  const char *name;
  double capacity;
  VbWhenSilent when_silent;
  const char *says;
} Part;

static void G_GNUC_UNUSED
add_part (Fixture *fixture, const Part *part)
{
  VbPartConfig *own = vb_part_config_new (part->name);
  g_auto (GStrv) says = split_words (part->says != NULL ? part->says : "");

  own->capacity = part->capacity > 0 ? part->capacity : NAN;
  own->when_silent = part->when_silent;
  own->items = g_new0 (guint, g_strv_length (says));
  for (guint i = 0; says[i] != NULL; i++)
    own->items[own->n_items++] = item_of (says[i]);
  g_ptr_array_add (fixture->config.fixed.parts, own);
}

static void G_GNUC_UNUSED
begin (Fixture *fixture, VbArrangement arrangement, const Part *parts, guint n)
{
  g_clear_pointer (&fixture->config.fixed.parts, g_ptr_array_unref);
  fixture->config.fixed.parts
      = g_ptr_array_new_with_free_func ((GDestroyNotify)vb_part_config_free);
  fixture->config.fixed.arrangement = arrangement;
  for (guint i = 0; i < n; i++)
    add_part (fixture, &parts[i]);
  restart (fixture);
}

/* Two that are alike, in parallel. */
static void G_GNUC_UNUSED
begin_pair (Fixture *fixture, VbWhenSilent right)
{
  const Part parts[] = { { .name = "left", .capacity = 280 },
                         { .name = "right", .capacity = 280, .when_silent = right } };

  begin (fixture, VB_PARTS_PARALLEL, parts, 2);
}

static guint G_GNUC_UNUSED
number_of (Fixture *fixture, const char *name)
{
  guint part;

  g_assert_true (vb_battery_find_part (fixture->battery, name, &part));

  return part;
}

static const VbPart *G_GNUC_UNUSED
part_of (Fixture *fixture, const char *name)
{
  return vb_parts_get (vb_battery_parts (fixture->battery), number_of (fixture, name));
}

static gboolean G_GNUC_UNUSED
send_part (Fixture *fixture, const char *name, const char *description, VbApplyMode mode)
{
  gboolean taken;

  fill_record (fixture->record, description);
  fixture->calls = 0;
  taken = vb_battery_apply_part (fixture->battery, number_of (fixture, name), fixture->record, mode,
                                 SOURCE, fixture->now, fixture->verdict);
  g_clear_pointer (&fixture->errors, g_ptr_array_unref);
  fixture->errors = vb_record_steal_errors (fixture->record);

  return taken;
}

static gboolean G_GNUC_UNUSED
push_part (Fixture *fixture, const char *name, const char *description)
{
  return send_part (fixture, name, description, VB_APPLY_MERGE);
}

/* Lets time pass until @seconds after the start, step by step, as the ladder source does. */
static void G_GNUC_UNUSED
pass_until (Fixture *fixture, double seconds)
{
  const gint64 end = START + (gint64)(seconds * SECOND);

  while (vb_battery_next_tick (fixture->battery) <= end) {
    fixture->now = MAX (fixture->now, vb_battery_next_tick (fixture->battery));
    vb_battery_tick (fixture->battery, fixture->now);
    g_assert_cmpint (vb_battery_next_tick (fixture->battery), >, fixture->now);
  }
  fixture->now = end;
}

/* Each of @names, separated by blanks, sends @description every second until @seconds after the
   start. */
static void G_GNUC_UNUSED
send_until (Fixture *fixture, const char *names, const char *description, double seconds)
{
  g_auto (GStrv) parts = g_strsplit (names, " ", -1);

  while (fixture->now + SECOND <= START + (gint64)(seconds * SECOND)) {
    pass_until (fixture, (double)(fixture->now + SECOND - START) / SECOND);
    for (guint i = 0; parts[i] != NULL; i++)
      g_assert_true (push_part (fixture, parts[i], description));
  }
}

static void G_GNUC_UNUSED
assert_state (Fixture *fixture, VbState state)
{
  g_assert_cmpstr (vb_state_name (vb_battery_state (fixture->battery)), ==, vb_state_name (state));
}

static void G_GNUC_UNUSED
assert_reason (Fixture *fixture, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);

  vb_battery_reason (fixture->battery, fixture->now, text);
  g_assert_cmpstr (text->str, ==, expected);
}

static void G_GNUC_UNUSED
assert_texts (const GPtrArray *texts, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < texts->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "; " : "",
                            (const char *)g_ptr_array_index (texts, i));
  g_assert_cmpstr (text->str, ==, expected);
}

static void G_GNUC_UNUSED
assert_warned (Fixture *fixture, const char *expected)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  vb_parts_warn (vb_battery_parts (fixture->battery), texts);
  assert_texts (texts, expected);
}
