#include "cells.h"

/* The number of the battery itself. */
#define ID 1

/* Numbers, counted from vb_item_count(). */
typedef enum
{
  REQUEST,
  STATUS,
  ROWS, /* of those that follow an item, the first */
} Own;

/* The serial number and the version are the daemon's own: those of the battery are not known. */
static const struct
{
  const char *name; /* below /Battery/<Id> */
  const char *item; /* that it follows */
} rows[] = {
  { "Capacity", "Capacity" },
  { "Voltage", "Voltage" },
  { "Current", "Current" },
  { "Temperature", "Temperature" },
};

/* The bits of Status: each is set where the item is between the two, both included. */
static const struct
{
  const char *item;
  gint64 from, to;
  gint64 bit;
} bits[] = {
  { "Status", 1, 1, 1 },
  { "CellImbalance", 1, 2, 2 },
  { "Status", 3, 3, 2 },
  { "Balancing", 1, 1, 4 },
  { "Status", 2, 2, 4 },
  { "HighVoltage", 1, 2, 8 },
  { "LowVoltage", 1, 2, 16 },
  { "LowChargeTemperature", 1, 2, 32 },
  { "HighChargeTemperature", 1, 2, 64 },
  { "HighTemperature", 1, 2, 256 },
  { "HighCellVoltage", 1, 2, 512 },
  { "HighChargeCurrent", 1, 1, 2048 },
  { "HighChargeCurrent", 2, 2, 4096 },
  { "HighDischargeCurrent", 1, 1, 8192 },
  { "HighDischargeCurrent", 2, 2, 16384 },
  { "LowCellVoltage", 1, 2, 32768 },
  { "LowTemperature", 1, 2, 65536 },
};

/* A path that follows an item. */
typedef struct
{
  char *path;
  guint item;
  gboolean there; /* it has had a value */
  gboolean valid; /* as was told */
} Row;

struct _VbVenusCells
{
  VbBattery *battery;
  gboolean begun; /* a cell has had a value */
  gboolean shows; /* the state shows values, as was told */
  VbValue request;
  VbValue status;
  char *status_path;
  guint bit_items[G_N_ELEMENTS (bits)];
  GArray *rows;     /* of Row; empty where screen-cells is false */
  guint16 *of_item; /* of each item: its row, counted from 1; 0: none */
  GArray *numbers;  /* of guint: what vb_venus_cells_follow() returns */
};

static guint
item_named (const char *name)
{
  guint item;

  if (!vb_item_find (name, &item))
    g_error ("the field table has no %s", name);

  return item;
}

static void
add_row (VbVenusCells *cells, char *path, guint item)
{
  const Row row = { .path = path, .item = item };

  g_array_append_val (cells->rows, row);
  cells->of_item[item] = (guint16)cells->rows->len;
}

static void
add_rows (VbVenusCells *cells, int id)
{
  const guint first = vb_item_known (VB_KNOWN_CELL_VOLTAGE);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    add_row (cells, g_strdup_printf ("/Battery/%d/%s", id, rows[i].name),
             item_named (rows[i].item));
  for (guint i = 0; i < vb_item (first)->field->count; i++)
    add_row (cells,
             g_strdup_printf ("/Battery/%d/Cell/%u/Voltage", id, vb_item (first + i)->member),
             first + i);
}

VbVenusCells *
vb_venus_cells_new (VbBattery *battery)
{
  VbVenusCells *cells = g_new0 (VbVenusCells, 1);

  cells->battery = battery;
  cells->request = vb_value_integer (ID);
  cells->rows = g_array_new (FALSE, FALSE, sizeof (Row));
  cells->of_item = g_new0 (guint16, vb_item_count ());
  cells->numbers = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0; i < G_N_ELEMENTS (bits); i++)
    cells->bit_items[i] = item_named (bits[i].item);
  cells->status_path = g_strdup_printf ("/Battery/%d/Status", ID);
  if (vb_battery_config (battery)->fixed.screen_cells)
    add_rows (cells, ID);

  return cells;
}

void
vb_venus_cells_free (VbVenusCells *cells)
{
  for (guint i = 0; i < cells->rows->len; i++)
    g_free (g_array_index (cells->rows, Row, i).path);

  g_array_unref (cells->rows);
  g_free (cells->status_path);
  g_array_unref (cells->numbers);
  g_free (cells->of_item);
  g_free (cells);
}

guint
vb_venus_cells_count (const VbVenusCells *cells)
{
  return vb_item_count () + (cells->rows->len > 0 ? ROWS + cells->rows->len : 0);
}

static Row *
row_of (const VbVenusCells *cells, guint number)
{
  return &g_array_index (cells->rows, Row, number - vb_item_count () - ROWS);
}

static gboolean
is_row (guint number)
{
  return number >= vb_item_count () + ROWS;
}

gboolean
vb_venus_cells_is_request (guint number)
{
  return number == vb_item_count () + REQUEST;
}

gboolean
vb_venus_cells_has_battery (double number)
{
  return number == ID;
}

gboolean
vb_venus_cells_is_there (const VbVenusCells *cells, guint number)
{
  if (number < vb_item_count ())
    return TRUE;

  return cells->begun && (!is_row (number) || row_of (cells, number)->there);
}

const char *
vb_venus_cells_path (const VbVenusCells *cells, guint number)
{
  if (number < vb_item_count ())
    return vb_item (number)->path;
  if (is_row (number))
    return row_of (cells, number)->path;

  return vb_venus_cells_is_request (number) ? "/Battery/Request/Id" : cells->status_path;
}

const VbValue *
vb_venus_cells_value (const VbVenusCells *cells, guint number)
{
  static const VbValue invalid = VB_VALUE_INIT;

  if (number < vb_item_count ())
    return vb_battery_value (cells->battery, number);
  if (vb_venus_cells_is_request (number))
    return &cells->request;
  if (!vb_state_shows_values (vb_battery_state (cells->battery)))
    return &invalid;

  return is_row (number) ? vb_battery_value (cells->battery, row_of (cells, number)->item)
                         : &cells->status;
}

void
vb_venus_cells_format (const VbVenusCells *cells, guint number, GString *text)
{
  /* Request and Status are whole numbers, as this item is. */
  const guint plain = vb_item_known (VB_KNOWN_DEVICE_INSTANCE);
  const guint like = number < vb_item_count () ? number
                     : is_row (number)         ? row_of (cells, number)->item
                                               : plain;

  vb_item_format (like, vb_venus_cells_value (cells, number), text);
}

static void
say (VbVenusCells *cells, guint own)
{
  const guint number = vb_item_count () + own;

  g_array_append_val (cells->numbers, number);
}

static void
follow_row (VbVenusCells *cells, guint index, gboolean changed)
{
  Row *row = &g_array_index (cells->rows, Row, index);
  const gboolean valid
      = cells->shows && vb_value_is_valid (vb_battery_value (cells->battery, row->item));

  row->there |= valid;
  if (valid != row->valid || (changed && valid))
    say (cells, ROWS + index);
  row->valid = valid;
}

/* Returns: whether it has changed */
static gboolean
update_status (VbVenusCells *cells)
{
  const gint64 before = (gint64)vb_value_number (&cells->status, -1);
  gint64 status = 0;

  for (guint i = 0; i < G_N_ELEMENTS (bits); i++) {
    const double number
        = vb_value_number (vb_battery_value (cells->battery, cells->bit_items[i]), 0);

    if (number >= (double)bits[i].from && number <= (double)bits[i].to)
      status |= bits[i].bit;
  }
  cells->status = vb_value_integer (status);

  return status != before;
}

/* Returns: whether the page begins with this change */
static gboolean
begins (const VbVenusCells *cells, const guint *items, guint n_items)
{
  for (guint i = 0; i < n_items; i++)
    if (vb_item (items[i])->field->known == VB_KNOWN_CELL_VOLTAGE
        && vb_value_is_valid (vb_battery_value (cells->battery, items[i])))
      return TRUE;

  return FALSE;
}

const GArray *
vb_venus_cells_follow (VbVenusCells *cells, const guint *items, guint n_items)
{
  const gboolean shows = vb_state_shows_values (vb_battery_state (cells->battery));
  const gboolean turned = shows != cells->shows;
  const gboolean begun = cells->begun;

  g_array_set_size (cells->numbers, 0);
  g_array_append_vals (cells->numbers, items, n_items);
  if (cells->rows->len == 0 || (!begun && !begins (cells, items, n_items)))
    return cells->numbers;

  cells->begun = TRUE;
  cells->shows = shows;
  if (!begun)
    say (cells, REQUEST);
  if ((update_status (cells) && shows) || turned || !begun)
    say (cells, STATUS);

  if (turned || !begun)
    for (guint i = 0; i < cells->rows->len; i++)
      follow_row (cells, i, FALSE);
  for (guint i = 0; i < n_items; i++)
    if (cells->of_item[items[i]] > 0) {
      const guint index = cells->of_item[items[i]] - 1u;

      /* What turned was said just now. */
      if (!turned && begun)
        follow_row (cells, index, TRUE);
    }

  return cells->numbers;
}
