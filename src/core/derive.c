#include "derive.h"

#include <math.h>

/* The items of one kind of per-cell aggregate. An entry of VB_KNOWN_NONE is not derived. */
typedef struct
{
  VbKnown member; /* family */
  gsize family;   /* of VbMembers */
  double above;   /* a member that is not above this is none */
  const char *what;
  VbKnown name;   /* family of names for the ids */
  const char *id; /* begins the id of a member that has no name; its number follows */
  VbKnown minimum;
  VbKnown minimum_id;
  VbKnown maximum;
  VbKnown maximum_id;
  VbKnown sum;
  VbKnown difference;
  VbKnown count; /* how many members there have to be */
} Aggregate;

static const Aggregate aggregates[] = {
  {
      .member = VB_KNOWN_CELL_VOLTAGE,
      .family = offsetof (VbMembers, cells),
      .above = 0,
      .what = "cells",
      .id = "Cell",
      .minimum = VB_KNOWN_MIN_CELL_VOLTAGE,
      .minimum_id = VB_KNOWN_MIN_CELL_VOLTAGE_ID,
      .maximum = VB_KNOWN_MAX_CELL_VOLTAGE,
      .maximum_id = VB_KNOWN_MAX_CELL_VOLTAGE_ID,
      .sum = VB_KNOWN_CELL_VOLTAGE_SUM,
      .difference = VB_KNOWN_CELL_VOLTAGE_DIFF,
      .count = VB_KNOWN_CELL_COUNT,
  },
  {
      .member = VB_KNOWN_CELL_TEMPERATURE,
      .family = offsetof (VbMembers, sensors),
      .above = -INFINITY,
      .what = "temperatures",
      .name = VB_KNOWN_CELL_TEMPERATURE_NAME,
      .id = "T",
      .minimum = VB_KNOWN_MIN_CELL_TEMPERATURE,
      .minimum_id = VB_KNOWN_MIN_CELL_TEMPERATURE_ID,
      .maximum = VB_KNOWN_MAX_CELL_TEMPERATURE,
      .maximum_id = VB_KNOWN_MAX_CELL_TEMPERATURE_ID,
  },
};

static const VbKnown derived_fields[] = {
  VB_KNOWN_CURRENT,
  VB_KNOWN_POWER,
  VB_KNOWN_MIN_CELL_VOLTAGE,
  VB_KNOWN_MIN_CELL_VOLTAGE_ID,
  VB_KNOWN_MAX_CELL_VOLTAGE,
  VB_KNOWN_MAX_CELL_VOLTAGE_ID,
  VB_KNOWN_CELL_VOLTAGE_SUM,
  VB_KNOWN_CELL_VOLTAGE_DIFF,
  VB_KNOWN_MIN_CELL_TEMPERATURE,
  VB_KNOWN_MIN_CELL_TEMPERATURE_ID,
  VB_KNOWN_MAX_CELL_TEMPERATURE,
  VB_KNOWN_MAX_CELL_TEMPERATURE_ID,
  VB_KNOWN_CAPACITY,
  VB_KNOWN_CONSUMED_AMPHOURS,
  VB_KNOWN_TIME_TO_GO,
};

const VbKnown *
vb_derive_fields (guint *n)
{
  *n = G_N_ELEMENTS (derived_fields);

  return derived_fields;
}

static void
forget (VbSample *derived, VbKnown known)
{
  VbSample *sample;

  if (known == VB_KNOWN_NONE)
    return;

  sample = &derived[vb_item_known (known)];
  vb_value_clear (&sample->value);
  sample->time = 0;
}

/* Keeps @number if its row allows it, else the item is invalid. */
static void
derive_number (VbSample *derived, VbKnown known, double number, gint64 time)
{
  guint item;

  if (known == VB_KNOWN_NONE)
    return;

  item = vb_item_known (known);
  vb_value_clear (&derived[item].value);
  derived[item].time = vb_item_check_number (item, number, &derived[item].value, NULL) ? time : 0;
}

static void
derive_id (VbSample *derived,
           const VbSample *sent,
           const Aggregate *aggregate,
           VbKnown known,
           guint index,
           gint64 time)
{
  VbSample *id = &derived[vb_item_known (known)];
  const VbItem *member = vb_item (vb_item_known (aggregate->member) + index);
  g_auto (VbValue) value = VB_VALUE_INIT;

  if (aggregate->name != VB_KNOWN_NONE) {
    const guint name = vb_item_known (aggregate->name) + index;

    if (vb_item (name)->field->known == aggregate->name)
      vb_value_set (&value, &sent[name].value);
  }

  if (!vb_value_is_valid (&value)) {
    char text[16];

    g_snprintf (text, sizeof text, "%s%u", aggregate->id, member->member);
    value = (VbValue){ .kind = VB_VALUE_TEXT, .as.text = text };
    vb_value_set (&id->value, &value);
    value = (VbValue)VB_VALUE_INIT;
  } else
    vb_value_set (&id->value, &value);

  id->time = time;
}

static VbFamily *
family_of (VbMembers *members, const Aggregate *aggregate)
{
  return &G_STRUCT_MEMBER (VbFamily, members, aggregate->family);
}

/* How many members there have to be; 0 where nobody says so. */
static guint
count_of (const VbSample *sent, const Aggregate *aggregate)
{
  if (aggregate->count == VB_KNOWN_NONE)
    return 0;

  return (guint)vb_value_number (&sent[vb_item_known (aggregate->count)].value, 0);
}

/* Those beyond the count are members no more, also where it grows again. */
static void
bound_family (VbFamily *family, guint count)
{
  while (count > 0 && family->n > count)
    family->is_one[--family->n] = FALSE;
}

void
vb_derive_note (VbMembers *members, guint item, const VbValue *value)
{
  const VbItem *own = vb_item (item);

  for (guint i = 0; i < G_N_ELEMENTS (aggregates); i++) {
    VbFamily *family;
    guint index;

    if (own->field->known != aggregates[i].member || !vb_value_is_valid (value)
        || !(vb_value_number (value, -INFINITY) > aggregates[i].above))
      continue;

    family = family_of (members, &aggregates[i]);
    index = item - vb_item_known (aggregates[i].member);
    family->is_one[index] = TRUE;
    family->n = MAX (family->n, index + 1);
  }
}

void
vb_derive_warn (const VbMembers *members, GPtrArray *texts)
{
  for (guint i = 0; i < G_N_ELEMENTS (aggregates); i++) {
    const VbFamily *family = family_of ((VbMembers *)members, &aggregates[i]);

    if (family->lacking != 0)
      g_ptr_array_add (
          texts, g_strdup_printf (
                     "%s has no value: nothing is known of all %s",
                     vb_item (vb_item_known (aggregates[i].member) + family->lacking - 1)->name,
                     aggregates[i].what));
  }
}

void
vb_derive_warn_of_gap (const VbMembers *members, GPtrArray *texts)
{
  const guint first = vb_item_known (VB_KNOWN_CELL_VOLTAGE);

  if (members->cells.gap != 0)
    g_ptr_array_add (texts, g_strdup_printf ("%s has no voltage, and other cells have: is its wire "
                                             "off? Where there is no such cell, leave it out",
                                             vb_item (first + members->cells.gap - 1)->name));
}

/* Among those there are, and those there have to be. */
static void
look_for_gap (const VbSample *members, VbFamily *family, guint count, gint64 now, gint64 lasts)
{
  const guint n = family->n > 0 ? MAX (family->n, MIN (count, VB_FAMILY_MAX)) : 0;

  family->gap = 0;
  for (guint i = 0; i < n && family->gap == 0; i++)
    if (!family->is_one[i] && members[i].time != 0 && now - members[i].time < lasts
        && !(vb_value_number (&members[i].value, 0) > 0))
      family->gap = i + 1;
}

static void
derive_aggregate (const VbSample *sent,
                  VbSample *derived,
                  const Aggregate *aggregate,
                  VbFamily *family,
                  gint64 now,
                  gint64 optional_after)
{
  const guint first = vb_item_known (aggregate->member);
  const guint count = count_of (sent, aggregate);
  double minimum = 0, maximum = 0, sum = 0;
  guint minimum_index = 0, maximum_index = 0, seen = 0;
  gint64 oldest = G_MAXINT64;
  gboolean complete;

  bound_family (family, count);
  if (aggregate->count != VB_KNOWN_NONE)
    look_for_gap (sent + first, family, count, now, optional_after);
  family->lacking = 0;
  for (guint i = 0; i < family->n && family->lacking == 0; i++) {
    const VbSample *sample = &sent[first + i];
    double number;

    if (!family->is_one[i])
      continue;

    number = vb_value_number (&sample->value, NAN);
    if (!(number > aggregate->above) || now - sample->time >= optional_after)
      family->lacking = i + 1;
    if (seen == 0 || number < minimum) {
      minimum = number;
      minimum_index = i;
    }
    if (seen == 0 || number > maximum) {
      maximum = number;
      maximum_index = i;
    }
    sum += number;
    oldest = MIN (oldest, sample->time);
    seen++;
  }
  complete = family->lacking == 0 && seen >= count;

  if (seen == 0 || !complete) {
    forget (derived, aggregate->minimum);
    forget (derived, aggregate->minimum_id);
    forget (derived, aggregate->maximum);
    forget (derived, aggregate->maximum_id);
    forget (derived, aggregate->sum);
    forget (derived, aggregate->difference);
    return;
  }

  derive_number (derived, aggregate->minimum, minimum, oldest);
  derive_id (derived, sent, aggregate, aggregate->minimum_id, minimum_index, oldest);
  derive_number (derived, aggregate->maximum, maximum, oldest);
  derive_id (derived, sent, aggregate, aggregate->maximum_id, maximum_index, oldest);
  derive_number (derived, aggregate->sum, sum, oldest);
  derive_number (derived, aggregate->difference, maximum - minimum, oldest);
}

/* Power = Voltage × Current, Current = Power / Voltage: each from what was sent alone. */
static void
derive_power (const VbSample *sent, VbSample *derived)
{
  const VbSample *voltage = &sent[vb_item_known (VB_KNOWN_VOLTAGE)];
  const VbSample *current = &sent[vb_item_known (VB_KNOWN_CURRENT)];
  const VbSample *power = &sent[vb_item_known (VB_KNOWN_POWER)];
  const double volts = vb_value_number (&voltage->value, 0);

  forget (derived, VB_KNOWN_POWER);
  forget (derived, VB_KNOWN_CURRENT);
  if (volts == 0)
    return;

  if (vb_value_is_valid (&current->value))
    derive_number (derived, VB_KNOWN_POWER, volts * vb_value_number (&current->value, 0),
                   MIN (voltage->time, current->time));
  if (vb_value_is_valid (&power->value))
    derive_number (derived, VB_KNOWN_CURRENT, vb_value_number (&power->value, 0) / volts,
                   MIN (voltage->time, power->time));
}

void
vb_derive (
    const VbSample *sent, VbSample *derived, VbMembers *members, gint64 now, gint64 optional_after)
{
  derive_power (sent, derived);

  for (guint i = 0; i < G_N_ELEMENTS (aggregates); i++)
    derive_aggregate (sent, derived, &aggregates[i], family_of (members, &aggregates[i]), now,
                      optional_after);
}

const VbSample *
vb_derive_choose (const VbSample *sent, const VbSample *derived, gint64 warn_after)
{
  if (!vb_value_is_valid (&sent->value))
    return derived;
  if (vb_value_is_valid (&derived->value) && derived->time - sent->time > warn_after)
    return derived;

  return sent;
}

/* The time constant of the smoothing: what a shunt averages over for its time to go. */
#define SMOOTHING (180.0 * G_USEC_PER_SEC)

#define STEP 60                /* s */
#define IDLE (240 * 60 * 60.0) /* s to go, from which on a battery counts as idle */

static void
smooth (VbSmoothed *smoothed, const VbSample *current)
{
  const double amperes = vb_value_number (&current->value, 0);
  const gboolean turned = amperes * smoothed->amperes < 0;

  /* What went in says nothing of how fast it goes out. */
  if (smoothed->time == 0 || turned)
    smoothed->amperes = amperes;
  else if (current->time > smoothed->time) {
    const double passed = (double)(current->time - smoothed->time);

    smoothed->amperes += (amperes - smoothed->amperes) * -expm1 (-passed / SMOOTHING);
  }
  smoothed->time = MAX (smoothed->time, current->time);
}

/* Seconds to go, or NAN. */
static double
seconds_to_go (const VbSmoothed *smoothed, double amperes, double remaining)
{
  const double seconds = remaining / -smoothed->amperes * 3600;

  /* Once the battery is charged, nothing of what was taken before counts any more. */
  if (amperes >= 0 || smoothed->amperes >= 0 || seconds > IDLE)
    return NAN;

  return seconds;
}

/* The step that @seconds is in; that of @before as long as it is not a whole step away, so that
   noise at the edge of two does not move it to and fro. */
static double
to_step (double seconds, const VbValue *before)
{
  const double last = vb_value_number (before, NAN);

  if (fabs (seconds - last) < STEP)
    return last;

  return floor (seconds / STEP) * STEP;
}

static void
derive_charge (VbSample *derived, VbKnown known, double number, gint64 time)
{
  const guint item = vb_item_known (known);

  vb_value_clear (&derived[item].value);
  derived[item].time = 0;
  if (!isnan (number) && vb_item_check_number (item, number, &derived[item].value, NULL))
    derived[item].time = time;
}

void
vb_derive_charge (const VbSample *sent, VbSample *derived, VbSmoothed *current, gint64 warn_after)
{
  const guint current_item = vb_item_known (VB_KNOWN_CURRENT);
  const guint to_go_item = vb_item_known (VB_KNOWN_TIME_TO_GO);
  const VbSample *amperes
      = vb_derive_choose (&sent[current_item], &derived[current_item], warn_after);
  const VbSample *soc = &sent[vb_item_known (VB_KNOWN_SOC)];
  const double installed
      = vb_value_number (&sent[vb_item_known (VB_KNOWN_INSTALLED_CAPACITY)].value, 0);
  const double remaining = installed * vb_value_number (&soc->value, NAN) / 100;
  const gboolean known = installed > 0 && !isnan (remaining);
  double to_go = NAN;

  if (vb_value_is_valid (&amperes->value)) {
    smooth (current, amperes);
    if (known)
      to_go = seconds_to_go (current, vb_value_number (&amperes->value, 0), remaining);
  }

  derive_charge (derived, VB_KNOWN_CAPACITY, known ? remaining : NAN, soc->time);
  derive_charge (derived, VB_KNOWN_CONSUMED_AMPHOURS, known ? remaining - installed : NAN,
                 soc->time);
  derive_charge (derived, VB_KNOWN_TIME_TO_GO,
                 isnan (to_go) ? NAN : to_step (to_go, &derived[to_go_item].value),
                 MIN (soc->time, amperes->time));
}

/* A number that was sent, or @fallback. */
static double
sent_or (const VbSample *sent, VbKnown known, double fallback)
{
  return vb_value_number (&sent[vb_item_known (known)].value, fallback);
}

static const VbKnown system_fields[] = {
  VB_KNOWN_NR_OF_BATTERIES,
  VB_KNOWN_BATTERIES_PARALLEL,
  VB_KNOWN_BATTERIES_SERIES,
  VB_KNOWN_CELL_COUNT,
};

const VbKnown *
vb_derive_system_fields (guint *n)
{
  *n = G_N_ELEMENTS (system_fields);

  return system_fields;
}

void
vb_derive_system (const VbSample *sent, VbSample *derived, const VbMembers *members, gint64 now)
{
  const double all = sent_or (sent, system_fields[0], NAN);
  const double series = sent_or (sent, system_fields[2],
                                 isnan (all) ? 1 : all / sent_or (sent, system_fields[1], all));
  const double parallel = sent_or (sent, system_fields[1], isnan (all) ? 1 : all / series);
  const double numbers[] = { isnan (all) ? parallel * series : all, parallel, series,
                             sent_or (sent, system_fields[3], members->cells.n) };
  gboolean known = members->cells.n > 0;

  for (guint i = 0; i < G_N_ELEMENTS (system_fields); i++)
    known = known && isfinite (numbers[i]) && numbers[i] == round (numbers[i]);

  for (guint i = 0; i < G_N_ELEMENTS (system_fields); i++)
    if (known && !vb_value_is_valid (&sent[vb_item_known (system_fields[i])].value))
      derive_number (derived, system_fields[i], numbers[i], now);
    else
      forget (derived, system_fields[i]);
}
