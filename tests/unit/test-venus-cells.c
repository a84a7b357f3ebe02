#include "venus/cells.h"

#include "battery-fixture.h"
#include "venus/set-value.h"

/* What the paths of the cells' page say beside the items that they follow. */

typedef struct
{
  Fixture battery;
  VbVenusCells *cells;
  GHashTable *known; /* path → text, as the signals told it */
  GString *told;     /* paths below /Battery of the last change, with their texts */
} Screen;

static gboolean
is_own (guint number)
{
  return number >= vb_item_count ();
}

static char *
text_of (const Screen *screen, guint number)
{
  GString *text = g_string_new (NULL);

  vb_venus_cells_format (screen->cells, number, text);

  return g_string_free (text, FALSE);
}

static void
on_screen_change (VbBattery *battery, const VbChange *change, gpointer user_data)
{
  Screen *screen = user_data;
  const GArray *numbers = vb_venus_cells_follow (screen->cells, change->items, change->n_items);

  g_assert_cmpuint (numbers->len, >=, change->n_items);
  g_string_truncate (screen->told, 0);
  for (guint i = 0; i < numbers->len; i++) {
    const guint number = g_array_index (numbers, guint, i);
    g_autofree char *text = text_of (screen, number);
    const char *path = vb_venus_cells_path (screen->cells, number);

    if (i < change->n_items)
      g_assert_cmpuint (number, ==, change->items[i]);
    else
      g_assert_true (is_own (number) && vb_venus_cells_is_there (screen->cells, number));
    if (!is_own (number))
      continue;
    g_string_append_printf (screen->told, "%s%s=%s", screen->told->len > 0 ? " " : "",
                            path + strlen ("/Battery/"), text);
    g_hash_table_replace (screen->known, g_strdup (path), g_steal_pointer (&text));
  }
}

static const VbBatteryEvents screen_events = { .changed = on_screen_change };

/* Makes the page, and tells it of every item as it stands: none is a cell with a value. */
static void
make (Screen *screen)
{
  g_clear_pointer (&screen->cells, vb_venus_cells_free);
  g_hash_table_remove_all (screen->known);
  screen->cells = vb_venus_cells_new (screen->battery.battery);
  for (guint item = 0; item < vb_item_count (); item++)
    g_assert_cmpuint (vb_venus_cells_follow (screen->cells, &item, 1)->len, ==, 1);
}

static void
begin (Screen *screen, gboolean shows_cells)
{
  screen->battery.config.fixed.screen_cells = shows_cells;
  restart (&screen->battery);
  make (screen);
  vb_battery_add_listener (screen->battery.battery, &screen_events, screen);
}

static void
set_up_screen (Screen *screen, gconstpointer user_data)
{
  set_up (&screen->battery, NULL);
  screen->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  screen->told = g_string_new (NULL);
  begin (screen, TRUE);
}

static void
tear_down_screen (Screen *screen, gconstpointer user_data)
{
  vb_venus_cells_free (screen->cells);
  g_hash_table_unref (screen->known);
  g_string_free (screen->told, TRUE);
  tear_down (&screen->battery, NULL);
}

/* Whoever followed the signals knows what whoever asks now is told. */
static void
assert_told (const Screen *screen)
{
  guint n = 0;

  for (guint i = vb_item_count (); i < vb_venus_cells_count (screen->cells); i++) {
    g_autofree char *text = text_of (screen, i);

    if (!vb_venus_cells_is_there (screen->cells, i))
      continue;
    n++;
    g_assert_cmpstr (g_hash_table_lookup (screen->known, vb_venus_cells_path (screen->cells, i)),
                     ==, text);
  }
  g_assert_cmpuint (n, ==, g_hash_table_size (screen->known));
}

/* @told: of the paths below /Battery that changed with @record; a calm record tells nothing. */
static void
assert_push (Screen *screen, const char *record, const char *told)
{
  g_string_truncate (screen->told, 0);
  g_assert_true (push (&screen->battery, record));
  g_assert_cmpstr (screen->told->str, ==, told);
  assert_told (screen);
}

#define BEGINS "Request/Id=1 1/Status=0 1/Voltage=52.70V 1/Current=-12.3A"

/* The page begins with the first cell that has a value, and says each change once. */
static void
test_begins (Screen *screen, gconstpointer user_data)
{
  assert_push (screen, REQUIRED, "");
  assert_push (screen, "Cell1=null Temperature=20 InstalledCapacity=100", "");
  assert_push (screen, "Cell3=3.3",
               "Request/Id=1 1/Status=0 1/Capacity=63.5Ah 1/Voltage=52.70V 1/Current=-12.3A "
               "1/Temperature=20.0C 1/Cell/3/Voltage=3.300V");
  assert_push (screen, "Cell3=3.3004", "");
  assert_push (screen, "Cell3=3.302 Cell1=3.4 Voltage=52.8 Soc=63.5",
               "1/Voltage=52.80V 1/Cell/1/Voltage=3.400V 1/Cell/3/Voltage=3.302V");
  assert_push (screen, "Cell1=null", "1/Cell/1/Voltage=---");
  assert_push (screen, "Cell1=null", "");
  assert_push (screen, "Temperature=null", "1/Temperature=---");
  assert_push (screen, "Balance3=1", "1/Status=4");
  assert_push (screen, "Balance1=1", "");
}

/* All but the Id is invalid from stale on, told once; nothing below it changes there. */
static void
test_stale (Screen *screen, gconstpointer user_data)
{
  assert_push (screen, REQUIRED " Cell1=3.3 HighVoltage=1",
               "Request/Id=1 1/Status=8 1/Voltage=52.70V 1/Current=-12.3A 1/Cell/1/Voltage=3.300V");
  tick_at (&screen->battery, 10 * SECOND);
  g_assert_cmpstr (screen->told->str, ==, "");
  tick_at (&screen->battery, 30 * SECOND);
  g_assert_cmpstr (screen->told->str, ==,
                   "1/Status=--- 1/Voltage=--- 1/Current=--- 1/Cell/1/Voltage=---");
  assert_told (screen);
  assert_push (screen, "HighVoltage=0", "");
  assert_push (screen, "LowVoltage=2", "");
  tick_at (&screen->battery, 180 * SECOND);
  g_assert_cmpstr (screen->told->str, ==, "");
  assert_push (screen, REQUIRED " Cell1=3.3",
               "1/Status=16 1/Voltage=52.70V 1/Current=-12.3A 1/Cell/1/Voltage=3.300V");
}

/* A page that is made while the battery is stale has nothing yet; it begins with the record. */
static void
test_made_while_stale (Screen *screen, gconstpointer user_data)
{
  g_assert_true (push (&screen->battery, REQUIRED " Cell1=3.3"));
  tick_at (&screen->battery, 30 * SECOND);
  make (screen);
  assert_push (screen, "HighVoltage=0", "");
  assert_push (screen, REQUIRED " Cell1=3.3", BEGINS " 1/Cell/1/Voltage=3.300V");
}

static void
test_without (Screen *screen, gconstpointer user_data)
{
  begin (screen, FALSE);
  g_assert_cmpuint (vb_venus_cells_count (screen->cells), ==, vb_item_count ());
  assert_push (screen, REQUIRED " Cell1=3.3", "");
  tick_at (&screen->battery, 30 * SECOND);
  assert_push (screen, REQUIRED " Cell1=3.3 HighVoltage=1", "");
  assert_bus (&screen->battery, "NrOfBatteries=- NrOfCellsPerBattery=-");
}

/* Each cell has a path of its own, and nothing else than the battery's number is taken. */
static void
test_paths (Screen *screen, gconstpointer user_data)
{
  static const struct
  {
    const char *value;
    VbSet wanted;
  } sent[] = {
    { "1", VB_SET_TAKEN },        { "1.0", VB_SET_TAKEN },         { "2", VB_SET_REFUSED },
    { "0", VB_SET_REFUSED },      { "-1", VB_SET_REFUSED },        { "1.5", VB_SET_REFUSED },
    { "'1'", VB_SET_IMPOSSIBLE }, { "@ai []", VB_SET_IMPOSSIBLE }, { "true", VB_SET_IMPOSSIBLE },
  };
  g_autoptr (GHashTable) paths = g_hash_table_new (g_str_hash, g_str_equal);
  const guint count = vb_venus_cells_count (screen->cells);
  guint n_requests = 0;

  for (guint number = 0; number < count; number++) {
    g_assert_true (g_hash_table_add (paths, (gpointer)vb_venus_cells_path (screen->cells, number)));
    if (!is_own (number))
      continue;
    for (guint i = 0; i < G_N_ELEMENTS (sent); i++) {
      g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_parsed (sent[i].value));
      double id;

      g_assert_cmpint (vb_set_cells (screen->cells, number, value, &id), ==,
                       vb_venus_cells_is_request (number) ? sent[i].wanted : VB_SET_IMPOSSIBLE);
    }
    n_requests += vb_venus_cells_is_request (number);
  }
  g_assert_cmpuint (n_requests, ==, 1);
  for (guint i = 1; i <= 256; i++) {
    g_autofree char *path = g_strdup_printf ("/Battery/1/Cell/%u/Voltage", i);

    g_assert_true (g_hash_table_contains (paths, path));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) \
  g_test_add ("/venus-cells/" name, Screen, NULL, set_up_screen, function, tear_down_screen)
  ADD ("begins", test_begins);
  ADD ("stale", test_stale);
  ADD ("made-while-stale", test_made_while_stale);
  ADD ("without", test_without);
  ADD ("paths", test_paths);

  return g_test_run ();
}
